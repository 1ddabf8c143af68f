//! One port of a plugin, as its Turtle tells it.

use anyhow::{Result, bail};

use crate::instrument::Parameter;
use crate::instrument::lv2::turtle::{Graph, Node};
use crate::instrument::lv2::vocabulary::{
    atom, core, event, groups, midi, rdf, rdfs, resize, time, units,
};

/// More scale points than this are no help to anybody.
const SCALE_POINTS_MAX: usize = 4096;
/// The largest buffer that a port may ask for.
const PORT_BYTES_MAX: f64 = 16_777_216.0;

/// What goes through a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Sound.
    Audio,
    /// One number a block.
    Control,
    /// A number a frame.
    Cv,
    /// A sequence of events.
    Atom,
    /// Events as they were before atoms.
    Event,
    /// Something that is not known here.
    Other,
}

/// A port.
#[derive(Clone, Debug)]
pub(super) struct Port {
    pub(super) index: u32,
    pub(super) symbol: String,
    pub(super) name: String,
    pub(super) is_input: bool,
    pub(super) kind: Kind,
    /// What it is for, as a name.
    pub(super) designation: String,
    /// The group that it belongs to, by the group's key.
    pub(super) group: Option<String>,
    pub(super) group_name: String,
    pub(super) is_side_chain: bool,
    /// Whether it may be left without a buffer.
    pub(super) is_optional: bool,
    pub(super) takes_midi: bool,
    pub(super) takes_time: bool,
    /// Whether it says by how many frames the sound comes late.
    pub(super) is_latency: bool,
    /// The least size of its buffer.
    pub(super) minimum_bytes: u32,
    /// Bounds of a control are multiples of the sample rate.
    pub(super) is_of_sample_rate: bool,
    pub(super) is_stepped: bool,
    pub(super) is_toggled: bool,
    pub(super) default: Option<f64>,
    pub(super) minimum: Option<f64>,
    pub(super) maximum: Option<f64>,
    pub(super) unit: String,
    pub(super) scale_points: Vec<(String, f64)>,
}

impl Port {
    /// Reads the port `node`.
    ///
    /// # Errors
    /// What it lacks.
    pub(super) fn read(graph: &Graph, node: &Node) -> Result<Port> {
        let Some(index) = graph.number(node, core::INDEX).and_then(whole) else {
            bail!("a port has no index");
        };
        let symbol = graph.text(node, core::SYMBOL).unwrap_or_else(|| format!("port{index}"));
        let is_input = graph.is_a(node, core::INPUT);
        if is_input == graph.is_a(node, core::OUTPUT) {
            bail!("the port {symbol} is neither input nor output, or both");
        }
        let kinds = [
            (core::AUDIO, Kind::Audio),
            (core::CV, Kind::Cv),
            (core::CONTROL, Kind::Control),
            (atom::PORT, Kind::Atom),
            (event::PORT, Kind::Event),
        ];
        let kind = kinds.iter().find(|(class, _)| graph.is_a(node, class));
        let kind = kind.map_or(Kind::Other, |(_, kind)| *kind);
        let has = |property: &str| graph.has(node, core::PORT_PROPERTY, property);
        let designation = graph.object(node, core::DESIGNATION).and_then(Node::as_iri);
        let designation = designation.unwrap_or_default().to_owned();
        let group = graph.object(node, groups::GROUP).cloned();
        let group_name = group.as_ref().and_then(|group| name_of(graph, group));
        let side_group = |group: &Node| graph.object(group, groups::SIDE_CHAIN_OF).is_some();
        let is_of_sequence = graph.object(node, atom::BUFFER_TYPE).is_none()
            || graph.has(node, atom::BUFFER_TYPE, atom::SEQUENCE);
        let supports = |name: &str| is_of_sequence && graph.has(node, atom::SUPPORTS, name);
        let scale_points = scale_points(graph, node);
        Ok(Port {
            index,
            name: graph.text(node, core::NAME).unwrap_or_else(|| symbol.clone()),
            symbol,
            is_input,
            kind,
            is_side_chain: has(core::IS_SIDE_CHAIN)
                || graph.object(node, groups::SIDE_CHAIN_OF).is_some()
                || group.as_ref().is_some_and(side_group),
            is_latency: has(core::REPORTS_LATENCY) || designation == core::LATENCY,
            designation,
            group: group.map(|group| group.key().to_owned()),
            group_name: group_name.unwrap_or_default(),
            is_optional: has(core::CONNECTION_OPTIONAL),
            takes_midi: supports(midi::EVENT),
            takes_time: supports(time::POSITION),
            minimum_bytes: graph
                .number(node, resize::MINIMUM_SIZE)
                .and_then(|size| whole(size.clamp(0.0, PORT_BYTES_MAX)))
                .unwrap_or(0),
            is_of_sample_rate: has(core::SAMPLE_RATE),
            is_stepped: [core::INTEGER, core::TOGGLED, core::ENUMERATION].into_iter().any(has),
            is_toggled: has(core::TOGGLED),
            default: graph.number(node, core::DEFAULT),
            minimum: graph.number(node, core::MINIMUM),
            maximum: graph.number(node, core::MAXIMUM),
            unit: unit(graph, node),
            scale_points,
        })
    }

