//! The steps of one track, character by character.

use crate::document::{
    Articulation, ChanceGroup, Condition, Control, GateLength, Key, Keys, Lock, Percent, Ratchet,
    Step, Velocity,
};
use crate::euclid;
use crate::format::notation::read::LineError;
use crate::format::notation::{ACCENT, GHOST, NotationErrorKind as Kind};
use crate::format::{LimitExceeded, Place, pitch};
use crate::limits::STEPS_MAX;
use crate::time::Ticks;

/// What steps may be made of.
#[derive(Clone, Copy)]
pub(super) struct Marks {
    /// The key of `x`, `X` and `o`.
    pub(super) key: Option<Key>,
    /// Whether the marks behind a step may stand without it, as in a lane.
    pub(super) may_stand_alone: bool,
    /// What a value without a name locks: the control of the lane.
    pub(super) control: Option<Control>,
}

/// Reads what stands behind the colon, which begins at byte `offset` of its line.
pub(super) fn read_cells(text: &str, offset: usize, marks: Marks) -> Result<Vec<Step>, LineError> {
    let Marks { key, may_stand_alone, control } = marks;
    let mut cells = Cells { text, at: 0, offset, key, control };
    let mut steps = Vec::new();
    while let Some(character) = cells.peek() {
        let place = cells.place();
        match character {
            ' ' | '\t' | '|' => cells.skip(1),
            'E' if cells.rest().starts_with("E(") => {
                let hits = cells.euclid()?;
                let modified = cells.modifiers(Step::default())?;
                steps.extend(hits.into_iter().map(|is_on| match is_on {
                    true => Step { is_on, ..modified.clone() },
                    false => Step::default(),
                }));
            }
            mark if may_stand_alone && MARKS.contains(mark) => {
                steps.push(cells.modifiers(Step::default())?);
            }
            _ => {
                let step = cells.step()?;
                steps.push(cells.modifiers(step)?);
            }
        }
        LimitExceeded::check(Place::DOCUMENT, "steps", steps.len(), STEPS_MAX)
            .map_err(|error| (place, error.into()))?;
    }
    Ok(steps)
}

/// What a step's marks begin with.
const MARKS: &str = "v=?*><(^%_/{";

struct Cells<'a> {
    text: &'a str,
    at: usize,
    offset: usize,
    key: Option<Key>,
    control: Option<Control>,
}

