//! Gain, sum, offset, place: nodes without a memory.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::math;
use crate::node::{Block, CONTROL_PERIOD, NoteSignals, Segment};

/// A property of the note, as a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Octaves above A4, with bend and vibrato.
    PitchOctaves,
    /// Octaves above A4 of the key alone.
    KeyOctaves,
    /// 1 while the note is held, else 0.
    Gate,
    /// Strength of the onset, `(0, 1]`.
    Velocity,
    /// Brightness, in octaves of cutoff.
    BrightnessOctaves,
    /// Pressure, `[0, 1]`.
    Pressure,
}

impl Signal {
    #[inline]
    pub(super) fn value(self, signals: &NoteSignals) -> f32 {
        match self {
            Self::PitchOctaves => signals.pitch_octaves,
            Self::KeyOctaves => signals.key_octaves,
            Self::Gate => f32::from(u8::from(signals.gate)),
            Self::Velocity => signals.velocity,
            Self::BrightnessOctaves => signals.brightness_octaves,
            Self::Pressure => signals.pressure,
        }
    }
}

/// Multiplies input 0 by `gain` and, with a wire there, by input 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gain {
    /// Factor.
    pub gain: f32,
}

impl Default for Gain {
    fn default() -> Self {
        Self { gain: 1.0 }
    }
}

impl Gain {
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the constant length must reach the loops")]
    pub(super) fn process(&self, segment: &Segment<'_>, out: &mut [f32]) -> bool {
        let input = segment.input(0).filter(|_| !segment.is_silent(0) && !segment.is_silent(1));
        let Some(input) = input else {
            out.fill(0.0);
            return true;
        };
        if let Some(gain) = segment.input(1) {
            for ((sample, input), gain) in out.iter_mut().zip(input).zip(gain) {
                *sample = input * (gain * self.gain);
            }
        } else {
            for (sample, input) in out.iter_mut().zip(input) {
                *sample = input * self.gain;
            }
        }
        false
    }
}

/// Adds four inputs, each with a gain of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mixer {
    /// Factor of each input.
    pub gains: [f32; 4],
}

impl Default for Mixer {
    fn default() -> Self {
        Self { gains: [1.0; 4] }
    }
}

impl Mixer {
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the constant length must reach the loops")]
    pub(super) fn process(&self, segment: &Segment<'_>, out: &mut [f32]) -> bool {
        const SILENCE: &Block = &[0.0; CONTROL_PERIOD];
        let mut inputs = [(SILENCE, 0.0); 4];
        let mut count = 0;
        for (port, gain) in (0u8..).zip(self.gains) {
            let input = segment.input(port).filter(|_| !segment.is_silent(port));
            if let (Some(input), Some(place)) = (input, inputs.get_mut(count)) {
                *place = (input, gain);
                count += 1;
            }
        }
        let [(a, a_gain), (b, b_gain), (c, c_gain), (d, d_gain)] = inputs;
        let inputs = a.iter().zip(b).zip(c).zip(d);
        match count {
            0 => out.fill(0.0),
            1 => {
                for (sample, a) in out.iter_mut().zip(a) {
                    *sample = a_gain * a;
                }
            }
            2 => {
                for (sample, (a, b)) in out.iter_mut().zip(a.iter().zip(b)) {
                    *sample = a_gain * a + b_gain * b;
                }
            }
            3 => {
                for (sample, ((a, b), c)) in out.iter_mut().zip(a.iter().zip(b).zip(c)) {
                    *sample = a_gain * a + b_gain * b + c_gain * c;
                }
            }
            _ => {
                for (sample, (((a, b), c), d)) in out.iter_mut().zip(inputs) {
                    *sample = a_gain * a + b_gain * b + c_gain * c + d_gain * d;
                }
            }
        }
        count == 0
    }
}

/// `in · factor + offset`. Without a wire the input is 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Factor.
    pub factor: f32,
    /// Added afterwards.
    pub offset: f32,
}

impl Scale {
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the constant length must reach the loops")]
    pub(super) fn process(&self, segment: &Segment<'_>, out: &mut [f32]) {
        let Some(input) = segment.input(0) else { return out.fill(self.offset) };
        for (sample, input) in out.iter_mut().zip(input) {
            *sample = input * self.factor + self.offset;
        }
    }
}

/// Places a signal between left and right at constant power.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pan {
    /// −1 left, 0 middle (−3 dB on each side), 1 right.
    pub position: f32,
}

impl Pan {
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the constant length must reach the loops")]
    pub(super) fn process(&self, segment: &Segment<'_>, left: &mut [f32], right: &mut [f32]) {
        let (left_gain, right_gain) = pan_gains(self.position);
        let Some(input) = segment.input(0) else {
            left.fill(0.0);
            return right.fill(0.0);
        };
        for ((left, right), input) in left.iter_mut().zip(right).zip(input) {
            *left = input * left_gain;
            *right = input * right_gain;
        }
    }
}

/// Sine and cosine gains of a place in `[-1, 1]`: `(1, 0)` at −1, `(0, 1)` at 1.
pub(crate) fn pan_gains(position: f32) -> (f32, f32) {
    let quarter = 0.125 * (position.clamp(-1.0, 1.0) + 1.0);
    (math::sin_turn(0.25 - quarter), math::sin_turn(quarter))
}

/// What is heard: two inputs. With only the left one wired it sounds on both sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Output;
