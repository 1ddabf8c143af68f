//! Each node against its formula.

use proptest::prelude::*;
use tresillo_synth::node::{
    Envelope, Filter, FilterMode, Noise, NoteSignals, Oscillator, Output, Shaper, Signal, Start,
    Waveform, oscillator,
};
use tresillo_synth::{Graph, NodeId, Scratch, VoiceState};

use crate::support::{RATE_HZ, cents, magnitude, pitch_hz};

/// Runs a note of the graph, its gate open for `held` frames, in parts of at most `part` frames.
fn run(graph: &Graph, note: NoteSignals, frames: usize, held: usize, part: usize) -> Vec<f32> {
    let schedule = graph.compile(RATE_HZ).expect("sound");
    let (mut voice, mut scratch) = (VoiceState::default(), Scratch::new(&schedule));
    let mut note = note;
    schedule.start(&mut voice, &note);
    let mut out = Vec::new();
    while out.len() < frames {
        note.gate = out.len() < held;
        let edge = if note.gate { held } else { frames };
        let count = part.min(voice.frames_to_tick()).min(edge.min(frames) - out.len());
        out.extend_from_slice(schedule.process(&mut voice, &mut scratch, &note, count).0);
    }
    out
}

/// A graph whose last node is heard.
fn graph_of(build: impl FnOnce(&mut Graph) -> NodeId) -> Graph {
    let mut graph = Graph::new();
    let node = build(&mut graph);
    let out = graph.add(Output);
    graph.connect(node, out.inlet(0));
    graph
}

#[test]
fn an_envelope_follows_its_formula() {
    let envelope = Envelope {
        attack_s: 0.05,
        decay_s: 0.4,
        sustain: 0.4,
        fade_s: Some(2.0),
        release_s: 0.3,
        level: 0.8,
        ..Envelope::default()
    };
    let graph = graph_of(|graph| graph.add(envelope));
    let held = 24_000 + 7;
    let out = run(&graph, NoteSignals::default(), 48_000, held, 32);
    let level = |seconds: f64| {
        if seconds < 0.05 {
            1.3 * (1.0 - (0.3f64 / 1.3).powf(seconds / 0.05))
        } else {
            let after = seconds - 0.05;
            0.6 * 0.001f64.powf(after / 0.4) + 0.4 * 0.001f64.powf(after / 2.0)
        }
    };
    for (frame, sample) in out.iter().enumerate() {
        let seconds = (frame + 1) as f64 / RATE_HZ;
        let release = held as f64 / RATE_HZ;
        let expected = if seconds <= release {
            0.8 * level(seconds)
        } else {
            0.8 * level(release) * 0.001f64.powf((seconds - release) / 0.3)
        };
        // A straight line over 64 frames may cut the corner at the end of the attack.
        assert!((f64::from(*sample) - expected).abs() < 0.02, "{frame}: {sample} {expected}");
    }
    assert!(out[47_900] < 0.8 * 0.4 * 0.02, "released");
}

#[test]
fn an_envelope_ends_in_exact_silence() {
    let envelope = Envelope { release_s: 0.05, sustain: 1.0, ..Envelope::default() };
    let out = run(&graph_of(|graph| graph.add(envelope)), NoteSignals::default(), 9600, 2400, 32);
    assert!(out[2399] > 0.99);
    assert!(out[8000..].iter().all(|sample| *sample == 0.0));
}

#[test]
fn a_filter_has_the_response_of_its_analogue_model() {
    // |H(jω)| of the state-variable filter, the frequency warped: Ω = tan(π f/fs)/tan(π fc/fs).
    let check = |mode: FilterMode, resonance: f32, cutoff_hz: f64, hz: f64| {
        let filter = Filter { mode, cutoff_hz: cutoff_hz as f32, resonance, ..Filter::default() };
        let graph = graph_of(|graph| {
            let sine = graph.add(Oscillator { fixed_hz: Some(hz as f32), ..Oscillator::default() });
            let node = graph.add(filter);
            graph.connect(sine, node.inlet(0));
            node
        });
        let out = run(&graph, NoteSignals::default(), 30_000, 30_000, 32);
        let measured = magnitude(&out[6000..], hz);
        let warp = |hz: f64| (std::f64::consts::PI * hz / RATE_HZ).tan();
        let omega = warp(hz) / warp(cutoff_hz);
        let q = f64::from(resonance);
        let denominator = (1.0 - omega * omega).hypot(omega / q);
        let expected = match mode {
            FilterMode::Low => 1.0,
            FilterMode::Band => omega / q,
            FilterMode::High => omega * omega,
        } / denominator;
        let error_db = 20.0 * (measured / expected).log10();
        assert!(error_db.abs() < 0.05, "{mode:?} {resonance} {cutoff_hz} {hz}: {error_db} dB");
    };
    for mode in [FilterMode::Low, FilterMode::Band, FilterMode::High] {
        for resonance in [0.5, 0.707, 4.0] {
            for cutoff_hz in [200.0, 1000.0, 9000.0] {
                for hz in [110.0, 950.0, 4000.0, 13_000.0] {
                    check(mode, resonance, cutoff_hz, hz);
                }
            }
        }
    }
}

