//! What will sound, asked of the code that plays: for grids and strips that show the future.

use crate::document::{Project, Track};
use crate::performance::Performance;
use crate::play::context::{Cell, Context, Stay};
use crate::play::position::Position;
use crate::time::Tick;

/// A step of a track in one of its passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Foreseen {
    /// The step, from 0.
    pub step: usize,
    /// The pass through the track: 0 from song position 0 on, -1 before it.
    pub cycle: i64,
    /// Where it sounds without any shift.
    pub nominal: Tick,
    /// Whether it is on and its condition and its chance let it sound. Mutes are left aside.
    pub sounds: bool,
}

/// Tells the steps of one pass through a track of the pattern that `performance` chooses, in the order in which they come. A
/// track that is not there, or has no steps, tells nothing.
pub fn foresee(
    project: &Project,
    performance: &Performance,
    track_index: usize,
    cycle: i64,
    mut tell: impl FnMut(Foreseen),
) {
    let Some(pattern) = project.patterns.get(usize::from(performance.pattern.0)) else { return };
    let Some(track) = pattern.tracks.get(track_index).filter(|track| !track.steps.is_empty())
    else {
        return;
    };
    let context = Context::new(project, performance, pattern, Stay::FOR_EVER);
    let places = track.cycle_places();
    for place in cycle * places..(cycle + 1) * places {
        let position = Position::of(track, context.seed, place);
        let Some(cell) = Cell::at(track, position) else { continue };
        tell(Foreseen {
            step: usize::from(position.step_index),
            cycle: position.cycle,
            nominal: position.nominal,
            sounds: context.sounds(track_index, &cell),
        });
    }
}

/// The step that runs at `tick` in a track of the pattern that `performance` chooses, and how far it has run, `[0, 1)`.
#[must_use]
pub fn running_step(
    project: &Project,
    performance: &Performance,
    track_index: usize,
    tick: Tick,
) -> Option<(Foreseen, f64)> {
    let pattern = project.patterns.get(usize::from(performance.pattern.0))?;
    let track: &Track = pattern.tracks.get(track_index).filter(|track| !track.steps.is_empty())?;
    let context = Context::new(project, performance, pattern, Stay::FOR_EVER);
    let place = track.step_size.place_at(tick);
    let position = Position::of(track, context.seed, place);
    let cell = Cell::at(track, position)?;
    let next = track.step_size.tick_of(place + 1);
    #[allow(clippy::cast_precision_loss, reason = "a step is short")]
    let share = (tick - position.nominal).0 as f64 / (next - position.nominal).0.max(1) as f64;
    let foreseen = Foreseen {
        step: usize::from(position.step_index),
        cycle: position.cycle,
        nominal: position.nominal,
        sounds: context.sounds(track_index, &cell),
    };
    Some((foreseen, share))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;
    use crate::format::notation;

    #[test]
    fn what_is_foreseen_is_what_plays() {
        let (project, _) = notation::read(
            "hat: x?40 x(2:3) . x(NOT 1:2) x(FIRST) x?70A x x(PRE)\nbass ch=2 dir=ping-pong: C1 . E1?50 G1(3:4)",
        )
        .unwrap();
        let neutral = Performance::default();
        for track_index in 0..2 {
            let track = &project.patterns[0].tracks[track_index];
            for cycle in -3..12 {
                let mut foreseen = Vec::new();
                foresee(&project, &neutral, track_index, cycle, |step| foreseen.push(step));
                let (first, last) = (foreseen[0], foreseen[foreseen.len() - 1]);
                let window = crate::Window {
                    start: first.nominal,
                    end: last.nominal + crate::Ticks(track.step_size.ticks_ceil()),
                };
                let mut notes: Vec<crate::Note> = Vec::new();
                crate::play(&project, &neutral, window, &mut notes);
                notes.retain(|note| usize::from(note.track_index) == track_index);
                let played: Vec<Tick> = notes.iter().map(|note| note.onset).collect();
                let expected: Vec<Tick> =
                    foreseen.iter().filter(|step| step.sounds).map(|step| step.nominal).collect();
                assert_eq!(played, expected, "track {track_index}, pass {cycle}");
                for step in &foreseen {
                    let at = step.nominal + crate::Ticks(1260);
                    let (running, share) =
                        running_step(&project, &neutral, track_index, at).unwrap();
                    assert_eq!((running, share), (*step, 0.25));
                }
            }
        }
    }

    #[test]
    fn a_track_that_is_not_there_tells_nothing() {
        foresee(&Project::default(), &Performance::default(), 3, 0, |_| unreachable!());
        let nothing = running_step(&Project::default(), &Performance::default(), 0, Tick(0));
        assert_eq!(nothing, None);
    }
}
