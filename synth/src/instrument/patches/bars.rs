//! Drawbars: sines at fixed ratios under one envelope.

use crate::graph::Graph;
use crate::instrument::patches::fm;
use crate::node::{Envelope, Gain, Oscillator, Scale, Shaper, Start, oscillator};

/// Partials and their common envelope.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bars<'a> {
    /// Ratio and level of each, at most eight.
    pub(super) partials: &'a [(f32, f32)],
    pub(super) envelope: Envelope,
    /// Rate in hertz and depth of a tremolo that swings the partials between the sides.
    pub(super) rotor: Option<(f32, f32)>,
    /// Saturation of the sum.
    pub(super) drive: Option<f32>,
}

pub(super) fn graph(bars: &Bars<'_>) -> Graph {
    let mut graph = Graph::new();
    let envelope = graph.add(bars.envelope);
    let mut halves = Vec::new();
    for chunk in bars.partials.chunks(4) {
        let mixer = graph.add(crate::node::Mixer::default());
        for (input, &(ratio, level)) in (0..4).zip(chunk) {
            let start = Start::Seeded;
            let sine = graph.add(Oscillator { ratio, level, start, ..Oscillator::default() });
            graph.connect(envelope, sine.inlet(oscillator::LEVEL));
            graph.connect(sine, mixer.inlet(input));
        }
        halves.push((mixer, 0.0));
    }
    if let Some(drive) = bars.drive {
        for (half, _) in &mut halves {
            let shaper = graph.add(Shaper { drive, level: 1.0 / drive });
            graph.connect(*half, shaper.inlet(0));
            *half = shaper;
        }
    }
    if let Some((hz, depth)) = bars.rotor {
        let swing = fm::add_tremolo(&mut graph, hz, depth, 1.0 - depth);
        let back = graph.add(Scale { factor: -1.0, offset: 2.0 * (1.0 - depth) });
        graph.connect(swing, back.inlet(0));
        let mut voices = Vec::new();
        for (half, _) in &halves {
            for (gain, pan) in [(swing, -0.7), (back, 0.7)] {
                let vca = graph.add(Gain { gain: 0.5 });
                graph.connect(*half, vca.inlet(0));
                graph.connect(gain, vca.inlet(1));
                voices.push((vca, pan));
            }
        }
        halves = voices;
    }
    fm::add_output(&mut graph, &halves);
    graph
}
