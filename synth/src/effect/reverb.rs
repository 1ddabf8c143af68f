//! A small hall: a feedback delay network of eight lines.
//!
//! J.-M. Jot, A. Chaigne, "Digital delay networks for designing artificial reverberators", 90th AES
//! Convention, 1991: delay lines of mutually prime lengths feed each other through an orthogonal
//! matrix (here a Hadamard matrix over √8), with a low-pass and a gain in each for the decay.
//!
//! No line is shorter than a [`PERIOD`], so what is heard in one is known when it begins, and what
//! goes in may wait until it ends. The hall therefore works on whole periods, on a fixed grid of
//! frames, one line after the other in loops of known length; the sound is not late for it.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::math;

const LINES: usize = 8;

/// Frames that the hall works on at once.
pub(crate) const PERIOD: usize = 128;

/// One signal over a period.
type Period = [f32; PERIOD];

/// Lengths of the lines, in seconds: between 20 and 62 ms, near-irrational ratios, by ear. Below a
/// rate of 6.2 kHz they are longer, as none is shorter than a period.
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

/// Peak below which the hall has fallen silent (−110 dBFS), before the gain [`WET`].
const SILENCE: f32 = 3e-6;

/// A delay line for whole periods.
#[derive(Clone, Debug)]
struct Line {
    /// A ring that holds the delay and [`PAST`] frames more.
    samples: Vec<f32>,
    at: usize,
}

/// Frames before a period that a [`Lowpass`] looks at.
const PAST: usize = 3;

impl Line {
    fn new(length_s: f32, sample_rate_hz: f32) -> Self {
        let delay = math::frames(length_s, sample_rate_hz).max(PERIOD);
        Self { samples: vec![0.0; delay + PAST], at: 0 }
    }

    fn clear(&mut self) {
        self.samples.fill(0.0);
        self.at = 0;
    }

    /// Writes a period, moves past it, and filters the next period that comes out of the line.
    fn turn(&mut self, lowpass: &mut Lowpass, period: &mut Period) {
        let (wrapped, ahead) = self.samples.split_at_mut(self.at);
        let (first, rest) = period.split_at(ahead.len().min(PERIOD));
        ahead[..first.len()].copy_from_slice(first);
        wrapped[..rest.len()].copy_from_slice(rest);
        self.at += PERIOD;
        if self.at >= self.samples.len() {
            self.at -= self.samples.len();
        }
        // What is read begins where the next period will be written: it is the oldest there is.
        let (wrapped, ahead) = self.samples.split_at(self.at);
        if let Some(delayed) = ahead.first_chunk() {
            lowpass.process(delayed, period);
        } else {
            let mut delayed = [0.0; PERIOD + PAST];
            let (first, rest) = delayed.split_at_mut(ahead.len());
            first.copy_from_slice(ahead);
            rest.copy_from_slice(&wrapped[..rest.len()]);
            lowpass.process(&delayed, period);
        }
    }
}

/// A diffusing all-pass (M. R. Schroeder, "Natural sounding artificial reverberation", 1962) in a
/// ring as long as its delay: what is read is what will be overwritten.
#[derive(Clone, Debug)]
struct Diffuser {
    samples: Vec<f32>,
    at: usize,
}

impl Diffuser {
    fn new(length_s: f32, sample_rate_hz: f32) -> Self {
        Self { samples: vec![0.0; math::frames(length_s, sample_rate_hz)], at: 0 }
    }

    fn clear(&mut self) {
        self.samples.fill(0.0);
        self.at = 0;
    }

    /// Diffuses a period in place.
    fn process(&mut self, period: &mut Period) {
        let mut rest = period.as_mut_slice();
        while !rest.is_empty() {
            let ahead = &mut self.samples[self.at..];
            let (part, later) = rest.split_at_mut(rest.len().min(ahead.len()));
            for (sample, delayed) in part.iter_mut().zip(&mut *ahead) {
                let out = *delayed - DIFFUSION * *sample;
                *delayed = *sample + DIFFUSION * out;
                *sample = out;
            }
            self.at += part.len();
            if self.at == self.samples.len() {
                self.at = 0;
            }
            rest = later;
        }
    }
}

/// `y[n] = a y[n-1] + (1-a) x[n]`, written so that four frames need not wait for each other:
/// `y[n] = a⁴ y[n-4] + (1-a)(x[n] + a x[n-1] + a² x[n-2] + a³ x[n-3])` (K. K. Parhi, D. G.
/// Messerschmitt, "Pipeline interleaving and parallelism in recursive digital filters", IEEE Trans.
/// ASSP 37(7), 1989).
#[derive(Clone, Copy, Debug)]
struct Lowpass {
    /// Factors of `x[n-3]` to `x[n]`, and of `y[n-4]`.
    inputs: [f32; PAST + 1],
    feedback: f32,
    /// The last four outputs.
    outputs: [f32; 4],
}

impl Lowpass {
    /// With `a` kept of a frame by the next.
    fn new(a: f32) -> Self {
        let inputs = [a * a * a, a * a, a, 1.0].map(|power| (1.0 - a) * power);
        Self { inputs, feedback: a * a * a * a, outputs: [0.0; 4] }
    }

    #[inline]
    fn process(&mut self, delayed: &[f32; PERIOD + PAST], out: &mut Period) {
        let [c3, c2, c1, c0] = self.inputs;
        let mut last = self.outputs;
        for (i, four) in out.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let x = &delayed[4 * i..4 * i + 4 + PAST];
            for (j, (last, out)) in last.iter_mut().zip(four).enumerate() {
                let input = (c3 * x[j] + c2 * x[j + 1]) + (c1 * x[j + 2] + c0 * x[j + 3]);
                *last = input + self.feedback * *last;
                *out = *last;
            }
        }
        self.outputs = last;
    }
}

