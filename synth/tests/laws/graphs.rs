//! From graph to schedule.

use tresillo_synth::node::{
    Envelope, Filter, Gain, Mixer, Node, NoteSignals, Oscillator, Output, Pan, Scale, oscillator,
};
use tresillo_synth::schedule::MAX_NODES;
use tresillo_synth::{CompileError, Graph, NodeId, Schedule, Scratch, VoiceState};

fn constant(graph: &mut Graph, value: f32) -> NodeId {
    graph.add(Scale { factor: 0.0, offset: value })
}

/// First frame of the graph, left and right.
fn first_frame(graph: &Graph) -> [f32; 2] {
    let schedule = graph.compile(48_000.0).expect("the graph is sound");
    let (mut voice, mut scratch) = (VoiceState::default(), Scratch::new(&schedule));
    let note = NoteSignals::default();
    schedule.start(&mut voice, &note);
    let (left, right) = schedule.process(&mut voice, &mut scratch, &note, 1);
    [left[0], right[0]]
}

#[test]
fn a_cycle_is_refused_with_its_path() {
    let mut graph = Graph::new();
    let source = graph.add(Oscillator::default());
    let mixer = graph.add(Mixer::default());
    let filter = graph.add(Filter::default());
    let gain = graph.add(Gain::default());
    let out = graph.add(Output);
    graph.connect(source, mixer.inlet(0));
    graph.connect(mixer, filter.inlet(0));
    graph.connect(filter, gain.inlet(0));
    graph.connect(gain, mixer.inlet(1));
    graph.connect(filter, out.inlet(0));
    let error = graph.compile(48_000.0).expect_err("a ring of three");
    let CompileError::Cycle { path } = &error else { panic!("{error}") };
    assert_eq!(path.len(), 4);
    assert_eq!(path.first(), path.last());
    for pair in path.windows(2) {
        let wires = [(mixer, filter), (filter, gain), (gain, mixer)];
        assert!(wires.contains(&(pair[0], pair[1])), "{pair:?} is a wire");
    }
    assert!(error.to_string().contains(" → "), "{error}");
    graph.disconnect(mixer.inlet(1));
    assert!(graph.compile(48_000.0).is_ok());
}

#[test]
fn a_cycle_that_is_not_heard_is_refused_too_and_a_node_may_not_feed_itself() {
    let mut graph = Graph::new();
    let gain = graph.add(Gain::default());
    graph.add(Output);
    graph.connect(gain, gain.inlet(0));
    let path = vec![gain, gain];
    assert_eq!(graph.compile(48_000.0), Err(CompileError::Cycle { path }));
}

#[test]
fn wrong_wires_are_named() {
    let fresh = || {
        let mut graph = Graph::new();
        let gain = graph.add(Gain::default());
        let out = graph.add(Output);
        (graph, gain, out)
    };
    let (mut graph, gain, out) = fresh();
    graph.connect(gain, out.inlet(2));
    let error = CompileError::UnknownInput { node: out, port: 2, count: 2 };
    assert_eq!(graph.compile(48_000.0), Err(error));

    let (mut graph, gain, out) = fresh();
    graph.connect(gain.outlet(1), out.inlet(0));
    let error = CompileError::UnknownOutput { node: gain, port: 1, count: 1 };
    assert_eq!(graph.compile(48_000.0), Err(error));

    let (mut graph, gain, out) = fresh();
    graph.connect(gain, out.inlet(0));
    graph.connect(gain, out.inlet(0));
    let error = CompileError::InputTaken { node: out, port: 0 };
    assert_eq!(graph.compile(48_000.0), Err(error));

    let (mut graph, _, out) = fresh();
    let mut other = Graph::new();
    let stranger = (0..5).map(|_| other.add(Output)).last().expect("five nodes");
    graph.connect(stranger, out.inlet(0));
    let error = CompileError::UnknownNode { node: stranger, count: 2 };
    assert_eq!(graph.compile(48_000.0), Err(error));

    let (mut graph, _, out) = fresh();
    let second = graph.add(Output);
    let error = CompileError::SecondOutput { first: out, second };
    assert_eq!(graph.compile(48_000.0), Err(error));

    assert_eq!(Graph::new().compile(48_000.0), Err(CompileError::NoOutput));
    let error = CompileError::SampleRate { sample_rate_hz: 0 };
    assert_eq!(fresh().0.compile(0.0), Err(error));
    assert!(fresh().0.compile(f64::NAN).is_err());
}

