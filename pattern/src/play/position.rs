//! Which step of a track lies at a place, in which cycle, at which tick.

use crate::dice::{Die, Purpose};
use crate::document::{Direction, Track};
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
    /// The step at a place of a track that runs forward.
    #[inline]
    pub(crate) fn step_at(track: &Track, place: i64) -> u8 {
        let length = i64::try_from(track.steps.len()).unwrap_or(1).max(1);
        low_byte(place.wrapping_add(i64::from(track.rotation)).rem_euclid(length))
    }

    /// `of(track of 4, 0).cycle == 0`; `of(track of 4, -1)` is step 3 of cycle -1.
    ///
    /// The track has at least one step.
    #[inline]
    pub(crate) fn of(track: &Track, seed: u64, place: i64) -> Position {
        let length = i64::try_from(track.steps.len()).unwrap_or(1).max(1);
        let nominal = track.step_size.tick_of(place);
        if track.direction == Direction::Forward {
            // What nearly all tracks do, with as few divisions as it takes.
            let cycle = place.div_euclid(length);
            let step = place - cycle * length + i64::from(track.rotation);
            let step = if (0..length).contains(&step) { step } else { step.rem_euclid(length) };
            return Position { place, step_index: low_byte(step), cycle, nominal };
        }
        let places = track.cycle_places();
        let within = place.rem_euclid(places);
        let cycle = place.div_euclid(places);
        let die = |purpose, step| Die { seed, track: track.id.0, lane: 0, step, cycle, purpose };
        let step = match track.direction {
            Direction::Forward => within,
            Direction::Backward => length - 1 - within,
            Direction::PingPong if within < length => within,
            Direction::PingPong => places - within,
            Direction::Random => {
                let count = u32::try_from(length).unwrap_or(1);
                i64::from(die(Purpose::Direction, low_byte(within)).below(count))
            }
            Direction::RandomWalk => walk(within, |block| die(Purpose::Walk, block).bits()),
        };
        Position {
            place,
            step_index: low_byte((step + i64::from(track.rotation)).rem_euclid(length)),
            cycle,
            nominal,
        }
    }
}

/// How far a random walk of `moves` steps up and down has come: ups less downs, 64 of them to a word.
#[inline]
fn walk(moves: i64, bits: impl Fn(u8) -> u64) -> i64 {
    let mut ups = 0;
    let mut left = moves;
    let mut block = 0;
    while left > 0 {
        let taken = left.min(64);
        let mask = u64::MAX >> (64 - taken);
        ups += i64::from((bits(block) & mask).count_ones());
        left -= taken;
        block = block.wrapping_add(1);
    }
    2 * ups - moves
}

/// A step index: tracks have at most 128 steps.
#[inline]
fn low_byte(value: i64) -> u8 {
    u8::try_from(value).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Step;

    fn track(length: usize, direction: Direction) -> Track {
        Track { steps: vec![Step::default(); length], direction, ..Track::default() }
    }

    fn steps(track: &Track, places: std::ops::Range<i64>) -> Vec<u8> {
        places.map(|place| Position::of(track, 1, place).step_index).collect()
    }

    #[test]
    fn before_song_position_0_cycles_are_negative() {
        let track = track(4, Direction::Forward);
        let at = |place| {
            let position = Position::of(&track, 0, place);
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
        let track = Track { rotation: -1, ..track(4, Direction::Forward) };
        assert_eq!(steps(&track, 0..2), [3, 0]);
    }

    #[test]
    fn directions_go_as_they_are_called() {
        assert_eq!(steps(&track(4, Direction::Backward), -1..5), [0, 3, 2, 1, 0, 3]);
        assert_eq!(steps(&track(4, Direction::PingPong), -2..8), [2, 1, 0, 1, 2, 3, 2, 1, 0, 1]);
        assert_eq!(steps(&track(1, Direction::PingPong), 0..3), [0, 0, 0]);
        assert_eq!(steps(&track(2, Direction::PingPong), 0..4), [0, 1, 0, 1]);
        let random = track(5, Direction::Random);
        let drawn = steps(&random, 0..1000);
        assert!((0..5).all(|step| drawn.iter().filter(|drawn| **drawn == step).count() > 150));
        assert_eq!(steps(&random, 500..600), drawn[500..600]);
    }

    #[test]
    fn a_random_walk_goes_step_by_step_and_begins_anew_in_each_cycle() {
        let track = track(128, Direction::RandomWalk);
        for cycle in -3..3 {
            let walked = steps(&track, cycle * 128..(cycle + 1) * 128);
            assert_eq!(walked[0], 0);
            for pair in walked.windows(2) {
                let apart = (i32::from(pair[0]) - i32::from(pair[1])).rem_euclid(128);
                assert!(apart == 1 || apart == 127, "{pair:?}");
            }
        }
        assert_ne!(steps(&track, 0..128), steps(&track, 128..256));
    }
}
