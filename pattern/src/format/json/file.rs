//! The file as it is written: what `serde` reads before it becomes a document.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
pub(super) struct Header {
    pub(super) format: Option<Value>,
}

#[derive(Deserialize)]
pub(super) struct Project {
    #[serde(rename = "format")]
    pub(super) _format: String,
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) author: String,
    #[serde(default)]
    pub(super) licence: String,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) seed: u64,
    pub(super) tempo: Option<f64>,
    pub(super) metre: Option<String>,
    #[serde(default)]
    pub(super) patterns: Vec<Pattern>,
    #[serde(default)]
    pub(super) song: Vec<Slot>,
    #[serde(flatten)]
    pub(super) unknown: Map<String, Value>,
}

/// A pattern in the song.
#[derive(Deserialize)]
pub(super) struct Slot {
    /// From 1.
    pub(super) pattern: i64,
    pub(super) bars: i64,
    #[serde(default)]
    pub(super) transpose: i64,
    /// Tracks, from 1.
    #[serde(default)]
    pub(super) mutes: Vec<i64>,
    #[serde(flatten)]
    pub(super) unknown: Map<String, Value>,
}

#[derive(Deserialize)]
pub(super) struct Humanise {
    pub(super) timing: Option<i64>,
    pub(super) velocity: Option<i64>,
}

/// Values by the names of their controls.
pub(super) type Controls = BTreeMap<String, i64>;

/// A template of timing.
#[derive(Deserialize)]
pub(super) struct Groove {
    pub(super) unit: String,
    /// In ticks, one for each place.
    pub(super) offsets: Vec<i64>,
    /// In percent.
    pub(super) amount: Option<i64>,
    #[serde(flatten)]
    pub(super) unknown: Map<String, Value>,
}

#[derive(Deserialize)]
pub(super) struct Pattern {
    #[serde(default)]
    pub(super) name: String,
    /// In quarter notes: a number, or a fraction as text.
    pub(super) length: Option<Value>,
    pub(super) swing: Option<f64>,
    pub(super) swing_unit: Option<String>,
    pub(super) groove: Option<Groove>,
    pub(super) humanise: Option<Humanise>,
    pub(super) scale: Option<String>,
    #[serde(default)]
    pub(super) tracks: Vec<Track>,
    #[serde(flatten)]
    pub(super) unknown: Map<String, Value>,
}

#[derive(Deserialize)]
pub(super) struct Track {
    pub(super) id: u32,
    #[serde(default)]
    pub(super) name: String,
    pub(super) port: Option<i64>,
    pub(super) channel: Option<i64>,
    pub(super) key: Option<i64>,
    /// From 1.
    pub(super) program: Option<i64>,
    /// Base values, by the names of their controls; the program has a field of its own.
    #[serde(default)]
    pub(super) base: Controls,
    pub(super) delay_ms: Option<f64>,
    pub(super) step_size: Option<String>,
    pub(super) direction: Option<String>,
    #[serde(default)]
    pub(super) rotation: i32,
    /// A character a step: `x` on, `.` off; `|` and spaces are for the eye.
    #[serde(default)]
    pub(super) gates: String,
    #[serde(default)]
    pub(super) steps: Vec<Step>,
    #[serde(default)]
    pub(super) lanes: Vec<Lane>,
    #[serde(flatten)]
    pub(super) unknown: Map<String, Value>,
}

/// A property with a loop of its own.
#[derive(Deserialize)]
pub(super) struct Lane {
    pub(super) property: String,
    pub(super) step_size: Option<String>,
    /// In steps; a lane of gates has them as a text instead, as a track has.
    pub(super) length: Option<usize>,
    #[serde(default)]
    pub(super) gates: String,
    #[serde(default)]
    pub(super) steps: Vec<Step>,
    #[serde(flatten)]
    pub(super) unknown: Map<String, Value>,
}

/// What is not default of one step.
#[derive(Deserialize)]
pub(super) struct Step {
    /// From 1.
    pub(super) step: i64,
    #[serde(default)]
    pub(super) notes: Vec<i64>,
    pub(super) velocity: Option<i64>,
    pub(super) gate: Option<i64>,
    /// `tie` or `slide`.
    pub(super) articulation: Option<String>,
    #[serde(default)]
    pub(super) micro: i64,
    pub(super) chance: Option<i64>,
    /// A letter, A to P.
    pub(super) chance_group: Option<String>,
    pub(super) condition: Option<String>,
    pub(super) ratchet: Option<i64>,
    /// Of the ratchet, in percent.
    pub(super) span: Option<i64>,
    /// Of the ratchet, in percent.
    pub(super) ramp: Option<i64>,
    /// Values by the names of their controls.
    #[serde(default)]
    pub(super) locks: Controls,
    #[serde(flatten)]
    pub(super) unknown: Map<String, Value>,
}
