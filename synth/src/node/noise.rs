//! White noise, the same for the same note.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::math;
use crate::node::{NoteSignals, Segment};

/// Input: gain of the output. Without a wire: 1.
pub const LEVEL: u8 = 0;

pub(super) const INPUT_NAMES: &[&str] = &["level"];

/// White noise of uniform distribution in `[-1, 1)`, seeded by the note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    /// Gain of the output.
    pub level: f32,
}

impl Default for Noise {
    fn default() -> Self {
        Self { level: 1.0 }
    }
}

/// A 32-bit xorshift generator (G. Marsaglia, "Xorshift RNGs", J. Stat. Software 8(14), 2003).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct State(u32);

impl State {
    pub(super) fn start(position: u32, signals: &NoteSignals) -> Self {
        let seed = math::hash(signals.seed.wrapping_add(position.wrapping_mul(0x85eb_ca6b)));
        // Zero is the one state the generator never leaves.
        Self(seed | 1)
    }
}

impl Noise {
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the constant length must reach the loops")]
    pub(super) fn process(
        &self,
        state: &mut State,
        segment: &Segment<'_>,
        out: &mut [f32],
    ) -> bool {
        if segment.is_silent(LEVEL) {
            out.fill(0.0);
            return true;
        }
        let mut x = state.0;
        for sample in &mut *out {
            x ^= x << 13;
            x ^= x >> 17;
            x ^= x << 5;
            *sample = math::turn(x) * (2.0 * self.level);
        }
        state.0 = x;
        if let Some(level) = segment.input(LEVEL) {
            for (sample, level) in out.iter_mut().zip(level) {
                *sample *= level;
            }
        }
        false
    }
}
