//! Turtle files as a graph that can be asked.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context, Result, bail};
use oxrdf::{NamedOrBlankNode, Term};
use oxttl::TurtleParser;

use crate::instrument::lv2::vocabulary::{rdf, xsd};

/// The longest file that is read: the largest collections of presets have some megabytes.
const FILE_BYTES_MAX: u64 = 256 << 20;

/// What a statement speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// A thing with a name that is its own everywhere.
    Iri(Rc<str>),
    /// A thing without a name.
    Blank(Rc<str>),
    /// A text, a number, a value.
    Literal(Rc<Literal>),
}

/// A value that is written out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Literal {
    /// The value as text.
    pub(super) value: String,
    /// What type it is, as a name.
    pub(super) datatype: String,
    /// What language it is in.
    pub(super) language: Option<String>,
}

impl Node {
    /// A thing by its name.
    pub(super) fn iri(name: &str) -> Node {
        Node::Iri(name.into())
    }

    /// Its name, if it has one.
    pub(super) fn as_iri(&self) -> Option<&str> {
        match self {
            Node::Iri(name) => Some(name),
            _ => None,
        }
    }

    /// What tells it from other things of the same graph; empty for a literal.
    pub(super) fn key(&self) -> &str {
        match self {
            Node::Iri(name) | Node::Blank(name) => name,
            Node::Literal(_) => "",
        }
    }

    /// The literal, if it is one.
    pub(super) fn as_literal(&self) -> Option<&Literal> {
        match self {
            Node::Literal(literal) => Some(literal),
            _ => None,
        }
    }
}

/// Subject, predicate, object.
type Statement = (Node, Rc<str>, Node);

/// Statements of one or several files.
#[derive(Default)]
pub(super) struct Graph {
    statements: HashMap<Node, Vec<(Rc<str>, Node)>>,
    /// Subjects in the order of their first statement.
    order: Vec<Node>,
    names: HashMap<String, Rc<str>>,
    files: HashSet<PathBuf>,
    text_count: u32,
    /// The first thing that could not be read.
    fault: Option<String>,
}

impl Graph {
    /// Adds the statements of a file, once. What can be read of a file with faults is taken; see [`Graph::fault`].
    ///
    /// # Errors
    /// One sentence when the file cannot be read at all.
    pub(super) fn read(&mut self, file: &Path) -> Result<()> {
        if !self.files.insert(file.to_owned()) {
            return Ok(());
        }
        let metadata =
            fs::metadata(file).with_context(|| format!("cannot read {}", file.display()))?;
        if !metadata.is_file() || metadata.len() > FILE_BYTES_MAX {
            bail!("{} is no file of at most {} MiB", file.display(), FILE_BYTES_MAX >> 20);
        }
        let text = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let base = iri_of_path(file);
        if let Some(fault) = self.read_text(&text, &base) {
            self.fault.get_or_insert_with(|| format!("{}: {fault}", file.display()));
        }
        Ok(())
    }

    /// Adds the statements of a text; returns the first fault.
    pub(super) fn read_text(&mut self, text: &[u8], base: &str) -> Option<String> {
        self.text_count += 1;
        let (statements, fault) = self.parse(text, base);
        let Some(fault) = fault else {
            self.take(statements);
            return None;
        };
        let text = repaired(text);
        let (again, rest) = self.parse(&text, base);
        // A text that is no better after the repair keeps the report of the first reading.
        let is_better = rest.is_none() || again.len() > statements.len();
        self.take(if is_better { again } else { statements });
        if rest.is_some() { Some(fault) } else { None }
    }

    fn parse(&mut self, text: &[u8], base: &str) -> (Vec<Statement>, Option<String>) {
        let parser = TurtleParser::new().lenient();
        let parser = match parser.with_base_iri(base) {
            Ok(parser) => parser,
            Err(error) => return (Vec::new(), Some(error.to_string())),
        };
        let mut statements = Vec::new();
        let mut fault = None;
        for triple in parser.for_slice(text) {
            match triple {
                Ok(triple) => {
                    let subject = match triple.subject {
                        NamedOrBlankNode::NamedNode(name) => Node::Iri(self.shared(name.as_str())),
                        NamedOrBlankNode::BlankNode(blank) => self.blank(blank.as_str()),
                    };
                    let predicate = self.shared(triple.predicate.as_str());
                    let object = self.object_of(triple.object);
                    statements.push((subject, predicate, object));
                }
                Err(error) => {
                    let line = error.location().start.line + 1;
                    fault.get_or_insert_with(|| format!("line {line}: {}", error.message()));
                }
            }
        }
        (statements, fault)
    }

