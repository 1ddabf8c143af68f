//! A graph as it is edited: nodes, and wires between their ports.
//!
//! A graph only describes. Everything that can be wrong with it is said by
//! [`Graph::compile`], which turns it into a [`Schedule`].

use std::fmt;

use crate::error::CompileError;
use crate::node::Node;
use crate::schedule::Schedule;

mod compile;

/// Names a node of one graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(crate) usize);

impl NodeId {
    /// The node's input with this index; [`Node::input_names`] lists them.
    #[must_use]
    pub fn inlet(self, port: u8) -> Inlet {
        Inlet { node: self, port }
    }

    /// The node's output with this index; [`Node::output_names`] lists them.
    #[must_use]
    pub fn outlet(self, port: u8) -> Outlet {
        Outlet { node: self, port }
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Where a wire ends: an input of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inlet {
    pub(crate) node: NodeId,
    pub(crate) port: u8,
}

/// Where a wire begins: an output of a node. A [`NodeId`] stands for its first output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outlet {
    pub(crate) node: NodeId,
    pub(crate) port: u8,
}

impl From<NodeId> for Outlet {
    fn from(node: NodeId) -> Self {
        node.outlet(0)
    }
}

/// A wire of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wire {
    pub(crate) from: Outlet,
    pub(crate) to: Inlet,
}

/// Nodes and wires, to be edited on the main thread.
///
/// ```
/// use tresillo_synth::{Graph, node::{Envelope, Node, Oscillator, Output, oscillator}};
///
/// let mut graph = Graph::new();
/// let envelope = graph.add(Envelope { decay_s: 0.4, ..Envelope::default() });
/// let sine = graph.add(Oscillator::default());
/// let out = graph.add(Output);
/// graph.connect(envelope, sine.inlet(oscillator::LEVEL));
/// graph.connect(sine, out.inlet(0));
/// let schedule = graph.compile(48_000.0)?;
/// assert_eq!(schedule.step_count(), 3);
/// # Ok::<(), tresillo_synth::CompileError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Graph {
    pub(crate) nodes: Vec<Node>,
    pub(crate) wires: Vec<Wire>,
}

impl Graph {
    /// An empty graph.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a node and gives its name.
    pub fn add(&mut self, node: impl Into<Node>) -> NodeId {
        self.nodes.push(node.into());
        NodeId(self.nodes.len() - 1)
    }

    /// The node of this name.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0)
    }

    /// The node of this name, to be changed.
    pub fn node_mut(&mut self, id: NodeId) -> Option<&mut Node> {
        self.nodes.get_mut(id.0)
    }

    /// Lays a wire. It is checked when the graph is compiled.
    pub fn connect(&mut self, from: impl Into<Outlet>, to: Inlet) {
        self.wires.push(Wire { from: from.into(), to });
    }

    /// Takes away the wire that ends at this input; says whether there was one.
    pub fn disconnect(&mut self, to: Inlet) -> bool {
        let before = self.wires.len();
        self.wires.retain(|wire| wire.to != to);
        self.wires.len() != before
    }

    /// Turns the graph into a flat schedule that voices share.
    ///
    /// Nodes that do not lead to the output are left out. The order depends only on the graph.
    ///
    /// # Threads
    ///
    /// `[main-thread]`: it allocates.
    ///
    /// # Errors
    ///
    /// A [`CompileError`] for a wire to nowhere, two wires into one input, no output or two, a
    /// cycle (with its path), or too many nodes.
    pub fn compile(&self, sample_rate_hz: f64) -> Result<Schedule, CompileError> {
        compile::compile(self, sample_rate_hz)
    }
}
