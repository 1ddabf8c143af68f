//! A limiter without latency.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::math;

/// Level up to which nothing is changed (−3 dBFS).
const KNEE: f32 = 0.707_945_8;

/// Level that no sample reaches (about −0.1 dBFS).
pub(crate) const CEILING: f32 = 0.99;

/// Time in which the gain recovers by 60 dB, in seconds; by ear, short enough not to pump.
const RECOVERY_S: f32 = 1.5;

/// Holds both channels below [`CEILING`] by one gain.
///
/// A peak follower with instant attack; its level `e > KNEE` is mapped to
/// `K + (C - K) · r/(1 + r)`, `r = (e - K)/(C - K)`, which has slope 1 at the knee and stays below
/// the ceiling. As no sample exceeds the follower, none exceeds the mapped level. The gain falls at
/// once but recovers slowly, so a loud passage is turned down rather than clipped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limiter {
    follower: f32,
    recovery: f32,
}

impl Limiter {
    pub(crate) fn new(sample_rate_hz: f32) -> Self {
        Self { follower: 0.0, recovery: math::fall(1.0 / sample_rate_hz, RECOVERY_S) }
    }

    pub(crate) fn reset(&mut self) {
        self.follower = 0.0;
    }

    /// Limits `left` and `right` in place. A sample that is not a number becomes silence.
    pub(crate) fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        // NaN is not below the knee, so it is looked at below. Most music ends here.
        let is_quiet = |side: &[f32]| side.iter().fold(true, |all, x| all & (x.abs() < KNEE));
        if self.follower == 0.0 && is_quiet(left) && is_quiet(right) {
            return;
        }
        for (left, right) in left.iter_mut().zip(right) {
            for sample in [&mut *left, &mut *right] {
                if !sample.is_finite() {
                    *sample = 0.0;
                }
            }
            let peak = left.abs().max(right.abs());
            let follower = peak.max(self.follower * self.recovery);
            if follower < KNEE {
                self.follower = 0.0;
                continue;
            }
            self.follower = follower;
            let over = (follower - KNEE) / (CEILING - KNEE);
            let gain = (KNEE + (CEILING - KNEE) * over / (1.0 + over)) / follower;
            *left *= gain;
            *right *= gain;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_passes_the_ceiling_and_quiet_music_is_untouched() {
        let mut limiter = Limiter::new(48_000.0);
        let quiet: Vec<f32> =
            (0u8..200).map(|i| 0.7 * math::sin_turns(f32::from(i) / 17.0)).collect();
        let (mut left, mut right) = (quiet.clone(), quiet.clone());
        limiter.process(&mut left, &mut right);
        assert_eq!(left, quiet);
        for gain in [0.8, 1.0, 3.0, 100.0, 1e30] {
            let mut left: Vec<f32> = quiet.iter().map(|x| x * gain).collect();
            let mut right = vec![f32::NAN; 200];
            limiter.process(&mut left, &mut right);
            assert!(left.iter().all(|x| x.abs() < 1.0), "gain {gain}");
            assert!(right.iter().all(|x| *x == 0.0));
        }
    }
}
