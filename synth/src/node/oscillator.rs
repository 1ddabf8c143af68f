//! Periodic waves: sine with phase modulation, and band-limited triangle, saw and pulse.
//!
//! The phase is a 32-bit integer that wraps by itself: it never loses precision, and any way of
//! cutting a note into segments gives the same samples.
//!
//! Edges are rounded by the integrated cubic B-spline over four samples (V. Välimäki, J. Pekonen,
//! J. Nam, "Perceptually informed synthesis of bandlimited classical waveforms using integrated
//! polynomial interpolation", J. Acoust. Soc. Am. 131(1), 2012). Written with truncated powers the
//! rest of a step `u` samples away is `((2-u)₊⁴ - 4(1-u)₊⁴)/24`, and of a corner one integral more.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::math::{self, A4_HZ};
use crate::node::{CONTROL_PERIOD, NoteSignals, Segment};

/// Input: octaves added to the pitch, read once a control period, over which the frequency then
/// moves there in a straight line. Without a wire: 0.
pub const PITCH: u8 = 0;
/// Input: phase modulation of the sine, times `phase_depth_turns`. Without a wire: 0. The waves
/// with edges have none: theirs would no longer be band-limited.
pub const PHASE: u8 = 1;
/// Input: gain of the output. Without a wire: 1.
pub const LEVEL: u8 = 2;

pub(super) const INPUT_NAMES: &[&str] = &["pitch", "phase", "level"];

/// Shape of the wave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waveform {
    /// Sine; modulating its phase makes FM sounds.
    Sine,
    /// Triangle.
    Triangle,
    /// Rising saw.
    Saw,
    /// Pulse without a constant part; square at a width of one half.
    Pulse,
}

/// Where the phase is when a note begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Start {
    /// The same place each time, in turns. Waves rise through zero at 0, saws at 0.5.
    At(f32),
    /// A place drawn from the note's seed, as if the oscillator had always been running.
    Seeded,
}

/// A periodic wave of amplitude 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Oscillator {
    /// Shape.
    pub waveform: Waveform,
    /// Frequency as a multiple of the note's.
    pub ratio: f32,
    /// Detuning, in cents.
    pub detune_cents: f32,
    /// A frequency of its own, in hertz, in place of the note's.
    pub fixed_hz: Option<f32>,
    /// Share of the period that a pulse is high, `(0, 1)`.
    pub pulse_width: f32,
    /// First phase.
    pub start: Start,
    /// Phase modulation, in turns for an input of 1.
    pub phase_depth_turns: f32,
    /// How much less phase modulation there is an octave higher: 1 halves it.
    pub phase_depth_tracking: f32,
    /// Gain of the output.
    pub level: f32,
}

impl Default for Oscillator {
    fn default() -> Self {
        Self {
            waveform: Waveform::Sine,
            ratio: 1.0,
            detune_cents: 0.0,
            fixed_hz: None,
            pulse_width: 0.5,
            start: Start::At(0.0),
            phase_depth_turns: 1.0,
            phase_depth_tracking: 0.0,
            level: 1.0,
        }
    }
}

/// Phase and speed of a running oscillator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct State {
    phase: u32,
    increment: u32,
    /// What a sweep adds to the increment in each frame.
    slope: u32,
    /// The increment that edges are rounded for: the same all through a control period.
    edge_increment: u32,
    /// Frequency at a pitch of zero octaves.
    base_hz: f32,
    /// Pitch that the increment was last computed for, if any, in octaves.
    octaves: Option<f32>,
    depth_turns: f32,
}

/// `x` above zero, else zero: one instruction where `max` would also ask about NaN.
#[inline]
fn positive(x: f32) -> f32 {
    if x > 0.0 { x } else { 0.0 }
}

/// Rest of a step that lies `u >= 0` samples away.
#[inline]
fn step_rest(u: f32) -> f32 {
    let outer = positive(2.0 - u);
    let inner = positive(1.0 - u);
    let (outer, inner) = (outer * outer, inner * inner);
    (outer * outer - 4.0 * inner * inner) * (1.0 / 24.0)
}

/// Rest of a corner that lies `u >= 0` samples away.
#[inline]
fn corner_rest(u: f32) -> f32 {
    let outer = positive(2.0 - u);
    let inner = positive(1.0 - u);
    let outer_square = outer * outer;
    let inner_square = inner * inner;
    (outer_square * outer_square * outer - 4.0 * inner_square * inner_square * inner)
        * (1.0 / 120.0)
}

