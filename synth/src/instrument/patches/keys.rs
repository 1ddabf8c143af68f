//! Programs 1 to 24: pianos, struck things, organs.

use crate::instrument::patches::Recipe;
use crate::instrument::patches::analog::{self, Analog, wave};
use crate::instrument::patches::bars::{self, Bars};
use crate::instrument::patches::fm::{self, Knock, Pair};
use crate::node::{Envelope, FilterMode, Waveform};

pub(super) fn recipe(program: u8) -> Recipe {
    match program {
        0 => piano(1.0, 0.5),
        1 => piano(1.5, 0.5),
        2 => piano(1.25, 0.9),
        3 => piano(1.1, 9.0),
        4 => electric_piano(14.0, 0.16, 0.22),
        5 => electric_piano(7.0, 0.11, 0.5),
        6 => harpsichord(),
        7 => clavinet(),
        8..=15 => struck(program),
        _ => organ(program),
    }
}

/// Two strings a hair apart, bright at the hammer's blow and mellow soon after.
fn piano(brightness: f32, detune_cents: f32) -> Recipe {
    let string = Pair {
        depth: 0.3 * brightness,
        depth_decay_s: 1.6,
        depth_sustain: 0.12,
        depth_velocity: 0.85,
        level: 0.62,
        attack_s: 0.0015,
        decay_s: 1.4,
        sustain: 0.45,
        fade_s: Some(9.0),
        release_s: 0.28,
        key_scaling: 0.55,
        ..Pair::default()
    };
    let pairs = [
        Pair { detune_cents: -detune_cents, pan: -0.35, ..string },
        Pair { modulator: 2.0, depth: 0.16 * brightness, detune_cents, pan: 0.35, ..string },
        // The strike: upper partials, a little sharp as a stiff string's are.
        Pair {
            carrier: 3.006,
            modulator: 4.012,
            depth: 0.14 * brightness,
            depth_decay_s: 0.5,
            level: 0.13,
            decay_s: 1.1,
            sustain: 0.0,
            fade_s: None,
            ..string
        },
    ];
    let hammer = Knock { hz: 1400.0, resonance: 1.1, decay_s: 0.06, level: 0.16 };
    Recipe::new(fm::graph(&pairs, Some(hammer)), -5.0)
}

/// A tine: a pure tone with a bell in its attack.
fn electric_piano(bell_ratio: f32, bell_depth: f32, body_depth: f32) -> Recipe {
    let tine = Pair {
        depth: body_depth * 0.5,
        depth_decay_s: 2.5,
        depth_sustain: 0.2,
        level: 0.8,
        decay_s: 3.0,
        sustain: 0.5,
        fade_s: Some(9.0),
        release_s: 0.35,
        key_scaling: 0.4,
        pan: -0.25,
        ..Pair::default()
    };
    let bell = Pair {
        modulator: bell_ratio,
        depth: bell_depth,
        depth_decay_s: 0.7,
        depth_sustain: 0.0,
        level: 0.4,
        decay_s: 2.0,
        sustain: 0.2,
        detune_cents: 3.0,
        pan: 0.4,
        ..tine
    };
    Recipe::new(fm::graph(&[tine, bell], None), -3.5)
}

fn harpsichord() -> Recipe {
    let strings = [
        wave(Waveform::Pulse, 1.0, 0.0, 0.45).width(0.12).struck(),
        wave(Waveform::Saw, 2.0, 2.0, 0.2).struck(),
    ];
    let amplitude = Envelope {
        attack_s: 0.0008,
        decay_s: 3.5,
        release_s: 0.15,
        key_scaling: 0.4,
        ..Envelope::default()
    };
    let sound = Analog {
        left: &strings,
        mode: FilterMode::High,
        cutoff_hz: 500.0,
        key_tracking: 0.7,
        opening: 0.0,
        amplitude,
        ..Analog::default()
    };
    Recipe::new(analog::graph(&sound), -3.0)
}

fn clavinet() -> Recipe {
    let strings = [wave(Waveform::Pulse, 1.0, 0.0, 0.7).width(0.28).struck()];
    let amplitude = Envelope {
        attack_s: 0.001,
        decay_s: 2.2,
        release_s: 0.08,
        key_scaling: 0.4,
        ..Envelope::default()
    };
    let sound = Analog {
        left: &strings,
        cutoff_hz: 1400.0,
        resonance: 1.6,
        opening: 2.4,
        opening_decay_s: 0.5,
        opening_sustain: 0.1,
        amplitude,
        ..Analog::default()
    };
    Recipe::new(analog::graph(&sound), -4.0)
}

