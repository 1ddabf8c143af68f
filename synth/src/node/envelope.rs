//! The level of a note over its life: attack, decay, sustain, release.
//!
//! The curves are those of a capacitor: the attack charges towards a level above 1 and is cut off
//! when it gets there, decay and release fall by 60 dB in their time. They are computed at control
//! ticks and at changes of the gate, and drawn as straight lines between.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::math;
use crate::node::{NoteSignals, Segment};

/// Input: held while above 0.5, read at each segment. Without a wire: the note's gate.
pub const GATE: u8 = 0;

pub(super) const INPUT_NAMES: &[&str] = &["gate"];

/// Where the attack would end if it were not cut off: it is curved, but still reaches 1 soon.
const ATTACK_TARGET: f32 = 1.3;

/// log2(ATTACK_TARGET / (ATTACK_TARGET - 1)): octaves that the attack's distance falls by.
const ATTACK_OCTAVES: f32 = 2.115_477;

/// Below it (−100 dB) a falling envelope has ended.
const END_LEVEL: f32 = 1e-5;

/// Attack, decay to a sustained part that may fade, release.
///
/// At `t` seconds after the onset, `t < attack_s`:
/// `1.3 (1 - (0.3/1.3)^(t/attack_s))`; later, with `u = t - attack_s`:
/// `(1 - sustain) · 0.001^(u/decay_s) + sustain · 0.001^(u/fade_s)`; `u` seconds after the gate has
/// closed: the level there times `0.001^(u/release_s)`. All is multiplied by `level`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Envelope {
    /// Time to the full level, in seconds; 0 begins there.
    pub attack_s: f32,
    /// Time in which the distance to the sustained part falls by 60 dB, in seconds.
    pub decay_s: f32,
    /// The sustained part, `[0, 1]`.
    pub sustain: f32,
    /// Time in which the sustained part falls by 60 dB, in seconds; `None` holds it.
    pub fade_s: Option<f32>,
    /// Time of the release's 60 dB, in seconds.
    pub release_s: f32,
    /// How much shorter decay and fade are an octave higher: 1 halves them.
    pub key_scaling: f32,
    /// Gain of the output.
    pub level: f32,
    /// How much of the level follows velocity: 0 nothing, 1 is proportional.
    pub velocity: f32,
    /// Whether the note is over when this envelope has ended (with the others that say so).
    pub ends_note: bool,
}

impl Default for Envelope {
    fn default() -> Self {
        Self {
            attack_s: 0.002,
            decay_s: 0.5,
            sustain: 0.0,
            fade_s: None,
            release_s: 0.2,
            key_scaling: 0.0,
            level: 1.0,
            velocity: 0.0,
            ends_note: true,
        }
    }
}

/// Which part of its life an envelope is in.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    /// With the seconds since the onset.
    Attack(f32),
    Decay,
    Release,
    Ended,
}

/// A running envelope.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct State {
    stage: Stage,
    /// The part of the level that decays, and the part that fades.
    decaying: f32,
    fading: f32,
    /// The line now being drawn: its start, its slope, and frames drawn of it.
    line_start: f32,
    line_slope: f32,
    line_frames: usize,
    has_gate: bool,
    /// Factor on the times, from the key, and on the level, from the velocity.
    time_factor: f32,
    gain: f32,
}

impl State {
    /// Whether it has fallen to silence for good.
    pub(crate) fn has_ended(&self) -> bool {
        self.stage == Stage::Ended && self.line_slope == 0.0
    }

    /// The level about now.
    pub(crate) fn level(&self) -> f32 {
        self.line_start
    }
}

impl Envelope {
    pub(super) fn start(&self, signals: &NoteSignals) -> State {
        let is_immediate = self.attack_s <= 0.0;
        State {
            stage: if is_immediate { Stage::Decay } else { Stage::Attack(0.0) },
            decaying: if is_immediate { 1.0 - self.sustain } else { 0.0 },
            fading: if is_immediate { self.sustain } else { 0.0 },
            line_start: 0.0,
            line_slope: 0.0,
            line_frames: 0,
            has_gate: true,
            time_factor: math::exp2(-self.key_scaling * signals.key_octaves),
            gain: self.level * (1.0 - self.velocity + self.velocity * signals.velocity),
        }
    }

    /// Seconds after which the attack is at this level, so that a second onset begins where the
    /// first one left it.
    fn attack_time_at(&self, level: f32) -> f32 {
        let distance = 1.0 - (level / ATTACK_TARGET).clamp(0.0, 0.75);
        -self.attack_s * distance.log2() / ATTACK_OCTAVES
    }

    /// Moves the stages on by a time; the level is then `decaying + fading`.
    fn advance(&self, state: &mut State, mut seconds: f32) {
        if let Stage::Attack(since) = state.stage {
            let now = since + seconds;
            if now < self.attack_s {
                state.stage = Stage::Attack(now);
                let distance = math::exp2(-ATTACK_OCTAVES * now / self.attack_s);
                state.decaying = ATTACK_TARGET * (1.0 - distance);
                return;
            }
            seconds = now - self.attack_s;
            state.stage = Stage::Decay;
            state.decaying = 1.0 - self.sustain;
            state.fading = self.sustain;
        }
        match state.stage {
            Stage::Attack(_) | Stage::Ended => {}
            Stage::Decay => {
                let factor = state.time_factor;
                state.decaying *= math::fall(seconds, self.decay_s * factor);
                if let Some(fade_s) = self.fade_s {
                    state.fading *= math::fall(seconds, fade_s * factor);
                }
            }
            Stage::Release => {
                state.decaying *= math::fall(seconds, self.release_s);
                state.fading = 0.0;
            }
        }
        let holds = state.stage == Stage::Decay && self.fade_s.is_none() && self.sustain > 0.0;
        if !holds && state.decaying + state.fading < END_LEVEL {
            (state.stage, state.decaying, state.fading) = (Stage::Ended, 0.0, 0.0);
        }
    }

    #[inline]
    pub(super) fn process(&self, state: &mut State, segment: &Segment<'_>, out: &mut [f32]) {
        let gate = segment.input(GATE).and_then(|gate| gate.first());
        let has_gate = gate.map_or(segment.signals.gate, |&gate| gate > 0.5);
        if segment.is_tick || has_gate != state.has_gate {
            self.draw_line(state, segment, has_gate);
        }
        for (i, sample) in out.iter_mut().enumerate() {
            *sample = state.line_start + state.line_slope * math::float(state.line_frames + i + 1);
        }
        state.line_frames += out.len();
    }

    /// Begins the line from here to the next control tick.
    fn draw_line(&self, state: &mut State, segment: &Segment<'_>, has_gate: bool) {
        let drawn = state.line_slope * math::float(state.line_frames);
        let mut level = state.line_start + drawn;
        if segment.is_tick {
            level = state.gain * (state.decaying + state.fading);
        }
        if has_gate != state.has_gate {
            state.has_gate = has_gate;
            if has_gate {
                state.stage = Stage::Attack(self.attack_time_at(level / state.gain.max(1e-9)));
            } else if state.stage != Stage::Ended {
                state.stage = Stage::Release;
                state.decaying = if state.gain > 0.0 { level / state.gain } else { 0.0 };
                state.fading = 0.0;
            }
        }
        self.advance(state, math::float(segment.to_tick) / segment.sample_rate_hz);
        let target = state.gain * (state.decaying + state.fading);
        state.line_start = level;
        state.line_slope = (target - level) / math::float(segment.to_tick);
        state.line_frames = 0;
    }
}
