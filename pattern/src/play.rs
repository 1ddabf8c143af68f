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
//! Nothing is remembered between calls, so a stop, a jump, a loop and a bounce are the same case.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod chance;
mod condition;
mod context;
mod length;
mod micro_timing;
mod position;
mod ratchet;
mod swing;
mod velocity;

use crate::document::{Project, Track};
use crate::limits::RATCHET_SPAN_PERCENT;
use crate::note::{Address, Note, NoteSink};
use crate::performance::Performance;
use crate::time::{Tick, Window};

use context::{Cell, Context};
use position::Position;

/// Pushes every note whose onset lies in `window` into `out`, which keeps them by onset, then track.
///
/// A pure function of the document, the performance and the window: windows tile, and the order of questions does not
/// matter. A pattern that is not there, or an empty window, yields nothing.
///
/// # Realtime
/// Does not allocate, lock or panic. The work is bounded by the length of the window and the limits of the document.
pub fn play(project: &Project, performance: &Performance, window: Window, out: &mut impl NoteSink) {
    if window.is_empty() {
        return;
    }
    each_sounding_track(project, performance, |context, track_index, track| {
        let (first, last) = context.places_that_reach(track, window);
        for place in first..=last {
            let Some(cell) = Cell::at(track, Position::of(track, context.seed, place)) else {
                continue;
            };
            if context.can_reach(track, &cell, window) {
                context.play_cell(track_index, track, &cell, &mut |_, note| {
                    if window.contains(note.onset) {
                        out.insert(note);
                    }
                });
            }
        }
    });
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
    each_sounding_track(project, performance, |context, track_index, track| {
        // A shift reaches back at most a step; the steps that run at the start may have hits still to come.
        let running = track.step_size.place_at(start);
        for place in running.saturating_sub(SPAN_STEPS_MAX)..=running.saturating_add(2) {
            let position = Position::of(track, context.seed, place);
            let Some(cell) = Cell::at(track, position).filter(|cell| cell.gate.is_on) else {
                continue;
            };
            context.play_cell(track_index, track, &cell, &mut |nominal, mut note| {
                if nominal >= start && note.onset < start {
                    note.onset = start;
                    out.insert(note);
                }
            });
        }
    });
}

/// How many steps the hits of a ratchet may be spread over.
#[allow(clippy::cast_possible_wrap, reason = "small")]
const SPAN_STEPS_MAX: i64 = (*RATCHET_SPAN_PERCENT.end() / 100) as i64;

fn each_sounding_track(
    project: &Project,
    performance: &Performance,
    mut visit: impl FnMut(&Context<'_>, u8, &Track),
) {
    let Some(pattern) = project.patterns.get(usize::from(performance.pattern.0)) else { return };
    let context = Context::new(project, performance, pattern);
    for (track_index, track) in (0u8..).zip(&pattern.tracks) {
        if !track.steps.is_empty() && !performance.mutes.contains(usize::from(track_index)) {
            visit(&context, track_index, track);
        }
    }
}

impl Context<'_> {
    /// The first and the last place of `track` from which a shift could reach into `window`.
    #[inline]
    fn places_that_reach(&self, track: &Track, window: Window) -> (i64, i64) {
        let step_ticks = track.step_size.ticks_ceil();
        // Later by: the hits of a ratchet, micro-timing (a step), swing. Earlier by: micro-timing.
        let late = (SPAN_STEPS_MAX + 1) * step_ticks + self.swing.delay_max();
        let first = track.step_size.place_at(Tick(window.start.0.saturating_sub(late)));
        let last = track.step_size.place_at(Tick(window.end.0.saturating_add(step_ticks)));
        (first, last)
    }

    /// Whether any hit of a cell could lie in `window`: a quick no for most neighbours.
    #[inline]
    fn can_reach(&self, track: &Track, cell: &Cell<'_>, window: Window) -> bool {
        let first = cell.position.nominal + micro_timing::shift(cell, track);
        let ratchet = cell.ratchet.ratchet;
        let hits = if ratchet.hits() > 1 {
            track.step_size.ticks_ceil() * (i64::from(ratchet.span_percent()) / 100 + 1)
        } else {
            0
        };
        cell.gate.is_on
            && first < window.end
            && first.0 + hits + self.swing.delay_max() >= window.start.0
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
        let shift = micro_timing::shift(cell, track);
        for hit in ratchet::hits(cell, track) {
            let onset = self.swing.apply(hit.onset + shift);
            let note = Note {
                onset,
                length: length::of(self, index, cell, hit, onset),
                address: Address::default(),
                velocity: velocity::of(cell, hit),
                track_index,
                step_index: cell.position.step_index,
            };
            each_address(cell, track, self.transpose, |address| {
                tell(hit.onset, Note { address, ..note });
            });
        }
    }
}

/// The keys of a cell, or its track's, where they sound after transposition.
#[inline]
fn each_address(cell: &Cell<'_>, track: &Track, transpose: i8, mut tell: impl FnMut(Address)) {
    let keys = &cell.notes.keys;
    let destination = track.destination;
    let (port, channel) = (destination.port.get(), destination.channel.get());
    let at = |key| Address { port, channel, key };
    match (destination.key, keys.is_empty()) {
        (Some(drum), true) => tell(at(drum.get())),
        (Some(_), false) => keys.iter().for_each(|key| tell(at(key.get()))),
        (None, _) => keys.iter().for_each(|key| tell(at(transposed(key.get(), transpose)))),
    }
}

/// A key moved by semitones, and back into `0..=127` by whole octaves where it would leave it.
#[inline]
fn transposed(key: u8, semitones: i8) -> u8 {
    let mut moved = i16::from(key) + i16::from(semitones);
    while moved < 0 {
        moved += 12;
    }
    while moved > 127 {
        moved -= 12;
    }
    u8::try_from(moved).unwrap_or(key)
}
