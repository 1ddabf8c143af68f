//! The terse notation: patterns as people type them.
//!
//! ```text
//! # A comment.
//! tempo = 104
//! [Verse]
//! swing = 58
//! kick:              x... x... x... x...
//! snare:             .... X... .... X..o
//! hat:               x.x. x.x. x.x?50. x*3.x.
//! bass ch=2 step=1/8: C1 . C1=90 Eb1 | G0+G1 . Bb0v80(2:4) .
//! ```
//!
//! A line is a setting (`name = value`), a pattern's heading (`[name]`) or a track: its name, its options, a colon, its
//! steps. A track with the name of a drum goes to channel 10 and that drum's key unless its options say otherwise.
//!
//! | steps | |
//! | --- | --- |
//! | `x` `X` `o` | a hit of the track's key: velocity 100, accented 127, ghosted 50 |
//! | `.` | a rest |
//! | `C3`, `C3+Eb3+G3` | a note, a chord; C3 is middle C |
//! | `E(3,8)`, `E(3,8,1)` | a Euclidean rhythm of 3 hits on 8 steps, moved by 1 |
//! | `\|`, spaces | for the eye |
//!
//! | behind a step | |
//! | --- | --- |
//! | `v80` | velocity 1 to 127 |
//! | `=150` | gate length in percent of the step, 5 to 12800 |
//! | `>120`, `<120` | so many ticks late, early |
//! | `?50`, `?50A` | chance in percent; in chance group A to P |
//! | `(1:4)`, `(NOT FILL)` | condition: `A:B`, `FIRST`, `FILL`, `PRE`, `NEI`, or its opposite |
//! | `*3` | ratchet: hits in the step |
//! | `^200`, `%-50` | span of the ratchet in percent of a step; ramp of its velocity in percent |
//! | `{cc74=90,bend=-200}` | locks of controls, see below |
//! | `_`, `/` | tied into the next step; sliding into it |
//!
//! A line that begins with `>` is a lane of the track above it: the name of a property (`gate`, `notes`, `velocity`,
//! `length`, `micro`, `chance`, `condition`, `ratchet`), perhaps a step size, a colon, and its steps, of which only that
//! property counts; a step may then be its marks alone. A control has a lane too: `> cc74: {20} . {90}`.
//!
//! ```text
//! hat: xxxxxxxxxxxxxxxx
//! > velocity: v100 v60 v80
//! > chance step=1/4: ?100 ?50
//! ```
//!
//! Controls are `cc0` to `cc119`, `bend` (-8192 to 8191) and `program` of the channel; `tuning` (in cents), `pressure`,
//! `brightness` and `pan` (-64 to 63) of each note by itself.
//!
//! | option | |
//! | --- | --- |
//! | `ch=10`, `port=1` | channel 1 to 16, port 1 to 16 |
//! | `key=36`, `key=C1` | the key of `x`, `X` and `o` |
//! | `prog=34` | the program that the channel is set to, 1 to 128 |
//! | `step=1/16` | the step size, a part of a whole note |
//! | `dir=ping-pong` | direction: `forward`, `backward`, `ping-pong`, `random`, `walk` |
//! | `rotate=2` | rotation in steps |
//! | `cc74=64`, `bend=0` … | the base value of a control, which unlocked steps restore |
//! | `delay=12.5` | delay in ms, -1000 to 1000 |
//!
//! Settings: `name`, `author`, `licence`, `description`, `seed`, `tempo`, `metre` of the project; `swing`, `swing_unit`,
//! `groove` (`1/16 0 320 -100 200`: a unit, and how many ticks late each place is), `groove_amount` (in percent),
//! `humanise_timing`, `humanise_velocity` (in percent), `scale` (`C minor`, `C 0 3 7`), `length` (in quarter notes) of the
//! pattern they stand in. A name with other than letters, digits, `-` and `_` stands
//! in double quotes.
//!
//! ```text
//! song = Verse 8, Fill 1, Verse 4 +12 mute=1+3
//! song = "Last one" 4, 1 2
//! ```
//!
//! The song is one more setting of the project: slots with a pattern (its name, or its number from 1), how many bars (as many
//! as the pattern has, if they are not said), perhaps a transposition in semitones and tracks that are silent. Several
//! lines follow each other; the patterns may stand below.

mod cells;
mod read;
mod song;
mod write;

pub use read::read;
pub use write::write;

use crate::document::OutOfRange;
use crate::format::LimitExceeded;

/// Velocities of the three kinds of hit.
pub(crate) const ACCENT: u8 = 127;
pub(crate) const GHOST: u8 = 50;

/// Why notation cannot be read, and where.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("line {line}, column {column}: {kind}")]
pub struct NotationError {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What is wrong there.
    pub kind: NotationErrorKind,
}

/// What is wrong in notation.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NotationErrorKind {
    /// A line is nothing that is known.
    #[error("not a track (name: x..x..x.), a setting (tempo = 120) or a heading ([name])")]
    UnknownLine,
    /// A setting with an unknown name.
    #[error(
        "no setting is called \"{0}\"; there are name, author, licence, description, seed, tempo, metre, song, \
         swing, swing_unit, groove, groove_amount, humanise_timing, humanise_velocity, scale and length"
    )]
    UnknownSetting(String),
    /// An option of a track with an unknown name.
    #[error(
        "no option of a track is called \"{0}\"; there are ch, port, key, prog, step, dir, rotate, delay and controls such as cc74"
    )]
    UnknownOption(String),
    /// A character that begins no step.
    #[error("\"{0}\" is no step: x, X, o, a rest (.), a note (C3) or E(3,8)")]
    UnknownStep(char),
    /// A value that is not written as it should be.
    #[error("\"{found}\" should be like {expected}")]
    Expected {
        /// What stands there.
        found: String,
        /// An example.
        expected: &'static str,
    },
    /// A value out of range.
    #[error(transparent)]
    Value(#[from] OutOfRange),
    /// More of something than a project may hold.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// A lane before any track, or of a property that is none or has a lane already.
    #[error(
        "\"{0}\" begins no lane: it needs a track above it, and a property that has no lane yet, as in > velocity: v90 v60"
    )]
    NoLane(String),
    /// A slot of the song names a pattern that is not there.
    #[error("no pattern is called \"{name}\"; there are {there}")]
    NoSuchPattern {
        /// The name, or the number.
        name: String,
        /// The patterns that are there.
        there: String,
    },
    /// `x` where no key is known.
    #[error("the track has no key for this x: write notes (C3), or key=36 before the colon")]
    NoKey,
    /// A track without steps.
    #[error("no steps behind the colon")]
    NoSteps,
    /// A text in quotes that does not end.
    #[error("the quote that begins here does not end on this line")]
    OpenQuote,
    /// The bytes are not text.
    #[error("not text: this byte is no UTF-8")]
    NotText,
    /// It is larger than any project can be.
    #[error("more than {0} bytes")]
    TooLarge(usize),
}

#[cfg(test)]
mod tests;
