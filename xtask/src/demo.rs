//! `cargo xtask demo`: from a fresh clone to sound, with nothing but a Rust toolchain.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::artifact::TRESILLO;
use crate::options::Options;
use crate::run;
use crate::workspace::Workspace;

/// The factory pattern that one hears first.
const PATTERN: &str = "presets/patterns/tresillo.json";

/// How often it is played: enough to hear its conditions and chances at work.
const CYCLES: &str = "8";

/// Builds `tresillo`, and with it makes `demo/tresillo.wav` and `demo/tresillo.mid`.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let pattern = workspace.root.join(PATTERN);
    if !pattern.is_file() {
        bail!("the demo plays {PATTERN}, and that file is not there");
    }
    println!("Building tresillo, optimised: a minute or two the first time …");
    let tresillo = build_tresillo(workspace)?;

    let folder = workspace.root.join("demo");
    fs::create_dir_all(&folder)
        .with_context(|| format!("making the folder {}", folder.display()))?;
    let wav = folder.join("tresillo.wav");
    let midi = folder.join("tresillo.mid");
    let mut render = Command::new(&tresillo);
    render.current_dir(&workspace.root);
    render.args(["render", PATTERN, "--cycles", CYCLES, "--json", "-o"]).arg(&wav);
    let report = run::output(&mut render)?;
    let mut convert = Command::new(&tresillo);
    convert.current_dir(&workspace.root);
    convert.args(["convert", PATTERN]).arg(&midi).args(["--cycles", CYCLES]);
    run::silent(&mut convert)?;
    for file in [&wav, &midi] {
        if !file.is_file() {
            bail!("tresillo ended well, yet {} is not there", file.display());
        }
    }

    let report = serde_json::from_str(&report).context("reading the report of tresillo render")?;
    let shown = |path: &Path| workspace.shown(path).to_string();
    print!("{}", summary(&report, &shown(&wav), &shown(&midi), &shown(&tresillo)));
    Ok(())
}

/// Builds the release binary and returns where it lies.
pub(crate) fn build_tresillo(workspace: &Workspace) -> Result<PathBuf> {
    TRESILLO.build(workspace, &Options::default())
}

/// What was made, from the report of `tresillo render --json`, and what to try next.
fn summary(report: &Value, wav: &str, midi: &str, tresillo: &str) -> String {
    let number = |field: &str, digits: usize, unit: &str| {
        report[field].as_f64().map(|value| format!("{value:.digits$} {unit}"))
    };
    let facts = [
        number("seconds", 1, "s"),
        number("notes", 0, "notes"),
        number("peak_dbfs", 1, "dBFS peak"),
        number("lufs", 1, "LUFS"),
        number("render_seconds", 2, "s to render"),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    format!(
        "
Made from {PATTERN}, played {CYCLES} times:

  {wav}   the sound: {}
  {midi}   the same notes, for any other program

Try next:

  {tresillo} show {PATTERN}
      the pattern as a grid; edit the file and run the demo again
  {tresillo} render presets/patterns/*.json --out-dir out
      every factory pattern as sound (your MIDI files work as well)
  cargo xtask install
      the plugin, CLAP and VST3, into your own plugin folders

",
        facts.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_summary_tells_the_report_within_one_screen() {
        let report = json!({
            "seconds": 16.5, "notes": 96, "peak_dbfs": -3.04, "lufs": -16.25, "render_seconds": 0.123,
        });
        let text = summary(&report, "demo/a.wav", "demo/a.mid", "target/release/tresillo");
        assert!(text.contains(
            "demo/a.wav   the sound: 16.5 s, 96 notes, -3.0 dBFS peak, -16.2 LUFS, 0.12 s to render"
        ));
        assert!(text.contains("demo/a.mid"));
        assert!(text.lines().count() < 20, "one screen has 24 lines");
    }

    #[test]
    fn a_figure_the_report_lacks_is_left_out_not_invented() {
        let text = summary(&json!({ "notes": 3, "lufs": null }), "a.wav", "a.mid", "tresillo");
        assert!(text.contains("the sound: 3 notes\n"));
    }
}
