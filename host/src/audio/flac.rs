//! FLAC files as a stream: frame after frame, the header put right at the end.
//!
//! Source: RFC 9639, "Free Lossless Audio Codec (FLAC) Format", 2024, sections 8.1 and 8.2 for the bytes in front of the
//! frames, which are 42 for the block of stream information; a block of comments may follow it.

use std::io::{self, Seek, SeekFrom, Write};

use flacenc::bitsink::ByteSink;
use flacenc::component::{BitRepr, StreamInfo};
use flacenc::config::Encoder;
use flacenc::encode_fixed_size_frame;
use flacenc::error::{Verified, Verify};
use flacenc::source::{Context, Fill, FrameBuf};

/// Frames of audio in a frame of FLAC.
const BLOCK_FRAMES: usize = 4096;
const CHANNELS: usize = 2;
/// The marker, the header of the block, the block.
const HEADER_BYTES: usize = 4 + 4 + 34;

/// Writes stereo frames as whole numbers of 16 or 24 bits, which is what FLAC holds.
pub struct FlacWriter<W> {
    out: W,
    bits: u8,
    config: Verified<Encoder>,
    info: StreamInfo,
    context: Context,
    buffer: FrameBuf,
    /// Interleaved samples that do not fill a block yet.
    pending: Vec<i32>,
    clipped_count: u64,
    mark: Option<String>,
}

impl<W: Write + Seek> FlacWriter<W> {
    /// Begins a file. `mark` is written as a comment in front of the sound (see [`super::mark`]).
    ///
    /// # Errors
    /// What `out` refuses, or a sample rate beyond what FLAC holds.
    pub fn new(
        mut out: W,
        sample_rate_hz: u32,
        bits: u8,
        mark: Option<&str>,
    ) -> io::Result<FlacWriter<W>> {
        out.write_all(&[0; HEADER_BYTES])?;
        if let Some(mark) = mark {
            out.write_all(&super::mark::flac_block(mark, 0))?;
        }
        let rate = usize::try_from(sample_rate_hz).map_err(io::Error::other)?;
        let config = Encoder::default().into_verified().map_err(|(_, error)| other(error))?;
        Ok(FlacWriter {
            out,
            bits,
            config,
            info: StreamInfo::new(rate, CHANNELS, usize::from(bits)).map_err(other)?,
            context: Context::new(usize::from(bits), CHANNELS),
            buffer: FrameBuf::with_size(CHANNELS, BLOCK_FRAMES).map_err(other)?,
            pending: Vec::with_capacity(2 * CHANNELS * BLOCK_FRAMES),
            clipped_count: 0,
            mark: mark.map(str::to_owned),
        })
    }

    /// How many samples were beyond full scale and had to be cut.
    #[must_use]
    pub fn clipped_count(&self) -> u64 {
        self.clipped_count
    }

    /// Writes frames; the channels are equally long.
    ///
    /// # Errors
    /// What the file refuses, a full disk for one.
    pub fn write(&mut self, left: &[f32], right: &[f32]) -> io::Result<()> {
        for (l, r) in left.iter().zip(right) {
            for sample in [*l, *r] {
                let (whole, is_clipped) = super::whole(sample, u32::from(self.bits) - 1);
                self.clipped_count += u64::from(is_clipped);
                self.pending.push(whole);
            }
            if self.pending.len() >= CHANNELS * BLOCK_FRAMES {
                self.encode()?;
            }
        }
        Ok(())
    }

    /// Encodes what is pending, a block at most.
    fn encode(&mut self) -> io::Result<()> {
        let frames = self.pending.len() / CHANNELS;
        self.buffer.resize(frames);
        self.buffer.fill_interleaved(&self.pending).map_err(other)?;
        self.context.fill_interleaved(&self.pending).map_err(other)?;
        self.pending.clear();
        let number = self.context.current_frame_number().unwrap_or(0);
        let frame = encode_fixed_size_frame(&self.config, &self.buffer, number, &self.info)
            .map_err(other)?;
        self.info.update_frame_info(&frame);
        let mut sink = ByteSink::new();
        frame.write(&mut sink).map_err(other)?;
        self.out.write_all(sink.as_slice())
    }

    /// Encodes what is left and puts the header right.
    ///
    /// # Errors
    /// What the file refuses.
    pub fn finish(mut self) -> io::Result<W> {
        if !self.pending.is_empty() {
            self.encode()?;
        }
        self.info.set_md5_digest(&self.context.md5_digest());
        self.info.set_total_samples(self.context.total_samples());
        // All blocks are of one size; the last, which may be shorter, does not count (section 8.2).
        self.info.set_block_sizes(BLOCK_FRAMES, BLOCK_FRAMES).map_err(other)?;
        let mut sink = ByteSink::new();
        self.info.write(&mut sink).map_err(other)?;
        let file_bytes = self.out.stream_position()?;
        self.out.seek(SeekFrom::Start(0))?;
        self.out.write_all(b"fLaC")?;
        // A block of metadata of kind 0, 34 bytes long; the first bit says whether it is the last.
        self.out.write_all(&[if self.mark.is_some() { 0 } else { 0x80 }, 0, 0, 34])?;
        self.out.write_all(sink.as_slice())?;
        if let Some(mark) = &self.mark {
            self.out.write_all(&super::mark::flac_block(mark, file_bytes))?;
        }
        self.out.flush()?;
        Ok(self.out)
    }
}

/// The encoder's errors, none of which sound input brings about, as errors of a file.
fn other(error: impl std::fmt::Debug) -> io::Error {
    io::Error::other(format!("encoding FLAC: {error:?}"))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn another_reader_reads_the_same_samples() {
        for bits in [16u8, 24] {
            for frames in [1usize, 4095, 4096, 10_000] {
                #[allow(clippy::cast_precision_loss, reason = "small")]
                let wave =
                    |k: f32| (0..frames).map(|i| (i as f32 * k).sin() * 0.9).collect::<Vec<f32>>();
                let (left, right) = (wave(0.01), wave(0.37));
                let mut file = Cursor::new(Vec::new());
                let mut flac = FlacWriter::new(&mut file, 44_100, bits, Some("0f")).unwrap();
                for (l, r) in left.chunks(700).zip(right.chunks(700)) {
                    flac.write(l, r).unwrap();
                }
                flac.finish().unwrap();
                file.set_position(0);
                let mut reader = claxon::FlacReader::new(file).unwrap();
                let info = reader.streaminfo();
                assert_eq!((info.sample_rate, info.channels), (44_100, 2));
                assert_eq!(info.bits_per_sample, u32::from(bits));
                assert_eq!(info.samples, Some(u64::try_from(frames).unwrap()));
                let read: Vec<i32> = reader.samples().map(Result::unwrap).collect();
                let expected: Vec<i32> = left
                    .iter()
                    .zip(&right)
                    .flat_map(|(l, r)| [*l, *r])
                    .map(|sample| crate::audio::whole(sample, u32::from(bits) - 1).0)
                    .collect();
                assert_eq!(read, expected, "{bits} bits, {frames} frames");
            }
        }
    }
}
