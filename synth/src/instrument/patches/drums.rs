//! The drum kit: General MIDI keys 27 to 87 (35 to 81 of level 1, and level 2's on either side).
//!
//! A drum is made of a skin (a sine whose pitch falls), bands of noise and a cluster of metal.

use crate::graph::{Graph, NodeId};
use crate::instrument::patches::Recipe;
use crate::instrument::patches::fm;
use crate::node::{
    Envelope, Filter, FilterMode, Gain, Mixer, Noise, Oscillator, Scale, Shaper, Waveform, filter,
    oscillator,
};

/// Lowest key with a sound of its own; lower ones take its sound.
pub(in crate::instrument) const FIRST_KEY: u8 = 35;
/// Highest key with a sound of its own.
pub(in crate::instrument) const LAST_KEY: u8 = 81;

/// Hi-hats cut each other off; so do the two whistles, guiros, cuicas and triangles.
const HATS: u8 = 1;

/// A membrane or a bar: a sine with a falling pitch.
#[derive(Clone, Copy)]
struct Skin {
    hz: f32,
    /// Octaves above `hz` at the blow, and the time of their fall.
    sweep: f32,
    sweep_s: f32,
    decay_s: f32,
    level: f32,
}

/// A band of noise.
#[derive(Clone, Copy)]
struct Hiss {
    mode: FilterMode,
    hz: f32,
    resonance: f32,
    attack_s: f32,
    decay_s: f32,
    level: f32,
}

/// Square waves at ratios that share no fundamental, as in the cymbals of early drum machines.
#[derive(Clone, Copy)]
struct Metal {
    /// Factor on the ratios' frequencies.
    pitch: f32,
    highpass_hz: f32,
    decay_s: f32,
    /// Share of the level that decays three times as slowly.
    ring: f32,
    level: f32,
}

/// Frequencies of the cluster, in hertz: of the order of the six of a well-known drum machine's
/// schematic, spread by ear.
const CLUSTER_HZ: [f32; 6] = [411.0, 609.0, 738.0, 1046.0, 1083.0, 1610.0];

const fn skin(hz: f32, sweep: f32, sweep_s: f32, decay_s: f32, level: f32) -> Skin {
    Skin { hz, sweep, sweep_s, decay_s, level }
}

const fn band(hz: f32, resonance: f32, decay_s: f32, level: f32) -> Hiss {
    Hiss { mode: FilterMode::Band, hz, resonance, attack_s: 0.0005, decay_s, level }
}

const fn above(hz: f32, decay_s: f32, level: f32) -> Hiss {
    Hiss { mode: FilterMode::High, hz, resonance: 0.8, attack_s: 0.0003, decay_s, level }
}

