//! What the tools make of steps: functions from steps to steps, which know neither windows nor undo.

use tresillo_pattern::Ticks;
use tresillo_pattern::document::{
    Control, GateLength, Key, Keys, Lock, Percent, Property, Ratchet, Scale, Step, Track, Velocity,
};
use tresillo_pattern::limits::STEPS_MAX;

use crate::editor::number::whole;

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
    /// The lock of a control that the track has a base value for.
    Lock(Control),
}

impl Lane {
    /// Those that every track has.
    pub(crate) const ALL: [Lane; 6] =
        [Lane::Velocity, Lane::Pitch, Lane::Gate, Lane::Chance, Lane::Ratchet, Lane::Micro];

    /// Those of a track: one more for each control with a base value.
    pub(crate) fn of(track: &Track) -> Vec<Lane> {
        let locks = track.base.iter().map(|lock| Lane::Lock(lock.control()));
        Lane::ALL.into_iter().chain(locks).collect()
    }

    pub(crate) fn name(self) -> String {
        match self {
            Lane::Velocity => "Velocity".into(),
            Lane::Pitch => "Pitch".into(),
            Lane::Gate => "Gate".into(),
            Lane::Chance => "Chance".into(),
            Lane::Ratchet => "Ratchet".into(),
            Lane::Micro => "Micro".into(),
            Lane::Lock(control) => control_name(control),
        }
    }

    /// What of a step runs in a loop of its own, where this lane has one.
    pub(crate) fn property(self) -> Property {
        match self {
            Lane::Velocity => Property::Velocity,
            Lane::Pitch => Property::Notes,
            Lane::Gate => Property::Length,
            Lane::Chance => Property::Chance,
            Lane::Ratchet => Property::Ratchet,
            Lane::Micro => Property::MicroTiming,
            Lane::Lock(control) => Property::Lock(control),
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
            Lane::Lock(Control::Program) => (1, 128),
            Lane::Lock(Control::Tuning) => (-1200, 1200),
            Lane::Lock(control) => {
                let (low, high) = control.range();
                (low.into(), high.into())
            }
        }
    }

    /// The value that a double click gives back.
    pub(crate) fn default_value(self) -> i64 {
        let step = Step::default();
        match self {
            Lane::Pitch => 60,
            Lane::Lock(control) => Lock::default_base(control).shown().into(),
            other => other.get(&step, 5040),
        }
    }

    /// The value of a step, in its own unit: percent of the step for gate and micro-timing, MIDI keys for pitch (the lowest). A
    /// step that does not lock a control has the value of an instrument that was just switched on; see [`Lane::on`].
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
            Lane::Lock(control) => {
                let lock = step.locks.get(control).unwrap_or(Lock::default_base(control));
                lock.shown().into()
            }
        }
    }

    /// The value of a step of a track: a step that does not lock a control has the track's base value.
    pub(crate) fn on(self, track: &Track, step: &Step) -> i64 {
        match self {
            Lane::Lock(control) => {
                let lock = step.locks.get(control).or_else(|| track.base.get(control));
                lock.map_or(0, |lock| lock.shown().into())
            }
            plain => plain.get(step, track.step_size.ticks_ceil()),
        }
    }

    /// Whether a step says anything of its own here: a rest says no velocity, but may lock a control.
    pub(crate) fn is_said(self, step: &Step) -> bool {
        match self {
            Lane::Lock(control) => step.locks.get(control).is_some(),
            _ => step.is_on,
        }
    }

    /// Takes back what a step says: the default, or no lock.
    pub(crate) fn reset(self, step: &mut Step, step_ticks: i64) {
        match self {
            Lane::Lock(control) => step.locks.remove(control),
            plain => plain.set(step, plain.default_value(), step_ticks),
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
            Lane::Lock(control) => {
                let (low, high) = control.range();
                let offset = i64::from(Lock::default_base(control).shown())
                    - i64::from(Lock::default_base(control).value());
                let value = value.clamp(i64::from(low) + offset, i64::from(high) + offset);
                if let Ok(lock) = Lock::from_shown(control, value) {
                    // A seventeenth lock of a step finds no room, and the step stays as it is.
                    let _ = step.locks.set(lock);
                }
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
            Lane::Lock(Control::Tuning) => format!("{value:+} ct"),
            Lane::Lock(Control::Bend | Control::Pan) => format!("{value:+}"),
            Lane::Lock(_) => value.to_string(),
        }
    }

    /// What somebody has typed.
    pub(crate) fn read(self, text: &str) -> Option<i64> {
        let text = text.trim();
        if self == Lane::Pitch
            && let Some((key, bytes)) = tresillo_pattern::format::pitch::read(text)
            && bytes == text.len()
        {
            return Some(key.get().into());
        }
        whole(text)
    }
}

