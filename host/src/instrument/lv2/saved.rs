//! What a preset or a saved state holds: values of ports, and properties that a plugin keeps.

use std::fmt::Write;

use anyhow::{Result, bail};
use oxrdf::{Literal as Quoted, NamedNode};

use crate::instrument::lv2::turtle::{self, Graph, Literal, Node};
use crate::instrument::lv2::vocabulary::{atom, core, presets, rdf, state, xsd};
use crate::instrument::lv2::{base64, urid};

/// Values of ports and properties.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Saved {
    /// Symbols of control ports and their values.
    pub(super) ports: Vec<(String, f64)>,
    /// What the plugin keeps itself.
    pub(super) properties: Vec<Property>,
    /// Names of properties whose values are of a kind that cannot be read here.
    pub(super) unread: Vec<String>,
}

/// A value that a plugin keeps.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Property {
    /// What it is, as a name.
    pub(super) key: String,
    /// The type of its bytes, as a name.
    pub(super) value_type: String,
    /// The body of an atom of that type.
    pub(super) bytes: Vec<u8>,
}

impl Saved {
    /// What is said of `node`.
    pub(super) fn read(graph: &Graph, node: &Node) -> Saved {
        let port = |port: &Node| {
            let value = graph.number(port, presets::VALUE)?;
            Some((graph.text(port, core::SYMBOL)?, value))
        };
        let ports = graph.objects(node, core::PORT).filter_map(port).collect();
        let mut saved = Saved { ports, ..Saved::default() };
        for state in graph.objects(node, state::STATE) {
            for (key, value) in graph.statements(state) {
                if &**key == rdf::TYPE {
                    continue;
                }
                match value_of(graph, value) {
                    Some((value_type, bytes)) => saved.properties.push(Property {
                        key: key.to_string(),
                        value_type: value_type.to_owned(),
                        bytes,
                    }),
                    None => saved.unread.push(key.to_string()),
                }
            }
        }
        saved
    }

    /// Whether it holds nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.ports.is_empty() && self.properties.is_empty() && self.unread.is_empty()
    }

    /// It as a Turtle file, which is a preset for the plugin `uri`.
    ///
    /// # Errors
    /// One sentence when a property cannot be written so that another process can read it.
    pub(super) fn turtle(&self, uri: &str, name: &str) -> Result<Vec<u8>> {
        let mut text = String::new();
        let prefixes = [
            ("atom", "http://lv2plug.in/ns/ext/atom#"),
            ("lv2", "http://lv2plug.in/ns/lv2core#"),
            ("pset", "http://lv2plug.in/ns/ext/presets#"),
            ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
            ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
            ("state", "http://lv2plug.in/ns/ext/state#"),
            ("xsd", "http://www.w3.org/2001/XMLSchema#"),
        ];
        for (prefix, base) in prefixes {
            _ = writeln!(text, "@prefix {prefix}: <{base}> .");
        }
        _ = write!(text, "\n<>\n\ta pset:Preset ;\n\tlv2:appliesTo {}", named(uri));
        let label = Quoted::new_simple_literal(format!("{name}, saved"));
        _ = write!(text, " ;\n\trdfs:label {label}");
        for (symbol, value) in self.ports.iter().filter(|(_, value)| value.is_finite()) {
            let symbol = Quoted::new_simple_literal(symbol);
            _ = write!(text, " ;\n\tlv2:port [ lv2:symbol {symbol} ; pset:value {value:?} ]");
        }
        if !self.properties.is_empty() {
            _ = write!(text, " ;\n\tstate:state [");
            for (place, property) in self.properties.iter().enumerate() {
                let Some(value) = property.turtle() else {
                    bail!(
                        "{name} keeps {} as a {}, which cannot be written to a file",
                        property.key,
                        property.value_type
                    );
                };
                let end = if place == 0 { "" } else { " ;" };
                _ = write!(text, "{end}\n\t\t{} {value}", named(&property.key));
            }
            _ = write!(text, "\n\t]");
        }
        text.push_str(" .\n");
        Ok(text.into_bytes())
    }
}

