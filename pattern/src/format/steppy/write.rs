//! From tracks to StepPy's one line of steps.

use crate::document::{
    Articulation, Delay, Direction, Humanise, Pattern, Step, SwingPercent, Track,
};
use crate::format::steppy::STEP_SIZE;
use crate::format::{LimitExceeded, Place, Warning};
use crate::limits::STEPS_MAX;
use crate::time::{PPQ, Tick};

/// A pattern as a StepPy file: the line of sixteenths that its tracks make together.
///
/// StepPy holds one note at a time, with key, velocity, length and channel. Of several tracks the first that is on at a
/// place keeps it; a step that is off and has a key keeps a place that nobody else takes. What StepPy cannot hold is told
/// in the warnings, track by track.
///
/// # Errors
/// [`LimitExceeded`] when the pattern is longer than 128 sixteenths, which could not be read back.
pub fn write(pattern: &Pattern) -> Result<(String, Vec<Warning>), LimitExceeded> {
    let length = pattern.length_ticks().0;
    let count = -STEP_SIZE.place_at(Tick(-length));
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    LimitExceeded::check(Place::DOCUMENT, "sixteenth steps in the pattern", count, STEPS_MAX)?;

    let mut line: Vec<Option<Written>> = vec![None; count];
    let mut warnings = Vec::new();
    let mut warn = |place: Place, text: String| warnings.push(Warning { place, text });
    if pattern.swing.percent != SwingPercent::STRAIGHT {
        warn(Place::DOCUMENT, "StepPy has no swing; the steps are written straight".to_owned());
    }
    if pattern.groove.is_some() {
        warn(Place::DOCUMENT, "StepPy has no grooves; left out".to_owned());
    }
    if pattern.humanise != Humanise::default() || pattern.scale.is_some() {
        warn(Place::DOCUMENT, "StepPy neither humanises nor has scales; left out".to_owned());
    }
    for (index, track) in pattern.tracks.iter().enumerate() {
        let place = Place::DOCUMENT.track(index);
        for (count, what) in lay(track, length, &mut line).told() {
            warn(place, format!("{count} {what}"));
        }
        if track.direction != Direction::Forward {
            warn(
                place,
                "StepPy plays forward only; the steps are written in their order".to_owned(),
            );
        }
        if !track.lanes.is_empty() {
            warn(place, "StepPy has no lanes; the steps are written without them".to_owned());
        }
        if !track.base.is_empty() {
            warn(place, "StepPy has no programs or locks; they are left out".to_owned());
        }
        if track.delay != Delay::default() {
            warn(place, "StepPy has no delay; the track is written without it".to_owned());
        }
    }
    let text: Vec<String> = line.iter().map(|step| format!("  {}", object(*step))).collect();
    Ok((format!("[\n{}\n]\n", text.join(",\n")), warnings))
}

/// A note of the line.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Written {
    is_on: bool,
    key: u8,
    velocity: u8,
    channel: u8,
    /// A share of a sixteenth.
    duration: f64,
}

fn object(step: Option<Written>) -> String {
    match step {
        None => r#"{"on": false, "note": false}"#.to_owned(),
        Some(Written { is_on, key, velocity, channel, duration }) => format!(
            r#"{{"on": {is_on}, "note": true, "numeric_note": {key}, "velocity": {velocity}, "duration": {duration:?}, "channel": {channel}}}"#
        ),
    }
}

/// What of a track found no place, by how many steps.
#[derive(Default)]
struct Lost {
    off_grid: usize,
    taken: usize,
    chords: usize,
    micro: usize,
    ratchets: usize,
    rules: usize,
    joined: usize,
    silent: usize,
}

impl Lost {
    fn told(&self) -> impl Iterator<Item = (usize, &'static str)> {
        [
            (self.off_grid, "steps lie between StepPy's sixteenths and are left out"),
            (self.taken, "steps fall where an earlier track has one and are left out"),
            (self.chords, "chords are written as their first note"),
            (self.micro, "steps have micro-timing; they are written on their places"),
            (self.ratchets, "steps have ratchets; they are written as one hit"),
            (self.rules, "steps have a chance or a condition; they are written as always sounding"),
            (self.joined, "steps are tied or slide; they are written by their gate lengths"),
            (self.silent, "steps are on without a key; they are written as empty"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
    }
}

/// Lays one pass of the pattern, as far as `track` makes it, onto the line.
fn lay(track: &Track, length: i64, line: &mut [Option<Written>]) -> Lost {
    let mut lost = Lost::default();
    let count = i64::try_from(track.steps.len()).unwrap_or(1).max(1);
    for place in 0.. {
        let Tick(tick) = track.step_size.tick_of(place);
        if tick >= length {
            break;
        }
        let within = (place.rem_euclid(count) + i64::from(track.rotation)).rem_euclid(count);
        let Some(step) = usize::try_from(within).ok().and_then(|i| track.steps.get(i)) else {
            break;
        };
        let sixteenth = STEP_SIZE.place_at(Tick(tick));
        let is_on_grid = STEP_SIZE.tick_of(sixteenth) == Tick(tick);
        let slot = usize::try_from(sixteenth).ok().and_then(|i| line.get_mut(i));
        let (Some(slot), true) = (slot, is_on_grid) else {
            lost.off_grid += usize::from(step.is_on);
            continue;
        };
        let Some(note) = written(step, track) else {
            lost.silent += usize::from(step.is_on);
            continue;
        };
        match slot {
            Some(there) if there.is_on || !step.is_on => {
                lost.taken += usize::from(step.is_on);
                continue;
            }
            _ => *slot = Some(note),
        }
        if step.is_on {
            lost.chords += usize::from(step.keys.len() > 1);
            lost.micro += usize::from(step.micro_timing.0 != 0);
            lost.ratchets += usize::from(step.ratchet.hits() > 1);
            lost.joined += usize::from(step.articulation != Articulation::Gate);
            lost.rules += usize::from(step.chance.get() < 100 || step.condition.is_some());
        }
    }
    lost
}

/// A step as StepPy would hold it. A step that is off and names no key holds nothing, also on a drum's track.
fn written(step: &Step, track: &Track) -> Option<Written> {
    let own = step.keys.iter().next();
    let key = own.or(track.destination.key.filter(|_| step.is_on))?;
    let size = track.step_size;
    // Gate percent of a step of n/d of a whole note, as a share of a sixteenth of one.
    let sixteenths = f64::from(size.numerator()) * 16.0 / f64::from(size.denominator());
    Some(Written {
        is_on: step.is_on,
        key: key.get(),
        velocity: step.velocity.get(),
        channel: track.destination.channel.get(),
        duration: f64::from(step.gate.percent()) * sixteenths / 100.0,
    })
}

const _: () = assert!(PPQ % 4 == 0, "a sixteenth is a whole number of ticks");
