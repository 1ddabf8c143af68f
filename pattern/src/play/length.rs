//! How long a hit is held: by its gate, or into the next step.

use crate::document::{Articulation, Direction, Track};
use crate::limits::STEPS_MAX;
use crate::play::context::{Cell, Context};
use crate::play::micro_timing;
use crate::play::position::Position;
use crate::play::ratchet::Hit;
use crate::time::{Tick, Ticks, mul_div_round};

/// Whether the step before holds on into this one, which then has no onset of its own.
#[inline]
pub(crate) fn is_tied_over(context: &Context<'_>, track_index: usize, place: i64) -> bool {
    let Some(track) = context.pattern.tracks.get(track_index) else { return false };
    if track.direction == Direction::Forward && track.lanes.is_empty() {
        // A quick no, which nearly all steps get.
        let before = track.steps.get(usize::from(Position::step_at(track, place - 1)));
        if before.is_none_or(|step| step.articulation != Articulation::Tie) {
            return false;
        }
    }
    context.cell(track_index, place - 1).is_some_and(|before| {
        before.length.articulation == Articulation::Tie && context.sounds(track_index, &before)
    })
}

/// How long a hit sounds that starts at `onset`, after all shifts; no note is shorter than a tick.
///
/// The last hit of a step may be tied, over as many steps as follow each other so, or slide into the next onset. The ends of
/// ties are counted from the hit's own place, so that they are shifted with it.
#[inline]
pub(crate) fn of(
    context: &Context<'_>,
    track_index: usize,
    cell: &Cell<'_>,
    hit: Hit,
    onset: Tick,
) -> Ticks {
    let is_last = hit.index + 1 == hit.count;
    let gate = by_gate(context, cell, hit.span);
    let length = match cell.length.articulation {
        Articulation::Gate => gate,
        _ if !is_last => gate,
        Articulation::Slide => to_next_onset(context, track_index, cell, onset).unwrap_or(gate),
        Articulation::Tie => tied(context, track_index, cell, hit, onset),
    };
    Ticks(length.0.max(1))
}

/// The share of the span that the gate says, and what the player makes of it; halves round up.
#[inline]
fn by_gate(context: &Context<'_>, cell: &Cell<'_>, span: Ticks) -> Ticks {
    let percent = i64::from(cell.length.gate.percent());
    match i64::from(context.performance.gate.get()) {
        100 => Ticks(mul_div_round(span.0, percent, 100)),
        level => Ticks(mul_div_round(span.0, percent * level, 10_000)),
    }
}

/// To a tick behind the onset of the next step, if that sounds.
fn to_next_onset(
    context: &Context<'_>,
    track_index: usize,
    cell: &Cell<'_>,
    onset: Tick,
) -> Option<Ticks> {
    let track = context.pattern.tracks.get(track_index)?;
    let next = context.cell(track_index, cell.position.place + 1)?;
    if !context.sounds(track_index, &next) {
        return None;
    }
    let straight = next.position.nominal + micro_timing::shift(context, &next, track);
    Some(Ticks((context.feel.apply(straight) - onset).0 + 1))
}

/// To the end of the last step that the ties lead to: by its gate, or to its start where it does not sound.
fn tied(
    context: &Context<'_>,
    track_index: usize,
    cell: &Cell<'_>,
    hit: Hit,
    onset: Tick,
) -> Ticks {
    let Some(track) = context.pattern.tracks.get(track_index) else { return hit.span };
    let mut last = *cell;
    for _ in 0..STEPS_MAX {
        let next_start = track.step_size.tick_of(last.position.place + 1);
        let next = context.cell(track_index, last.position.place + 1);
        let Some(next) = next.filter(|next| context.sounds(track_index, next)) else {
            return next_start - hit.onset;
        };
        match next.length.articulation {
            Articulation::Tie => last = next,
            Articulation::Slide => {
                let slid = to_next_onset(context, track_index, &next, onset);
                return slid.unwrap_or_else(|| end_of(context, track, &next) - hit.onset);
            }
            Articulation::Gate => return end_of(context, track, &next) - hit.onset,
        }
    }
    track.step_size.tick_of(last.position.place + 1) - hit.onset
}

/// Where a step ends by its gate, counted from its place.
fn end_of(context: &Context<'_>, track: &Track, cell: &Cell<'_>) -> Tick {
    let span = track.step_size.tick_of(cell.position.place + 1) - cell.position.nominal;
    cell.position.nominal + by_gate(context, cell, span)
}
