//! Notes become note-ons and note-offs here: every note-on gets its own note-off, on the same destination. Controls are set
//! only where that changes them.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod controls;

use crate::document::Lock;
use crate::limits::{PORTS_MAX, SOUNDING_MAX};
use crate::note::{Address, Change, Note};
use crate::time::Tick;

use controls::ControlMemory;

/// What is sent to a synthesiser.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// When.
    pub tick: Tick,
    /// Where.
    pub address: Address,
    /// The track whose note it is, by its place in the pattern.
    pub track_index: u8,
    /// What.
    pub kind: EventKind,
}

/// What an [`Event`] does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EventKind {
    /// A note starts.
    NoteOn {
        /// How strong, `(0, 1]`.
        velocity: f32,
    },
    /// The note that sounds at this address ends.
    NoteOff,
    /// A control is set: of the channel, or of the note that has just started at this address.
    Control(Lock),
}

/// The note-offs that are owed, by tick, and what the controls of the channels were last set to.
///
/// It keeps these rules: a key on a channel of a port sounds once, and a new onset first ends the old note at the same
/// tick; of several notes for one address, or several values for one control, at one tick the last wins; a control is set
/// only to another value than it has. At one tick offs come first, then the controls of channels, then each note-on with
/// what is set of that note.
///
/// # Realtime
/// All memory is taken in [`NoteOffQueue::new`]. It holds [`SOUNDING_MAX`] notes; a note-on is accepted only with room
/// for its note-off, others are refused and counted, so that none ever hangs.
#[derive(Clone, Debug)]
pub struct NoteOffQueue {
    /// By tick; those before `head` are done. The room before `head` is taken back when the end is reached.
    owed: Vec<Owed>,
    head: usize,
    sounding: AddressSet,
    controls: ControlMemory,
    refused_count: u64,
}

#[derive(Clone, Copy, Debug)]
struct Owed {
    tick: Tick,
    address: Address,
    track_index: u8,
}

impl Owed {
    /// The off of this note, at `tick`.
    #[inline]
    fn off(self, tick: Tick) -> Event {
        let Owed { address, track_index, .. } = self;
        Event { tick, address, track_index, kind: EventKind::NoteOff }
    }
}

impl Default for NoteOffQueue {
    fn default() -> NoteOffQueue {
        NoteOffQueue::new()
    }
}

impl NoteOffQueue {
    /// An empty queue.
    #[must_use]
    pub fn new() -> NoteOffQueue {
        NoteOffQueue {
            owed: Vec::with_capacity(SOUNDING_MAX),
            head: 0,
            sounding: AddressSet::new(),
            controls: ControlMemory::new(),
            refused_count: 0,
        }
    }

    /// How many notes sound.
    #[must_use]
    pub fn sounding_count(&self) -> usize {
        self.owed.len() - self.head
    }

    /// How many notes found no room, since the start.
    #[must_use]
    pub fn refused_count(&self) -> u64 {
        self.refused_count
    }

    /// The tick of the next note-off, if a note sounds.
    #[inline]
    #[must_use]
    pub fn next_off(&self) -> Option<Tick> {
        self.owed.get(self.head).map(|owed| owed.tick)
    }

    /// Tells every event before `end`, in order: the offs that come due, the onsets of `notes` and the `changes` of controls,
    /// which are in order and all lie before `end`.
    pub fn advance(
        &mut self,
        notes: &[Note],
        changes: &[Change],
        end: Tick,
        out: &mut impl FnMut(Event),
    ) {
        let (mut notes, mut changes) = (notes, changes);
        loop {
            let onset = notes.first().map(|note| note.onset);
            let set = changes.first().map(|change| change.tick);
            let Some(tick) = onset.into_iter().chain(set).min() else { break };
            let now = split_while(&mut notes, |note| note.onset == tick);
            let set_now = split_while(&mut changes, |change| change.tick == tick);
            self.release_due(Tick(tick.0.saturating_add(1)), out);
            for note in now {
                self.release(note.address, tick, out);
            }
            self.controls.set_together(set_now, tick, out);
            self.start_together(now, set_now, tick, out);
        }
        self.release_due(end, out);
    }