#[test]
fn too_many_nodes_are_refused_with_the_limit() {
    let mut graph = Graph::new();
    let mut last = graph.add(Oscillator::default());
    for _ in 0..MAX_NODES {
        let gain = graph.add(Gain::default());
        graph.connect(last, gain.inlet(0));
        last = gain;
    }
    let out = graph.add(Output);
    graph.connect(last, out.inlet(0));
    let error = CompileError::TooManyNodes { count: MAX_NODES + 2, max: MAX_NODES };
    assert_eq!(graph.compile(48_000.0), Err(error));
}

#[test]
fn the_schedule_is_flat_ordered_and_leaves_out_what_is_not_heard() {
    let mut graph = Graph::new();
    let out = graph.add(Output);
    let gain = graph.add(Gain::default());
    let envelope = graph.add(Envelope::default());
    let unheard = graph.add(Oscillator::default());
    let sine = graph.add(Oscillator::default());
    graph.connect(gain, out.inlet(0));
    graph.connect(sine, gain.inlet(0));
    graph.connect(envelope, gain.inlet(1));
    graph.connect(unheard, sine.inlet(oscillator::PHASE));
    graph.disconnect(sine.inlet(oscillator::PHASE));
    let schedule: Schedule = graph.compile(48_000.0).expect("sound");
    let kinds: Vec<&str> = schedule
        .nodes()
        .map(|node| match node {
            Node::Oscillator(_) => "sine",
            Node::Envelope(_) => "envelope",
            Node::Gain(_) => "gain",
            _ => "other",
        })
        .collect();
    assert_eq!(kinds, ["sine", "envelope", "gain"]);
    assert_eq!(schedule.step_count(), 4);
}

#[test]
fn buffers_are_used_again_but_never_while_someone_waits_for_them() {
    // ((1 + 2) + 4 + …): a chain needs three buffers whatever its length.
    let mut graph = Graph::new();
    let mut sum = constant(&mut graph, 1.0);
    let first = sum;
    let mut expected = 1.0;
    for i in 1..8u8 {
        let value = constant(&mut graph, f32::from(i));
        let mixer = graph.add(Mixer::default());
        graph.connect(sum, mixer.inlet(0));
        graph.connect(value, mixer.inlet(1));
        sum = mixer;
        expected += f32::from(i);
    }
    let out = graph.add(Output);
    graph.connect(sum, out.inlet(0));
    assert_eq!(first_frame(&graph), [expected; 2]);
    assert_eq!(graph.compile(48_000.0).expect("sound").buffer_count(), 3);
    // The first value is also wanted at the very end, so it keeps its buffer.
    graph.connect(first, out.inlet(1));
    assert_eq!(first_frame(&graph), [expected, 1.0]);
}

#[test]
fn an_input_without_a_wire_takes_its_default() {
    let mut graph = Graph::new();
    graph.add(Output);
    assert_eq!(first_frame(&graph), [0.0; 2], "an output with nothing on it is silent");
    let mut graph = Graph::new();
    let one = constant(&mut graph, 1.0);
    let gain = graph.add(Gain { gain: 0.25 });
    let out = graph.add(Output);
    graph.connect(one, gain.inlet(0));
    graph.connect(gain, out.inlet(0));
    assert_eq!(first_frame(&graph), [0.25; 2], "a gain without a second wire is constant");
}

#[test]
fn both_sides_of_a_pan_are_wires_of_their_own() {
    let mut graph = Graph::new();
    let one = constant(&mut graph, 1.0);
    let pan = graph.add(Pan { position: 0.5 });
    let out = graph.add(Output);
    graph.connect(one, pan.inlet(0));
    graph.connect(pan.outlet(0), out.inlet(1));
    graph.connect(pan.outlet(1), out.inlet(0));
    let [right, left] = first_frame(&graph);
    assert!((left * left + right * right - 1.0).abs() < 1e-5, "constant power");
    assert!((right - (0.375 * std::f32::consts::PI).sin()).abs() < 1e-5);
}
