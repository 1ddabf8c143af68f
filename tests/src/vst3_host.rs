//! A VST3 host in a process of its own: `tests/python/vst3_host.py` on minihost.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow, ensure};
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::paths;
use crate::script::{Host, Outcome, Sent, Step};
use crate::stream::{HostControl, HostEvent};

/// Runs scripts in VST3.
#[derive(Clone, Copy, Debug, Default)]
pub struct Vst3Host;

#[derive(Deserialize)]
struct Answer {
    /// Frame, status, key, velocity.
    events: Vec<(i64, u8, u8, u8)>,
    saved: Vec<String>,
    peak: f64,
    dropped: u64,
}

impl Host for Vst3Host {
    fn run(&self, sample_rate_hz: f64, frames_max: u32, steps: &[Step]) -> Result<Outcome> {
        let answer = ask(&json!({
            "plugin": bundle()?,
            "sample_rate": sample_rate_hz,
            "frames_max": frames_max,
            "steps": steps,
        }))?;
        let answer: Answer = serde_json::from_value(answer).context("reading the host's answer")?;
        let mut outcome = Outcome {
            saved: answer.saved,
            peak: answer.peak,
            dropped_count: answer.dropped,
            ..Outcome::default()
        };
        answer.events.into_iter().for_each(|message| outcome.push(sent(message)));
        Ok(outcome)
    }
}

/// A MIDI message as it came out: frame, status, two bytes.
fn sent((frame, status, first, second): (i64, u8, u8, u8)) -> Sent {
    let is_on = status & 0xf0 == 0x90 && second > 0;
    let is_note = matches!(status & 0xf0, 0x80 | 0x90);
    if is_note {
        let velocity = if is_on { f32::from(second) / 127.0 } else { 0.0 };
        let (channel, key) = (status & 0x0f, first);
        return Sent::Note(HostEvent { frame, is_on, channel, key, velocity });
    }
    let second = if matches!(status & 0xf0, 0xc0 | 0xd0) { 0 } else { second };
    Sent::Control(HostControl { frame, status, first, second })
}

/// Sends one request to a fresh host process and reads its answer. A host that dies is an error.
///
/// # Errors
/// If the process cannot be started, fails or answers nonsense.
pub fn ask(request: &Value) -> Result<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/vst3_host.py");
    let mut child = Command::new(paths::python())
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("starting Python")?;
    let mut stdin = child.stdin.take().ok_or_else(|| anyhow!("no standard input"))?;
    let text = serde_json::to_vec(request)?;
    // The host reads all of it before it writes, so this cannot block; if it dies, its status says more than the broken pipe.
    drop(stdin.write_all(&text));
    drop(stdin);
    let output = child.wait_with_output().context("waiting for the host")?;
    ensure!(
        output.status.success(),
        "the host ended with {}: {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).context("reading the host's answer")
}

/// What the host knows of the plugin: `audio_ports` and `notes`, each in and out, and `params`, name and id.
///
/// # Errors
/// If the host dies.
pub fn about() -> Result<Value> {
    ask(&json!({ "plugin": bundle()?, "about": true }))
}

/// Why tests in this host cannot run here, if they cannot.
#[must_use]
pub fn missing() -> Option<&'static str> {
    static MISSING: OnceLock<Option<&'static str>> = OnceLock::new();
    *MISSING.get_or_init(|| {
        let found = Command::new(paths::python())
            .args(["-c", "import minihost"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        match found {
            Ok(status) if status.success() => None,
            _ => Some("minihost is not installed; cargo xtask setup installs it"),
        }
    })
}

/// The plugin as a VST3 bundle, laid out once a run of the tests.
///
/// # Errors
/// If it cannot be laid out.
pub fn bundle() -> Result<PathBuf> {
    static BUNDLE: OnceLock<std::result::Result<(TempDir, PathBuf), String>> = OnceLock::new();
    let bundle = BUNDLE.get_or_init(|| {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let path = paths::make_vst3_bundle(folder.path()).map_err(|error| format!("{error:#}"))?;
        Ok((folder, path))
    });
    bundle.as_ref().map(|(_, path)| path.clone()).map_err(|error| anyhow!("{error}"))
}
