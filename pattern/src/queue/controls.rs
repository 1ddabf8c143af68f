//! What the controls of all channels were last set to, so that a value is sent once.

use crate::document::{Control, Lock};
use crate::limits::PORTS_MAX;
use crate::note::{Address, Change};
use crate::queue::{Event, EventKind};
use crate::time::Tick;

/// Controls of channels: 120 controllers, bend and program.
const CONTROLS: usize = 122;
const CHANNELS: usize = 16;

/// How many controls of all channels are remembered; more are sent each time they are set.
const REMEMBERED_MAX: usize = 4096;

/// No entry.
const NONE: u16 = u16::MAX;

/// The last value of each control that was set.
///
/// # Realtime
/// All memory is taken in [`ControlMemory::new`].
#[derive(Clone, Debug)]
pub(super) struct ControlMemory {
    /// For each control of each channel of each port, its entry.
    places: Vec<u16>,
    entries: Vec<Entry>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    address: Address,
    track_index: u8,
    /// What it was last set to; `None`: not known, or never told.
    sent: Option<Lock>,
    /// Whether somebody plays it: it goes back to its base value when nobody does any more.
    is_played: bool,
    base: Lock,
    /// What it is to be set to next, and since when that holds.
    wanted: Option<(Tick, Lock)>,
}

impl ControlMemory {
    pub(super) fn new() -> ControlMemory {
        ControlMemory {
            places: vec![NONE; usize::from(PORTS_MAX) * CHANNELS * CONTROLS],
            entries: Vec::with_capacity(REMEMBERED_MAX),
        }
    }

    pub(super) fn forget(&mut self) {
        for entry in &mut self.entries {
            entry.sent = None;
        }
    }

    /// Sets the controls of channels among the changes of one tick: each once, to its last value, where that is another one.
    pub(super) fn set_together(
        &mut self,
        changes: &[Change],
        tick: Tick,
        out: &mut impl FnMut(Event),
    ) {
        for change in of_channels(changes) {
            match self.entry(change) {
                Some(entry) => {
                    entry.wanted = Some((tick, change.lock));
                    entry.track_index = change.track_index;
                }
                None => out(event_of(change, tick)),
            }
        }
        for change in of_channels(changes) {
            if let Some(entry) = self.entry(change) {
                entry.send_wanted(tick, out);
            }
        }
    }

    /// Sets all controls to what `holding` says, and those that it does not name to their base values.
    pub(super) fn restore(&mut self, holding: &[Change], tick: Tick, out: &mut impl FnMut(Event)) {
        for change in of_channels(holding) {
            let Some(entry) = self.entry(change) else {
                out(event_of(change, tick));
                continue;
            };
            // The latest of several tracks holds, and of several at one tick the last.
            if entry.wanted.is_none_or(|(since, _)| since <= change.tick) {
                entry.wanted = Some((change.tick, change.lock));
                entry.track_index = change.track_index;
            }
        }
        // Controls that nobody plays any more go back first, in case one of them chooses a bank.
        for entry in &mut self.entries {
            if entry.wanted.is_none() && entry.is_played {
                entry.wanted = Some((tick, entry.base));
                entry.send_wanted(tick, out);
                entry.is_played = false;
            }
        }
        // In the order of tracks, as everything else at one tick; it is told by the time since which it holds.
        let track_max = holding.iter().map(|change| change.track_index).max();
        for track_index in 0..=track_max.unwrap_or(0) {
            let is_its = |change: &&Change| change.track_index == track_index;
            for change in of_channels(holding).filter(is_its) {
                if let Some(entry) = self.entry(change) {
                    entry.send_wanted(tick, out);
                }
            }
        }
    }

    /// The entry of a change's control, made where there is none; `None` without room for it.
    fn entry(&mut self, change: &Change) -> Option<&mut Entry> {
        let Change { address, track_index, lock, base, .. } = *change;
        let place = self.places.get_mut(place(address, lock.control())?)?;
        if *place == NONE {
            if self.entries.len() >= REMEMBERED_MAX {
                return None;
            }
            *place = u16::try_from(self.entries.len()).ok()?;
            let entry =
                Entry { address, track_index, sent: None, is_played: false, base, wanted: None };
            self.entries.push(entry);
        }
        let entry = self.entries.get_mut(usize::from(*place))?;
        entry.base = base;
        Some(entry)
    }
}

