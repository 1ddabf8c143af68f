//! What a track sets beside its notes: the locks of the steps that sound, and the base values that others restore.
//!
//! A step that sounds, tied or not, sets every control of its track where its first hit begins: to its lock, or to the base
//! value where it has none. So what holds at a tick is what the latest such step has set. That lasts one cycle of the
//! track and at most 128 steps; where no step sounds for so long, the base values come back. A bound on how far to look
//! back makes what holds at a tick a pure function of it. Where tracks share a control of a channel, the latest step that
//! still holds has it; where none does, the base value of the last of these tracks.
//!
//! In a song, the controls of a slot stay inside it: an early step sets them at the slot's first tick and a late one at its
//! last; where the slot ends, what the next one does not set itself goes back to its base value.

use crate::document::{Control, Lock, Property, Track};
use crate::limits::STEPS_MAX;
use crate::note::{Address, Change, Note, NoteSink};
use crate::play::context::{Cell, Context};
use crate::play::micro_timing;
use crate::time::{Tick, Ticks, Window};

/// Two steps further apart than this, in places, are never exchanged by their shifts: each is at most a step and a half.
const EXCHANGED_PLACES: i64 = 4;

/// Pushes every change of a channel's controls that a track makes in `window`, told in ticks of the pattern.
pub(super) fn play(
    context: &Context<'_>,
    window: Window,
    (track_index, track): (u8, &Track),
    out: &mut impl NoteSink,
) {
    if window.contains(context.extent.start) {
        let held = latest(context, usize::from(track_index), track, context.extent.start);
        let cell = held.map(|(_, cell)| cell);
        set(context, context.extent.start, (track_index, track), cell.as_ref(), out);
    }
    let (first, last) = context.places_that_shift_into(track, window);
    for place in first..=last {
        let act = act(context, usize::from(track_index), track, place, |at| window.contains(at));
        match act {
            Some((at, Some(cell))) => set(context, at, (track_index, track), Some(&cell), out),
            Some((at, None)) => each_of_channel(track, None, |own, base| {
                let lock = shared(context, track, own.control(), at).unwrap_or(own);
                let tick = at + context.origin;
                out.insert_change(change((track_index, track), tick, lock, base));
            }),
            None => {}
        }
    }
    if window.contains(context.extent.end) {
        each_of_channel(track, None, |lock, base| {
            if !context.is_set_after(track, lock.control()) {
                let at = context.extent.end + context.origin;
                out.insert_change(change((track_index, track), at, lock, base));
            }
        });
    }
}

/// Pushes what a cell sets of the channel, or without one the base values.
fn set(
    context: &Context<'_>,
    at: Tick,
    (track_index, track): (u8, &Track),
    cell: Option<&Cell<'_>>,
    out: &mut impl NoteSink,
) {
    each_of_channel(track, cell, |lock, base| {
        out.insert_change(change((track_index, track), at + context.origin, lock, base));
    });
}

/// Pushes what holds at `tick` of the controls of a track, each at the tick since which it does; what nothing has set, at the
/// first tick of all.
pub(super) fn holding(
    context: &Context<'_>,
    tick: Tick,
    (track_index, track): (u8, &Track),
    out: &mut impl NoteSink,
) {
    let held = latest(context, usize::from(track_index), track, tick);
    each_of_channel(track, held.map(|(_, cell)| cell).as_ref(), |lock, base| {
        // Base values hold since the beginning, that of the slot in a song.
        let since = held.map_or(context.extent.start, |(since, _)| since) + context.origin;
        out.insert_change(change((track_index, track), since, lock, base));
    });
}

/// Pushes what a track sets of one note by itself.
#[inline]
pub(super) fn play_note(track: &Track, cell: &Cell<'_>, note: &Note, out: &mut impl NoteSink) {
    for base in track.base.iter().filter(|base| base.control().is_per_note()) {
        let lock = lock_of(track, cell, base.control()).unwrap_or(base);
        let Note { onset: tick, address, track_index, .. } = *note;
        out.insert_change(Change { tick, address, track_index, lock, base });
    }
}

fn change((track_index, track): (u8, &Track), tick: Tick, lock: Lock, base: Lock) -> Change {
    let (port, channel) = (track.destination.port.get(), track.destination.channel.get());
    let address = Address { port, channel, key: 0 };
    Change { tick, address, track_index, lock, base }
}