/// What a control is called.
///
/// Source: MIDI 1.0 Detailed Specification, table 3, "Control Change Messages", and the General MIDI 2 sound controllers.
pub(crate) fn control_name(control: Control) -> String {
    let named = match control {
        Control::Cc(controller) => match controller.get() {
            1 => "Modulation",
            2 => "Breath",
            5 => "Portamento",
            7 => "Volume",
            10 => "Pan",
            11 => "Expression",
            64 => "Sustain",
            71 => "Resonance",
            72 => "Release",
            73 => "Attack",
            74 => "Cutoff",
            91 => "Reverb",
            93 => "Chorus",
            other => return format!("CC {other}"),
        },
        Control::Bend => return "Pitch bend".into(),
        Control::Program => return "Program".into(),
        Control::Tuning => return "Tuning".into(),
        Control::Pressure => return "Pressure".into(),
        Control::Brightness => return "Brightness".into(),
        Control::Pan => return "Note pan".into(),
    };
    match control {
        Control::Cc(controller) => format!("CC {} {named}", controller.get()),
        _ => named.into(),
    }
}

/// The name of a MIDI key.
pub(crate) fn key_name(key: i64) -> String {
    let key = u8::try_from(key.clamp(0, 127)).unwrap_or(60);
    tresillo_pattern::format::pitch::name(Key::saturating(key))
}

/// Moves all keys of a step by semitones; none leaves the range of MIDI.
pub(crate) fn move_keys(step: &mut Step, semitones: i64) {
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

/// Every second step, at half the length.
pub(crate) fn halved(steps: &[Step]) -> Vec<Step> {
    let half = steps.len().div_ceil(2);
    steps.iter().take(half).cloned().collect()
}

/// Numbers for the tools that leave something to chance: the same seed gives the same ones.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, figure 17 (SplitMix64).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Throws(pub(crate) u64);

impl Throws {
    /// The next number, from `low` to `high`, both among them.
    pub(crate) fn next(&mut self, (low, high): (i64, i64)) -> i64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        let count = u64::try_from(high.max(low) - low).unwrap_or(0) + 1;
        low + i64::try_from(mixed % count).unwrap_or(0)
    }
}

/// Lets velocity and place of a step stray: by up to so much of a velocity, and up to so many percent of a step.
pub(crate) fn humanise(step: &mut Step, ticks: i64, by: (i64, i64), throws: &mut Throws) {
    let (velocity, timing) = by;
    // Thrown in any case, so that one setting does not change what the other throws.
    let louder = throws.next((-velocity, velocity));
    let later = throws.next((-timing, timing));
    if velocity > 0 {
        Lane::Velocity.set(step, i64::from(step.velocity.get()) + louder, ticks);
    }
    if timing > 0 {
        let moved = step.micro_timing.0 + later * ticks / 100;
        step.micro_timing = Ticks(moved.clamp(-ticks, ticks));
    }
}