/// The sound of a drum key; keys outside the kit take that of the nearest end.
pub(in crate::instrument) fn drum(key: u8) -> Recipe {
    let recipe = match key.clamp(FIRST_KEY, LAST_KEY) {
        35 => kick(46.0, 0.55),
        36 => kick(52.0, 0.42),
        37 => drum_of(
            &[skin(1680.0, 0.1, 0.01, 0.06, 0.5), skin(480.0, 0.2, 0.01, 0.07, 0.4)],
            &[above(2500.0, 0.03, 0.4)],
            -5.0,
        ),
        38 => snare(182.0, 0.24, 0.7),
        39 => clap(),
        40 => snare(212.0, 0.2, 0.85),
        41 => tom(82.0, -0.5),
        43 => tom(98.0, -0.3),
        45 => tom(118.0, -0.1),
        47 => tom(140.0, 0.1),
        48 => tom(168.0, 0.3),
        50 => tom(200.0, 0.45),
        42 => hat(0.09, 0.0),
        44 => hat(0.07, 0.0),
        46 => hat(0.55, 0.35),
        49 => cymbal(1.0, 2.6, -0.4),
        57 => cymbal(1.13, 2.2, 0.4),
        52 => cymbal(0.83, 1.4, -0.2),
        55 => cymbal(1.4, 0.8, 0.3),
        51 => ride(1.0, 0.1),
        53 => ride(1.25, 0.5),
        59 => ride(1.12, 0.15),
        54 => drum_of(&[], &[above(6500.0, 0.22, 0.8), band(9000.0, 3.0, 0.3, 0.8)], -8.0),
        56 => cowbell(),
        58 => drum_of(&[skin(95.0, 0.2, 0.05, 0.5, 0.5)], &[band(2200.0, 5.0, 0.9, 1.2)], -5.0),
        60 => conga(410.0, 0.2, 0.3),
        61 => conga(295.0, 0.28, 0.35),
        62 => conga(385.0, 0.09, -0.25),
        63 => conga(300.0, 0.42, -0.25),
        64 => conga(205.0, 0.5, -0.2),
        65 => conga(480.0, 0.3, 0.2),
        66 => conga(345.0, 0.38, 0.25),
        67 => bell(1060.0, 0.35),
        68 => bell(790.0, 0.4),
        69 => shaker(0.02, 0.12),
        70 => shaker(0.004, 0.07),
        71 | 72 => whistle(if key == 71 { 0.12 } else { 0.6 }),
        73 => scraper(0.09),
        74 => scraper(0.4),
        75 => drum_of(&[skin(2480.0, 0.0, 0.01, 0.1, 0.9)], &[], -7.0),
        76 => drum_of(&[skin(920.0, 0.15, 0.01, 0.12, 0.9)], &[band(1500.0, 1.5, 0.02, 0.5)], -5.0),
        77 => drum_of(&[skin(660.0, 0.15, 0.01, 0.14, 0.9)], &[band(1100.0, 1.5, 0.02, 0.5)], -5.0),
        78 => drum_of(&[skin(420.0, 0.7, 0.12, 0.18, 0.8)], &[], -5.0),
        79 => drum_of(&[skin(330.0, -0.7, 0.25, 0.4, 0.8)], &[], -5.0),
        80 => bell(4320.0, 0.12),
        _ => bell(4320.0, 1.6),
    };
    let choke_group = match key {
        42 | 44 | 46 => Some(HATS),
        71 | 72 => Some(2),
        73 | 74 => Some(3),
        78 | 79 => Some(4),
        80 | 81 => Some(5),
        _ => None,
    };
    let pan = match key {
        41 | 43 | 45 | 47 | 48 | 50 | 49 | 57 | 52 | 55 | 60..=66 => recipe.pan,
        42 | 44 | 46 => 0.2,
        51 | 53 | 59 => -0.3,
        54 | 69 | 70 => 0.35,
        56 | 67 | 68 => 0.25,
        75..=77 => -0.35,
        _ => 0.0,
    };
    Recipe { is_one_shot: true, choke_group, pan, ..recipe }
}

/// Skins and bands of noise, at most four together.
fn drum_of(skins: &[Skin], bands: &[Hiss], level_db: f32) -> Recipe {
    let mut graph = Graph::new();
    let mut parts: Vec<(NodeId, f32)> = Vec::new();
    parts.extend(skins.iter().map(|part| (add_skin(&mut graph, *part), 0.0)));
    parts.extend(bands.iter().map(|part| (add_hiss(&mut graph, *part), 0.0)));
    fm::add_output(&mut graph, &parts);
    Recipe::new(graph, level_db)
}

fn add_skin(graph: &mut Graph, skin: Skin) -> NodeId {
    let sine = graph.add(Oscillator {
        fixed_hz: Some(skin.hz),
        level: skin.level,
        ..Oscillator::default()
    });
    let envelope =
        graph.add(Envelope { attack_s: 0.0007, decay_s: skin.decay_s, ..Envelope::default() });
    graph.connect(envelope, sine.inlet(oscillator::LEVEL));
    if skin.sweep != 0.0 {
        let sweep = graph.add(Envelope {
            attack_s: 0.0,
            decay_s: skin.sweep_s,
            level: skin.sweep,
            ends_note: false,
            ..Envelope::default()
        });
        graph.connect(sweep, sine.inlet(oscillator::PITCH));
    }
    sine
}

