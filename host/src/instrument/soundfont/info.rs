//! Who made a font and what it is called, without its samples.
//!
//! Source: "SoundFont Technical Specification" 2.04, section 5: the list `INFO`, which is the first of a font.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use anyhow::{Context, Result, bail};

/// What a font says of itself; empty where it does not.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Info {
    pub(super) name: String,
    pub(super) author: String,
}

/// The longest list that is read.
const BYTES_MAX: u32 = 1 << 20;

pub(super) fn read(path: &Path) -> Result<Info> {
    read_from(&mut BufReader::new(File::open(path)?))
}

fn read_from(font: &mut impl Read) -> Result<Info> {
    let mut head = [0u8; 24];
    font.read_exact(&mut head).context("it is no SoundFont: it is too short")?;
    let [.., a, b, c, d, e, f, g, h] = head;
    if !head.starts_with(b"RIFF")
        || head.get(8..16) != Some(b"sfbkLIST")
        || [e, f, g, h] != *b"INFO"
    {
        bail!("it is no SoundFont");
    }
    let size = u32::from_le_bytes([a, b, c, d]).clamp(4, BYTES_MAX) - 4;
    let mut list = Vec::new();
    font.take(u64::from(size)).read_to_end(&mut list)?;
    let mut info = Info::default();
    let mut rest = list.as_slice();
    while let (Some(id), Some(size)) = (rest.get(..4), rest.get(4..8).and_then(|s| s.first_chunk()))
    {
        let size = usize::try_from(u32::from_le_bytes(*size)).unwrap_or(usize::MAX);
        let end = size.saturating_add(8).min(rest.len());
        let text = || {
            let bytes = rest.get(8..end).unwrap_or_default();
            let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
            String::from_utf8_lossy(bytes).trim().to_owned()
        };
        match id {
            b"INAM" => info.name = text(),
            b"IENG" => info.author = text(),
            _ => {}
        }
        rest = rest.get(end + end % 2..).unwrap_or_default();
    }
    Ok(info)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_author_are_read_and_what_is_no_font_is_refused() {
        let mut font = b"RIFF\0\0\0\0sfbkLIST".to_vec();
        font.extend_from_slice(&30u32.to_le_bytes());
        font.extend_from_slice(b"INFOINAM\x05\0\0\0Bank\0\0IENG\x04\0\0\0Me\0\0rest");
        let info = read_from(&mut font.as_slice()).unwrap();
        assert_eq!(info, Info { name: "Bank".to_owned(), author: "Me".to_owned() });
        for bad in [b"".as_slice(), b"RIFF", b"RIFF\0\0\0\0WAVELIST\0\0\0\0INFOxx"] {
            assert!(read_from(&mut &*bad).is_err());
        }
    }
}