impl Property {
    /// The value in Turtle; `None` where it has numbers that only this process understands, or is not of its type's size.
    fn turtle(&self) -> Option<String> {
        let four = || <[u8; 4]>::try_from(self.bytes.as_slice()).ok();
        let eight = || <[u8; 8]>::try_from(self.bytes.as_slice()).ok();
        let typed = |value: String, datatype: &str| {
            Some(Quoted::new_typed_literal(value, NamedNode::new_unchecked(datatype)).to_string())
        };
        let text = || {
            let text = self.bytes.split(|byte| *byte == 0).next().unwrap_or_default();
            std::str::from_utf8(text).ok().map(str::to_owned)
        };
        match self.value_type.as_str() {
            atom::INT => typed(i32::from_ne_bytes(four()?).to_string(), xsd::INT),
            atom::LONG => typed(i64::from_ne_bytes(eight()?).to_string(), xsd::LONG),
            atom::FLOAT => typed(format!("{:?}", f32::from_ne_bytes(four()?)), xsd::FLOAT),
            atom::DOUBLE => typed(format!("{:?}", f64::from_ne_bytes(eight()?)), xsd::DOUBLE),
            atom::BOOL => typed((i32::from_ne_bytes(four()?) != 0).to_string(), xsd::BOOLEAN),
            atom::URID => urid::text(u32::from_ne_bytes(four()?)).map(named),
            atom::PATH | atom::URI => typed(text()?, &self.value_type),
            atom::CHUNK => typed(base64::encode(&self.bytes), xsd::BASE64),
            // A text that is not UTF-8 goes as bytes.
            atom::STRING if text().is_some() => {
                Some(Quoted::new_simple_literal(text()?).to_string())
            }
            atom::VECTOR => self.vector(),
            other if other.starts_with(atom::BASE) && other != atom::STRING => None,
            other => {
                let bytes = typed(base64::encode(&self.bytes), xsd::BASE64)?;
                Some(format!("[ a {} ; rdf:value {bytes} ]", named(other)))
            }
        }
    }

    /// A vector of numbers as a list.
    fn vector(&self) -> Option<String> {
        let (size, rest) = self.bytes.split_first_chunk::<4>()?;
        let (child, rest) = rest.split_first_chunk::<4>()?;
        let child = urid::text(u32::from_ne_bytes(*child))?;
        let size = usize::try_from(u32::from_ne_bytes(*size)).ok()?;
        if size != width(child)? {
            return None;
        }
        let mut text = format!("[ a atom:Vector ; atom:childType {} ; rdf:value (", named(child));
        for bytes in rest.chunks_exact(size) {
            let member = Property {
                key: String::new(),
                value_type: child.to_owned(),
                bytes: bytes.to_vec(),
            };
            text.push(' ');
            text.push_str(&member.turtle()?);
        }
        text.push_str(" ) ]");
        Some(text)
    }
}

/// The size of a number's type.
fn width(value_type: &str) -> Option<usize> {
    match value_type {
        atom::INT | atom::FLOAT | atom::BOOL => Some(4),
        atom::LONG | atom::DOUBLE => Some(8),
        _ => None,
    }
}

/// A value as type and bytes.
fn value_of(graph: &Graph, node: &Node) -> Option<(String, Vec<u8>)> {
    match node {
        Node::Literal(literal) => {
            literal_value(literal).map(|(value_type, bytes)| (value_type.to_owned(), bytes))
        }
        Node::Iri(name) => Some(match turtle::path_of_iri(name) {
            Some(path) => (atom::PATH.to_owned(), terminated(&path.to_string_lossy())),
            None => (atom::URID.to_owned(), urid::of(name).to_ne_bytes().to_vec()),
        }),
        Node::Blank(_) => {
            let value_type = graph.object(node, rdf::TYPE)?.as_iri()?;
            let value = graph.object(node, rdf::VALUE)?;
            if value_type == atom::VECTOR {
                let child = graph.object(node, atom::CHILD_TYPE)?.as_iri()?;
                return Some((atom::VECTOR.to_owned(), vector_value(graph, value, child)?));
            }
            let literal = value.as_literal()?;
            let bytes = if literal.datatype == xsd::BASE64 {
                base64::decode(&literal.value)?
            } else {
                literal_value(literal)?.1
            };
            Some((value_type.to_owned(), bytes))
        }
    }
}

fn vector_value(graph: &Graph, list: &Node, child: &str) -> Option<Vec<u8>> {
    let size = u32::try_from(width(child)?).ok()?;
    let mut bytes = size.to_ne_bytes().to_vec();
    bytes.extend(urid::of(child).to_ne_bytes());
    for member in graph.list(list) {
        let literal = Literal { datatype: String::new(), ..member.as_literal()?.clone() };
        let datatype = match child {
            atom::INT => xsd::INT,
            atom::LONG => xsd::LONG,
            atom::DOUBLE => xsd::DOUBLE,
            atom::BOOL => xsd::BOOLEAN,
            _ => xsd::FLOAT,
        };
        let literal = Literal { datatype: datatype.to_owned(), ..literal };
        bytes.extend(literal_value(&literal)?.1);
    }
    Some(bytes)
}

