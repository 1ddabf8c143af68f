//! The step sequencer of *Tresillo*, as data and pure functions.
//!
//! A [`Project`] holds patterns; a pattern holds tracks; a **track** is one voice with a destination and a clock; a
//! **step** is one cell of it. Time is counted in ticks, [`PPQ`] to a quarter note, from song position 0.
//!
//! What sounds between two song positions, a [`Window`], is a pure function of the document, the window and the
//! [`Performance`]: [`play`]. So windows tile: what sounds in `[a, b)` and then in `[b, c)` is exactly what sounds in
//! `[a, c)`. That law is the whole scheduler; a jump, a loop and an offline render are the same case.
//!
//! ```
//! use tresillo_pattern::{Performance, Project, Window, format::notation, play};
//!
//! let (project, _) = notation::read("clave: x..x..x.").unwrap();
//! let mut whole = Vec::new();
//! play(&project, &Performance::default(), Window::new(0, 40320), &mut whole);
//! assert_eq!(whole.iter().map(|note| note.onset.0).collect::<Vec<_>>(), [0, 15120, 30240]);
//!
//! let mut halves = Vec::new();
//! play(&project, &Performance::default(), Window::new(0, 15120), &mut halves);
//! play(&project, &Performance::default(), Window::new(15120, 40320), &mut halves);
//! assert_eq!(halves, whole);
//! ```
//!
//! [`play`] tells notes; whoever plays them owes the note-offs, and lets a [`Player`] keep them.
//! No part of this crate does any I/O, reads a clock or starts a thread; files are bytes to it.

#![forbid(unsafe_code)]

mod dice;
pub mod document;
pub mod euclid;
pub mod format;
mod frames;
pub mod limits;
mod note;
mod performance;
mod play;
mod player;
mod queue;
pub mod smf;
mod time;

pub use document::Project;
pub use frames::FrameClock;
pub use note::{Address, Change, Note, NoteBuffer, NoteSink};
pub use performance::{Mutes, PatternIndex, Performance, SwingOffset};
pub use play::{
    Foreseen, NearestStep, controls_at, foresee, nearest_step, play, play_early, running_step,
};
pub use player::Player;
pub use queue::{Event, EventKind, NoteOffQueue};
pub use time::{PPQ, Tick, Ticks, Window};
