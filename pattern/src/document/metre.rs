//! How beats make bars.

use crate::document::value::fraction;
use crate::time::{PPQ, Ticks};

/// A time signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Metre {
    /// Beats in a bar, `1..=64`.
    pub beats: u8,
    /// What a beat is: 1, 2, 4, 8, 16 or 32 of a whole note.
    pub unit: u8,
}

impl Default for Metre {
    fn default() -> Metre {
        Metre { beats: 4, unit: 4 }
    }
}

impl Metre {
    /// Whether a file can hold it: 1 to 64 beats of 1, 2, 4, 8, 16 or 32 of a whole note.
    #[must_use]
    pub fn is_valid(self) -> bool {
        (1..=64).contains(&self.beats) && [1, 2, 4, 8, 16, 32].contains(&self.unit)
    }

    /// The metre that `text` says: `7/8`. `None` where it says none, or one out of range.
    #[must_use]
    pub fn parse(text: &str) -> Option<Metre> {
        let (beats, unit) = fraction(text)?;
        let metre = Metre { beats: u8::try_from(beats).ok()?, unit: u8::try_from(unit).ok()? };
        Some(metre).filter(|metre| metre.is_valid())
    }

    /// The length of a bar.
    #[inline]
    #[must_use]
    pub fn bar_ticks(self) -> Ticks {
        // Units are 1 to 32: all of them divide four quarter notes of 20160 ticks.
        Ticks(4 * PPQ * i64::from(self.beats) / i64::from(self.unit.max(1)))
    }
}
