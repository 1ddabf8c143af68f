//! The notes and changes of controls that playing yields, and where they are collected.

use crate::document::Lock;
use crate::time::{Tick, Ticks};

/// Where a note sounds. A key on a channel of a port sounds once at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// The output, from 0.
    pub port: u8,
    /// The MIDI channel, `0..=15`.
    pub channel: u8,
    /// The MIDI key, `0..=127`.
    pub key: u8,
}

/// One note, whole: it is told once, in the window of its onset, with its full length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Note {
    /// When it starts.
    pub onset: Tick,
    /// How long it is held; at least a tick.
    pub length: Ticks,
    /// Where it sounds.
    pub address: Address,
    /// How strong, `(0, 1]`.
    pub velocity: f32,
    /// The track it comes from, by its place in the pattern.
    pub track_index: u8,
    /// The step it comes from, from 0.
    pub step_index: u8,
}

/// One change of a control: of a channel, or of a note by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// When.
    pub tick: Tick,
    /// The channel, and for what belongs to a note the key; that note starts at this tick. Key 0 for what belongs to the
    /// channel.
    pub address: Address,
    /// The track that makes it, by its place in the pattern.
    pub track_index: u8,
    /// What is set, and to what.
    pub lock: Lock,
    /// The base value of the same control.
    pub base: Lock,
}

/// Takes notes in any order and keeps them by onset, then track, then arrival; changes of controls by tick, then track, then
/// arrival.
pub trait NoteSink {
    /// Takes one note. Real-time sinks do not allocate: they count what they cannot hold.
    fn insert(&mut self, note: Note);

    /// Takes one change of a control; a sink that is for notes alone lets it go.
    fn insert_change(&mut self, change: Change) {
        let _ = change;
    }

    /// Called when all has been told: a sink that puts off its sorting sorts now.
    fn settle(&mut self) {}
}

/// What is kept by tick, then track, then arrival.
trait Timed: Copy {
    fn tick(&self) -> Tick;
    fn track(&self) -> u8;

    #[inline]
    fn comes_after(&self, other: &Self) -> bool {
        (self.tick(), self.track()) > (other.tick(), other.track())
    }
}

impl Timed for Note {
    #[inline]
    fn tick(&self) -> Tick {
        self.onset
    }

    #[inline]
    fn track(&self) -> u8 {
        self.track_index
    }
}

impl Timed for Change {
    #[inline]
    fn tick(&self) -> Tick {
        self.tick
    }

    #[inline]
    fn track(&self) -> u8 {
        self.track_index
    }
}

/// Moves the last of some things to its place among the sorted ones before it.
#[inline]
fn sift_back<T: Timed>(items: &mut [T]) {
    let Some((new, sorted)) = items.split_last() else { return };
    // Things come nearly in order, so the place is nearly always the last or close to it.
    let near = sorted.len().saturating_sub(8);
    let place = match sorted.iter().skip(near).rposition(|present| !present.comes_after(new)) {
        Some(found) => near + found + 1,
        None => sorted.partition_point(|present| !present.comes_after(new)),
    };
    if let Some(moved) = items.get_mut(place..) {
        moved.rotate_right(1);
    }
}

/// For everything but real-time code: grows as needed. Changes of controls are let go.
impl NoteSink for Vec<Note> {
    fn insert(&mut self, note: Note) {
        self.push(note);
        sift_back(self);
    }
}

/// Things that come track by track. Those of the track that is told now stand behind all others, sorted by themselves; they
/// are merged with those before when the next track begins, so that each moves once for each track behind it at most.
#[derive(Clone, Debug)]
struct Runs<T> {
    items: Vec<T>,
    capacity: usize,
    run_start: usize,
    /// Room to merge in.
    scratch: Vec<T>,
}

impl<T: Timed> Runs<T> {
    fn with_capacity(capacity: usize) -> Runs<T> {
        Runs {
            items: Vec::with_capacity(capacity),
            capacity,
            run_start: 0,
            scratch: Vec::with_capacity(capacity),
        }
    }