/// Puts the notes of a step on the nearest ones of a scale.
pub(crate) fn into_scale(step: &mut Step, scale: Scale) {
    let keys: Vec<Key> = step.keys.iter().map(|key| scale.snap(key)).collect();
    step.keys = Keys::from_slice(&keys).unwrap_or(step.keys);
}

/// A key is in a step or not.
pub(crate) fn toggle_key(step: &mut Step, key: Key, own: Option<Key>) -> Result<(), String> {
    let mut keys: Vec<Key> = step.keys.iter().collect();
    if keys.is_empty() {
        keys.extend(own);
    }
    match keys.iter().position(|other| *other == key) {
        Some(place) => drop(keys.remove(place)),
        None => keys.push(key),
    }
    // A drum that sounds its own key alone says none.
    if keys.as_slice() == own.as_slice() {
        keys.clear();
    }
    step.keys = Keys::from_slice(&keys).map_err(|error| error.to_string())?;
    Ok(())
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
    fn locks_are_set_within_their_range_and_taken_back() {
        for control in [Control::cc(74).unwrap(), Control::Bend, Control::Program, Control::Tuning]
        {
            let lane = Lane::Lock(control);
            let (low, high) = lane.range();
            for value in [low, (low + high) / 2, high] {
                let mut step = Step::default();
                lane.set(&mut step, value, 5040);
                assert!(lane.is_said(&step));
                assert_eq!(lane.get(&step, 5040), value, "{lane:?}");
                assert_eq!(lane.read(&lane.text(value)), Some(value), "{lane:?}");
                lane.reset(&mut step, 5040);
                assert_eq!(step, Step::default());
            }
        }
    }

    #[test]
    fn what_is_thrown_stays_in_its_limits_and_is_the_same_again() {
        let thrown = |seed: u64| {
            let mut throws = Throws(seed);
            (0..500).map(|_| throws.next((-3, 4))).collect::<Vec<_>>()
        };
        assert_eq!(thrown(7), thrown(7));
        assert_ne!(thrown(7), thrown(8));
        for value in -3..=4 {
            assert!(thrown(7).contains(&value), "{value}");
        }
        assert!(thrown(7).iter().all(|value| (-3..=4).contains(value)));
        let mut steps = vec![Step::default(); 200];
        let mut throws = Throws(1);
        steps.iter_mut().for_each(|step| humanise(step, 5040, (10, 5), &mut throws));
        assert!(steps.iter().all(|step| (90..=110).contains(&step.velocity.get())));
        assert!(steps.iter().all(|step| step.micro_timing.0.abs() <= 252));
        assert!(steps.iter().any(|step| step.micro_timing.0 != 0));
    }

    #[test]
    fn keys_are_put_in_and_out_of_a_step() {
        let key = Key::saturating;
        let mut step = Step::default();
        toggle_key(&mut step, key(60), None).unwrap();
        toggle_key(&mut step, key(64), None).unwrap();
        assert_eq!(step.keys.len(), 2);
        toggle_key(&mut step, key(60), None).unwrap();
        assert_eq!(step.keys.iter().collect::<Vec<_>>(), [key(64)]);
        let mut drum = Step::default();
        toggle_key(&mut drum, key(38), Some(key(36))).unwrap();
        assert_eq!(drum.keys.len(), 2, "its own key sounds along");
        toggle_key(&mut drum, key(38), Some(key(36))).unwrap();
        assert_eq!(drum, Step::default());
        let mut full = Step::default();
        for number in 0..16 {
            toggle_key(&mut full, key(number), None).unwrap();
        }
        assert!(toggle_key(&mut full, key(99), None).is_err());
        assert_eq!(full.keys.len(), 16);
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
        assert_eq!(on(&halved(&doubled(&steps))), "x...");
        assert_eq!(doubled(&vec![Step::default(); 100]).len(), 128);
        assert_eq!(on(&with_length(&steps, 6)), "x.....");
        assert_eq!(on(&with_length(&steps, 0)), "x");
    }
}
