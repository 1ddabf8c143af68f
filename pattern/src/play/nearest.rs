//! Which step of a track lies nearest to a tick: where what is played in is recorded.

use crate::document::Project;
use crate::performance::Performance;
use crate::play::position::Position;
use crate::play::{Context, Stay, each_playing};
use crate::time::{Tick, Ticks, Window};

/// A step of the document, by its places from 0, and where it stands on the axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NearestStep {
    /// The pattern that plays at the tick.
    pub pattern: usize,
    /// The track.
    pub track: usize,
    /// The step of it.
    pub step: usize,
    /// How many steps it is from where its pattern begins: the same step has another place in each cycle.
    pub place: i64,
    /// How long it is, in ticks.
    pub length: Ticks,
}

/// The step of the track at `track_index` whose sound, straight or swung, lies nearest to `tick`; halves go to the later
/// one. `None` where no such track plays.
///
/// # Realtime
/// Does not allocate, lock or panic.
#[must_use]
pub fn nearest_step(
    project: &Project,
    performance: &Performance,
    track_index: usize,
    tick: Tick,
) -> Option<NearestStep> {
    let mut found = None;
    let at_once = Window { start: tick, end: tick + Ticks(1) };
    // A muted track can be recorded too.
    let mut all = *performance;
    all.mutes = crate::performance::Mutes::NONE;
    all.velocity = crate::document::Level::default();
    all.track_levels = Performance::default().track_levels;
    each_playing(project, &all, at_once, |context, window, index, track| {
        if usize::from(index) == track_index && context.extent.contains(window.start) {
            let place = nearest_place(context, track, window.start);
            let position = Position::of(track, context.seed, place);
            found = Some(NearestStep {
                pattern: usize::from(context.pattern_index),
                track: track_index,
                step: usize::from(position.step_index),
                place,
                length: track.step_size.tick_of(place + 1) - position.nominal,
            });
        }
    });
    found
}

fn nearest_place(context: &Context<'_>, track: &crate::document::Track, tick: Tick) -> i64 {
    let sounds_at = |place: i64| context.feel.apply(track.step_size.tick_of(place));
    // Swing and groove move a place by less than its pair is long; look at those around.
    let around = track.step_size.place_at(tick - Ticks(context.feel.delay_max()));
    let mut nearest = around;
    let last = track.step_size.place_at(tick + Ticks(context.feel.advance_max())) + 1;
    for place in around..=last {
        let distance = |place: i64| (sounds_at(place) - tick).0.abs();
        if distance(place) <= distance(nearest) {
            nearest = place;
        }
    }
    // A slot of a song has no step behind its end: what is played ahead of the next slot is its own first step's.
    match context.extent == Stay::FOR_EVER.extent {
        true => nearest,
        false => {
            let last = track.step_size.place_at(Tick(context.extent.end.0.saturating_sub(1)));
            nearest.clamp(track.step_size.place_at(context.extent.start), last)
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::format::notation;

    fn steps(text: &str, ticks: &[i64]) -> Vec<(usize, i64)> {
        let (project, _) = notation::read(text).unwrap();
        let near = |tick: &i64| {
            let near = nearest_step(&project, &Performance::default(), 0, Tick(*tick)).unwrap();
            (near.step, near.place)
        };
        ticks.iter().map(near).collect()
    }

    #[test]
    fn a_tick_belongs_to_the_nearest_step_and_halves_to_the_later() {
        let text = "kick: x . . .";
        assert_eq!(steps(text, &[0, 2519, 2520, 5040]), [(0, 0), (0, 0), (1, 1), (1, 1)]);
        assert_eq!(steps(text, &[17_640, 20_160, -1, -2521]), [(0, 4), (0, 4), (0, 0), (3, -1)]);
        assert_eq!(steps("kick step=1/8: x .", &[5039, 5040]), [(0, 0), (1, 1)]);
        assert_eq!(steps("kick dir=backward: x . .", &[0, 5040]), [(2, 0), (1, 1)]);
    }

    #[test]
    fn with_swing_the_swung_step_is_nearest() {
        // The second sixteenth sounds at 7560: what is played at 6300 and later is nearer to it than to the first at 0 …
        let text = "swing = 75\nkick: x . . .";
        assert_eq!(
            steps(text, &[3779, 3780, 7560, 8819, 8820]),
            [(0, 0), (1, 1), (1, 1), (1, 1), (2, 2)]
        );
    }

    #[test]
    fn in_a_song_it_is_a_step_of_the_slot_that_plays() {
        let text = "song = A 1, B 1\n[A]\nkick: x . . .\n[B]\nkick: . . x";
        let (project, _) = notation::read(text).unwrap();
        let song = Performance { is_song: true, ..Performance::default() };
        let near = nearest_step(&project, &song, 0, Tick(4 * 20_160 + 5000)).unwrap();
        assert_eq!((near.pattern, near.step, near.place), (1, 1, 1));
        assert_eq!(nearest_step(&project, &song, 1, Tick(0)), None);
        assert_eq!(nearest_step(&project, &song, 0, Tick(9 * 20_160)), None);
    }
}
