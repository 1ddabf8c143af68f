//! The level of a note over its life: attack, decay, sustain, release.
//!
//! The curves are those of a capacitor: the attack charges towards a level above 1 and is cut off
//! when it gets there, decay and release fall by 60 dB in their time. They are computed at control
//! ticks and at changes of the gate, and drawn as straight lines between.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::math;
use crate::node::{Block, CONTROL_PERIOD, NoteSignals, Segment};

/// Input: held while above 0.5, read at each segment. Without a wire: the note's gate.
pub const GATE: u8 = 0;

pub(super) const INPUT_NAMES: &[&str] = &["gate"];

/// Where the attack would end if it were not cut off: it is curved, but still reaches 1 soon.
const ATTACK_TARGET: f32 = 1.3;

/// log2(ATTACK_TARGET / (ATTACK_TARGET - 1)): octaves that the attack's distance falls by.
const ATTACK_OCTAVES: f32 = 2.115_477;

/// Below it (−100 dB) a falling envelope has ended.
const END_LEVEL: f32 = 1e-5;

/// 1, 2, 3 …: which frame of a line a sample is.
const FRAMES: Block = {
    let mut frames = [0.0; CONTROL_PERIOD];
    let mut i = 0;
    let mut frame = 0.0;
    while i < CONTROL_PERIOD {
        frame += 1.0;
        frames[i] = frame;
        i += 1;
    }
    frames
};

/// Below it (−120 dB) what still decays is left out, so that a held level stands still.
const SETTLED: f32 = 1e-6;

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
    /// What is left of each part after a whole control period: decay, fade, release.
    period: Option<[f32; 3]>,
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
            period: None,
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

    /// What is left of the decaying, the fading and the released part after a time.
    fn falls(&self, time_factor: f32, seconds: f32) -> [f32; 3] {
        [
            math::fall(seconds, self.decay_s * time_factor),
            self.fade_s.map_or(1.0, |fade_s| math::fall(seconds, fade_s * time_factor)),
            math::fall(seconds, self.release_s),
        ]
    }

    /// Moves the stages on by some frames; the level is then `decaying + fading`.
    fn advance(&self, state: &mut State, frames: usize, sample_rate_hz: f32) {
        if let (Stage::Decay | Stage::Release, CONTROL_PERIOD, Some(falls)) =
            (state.stage, frames, state.period)
        {
            // As it is most of the time.
            return self.fall(state, falls);
        }
        let mut seconds = math::float(frames) / sample_rate_hz;
        let mut is_whole = frames == CONTROL_PERIOD;
        if let Stage::Attack(since) = state.stage {
            let now = since + seconds;
            if now < self.attack_s {
                state.stage = Stage::Attack(now);
                let distance = math::exp2(-ATTACK_OCTAVES * now / self.attack_s);
                state.decaying = ATTACK_TARGET * (1.0 - distance);
                return;
            }
            seconds = now - self.attack_s;
            is_whole = false;
            state.stage = Stage::Decay;
            state.decaying = 1.0 - self.sustain;
            state.fading = self.sustain;
        }
        if state.stage == Stage::Ended {
            return;
        }
        let falls = self.falls(state.time_factor, seconds);
        if is_whole {
            state.period = Some(falls);
        }
        self.fall(state, falls);
    }

    /// Lets the parts fall, and ends what is not heard any more.
    #[inline]
    fn fall(&self, state: &mut State, [decay, fade, release]: [f32; 3]) {
        if state.stage == Stage::Decay {
            state.decaying *= decay;
            state.fading *= fade;
        } else {
            state.decaying *= release;
            state.fading = 0.0;
        }
        if state.decaying < SETTLED {
            state.decaying = 0.0;
        }
        let holds = state.stage == Stage::Decay && self.fade_s.is_none() && self.sustain > 0.0;
        if !holds && state.decaying + state.fading < END_LEVEL {
            (state.stage, state.decaying, state.fading) = (Stage::Ended, 0.0, 0.0);
        }
    }

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the constant length must reach the loops")]
    pub(super) fn process(
        &self,
        state: &mut State,
        segment: &Segment<'_>,
        out: &mut [f32],
    ) -> bool {
        let gate = segment.input(GATE).and_then(|gate| gate.first());
        let has_gate = gate.map_or(segment.signals.gate, |&gate| gate > 0.5);
        if segment.is_tick || has_gate != state.has_gate {
            self.draw_line(state, segment, has_gate);
        }
        let frames = FRAMES.get(state.line_frames..).unwrap_or(&[]);
        for (sample, frame) in out.iter_mut().zip(frames) {
            *sample = state.line_start + state.line_slope * frame;
        }
        state.line_frames += out.len();
        state.has_ended() && state.line_start == 0.0
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
        self.advance(state, segment.to_tick, segment.sample_rate_hz);
        let target = state.gain * (state.decaying + state.fading);
        state.line_start = level;
        // The same number either way, as the period is a power of two.
        state.line_slope = if segment.to_tick == CONTROL_PERIOD {
            (target - level) * (1.0 / math::float(CONTROL_PERIOD))
        } else {
            (target - level) / math::float(segment.to_tick)
        };
        state.line_frames = 0;
    }
}
