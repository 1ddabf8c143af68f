//! Programs 25 to 48: guitars, basses, bowed and plucked strings.

use crate::instrument::patches::Recipe;
use crate::instrument::patches::analog::{self, Analog, wave};
use crate::instrument::patches::fm::{self, Knock, Pair};
use crate::node::{Envelope, Waveform};

pub(super) fn recipe(program: u8) -> Recipe {
    match program {
        24 => pluck(&Pluck { brightness: 900.0, decay_s: 3.0, ..Pluck::default() }),
        25 => pluck(&Pluck { brightness: 1700.0, decay_s: 3.6, width: 0.3, ..Pluck::default() }),
        26 => pluck(&Pluck { brightness: 700.0, decay_s: 2.6, ..Pluck::default() }),
        27 => pluck(&Pluck { brightness: 1500.0, decay_s: 4.5, width: 0.4, ..Pluck::default() }),
        28 => pluck(&Pluck { brightness: 700.0, decay_s: 0.45, ..Pluck::default() }),
        29 => driven(2.2, 2000.0),
        30 => driven(5.0, 2600.0),
        31 => harmonics(),
        32..=39 => bass(program),
        40..=44 => bowed(program),
        45 => pluck(&Pluck { brightness: 900.0, decay_s: 0.6, width: 0.35, ..Pluck::default() }),
        46 => pluck(&Pluck { brightness: 800.0, decay_s: 3.4, width: 0.5, ..Pluck::default() }),
        _ => timpani(),
    }
}

/// A plucked string: a wave whose filter closes as it fades.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pluck {
    /// Cutoff at rest, in hertz.
    pub(super) brightness: f32,
    pub(super) decay_s: f32,
    pub(super) width: f32,
    pub(super) opening: f32,
    pub(super) resonance: f32,
}

impl Default for Pluck {
    fn default() -> Self {
        Self { brightness: 900.0, decay_s: 3.0, width: 0.45, opening: 2.6, resonance: 0.8 }
    }
}

pub(super) fn pluck(pluck: &Pluck) -> Recipe {
    let strings = [
        wave(Waveform::Pulse, 1.0, 0.0, 0.55).width(pluck.width).struck(),
        wave(Waveform::Saw, 1.0, 1.5, 0.35).struck(),
    ];
    let amplitude = Envelope {
        attack_s: 0.0012,
        decay_s: pluck.decay_s * 0.5,
        sustain: 0.35,
        fade_s: Some(pluck.decay_s * 2.0),
        release_s: 0.18,
        key_scaling: 0.5,
        ..Envelope::default()
    };
    let sound = Analog {
        left: &strings,
        cutoff_hz: pluck.brightness,
        resonance: pluck.resonance,
        key_tracking: 0.6,
        opening: pluck.opening,
        opening_attack_s: 0.0,
        opening_decay_s: pluck.decay_s * 0.35,
        opening_sustain: 0.05,
        amplitude,
        ..Analog::default()
    };
    Recipe::new(analog::graph(&sound), -2.5)
}

/// Overdriven and distorted guitar.
fn driven(drive: f32, cutoff_hz: f32) -> Recipe {
    let strings = [
        wave(Waveform::Saw, 1.0, 0.0, 0.6).struck(),
        wave(Waveform::Pulse, 1.0, 3.0, 0.35).struck(),
    ];
    let amplitude = Envelope {
        attack_s: 0.003,
        decay_s: 3.0,
        sustain: 0.8,
        fade_s: Some(14.0),
        release_s: 0.12,
        ..Envelope::default()
    };
    let sound = Analog {
        left: &strings,
        cutoff_hz,
        resonance: 0.9,
        key_tracking: 0.3,
        opening: 0.8,
        opening_decay_s: 2.0,
        drive: Some(drive),
        amplitude,
        ..Analog::default()
    };
    Recipe::new(analog::graph(&sound), -8.0).vibrato(4.0)
}

fn harmonics() -> Recipe {
    let tone = Pair { carrier: 2.0, modulator: 2.0, depth: 0.06, decay_s: 3.0, ..Pair::default() };
    let knock = Knock { hz: 3000.0, resonance: 1.5, decay_s: 0.02, level: 0.2 };
    Recipe::new(fm::graph(&[tone], Some(knock)), -8.0)
}

