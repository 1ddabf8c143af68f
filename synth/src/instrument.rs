//! The built-in instrument: sixteen channels of General MIDI on compiled graphs.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::effect::reverb::PERIOD;
use crate::effect::{Blocker, Limiter, Reverb};
use crate::math;
use crate::message::{Message, TimedMessage};
use crate::schedule::Scratch;

mod bank;
mod channel;
mod patches;
mod voice;

use bank::Bank;
use channel::{Channel, Reaction};
use voice::{Hold, Onset, Voice};

/// Notes that sound at once; a further one takes the place of another.
pub const MAX_VOICES: usize = 128;

/// Slots beyond them, in which notes that gave up their place fade out.
const FADING_SLOTS: usize = 64;

const CHANNELS: usize = 16;

/// The drum channel of General MIDI.
const DRUM_CHANNEL: u8 = 9;

/// Frames between two updates of channel gains, counted from the first frame ever: the hall's grid.
const GAIN_PERIOD: usize = PERIOD;

/// Fade of a note that gives up its place, in seconds.
const STEAL_S: f32 = 0.005;

/// Fade of a drum that another one of its group cuts off, in seconds.
const CHOKE_S: f32 = 0.02;

/// 0 to 127: where in a gain period a frame is.
const POSITIONS: [f32; GAIN_PERIOD] = {
    let mut positions = [0.0; GAIN_PERIOD];
    let mut i = 1;
    while i < GAIN_PERIOD {
        positions[i] = positions[i - 1] + 1.0;
        i += 1;
    }
    positions
};

type Bus = [[f32; GAIN_PERIOD]; 2];

/// The built-in instrument, 16 channels, 128 voices.
///
/// Channel 10 (index 9) plays drums, the others the sound of their General MIDI program. It knows
/// the controllers 1, 7, 10, 11, 64, 66, 67, 74, 91, 120, 121 and 123 to 127, the registered
/// parameters 0 to 2, bend and pressure.
///
/// Its output depends only on the messages and their frames since it was new or reset, never on the
/// sizes of blocks. It never reaches 0 dBFS.
///
/// # Threads
///
/// `[main-thread]` for [`BuiltIn::new`], `[audio-thread]` for all else. Nothing but `new` allocates.
///
/// # Examples
///
/// ```
/// use tresillo_synth::{BuiltIn, Message, TimedMessage};
///
/// let mut instrument = BuiltIn::new(48_000.0);
/// let note = Message::NoteOn { key: 60, velocity: 0.8 };
/// let (mut left, mut right) = ([0.0; 512], [0.0; 512]);
/// instrument.process(&[TimedMessage { frame: 100, channel: 0, message: note }], &mut left, &mut right);
/// assert!(left[..100].iter().all(|sample| *sample == 0.0));
/// assert!(left[100] != 0.0);
/// ```
pub struct BuiltIn {
    bank: Bank,
    channels: [Channel; CHANNELS],
    voices: Vec<Voice>,
    /// Slots in use in the order of their onsets, and those that are free.
    active: Vec<usize>,
    free: Vec<usize>,
    scratch: Scratch,
    buses: Vec<Bus>,
    send: Bus,
    /// Whether anything may have been sent to the hall in this gain period.
    has_send: bool,
    reverb: Reverb,
    blocker: Blocker,
    limiter: Limiter,
    sample_rate_hz: f32,
    /// Frame within the gain period.
    frame: usize,
    onset_count: u32,
    stolen_note_count: u64,
    refused_note_count: u64,
}

impl BuiltIn {
    /// Builds every sound for this sample rate.
    ///
    /// A rate outside 1 kHz to 1 MHz makes an instrument that stays silent.
    ///
    /// # Threads
    ///
    /// `[main-thread]`: it allocates everything.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "nodes work in single precision")]
    pub fn new(sample_rate_hz: f64) -> Self {
        let bank = Bank::new(sample_rate_hz);
        let mut scratch = Scratch::default();
        for patch in &bank.patches {
            scratch.make_room(&patch.schedule);
        }
        let slots = MAX_VOICES + FADING_SLOTS;
        let rate = sample_rate_hz.clamp(1e3, 1e6) as f32;
        Self {
            bank,
            channels: [Channel::new(); CHANNELS],
            voices: std::iter::repeat_with(Voice::default).take(slots).collect(),
            active: Vec::with_capacity(slots),
            free: (0..slots).rev().collect(),
            scratch,
            buses: vec![[[0.0; GAIN_PERIOD]; 2]; CHANNELS],
            send: [[0.0; GAIN_PERIOD]; 2],
            has_send: false,
            reverb: Reverb::new(rate),
            blocker: Blocker::new(rate),
            limiter: Limiter::new(rate),
            sample_rate_hz: rate,
            frame: 0,
            onset_count: 0,
            stolen_note_count: 0,
            refused_note_count: 0,
        }
    }

