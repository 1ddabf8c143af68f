//! What the tools make of steps: functions from steps to steps, which know neither windows nor undo.

use tresillo_pattern::Ticks;
use tresillo_pattern::document::{GateLength, Percent, Ratchet, Step, Velocity};
use tresillo_pattern::limits::STEPS_MAX;

/// What of a step a lane shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Lane {
    #[default]
    Velocity,
    Pitch,
    Gate,
    Chance,
    Ratchet,
    Micro,
}

impl Lane {
    pub(crate) const ALL: [Lane; 6] =
        [Lane::Velocity, Lane::Pitch, Lane::Gate, Lane::Chance, Lane::Ratchet, Lane::Micro];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Lane::Velocity => "Velocity",
            Lane::Pitch => "Pitch",
            Lane::Gate => "Gate",
            Lane::Chance => "Chance",
            Lane::Ratchet => "Ratchet",
            Lane::Micro => "Micro",
        }
    }

    /// The smallest and the largest value that dragging gives; typing may give more.
    pub(crate) fn range(self) -> (i64, i64) {
        match self {
            Lane::Velocity => (1, 127),
            Lane::Pitch => (0, 127),
            Lane::Gate => (5, 400),
            Lane::Chance => (0, 100),
            Lane::Ratchet => (1, 16),
            Lane::Micro => (-50, 50),
        }
    }

    /// The value that a double click gives back.
    pub(crate) fn default_value(self) -> i64 {
        let step = Step::default();
        match self {
            Lane::Pitch => 60,
            other => other.get(&step, 5040),
        }
    }

    /// The value of a step, in its own unit: percent of the step for gate and micro-timing, MIDI keys for pitch (the lowest).
    pub(crate) fn get(self, step: &Step, step_ticks: i64) -> i64 {
        match self {
            Lane::Velocity => i64::from(step.velocity.get()),
            Lane::Pitch => step.keys.iter().map(|key| i64::from(key.get())).min().unwrap_or(60),
            Lane::Gate => i64::from(step.gate.percent()),
            Lane::Chance => i64::from(step.chance.get()),
            Lane::Ratchet => i64::from(step.ratchet.hits()),
            Lane::Micro => {
                let ticks = step.micro_timing.0 * 100;
                (ticks + ticks.signum() * step_ticks / 2) / step_ticks.max(1)
            }
        }
    }

    /// Sets the value of a step, held within what a step can have.
    pub(crate) fn set(self, step: &mut Step, value: i64, step_ticks: i64) {
        let byte = |value: i64| u8::try_from(value.clamp(0, 127)).unwrap_or(0);
        match self {
            Lane::Velocity => step.velocity = Velocity::saturating(byte(value.max(1))),
            Lane::Pitch => move_keys(step, value - self.get(step, step_ticks)),
            Lane::Gate => {
                let percent = value.clamp(5, 12_800);
                step.gate = GateLength::from_percent(percent).unwrap_or(step.gate);
            }
            Lane::Chance => step.chance = Percent::saturating(byte(value.min(100))),
            Lane::Ratchet => {
                let (span, ramp) = (step.ratchet.span_percent(), step.ratchet.ramp_percent());
                let changed = Ratchet::new(value.clamp(1, 16))
                    .and_then(|ratchet| ratchet.with_span_percent(span.into()))
                    .and_then(|ratchet| ratchet.with_ramp_percent(ramp.into()));
                step.ratchet = changed.unwrap_or(step.ratchet);
            }
            Lane::Micro => {
                let ticks = value.clamp(-100, 100) * step_ticks / 100;
                step.micro_timing = Ticks(ticks.clamp(-step_ticks, step_ticks));
            }
        }
    }

    /// The value as it is written.
    pub(crate) fn text(self, value: i64) -> String {
        match self {
            Lane::Velocity | Lane::Ratchet => value.to_string(),
            Lane::Pitch => key_name(value),
            Lane::Gate | Lane::Chance => format!("{value} %"),
            Lane::Micro => format!("{value:+} %"),
        }
    }

    /// What somebody has typed.
    #[cfg(test)]
    pub(crate) fn read(self, text: &str) -> Option<i64> {
        let text = text.trim().trim_end_matches('%').trim_end();
        if self == Lane::Pitch
            && let Some((key, bytes)) = tresillo_pattern::format::pitch::read(text)
            && bytes == text.len()
        {
            return Some(key.get().into());
        }
        text.parse().ok()
    }
}

