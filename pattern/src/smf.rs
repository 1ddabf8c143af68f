//! Standard MIDI Files: read as far as they go, timed exactly, written.
//!
//! A file keeps its own division here; only importing it into a pattern would round to our ticks.
//!
//! Source: "Standard MIDI Files 1.0" (MIDI Manufacturers Association, RP-001).

mod groove;
mod import;
mod print;
mod read;
mod rescue;
mod tempo;
mod write;

pub use groove::{GrooveError, groove};
pub use import::{ImportError, ImportOptions, Timing, import};
pub use print::{Print, Printed, PrintedEvent, print};
pub use read::{SmfError, read};
pub use tempo::TempoMap;
pub use write::{FileDivision, write};

use std::fmt;

/// A Standard MIDI File.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MidiFile {
    /// How its tracks belong together.
    pub format: MidiFormat,
    /// What its ticks are.
    pub division: Division,
    /// Its tracks, in order.
    pub tracks: Vec<MidiTrack>,
}

/// How the tracks of a file belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MidiFormat {
    /// Format 0: one track.
    Single,
    /// Format 1: all start together.
    Parallel,
    /// Format 2: independent pieces, one after another.
    Sequential,
}

/// What a tick of a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Division {
    /// So many ticks to a quarter note, `1..=32767`.
    Metrical(u16),
    /// So many ticks to a frame of film; tempo does not matter.
    Timecode {
        /// Frames a second: 24, 25, 29 (which means 30000/1001) or 30.
        frames_per_second: u8,
        /// Ticks in a frame, `1..=255`.
        ticks_per_frame: u8,
    },
}

/// One track of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MidiTrack {
    /// Its events, by tick.
    pub events: Vec<MidiEvent>,
    /// The tick at which it ends: its end-of-track event, else its last event.
    pub end: u64,
}

impl MidiTrack {
    /// The name that the track gives itself.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        self.events.iter().find_map(|event| match &event.message {
            MidiMessage::Meta { kind: META_TRACK_NAME, data } => {
                Some(String::from_utf8_lossy(data).trim().to_owned())
            }
            _ => None,
        })
    }

    /// The first time signature of the track, as beats and unit: (6, 8).
    #[must_use]
    pub fn time_signature(&self) -> Option<(u8, u32)> {
        self.events.iter().find_map(|event| match &event.message {
            MidiMessage::Meta { kind: META_TIME_SIGNATURE, data } => {
                let [beats, power] = *data.first_chunk::<2>()?;
                Some((beats, 1u32.checked_shl(u32::from(power))?))
            }
            _ => None,
        })
    }

    /// The time signatures of the track as (tick, beats, unit), by tick; what no instrument can be told is left out.
    pub fn time_signatures(&self) -> impl Iterator<Item = (u64, u8, u8)> + '_ {
        self.events.iter().filter_map(|event| match &event.message {
            MidiMessage::Meta { kind: META_TIME_SIGNATURE, data } => {
                let [beats, power] = *data.first_chunk::<2>()?;
                let unit = 1u8.checked_shl(u32::from(power))?;
                (beats > 0 && unit > 0).then_some((event.tick, beats, unit))
            }
            _ => None,
        })
    }

    /// Note-ons with a velocity above 0.
    #[must_use]
    pub fn note_count(&self) -> usize {
        let is_onset = |event: &&MidiEvent| {
            matches!(event.message, MidiMessage::Voice { message: Voice::NoteOn { .. }, .. })
        };
        self.events.iter().filter(is_onset).count()
    }
}

/// One event of a track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MidiEvent {
    /// Ticks of the file from the start of its track.
    pub tick: u64,
    /// What happens.
    pub message: MidiMessage,
}

/// What an event of a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MidiMessage {
    /// To a channel.
    Voice {
        /// `0..=15`.
        channel: u8,
        /// What.
        message: Voice,
    },
    /// About the piece: names, tempo, metre; kept as it is.
    Meta {
        /// Which, `0..=127`; 0x2F, the end of the track, is [`MidiTrack::end`] instead.
        kind: u8,
        /// Its bytes.
        data: Vec<u8>,
    },
    /// To one make of instrument, without the leading F0.
    SysEx(Vec<u8>),
    /// Bytes to be sent as they are.
    Escape(Vec<u8>),
}

