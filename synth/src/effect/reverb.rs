//! A small hall: a feedback delay network of eight lines.
//!
//! J.-M. Jot, A. Chaigne, "Digital delay networks for designing artificial reverberators", 90th AES
//! Convention, 1991: delay lines of mutually prime lengths feed each other through an orthogonal
//! matrix (here a Hadamard matrix over √8), with a low-pass and a gain in each for the decay.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::math;

const LINES: usize = 8;

/// Lengths of the lines, in seconds: between 20 and 62 ms, near-irrational ratios, by ear.
const LENGTHS_S: [f32; LINES] =
    [0.020_9, 0.025_3, 0.029_9, 0.034_7, 0.040_1, 0.046_3, 0.053_1, 0.061_7];

/// Lengths of the two diffusing all-passes of each side, in seconds.
const DIFFUSER_S: [[f32; 2]; 2] = [[0.004_77, 0.009_13], [0.005_33, 0.008_29]];
const DIFFUSION: f32 = 0.6;

/// Time of the decay by 60 dB, in seconds.
const DECAY_S: f32 = 1.9;

/// Cutoff of the loss in the lines, in hertz: the hall's air and curtains.
const DAMPING_HZ: f32 = 4200.0;

/// Gain of what is heard.
const WET: f32 = 0.5;

/// Peak below which the hall has fallen silent (−110 dBFS).
const SILENCE: f32 = 3e-6;

/// A diffusing all-pass (M. R. Schroeder, "Natural sounding artificial reverberation", 1962).
#[derive(Clone, Debug)]
struct Diffuser {
    line: Vec<f32>,
    at: usize,
}

impl Diffuser {
    fn new(length_s: f32, sample_rate_hz: f32) -> Self {
        Self { line: vec![0.0; math::frames(length_s, sample_rate_hz)], at: 0 }
    }

    #[inline]
    fn process(&mut self, input: f32) -> f32 {
        let Some(delayed) = self.line.get_mut(self.at) else { return input };
        let out = *delayed - DIFFUSION * input;
        *delayed = input + DIFFUSION * out;
        self.at += 1;
        if self.at == self.line.len() {
            self.at = 0;
        }
        out
    }

    fn clear(&mut self) {
        self.line.fill(0.0);
        self.at = 0;
    }
}

/// Stereo in, stereo out, only the wet part.
#[derive(Clone, Debug)]
pub(crate) struct Reverb {
    /// All lines in one ring: a frame holds a sample of each.
    ring: Vec<[f32; LINES]>,
    mask: usize,
    at: usize,
    lengths: [usize; LINES],
    gains: [f32; LINES],
    damping: f32,
    lowpass: [f32; LINES],
    diffusers: [[Diffuser; 2]; 2],
    is_awake: bool,
    /// Loudest sample since the last check, and frames since something came in.
    peak: f32,
    quiet_frames: usize,
}

impl Reverb {
    pub(crate) fn new(sample_rate_hz: f32) -> Self {
        let lengths = LENGTHS_S.map(|length_s| math::frames(length_s, sample_rate_hz));
        let longest = lengths.into_iter().max().unwrap_or(1);
        let size = (longest + 1).next_power_of_two();
        let diffuser = |length_s| Diffuser::new(length_s, sample_rate_hz);
        Self {
            ring: vec![[0.0; LINES]; size],
            mask: size - 1,
            at: 0,
            lengths,
            gains: LENGTHS_S.map(|length_s| math::fall(length_s, DECAY_S) / 8f32.sqrt()),
            damping: 1.0
                - math::exp2(
                    -std::f32::consts::LOG2_E * std::f32::consts::TAU * DAMPING_HZ / sample_rate_hz,
                ),
            lowpass: [0.0; LINES],
            diffusers: DIFFUSER_S.map(|lengths| lengths.map(diffuser)),
            is_awake: false,
            peak: 0.0,
            quiet_frames: 0,
        }
    }

    pub(crate) fn reset(&mut self) {
        if self.is_awake {
            self.ring.fill([0.0; LINES]);
            self.diffusers.iter_mut().flatten().for_each(Diffuser::clear);
        }
        self.lowpass = [0.0; LINES];
        (self.at, self.peak, self.quiet_frames, self.is_awake) = (0, 0.0, 0, false);
    }

    pub(crate) fn is_awake(&self) -> bool {
        self.is_awake
    }

    /// Falls asleep when nothing has been heard for as long as the longest line. To be called at
    /// fixed frames, `frames` after the last call.
    pub(crate) fn check(&mut self, frames: usize) {
        if !self.is_awake {
            return;
        }
        self.quiet_frames = if self.peak < SILENCE { self.quiet_frames + frames } else { 0 };
        self.peak = 0.0;
        if self.quiet_frames > self.mask {
            self.reset();
        }
    }

    /// Adds the hall's answer to `send` to `out`.
    pub(crate) fn process(&mut self, send: [&[f32]; 2], out: [&mut [f32]; 2]) {
        let [send_left, send_right] = send;
        let [left, right] = out;
        if !self.is_awake {
            if send_left.iter().chain(send_right).all(|x| *x == 0.0) {
                return;
            }
            self.is_awake = true;
        }
        let mut peak = self.peak;
        for (((in_left, in_right), left), right) in
            send_left.iter().zip(send_right).zip(left).zip(right)
        {
            let (wet_left, wet_right) = self.tick(*in_left, *in_right);
            peak = peak.max(wet_left.abs()).max(wet_right.abs()).max(in_left.abs());
            peak = peak.max(in_right.abs());
            *left += WET * wet_left;
            *right += WET * wet_right;
        }
        self.peak = peak;
    }

    #[inline]
    fn tick(&mut self, left: f32, right: f32) -> (f32, f32) {
        let [[left_1, left_2], [right_1, right_2]] = &mut self.diffusers;
        let left = left_2.process(left_1.process(left));
        let right = right_2.process(right_1.process(right));
        let mut lines = [0.0; LINES];
        for (i, line) in lines.iter_mut().enumerate() {
            // PANIC: none; the mask keeps the index inside the ring.
            *line = self.ring[self.at.wrapping_sub(self.lengths[i]) & self.mask][i];
        }
        for (lowpass, line) in self.lowpass.iter_mut().zip(lines) {
            *lowpass += self.damping * (line - *lowpass);
        }
        let mut mixed = self.lowpass;
        let out_left = mixed[0] - mixed[2] + mixed[4] - mixed[6];
        let out_right = mixed[1] - mixed[3] + mixed[5] - mixed[7];
        hadamard(&mut mixed);
        for (i, (line, gain)) in mixed.iter_mut().zip(self.gains).enumerate() {
            *line = *line * gain + if i % 2 == 0 { left } else { right };
        }
        self.ring[self.at & self.mask] = mixed;
        self.at = self.at.wrapping_add(1);
        (out_left, out_right)
    }
}

/// The fast Walsh-Hadamard transform, unscaled.
#[inline]
fn hadamard(x: &mut [f32; LINES]) {
    let [a, b, c, d, e, f, g, h] = *x;
    let (a, b, c, d, e, f, g, h) = (a + e, b + f, c + g, d + h, a - e, b - f, c - g, d - h);
    let (a, b, c, d, e, f, g, h) = (a + c, b + d, a - c, b - d, e + g, f + h, e - g, f - h);
    *x = [a + b, a - b, c + d, c - d, e + f, e - f, g + h, g - h];
}
