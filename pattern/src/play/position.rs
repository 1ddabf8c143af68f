//! Which step of a track lies at a place, in which cycle, at which tick.

use crate::document::Track;
use crate::time::Tick;

/// Where a step stands on the axis. Places are counted from song position 0, before it they are negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// Steps from song position 0.
    pub(crate) place: i64,
    /// The step of the track, from 0.
    pub(crate) step_index: u8,
    /// The pass through the track: 0 from song position 0 on, -1 before it.
    pub(crate) cycle: i64,
    /// Where the step would sound without any shift.
    pub(crate) nominal: Tick,
}

impl Position {
    /// `of(track of 4, 0).cycle == 0`; `of(track of 4, -1)` is step 3 of cycle -1.
    ///
    /// The track has at least one step.
    #[inline]
    pub(crate) fn of(track: &Track, place: i64) -> Position {
        let length = i64::try_from(track.steps.len()).unwrap_or(1).max(1);
        let within = place.rem_euclid(length);
        let step = (within + i64::from(track.rotation)).rem_euclid(length);
        Position {
            place,
            step_index: u8::try_from(step).unwrap_or(0),
            cycle: place.div_euclid(length),
            nominal: track.step_size.tick_of(place),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Step;

    #[test]
    fn before_song_position_0_cycles_are_negative() {
        let track = Track { steps: vec![Step::default(); 4], ..Track::default() };
        let at = |place| {
            let position = Position::of(&track, place);
            (position.step_index, position.cycle, position.nominal.0)
        };
        assert_eq!(at(0), (0, 0, 0));
        assert_eq!(at(5), (1, 1, 25_200));
        assert_eq!(at(-1), (3, -1, -5_040));
        assert_eq!(at(-4), (0, -1, -20_160));
        assert_eq!(at(-5), (3, -2, -25_200));
    }

    #[test]
    fn rotation_moves_the_start_into_the_track() {
        let track = Track { steps: vec![Step::default(); 4], rotation: -1, ..Track::default() };
        assert_eq!(Position::of(&track, 0).step_index, 3);
        assert_eq!(Position::of(&track, 1).step_index, 0);
    }
}
