//! WAV files as a stream: RIFF up to 4 GiB, RF64 beyond.
//!
//! Sources: "Multimedia Programming Interface and Data Specifications 1.0" (IBM, Microsoft, 1991) for RIFF; EBU Tech 3306
//! v1.1 (2007) for RF64, whose `ds64` chunk takes the place of a `JUNK` chunk reserved at the start.

use std::io::{self, Seek, SeekFrom, Write};

use crate::cli::Depth;

/// Writes stereo frames behind a header that is put right at the end.
pub struct WavWriter<W> {
    out: W,
    depth: Depth,
    frames: u64,
    /// Samples beyond full scale, cut to it because whole numbers cannot hold them.
    clipped_count: u64,
    bytes: Vec<u8>,
    /// What stands behind the sound.
    info: Vec<u8>,
}

const CHANNELS: u16 = 2;
/// Where the sizes stand that are known only at the end.
const RIFF_SIZE_AT: u64 = 4;
const JUNK_AT: u64 = 12;
/// The body of a `ds64` chunk without a table.
const DS64_BYTES: u32 = 28;

impl<W: Write + Seek> WavWriter<W> {
    /// Begins a file of stereo audio. `mark` is written as a comment behind the sound (see [`super::mark`]).
    ///
    /// # Errors
    /// What `out` refuses.
    pub fn new(
        out: W,
        sample_rate_hz: u32,
        depth: Depth,
        mark: Option<&str>,
    ) -> io::Result<WavWriter<W>> {
        let mut writer = WavWriter {
            out,
            depth,
            frames: 0,
            clipped_count: 0,
            bytes: Vec::with_capacity(1 << 14),
            info: mark.map(super::mark::wav_chunk).unwrap_or_default(),
        };
        writer.header(sample_rate_hz)?;
        Ok(writer)
    }

    /// How many samples were beyond full scale and had to be cut; none in floating point.
    #[must_use]
    pub fn clipped_count(&self) -> u64 {
        self.clipped_count
    }

    /// Writes frames; the channels are equally long.
    ///
    /// # Errors
    /// What the file refuses, a full disk for one.
    pub fn write(&mut self, left: &[f32], right: &[f32]) -> io::Result<()> {
        let frames = left.len().min(right.len());
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.resize(frames * usize::from(CHANNELS * self.sample_bytes()), 0);
        match self.depth {
            Depth::F32 => interleave(&mut bytes, left, right, f32::to_le_bytes),
            Depth::Int16 => interleave(&mut bytes, left, right, |sample| {
                let [a, b, ..] = self.whole(sample, 15).to_le_bytes();
                [a, b]
            }),
            Depth::Int24 => interleave(&mut bytes, left, right, |sample| {
                let [a, b, c, _] = self.whole(sample, 23).to_le_bytes();
                [a, b, c]
            }),
        }
        self.frames += u64::try_from(frames).unwrap_or(0);
        let written = self.out.write_all(&bytes);
        self.bytes = bytes;
        written
    }

    fn whole(&mut self, sample: f32, bits: u32) -> i32 {
        let (number, is_clipped) = super::whole(sample, bits);
        self.clipped_count += u64::from(is_clipped);
        number
    }

    fn sample_bytes(&self) -> u16 {
        match self.depth {
            Depth::Int16 => 2,
            Depth::Int24 => 3,
            Depth::F32 => 4,
        }
    }

    fn header(&mut self, sample_rate_hz: u32) -> io::Result<()> {
        let sample_bytes = self.sample_bytes();
        let frame_bytes = CHANNELS * sample_bytes;
        let is_float = self.depth == Depth::F32;
        let mut head: Vec<u8> = Vec::with_capacity(128);
        head.extend_from_slice(b"RIFF\0\0\0\0WAVE");
        head.extend_from_slice(b"JUNK");
        head.extend_from_slice(&DS64_BYTES.to_le_bytes());
        head.extend_from_slice(&[0; DS64_BYTES as usize]);
        head.extend_from_slice(b"fmt ");
        let format: u16 = if is_float { 3 } else { 1 };
        head.extend_from_slice(&(if is_float { 18u32 } else { 16 }).to_le_bytes());
        head.extend_from_slice(&format.to_le_bytes());
        head.extend_from_slice(&CHANNELS.to_le_bytes());
        head.extend_from_slice(&sample_rate_hz.to_le_bytes());
        head.extend_from_slice(&(sample_rate_hz * u32::from(frame_bytes)).to_le_bytes());
        head.extend_from_slice(&frame_bytes.to_le_bytes());
        head.extend_from_slice(&(sample_bytes * 8).to_le_bytes());
        if is_float {
            // Formats other than PCM have a size of extension and a count of frames.
            head.extend_from_slice(&0u16.to_le_bytes());
            head.extend_from_slice(b"fact");
            head.extend_from_slice(&4u32.to_le_bytes());
            head.extend_from_slice(&0u32.to_le_bytes());
        }
        head.extend_from_slice(b"data\0\0\0\0");
        self.out.write_all(&head)
    }

    /// Where the data begin.
    fn data_at(&self) -> u64 {
        let fact = if self.depth == Depth::F32 { 2 + 12 } else { 0 };
        JUNK_AT + 8 + u64::from(DS64_BYTES) + 8 + 16 + fact + 8
    }

