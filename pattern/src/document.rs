//! The document: a project of patterns of tracks of steps.
//!
//! Data only, valid by construction where a type can say so; [`crate::play`] reads it, [`crate::format`] reads and writes
//! it as files.

pub(crate) mod pattern;
pub(crate) mod project;
pub(crate) mod step;
pub(crate) mod track;
pub(crate) mod value;

pub use pattern::{Pattern, Swing, SwingPercent, SwingUnit};
pub use project::{Metre, Project, Unknown};
pub use step::{Condition, GateLength, Keys, Ratchet, Step};
pub use track::{Destination, StepSize, Track, TrackId};
pub use value::{Channel, Key, OutOfRange, Percent, Port, Tempo, Velocity};
