//! The document: a project of patterns of tracks of steps.
//!
//! Data only, valid by construction where a type can say so; [`crate::play`] reads it, [`crate::format`] reads and writes
//! it as files.

pub(crate) mod condition;
pub mod edit;
pub(crate) mod groove;
pub(crate) mod lane;
pub(crate) mod lock;
pub(crate) mod metre;
pub(crate) mod pattern;
pub(crate) mod project;
pub(crate) mod scale;
pub(crate) mod song;
pub(crate) mod step;
pub(crate) mod track;
pub(crate) mod value;

pub use condition::{Condition, CycleRatio, Rule};
pub use groove::Groove;
pub use lane::{Lane, Property};
pub use lock::{Control, Lock, Locks};
pub use metre::Metre;
pub use pattern::{Humanise, Pattern, Swing, SwingPercent, SwingUnit};
pub use project::{Project, Unknown};
pub use scale::Scale;
pub use song::{Slot, Song};
pub use step::{Articulation, GateLength, Keys, Ratchet, Step};
pub use track::{Delay, Destination, Direction, StepSize, Track, TrackId};
pub use value::{
    ChanceGroup, Channel, Controller, Key, Level, OutOfRange, Percent, Port, Program, Tempo,
    Velocity,
};
