//! The one function that carries the project: what sounds between two song positions.
//!
//! For each step whose onset could lie in the window, these questions are asked in this order, each in a file of its own:
//!
//! 1. [`position`]: which step is it, in which cycle, at which tick?
//! 2. [`condition`]: does its rule on cycles hold?
//! 3. [`chance`]: does its die fall well?
//! 4. [`ratchet`]: how many hits, and where?
//! 5. [`micro_timing`]: shifted by how much?
//! 6. [`swing`]: and where does the swing put that?
//! 7. [`length`]: how long is it held?
//! 8. [`velocity`]: how strong is it?
//!
//! What a step sets beside its notes is asked in [`control`], by the first three and the shift.
//!
//! Nothing is remembered between calls, so a stop, a jump, a loop and a bounce are the same case.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod chance;
mod condition;
mod context;
mod control;
mod foresight;
mod groove;
mod hearing;
mod length;
mod micro_timing;
mod nearest;
mod position;
mod ratchet;
mod song;
mod swing;
mod velocity;

use std::ops::Range;

use crate::document::{Direction, Key, Project, Property, Ratchet, Step, Track};
use crate::limits::RATCHET_SPAN_PERCENT;
use crate::note::{Address, Note, NoteSink};
use crate::performance::Performance;
use crate::time::{Tick, Ticks, Window};

use context::{Cell, Context, Stay};
pub use foresight::{Foreseen, foresee, running_step};
pub(crate) use hearing::Hearing;
pub use nearest::{NearestStep, nearest_step};
use position::Position;

/// Pushes every note whose onset lies in `window` into `out`, which keeps them by onset, then track; and every change of
/// a control in it, by tick, then track.
///
/// A pure function of the document, the performance and the window: windows tile, and the order of questions does not
/// matter. A pattern that is not there, or an empty window, yields nothing. The delays of tracks, which are in milliseconds,
/// are left out: they are heard from a [`crate::Player`] that has a tempo.
///
/// # Realtime
/// Does not allocate, lock or panic. The work is bounded by the length of the window and the limits of the document.
pub fn play(project: &Project, performance: &Performance, window: Window, out: &mut impl NoteSink) {
    play_tracks(project, performance, &Hearing::PLAIN.of(window), 0..u8::MAX, out);
}

/// [`play`] for some of the tracks, by their places: the notes of all tracks are those of each, in one order. The window, and
/// how delays are heard in it, is `hearing`.
pub(crate) fn play_tracks(
    project: &Project,
    performance: &Performance,
    hearing: &Hearing,
    tracks: Range<u8>,
    out: &mut impl NoteSink,
) {
    let reaching = hearing.widened();
    if reaching.is_empty() {
        return;
    }
    each_playing(project, performance, reaching, |context, part, track_index, track| {
        if !tracks.contains(&track_index) {
            return;
        }
        if !hearing.has_any() {
            play_track(context, part, (track_index, track), Tick(i64::MIN), out);
            return;
        }
        let heard = hearing.heard_of(track);
        let window = hearing.part_of(heard, part, context.origin);
        let first_told = hearing.first_of(track, context.origin);
        let out = &mut hearing.heard(heard, out);
        play_track(context, window, (track_index, track), first_told, out);
    });
    out.settle();
}

/// What a track plays in a window, told in ticks of the pattern; of steps before `first_told` nothing.
fn play_track(
    context: &Context<'_>,
    window: Window,
    (track_index, track): (u8, &Track),
    first_told: Tick,
    out: &mut impl NoteSink,
) {
    if window.is_empty() || context.is_far(track, window) {
        return;
    }
    if !track.base.is_empty() {
        let window = Window { start: window.start.max(first_told), end: window.end };
        control::play(context, window, (track_index, track), out);
    }
    let (first, last) = context.places_that_reach(track, window);
    for place in first..=last {
        let position = Position::of(track, context.seed, place);
        if !context.may_reach(track, position, window) {
            continue;
        }
        let Some(cell) = Cell::at(track, position) else { continue };
        if context.can_reach(track, &cell, window) {
            context.play_cell(track_index, track, &cell, &mut |nominal, mut note| {
                if window.contains(note.onset) && nominal >= first_told {
                    note.onset += context.origin;
                    take(track, &cell, note, out);
                }
            });
        }
    }
}

