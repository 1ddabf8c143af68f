//! The description of the plugins in LV2, as the text that lies beside the library.
//!
//! The tests include this file too, and write the text; so it always agrees with the library.

use std::fmt::Write;

use super::catalogue::{Kind, Parameter, Port, Scale};

/// What a port of LV2 is, in the order of their indices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Socket {
    /// A channel of the inputs, counted over all ports; the port and the channel in it.
    Input(usize, Port, u32),
    /// A channel of the outputs, the same.
    Output(usize, Port, u32),
    /// Notes, and for [`Kind::Events`] where the block is.
    Notes,
    /// A parameter, by its place.
    Control(usize, Parameter),
    /// Where the plugin reports its latency.
    Latency,
    /// Where the host says whether it renders offline.
    FreeWheeling,
    /// An audio output that the plugin knows nothing of.
    Surplus,
}

/// The ports of a kind; the place is the index.
#[must_use]
pub fn sockets(kind: Kind) -> Vec<Socket> {
    let mut sockets = Vec::new();
    let channels = |ports: &'static [Port]| {
        ports.iter().flat_map(|port| (0..port.channel_count).map(move |it| (*port, it)))
    };
    for (channel, (port, within)) in channels(kind.inputs()).enumerate() {
        sockets.push(Socket::Input(channel, port, within));
    }
    for (channel, (port, within)) in channels(kind.outputs()).enumerate() {
        sockets.push(Socket::Output(channel, port, within));
    }
    if kind.is_instrument() {
        sockets.push(Socket::Notes);
    }
    for (place, parameter) in kind.parameters().iter().enumerate() {
        sockets.push(Socket::Control(place, *parameter));
    }
    match kind {
        Kind::Latency => sockets.push(Socket::Latency),
        Kind::Events => sockets.push(Socket::FreeWheeling),
        Kind::Liar => sockets.push(Socket::Surplus),
        _ => {}
    }
    sockets
}

const PREFIXES: &str = "\
@prefix atom: <http://lv2plug.in/ns/ext/atom#> .
@prefix doap: <http://usefulinc.com/ns/doap#> .
@prefix lv2: <http://lv2plug.in/ns/lv2core#> .
@prefix midi: <http://lv2plug.in/ns/ext/midi#> .
@prefix opts: <http://lv2plug.in/ns/ext/options#> .
@prefix pg: <http://lv2plug.in/ns/ext/port-groups#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix state: <http://lv2plug.in/ns/ext/state#> .
@prefix time: <http://lv2plug.in/ns/ext/time#> .
@prefix units: <http://lv2plug.in/ns/extensions/units#> .
@prefix urid: <http://lv2plug.in/ns/ext/urid#> .
";

/// The text of `manifest.ttl`; `library` and `description` are file names in the bundle.
#[must_use]
pub fn manifest(library: &str, description: &str) -> String {
    let mut text = PREFIXES.to_owned();
    for kind in Kind::ALL {
        let _ = write!(
            text,
            "\n<{}>\n    a lv2:Plugin ;\n    lv2:binary <{library}> ;\n    rdfs:seeAlso <{description}> .\n",
            kind.lv2_uri()
        );
    }
    text
}

/// The text of the other file, which says what the plugins are.
#[must_use]
pub fn description() -> String {
    let mut text = PREFIXES.to_owned();
    for kind in Kind::ALL {
        text.push_str(&plugin(kind));
    }
    text
}

fn plugin(kind: Kind) -> String {
    let class = if kind.is_instrument() { "lv2:InstrumentPlugin" } else { "lv2:UtilityPlugin" };
    let mut text = format!("\n<{}>\n    a lv2:Plugin , {class} ;\n", kind.lv2_uri());
    let _ = writeln!(text, "    doap:name \"{}\" ;", kind.name());
    text.push_str("    doap:license <https://opensource.org/licenses/MIT> ;\n");
    text.push_str("    doap:maintainer [ <http://xmlns.com/foaf/0.1/name> \"Tresillo\" ] ;\n");
    text.push_str("    lv2:minorVersion 1 ;\n    lv2:microVersion 0 ;\n");
    if kind.is_instrument() {
        text.push_str("    lv2:requiredFeature urid:map ;\n");
    } else if kind.has_state() {
        text.push_str("    lv2:optionalFeature urid:map ;\n");
    }
    if kind == Kind::Events {
        text.push_str("    lv2:optionalFeature opts:options ;\n");
    }
    if kind.has_state() {
        text.push_str("    lv2:extensionData state:interface ;\n");
    }
    for (ports, property) in [(kind.inputs(), "pg:mainInput"), (kind.outputs(), "pg:mainOutput")] {
        if let [main, _, ..] = ports {
            let _ = writeln!(text, "    {property} <{}> ;", group(kind, main));
        }
    }
    let ports: Vec<String> = sockets(kind)
        .into_iter()
        .enumerate()
        .map(|(index, socket)| port(kind, index, socket))
        .collect();
    let _ = writeln!(text, "    lv2:port {} .", ports.join(" , "));
    text.push_str(&groups(kind));
    text
}

