//! The shift of a step from its place: by hand, and by humanising.

use crate::dice::{Die, Purpose};
use crate::document::Track;
use crate::play::context::{Cell, Context};
use crate::time::{Ticks, mul_div_floor};

/// The micro-timing of a cell, of which a shift beyond one step counts as one step, and at most half a step of humanising.
#[inline]
pub(crate) fn shift(context: &Context<'_>, cell: &Cell<'_>, track: &Track) -> Ticks {
    let step_ticks = track.step_size.ticks_ceil();
    let written = cell.micro_timing.micro_timing.0.clamp(-step_ticks, step_ticks);
    if context.timing_percent == 0 {
        return Ticks(written);
    }
    let die = Die {
        seed: context.seed,
        track: track.id.0,
        lane: 0,
        step: cell.position.step_index,
        cycle: cell.position.cycle,
        purpose: Purpose::HumaniseTiming,
    };
    // Half a step times the share times -1 to 1, as 2^31 parts.
    let most = step_ticks * context.timing_percent / 200;
    Ticks(written + mul_div_floor(most, die.either_way(), 1 << 31))
}
