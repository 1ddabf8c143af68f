//! Programs 49 to 56: string sections, choirs, the orchestra hit.

use crate::instrument::patches::Recipe;
use crate::instrument::patches::analog::{self, Analog, Wave, wave};
use crate::node::{Envelope, Waveform};

pub(super) fn recipe(program: u8) -> Recipe {
    match program {
        48 => section(0.12, 1900.0, 7.0),
        49 => section(0.3, 1500.0, 8.0),
        50 => section(0.15, 2300.0, 11.0),
        51 => section(0.4, 1700.0, 13.0),
        52..=54 => choir(program),
        _ => hit(),
    }
}

/// Two players a side: one in tune, one beside it.
fn section(attack_s: f32, cutoff_hz: f32, detune_cents: f32) -> Recipe {
    let player = |cents: f32, level| wave(Waveform::Saw, 1.0, cents, level);
    let left = [player(-0.1, 0.44), player(-detune_cents, 0.26)];
    let right = [player(0.1, 0.44), player(detune_cents, 0.26)];
    let amplitude =
        Envelope { attack_s, decay_s: 1.5, sustain: 0.9, release_s: 0.5, ..Envelope::default() };
    let sound = Analog {
        left: &left,
        right: &right,
        cutoff_hz,
        key_tracking: 0.35,
        opening: 0.9,
        opening_attack_s: attack_s * 1.5,
        opening_decay_s: 2.0,
        opening_sustain: 0.7,
        amplitude,
        ..Analog::default()
    };
    Recipe::new(analog::graph(&sound), -2.5).vibrato(6.0)
}

/// Aahs, oohs and a synthetic voice.
fn choir(program: u8) -> Recipe {
    let cutoff_hz = if program == 53 { 700.0 } else { 1100.0 };
    let singer = |cents: f32| -> Wave { wave(Waveform::Pulse, 1.0, cents, 0.3).width(0.3) };
    let left = [singer(-8.0), wave(Waveform::Triangle, 1.0, 0.2, 0.5)];
    let right = [singer(8.0), wave(Waveform::Triangle, 1.0, -0.2, 0.5)];
    let amplitude = Envelope {
        attack_s: 0.14,
        decay_s: 1.5,
        sustain: 0.9,
        release_s: 0.45,
        ..Envelope::default()
    };
    let sound = Analog {
        left: &left,
        right: &right,
        cutoff_hz,
        resonance: 1.5,
        key_tracking: 0.25,
        opening: 0.5,
        opening_attack_s: 0.2,
        opening_sustain: 0.9,
        opening_decay_s: 2.0,
        amplitude,
        ..Analog::default()
    };
    Recipe::new(analog::graph(&sound), -4.5).vibrato(9.0)
}

fn hit() -> Recipe {
    let left = [wave(Waveform::Saw, 1.0, -9.0, 0.4), wave(Waveform::Saw, 0.5, 4.0, 0.35)];
    let right = [wave(Waveform::Saw, 1.0, 9.0, 0.4), wave(Waveform::Saw, 2.0, -5.0, 0.3)];
    let amplitude =
        Envelope { attack_s: 0.004, decay_s: 0.9, release_s: 0.4, ..Envelope::default() };
    let sound = Analog {
        left: &left,
        right: &right,
        cutoff_hz: 1500.0,
        opening: 2.2,
        opening_decay_s: 0.5,
        opening_sustain: 0.0,
        amplitude,
        ..Analog::default()
    };
    Recipe::new(analog::graph(&sound), 1.0)
}
