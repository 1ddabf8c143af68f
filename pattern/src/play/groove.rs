//! The feel of a pattern: its groove and then its swing, each a monotone, piecewise-linear map from tick to tick.

use crate::document::{Groove, Pattern};
use crate::performance::SwingOffset;
use crate::play::swing::SwingMap;
use crate::time::{Tick, Ticks, mul_div_round};

/// Where what is written straight sounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Feel<'a> {
    groove: Option<&'a Groove>,
    swing: SwingMap,
    origin: Ticks,
    /// The furthest that the groove moves anything, either way, in ticks.
    groove_max: i64,
}

impl<'a> Feel<'a> {
    /// The feel of a pattern whose tick 0 lies at song position `origin`.
    #[inline]
    pub(crate) fn new(pattern: &'a Pattern, offset: SwingOffset, origin: Ticks) -> Feel<'a> {
        let groove = pattern.groove.as_ref().filter(|groove| groove.amount.get() > 0);
        let groove_max = groove.map_or(0, |groove| Groove::offset_max(groove.unit()));
        Feel { groove, swing: SwingMap::new(pattern.swing, offset, origin), origin, groove_max }
    }

    /// Where `straight` sounds: at most [`Feel::delay_max`] later and [`Feel::advance_max`] earlier.
    #[inline]
    pub(crate) fn apply(&self, straight: Tick) -> Tick {
        match self.groove {
            None => self.swing.apply(straight),
            Some(groove) => {
                let grooved = grooved(groove, straight + self.origin) - self.origin;
                self.swing.apply(grooved)
            }
        }
    }

    /// The longest way to a later tick.
    #[inline]
    pub(crate) fn delay_max(&self) -> i64 {
        self.swing.delay_max() + self.groove_max
    }

    /// The longest way to an earlier tick.
    #[inline]
    pub(crate) fn advance_max(&self) -> i64 {
        self.groove_max
    }
}

/// Where a groove puts a song position: on a straight line between the two places of its grid around it; halves up.
fn grooved(groove: &Groove, tick: Tick) -> Tick {
    let place = groove.unit().place_at(tick);
    let (from, to) = (groove.unit().tick_of(place), groove.unit().tick_of(place + 1));
    let (put_from, put_to) = (from.0 + groove.offset_at(place), to.0 + groove.offset_at(place + 1));
    let within = (tick - from).0;
    Tick(put_from + mul_div_round(within, put_to - put_from, (to - from).0.max(1)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::document::{Percent, StepSize, Swing};

    fn feel(pattern: &Pattern) -> Feel<'_> {
        Feel::new(pattern, SwingOffset::default(), Ticks(0))
    }

    fn pattern(unit: (i64, i64), offsets: &[i64], amount: u8) -> Pattern {
        let unit = StepSize::new(unit.0, unit.1).unwrap();
        let offsets = offsets.iter().map(|offset| Ticks(*offset)).collect();
        let mut groove = Groove::new(unit, offsets).unwrap();
        groove.amount = Percent::saturating(amount);
        Pattern { groove: Some(groove), swing: Swing::default(), ..Pattern::default() }
    }

    #[test]
    fn a_groove_puts_its_places_where_it_says_and_the_rest_between() {
        let whole = pattern((1, 16), &[0, 500, -300, 100], 100);
        for (straight, sounds) in [
            (0, 0),
            (5040, 5540),
            (10_080, 9_780),
            (15_120, 15_220),
            (20_160, 20_160),
            (25_200, 25_700),
            (-5040, -4940),
            // Half way between two places.
            (2520, 2770),
            (7560, 7660),
        ] {
            assert_eq!(feel(&whole).apply(Tick(straight)), Tick(sounds), "{straight}");
        }
        let half = pattern((1, 16), &[0, 500, -300, 101], 50);
        assert_eq!(feel(&half).apply(Tick(5040)), Tick(5290));
        // Halves go up: 50.5 is 51.
        assert_eq!(feel(&half).apply(Tick(15_120)), Tick(15_171));
        let none = pattern((1, 16), &[0, 500], 0);
        assert_eq!(feel(&none).apply(Tick(5040)), Tick(5040));
    }

    #[test]
    fn a_groove_never_runs_backwards_and_stays_within_its_bounds() {
        for (unit, offsets) in [
            ((1, 16), vec![2520, -2520, 2520]),
            ((1, 12), vec![-3360, 3360]),
            ((5, 11), vec![4000, -18_000, 0, 18_000]),
        ] {
            let pattern = pattern(unit, &offsets, 100);
            let feel = feel(&pattern);
            let mut before = feel.apply(Tick(-60_001)).0;
            for tick in -60_000..60_000 {
                let put = feel.apply(Tick(tick)).0;
                assert!(put >= before, "{unit:?} at {tick}");
                assert!((-feel.advance_max()..=feel.delay_max()).contains(&(put - tick)));
                before = put;
            }
        }
    }
}