    fn take(&mut self, statements: Vec<Statement>) {
        for (subject, predicate, object) in statements {
            let known = self.statements.entry(subject).or_insert_with_key(|subject| {
                self.order.push(subject.clone());
                Vec::new()
            });
            // What is said twice, in a manifest and in another file, is one statement.
            let statement = (predicate, object);
            if !known.contains(&statement) {
                known.push(statement);
            }
        }
    }

    fn object_of(&mut self, term: Term) -> Node {
        match term {
            Term::NamedNode(name) => Node::Iri(self.shared(name.as_str())),
            Term::BlankNode(blank) => self.blank(blank.as_str()),
            Term::Literal(literal) => Node::Literal(Rc::new(Literal {
                value: literal.value().to_owned(),
                datatype: literal.datatype().as_str().to_owned(),
                language: literal.language().map(str::to_owned),
            })),
            #[allow(unreachable_patterns, reason = "a feature of the parser adds more kinds")]
            _ => self.blank("other"),
        }
    }

    /// Names without a file of their own mean different things in different files.
    fn blank(&mut self, name: &str) -> Node {
        let name = format!("{} {name}", self.text_count);
        Node::Blank(self.shared(&name))
    }

    fn shared(&mut self, name: &str) -> Rc<str> {
        if let Some(known) = self.names.get(name) {
            return Rc::clone(known);
        }
        let shared: Rc<str> = name.into();
        self.names.insert(name.to_owned(), Rc::clone(&shared));
        shared
    }

    /// The first thing that could not be read, with file and line.
    pub(super) fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// What `subject` has under `predicate`, in the order of the file.
    pub(super) fn objects<'a>(
        &'a self,
        subject: &Node,
        predicate: &'a str,
    ) -> impl Iterator<Item = &'a Node> + use<'a> {
        let statements = self.statements.get(subject).map(Vec::as_slice).unwrap_or_default();
        statements.iter().filter(move |(name, _)| &**name == predicate).map(|(_, object)| object)
    }

    /// All that is said of `subject`.
    pub(super) fn statements(&self, subject: &Node) -> &[(Rc<str>, Node)] {
        self.statements.get(subject).map(Vec::as_slice).unwrap_or_default()
    }

    /// The first of [`Graph::objects`].
    pub(super) fn object<'a>(&'a self, subject: &Node, predicate: &'a str) -> Option<&'a Node> {
        self.objects(subject, predicate).next()
    }

    /// Whether `subject` has `object`, a name, under `predicate`.
    pub(super) fn has(&self, subject: &Node, predicate: &str, object: &str) -> bool {
        self.objects(subject, predicate).any(|node| node.as_iri() == Some(object))
    }

    /// Whether `subject` is of a class.
    pub(super) fn is_a(&self, subject: &Node, class: &str) -> bool {
        self.has(subject, rdf::TYPE, class)
    }

    /// The names that `subject` has under `predicate`.
    pub(super) fn iris(&self, subject: &Node, predicate: &str) -> Vec<String> {
        self.objects(subject, predicate).filter_map(Node::as_iri).map(str::to_owned).collect()
    }

    /// A text for people: in no language, else in English, else in any.
    pub(super) fn text(&self, subject: &Node, predicate: &str) -> Option<String> {
        let rank = |literal: &&Literal| match literal.language.as_deref() {
            None => 0,
            Some(language) if language.starts_with("en") => 1,
            Some(_) => 2,
        };
        let texts = self.objects(subject, predicate).filter_map(Node::as_literal);
        texts.min_by_key(rank).map(|literal| literal.value.trim().to_owned())
    }

    /// A number; `None` for what is none, or not finite.
    pub(super) fn number(&self, subject: &Node, predicate: &str) -> Option<f64> {
        let literals = self.objects(subject, predicate).filter_map(Node::as_literal);
        literals.filter_map(|literal| number_of(&literal.value)).next()
    }

    /// All subjects of which something is said, in the order of the files.
    pub(super) fn subjects(&self) -> impl Iterator<Item = &Node> {
        self.order.iter()
    }

    /// The members of a list.
    pub(super) fn list(&self, head: &Node) -> Vec<&Node> {
        let mut members = Vec::new();
        let mut rest = Some(head);
        // A list that bites its tail ends by the number of things there are.
        while let Some(node) = rest.filter(|_| members.len() <= self.order.len()) {
            let Some(member) = self.object(node, rdf::FIRST) else { break };
            members.push(member);
            rest = self.object(node, rdf::REST);
        }
        members
    }
}