fn bass(program: u8) -> Recipe {
    // Cutoff at A4 (the filter follows the key), octaves it opens, and how fast it closes again.
    let (cutoff_hz, opening, decay_s, resonance, square) = match program {
        32 => (700.0, 1.6, 0.5, 0.7, 0.15),
        33 => (850.0, 2.2, 0.7, 0.8, 0.2),
        34 => (1200.0, 2.6, 0.6, 0.9, 0.3),
        35 => (700.0, 1.4, 1.4, 0.8, 0.1),
        36 => (1100.0, 3.6, 0.35, 1.4, 0.35),
        37 => (1400.0, 3.2, 0.3, 1.8, 0.4),
        38 => (900.0, 2.8, 0.6, 2.2, 0.5),
        _ => (650.0, 2.2, 0.9, 1.4, 0.6),
    };
    let is_synth = program >= 38;
    let second = if is_synth { Waveform::Pulse } else { Waveform::Saw };
    let strings = [
        wave(Waveform::Triangle, 1.0, 0.0, 0.85).struck(),
        wave(second, 1.0, if is_synth { 5.0 } else { 0.0 }, square + 0.15).struck(),
        // What carries a bass on small loudspeakers.
        wave(Waveform::Sine, 2.0, 0.0, 0.15).struck(),
    ];
    let amplitude = Envelope {
        attack_s: 0.003,
        decay_s: 1.6,
        sustain: if is_synth { 0.75 } else { 0.55 },
        fade_s: if is_synth { None } else { Some(6.0) },
        release_s: 0.12,
        key_scaling: 0.2,
        ..Envelope::default()
    };
    let sound = Analog {
        left: &strings,
        cutoff_hz,
        resonance,
        key_tracking: 0.55,
        opening,
        opening_attack_s: 0.001,
        opening_decay_s: decay_s,
        opening_sustain: 0.12,
        amplitude,
        ..Analog::default()
    };
    Recipe::new(analog::graph(&sound), if is_synth { -7.0 } else { -3.0 })
}

/// Violin, viola, cello, contrabass, and tremolo strings.
fn bowed(program: u8) -> Recipe {
    let (cutoff_hz, attack_s) = match program {
        40 => (2400.0, 0.07),
        41 => (1900.0, 0.08),
        42 => (1700.0, 0.09),
        43 => (1400.0, 0.1),
        _ => (2000.0, 0.05),
    };
    let string = [wave(Waveform::Saw, 1.0, 0.0, 0.65), wave(Waveform::Saw, 1.0, 6.0, 0.22)];
    let amplitude =
        Envelope { attack_s, decay_s: 1.0, sustain: 0.85, release_s: 0.25, ..Envelope::default() };
    let sound = Analog {
        left: &string,
        noise: 0.02,
        cutoff_hz,
        resonance: 0.8,
        key_tracking: 0.35,
        opening: 0.9,
        opening_attack_s: attack_s * 1.5,
        opening_sustain: 0.8,
        opening_decay_s: 1.0,
        tremolo: (program == 44).then_some((9.0, 0.35)),
        amplitude,
        ..Analog::default()
    };
    Recipe::new(analog::graph(&sound), -4.5).vibrato(if program == 44 { 0.0 } else { 14.0 })
}

fn timpani() -> Recipe {
    // Modes of an air-loaded membrane: 1, 1.5, 2 (T. D. Rossing, "The physics of kettledrums",
    // Scientific American 247(5), 1982).
    let mode = Pair {
        depth: 0.05,
        depth_decay_s: 0.2,
        level: 0.8,
        decay_s: 2.2,
        release_s: 1.2,
        key_scaling: 0.2,
        ..Pair::default()
    };
    let pairs = [
        mode,
        Pair { carrier: 1.5, level: 0.4, decay_s: 1.4, ..mode },
        Pair { carrier: 1.99, level: 0.25, decay_s: 1.1, ..mode },
    ];
    let stick = Knock { hz: 320.0, resonance: 0.8, decay_s: 0.12, level: 0.6 };
    Recipe::new(fm::graph(&pairs, Some(stick)), -3.0)
}
