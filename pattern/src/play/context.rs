//! What is the same for all steps of one question, and what a step of a track is at a place.

use crate::dice;
use crate::document::{Control, Lane, Pattern, Percent, Project, Property, Step, Track};
use crate::performance::{Mutes, Performance};
use crate::play::groove::Feel;
use crate::play::position::Position;
use crate::play::{chance, condition};
use crate::time::{Tick, Ticks, Window};

/// One question: a pattern under a performance.
pub(crate) struct Context<'a> {
    pub(crate) pattern: &'a Pattern,
    /// Its place in the project.
    pub(crate) pattern_index: u8,
    pub(crate) seed: u64,
    pub(crate) performance: &'a Performance,
    pub(crate) chance: Percent,
    pub(crate) transpose: i16,
    /// Where the pattern begins: song position 0, or where a slot of the song does. All ticks below this question are
    /// counted from here; only swing, which is anchored to the song, and chance groups ask for the rest.
    pub(crate) origin: Ticks,
    /// Nominal ticks of the pattern that may sound: all, or those of its slot.
    pub(crate) extent: Window,
    /// What plays after it, if anything does.
    pub(crate) after: Option<(&'a Pattern, Mutes)>,
    pub(crate) timing_percent: i64,
    pub(crate) velocity_percent: i64,
    pub(crate) is_fill: bool,
    pub(crate) feel: Feel<'a>,
}

/// From where to where a pattern plays: for ever, or as long as its slot of the song.
#[derive(Clone, Copy)]
pub(crate) struct Stay<'a> {
    /// Song position of its tick 0.
    pub(crate) origin: Ticks,
    /// Its nominal ticks that may sound.
    pub(crate) extent: Window,
    /// The pattern that plays next, and its muted tracks.
    pub(crate) after: Option<(&'a Pattern, Mutes)>,
}

impl Stay<'_> {
    pub(crate) const FOR_EVER: Stay<'static> = Stay {
        origin: Ticks(0),
        extent: Window { start: Tick(i64::MIN), end: Tick(i64::MAX) },
        after: None,
    };
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
    pub(crate) locks: &'a Step,
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
            locks: step,
        };
        for lane in &track.lanes {
            cell.take_from(lane);
        }
        Some(cell)
    }

    fn take_from(&mut self, lane: &'a Lane) {
        let Some(step) = lane.step_at(self.position.nominal) else { return };
        match lane.property {
            Property::Gate => self.gate = step,
            Property::Notes => self.notes = step,
            Property::Velocity => self.velocity = step,
            Property::Length => self.length = step,
            Property::MicroTiming => self.micro_timing = step,
            Property::Chance => self.chance = step,
            Property::Condition => self.condition = step,
            Property::Ratchet => self.ratchet = step,
            // Each control may have a lane; they are asked where locks are played.
            Property::Lock(_) => {}
        }
    }
}

impl<'a> Context<'a> {
    /// A pattern while it stays.
    pub(crate) fn new(
        project: &Project,
        performance: &'a Performance,
        pattern: &'a Pattern,
        stay: Stay<'a>,
    ) -> Context<'a> {
        let Stay { origin, extent, after } = stay;
        let more = performance.humanise.get();
        let stray = |own: Percent| i64::from(own.get().saturating_add(more).min(100));
        Context {
            pattern,
            pattern_index: performance.pattern.0,
            seed: dice::combine_seed(project.seed, performance.seed),
            performance,
            chance: performance.chance,
            transpose: i16::from(performance.transpose),
            origin,
            extent,
            after,
            timing_percent: stray(pattern.humanise.timing),
            velocity_percent: stray(pattern.humanise.velocity),
            is_fill: performance.is_fill,
            feel: Feel::new(pattern, performance.swing, origin),
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

    /// Whether what plays after this pattern sets the same control of the same channel.
    pub(crate) fn is_set_after(&self, track: &Track, control: Control) -> bool {
        let Some((pattern, mutes)) = self.after else { return false };
        // Its mutes are its own; the levels are the same in all slots.
        let is_muted =
            |index| mutes.contains(index) || self.performance.velocity_percent(index) == 0;
        let (port, channel) = (track.destination.port, track.destination.channel);
        pattern.tracks.iter().enumerate().any(|(index, other)| {
            !is_muted(index)
                && (other.destination.port, other.destination.channel) == (port, channel)
                && other.base.get(control).is_some()
        })
    }

    /// Whether a cell sounds, if its place is not taken by a tie: inside what the song has of the pattern, on, and let sound.
    #[inline]
    pub(crate) fn sounds(&self, track_index: usize, cell: &Cell<'_>) -> bool {
        self.extent.contains(cell.position.nominal)
            && cell.gate.is_on
            && self.holds(track_index, cell)
    }
}
