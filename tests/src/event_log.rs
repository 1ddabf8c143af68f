//! What the test plugin `events` was told, read from its log.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};

/// A line: a word, and values by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it is about: `block`, `note-on`, `activate` …
    pub word: String,
    values: BTreeMap<String, String>,
}

impl Line {
    /// A value as text; empty where it is not said.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// A value as a number; none where it is not said.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<f64> {
        self.text(name).parse().ok()
    }
}

/// What was said at a frame of the piece, counted over all blocks: `cc 0 64` and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Frame since the first block.
    pub frame: u64,
    /// What is told, with channel (from 0) and number: `note-on 0 60`, `bend 0`, `expression 0 60 tuning`.
    pub what: String,
    /// Its value.
    pub value: f64,
}

/// All lines of a log.
///
/// # Errors
/// If it cannot be read.
pub fn read(path: &Path) -> Result<Vec<Line>> {
    let text = std::fs::read_to_string(path).context("the plugin wrote no log")?;
    Ok(text.lines().map(line).collect())
}

fn line(text: &str) -> Line {
    let mut parts = text.split(' ');
    let word = parts.next().unwrap_or_default().to_owned();
    let pairs = parts.filter_map(|part| part.split_once('='));
    Line { word, values: pairs.map(|(name, value)| (name.into(), value.into())).collect() }
}

/// The blocks, each with the frame on which it starts.
#[must_use]
pub fn blocks(lines: &[Line]) -> Vec<(u64, &Line)> {
    let mut start = 0;
    let mut all = Vec::new();
    for line in lines.iter().filter(|line| line.word == "block") {
        all.push((start, line));
        start += line.text("frames").parse::<u64>().unwrap_or(0);
    }
    all
}

/// Notes, controllers and expressions, by frame and name.
#[must_use]
pub fn told(lines: &[Line]) -> Vec<Told> {
    let (mut start, mut next) = (0, 0);
    let mut all = Vec::new();
    for line in lines {
        let names: &[&str] = match line.word.as_str() {
            "block" => {
                start = next;
                next += line.text("frames").parse::<u64>().unwrap_or(0);
                continue;
            }
            "note-on" | "note-off" => &["channel", "key", "velocity"],
            "cc" => &["channel", "controller", "value"],
            "poly-pressure" => &["channel", "key", "value"],
            "bend" | "program" | "pressure" => &["channel", "value"],
            "expression" => &["channel", "key", "kind", "value"],
            _ => continue,
        };
        let (value, names) = names.split_last().unwrap_or((&"", &[]));
        let names: Vec<&str> = names.iter().map(|name| line.text(name)).collect();
        all.push(Told {
            frame: start + line.text("frame").parse::<u64>().unwrap_or(0),
            what: format!("{} {}", line.word, names.join(" ")),
            value: line.number(value).unwrap_or(f64::NAN),
        });
    }
    sort(&mut all);
    all
}

/// By frame and name; what a format does with the order on one frame is its own.
pub fn sort(all: &mut [Told]) {
    all.sort_by(|a, b| a.frame.cmp(&b.frame).then_with(|| a.what.cmp(&b.what)));
}

/// Whether the same was told, numbers as precise as a seventh of a step of 14 bits.
///
/// # Errors
/// What differs first.
pub fn is_same(found: &[Told], expected: &[Told]) -> Result<()> {
    for (index, wanted) in expected.iter().enumerate() {
        let found = found.get(index).with_context(|| format!("{wanted:?} was not told"))?;
        anyhow::ensure!(
            found.frame == wanted.frame
                && found.what == wanted.what
                && (found.value - wanted.value).abs() < 1e-5,
            "{found:?}, not {wanted:?}"
        );
    }
    anyhow::ensure!(
        found.len() == expected.len(),
        "{:?} was told as well",
        found.get(expected.len())
    );
    Ok(())
}
