//! The few numeric functions the nodes share: fast, branch-free, and the same on every machine.
//!
//! They use only additions, multiplications and bit moves, so that the compiler can work on several
//! frames at once and no system library decides the last bit of a sample.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

/// Below this absolute value a state is silence; it keeps denormal numbers out of recursions.
const SILENCE: f32 = 1e-12;

/// Adding and subtracting it rounds a float below 2^22 in magnitude to the nearest integer.
const ROUNDER: f32 = 12_582_912.0;

/// Frequency of A4, the key 69, in hertz (ISO 16).
pub(crate) const A4_HZ: f32 = 440.0;

/// Rounds to the nearest integer, for |x| < 2^22.
#[inline]
pub(crate) fn round(x: f32) -> f32 {
    (x + ROUNDER) - ROUNDER
}

/// `sin(2πx)` for `x` in `[-0.5, 0.5]` turns, within 2e-7.
///
/// An odd polynomial with its zeros at 0 and ±1/2 taken out; coefficients by a weighted least
/// squares fit that evens out the error.
#[inline]
pub(crate) fn sin_turn(x: f32) -> f32 {
    let square = x * x;
    let mut sum = -12.233_344;
    sum = sum * square + 38.123_215;
    sum = sum * square - 67.043_9;
    sum = sum * square + 64.834_68;
    sum = sum * square - 25.132_73;
    x * (square - 0.25) * sum
}

/// `sin(2πx)` for any `x` in turns, |x| < 2^22.
#[inline]
pub(crate) fn sin_turns(x: f32) -> f32 {
    sin_turn(x - round(x))
}

/// `2^x` within a relative error of 2e-7; `x` is clamped to `[-126, 126]`.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the clamp keeps the integer part in 8 bits")]
pub(crate) fn exp2(x: f32) -> f32 {
    let x = x.clamp(-126.0, 126.0);
    let whole = round(x);
    let part = x - whole;
    let mut sum = 0.001_327_65;
    sum = sum * part + 0.009_675_54;
    sum = sum * part + 0.055_507_13;
    sum = sum * part + 0.240_221_2;
    sum = sum * part + 0.693_146_97;
    sum = sum * part + 1.0;
    let scale = f32::from_bits((((whole as i32) + 127) << 23).cast_unsigned());
    sum * scale
}

/// `tan(πx)` for `x` in `[0, 0.49]`: the warped frequency of a bilinear filter at `x` of the rate.
#[inline]
pub(crate) fn tan_half_turns(x: f32) -> f32 {
    let half = 0.5 * x.clamp(0.0, 0.49);
    sin_turn(half) / sin_turn(0.25 - half).max(1e-6)
}

/// The level left after a fall of 60 dB has run for `seconds / time_s` of its time.
///
/// `fall(0, t) == 1`, `fall(t, t) == 0.001`; a time of zero falls at once.
#[inline]
pub(crate) fn fall(seconds: f32, time_s: f32) -> f32 {
    /// log2(1000): 60 dB in octaves of amplitude.
    const OCTAVES: f32 = 9.965_784;
    if time_s <= 0.0 { 0.0 } else { exp2(-OCTAVES * seconds / time_s) }
}

/// Amplitude of a level in decibels.
#[must_use]
pub(crate) fn db(level_db: f32) -> f32 {
    exp2(level_db / 6.020_6)
}

/// `x`, or zero where it is too small to hear.
#[inline]
pub(crate) fn flush(x: f32) -> f32 {
    if x.abs() < SILENCE { 0.0 } else { x }
}

/// A count as a float; exact below 2^24.
#[inline]
#[allow(clippy::cast_precision_loss, reason = "counts of frames in a block or period are small")]
pub(crate) fn float(count: usize) -> f32 {
    count as f32
}

/// A time in whole frames, at least one.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the value is rounded and positive"
)]
pub(crate) fn frames(seconds: f32, sample_rate_hz: f32) -> usize {
    (seconds * sample_rate_hz).round().max(1.0) as usize
}

/// A turn as a 32-bit phase, of which a whole turn is 2^32.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "a float saturates into 64 bits, then wraps")]
pub(crate) fn phase(turns: f32) -> u32 {
    /// Phase units in a turn.
    const TURN: f32 = 4_294_967_296.0;
    ((turns * TURN) as i64).cast_unsigned() as u32
}

/// The signed turn of a phase, in `[-0.5, 0.5]`.
#[inline]
pub(crate) fn turn(phase: u32) -> f32 {
    phase.cast_signed() as f32 * (1.0 / 4_294_967_296.0)
}

/// Mixes the bits of `x` (the finaliser of MurmurHash3, Austin Appleby, public domain).
#[inline]
pub(crate) fn hash(mut x: u32) -> u32 {
    x ^= x >> 16;
    x = x.wrapping_mul(0x85eb_ca6b);
    x ^= x >> 13;
    x = x.wrapping_mul(0xc2b2_ae35);
    x ^ (x >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sine_is_within_two_parts_in_ten_million() {
        for i in -5000i16..=5000 {
            let x = f32::from(i) / 10_000.0;
            let expected = (f64::from(x) * std::f64::consts::TAU).sin();
            assert!((f64::from(sin_turn(x)) - expected).abs() < 4e-7, "at {x}");
        }
    }

    #[test]
    fn powers_of_two_are_within_a_thousandth_of_a_cent() {
        for i in -1200i16..=1200 {
            let x = f32::from(i) / 100.0;
            let ratio = f64::from(exp2(x)) / f64::from(x).exp2();
            assert!((1200.0 * ratio.log2()).abs() < 1e-3, "at {x}: {ratio}");
        }
        assert!((db(-6.020_6) - 0.5).abs() < 1e-6);
    }

    #[test]
    fn tangent_warps_as_the_library_does() {
        for i in 1u8..49 {
            let x = f32::from(i) / 100.0;
            let expected = (x * std::f32::consts::PI).tan();
            assert!((tan_half_turns(x) / expected - 1.0).abs() < 1e-4, "at {x}");
        }
    }
}
