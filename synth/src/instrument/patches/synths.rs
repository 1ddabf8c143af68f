//! Programs 81 to 128: leads, pads, effects, folk instruments, percussion, noises.

use crate::instrument::patches::Recipe;
use crate::instrument::patches::analog::{self, Analog, wave};
use crate::instrument::patches::fm::{self, Knock, Pair};
use crate::instrument::patches::strings::{Pluck, pluck};
use crate::node::{Envelope, FilterMode, Waveform};

pub(super) fn recipe(program: u8) -> Recipe {
    match program {
        80..=87 => lead(program),
        88..=95 => pad(program),
        96..=103 => atmosphere(program),
        104..=111 => folk(program),
        112..=119 => percussion(program),
        _ => noise(program),
    }
}

fn lead(program: u8) -> Recipe {
    let (first, second, detune_cents, ratio) = match program {
        80 => (Waveform::Pulse, Waveform::Pulse, 5.0, 1.0),
        82 => (Waveform::Triangle, Waveform::Sine, 3.0, 2.0),
        86 => (Waveform::Saw, Waveform::Saw, 3.0, 1.498_3),
        87 => (Waveform::Saw, Waveform::Pulse, 6.0, 0.5),
        _ => (Waveform::Saw, Waveform::Saw, 7.0, 1.0),
    };
    let waves = [wave(first, 1.0, 0.0, 0.55), wave(second, ratio, detune_cents, 0.3)];
    let amplitude = Envelope {
        attack_s: 0.006,
        decay_s: 0.8,
        sustain: 0.8,
        release_s: 0.16,
        ..Envelope::default()
    };
    let sound = Analog {
        left: &waves,
        noise: if program == 83 || program == 85 { 0.06 } else { 0.0 },
        cutoff_hz: 2000.0,
        resonance: if program == 84 { 2.2 } else { 1.1 },
        opening: 1.4,
        opening_decay_s: 0.6,
        opening_sustain: 0.5,
        amplitude,
        drive: (program == 84).then_some(2.0),
        ..Analog::default()
    };
    Recipe::new(analog::graph(&sound), -6.5).vibrato(8.0)
}

fn pad(program: u8) -> Recipe {
    let (shape, attack_s, cutoff_hz, detune_cents) = match program {
        88 => (Waveform::Saw, 0.3, 1200.0, 9.0),
        89 => (Waveform::Triangle, 0.5, 1500.0, 8.0),
        90 => (Waveform::Saw, 0.08, 1900.0, 12.0),
        91 => (Waveform::Pulse, 0.4, 900.0, 8.0),
        92 => (Waveform::Pulse, 0.6, 1500.0, 6.0),
        93 => (Waveform::Pulse, 0.3, 1400.0, 14.0),
        94 => (Waveform::Saw, 0.6, 900.0, 10.0),
        _ => (Waveform::Saw, 0.9, 700.0, 12.0),
    };
    let layer = |cents: f32, ratio: f32, level: f32| wave(shape, ratio, cents, level).width(0.4);
    let left = [layer(-0.2, 1.0, 0.4), layer(-detune_cents, 1.0, 0.27)];
    let right = [layer(0.2, 1.0, 0.4), layer(detune_cents, 1.0, 0.27)];
    let amplitude =
        Envelope { attack_s, decay_s: 2.0, sustain: 0.85, release_s: 1.6, ..Envelope::default() };
    let sound = Analog {
        left: &left,
        right: &right,
        cutoff_hz,
        resonance: 1.0,
        key_tracking: 0.4,
        opening: if program == 95 { 2.4 } else { 1.2 },
        opening_velocity: 0.4,
        opening_attack_s: attack_s * 2.5,
        opening_decay_s: 4.0,
        opening_sustain: 0.5,
        amplitude,
        ..Analog::default()
    };
    let level_db = if (91..=93).contains(&program) { -4.5 } else { -1.0 };
    Recipe::new(analog::graph(&sound), level_db).vibrato(4.0)
}

/// Rain, soundtrack, crystal and their like: a bell over a pad's slow body.
fn atmosphere(program: u8) -> Recipe {
    let (ratio, depth, attack_s) = match program {
        96 => (7.0, 0.16, 0.004),
        98 => (4.98, 0.2, 0.002),
        99 => (3.0, 0.1, 0.01),
        100 => (2.0, 0.2, 0.02),
        102 => (1.5, 0.15, 0.05),
        _ => (0.5, 0.2, 0.35),
    };
    let bell = Pair {
        modulator: ratio,
        depth,
        depth_decay_s: 2.0,
        depth_sustain: 0.2,
        level: 0.5,
        attack_s,
        decay_s: 2.5,
        sustain: 0.4,
        fade_s: Some(10.0),
        release_s: 1.2,
        pan: -0.5,
        ..Pair::default()
    };
    let body = Pair {
        modulator: 1.0,
        depth: 0.15,
        attack_s: attack_s.max(0.15),
        detune_cents: 7.0,
        sustain: 0.8,
        fade_s: None,
        pan: 0.5,
        ..bell
    };
    Recipe::new(fm::graph(&[bell, body], None), -4.0).vibrato(4.0)
}

