//! Tresillo pattern.
