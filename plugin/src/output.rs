//! From the engine's events to the framework's, and with MPE a channel for each note.

use std::marker::PhantomData;

use nice_plug::context::process::SendEventError;
use nice_plug::midi::{Channel, Key, VoiceID};
use nice_plug::prelude::*;
use tresillo_pattern::document::{Control, Lock};
use tresillo_pattern::{Address, EventKind};

use crate::engine::EventOutput;
use crate::params::ExpressionOutput;

/// The framework's output as the engine sees it.
pub(crate) struct HostOutput<'a, C, P> {
    context: &'a mut C,
    expression: ExpressionOutput,
    mpe: &'a mut MpeZone,
    plugin: PhantomData<P>,
}

impl<'a, P: Plugin, C: ProcessContext<P>> HostOutput<'a, C, P> {
    pub(crate) fn new(
        context: &'a mut C,
        expression: ExpressionOutput,
        mpe: &'a mut MpeZone,
    ) -> HostOutput<'a, C, P> {
        if expression != ExpressionOutput::Mpe {
            mpe.announce_again();
        }
        HostOutput { context, expression, mpe, plugin: PhantomData }
    }

    /// Tells the receiver that a lower zone with all members follows.
    fn announce(&mut self, timing: u32) {
        if self.mpe.is_announced {
            return;
        }
        let mut is_taken = true;
        for (cc, value) in ZONE_MESSAGE {
            let value = f32::from(value) / 127.0;
            is_taken &= self.offer(NoteEvent::MidiCC { timing, channel: 0, cc, value });
        }
        self.mpe.is_announced = is_taken;
    }

    /// Whether the host takes an event. One that has nowhere to put events is owed none.
    fn offer(&mut self, event: PluginNoteEvent<P>) -> bool {
        match self.context.try_send_event(event) {
            Ok(()) | Err((_, SendEventError::NoOutputBuffer)) => true,
            Err(_) => false,
        }
    }

    fn note(&mut self, offset: u32, address: Address, velocity: Option<f32>) -> bool {
        let channel = Channel::Number(address.channel);
        let key = Key::Number(address.key);
        // A key on a channel sounds once at a time, so key and channel say which note is meant. The framework then uses them
        // as the note id in VST3, and none in CLAP.
        let (timing, voice_id) = (offset, VoiceID::Wildcard);
        let event = match velocity {
            Some(velocity) => NoteEvent::NoteOn { timing, voice_id, channel, key, velocity },
            None => NoteEvent::NoteOff { timing, voice_id, channel, key, velocity: 0.0 },
        };
        self.offer(event)
    }

    fn control(&mut self, timing: u32, channel: u8, lock: Lock) -> bool {
        let value = lock.value();
        let share = f32::from(value) / 127.0;
        let event = match lock.control() {
            Control::Cc(controller) => {
                NoteEvent::MidiCC { timing, channel, cc: controller.get(), value: share }
            }
            Control::Bend => {
                NoteEvent::MidiPitchBend { timing, channel, value: bend_share(i32::from(value)) }
            }
            Control::Program => NoteEvent::MidiProgramChange {
                timing,
                channel,
                program: u8::try_from(value).unwrap_or(0),
            },
            _ => return true,
        };
        self.offer(event)
    }

    /// What belongs to a note, as the plugin format has it.
    fn note_expression(&mut self, timing: u32, address: Address, lock: Lock) -> bool {
        let channel = Channel::Number(address.channel);
        let key = Key::Number(address.key);
        let voice_id = VoiceID::Wildcard;
        let value = f32::from(lock.value());
        let event = match lock.control() {
            Control::Tuning => {
                NoteEvent::PolyTuning { timing, voice_id, channel, key, tuning: value / 100.0 }
            }
            Control::Pressure => {
                NoteEvent::PolyPressure { timing, voice_id, channel, key, pressure: value / 127.0 }
            }
            Control::Brightness => NoteEvent::PolyBrightness {
                timing,
                voice_id,
                channel,
                key,
                brightness: value / 127.0,
            },
            Control::Pan => NoteEvent::PolyPan {
                timing,
                voice_id,
                channel,
                key,
                // -64 to 63: the middle is 0, and both ends are full.
                pan: if value < 0.0 { value / 64.0 } else { value / 63.0 },
            },
            _ => return true,
        };
        self.offer(event)
    }

    /// Sends the note that has waited for what belongs to it: on its own channel, behind its bend, pressure and brightness.
    pub(crate) fn finish(&mut self) {
        let Some(waiting) = self.mpe.waiting.take() else { return };
        let Waiting { offset, address, velocity, bend, pressure, brightness } = waiting;
        self.announce(offset);
        let channel = self.mpe.open(address);
        let cc = u8::try_from(BRIGHTNESS_CC).unwrap_or(74);
        let timing = offset;
        let value = bend_share(bend);
        let pressure = f32::from(pressure) / 127.0;
        let before = [
            NoteEvent::MidiPitchBend { timing, channel, value },
            NoteEvent::MidiChannelPressure { timing, channel, pressure },
            NoteEvent::MidiCC { timing, channel, cc, value: f32::from(brightness) / 127.0 },
        ];
        let mut is_taken = true;
        for event in before {
            is_taken &= self.offer(event);
        }
        let is_on = self.note(offset, Address { channel, ..address }, Some(velocity));
        if !is_on {
            self.mpe.close(address);
        }
        self.mpe.refused_count += u64::from(!is_taken || !is_on);
    }
}