/// A note goes to its sink, and what the track sets of it by itself.
#[inline]
fn take(track: &Track, cell: &Cell<'_>, note: Note, out: &mut impl NoteSink) {
    out.insert(note);
    if !track.base.is_empty() {
        control::play_note(track, cell, &note, out);
    }
}

/// Pushes what holds at `tick` of every control that is played: each change at the tick since which it holds, or at the
/// first of all ticks for a base value that no step has touched. Of several for one control the latest counts, and at one tick
/// the last.
///
/// Playing on from any earlier tick leads to the same values; so a start and a locate send these.
///
/// # Realtime
/// As [`play`]. A track whose steps hardly ever sound is looked back on for a cycle.
pub fn controls_at(
    project: &Project,
    performance: &Performance,
    tick: Tick,
    out: &mut impl NoteSink,
) {
    controls_heard_at(project, performance, &Hearing::PLAIN, tick, out);
}

/// [`controls_at`], with delays as `hearing` says.
pub(crate) fn controls_heard_at(
    project: &Project,
    performance: &Performance,
    hearing: &Hearing,
    tick: Tick,
    out: &mut impl NoteSink,
) {
    let at_once = Window { start: tick, end: tick + Ticks(1) };
    each_playing(project, performance, at_once, |context, window, track_index, track| {
        // Of a song, the slot that is playing.
        if !track.base.is_empty() && context.extent.contains(window.start) {
            let at = hearing.origin_of(track, tick) - context.origin;
            let at = Tick(at.0.clamp(context.extent.start.0, context.extent.end.0));
            control::holding(context, at, (track_index, track), out);
        }
    });
    out.settle();
}

/// Pushes the notes that a start at `start` would lose: those whose nominal place is at or after it, but which a shift
/// moved before it. They sound at `start` instead, at their full length.
///
/// # Realtime
/// As [`play`].
pub fn play_early(
    project: &Project,
    performance: &Performance,
    start: Tick,
    out: &mut impl NoteSink,
) {
    play_early_heard(project, performance, &Hearing::PLAIN, start, out);
}

/// [`play_early`], with delays as `hearing` says: a negative one makes notes early.
pub(crate) fn play_early_heard(
    project: &Project,
    performance: &Performance,
    hearing: &Hearing,
    start: Tick,
    out: &mut impl NoteSink,
) {
    let at_once = Window { start, end: start + Ticks(1) };
    each_playing(project, performance, at_once, |context, window, track_index, track| {
        let start = window.start;
        let shift = hearing.shift(track);
        // The steps that run at the start may have hits still to come.
        let running = track.step_size.place_at(start);
        let early_max = context.early_max(track).saturating_sub(shift.0.min(0));
        let last = track.step_size.place_at(start + Ticks(early_max));
        for place in running.saturating_sub(SPAN_STEPS_MAX)..=last {
            let position = Position::of(track, context.seed, place);
            if position.nominal + Ticks(hits_at(track, position)) < start {
                continue;
            }
            let Some(cell) = Cell::at(track, position).filter(|cell| cell.gate.is_on) else {
                continue;
            };
            context.play_cell(track_index, track, &cell, &mut |nominal, mut note| {
                if nominal >= start
                    && note.onset + shift < start
                    && hearing.is_before_end(note.onset + context.origin)
                {
                    note.onset = start + context.origin;
                    take(track, &cell, note, out);
                }
            });
        }
    });
    out.settle();
}

/// Whether a ratchet among the places before `first` could spread beyond its own step; may say yes where none does. Few
/// steps have such a ratchet, and asking each of them its position would cost more than all the rest of a block.
#[inline]
fn has_long_ratchet(track: &Track, first: i64) -> bool {
    let is_long = |step: &Step| step.ratchet.hits() > 1 && step.ratchet.span_percent() > 100;
    if track.direction != Direction::Forward || !track.lanes.is_empty() {
        let in_lanes = track.lanes.iter().flat_map(|lane| &lane.steps);
        return track.steps.iter().chain(in_lanes).any(is_long);
    }
    // Forward, the places before `first` are the steps before its step, around the end.
    let end = usize::from(Position::step_at(track, first));
    let count = usize::try_from(SPAN_STEPS_MAX).unwrap_or(0).min(track.steps.len());
    let around = (end + track.steps.len()).saturating_sub(count);
    let before = track.steps.get(end.saturating_sub(count)..end).unwrap_or_default();
    let from_the_back = track.steps.get(around.max(end)..).unwrap_or_default();
    before.iter().any(is_long) || (end < count && from_the_back.iter().any(is_long))
}

