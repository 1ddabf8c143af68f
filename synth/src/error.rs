//! Why a graph cannot be compiled.

use crate::graph::NodeId;

/// A graph that cannot become a schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// A wire names a node that is not in this graph.
    #[error("a wire names node {node}, but the graph has {count} nodes")]
    UnknownNode {
        /// The node named.
        node: NodeId,
        /// How many nodes there are.
        count: usize,
    },
    /// A wire leaves from an output the node does not have.
    #[error("node {node} has {count} outputs, so there is no output {port}")]
    UnknownOutput {
        /// The node.
        node: NodeId,
        /// The output named.
        port: u8,
        /// How many outputs it has.
        count: usize,
    },
    /// A wire ends at an input the node does not have.
    #[error("node {node} has {count} inputs, so there is no input {port}")]
    UnknownInput {
        /// The node.
        node: NodeId,
        /// The input named.
        port: u8,
        /// How many inputs it has.
        count: usize,
    },
    /// Two wires end at one input; a mixer would join them.
    #[error("input {port} of node {node} already has a wire: join the two with a mixer")]
    InputTaken {
        /// The node.
        node: NodeId,
        /// The input.
        port: u8,
    },
    /// There is no output node, so nothing would be heard.
    #[error("the graph has no output node")]
    NoOutput,
    /// There are two output nodes.
    #[error("nodes {first} and {second} are both outputs: a graph has one")]
    SecondOutput {
        /// The first of them.
        first: NodeId,
        /// The second.
        second: NodeId,
    },
    /// Nodes feed each other in a ring.
    #[error("nodes form a cycle: {}", path_text(.path))]
    Cycle {
        /// The nodes of the ring in the order of their wires; the first is also the last.
        path: Vec<NodeId>,
    },
    /// More nodes are heard than a voice has room for.
    #[error("{count} nodes are in use, a voice holds {max}")]
    TooManyNodes {
        /// Nodes in use.
        count: usize,
        /// The limit.
        max: usize,
    },
    /// The sample rate is not one to work at.
    #[error("a sample rate of {sample_rate_hz} Hz is outside 1000 to 1000000 Hz")]
    SampleRate {
        /// The rate asked for, rounded to whole hertz.
        sample_rate_hz: u32,
    },
}

/// `0 → 3 → 0`
fn path_text(path: &[NodeId]) -> String {
    path.iter().map(ToString::to_string).collect::<Vec<_>>().join(" → ")
}
