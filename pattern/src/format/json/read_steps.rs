//! From the steps of the file to steps.

use crate::document::{
    Articulation, ChanceGroup, Condition, Control, GateLength, Key, Lock, Locks, OutOfRange,
    Percent, Ratchet, Step, StepSize, Unknown, Velocity,
};
use crate::format::json::read::at;
use crate::format::json::{ReadError, file};
use crate::format::{LimitExceeded, Place};
use crate::limits::{NOTES_MAX, STEPS_MAX};
use crate::time::Ticks;

/// Puts what the file says of single steps into `steps`.
pub(super) fn fill_all(
    steps: &mut [Step],
    files: Vec<file::Step>,
    place: Place,
) -> Result<(), ReadError> {
    let count = steps.len();
    for file in files {
        let index = usize::try_from(file.step).ok().and_then(|number| number.checked_sub(1));
        let Some((index, step)) = index.and_then(|i| steps.get_mut(i).map(|step| (i, step))) else {
            #[allow(clippy::cast_precision_loss, reason = "only shown to a person")]
            let source =
                OutOfRange { what: "step", value: file.step as f64, min: 1.0, max: count as f64 };
            return Err(ReadError::Value { place, source });
        };
        fill(step, file, place.step(index))?;
    }
    Ok(())
}

pub(super) fn step_size(
    field: &'static str,
    text: &str,
    place: Place,
) -> Result<StepSize, ReadError> {
    let size = StepSize::parse(text).map_err(at(place))?;
    size.ok_or_else(|| ReadError::Text {
        place,
        field,
        found: text.to_owned(),
        expected: "\"1/16\" or \"1/12\"",
    })
}

/// Values by the names of their controls.
pub(super) fn locks(
    field: &'static str,
    values: file::Controls,
    place: Place,
) -> Result<Locks, ReadError> {
    let mut locks = Locks::NONE;
    for (name, value) in values {
        let control = Control::parse(&name).map_err(at(place))?.ok_or(ReadError::Text {
            place,
            field,
            found: name,
            expected: "\"cc74\", \"bend\", \"program\", \"tuning\", \"pressure\", \"brightness\" or \"pan\"",
        })?;
        let set = Lock::from_shown(control, value).and_then(|lock| locks.set(lock));
        set.map_err(at(place))?;
    }
    Ok(locks)
}

pub(super) fn gates(text: &str, place: Place) -> Result<Vec<Step>, ReadError> {
    let mut steps = Vec::new();
    for character in text.chars() {
        let is_on = match character {
            'x' => true,
            '.' => false,
            ' ' | '|' => continue,
            _ => {
                return Err(ReadError::Text {
                    place,
                    field: "gates",
                    found: text.chars().take(80).collect(),
                    expected: "\"x..x..x.\": x on, . off",
                });
            }
        };
        if steps.len() > STEPS_MAX {
            let count = text.chars().filter(|c| matches!(c, 'x' | '.')).count();
            LimitExceeded::check(place, "steps", count, STEPS_MAX)?;
        }
        steps.push(Step { is_on, ..Step::default() });
    }
    Ok(steps)
}

fn fill(step: &mut Step, file: file::Step, place: Place) -> Result<(), ReadError> {
    let wrong = at(place);
    LimitExceeded::check(place, "notes", file.notes.len(), NOTES_MAX)?;
    for number in file.notes {
        step.keys.push(Key::new(number).map_err(&wrong)?).map_err(&wrong)?;
    }
    if let Some(velocity) = file.velocity {
        step.velocity = Velocity::new(velocity).map_err(&wrong)?;
    }
    if let Some(gate) = file.gate {
        step.gate = GateLength::from_percent(gate).map_err(&wrong)?;
    }
    if let Some(chance) = file.chance {
        step.chance = Percent::new(chance).map_err(&wrong)?;
    }
    if let Some(ratchet) = file.ratchet {
        step.ratchet = Ratchet::new(ratchet).map_err(&wrong)?;
    }
    if let Some(percent) = file.span {
        step.ratchet = step.ratchet.with_span_percent(percent).map_err(&wrong)?;
    }
    if let Some(percent) = file.ramp {
        step.ratchet = step.ratchet.with_ramp_percent(percent).map_err(&wrong)?;
    }
    let text = |field, found: String, expected| ReadError::Text { place, field, found, expected };
    if let Some(name) = file.articulation {
        step.articulation = match name.as_str() {
            "tie" => Articulation::Tie,
            "slide" => Articulation::Slide,
            _ => return Err(text("articulation", name, "\"tie\" or \"slide\"")),
        };
    }
    if let Some(letter) = file.chance_group {
        let mut letters = letter.chars();
        let group = letters.next().filter(|_| letters.next().is_none());
        let group = group.and_then(ChanceGroup::from_letter);
        step.chance_group =
            Some(group.ok_or_else(|| text("chance_group", letter, "\"A\" to \"P\""))?);
    }
    if let Some(found) = file.condition {
        let condition = Condition::parse(&found).map_err(&wrong)?;
        let expected = "\"1:4\", \"FIRST\", \"FILL\", \"PRE\", \"NEI\" or \"NOT 1:4\"";
        step.condition = Some(condition.ok_or_else(|| text("condition", found, expected))?);
    }
    step.locks = locks("locks", file.locks, place)?;
    step.micro_timing = Ticks(file.micro);
    step.unknown = Unknown(file.unknown);
    Ok(())
}