    fn clear(&mut self) {
        self.items.clear();
        self.run_start = 0;
    }

    /// Whether there was room.
    #[inline]
    fn insert(&mut self, item: T) -> bool {
        if self.items.len() >= self.capacity {
            return false;
        }
        if self.items.last().is_some_and(|last| last.track() != item.track()) {
            self.settle();
        }
        self.items.push(item);
        if let Some(run) = self.items.get_mut(self.run_start..) {
            sift_back(run);
        }
        true
    }

    /// Merges the last run with what is before it.
    fn settle(&mut self) {
        let start = std::mem::replace(&mut self.run_start, self.items.len());
        let (before, run) = self.items.split_at(start);
        let is_in_order = match (before.last(), run.first()) {
            (Some(last), Some(first)) => !last.comes_after(first),
            _ => true,
        };
        if is_in_order {
            return;
        }
        self.scratch.clear();
        self.scratch.extend_from_slice(run);
        let (mut left, mut end) = (start, self.items.len());
        while let Some(later) = self.scratch.last() {
            let earlier = left.checked_sub(1).and_then(|place| self.items.get(place)).copied();
            end -= 1;
            let taken = match earlier {
                Some(earlier) if earlier.comes_after(later) => {
                    left -= 1;
                    earlier
                }
                _ => {
                    let taken = *later;
                    self.scratch.pop();
                    taken
                }
            };
            if let Some(place) = self.items.get_mut(end) {
                *place = taken;
            }
        }
    }
}

/// A fixed number of notes and of changes, in order.
///
/// # Realtime
/// All memory is taken in [`NoteBuffer::with_capacity`]. A note or a change that finds no room is refused and counted.
#[derive(Clone, Debug)]
pub struct NoteBuffer {
    notes: Runs<Note>,
    changes: Runs<Change>,
    refused_count: u64,
}

impl NoteBuffer {
    /// Room for `capacity` notes, and as many changes.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> NoteBuffer {
        NoteBuffer {
            notes: Runs::with_capacity(capacity),
            changes: Runs::with_capacity(capacity),
            refused_count: 0,
        }
    }

    /// The notes, in order once all has been told.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes.items
    }

    /// The changes of controls, in order once all has been told.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes.items
    }

    /// How many notes and changes found no room since the last [`NoteBuffer::clear`].
    #[must_use]
    pub fn refused_count(&self) -> u64 {
        self.refused_count
    }

    /// Forgets all, and the count of the refused.
    pub fn clear(&mut self) {
        self.notes.clear();
        self.changes.clear();
        self.refused_count = 0;
    }
}

impl NoteSink for NoteBuffer {
    #[inline]
    fn insert(&mut self, note: Note) {
        self.refused_count += u64::from(!self.notes.insert(note));
    }

    #[inline]
    fn insert_change(&mut self, change: Change) {
        self.refused_count += u64::from(!self.changes.insert(change));
    }

    #[inline]
    fn settle(&mut self) {
        self.notes.settle();
        self.changes.settle();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Notes track by track, as playing tells them, each track's own roughly in order.
    #[test]
    fn a_buffer_keeps_what_a_list_keeps() {
        let mut random = 9u64;
        let mut below = |limit: i64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            i64::try_from(random >> 40).unwrap_or(0) % limit
        };
        for round in 0..200 {
            let (mut buffer, mut list) = (NoteBuffer::with_capacity(2000), Vec::new());
            for track_index in (0..6).chain(0..3) {
                for place in 0..below(if round % 2 == 0 { 4 } else { 200 }) {
                    let note = Note {
                        onset: Tick(place * 3 + below(40)),
                        length: Ticks(1 + below(9)),
                        address: Address::default(),
                        velocity: 1.0,
                        track_index,
                        step_index: 0,
                    };
                    buffer.insert(note);
                    NoteSink::insert(&mut list, note);
                }
            }
            buffer.settle();
            assert_eq!(buffer.notes(), list.as_slice(), "round {round}");
            buffer.settle();
            assert_eq!(buffer.notes(), list.as_slice(), "settled again, round {round}");
        }
    }
}
