//! What sounds alike: levels over time, and levels of bands a third of an octave wide.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bins and samples of sound that is known"
)]
use std::f64::consts::TAU;

use anyhow::{Result, ensure};

/// Sound in stereo.
pub struct Sound {
    /// Frames a second.
    pub rate_hz: u32,
    /// Each channel; both are as long.
    pub channels: [Vec<f32>; 2],
}

impl Sound {
    /// Reads a WAV file of 32-bit floating-point numbers in stereo.
    ///
    /// # Errors
    /// If it is none.
    pub fn read(path: &std::path::Path) -> Result<Sound> {
        let mut reader = hound::WavReader::open(path)?;
        let spec = reader.spec();
        ensure!(
            spec.channels == 2 && spec.sample_format == hound::SampleFormat::Float,
            "{spec:?} in {}",
            path.display()
        );
        let samples: Vec<f32> = reader.samples().collect::<Result<_, _>>()?;
        let channel = |index| samples.iter().copied().skip(index).step_by(2).collect();
        Ok(Sound { rate_hz: spec.sample_rate, channels: [channel(0), channel(1)] })
    }

    /// So many frames of it, or all.
    #[must_use]
    pub fn first(mut self, frames: usize) -> Sound {
        for channel in &mut self.channels {
            channel.truncate(frames);
        }
        self
    }

    /// How many frames it has.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.channels[0].len()
    }

    /// The root of the mean square of each whole second, both channels together, in dB of full scale.
    #[must_use]
    pub fn levels_dbfs(&self) -> Vec<f64> {
        let second = usize::try_from(self.rate_hz).unwrap_or(1);
        let power = |samples: &[f32]| samples.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>();
        let [left, right] = &self.channels;
        let seconds = left.chunks_exact(second).zip(right.chunks_exact(second));
        seconds.map(|(l, r)| decibel((power(l) + power(r)) / (2 * second) as f64)).collect()
    }

    /// The power of each band of [`CENTRES_HZ`], both channels together, in dB of a common reference.
    #[must_use]
    pub fn bands_db(&self) -> Vec<f64> {
        let mut powers = vec![0.0; CENTRES_HZ.len()];
        let window: Vec<f64> =
            (0..SIZE).map(|n| 0.5 - 0.5 * (TAU * n as f64 / SIZE as f64).cos()).collect();
        let bin_hz = f64::from(self.rate_hz) / SIZE as f64;
        let edge = 2f64.powf(1.0 / 6.0);
        let [left, right] = &self.channels;
        let mut start = 0;
        while start + SIZE <= left.len() {
            // Two real signals in one transform: the powers of left and right add up in mirrored bins.
            let mut values: Vec<(f64, f64)> = (start..start + SIZE)
                .zip(&window)
                .map(|(n, w)| (f64::from(left[n]) * w, f64::from(right[n]) * w))
                .collect();
            transform(&mut values);
            let power = |(re, im): (f64, f64)| re * re + im * im;
            for (band, centre) in powers.iter_mut().zip(CENTRES_HZ) {
                let bin = |hz: f64| (hz / bin_hz).round() as usize;
                for k in bin(centre / edge).max(1)..bin(centre * edge).min(SIZE / 2) {
                    *band += power(values[k]) + power(values[SIZE - k]);
                }
            }
            start += SIZE / 2;
        }
        powers.into_iter().map(decibel).collect()
    }
}

/// Frames of a transform: at 48 kHz, bins of 2.9 Hz, so that the lowest band has four.
const SIZE: usize = 16_384;

/// Middles of bands, ISO 266.
pub const CENTRES_HZ: [f64; 26] = [
    50.0, 63.0, 80.0, 100.0, 125.0, 160.0, 200.0, 250.0, 315.0, 400.0, 500.0, 630.0, 800.0, 1000.0,
    1250.0, 1600.0, 2000.0, 2500.0, 3150.0, 4000.0, 5000.0, 6300.0, 8000.0, 10_000.0, 12_500.0,
    16_000.0,
];

/// A power in dB; silence is far below all else.
fn decibel(power: f64) -> f64 {
    10.0 * (power + 1e-20).log10()
}

/// How far two lists are apart where the second is at most `range_db` below its largest: the median and the largest of the
/// absolute differences. Nothing to compare is endlessly far.
#[must_use]
pub fn apart_db(ours: &[f64], theirs: &[f64], range_db: f64) -> (f64, f64) {
    let most = theirs.iter().copied().fold(f64::MIN, f64::max);
    let pairs = ours.iter().zip(theirs).filter(|(_, theirs)| **theirs >= most - range_db);
    let mut apart: Vec<f64> = pairs.map(|(ours, theirs)| (ours - theirs).abs()).collect();
    apart.sort_by(f64::total_cmp);
    match apart.last() {
        Some(worst) => (apart[apart.len() / 2], *worst),
        None => (f64::INFINITY, f64::INFINITY),
    }
}

/// Fourier's transform in place, of a power of two of complex values (Cooley and Tukey 1965).
fn transform(values: &mut [(f64, f64)]) {
    let size = values.len();
    let bits = size.trailing_zeros();
    for index in 0..size {
        let other = index.reverse_bits() >> (usize::BITS - bits);
        if other > index {
            values.swap(index, other);
        }
    }
    let mut half = 1;
    while half < size {
        let turns: Vec<(f64, f64)> = (0..half)
            .map(|k| {
                let angle = -TAU * k as f64 / (2 * half) as f64;
                (angle.cos(), angle.sin())
            })
            .collect();
        for block in values.chunks_exact_mut(2 * half) {
            let (low, high) = block.split_at_mut(half);
            for ((a, b), (cos, sin)) in low.iter_mut().zip(high).zip(&turns) {
                let turned = (b.0 * cos - b.1 * sin, b.0 * sin + b.1 * cos);
                *b = (a.0 - turned.0, a.1 - turned.1);
                *a = (a.0 + turned.0, a.1 + turned.1);
            }
        }
        half *= 2;
    }
}

/// Checks the measuring itself on sounds whose levels are known.
///
/// # Errors
/// If it is wrong.
pub fn check() -> Result<()> {
    let rate_hz = 48_000;
    let sine = |hz: f64, gain: f64| -> Vec<f32> {
        let sample = |n: u32| (gain * (TAU * hz * f64::from(n) / f64::from(rate_hz)).sin()) as f32;
        (0..96_000).map(sample).collect()
    };
    let sound = Sound { rate_hz, channels: [sine(1000.0, 0.5), sine(250.0, 0.05)] };
    let levels = sound.levels_dbfs();
    // Half the mean of 0.5² / 2 and 0.05² / 2.
    let expected = 10.0 * ((0.125 + 0.00125) / 2.0f64).log10();
    ensure!(levels.len() == 2 && levels.iter().all(|l| (l - expected).abs() < 0.01), "{levels:?}");
    let bands = sound.bands_db();
    let at = |hz: f64| {
        CENTRES_HZ.iter().position(|c| (c - hz).abs() < 1e-9).map_or(0.0, |place| bands[place])
    };
    ensure!((at(1000.0) - at(250.0) - 20.0).abs() < 0.1, "{bands:?}");
    ensure!(at(1000.0) - at(4000.0) > 80.0, "{bands:?}");
    let (median, worst) =
        apart_db(&[-10.0, -20.5, -33.0, -90.0], &[-10.0, -20.0, -30.0, -80.0], 40.0);
    ensure!((median - 0.5).abs() < 1e-9 && (worst - 3.0).abs() < 1e-9, "{median} {worst}");
    Ok(())
}