/// Sitar, banjo, shamisen, koto, kalimba, bagpipe, fiddle, shanai.
fn folk(program: u8) -> Recipe {
    let string = |brightness, decay_s, width, resonance| {
        pluck(&Pluck { brightness, decay_s, width, resonance, ..Pluck::default() })
    };
    match program {
        104 => string(1500.0, 3.5, 0.15, 2.2),
        105 => string(2000.0, 1.0, 0.22, 1.0),
        106 => string(1600.0, 0.8, 0.18, 1.4),
        107 => string(1300.0, 2.2, 0.3, 1.2),
        108 => {
            let tine = Pair {
                modulator: 5.4,
                depth: 0.1,
                depth_decay_s: 0.2,
                decay_s: 1.4,
                ..Pair::default()
            };
            let thumb = Knock { hz: 1200.0, resonance: 1.0, decay_s: 0.03, level: 0.25 };
            Recipe::new(fm::graph(&[tine], Some(thumb)), -3.0)
        }
        _ => {
            let width = if program == 110 { 0.5 } else { 0.18 };
            let shape = if program == 110 { Waveform::Saw } else { Waveform::Pulse };
            let waves =
                [wave(shape, 1.0, 0.0, 0.5).width(width), wave(Waveform::Saw, 1.0, 4.0, 0.25)];
            let amplitude =
                Envelope { attack_s: 0.05, sustain: 1.0, release_s: 0.12, ..Envelope::default() };
            let sound = Analog {
                left: &waves,
                cutoff_hz: 2300.0,
                resonance: 1.2,
                opening: 0.5,
                opening_sustain: 1.0,
                amplitude,
                ..Analog::default()
            };
            let cents = if program == 109 { 0.0 } else { 12.0 };
            Recipe::new(analog::graph(&sound), -6.0).vibrato(cents)
        }
    }
}

/// Bells, agogo, steel drums, woodblock, taiko, toms, synth drum, reversed cymbal.
fn percussion(program: u8) -> Recipe {
    // Modulator ratio, depth, its decay, decay, stick.
    let (ratio, depth, depth_decay_s, decay_s, stick) = match program {
        112 => (3.37, 0.25, 0.8, 2.0, 0.05),
        113 => (2.76, 0.3, 0.2, 0.6, 0.1),
        114 => (2.01, 0.3, 0.6, 1.5, 0.1),
        115 => (1.87, 0.3, 0.05, 0.18, 0.4),
        116 => (0.53, 0.25, 0.2, 1.0, 0.7),
        117 => (0.61, 0.2, 0.15, 0.7, 0.5),
        118 => (0.5, 0.4, 0.2, 0.6, 0.4),
        _ => return swell(),
    };
    let skin = Pair {
        modulator: ratio,
        depth,
        depth_decay_s,
        decay_s,
        release_s: decay_s,
        key_scaling: 0.2,
        ..Pair::default()
    };
    let knock = Knock { hz: 900.0, resonance: 0.8, decay_s: 0.06, level: stick };
    Recipe::new(fm::graph(&[skin], Some(knock)), -2.5)
}

fn swell() -> Recipe {
    let amplitude =
        Envelope { attack_s: 1.6, decay_s: 0.15, release_s: 0.1, ..Envelope::default() };
    let sound = Analog {
        noise: 0.7,
        mode: FilterMode::High,
        cutoff_hz: 4000.0,
        key_tracking: 0.1,
        opening: 0.0,
        amplitude,
        ..Analog::default()
    };
    Recipe::new(analog::graph(&sound), -8.0)
}

/// Fret noise, breath, sea, bird, telephone, helicopter, applause, gunshot: filtered noise.
fn noise(program: u8) -> Recipe {
    if program == 123 || program == 124 {
        let ratio = if program == 123 { 0.13 } else { 0.05 };
        let chirp = Pair {
            carrier: 4.0,
            modulator: ratio,
            depth: 1.5,
            depth_sustain: 1.0,
            sustain: 0.9,
            ..Pair::default()
        };
        return Recipe::new(fm::graph(&[chirp], None), -12.0);
    }
    let (cutoff_hz, attack_s, decay_s, sustain, tremolo) = match program {
        120 => (3500.0, 0.002, 0.15, 0.0, None),
        121 => (2500.0, 0.03, 0.4, 0.2, None),
        122 => (900.0, 1.2, 3.0, 0.6, Some((0.25, 0.4))),
        125 => (600.0, 0.05, 1.0, 0.9, Some((11.0, 0.5))),
        126 => (2200.0, 0.3, 2.0, 0.8, Some((13.0, 0.2))),
        _ => (1200.0, 0.0005, 0.7, 0.0, None),
    };
    let amplitude = Envelope { attack_s, decay_s, sustain, release_s: 0.4, ..Envelope::default() };
    let sound = Analog {
        noise: 0.9,
        mode: FilterMode::Band,
        cutoff_hz,
        resonance: 0.7,
        key_tracking: 0.3,
        opening: 0.6,
        tremolo,
        amplitude,
        ..Analog::default()
    };
    Recipe::new(analog::graph(&sound), -5.0)
}