/// The URI of the group of a port's channels.
fn group(kind: Kind, port: &Port) -> String {
    format!("{}_{}", kind.lv2_uri(), port.symbol)
}

/// Groups of channels, where there are several of a direction.
fn groups(kind: Kind) -> String {
    let mut text = String::new();
    for (ports, class) in [(kind.inputs(), "pg:InputGroup"), (kind.outputs(), "pg:OutputGroup")] {
        for port in ports.iter().filter(|_| ports.len() > 1) {
            let _ = write!(
                text,
                "\n<{}>\n    a pg:StereoGroup , {class} ;\n    lv2:symbol \"{}\" ;\n    lv2:name \"{}\" .\n",
                group(kind, port),
                port.symbol,
                port.name
            );
        }
    }
    text
}

fn port(kind: Kind, index: usize, socket: Socket) -> String {
    let class = match socket {
        Socket::Input(..) => "lv2:InputPort , lv2:AudioPort",
        Socket::Output(..) | Socket::Surplus => "lv2:OutputPort , lv2:AudioPort",
        Socket::Notes => "lv2:InputPort , atom:AtomPort",
        Socket::Control(_, parameter) if !parameter.is_read_only => {
            "lv2:InputPort , lv2:ControlPort"
        }
        Socket::FreeWheeling => "lv2:InputPort , lv2:ControlPort",
        Socket::Control(..) | Socket::Latency => "lv2:OutputPort , lv2:ControlPort",
    };
    let mut text = format!("[\n        a {class} ;\n        lv2:index {index} ;\n");
    let mut say = |line: String| {
        let _ = writeln!(text, "        {line} ;");
    };
    let mut named = |symbol: String, name: String| {
        say(format!("lv2:symbol \"{symbol}\""));
        say(format!("lv2:name \"{name}\""));
    };
    match socket {
        Socket::Input(_, port, within) | Socket::Output(_, port, within) => {
            let is_input = matches!(socket, Socket::Input(..));
            let (side, name) = match (port.channel_count, within) {
                (1, _) => ("", ""),
                (_, 0) => ("_left", " Left"),
                _ => ("_right", " Right"),
            };
            named(format!("{}{side}", port.symbol), format!("{}{name}", port.name));
            let ports = if is_input { kind.inputs() } else { kind.outputs() };
            if ports.len() > 1 {
                say(format!("pg:group <{}>", group(kind, &port)));
                say(format!("lv2:designation pg:{}", if within == 0 { "left" } else { "right" }));
            }
            if is_input && ports.first() != Some(&port) {
                say("lv2:portProperty lv2:isSideChain".to_owned());
            }
        }
        Socket::Notes => {
            named("notes".to_owned(), "Notes".to_owned());
            say("atom:bufferType atom:Sequence".to_owned());
            let position = if kind == Kind::Events { " , time:Position" } else { "" };
            say(format!("atom:supports midi:MidiEvent{position}"));
            say("lv2:designation lv2:control".to_owned());
        }
        Socket::Control(_, parameter) => {
            named(parameter.symbol.to_owned(), parameter.name.to_owned());
            let Parameter { minimum, maximum, default, .. } = parameter;
            if !parameter.is_read_only {
                say(format!("lv2:default {default:.1}"));
            }
            say(format!("lv2:minimum {minimum:.1}"));
            say(format!("lv2:maximum {maximum:.1}"));
            if parameter.is_stepped {
                say("lv2:portProperty lv2:integer".to_owned());
            }
            match parameter.scale {
                Scale::Plain => {}
                Scale::Decibels => say("units:unit units:coef".to_owned()),
                Scale::Frames => say("units:unit units:frame".to_owned()),
                Scale::Names(names) => {
                    say("lv2:portProperty lv2:enumeration".to_owned());
                    for (value, name) in names.iter().enumerate() {
                        say(format!(
                            "lv2:scalePoint [ rdfs:label \"{name}\" ; <http://www.w3.org/1999/02/22-rdf-syntax-ns#value> {value}.0 ]"
                        ));
                    }
                }
            }
        }
        Socket::Latency => {
            named("latency".to_owned(), "Latency".to_owned());
            say("lv2:designation lv2:latency".to_owned());
            say("lv2:portProperty lv2:reportsLatency".to_owned());
            say("units:unit units:frame".to_owned());
        }
        Socket::FreeWheeling => {
            named("offline".to_owned(), "Offline".to_owned());
            say("lv2:designation lv2:freeWheeling".to_owned());
            say("lv2:portProperty lv2:toggled".to_owned());
            say("lv2:default 0.0".to_owned());
            say("lv2:minimum 0.0".to_owned());
            say("lv2:maximum 1.0".to_owned());
        }
        Socket::Surplus => named("surplus".to_owned(), "Surplus".to_owned()),
    }
    text.push_str("    ]");
    text
}