    /// What the controls are set to is not known any more: the next change of each is told, whatever its value.
    pub fn forget_controls(&mut self) {
        self.controls.forget();
    }

    /// Makes the controls what `holding` says (see [`crate::controls_at`]): a control that it does not name any more goes back
    /// to its base value.
    pub fn restore_controls(
        &mut self,
        holding: &[Change],
        tick: Tick,
        out: &mut impl FnMut(Event),
    ) {
        self.controls.restore(holding, tick, out);
    }

    /// Ends the note that sounds at `address`, if one does, at `tick`.
    pub fn release(&mut self, address: Address, tick: Tick, out: &mut impl FnMut(Event)) {
        if self.sounding.contains(address) {
            self.end_early(address, tick, out);
        }
    }

    /// Ends everything that sounds, at `tick`.
    pub fn flush(&mut self, tick: Tick, out: &mut impl FnMut(Event)) {
        for owed in self.owed.iter().skip(self.head) {
            out(owed.off(tick));
        }
        self.owed.clear();
        self.head = 0;
        self.sounding.clear();
    }

    /// Tells the offs before `end`.
    #[inline]
    fn release_due(&mut self, end: Tick, out: &mut impl FnMut(Event)) {
        while let Some(owed) = self.owed.get(self.head) {
            if owed.tick >= end {
                return;
            }
            out(owed.off(owed.tick));
            self.sounding.remove(owed.address);
            self.head += 1;
        }
        self.owed.clear();
        self.head = 0;
    }

    /// Starts the notes of one tick, each with what is set of it.
    fn start_together(
        &mut self,
        notes: &[Note],
        changes: &[Change],
        tick: Tick,
        out: &mut impl FnMut(Event),
    ) {
        for (place, note) in notes.iter().enumerate() {
            let is_superseded =
                notes.iter().skip(place + 1).any(|later| later.address == note.address);
            if is_superseded {
                continue;
            }
            let Note { address, track_index, .. } = *note;
            if !self.owe(Owed { tick: note.onset + note.length, address, track_index }) {
                self.refused_count += 1;
                continue;
            }
            let kind = EventKind::NoteOn { velocity: note.velocity };
            out(Event { tick, address, track_index, kind });
            let is_its = |change: &&Change| {
                change.lock.control().is_per_note()
                    && (change.address, change.track_index) == (address, track_index)
            };
            for change in changes.iter().filter(is_its) {
                let kind = EventKind::Control(change.lock);
                out(Event { tick, address, track_index, kind });
            }
        }
    }

    /// Ends the note that sounds at `address` before its time.
    fn end_early(&mut self, address: Address, tick: Tick, out: &mut impl FnMut(Event)) {
        let found = self.owed.iter().skip(self.head).position(|owed| owed.address == address);
        if let Some(place) = found {
            let owed = self.owed.remove(self.head + place);
            self.sounding.remove(address);
            out(owed.off(tick));
        }
    }

    /// Notes down an off; `false` if there is no room, or no such address.
    #[inline]
    fn owe(&mut self, owed: Owed) -> bool {
        if self.owed.len() == SOUNDING_MAX {
            // Take back the room of what is done.
            self.owed.drain(..self.head);
            self.head = 0;
            if self.owed.len() == SOUNDING_MAX {
                return false;
            }
        }
        if !self.sounding.insert(owed.address) {
            return false;
        }
        // Most offs come after all others: look from the back.
        let later = self.owed.iter().skip(self.head).rev().take_while(|o| o.tick > owed.tick);
        let place = self.owed.len() - later.count();
        self.owed.insert(place, owed);
        true
    }
}

/// Takes what a slice begins with, as long as it is wanted.
#[inline]
fn split_while<'a, T>(rest: &mut &'a [T], is_wanted: impl Fn(&T) -> bool) -> &'a [T] {
    let count = rest.iter().take_while(|item| is_wanted(item)).count();
    let (now, later) = rest.split_at(count.min(rest.len()));
    *rest = later;
    now
}

/// Which addresses sound, a bit for each.
#[derive(Clone, Debug)]
struct AddressSet {
    words: Vec<u64>,
}

