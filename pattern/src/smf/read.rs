//! Reading: chunks by our own walk, events by midly, and a rescue where midly stops without a word.

use midly::{EventIter, MidiMessage as Midly, TrackEventKind};

use crate::smf::rescue::{Resumed, rescue};
use crate::smf::{
    Division, META_END_OF_TRACK, META_TEMPO, MidiEvent, MidiFile, MidiFormat, MidiMessage,
    MidiTrack, SmfWarning, SmfWarningKind as Kind, Voice,
};

/// Why a file cannot be read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SmfError {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// It does not begin as a MIDI file does.
    #[error("not a MIDI file: no MThd in it")]
    NotMidi,
    /// It ends inside its header.
    #[error("byte {byte}: the file ends inside its header")]
    CutHeader {
        /// Where it ends.
        byte: usize,
    },
    /// A format that the standard does not know.
    #[error("byte {byte}: MIDI file format {format}, where there are 0, 1 and 2")]
    UnknownFormat {
        /// Where it says so.
        byte: usize,
        /// What it says.
        format: u16,
    },
    /// Ticks of no length, or of a length that the standard does not know.
    #[error("byte {byte}: a time division of {division:#06X} means nothing")]
    BadDivision {
        /// Where it says so.
        byte: usize,
        /// What it says.
        division: u16,
    },
    /// There is a header and nothing else.
    #[error("byte {byte}: no track follows the header")]
    NoTracks {
        /// Where one should be.
        byte: usize,
    },
}

/// Oddities told of one file; a damaged one may have one at each event.
const WARNINGS_MAX: usize = 20;
/// How far into a file its header is looked for.
const HEADER_SEARCH_BYTES: usize = 1 << 16;

/// Reads a file as far as it goes. What was odd is told in the warnings.
///
/// # Errors
/// [`SmfError`] when nothing usable is in it.
pub fn read(bytes: &[u8]) -> Result<(MidiFile, Vec<SmfWarning>), SmfError> {
    let mut warnings = Warnings::default();
    if bytes.is_empty() {
        return Err(SmfError::Empty);
    }
    let start = bytes
        .windows(4)
        .take(HEADER_SEARCH_BYTES)
        .position(|id| id == b"MThd")
        .ok_or(SmfError::NotMidi)?;
    if start > 0 {
        warnings.add(start, Kind::LateHeader);
    }
    let header = Header::read(bytes, start)?;
    let mut tracks = Vec::new();
    let mut at = header.end;
    while let Some(chunk) = Chunk::read(bytes, at) {
        at = chunk.end;
        if chunk.id == *b"MTrk" {
            let track = tracks.len() + 1;
            if chunk.missing > 0 {
                warnings.add(chunk.end, Kind::CutTrack { track, missing: chunk.missing });
            }
            tracks.push(read_track(chunk.data, chunk.start, track, &mut warnings));
        } else {
            warnings.add(chunk.start - 8, Kind::UnknownChunk);
        }
    }
    if tracks.is_empty() && header.track_count > 0 {
        return Err(SmfError::NoTracks { byte: header.end });
    }
    if tracks.len() != usize::from(header.track_count) {
        let kind = Kind::TrackCount { said: header.track_count, found: tracks.len() };
        warnings.add(start + 10, kind);
    }
    Ok((MidiFile { format: header.format, division: header.division, tracks }, warnings.list))
}

#[derive(Default)]
pub(super) struct Warnings {
    list: Vec<SmfWarning>,
}

impl Warnings {
    pub(super) fn add(&mut self, byte: usize, kind: Kind) {
        match self.list.len() {
            count if count < WARNINGS_MAX => self.list.push(SmfWarning { byte, kind }),
            WARNINGS_MAX => self.list.push(SmfWarning { byte, kind: Kind::More }),
            _ => {}
        }
    }
}

struct Header {
    format: MidiFormat,
    division: Division,
    track_count: u16,
    /// Where the first chunk behind it begins.
    end: usize,
}

