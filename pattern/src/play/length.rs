//! How long a hit is held.

use crate::document::Step;
use crate::play::ratchet::Hit;
use crate::time::{Ticks, mul_div_round};

/// The gate of `step` as a share of the span of `hit`; halves round up, and no note is shorter than a tick.
#[inline]
pub(crate) fn of(step: &Step, hit: Hit) -> Ticks {
    Ticks(mul_div_round(hit.span.0, i64::from(step.gate.percent()), 100).max(1))
}