/// Celesta to dulcimer: bars, tubes and plates by inharmonic pairs.
fn struck(program: u8) -> Recipe {
    // Modulator ratio, depth and its decay, decay of the tone, level of the stick.
    let (ratio, depth, depth_decay_s, decay_s, stick) = match program {
        8 => (4.0, 0.13, 0.8, 2.4, 0.08),
        9 => (3.93, 0.2, 0.9, 3.2, 0.1),
        10 => (5.1, 0.12, 0.5, 2.6, 0.05),
        11 => (4.0, 0.1, 0.6, 4.5, 0.04),
        12 => (3.98, 0.16, 0.15, 0.9, 0.2),
        13 => (3.0, 0.24, 0.12, 0.55, 0.25),
        14 => (3.53, 0.32, 4.0, 7.0, 0.05),
        _ => (2.0, 0.2, 0.8, 2.4, 0.15),
    };
    let tone = Pair {
        modulator: ratio,
        depth,
        depth_decay_s,
        depth_velocity: 0.7,
        level: 0.8,
        attack_s: 0.0008,
        decay_s,
        release_s: decay_s * 0.4,
        key_scaling: 0.35,
        ..Pair::default()
    };
    let partner = Pair { carrier: 1.002, level: 0.3, depth: depth * 0.6, pan: 0.4, ..tone };
    let knock = Knock { hz: 2600.0, resonance: 1.5, decay_s: 0.04, level: stick };
    let graph = fm::graph(&[Pair { pan: -0.15, ..tone }, partner], Some(knock));
    Recipe::new(graph, -4.0)
}

fn organ(program: u8) -> Recipe {
    const DRAWBAR: &[(f32, f32)] = &[
        (0.5, 0.35),
        (1.0, 0.5),
        (1.498, 0.22),
        (2.0, 0.3),
        (3.0, 0.14),
        (4.0, 0.16),
        (8.0, 0.05),
    ];
    const PERCUSSIVE: &[(f32, f32)] = &[(0.5, 0.4), (1.0, 0.5), (1.498, 0.25), (3.0, 0.25)];
    const ROCK: &[(f32, f32)] =
        &[(0.5, 0.4), (1.0, 0.5), (1.498, 0.4), (2.0, 0.3), (4.0, 0.2), (6.0, 0.14), (8.0, 0.12)];
    const CHURCH: &[(f32, f32)] =
        &[(0.5, 0.3), (1.0, 0.45), (2.0, 0.35), (3.0, 0.12), (4.0, 0.22), (6.0, 0.08), (8.0, 0.1)];
    let envelope =
        Envelope { attack_s: 0.006, sustain: 1.0, release_s: 0.09, ..Envelope::default() };
    let slow = Envelope { attack_s: 0.05, release_s: 0.4, ..envelope };
    let bars = |partials, envelope, rotor, drive| {
        let graph = bars::graph(&Bars { partials, envelope, rotor, drive });
        Recipe::new(graph, -7.0)
    };
    match program {
        16 => bars(DRAWBAR, envelope, Some((5.9, 0.13)), None),
        17 => bars(PERCUSSIVE, envelope, Some((6.4, 0.1)), None),
        18 => bars(ROCK, envelope, Some((6.7, 0.2)), Some(1.5)),
        19 => bars(CHURCH, slow, None, None),
        _ => reeds(program),
    }
}

/// Reed organ, accordion, harmonica, bandoneon.
fn reeds(program: u8) -> Recipe {
    let detune_cents = if program == 20 || program == 22 { 2.0 } else { 9.0 };
    let reeds = [
        wave(Waveform::Pulse, 1.0, -detune_cents, 0.4).width(0.35),
        wave(Waveform::Saw, 1.0, detune_cents, 0.35),
    ];
    let amplitude =
        Envelope { attack_s: 0.04, sustain: 1.0, release_s: 0.12, ..Envelope::default() };
    let sound = Analog {
        left: &reeds,
        cutoff_hz: if program == 22 { 1900.0 } else { 2600.0 },
        opening: 0.6,
        opening_attack_s: 0.05,
        opening_sustain: 1.0,
        amplitude,
        ..Analog::default()
    };
    Recipe::new(analog::graph(&sound), -7.0).vibrato(if program == 22 { 10.0 } else { 0.0 })
}
