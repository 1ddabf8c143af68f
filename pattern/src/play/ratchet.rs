//! How many hits a step has, and where.

use crate::document::{Ratchet, Track};
use crate::play::context::Cell;
use crate::time::{Tick, Ticks, mul_div_floor, mul_div_round};

/// One hit of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Which, from 0.
    pub(crate) index: i64,
    /// Of how many.
    pub(crate) count: i64,
    /// Where it would sound without any shift.
    pub(crate) onset: Tick,
    /// How far it is to the next hit, or for the last one to the end of their span.
    pub(crate) span: Ticks,
}

/// The hits of a cell, evenly spread over their span: hit `i` of `n` lies at `floor(i · span / n)`, so that a remainder is
/// spread and never lost. A single hit spans its step.
#[inline]
pub(crate) fn hits(cell: &Cell<'_>, track: &Track) -> impl Iterator<Item = Hit> {
    let ratchet = cell.ratchet.ratchet;
    let nominal = cell.position.nominal;
    let step = track.step_size.tick_of(cell.position.place + 1) - nominal;
    let span = span(ratchet, step);
    let count = i64::from(ratchet.hits());
    let offset = move |hit: i64| match hit {
        // The ends need no division, and most steps have nothing else.
        0 => Ticks(0),
        hit if hit == count => span,
        hit => Ticks(mul_div_floor(hit, span.0, count)),
    };
    (0..count).map(move |index| Hit {
        index,
        count,
        onset: nominal + offset(index),
        span: Ticks(offset(index + 1).0 - offset(index).0),
    })
}

#[inline]
fn span(ratchet: Ratchet, step: Ticks) -> Ticks {
    if ratchet.hits() == 1 || ratchet.span_percent() == 100 {
        return step;
    }
    Ticks(mul_div_round(step.0, i64::from(ratchet.span_percent()), 100))
}
