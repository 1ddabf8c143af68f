//! Integrated loudness of stereo sound.
//!
//! Sources: ITU-R BS.1770-4 (2015), annex 1, for the filters, the blocks of 400 ms and the two gates; EBU R 128 (2023) for
//! their use; B. De Man, "Evaluation of Implementations of the EBU R128 Loudness Measurement" (145th AES Convention, 2018),
//! for the filters at rates other than 48 kHz.
//!
//! The crate ebur128 measures the same (and is the second opinion in the tests), in four times the time: it cost more than
//! all else that is done with a sound beside the plugin.

use std::f64::consts::PI;

/// Sub-blocks of 100 ms in a block.
const OVERLAP: usize = 4;
/// Blocks below are not counted, in LUFS.
const ABSOLUTE_GATE: f64 = -70.0;
/// Nor are blocks so much below the mean of the others, in LU.
const RELATIVE_GATE: f64 = -10.0;
/// What makes a sine of 997 Hz read as loud as it is, in LU.
const OFFSET: f64 = -0.691;
/// Blocks are kept by their loudness, so that memory does not grow with the length: so many to an LU …
const BINS_PER_LU: f64 = 100.0;
/// … from the absolute gate up to so much above it, which is +30 LUFS.
const BIN_COUNT: usize = 10_000;
/// States below this are nothing; numbers near the smallest there are would slow the processor down.
const TINY: f64 = 1e-30;

/// Both channels of one value.
type Pair = [f64; 2];

/// A filter of second order for two channels, in the transposed direct form II.
#[derive(Clone, Copy, Debug, Default)]
struct Biquad {
    b: [f64; 3],
    a: [f64; 2],
    state: [Pair; 2],
}

impl Biquad {
    #[inline(always)]
    fn filter(&mut self, input: Pair) -> Pair {
        let Biquad { b: [b0, b1, b2], a: [a1, a2], state: [first, second] } = self;
        let mut output = [0.0; 2];
        for (((output, x), s1), s2) in output.iter_mut().zip(input).zip(first).zip(second) {
            *output = *b0 * x + *s1;
            *s1 = *b1 * x - *a1 * *output + *s2;
            *s2 = *b2 * x - *a2 * *output;
        }
        output
    }

    fn settle(&mut self) {
        for value in self.state.iter_mut().flatten() {
            if value.abs() < TINY {
                *value = 0.0;
            }
        }
    }
}

/// Measures as the sound passes.
pub struct Loudness {
    shelf: Biquad,
    high_pass: Biquad,
    /// Frames of 100 ms.
    sub_block_frames: u32,
    /// Frames of the current one, and their energy.
    frames: u32,
    energy: f64,
    /// The last ones, the oldest first, as mean squares; fewer at the start.
    recent: Vec<f64>,
    /// How many blocks of each loudness, and the sum of their mean squares.
    bins: Vec<(u64, f64)>,
}

impl Loudness {
    /// Nothing measured yet.
    #[must_use]
    pub fn new(sample_rate_hz: u32) -> Loudness {
        let rate = f64::from(sample_rate_hz);
        Loudness {
            shelf: shelf(rate),
            high_pass: high_pass(rate),
            sub_block_frames: (sample_rate_hz.max(1) + 5) / 10,
            frames: 0,
            energy: 0.0,
            recent: Vec::with_capacity(OVERLAP),
            bins: vec![(0, 0.0); BIN_COUNT],
        }
    }

    /// Measures these frames; both channels are as long.
    pub fn add(&mut self, left: &[f32], right: &[f32]) {
        let mut left = left;
        let mut right = right;
        while !left.is_empty() && !right.is_empty() {
            let missing = usize::try_from(self.sub_block_frames - self.frames).unwrap_or(1);
            let count = missing.min(left.len()).min(right.len());
            let (now_left, later_left) = left.split_at(count);
            let (now_right, later_right) = right.split_at(count);
            // In registers, for the length of the loop.
            let (mut shelf, mut high_pass) = (self.shelf, self.high_pass);
            let mut sums = [0.0; 2];
            for (l, r) in now_left.iter().zip(now_right) {
                let weighted = high_pass.filter(shelf.filter([f64::from(*l), f64::from(*r)]));
                for (sum, value) in sums.iter_mut().zip(weighted) {
                    *sum += value * value;
                }
            }
            (self.shelf, self.high_pass) = (shelf, high_pass);
            self.energy += sums.iter().sum::<f64>();
            self.frames += u32::try_from(count).unwrap_or(0);
            if self.frames == self.sub_block_frames {
                self.end_sub_block();
            }
            (left, right) = (later_left, later_right);
        }
        self.shelf.settle();
        self.high_pass.settle();
    }

