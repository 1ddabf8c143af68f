//! One voice of a pattern: where its notes go, and the clock that its steps follow.

use std::fmt;

use crate::document::lane::{Lane, Property};
use crate::document::lock::{Control, Lock, Locks};
use crate::document::step::{Articulation, Step};
use crate::document::value::{Channel, Key, OutOfRange, Percent, Port, Program, fraction};
use crate::limits::{DELAY_MS_MAX, STEP_SIZE_TERM_MAX};
use crate::time::{PPQ, Tick, mul_div_floor};

/// The stable name of a track inside a project. Dice are thrown by it, so moving or renaming a track keeps its dice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrackId(pub u32);

/// One voice of a pattern.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Track {
    /// Stable, and different from that of every other track of the pattern.
    pub id: TrackId,
    /// What people call it.
    pub name: String,
    /// Where its notes go.
    pub destination: Destination,
    /// The controls that its steps may lock, each with the value that unlocked steps restore; its program among them, where
    /// it has one. A lock of another control does nothing.
    pub base: Locks,
    /// How much later its notes sound, added by whoever plays.
    pub delay: Delay,
    /// How long a step is.
    pub step_size: StepSize,
    /// In which order the steps are played.
    pub direction: Direction,
    /// How many steps the start is moved into the track; any number, taken modulo the length.
    pub rotation: i32,
    /// Properties that run in loops of their own, each at most once.
    pub lanes: Vec<Lane>,
    /// The steps, 1 to 128 of them; their number is the length of the track.
    pub steps: Vec<Step>,
    /// Fields of the file that this version does not know.
    pub unknown: crate::document::Unknown,
}

impl Track {
    /// The sound that its channel is set to; `None`: the channel's own.
    #[must_use]
    pub fn program(&self) -> Option<Program> {
        let lock = self.base.get(Control::Program)?;
        u8::try_from(lock.value()).ok().map(Program::saturating)
    }

    /// A control that a step or a lane locks and that has no base value.
    #[must_use]
    pub fn control_without_base(&self) -> Option<Control> {
        let in_lanes = self.lanes.iter().filter_map(|lane| match lane.property {
            Property::Lock(control) => Some(control),
            _ => None,
        });
        let in_steps = self.steps.iter().flat_map(|step| step.locks.iter()).map(Lock::control);
        in_lanes.chain(in_steps).find(|control| self.base.get(*control).is_none())
    }

    /// Gives a base value to every control that a step or a lane locks and that has none: that of an instrument which was
    /// just switched on.
    ///
    /// # Errors
    /// [`OutOfRange`] when they are more than sixteen.
    pub fn complete_base(&mut self) -> Result<(), OutOfRange> {
        while let Some(control) = self.control_without_base() {
            self.base.set(Lock::default_base(control))?;
        }
        Ok(())
    }

    /// How many steps are played until the track begins anew; at least 1.
    #[inline]
    #[must_use]
    pub fn cycle_places(&self) -> i64 {
        let length = i64::try_from(self.steps.len()).unwrap_or(i64::MAX).max(1);
        match self.direction {
            // The two ends sound once each: 1 2 3 4 3 2.
            Direction::PingPong => (2 * length - 2).max(1),
            _ => length,
        }
    }

    /// Whether each step is for certain on and tied into the next: none has an onset then, but the first of a song's slot.
    /// Lanes make it uncertain.
    #[must_use]
    pub fn is_tied_throughout(&self) -> bool {
        let is_tied = |step: &Step| {
            step.is_on
                && step.articulation == Articulation::Tie
                && step.chance == Percent::MAX
                && step.condition.is_none()
        };
        self.lanes.is_empty() && !self.steps.is_empty() && self.steps.iter().all(is_tied)
    }
}

/// In which order the steps of a track are played. All go by position, so a jump finds the same step as playing on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// 1 2 3 4.
    #[default]
    Forward,
    /// 4 3 2 1.
    Backward,
    /// 1 2 3 4 3 2.
    PingPong,
    /// A step is drawn for each place.
    Random,
    /// From the first step, a step up or down at each place; anew in each cycle.
    RandomWalk,
}

impl Direction {
    /// All of them.
    pub const ALL: [Direction; 5] = [
        Direction::Forward,
        Direction::Backward,
        Direction::PingPong,
        Direction::Random,
        Direction::RandomWalk,
    ];

    /// The name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Direction::Forward => "forward",
            Direction::Backward => "backward",
            Direction::PingPong => "ping-pong",
            Direction::Random => "random",
            Direction::RandomWalk => "walk",
        }
    }

    /// The direction of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Direction> {
        Direction::ALL.into_iter().find(|direction| direction.name() == name)
    }
}

/// How much later the notes of a track sound, in tenths of a millisecond: -1000 to 1000 ms. Below 0 they come early.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Delay(i16);

impl Delay {
    /// From milliseconds, rounded to a tenth.
    ///
    /// # Errors
    /// [`OutOfRange`] beyond a second either way.
    pub fn from_ms(ms: f64) -> Result<Delay, OutOfRange> {
        OutOfRange::check("delay in ms", ms, -DELAY_MS_MAX, DELAY_MS_MAX)?;
        #[allow(clippy::cast_possible_truncation, reason = "checked above")]
        Ok(Delay((ms * 10.0).round() as i16))
    }