/// A channel voice message. All numbers are seven bits, but for the bend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Voice {
    /// A note ends. A note-on of velocity 0 is read as this.
    NoteOff {
        /// Which.
        key: u8,
        /// How fast it was let go.
        velocity: u8,
    },
    /// A note starts.
    NoteOn {
        /// Which.
        key: u8,
        /// How strong, `1..=127`.
        velocity: u8,
    },
    /// A key is pressed further.
    PolyPressure {
        /// Which.
        key: u8,
        /// How much.
        pressure: u8,
    },
    /// A controller moves.
    ControlChange {
        /// Which.
        controller: u8,
        /// To where.
        value: u8,
    },
    /// Another sound.
    ProgramChange {
        /// Which, from 0.
        program: u8,
    },
    /// All keys are pressed further.
    ChannelPressure {
        /// How much.
        pressure: u8,
    },
    /// The bender moves: `-8192..=8191`, 0 in the middle.
    PitchBend {
        /// To where.
        value: i16,
    },
}

pub(crate) const META_TRACK_NAME: u8 = 0x03;
pub(crate) const META_END_OF_TRACK: u8 = 0x2F;
pub(crate) const META_TEMPO: u8 = 0x51;
pub(crate) const META_TIME_SIGNATURE: u8 = 0x58;

/// Something in a file that is not as it should be, though the rest was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmfWarning {
    /// Where, in bytes from the start of the file.
    pub byte: usize,
    /// What it is, and what was done about it.
    pub kind: SmfWarningKind,
}

impl fmt::Display for SmfWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}: {}", self.byte, self.kind)
    }
}

/// What is not as it should be in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SmfWarningKind {
    /// The header stands behind other bytes.
    #[error("the MIDI file begins only here; what is before was skipped")]
    LateHeader,
    /// There are fewer or more tracks than the header says.
    #[error("the header says {said} tracks, and there are {found}")]
    TrackCount {
        /// What the header says.
        said: u16,
        /// How many there are.
        found: usize,
    },
    /// A chunk is longer than the file.
    #[error("track {track} should go on for {missing} more bytes; the file ends before")]
    CutTrack {
        /// From 1.
        track: usize,
        /// How many bytes are not there.
        missing: usize,
    },
    /// A chunk that is neither header nor track.
    #[error("a chunk of an unknown kind was skipped")]
    UnknownChunk,
    /// A track does not say where it ends.
    #[error("track {track} has no end-of-track event; it ends with its last event")]
    NoEndOfTrack {
        /// From 1.
        track: usize,
    },
    /// Running status across a meta or system-exclusive event, which the standard forbids.
    #[error(
        "track {track}: the status byte is missing after another kind of event; the one before was taken"
    )]
    RunningStatus {
        /// From 1.
        track: usize,
    },
    /// A data byte with its upper bit set.
    #[error("track {track}: a data byte above 127; its lower seven bits were taken")]
    DataByte {
        /// From 1.
        track: usize,
    },
    /// A system message that cannot stand in a file.
    #[error("track {track}: the message {status:#04X} cannot stand in a file; it was skipped")]
    SystemMessage {
        /// From 1.
        track: usize,
        /// Its first byte.
        status: u8,
    },
    /// Bytes that are no event.
    #[error("track {track}: what follows is no event; the rest of the track was left out")]
    Unreadable {
        /// From 1.
        track: usize,
    },
    /// Bytes behind the end of a track.
    #[error("track {track}: {bytes} bytes behind its end were left out")]
    BehindEnd {
        /// From 1.
        track: usize,
        /// How many.
        bytes: usize,
    },
    /// A tempo of no time at all.
    #[error("a tempo of 0 microseconds a quarter note; 120 BPM was taken")]
    ZeroTempo,
    /// More warnings than anyone reads.
    #[error("and so on; further oddities are not told")]
    More,
}
