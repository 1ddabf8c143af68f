//! Plugins that need a newer C library than the oldest Debian that we run on: those of Debian trixie, under trixie's loader.
//! They are there where somebody asked for them, by `cargo xtask setup --trixie`.

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use serde_json::Value;

use crate::paths;
use crate::registry::trial;
use crate::render_real::studio::{Case, Exception, Studio};

/// The tests of this module.
#[must_use]
pub fn tests() -> Vec<Trial> {
    let is_there = paths::trixie().join("usr/lib/clap").is_dir();
    let missing = (!is_there)
        .then_some("the plugins of Debian trixie are absent; `cargo xtask setup --trixie`");
    let tests: [(&str, Test); 4] = [
        ("dpf_clap", || whole("clap", is_dpf, 10)),
        ("dpf_vst3", || whole("vst3", is_dpf, 10)),
        ("sdk_vst3", || whole("vst3", |plugin| !is_dpf(plugin) && !is_lsp(plugin), 40)),
        ("lsp_clap_and_vst3", lsp),
    ];
    let named = |(name, run)| trial(&format!("render_real_trixie_{name}"), missing, run);
    tests.into_iter().map(named).collect()
}

type Test = fn() -> Result<()>;

/// What is known of single plugins.
const EXCEPTIONS: [(&str, Exception); 18] = [
    ("Amplitude Imposer", Exception::Silent("its second input gives the level, and is silent")),
    ("AGain Sample Accurate", Exception::Silent("its gain is 0 by itself")),
    ("Test Program Change", Exception::Silent("its gain is 0 by itself")),
    ("Test Multiple Program Changes", Exception::Silent("its gain is 0 by itself")),
    ("Test Channel Context", SILENT_TEST),
    ("VST3 Host Checker", SILENT_TEST),
    ("Note Expression Text", SILENT_TEST),
    ("PitchNames", SILENT_TEST),
    ("UTF16Name", SILENT_TEST),
    ("mda TestTone", Exception::Silent("its mode is none by itself")),
    ("Sampler Mono", NO_SAMPLES),
    ("Sampler Stereo", NO_SAMPLES),
    ("Multi-Sampler", NO_SAMPLES),
    ("Latency Meter", MEASURES),
    ("Profiler", MEASURES),
    ("Noise Generator x1", NOISE),
    ("Noise Generator x2", NOISE),
    ("Noise Generator x4", NOISE),
];

const SILENT_TEST: Exception = Exception::Silent("it tests hosts, and has no sound");
const NO_SAMPLES: Exception = Exception::Silent("it has no samples by itself");
const MEASURES: Exception = Exception::Silent("it measures, and is told by hand to begin");
const NOISE: Exception = Exception::Differs("its noise is seeded by something of its own");

fn is_lsp(plugin: &Value) -> bool {
    path(plugin).contains("lsp-plugins")
}

/// The vendors of DPF's plugins.
fn is_dpf(plugin: &Value) -> bool {
    let vendors = ["DISTRHO", "ndc Plugs", "falkTX", "projectM"];
    let vendor = plugin["vendor"].as_str().unwrap_or_default();
    vendors.iter().any(|name| vendor.contains(name))
}

fn path(plugin: &Value) -> &str {
    plugin["path"].as_str().unwrap_or_default()
}

fn studio() -> Result<Studio> {
    let libraries = format!("usr/lib/{}-linux-gnu", std::env::consts::ARCH);
    let folder = paths::trixie().join(&libraries);
    let path = format!("{}:/{libraries}", folder.display());
    Studio::under(&folder.join("ld-linux-x86-64.so.2"), &path)
}

/// The plugins of a format that can be heard.
fn listed(studio: &Studio, format: &str) -> Result<Vec<Value>> {
    let folder = paths::trixie().join("usr/lib").join(format);
    let told = studio.run(&["-q", "plugins", "--json", &folder.display().to_string()])?;
    let mut plugins: Vec<Value> =
        told.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    for plugin in &plugins {
        ensure!(plugin["error"].is_null(), "{}: {}", path(plugin), plugin["error"]);
    }
    let is_heard = |plugin: &Value| {
        plugin["role"] != "note-effect"
            && plugin["audio_outputs"].as_array().is_some_and(|ports| !ports.is_empty())
    };
    plugins.retain(is_heard);
    Ok(plugins)
}

fn case(index: usize, plugin: &Value) -> Case {
    let name = plugin["name"].as_str().unwrap_or_default();
    let id = plugin["id"].as_str().unwrap_or_default();
    let has_input = plugin["audio_inputs"].as_array().is_some_and(|ports| !ports.is_empty());
    let is_instrument = plugin["role"] == "instrument" || !has_input;
    // Names are in every script, and have slashes.
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let (name_of_file, spec) = (format!("{index}-{plain}"), format!("{}#{id}", path(plugin)));
    let case = if is_instrument {
        Case::instrument(&name_of_file, spec)
    } else {
        Case::effect(&name_of_file, spec)
    };
    match EXCEPTIONS.iter().find(|(begin, _)| name.starts_with(begin)) {
        Some((_, exception)) => case.but(*exception),
        None => case,
    }
}

/// Each in a process of its own: mda's effects hear what others left in memory.
fn check(studio: &Studio, plugins: &[Value]) -> Result<()> {
    let cases: Vec<Case> = (0..).zip(plugins).map(|(index, plugin)| case(index, plugin)).collect();
    studio.check(&cases, &["--jobs", "2"])
}

/// All of a format that `is_meant`, of which there are at least so many.
fn whole(format: &str, is_meant: impl Fn(&Value) -> bool, count_min: usize) -> Result<()> {
    let studio = studio()?;
    let mut plugins = listed(&studio, format)?;
    plugins.retain(is_meant);
    ensure!(plugins.len() >= count_min, "there are only {} such plugins", plugins.len());
    check(&studio, &plugins)
}

/// A tenth of LSP's nearly four hundred, and all of its instruments.
fn lsp() -> Result<()> {
    let studio = studio()?;
    for format in ["clap", "vst3"] {
        let mut plugins = listed(&studio, format)?;
        plugins.retain(is_lsp);
        ensure!(plugins.len() >= 150, "there are only {} of LSP in {format}", plugins.len());
        let is_taken =
            |(index, plugin): &(usize, Value)| index % 10 == 0 || plugin["role"] == "instrument";
        let plugins = plugins.into_iter().enumerate().filter(is_taken).map(|(_, plugin)| plugin);
        check(&studio, &plugins.collect::<Vec<_>>())?;
    }
    Ok(())
}
