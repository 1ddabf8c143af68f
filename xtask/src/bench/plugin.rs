//! What the plugin costs in a VST3 host, beyond a plugin that does nothing.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::bench::Table;
use crate::bundle::{self, Format};
use crate::options::Options;
use crate::run;
use crate::setup::{Tool, Venv};
use crate::workspace::Workspace;

/// The plugin that does nothing.
const NOTHING: &str = "nothing";

/// The script that plays host, in minihost's Python.
const SCRIPT: &str = "tests/python/plugin_cost.py";

pub(super) fn measure(workspace: &Workspace, table: &mut Table) -> Result<()> {
    let venv = Venv::of(&workspace.target);
    if !venv.is_ready() {
        table.skip("the plugin in a host", "`cargo xtask setup` installs minihost");
        return Ok(());
    }
    let bundles = bundle::bundle(workspace, &Options::default())?;
    for (format, path) in &bundles {
        let megabytes = size(path)? as f64 / 1e6;
        table.row(format!("the {} bundle", format.extension()), format!("{megabytes:.1} MB"));
    }
    let ours = bundles.iter().find(|(format, _)| *format == Format::Vst3);
    let (_, ours) = ours.context("there is no VST3 bundle")?;
    let nothing = nothing(workspace)?;
    let mut command = Command::new(venv.python());
    command.arg(workspace.root.join(SCRIPT)).arg(ours).arg(nothing);
    let told = run::output(&mut command)?;
    let told: Value = serde_json::from_str(&told).context("reading what the host told")?;
    rows(&told, table).context("the host left a figure out")
}

/// Bundles the plugin that does nothing and says where.
fn nothing(workspace: &Workspace) -> Result<std::path::PathBuf> {
    let build =
        workspace.cargo(&["build", "--release", "-p", bundle::PACKAGE, "--example", NOTHING]);
    let files = run::built_files(build, NOTHING)?;
    let is_library = |file: &&std::path::PathBuf| {
        file.extension().is_some_and(|extension| extension == env::consts::DLL_EXTENSION)
    };
    let library = files.iter().find(is_library).context("cargo built no library")?;
    let path = workspace.target.join("bundled").join("Nothing.vst3");
    bundle::make(library, Format::Vst3, "Nothing", &path)?;
    Ok(path)
}

/// The bytes of a file, or of all that a folder holds.
fn size(path: &Path) -> Result<u64> {
    if !path.is_dir() {
        return Ok(fs::metadata(path)?.len());
    }
    fs::read_dir(path)?.map(|entry| size(&entry?.path())).sum()
}

fn rows(told: &Value, table: &mut Table) -> Option<()> {
    let number = |path: &str| told.pointer(path).and_then(Value::as_f64);
    for (what, key) in [("32 × 64 steps play", "playing"), ("nothing plays", "stopped")] {
        let at = |name: &str| number(&format!("/{key}/{name}"));
        table.row(
            format!("a block of 64 frames in which {what}, beyond a plugin that does nothing"),
            format!(
                "median {:.2} µs, 99th percentile {:.2} µs at its best of nine; {:.2} and {:.2} µs each time",
                at("median")?,
                at("p99")?,
                at("each/median")?,
                at("each/p99")?
            ),
        );
    }
    table.row(
        "the plugin that does nothing, in the same host",
        format!("{:.2} µs", number("/playing/nothing")?),
    );
    table.row(
        "an instance, beyond one of that plugin",
        format!(
            "{:.1} ms, on top of the host's {:.1} ms",
            number("/open_ms")?,
            number("/open_nothing_ms")?
        ),
    );
    table.row(
        "the state of a tenth-full project",
        format!(
            "{:.1} MB, saved in {:.1} ms, loaded in {:.1} ms, in which the host saves twice",
            number("/state_bytes")? / 1e6,
            number("/save_ms")?,
            number("/load_ms")?
        ),
    );
    Some(())
}
