//! One cell of a track, and the rules that say whether and how it sounds.

use std::fmt;

use crate::document::condition::Condition;
use crate::document::lock::Locks;
use crate::document::value::{ChanceGroup, Key, OutOfRange, Percent, Velocity};
use crate::limits::{
    GATE_PERCENT_MAX, GATE_PERCENT_MIN, NOTES_MAX, RATCHET_MAX, RATCHET_SPAN_PERCENT,
};
use crate::time::Ticks;

/// One cell of a track.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// Whether the step sounds. A step that is off keeps everything else.
    pub is_on: bool,
    /// The keys that sound together; empty: the key of the track.
    pub keys: Keys,
    /// How strong.
    pub velocity: Velocity,
    /// How long, as a share of the step.
    pub gate: GateLength,
    /// How it goes over into the next step.
    pub articulation: Articulation,
    /// Shift of the onset, at most a step either way. Applied before swing.
    pub micro_timing: Ticks,
    /// How often it sounds.
    pub chance: Percent,
    /// Steps of one group that fall on one tick throw one die together, whichever track they are on.
    pub chance_group: Option<ChanceGroup>,
    /// In which cycles it sounds; `None`: in all.
    pub condition: Option<Condition>,
    /// Repeats inside the step.
    pub ratchet: Ratchet,
    /// What it sets beside its notes, of the controls that the track has base values for.
    pub locks: Locks,
    /// Fields of the file that this version does not know.
    pub unknown: crate::document::Unknown,
}

/// Up to sixteen keys, in the order in which they were written, each once.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Keys {
    count: u8,
    keys: [u8; NOTES_MAX],
}

impl Keys {
    /// No key: the step takes the track's.
    pub const NONE: Keys = Keys { count: 0, keys: [0; NOTES_MAX] };

    /// One key.
    #[must_use]
    pub fn one(key: Key) -> Keys {
        let mut keys = Keys::NONE;
        keys.keys[0] = key.get();
        keys.count = 1;
        keys
    }

    /// These keys; one that is named twice counts once.
    ///
    /// # Errors
    /// [`OutOfRange`] when there are more than sixteen.
    pub fn from_slice(slice: &[Key]) -> Result<Keys, OutOfRange> {
        let mut keys = Keys::NONE;
        for key in slice {
            keys.push(*key)?;
        }
        Ok(keys)
    }

    /// Adds a key; one that is there already stays as it is.
    ///
    /// # Errors
    /// [`OutOfRange`] when sixteen are there.
    pub fn push(&mut self, key: Key) -> Result<(), OutOfRange> {
        if self.iter().any(|present| present == key) {
            return Ok(());
        }
        let Some(place) = self.keys.get_mut(usize::from(self.count)) else {
            let max = f64::from(u8::try_from(NOTES_MAX).unwrap_or(u8::MAX));
            return Err(OutOfRange {
                what: "number of notes in a step",
                value: max + 1.0,
                min: 0.0,
                max,
            });
        };
        *place = key.get();
        self.count += 1;
        Ok(())
    }

    /// The keys in their order.
    #[inline]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Key> + '_ {
        self.keys.iter().take(usize::from(self.count)).map(|key| Key::saturating(*key))
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::from(self.count)
    }

    /// Whether there is none, so that the track's key sounds.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(Key::get)).finish()
    }
}

/// How long a note is held: percent of a step, `5..=12800`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GateLength(u16);

impl GateLength {
    /// A length in percent of a step.
    ///
    /// # Errors
    /// [`OutOfRange`] with the range.
    pub fn from_percent(percent: i64) -> Result<GateLength, OutOfRange> {
        match u16::try_from(percent) {
            Ok(value) if (GATE_PERCENT_MIN..=GATE_PERCENT_MAX).contains(&value) => {
                Ok(GateLength(value))
            }
            _ => Err(OutOfRange {
                what: "gate length in percent",
                #[allow(clippy::cast_precision_loss, reason = "only shown to a person")]
                value: percent as f64,
                min: f64::from(GATE_PERCENT_MIN),
                max: f64::from(GATE_PERCENT_MAX),
            }),
        }
    }

