//! Damage to MIDI files that stay MIDI files: other events, times, lengths, divisions and counts.

use super::Random;

#[derive(Clone)]
struct File {
    format: u16,
    /// What the header says; the number of the tracks unless it lies.
    track_count: Option<u16>,
    division: u16,
    tracks: Vec<Track>,
}

#[derive(Clone)]
struct Track {
    id: [u8; 4],
    /// What the chunk says of its length, where it lies.
    length: Option<u32>,
    events: Vec<Event>,
}

#[derive(Clone)]
struct Event {
    delta: u32,
    /// Bytes of a time that are there for nothing.
    idle_bytes: usize,
    /// With its status.
    message: Vec<u8>,
    /// Whether the status is left out where it is that of the voice message before.
    is_running: bool,
}

/// One to five changes to a file; `None` if it is not as the standard says.
pub(super) fn mutate(seed: &[u8], seeds: &[Vec<u8>], random: &mut Random) -> Option<Vec<u8>> {
    let mut file = parse(seed)?;
    for _ in 0..=random.below(5) {
        match random.below(6) {
            0 => change_file(&mut file, seeds, random),
            1 => {
                let index = random.below(file.tracks.len());
                change_chunk(file.tracks.get_mut(index)?, random);
            }
            _ => {
                let index = random.below(file.tracks.len());
                change_event(&mut file.tracks.get_mut(index)?.events, random);
            }
        }
    }
    Some(bytes_of(&file))
}

fn change_file(file: &mut File, seeds: &[Vec<u8>], random: &mut Random) {
    match random.below(7) {
        0 => {
            file.division =
                random.choose(&[1, 24, 960, 0x7FFF, 0xE728, 0xE250, 0xE3FF]).copied().unwrap_or(1)
        }
        1 => file.track_count = random.choose(&[0, 1, 2, 0x7FFF, 0xFFFF]).copied(),
        2 => file.format = random.choose(&[0, 1, 2]).copied().unwrap_or(0),
        3 if random.is_one_in(3) => {
            file.format = u16::from(random.byte());
            file.division = u16::from(random.byte()) << 8;
        }
        4 => {
            let index = random.below(file.tracks.len());
            let Some(track) = file.tracks.get(index).cloned() else { return };
            let room = if random.is_one_in(6) { 300 } else { 6 };
            let room = room.min(60_000 / track.events.len().max(1));
            file.tracks.extend(std::iter::repeat_n(track, random.repeats().min(room)));
        }
        5 => {
            let other = random.choose(seeds).and_then(|seed| parse(seed));
            let index = random.below(file.tracks.len());
            let Some(mut others) = other.map(|file| file.tracks) else { return };
            let taken = random.below(others.len());
            if let Some(track) = file.tracks.get_mut(index) {
                *track = others.swap_remove(taken);
            }
        }
        _ => file.tracks.reverse(),
    }
}

fn change_chunk(track: &mut Track, random: &mut Random) {
    match random.below(6) {
        0 => track.length = random.choose(&[0xFFFF_FFFF, 0x7FFF_FFFF, 1_000_000]).copied(),
        1 if random.is_one_in(4) => track.length = u32::try_from(random.below(64)).ok(),
        2 if random.is_one_in(4) => track.id = *b"XFIH",
        3 => {
            // No end of the track.
            track.events.pop();
        }
        4 => {
            // Bytes behind the end.
            track.events.push(note(random));
        }
        _ => {
            for event in &mut track.events {
                event.is_running = true;
            }
        }
    }
}

fn change_event(events: &mut Vec<Event>, random: &mut Random) {
    let index = random.below(events.len());
    let Some(event) = events.get_mut(index) else { return };
    match random.below(12) {
        0 => {
            event.delta =
                random.choose(&[0, 1, 127, 128, 16_384, 0x001F_FFFF]).copied().unwrap_or(0)
        }
        1 if random.is_one_in(6) => event.delta = 0x0FFF_FFFF,
        2 => event.idle_bytes = random.below(5),
        3 => {
            let data = random.below(event.message.len());
            if let Some(byte) = event.message.get_mut(data)
                && data > 0
            {
                *byte = random.choose(&[0, 1, 127, 128, 255]).copied().unwrap_or(0);
            }
        }
        4 => {
            // Another message of as many bytes, or another channel.
            if let Some(status) = event.message.first_mut() {
                let kinds: &[u8] = match *status {
                    0x80..=0xBF | 0xE0..=0xEF => &[0x80, 0x90, 0xA0, 0xB0, 0xE0],
                    0xC0..=0xDF => &[0xC0, 0xD0],
                    _ => return,
                };
                *status = random.choose(kinds).copied().unwrap_or(0x90) | (random.byte() & 0x0F);
            }
        }
        5 => {
            let copy = event.clone();
            let count = random.repeats();
            events.splice(index..index, std::iter::repeat_n(copy, count));
        }
        6 => {
            events.remove(index);
        }
        7 => {
            let other = random.below(events.len());
            events.swap(index, other);
        }
        8 => {
            let count = random.repeats();
            events.splice(index..index, (0..count).map(|_| note(random)));
        }
        9 => {
            // A meta or system event, and running status across it.
            if let Some(after) = events.get_mut(index) {
                after.is_running = true;
            }
            events.insert(index, plain(meta(random)));
        }
        _ => {
            let message = meta(random);
            events.insert(index, plain(message));
        }
    }
}

fn plain(message: Vec<u8>) -> Event {
    Event { delta: 0, idle_bytes: 0, message, is_running: false }
}

