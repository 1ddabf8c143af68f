//! The mark in a file of audio that says what it was made of, so that a later run can tell whether it would come out the same.
//!
//! In WAV it is a comment (`ICMT`) in a `LIST` chunk of kind `INFO` behind the sound ("Multimedia Programming Interface and
//! Data Specifications 1.0", 1991, chapter 2); in FLAC a Vorbis comment (RFC 9639, section 8.6).

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// What stands before the mark itself.
const PREFIX: &str = "tresillo:";
const FLAC_FIELD: &str = "TRESILLO=";
/// What stands between the mark and the length.
const LENGTH: char = '-';
/// The longest stretch of metadata that is read.
const BYTES_MAX: u64 = 1 << 16;

/// The chunk that holds the mark.
#[must_use]
pub fn wav_chunk(mark: &str) -> Vec<u8> {
    let mut body = b"INFO".to_vec();
    let software = concat!("Tresillo ", env!("CARGO_PKG_VERSION"));
    for (id, text) in [(b"ISFT", software.to_owned()), (b"ICMT", format!("{PREFIX}{mark}"))] {
        // Texts end with a nought, and chunks on even places.
        let mut text = text.into_bytes();
        text.push(0);
        body.extend_from_slice(id);
        body.extend_from_slice(&size(&text));
        body.extend_from_slice(&text);
        if text.len() % 2 == 1 {
            body.push(0);
        }
    }
    let mut chunk = b"LIST".to_vec();
    chunk.extend_from_slice(&size(&body));
    chunk.extend_from_slice(&body);
    chunk
}

fn size(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes()
}

/// The last block of metadata of a FLAC file, which holds the mark, and the length of the file, because nothing else in it
/// tells whether it is whole. The block is as long for every length.
#[must_use]
pub fn flac_block(mark: &str, file_bytes: u64) -> Vec<u8> {
    let vendor = concat!("Tresillo ", env!("CARGO_PKG_VERSION")).as_bytes();
    let comment = format!("{FLAC_FIELD}{mark}{LENGTH}{file_bytes:016x}");
    let mut body = size(vendor).to_vec();
    body.extend_from_slice(vendor);
    body.extend_from_slice(&1u32.to_le_bytes());
    body.extend_from_slice(&size(comment.as_bytes()));
    body.extend_from_slice(comment.as_bytes());
    let [_, a, b, c] = u32::try_from(body.len()).unwrap_or(0).to_be_bytes();
    let mut block = vec![0x80 | 4, a, b, c];
    block.extend_from_slice(&body);
    block
}

/// The mark of a file that is whole; `None` for any other.
#[must_use]
pub fn read(path: &Path) -> Option<String> {
    let file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    let mut file = BufReader::new(file);
    let mut magic = [0u8; 4];
    file.read_exact(&mut magic).ok()?;
    match &magic {
        b"RIFF" | b"RF64" => read_wav(&mut file, length).ok().flatten(),
        b"fLaC" => read_flac(&mut file, length).ok().flatten(),
        _ => None,
    }
}

/// Walks the chunks; sizes of more than four bytes stand in `ds64`.
fn read_wav(file: &mut (impl Read + Seek), length: u64) -> io::Result<Option<String>> {
    let riff = u64::from(word(file)?);
    let mut kind = [0u8; 4];
    file.read_exact(&mut kind)?;
    let (mut whole, mut data) = (riff, None);
    let mut at = 12;
    while at + 8 <= length {
        file.seek(SeekFrom::Start(at))?;
        let mut id = [0u8; 4];
        file.read_exact(&mut id)?;
        let mut size = u64::from(word(file)?);
        match &id {
            b"ds64" => {
                whole = long(file)?;
                data = Some(long(file)?);
            }
            b"data" => size = data.unwrap_or(size),
            b"LIST" if size <= BYTES_MAX => {
                let mut body = vec![0u8; usize::try_from(size).unwrap_or(0)];
                file.read_exact(&mut body)?;
                if whole + 8 == length
                    && let Some(mark) = find(&body, PREFIX)
                {
                    return Ok(Some(mark));
                }
            }
            _ => {}
        }
        at += 8 + size + size % 2;
    }
    Ok(None)
}

fn read_flac(file: &mut (impl Read + Seek), length: u64) -> io::Result<Option<String>> {
    loop {
        let mut head = [0u8; 4];
        file.read_exact(&mut head)?;
        let [kind, a, b, c] = head;
        let size = u32::from_be_bytes([0, a, b, c]);
        if kind & 0x7F == 4 && u64::from(size) <= BYTES_MAX {
            let mut body = vec![0u8; usize::try_from(size).unwrap_or(0)];
            file.read_exact(&mut body)?;
            let told = find(&body, &format!("{LENGTH}"));
            let is_whole =
                told.and_then(|told| u64::from_str_radix(&told, 16).ok()) == Some(length);
            return Ok(find(&body, FLAC_FIELD).filter(|_| is_whole));
        }
        if kind & 0x80 != 0 {
            return Ok(None);
        }
        file.seek(SeekFrom::Current(i64::from(size)))?;
    }
}

/// The hexadecimal digits behind a prefix.
fn find(body: &[u8], prefix: &str) -> Option<String> {
    let at = body.windows(prefix.len()).position(|part| part == prefix.as_bytes())?;
    let rest = body.get(at + prefix.len()..)?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_hexdigit());
    let mark: String = digits.map(|byte| char::from(*byte)).collect();
    (!mark.is_empty()).then_some(mark)
}

fn word(file: &mut impl Read) -> io::Result<u32> {
    let mut four = [0u8; 4];
    file.read_exact(&mut four)?;
    Ok(u32::from_le_bytes(four))
}

fn long(file: &mut impl Read) -> io::Result<u64> {
    let mut eight = [0u8; 8];
    file.read_exact(&mut eight)?;
    Ok(u64::from_le_bytes(eight))
}

#[cfg(test)]
mod tests {
    use std::io::BufWriter;

    use super::*;
    use crate::audio::writer::AudioWriter;
    use crate::cli::{Depth, Format};

    #[test]
    fn a_mark_is_read_back_from_whole_files_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let mark = "0123456789abcdef";
        for format in [Format::Wav, Format::Flac] {
            for (depth, frames) in [(Depth::Int24, 1001), (Depth::F32, 0), (Depth::Int16, 4096)] {
                let file = BufWriter::new(File::create(&path).unwrap());
                let mut writer = AudioWriter::new(file, 48_000, format, depth, Some(mark)).unwrap();
                let sound = vec![0.25f32; frames];
                writer.write(&sound, &sound).unwrap();
                writer.finish().unwrap().into_inner().unwrap();
                assert_eq!(read(&path).as_deref(), Some(mark), "{format:?} {depth:?}");
            }
        }
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.truncate(bytes.len() - 1);
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(read(&path), None);
        assert_eq!(read(&folder.path().join("absent")), None);
    }

    #[test]
    fn another_reader_is_not_disturbed_by_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        let file = BufWriter::new(File::create(&path).unwrap());
        let mut writer =
            AudioWriter::new(file, 48_000, Format::Wav, Depth::Int24, Some("0f")).unwrap();
        writer.write(&[0.5; 3], &[-0.5; 3]).unwrap();
        writer.finish().unwrap().into_inner().unwrap();
        assert_eq!(hound::WavReader::open(&path).unwrap().samples::<i32>().count(), 6);
        // One byte less, and it is not whole.
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        assert_eq!(read(&path), None);
    }
}