impl Entry {
    fn send_wanted(&mut self, tick: Tick, out: &mut impl FnMut(Event)) {
        let Some((_, lock)) = self.wanted.take() else { return };
        self.is_played = true;
        if self.sent != Some(lock) {
            self.sent = Some(lock);
            let Entry { address, track_index, .. } = *self;
            out(Event { tick, address, track_index, kind: EventKind::Control(lock) });
        }
    }
}

fn event_of(change: &Change, tick: Tick) -> Event {
    let Change { address, track_index, lock, .. } = *change;
    Event { tick, address, track_index, kind: EventKind::Control(lock) }
}

fn of_channels(changes: &[Change]) -> impl Iterator<Item = &Change> {
    changes.iter().filter(|change| !change.lock.control().is_per_note())
}

/// The place of a control of a channel; `None` for what belongs to a note, or an address beyond the limits.
fn place(address: Address, control: Control) -> Option<usize> {
    let control = match control {
        Control::Cc(controller) => usize::from(controller.get()),
        Control::Bend => CONTROLS - 2,
        Control::Program => CONTROLS - 1,
        _ => return None,
    };
    let (port, channel) = (usize::from(address.port), usize::from(address.channel));
    (channel < CHANNELS).then(|| (port * CHANNELS + channel) * CONTROLS + control)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]
mod tests {
    use super::*;

    fn change(tick: i64, track_index: u8, control: Control, value: i64) -> Change {
        let lock = Lock::new(control, value).unwrap();
        let base = Lock::default_base(control);
        let (tick, address) = (Tick(tick), Address::default());
        Change { tick, address, track_index, lock, base }
    }

    fn told(what: impl FnOnce(&mut dyn FnMut(Event))) -> Vec<(i64, String, i16)> {
        let mut told = Vec::new();
        what(&mut |event| {
            let EventKind::Control(lock) = event.kind else { panic!("{event:?}") };
            told.push((event.tick.0, lock.control().to_string(), lock.value()));
        });
        told
    }

    #[test]
    fn a_control_is_set_once_at_a_tick_and_only_to_another_value() {
        let mut memory = ControlMemory::new();
        let cc = Control::cc(74).unwrap();
        let both = [change(5, 0, cc, 10), change(5, 1, cc, 20), change(5, 1, Control::Bend, 3)];
        let set = |memory: &mut ControlMemory, tick| {
            told(|mut out| memory.set_together(&both, Tick(tick), &mut out))
        };
        assert_eq!(set(&mut memory, 5), [(5, "cc74".to_owned(), 20), (5, "bend".to_owned(), 3)]);
        assert_eq!(set(&mut memory, 6), []);
        memory.forget();
        assert_eq!(set(&mut memory, 7).len(), 2);
    }

    #[test]
    fn what_nobody_plays_any_more_goes_back_and_the_latest_of_several_holds() {
        let mut memory = ControlMemory::new();
        let (cc, other) = (Control::cc(74).unwrap(), Control::cc(10).unwrap());
        let restore = |memory: &mut ControlMemory, holding: &[Change]| {
            told(|mut out| memory.restore(holding, Tick(100), &mut out))
        };
        let first = [change(50, 0, cc, 10), change(40, 1, cc, 20), change(i64::MIN, 1, other, 5)];
        assert_eq!(
            restore(&mut memory, &first),
            [(100, "cc74".to_owned(), 10), (100, "cc10".to_owned(), 5)]
        );
        assert_eq!(restore(&mut memory, &first), []);
        // Its base value is 64, which the second one has; then nothing is left to go back.
        assert_eq!(restore(&mut memory, &first[2..]), [(100, "cc74".to_owned(), 64)]);
        assert_eq!(restore(&mut memory, &first[2..]), []);
        // After a locate all that is played is told again, and what is played no more goes back even so.
        restore(&mut memory, &first);
        memory.forget();
        assert_eq!(
            restore(&mut memory, &first[..2]),
            [(100, "cc10".to_owned(), 64), (100, "cc74".to_owned(), 10)]
        );
    }
}
