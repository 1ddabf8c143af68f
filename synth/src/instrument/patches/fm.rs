//! Pairs of operators: a sine that bends the phase of another.
//!
//! J. M. Chowning, "The Synthesis of Complex Audio Spectra by Means of Frequency Modulation",
//! J. Audio Eng. Soc. 21(7), 1973; the phase is what is modulated, as in the instruments after it.

use crate::graph::{Graph, NodeId};
use crate::node::{
    Envelope, Filter, FilterMode, Mixer, Noise, Oscillator, Output, Scale, noise, oscillator,
};

/// A carrier and its modulator.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    /// Frequencies as multiples of the note's.
    pub(super) carrier: f32,
    pub(super) modulator: f32,
    pub(super) detune_cents: f32,
    /// Modulation at velocity 1 for the key A4, in turns.
    pub(super) depth: f32,
    /// How fast it falls, and to what share.
    pub(super) depth_decay_s: f32,
    pub(super) depth_sustain: f32,
    /// Share of it that follows velocity.
    pub(super) depth_velocity: f32,
    pub(super) level: f32,
    pub(super) attack_s: f32,
    pub(super) decay_s: f32,
    /// Share of the level that decays more slowly, and how slowly.
    pub(super) sustain: f32,
    pub(super) fade_s: Option<f32>,
    pub(super) release_s: f32,
    pub(super) key_scaling: f32,
    pub(super) pan: f32,
}

impl Default for Pair {
    fn default() -> Self {
        Self {
            carrier: 1.0,
            modulator: 1.0,
            detune_cents: 0.0,
            depth: 0.0,
            depth_decay_s: 1.0,
            depth_sustain: 0.0,
            depth_velocity: 0.8,
            level: 1.0,
            attack_s: 0.002,
            decay_s: 2.0,
            sustain: 0.0,
            fade_s: None,
            release_s: 0.3,
            key_scaling: 0.5,
            pan: 0.0,
        }
    }
}

/// A short burst of noise at the onset: hammer, pick, breath.
#[derive(Clone, Copy, Debug)]
pub(super) struct Knock {
    pub(super) hz: f32,
    pub(super) resonance: f32,
    pub(super) decay_s: f32,
    pub(super) level: f32,
}

/// Up to three pairs, and a knock.
pub(super) fn graph(pairs: &[Pair], knock: Option<Knock>) -> Graph {
    let mut graph = Graph::new();
    let mut voices: Vec<(NodeId, f32)> =
        pairs.iter().map(|pair| (add_pair(&mut graph, pair), pair.pan)).collect();
    if let Some(knock) = knock {
        voices.push((add_knock(&mut graph, &knock), 0.0));
    }
    add_output(&mut graph, &voices);
    graph
}

fn add_pair(graph: &mut Graph, pair: &Pair) -> NodeId {
    let amplitude = graph.add(Envelope {
        attack_s: pair.attack_s,
        decay_s: pair.decay_s,
        sustain: pair.sustain,
        fade_s: pair.fade_s,
        release_s: pair.release_s,
        key_scaling: pair.key_scaling,
        ..Envelope::default()
    });
    let carrier = graph.add(Oscillator {
        ratio: pair.carrier,
        detune_cents: pair.detune_cents,
        level: pair.level,
        phase_depth_turns: pair.depth,
        phase_depth_tracking: 0.35,
        ..Oscillator::default()
    });
    graph.connect(amplitude, carrier.inlet(oscillator::LEVEL));
    if pair.depth > 0.0 {
        let depth = graph.add(Envelope {
            attack_s: pair.attack_s * 0.7,
            decay_s: pair.depth_decay_s,
            sustain: pair.depth_sustain,
            release_s: pair.release_s,
            key_scaling: pair.key_scaling,
            velocity: pair.depth_velocity,
            ends_note: false,
            ..Envelope::default()
        });
        let modulator = graph.add(Oscillator {
            ratio: pair.modulator,
            detune_cents: pair.detune_cents,
            ..Oscillator::default()
        });
        graph.connect(depth, modulator.inlet(oscillator::LEVEL));
        graph.connect(modulator, carrier.inlet(oscillator::PHASE));
    }
    carrier
}

fn add_knock(graph: &mut Graph, knock: &Knock) -> NodeId {
    let noise = graph.add(Noise { level: knock.level });
    let filter = graph.add(Filter {
        mode: FilterMode::Band,
        cutoff_hz: knock.hz,
        resonance: knock.resonance,
        key_tracking: 0.3,
        ..Filter::default()
    });
    let envelope = graph.add(Envelope {
        attack_s: 0.0005,
        decay_s: knock.decay_s,
        release_s: knock.decay_s,
        velocity: 0.6,
        ends_note: false,
        ..Envelope::default()
    });
    graph.connect(envelope, noise.inlet(noise::LEVEL));
    graph.connect(noise, filter.inlet(0));
    filter
}

/// Adds up to four voices on their places; one alone in the middle stays mono.
pub(super) fn add_output(graph: &mut Graph, voices: &[(NodeId, f32)]) {
    let is_mono = voices.iter().all(|(_, pan)| *pan == 0.0);
    let out = graph.add(Output);
    let sides: &[(u8, f32)] = if is_mono { &[(0, 0.0)] } else { &[(0, -1.0), (1, 1.0)] };
    for &(port, side) in sides {
        let mut gains = [0.0; 4];
        for (gain, (_, pan)) in gains.iter_mut().zip(voices) {
            *gain = 1.0 + side * pan;
        }
        let mixer = graph.add(Mixer { gains });
        for (input, (voice, _)) in (0..4).zip(voices) {
            graph.connect(*voice, mixer.inlet(input));
        }
        graph.connect(mixer, out.inlet(port));
    }
}

/// A slow sine around zero, for tremolo and the like: `offset + depth · sin`.
pub(super) fn add_tremolo(graph: &mut Graph, hz: f32, depth: f32, offset: f32) -> NodeId {
    let sine = graph.add(Oscillator { fixed_hz: Some(hz), ..Oscillator::default() });
    let scale = graph.add(Scale { factor: depth, offset });
    graph.connect(sine, scale.inlet(0));
    scale
}
