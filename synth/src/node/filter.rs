//! State-variable filter, 12 dB an octave.
//!
//! The trapezoidal ("topology-preserving") integrator form: V. Zavalishin, "The Art of VA Filter
//! Design", 2.1.2 (2018), chapter 4; coefficients as in A. Simper, "Linear Trapezoidal Integrated
//! SVF", Cytomic 2013. Its analogue model is kept exactly up to the frequency warping
//! `g = tan(π f/fs)`, and moving the cutoff never makes it unstable.
//!
//! The loop is written as the equivalent state-space step, in which only one multiplication and two
//! additions wait for the frame before.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::math;
use crate::node::Segment;

/// Input: what is filtered. Without a wire: silence.
pub const INPUT: u8 = 0;
/// Input: octaves added to the cutoff, read once a control period. Without a wire: 0.
pub const CUTOFF: u8 = 1;

pub(super) const INPUT_NAMES: &[&str] = &["in", "cutoff"];

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
    first: f32,
    second: f32,
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
        state.first = math::flush(state.first);
        state.second = math::flush(state.second);
    }

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the constant length must reach the loops")]
    pub(super) fn process(
        &self,
        state: &mut State,
        segment: &Segment<'_>,
        out: &mut [f32],
    ) -> bool {
        let is_asleep = state.first == 0.0 && state.second == 0.0;
        let input = segment.input(INPUT).filter(|_| !(is_asleep && segment.is_silent(INPUT)));
        let Some(input) = input else {
            out.fill(0.0);
            return true;
        };
        if segment.is_tick || state.octaves.is_none() {
            self.tick(state, segment);
        }
        let Coefficients { first, second, out: mix } = state.coefficients;
        let (mut s1, mut s2) = (state.first, state.second);
        for (sample, &input) in out.iter_mut().zip(input) {
            *sample = mix[0] * s1 + (mix[1] * s2 + mix[2] * input);
            let next = first[0] * s1 + (first[1] * s2 + first[2] * input);
            s2 = second[1] * s2 + (second[0] * s1 + second[2] * input);
            s1 = next;
        }
        (state.first, state.second) = (s1, s2);
        false
    }
}