/// How many steps the hits of a ratchet may be spread over.
#[allow(clippy::cast_possible_wrap, reason = "small")]
const SPAN_STEPS_MAX: i64 = (*RATCHET_SPAN_PERCENT.end() / 100) as i64;

/// How far the last hit of a step could lie behind its first, in ticks.
#[inline]
fn hits_max(ratchet: Ratchet, step_ticks: i64) -> i64 {
    match ratchet.hits() {
        1 => 0,
        _ => step_ticks * (i64::from(ratchet.span_percent()) / 100 + 1),
    }
}

/// The same of the step at a position, which need not be known any better for it.
#[inline]
fn hits_at(track: &Track, position: Position) -> i64 {
    let lane = track.lanes.iter().find(|lane| lane.property == Property::Ratchet);
    let step = match lane {
        Some(lane) => lane.step_at(position.nominal),
        None => track.steps.get(usize::from(position.step_index)),
    };
    step.map_or(0, |step| hits_max(step.ratchet, track.step_size.ticks_ceil()))
}

/// Visits every track that sounds in `window`: of the pattern that plays, or of the slots of the song that reach there. The
/// window is told in ticks of the pattern.
fn each_playing(
    project: &Project,
    performance: &Performance,
    window: Window,
    mut visit: impl FnMut(&Context<'_>, Window, u8, &Track),
) {
    if performance.is_song {
        song::each_slot(project, performance, window, |performance, stay, window| {
            each_track(project, performance, stay, window, &mut visit);
        });
    } else {
        each_track(project, performance, Stay::FOR_EVER, window, &mut visit);
    }
}

fn each_track(
    project: &Project,
    performance: &Performance,
    stay: Stay<'_>,
    window: Window,
    visit: &mut impl FnMut(&Context<'_>, Window, u8, &Track),
) {
    let Some(pattern) = project.patterns.get(usize::from(performance.pattern.0)) else { return };
    let context = Context::new(project, performance, pattern, stay);
    let window = Window { start: window.start - stay.origin, end: window.end - stay.origin };
    for (track_index, track) in (0u8..).zip(&pattern.tracks) {
        if !track.steps.is_empty() && !performance.is_muted(usize::from(track_index)) {
            visit(&context, window, track_index, track);
        }
    }
}

impl Context<'_> {
    /// The first and the last place of `track` from which a shift could reach into `window`.
    #[inline]
    fn places_that_reach(&self, track: &Track, window: Window) -> (i64, i64) {
        let step_ticks = track.step_size.ticks_ceil();
        // Later by: the hits of a ratchet, micro-timing (a step), humanising (half a step), groove and swing. Earlier by
        // all of these but the hits and the swing.
        let late = 3 * step_ticks + self.feel.delay_max();
        let first = track.step_size.place_at(Tick(window.start.0.saturating_sub(late)));
        let last =
            track.step_size.place_at(Tick(window.end.0.saturating_add(self.early_max(track))));
        let further_back = if has_long_ratchet(track, first) { SPAN_STEPS_MAX - 1 } else { 0 };
        self.inside(track, first.saturating_sub(further_back), last)
    }

    /// Whether a slot of the song lies so far from `window` that nothing of a track reaches from one to the other: a quick yes
    /// for the slots beside the one that plays.
    #[inline]
    fn is_far(&self, track: &Track, window: Window) -> bool {
        let Window { start, end } = self.extent;
        let step_ticks = track.step_size.ticks_ceil();
        // The longest ratchet, and what shifts the step itself by.
        let late = (SPAN_STEPS_MAX + 4) * step_ticks + self.feel.delay_max();
        window.end.0.saturating_add(self.early_max(track)) < start.0
            || window.start.0.saturating_sub(late) > end.0
    }

    /// Those of some places that its slot of the song has of a pattern.
    #[inline]
    fn inside(&self, track: &Track, first: i64, last: i64) -> (i64, i64) {
        if self.extent == Stay::FOR_EVER.extent {
            return (first, last);
        }
        let end = track.step_size.place_at(Tick(self.extent.end.0.saturating_sub(1)));
        (first.max(track.step_size.place_at(self.extent.start)), last.min(end))
    }

    /// The first and the last place of `track` of which the step itself, its first hit, could lie in `window`.
    #[inline]
    fn places_that_shift_into(&self, track: &Track, window: Window) -> (i64, i64) {
        let step_ticks = track.step_size.ticks_ceil();
        let late = step_ticks + step_ticks / 2 + 1 + self.feel.delay_max();
        let early = self.early_max(track);
        let first = track.step_size.place_at(Tick(window.start.0.saturating_sub(late)));
        let last = track.step_size.place_at(Tick(window.end.0.saturating_add(early)));
        self.inside(track, first, last)
    }

    /// How far before its nominal tick a hit of a track may sound, in ticks.
    #[inline]
    fn early_max(&self, track: &Track) -> i64 {
        let step_ticks = track.step_size.ticks_ceil();
        step_ticks + step_ticks / 2 + 1 + self.feel.advance_max()
    }

    /// Whether a hit of the step at a position could lie in `window`, however far it is shifted: a quick no for most places,
    /// which need not be looked at any closer then.
    #[inline]
    fn may_reach(&self, track: &Track, position: Position, window: Window) -> bool {
        let step_ticks = track.step_size.ticks_ceil();
        let nominal = position.nominal;
        if nominal.0 - self.early_max(track) >= window.end.0 {
            return false;
        }
        let shifted = step_ticks + step_ticks / 2 + 1 + self.feel.delay_max();
        if nominal.0 + shifted >= window.start.0 {
            return true;
        }
        nominal.0 + shifted + hits_at(track, position) >= window.start.0
    }

    /// Whether any hit of a cell could lie in `window`.
    #[inline]
    fn can_reach(&self, track: &Track, cell: &Cell<'_>, window: Window) -> bool {
        let first = cell.position.nominal + micro_timing::shift(self, cell, track);
        let hits = hits_max(cell.ratchet.ratchet, track.step_size.ticks_ceil());
        cell.gate.is_on
            && self.extent.contains(cell.position.nominal)
            && first.0 - self.feel.advance_max() < window.end.0
            && first.0 + hits + self.feel.delay_max() >= window.start.0
    }

    /// Asks the questions of one cell, and tells each of its notes with its nominal tick, before any shift.
    #[inline]
    fn play_cell(
        &self,
        track_index: u8,
        track: &Track,
        cell: &Cell<'_>,
        tell: &mut impl FnMut(Tick, Note),
    ) {
        let index = usize::from(track_index);
        if !self.sounds(index, cell) || length::is_tied_over(self, index, cell.position.place) {
            return;
        }
        let shift = micro_timing::shift(self, cell, track);
        for hit in ratchet::hits(cell, track) {
            let onset = self.feel.apply(hit.onset + shift);
            let note = Note {
                onset,
                length: length::of(self, index, cell, hit, onset),
                address: Address::default(),
                velocity: velocity::of(self, (index, track), cell, hit),
                track_index,
                step_index: cell.position.step_index,
            };
            self.each_address(cell, track, |address| {
                tell(hit.onset, Note { address, ..note });
            });
        }
    }
}

impl Context<'_> {
    /// The keys of a cell, or its track's, where they sound after transposition and scale.
    #[inline]
    fn each_address(&self, cell: &Cell<'_>, track: &Track, mut tell: impl FnMut(Address)) {
        let keys = &cell.notes.keys;
        let destination = track.destination;
        let (port, channel) = (destination.port.get(), destination.channel.get());
        let at = |key: Key| Address { port, channel, key: key.get() };
        match (destination.key, keys.is_empty()) {
            (Some(drum), true) => tell(at(drum)),
            (Some(_), false) => keys.iter().for_each(|key| tell(at(key))),
            (None, _) => keys.iter().for_each(|key| {
                let moved = transposed(key, self.transpose);
                tell(at(self.pattern.scale.map_or(moved, |scale| scale.snap(moved))));
            }),
        }
    }
}

/// A key moved by semitones, and back into `0..=127` by whole octaves where it would leave it.
#[inline]
fn transposed(key: Key, semitones: i16) -> Key {
    let mut moved = i16::from(key.get()) + semitones.clamp(-127, 127);
    while moved < 0 {
        moved += 12;
    }
    while moved > 127 {
        moved -= 12;
    }
    u8::try_from(moved).map_or(key, Key::saturating)
}
