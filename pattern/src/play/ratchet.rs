//! How many hits a step has, and where.

use crate::document::{Step, Track};
use crate::play::position::Position;
use crate::time::{Tick, Ticks, mul_div_floor};

/// One hit of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Where it would sound without any shift.
    pub(crate) onset: Tick,
    /// How far it is to where the next hit, or the next step, begins.
    pub(crate) span: Ticks,
}

/// The hits of `step`, evenly spaced over it: hit `i` of `n` lies at `floor(i · length / n)`, so that a remainder is
/// spread and never lost.
#[inline]
pub(crate) fn hits(step: &Step, track: &Track, position: Position) -> impl Iterator<Item = Hit> {
    let length = track.step_size.tick_of(position.place + 1) - position.nominal;
    let count = i64::from(step.ratchet.hits());
    let offset = move |hit: i64| match hit {
        // The ends need no division, and most steps have nothing else.
        0 => Ticks(0),
        hit if hit == count => length,
        hit => Ticks(mul_div_floor(hit, length.0, count)),
    };
    (0..count).map(move |hit| Hit {
        onset: position.nominal + offset(hit),
        span: Ticks(offset(hit + 1).0 - offset(hit).0),
    })
}
