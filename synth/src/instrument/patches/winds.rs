//! Programs 57 to 80: brass, reeds, pipes.

use crate::instrument::patches::Recipe;
use crate::instrument::patches::analog::{self, Analog, Wave, wave};
use crate::node::{Envelope, Waveform};

pub(super) fn recipe(program: u8) -> Recipe {
    match program {
        56..=63 => brass(program),
        64..=71 => reed(program),
        _ => pipe(program),
    }
}

/// Brass: the louder the note, the wider the filter opens.
fn brass(program: u8) -> Recipe {
    let (cutoff_hz, opening, attack_s) = match program {
        56 => (1100.0, 2.2, 0.03),
        57 => (900.0, 2.0, 0.045),
        58 => (700.0, 1.6, 0.06),
        59 => (1500.0, 1.0, 0.03),
        60 => (650.0, 1.5, 0.07),
        61 => (1000.0, 2.1, 0.04),
        62 => (900.0, 2.4, 0.03),
        _ => (700.0, 1.8, 0.07),
    };
    let waves = [wave(Waveform::Saw, 1.0, 0.0, 0.62), wave(Waveform::Saw, 1.0, 5.0, 0.22)];
    let amplitude =
        Envelope { attack_s, decay_s: 1.2, sustain: 0.85, release_s: 0.16, ..Envelope::default() };
    let sound = Analog {
        left: &waves,
        noise: 0.01,
        cutoff_hz,
        resonance: if program == 59 { 2.0 } else { 0.9 },
        opening,
        opening_velocity: 0.75,
        opening_attack_s: attack_s * 1.6,
        opening_decay_s: 1.0,
        opening_sustain: 0.65,
        amplitude,
        ..Analog::default()
    };
    Recipe::new(analog::graph(&sound), -4.5).vibrato(5.0)
}

/// Saxophones, oboe, english horn, bassoon, clarinet.
fn reed(program: u8) -> Recipe {
    let (waves, cutoff_hz): ([Wave; 2], f32) = match program {
        64..=67 => (
            [wave(Waveform::Saw, 1.0, 0.0, 0.45), wave(Waveform::Pulse, 1.0, 4.0, 0.3).width(0.4)],
            1500.0,
        ),
        68 | 69 => (
            [
                wave(Waveform::Pulse, 1.0, 0.0, 0.55).width(0.16),
                wave(Waveform::Saw, 1.0, 2.0, 0.15),
            ],
            1900.0,
        ),
        70 => (
            [wave(Waveform::Pulse, 1.0, 0.0, 0.5).width(0.24), wave(Waveform::Saw, 1.0, 2.0, 0.2)],
            1300.0,
        ),
        _ => (
            [wave(Waveform::Pulse, 1.0, 0.0, 0.55), wave(Waveform::Triangle, 1.0, 1.0, 0.25)],
            1300.0,
        ),
    };
    let amplitude = Envelope {
        attack_s: 0.04,
        decay_s: 1.0,
        sustain: 0.9,
        release_s: 0.13,
        ..Envelope::default()
    };
    let sound = Analog {
        left: &waves,
        noise: 0.025,
        cutoff_hz,
        resonance: 1.0,
        opening: 1.1,
        opening_attack_s: 0.06,
        opening_decay_s: 1.0,
        opening_sustain: 0.8,
        amplitude,
        ..Analog::default()
    };
    Recipe::new(analog::graph(&sound), -5.5).vibrato(9.0)
}

/// Flutes and whistles: a soft wave and breath.
fn pipe(program: u8) -> Recipe {
    let (breath, cutoff_hz, attack_s) = match program {
        72 => (0.05, 2600.0, 0.03),
        74 => (0.06, 1800.0, 0.03),
        75 => (0.16, 1500.0, 0.06),
        76 => (0.3, 1100.0, 0.07),
        77 => (0.2, 1500.0, 0.07),
        78 | 79 => (0.03, 1500.0, 0.04),
        _ => (0.08, 1800.0, 0.05),
    };
    let waves = [wave(Waveform::Triangle, 1.0, 0.0, 0.75), wave(Waveform::Sine, 2.0, 0.0, 0.12)];
    let amplitude =
        Envelope { attack_s, decay_s: 1.0, sustain: 0.9, release_s: 0.16, ..Envelope::default() };
    let sound = Analog {
        left: &waves,
        noise: breath,
        cutoff_hz,
        key_tracking: 0.7,
        opening: 0.6,
        opening_attack_s: attack_s,
        opening_sustain: 0.8,
        amplitude,
        ..Analog::default()
    };
    Recipe::new(analog::graph(&sound), -4.0).vibrato(8.0)
}