#[test]
fn every_waveform_is_in_tune_from_20_hz_to_12_khz() {
    let shapes = [Waveform::Sine, Waveform::Triangle, Waveform::Saw, Waveform::Pulse];
    for waveform in shapes {
        for hz in [20.0, 261.625_565, 440.0, 3520.0, 12_000.0] {
            let graph =
                graph_of(|graph| graph.add(Oscillator { waveform, ..Oscillator::default() }));
            let octaves = (hz / 440.0f64).log2() as f32;
            let note = NoteSignals { pitch_octaves: octaves, ..NoteSignals::default() };
            let out = run(&graph, note, 96_000, 96_000, 32);
            let error = cents(pitch_hz(&out, hz), hz);
            assert!(error.abs() < 0.1, "{waveform:?} at {hz} Hz: {error} cents");
        }
    }
}

#[test]
fn waves_have_the_harmonics_of_their_fourier_series() {
    let pi = std::f64::consts::PI;
    // Amplitude of harmonic n, per shape (pulse at half width is a square).
    type Amplitude = fn(f64) -> f64;
    let shapes: [(Waveform, Amplitude); 3] = [
        (Waveform::Saw, |n| 2.0 / n),
        (Waveform::Pulse, |n| if n % 2.0 == 1.0 { 4.0 / n } else { 0.0 }),
        (Waveform::Triangle, |n| {
            if n % 2.0 == 1.0 { 8.0 / (n * n * std::f64::consts::PI) } else { 0.0 }
        }),
    ];
    for (waveform, amplitude) in shapes {
        let graph = graph_of(|graph| {
            graph.add(Oscillator { waveform, fixed_hz: Some(110.0), ..Oscillator::default() })
        });
        let out = run(&graph, NoteSignals::default(), 48_000, 48_000, 32);
        for n in 1..=8 {
            let n = f64::from(n);
            let measured = magnitude(&out, 110.0 * n);
            let expected = amplitude(n) / pi;
            assert!((measured - expected).abs() < 0.005, "{waveform:?} {n}: {measured}");
        }
    }
}

#[test]
fn aliases_of_a_saw_at_c7_lie_60_db_down_below_10_khz() {
    let hz = 2_093.004_5;
    let graph = graph_of(|graph| {
        let waveform = Waveform::Saw;
        graph.add(Oscillator { waveform, fixed_hz: Some(hz as f32), ..Oscillator::default() })
    });
    let out = run(&graph, NoteSignals::default(), 48_000, 48_000, 32);
    let fundamental = magnitude(&out, hz);
    for harmonic in 12..40 {
        let image = (hz * f64::from(harmonic)) % RATE_HZ;
        let image = image.min(RATE_HZ - image);
        let is_harmonic = (image / hz - (image / hz).round()).abs() < 0.02;
        if image < 10_000.0 && !is_harmonic {
            let level_db = 20.0 * (magnitude(&out, image) / fundamental).log10();
            assert!(level_db < -60.0, "harmonic {harmonic} at {image} Hz: {level_db} dB");
        }
    }
}

#[test]
fn noise_is_white_enough_centred_and_the_same_for_the_same_seed() {
    let graph = graph_of(|graph| graph.add(Noise::default()));
    let note = |seed| NoteSignals { seed, ..NoteSignals::default() };
    let out = run(&graph, note(1), 48_000, 48_000, 32);
    let mean: f64 = out.iter().map(|x| f64::from(*x)).sum::<f64>() / out.len() as f64;
    let power: f64 = out.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / out.len() as f64;
    assert!(mean.abs() < 0.01 && (power - 1.0 / 3.0).abs() < 0.01, "{mean} {power}");
    let pairs = out.windows(2).map(|x| f64::from(x[0] * x[1])).sum::<f64>() / out.len() as f64;
    assert!(pairs.abs() < 0.01, "neighbours are unrelated: {pairs}");
    assert_eq!(out, run(&graph, note(1), 48_000, 48_000, 32));
    assert_ne!(out, run(&graph, note(2), 48_000, 48_000, 32));
}

#[test]
fn phase_modulation_makes_sidebands_of_bessel_height() {
    // sin(c + β sin m): the carrier has J0(β), the first sidebands J1(β); β = 2π · 0.2.
    let graph = graph_of(|graph| {
        let modulator = graph.add(Oscillator { fixed_hz: Some(100.0), ..Oscillator::default() });
        let carrier = graph.add(Oscillator {
            fixed_hz: Some(1000.0),
            phase_depth_turns: 0.2,
            ..Oscillator::default()
        });
        graph.connect(modulator, carrier.inlet(oscillator::PHASE));
        carrier
    });
    let out = run(&graph, NoteSignals::default(), 48_000, 48_000, 32);
    // J0(1.2566) and J1(1.2566): M. Abramowitz, I. Stegun, table 9.1, interpolated.
    for (hz, expected) in [(1000.0, 0.6425), (1100.0, 0.5105), (900.0, 0.5105)] {
        let measured = magnitude(&out, hz);
        assert!((measured - expected).abs() < 0.003, "{hz}: {measured}");
    }
}