/// A finite number; `true` and `false` are 1 and 0.
pub(super) fn number_of(text: &str) -> Option<f64> {
    match text.trim() {
        "true" => Some(1.0),
        "false" => Some(0.0),
        text => text.parse::<f64>().ok().filter(|value| value.is_finite()),
    }
}

/// The text with bare `nan` and `inf`, which Turtle does not have and plugins write, as literals.
fn repaired(text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    let mut out = String::with_capacity(text.len() + 64);
    for piece in text.split_inclusive([' ', '\t', '\n', '\r', ';', ',']) {
        let word = piece.trim_end_matches([' ', '\t', '\n', '\r', ';', ',']);
        let bare = word.trim_start_matches(['-', '+']).to_ascii_lowercase();
        if bare == "nan" || bare == "inf" || bare == "infinity" {
            out.push_str("\"NaN\"^^<");
            out.push_str(xsd::DOUBLE);
            out.push('>');
            out.push_str(piece.get(word.len()..).unwrap_or_default());
        } else {
            out.push_str(piece);
        }
    }
    out.into_bytes()
}

/// A path as a name: `file:///usr/lib/lv2/x.lv2/manifest.ttl`.
pub(super) fn iri_of_path(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let text = path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    let mut iri = String::from("file://");
    if !text.starts_with('/') {
        iri.push('/');
    }
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => iri.push(char::from(byte)),
            b'/' | b'-' | b'_' | b'.' | b'~' | b':' | b'+' | b'@' => iri.push(char::from(byte)),
            _ => iri.push_str(&format!("%{byte:02X}")),
        }
    }
    iri
}

/// The path that a name means; `None` where it is no file.
pub(super) fn path_of_iri(iri: &str) -> Option<PathBuf> {
    let rest = iri.strip_prefix("file://")?;
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    let mut bytes = Vec::with_capacity(rest.len());
    let mut left = rest.as_bytes();
    while let [first, after @ ..] = left {
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let escaped = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        match (first, escaped) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                left = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                left = after;
            }
        }
    }
    let text = String::from_utf8(bytes).ok()?;
    let text = if cfg!(windows) { text.trim_start_matches('/').to_owned() } else { text };
    Some(PathBuf::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_and_its_name_are_each_others() {
        for path in ["/usr/lib/lv2/a b.lv2/Choir%and,Voice.ttl", "/sounds/ä/x.ttl"] {
            assert_eq!(path_of_iri(&iri_of_path(Path::new(path))), Some(PathBuf::from(path)));
        }
        assert_eq!(path_of_iri("http://example.org/"), None);
        assert_eq!(path_of_iri("file:///a%20b%"), Some(PathBuf::from("/a b%")));
    }

    #[test]
    fn a_graph_is_asked_and_numbers_that_are_none_are_left_out() {
        let text = r#"
            @prefix e: <http://e/> .
            e:a e:low nan ; e:high -inf, 2.5 ; e:name "der"@de , "the"@en-gb ; e:list ( 1 2 ) .
            e:a e:of [ e:b <c%20d.so> ] .
        "#;
        let mut graph = Graph::default();
        assert_eq!(graph.read_text(text.as_bytes(), "file:///x/y.ttl"), None);
        let a = Node::iri("http://e/a");
        assert_eq!(graph.number(&a, "http://e/low"), None);
        assert_eq!(graph.number(&a, "http://e/high"), Some(2.5));
        assert_eq!(graph.text(&a, "http://e/name").as_deref(), Some("the"));
        assert_eq!(graph.list(graph.object(&a, "http://e/list").unwrap()).len(), 2);
        let of = graph.object(&a, "http://e/of").unwrap();
        let file = graph.object(of, "http://e/b").and_then(Node::as_iri).and_then(path_of_iri);
        assert_eq!(file, Some(PathBuf::from("/x/c d.so")));
        assert!(graph.read_text(b"@prefix : <a> . :x :y [ .", "file:///x").is_some());
    }
}
