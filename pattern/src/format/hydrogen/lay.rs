//! Notes of one instrument laid onto steps.

use crate::document::{GateLength, Key, Keys, Percent, Step, StepSize, Velocity};
use crate::format::hydrogen::TICKS;
use crate::limits::STEPS_MAX;
use crate::time::Ticks;

/// A note, in our terms but for its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hit {
    /// In Hydrogen's ticks, inside the pattern.
    pub(super) position: i64,
    /// In our ticks.
    pub(super) shift: i64,
    pub(super) velocity: Velocity,
    /// In Hydrogen's ticks.
    pub(super) length: Option<i64>,
    pub(super) chance: Percent,
    pub(super) key: Key,
}

/// So many steps of one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grid {
    /// The part of a whole note that a step is: one of so many.
    denominator: i64,
    pub(super) count: usize,
    /// Whether the steps together are longer than the pattern.
    pub(super) is_longer: bool,
}

/// Hydrogen's ticks in a whole note.
const WHOLE_NOTE: i64 = 192;
/// By preference: a sixteenth as long as it does, then what is coarser before what is finer; what is coarser than a
/// sixteenth only where a track would be too long.
const DENOMINATORS: [i64; 11] = [16, 12, 24, 32, 48, 64, 96, 8, 4, 2, 1];

impl Grid {
    /// The first size on which all `hits` fall and that divides the pattern; else one with micro-timing. `None` if the
    /// pattern is longer than 128 whole notes.
    pub(super) fn of(hits: &[Hit], size: i64) -> Option<Grid> {
        let grids = DENOMINATORS.map(|denominator| {
            let step = WHOLE_NOTE / denominator;
            let count = usize::try_from(-(-size).div_euclid(step)).unwrap_or(usize::MAX);
            Grid { denominator, count, is_longer: size % step != 0 }
        });
        let fits = |grid: &&Grid| (1..=STEPS_MAX).contains(&grid.count);
        let divides = |grid: &&Grid| fits(grid) && !grid.is_longer;
        let holds = |grid: &&Grid| divides(grid) && hits.iter().all(|hit| grid.has(hit));
        grids
            .iter()
            .find(holds)
            .or_else(|| grids.iter().find(divides))
            .or_else(|| grids.iter().find(fits))
            .copied()
    }

    /// Hydrogen's ticks in a step.
    fn ticks(&self) -> i64 {
        WHOLE_NOTE / self.denominator
    }

    pub(super) fn step_size(&self) -> StepSize {
        StepSize::new(1, self.denominator).unwrap_or_default()
    }

    /// Whether a hit stands on a step, no further away than micro-timing reaches.
    fn has(&self, hit: &Hit) -> bool {
        hit.position % self.ticks() == 0 && hit.shift.abs() <= self.ticks() * TICKS
    }

    /// The step of a hit: its own, else the nearest, halves down. No hit goes round the end.
    fn step_of(&self, hit: &Hit) -> usize {
        let step = self.ticks() * TICKS;
        let onset = if self.has(hit) { 0 } else { hit.shift } + hit.position * TICKS;
        let nearest = (2 * onset + step - 1).div_euclid(2 * step);
        usize::try_from(nearest).unwrap_or(0).min(self.count - 1)
    }

    /// The steps of as many tracks as it takes: hits that fall into one step and are no chord lie in several.
    ///
    /// `hits` are sorted, and none is there twice. `own` is the key of the track.
    ///
    /// # Errors
    /// How many tracks it takes, where that is more than `room`.
    pub(super) fn lay(&self, hits: &[Hit], own: Key, room: usize) -> Result<Vec<Vec<Step>>, usize> {
        let mut stacks: Vec<Vec<(Hit, Keys)>> = vec![Vec::new(); self.count];
        for hit in hits {
            let Some(stack) = stacks.get_mut(self.step_of(hit)) else { continue };
            match stack.last_mut() {
                Some((first, keys)) if Hit { key: first.key, ..*hit } == *first => {
                    if keys.push(hit.key).is_err() {
                        stack.push((*hit, Keys::one(hit.key)));
                    }
                }
                _ => stack.push((*hit, Keys::one(hit.key))),
            }
        }
        let depth = stacks.iter().map(Vec::len).max().unwrap_or(0);
        if depth > room {
            return Err(depth);
        }
        let mut tracks = vec![vec![Step::default(); self.count]; depth];
        for (index, stack) in stacks.into_iter().enumerate() {
            for (track, (hit, keys)) in tracks.iter_mut().zip(stack) {
                if let Some(step) = track.get_mut(index) {
                    *step = self.step(index, hit, keys, own);
                }
            }
        }
        Ok(tracks)
    }

    fn step(&self, index: usize, hit: Hit, keys: Keys, own: Key) -> Step {
        let is_own = keys.len() == 1 && keys.iter().all(|key| key == own);
        let nominal = i64::try_from(index).unwrap_or(0) * self.ticks();
        let gate = |length: i64| {
            // Halves up, inside our range.
            let percent = (200 * length + self.ticks()).div_euclid(2 * self.ticks());
            GateLength::from_percent(percent.clamp(5, 12_800)).unwrap_or_default()
        };
        Step {
            is_on: true,
            keys: if is_own { Keys::NONE } else { keys },
            velocity: hit.velocity,
            gate: hit.length.map_or(GateLength::default(), gate),
            micro_timing: Ticks((hit.position - nominal) * TICKS + hit.shift),
            chance: hit.chance,
            ..Step::default()
        }
    }
}
