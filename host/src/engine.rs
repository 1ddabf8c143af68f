//! Who turns MIDI and instruments into audio.

pub mod embedded;
pub mod rack;
