//! A walk through XML that keeps nothing but the way from the root to where it stands.
//!
//! Entities of the file's own are not expanded, so a small file cannot become a large one.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

/// How deep elements may lie in each other; Hydrogen's lie some eight deep.
const DEPTH_MAX: usize = 64;
/// Characters of a text that are kept.
const TEXT_MAX: usize = 4096;

/// What a walk meets. A path holds the names from the root on; a name that [`Visit::known`] does not know is "".
pub(super) trait Visit {
    /// The name as a constant.
    fn known(name: &str) -> &'static str;
    /// The outermost element; whether to go on.
    fn root(&mut self, name: &str) -> bool;
    fn open(&mut self, path: &[&'static str]);
    /// The end of an element, and the text in it outside of other elements.
    fn close(&mut self, path: &[&'static str], text: &str);
}

/// Where a walk ended too early, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    /// From 1.
    pub(super) line: usize,
    /// In bytes, from 1.
    pub(super) column: usize,
    pub(super) message: String,
}

/// Walks through `text` as far as it goes.
pub(super) fn walk<V: Visit>(text: &str, visitor: &mut V) -> Result<(), Broken> {
    let mut reader = Reader::from_str(text);
    let mut path: Vec<&'static str> = Vec::new();
    let mut content = String::new();
    let mut has_root = false;
    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => return Err(broken(text, reader.error_position(), error.to_string())),
        };
        match event {
            Event::Start(ref start) | Event::Empty(ref start) => {
                let name = start.local_name();
                let name: &str = name.as_ref();
                if !std::mem::replace(&mut has_root, true) && !visitor.root(name) {
                    return Ok(());
                }
                if path.len() >= DEPTH_MAX {
                    let message = format!("more than {DEPTH_MAX} elements in each other");
                    return Err(broken(text, reader.buffer_position(), message));
                }
                path.push(V::known(name));
                content.clear();
                visitor.open(&path);
                if matches!(event, Event::Empty(_)) {
                    visitor.close(&path, "");
                    path.pop();
                }
            }
            Event::End(_) => {
                visitor.close(&path, content.trim());
                content.clear();
                path.pop();
            }
            Event::Text(part) => add(&mut content, &part.xml10_content()),
            Event::CData(part) => add(&mut content, &part.xml10_content()),
            Event::GeneralRef(part) => match part.resolve_char_ref() {
                Ok(Some(character)) => add(&mut content, character.encode_utf8(&mut [0; 4])),
                _ => {
                    add(&mut content, resolve_predefined_entity(&part.into_inner()).unwrap_or("?"))
                }
            },
            Event::Eof => {
                return match path.last() {
                    None => Ok(()),
                    Some(name) => {
                        let message = format!("the file ends inside <{name}>");
                        Err(broken(text, reader.buffer_position(), message))
                    }
                };
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

fn add(content: &mut String, part: &str) {
    let room = TEXT_MAX.saturating_sub(content.len());
    let end = part.char_indices().map(|(at, _)| at).find(|at| *at >= room).unwrap_or(part.len());
    content.push_str(part.get(..end.min(part.len())).unwrap_or_default());
}

fn broken(text: &str, byte: u64, message: String) -> Broken {
    let at = usize::try_from(byte).unwrap_or(usize::MAX).min(text.len());
    let before = text.as_bytes().get(..at).unwrap_or_default();
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
    Broken { line, column: at - line_start + 1, message }
}
