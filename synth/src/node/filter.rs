//! State-variable filter, 12 dB an octave.
//!
//! The trapezoidal ("topology-preserving") integrator form: V. Zavalishin, "The Art of VA Filter
//! Design", 2.1.2 (2018), chapter 4; coefficients as in A. Simper, "Linear Trapezoidal Integrated
//! SVF", Cytomic 2013. Its analogue model is kept exactly up to the frequency warping
//! `g = tan(π f/fs)`, and moving the cutoff never makes it unstable.
//!
//! The loop is written as the equivalent state-space step, three sums of three products, of which
//! only one multiplication and two additions wait for the frame before.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use wide::f32x4;

use crate::math;
use crate::node::{Block, CONTROL_PERIOD, Segment};

/// Input: what is filtered. Without a wire: silence.
pub const INPUT: u8 = 0;
/// Input: octaves added to the cutoff, read once a control period. Without a wire: 0.
pub const CUTOFF: u8 = 1;

/// Input: a second signal that is filtered alike; with a wire here the second output is in use.
pub const RIGHT: u8 = 2;

pub(super) const INPUT_NAMES: &[&str] = &["in", "cutoff", "right"];

/// What an input without a wire brings.
const SILENCE: Block = [0.0; CONTROL_PERIOD];

/// Which output of the filter is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterMode {
    /// Below the cutoff.
    Low,
    /// Around the cutoff, with gain 1 there.
    Band,
    /// Above the cutoff.
    High,
}

/// A state-variable filter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Filter {
    /// Output taken.
    pub mode: FilterMode,
    /// Cutoff for the key A4, in hertz, before what is added to it.
    pub cutoff_hz: f32,
    /// Q; 0.5 is critically damped, 0.707 flat, above that it rings.
    pub resonance: f32,
    /// How far the cutoff follows the key: 0 not, 1 an octave for an octave.
    pub key_tracking: f32,
    /// How far it follows the note's brightness.
    pub brightness: f32,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            mode: FilterMode::Low,
            cutoff_hz: 1000.0,
            resonance: 0.707,
            key_tracking: 0.0,
            brightness: 1.0,
        }
    }
}

/// Integrators and coefficients.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct State {
    /// Both integrators of the first and of the second signal.
    sides: [[f32; 2]; 2],
    coefficients: Coefficients,
    /// Octaves of cutoff that the coefficients are for.
    octaves: Option<f32>,
}

/// The state-space step: `s' = A s + b in`, `out = c s + d in`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Coefficients {
    first: [f32; 3],
    second: [f32; 3],
    out: [f32; 3],
}

impl Filter {
    fn coefficients(&self, cutoff_hz: f32, sample_rate_hz: f32) -> Coefficients {
        let g = math::tan_half_turns((cutoff_hz / sample_rate_hz).clamp(1e-5, 0.45));
        let k = 1.0 / self.resonance.max(0.05);
        let a1 = 1.0 / (1.0 + g * (g + k));
        let a2 = g * a1;
        let a3 = g * a2;
        // v1 = a1 s1 + a2 (in - s2), v2 = s2 + a2 s1 + a3 (in - s2), s' = 2v - s.
        let band = [a1, -a2, a2];
        let low = [a2, 1.0 - a3, a3];
        let out = match self.mode {
            FilterMode::Low => low,
            FilterMode::Band => band.map(|x| k * x),
            FilterMode::High => {
                [-k * band[0] - low[0], -k * band[1] - low[1], 1.0 - k * band[2] - low[2]]
            }
        };
        Coefficients {
            first: [2.0 * a1 - 1.0, -2.0 * a2, 2.0 * a2],
            second: [2.0 * a2, 1.0 - 2.0 * a3, 2.0 * a3],
            out,
        }
    }

    fn tick(&self, state: &mut State, segment: &Segment<'_>) {
        let signals = segment.signals;
        let octaves = segment.first(CUTOFF, 0.0)
            + self.key_tracking * signals.key_octaves
            + self.brightness * signals.brightness_octaves;
        if state.octaves != Some(octaves) {
            let cutoff_hz = self.cutoff_hz * math::exp2(octaves);
            state.coefficients = self.coefficients(cutoff_hz, segment.sample_rate_hz);
            state.octaves = Some(octaves);
        }
        state.sides = state.sides.map(|side| side.map(math::flush));
    }

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the constant length must reach the loops")]
    pub(super) fn process(
        &self,
        state: &mut State,
        segment: &Segment<'_>,
        out: &mut [f32],
        right_out: &mut [f32],
    ) -> bool {
        let is_silent = |port| segment.input(port).is_none() || segment.is_silent(port);
        if state.sides == [[0.0; 2]; 2] && is_silent(INPUT) && is_silent(RIGHT) {
            out.fill(0.0);
            if segment.input(RIGHT).is_some() {
                right_out.fill(0.0);
            }
            return true;
        }
        if segment.is_tick || state.octaves.is_none() {
            self.tick(state, segment);
        }
        let input = segment.input(INPUT).unwrap_or(&SILENCE);
        let [left, right] = &mut state.sides;
        let coefficients = state.coefficients;
        if let Some(right_input) = segment.input(RIGHT) {
            // Both side by side in the lanes of one vector.
            let [first, second, output] = [
                coefficients.first.map(f32x4::splat),
                coefficients.second.map(f32x4::splat),
                coefficients.out.map(f32x4::splat),
            ];
            let mut s1 = f32x4::new([left[0], right[0], 0.0, 0.0]);
            let mut s2 = f32x4::new([left[1], right[1], 0.0, 0.0]);
            let inputs = input.iter().zip(right_input);
            for ((out, right_out), (input, right_input)) in
                out.iter_mut().zip(right_out).zip(inputs)
            {
                let x = f32x4::new([*input, *right_input, 0.0, 0.0]);
                let sample = output[0] * s1 + (output[1] * s2 + output[2] * x);
                let next = first[0] * s1 + (first[1] * s2 + first[2] * x);
                s2 = second[1] * s2 + (second[0] * s1 + second[2] * x);
                s1 = next;
                [*out, *right_out, ..] = sample.to_array();
            }
            let ([s1_left, s1_right, ..], [s2_left, s2_right, ..]) = (s1.to_array(), s2.to_array());
            (*left, *right) = ([s1_left, s2_left], [s1_right, s2_right]);
        } else {
            // Both integrators and the output in the lanes of one vector.
            let Coefficients { first: [a1, b1, c1], second: [a2, b2, c2], out: [a3, b3, c3] } =
                coefficients;
            let a = f32x4::new([a1, a2, a3, 0.0]);
            let b = f32x4::new([b1, b2, b3, 0.0]);
            let c = f32x4::new([c1, c2, c3, 0.0]);
            let mut lanes = f32x4::new([left[0], left[1], 0.0, 0.0]);
            for (out, input) in out.iter_mut().zip(input) {
                let [s1, s2, ..] = lanes.to_array();
                lanes = a * f32x4::splat(s1) + (b * f32x4::splat(s2) + c * f32x4::splat(*input));
                *out = lanes.to_array()[2];
            }
            let [s1, s2, ..] = lanes.to_array();
            *left = [s1, s2];
        }
        false
    }
}
