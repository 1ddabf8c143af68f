//! Swing: a monotone, piecewise-linear map from tick to tick, anchored to song position 0.

use crate::document::Swing;
use crate::performance::SwingOffset;
use crate::time::{Tick, Ticks, mul_div_round};

/// The first half of each pair stretched to its share, the second half pressed into the rest; halves round up.
///
/// Source: Roger Linn on the swing of his machines, Attack Magazine, 2013: the percentage is the share of an eighth
/// that the first of its two sixteenths takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SwingMap {
    /// The length of one subdivision; two make a pair.
    unit: i64,
    /// The share of the first subdivision in ten-thousandths of a percent.
    share: i64,
    /// The longest delay, in ticks.
    delay_max: i64,
    /// Song position of the tick 0 that is asked about.
    origin: Ticks,
}

/// A hundred percent in ten-thousandths of one.
const WHOLE: i64 = 1_000_000;

impl SwingMap {
    #[inline]
    pub(crate) fn new(swing: Swing, offset: SwingOffset, origin: Ticks) -> SwingMap {
        let unit = swing.unit.ticks();
        let share = swing.percent.offset(offset.0).ten_thousandths();
        SwingMap { origin, unit, share, delay_max: mul_div_round(unit, share * 2 - WHOLE, WHOLE) }
    }

    /// Where `straight` sounds: never earlier, at most [`SwingMap::delay_max`] later.
    #[inline]
    pub(crate) fn apply(self, straight: Tick) -> Tick {
        if self.share * 2 == WHOLE {
            return straight;
        }
        let pair = 2 * self.unit;
        let straight = straight + self.origin;
        let start = straight.0.div_euclid(pair) * pair;
        let within = straight.0 - start;
        // The first half takes share·pair/WHOLE ticks, the second what is left. Both are computed as one fraction and
        // rounded once.
        let swung = if within < self.unit {
            mul_div_round(within, self.share * 2, WHOLE)
        } else {
            let rest = (WHOLE - self.share) * 2;
            pair - mul_div_floor_up(pair - within, rest)
        };
        Tick(start + swung) - self.origin
    }

    /// The longest delay, in ticks.
    #[inline]
    pub(crate) fn delay_max(self) -> i64 {
        self.delay_max
    }
}

/// `remaining · rest / WHOLE` with halves rounded down, so that the place counted from the front has its halves up.
#[inline]
fn mul_div_floor_up(remaining: i64, rest: i64) -> i64 {
    -mul_div_round(-remaining, rest, WHOLE)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::document::{SwingPercent, SwingUnit};

    fn map(percent: f64, unit: SwingUnit) -> SwingMap {
        SwingMap::new(
            Swing { percent: SwingPercent::new(percent).unwrap(), unit },
            SwingOffset::default(),
            Ticks(0),
        )
    }

    /// Linn's table: percent, delay of the second sixteenth in ticks at PPQ 20160.
    #[test]
    fn the_second_sixteenth_comes_late_by_what_linn_says() {
        for (percent, ticks) in [
            (50.0, 0.0),
            (54.0, 403.2),
            (58.0, 806.4),
            (62.0, 1209.6),
            (66.6667, 1680.0),
            (71.0, 2116.8),
            (75.0, 2520.0),
        ] {
            let swung = map(percent, SwingUnit::Sixteenth).apply(Tick(5040));
            #[allow(clippy::cast_precision_loss, reason = "small")]
            let delay = (swung.0 - 5040) as f64;
            assert!((delay - ticks).abs() <= 0.5, "{percent} %: {delay} instead of {ticks}");
        }
    }

    #[test]
    fn swing_is_monotone_and_keeps_the_start_of_each_pair() {
        for percent in [50.0, 53.3, 58.0, 66.6667, 75.0] {
            for unit in [SwingUnit::Eighth, SwingUnit::Sixteenth] {
                let map = map(percent, unit);
                let pair = 2 * unit.ticks();
                let mut before = map.apply(Tick(-pair - 1)).0;
                for tick in -pair..=2 * pair {
                    let swung = map.apply(Tick(tick)).0;
                    assert!(swung >= before, "{percent} % at {tick}");
                    assert!(
                        (0..=map.delay_max()).contains(&(swung - tick)),
                        "{percent} % at {tick}"
                    );
                    if tick.rem_euclid(pair) == 0 {
                        assert_eq!(swung, tick);
                    }
                    before = swung;
                }
            }
        }
    }
}
