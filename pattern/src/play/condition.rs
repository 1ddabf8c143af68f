//! Whether the rule of a step on cycles, on fill or on neighbours holds.

use crate::document::Rule;
use crate::limits::STEPS_MAX;
use crate::play::context::{Cell, Context};

/// Whether a cell may sound by its condition. One without a condition always may.
#[inline]
pub(crate) fn holds(context: &Context<'_>, track_index: usize, cell: &Cell<'_>) -> bool {
    let Some(condition) = cell.condition.condition else { return true };
    let holds = match condition.rule {
        // Cycles are counted from 1 in the rule and from 0 on the axis: 1:2 holds in cycles 0, 2, 4 … and -2.
        Rule::Ratio(ratio) => {
            cell.position.cycle.rem_euclid(i64::from(ratio.of())) == i64::from(ratio.nth()) - 1
        }
        Rule::First => cell.position.cycle == 0,
        Rule::Fill => context.is_fill,
        Rule::Previous => latest_result(context, track_index, cell.position.place - 1),
        Rule::Neighbour => track_index.checked_sub(1).is_some_and(|neighbour| {
            context.pattern.tracks.get(neighbour).is_some_and(|track| {
                latest_result(context, neighbour, track.step_size.place_at(cell.position.nominal))
            })
        }),
    };
    holds != condition.is_negated
}

/// The result of the latest step of a track, at `last` or before it, that bears a condition or a chance; steps that ask for
/// such a result themselves (`PRE`) are passed over. It looks back one cycle of the track and at most 128 steps; `false` if
/// there is none. Steps that are off have results as others do.
///
/// A `NEI` on the way is asked in turn: of the track before, so the way down ends with the first track.
fn latest_result(context: &Context<'_>, track_index: usize, last: i64) -> bool {
    let Some(track) = context.pattern.tracks.get(track_index) else { return false };
    let reach = track.cycle_places().min(i64::try_from(STEPS_MAX).unwrap_or(i64::MAX));
    for place in (last.saturating_sub(reach - 1)..=last).rev() {
        let Some(cell) = context.cell(track_index, place) else { return false };
        let bears = match cell.condition.condition {
            Some(condition) if condition.rule == Rule::Previous => false,
            Some(_) => true,
            None => cell.chance.chance.get() < 100,
        };
        if bears {
            return context.holds(track_index, &cell);
        }
    }
    false
}