    /// Plays one block: `left` and `right` are equally long, of any length, and fully overwritten.
    ///
    /// Messages are in the order of their frames. One past the block's end is heard at its end.
    ///
    /// # Realtime
    ///
    /// Does not allocate. The time taken grows with the frames, the voices and the messages.
    pub fn process(&mut self, messages: &[TimedMessage], left: &mut [f32], right: &mut [f32]) {
        let frames = left.len().min(right.len());
        left[frames..].fill(0.0);
        right[frames..].fill(0.0);
        let mut messages = messages.iter();
        let mut next = messages.next();
        let mut at = 0;
        loop {
            while let Some(message) = next
                && (message.frame as usize <= at || at == frames)
            {
                self.apply(*message);
                next = messages.next();
            }
            if at == frames {
                return;
            }
            let due = next.map_or(frames, |message| (message.frame as usize).min(frames));
            let end = due.min(at + GAIN_PERIOD - self.frame);
            self.render(&mut left[at..end], &mut right[at..end]);
            at = end;
        }
    }

    /// Back to the state of a new instrument; its counters too.
    pub fn reset(&mut self) {
        self.channels = [Channel::new(); CHANNELS];
        self.active.clear();
        self.free.clear();
        self.free.extend((0..self.voices.len()).rev());
        self.clear_send();
        self.reverb.reset();
        self.blocker.reset();
        self.limiter.reset();
        self.frame = 0;
        self.onset_count = 0;
        self.stolen_note_count = 0;
        self.refused_note_count = 0;
    }