/// The name of a MIDI key.
pub(crate) fn key_name(key: i64) -> String {
    let key = u8::try_from(key.clamp(0, 127)).unwrap_or(60);
    tresillo_pattern::format::pitch::name(tresillo_pattern::document::Key::saturating(key))
}

/// Moves all keys of a step by semitones; none leaves the range of MIDI.
pub(crate) fn move_keys(step: &mut Step, semitones: i64) {
    use tresillo_pattern::document::{Key, Keys};
    let keys: Vec<i64> = step.keys.iter().map(|key| i64::from(key.get())).collect();
    let (Some(lowest), Some(highest)) = (keys.iter().min(), keys.iter().max()) else { return };
    let semitones = semitones.clamp(-lowest, 127 - highest);
    let moved: Vec<Key> = keys
        .iter()
        .map(|key| Key::saturating(u8::try_from(key + semitones).unwrap_or(60)))
        .collect();
    step.keys = Keys::from_slice(&moved).unwrap_or(step.keys);
}

/// The steps, each so many places later, around the end.
pub(crate) fn rotated(steps: &[Step], by: i64) -> Vec<Step> {
    let mut steps = steps.to_vec();
    let length = i64::try_from(steps.len()).unwrap_or(1).max(1);
    steps.rotate_right(usize::try_from(by.rem_euclid(length)).unwrap_or(0));
    steps
}

/// The steps from the last to the first.
pub(crate) fn reversed(steps: &[Step]) -> Vec<Step> {
    steps.iter().rev().cloned().collect()
}

/// The steps twice, as far as a track holds them.
pub(crate) fn doubled(steps: &[Step]) -> Vec<Step> {
    steps.iter().chain(steps).take(STEPS_MAX).cloned().collect()
}

/// So many steps: those beyond the end are gone, new ones are off.
pub(crate) fn with_length(steps: &[Step], length: usize) -> Vec<Step> {
    let mut steps = steps.to_vec();
    steps.resize(length.clamp(1, STEPS_MAX), Step::default());
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(hits: &[bool]) -> String {
        hits.iter().map(|hit| if *hit { 'x' } else { '.' }).collect()
    }

    #[test]
    fn every_lane_gives_back_what_was_set() {
        for lane in Lane::ALL {
            let (low, high) = lane.range();
            for value in low..=high {
                let mut step = Step::default();
                if lane == Lane::Pitch {
                    step.keys = tresillo_pattern::document::Keys::one(
                        tresillo_pattern::document::Key::saturating(60),
                    );
                }
                lane.set(&mut step, value, 5040);
                assert_eq!(lane.get(&step, 5040), value, "{lane:?}");
                assert_eq!(lane.read(&lane.text(value)), Some(value), "{lane:?}");
            }
        }
    }

    #[test]
    fn a_chord_moves_as_a_whole_and_stays_in_range() {
        use tresillo_pattern::document::{Key, Keys};
        let keys = [120, 124, 127].map(Key::saturating);
        let mut step = Step { keys: Keys::from_slice(&keys).unwrap(), ..Step::default() };
        move_keys(&mut step, 5);
        assert_eq!(step.keys.iter().map(|key| key.get()).collect::<Vec<_>>(), [120, 124, 127]);
        move_keys(&mut step, -200);
        assert_eq!(step.keys.iter().map(|key| key.get()).collect::<Vec<_>>(), [0, 4, 7]);
    }

    #[test]
    fn steps_turn_double_and_are_cut() {
        let steps: Vec<Step> =
            (0..4).map(|place| Step { is_on: place == 0, ..Step::default() }).collect();
        let on = |steps: &[Step]| text(&steps.iter().map(|step| step.is_on).collect::<Vec<_>>());
        assert_eq!(on(&rotated(&steps, 1)), ".x..");
        assert_eq!(on(&rotated(&steps, -1)), "...x");
        assert_eq!(on(&reversed(&steps)), "...x");
        assert_eq!(on(&doubled(&steps)), "x...x...");
        assert_eq!(doubled(&vec![Step::default(); 100]).len(), 128);
        assert_eq!(on(&with_length(&steps, 6)), "x.....");
        assert_eq!(on(&with_length(&steps, 0)), "x");
    }
}