    /// The least and the greatest value of a control. Where the plugin says none: `[0, 1]` for a toggle, what its scale
    /// points span, else any number.
    pub(super) fn range(&self, sample_rate_hz: u32) -> (f64, f64) {
        let scale = if self.is_of_sample_rate { f64::from(sample_rate_hz) } else { 1.0 };
        let points = || self.scale_points.iter().map(|(_, value)| *value);
        let (least, greatest) = match (points().reduce(f64::min), points().reduce(f64::max)) {
            _ if self.is_toggled => (0.0, 1.0),
            (Some(least), Some(greatest)) => (least, greatest),
            _ => (f64::from(f32::MIN), f64::from(f32::MAX)),
        };
        let bound = |said: Option<f64>, otherwise: f64| said.map_or(otherwise, |v| v * scale);
        (bound(self.minimum, least), bound(self.maximum, greatest))
    }

    /// The value of a new instance: what the plugin says, else what in its range is nearest to 0.
    pub(super) fn initial(&self, sample_rate_hz: u32) -> f64 {
        match self.designation.as_str() {
            core::FREE_WHEELING | core::ENABLED if self.is_input => return 1.0,
            _ => {}
        }
        let (minimum, maximum) = self.range(sample_rate_hz);
        self.default.unwrap_or(if minimum > maximum {
            minimum
        } else {
            0f64.clamp(minimum, maximum)
        })
    }

    /// The control as a parameter with the value `value`.
    pub(super) fn parameter(&self, sample_rate_hz: u32, value: f64) -> Parameter {
        let (minimum, maximum) = self.range(sample_rate_hz);
        Parameter {
            id: self.symbol.clone(),
            name: self.name.clone(),
            group: self.group_name.clone(),
            unit: self.unit.clone(),
            minimum,
            maximum,
            default: self.initial(sample_rate_hz),
            value,
            text: self.text(value),
            is_stepped: self.is_stepped,
            is_read_only: self.designation == core::FREE_WHEELING,
            labels: self.scale_points.clone(),
        }
    }

    /// The label that a value has; empty where it has none.
    fn text(&self, value: f64) -> String {
        let tolerance = value.abs().max(1.0) * 1e-6;
        let is_meant = |point: &&(String, f64)| (point.1 - value).abs() <= tolerance;
        self.scale_points.iter().find(is_meant).map(|(label, _)| label.clone()).unwrap_or_default()
    }

    /// What `text` stands for beyond numbers and labels: a number with the unit of the control, and words for a toggle.
    pub(super) fn value_of_text(&self, text: &str) -> Option<f64> {
        let text = text.trim();
        if self.is_toggled {
            match text.to_ascii_lowercase().as_str() {
                "on" | "yes" | "true" => return Some(1.0),
                "off" | "no" | "false" => return Some(0.0),
                _ => {}
            }
        }
        let digits = text.find(|letter: char| !matches!(letter, '0'..='9' | '.' | '-' | '+'))?;
        let (number, unit) = text.split_at_checked(digits)?;
        let number: f64 = number.parse().ok().filter(|number: &f64| number.is_finite())?;
        let unit = unit.trim();
        let scales = [("", 1.0), ("k", 1e3), ("M", 1e6), ("m", 1e-3)];
        let scale = |wanted: &str, own: &str| {
            let rest = |prefix: &str| wanted.strip_prefix(prefix);
            let is_meant = |prefix| rest(prefix).is_some_and(|rest| rest.eq_ignore_ascii_case(own));
            scales.iter().find(|(prefix, _)| is_meant(prefix)).map(|(_, scale)| *scale)
        };
        if self.unit.is_empty() {
            return None;
        }
        let larger = scale(unit, &self.unit);
        larger.or_else(|| scale(&self.unit, unit).map(f64::recip)).map(|scale| number * scale)
    }
}

/// What people call a thing.
pub(super) fn name_of(graph: &Graph, node: &Node) -> Option<String> {
    let names = [core::NAME, rdfs::LABEL, units::NAME];
    names.into_iter().find_map(|name| graph.text(node, name)).filter(|name| !name.is_empty())
}

/// A whole number that is not negative.
fn whole(value: f64) -> Option<u32> {
    let is_whole = value.fract().abs() < 1e-9 && (0.0..=f64::from(u32::MAX)).contains(&value);
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole, and within the range"
    )]
    is_whole.then_some(value as u32)
}

