//! What is the same for all steps of one question, and what a step of a track is at a place.

use crate::dice;
use crate::document::{Lane, Pattern, Percent, Project, Property, Step, Track};
use crate::performance::Performance;
use crate::play::position::Position;
use crate::play::swing::SwingMap;
use crate::play::{chance, condition};
use crate::time::{Ticks, Window};

/// One question: a pattern under a performance.
pub(crate) struct Context<'a> {
    pub(crate) pattern: &'a Pattern,
    pub(crate) seed: u64,
    pub(crate) chance: Percent,
    pub(crate) transpose: i16,
    /// Where the pattern begins: song position 0, or where a slot of the song does. All ticks below this question are
    /// counted from here; only swing, which is anchored to the song, and chance groups ask for the rest.
    pub(crate) origin: Ticks,
    /// Nominal ticks of the pattern that may sound: all, or those of its slot.
    pub(crate) extent: Window,
    pub(crate) timing_percent: i64,
    pub(crate) velocity_percent: i64,
    pub(crate) is_fill: bool,
    pub(crate) swing: SwingMap,
}

/// A step of a track at a place: each property by itself, because each may come from a lane.
#[derive(Clone, Copy)]
pub(crate) struct Cell<'a> {
    pub(crate) position: Position,
    pub(crate) gate: &'a Step,
    pub(crate) notes: &'a Step,
    pub(crate) velocity: &'a Step,
    pub(crate) length: &'a Step,
    pub(crate) micro_timing: &'a Step,
    pub(crate) chance: &'a Step,
    pub(crate) condition: &'a Step,
    pub(crate) ratchet: &'a Step,
}

impl<'a> Cell<'a> {
    /// The cell at a position of a track; `None` for a track without steps.
    #[inline]
    pub(crate) fn at(track: &'a Track, position: Position) -> Option<Cell<'a>> {
        let step = track.steps.get(usize::from(position.step_index))?;
        let mut cell = Cell {
            position,
            gate: step,
            notes: step,
            velocity: step,
            length: step,
            micro_timing: step,
            chance: step,
            condition: step,
            ratchet: step,
        };
        for lane in &track.lanes {
            cell.take_from(lane);
        }
        Some(cell)
    }

    fn take_from(&mut self, lane: &'a Lane) {
        let length = i64::try_from(lane.steps.len()).unwrap_or(i64::MAX).max(1);
        let place = lane.step_size.place_at(self.position.nominal).rem_euclid(length);
        let Some(step) = usize::try_from(place).ok().and_then(|place| lane.steps.get(place)) else {
            return;
        };
        match lane.property {
            Property::Gate => self.gate = step,
            Property::Notes => self.notes = step,
            Property::Velocity => self.velocity = step,
            Property::Length => self.length = step,
            Property::MicroTiming => self.micro_timing = step,
            Property::Chance => self.chance = step,
            Property::Condition => self.condition = step,
            Property::Ratchet => self.ratchet = step,
        }
    }
}

impl<'a> Context<'a> {
    /// A pattern that begins at `origin`, of which the nominal ticks in `extent` may sound.
    pub(crate) fn new(
        project: &Project,
        performance: &Performance,
        pattern: &'a Pattern,
        origin: Ticks,
        extent: Window,
    ) -> Context<'a> {
        let more = performance.humanise.get();
        let stray = |own: Percent| i64::from(own.get().saturating_add(more).min(100));
        Context {
            pattern,
            seed: dice::combine_seed(project.seed, performance.seed),
            chance: performance.chance,
            transpose: i16::from(performance.transpose),
            origin,
            extent,
            timing_percent: stray(pattern.humanise.timing),
            velocity_percent: stray(pattern.humanise.velocity),
            is_fill: performance.is_fill,
            swing: SwingMap::new(pattern.swing, performance.swing, origin),
        }
    }

    /// The cell of a track at a place; `None` where there is no such track, or no step in it.
    #[inline]
    pub(crate) fn cell(&self, track_index: usize, place: i64) -> Option<Cell<'a>> {
        let track = self.pattern.tracks.get(track_index)?;
        Cell::at(track, Position::of(track, self.seed, place))
    }

    /// Whether condition and chance let a cell sound.
    #[inline]
    pub(crate) fn holds(&self, track_index: usize, cell: &Cell<'_>) -> bool {
        condition::holds(self, track_index, cell) && chance::holds(self, track_index, cell)
    }

    /// Whether a cell sounds, if its place is not taken by a tie: inside what the song has of the pattern, on, and let sound.
    #[inline]
    pub(crate) fn sounds(&self, track_index: usize, cell: &Cell<'_>) -> bool {
        self.extent.contains(cell.position.nominal)
            && cell.gate.is_on
            && self.holds(track_index, cell)
    }
}
