//! Learned controllers: which controller or key moves what of the performance.
//!
//! They are saved with the state, one a line: `cc 20 1 fill`, `note 36 10 mute_3`: the number, the channel from 1, and the id
//! of the parameter. Lines that are not understood are kept.

use tresillo_pattern::document::{Level, Percent};
use tresillo_pattern::limits::TRACKS_MAX;
use tresillo_pattern::{PatternIndex, Performance, SwingOffset};

/// Bindings that a state may have.
pub(crate) const BINDINGS_MAX: usize = 96;

/// What moves something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A controller.
    Cc { channel: u8, controller: u8 },
    /// A key: one that is pressed switches, or sets as strongly as it is hit.
    Key { channel: u8, key: u8 },
}

/// What of the performance is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Pattern,
    Song,
    Fill,
    Transpose,
    Swing,
    Chance,
    Velocity,
    Gate,
    Humanise,
    Mute(u8),
    Level(u8),
}

/// Those that are not of a track, by their ids.
const OF_ALL: [(Target, &str); 9] = [
    (Target::Pattern, "pattern"),
    (Target::Song, "song"),
    (Target::Fill, "fill"),
    (Target::Transpose, "transpose"),
    (Target::Swing, "swing"),
    (Target::Chance, "chance"),
    (Target::Velocity, "velocity"),
    (Target::Gate, "gate"),
    (Target::Humanise, "humanise"),
];

/// How many targets there are.
pub(crate) const TARGETS: usize = OF_ALL.len() + 2 * TRACKS_MAX;

/// Ten-thousandths of a percent that a point of swing has.
const SWING_POINT: i32 = 10_000;

impl Target {
    /// A number for each, below [`TARGETS`].
    pub(crate) fn index(self) -> usize {
        match self {
            Target::Mute(track) => OF_ALL.len() + usize::from(track),
            Target::Level(track) => OF_ALL.len() + TRACKS_MAX + usize::from(track),
            _ => OF_ALL.iter().position(|(target, _)| *target == self).unwrap_or(0),
        }
    }

    pub(crate) fn of_index(index: usize) -> Option<Target> {
        if let Some((target, _)) = OF_ALL.get(index) {
            return Some(*target);
        }
        let track = u8::try_from(index - OF_ALL.len()).ok()?;
        let tracks = u8::try_from(TRACKS_MAX).ok()?;
        match track {
            track if track < tracks => Some(Target::Mute(track)),
            track if track < 2 * tracks => Some(Target::Level(track - tracks)),
            _ => None,
        }
    }

    /// Whether it is on or off.
    pub(crate) fn is_switch(self) -> bool {
        matches!(self, Target::Song | Target::Fill | Target::Mute(_))
    }

    fn id(self) -> String {
        match self {
            Target::Mute(track) => format!("mute_{}", track + 1),
            Target::Level(track) => format!("level_{}", track + 1),
            _ => OF_ALL.get(self.index()).map(|(_, id)| (*id).to_owned()).unwrap_or_default(),
        }
    }

    fn of_id(id: &str) -> Option<Target> {
        (0..TARGETS).filter_map(Target::of_index).find(|target| target.id() == id)
    }

    /// What a controller at `value`, `0..=127`, sets, in the unit of [`Target::get`].
    pub(crate) fn at_controller(self, value: u8) -> i32 {
        let value = i32::from(value);
        let over = |max: i32| (value * max * 2 + 127) / 254;
        match self {
            Target::Song | Target::Fill | Target::Mute(_) => i32::from(value >= 64),
            Target::Pattern => value,
            // In the middle nothing changes.
            Target::Transpose => (value - 64).clamp(-48, 48),
            Target::Swing => (value - 64).clamp(-25, 25) * SWING_POINT,
            Target::Chance | Target::Humanise => over(100),
            Target::Velocity | Target::Gate | Target::Level(_) => over(200),
        }
    }

    /// Its value in a performance.
    pub(crate) fn get(self, performance: &Performance) -> i32 {
        match self {
            Target::Pattern => i32::from(performance.pattern.0),
            Target::Song => i32::from(performance.is_song),
            Target::Fill => i32::from(performance.is_fill),
            Target::Transpose => i32::from(performance.transpose),
            Target::Swing => performance.swing.0,
            Target::Chance => i32::from(performance.chance.get()),
            Target::Velocity => i32::from(performance.velocity.get()),
            Target::Gate => i32::from(performance.gate.get()),
            Target::Humanise => i32::from(performance.humanise.get()),
            Target::Mute(track) => i32::from(performance.mutes.contains(usize::from(track))),
            Target::Level(track) => {
                let level = performance.track_levels.get(usize::from(track));
                level.map_or(100, |level| i32::from(level.get()))
            }
        }
    }

    /// Sets its value in a performance.
    pub(crate) fn set(self, performance: &mut Performance, value: i32) {
        let byte = u8::try_from(value.clamp(0, 255)).unwrap_or(0);
        let is_on = value != 0;
        match self {
            Target::Pattern => performance.pattern = PatternIndex(byte),
            Target::Song => performance.is_song = is_on,
            Target::Fill => performance.is_fill = is_on,
            Target::Transpose => {
                performance.transpose = i8::try_from(value.clamp(-127, 127)).unwrap_or(0);
            }
            Target::Swing => performance.swing = SwingOffset(value),
            Target::Chance => performance.chance = Percent::saturating(byte),
            Target::Velocity => performance.velocity = Level::saturating(byte),
            Target::Gate => performance.gate = Level::saturating(byte),
            Target::Humanise => performance.humanise = Percent::saturating(byte),
            Target::Mute(track) => {
                performance.mutes = performance.mutes.with(usize::from(track), is_on);
            }
            Target::Level(track) => {
                if let Some(level) = performance.track_levels.get_mut(usize::from(track)) {
                    *level = Level::saturating(byte);
                }
            }
        }
    }
}

