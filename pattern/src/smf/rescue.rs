//! What to do with an event that midly does not take: step over it where its length is known, keep its time.

use crate::smf::{SmfWarningKind, Voice};

/// How reading goes on behind a damaged event.
pub(super) enum Resumed<'a> {
    /// From here.
    At {
        /// What is left of the track.
        rest: &'a [u8],
        /// The time that passed.
        delta: u64,
        /// What the event can only have meant.
        event: Option<(u8, Voice)>,
        /// What was wrong.
        kind: Oddity,
        /// The running status from now on; `None`: as before.
        status: Option<u8>,
    },
    /// Not at all: where the next event begins cannot be known.
    Lost,
}

/// A warning whose track is not known here.
pub(super) enum Oddity {
    DataByte,
    SystemMessage(u8),
}

impl Oddity {
    pub(super) fn of(self, track: usize) -> SmfWarningKind {
        match self {
            Oddity::DataByte => SmfWarningKind::DataByte { track },
            Oddity::SystemMessage(status) => SmfWarningKind::SystemMessage { track, status },
        }
    }
}

/// Steps over the event that `bytes` begin with.
pub(super) fn rescue(bytes: &[u8], running_status: Option<u8>) -> Resumed<'_> {
    let Some((delta, rest)) = delta(bytes) else { return Resumed::Lost };
    let Some(first) = rest.first().copied() else { return Resumed::Lost };
    match first {
        // Song position has two data bytes, time code and song select one, the others none.
        0xF1..=0xF6 | 0xF8..=0xFE => {
            let data = match first {
                0xF2 => 2,
                0xF1 | 0xF3 => 1,
                _ => 0,
            };
            match rest.get(1 + data..) {
                Some(rest) => Resumed::At {
                    rest,
                    delta,
                    event: None,
                    kind: Oddity::SystemMessage(first),
                    status: None,
                },
                None => Resumed::Lost,
            }
        }
        0x80..=0xEF => voice(first, rest.get(1..).unwrap_or_default(), delta),
        0x00..=0x7F => match running_status {
            Some(status) => voice(status, rest, delta),
            None => Resumed::Lost,
        },
        // A meta or system-exclusive event that midly refuses is longer than what is left.
        0xF0 | 0xF7 | 0xFF => Resumed::Lost,
    }
}

/// A channel message of which a data byte is above 127.
fn voice(status: u8, data: &[u8], delta: u64) -> Resumed<'_> {
    let length = if matches!(status & 0xF0, 0xC0 | 0xD0) { 1 } else { 2 };
    let (Some(taken), Some(rest)) = (data.get(..length), data.get(length..)) else {
        return Resumed::Lost;
    };
    let first = taken.first().copied().unwrap_or(0) & 0x7F;
    let second = taken.get(1).copied().unwrap_or(0) & 0x7F;
    let message = match status & 0xF0 {
        0x80 => Voice::NoteOff { key: first, velocity: second },
        0x90 if second == 0 => Voice::NoteOff { key: first, velocity: 64 },
        0x90 => Voice::NoteOn { key: first, velocity: second },
        0xA0 => Voice::PolyPressure { key: first, pressure: second },
        0xB0 => Voice::ControlChange { controller: first, value: second },
        0xC0 => Voice::ProgramChange { program: first },
        0xD0 => Voice::ChannelPressure { pressure: first },
        _ => {
            let raw = i16::from(second) << 7 | i16::from(first);
            Voice::PitchBend { value: raw - 0x2000 }
        }
    };
    let event = Some((status & 0x0F, message));
    Resumed::At { rest, delta, event, kind: Oddity::DataByte, status: Some(status) }
}

/// A delta time of at most four bytes, and what follows.
fn delta(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (index, byte) in bytes.iter().take(4).enumerate() {
        value = value << 7 | u64::from(byte & 0x7F);
        if *byte < 0x80 {
            return Some((value, bytes.get(index + 1..)?));
        }
    }
    None
}
