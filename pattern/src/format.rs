//! The document as text: JSON for files and hosts, notation for people, a grid for reading.

pub mod grid;
pub mod hydrogen;
pub mod json;
pub mod notation;
pub mod pitch;
pub mod steppy;

use std::fmt;

use crate::document::{Project, Slot};
use crate::limits::NAME_MAX;

/// Something a reader could not take as it was written, though the rest is usable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Where in the document it is.
    pub place: Place,
    /// What it is, and what was done about it.
    pub text: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place.to_string() {
            place if place.is_empty() => f.write_str(&self.text),
            place => write!(f, "{place}: {}", self.text),
        }
    }
}

/// Warns of each track of which no step would ever start: in a pattern that the song does not play, every step is tied into
/// the next.
pub(crate) fn warn_of_tied_tracks(project: &Project, warnings: &mut Vec<Warning>) {
    for (index, pattern) in project.patterns.iter().enumerate() {
        let is_this = |slot: &Slot| usize::from(slot.pattern.0) == index;
        if project.song.slots.iter().any(is_this) {
            continue;
        }
        let tracks = pattern.tracks.iter().enumerate();
        for (track_index, _) in tracks.filter(|(_, track)| track.is_tied_throughout()) {
            let place = Place::pattern(index).track(track_index);
            let text = "every step is tied into the next, so none ever starts".to_owned();
            warnings.push(Warning { place, text });
        }
    }
}

/// A place in a document, each part counted from 0 and shown from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The pattern.
    pub pattern: Option<usize>,
    /// The track in it.
    pub track: Option<usize>,
    /// The step in that.
    pub step: Option<usize>,
}

impl Place {
    /// The document itself.
    pub const DOCUMENT: Place = Place { pattern: None, track: None, step: None };

    pub(crate) fn pattern(index: usize) -> Place {
        Place { pattern: Some(index), ..Place::DOCUMENT }
    }

    pub(crate) fn track(self, index: usize) -> Place {
        Place { track: Some(index), ..self }
    }

    pub(crate) fn step(self, index: usize) -> Place {
        Place { step: Some(index), ..self }
    }
}

/// "pattern 1, track 2, step 3"; nothing for the document itself.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [("pattern", self.pattern), ("track", self.track), ("step", self.step)];
        let mut separator = "";
        for (name, index) in parts {
            if let Some(index) = index {
                write!(f, "{separator}{name} {}", index + 1)?;
                separator = ", ";
            }
        }
        Ok(())
    }
}

/// A document with more of something than a project may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{count} {what}, where at most {max} are allowed", WithColon(*place))]
pub struct LimitExceeded {
    /// Where.
    pub place: Place,
    /// Of what there are too many: "steps".
    pub what: &'static str,
    /// How many there are.
    pub count: usize,
    /// How many there may be.
    pub max: usize,
}

impl LimitExceeded {
    pub(crate) fn check(
        place: Place,
        what: &'static str,
        count: usize,
        max: usize,
    ) -> Result<(), LimitExceeded> {
        if count <= max { Ok(()) } else { Err(LimitExceeded { place, what, count, max }) }
    }
}

/// The name of a further track of what one track cannot hold: "Snare (2)", no longer than a name may be.
pub(crate) fn layer_name(name: &str, layer: usize) -> String {
    if layer == 0 {
        return name.to_owned();
    }
    name_with(name, &format!(" ({})", layer + 1))
}

/// `name` and what tells it from others, which is kept whole; no longer than a name may be.
pub(crate) fn name_with(name: &str, suffix: &str) -> String {
    let room = NAME_MAX.saturating_sub(suffix.chars().count());
    name.chars().take(room).chain(suffix.chars()).collect()
}

struct WithColon(Place);

impl fmt::Display for WithColon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == Place::DOCUMENT { Ok(()) } else { write!(f, "{}: ", self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::{NAME_MAX, layer_name};

    #[test]
    fn the_name_of_a_further_track_is_no_longer_than_a_name_may_be() {
        assert_eq!(layer_name("Snare", 0), "Snare");
        assert_eq!(layer_name("Snare", 1), "Snare (2)");
        let name = layer_name(&"ü".repeat(NAME_MAX), 10);
        assert_eq!((name.chars().count(), name.ends_with("ü (11)")), (NAME_MAX, true));
    }
}
