//! What an instrument is told: messages of MIDI 1.0, at frames of the block.

/// One message at a frame of the block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimedMessage {
    /// Frame of the block, from 0. A frame past the block's end counts as its end.
    pub frame: u32,
    /// Channel, `0..16`; 9 is the drum channel of General MIDI. Others are ignored.
    pub channel: u8,
    /// What happens there.
    pub message: Message,
}

/// A channel message. Keys, controllers and 7-bit values are `0..128`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Message {
    /// A note begins.
    NoteOn {
        /// Key, 60 is middle C.
        key: u8,
        /// Strength, `(0, 1]`; zero is a note-off, as in MIDI.
        velocity: f32,
    },
    /// A note ends.
    NoteOff {
        /// Key of the note.
        key: u8,
    },
    /// A controller moves.
    ControlChange {
        /// Controller number.
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
        /// General MIDI program, from 0.
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
}
