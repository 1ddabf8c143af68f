//! The whole document.

use crate::document::metre::Metre;
use crate::document::pattern::Pattern;
use crate::document::song::Song;
use crate::document::value::Tempo;

/// A project: what a file holds and a host saves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Project {
    /// What people call it.
    pub name: String,
    /// Who made it; empty where nobody said.
    pub author: String,
    /// Under which licence it may be used, as an SPDX identifier.
    pub licence: String,
    /// One line of what it is.
    pub description: String,
    /// Where all dice start from.
    pub seed: u64,
    /// The tempo where no host gives one.
    pub tempo: Tempo,
    /// The metre where no host gives one.
    pub metre: Metre,
    /// The patterns, up to 128.
    pub patterns: Vec<Pattern>,
    /// How they follow each other, where they do.
    pub song: Song,
    /// Fields of the file that this version does not know.
    pub unknown: Unknown,
}

/// Fields that a later version wrote and this one does not know: kept, and written back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unknown(pub(crate) serde_json::Map<String, serde_json::Value>);

impl Unknown {
    /// The names of the fields.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Whether everything in the file was known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Project {
    /// What a first open plays: the factory's first beat, `presets/patterns/tresillo.json`.
    #[must_use]
    pub fn first_beat() -> Project {
        const TEXT: &[u8] = include_bytes!("../../../presets/patterns/tresillo.json");
        // A test reads every factory pattern; a broken one would be silent, not fatal.
        crate::format::json::read(TEXT).map(|(project, _)| project).unwrap_or_default()
    }
}