impl<'a> Cells<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// The place in the line, in bytes.
    fn place(&self) -> usize {
        self.offset + self.at
    }

    /// One step without what stands behind it.
    fn step(&mut self) -> Result<Step, LineError> {
        let place = self.place();
        let character = self.peek().unwrap_or(' ');
        let velocity = match character {
            '.' => {
                self.skip(1);
                return Ok(Step::default());
            }
            'x' => Velocity::default(),
            'X' => Velocity::saturating(ACCENT),
            'o' => Velocity::saturating(GHOST),
            _ => return self.chord(),
        };
        if self.key.is_none() {
            return Err((place, Kind::NoKey));
        }
        self.skip(1);
        Ok(Step { is_on: true, velocity, ..Step::default() })
    }

    fn chord(&mut self) -> Result<Step, LineError> {
        let mut keys = Keys::NONE;
        loop {
            let place = self.place();
            let character = self.peek().unwrap_or(' ');
            let Some((key, bytes)) = pitch::read(self.rest()) else {
                return Err((place, Kind::UnknownStep(character)));
            };
            keys.push(key).map_err(|error| (place, error.into()))?;
            self.skip(bytes);
            if self.peek() != Some('+') {
                return Ok(Step { is_on: true, keys, ..Step::default() });
            }
            self.skip(1);
        }
    }

    /// What stands behind a step, in any order.
    fn modifiers(&mut self, mut step: Step) -> Result<Step, LineError> {
        while let Some(mark) = self.peek() {
            let place = self.place();
            let here = |error: crate::document::OutOfRange| (place, Kind::from(error));
            match mark {
                'v' => step.velocity = Velocity::new(self.marked("v100")?).map_err(here)?,
                '=' => step.gate = GateLength::from_percent(self.marked("=50")?).map_err(here)?,
                '?' => {
                    step.chance = Percent::new(self.marked("?50")?).map_err(here)?;
                    let group = self.peek().filter(|c| c.is_ascii_uppercase());
                    // `?50X` is a chance and then an accent: groups end with P.
                    if let Some(group) = group.and_then(ChanceGroup::from_letter)
                        && !self.is_pitch_or_euclid()
                    {
                        step.chance_group = Some(group);
                        self.skip(1);
                    }
                }
                '*' => {
                    let hits = Ratchet::new(self.marked("*3")?).map_err(here)?;
                    let (span, ramp) = (step.ratchet.span_percent(), step.ratchet.ramp_percent());
                    step.ratchet = hits
                        .with_span_percent(i64::from(span))
                        .and_then(|ratchet| ratchet.with_ramp_percent(i64::from(ramp)))
                        .map_err(here)?;
                }
                '^' => {
                    let percent = self.marked("^200")?;
                    step.ratchet = step.ratchet.with_span_percent(percent).map_err(here)?;
                }
                '%' => {
                    let percent = self.marked_signed("%-50")?;
                    step.ratchet = step.ratchet.with_ramp_percent(percent).map_err(here)?;
                }
                '_' => {
                    step.articulation = Articulation::Tie;
                    self.skip(1);
                }
                '/' => {
                    step.articulation = Articulation::Slide;
                    self.skip(1);
                }
                '>' => step.micro_timing = Ticks(self.marked(">120")?),
                '<' => step.micro_timing = Ticks(-self.marked("<120")?),
                '(' => step.condition = Some(self.condition()?),
                '{' => self.locks(&mut step)?,
                _ => break,
            }
        }
        Ok(step)
    }

    /// The number behind a mark of one character.
    fn marked(&mut self, example: &'static str) -> Result<i64, LineError> {
        let place = self.place();
        self.skip(1);
        let rest = self.rest();
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let text = rest.get(..digits).unwrap_or("");
        let shown = self.text.get(self.at - 1..self.at + digits).unwrap_or("");
        // Nine digits are beyond every range here, and always fit.
        let value = text.get(..text.len().min(9)).unwrap_or("");
        let value = value
            .parse()
            .map_err(|_| (place, Kind::Expected { found: shown.to_owned(), expected: example }))?;
        self.skip(digits);
        Ok(value)
    }

    /// As [`Cells::marked`], with a minus before the number perhaps.
    fn marked_signed(&mut self, example: &'static str) -> Result<i64, LineError> {
        let is_negative = self.rest().get(1..).is_some_and(|rest| rest.starts_with('-'));
        if is_negative {
            self.skip(1);
        }
        self.marked(example).map(|value| if is_negative { -value } else { value })
    }

    /// Whether a note (`A3`) or a rhythm (`E(3,8)`) begins here.
    fn is_pitch_or_euclid(&self) -> bool {
        let is_euclid = || {
            let inside = self.rest().strip_prefix("E(").and_then(|rest| rest.split(')').next());
            inside.is_some_and(|inside| inside.contains(','))
        };
        pitch::read(self.rest()).is_some() || is_euclid()
    }

    fn condition(&mut self) -> Result<Condition, LineError> {
        let place = self.place();
        let inside = self.parenthesis("(1:4)")?;
        let condition = Condition::parse(inside).map_err(|error| (place, error.into()))?;
        condition.ok_or_else(|| {
            let expected = "(1:4), (FIRST), (FILL), (PRE), (NEI) or (NOT 1:4)";
            (place, Kind::Expected { found: inside.chars().take(40).collect(), expected })
        })
    }

    fn euclid(&mut self) -> Result<Vec<bool>, LineError> {
        let place = self.place();
        self.skip(1);
        if self.key.is_none() {
            return Err((place, Kind::NoKey));
        }
        let example = "E(3,8) or E(3,8,1)";
        let inside = self.parenthesis(example)?;
        let wrong = || (place, Kind::Expected { found: format!("E({inside})"), expected: example });
        let parts: Vec<i32> = inside
            .split(',')
            .map(|part| part.trim().parse().map_err(|_| wrong()))
            .collect::<Result<_, _>>()?;
        let (pulses, steps, rotation) = match parts.as_slice() {
            [pulses, steps] => (*pulses, *steps, 0),
            [pulses, steps, rotation] => (*pulses, *steps, *rotation),
            _ => return Err(wrong()),
        };
        let size = |value: i32| usize::try_from(value).map_err(|_| wrong());
        let (pulses, steps) = (size(pulses)?, size(steps)?);
        LimitExceeded::check(Place::DOCUMENT, "steps", steps, STEPS_MAX)
            .map_err(|error| (place, error.into()))?;
        Ok(euclid::rhythm(pulses, steps, rotation))
    }

    /// `{cc74=90,bend=-200}`, or in a lane of locks `{90}`.
    fn locks(&mut self, step: &mut Step) -> Result<(), LineError> {
        const EXAMPLE: &str = "{cc74=90} or {bend=-2000,pan=20}";
        let place = self.place();
        let inside = self.between('}', EXAMPLE)?;
        let wrong = |found: &str| {
            let found = found.chars().take(40).collect();
            (place, Kind::Expected { found, expected: EXAMPLE })
        };
        for part in inside.split(',').map(str::trim) {
            let (control, value) = match (part.split_once('='), self.control) {
                (Some((name, value)), _) => {
                    let control = Control::parse(name.trim()).map_err(|e| (place, e.into()))?;
                    (control.ok_or_else(|| wrong(part))?, value.trim())
                }
                (None, Some(control)) => (control, part),
                (None, None) => return Err(wrong(part)),
            };
            let value: i64 = value.parse().map_err(|_| wrong(part))?;
            let set = Lock::from_shown(control, value).and_then(|lock| step.locks.set(lock));
            set.map_err(|error| (place, error.into()))?;
        }
        Ok(())
    }

    fn parenthesis(&mut self, example: &'static str) -> Result<&'a str, LineError> {
        self.between(')', example)
    }

    /// What stands between the opening bracket here and the next closing one.
    fn between(&mut self, close: char, example: &'static str) -> Result<&'a str, LineError> {
        let place = self.place();
        let rest = self.rest();
        let end = rest.find(close).ok_or_else(|| {
            let found = rest.chars().take(12).collect();
            (place, Kind::Expected { found, expected: example })
        })?;
        self.skip(end + 1);
        Ok(rest.get(1..end).unwrap_or(""))
    }
}
