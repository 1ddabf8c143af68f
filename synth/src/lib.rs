//! Tresillo synth.