impl<P: Plugin, C: ProcessContext<P>> EventOutput for HostOutput<'_, C, P> {
    fn send(&mut self, offset: u32, address: Address, kind: EventKind) -> bool {
        let is_mpe = self.expression == ExpressionOutput::Mpe;
        if let EventKind::Control(lock) = kind
            && lock.control().is_per_note()
        {
            return match self.expression {
                ExpressionOutput::Off => true,
                ExpressionOutput::Notes => self.note_expression(offset, address, lock),
                ExpressionOutput::Mpe => {
                    self.mpe.express(address, lock);
                    true
                }
            };
        }
        self.finish();
        match kind {
            EventKind::NoteOn { velocity } if is_mpe => {
                self.mpe.waiting = Some(Waiting::new(offset, address, velocity));
                true
            }
            EventKind::NoteOn { velocity } => self.note(offset, address, Some(velocity)),
            EventKind::NoteOff => {
                // A note keeps the channel that it began on, whatever is chosen meanwhile.
                let channel = self.mpe.channel_of(address).unwrap_or(address.channel);
                let is_taken = self.note(offset, Address { channel, ..address }, None);
                if is_taken {
                    self.mpe.close(address);
                }
                is_taken
            }
            EventKind::Control(lock) => self.control(offset, address.channel, lock),
        }
    }

    fn silence(&mut self, timing: u32, channel: u8) -> bool {
        self.finish();
        let mut is_taken = true;
        for cc in SILENCE {
            is_taken &= self.offer(NoteEvent::MidiCC { timing, channel, cc, value: 0.0 });
        }
        is_taken
    }
}

/// The controllers that silence a channel, each at 0: the pedal goes up, keys are let go, and what still sounds is cut off.
///
/// Source: MIDI 1.0 detailed specification, version 4.2, section "Channel mode messages".
pub(crate) const SILENCE: [u8; 3] = [64, 123, 120];

/// Pitch bend of 14 bits as the framework wants it: 0 is all the way down, and 8192 of 16383 the middle.
fn bend_share(bend: i32) -> f32 {
    #[allow(clippy::cast_precision_loss, reason = "14 bits")]
    let share = (bend.clamp(-8192, 8191) + 8192) as f32 / 16383.0;
    share
}

/// Cents that a full bend is in an MPE zone's member channels, unless the receiver is told otherwise.
///
/// Source: "MIDI Polyphonic Expression", version 1.0 (MMA, RP-053), section 2.4: 48 semitones.
const MPE_BEND_CENTS: i32 = 4800;

/// The MPE configuration message of a lower zone, as controllers of its manager channel, the first: registered parameter 6, set
/// to the number of members. It sets their bend range to [`MPE_BEND_CENTS`], too.
///
/// Source: the same, section 2.1.
const ZONE_MESSAGE: [(u8, u8); 3] = [(101, 0), (100, 6), (6, 15)];

/// The third dimension of MPE.
const BRIGHTNESS_CC: i16 = 74;

/// The members of a lower zone: channels 2 to 16, counted from 0.
const MEMBERS: std::ops::RangeInclusive<u8> = 1..=15;