/// The sign of a turn, rounded as a band-limited edge is.
#[inline]
fn edge(turn: f32, samples_per_turn: f32) -> f32 {
    (1.0 - 2.0 * step_rest(turn.abs() * samples_per_turn)).copysign(turn)
}

#[inline]
fn saw(turn: f32, samples_per_turn: f32) -> f32 {
    2.0 * turn - edge(turn, samples_per_turn)
}

#[inline]
fn triangle(turn: f32, samples_per_turn: f32, turns_per_sample: f32) -> f32 {
    let distance = turn.abs();
    let corners =
        corner_rest((0.5 - distance) * samples_per_turn) - corner_rest(distance * samples_per_turn);
    1.0 - 4.0 * distance + 8.0 * turns_per_sample * corners
}

impl Oscillator {
    pub(super) fn start(&self, position: u32, signals: &NoteSignals) -> State {
        let phase = match self.start {
            Start::At(turns) => math::phase(turns),
            Start::Seeded => math::hash(signals.seed ^ position.wrapping_mul(0x9e37_79b9)),
        };
        let hz = self.fixed_hz.unwrap_or(A4_HZ * self.ratio);
        let tracking = -self.phase_depth_tracking * signals.key_octaves;
        State {
            phase,
            increment: 0,
            slope: 0,
            edge_increment: 0,
            base_hz: hz * math::exp2(self.detune_cents * (1.0 / 1200.0)),
            octaves: None,
            depth_turns: self.phase_depth_turns * math::exp2(tracking),
        }
    }

