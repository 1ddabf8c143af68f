//! The notes that playing yields, and where they are collected.

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

/// Takes notes in any order and keeps them by onset, then track, then arrival.
pub trait NoteSink {
    /// Takes one note. Real-time sinks do not allocate: they count what they cannot hold.
    fn insert(&mut self, note: Note);
}

fn comes_after(earlier: &Note, later: &Note) -> bool {
    (earlier.onset, earlier.track_index) > (later.onset, later.track_index)
}

/// For everything but real-time code: grows as needed.
impl NoteSink for Vec<Note> {
    fn insert(&mut self, note: Note) {
        let place =
            self.iter().rposition(|present| !comes_after(present, &note)).map_or(0, |p| p + 1);
        Vec::insert(self, place, note);
    }
}

/// A fixed number of notes in order.
///
/// # Realtime
/// All memory is taken in [`NoteBuffer::with_capacity`]. A note that finds no room is refused and counted.
#[derive(Clone, Debug)]
pub struct NoteBuffer {
    notes: Vec<Note>,
    capacity: usize,
    refused_count: u64,
}

impl NoteBuffer {
    /// Room for `capacity` notes.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> NoteBuffer {
        NoteBuffer { notes: Vec::with_capacity(capacity), capacity, refused_count: 0 }
    }

    /// The notes, in order.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// How many notes found no room since the last [`NoteBuffer::clear`].
    #[must_use]
    pub fn refused_count(&self) -> u64 {
        self.refused_count
    }

    /// Forgets all notes, and the count of the refused.
    pub fn clear(&mut self) {
        self.notes.clear();
        self.refused_count = 0;
    }
}

impl NoteSink for NoteBuffer {
    #[inline]
    fn insert(&mut self, note: Note) {
        if self.notes.len() >= self.capacity {
            self.refused_count += 1;
            return;
        }
        self.notes.push(note);
        // Insertion sort from the back: notes come nearly in order, so this seldom moves any.
        let mut place = self.notes.len() - 1;
        while let Some(before) = place.checked_sub(1) {
            match self.notes.get(before) {
                Some(present) if comes_after(present, &note) => self.notes.swap(before, place),
                _ => break,
            }
            place = before;
        }
    }
}
