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
mod length;
mod micro_timing;
mod position;
mod ratchet;
mod swing;
mod velocity;

use crate::dice;
use crate::document::{Pattern, Percent, Project, Step, Track};
use crate::note::{Address, Note, NoteSink};
use crate::performance::Performance;
use crate::time::{Tick, Window};

use position::Position;
use swing::SwingMap;

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
            let position = Position::of(track, place);
            if !context.can_reach(track, position, window) {
                continue;
            }
            context.play_step(track_index, track, position, &mut |_, note| {
                if window.contains(note.onset) {
                    out.insert(note);
                }
            });
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
        // A shift reaches back at most a step; the step that runs at the start may have hits still to come.
        let running = track.step_size.place_at(start);
        for place in running..=running.saturating_add(2) {
            let position = Position::of(track, place);
            context.play_step(track_index, track, position, &mut |nominal, mut note| {
                if nominal >= start && note.onset < start {
                    note.onset = start;
                    out.insert(note);
                }
            });
        }
    });
}

/// What is the same for all steps of one question.
struct Context {
    seed: u64,
    chance: Percent,
    transpose: i8,
    swing: SwingMap,
}

fn each_sounding_track(
    project: &Project,
    performance: &Performance,
    mut visit: impl FnMut(&Context, u8, &Track),
) {
    let Some(pattern) = project.patterns.get(usize::from(performance.pattern.0)) else { return };
    let context = Context::new(project, performance, pattern);
    for (track_index, track) in (0u8..).zip(&pattern.tracks) {
        if !track.steps.is_empty() && !performance.mutes.contains(usize::from(track_index)) {
            visit(&context, track_index, track);
        }
    }
}

impl Context {
    fn new(project: &Project, performance: &Performance, pattern: &Pattern) -> Context {
        Context {
            seed: dice::combine_seed(project.seed, performance.seed),
            chance: performance.chance,
            transpose: performance.transpose,
            swing: SwingMap::new(pattern.swing, performance.swing),
        }
    }

    /// The first and the last place of `track` from which a shift could reach into `window`.
    #[inline]
    fn places_that_reach(&self, track: &Track, window: Window) -> (i64, i64) {
        let step_ticks = track.step_size.ticks_ceil();
        // Later by: micro-timing (a step), the last hit of a ratchet (less than a step), swing. Earlier by: micro-timing.
        let late = 2 * step_ticks + self.swing.delay_max();
        let first = track.step_size.place_at(Tick(window.start.0.saturating_sub(late)));
        let last = track.step_size.place_at(Tick(window.end.0.saturating_add(step_ticks)));
        (first, last)
    }

    /// Whether any hit of the step at `position` could lie in `window`: a quick no for most neighbours.
    #[inline]
    fn can_reach(&self, track: &Track, position: Position, window: Window) -> bool {
        let Some(step) = track.steps.get(usize::from(position.step_index)) else { return false };
        let step_ticks = track.step_size.ticks_ceil();
        let first = position.nominal.0 + step.micro_timing.0.clamp(-step_ticks, step_ticks);
        let hits = if step.ratchet.hits() > 1 { step_ticks } else { 0 };
        step.is_on
            && first < window.end.0
            && first + hits + self.swing.delay_max() >= window.start.0
    }

    /// Asks the questions of one step, and tells each of its notes with its nominal tick, before any shift.
    #[inline]
    fn play_step(
        &self,
        track_index: u8,
        track: &Track,
        position: Position,
        tell: &mut impl FnMut(Tick, Note),
    ) {
        let Some(step) = track.steps.get(usize::from(position.step_index)) else { return };
        if !step.is_on
            || !condition::holds(step, position)
            || !chance::holds(step, self.chance, self.seed, track.id, position)
        {
            return;
        }
        for hit in ratchet::hits(step, track, position) {
            let straight = micro_timing::shift(step, track, hit.onset);
            let note = Note {
                onset: self.swing.apply(straight),
                length: length::of(step, hit),
                address: Address::default(),
                velocity: velocity::of(step),
                track_index,
                step_index: position.step_index,
            };
            each_address(step, track, self.transpose, |address| {
                tell(hit.onset, Note { address, ..note });
            });
        }
    }
}

/// The keys of a step, or its track's, where they sound after transposition.
#[inline]
fn each_address(step: &Step, track: &Track, transpose: i8, mut tell: impl FnMut(Address)) {
    let destination = track.destination;
    let at =
        |key| Address { port: destination.port.get(), channel: destination.channel.get(), key };
    match (destination.key, step.keys.is_empty()) {
        (Some(drum), true) => tell(at(drum.get())),
        (Some(_), false) => step.keys.iter().for_each(|key| tell(at(key.get()))),
        (None, _) => {
            step.keys.iter().for_each(|key| tell(at(transposed(key.get(), transpose))));
        }
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