    /// Whether nothing sounds any more, the reverb included.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.active.is_empty() && !self.has_send && !self.reverb.is_awake()
    }

    /// Notes that sound, also those that fade out.
    #[must_use]
    pub fn active_voice_count(&self) -> usize {
        self.active.len()
    }

    /// Notes that gave up their place to a later one, since the instrument was new or reset.
    #[must_use]
    pub fn stolen_note_count(&self) -> u64 {
        self.stolen_note_count
    }

    /// Notes not played since the instrument was new or reset: every slot was still fading.
    #[must_use]
    pub fn refused_note_count(&self) -> u64 {
        self.refused_note_count
    }

    fn apply(&mut self, TimedMessage { channel, message, .. }: TimedMessage) {
        let Some(state) = self.channels.get_mut(usize::from(channel)) else { return };
        match message {
            Message::NoteOn { key, velocity } if velocity > 0.0 => {
                self.note_on(channel, key, velocity.min(1.0));
            }
            Message::NoteOn { key, .. } | Message::NoteOff { key } => self.note_off(channel, key),
            Message::ControlChange { controller, value } => {
                let reaction = state.control(controller, value);
                self.react(channel, reaction);
            }
            Message::PitchBend { value } => state.set_bend(value),
            Message::ProgramChange { program } => state.program = program.min(127),
            Message::ChannelPressure { pressure } => state.set_pressure(pressure),
            Message::PolyPressure { key, pressure } => {
                let pressure = f32::from(pressure.min(127)) * (1.0 / 127.0);
                for &slot in &self.active {
                    let voice = &mut self.voices[slot];
                    if voice.onset.channel == channel && voice.onset.key == key {
                        voice.poly_pressure = pressure;
                    }
                }
            }
        }
    }

    fn note_on(&mut self, channel: u8, key: u8, velocity: f32) {
        let Some(state) = self.channels.get(usize::from(channel)) else { return };
        if key > 127 {
            return;
        }
        let index = if channel == DRUM_CHANNEL {
            self.bank.drum(key)
        } else {
            self.bank.melodic(state.program)
        };
        let Some(choke_group) = self.bank.patches.get(index).map(|patch| patch.choke_group) else {
            return;
        };
        let choke_frames = math::frames(CHOKE_S, self.sample_rate_hz);
        let mut is_first = true;
        for &slot in &self.active {
            let voice = &mut self.voices[slot];
            if voice.onset.channel != channel {
                continue;
            }
            is_first = false;
            let patch = &self.bank.patches[voice.patch];
            let is_choked = choke_group.is_some() && patch.choke_group == choke_group;
            if patch.is_one_shot && (voice.onset.key == key || is_choked) {
                voice.fade_out(choke_frames);
            } else if voice.onset.key == key {
                voice.release();
            }
        }
        let Some(slot) = self.slot() else {
            self.refused_note_count += 1;
            return;
        };
        let onset = Onset { channel, key, velocity, serial: self.onset_count };
        self.onset_count = self.onset_count.wrapping_add(1);
        let state = &mut self.channels[usize::from(channel)];
        if is_first {
            // Nothing sounds that a jump of the gains could make click.
            state.jump();
        }
        self.voices[slot].start(&self.bank.patches[index], index, onset, state);
        self.active.push(slot);
    }

    /// A slot for a new note, taken from another one when the voices are all in use.
    fn slot(&mut self) -> Option<usize> {
        let is_full = self.active.iter().filter(|slot| !self.voices[**slot].is_fading()).count();
        if is_full >= MAX_VOICES {
            let voices = &self.voices;
            // Released before held, then the quietest, then the oldest.
            let rank = |slot: &usize| {
                let voice = &voices[*slot];
                (voice.is_held(), voice.level(&self.bank.patches[voice.patch]))
            };
            let candidates = self.active.iter().filter(|slot| !voices[**slot].is_fading());
            let victim = candidates.copied().reduce(|best, slot| {
                let (best_rank, rank) = (rank(&best), rank(&slot));
                let is_better =
                    (!rank.0 && best_rank.0) || (rank.0 == best_rank.0 && rank.1 < best_rank.1);
                if is_better { slot } else { best }
            });
            if self.free.is_empty() {
                return None;
            }
            if let Some(victim) = victim {
                self.voices[victim].fade_out(math::frames(STEAL_S, self.sample_rate_hz));
                self.stolen_note_count += 1;
            }
        }
        self.free.pop()
    }

    fn note_off(&mut self, channel: u8, key: u8) {
        let Some(state) = self.channels.get(usize::from(channel)) else { return };
        let has_sustain = state.has_sustain;
        self.for_channel(channel, |voice| {
            if voice.onset.key == key && voice.hold.has_key {
                voice.hold.has_key = false;
                voice.hold.has_sustain |= has_sustain;
            }
        });
    }

    fn react(&mut self, channel: u8, reaction: Reaction) {
        let steal_frames = math::frames(STEAL_S, self.sample_rate_hz);
        let has_sustain =
            self.channels.get(usize::from(channel)).is_some_and(|state| state.has_sustain);
        match reaction {
            Reaction::None => {}
            Reaction::SustainReleased => {
                self.for_channel(channel, |voice| voice.hold.has_sustain = false);
            }
            Reaction::SostenutoPressed => self.for_channel(channel, |voice| {
                voice.hold.has_sostenuto |= voice.hold.has_key;
            }),
            Reaction::SostenutoReleased => {
                self.for_channel(channel, |voice| voice.hold.has_sostenuto = false);
            }
            Reaction::PedalsReleased => self.for_channel(channel, |voice| {
                voice.hold = Hold { has_key: voice.hold.has_key, ..Hold::default() };
            }),
            Reaction::AllNotesOff => self.for_channel(channel, |voice| {
                voice.hold.has_sustain |= has_sustain && voice.hold.has_key;
                voice.hold.has_key = false;
            }),
            Reaction::AllSoundOff => {
                for &slot in &self.active {
                    let voice = &mut self.voices[slot];
                    if voice.onset.channel == channel {
                        voice.fade_out(steal_frames);
                    }
                }
            }
        }
    }

    /// Changes what holds the notes of a channel, and releases those that nothing holds any more.
    /// Drums that sound to their end take no notice.
    fn for_channel(&mut self, channel: u8, change: impl Fn(&mut Voice)) {
        for &slot in &self.active {
            let voice = &mut self.voices[slot];
            if voice.onset.channel != channel || self.bank.patches[voice.patch].is_one_shot {
                continue;
            }
            change(voice);
            if voice.hold == Hold::default() {
                voice.release();
            }
        }
    }

    /// Renders frames within one gain period.
    fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        if self.frame == 0 {
            if self.has_send || self.reverb.is_awake() {
                self.reverb.turn(&mut self.send);
                self.clear_send();
            }
            self.blocker.settle();
        }
        left.fill(0.0);
        right.fill(0.0);
        let frames = left.len();
        if !self.is_silent() {
            let mut sounding = frames;
            if !self.active.is_empty() {
                sounding = self.render_voices(frames);
                self.mix(left, right);
                self.retire();
            }
            self.reverb.add_to(self.frame, left, right);
            self.blocker.process(left, right);
            if self.is_silent() {
                // From the very frame on which the last note has ended, whatever the block's size.
                left[sounding..].fill(0.0);
                right[sounding..].fill(0.0);
                self.blocker.reset();
            }
        }
        self.limiter.process(left, right);
        self.frame += frames;
        if self.frame == GAIN_PERIOD {
            self.frame = 0;
            self.channels.iter_mut().for_each(Channel::settle);
        }
    }

    fn clear_send(&mut self) {
        self.send = [[0.0; GAIN_PERIOD]; 2];
        self.has_send = false;
    }

    /// Adds the notes to the buses of their channels; says for how many frames any of them sounds.
    fn render_voices(&mut self, frames: usize) -> usize {
        let mut sounding = 0;
        for &slot in &self.active {
            let voice = &mut self.voices[slot];
            let channel = usize::from(voice.onset.channel);
            let [bus_left, bus_right] = &mut self.buses[channel];
            let buses = [&mut bus_left[..frames], &mut bus_right[..frames]];
            let (patch, channel) = (&self.bank.patches[voice.patch], &self.channels[channel]);
            let end = voice.process(patch, channel, &mut self.scratch, self.sample_rate_hz, buses);
            sounding = sounding.max(end);
        }
        sounding
    }

    /// Adds the channels that sound to the mix and the send, and clears their buses.
    fn mix(&mut self, left: &mut [f32], right: &mut [f32]) {
        let mut sounds = [false; CHANNELS];
        for &slot in &self.active {
            sounds[usize::from(self.voices[slot].onset.channel)] = true;
        }
        let span = self.frame..self.frame + left.len();
        let channels = self.channels.iter().zip(&mut self.buses).zip(sounds);
        for ((channel, buses), _) in channels.filter(|(_, sounds)| *sounds) {
            let (now, goal) = (channel.gains, channel.goal);
            self.has_send |= now.reverb > 0.0;
            let ramps = [(now.left, goal.left), (now.right, goal.right)];
            let outs = [&mut *left, &mut *right].into_iter().zip(&mut self.send);
            for ((bus, (out, send)), (from, to)) in buses.iter_mut().zip(outs).zip(ramps) {
                let bus = &mut bus[..out.len()];
                let slope = (to - from) * (1.0 / math::float(GAIN_PERIOD));
                scale(bus, from, slope, &POSITIONS[span.clone()]);
                if now.reverb > 0.0 {
                    add_scaled(&mut send[span.clone()], bus, now.reverb);
                }
                add_and_clear(out, bus);
            }
        }
    }

    /// Frees the slots of notes that have ended.
    fn retire(&mut self) {
        let (voices, free) = (&self.voices, &mut self.free);
        self.active.retain(|&slot| {
            let has_ended = voices[slot].has_ended();
            if has_ended {
                free.push(slot);
            }
            !has_ended
        });
    }
}

// Simple loops, each a function of its own: its slices do not overlap, and the compiler knows.

/// Multiplies by a gain that moves in a straight line.
fn scale(bus: &mut [f32], from: f32, slope: f32, positions: &[f32]) {
    if slope == 0.0 {
        bus.iter_mut().for_each(|sample| *sample *= from);
        return;
    }
    for (sample, position) in bus.iter_mut().zip(positions) {
        *sample *= from + slope * position;
    }
}

fn add_scaled(out: &mut [f32], bus: &[f32], gain: f32) {
    for (out, sample) in out.iter_mut().zip(bus) {
        *out += gain * sample;
    }
}

fn add_and_clear(out: &mut [f32], bus: &mut [f32]) {
    for (out, sample) in out.iter_mut().zip(bus) {
        *out += *sample;
        *sample = 0.0;
    }
}