/// Tells each control of the channel as a cell sets it, and its base; without a cell, the base alone.
fn each_of_channel(track: &Track, cell: Option<&Cell<'_>>, mut tell: impl FnMut(Lock, Lock)) {
    for base in track.base.iter().filter(|base| !base.control().is_per_note()) {
        let lock = cell.and_then(|cell| lock_of(track, cell, base.control()));
        tell(lock.unwrap_or(base), base);
    }
}

/// The lock of a cell: that of the control's lane, where it has one, else its step's.
#[inline]
fn lock_of(track: &Track, cell: &Cell<'_>, control: Control) -> Option<Lock> {
    let lane = track.lanes.iter().find(|lane| lane.property == Property::Lock(control));
    let step = lane.map_or(Some(cell.locks), |lane| lane.step_at(cell.position.nominal))?;
    step.locks.get(control)
}

/// What a place does to the controls of its track, and when: a step that sounds sets them, one that comes a cycle after the
/// last that did restores them (`None`). Only if it does so at a tick that is wanted, which is quicker to tell.
#[inline]
fn act<'a>(
    context: &Context<'a>,
    track_index: usize,
    track: &Track,
    place: i64,
    is_wanted: impl Fn(Tick) -> bool,
) -> Option<(Tick, Option<Cell<'a>>)> {
    let cell = context.cell(track_index, place)?;
    if !context.extent.contains(cell.position.nominal) {
        return None;
    }
    let last = Tick(context.extent.end.0.saturating_sub(1));
    let straight = cell.position.nominal + micro_timing::shift(context, &cell, track);
    let sets_at = context.feel.apply(straight).clamp(context.extent.start, last);
    let restores_at = context.feel.apply(cell.position.nominal);
    if !is_wanted(sets_at) && !is_wanted(restores_at) {
        return None;
    }
    if context.sounds(track_index, &cell) {
        return is_wanted(sets_at).then_some((sets_at, Some(cell)));
    }
    let sounded = |place| {
        context.cell(track_index, place).is_some_and(|cell| context.sounds(track_index, &cell))
    };
    let last_to_look_at = place - reach(track);
    let restores = is_wanted(restores_at)
        && sounded(last_to_look_at)
        && !(last_to_look_at + 1..place).rev().any(sounded);
    restores.then_some((restores_at, None))
}

/// For how many places a step holds what it set: one cycle of the track, at most 128.
fn reach(track: &Track) -> i64 {
    track.cycle_places().min(i64::try_from(STEPS_MAX).unwrap_or(i64::MAX))
}

/// What a control of a channel is at `tick`, all tracks together that play it there.
fn shared(context: &Context<'_>, track: &Track, control: Control, tick: Tick) -> Option<Lock> {
    let (port, channel) = (track.destination.port, track.destination.channel);
    let mut found: Option<(Tick, Lock)> = None;
    for (track_index, other) in context.pattern.tracks.iter().enumerate() {
        let is_there = (other.destination.port, other.destination.channel) == (port, channel)
            && !context.performance.is_muted(track_index)
            && !other.steps.is_empty();
        let Some(base) = other.base.get(control).filter(|_| is_there) else { continue };
        let (since, lock) = match latest(context, track_index, other, tick) {
            Some((since, cell)) => (since, lock_of(other, &cell, control).unwrap_or(base)),
            None => (context.extent.start, base),
        };
        if found.is_none_or(|(latest, _)| since >= latest) {
            found = Some((since, lock));
        }
    }
    found.map(|(_, lock)| lock)
}

/// The step that holds the controls of a track at `tick`, and since when; `None` where their base values hold.
fn latest<'a>(
    context: &Context<'a>,
    track_index: usize,
    track: &Track,
    tick: Tick,
) -> Option<(Tick, Cell<'a>)> {
    let (first, last) =
        context.places_that_shift_into(track, Window { start: tick, end: tick + Ticks(1) });
    let mut found: Option<(Tick, Option<Cell<'a>>)> = None;
    let mut end = first - reach(track) - EXCHANGED_PLACES;
    let mut place = last;
    while place >= end {
        let is_later = |at| at <= tick && found.is_none_or(|(since, _)| at > since);
        if let Some((at, cell)) = act(context, track_index, track, place, is_later) {
            found = Some((at, cell));
            end = end.max(place - EXCHANGED_PLACES);
        }
        place -= 1;
    }
    found.and_then(|(since, cell)| Some((since, cell?)))
}