/// A source and what it moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Binding {
    pub(crate) source: Source,
    pub(crate) target: Target,
}

impl Binding {
    fn read(line: &str) -> Option<Binding> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [kind, number, channel, id] = *words else { return None };
        let number = number.parse::<u8>().ok().filter(|number| *number < 128)?;
        let channel = channel.parse::<u8>().ok().filter(|channel| (1..=16).contains(channel))? - 1;
        let source = match kind {
            "cc" => Source::Cc { channel, controller: number },
            "note" => Source::Key { channel, key: number },
            _ => return None,
        };
        Some(Binding { source, target: Target::of_id(id)? })
    }

    fn line(self) -> String {
        let id = self.target.id();
        match self.source {
            Source::Cc { channel, controller } => format!("cc {controller} {} {id}", channel + 1),
            Source::Key { channel, key } => format!("note {key} {} {id}", channel + 1),
        }
    }
}

/// All bindings of a state, as the main thread keeps them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Controllers {
    bindings: Vec<Binding>,
    /// Lines that a later version may understand.
    unknown: Vec<String>,
}

impl Controllers {
    /// What a state has. Bindings beyond [`BINDINGS_MAX`] are kept and do nothing.
    pub(crate) fn read(text: &str) -> Controllers {
        let mut read = Controllers::default();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            match Binding::read(line).filter(|_| read.bindings.len() < BINDINGS_MAX) {
                Some(binding) => read.bindings.push(binding),
                None => read.unknown.push(line.to_owned()),
            }
        }
        read
    }

    pub(crate) fn text(&self) -> String {
        let known = self.bindings.iter().map(|binding| binding.line());
        known.chain(self.unknown.iter().cloned()).collect::<Vec<_>>().join("\n")
    }

    /// A source moves one target at a time, and a target has one source: the latest. Whether there was room.
    pub(crate) fn bind(&mut self, binding: Binding) -> bool {
        let Binding { source, target } = binding;
        self.bindings.retain(|other| other.source != source && other.target != target);
        let has_room = self.bindings.len() < BINDINGS_MAX;
        if has_room {
            self.bindings.push(binding);
        }
        has_room
    }

    /// Nothing moves `target` any more.
    pub(crate) fn unbind(&mut self, target: Target) {
        self.bindings.retain(|binding| binding.target != target);
    }

    /// The same for the engine.
    pub(crate) fn bound(&self) -> Bound {
        let mut bound = Bound::NONE;
        for (place, binding) in bound.0.iter_mut().zip(&self.bindings) {
            *place = Some(*binding);
        }
        bound
    }
}

/// All bindings, as the engine has them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bound([Option<Binding>; BINDINGS_MAX]);

impl Bound {
    pub(crate) const NONE: Bound = Bound([None; BINDINGS_MAX]);

    /// What a source moves.
    pub(crate) fn target_of(&self, source: Source) -> Option<Target> {
        let mut all = self.0.iter().map_while(|binding| *binding);
        all.find(|binding| binding.source == source).map(|binding| binding.target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_a_number_and_an_id_of_its_own() {
        for index in 0..TARGETS {
            let target = Target::of_index(index).expect("below the count");
            assert_eq!(target.index(), index);
            assert_eq!(Target::of_id(&target.id()), Some(target));
        }
        assert_eq!(Target::of_index(TARGETS), None);
        assert_eq!(Target::of_id("mute_33"), None);
    }

    #[test]
    fn what_a_controller_sets_can_be_read_again_and_its_middle_is_neutral() {
        let neutral = Performance::default();
        for target in (0..TARGETS).filter_map(Target::of_index) {
            for value in 0..128 {
                let wanted = target.at_controller(value);
                let mut performance = neutral;
                target.set(&mut performance, wanted);
                assert_eq!(target.get(&performance), wanted, "{target:?} at {value}");
            }
        }
        for (target, value) in [(Target::Transpose, 64), (Target::Swing, 64), (Target::Chance, 127)]
        {
            assert_eq!(target.at_controller(value), target.get(&neutral), "{target:?}");
        }
        assert_eq!(Target::Velocity.at_controller(127), 200);
    }

    #[test]
    fn a_state_is_read_as_it_was_written_and_keeps_what_it_does_not_know() {
        let text = "cc 20 1 fill\nnote 36 10 mute_3\nnrpn 5 1 fill\ncc 200 1 fill";
        let mut read = Controllers::read(text);
        assert_eq!(read.bindings.len(), 2);
        assert_eq!(Controllers::read(&read.text()), read);
        assert!(read.text().contains("nrpn 5 1 fill"));
        let source = Source::Cc { channel: 0, controller: 20 };
        assert!(read.bind(Binding { source, target: Target::Chance }));
        assert_eq!(read.bound().target_of(source), Some(Target::Chance));
        read.unbind(Target::Chance);
        assert_eq!(read.bound().target_of(source), None);
    }
}
