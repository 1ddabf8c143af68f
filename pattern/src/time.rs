//! Musical time: instants, durations and windows on one absolute axis of ticks.

use std::fmt;
use std::ops::{Add, AddAssign, Neg, Sub};

use crate::limits::TICK_LIMIT;

/// Ticks in a quarter note.
///
/// `20160 = 2^6 · 3^2 · 5 · 7`: a multiple of 24, 48, 96, 192, 480 and 960, exact for 5-, 7- and 9-tuplets, and it fits
/// the 15-bit division of a Standard MIDI File.
pub const PPQ: i64 = 20160;

/// An instant: ticks from song position 0, negative before it.
///
/// Playback is exact for `-TICK_LIMIT..=TICK_LIMIT` (some 110,000 years at 120 BPM); the end is never reached, so
/// arithmetic here does not overflow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tick(pub i64);

/// A duration in ticks; signed, because a micro-timing may point backwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticks(pub i64);

impl Tick {
    /// Song position 0.
    pub const ZERO: Tick = Tick(0);

    /// The tick nearest to a position in quarter notes, halves up; clamped to what playback can reach.
    #[must_use]
    pub fn from_beats(beats: f64) -> Tick {
        let ticks = (beats * PPQ_F64 + 0.5).floor();
        #[allow(clippy::cast_precision_loss, reason = "the limit is a power of two")]
        let limit = TICK_LIMIT as f64;
        #[allow(
            clippy::cast_possible_truncation,
            reason = "clamped to the limit just before; NaN becomes 0"
        )]
        Tick(ticks.clamp(-limit, limit) as i64)
    }

    /// The position in quarter notes.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "exact below 2^53 ticks, far beyond any song")]
    pub fn to_beats(self) -> f64 {
        self.0 as f64 / PPQ_F64
    }
}

const PPQ_F64: f64 = 20160.0;

impl Add<Ticks> for Tick {
    type Output = Tick;
    fn add(self, rhs: Ticks) -> Tick {
        Tick(self.0.saturating_add(rhs.0))
    }
}

impl AddAssign<Ticks> for Tick {
    fn add_assign(&mut self, rhs: Ticks) {
        *self = *self + rhs;
    }
}

impl Sub<Ticks> for Tick {
    type Output = Tick;
    fn sub(self, rhs: Ticks) -> Tick {
        Tick(self.0.saturating_sub(rhs.0))
    }
}

impl Sub for Tick {
    type Output = Ticks;
    fn sub(self, rhs: Tick) -> Ticks {
        Ticks(self.0.saturating_sub(rhs.0))
    }
}

impl Neg for Ticks {
    type Output = Ticks;
    fn neg(self) -> Ticks {
        Ticks(self.0.saturating_neg())
    }
}

impl fmt::Display for Tick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A half-open span of song positions, `[start, end)`.
///
/// Windows tile: what sounds in `[a, b)` and then in `[b, c)` is exactly what sounds in `[a, c)`.
/// A window whose end is not after its start is empty: `Window { start: 5, end: 5 }` holds nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Window {
    /// The first tick inside.
    pub start: Tick,
    /// The first tick after.
    pub end: Tick,
}

impl Window {
    /// The window `[start, end)` in ticks.
    #[must_use]
    pub fn new(start: i64, end: i64) -> Window {
        Window { start: Tick(start), end: Tick(end) }
    }

    /// Whether no tick is inside.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Whether `tick` is inside: `contains(start)` holds, `contains(end)` does not.
    #[must_use]
    pub fn contains(self, tick: Tick) -> bool {
        self.start <= tick && tick < self.end
    }
}

/// `floor(a · b / c)` without overflow in between; `c` is positive.
#[inline]
pub(crate) fn mul_div_floor(a: i64, b: i64, c: i64) -> i64 {
    debug_assert!(c > 0);
    match a.checked_mul(b) {
        // Most divisors of music are powers of two, and a shift is some twenty times quicker than a division.
        Some(product) if c & (c - 1) == 0 => product >> c.trailing_zeros(),
        Some(product) => product.div_euclid(c),
        None => {
            let quotient = (i128::from(a) * i128::from(b)).div_euclid(i128::from(c));
            i64::try_from(quotient).unwrap_or(if quotient < 0 { i64::MIN } else { i64::MAX })
        }
    }
}

/// `a · b / c` to the nearest integer, halves up; `c` is positive and small enough that `2 · c` fits.
#[inline]
pub(crate) fn mul_div_round(a: i64, b: i64, c: i64) -> i64 {
    debug_assert!(c > 0 && c < i64::MAX / 4);
    match a.checked_mul(b).and_then(|p| p.checked_mul(2)).and_then(|p| p.checked_add(c)) {
        Some(twice) => twice.div_euclid(2 * c),
        None => {
            let twice = 2 * i128::from(a) * i128::from(b) + i128::from(c);
            let quotient = twice.div_euclid(2 * i128::from(c));
            i64::try_from(quotient).unwrap_or(if quotient < 0 { i64::MIN } else { i64::MAX })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_rounds_halves_up_on_both_sides_of_zero() {
        for (a, b, c, floor, round) in [
            (1, 1, 2, 0, 1),
            (-1, 1, 2, -1, 0),
            (3, 1, 2, 1, 2),
            (-3, 1, 2, -2, -1),
            (7, 3, 4, 5, 5),
            (-7, 3, 4, -6, -5),
        ] {
            assert_eq!(mul_div_floor(a, b, c), floor, "{a}*{b}/{c}");
            assert_eq!(mul_div_round(a, b, c), round, "{a}*{b}/{c}");
        }
        assert_eq!(mul_div_floor(i64::MAX, 3, 3), i64::MAX);
        assert_eq!(mul_div_round(i64::MAX / 2, 4, 4), i64::MAX / 2);
    }

    #[test]
    fn beats_become_ticks_and_back() {
        assert_eq!(Tick::from_beats(1.5), Tick(30240));
        assert_eq!(Tick::from_beats(-0.25), Tick(-5040));
        assert_eq!(Tick::from_beats(f64::NAN), Tick(0));
        assert!((Tick(30240).to_beats() - 1.5).abs() < 1e-12);
    }

    #[test]
    fn a_window_holds_its_start_and_not_its_end() {
        let window = Window::new(-2, 3);
        assert!(window.contains(Tick(-2)) && window.contains(Tick(2)) && !window.contains(Tick(3)));
        assert!(Window::new(3, 3).is_empty());
    }
}