#[test]
fn a_shaper_is_odd_and_never_passes_its_level() {
    let graph = graph_of(|graph| {
        let sine = graph.add(Oscillator { level: 40.0, ..Oscillator::default() });
        let shaper = graph.add(Shaper { drive: 3.0, level: 0.5 });
        graph.connect(sine, shaper.inlet(0));
        shaper
    });
    let out = run(&graph, NoteSignals::default(), 4800, 4800, 32);
    let (low, high) = out.iter().fold((0.0f32, 0.0f32), |(l, h), x| (l.min(*x), h.max(*x)));
    assert!(high <= 0.500_001 && low >= -0.500_001 && high > 0.49 && low < -0.49);
}

#[test]
fn signals_bring_what_is_known_of_the_note() {
    let note = NoteSignals {
        pitch_octaves: 0.5,
        key_octaves: 0.25,
        velocity: 0.75,
        brightness_octaves: -1.0,
        pressure: 0.125,
        ..NoteSignals::default()
    };
    for (signal, expected) in [
        (Signal::PitchOctaves, 0.5),
        (Signal::KeyOctaves, 0.25),
        (Signal::Gate, 1.0),
        (Signal::Velocity, 0.75),
        (Signal::BrightnessOctaves, -1.0),
        (Signal::Pressure, 0.125),
    ] {
        let out = run(&graph_of(|graph| graph.add(signal)), note, 8, 8, 8);
        assert_eq!(out, [expected; 8], "{signal:?}");
    }
}

/// A graph with every kind of node on the way to the output.
fn everything() -> Graph {
    graph_of(|graph| {
        let amplitude = graph.add(Envelope { sustain: 0.6, ..Envelope::default() });
        let sweep = graph.add(Envelope { attack_s: 0.0, ends_note: false, ..Envelope::default() });
        let saw = graph.add(Oscillator {
            waveform: Waveform::Saw,
            start: Start::Seeded,
            ..Oscillator::default()
        });
        let noise = graph.add(Noise { level: 0.2 });
        let mixer = graph.add(tresillo_synth::node::Mixer::default());
        let filter = graph.add(Filter { resonance: 3.0, ..Filter::default() });
        let gain = graph.add(tresillo_synth::node::Gain::default());
        let shaper = graph.add(Shaper::default());
        graph.connect(sweep, saw.inlet(oscillator::PITCH));
        graph.connect(saw, mixer.inlet(0));
        graph.connect(noise, mixer.inlet(1));
        graph.connect(mixer, filter.inlet(0));
        graph.connect(sweep, filter.inlet(1));
        graph.connect(filter, shaper.inlet(0));
        graph.connect(shaper, gain.inlet(0));
        graph.connect(amplitude, gain.inlet(1));
        gain
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_voice_cut_into_parts_of_any_size_is_the_same_to_the_bit(
        part in 1usize..64, held in 1usize..3000, octaves in -5.0f32..4.5, seed: u32
    ) {
        let graph = everything();
        let note = NoteSignals { pitch_octaves: octaves, key_octaves: octaves, seed, ..NoteSignals::default() };
        let whole = run(&graph, note, 4000, held, 64);
        let parts = run(&graph, note, 4000, held, part);
        // Not `prop_assert_eq`: it would print thousands of samples.
        prop_assert!(crate::support::bits(&whole) == crate::support::bits(&parts));
        prop_assert!(whole.iter().all(|x| x.is_finite() && (*x == 0.0 || x.is_normal())));
    }
}

#[test]
fn the_second_side_of_a_filter_is_filtered_as_the_first() {
    let mut graph = Graph::new();
    let noise = graph.add(Noise::default());
    let filter = graph.add(Filter { resonance: 2.0, ..Filter::default() });
    let out = graph.add(Output);
    graph.connect(noise, filter.inlet(0));
    graph.connect(noise, filter.inlet(tresillo_synth::node::filter::RIGHT));
    graph.connect(filter.outlet(0), out.inlet(0));
    graph.connect(filter.outlet(1), out.inlet(1));
    let schedule = graph.compile(RATE_HZ).expect("sound");
    let (mut voice, mut scratch) = (VoiceState::default(), Scratch::new(&schedule));
    let note = NoteSignals::default();
    schedule.start(&mut voice, &note);
    for _ in 0..10 {
        let (left, right) = schedule.process(&mut voice, &mut scratch, &note, 64);
        assert_eq!(left, right);
        assert!(left.iter().any(|sample| *sample != 0.0));
    }
}
