//! Audio on its way to a file: levels, the file format, and a file that appears whole or not at all.

pub mod flac;
pub mod level;
pub mod loudness;
pub mod mark;
pub mod output;
pub mod spool;
pub mod wav;
pub mod writer;

/// A sample as a whole number of `bits` bits and a sign: the nearest, full scale being `2^bits`; and whether it was beyond
/// that and is cut.
#[inline]
pub(crate) fn whole(sample: f32, bits: u32) -> (i32, bool) {
    let full = f64::from(1u32 << bits);
    let scaled = (f64::from(sample) * full).round();
    let held = scaled.clamp(-full, full - 1.0);
    #[allow(clippy::cast_possible_truncation, reason = "within 24 bits; NaN becomes 0")]
    let number = held as i32;
    (number, (held - scaled).abs() > 0.5)
}
