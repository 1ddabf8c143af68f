//! A file of audio in the format that was asked for.

use std::io::{self, Seek, Write};

use crate::audio::flac::FlacWriter;
use crate::audio::wav::WavWriter;
use crate::cli::{Depth, Format};

/// Writes stereo frames in one format or another.
pub enum AudioWriter<W> {
    /// RIFF or RF64.
    Wav(WavWriter<W>),
    /// FLAC.
    Flac(Box<FlacWriter<W>>),
}

impl<W: Write + Seek> AudioWriter<W> {
    /// Begins a file, marked by `mark` (see [`super::mark`]). FLAC holds whole numbers: asked for floating point it takes 24 bits.
    ///
    /// # Errors
    /// What `out` refuses.
    pub fn new(
        out: W,
        sample_rate_hz: u32,
        format: Format,
        depth: Depth,
        mark: Option<&str>,
    ) -> io::Result<AudioWriter<W>> {
        match format {
            Format::Wav => WavWriter::new(out, sample_rate_hz, depth, mark).map(AudioWriter::Wav),
            Format::Flac => {
                let bits = if depth == Depth::Int16 { 16 } else { 24 };
                let flac = FlacWriter::new(out, sample_rate_hz, bits, mark)?;
                Ok(AudioWriter::Flac(Box::new(flac)))
            }
        }
    }

    /// Writes frames; the channels are equally long.
    ///
    /// # Errors
    /// What the file refuses.
    pub fn write(&mut self, left: &[f32], right: &[f32]) -> io::Result<()> {
        match self {
            AudioWriter::Wav(writer) => writer.write(left, right),
            AudioWriter::Flac(writer) => writer.write(left, right),
        }
    }

    /// How many samples were beyond full scale and had to be cut.
    #[must_use]
    pub fn clipped_count(&self) -> u64 {
        match self {
            AudioWriter::Wav(writer) => writer.clipped_count(),
            AudioWriter::Flac(writer) => writer.clipped_count(),
        }
    }

    /// Puts the header right and gives the file back.
    ///
    /// # Errors
    /// What the file refuses.
    pub fn finish(self) -> io::Result<W> {
        match self {
            AudioWriter::Wav(writer) => writer.finish(),
            AudioWriter::Flac(writer) => writer.finish(),
        }
    }
}
