//! StepPy's files: a JSON list of steps, each on or off, with or without a note.
//!
//! | field | here |
//! | --- | --- |
//! | `on` | whether the step is on |
//! | `note` | whether the step has a note at all; without one it holds nothing and is off |
//! | `numeric_note` | the key of the step, `0..=127` |
//! | `velocity` | velocity, held inside 1 to 127 |
//! | `duration` | gate length: a share of the step, to the nearest percent |
//! | `channel` | from 0; each channel that is used is a track |
//!
//! StepPy plays four steps a beat, so a step is a sixteenth; it writes no tempo and no name.
//!
//! ```
//! use tresillo_pattern::format::steppy;
//!
//! let text = br#"[{"on": true, "note": true, "numeric_note": 46, "velocity": 51, "duration": 0.5, "channel": 0},
//!                 {"on": false, "note": false}]"#;
//! assert!(steppy::looks_like_steppy(text));
//! let (project, warnings) = steppy::read(text).unwrap();
//! assert!(warnings.is_empty());
//! assert_eq!(project.patterns[0].tracks[0].steps.len(), 2);
//! ```
//!
//! Source: the program's own reader and writer, `steps_persister.py` (Yann Gravrand, BSD).

mod file;
mod read;
mod write;

pub use read::read;
pub use write::write;

use crate::document::StepSize;
use crate::format::LimitExceeded;

/// StepPy plays four steps a beat.
const STEP_SIZE: StepSize = StepSize::SIXTEENTH;
/// The largest file that is read: a step takes some hundred bytes, and there are at most 128.
const BYTES_MAX: usize = 1 << 24;

/// Why a StepPy file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SteppyError {
    /// It is larger than any such file.
    #[error("{bytes} bytes, where a StepPy file has at most {max}")]
    TooLarge {
        /// How large it is.
        bytes: usize,
        /// How large it may be.
        max: usize,
    },
    /// It is not JSON, or no list of steps.
    #[error("line {line}, column {column}: {message}")]
    Syntax {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What the parser says.
        message: String,
    },
    /// The list is empty.
    #[error("no steps: the list is empty")]
    NoSteps,
    /// There are more steps than a track holds.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
}

/// Whether `bytes` begin as StepPy's files do, and as no project file does: a list whose first object has the field `on`.
///
/// It looks no further, so that a damaged file is still refused as what it is.
#[must_use]
pub fn looks_like_steppy(bytes: &[u8]) -> bool {
    let inside = |bytes: &'_ [u8], bracket: u8| -> Option<usize> {
        let at = bytes.iter().position(|byte| !byte.is_ascii_whitespace())?;
        (bytes.get(at) == Some(&bracket)).then_some(at + 1)
    };
    let bytes = without_mark(bytes);
    let Some(list) = inside(bytes, b'[').and_then(|at| bytes.get(at..)) else { return false };
    let Some(object) = inside(list, b'{').and_then(|at| list.get(at..)) else { return false };
    let end = object.iter().position(|byte| *byte == b'}').unwrap_or(object.len());
    let first = object.get(..end).unwrap_or(object);
    first.windows(4).any(|field| field == b"\"on\"")
}

/// Some editors put a byte order mark before the text.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

#[cfg(test)]
mod tests;
