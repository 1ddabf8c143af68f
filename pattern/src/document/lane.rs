//! A property of a track that runs in a loop of its own.

use crate::document::step::Step;
use crate::document::track::StepSize;

/// A property with its own length and rate, so that it shears against the steps of its track.
///
/// At each step of the track the lane is read at the step's nominal tick: its step there gives the property, whatever the
/// track's own step says. Lanes run forward; cycles of conditions and dice stay those of the track.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// What it gives.
    pub property: Property,
    /// How long a step of it is.
    pub step_size: StepSize,
    /// Its steps, 1 to 128 of them, of which only the property counts.
    pub steps: Vec<Step>,
    /// Fields of the file that this version does not know.
    pub unknown: crate::document::Unknown,
}

/// A property of a step that may run in a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Property {
    /// Whether a step sounds.
    Gate,
    /// The keys.
    Notes,
    /// The velocity.
    Velocity,
    /// Gate length and articulation.
    Length,
    /// The micro-timing.
    MicroTiming,
    /// Chance and chance group.
    Chance,
    /// The condition.
    Condition,
    /// The ratchet.
    Ratchet,
}

impl Property {
    /// All of them, in the order in which a step is asked.
    pub const ALL: [Property; 8] = [
        Property::Gate,
        Property::Condition,
        Property::Chance,
        Property::Ratchet,
        Property::MicroTiming,
        Property::Length,
        Property::Velocity,
        Property::Notes,
    ];

    /// The name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Property::Gate => "gate",
            Property::Notes => "notes",
            Property::Velocity => "velocity",
            Property::Length => "length",
            Property::MicroTiming => "micro",
            Property::Chance => "chance",
            Property::Condition => "condition",
            Property::Ratchet => "ratchet",
        }
    }

    /// The property of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Property> {
        Property::ALL.into_iter().find(|property| property.name() == name)
    }
}
