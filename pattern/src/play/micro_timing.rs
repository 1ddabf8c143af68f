//! The shift of a step from its place.

use crate::document::Track;
use crate::play::context::Cell;
use crate::time::Ticks;

/// The micro-timing of a cell; a shift beyond one step counts as one step.
#[inline]
pub(crate) fn shift(cell: &Cell<'_>, track: &Track) -> Ticks {
    let step_ticks = track.step_size.ticks_ceil();
    Ticks(cell.micro_timing.micro_timing.0.clamp(-step_ticks, step_ticks))
}