    /// Puts the header right.
    ///
    /// # Errors
    /// What the file refuses.
    pub fn finish(self) -> io::Result<W> {
        let limit = u64::from(u32::MAX);
        self.finish_with_limit(limit)
    }

    /// Files of more than `riff_bytes_max` become RF64.
    fn finish_with_limit(mut self, riff_bytes_max: u64) -> io::Result<W> {
        let data_bytes = self.frames * u64::from(CHANNELS * self.sample_bytes());
        if data_bytes % 2 == 1 {
            self.out.write_all(&[0])?;
        }
        self.out.write_all(&self.info)?;
        let info_bytes = u64::try_from(self.info.len()).unwrap_or(0);
        let riff_bytes = self.data_at() - 8 + data_bytes + data_bytes % 2 + info_bytes;
        let small = |size: u64| u32::try_from(size).unwrap_or(u32::MAX);
        let is_large = riff_bytes > riff_bytes_max;
        if is_large {
            self.put(0, b"RF64")?;
            self.put(RIFF_SIZE_AT, &u32::MAX.to_le_bytes())?;
            self.put(JUNK_AT, b"ds64")?;
            self.put(JUNK_AT + 8, &riff_bytes.to_le_bytes())?;
            self.put(JUNK_AT + 16, &data_bytes.to_le_bytes())?;
            self.put(JUNK_AT + 24, &self.frames.to_le_bytes())?;
            self.put(self.data_at() - 4, &u32::MAX.to_le_bytes())?;
        } else {
            self.put(RIFF_SIZE_AT, &small(riff_bytes).to_le_bytes())?;
            self.put(self.data_at() - 4, &small(data_bytes).to_le_bytes())?;
        }
        if self.depth == Depth::F32 {
            self.put(self.data_at() - 12, &small(self.frames).to_le_bytes())?;
        }
        self.out.flush()?;
        Ok(self.out)
    }

    fn put(&mut self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.out.seek(SeekFrom::Start(at))?;
        self.out.write_all(bytes)
    }
}

/// Fills `bytes` with the samples of both channels, `N` bytes each, in turn.
fn interleave<const N: usize>(
    bytes: &mut [u8],
    left: &[f32],
    right: &[f32],
    mut to_bytes: impl FnMut(f32) -> [u8; N],
) {
    for ((l, r), frame) in left.iter().zip(right).zip(bytes.chunks_exact_mut(2 * N)) {
        let (first, second) = frame.split_at_mut(N);
        first.copy_from_slice(&to_bytes(*l));
        second.copy_from_slice(&to_bytes(*r));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    const LEFT: [f32; 5] = [0.0, 0.5, -1.0, 1.5, 1e-9];
    const RIGHT: [f32; 5] = [0.25, -0.25, 0.999_999, -1.5, 0.1];

    fn written(depth: Depth, riff_bytes_max: u64) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        let mut wav = WavWriter::new(&mut file, 44_100, depth, None).unwrap();
        wav.write(&LEFT[..2], &RIGHT[..2]).unwrap();
        wav.write(&LEFT[2..], &RIGHT[2..]).unwrap();
        assert_eq!(
            wav.clipped_count(),
            if depth == Depth::F32 { 0 } else { 3 } - u64::from(depth == Depth::Int24)
        );
        wav.finish_with_limit(riff_bytes_max).unwrap();
        file.into_inner()
    }

    fn interleaved() -> Vec<f32> {
        LEFT.iter().zip(RIGHT).flat_map(|(l, r)| [*l, r]).collect()
    }

    #[test]
    fn another_reader_reads_the_same_samples() {
        let mut reader = hound::WavReader::new(Cursor::new(written(Depth::F32, u64::MAX))).unwrap();
        let spec = reader.spec();
        assert_eq!((spec.channels, spec.sample_rate, spec.bits_per_sample), (2, 44_100, 32));
        let samples: Vec<f32> = reader.samples::<f32>().map(Result::unwrap).collect();
        assert_eq!(samples, interleaved());
        for (depth, full) in [(Depth::Int16, 32_768.0f32), (Depth::Int24, 8_388_608.0)] {
            let mut reader = hound::WavReader::new(Cursor::new(written(depth, u64::MAX))).unwrap();
            let samples: Vec<i32> = reader.samples::<i32>().map(Result::unwrap).collect();
            for (sample, original) in samples.iter().zip(interleaved()) {
                #[allow(clippy::cast_possible_truncation, reason = "clamped")]
                let expected = (original * full).round().clamp(-full, full - 1.0) as i32;
                assert_eq!(*sample, expected);
            }
        }
    }

    #[test]
    fn a_file_beyond_the_limit_of_riff_says_its_sizes_in_64_bits() {
        let bytes = written(Depth::Int16, 10);
        assert_eq!(&bytes[..4], b"RF64");
        assert_eq!(&bytes[12..16], b"ds64");
        let number = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
        assert_eq!(number(20), u64::try_from(bytes.len()).unwrap() - 8);
        assert_eq!((number(28), number(36)), (20, 5));
    }
}
