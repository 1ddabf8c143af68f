//! The built-in General MIDI instrument.

use tresillo_synth::{BuiltIn, TimedMessage};

use crate::instrument::Instrument;

/// What reports call it.
pub const NAME: &str = "builtin";

impl Instrument for BuiltIn {
    fn process(&mut self, messages: &[TimedMessage], left: &mut [f32], right: &mut [f32]) {
        BuiltIn::process(self, messages, left, right);
    }

    fn latency_frames(&self) -> u32 {
        0
    }
}
