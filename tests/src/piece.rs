//! MIDI files byte by byte, so that what a test expects does not come from the code that it tests.
//!
//! Source: "Standard MIDI Files 1.0" (MIDI Manufacturers Association, 1996).

use anyhow::{Result, ensure};
use tresillo_pattern::smf::{self, MidiFile, MidiMessage, TempoMap, Voice};

use crate::sound::Sound;

/// A file of format 1 in the making.
#[derive(Clone, Debug)]
pub struct Piece {
    division: u16,
    tracks: Vec<Track>,
    end: u64,
}

#[derive(Clone, Debug, Default)]
struct Track {
    name: String,
    /// Tick and message.
    events: Vec<(u64, Vec<u8>)>,
}

impl Piece {
    /// A file with an empty first track. `division` is as the header holds it: ticks a quarter note, or timecode.
    #[must_use]
    pub fn new(division: u16) -> Piece {
        Piece { division, tracks: vec![Track::default()], end: 0 }
    }

    /// Another track; its number from 0.
    pub fn track(&mut self, name: &str) -> usize {
        self.tracks.push(Track { name: name.to_owned(), events: Vec::new() });
        self.tracks.len() - 1
    }

    /// A message of some bytes.
    pub fn add(&mut self, track: usize, tick: u64, bytes: &[u8]) {
        self.tracks[track].events.push((tick, bytes.to_vec()));
        self.end = self.end.max(tick);
    }

    /// A tempo, in microseconds a quarter note.
    pub fn tempo(&mut self, tick: u64, micros: u32) {
        let [_, a, b, c] = micros.to_be_bytes();
        self.add(0, tick, &[0xFF, 0x51, 3, a, b, c]);
    }

    /// A metre: 6 and 3 are 6/8.
    pub fn metre(&mut self, tick: u64, beats: u8, power: u8) {
        self.add(0, tick, &[0xFF, 0x58, 4, beats, power, 24, 8]);
    }

    /// A note from one tick to another; the channel from 0.
    pub fn note(
        &mut self,
        track: usize,
        channel: u8,
        (key, velocity): (u8, u8),
        ticks: (u64, u64),
    ) {
        self.add(track, ticks.0, &[0x90 | channel, key, velocity]);
        self.add(track, ticks.1, &[0x80 | channel, key, 64]);
    }

    /// Where all tracks end, if that is behind the last event.
    pub fn end(&mut self, tick: u64) {
        self.end = self.end.max(tick);
    }

    /// The file.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = b"MThd\0\0\0\x06\0\x01".to_vec();
        bytes.extend(u16::try_from(self.tracks.len()).unwrap_or(0).to_be_bytes());
        bytes.extend(self.division.to_be_bytes());
        for track in &self.tracks {
            let mut body = Vec::new();
            if !track.name.is_empty() {
                body.extend([0, 0xFF, 0x03, u8::try_from(track.name.len()).unwrap_or(0)]);
                body.extend(track.name.as_bytes());
            }
            let mut events = track.events.clone();
            events.sort_by_key(|(tick, _)| *tick);
            let mut last = 0;
            for (tick, message) in &events {
                body.extend(quantity(tick - last));
                body.extend(message);
                last = *tick;
            }
            body.extend(quantity(self.end - last));
            body.extend([0xFF, 0x2F, 0]);
            bytes.extend(b"MTrk");
            bytes.extend(u32::try_from(body.len()).unwrap_or(0).to_be_bytes());
            bytes.extend(body);
        }
        bytes
    }
}

/// A number as the format writes it: seven bits a byte, the highest first.
fn quantity(number: u64) -> Vec<u8> {
    let mut bytes = vec![u8::try_from(number & 0x7F).unwrap_or(0)];
    let mut rest = number >> 7;
    while rest > 0 {
        bytes.insert(0, 0x80 | u8::try_from(rest & 0x7F).unwrap_or(0));
        rest >>= 7;
    }
    bytes
}

/// An onset as an instrument should be told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Onset {
    /// Frame of the piece.
    pub frame: u64,
    /// Track, from 0.
    pub track: usize,
    /// Channel, from 0.
    pub channel: u8,
    /// Key.
    pub key: u8,
    /// Velocity of MIDI.
    pub velocity: u8,
}

/// What should be heard of a file.
#[derive(Clone, Debug)]
pub struct Heard {
    /// In the order of the frames; on one frame in the order of the file.
    pub onsets: Vec<Onset>,
    /// The frame of the end of all tracks.
    pub end: u64,
}

impl Heard {
    /// Onsets and end of a file at a sample rate, by the tempo map.
    ///
    /// # Errors
    /// If the file is none, or not whole.
    pub fn of(bytes: &[u8], rate: u32) -> Result<Heard> {
        let (file, warnings) = smf::read(bytes)?;
        ensure!(warnings.is_empty(), "{warnings:?}");
        let map = TempoMap::new(&file, None);
        let mut onsets: Vec<(u64, Onset)> = Vec::new();
        for (track, events) in file.tracks.iter().enumerate() {
            for event in &events.events {
                if let MidiMessage::Voice { channel, message: Voice::NoteOn { key, velocity } } =
                    event.message
                {
                    let frame = map.frame_of(event.tick, rate);
                    onsets.push((event.tick, Onset { frame, track, channel, key, velocity }));
                }
            }
        }
        onsets.sort_by_key(|(tick, _)| *tick);
        Ok(Heard {
            onsets: onsets.into_iter().map(|(_, onset)| onset).collect(),
            end: map.frame_of(end_of(&file), rate),
        })
    }

    /// The sound of the test plugin `impulse`, so many frames long.
    #[must_use]
    pub fn impulses(&self, frames: u64) -> Sound {
        self.impulses_of(frames, |_| true)
    }

    /// The same of some onsets only.
    #[must_use]
    pub fn impulses_of(&self, frames: u64, is_heard: impl Fn(&Onset) -> bool) -> Sound {
        let mut sound = Sound::silent(frames);
        for onset in self.onsets.iter().filter(|onset| is_heard(onset)) {
            let place = usize::try_from(onset.frame).unwrap_or(usize::MAX);
            if let (Some(left), Some(right)) =
                (sound.left.get_mut(place), sound.right.get_mut(place))
            {
                *left += f32::from(onset.velocity) / 127.0;
                *right += f32::from(onset.key) / 127.0;
            }
        }
        sound
    }

    /// How long a render is whose tail ends by itself: half a second behind the last of the sound, or with the music.
    #[must_use]
    pub fn frames(&self, rate: u32) -> u64 {
        let last = self.onsets.last().map_or(0, |onset| onset.frame + 1);
        self.end.max(last + u64::from(rate / 2))
    }
}

fn end_of(file: &MidiFile) -> u64 {
    file.tracks.iter().map(|track| track.end).max().unwrap_or(0)
}

/// Numbers that look like dice and are the same each time (SplitMix64).
#[derive(Clone, Debug)]
pub struct Dice(pub u64);

impl Dice {
    /// A number in `0..limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % limit.max(1)
    }

    /// A number in `from..=to`, of seven bits.
    pub fn seven(&mut self, from: u8, to: u8) -> u8 {
        let span = u64::from(to.saturating_sub(from)) + 1;
        from + u8::try_from(self.below(span)).unwrap_or(0)
    }
}
