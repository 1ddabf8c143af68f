//! The sound of Tresillo: graphs of nodes, compiled to flat schedules, and the instrument built in.
//!
//! Three layers, each usable without the one above it:
//!
//! - A [`Graph`] holds [`node`]s and the wires between them. It is edited on the main thread.
//! - [`Graph::compile`] checks it and makes a [`Schedule`]: the nodes in order, their buffers
//!   assigned. A voice is one [`VoiceState`] that walks a schedule it shares with other voices.
//! - [`BuiltIn`] is an instrument of sixteen channels on such schedules: a drum kit on channel 10,
//!   and a sound for each program of General MIDI.
//!
//! Slow inputs (pitch, cutoff) are read every [`node::CONTROL_PERIOD`] frames *since the note's
//! start*, and notes begin and end on exact frames. So the size of a block never changes a sample.
//!
//! # Examples
//!
//! A voice by hand: a note that is released after 1000 frames.
//!
//! ```
//! use tresillo_synth::node::{Envelope, NoteSignals, Oscillator, Output, Waveform, oscillator};
//! use tresillo_synth::{Graph, Schedule, Scratch, VoiceState};
//!
//! let mut graph = Graph::new();
//! let envelope = graph.add(Envelope { sustain: 0.5, ..Envelope::default() });
//! let saw = graph.add(Oscillator { waveform: Waveform::Saw, ..Oscillator::default() });
//! let out = graph.add(Output);
//! graph.connect(envelope, saw.inlet(oscillator::LEVEL));
//! graph.connect(saw, out.inlet(0));
//! let schedule = graph.compile(48_000.0)?;
//!
//! let (mut voice, mut scratch) = (VoiceState::default(), Scratch::new(&schedule));
//! let mut note = NoteSignals::default(); // A4 at full velocity
//! schedule.start(&mut voice, &note);
//! let mut sound = Vec::new();
//! while !schedule.has_ended(&voice, &note) {
//!     note.gate = sound.len() < 1000;
//!     let until_release = 1000usize.checked_sub(sound.len()).filter(|frames| *frames > 0);
//!     let frames = voice.frames_to_tick().min(until_release.unwrap_or(usize::MAX));
//!     let (left, _right) = schedule.process(&mut voice, &mut scratch, &note, frames);
//!     sound.extend_from_slice(left);
//! }
//! assert!(sound.len() > 2000 && sound.iter().all(|sample| sample.abs() < 1.1));
//! # Ok::<(), tresillo_synth::CompileError>(())
//! ```
//!
//! The instrument: a note, a block, stereo sound.
//!
//! ```
//! use tresillo_synth::{BuiltIn, Message, TimedMessage};
//!
//! let mut instrument = BuiltIn::new(48_000.0);
//! let message = Message::NoteOn { key: 36, velocity: 1.0 };
//! let (mut left, mut right) = ([0.0; 4800], [0.0; 4800]);
//! instrument.process(&[TimedMessage { frame: 0, channel: 9, message }], &mut left, &mut right);
//! let peak = left.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()));
//! assert!(peak > 0.2 && peak < 1.0, "a kick is heard");
//! ```
#![forbid(unsafe_code)]

mod effect;
pub mod error;
pub mod graph;
pub mod instrument;
mod math;
pub mod message;
pub mod node;
pub mod schedule;

pub use error::CompileError;
pub use graph::{Graph, NodeId};
pub use instrument::BuiltIn;
pub use message::{Message, TimedMessage};
pub use schedule::{Schedule, Scratch, VoiceState};
