//! Notes laid onto steps.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::document::{GateLength, Key, Keys, Step, StepSize, Velocity};
use crate::limits::{GATE_PERCENT_MAX, GATE_PERCENT_MIN};
use crate::smf::import::Timing;
use crate::smf::import::collect::MidiNote;
use crate::smf::import::extent::Extent;
use crate::time::{Tick, Ticks, mul_div_round};

/// What becomes of notes that share a step and differ in onset, velocity or length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chords {
    /// They lie in as many tracks as that takes.
    Exact,
    /// Where the tracks do not suffice, those of one onset are one chord, and later onsets are left out.
    Merged,
}

/// Which steps there are, from the start of the part to its end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    pub(super) step_size: StepSize,
    pub(super) extent: Extent,
    pub(super) timing: Timing,
}

/// What is to be told when all is laid.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Notes in a step where another onset is.
    crowded: usize,
    /// Those among them for which there is no track.
    crowded_out: usize,
    /// Notes that found no place.
    left_out: usize,
    too_long: usize,
    too_short: usize,
    /// The coarsest step size on which no step is crowded; `None` where a voice has none.
    finer: Option<Option<i64>>,
}

impl Told {
    pub(super) fn warn(&self, grid: &Grid, warn: &mut impl FnMut(String)) {
        if self.crowded > 0 {
            let what = match self.crowded_out {
                0 => "lie in further tracks".to_owned(),
                left_out => format!("lie in further tracks, but for {left_out} that are left out"),
            };
            let hint = match self.finer.flatten() {
                Some(denominator) => format!("; steps of 1/{denominator} would hold them"),
                None if matches!(grid.extent, Extent::Song(_)) => {
                    "; a finer step size may hold more of them".to_owned()
                }
                None => "; a finer step size over a shorter part may hold them".to_owned(),
            };
            let size = grid.step_size;
            warn(format!(
                "{} notes share a step of {size} with an earlier onset and {what}{hint}",
                self.crowded
            ));
        }
        for (count, text) in [
            (
                self.left_out,
                "notes fall on a step that has their key, or 16 others, and are left out"
                    .to_owned(),
            ),
            (
                self.too_long,
                format!("notes are longer than {GATE_PERCENT_MAX} % of a step and end there"),
            ),
            (
                self.too_short,
                format!(
                    "notes are shorter than {GATE_PERCENT_MIN} % of a step and get that length"
                ),
            ),
        ] {
            if count > 0 {
                warn(format!("{count} {text}"));
            }
        }
    }
}

/// A chord on its place: notes of one onset, velocity and gate.
#[derive(Clone, Debug, PartialEq)]
struct Chord {
    micro_timing: Ticks,
    velocity: u8,
    gate: GateLength,
    keys: Keys,
}

/// The chords of each step that has any, by its place from the start of the part.
type Stacks = BTreeMap<i64, Vec<Chord>>;

/// A voice on its steps.
#[derive(Clone, Debug)]
pub(super) struct Laid {
    stacks: Stacks,
    /// How many tracks it takes.
    depth: usize,
    /// The key of a drum's track.
    own: Option<Key>,
}

impl Laid {
    /// The steps of each track of the voice, for a section of the part.
    pub(super) fn tracks(&self, places: &Range<i64>) -> Vec<Vec<Step>> {
        let count = usize::try_from(places.end - places.start).unwrap_or(0);
        let mut tracks = vec![vec![Step::default(); count]; self.depth];
        for (place, stack) in self.stacks.range(places.clone()) {
            let index = usize::try_from(place - places.start).unwrap_or(usize::MAX);
            for (track, chord) in tracks.iter_mut().zip(stack) {
                if let Some(step) = track.get_mut(index) {
                    *step = chord.step(self.own);
                }
            }
        }
        tracks
    }

    /// Whether as many steps from one place on hold what those from another hold.
    pub(super) fn is_same(&self, one: i64, other: i64, count: i64) -> bool {
        let from = |start: i64| {
            let stacks = self.stacks.range(start..start + count);
            stacks.map(move |(place, stack)| (place - start, stack))
        };
        from(one).eq(from(other))
    }
}

impl Chord {
    fn step(&self, own: Option<Key>) -> Step {
        let is_own = own.is_some_and(|own| self.keys.iter().all(|key| key == own));
        Step {
            is_on: true,
            keys: if is_own { Keys::NONE } else { self.keys },
            velocity: Velocity::saturating(self.velocity),
            gate: self.gate,
            micro_timing: self.micro_timing,
            ..Step::default()
        }
    }
}

/// The place nearest to a tick, halves up.
pub(in crate::smf) fn nearest(step_size: StepSize, tick: i64) -> i64 {
    let place = step_size.place_at(Tick(tick));
    let (before, after) = (step_size.tick_of(place).0, step_size.tick_of(place + 1).0);
    if tick - before < after - tick { place } else { place + 1 }
}

impl Grid {
    /// On how many steps the voice takes more than so many tracks, from 0 on; as long as the most that it takes.
    pub(super) fn crowds(&self, notes: &[MidiNote]) -> Vec<usize> {
        let mut crowds = Vec::new();
        for stack in self.stacks(notes, &mut Told::default()).values() {
            crowds.resize(stack.len().max(crowds.len()), 0);
            crowds.iter_mut().take(stack.len()).for_each(|count| *count += 1);
        }
        crowds
    }

