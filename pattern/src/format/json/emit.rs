//! JSON as people read it: what fits on a line stands on a line, and the order is ours.

use serde_json::Value;

/// A value whose fields keep the order in which they were added.
pub(super) enum Node {
    Value(Value),
    Object(Vec<(String, Node)>),
    /// An object of plain values that stands on the line of what it belongs to.
    Leaf(Vec<(String, Value)>),
    Array(Vec<Node>),
}

impl From<Value> for Node {
    fn from(value: Value) -> Node {
        match value {
            Value::Array(items) => Node::Array(items.into_iter().map(Node::from).collect()),
            Value::Object(fields) => {
                Node::Object(fields.into_iter().map(|(name, v)| (name, Node::from(v))).collect())
            }
            plain => Node::Value(plain),
        }
    }
}

/// An object only goes on one line if the line ends before this column.
const WIDTH: usize = 100;

pub(super) fn emit(node: &Node) -> String {
    let mut out = String::new();
    write(node, 0, &mut out);
    out.push('\n');
    out
}

fn write(node: &Node, indent: usize, out: &mut String) {
    if !has_nested_objects(node) {
        let inline = inline(node);
        if indent + inline.chars().count() <= WIDTH {
            out.push_str(&inline);
            return;
        }
    }
    match node {
        Node::Value(value) => out.push_str(&value.to_string()),
        Node::Object(fields) => {
            let members = fields.iter().map(|(name, node)| (Some(name.as_str()), node));
            lines(members, ('{', '}'), indent, out);
        }
        Node::Leaf(_) => out.push_str(&inline(node)),
        Node::Array(items) => {
            lines(items.iter().map(|node| (None, node)), ('[', ']'), indent, out);
        }
    }
}

fn lines<'a>(
    members: impl Iterator<Item = (Option<&'a str>, &'a Node)>,
    (open, close): (char, char),
    indent: usize,
    out: &mut String,
) {
    let inner = indent + 2;
    out.push(open);
    for (index, (name, node)) in members.enumerate() {
        out.push_str(if index > 0 { ",\n" } else { "\n" });
        out.push_str(&" ".repeat(inner));
        if let Some(name) = name {
            out.push_str(&Value::from(name).to_string());
            out.push_str(": ");
        }
        write(node, inner, out);
    }
    out.push('\n');
    out.push_str(&" ".repeat(indent));
    out.push(close);
}

/// Whether anything below is an object: such a value takes several lines even where it would fit on one.
fn has_nested_objects(node: &Node) -> bool {
    let is_object = |node: &Node| matches!(node, Node::Object(_));
    match node {
        Node::Value(_) | Node::Leaf(_) => false,
        Node::Object(fields) => fields.iter().any(|(_, n)| is_object(n) || has_nested_objects(n)),
        Node::Array(items) => items.iter().any(|n| is_object(n) || has_nested_objects(n)),
    }
}

fn inline(node: &Node) -> String {
    match node {
        Node::Value(value) => value.to_string(),
        Node::Object(fields) if fields.is_empty() => "{}".to_owned(),
        Node::Object(fields) => {
            let members: Vec<String> = fields
                .iter()
                .map(|(name, node)| format!("{}: {}", Value::from(name.as_str()), inline(node)))
                .collect();
            format!("{{ {} }}", members.join(", "))
        }
        Node::Leaf(fields) => {
            let members: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{}: {value}", Value::from(name.as_str())))
                .collect();
            format!("{{ {} }}", members.join(", "))
        }
        Node::Array(items) => {
            let items: Vec<String> = items.iter().map(inline).collect();
            format!("[{}]", items.join(", "))
        }
    }
}
