//! Sound that was rendered, sample by sample.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

/// Two channels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sound {
    /// The left one.
    pub left: Vec<f32>,
    /// The right one, as long.
    pub right: Vec<f32>,
}

impl Sound {
    /// Silence.
    #[must_use]
    pub fn silent(frames: u64) -> Sound {
        let frames = usize::try_from(frames).unwrap_or(0);
        Sound { left: vec![0.0; frames], right: vec![0.0; frames] }
    }

    /// Reads a WAV file of two channels of 32-bit floating-point numbers, with another reader than our own.
    ///
    /// # Errors
    /// If it is none, or not whole.
    pub fn read(path: &Path) -> Result<Sound> {
        let reading = || format!("reading {}", path.display());
        let mut reader = hound::WavReader::open(path).with_context(reading)?;
        let spec = reader.spec();
        ensure!(spec.channels == 2 && spec.sample_format == hound::SampleFormat::Float, "{spec:?}");
        let samples: Vec<f32> = reader.samples().collect::<Result<_, _>>().with_context(reading)?;
        let channel = |first: usize| samples.iter().skip(first).step_by(2).copied().collect();
        Ok(Sound { left: channel(0), right: channel(1) })
    }

    /// Frames.
    #[must_use]
    pub fn len(&self) -> usize {
        self.left.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// Whether every sample is zero.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.left.iter().chain(&self.right).all(|sample| sample.abs() <= 0.0)
    }

    /// The frames that are not zero, with both samples.
    #[must_use]
    pub fn onsets(&self) -> Vec<(usize, f32, f32)> {
        let pairs = self.left.iter().zip(&self.right).enumerate();
        let sounding = pairs.filter(|(_, (l, r))| l.abs() > 0.0 || r.abs() > 0.0);
        sounding.map(|(frame, (l, r))| (frame, *l, *r)).collect()
    }

    /// Whether all samples are those of `expected`, bit by bit but for the sign of zero.
    ///
    /// # Errors
    /// What differs first.
    pub fn is_exactly(&self, expected: &Sound) -> Result<()> {
        let (found, wanted) = (self.onsets(), expected.onsets());
        for (index, wanted) in wanted.iter().enumerate() {
            let Some(found) = found.get(index) else {
                bail!("onset {index} is missing: {wanted:?}, of {} there are {index}", found.len())
            };
            if !is_same(*found, *wanted) {
                bail!("onset {index} of {} is {found:?}, not {wanted:?}", self.onsets().len());
            }
        }
        ensure!(found.len() == wanted.len(), "{} onsets, not {}", found.len(), wanted.len());
        ensure!(self.len() == expected.len(), "{} frames long, not {}", self.len(), expected.len());
        Ok(())
    }
}

fn is_same(a: (usize, f32, f32), b: (usize, f32, f32)) -> bool {
    a.0 == b.0 && a.1.to_bits() == b.1.to_bits() && a.2.to_bits() == b.2.to_bits()
}