fn add_hiss(graph: &mut Graph, hiss: Hiss) -> NodeId {
    let noise = graph.add(Noise { level: hiss.level });
    let band = graph.add(Filter {
        mode: hiss.mode,
        cutoff_hz: hiss.hz,
        resonance: hiss.resonance,
        ..Filter::default()
    });
    let envelope = graph.add(Envelope {
        attack_s: hiss.attack_s,
        decay_s: hiss.decay_s,
        velocity: 0.25,
        ..Envelope::default()
    });
    let gain = graph.add(Gain::default());
    graph.connect(noise, band.inlet(filter::INPUT));
    graph.connect(band, gain.inlet(0));
    graph.connect(envelope, gain.inlet(1));
    gain
}

fn add_metal(graph: &mut Graph, metal: Metal) -> NodeId {
    let mut halves = [None; 2];
    for (half, chunk) in halves.iter_mut().zip(CLUSTER_HZ.chunks(3)) {
        let mixer = graph.add(Mixer { gains: [0.3; 4] });
        for (input, hz) in (0..3).zip(chunk) {
            let square = graph.add(Oscillator {
                waveform: Waveform::Pulse,
                fixed_hz: Some(hz * metal.pitch),
                start: crate::node::Start::Seeded,
                ..Oscillator::default()
            });
            graph.connect(square, mixer.inlet(input));
        }
        *half = Some(mixer);
    }
    let [Some(first), Some(second)] = halves else { return graph.add(Mixer::default()) };
    // One half bends the other: sums and differences of all the partials.
    let ring = graph.add(Gain { gain: 1.4 });
    graph.connect(first, ring.inlet(0));
    graph.connect(second, ring.inlet(1));
    let sum = graph.add(Mixer { gains: [0.6, 0.6, 1.0, 0.0] });
    graph.connect(first, sum.inlet(0));
    graph.connect(second, sum.inlet(1));
    graph.connect(ring, sum.inlet(2));
    let highpass = graph.add(Filter {
        mode: FilterMode::High,
        cutoff_hz: metal.highpass_hz,
        resonance: 0.9,
        ..Filter::default()
    });
    graph.connect(sum, highpass.inlet(filter::INPUT));
    let envelope = graph.add(Envelope {
        attack_s: 0.0005,
        decay_s: metal.decay_s,
        sustain: metal.ring,
        fade_s: Some(3.0 * metal.decay_s),
        ..Envelope::default()
    });
    let gain = graph.add(Gain { gain: metal.level });
    graph.connect(highpass, gain.inlet(0));
    graph.connect(envelope, gain.inlet(1));
    gain
}

/// Metal with noise over it.
fn metal_of(metal: Metal, bands: &[Hiss], level_db: f32) -> Recipe {
    let mut graph = Graph::new();
    let mut parts = vec![(add_metal(&mut graph, metal), 0.0)];
    parts.extend(bands.iter().map(|part| (add_hiss(&mut graph, *part), 0.0)));
    fm::add_output(&mut graph, &parts);
    Recipe::new(graph, level_db)
}

/// A deep sine that falls quickly into place, a click, and a little saturation.
fn kick(hz: f32, decay_s: f32) -> Recipe {
    let mut graph = Graph::new();
    let body = add_skin(&mut graph, skin(hz, 1.9, 0.11, decay_s, 1.0));
    let beater = add_skin(&mut graph, skin(hz * 2.0, 3.2, 0.03, 0.06, 0.5));
    let click = add_hiss(&mut graph, band(3200.0, 0.8, 0.018, 0.45));
    let mixer = graph.add(Mixer::default());
    for (input, part) in (0..3).zip([body, beater, click]) {
        graph.connect(part, mixer.inlet(input));
    }
    let shaper = graph.add(Shaper { drive: 1.5, level: 1.0 });
    graph.connect(mixer, shaper.inlet(0));
    fm::add_output(&mut graph, &[(shaper, 0.0)]);
    Recipe::new(graph, 1.0)
}

