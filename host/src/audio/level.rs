//! How loud a render is.

use crate::audio::loudness::Loudness;

/// Measures peak and loudness of stereo audio as it passes.
pub struct LevelMeter {
    peak: f32,
    loudness: Option<Loudness>,
}

impl LevelMeter {
    /// Nothing measured yet. Loudness takes time, so it is left out where nobody asks for it.
    #[must_use]
    pub fn new(sample_rate_hz: u32, has_loudness: bool) -> LevelMeter {
        let loudness = has_loudness.then(|| Loudness::new(sample_rate_hz));
        LevelMeter { peak: 0.0, loudness }
    }

    /// Measures these frames; both channels are as long.
    pub fn add(&mut self, left: &[f32], right: &[f32]) {
        self.peak = self.peak.max(peak_of(left)).max(peak_of(right));
        if let Some(loudness) = &mut self.loudness {
            loudness.add(left, right);
        }
    }

    /// The largest sample, in dBFS; `None` for digital silence.
    #[must_use]
    pub fn peak_dbfs(&self) -> Option<f64> {
        (self.peak > 0.0).then(|| 20.0 * f64::from(self.peak).log10())
    }

    /// The largest sample.
    #[must_use]
    pub fn peak(&self) -> f32 {
        self.peak
    }

    /// Integrated loudness in LUFS by EBU R 128 (2023); `None` where all is below its gate, shorter than 0.4 s, or not
    /// measured.
    #[must_use]
    pub fn lufs(&self) -> Option<f64> {
        self.loudness.as_ref()?.integrated()
    }
}

/// The largest magnitude; a NaN counts as nothing.
fn peak_of(samples: &[f32]) -> f32 {
    // Lanes of their own, so that the comparisons need not wait for each other.
    let mut lanes = [0.0f32; 8];
    let mut chunks = samples.chunks_exact(lanes.len());
    for chunk in &mut chunks {
        for (lane, sample) in lanes.iter_mut().zip(chunk) {
            let magnitude = sample.abs();
            *lane = if magnitude > *lane { magnitude } else { *lane };
        }
    }
    let rest = chunks.remainder().iter().map(|sample| sample.abs());
    lanes.into_iter().chain(rest).fold(0.0, f32::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_found_wherever_it_is() {
        for length in 1..40 {
            for place in 0..length {
                let mut samples = vec![0.25f32; length];
                samples[place] = -0.75;
                assert_eq!(peak_of(&samples).to_bits(), 0.75f32.to_bits(), "{place} of {length}");
            }
        }
        assert_eq!(peak_of(&[]).to_bits(), 0.0f32.to_bits());
    }

    #[test]
    fn a_full_scale_sine_is_as_loud_as_the_standard_says() {
        // EBU Tech 3341, case 1, at another level: a stereo sine of 1 kHz at -23 dBFS reads -23.0 LUFS.
        let rate = 48_000;
        let mut meter = LevelMeter::new(rate, true);
        let level = 10f32.powf(-23.0 / 20.0);
        let sine: Vec<f32> = (0u16..48_000)
            .map(|frame| {
                level * (f32::from(frame) * 1_000.0 * std::f32::consts::TAU / 48_000.0).sin()
            })
            .collect();
        for _ in 0..5 {
            meter.add(&sine, &sine);
        }
        assert!((meter.lufs().unwrap() + 23.0).abs() < 0.1, "{:?}", meter.lufs());
        assert!((meter.peak_dbfs().unwrap() + 23.0).abs() < 0.01);
    }
}