    /// The voice on the steps of `depth` tracks at most. `own` is the key of a drum's track.
    pub(super) fn lay(
        &self,
        notes: &[MidiNote],
        own: Option<Key>,
        depth: usize,
        told: &mut Told,
    ) -> Laid {
        let crowded = told.crowded;
        let mut stacks = self.stacks(notes, told);
        if told.crowded > crowded {
            let finer = self.finer(notes);
            let coarser_than = |so_far: Option<i64>| Some(so_far?.max(finer?));
            told.finer = Some(told.finer.map_or(finer, coarser_than));
        }
        for stack in stacks.values_mut() {
            merge(stack, depth, told);
        }
        let depth = stacks.values().map(Vec::len).max().unwrap_or(0);
        Laid { stacks, depth, own }
    }

    /// The chords of each step. Of several onsets that are nearest to one step, one goes to a free step beside it.
    fn stacks(&self, notes: &[MidiNote], told: &mut Told) -> Stacks {
        let mut stacks = Stacks::new();
        let last = self.extent.step_count(self.step_size) - 1;
        let is_same = |a: &MidiNote, b: &MidiNote| a.onset == b.onset;
        let mut groups = notes.chunk_by(is_same).peekable();
        let mut taken = -1;
        while let Some(group) = groups.next() {
            let Some(onset) = group.first().map(|note| note.onset) else { continue };
            let place_of = |tick: i64| nearest(self.step_size, tick).min(last);
            let mut place = place_of(onset);
            if self.timing == Timing::Keep {
                let before = self.step_size.place_at(Tick(onset)).min(last);
                let next = groups.peek().and_then(|group| group.first());
                let is_wanted = next.is_some_and(|next| place_of(next.onset) == place);
                if before < place && before > taken && is_wanted {
                    place = before;
                } else if place <= taken && before + 1 > taken && before < last {
                    place = before + 1;
                }
                if place <= taken {
                    told.crowded += group.len();
                }
            }
            taken = taken.max(place);
            self.stack(group, place, stacks.entry(place).or_default(), told);
        }
        stacks
    }

    /// Adds the notes of one onset to a step, chord by chord, the highest first.
    fn stack(&self, group: &[MidiNote], place: i64, stack: &mut Vec<Chord>, told: &mut Told) {
        let span = (self.step_size.tick_of(place + 1) - self.step_size.tick_of(place)).0.max(1);
        let first = match self.timing {
            Timing::Keep => stack.len(),
            // Onsets that went to one step begin at once now.
            Timing::Quantise => 0,
        };
        for note in group.iter().rev() {
            let gate = gate(note.length, span, told);
            let key = Key::saturating(note.key);
            let chords = stack.get_mut(first..).unwrap_or_default();
            let is_there = |chord: &Chord| chord.keys.iter().any(|present| present == key);
            if chords.iter().any(is_there) {
                told.left_out += 1;
                continue;
            }
            let chord = chords
                .iter_mut()
                .find(|chord| (chord.velocity, chord.gate) == (note.velocity, gate));
            if chord.is_some_and(|chord| chord.keys.push(key).is_ok()) {
                continue;
            }
            let micro_timing = match self.timing {
                Timing::Keep => Tick(note.onset) - self.step_size.tick_of(place),
                Timing::Quantise => Ticks(0),
            };
            let velocity = note.velocity;
            stack.push(Chord { micro_timing, velocity, gate, keys: Keys::one(key) });
        }
    }

    /// The coarsest of the usual step sizes, finer than this one, on which every onset has a step of its own.
    fn finer(&self, notes: &[MidiNote]) -> Option<i64> {
        const DENOMINATORS: [i64; 9] = [8, 12, 16, 24, 32, 48, 64, 96, 128];
        DENOMINATORS.into_iter().find(|denominator| {
            let Ok(step_size) = StepSize::new(1, *denominator) else { return false };
            let is_finer = step_size.ticks_ceil() < self.step_size.ticks_ceil();
            let extent = self.extent.in_steps_of(step_size, self.step_size).filter(|_| is_finer);
            let Some(extent) = extent else { return false };
            let grid = Grid { step_size, extent, timing: Timing::Keep };
            let mut told = Told::default();
            grid.stacks(notes, &mut told);
            told.crowded == 0
        })
    }
}

/// The gate in percent of a step of `span` ticks, to the nearest.
fn gate(length: i64, span: i64, told: &mut Told) -> GateLength {
    let percent = mul_div_round(length, 100, span);
    told.too_long += usize::from(percent > i64::from(GATE_PERCENT_MAX));
    told.too_short += usize::from(percent < i64::from(GATE_PERCENT_MIN));
    let held = percent.clamp(i64::from(GATE_PERCENT_MIN), i64::from(GATE_PERCENT_MAX));
    GateLength::from_percent(held).unwrap_or_default()
}

/// Makes of the last chords of one onset one, until there are no more than `depth`; then the last go.
fn merge(stack: &mut Vec<Chord>, depth: usize, told: &mut Told) {
    while stack.len() > depth {
        let is_same_onset =
            |pair: &[Chord]| matches!(pair, [a, b] if a.micro_timing == b.micro_timing);
        // Chords of one onset stand together.
        let pair = stack.windows(2).rposition(is_same_onset);
        let Some(chord) = pair.map(|at| stack.remove(at + 1)).or_else(|| stack.pop()) else {
            return;
        };
        let Some(whole) = pair.and_then(|at| stack.get_mut(at)) else {
            told.crowded_out += chord.keys.len();
            continue;
        };
        whole.velocity = whole.velocity.max(chord.velocity);
        whole.gate = whole.gate.max(chord.gate);
        for key in chord.keys.iter() {
            told.left_out += usize::from(whole.keys.push(key).is_err());
        }
    }
}
