//! What a host does to one instance, step by step, in words that every format's host understands.

use anyhow::Result;
use serde::Serialize;

use crate::stream::{HostControl, HostEvent, HostExpression};

/// What the host says of its transport at the start of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Transport {
    /// Whether it rolls.
    pub is_playing: bool,
    /// Quarter notes a minute; `None` is a host that does not say.
    pub tempo_bpm: Option<f64>,
    /// Song position in quarter notes.
    pub beat: f64,
    /// Song position in frames, which hosts tell in frames (VST3) or seconds (CLAP).
    pub frame: i64,
    /// The loop in quarter notes, if it is on.
    pub loop_beats: Option<(f64, f64)>,
}

impl Transport {
    /// It stands at the start of the song, at 120 BPM.
    pub const STILL: Transport = Transport {
        is_playing: false,
        tempo_bpm: Some(120.0),
        beat: 0.0,
        frame: 0,
        loop_beats: None,
    };

    /// It rolls at 120 BPM and 48 kHz, where a beat is 24,000 frames.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "positions of a test are small")]
    pub fn rolling(frame: i64) -> Transport {
        Transport { is_playing: true, beat: frame as f64 / 24_000.0, frame, ..Transport::STILL }
    }
}

/// One thing that a host does.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case", tag = "do")]
pub enum Step {
    /// Processes one block.
    Block {
        /// Its length.
        frame_count: u32,
        /// What the host says.
        transport: Transport,
    },
    /// Turns a parameter, in the next block.
    SetParam {
        /// Frames into it.
        offset: u32,
        /// The name that the host shows.
        name: &'static str,
        /// Where in its range, `[0, 1]`.
        normalized: f64,
    },
    /// Tells the transport once more, within the next block. Only CLAP can.
    Tell {
        /// Frames into it.
        offset: u32,
        /// What the host says.
        transport: Transport,
    },
    /// Plays a note in, in the next block.
    Play {
        /// Frames into it.
        offset: u32,
        /// `0..=127`.
        key: u8,
        /// `1..=127`; 0 is a note-off.
        velocity: u8,
    },
    /// Moves a controller of the first channel, in the next block. Only CLAP can: our VST3 takes none.
    Control {
        /// Frames into it.
        offset: u32,
        /// `0..=127`.
        controller: u8,
        /// `0..=127`.
        value: u8,
    },
    /// Saves the state: [`Outcome::saved`] gets its text.
    Save,
    /// Loads a state; text that is no state is junk. A host may do so at any time.
    Load {
        /// What [`Step::Save`] gave, or something else.
        state: String,
    },
    /// Deactivates and activates again.
    Reactivate,
    /// Closes the instance and opens a new one.
    Reopen,
}

impl Step {
    /// Turns a parameter, before the next block.
    #[must_use]
    pub fn turn(name: &'static str, normalized: f64) -> Step {
        Step::SetParam { offset: 0, name, normalized }
    }
}

/// What came out.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// All notes, by frames since the first block.
    pub events: Vec<HostEvent>,
    /// All other channel messages, by frames since the first block.
    pub controls: Vec<HostControl>,
    /// Notes, messages and what belongs to single notes in the order in which they came.
    pub sent: Vec<Sent>,
    /// The states saved, in order.
    pub saved: Vec<String>,
    /// The loudest sample of the audio outputs, which the host fills with noise before each block.
    pub peak: f64,
    /// Events that the host had no room for.
    pub dropped_count: u64,
}

impl Outcome {
    /// Takes what comes next.
    pub fn push(&mut self, sent: Sent) {
        match sent {
            Sent::Note(event) => self.events.push(event),
            Sent::Control(control) => self.controls.push(control),
            Sent::Expression(_) => {}
        }
        self.sent.push(sent);
    }
}

/// One thing that came out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sent {
    /// A note-on or note-off.
    Note(HostEvent),
    /// Another channel message.
    Control(HostControl),
    /// What belongs to a single note.
    Expression(HostExpression),
}

/// A host that can run scripts.
pub trait Host {
    /// Opens an instance at `sample_rate_hz`, for blocks of up to `frames_max`, and runs `steps` on it.
    ///
    /// # Errors
    /// What the host says when something fails.
    fn run(&self, sample_rate_hz: f64, frames_max: u32, steps: &[Step]) -> Result<Outcome>;
}
