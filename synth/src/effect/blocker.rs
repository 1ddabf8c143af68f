//! Takes the constant part out of the mix.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::effect::reverb::PERIOD;
use crate::math;

/// Where the response has fallen by 3 dB, in hertz: below all that is heard.
const CUTOFF_HZ: f32 = 5.0;

/// A one-pole high-pass, `y[n] = x[n] - x[n-1] + R y[n-1]` (J. O. Smith, "Introduction to Digital
/// Filters with Audio Applications", 2007, "DC Blocker"), `R = exp(-2π · 5 Hz/rate)`.
///
/// It is computed as `y[n] = R⁴ y[n-4] + (1 + R² z⁻²)(1 + R z⁻¹)(1 - z⁻¹) x[n]`, the same function
/// (K. K. Parhi, D. G. Messerschmitt, "Pipeline interleaving and parallelism in recursive digital
/// filters", IEEE Trans. ASSP 37(7), 1989), so that four frames need not wait for each other. Each
/// frame is made from the same numbers in the same order, however they are cut into parts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Blocker {
    keep: f32,
    sides: [Side; 2],
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Side {
    /// The last two inputs, the last two of the inner stage, the last four outputs.
    input: [f32; 2],
    inner: [f32; 2],
    output: [f32; 4],
}

impl Blocker {
    pub(crate) fn new(sample_rate_hz: f32) -> Self {
        let octaves = std::f32::consts::LOG2_E * std::f32::consts::TAU * CUTOFF_HZ;
        Self { keep: math::exp2(-octaves / sample_rate_hz), sides: [Side::default(); 2] }
    }

    pub(crate) fn reset(&mut self) {
        self.sides = [Side::default(); 2];
    }

    /// Forgets what is too small to hear and what is not a number. To be called at fixed frames.
    pub(crate) fn settle(&mut self) {
        for Side { input, inner, output } in &mut self.sides {
            for x in input.iter_mut().chain(inner).chain(output) {
                *x = if x.is_finite() { math::flush(*x) } else { 0.0 };
            }
        }
    }

    /// Filters at most [`PERIOD`] frames in place.
    pub(crate) fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        let [left_side, right_side] = &mut self.sides;
        left_side.process(self.keep, left);
        right_side.process(self.keep, right);
    }
}

impl Side {
    fn process(&mut self, keep: f32, samples: &mut [f32]) {
        let frames = samples.len();
        let (mut input, mut inner) = ([0.0; PERIOD + 2], [0.0; PERIOD + 2]);
        input[..2].copy_from_slice(&self.input);
        input[2..frames + 2].copy_from_slice(samples);
        inner[..2].copy_from_slice(&self.inner);
        for (inner, x) in inner[2..frames + 2].iter_mut().zip(input.windows(3)) {
            // Both differences of a constant are exactly zero.
            *inner = (x[2] - x[1]) + keep * (x[1] - x[0]);
        }
        self.input = [input[frames], input[frames + 1]];
        self.inner = [inner[frames], inner[frames + 1]];
        let square = keep * keep;
        let fourth = square * square;
        for (sample, x) in samples.iter_mut().zip(inner.windows(3)) {
            *sample = x[2] + square * x[0];
        }
        let (fours, rest) = samples.as_chunks_mut::<4>();
        for four in fours {
            for (last, sample) in self.output.iter_mut().zip(four) {
                *last = *sample + fourth * *last;
                *sample = *last;
            }
        }
        for sample in rest {
            let [oldest, b, c, d] = self.output;
            *sample += fourth * oldest;
            self.output = [b, c, d, *sample];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filtered(input: &[f32], part: usize) -> Vec<f32> {
        let mut blocker = Blocker::new(48_000.0);
        let mut out = input.to_vec();
        for samples in out.chunks_mut(part) {
            blocker.process(&mut samples.to_vec(), samples);
        }
        out
    }

    #[test]
    fn it_is_the_one_pole_high_pass_in_parts_of_any_size() {
        let input: Vec<f32> = (0u32..9600)
            .map(|i| math::turn(math::hash(i)) + if i > 99 { 0.3 } else { 0.0 })
            .collect();
        let whole = filtered(&input, PERIOD);
        for part in [1, 2, 3, 5, 7, 64, 101] {
            assert!(whole == filtered(&input, part), "parts of {part}");
        }
        let keep = (-std::f64::consts::TAU * 5.0 / 48_000.0).exp();
        let (mut last, mut expected) = (0.0, 0.0);
        for (x, y) in input.iter().zip(whole) {
            expected = f64::from(*x) - last + keep * expected;
            last = f64::from(*x);
            assert!((f64::from(y) - expected).abs() < 2e-5, "{y} {expected}");
        }
    }

    #[test]
    fn a_constant_is_gone_in_half_a_second_and_what_is_not_a_number_is_forgotten() {
        let out = filtered(&[0.5; 24_000], PERIOD);
        assert!(out[0] > 0.499 && out[23_999].abs() < 1e-5, "{}", out[23_999]);
        let mut blocker = Blocker::new(48_000.0);
        blocker.process(&mut [f32::NAN, 1.0], &mut [1.0, f32::INFINITY]);
        blocker.settle();
        let mut left = [0.5; 8];
        blocker.process(&mut left, &mut [0.0; 8]);
        assert!(left.iter().all(|x| x.is_finite()));
    }
}
