//! What is told of a render.

use serde::{Deserialize, Serialize};

/// What is told of one job: an object of `--json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JobReport {
    /// What was rendered.
    pub input: String,
    /// Where the sound is, or would be had the job not failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// Who rendered.
    pub engine: String,
    /// What sounded, chain by chain, in series.
    pub plugins: Vec<String>,
    /// What was measured; absent where the job failed or was skipped.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub figures: Option<Figures>,
    /// Whether it was there already, whole and unchanged.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub skipped: bool,
    /// What was odd.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What was measured of one render.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Frames a second.
    pub sample_rate: u32,
    /// Channels of the file.
    pub channels: u16,
    /// Its length.
    pub frames: u64,
    /// Its length in seconds.
    pub seconds: f64,
    /// To the last end of track.
    pub music_seconds: f64,
    /// What sounds after it.
    pub tail_seconds: f64,
    /// Latency that was taken out.
    pub latency_frames: u32,
    /// Frames by which notes may start late, because the instrument has a grid of its own; absent where they start exactly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub onset_grid_frames: Option<u32>,
    /// Notes that start.
    pub notes: usize,
    /// By how much the result was made louder; absent where it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gain_db: Option<f64>,
    /// The largest sample; absent for silence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_dbfs: Option<f64>,
    /// Integrated loudness by EBU R 128; absent for silence, or where it was not measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lufs: Option<f64>,
    /// How long rendering took, from reading the input to the file in its place.
    pub render_seconds: f64,
    /// How much of it the plugins took, loading and leaving included.
    pub plugin_seconds: f64,
    /// How much faster than playing that is.
    pub realtime_factor: f64,
}
