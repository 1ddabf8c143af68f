//! How loud a render is.

use anyhow::Result;
use ebur128::{EbuR128, Mode};

/// Measures peak and loudness of stereo audio as it passes.
pub struct LevelMeter {
    peak: f32,
    loudness: EbuR128,
}

impl LevelMeter {
    /// Nothing measured yet.
    ///
    /// # Errors
    /// A sample rate that the meter cannot take.
    pub fn new(sample_rate_hz: u32) -> Result<LevelMeter> {
        // The histogram keeps memory constant, whatever the length.
        let loudness = EbuR128::new(2, sample_rate_hz, Mode::I | Mode::HISTOGRAM)?;
        Ok(LevelMeter { peak: 0.0, loudness })
    }

    /// Measures these frames.
    ///
    /// # Errors
    /// Channels of different lengths.
    pub fn add(&mut self, left: &[f32], right: &[f32]) -> Result<()> {
        let peak = |peak: f32, sample: &f32| peak.max(sample.abs());
        self.peak = left.iter().fold(self.peak, peak);
        self.peak = right.iter().fold(self.peak, peak);
        self.loudness.add_frames_planar_f32(&[left, right])?;
        Ok(())
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

    /// Integrated loudness in LUFS by EBU R 128 (2023); `None` where all is below its gate, or shorter than 0.4 s.
    #[must_use]
    pub fn lufs(&self) -> Option<f64> {
        self.loudness.loudness_global().ok().filter(|lufs| lufs.is_finite())
    }
}
