//! Oscillators, a little noise, a filter that opens with the note.

use crate::graph::{Graph, NodeId};
use crate::instrument::patches::fm;
use crate::node::{
    Envelope, Filter, FilterMode, Gain, Mixer, Noise, Oscillator, Output, Shaper, Start, Waveform,
    filter,
};

/// One oscillator.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wave {
    pub(super) waveform: Waveform,
    pub(super) ratio: f32,
    pub(super) detune_cents: f32,
    pub(super) width: f32,
    pub(super) level: f32,
    pub(super) start: Start,
}

/// A wave of this shape and level.
pub(super) fn wave(waveform: Waveform, ratio: f32, detune_cents: f32, level: f32) -> Wave {
    Wave { waveform, ratio, detune_cents, width: 0.5, level, start: Start::Seeded }
}

impl Wave {
    pub(super) fn width(self, width: f32) -> Self {
        Self { width, ..self }
    }

    /// With the same phase at each onset: for plucks and basses, whose attack shall not vary.
    pub(super) fn struck(self) -> Self {
        let turns = if matches!(self.waveform, Waveform::Saw) { 0.5 } else { 0.0 };
        Self { start: Start::At(turns), ..self }
    }
}

/// The whole sound.
#[derive(Clone, Copy, Debug)]
pub(super) struct Analog<'a> {
    /// At most three a side. With `right` empty the sound is mono.
    pub(super) left: &'a [Wave],
    pub(super) right: &'a [Wave],
    /// Level of noise that joins the waves (mono only).
    pub(super) noise: f32,
    pub(super) mode: FilterMode,
    /// Cutoff for A4 at rest, in hertz.
    pub(super) cutoff_hz: f32,
    pub(super) resonance: f32,
    pub(super) key_tracking: f32,
    /// Octaves that the filter envelope opens at velocity 1, and the share that is velocity's.
    pub(super) opening: f32,
    pub(super) opening_velocity: f32,
    pub(super) opening_attack_s: f32,
    pub(super) opening_decay_s: f32,
    pub(super) opening_sustain: f32,
    pub(super) amplitude: Envelope,
    /// Saturation after the filter.
    pub(super) drive: Option<f32>,
    /// Rate in hertz and depth of a tremolo.
    pub(super) tremolo: Option<(f32, f32)>,
}

impl Default for Analog<'_> {
    fn default() -> Self {
        Self {
            left: &[],
            right: &[],
            noise: 0.0,
            mode: FilterMode::Low,
            cutoff_hz: 1200.0,
            resonance: 0.7,
            key_tracking: 0.5,
            opening: 1.0,
            opening_velocity: 0.6,
            opening_attack_s: 0.003,
            opening_decay_s: 0.6,
            opening_sustain: 0.5,
            amplitude: Envelope::default(),
            drive: None,
            tremolo: None,
        }
    }
}

pub(super) fn graph(analog: &Analog<'_>) -> Graph {
    let mut graph = Graph::new();
    let mut amplitude = graph.add(analog.amplitude);
    let opening = graph.add(Envelope {
        attack_s: analog.opening_attack_s,
        decay_s: analog.opening_decay_s,
        sustain: analog.opening_sustain,
        release_s: analog.amplitude.release_s,
        level: analog.opening,
        velocity: analog.opening_velocity,
        ends_note: false,
        ..Envelope::default()
    });
    if let Some((hz, depth)) = analog.tremolo {
        let swing = fm::add_tremolo(&mut graph, hz, depth, 1.0 - depth);
        let gain = graph.add(Gain::default());
        graph.connect(amplitude, gain.inlet(0));
        graph.connect(swing, gain.inlet(1));
        amplitude = gain;
    }
    let body = graph.add(Filter {
        mode: analog.mode,
        cutoff_hz: analog.cutoff_hz,
        resonance: analog.resonance,
        key_tracking: analog.key_tracking,
        ..Filter::default()
    });
    graph.connect(opening, body.inlet(filter::CUTOFF));
    let left = add_waves(&mut graph, analog.left, analog.noise);
    graph.connect(left, body.inlet(filter::INPUT));
    let mut sides = vec![body.outlet(0)];
    if !analog.right.is_empty() {
        let right = add_waves(&mut graph, analog.right, 0.0);
        graph.connect(right, body.inlet(filter::RIGHT));
        sides.push(body.outlet(1));
    }
    for side in &mut sides {
        if let Some(drive) = analog.drive {
            let shaper = graph.add(Shaper { drive, level: 1.0 });
            graph.connect(*side, shaper.inlet(0));
            *side = shaper.into();
        }
        let gain = graph.add(Gain::default());
        graph.connect(*side, gain.inlet(0));
        graph.connect(amplitude, gain.inlet(1));
        *side = gain.into();
    }
    let out = graph.add(Output);
    for (port, side) in (0..2).zip(sides) {
        graph.connect(side, out.inlet(port));
    }
    graph
}

/// The waves of a side and noise, mixed.
fn add_waves(graph: &mut Graph, waves: &[Wave], noise: f32) -> NodeId {
    let mixer = graph.add(Mixer::default());
    for (input, wave) in (0..3).zip(waves) {
        let oscillator = graph.add(Oscillator {
            waveform: wave.waveform,
            ratio: wave.ratio,
            detune_cents: wave.detune_cents,
            pulse_width: wave.width,
            level: wave.level,
            start: wave.start,
            ..Oscillator::default()
        });
        graph.connect(oscillator, mixer.inlet(input));
    }
    if noise > 0.0 {
        let noise = graph.add(Noise { level: noise });
        graph.connect(noise, mixer.inlet(3));
    }
    mixer
}
