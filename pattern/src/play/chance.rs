//! Whether the die of a step falls well.

use crate::dice::{Die, Purpose};
use crate::play::context::{Cell, Context};

/// Whether a cell sounds by chance: its own percentage, of which the performance leaves a share.
#[inline]
pub(crate) fn holds(context: &Context<'_>, track_index: usize, cell: &Cell<'_>) -> bool {
    let share = u32::from(cell.chance.chance.get()) * u32::from(context.chance.get());
    if share == 100 * 100 {
        return true;
    }
    let die = match cell.chance.chance_group {
        // The same die for all of the group at this tick: neither track nor step is in it.
        Some(group) => Die {
            seed: context.seed,
            track: 0,
            lane: 0,
            step: group.get(),
            cycle: (cell.position.nominal + context.origin).0,
            purpose: Purpose::ChanceGroup,
        },
        None => Die {
            seed: context.seed,
            track: context.pattern.tracks.get(track_index).map_or(0, |track| track.id.0),
            lane: 0,
            step: cell.position.step_index,
            cycle: cell.position.cycle,
            purpose: Purpose::Chance,
        },
    };
    die.holds(share, 100 * 100)
}
