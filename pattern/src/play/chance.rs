//! Whether the die of a step falls well.

use crate::dice::{Die, Purpose};
use crate::document::{Percent, Step, TrackId};
use crate::play::position::Position;

/// Whether `step` sounds by chance: its own percentage, of which the performance leaves `amount`.
#[inline]
pub(crate) fn holds(
    step: &Step,
    amount: Percent,
    seed: u64,
    track: TrackId,
    position: Position,
) -> bool {
    let share = u32::from(step.chance.get()) * u32::from(amount.get());
    if share == 100 * 100 {
        return true;
    }
    let die = Die {
        seed,
        track: track.0,
        lane: 0,
        step: position.step_index,
        cycle: position.cycle,
        purpose: Purpose::Chance,
    };
    die.holds(share, 100 * 100)
}
