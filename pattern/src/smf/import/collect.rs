//! The notes of a file, in our ticks, by track and channel.

use std::collections::{BTreeMap, HashMap};

use crate::document::Metre;
use crate::limits::TICK_LIMIT;
use crate::smf::import::ImportOptions;
use crate::smf::{Division, META_TIME_SIGNATURE, MidiMessage, MidiTrack, Voice};
use crate::time::PPQ;

/// From ticks of a file to ours, to the nearest, halves up.
#[derive(Clone, Copy, Debug)]
pub(in crate::smf) struct Clock {
    above: u128,
    below: u128,
}

impl Clock {
    /// Timecode has no tempo; 120 BPM is taken, two quarter notes a second.
    pub(in crate::smf) fn new(division: Division) -> Clock {
        let ours = u128::from(PPQ.unsigned_abs());
        match division {
            Division::Metrical(ppq) => Clock { above: ours, below: u128::from(ppq.max(1)) },
            Division::Timecode { frames_per_second, ticks_per_frame } => {
                // 29 stands for drop frame, which runs at 30000/1001 frames a second.
                let (above, below) = match frames_per_second {
                    29 => (1001, 30_000),
                    whole => (1, u128::from(whole.max(1))),
                };
                Clock { above: 2 * ours * above, below: below * u128::from(ticks_per_frame.max(1)) }
            }
        }
    }

    pub(in crate::smf) fn tick(self, file_tick: u64) -> i64 {
        let twice = 2 * u128::from(file_tick) * self.above + self.below;
        i64::try_from(twice / (2 * self.below)).unwrap_or(TICK_LIMIT).min(TICK_LIMIT)
    }
}

/// A note from its on to its off, its onset from the start of the part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct MidiNote {
    pub(super) onset: i64,
    pub(super) key: u8,
    pub(super) velocity: u8,
    pub(super) length: i64,
}

/// What one track of a file plays on one channel, in the part that was chosen.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) channel: u8,
    /// The name of the track of the file.
    pub(super) name: String,
    /// Whether that track plays on no other channel.
    pub(super) is_alone: bool,
    /// The sound that holds where the first note begins.
    pub(super) program: Option<u8>,
    /// By onset.
    pub(super) notes: Vec<MidiNote>,
}

/// What plays together.
#[derive(Debug, Default)]
pub(super) struct Piece {
    pub(super) lines: Vec<Line>,
    /// The last onset of the part, in ticks of the file's axis.
    pub(super) last_onset: i64,
    /// Where the last note of the part ends, on the same axis.
    pub(super) last_end: i64,
    /// The end of the longest track, on the same axis.
    pub(super) end: i64,
    /// By tick.
    pub(super) metres: Vec<(i64, Metre)>,
    endless: usize,
    doubled: usize,
    other_messages: usize,
    program_changes: usize,
}

/// Programs chosen, by channel: tick, track of the file, program.
type Programs = HashMap<u8, Vec<(i64, usize, u8)>>;

impl Piece {
    pub(super) fn collect(tracks: &[&MidiTrack], clock: Clock, options: &ImportOptions) -> Piece {
        let mut piece = Piece::default();
        let mut programs: Programs = HashMap::new();
        for (index, track) in tracks.iter().enumerate() {
            piece.end = piece.end.max(clock.tick(track.end));
            for event in &track.events {
                let tick = clock.tick(event.tick);
                match &event.message {
                    MidiMessage::Voice { channel, message: Voice::ProgramChange { program } } => {
                        programs.entry(*channel).or_default().push((tick, index, *program));
                    }
                    MidiMessage::Meta { kind: META_TIME_SIGNATURE, data } => {
                        piece.metres.extend(metre(data).map(|metre| (tick, metre)));
                    }
                    _ => {}
                }
            }
        }
        piece.metres.sort_by_key(|(tick, _)| *tick);
        for changes in programs.values_mut() {
            changes.sort_by_key(|(tick, _, _)| *tick);
        }
        for (index, track) in tracks.iter().enumerate() {
            piece.add_lines(index, track, clock, options, &programs);
        }
        piece
    }

