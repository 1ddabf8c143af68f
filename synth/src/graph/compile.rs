//! From graph to schedule: check, order, assign buffers.

use crate::error::CompileError;
use crate::graph::{Graph, NodeId};
use crate::node::{MAX_INPUTS, Node};
use crate::schedule::{MAX_NODES, Schedule, Step};

/// Where each input of a node comes from: node and output.
type Sources = [Option<(usize, u8)>; MAX_INPUTS];

pub(super) fn compile(graph: &Graph, sample_rate_hz: f64) -> Result<Schedule, CompileError> {
    let sample_rate_hz = check_rate(sample_rate_hz)?;
    let sources = sources(graph)?;
    let output = output(graph)?;
    let order = order(graph, &sources, output)?;
    if order.len() > MAX_NODES {
        return Err(CompileError::TooManyNodes { count: order.len(), max: MAX_NODES });
    }
    Ok(assign(graph, &sources, &order, sample_rate_hz))
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "single precision is what the nodes work in; the rounded rate is for the message"
)]
fn check_rate(sample_rate_hz: f64) -> Result<f32, CompileError> {
    if (1e3..=1e6).contains(&sample_rate_hz) {
        Ok(sample_rate_hz as f32)
    } else {
        Err(CompileError::SampleRate { sample_rate_hz: sample_rate_hz.round() as u32 })
    }
}

/// Checks every wire and files it under the input it ends at.
fn sources(graph: &Graph) -> Result<Vec<Sources>, CompileError> {
    let count = graph.nodes.len();
    let node =
        |id: NodeId| graph.nodes.get(id.0).ok_or(CompileError::UnknownNode { node: id, count });
    let mut sources = vec![[None; MAX_INPUTS]; count];
    for wire in &graph.wires {
        let outputs = node(wire.from.node)?.output_names().len();
        if usize::from(wire.from.port) >= outputs {
            let (node, port) = (wire.from.node, wire.from.port);
            return Err(CompileError::UnknownOutput { node, port, count: outputs });
        }
        let inputs = node(wire.to.node)?.input_names().len();
        let (node, port) = (wire.to.node, wire.to.port);
        if usize::from(port) >= inputs {
            return Err(CompileError::UnknownInput { node, port, count: inputs });
        }
        let input = &mut sources[node.0][usize::from(port)];
        if input.is_some() {
            return Err(CompileError::InputTaken { node, port });
        }
        *input = Some((wire.from.node.0, wire.from.port));
    }
    Ok(sources)
}

/// The one output node.
fn output(graph: &Graph) -> Result<usize, CompileError> {
    let mut outputs =
        graph.nodes.iter().enumerate().filter(|(_, node)| matches!(node, Node::Output(_)));
    let (first, _) = outputs.next().ok_or(CompileError::NoOutput)?;
    match outputs.next() {
        Some((second, _)) => {
            Err(CompileError::SecondOutput { first: NodeId(first), second: NodeId(second) })
        }
        None => Ok(first),
    }
}

/// What the search knows of a node.
#[derive(Clone, Copy, PartialEq)]
enum Mark {
    New,
    Open,
    Done,
}

/// Every node that is heard, each after those that feed it. Rings that are not heard count too.
fn order(graph: &Graph, sources: &[Sources], output: usize) -> Result<Vec<usize>, CompileError> {
    let mut marks = vec![Mark::New; graph.nodes.len()];
    let mut order = Vec::with_capacity(graph.nodes.len());
    visit(output, sources, &mut marks, &mut order)?;
    let mut unheard = Vec::new();
    for node in 0..graph.nodes.len() {
        visit(node, sources, &mut marks, &mut unheard)?;
    }
    Ok(order)
}

/// Depth-first search with its own stack, so that a long chain cannot exhaust the program's.
fn visit(
    root: usize,
    sources: &[Sources],
    marks: &mut [Mark],
    order: &mut Vec<usize>,
) -> Result<(), CompileError> {
    if marks[root] != Mark::New {
        return Ok(());
    }
    let mut stack = vec![(root, 0)];
    marks[root] = Mark::Open;
    while let Some((node, input)) = stack.last_mut() {
        let Some(source) = sources[*node].get(*input) else {
            marks[*node] = Mark::Done;
            order.push(*node);
            stack.pop();
            continue;
        };
        *input += 1;
        let &Some((next, _)) = source else { continue };
        match marks[next] {
            Mark::Done => {}
            Mark::New => {
                marks[next] = Mark::Open;
                stack.push((next, 0));
            }
            Mark::Open => {
                // The stack walks against the wires, so the ring is read from its top downwards.
                let ring = stack.iter().map(|(node, _)| *node).skip_while(|node| *node != next);
                let mut path = vec![NodeId(next)];
                path.extend(ring.collect::<Vec<_>>().into_iter().rev().map(NodeId));
                return Err(CompileError::Cycle { path });
            }
        }
    }
    Ok(())
}

/// Gives each output a buffer that nothing else needs at that time.
#[allow(clippy::cast_possible_truncation, reason = "at most MAX_NODES × MAX_OUTPUTS buffers")]
fn assign(graph: &Graph, sources: &[Sources], order: &[usize], sample_rate_hz: f32) -> Schedule {
    let mut readers = vec![[0usize; 2]; graph.nodes.len()];
    for &node in order {
        for &(from, port) in sources[node].iter().flatten() {
            readers[from][usize::from(port)] += 1;
        }
    }
    let mut place = vec![[0u8; 2]; graph.nodes.len()];
    let mut free: Vec<u8> = Vec::new();
    let mut buffer_count = 0;
    let mut steps = Vec::with_capacity(order.len());
    for &node in order {
        // Outputs first, so that a node never writes where it reads.
        let count = graph.nodes[node].output_names().len();
        for output in place[node].iter_mut().take(count) {
            *output = free.pop().unwrap_or_else(|| {
                buffer_count += 1;
                (buffer_count - 1) as u8
            });
        }
        let mut inputs = [None; MAX_INPUTS];
        for (input, source) in inputs.iter_mut().zip(&sources[node]) {
            let &Some((from, port)) = source else { continue };
            let port = usize::from(port);
            *input = Some(place[from][port]);
            readers[from][port] -= 1;
            if readers[from][port] == 0 {
                free.push(place[from][port]);
            }
        }
        // An output that nobody reads may be overwritten by the next node.
        for (output, readers) in place[node].iter().zip(readers[node]).take(count) {
            if readers == 0 {
                free.push(*output);
            }
        }
        steps.push(Step { node: graph.nodes[node], inputs, outputs: place[node] });
    }
    Schedule::new(steps, buffer_count, sample_rate_hz)
}