/// Two modes of the head, and the wires.
fn snare(hz: f32, wires_s: f32, wires: f32) -> Recipe {
    let skins = [skin(hz, 0.5, 0.04, 0.2, 0.75), skin(hz * 1.78, 0.3, 0.03, 0.12, 0.35)];
    let bands = [above(1900.0, wires_s, wires), band(4800.0, 0.9, wires_s * 0.5, wires * 0.8)];
    drum_of(&skins, &bands, -2.0)
}

fn tom(hz: f32, pan: f32) -> Recipe {
    let skins = [skin(hz, 0.55, 0.12, 0.75, 0.95), skin(hz * 1.6, 0.5, 0.08, 0.3, 0.25)];
    let recipe = drum_of(&skins, &[band(1400.0, 0.7, 0.06, 0.4)], -2.0);
    Recipe { pan, ..recipe }
}

fn hat(decay_s: f32, ring: f32) -> Recipe {
    let metal = Metal { pitch: 3.4, highpass_hz: 7200.0, decay_s, ring, level: 0.8 };
    metal_of(metal, &[above(8500.0, decay_s * 0.9, 0.5)], -3.5)
}

fn cymbal(pitch: f32, decay_s: f32, pan: f32) -> Recipe {
    let metal = Metal { pitch: 2.7 * pitch, highpass_hz: 3800.0, decay_s, ring: 0.25, level: 0.55 };
    let bands = [above(5200.0, decay_s * 0.8, 0.5), band(3000.0, 0.7, 0.18, 0.5)];
    Recipe { pan, ..metal_of(metal, &bands, -6.0) }
}

fn ride(pitch: f32, bell: f32) -> Recipe {
    let metal =
        Metal { pitch: 2.3 * pitch, highpass_hz: 5200.0, decay_s: 1.3, ring: 0.3, level: 0.45 };
    let ping = Hiss { attack_s: 0.0005, ..band(5600.0 - 2500.0 * bell, 14.0, 0.9, 0.9 + bell) };
    metal_of(metal, &[above(7500.0, 0.25, 0.25), ping], -8.0)
}

fn cowbell() -> Recipe {
    let mut graph = Graph::new();
    let mixer = graph.add(Mixer { gains: [0.5; 4] });
    for (input, hz) in (0..2).zip([562.0, 845.0]) {
        let waveform = Waveform::Pulse;
        let square =
            graph.add(Oscillator { waveform, fixed_hz: Some(hz), ..Oscillator::default() });
        graph.connect(square, mixer.inlet(input));
    }
    let band = graph.add(Filter {
        mode: FilterMode::Band,
        cutoff_hz: 1100.0,
        resonance: 1.4,
        ..Filter::default()
    });
    graph.connect(mixer, band.inlet(filter::INPUT));
    let envelope = graph.add(Envelope {
        attack_s: 0.0005,
        decay_s: 0.12,
        sustain: 0.4,
        fade_s: Some(0.5),
        ..Envelope::default()
    });
    let gain = graph.add(Gain::default());
    graph.connect(band, gain.inlet(0));
    graph.connect(envelope, gain.inlet(1));
    fm::add_output(&mut graph, &[(gain, 0.0)]);
    Recipe::new(graph, -5.0)
}

/// Agogo and triangle: two partials that beat.
fn bell(hz: f32, decay_s: f32) -> Recipe {
    let skins = [
        skin(hz, 0.0, 0.01, decay_s, 0.6),
        skin(hz * 1.52, 0.0, 0.01, decay_s * 0.8, 0.35),
        skin(hz * 2.61, 0.0, 0.01, decay_s * 0.5, 0.2),
    ];
    drum_of(&skins, &[], -8.0)
}