    /// Percent of a step.
    #[must_use]
    pub const fn percent(self) -> u16 {
        self.0
    }
}

impl Default for GateLength {
    /// Half a step.
    fn default() -> GateLength {
        GateLength(50)
    }
}

/// How a step goes over into the next one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Articulation {
    /// It ends by its gate length.
    #[default]
    Gate,
    /// It sounds on into the next step, which has no onset of its own; where the next one does not sound, to its start.
    Tie,
    /// It overlaps the onset of the next step by a tick, for the legato of a synthesiser; where the next one does not
    /// sound, it ends by its gate length.
    Slide,
}

/// Repeats of a step: `1..=16` evenly spaced hits over a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ratchet {
    hits: u8,
    span_percent: u16,
    ramp_percent: i8,
}

impl Ratchet {
    /// So many hits.
    ///
    /// # Errors
    /// [`OutOfRange`] with the range.
    pub fn new(hits: i64) -> Result<Ratchet, OutOfRange> {
        match u8::try_from(hits) {
            Ok(hits) if (1..=RATCHET_MAX).contains(&hits) => {
                Ok(Ratchet { hits, ..Ratchet::default() })
            }
            _ => Err(OutOfRange {
                what: "ratchet",
                #[allow(clippy::cast_precision_loss, reason = "only shown to a person")]
                value: hits as f64,
                min: 1.0,
                max: f64::from(RATCHET_MAX),
            }),
        }
    }

    /// How many hits.
    #[must_use]
    pub const fn hits(self) -> u8 {
        self.hits
    }

    /// The same over another span, in percent of the step: `5..=1600`.
    ///
    /// # Errors
    /// [`OutOfRange`] with the range.
    pub fn with_span_percent(self, percent: i64) -> Result<Ratchet, OutOfRange> {
        match u16::try_from(percent) {
            Ok(span_percent) if RATCHET_SPAN_PERCENT.contains(&span_percent) => {
                Ok(Ratchet { span_percent, ..self })
            }
            _ => Err(OutOfRange {
                what: "span of a ratchet in percent",
                #[allow(clippy::cast_precision_loss, reason = "only shown to a person")]
                value: percent as f64,
                min: f64::from(*RATCHET_SPAN_PERCENT.start()),
                max: f64::from(*RATCHET_SPAN_PERCENT.end()),
            }),
        }
    }

    /// The same with a ramp of velocity, in percent: `-100..=100`. At -50 the hits fall to half the step's velocity, at 50
    /// they rise from half of it; none is ever stronger than the step.
    ///
    /// # Errors
    /// [`OutOfRange`] with the range.
    pub fn with_ramp_percent(self, percent: i64) -> Result<Ratchet, OutOfRange> {
        match i8::try_from(percent) {
            Ok(ramp_percent) if (-100..=100).contains(&ramp_percent) => {
                Ok(Ratchet { ramp_percent, ..self })
            }
            _ => Err(OutOfRange {
                what: "ramp of a ratchet in percent",
                #[allow(clippy::cast_precision_loss, reason = "only shown to a person")]
                value: percent as f64,
                min: -100.0,
                max: 100.0,
            }),
        }
    }

    /// Over how much of the step the hits are spread, in percent.
    #[must_use]
    pub const fn span_percent(self) -> u16 {
        self.span_percent
    }

    /// How velocity changes from hit to hit, in percent.
    #[must_use]
    pub const fn ramp_percent(self) -> i8 {
        self.ramp_percent
    }
}

impl Default for Ratchet {
    /// One hit: no repeat.
    fn default() -> Ratchet {
        Ratchet { hits: 1, span_percent: 100, ramp_percent: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chord_holds_sixteen_keys_and_each_once() {
        let mut keys = Keys::NONE;
        for number in 0..16 {
            keys.push(Key::new(number).unwrap()).unwrap();
            keys.push(Key::new(number).unwrap()).unwrap();
        }
        assert_eq!(keys.len(), 16);
        let error = keys.push(Key::new(16).unwrap()).unwrap_err();
        assert_eq!(error.to_string(), "number of notes in a step 17 is outside 0 to 16");
    }
}