/// A note that waits for what belongs to it.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    offset: u32,
    address: Address,
    velocity: f32,
    bend: i32,
    pressure: i16,
    brightness: i16,
}

impl Waiting {
    fn new(offset: u32, address: Address, velocity: f32) -> Waiting {
        Waiting { offset, address, velocity, bend: 0, pressure: 0, brightness: 64 }
    }
}

/// One lower MPE zone: which note has which member channel.
///
/// # Realtime
/// All memory is taken in [`MpeZone::new`].
#[derive(Clone, Debug)]
pub(crate) struct MpeZone {
    waiting: Option<Waiting>,
    /// For each channel and key of the pattern, the channel on which it sounds; 0: it does not.
    channels: Vec<u8>,
    /// How many notes sound on each channel, and when the last one began.
    members: [(u16, u64); 16],
    clock: u64,
    /// Whether the receiver has been told of the zone.
    is_announced: bool,
    refused_count: u64,
}

impl MpeZone {
    pub(crate) fn new() -> MpeZone {
        MpeZone {
            waiting: None,
            channels: vec![0; 16 * 128],
            members: [(0, 0); 16],
            clock: 0,
            is_announced: false,
            refused_count: 0,
        }
    }

    /// Whoever listens from now on has not been told of the zone.
    pub(crate) fn announce_again(&mut self) {
        self.is_announced = false;
    }

    /// Notes that the host had no room for, since this was last asked.
    pub(crate) fn take_refused_count(&mut self) -> u64 {
        std::mem::take(&mut self.refused_count)
    }

    fn place(address: Address) -> usize {
        usize::from(address.channel & 15) * 128 + usize::from(address.key & 127)
    }

    fn channel_of(&self, address: Address) -> Option<u8> {
        self.channels.get(Self::place(address)).copied().filter(|channel| *channel != 0)
    }

    /// A channel for a note: the one with the fewest notes that has been quiet longest.
    fn open(&mut self, address: Address) -> u8 {
        let members = &self.members;
        let channel = MEMBERS
            .min_by_key(|channel| members.get(usize::from(*channel)).copied().unwrap_or((0, 0)))
            .unwrap_or(1);
        self.clock += 1;
        if let Some(member) = self.members.get_mut(usize::from(channel)) {
            *member = (member.0 + 1, self.clock);
        }
        if let Some(place) = self.channels.get_mut(Self::place(address)) {
            *place = channel;
        }
        channel
    }

    fn close(&mut self, address: Address) {
        let Some(place) = self.channels.get_mut(Self::place(address)) else { return };
        let channel = std::mem::take(place);
        if channel != 0
            && let Some(member) = self.members.get_mut(usize::from(channel))
        {
            member.0 = member.0.saturating_sub(1);
        }
    }

    /// Something belongs to the note that waits.
    fn express(&mut self, address: Address, lock: Lock) {
        let Some(waiting) = self.waiting.as_mut().filter(|waiting| waiting.address == address)
        else {
            return;
        };
        match lock.control() {
            Control::Tuning => waiting.bend = i32::from(lock.value()) * 8192 / MPE_BEND_CENTS,
            Control::Pressure => waiting.pressure = lock.value(),
            Control::Brightness => waiting.brightness = lock.value(),
            // MPE has no place between left and right for a note.
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(key: u8) -> Address {
        Address { port: 0, channel: 3, key }
    }

    #[test]
    fn each_note_has_a_channel_of_its_own_until_all_are_taken() {
        let mut zone = MpeZone::new();
        let channels: Vec<u8> = (0..15).map(|key| zone.open(address(key))).collect();
        assert_eq!(channels, (1..=15).collect::<Vec<u8>>());
        assert_eq!(zone.open(address(20)), 1, "the one that began first is shared");
        zone.close(address(4));
        assert_eq!(zone.open(address(21)), 5, "the one that is free");
        assert_eq!(zone.channel_of(address(21)), Some(5));
        zone.close(address(21));
        assert_eq!(zone.channel_of(address(21)), None);
    }

    #[test]
    fn a_bend_of_nothing_is_the_middle_of_14_bits() {
        for (bend, raw) in [(-8192, 0), (0, 8192), (8191, 16_383)] {
            #[allow(clippy::cast_possible_truncation, reason = "14 bits")]
            let sent = (bend_share(bend) * 16_383.0).round() as i32;
            assert_eq!(sent, raw);
        }
    }
}