fn scale_points(graph: &Graph, node: &Node) -> Vec<(String, f64)> {
    let point = |point: &Node| {
        let label = graph.text(point, rdfs::LABEL)?;
        Some((label, graph.number(point, rdf::VALUE)?))
    };
    let nodes = graph.objects(node, core::SCALE_POINT);
    let mut points: Vec<(String, f64)> = nodes.filter_map(point).take(SCALE_POINTS_MAX).collect();
    points.sort_by(|a, b| a.1.total_cmp(&b.1));
    points
}

/// The symbol of the unit of a port.
fn unit(graph: &Graph, node: &Node) -> String {
    let Some(unit) = graph.object(node, units::UNIT) else { return String::new() };
    let known = unit.as_iri().and_then(|iri| iri.strip_prefix(units::PREFIX)).and_then(symbol);
    let own = || graph.text(unit, units::SYMBOL).or_else(|| name_of(graph, unit));
    known.map(str::to_owned).or_else(own).unwrap_or_default()
}

/// The symbols of the units of the specification (`units.ttl`).
fn symbol(unit: &str) -> Option<&'static str> {
    Some(match unit {
        "bar" => "bars",
        "beat" => "beats",
        "bpm" => "BPM",
        "cent" => "ct",
        "cm" => "cm",
        "coef" => "",
        "db" => "dB",
        "degree" => "deg",
        "frame" => "frames",
        "hz" => "Hz",
        "inch" => "in",
        "khz" => "kHz",
        "km" => "km",
        "m" => "m",
        "mhz" => "MHz",
        "midiNote" => "MIDI note",
        "mile" => "mi",
        "min" => "min",
        "mm" => "mm",
        "ms" => "ms",
        "oct" => "oct",
        "pc" => "%",
        "s" => "s",
        "semitone12TET" => "semi",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(text: &str) -> Port {
        let prefixes = "@prefix lv2: <http://lv2plug.in/ns/lv2core#> . \
            @prefix units: <http://lv2plug.in/ns/extensions/units#> . \
            @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . \
            @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . ";
        let mut graph = Graph::default();
        let text = format!(
            "{prefixes} <x:p> a lv2:InputPort , lv2:ControlPort ; lv2:index 3 ; lv2:symbol \"s\" ; {text} ."
        );
        assert_eq!(graph.read_text(text.as_bytes(), "file:///p.ttl"), None);
        Port::read(&graph, &Node::iri("x:p")).unwrap()
    }

    #[test]
    fn a_control_is_a_parameter_with_range_unit_and_labels() {
        let frequency = port(
            "lv2:default 1000 ; lv2:minimum 0.0 ; lv2:maximum 0.5 ; units:unit units:hz ; \
             lv2:portProperty lv2:sampleRate ; lv2:name \"Cutoff\"",
        );
        let parameter = frequency.parameter(48_000, 500.0);
        assert_eq!((parameter.minimum, parameter.maximum), (0.0, 24_000.0));
        assert_eq!((parameter.default, parameter.value), (1000.0, 500.0));
        assert_eq!((parameter.id.as_str(), parameter.unit.as_str()), ("s", "Hz"));
        assert_eq!(frequency.value_of_text("1.2 kHz"), Some(1200.0));
        assert_eq!(frequency.value_of_text("-3hz"), Some(-3.0));
        assert_eq!(frequency.value_of_text("3 s"), None);
        let time = port("units:unit units:s");
        assert_eq!(time.value_of_text("250 ms"), Some(0.25));
        let time = port("units:unit units:ms");
        assert_eq!(time.value_of_text("1.5 s"), Some(1500.0));
        let wave = port(
            "lv2:portProperty lv2:enumeration ; lv2:scalePoint [ rdfs:label \"Saw\" ; rdf:value 2 ] , \
             [ rdfs:label \"Sine\" ; rdf:value 1 ]",
        );
        let parameter = wave.parameter(48_000, 2.0);
        assert_eq!((parameter.minimum, parameter.maximum, parameter.default), (1.0, 2.0, 1.0));
        assert_eq!(parameter.text, "Saw");
        assert!(parameter.is_stepped);
    }

    #[test]
    fn what_a_plugin_leaves_out_or_gets_wrong_has_a_sensible_value() {
        let bare = port("lv2:default nan");
        assert!(bare.range(48_000).0 < -1e38);
        assert!(bare.initial(48_000).abs() < f64::EPSILON);
        let toggle = port("lv2:portProperty lv2:toggled ; lv2:default true");
        assert_eq!((toggle.range(48_000), toggle.initial(48_000)), ((0.0, 1.0), 1.0));
        assert_eq!(toggle.value_of_text("Off"), Some(0.0));
        let enabled = port("lv2:designation lv2:enabled ; lv2:default 0");
        assert!((enabled.initial(48_000) - 1.0).abs() < f64::EPSILON);
    }
}
