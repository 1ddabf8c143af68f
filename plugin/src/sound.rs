//! What *Tresillo Instrument* sounds with: the built-in instrument, told the same events as the host.

use tresillo_pattern::document::Control;
use tresillo_pattern::{Address, EventKind};
use tresillo_synth::{BuiltIn, Message, TimedMessage};

use crate::engine::EventOutput;
use crate::output::SILENCE;

/// Messages that a block may hold: more notes at once than there are voices to sound them.
const MESSAGES_MAX: usize = 8192;

/// The built-in instrument, and what it is told in this block.
///
/// # Realtime
/// All memory is taken in [`Sound::new`].
pub(crate) struct Sound {
    synth: BuiltIn,
    messages: Vec<TimedMessage>,
}

impl Sound {
    /// `[main-thread]`
    pub(crate) fn new(sample_rate_hz: f64) -> Sound {
        Sound { synth: BuiltIn::new(sample_rate_hz), messages: Vec::with_capacity(MESSAGES_MAX) }
    }

    /// Silence at once. `[audio-thread]`
    pub(crate) fn reset(&mut self) {
        self.synth.reset();
        self.messages.clear();
    }

    /// Computes a block of what it was told; both channels are as long and are fully overwritten. `[audio-thread]`
    pub(crate) fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        self.synth.process(&self.messages, left, right);
        self.messages.clear();
    }

    fn tell(&mut self, frame: u32, address: Address, kind: EventKind) {
        if let Some(message) = message_of(address.key, kind) {
            self.push(TimedMessage { frame, channel: address.channel, message });
        }
    }

    fn silence(&mut self, frame: u32, channel: u8) {
        for controller in SILENCE {
            let message = Message::ControlChange { controller, value: 0 };
            self.push(TimedMessage { frame, channel, message });
        }
    }

    fn push(&mut self, message: TimedMessage) {
        if self.messages.len() < self.messages.capacity() {
            self.messages.push(message);
        }
    }
}

/// An event as the instrument is told it; `None` for what it cannot be told of a note by itself.
fn message_of(key: u8, kind: EventKind) -> Option<Message> {
    let lock = match kind {
        EventKind::NoteOn { velocity } => return Some(Message::NoteOn { key, velocity }),
        EventKind::NoteOff => return Some(Message::NoteOff { key }),
        EventKind::Control(lock) => lock,
    };
    let value = u8::try_from(lock.value()).unwrap_or(0);
    Some(match lock.control() {
        Control::Cc(controller) => Message::ControlChange { controller: controller.get(), value },
        Control::Bend => Message::PitchBend { value: lock.value() },
        Control::Program => Message::ProgramChange { program: value },
        Control::Pressure => Message::PolyPressure { key, pressure: value },
        Control::Tuning | Control::Brightness | Control::Pan => return None,
    })
}

/// Tells each event to an instrument as well as to the host.
pub(crate) struct Heard<'a, O> {
    pub(crate) sound: Option<&'a mut Sound>,
    pub(crate) host: O,
}

impl<O: EventOutput> EventOutput for Heard<'_, O> {
    fn send(&mut self, offset: u32, address: Address, kind: EventKind) -> bool {
        if let Some(sound) = &mut self.sound {
            sound.tell(offset, address, kind);
        }
        self.host.send(offset, address, kind)
    }

    fn silence(&mut self, offset: u32, channel: u8) -> bool {
        if let Some(sound) = &mut self.sound {
            sound.silence(offset, channel);
        }
        self.host.silence(offset, channel)
    }
}
