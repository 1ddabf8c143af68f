//! `tresillo doctor`: what of the surroundings is here, and what to install for what.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::instrument::{Format, search};
use crate::report::{Exit, Report};

/// One thing that is here or not.
struct Finding {
    name: &'static str,
    /// Where it is; `None`: not found.
    found: Option<String>,
    /// What it is for, and how it is had.
    advice: &'static str,
}

/// Looks around and tells.
///
/// # Errors
/// None; what is missing is no failure.
pub fn run(report: &mut Report) -> Result<Exit> {
    report.line(&format!(
        "Tresillo {}: rendering with the built-in instrument needs nothing but this program.\n",
        env!("CARGO_PKG_VERSION")
    ));
    for finding in findings() {
        match finding.found {
            Some(found) => report.line(&format!("  yes  {:<18} {found}", finding.name)),
            None => report.line(&format!("  no   {:<18} {}", finding.name, finding.advice)),
        }
    }
    Ok(Exit::Done)
}

fn findings() -> Vec<Finding> {
    vec![
        Finding {
            name: "JACK server",
            found: program("jackd").or_else(|| program("pipewire")),
            advice: "for live playing and Carla: install jackd2 or pipewire-jack",
        },
        Finding {
            name: "JACK library",
            found: library("libjack.so.0"),
            advice: "for live playing and Carla: install libjack-jackd2-0 or pipewire-jack",
        },
        Finding {
            name: "Carla",
            found: program("carla"),
            advice: "for VST2, LADSPA, DSSI and .carxp projects: install carla (2.6 or later)",
        },
        Finding {
            name: "ALSA sequencer",
            found: existing("/dev/snd/seq"),
            advice: "for MIDI ports without JACK: load the kernel module snd-seq",
        },
        plugins("CLAP plugins", Format::Clap, "none where CLAP plugins are installed"),
        plugins("VST3 plugins", Format::Vst3, "none where VST3 plugins are installed"),
        plugins("LV2 plugins", Format::Lv2, "none where LV2 plugins are installed"),
        plugins(
            "SoundFonts",
            Format::Soundfont,
            "none here: install fluid-soundfont-gm or timgm6mb-soundfont",
        ),
    ]
}

fn existing(path: &str) -> Option<String> {
    Path::new(path).exists().then(|| path.to_owned())
}

fn program(name: &str) -> Option<String> {
    let paths = env::var_os("PATH")?;
    let found =
        env::split_paths(&paths).map(|folder| folder.join(name)).find(|path| path.is_file());
    found.map(|path| path.display().to_string())
}

fn library(name: &str) -> Option<String> {
    let folders = [
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
        "/usr/lib64",
        "/usr/lib",
        "/usr/local/lib",
        "/usr/lib/x86_64-linux-gnu/pipewire-0.3/jack",
    ];
    folders.iter().find_map(|folder| existing(&format!("{folder}/{name}")))
}

/// How many files or bundles of a format are here, folder by folder.
fn plugins(name: &'static str, format: Format, advice: &'static str) -> Finding {
    let mut counts: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for file in search::all(format) {
        *counts.entry(file.parent().unwrap_or(Path::new("")).to_owned()).or_default() += 1;
    }
    let told: Vec<String> =
        counts.iter().map(|(folder, count)| format!("{count} in {}", folder.display())).collect();
    Finding { name, found: (!told.is_empty()).then(|| told.join(", ")), advice }
}
