//! Damage that knows no syntax: bytes changed, numbers blown up, pieces cut, doubled and exchanged.

use super::Random;

/// One to eight changes to `bytes`.
pub(super) fn mutate(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut Random) {
    for _ in 0..=random.below(8) {
        change(bytes, seeds, random);
    }
}

fn change(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut Random) {
    // What readers stumble over: huge and negative numbers, brackets, tags, entities, status bytes.
    const WORDS: &[&[u8]] = &[
        b"-1",
        b"1e308",
        b"99999999999999999999",
        b"NaN",
        b"null",
        b"[[[[",
        b"{\"on\":",
        b"]",
        b"}",
        b"\"",
        b"<pattern>",
        b"</note>",
        b"<note>",
        b"&lol;",
        b"&#0;",
        b"<![CDATA[",
        b"<!--",
        b"<!DOCTYPE",
        b"\xFF\x2F\x00",
        b"\xFF\xFF\xFF\x7F",
        b"\x90\x00\x00",
        b"MTrk\xFF\xFF\xFF\xFF",
        b"\0",
        b"0.00001",
        b"true",
        b"virtual",
    ];
    let at = random.below(bytes.len() + 1);
    let end = (at + random.below(64)).min(bytes.len());
    match random.below(8) {
        0 | 1 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = u8::try_from(random.below(256)).unwrap_or(0);
            }
        }
        2 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        3 => {
            let word = random.choose(WORDS).copied().unwrap_or_default();
            bytes.splice(at..at, word.iter().copied());
        }
        4 => {
            // A number in the text becomes another one.
            let digits = bytes.iter().skip(at).position(u8::is_ascii_digit).map(|skip| at + skip);
            let word = random.choose(WORDS).copied().unwrap_or_default();
            if let Some(start) = digits {
                let length = bytes.iter().skip(start).take_while(|b| b.is_ascii_digit()).count();
                bytes.splice(start..start + length, word.iter().copied());
            }
        }
        5 => {
            bytes.drain(at..end);
        }
        6 => {
            let piece = bytes.get(at..end).unwrap_or_default().to_vec();
            let times = 1 + random.below(40);
            bytes.splice(at..at, piece.repeat(times));
        }
        _ => {
            let other = random.choose(seeds).cloned().unwrap_or_default();
            let from = random.below(other.len() + 1);
            let to = (from + random.below(400)).min(other.len());
            bytes.splice(at..end, other.get(from..to).unwrap_or_default().iter().copied());
        }
    }
    // Now and then the file breaks off.
    if random.below(20) == 0 {
        bytes.truncate(at);
    }
}
