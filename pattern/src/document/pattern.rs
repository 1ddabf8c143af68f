//! Tracks that play together, and the swing they share.

use crate::document::groove::Groove;
use crate::document::scale::Scale;
use crate::document::step::Step;
use crate::document::track::Track;
use crate::document::value::{OutOfRange, Percent};
use crate::time::{PPQ, Ticks};

/// Tracks that play together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pattern {
    /// What people call it.
    pub name: String,
    /// How long one pass is when it is written down or chained; `None`: as long as its longest track.
    pub length: Option<Ticks>,
    /// The swing of all its tracks.
    pub swing: Swing,
    /// The groove of all its tracks, before their swing.
    pub groove: Option<Groove>,
    /// What is left to chance in how it is played.
    pub humanise: Humanise,
    /// Where the notes of melodic tracks are put after transposition; `None`: where they are.
    pub scale: Option<Scale>,
    /// The tracks, up to 32.
    pub tracks: Vec<Track>,
    /// Fields of the file that this version does not know.
    pub unknown: crate::document::Unknown,
}

impl Pattern {
    /// How long one pass is: as written, else the length of its longest track; a bar of four quarters if it has none.
    #[must_use]
    pub fn length_ticks(&self) -> Ticks {
        let longest = |track: &Track| {
            let steps = i64::try_from(track.steps.len()).unwrap_or(i64::MAX);
            // The tick before the first of the next pass, plus one: rounds a fraction of a tick up.
            -track.step_size.tick_of(-steps).0
        };
        self.length.unwrap_or_else(|| {
            Ticks(
                self.tracks.iter().map(longest).max().filter(|ticks| *ticks > 0).unwrap_or(4 * PPQ),
            )
        })
    }

    /// Steps that are on, over all tracks.
    #[must_use]
    pub fn active_step_count(&self) -> usize {
        self.tracks.iter().flat_map(|track| &track.steps).filter(|step: &&Step| step.is_on).count()
    }
}

/// How far playing strays from what is written: by dice, so that the same bar is always played the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Humanise {
    /// Onsets stray by up to this share of half a step, both ways.
    pub timing: Percent,
    /// Velocities stray by up to this share of themselves, both ways.
    pub velocity: Percent,
}

impl Default for Humanise {
    /// Not at all.
    fn default() -> Humanise {
        Humanise { timing: Percent::MIN, velocity: Percent::MIN }
    }
}

/// Delay of every second subdivision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Swing {
    /// Which share of each pair its first half takes.
    pub percent: SwingPercent,
    /// What is paired.
    pub unit: SwingUnit,
}

impl Default for Swing {
    /// Straight sixteenths.
    fn default() -> Swing {
        Swing { percent: SwingPercent::STRAIGHT, unit: SwingUnit::Sixteenth }
    }
}

/// The share that the first of two notes takes of the pair: 50 % (straight) to 75 %, in ten-thousandths of a percent.
///
/// After Roger Linn (interview, Attack Magazine, 2013): 66.6667 % is a triplet shuffle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SwingPercent(u32);

impl SwingPercent {
    /// No swing.
    pub const STRAIGHT: SwingPercent = SwingPercent(500_000);
    /// The most: the second note comes half a subdivision late.
    pub const MAX: SwingPercent = SwingPercent(750_000);
    /// One percent.
    pub(crate) const ONE: u32 = 10_000;

    /// From percent, 50 to 75, rounded to four decimals.
    ///
    /// # Errors
    /// [`OutOfRange`] with the range.
    pub fn new(percent: f64) -> Result<SwingPercent, OutOfRange> {
        OutOfRange::check("swing", percent, 50.0, 75.0)?;
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "50 to 75, checked above"
        )]
        Ok(SwingPercent((percent * f64::from(SwingPercent::ONE)).round() as u32))
    }

    /// Percent, 50 to 75.
    #[must_use]
    pub fn percent(self) -> f64 {
        f64::from(self.0) / f64::from(SwingPercent::ONE)
    }

    /// Ten-thousandths of a percent.
    #[must_use]
    pub(crate) fn ten_thousandths(self) -> i64 {
        i64::from(self.0)
    }

    /// Moved by so many ten-thousandths of a percent, held inside 50 to 75.
    #[must_use]
    pub(crate) fn offset(self, ten_thousandths: i32) -> SwingPercent {
        let moved = self.0.saturating_add_signed(ten_thousandths);
        SwingPercent(moved.clamp(SwingPercent::STRAIGHT.0, SwingPercent::MAX.0))
    }
}

/// The subdivision that swings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SwingUnit {
    /// Every second eighth comes late.
    Eighth,
    /// Every second sixteenth comes late.
    Sixteenth,
}

impl SwingUnit {
    /// The length of one subdivision in ticks; two of them are a pair.
    #[must_use]
    pub const fn ticks(self) -> i64 {
        match self {
            SwingUnit::Eighth => PPQ / 2,
            SwingUnit::Sixteenth => PPQ / 4,
        }
    }
}
