//! What an instrument is told, and where it is in the piece.

/// Something that happens at a frame of a block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// Frame of the block, from 0.
    pub frame: u32,
    /// Channel, `0..16`; 9 is the drum channel of General MIDI.
    pub channel: u8,
    /// What happens.
    pub message: Message,
}

/// A channel message, with what MIDI 1.0 cannot say of single notes. Keys, controllers and 7-bit values are `0..128`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Message {
    /// A note begins.
    NoteOn {
        /// Key, 60 is middle C.
        key: u8,
        /// Strength, `(0, 1]`; a velocity of MIDI divided by 127.
        velocity: f32,
    },
    /// A note ends.
    NoteOff {
        /// Key of the note.
        key: u8,
        /// How fast the key was let go, `[0, 1]`.
        velocity: f32,
    },
    /// A controller moves.
    ControlChange {
        /// Controller number; 64 is the sustain pedal, 66 sostenuto, 67 soft.
        controller: u8,
        /// New value.
        value: u8,
    },
    /// The pitch wheel moves.
    PitchBend {
        /// `-8192..=8191`, 0 is the middle.
        value: i16,
    },
    /// The channel takes another sound for the notes to come.
    ProgramChange {
        /// Program, from 0.
        program: u8,
    },
    /// The pressure of the whole channel.
    ChannelPressure {
        /// New value.
        pressure: u8,
    },
    /// The pressure on one key.
    PolyPressure {
        /// Key that is pressed.
        key: u8,
        /// New value.
        pressure: u8,
    },
    /// What is said of the note that sounds on a key, beyond MIDI 1.0.
    NoteExpression {
        /// Key of the note.
        key: u8,
        /// What is said.
        expression: Expression,
    },
}

/// A property of a single note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Expression {
    /// Semitones away from the key, `-120..=120`.
    Tuning(f64),
    /// `[0, 1]`.
    Brightness(f64),
    /// `[0, 1]`: 0 left, 0.5 middle, 1 right.
    Pan(f64),
}

impl Expression {
    /// Whether it says what holds anyway.
    #[must_use]
    pub fn is_neutral(self) -> bool {
        match self {
            Expression::Tuning(semitones) => semitones.abs() < 1e-9,
            Expression::Brightness(value) => (value - NEUTRAL_BRIGHTNESS).abs() < 1e-9,
            Expression::Pan(value) => (value - 0.5).abs() < 1e-9,
        }
    }
}

/// The middle of MIDI's sound controller 5 (brightness), as CLAP and VST3 count it.
pub const NEUTRAL_BRIGHTNESS: f64 = 64.0 / 127.0;

impl Message {
    /// The message as bytes of MIDI 1.0 and how many of the three count; `None` for what MIDI 1.0 cannot say. A velocity
    /// above 0 stays above 0, because a note-on with 0 is a note-off.
    #[must_use]
    pub fn midi(self, channel: u8) -> Option<([u8; 3], usize)> {
        let channel = channel & 0x0F;
        let seven = |value: u8| value & 0x7F;
        Some(match self {
            Message::NoteOn { key, velocity } => {
                ([0x90 | channel, seven(key), velocity_to_seven(velocity).max(1)], 3)
            }
            Message::NoteOff { key, velocity } => {
                ([0x80 | channel, seven(key), velocity_to_seven(velocity)], 3)
            }
            Message::PolyPressure { key, pressure } => {
                ([0xA0 | channel, seven(key), seven(pressure)], 3)
            }
            Message::ControlChange { controller, value } => {
                ([0xB0 | channel, seven(controller), seven(value)], 3)
            }
            Message::ProgramChange { program } => ([0xC0 | channel, seven(program), 0], 2),
            Message::ChannelPressure { pressure } => ([0xD0 | channel, seven(pressure), 0], 2),
            Message::PitchBend { value } => {
                let whole = u16::try_from(i32::from(value) + 8192).unwrap_or(8192).min(16_383);
                let low = u8::try_from(whole & 0x7F).unwrap_or(0);
                let high = u8::try_from(whole >> 7).unwrap_or(0);
                ([0xE0 | channel, low, high], 3)
            }
            Message::NoteExpression { .. } => return None,
        })
    }
}

/// A velocity in `[0, 1]` as MIDI's seven bits.
#[must_use]
pub fn velocity_to_seven(velocity: f32) -> u8 {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 0..=127"
    )]
    let seven = (velocity * 127.0).round().clamp(0.0, 127.0) as u8;
    seven
}

/// Where a block stands in the piece. The piece rolls from its frame 0 on; before it (warming up) it stands still.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transport {
    /// Whether the piece rolls.
    pub is_playing: bool,
    /// The piece's frame at the start of the block.
    pub frame: u64,
    /// Frames since the first block of all, rolling or not.
    pub steady_frame: u64,
    /// The same in seconds.
    pub seconds: f64,
    /// Quarter notes from the start of the piece to the start of the block.
    pub beats: f64,
    /// Tempo at the start of the block, in quarter notes a minute.
    pub tempo_bpm: f64,
    /// Quarter notes from the start of the piece to the start of the current bar.
    pub bar_start_beats: f64,
    /// Number of the current bar, from 0.
    pub bar_index: u32,
    /// Upper number of the time signature.
    pub numerator: u8,
    /// Lower number of the time signature: 1, 2, 4, 8 …
    pub denominator: u8,
}

impl Default for Transport {
    fn default() -> Transport {
        Transport {
            is_playing: false,
            frame: 0,
            steady_frame: 0,
            seconds: 0.0,
            beats: 0.0,
            tempo_bpm: 120.0,
            bar_start_beats: 0.0,
            bar_index: 0,
            numerator: 4,
            denominator: 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_the_bytes_of_the_standard() {
        // MIDI 1.0 Detailed Specification 4.2, table I, channel voice messages.
        let cases: [(Message, &[u8]); 8] = [
            (Message::NoteOn { key: 60, velocity: 1.0 }, &[0x93, 60, 127]),
            (Message::NoteOn { key: 60, velocity: 0.001 }, &[0x93, 60, 1]),
            (Message::NoteOff { key: 60, velocity: 0.0 }, &[0x83, 60, 0]),
            (Message::PolyPressure { key: 1, pressure: 2 }, &[0xA3, 1, 2]),
            (Message::ControlChange { controller: 64, value: 127 }, &[0xB3, 64, 127]),
            (Message::ProgramChange { program: 5 }, &[0xC3, 5]),
            (Message::ChannelPressure { pressure: 6 }, &[0xD3, 6]),
            (Message::PitchBend { value: 0 }, &[0xE3, 0, 64]),
        ];
        for (message, expected) in cases {
            let (bytes, count) = message.midi(3).unwrap();
            assert_eq!(bytes.get(..count), Some(expected), "{message:?}");
        }
        assert_eq!(Message::PitchBend { value: -8192 }.midi(0), Some(([0xE0, 0, 0], 3)));
        assert_eq!(Message::PitchBend { value: 8191 }.midi(0), Some(([0xE0, 127, 127], 3)));
    }
}