    fn end_sub_block(&mut self) {
        if self.recent.len() == OVERLAP {
            self.recent.remove(0);
        }
        self.recent.push(self.energy / f64::from(self.sub_block_frames));
        (self.energy, self.frames) = (0.0, 0);
        if self.recent.len() < OVERLAP {
            return;
        }
        let mean = self.recent.iter().sum::<f64>() / 4.0;
        let above = (lufs(mean) - ABSOLUTE_GATE) * BINS_PER_LU;
        if above >= 0.0 {
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "not negative"
            )]
            let index = (above as usize).min(BIN_COUNT - 1);
            if let Some((count, sum)) = self.bins.get_mut(index) {
                *count += 1;
                *sum += mean;
            }
        }
    }

    /// Integrated loudness in LUFS so far; `None` where all is below the absolute gate, or shorter than a block.
    #[must_use]
    pub fn integrated(&self) -> Option<f64> {
        let gate = lufs(mean_of(&self.bins)?) + RELATIVE_GATE;
        let first = ((gate - ABSOLUTE_GATE) * BINS_PER_LU).max(0.0);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative")]
        let first = (first as usize).min(BIN_COUNT - 1);
        mean_of(self.bins.get(first..).unwrap_or_default()).map(lufs)
    }
}

fn mean_of(bins: &[(u64, f64)]) -> Option<f64> {
    let count: u64 = bins.iter().map(|(count, _)| count).sum();
    let sum: f64 = bins.iter().map(|(_, sum)| sum).sum();
    #[allow(clippy::cast_precision_loss, reason = "2^53 blocks are millions of years")]
    let mean = sum / count as f64;
    (count > 0).then_some(mean)
}

fn lufs(mean_square: f64) -> f64 {
    OFFSET + 10.0 * mean_square.log10()
}

/// The first stage: a head is a sphere that makes high sounds louder.
fn shelf(rate: f64) -> Biquad {
    let (frequency, gain_db, q) =
        (1_681.974_450_955_533, 3.999_843_853_973_347, 0.707_175_236_955_419_6);
    let k = (PI * frequency / rate).tan();
    let high = 10f64.powf(gain_db / 20.0);
    let band = high.powf(0.499_666_774_154_541_6);
    let a0 = 1.0 + k / q + k * k;
    Biquad {
        b: [
            (high + band * k / q + k * k) / a0,
            2.0 * (k * k - high) / a0,
            (high - band * k / q + k * k) / a0,
        ],
        a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0],
        state: Default::default(),
    }
}

/// The second stage: low sounds are less loud.
fn high_pass(rate: f64) -> Biquad {
    let (frequency, q) = (38.135_470_876_024_44, 0.500_327_037_323_877_3);
    let k = (PI * frequency / rate).tan();
    let a0 = 1.0 + k / q + k * k;
    Biquad {
        b: [1.0, -2.0, 1.0],
        a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0],
        state: Default::default(),
    }
}

#[cfg(test)]
mod tests {
    use ebur128::{EbuR128, Mode};

    use super::*;

    /// Noise that rises and falls, with silence in it.
    fn sound(rate: u32, seconds: u32) -> (Vec<f32>, Vec<f32>) {
        let mut dice = 1u32;
        let mut throw = move || {
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            #[allow(clippy::cast_precision_loss, reason = "noise")]
            let noise = (dice >> 8) as f32 / (1 << 23) as f32 - 1.0;
            noise
        };
        let frames = rate * seconds;
        let mut both = (Vec::new(), Vec::new());
        for frame in 0..frames {
            #[allow(clippy::cast_precision_loss, reason = "a level")]
            let place = frame as f32 / rate as f32;
            let level = if place % 5.0 < 1.0 { 0.0 } else { (0.4 * place).sin().abs() * 0.5 };
            both.0.push(level * throw());
            both.1.push(level * 0.3 * throw());
        }
        both
    }

    #[test]
    fn another_meter_reads_the_same() {
        for rate in [22_050, 44_100, 48_000, 96_000] {
            let (left, right) = sound(rate, 20);
            let mut other = EbuR128::new(2, rate, Mode::I).unwrap();
            other.add_frames_planar_f32(&[&left, &right]).unwrap();
            let expected = other.loudness_global().unwrap();
            for block in [1, 512, 100_000] {
                let mut meter = Loudness::new(rate);
                for (l, r) in left.chunks(block).zip(right.chunks(block)) {
                    meter.add(l, r);
                }
                let read = meter.integrated().unwrap();
                assert!((read - expected).abs() < 0.02, "{rate} Hz: {read}, not {expected}");
            }
        }
    }

    #[test]
    fn the_filters_are_those_of_the_standard() {
        // ITU-R BS.1770-4, annex 1, tables 1 and 2, for 48 kHz.
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
        let first = shelf(48_000.0);
        let expected = [1.535_124_859_586_97, -2.691_696_189_406_38, 1.198_392_810_852_85];
        first.b.iter().zip(expected).for_each(|(a, b)| near(*a, b));
        let expected = [-1.690_659_293_182_41, 0.732_480_774_215_85];
        first.a.iter().zip(expected).for_each(|(a, b)| near(*a, b));
        let second = high_pass(48_000.0);
        let expected = [-1.990_047_454_833_98, 0.990_072_250_366_21];
        second.a.iter().zip(expected).for_each(|(a, b)| near(*a, b));
    }

    #[test]
    fn silence_and_what_is_too_short_have_no_loudness() {
        let mut meter = Loudness::new(48_000);
        meter.add(&[0.5; 19_199], &[0.5; 19_199]);
        assert_eq!(meter.integrated(), None);
        let mut meter = Loudness::new(48_000);
        for _ in 0..20 {
            meter.add(&[0.0; 48_000], &[0.0; 48_000]);
        }
        assert_eq!(meter.integrated(), None);
    }
}
