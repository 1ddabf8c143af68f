//! A chain of patterns.

use crate::document::metre::Metre;
use crate::document::pattern::Pattern;
use crate::document::project::Unknown;
use crate::limits::SLOT_BARS_MAX;
use crate::performance::{Mutes, PatternIndex};
use crate::time::Ticks;

/// Patterns one after another. Empty in a project that has none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Song {
    /// Up to 256.
    pub slots: Vec<Slot>,
}

/// A pattern in a song. Its tracks begin with cycle 0 where the slot begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// Which pattern.
    pub pattern: PatternIndex,
    /// How long: in bars of the project's metre, `1..=999`.
    pub bars: u16,
    /// Semitones added to the notes of melodic tracks.
    pub transpose: i8,
    /// Tracks that are silent here.
    pub mutes: Mutes,
    /// Fields of the file that this version does not know.
    pub unknown: Unknown,
}

impl Song {
    /// How long it is.
    #[must_use]
    pub fn length_ticks(&self, metre: Metre) -> Ticks {
        Ticks(self.slots.iter().map(|slot| slot.length_ticks(metre).0).sum())
    }
}

impl Slot {
    /// How long it is.
    #[inline]
    #[must_use]
    pub fn length_ticks(&self, metre: Metre) -> Ticks {
        Ticks(metre.bar_ticks().0 * i64::from(self.bars.clamp(1, SLOT_BARS_MAX)))
    }
}

impl Pattern {
    /// How many bars of `metre` one pass takes, rounded up, at least one.
    #[must_use]
    pub fn bars(&self, metre: Metre) -> u16 {
        let bar = metre.bar_ticks().0;
        let bar = bar.max(1);
        u16::try_from((self.length_ticks().0 + bar - 1) / bar).unwrap_or(SLOT_BARS_MAX).max(1)
    }
}
