//! `tresillo doctor`: what of the surroundings is here, and what to install for what.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

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
        Finding {
            name: "CLAP plugins",
            found: plugins(
                "CLAP_PATH",
                &["~/.clap", "/usr/lib/clap", "/usr/local/lib/clap"],
                "clap",
            ),
            advice: "none in ~/.clap, /usr/lib/clap or CLAP_PATH",
        },
        Finding {
            name: "VST3 plugins",
            found: plugins(
                "VST3_PATH",
                &["~/.vst3", "/usr/lib/vst3", "/usr/local/lib/vst3"],
                "vst3",
            ),
            advice: "none in ~/.vst3, /usr/lib/vst3 or VST3_PATH",
        },
        Finding {
            name: "LV2 plugins",
            found: plugins("LV2_PATH", &["~/.lv2", "/usr/lib/lv2", "/usr/local/lib/lv2"], "lv2"),
            advice: "none in ~/.lv2, /usr/lib/lv2 or LV2_PATH",
        },
        Finding {
            name: "SoundFonts",
            found: soundfonts(),
            advice: "none in /usr/share/sounds: install fluid-soundfont-gm or timgm6mb-soundfont",
        },
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

/// How many files or bundles of this extension are in the folders of `variable` and in the usual ones.
fn plugins(variable: &str, usual: &[&str], extension: &str) -> Option<String> {
    let mut folders: Vec<PathBuf> =
        env::var_os(variable).map(|paths| env::split_paths(&paths).collect()).unwrap_or_default();
    folders.extend(usual.iter().filter_map(|folder| expanded(folder)));
    let counts: Vec<String> = folders
        .iter()
        .filter_map(|folder| {
            let count = count(folder, &[extension]);
            (count > 0).then(|| format!("{count} in {}", folder.display()))
        })
        .collect();
    (!counts.is_empty()).then(|| counts.join(", "))
}

fn expanded(folder: &str) -> Option<PathBuf> {
    match folder.strip_prefix("~/") {
        Some(rest) => env::var_os("HOME").map(|home| PathBuf::from(home).join(rest)),
        None => Some(PathBuf::from(folder)),
    }
}

fn count(folder: &Path, extensions: &[&str]) -> usize {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries
        .filter_map(Result::ok)
        .filter(|entry| {
            let path = entry.path();
            let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("");
            extensions.contains(&extension.to_ascii_lowercase().as_str())
        })
        .count()
}

fn soundfonts() -> Option<String> {
    let folders = ["/usr/share/sounds/sf2", "/usr/share/sounds/sf3", "/usr/share/soundfonts"];
    let counts: Vec<String> = folders
        .iter()
        .filter_map(|folder| {
            let count = count(Path::new(folder), &["sf2", "sf3"]);
            (count > 0).then(|| format!("{count} in {folder}"))
        })
        .collect();
    (!counts.is_empty()).then(|| counts.join(", "))
}
