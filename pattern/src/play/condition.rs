//! Whether the rule of a step on cycles holds.

use crate::document::{Condition, Step};
use crate::play::position::Position;

/// Whether `step` may sound in the cycle of `position`. A step without a rule always may.
#[inline]
pub(crate) fn holds(step: &Step, position: Position) -> bool {
    match step.condition {
        None => true,
        // Cycles are counted from 1 in the rule and from 0 on the axis: 1:2 holds in cycles 0, 2, 4 … and -2.
        Some(Condition::Ratio(ratio)) => {
            position.cycle.rem_euclid(i64::from(ratio.of())) == i64::from(ratio.nth()) - 1
        }
    }
}