    /// Reads the slow inputs.
    fn tick(&self, state: &mut State, segment: &Segment<'_>) {
        let note = if self.fixed_hz.is_some() { 0.0 } else { segment.signals.pitch_octaves };
        let octaves = segment.first(PITCH, 0.0) + note;
        if state.octaves == Some(octaves) && state.slope == 0 {
            return;
        }
        state.octaves = Some(octaves);
        let hz = state.base_hz * math::exp2(octaves);
        // Above a quarter of the rate an edge would overlap the next one.
        let turns = (hz / segment.sample_rate_hz).clamp(0.0, 0.45);
        let increment = math::phase(turns);
        state.edge_increment = increment;
        let is_swept = segment.input(PITCH).is_some() && state.increment != 0;
        state.slope = if is_swept { slope(state.increment, increment) } else { 0 };
        if !is_swept {
            state.increment = increment;
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
        if segment.is_tick {
            self.tick(state, segment);
        }
        if segment.is_silent(LEVEL) {
            state.advance(count(out.len()));
            out.fill(0.0);
            return true;
        }
        if let Some(level) = segment.input(LEVEL) {
            let own = self.level;
            self.draw(*state, segment, out, |i| own * level[i]);
        } else {
            let own = self.level;
            self.draw(*state, segment, out, |_| own);
        }
        state.advance(count(out.len()));
        false
    }

    /// Draws the wave with these gains.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the constant length must reach the loops")]
    fn draw(
        &self,
        state: State,
        segment: &Segment<'_>,
        out: &mut [f32],
        gain: impl Fn(usize) -> f32,
    ) {
        let turns_per_sample = state.edge_increment as f32 * (1.0 / 4_294_967_296.0);
        let samples_per_turn = 1.0 / turns_per_sample.max(1e-9);
        let frames = out.len();
        match self.waveform {
            Waveform::Sine => {
                let modulation = segment.input(PHASE).filter(|_| !segment.is_silent(PHASE));
                if let Some(modulation) = modulation {
                    let depth = state.depth_turns;
                    fill(state, out, 0, |i, turn| {
                        math::sin_turns(turn + depth * modulation[i]) * gain(i)
                    });
                } else {
                    fill(state, out, 0, |i, turn| math::sin_turn(turn) * gain(i));
                }
            }
            Waveform::Saw => {
                if is_clear(&state, 0, frames) {
                    fill(state, out, 0, |i, turn| far_saw(turn) * gain(i));
                } else {
                    fill(state, out, 0, |i, turn| saw(turn, samples_per_turn) * gain(i));
                }
            }
            Waveform::Triangle => {
                // A quarter turn back, so that phase 0 rises through zero as a sine does.
                const BACK: u32 = 3 << 30;
                const CORNERS: [u32; 2] = [1 << 30, 3 << 30];
                if CORNERS.iter().all(|corner| is_clear(&state, *corner, frames)) {
                    fill(state, out, BACK, |i, turn| (1.0 - 4.0 * turn.abs()) * gain(i));
                } else {
                    fill(state, out, BACK, |i, turn| {
                        triangle(turn, samples_per_turn, turns_per_sample) * gain(i)
                    });
                }
            }
            Waveform::Pulse => {
                let width = math::phase(self.pulse_width.clamp(0.02, 0.98));
                let back = 0u32.wrapping_sub(width);
                let is_clear = is_clear(&state, 0, frames) && is_clear(&state, width, frames);
                if is_clear {
                    pulse(state, out, back, gain, far_saw);
                } else {
                    pulse(state, out, back, gain, |turn| saw(turn, samples_per_turn));
                }
            }
        }
    }
}

/// A frame count of a segment as a phase factor.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "a segment is not longer than a control period")]
fn count(frames: usize) -> u32 {
    frames as u32
}

/// Whether the next frames keep at least two samples away from an edge at this phase, so that its
/// rest is exactly zero and need not be computed.
#[inline]
fn is_clear(state: &State, edge: u32, frames: usize) -> bool {
    if state.slope != 0 {
        return false;
    }
    let increment = u64::from(state.increment);
    let first = state.phase.wrapping_sub(edge).wrapping_sub(state.increment);
    // From one increment before the phase now (two before the first sample) to two after the last.
    u64::from(first) + increment * (u64::from(count(frames)) + 3) < 1 << 32
}

/// [`saw`] away from its edge: the same bits, as `1 - 2 · 0` is 1.
#[inline]
fn far_saw(turn: f32) -> f32 {
    2.0 * turn - 1f32.copysign(turn)
}

/// The difference of two saws, one a pulse's width back.
#[inline(always)]
#[allow(clippy::inline_always, reason = "the constant length must reach the loops")]
fn pulse(
    state: State,
    out: &mut [f32],
    back: u32,
    gain: impl Fn(usize) -> f32,
    saw: impl Fn(f32) -> f32,
) {
    let mut phase = state.phase;
    let mut increment = state.increment;
    for (i, sample) in out.iter_mut().enumerate() {
        increment = increment.wrapping_add(state.slope);
        phase = phase.wrapping_add(increment);
        *sample = (saw(math::turn(phase.wrapping_add(back))) - saw(math::turn(phase))) * gain(i);
    }
}

/// Fills `out` with a wave of frame and phase. The phase moves before it is read, so that a wave
/// that starts at zero is heard on its first frame.
#[inline(always)]
#[allow(clippy::inline_always, reason = "the constant length must reach the loops")]
fn fill(state: State, out: &mut [f32], offset: u32, wave: impl Fn(usize, f32) -> f32) {
    let mut phase = state.phase.wrapping_add(offset);
    if state.slope == 0 {
        for (i, sample) in out.iter_mut().enumerate() {
            phase = phase.wrapping_add(state.increment);
            *sample = wave(i, math::turn(phase));
        }
        return;
    }
    let mut increment = state.increment;
    for (i, sample) in out.iter_mut().enumerate() {
        increment = increment.wrapping_add(state.slope);
        phase = phase.wrapping_add(increment);
        *sample = wave(i, math::turn(phase));
    }
}

/// What to add in each frame of a control period to go from one increment to another.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "increments are below 2^31, and the period is short"
)]
fn slope(from: u32, to: u32) -> u32 {
    let distance = i64::from(to) - i64::from(from);
    ((distance / CONTROL_PERIOD as i64) as i32).cast_unsigned()
}

impl State {
    /// Moves on by some frames: `phase += n·increment + n(n+1)/2·slope`.
    #[inline]
    fn advance(&mut self, frames: u32) {
        let bends = frames * (frames + 1) / 2;
        let swept = bends.wrapping_mul(self.slope);
        let straight = frames.wrapping_mul(self.increment);
        self.phase = self.phase.wrapping_add(straight).wrapping_add(swept);
        self.increment = self.increment.wrapping_add(frames.wrapping_mul(self.slope));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_far_away_changes_no_bit() {
        for step in 0..20_000u32 {
            let phase = math::hash(step);
            let state = State {
                phase,
                increment: math::hash(step ^ 77) >> 5,
                slope: 0,
                edge_increment: 0,
                base_hz: 0.0,
                octaves: None,
                depth_turns: 0.0,
            };
            if is_clear(&state, 0, 32) {
                let samples_per_turn = 1.0 / (state.increment as f32 / 4_294_967_296.0);
                let (mut far, mut near) = ([0.0; 32], [0.0; 32]);
                fill(state, &mut far, 0, |_, turn| far_saw(turn));
                fill(state, &mut near, 0, |_, turn| saw(turn, samples_per_turn));
                assert_eq!(far.map(f32::to_bits), near.map(f32::to_bits), "step {step}");
            }
        }
    }
}
