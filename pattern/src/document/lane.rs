//! A property of a track that runs in a loop of its own.

use std::fmt;

use crate::document::lock::Control;
use crate::document::step::Step;
use crate::document::track::StepSize;
use crate::time::Tick;

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

impl Lane {
    /// The step of the lane that lies at a tick.
    #[inline]
    pub(crate) fn step_at(&self, tick: Tick) -> Option<&Step> {
        let length = i64::try_from(self.steps.len()).unwrap_or(i64::MAX).max(1);
        let place = self.step_size.place_at(tick).rem_euclid(length);
        usize::try_from(place).ok().and_then(|place| self.steps.get(place))
    }
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
    /// The lock of one control.
    Lock(Control),
}

impl Property {
    /// All of them but the locks, in the order in which a step is asked.
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

    /// The property of this name, which for a lock is that of its control: `velocity`, `cc74`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Property> {
        let plain = Property::ALL.into_iter().find(|property| property.plain_name() == Some(name));
        plain.or_else(|| Control::parse(name).ok().flatten().map(Property::Lock))
    }

    const fn plain_name(self) -> Option<&'static str> {
        match self {
            Property::Gate => Some("gate"),
            Property::Notes => Some("notes"),
            Property::Velocity => Some("velocity"),
            Property::Length => Some("length"),
            Property::MicroTiming => Some("micro"),
            Property::Chance => Some("chance"),
            Property::Condition => Some("condition"),
            Property::Ratchet => Some("ratchet"),
            Property::Lock(_) => None,
        }
    }
}

/// The name in files.
impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.plain_name(), self) {
            (Some(name), _) => f.write_str(name),
            (None, Property::Lock(control)) => control.fmt(f),
            (None, _) => Ok(()),
        }
    }
}
