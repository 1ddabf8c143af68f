//! One sounding note.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::instrument::bank::Patch;
use crate::instrument::channel::Channel;
use crate::math;
use crate::node::{CONTROL_PERIOD, NoteSignals};
use crate::schedule::{Scratch, VoiceState};

/// Rate of vibrato, in hertz.
const VIBRATO_HZ: f32 = 5.4;

/// Share of the way to a new bend or brightness that a voice goes in a control period (1.3 ms).
const GLIDE: f32 = 0.5;

/// What keeps a note held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hold {
    pub(super) has_key: bool,
    pub(super) has_sustain: bool,
    pub(super) has_sostenuto: bool,
}

/// Where a note comes from.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Onset {
    pub(super) channel: u8,
    pub(super) key: u8,
    pub(super) velocity: f32,
    /// Notes before it since the instrument was new.
    pub(super) serial: u32,
}

/// A slot for one note.
#[derive(Debug, Default)]
pub(super) struct Voice {
    state: VoiceState,
    pub(super) onset: Onset,
    pub(super) patch: usize,
    pub(super) hold: Hold,
    pub(super) poly_pressure: f32,
    signals: NoteSignals,
    gain: [f32; 2],
    bend_octaves: f32,
    ticks: usize,
    /// Frames left of a fade-out, and its whole length.
    fade: Option<[usize; 2]>,
    has_ended: bool,
}

impl Voice {
    pub(super) fn start(&mut self, patch: &Patch, index: usize, onset: Onset, channel: &Channel) {
        let key_octaves = (f32::from(onset.key) - 69.0) * (1.0 / 12.0);
        let key_octaves = if patch.is_one_shot { 0.0 } else { key_octaves };
        let place = u32::from(onset.channel) << 8 | u32::from(onset.key);
        self.onset = onset;
        self.patch = index;
        self.hold = Hold { has_key: true, ..Hold::default() };
        self.poly_pressure = 0.0;
        self.bend_octaves = channel.bend_octaves();
        self.signals = NoteSignals {
            pitch_octaves: key_octaves + self.bend_octaves,
            key_octaves,
            gate: true,
            velocity: onset.velocity,
            brightness_octaves: channel.brightness_octaves(),
            pressure: channel.pressure(),
            seed: math::hash(math::hash(onset.serial) ^ place),
        };
        // General MIDI 1: the level follows the square of velocity.
        let level = patch.gain * onset.velocity * onset.velocity;
        let level = if channel.has_soft { level * 0.7 } else { level };
        self.gain = patch.balance.map(|side| side * level);
        self.ticks = 0;
        self.fade = None;
        self.has_ended = false;
        patch.schedule.start(&mut self.state, &self.signals);
    }

    /// Closes the gate; the envelopes release.
    pub(super) fn release(&mut self) {
        self.hold = Hold::default();
        self.signals.gate = false;
    }

    /// Fades to silence in so many frames, whatever the envelopes do.
    pub(super) fn fade_out(&mut self, frames: usize) {
        let frames = frames.max(1);
        let is_sooner = self.fade.is_none_or(|[left, _]| frames < left);
        if is_sooner {
            // A fade under way is already lower; a full-length one would jump, so it goes on.
            if self.fade.is_none() {
                self.fade = Some([frames, frames]);
            }
        }
        self.hold = Hold::default();
    }

    pub(super) fn is_held(&self) -> bool {
        self.signals.gate && !self.is_fading()
    }

    pub(super) fn is_fading(&self) -> bool {
        self.fade.is_some()
    }

    pub(super) fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// How loud it is about now.
    pub(super) fn level(&self, patch: &Patch) -> f32 {
        patch.schedule.level(&self.state) * self.gain[0].max(self.gain[1])
    }

    /// Adds the voice's next frames to its channel's bus; says how many until its end. The slices
    /// are equally long.
    pub(super) fn process(
        &mut self,
        patch: &Patch,
        channel: &Channel,
        scratch: &mut Scratch,
        sample_rate_hz: f32,
        [left, right]: [&mut [f32]; 2],
    ) -> usize {
        let mut at = 0;
        while at < left.len() && !self.has_ended {
            let to_tick = self.state.frames_to_tick();
            if to_tick == CONTROL_PERIOD {
                if self.ticks > 0 && patch.schedule.has_ended(&self.state, &self.signals) {
                    self.has_ended = true;
                    return at;
                }
                self.tick(patch, channel, sample_rate_hz);
            }
            let mut frames = to_tick.min(left.len() - at);
            if let Some([remaining, _]) = self.fade {
                frames = frames.min(remaining);
            }
            let (out_left, out_right) =
                patch.schedule.process(&mut self.state, scratch, &self.signals, frames);
            let sides =
                [(&mut left[at..at + frames], out_left), (&mut right[at..at + frames], out_right)];
            for ((bus, out), gain) in sides.into_iter().zip(self.gain) {
                if let Some([remaining, total]) = self.fade {
                    let step = gain / math::float(total);
                    for (i, (bus, out)) in bus.iter_mut().zip(out).enumerate() {
                        *bus += out * (step * math::float(remaining - i));
                    }
                } else {
                    for (bus, out) in bus.iter_mut().zip(out) {
                        *bus += out * gain;
                    }
                }
            }
            if let Some([remaining, _]) = &mut self.fade {
                *remaining -= frames;
                self.has_ended = *remaining == 0;
            }
            at += frames;
        }
        at
    }

    /// Follows the channel's controllers, once a control period.
    fn tick(&mut self, patch: &Patch, channel: &Channel, sample_rate_hz: f32) {
        let seconds = math::float(self.ticks * CONTROL_PERIOD) / sample_rate_hz;
        self.ticks += 1;
        let signals = &mut self.signals;
        let pressure = channel.pressure().max(self.poly_pressure);
        signals.pressure += GLIDE * (pressure - signals.pressure);
        let brightness = channel.brightness_octaves() + signals.pressure;
        signals.brightness_octaves += GLIDE * (brightness - signals.brightness_octaves);
        self.bend_octaves += GLIDE * (channel.bend_octaves() - self.bend_octaves);
        let own = patch.vibrato_cents * ((seconds - 0.25) * 2.0).clamp(0.0, 1.0);
        let depth_cents = own + channel.vibrato_cents() + 20.0 * signals.pressure;
        signals.pitch_octaves = signals.key_octaves + self.bend_octaves;
        if depth_cents > 0.0 {
            let turns = VIBRATO_HZ * seconds;
            signals.pitch_octaves += depth_cents * (1.0 / 1200.0) * math::sin_turns(turns);
        }
    }
}
