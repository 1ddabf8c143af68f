//! A groove: how far from the grid a player puts each place of a bar.

use crate::document::track::StepSize;
use crate::document::value::{OutOfRange, Percent};
use crate::limits::STEPS_MAX;
use crate::time::Ticks;

/// A template of timing, laid over the song from position 0 again and again.
///
/// It maps ticks to ticks: each place of the grid goes to where the groove has it, what lies between goes along in a
/// straight line. An offset is at most half a place either way, so the map never runs backwards.
#[derive(Clone, Debug, PartialEq)]
pub struct Groove {
    unit: StepSize,
    offsets: Vec<Ticks>,
    /// How much of it is applied.
    pub amount: Percent,
    /// Fields of the file that this version does not know.
    pub unknown: crate::document::Unknown,
}

impl Groove {
    /// A groove of as many places of `unit` as there are offsets, 1 to 128, each in ticks late (or early, below 0); all
    /// of it is applied.
    ///
    /// # Errors
    /// [`OutOfRange`] for no offsets or too many, or for one of more than half a place.
    pub fn new(unit: StepSize, offsets: Vec<Ticks>) -> Result<Groove, OutOfRange> {
        Groove::check_place_count(offsets.len())?;
        let half = Groove::offset_max(unit);
        for Ticks(offset) in &offsets {
            if !(-half..=half).contains(offset) {
                #[allow(clippy::cast_precision_loss, reason = "only shown to a person")]
                let (value, max) = (*offset as f64, half as f64);
                return Err(OutOfRange {
                    what: "offset of a groove in ticks",
                    value,
                    min: -max,
                    max,
                });
            }
        }
        Ok(Groove {
            unit,
            offsets,
            amount: Percent::MAX,
            unknown: crate::document::Unknown::default(),
        })
    }

    /// Whether a groove may have so many places: 1 to 128.
    pub(crate) fn check_place_count(count: usize) -> Result<(), OutOfRange> {
        let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        OutOfRange::check("number of places in a groove", number(count), 1.0, number(STEPS_MAX))
    }

    /// The largest offset on a grid of `unit`, in ticks: half a place.
    #[must_use]
    pub fn offset_max(unit: StepSize) -> i64 {
        // The shortest distance of two places; a fraction of a tick is rounded down.
        unit.tick_of(1).0 / 2
    }

    /// How long a place is.
    #[must_use]
    pub fn unit(&self) -> StepSize {
        self.unit
    }

    /// How far each place is from its nominal one.
    #[must_use]
    pub fn offsets(&self) -> &[Ticks] {
        &self.offsets
    }

    /// The offset of a place, counted from song position 0, as much of it as is applied; halves up.
    #[inline]
    #[must_use]
    pub(crate) fn offset_at(&self, place: i64) -> i64 {
        let length = i64::try_from(self.offsets.len()).unwrap_or(1).max(1);
        let index = usize::try_from(place.rem_euclid(length)).unwrap_or(0);
        let offset = self.offsets.get(index).map_or(0, |offset| offset.0);
        crate::time::mul_div_round(offset, i64::from(self.amount.get()), 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_groove_holds_1_to_128_places_and_half_a_place_either_way() {
        let sixteenth = StepSize::SIXTEENTH;
        assert!(Groove::new(sixteenth, vec![Ticks(2520), Ticks(-2520)]).is_ok());
        assert_eq!(
            Groove::new(sixteenth, vec![Ticks(2521)]).unwrap_err().to_string(),
            "offset of a groove in ticks 2521 is outside -2520 to 2520"
        );
        assert!(Groove::new(sixteenth, Vec::new()).is_err());
        assert!(Groove::new(sixteenth, vec![Ticks(0); 129]).is_err());
    }
}
