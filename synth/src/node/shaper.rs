//! Soft saturation.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::node::Segment;

/// Bends a signal softly towards ±1: a Padé approximation of `tanh(drive · in)`, times `level`.
///
/// `x(27 + x²)/(27 + 9x²)` for |x| ≤ 3, where it reaches 1 with slope 0; ±1 beyond.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shaper {
    /// Gain before the bend.
    pub drive: f32,
    /// Gain after it.
    pub level: f32,
}

impl Default for Shaper {
    fn default() -> Self {
        Self { drive: 1.0, level: 1.0 }
    }
}

impl Shaper {
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the constant length must reach the loops")]
    pub(super) fn process(&self, segment: &Segment<'_>, out: &mut [f32]) {
        let Some(input) = segment.input(0) else { return out.fill(0.0) };
        for (sample, input) in out.iter_mut().zip(input) {
            let x = (self.drive * input).clamp(-3.0, 3.0);
            let square = x * x;
            *sample = self.level * x * (27.0 + square) / (27.0 + 9.0 * square);
        }
    }
}
