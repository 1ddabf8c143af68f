//! Audio that waits beside its file, until its level is known.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Stereo frames in a file without a name, which goes with this value.
pub struct Spool {
    file: BufWriter<File>,
}

/// Frames that are read at once.
const CHUNK_FRAMES: usize = 8192;
const FRAME_BYTES: usize = 8;

impl Spool {
    /// An empty spool in a folder.
    ///
    /// # Errors
    /// If no file can be made there.
    pub fn in_folder(folder: &Path) -> io::Result<Spool> {
        let file = tempfile::tempfile_in(folder)?;
        Ok(Spool { file: BufWriter::with_capacity(1 << 16, file) })
    }

    /// Adds frames; the channels are equally long.
    ///
    /// # Errors
    /// What the file refuses.
    pub fn write(&mut self, left: &[f32], right: &[f32]) -> io::Result<()> {
        for (l, r) in left.iter().zip(right) {
            self.file.write_all(&l.to_le_bytes())?;
            self.file.write_all(&r.to_le_bytes())?;
        }
        Ok(())
    }

    /// Gives all frames again, times `gain`.
    ///
    /// # Errors
    /// What the file or `take` refuses.
    pub fn replay(
        &mut self,
        gain: f32,
        mut take: impl FnMut(&[f32], &[f32]) -> io::Result<()>,
    ) -> io::Result<()> {
        self.file.flush()?;
        let mut file = self.file.get_ref();
        file.seek(SeekFrom::Start(0))?;
        let mut reader = BufReader::with_capacity(1 << 16, file);
        let mut bytes = vec![0u8; CHUNK_FRAMES * FRAME_BYTES];
        let (mut left, mut right) = (Vec::new(), Vec::new());
        loop {
            let count = read_up_to(&mut reader, &mut bytes)?;
            if count == 0 {
                return Ok(());
            }
            left.clear();
            right.clear();
            for frame in bytes.get(..count).unwrap_or_default().chunks_exact(FRAME_BYTES) {
                let [a, b, c, d, e, f, g, h] = *frame else { continue };
                left.push(f32::from_le_bytes([a, b, c, d]) * gain);
                right.push(f32::from_le_bytes([e, f, g, h]) * gain);
            }
            take(&left, &right)?;
        }
    }
}

fn read_up_to(reader: &mut impl Read, bytes: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest)? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_was_spooled_comes_back_louder_and_nothing_stays() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::in_folder(folder.path()).unwrap();
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let left: Vec<f32> = (0..20_000).map(|i| i as f32).collect();
        let right: Vec<f32> = left.iter().map(|sample| -sample).collect();
        spool.write(&left, &right).unwrap();
        let (mut l, mut r) = (Vec::new(), Vec::new());
        spool
            .replay(2.0, |left, right| {
                l.extend_from_slice(left);
                r.extend_from_slice(right);
                Ok(())
            })
            .unwrap();
        assert_eq!(l.len(), 20_000);
        assert!(l.iter().zip(&left).all(|(got, sample)| got.to_bits() == (sample * 2.0).to_bits()));
        assert!(r.iter().zip(&right).all(|(got, s)| got.to_bits() == (s * 2.0).to_bits()));
        drop(spool);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