const CHANNELS: usize = 16;
const KEYS: usize = 128;

impl AddressSet {
    fn new() -> AddressSet {
        AddressSet { words: vec![0; usize::from(PORTS_MAX) * CHANNELS * KEYS / 64] }
    }

    #[inline]
    fn place(address: Address) -> Option<(usize, u64)> {
        let (port, channel, key) =
            (usize::from(address.port), usize::from(address.channel), usize::from(address.key));
        if channel >= CHANNELS || key >= KEYS {
            return None;
        }
        let bit = (port * CHANNELS + channel) * KEYS + key;
        Some((bit / 64, 1 << (bit % 64)))
    }

    #[inline]
    fn contains(&self, address: Address) -> bool {
        Self::place(address)
            .and_then(|(word, bit)| self.words.get(word).map(|present| present & bit != 0))
            .unwrap_or(false)
    }

    /// `false` for an address beyond the limits.
    #[inline]
    fn insert(&mut self, address: Address) -> bool {
        let Some((word, bit)) = Self::place(address) else { return false };
        let Some(present) = self.words.get_mut(word) else { return false };
        *present |= bit;
        true
    }

    #[inline]
    fn remove(&mut self, address: Address) {
        if let Some((word, bit)) = Self::place(address)
            && let Some(present) = self.words.get_mut(word)
        {
            *present &= !bit;
        }
    }

    fn clear(&mut self) {
        self.words.fill(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Ticks;

    fn note(onset: i64, length: i64, key: u8) -> Note {
        Note {
            onset: Tick(onset),
            length: Ticks(length),
            address: Address { port: 0, channel: 0, key },
            velocity: 1.0,
            track_index: 0,
            step_index: 0,
        }
    }

    fn check(notes: &[Note], end: i64, expected: &[(i64, u8, bool)]) {
        let mut queue = NoteOffQueue::new();
        let mut told = Vec::new();
        queue.advance(notes, &[], Tick(end), &mut |event| {
            told.push((
                event.tick.0,
                event.address.key,
                matches!(event.kind, EventKind::NoteOn { .. }),
            ));
        });
        assert_eq!(told, expected);
    }

    #[test]
    fn an_off_at_the_end_belongs_to_the_next_window() {
        check(&[note(0, 10, 60)], 10, &[(0, 60, true)]);
        check(&[note(0, 10, 60)], 11, &[(0, 60, true), (10, 60, false)]);
    }

    #[test]
    fn a_new_onset_first_ends_the_old_note_of_its_key() {
        check(
            &[note(0, 100, 60), note(40, 10, 60)],
            200,
            &[(0, 60, true), (40, 60, false), (40, 60, true), (50, 60, false)],
        );
    }

    #[test]
    fn at_one_tick_all_offs_come_before_all_ons() {
        check(
            &[note(0, 50, 60), note(0, 90, 61), note(50, 10, 59), note(50, 10, 61)],
            55,
            &[
                (0, 60, true),
                (0, 61, true),
                (50, 60, false),
                (50, 61, false),
                (50, 59, true),
                (50, 61, true),
            ],
        );
    }

    #[test]
    fn of_two_notes_for_one_key_at_one_tick_the_later_wins() {
        check(&[note(0, 50, 60), note(0, 20, 60)], 99, &[(0, 60, true), (20, 60, false)]);
    }

    #[test]
    fn a_full_queue_refuses_notes_and_leaves_none_hanging() {
        let mut queue = NoteOffQueue::new();
        let mut balance = 0i64;
        for channel in 0..16 {
            for key in 0..128 {
                let mut note = note(0, 1_000_000, key);
                note.address.channel = channel;
                queue.advance(&[note], &[], Tick(1), &mut |_| balance += 1);
            }
        }
        let mut other = note(0, 10, 0);
        other.address.port = 1;
        queue.advance(&[other], &[], Tick(1), &mut |_| balance += 1);
        assert_eq!((balance, queue.refused_count()), (2048, 1));
        queue.flush(Tick(2), &mut |_| balance -= 1);
        assert_eq!((balance, queue.sounding_count()), (0, 0));
    }
}