    fn add_lines(
        &mut self,
        index: usize,
        track: &MidiTrack,
        clock: Clock,
        options: &ImportOptions,
        programs: &Programs,
    ) {
        let notes = self.pair(track, clock);
        let is_alone = notes.len() == 1;
        let end = options.to.map_or(i64::MAX, |to| to.0);
        for (channel, mut notes) in notes {
            notes.retain(|note| (options.from.0..end).contains(&note.onset));
            let (Some(first), Some(last)) = (notes.first(), notes.last()) else { continue };
            self.last_onset = self.last_onset.max(last.onset);
            let ends = notes.iter().map(|note| note.onset.saturating_add(note.length));
            self.last_end = self.last_end.max(ends.max().unwrap_or(0));
            let changes = programs.get(&channel).map_or(&[][..], Vec::as_slice);
            let before = changes.iter().rev().filter(|(tick, _, _)| *tick <= first.onset);
            // A track's own word counts before that of others on its channel.
            let own = before.clone().find(|(_, from, _)| *from == index);
            let program = own.or_else(|| before.clone().next()).map(|(_, _, program)| *program);
            let inside = first.onset + 1..=last.onset;
            self.program_changes += changes
                .iter()
                .filter(|(tick, from, _)| *from == index && inside.contains(tick))
                .count();
            for note in &mut notes {
                note.onset -= options.from.0;
            }
            notes.sort_unstable();
            let name = track.name().unwrap_or_default();
            self.lines.push(Line { channel, name, is_alone, program, notes });
        }
    }

    /// The notes of a track by channel, by onset. A key that starts again ends what sounded of it.
    fn pair(&mut self, track: &MidiTrack, clock: Clock) -> BTreeMap<u8, Vec<MidiNote>> {
        let mut notes: BTreeMap<u8, Vec<MidiNote>> = BTreeMap::new();
        let mut sounding: HashMap<(u8, u8), usize> = HashMap::new();
        let end = |notes: &mut BTreeMap<u8, Vec<MidiNote>>, channel, index: usize, tick: i64| {
            if let Some(note) = notes.get_mut(&channel).and_then(|list| list.get_mut(index)) {
                note.length = (tick - note.onset).max(0);
            }
        };
        for event in &track.events {
            let tick = clock.tick(event.tick);
            let MidiMessage::Voice { channel, message } = event.message else { continue };
            match message {
                Voice::NoteOn { key, velocity } => {
                    let list = notes.entry(channel).or_default();
                    let note = MidiNote { onset: tick, key, velocity, length: 0 };
                    match sounding.get(&(channel, key)).copied() {
                        // Twice at once: a key sounds once, and the later word counts.
                        Some(index) if list.get(index).is_some_and(|old| old.onset == tick) => {
                            self.doubled += 1;
                            if let Some(old) = list.get_mut(index) {
                                *old = note;
                            }
                        }
                        old => {
                            list.push(note);
                            sounding.insert((channel, key), list.len() - 1);
                            if let Some(index) = old {
                                end(&mut notes, channel, index, tick);
                            }
                        }
                    }
                }
                Voice::NoteOff { key, .. } => {
                    if let Some(index) = sounding.remove(&(channel, key)) {
                        end(&mut notes, channel, index, tick);
                    }
                }
                Voice::ProgramChange { .. } => {}
                Voice::PolyPressure { .. }
                | Voice::ControlChange { .. }
                | Voice::ChannelPressure { .. }
                | Voice::PitchBend { .. } => self.other_messages += 1,
            }
        }
        self.endless += sounding.len();
        for ((channel, _), index) in sounding {
            end(&mut notes, channel, index, clock.tick(track.end));
        }
        notes
    }

    /// The lines of each channel as one, in the order in which channels come first. A channel has one sound at a time anyway.
    pub(super) fn join_channels(&mut self) {
        let mut joined: Vec<Line> = Vec::new();
        for line in std::mem::take(&mut self.lines) {
            let Some(same) = joined.iter_mut().find(|other| other.channel == line.channel) else {
                joined.push(Line { is_alone: true, ..line });
                continue;
            };
            if !line.name.is_empty() && !same.name.contains(line.name.trim()) {
                let comma = if same.name.is_empty() { "" } else { ", " };
                same.name = format!("{}{comma}{}", same.name, line.name.trim());
            }
            same.program = same.program.or(line.program);
            same.notes.extend(line.notes);
            same.notes.sort_unstable();
        }
        self.lines = joined;
    }

    pub(super) fn warn(&self, warn: &mut impl FnMut(String)) {
        for (count, text) in [
            (self.endless, "notes without an end are held to the end of their track"),
            (self.doubled, "notes start twice at once; the later of the two is taken"),
            (self.program_changes, "program changes after the first note are left out"),
            (self.other_messages, "controllers, bends and pressures are left out"),
        ] {
            if count > 0 {
                warn(format!("{count} {text}"));
            }
        }
    }
}

/// A time signature that a project can have.
fn metre(data: &[u8]) -> Option<Metre> {
    let [beats, power] = *data.first_chunk::<2>()?;
    let unit = 1u8.checked_shl(u32::from(power)).filter(|unit| *unit <= 32)?;
    (1..=64).contains(&beats).then_some(Metre { beats, unit })
}
