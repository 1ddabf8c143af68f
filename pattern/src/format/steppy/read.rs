//! From the list of steps to tracks.

use crate::document::{
    Channel, Destination, GateLength, Key, Keys, Pattern, Project, Step, Track, TrackId, Velocity,
};
use crate::format::steppy::file::{Entry, Field, List, Step as FileStep};
use crate::format::steppy::{BYTES_MAX, STEP_SIZE, SteppyError, without_mark};
use crate::format::{LimitExceeded, Place, Warning};
use crate::limits::{GATE_PERCENT_MAX, GATE_PERCENT_MIN, STEPS_MAX};

/// Reads a StepPy file: one pattern, with a track for each channel that is used, all of one length.
///
/// # Errors
/// [`SteppyError`] when it is no list of 1 to 128 steps.
pub fn read(bytes: &[u8]) -> Result<(Project, Vec<Warning>), SteppyError> {
    if bytes.len() > BYTES_MAX {
        return Err(SteppyError::TooLarge { bytes: bytes.len(), max: BYTES_MAX });
    }
    let list: List = serde_json::from_slice(without_mark(bytes)).map_err(syntax)?;
    let place = Place::pattern(0);
    LimitExceeded::check(place, "steps", list.count, STEPS_MAX)?;
    if list.count == 0 {
        return Err(SteppyError::NoSteps);
    }
    let mut warnings = Vec::new();
    let steps: Vec<Option<(Channel, Step)>> = list
        .steps
        .iter()
        .enumerate()
        .map(|(index, entry)| {
            let mut warn = |text: String| {
                warnings.push(Warning { place: place.step(index), text });
            };
            match entry {
                Entry::Step(step) => note(step, &mut warn),
                Entry::Other => {
                    warn("no object, so it is taken as an empty step".to_owned());
                    None
                }
            }
        })
        .collect();
    Ok((Project { patterns: vec![pattern(&steps)], ..Project::default() }, warnings))
}

fn syntax(error: serde_json::Error) -> SteppyError {
    // The parser repeats the place at the end of its sentence; ours stands in front.
    let whole = error.to_string();
    let message = whole.split(" at line ").next().unwrap_or(&whole).to_owned();
    SteppyError::Syntax { line: error.line(), column: error.column(), message }
}

/// A line of steps becomes a track for each of its channels; a line without notes becomes one silent track.
fn pattern(steps: &[Option<(Channel, Step)>]) -> Pattern {
    let mut channels: Vec<Channel> = steps.iter().flatten().map(|(channel, _)| *channel).collect();
    channels.sort_unstable();
    channels.dedup();
    if channels.is_empty() {
        channels.push(Channel::MIN);
    }
    let is_alone = channels.len() == 1;
    let track = |(id, channel): (u32, Channel)| {
        let number = channel.get() + 1;
        let of_channel = |step: &Option<(Channel, Step)>| match step {
            Some((its, step)) if *its == channel => step.clone(),
            _ => Step::default(),
        };
        Track {
            id: TrackId(id),
            name: if is_alone { "StepPy".to_owned() } else { format!("Channel {number}") },
            destination: Destination { channel, ..Destination::default() },
            step_size: STEP_SIZE,
            steps: steps.iter().map(of_channel).collect(),
            ..Track::default()
        }
    };
    Pattern { tracks: (1..).zip(channels).map(track).collect(), ..Pattern::default() }
}

/// What a step holds; `None` if it has no note.
fn note(file: &FileStep, warn: &mut impl FnMut(String)) -> Option<(Channel, Step)> {
    let is_on = truth("on", file.on, warn);
    if !truth("note", file.note, warn) {
        return None;
    }
    let number = match file.numeric_note {
        Field::Number(number) => number,
        _ => {
            warn("no numeric_note, so the step is taken as empty".to_owned());
            return None;
        }
    };
    let Some(key) = whole(number).and_then(|number| Key::new(number).ok()) else {
        warn(format!("numeric_note {number} is outside 0 to 127; the step is taken as empty"));
        return None;
    };
    let channel = match file.channel {
        Field::Absent => Channel::MIN,
        Field::Number(number) => {
            whole(number).and_then(|c| Channel::new(c).ok()).unwrap_or_else(|| {
                warn(format!("channel {number} is outside 0 to 15; channel 0 is taken"));
                Channel::MIN
            })
        }
        _ => {
            warn("channel is no number; channel 0 is taken".to_owned());
            Channel::MIN
        }
    };
    let step = Step {
        is_on,
        keys: Keys::one(key),
        velocity: velocity(file.velocity, warn),
        gate: gate(file.duration, warn),
        ..Step::default()
    };
    Some((channel, step))
}

fn truth(name: &str, field: Field, warn: &mut impl FnMut(String)) -> bool {
    match field {
        Field::Bool(value) => value,
        Field::Number(number) => number != 0.0,
        Field::Absent => false,
        Field::Other => {
            warn(format!("{name} is neither true nor false; false is taken"));
            false
        }
    }
}

fn velocity(field: Field, warn: &mut impl FnMut(String)) -> Velocity {
    let Field::Number(number) = field else {
        let velocity = Velocity::default();
        warn(format!("no velocity; {velocity} is taken"));
        return velocity;
    };
    let held = number.clamp(1.0, 127.0);
    let velocity = whole(held).and_then(|held| Velocity::new(held).ok()).unwrap_or_default();
    if !(1.0..=127.0).contains(&number) {
        warn(format!("velocity {number} is outside 1 to 127; {velocity} is taken"));
    }
    velocity
}

fn gate(field: Field, warn: &mut impl FnMut(String)) -> GateLength {
    let Field::Number(duration) = field else {
        let gate = GateLength::default();
        warn(format!("no duration; {} % of the step is taken", gate.percent()));
        return gate;
    };
    let percent = duration * 100.0;
    let (min, max) = (f64::from(GATE_PERCENT_MIN), f64::from(GATE_PERCENT_MAX));
    let held = percent.round().clamp(min, max);
    let gate = whole(held).and_then(|held| GateLength::from_percent(held).ok()).unwrap_or_default();
    // StepPy's knob goes down to 0, where the note is as short as can be: nothing is lost there.
    if percent != 0.0 && !(min..=max).contains(&percent.round()) {
        warn(format!(
            "duration {duration} is outside {} to {}; {} % of the step is taken",
            min / 100.0,
            max / 100.0,
            gate.percent()
        ));
    }
    gate
}

/// The nearest whole number.
fn whole(number: f64) -> Option<i64> {
    let rounded = number.round();
    #[allow(clippy::cast_possible_truncation, reason = "checked to be small just before")]
    (rounded.abs() < 1e9).then_some(rounded as i64)
}
