//! The shift of a step from its place.

use crate::document::{Step, Track};
use crate::time::{Tick, Ticks};

/// `onset` moved by the micro-timing of `step`; a shift beyond one step counts as one step.
#[inline]
pub(crate) fn shift(step: &Step, track: &Track, onset: Tick) -> Tick {
    let step_ticks = track.step_size.ticks_ceil();
    onset + Ticks(step.micro_timing.0.clamp(-step_ticks, step_ticks))
}
