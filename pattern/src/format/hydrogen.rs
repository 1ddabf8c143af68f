//! Hydrogen's drum patterns and songs (`.h2pattern`, `.h2song`), read.
//!
//! | in the file | here |
//! | --- | --- |
//! | `position`, 48 to a quarter note | the onset: 420 of our ticks each, exact |
//! | `size` of a pattern | the length of its tracks |
//! | an instrument | a track of each pattern that has notes of it |
//! | `midiOutNote`, else the `type` or name of the instrument, else 36 + its id | the key of the track |
//! | `key`, `C0` being the instrument's own | the key of a step, where it differs |
//! | `midiOutChannel` | the channel; 10 where none is chosen |
//! | `velocity`, 0 to 1 | velocity, 1 to 127 |
//! | `length`; -1 where the sample rings out | gate length; the default |
//! | a note with `note_off` | the end of the note before it |
//! | `probability` | chance |
//! | `leadlag`, -1 to 1 | micro-timing: up to 5 of Hydrogen's ticks early or late |
//! | `swing_factor`, 0 to 1 | swing of sixteenths, 50 to 75 % |
//! | `patternSequence` | [`Hydrogen::sequence`] |
//!
//! Pan, pitch, sounds, effects, humanising and a tempo that changes are not taken.

mod drums;
mod file;
mod hits;
mod lay;
mod read;
mod xml;

pub use read::read;

use crate::document::Project;
use crate::format::LimitExceeded;
use crate::time::PPQ;

/// Our ticks in one of Hydrogen's.
const TICKS: i64 = PPQ / 48;
/// The largest file that is read: some hundred times a large song.
const BYTES_MAX: usize = 1 << 24;
/// Groups in the sequence of a song.
const GROUPS_MAX: usize = 4096;

/// What a file of Hydrogen's holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hydrogen {
    /// Its patterns, one of a pattern file, in the order of the file.
    pub project: Project,
    /// What a song plays one after another: groups of patterns that sound together, by their places in the project. A
    /// group lasts as long as its longest pattern. Empty for a pattern file.
    pub sequence: Vec<Vec<usize>>,
}

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HydrogenError {
    /// It is larger than any such file.
    #[error("{bytes} bytes, where a Hydrogen file has at most {max}")]
    TooLarge {
        /// How large it is.
        bytes: usize,
        /// How large it may be.
        max: usize,
    },
    /// It is not XML as far as its first note.
    #[error("line {line}, column {column}: {message}")]
    Syntax {
        /// From 1.
        line: usize,
        /// In bytes, from 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// It is XML of another kind.
    #[error(
        "its outermost element is <{found}>, where a Hydrogen pattern has <drumkit_pattern> and a song <song>"
    )]
    OtherRoot {
        /// What it has.
        found: String,
    },
    /// It has no pattern.
    #[error("no pattern in it")]
    NoPatterns,
    /// It has more of something than a project may hold.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
}

#[cfg(test)]
mod tests;
