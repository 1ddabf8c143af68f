//! What is played: a MIDI file of three seconds, and the beginning of one of others.

use anyhow::{Context, Result, ensure};

/// How long [`three_seconds`] is.
pub const SECONDS: f64 = 3.0;

/// Notes soft and strong, a chord, the sustain pedal, the modulation wheel and a bend, at 120 BPM.
#[must_use]
pub fn three_seconds() -> Vec<u8> {
    // In ticks of a 960th of a second.
    let events: [(u32, [u8; 3]); 18] = [
        (0, [0x90, 60, 100]),
        (480, [0x80, 60, 64]),
        (480, [0xb0, 64, 127]),
        (480, [0x90, 60, 80]),
        (480, [0x90, 64, 80]),
        (480, [0x90, 67, 80]),
        (960, [0x80, 60, 64]),
        (960, [0x80, 64, 64]),
        (960, [0x80, 67, 64]),
        (1440, [0xb0, 64, 0]),
        (1440, [0x90, 48, 127]),
        (1680, [0xe0, 0, 96]),
        (1920, [0xe0, 0, 64]),
        (1920, [0xb0, 1, 64]),
        (2160, [0xb0, 1, 0]),
        (2400, [0x80, 48, 64]),
        (2400, [0x90, 84, 48]),
        (2640, [0x80, 84, 64]),
    ];
    let mut track = Vec::new();
    let mut last = 0;
    for (tick, message) in events {
        number(&mut track, tick - last);
        track.extend(message);
        last = tick;
    }
    number(&mut track, 2880 - last);
    track.extend([0xff, 0x2f, 0]);
    let mut file = b"MThd\0\0\0\x06\0\0\0\x01\x01\xe0".to_vec();
    chunk(&mut file, &track);
    file
}

/// The first `quarters` of a MIDI file: what comes later is left out of every track, and what still sounds then is made
/// silent. fluidsynth plays on as long as anything sounds, which may be for ever.
///
/// # Errors
/// If it is no MIDI file with ticks a quarter note.
pub fn beginning(file: &[u8], quarters: u32) -> Result<Vec<u8>> {
    let header = file.get(..14).filter(|bytes| bytes.starts_with(b"MThd")).context("no MThd")?;
    let division = u16::from_be_bytes([header[12], header[13]]);
    ensure!(division & 0x8000 == 0, "it counts frames of film");
    let end = quarters * u32::from(division);
    let mut cut = header.to_vec();
    let mut rest = &file[14..];
    while let Some(length) = rest.get(4..8) {
        let length = u32::from_be_bytes([length[0], length[1], length[2], length[3]]);
        let length = usize::try_from(length)?;
        let track = rest.get(8..8 + length).context("a track that is cut off")?;
        if rest.starts_with(b"MTrk") {
            chunk(&mut cut, &cut_track(track, end).context("a damaged track")?);
        }
        rest = &rest[8 + length..];
    }
    Ok(cut)
}

/// The events of a track up to a tick; `None` where it is damaged.
fn cut_track(track: &[u8], end: u32) -> Option<Vec<u8>> {
    let mut at = 0;
    let mut tick = 0;
    let mut running = 0;
    loop {
        let event = at;
        let delta = take_number(track, &mut at)?;
        if tick + delta > end || at >= track.len() {
            let mut cut = track[..event].to_vec();
            number(&mut cut, end.saturating_sub(tick));
            for status in 0xb0..=0xbf {
                // "All sound off".
                cut.extend([status, 120, 0, 0]);
            }
            cut.extend([0xff, 0x2f, 0]);
            return Some(cut);
        }
        tick += delta;
        let first = *track.get(at)?;
        match first {
            0xff => {
                if *track.get(at + 1)? == 0x2f {
                    return Some(track[..at + 3].to_vec());
                }
                at += 2;
                let length = take_number(track, &mut at)?;
                at += usize::try_from(length).ok()?;
            }
            0xf0 | 0xf7 => {
                at += 1;
                let length = take_number(track, &mut at)?;
                at += usize::try_from(length).ok()?;
            }
            _ => {
                if first >= 0x80 {
                    running = first;
                    at += 1;
                }
                at += if matches!(running >> 4, 0xc | 0xd) { 1 } else { 2 };
            }
        }
    }
}

/// A number of variable length.
fn take_number(bytes: &[u8], at: &mut usize) -> Option<u32> {
    let mut value = 0;
    for _ in 0..4 {
        let byte = *bytes.get(*at)?;
        *at += 1;
        value = value << 7 | u32::from(byte & 0x7f);
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

fn number(to: &mut Vec<u8>, value: u32) {
    let seven = |shift: u32| u8::try_from(value >> shift & 0x7f).unwrap_or(0);
    for shift in [21, 14, 7] {
        if value >> shift > 0 {
            to.push(seven(shift) | 0x80);
        }
    }
    to.push(seven(0));
}

fn chunk(to: &mut Vec<u8>, track: &[u8]) {
    to.extend(b"MTrk");
    to.extend(u32::try_from(track.len()).unwrap_or(u32::MAX).to_be_bytes());
    to.extend(track);
}