    /// Milliseconds.
    #[must_use]
    pub fn ms(self) -> f64 {
        f64::from(self.0) / 10.0
    }
}

/// Where the notes of a track go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The output, for live playing.
    pub port: Port,
    /// The MIDI channel.
    pub channel: Channel,
    /// The key of steps that name none: a drum. `None`: a melodic track, which transposition moves.
    pub key: Option<Key>,
}

impl Default for Destination {
    fn default() -> Destination {
        Destination { port: Port::MIN, channel: Channel::MIN, key: None }
    }
}

/// How long a step is: a fraction of a whole note, as musicians write it: 1/16, 1/12 (an eighth triplet), 3/32 (dotted).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StepSize {
    numerator: u16,
    denominator: u16,
}

impl StepSize {
    /// A sixteenth.
    pub const SIXTEENTH: StepSize = StepSize { numerator: 1, denominator: 16 };

    /// `numerator / denominator` of a whole note, each `1..=128`, kept as written.
    ///
    /// # Errors
    /// [`OutOfRange`] with the range.
    pub fn new(numerator: i64, denominator: i64) -> Result<StepSize, OutOfRange> {
        let check = |what, value: i64| match u16::try_from(value) {
            Ok(term) if (1..=STEP_SIZE_TERM_MAX).contains(&term) => Ok(term),
            _ => Err(OutOfRange {
                what,
                #[allow(clippy::cast_precision_loss, reason = "only shown to a person")]
                value: value as f64,
                min: 1.0,
                max: f64::from(STEP_SIZE_TERM_MAX),
            }),
        };
        Ok(StepSize {
            numerator: check("upper part of a step size", numerator)?,
            denominator: check("lower part of a step size", denominator)?,
        })
    }

    /// The step size that `text` says: `1/16`. `None` where it says none.
    ///
    /// # Errors
    /// [`OutOfRange`] for one out of range.
    pub fn parse(text: &str) -> Result<Option<StepSize>, OutOfRange> {
        fraction(text).map(|(above, below)| StepSize::new(above, below)).transpose()
    }

    /// The part above the line.
    #[must_use]
    pub fn numerator(self) -> u16 {
        self.numerator
    }

    /// The part below the line.
    #[must_use]
    pub fn denominator(self) -> u16 {
        self.denominator
    }

    /// The nominal onset of the place `place` steps from song position 0: `floor(place · 4 PPQ · n / d)`.
    ///
    /// Multiplied before divided, so that a thousand steps of a size that is no whole number of ticks do not drift.
    #[inline]
    #[must_use]
    pub fn tick_of(self, place: i64) -> Tick {
        let whole_note = 4 * PPQ * i64::from(self.numerator);
        Tick(mul_div_floor(place, whole_note, i64::from(self.denominator)))
    }

    /// The last place whose nominal onset is not after `tick`.
    ///
    /// `place_at(tick_of(p)) == p` and `place_at(tick_of(p) - 1) == p - 1`.
    #[inline]
    #[must_use]
    pub fn place_at(self, tick: Tick) -> i64 {
        // floor(p·w/d) <= t  ⇔  p·w/d < t + 1  ⇔  p < (t + 1)·d/w  ⇔  p <= ceil((t + 1)·d/w) - 1.
        let whole_note = 4 * PPQ * i64::from(self.numerator);
        -mul_div_floor(-(tick.0.saturating_add(1)), i64::from(self.denominator), whole_note) - 1
    }

    /// The length of a step rounded up to whole ticks; at least 1.
    #[inline]
    #[must_use]
    pub fn ticks_ceil(self) -> i64 {
        let whole_note = 4 * PPQ * i64::from(self.numerator);
        (whole_note + i64::from(self.denominator) - 1) / i64::from(self.denominator)
    }
}

impl Default for StepSize {
    fn default() -> StepSize {
        StepSize::SIXTEENTH
    }
}

impl fmt::Display for StepSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_ticks_answer_each_other() {
        for (numerator, denominator) in
            [(1, 16), (1, 12), (3, 32), (1, 128), (5, 11), (128, 1), (7, 127)]
        {
            let size = StepSize::new(numerator, denominator).unwrap();
            for place in -300..300 {
                let tick = size.tick_of(place);
                assert_eq!(size.place_at(tick), place, "{size} at {place}");
                assert_eq!(size.place_at(Tick(tick.0 - 1)), place - 1, "{size} before {place}");
            }
        }
        assert_eq!(StepSize::SIXTEENTH.tick_of(3), Tick(15120));
        assert_eq!(StepSize::new(1, 12).unwrap().tick_of(3), Tick(20160));
    }

    #[test]
    fn a_step_size_that_is_no_whole_tick_does_not_drift() {
        let eleventh = StepSize::new(1, 11).unwrap();
        assert_eq!(eleventh.tick_of(11 * 1000), Tick(4 * PPQ * 1000));
    }
}