fn note(random: &mut Random) -> Event {
    let status = 0x80 | (random.byte() & 0x1F);
    let message = vec![status, random.byte() & 0x7F, random.byte() & 0x7F];
    let delta = u32::try_from(random.below(500)).unwrap_or(0);
    Event { delta, is_running: random.is_one_in(2), ..plain(message) }
}

fn meta(random: &mut Random) -> Vec<u8> {
    let events: &[&[u8]] = &[
        b"\xFF\x51\x03\0\0\0",
        b"\xFF\x51\x03\0\0\x01",
        b"\xFF\x51\x03\xFF\xFF\xFF",
        b"\xFF\x51\x00",
        b"\xFF\x51\x05\x07\xA1\x20\0\0",
        b"\xFF\x58\x04\0\0\0\0",
        b"\xFF\x58\x04\xFF\xFF\x18\x08",
        b"\xFF\x58\x04\x07\x03\x18\x08",
        b"\xFF\x58\x01\x04",
        b"\xFF\x59\x02\x80\x01",
        b"\xFF\x2F\x00",
        b"\xFF\x2F\x01\0",
        b"\xFF\x03\x04\xFF\xFE\0\n",
        b"\xFF\x7F\x80\x80\x00",
        b"\xFF\x00\x02\xFF\xFF",
        b"\xF0\x03\x7E\x09\xF7",
        b"\xF7\x01\xF8",
        b"\xF1\x00",
        b"\xF2\x00\x00",
        b"\xF8",
        b"\xFE",
        b"\xFF\x01\xFF\xFF\xFF\x7F",
    ];
    if random.is_one_in(10) {
        let length = 128 + random.below(16_000);
        let mut long = vec![0xFF, 0x03];
        long.extend(quantity(u32::try_from(length).unwrap_or(0), 0));
        long.extend(std::iter::repeat_n(b'n', length));
        return long;
    }
    // The last ones are those that lose the rest of the track or end it; they come seldom.
    let choices = if random.is_one_in(4) { events } else { events.get(..10).unwrap_or(events) };
    random.choose(choices).copied().unwrap_or_default().to_vec()
}

fn parse(bytes: &[u8]) -> Option<File> {
    let word = |at: usize| Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    let long = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    if bytes.get(..4)? != b"MThd" || long(4)? != 6 {
        return None;
    }
    let mut tracks = Vec::new();
    let mut at = 14;
    while at < bytes.len() {
        let id: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
        let length = usize::try_from(long(at + 4)?).ok()?;
        let data = bytes.get(at + 8..(at + 8).checked_add(length)?)?;
        tracks.push(Track { id, length: None, events: parse_events(data)? });
        at += 8 + length;
    }
    (!tracks.is_empty()).then_some(File {
        format: word(8)?,
        track_count: None,
        division: word(12)?,
        tracks,
    })
}

fn parse_events(data: &[u8]) -> Option<Vec<Event>> {
    let mut events = Vec::new();
    let mut status = None;
    let mut rest = data;
    while !rest.is_empty() {
        let delta = take_quantity(&mut rest)?;
        let first = *rest.first()?;
        let is_running = first < 0x80;
        let head = if is_running { status? } else { first };
        rest = rest.get(usize::from(!is_running)..)?;
        let before = rest;
        let length = match head {
            0x80..=0xBF | 0xE0..=0xEF => 2,
            0xC0..=0xDF => 1,
            0xFF => {
                rest = rest.get(1..)?;
                let data = usize::try_from(take_quantity(&mut rest)?).ok()?;
                before.len() - rest.len() + data
            }
            0xF0 | 0xF7 => {
                let data = usize::try_from(take_quantity(&mut rest)?).ok()?;
                before.len() - rest.len() + data
            }
            _ => return None,
        };
        let mut message = vec![head];
        message.extend(before.get(..length)?);
        rest = before.get(length..)?;
        if head < 0xF0 {
            status = Some(head);
        }
        events.push(Event { delta, idle_bytes: 0, message, is_running });
    }
    Some(events)
}

fn take_quantity(rest: &mut &[u8]) -> Option<u32> {
    let mut value = 0u32;
    for index in 0..4 {
        let byte = *rest.get(index)?;
        value = value << 7 | u32::from(byte & 0x7F);
        if byte < 0x80 {
            *rest = rest.get(index + 1..)?;
            return Some(value);
        }
    }
    None
}

/// A variable-length quantity, with bytes of nothing before it.
fn quantity(value: u32, idle_bytes: usize) -> Vec<u8> {
    let mut bytes = vec![0x80; idle_bytes];
    for shift in [21, 14, 7] {
        if value >> shift > 0 {
            bytes.push(0x80 | (value >> shift & 0x7F).to_le_bytes()[0]);
        }
    }
    bytes.push((value & 0x7F).to_le_bytes()[0]);
    bytes
}

fn bytes_of(file: &File) -> Vec<u8> {
    let count = u16::try_from(file.tracks.len()).unwrap_or(u16::MAX);
    let mut out = b"MThd\0\0\0\x06".to_vec();
    for word in [file.format, file.track_count.unwrap_or(count), file.division] {
        out.extend(word.to_be_bytes());
    }
    for track in &file.tracks {
        let mut data = Vec::new();
        let mut status = None;
        for event in &track.events {
            data.extend(quantity(event.delta, event.idle_bytes));
            let head = event.message.first().copied();
            let skipped = usize::from(event.is_running && head == status && head.is_some());
            data.extend(event.message.get(skipped..).unwrap_or_default());
            if head.is_some_and(|head| head < 0xF0) {
                status = head;
            }
        }
        let length = track.length.unwrap_or(u32::try_from(data.len()).unwrap_or(u32::MAX));
        out.extend(track.id);
        out.extend(length.to_be_bytes());
        out.extend(data);
    }
    out
}
