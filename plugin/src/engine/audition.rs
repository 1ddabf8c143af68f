//! Notes that sound for a moment because somebody wants to hear them, outside of any pattern.

use tresillo_pattern::Address;
use tresillo_pattern::document::{Key, Keys};

/// Seconds that a note sounds unless told otherwise.
const SECONDS: f32 = 0.2;

/// The longest that a note may sound, in seconds.
const SECONDS_MAX: f32 = 60.0;

/// Notes that sound at once; those beyond are refused.
const SOUNDING_MAX: usize = 64;

/// Keys that are to sound together for a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Audition {
    channel: u8,
    keys: Keys,
    velocity: f32,
    seconds: f32,
}

impl Audition {
    /// Keys on a channel, from 0, at a velocity of 0 to 1; for a fifth of a second.
    pub(crate) fn new(channel: u8, keys: Keys, velocity: f32) -> Audition {
        // A note-on of velocity 0 would be a note-off to many.
        let velocity = if velocity > 0.0 { velocity.clamp(1.0 / 127.0, 1.0) } else { 1.0 / 127.0 };
        Audition { channel: channel & 15, keys, velocity, seconds: SECONDS }
    }

    /// The same for so many seconds, a minute at most.
    pub(crate) fn lasting(self, seconds: f32) -> Audition {
        let seconds = if seconds.is_finite() { seconds.clamp(0.0, SECONDS_MAX) } else { SECONDS };
        Audition { seconds, ..self }
    }

    pub(super) fn velocity(&self) -> f32 {
        self.velocity
    }

    /// Where it sounds.
    pub(super) fn addresses(&self) -> impl Iterator<Item = Address> + '_ {
        let address = |key: Key| Address { port: 0, channel: self.channel, key: key.get() };
        self.keys.iter().map(address)
    }
}

/// The auditioned notes that sound, and for how long.
///
/// # Realtime
/// It has no memory of its own and goes through at most [`SOUNDING_MAX`] notes.
#[derive(Clone, Debug)]
pub(super) struct Auditioned {
    /// Each with the frames that are left; the first `count` count.
    notes: [(Address, u32); SOUNDING_MAX],
    count: usize,
    sample_rate_hz: f64,
}

impl Auditioned {
    pub(super) fn new() -> Auditioned {
        let nothing = Address { port: 0, channel: 0, key: 0 };
        Auditioned { notes: [(nothing, 0); SOUNDING_MAX], count: 0, sample_rate_hz: 48_000.0 }
    }

    pub(super) fn set_sample_rate(&mut self, sample_rate_hz: f64) {
        if sample_rate_hz.is_finite() && sample_rate_hz >= 1.0 {
            self.sample_rate_hz = sample_rate_hz;
        }
    }

    /// Whether there is no room for another note.
    pub(super) fn is_full(&self) -> bool {
        self.count == SOUNDING_MAX
    }

    /// A note of this audition sounds from now on; it must not sound already, and there must be room.
    pub(super) fn insert(&mut self, address: Address, audition: &Audition) {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "not negative; the conversion saturates"
        )]
        let frames = (f64::from(audition.seconds) * self.sample_rate_hz).round() as u32;
        if let Some(place) = self.notes.get_mut(self.count) {
            *place = (address, frames.max(1));
            self.count += 1;
        }
    }

    /// Whether it was there.
    pub(super) fn remove(&mut self, address: Address) -> bool {
        let is_same = |(there, _): &(Address, u32)| {
            (there.channel, there.key) == (address.channel, address.key)
        };
        let Some(place) = self.sounding().iter().position(is_same) else { return false };
        self.forget(place);
        true
    }

    /// How many frames from now on the next one ends.
    pub(super) fn next_end(&self) -> Option<u32> {
        self.sounding().iter().map(|(_, frames)| *frames).min()
    }

    /// So many frames have passed.
    pub(super) fn pass(&mut self, frame_count: u32) {
        for (_, frames) in self.notes.iter_mut().take(self.count) {
            *frames = frames.saturating_sub(frame_count);
        }
    }

    /// One that has come to its end, which is forgotten with that.
    pub(super) fn take_ended(&mut self) -> Option<Address> {
        let place = self.sounding().iter().position(|(_, frames)| *frames == 0)?;
        self.forget(place)
    }

    /// Any of them, which is forgotten with that.
    pub(super) fn take_any(&mut self) -> Option<Address> {
        self.forget(0)
    }

    fn sounding(&self) -> &[(Address, u32)] {
        self.notes.get(..self.count).unwrap_or_default()
    }

    /// Forgets the note in a place; the last one takes it.
    fn forget(&mut self, place: usize) -> Option<Address> {
        let (address, _) = *self.sounding().get(place)?;
        let last = *self.sounding().last()?;
        *self.notes.get_mut(place)? = last;
        self.count -= 1;
        Some(address)
    }
}
