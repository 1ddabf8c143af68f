//! The project file: versioned JSON, made to be read and compared by people.
//!
//! Defaults are left out, fields keep their order, a step takes a line, and fields of later versions survive.
//!
//! | version | what it added |
//! | --- | --- |
//! | `tresillo/1` | patterns, tracks, steps, lanes, swing, humanising, scales, the song |
//!
//! ```
//! let text = r#"{
//!   "format": "tresillo/1",
//!   "patterns": [
//!     { "tracks": [ { "id": 1, "channel": 10, "key": 36, "gates": "x..x..x.", "steps": [ {"step": 4, "velocity": 80} ] } ] }
//!   ]
//! }"#;
//! let (project, warnings) = tresillo_pattern::format::json::read(text.as_bytes()).unwrap();
//! assert!(warnings.is_empty());
//! assert_eq!(project.patterns[0].tracks[0].steps[3].velocity.get(), 80);
//! ```

mod emit;
mod file;
mod migrate;
mod read;
mod read_song;
mod read_steps;
mod write;

pub use read::read;
pub use write::write;

use crate::document::OutOfRange;
use crate::format::{LimitExceeded, Place};

/// The version that [`write()`] writes.
pub const FORMAT: &str = "tresillo/1";

/// Why a project file cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It is not text.
    #[error("not text: byte {byte} is no UTF-8; is this a project file?")]
    NotText {
        /// The first byte that does not belong, from 0.
        byte: usize,
    },
    /// It is larger than any project can be.
    #[error("{bytes} bytes, where a project file has at most {max}")]
    TooLarge {
        /// How large it is.
        bytes: usize,
        /// How large it may be.
        max: usize,
    },
    /// It is not JSON, or a field does not hold what it should.
    #[error("line {line}, column {column}: {message}")]
    Syntax {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What the parser says.
        message: String,
    },
    /// It is JSON, but no project.
    #[error("no \"format\" field; a project file begins with {{ \"format\": \"{FORMAT}\"")]
    NoFormat,
    /// It is of a version that this program does not know.
    #[error(
        "the format is \"{found}\", and this version reads \"{FORMAT}\"; a newer Tresillo may read it"
    )]
    OtherFormat {
        /// What it says it is.
        found: String,
    },
    /// It is of an older version, and a field does not hold what it should. Places in the file are not known any more.
    #[error("a file of {found}, made into the format of today: {message}")]
    Lifted {
        /// What it says it is.
        found: String,
        /// What the parser says.
        message: String,
    },
    /// There is more of something than a project may hold.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// A value is out of range.
    #[error("{place}: {source}")]
    Value {
        /// Where.
        place: Place,
        /// Which value, and its range.
        source: OutOfRange,
    },
    /// A value in the song is out of range.
    #[error("slot {number} of the song: {source}")]
    Slot {
        /// From 1.
        number: usize,
        /// Which value, and its range.
        source: OutOfRange,
    },
    /// A string does not say what its field needs.
    #[error("{place}: {field} \"{found}\" should be like {expected}")]
    Text {
        /// Where.
        place: Place,
        /// The name of the field.
        field: &'static str,
        /// What it holds.
        found: String,
        /// An example.
        expected: &'static str,
    },
    /// Two tracks of a pattern have one id.
    #[error(
        "{place}: another track of this pattern has the id {id} too; dice are thrown by it, so each needs its own"
    )]
    SameId {
        /// Where the second is.
        place: Place,
        /// The id.
        id: u32,
    },
}

#[cfg(test)]
mod tests;