/// A literal as an atom's type and body. Numbers without a type are those of Turtle: `1` is an integer, `1.0` a decimal
/// number, which is single precision here, `1e0` double precision.
fn literal_value(literal: &Literal) -> Option<(&'static str, Vec<u8>)> {
    let text = literal.value.trim();
    Some(match literal.datatype.as_str() {
        xsd::INT | xsd::INTEGER => match text.parse::<i32>() {
            Ok(value) => (atom::INT, value.to_ne_bytes().to_vec()),
            Err(_) => (atom::LONG, text.parse::<i64>().ok()?.to_ne_bytes().to_vec()),
        },
        xsd::LONG => (atom::LONG, text.parse::<i64>().ok()?.to_ne_bytes().to_vec()),
        xsd::FLOAT | xsd::DECIMAL => {
            (atom::FLOAT, text.parse::<f32>().ok()?.to_ne_bytes().to_vec())
        }
        xsd::DOUBLE => (atom::DOUBLE, text.parse::<f64>().ok()?.to_ne_bytes().to_vec()),
        xsd::BOOLEAN => {
            let is_true = matches!(text, "true" | "1");
            (atom::BOOL, i32::from(is_true).to_ne_bytes().to_vec())
        }
        xsd::BASE64 => (atom::CHUNK, base64::decode(text)?),
        atom::PATH => (atom::PATH, terminated(&literal.value)),
        atom::URI | xsd::ANY_URI => (atom::URI, terminated(&literal.value)),
        _ => (atom::STRING, terminated(&literal.value)),
    })
}

/// A text with the zero that ends it in C.
fn terminated(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.push(0);
    bytes
}

/// A name in Turtle; letters that must not stand in one are escaped.
fn named(name: &str) -> String {
    let mut text = String::from("<");
    for letter in name.chars() {
        if matches!(letter, '\0'..=' ' | '<' | '>' | '"' | '{' | '}' | '|' | '^' | '`' | '\\') {
            _ = write!(text, "\\u{:04X}", u32::from(letter));
        } else {
            text.push(letter);
        }
    }
    text.push('>');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn property(key: &str, value_type: &str, bytes: &[u8]) -> Property {
        Property {
            key: format!("http://e/{key}"),
            value_type: value_type.to_owned(),
            bytes: bytes.to_vec(),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut vector = 4u32.to_ne_bytes().to_vec();
        vector.extend(urid::of(atom::FLOAT).to_ne_bytes());
        vector.extend([0.1f32, -2.0].iter().flat_map(|value| value.to_ne_bytes()));
        let saved = Saved {
            ports: vec![("gain".to_owned(), f64::from(0.1f32)), ("n".to_owned(), 3.0)],
            properties: vec![
                property("int", atom::INT, &(-5i32).to_ne_bytes()),
                property("long", atom::LONG, &(1i64 << 40).to_ne_bytes()),
                property("float", atom::FLOAT, &1e-20f32.to_ne_bytes()),
                property("double", atom::DOUBLE, &0.1f64.to_ne_bytes()),
                property("bool", atom::BOOL, &1i32.to_ne_bytes()),
                property("string", atom::STRING, b"a \"quoted\"\nline \\ \xC3\xA4\0"),
                property("path", atom::PATH, b"/sounds/a b.wav\0"),
                property("urid", atom::URID, &urid::of("http://e/thing").to_ne_bytes()),
                property("chunk", atom::CHUNK, &[0, 1, 2, 255]),
                property("own", "http://e/Type", &[9, 8, 7]),
                property("vector", atom::VECTOR, &vector),
            ],
            unread: Vec::new(),
        };
        let text = saved.turtle("http://e/plugin", "Plugin").unwrap();
        let mut graph = Graph::default();
        assert_eq!(graph.read_text(&text, "file:///x/state.ttl"), None);
        let node = Node::iri("file:///x/state.ttl");
        assert!(graph.has(&node, core::APPLIES_TO, "http://e/plugin"));
        assert_eq!(Saved::read(&graph, &node), saved);
    }

    #[test]
    fn what_other_processes_would_misread_is_refused() {
        let tuple = format!("{}Tuple", atom::BASE);
        let saved = Saved { properties: vec![property("t", &tuple, &[0; 8])], ..Saved::default() };
        let text = saved.turtle("http://e/plugin", "Plugin").unwrap_err().to_string();
        assert!(text.starts_with("Plugin keeps http://e/t as a http://"), "{text}");
    }

    #[test]
    fn presets_of_others_are_read() {
        let text = r#"
            @prefix lv2: <http://lv2plug.in/ns/lv2core#> .
            @prefix pset: <http://lv2plug.in/ns/ext/presets#> .
            @prefix state: <http://lv2plug.in/ns/ext/state#> .
            <> lv2:port [ lv2:symbol "a" ; pset:value 0.5 ] , [ lv2:symbol "b" ; pset:value nan ] ;
               state:state [ <http://e/file> <x.wav> ; <http://e/odd> [ <http://e/x> 1 ] ] .
        "#;
        let mut graph = Graph::default();
        assert_eq!(graph.read_text(text.as_bytes(), "file:///d/p.ttl"), None);
        let saved = Saved::read(&graph, &Node::iri("file:///d/p.ttl"));
        assert_eq!(saved.ports, [("a".to_owned(), 0.5)]);
        assert_eq!(saved.properties, [property("file", atom::PATH, b"/d/x.wav\0")]);
        assert_eq!(saved.unread, ["http://e/odd"]);
    }
}