impl Header {
    fn read(bytes: &[u8], start: usize) -> Result<Header, SmfError> {
        let cut = || SmfError::CutHeader { byte: bytes.len() };
        let length = be_u32(bytes, start + 4).ok_or_else(cut)?;
        let word = |offset: usize| be_u16(bytes, start + offset).ok_or_else(cut);
        let (format, track_count, division) = (word(8)?, word(10)?, word(12)?);
        let format = match format {
            0 => MidiFormat::Single,
            1 => MidiFormat::Parallel,
            2 => MidiFormat::Sequential,
            _ => return Err(SmfError::UnknownFormat { byte: start + 8, format }),
        };
        let division =
            read_division(division).ok_or(SmfError::BadDivision { byte: start + 12, division })?;
        // A longer header of a later standard is skipped; a shorter one is a slip.
        let length = usize::try_from(length).unwrap_or(6).clamp(6, bytes.len().max(6));
        Ok(Header { format, division, track_count, end: start + 8 + length })
    }
}

fn read_division(word: u16) -> Option<Division> {
    let [upper, lower] = word.to_be_bytes();
    if word & 0x8000 == 0 {
        return (word != 0).then_some(Division::Metrical(word));
    }
    let frames_per_second = upper.wrapping_neg();
    ([24, 25, 29, 30].contains(&frames_per_second) && lower != 0)
        .then_some(Division::Timecode { frames_per_second, ticks_per_frame: lower })
}

struct Chunk<'a> {
    id: [u8; 4],
    data: &'a [u8],
    /// Where its data begin.
    start: usize,
    /// Where the next chunk begins.
    end: usize,
    /// Bytes that it says it has and that are not there.
    missing: usize,
}

impl<'a> Chunk<'a> {
    fn read(bytes: &'a [u8], at: usize) -> Option<Chunk<'a>> {
        let id: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
        let length = usize::try_from(be_u32(bytes, at + 4)?).ok()?;
        let start = at + 8;
        let end = start.saturating_add(length).min(bytes.len());
        let data = bytes.get(start..end)?;
        Some(Chunk { id, data, start, end, missing: length - data.len() })
    }
}

fn be_u32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn be_u16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

/// Reads one track, whose data begin at byte `start` of the file.
fn read_track(data: &[u8], start: usize, track: usize, warnings: &mut Warnings) -> MidiTrack {
    let mut reader = TrackReader { out: MidiTrack::default(), tick: 0, start, track };
    // Three bytes an event is what running status makes of a note.
    reader.out.events.reserve(data.len() / 3);
    let mut rest = data;
    let mut status = None;
    while !rest.is_empty() {
        let at = start + (data.len() - rest.len());
        let mut events = EventIter::new(rest);
        *events.running_status_mut() = status;
        match events.next() {
            Some(Ok(event)) => {
                let was_missing = starts_with_data(rest);
                let after_other = reader.out.events.last().is_some_and(|e| !e.message.is_voice());
                if was_missing && after_other {
                    warnings.add(at, Kind::RunningStatus { track });
                }
                // midly forgets the status at a meta or system-exclusive event; damaged files rely on it.
                status = events.running_status().or(status);
                let taken = rest.get(..rest.len() - events.unread().len()).unwrap_or(rest);
                rest = events.unread();
                reader.tick += u64::from(event.delta.as_int());
                if reader.take(event.kind, taken, at, warnings) == Flow::End {
                    if !rest.is_empty() {
                        let kind = Kind::BehindEnd { track, bytes: rest.len() };
                        warnings.add(start + (data.len() - rest.len()), kind);
                    }
                    return reader.out;
                }
            }
            _ => match rescue(rest, status) {
                Resumed::At { rest: after, delta, event, kind, status: now } => {
                    warnings.add(at, kind.of(track));
                    reader.tick += delta;
                    status = now.or(status);
                    if let Some((channel, message)) = event {
                        reader.push(MidiMessage::Voice { channel, message });
                    }
                    rest = after;
                }
                Resumed::Lost => {
                    warnings.add(at, Kind::Unreadable { track });
                    break;
                }
            },
        }
    }
    reader.out.end = reader.tick;
    warnings.add(start + data.len(), Kind::NoEndOfTrack { track });
    reader.out
}

/// Whether the event that `bytes` begins with has no status byte of its own.
fn starts_with_data(bytes: &[u8]) -> bool {
    let delta = bytes.iter().take_while(|byte| **byte >= 0x80).count() + 1;
    bytes.get(delta).is_some_and(|byte| *byte < 0x80)
}

impl MidiMessage {
    fn is_voice(&self) -> bool {
        matches!(self, MidiMessage::Voice { .. })
    }
}

#[derive(PartialEq)]
enum Flow {
    GoOn,
    End,
}

struct TrackReader {
    out: MidiTrack,
    tick: u64,
    start: usize,
    track: usize,
}

impl TrackReader {
    fn push(&mut self, message: MidiMessage) {
        self.out.events.push(MidiEvent { tick: self.tick, message });
    }

