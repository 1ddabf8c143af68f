//! How strong a hit is.

use crate::document::Step;

/// The velocity of `step` as a share, `(0, 1]`.
#[inline]
pub(crate) fn of(step: &Step) -> f32 {
    step.velocity.to_share()
}
