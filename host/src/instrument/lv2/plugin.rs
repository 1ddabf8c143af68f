//! A plugin as its Turtle tells it: nothing of it is loaded.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::instrument::lv2::bus::{self, Bus};
use crate::instrument::lv2::port::{Kind, Port};
use crate::instrument::lv2::saved::Saved;
use crate::instrument::lv2::turtle::{self, Graph, Node};
use crate::instrument::lv2::vocabulary::{
    bufsz, core, doap, foaf, groups, log, options, state, urid, worker,
};
use crate::instrument::{AudioPort, Description, Format, Parameter, Role};

/// More ports than any plugin has.
const PORTS_MAX: usize = 65_536;

/// What the host offers. Whether the length of blocks is a power of two depends on the settings.
const FEATURES: [&str; 16] = [
    urid::MAP,
    urid::UNMAP,
    options::OPTIONS,
    bufsz::BOUNDED,
    bufsz::FIXED,
    bufsz::COARSE,
    worker::SCHEDULE,
    state::LOAD_DEFAULT,
    state::THREAD_SAFE_RESTORE,
    state::MAKE_PATH,
    state::MAP_PATH,
    state::FREE_PATH,
    log::LOG,
    // These two are promises of the plugin; some list them as required.
    core::HARD_RT_CAPABLE,
    core::IN_PLACE_BROKEN,
    bufsz::POWER_OF_TWO,
];

/// A plugin.
#[derive(Debug)]
pub(super) struct Plugin {
    pub(super) uri: String,
    pub(super) name: String,
    pub(super) bundle: PathBuf,
    pub(super) binary: PathBuf,
    pub(super) vendor: String,
    pub(super) version: String,
    pub(super) role: Role,
    /// `ports[index].index == index`.
    pub(super) ports: Vec<Port>,
    /// Inputs for sound, the main one first if there is one.
    pub(super) inputs: Vec<Bus>,
    /// Outputs for sound, the main one first if there is one.
    pub(super) outputs: Vec<Bus>,
    required_features: Vec<String>,
    optional_features: Vec<String>,
    /// What a new instance is to be given.
    pub(super) default_state: Saved,
}

impl Plugin {
    /// Reads the plugin `uri` of the folder `bundle`.
    ///
    /// # Errors
    /// One sentence: what it lacks.
    pub(super) fn read(graph: &Graph, bundle: &Path, uri: &str) -> Result<Plugin> {
        let node = Node::iri(uri);
        let name = graph.text(&node, doap::NAME).filter(|name| !name.is_empty());
        let name = name.unwrap_or_else(|| uri.to_owned());
        let binary = graph.object(&node, core::BINARY).and_then(Node::as_iri);
        let Some(binary) = binary.and_then(turtle::path_of_iri) else {
            bail!("the LV2 plugin {name} in {} names no binary", bundle.display());
        };
        // Ports that were lost with a fault would be left without a buffer, so nothing is taken from half a file.
        let ports = match (graph.fault(), ports(graph, &node)) {
            (None, Ok(ports)) if !ports.is_empty() => ports,
            (fault, result) => {
                let reason = match (fault, result) {
                    (Some(fault), _) => fault.to_owned(),
                    (None, Err(error)) => error.to_string(),
                    (None, Ok(_)) => "it has no ports".to_owned(),
                };
                bail!("the description of the LV2 plugin {name} cannot be used: {reason}");
            }
        };
        let main = |predicate| graph.object(&node, predicate).map(Node::key);
        let inputs = bus::of_ports(&ports, true, main(groups::MAIN_INPUT));
        let outputs = bus::of_ports(&ports, false, main(groups::MAIN_OUTPUT));
        let is_instrument = graph.is_a(&node, core::INSTRUMENT);
        Ok(Plugin {
            uri: uri.to_owned(),
            bundle: bundle.to_owned(),
            binary,
            vendor: vendor(graph, &node),
            version: version(graph, &node),
            role: role(is_instrument, &ports, &inputs, &outputs),
            inputs,
            outputs,
            ports,
            required_features: graph.iris(&node, core::REQUIRED_FEATURE),
            optional_features: graph.iris(&node, core::OPTIONAL_FEATURE),
            default_state: Saved::read(graph, &node),
            name,
        })
    }

    /// The first thing for which it cannot be used here.
    ///
    /// # Errors
    /// One sentence.
    pub(super) fn check(&self, block_frames: u32) -> Result<()> {
        let Plugin { name, .. } = self;
        let is_offered = |feature: &str| {
            FEATURES.contains(&feature)
                && (feature != bufsz::POWER_OF_TWO || block_frames.is_power_of_two())
        };
        if let Some(feature) = self.required_features.iter().find(|name| !is_offered(name)) {
            if feature == bufsz::POWER_OF_TWO {
                bail!(
                    "the LV2 plugin {name} needs blocks whose length is a power of two, and {block_frames} is none; set it to 512"
                );
            }
            bail!(
                "the LV2 plugin {name} needs the feature {feature}, which is not offered here; another format of it may do"
            );
        }
        let is_old = |port: &&Port| port.kind == Kind::Event && !port.is_optional;
        if let Some(port) = self.ports.iter().find(is_old) {
            bail!(
                "the LV2 plugin {name} takes its events at the port {} by the old event extension, which is not supported; a newer version or another format of it may do",
                port.symbol
            );
        }
        let is_unknown = |port: &&Port| port.kind == Kind::Other && !port.is_optional;
        if let Some(port) = self.ports.iter().find(is_unknown) {
            bail!(
                "the LV2 plugin {name} has a port of an unknown type, {}; another format of it may do",
                port.symbol
            );
        }
        if self.role == Role::Instrument && self.midi_port().is_none() {
            bail!("the LV2 instrument {name} has no input for MIDI, so it cannot be played");
        }
        Ok(())
    }