/// Stereo in, stereo out, only the wet part.
#[derive(Clone, Debug)]
pub(crate) struct Reverb {
    lines: [Line; LINES],
    lowpasses: [Lowpass; LINES],
    /// What comes out of the lines in this period.
    tails: [Period; LINES],
    /// What is heard of it, left and right.
    wet: [Period; 2],
    gains: [f32; LINES],
    diffusers: [[Diffuser; 2]; 2],
    is_awake: bool,
    quiet_frames: usize,
}

impl Reverb {
    pub(crate) fn new(sample_rate_hz: f32) -> Self {
        let diffuser = |length_s| Diffuser::new(length_s, sample_rate_hz);
        let octaves = std::f32::consts::LOG2_E * std::f32::consts::TAU * DAMPING_HZ;
        Self {
            lines: LENGTHS_S.map(|length_s| Line::new(length_s, sample_rate_hz)),
            lowpasses: [Lowpass::new(math::exp2(-octaves / sample_rate_hz)); LINES],
            tails: [[0.0; PERIOD]; LINES],
            wet: [[0.0; PERIOD]; 2],
            gains: LENGTHS_S.map(|length_s| math::fall(length_s, DECAY_S) / 8f32.sqrt()),
            diffusers: DIFFUSER_S.map(|lengths| lengths.map(diffuser)),
            is_awake: false,
            quiet_frames: 0,
        }
    }

    pub(crate) fn reset(&mut self) {
        if self.is_awake {
            self.lines.iter_mut().for_each(Line::clear);
            self.diffusers.iter_mut().flatten().for_each(Diffuser::clear);
            self.lowpasses.iter_mut().for_each(|lowpass| lowpass.outputs = [0.0; 4]);
            self.tails = [[0.0; PERIOD]; LINES];
            self.wet = [[0.0; PERIOD]; 2];
        }
        (self.quiet_frames, self.is_awake) = (0, false);
    }

    pub(crate) fn is_awake(&self) -> bool {
        self.is_awake
    }

    /// Adds what is heard of the hall from frame `from` of this period on.
    pub(crate) fn add_to(&self, from: usize, left: &mut [f32], right: &mut [f32]) {
        if !self.is_awake {
            return;
        }
        for (wet, out) in self.wet.iter().zip([left, right]) {
            for (out, wet) in out.iter_mut().zip(&wet[from..]) {
                *out += wet;
            }
        }
    }

    /// Ends a period, in which `send` came in, and begins the next one. `send` is used up.
    ///
    /// The hall falls asleep when nothing has been heard for as long as the longest line.
    pub(crate) fn turn(&mut self, send: &mut [Period; 2]) {
        if !self.is_awake {
            if send.iter().flatten().all(|x| *x == 0.0) {
                return;
            }
            self.is_awake = true;
        }
        let is_quiet = send.iter().all(|x| is_below(x, SILENCE))
            && self.wet.iter().all(|x| is_below(x, WET * SILENCE));
        self.quiet_frames = if is_quiet { self.quiet_frames + PERIOD } else { 0 };
        let longest = self.lines.iter().map(|line| line.samples.len()).max();
        if self.quiet_frames > longest.unwrap_or(0) + PERIOD {
            self.reset();
            return;
        }
        for (send, diffusers) in send.iter_mut().zip(&mut self.diffusers) {
            for diffuser in diffusers {
                diffuser.process(send);
            }
        }
        mix(&mut self.tails, self.gains, send);
        let lines = self.lines.iter_mut().zip(&mut self.lowpasses).zip(&mut self.tails);
        for ((line, lowpass), tail) in lines {
            line.turn(lowpass, tail);
        }
        let [a, b, c, d, e, f, g, h] = &self.tails;
        let [left, right] = &mut self.wet;
        for i in 0..PERIOD {
            left[i] = WET * (a[i] - c[i] + e[i] - g[i]);
            right[i] = WET * (b[i] - d[i] + f[i] - h[i]);
        }
    }
}

/// Whether all of it is below a level. What is not a number is too: it is forgotten when
/// the hall falls asleep.
#[inline]
fn is_below(period: &Period, level: f32) -> bool {
    !period.iter().fold(false, |is_loud, x| is_loud | (x.abs() >= level))
}

/// Feeds the lines back through the fast Walsh-Hadamard transform, frame by frame, and adds what
/// comes in: left to the even lines, right to the odd ones.
fn mix(lines: &mut [Period; LINES], gains: [f32; LINES], [left, right]: &[Period; 2]) {
    let [a, b, c, d, e, f, g, h] = lines;
    for i in 0..PERIOD {
        let x = [a[i], b[i], c[i], d[i], e[i], f[i], g[i], h[i]];
        let [p, q, r, s, t, u, v, w] = hadamard(x);
        a[i] = p * gains[0] + left[i];
        b[i] = q * gains[1] + right[i];
        c[i] = r * gains[2] + left[i];
        d[i] = s * gains[3] + right[i];
        e[i] = t * gains[4] + left[i];
        f[i] = u * gains[5] + right[i];
        g[i] = v * gains[6] + left[i];
        h[i] = w * gains[7] + right[i];
    }
}

/// The fast Walsh-Hadamard transform, unscaled.
#[inline]
fn hadamard([a, b, c, d, e, f, g, h]: [f32; LINES]) -> [f32; LINES] {
    let (a, b, c, d, e, f, g, h) = (a + e, b + f, c + g, d + h, a - e, b - f, c - g, d - h);
    let (a, b, c, d, e, f, g, h) = (a + c, b + d, a - c, b - d, e + g, f + h, e - g, f - h);
    [a + b, a - b, c + d, c - d, e + f, e - f, g + h, g - h]
}