    /// Takes one event, of which `bytes` are its delta time and its message.
    fn take(
        &mut self,
        kind: TrackEventKind<'_>,
        bytes: &[u8],
        at: usize,
        warnings: &mut Warnings,
    ) -> Flow {
        debug_assert!(at >= self.start && self.track > 0);
        match kind {
            TrackEventKind::Midi { channel, message } => {
                self.push(MidiMessage::Voice {
                    channel: channel.as_int(),
                    message: message.into(),
                });
            }
            TrackEventKind::SysEx(data) => self.push(MidiMessage::SysEx(data.to_vec())),
            TrackEventKind::Escape(data) => self.push(MidiMessage::Escape(data.to_vec())),
            TrackEventKind::Meta(_) => {
                let Some((kind, data)) = meta(bytes) else { return Flow::GoOn };
                if kind == META_END_OF_TRACK {
                    self.out.end = self.tick;
                    return Flow::End;
                }
                if kind == META_TEMPO && data.iter().all(|byte| *byte == 0) {
                    warnings.add(at, Kind::ZeroTempo);
                }
                self.push(MidiMessage::Meta { kind, data: data.to_vec() });
            }
        }
        Flow::GoOn
    }
}

/// The kind and the data of a meta event, of which midly has checked the shape: delta, FF, kind, length, data.
fn meta(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let delta = bytes.iter().take_while(|byte| **byte >= 0x80).count() + 1;
    let kind = *bytes.get(delta + 1)?;
    let length = bytes.get(delta + 2..)?;
    let length_bytes = length.iter().take_while(|byte| **byte >= 0x80).count() + 1;
    Some((kind, length.get(length_bytes..)?))
}

impl From<Midly> for Voice {
    fn from(message: Midly) -> Voice {
        match message {
            Midly::NoteOff { key, vel } => {
                Voice::NoteOff { key: key.as_int(), velocity: vel.as_int() }
            }
            Midly::NoteOn { key, vel } if vel == 0 => {
                Voice::NoteOff { key: key.as_int(), velocity: 64 }
            }
            Midly::NoteOn { key, vel } => {
                Voice::NoteOn { key: key.as_int(), velocity: vel.as_int() }
            }
            Midly::Aftertouch { key, vel } => {
                Voice::PolyPressure { key: key.as_int(), pressure: vel.as_int() }
            }
            Midly::Controller { controller, value } => {
                Voice::ControlChange { controller: controller.as_int(), value: value.as_int() }
            }
            Midly::ProgramChange { program } => Voice::ProgramChange { program: program.as_int() },
            Midly::ChannelAftertouch { vel } => Voice::ChannelPressure { pressure: vel.as_int() },
            Midly::PitchBend { bend } => Voice::PitchBend { value: bend.as_int() },
        }
    }
}

#[cfg(test)]
mod tests;