    /// Whether all its blocks must have the same length.
    pub(super) fn wants_fixed_blocks(&self) -> bool {
        let mut features = self.required_features.iter().chain(&self.optional_features);
        features
            .any(|name| [bufsz::FIXED, bufsz::POWER_OF_TWO, bufsz::COARSE].contains(&name.as_str()))
    }

    /// Whether its default state has to be loaded into a new instance.
    pub(super) fn wants_default_state(&self) -> bool {
        let mut features = self.required_features.iter().chain(&self.optional_features);
        features.any(|name| name == state::LOAD_DEFAULT)
    }

    /// The port that takes the notes: the designated one, else the first that takes MIDI.
    pub(super) fn midi_port(&self) -> Option<&Port> {
        let takes = |port: &&Port| port.is_input && port.kind == Kind::Atom && port.takes_midi;
        let is_designated = |port: &&Port| port.designation == core::CONTROL_CHANNEL;
        let designated = self.ports.iter().filter(takes).find(is_designated);
        designated.or_else(|| self.ports.iter().find(takes))
    }

    /// The ports that are parameters.
    pub(super) fn controls(&self) -> impl Iterator<Item = &Port> {
        self.ports.iter().filter(|port| port.is_input && port.kind == Kind::Control)
    }

    /// Its parameters as a new instance has them.
    pub(super) fn parameters(&self, sample_rate_hz: u32) -> Vec<Parameter> {
        let new = |port: &Port| port.parameter(sample_rate_hz, port.initial(sample_rate_hz));
        self.controls().map(new).collect()
    }

    /// What it says of itself.
    pub(super) fn description(&self) -> Description {
        let audio_ports = |busses: &[Bus]| -> Vec<AudioPort> {
            busses.iter().map(|bus| bus.port.clone()).collect()
        };
        let takes_notes =
            |port: &&Port| port.is_input && port.kind == Kind::Atom && port.takes_midi;
        Description {
            id: self.uri.clone(),
            name: self.name.clone(),
            vendor: self.vendor.clone(),
            version: self.version.clone(),
            format: Format::Lv2,
            path: self.bundle.clone(),
            role: self.role,
            audio_inputs: audio_ports(&self.inputs),
            audio_outputs: audio_ports(&self.outputs),
            note_inputs: self
                .ports
                .iter()
                .filter(takes_notes)
                .map(|port| port.name.clone())
                .collect(),
        }
    }
}

/// The ports in the order of their indices, which have no gaps.
fn ports(graph: &Graph, plugin: &Node) -> Result<Vec<Port>> {
    let nodes = graph.objects(plugin, core::PORT).take(PORTS_MAX);
    let mut ports = nodes.map(|node| Port::read(graph, node)).collect::<Result<Vec<Port>>>()?;
    ports.sort_by_key(|port| port.index);
    for (expected, port) in (0u32..).zip(&ports) {
        if port.index != expected {
            bail!(
                "its ports are not numbered one after the other ({} has {})",
                port.symbol,
                port.index
            );
        }
    }
    Ok(ports)
}

fn role(is_instrument: bool, ports: &[Port], inputs: &[Bus], outputs: &[Bus]) -> Role {
    let has_notes = |is_input: bool| {
        let mut atoms = ports.iter().filter(|port| port.kind == Kind::Atom && port.takes_midi);
        atoms.any(|port| port.is_input == is_input)
    };
    if is_instrument {
        Role::Instrument
    } else if outputs.is_empty() {
        if has_notes(true) && has_notes(false) { Role::NoteEffect } else { Role::Other }
    } else if !inputs.is_empty() {
        Role::Effect
    } else if has_notes(true) {
        Role::Instrument
    } else {
        Role::Other
    }
}

/// `minor.micro`; empty where neither is said.
fn version(graph: &Graph, plugin: &Node) -> String {
    let part = |predicate| graph.number(plugin, predicate);
    match (part(core::MINOR_VERSION), part(core::MICRO_VERSION)) {
        (None, None) => String::new(),
        (minor, micro) => format!("{}.{}", minor.unwrap_or(0.0), micro.unwrap_or(0.0)),
    }
}

/// The name of the maintainer or developer of the plugin or of its project.
fn vendor(graph: &Graph, plugin: &Node) -> String {
    let project = graph.object(plugin, core::PROJECT);
    let things = [Some(plugin), project].into_iter().flatten();
    for thing in things {
        for predicate in [doap::MAINTAINER, doap::DEVELOPER] {
            let mut people = graph.objects(thing, predicate);
            if let Some(name) = people.find_map(|person| graph.text(person, foaf::NAME)) {
                return name;
            }
        }
    }
    String::new()
}