fn conga(hz: f32, decay_s: f32, pan: f32) -> Recipe {
    let skins =
        [skin(hz, 0.25, 0.05, decay_s, 0.9), skin(hz * 1.72, 0.2, 0.03, decay_s * 0.4, 0.3)];
    let recipe = drum_of(&skins, &[band(hz * 4.0, 1.0, 0.025, 0.5)], -4.0);
    Recipe { pan, ..recipe }
}

fn shaker(attack_s: f32, decay_s: f32) -> Recipe {
    let grains = Hiss { attack_s, ..above(5500.0, decay_s, 0.7) };
    drum_of(&[], &[grains], -7.0)
}

/// Noise that a slow wave switches: `rate_hz` bursts a second, over `burst_s`.
fn add_bursts(graph: &mut Graph, noise: NodeId, rate_hz: f32, burst_s: f32) -> NodeId {
    let saw = graph.add(Oscillator {
        waveform: Waveform::Saw,
        fixed_hz: Some(rate_hz),
        ..Oscillator::default()
    });
    // The saw begins at its lowest point here, so that each burst is loud first, then falls.
    let falling = graph.add(Scale { factor: -0.5, offset: 0.5 });
    graph.connect(saw, falling.inlet(0));
    let envelope =
        graph.add(Envelope { attack_s: 0.0005, decay_s: burst_s, ..Envelope::default() });
    let gate = graph.add(Gain::default());
    graph.connect(falling, gate.inlet(0));
    graph.connect(envelope, gate.inlet(1));
    let out = graph.add(Gain::default());
    graph.connect(noise, out.inlet(0));
    graph.connect(gate, out.inlet(1));
    out
}

/// A few hands, then the room.
fn clap() -> Recipe {
    let mut graph = Graph::new();
    let noise = graph.add(Noise::default());
    let band_node = graph.add(Filter {
        mode: FilterMode::Band,
        cutoff_hz: 1150.0,
        resonance: 1.1,
        ..Filter::default()
    });
    graph.connect(noise, band_node.inlet(filter::INPUT));
    let hands = add_bursts(&mut graph, band_node, 92.0, 0.09);
    let room = add_hiss(&mut graph, Hiss { attack_s: 0.02, ..band(1300.0, 0.9, 0.28, 0.7) });
    fm::add_output(&mut graph, &[(hands, 0.0), (room, 0.0)]);
    Recipe::new(graph, 5.0)
}

fn scraper(decay_s: f32) -> Recipe {
    let mut graph = Graph::new();
    let noise = graph.add(Noise::default());
    let band_node = graph.add(Filter {
        mode: FilterMode::Band,
        cutoff_hz: 3000.0,
        resonance: 1.5,
        ..Filter::default()
    });
    graph.connect(noise, band_node.inlet(filter::INPUT));
    let notches = add_bursts(&mut graph, band_node, 55.0, decay_s);
    fm::add_output(&mut graph, &[(notches, 0.0)]);
    Recipe::new(graph, -3.0)
}

fn whistle(decay_s: f32) -> Recipe {
    let mut graph = Graph::new();
    let envelope =
        graph.add(Envelope { attack_s: 0.01, decay_s: decay_s * 2.0, ..Envelope::default() });
    let pea = fm::add_tremolo(&mut graph, 28.0, 0.06, 0.0);
    let sine =
        graph.add(Oscillator { fixed_hz: Some(2350.0), level: 0.5, ..Oscillator::default() });
    graph.connect(pea, sine.inlet(oscillator::PITCH));
    graph.connect(envelope, sine.inlet(oscillator::LEVEL));
    let breath = add_hiss(&mut graph, band(2400.0, 2.0, decay_s * 1.5, 0.3));
    fm::add_output(&mut graph, &[(sine, 0.0), (breath, 0.0)]);
    Recipe::new(graph, -9.0)
}
