//! Where plugins are installed, by the rules of each format and platform.
//!
//! Sources: CLAP's `entry.h`; Steinberg, "VST 3 Plug-in Locations"; the LV2 project's "Filesystem Hierarchy Standard for
//! LV2"; and the folders that Debian's, Fedora's and Arch's SoundFont packages use.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::instrument::Format;
use crate::instrument::spec::format_of;

/// The formats that come in files, in the order in which a name is looked for.
pub const FORMATS: [Format; 4] = [Format::Clap, Format::Vst3, Format::Lv2, Format::Soundfont];

/// Debian's folder for libraries of one processor.
const OF_PROCESSOR_LV2: &str = if cfg!(target_arch = "x86_64") {
    "/usr/lib/x86_64-linux-gnu/lv2"
} else if cfg!(target_arch = "aarch64") {
    "/usr/lib/aarch64-linux-gnu/lv2"
} else {
    "/usr/lib/lv2"
};

/// How deep folders are searched; vendors have a folder of their own.
const DEPTH_MAX: usize = 4;

/// The folders of a format: those of its variable (`CLAP_PATH`, `VST3_PATH`, `LV2_PATH`, `SF2_PATH`) first. For LV2 that
/// variable stands for all others, as its hosts take it.
#[must_use]
pub fn folders(format: Format) -> Vec<PathBuf> {
    let variable = match format {
        Format::Builtin => return Vec::new(),
        Format::Clap => "CLAP_PATH",
        Format::Vst3 => "VST3_PATH",
        Format::Lv2 => "LV2_PATH",
        Format::Soundfont => "SF2_PATH",
    };
    let mut folders: Vec<PathBuf> =
        env::var_os(variable).map(|list| env::split_paths(&list).collect()).unwrap_or_default();
    if format == Format::Lv2 && !folders.is_empty() {
        return folders;
    }
    let home = env::var_os(if cfg!(windows) { "USERPROFILE" } else { "HOME" }).map(PathBuf::from);
    for standard in standard(format) {
        match (standard.strip_prefix("~/"), &home) {
            (None, _) => folders.push(expanded(standard)),
            (Some(rest), Some(home)) => folders.push(home.join(rest)),
            (Some(_), None) => {}
        }
    }
    folders
}

/// `%NAME%/…` with what that variable holds.
fn expanded(standard: &str) -> PathBuf {
    let parts = standard.strip_prefix('%').and_then(|rest| rest.split_once("%/"));
    match parts {
        Some((name, rest)) => env::var_os(name).map(PathBuf::from).unwrap_or_default().join(rest),
        None => PathBuf::from(standard),
    }
}

fn standard(format: Format) -> &'static [&'static str] {
    if cfg!(target_os = "macos") {
        match format {
            Format::Builtin => &[],
            Format::Clap => &["~/Library/Audio/Plug-Ins/CLAP", "/Library/Audio/Plug-Ins/CLAP"],
            Format::Vst3 => &["~/Library/Audio/Plug-Ins/VST3", "/Library/Audio/Plug-Ins/VST3"],
            Format::Lv2 => &[
                "~/.lv2",
                "~/Library/Audio/Plug-Ins/LV2",
                "/Library/Audio/Plug-Ins/LV2",
                "/usr/local/lib/lv2",
                "/usr/lib/lv2",
            ],
            Format::Soundfont => &["~/Library/Audio/Sounds/Banks", "/Library/Audio/Sounds/Banks"],
        }
    } else if cfg!(windows) {
        match format {
            Format::Builtin => &[],
            Format::Clap => &["%LOCALAPPDATA%/Programs/Common/CLAP", "%COMMONPROGRAMFILES%/CLAP"],
            Format::Vst3 => &["%LOCALAPPDATA%/Programs/Common/VST3", "%COMMONPROGRAMFILES%/VST3"],
            Format::Lv2 => &["%APPDATA%/LV2", "%COMMONPROGRAMFILES%/LV2"],
            Format::Soundfont => &["~/Documents/SoundFonts"],
        }
    } else {
        match format {
            Format::Builtin => &[],
            Format::Clap => &["~/.clap", "/usr/local/lib/clap", "/usr/lib/clap", "/usr/lib64/clap"],
            Format::Vst3 => &["~/.vst3", "/usr/local/lib/vst3", "/usr/lib/vst3", "/usr/lib64/vst3"],
            Format::Lv2 => &[
                "~/.lv2",
                "/usr/local/lib/lv2",
                "/usr/lib/lv2",
                "/usr/local/lib64/lv2",
                "/usr/lib64/lv2",
                OF_PROCESSOR_LV2,
            ],
            Format::Soundfont => &[
                "~/.local/share/sounds/sf2",
                "~/.local/share/soundfonts",
                "/usr/local/share/soundfonts",
                "/usr/share/soundfonts",
                "/usr/share/sounds/sf2",
                "/usr/share/sounds/sf3",
            ],
        }
    }
}

/// The plugins of a format in its folders, sorted by path within each folder; of two names for one file the first counts.
#[must_use]
pub fn all(format: Format) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in folders(format) {
        collect(&folder, &|path| format_of(path) == Some(format), DEPTH_MAX, &mut found);
    }
    unique(found)
}

/// The plugins of any format in a folder.
#[must_use]
pub fn in_folder(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(folder, &|path| format_of(path).is_some(), DEPTH_MAX, &mut found);
    unique(found)
}

/// The installed file that a name without a folder means: `Vital`, `Vital.clap`. What was found once is not looked for again
/// in this process.
#[must_use]
pub fn installed(name: &Path) -> Option<PathBuf> {
    static KNOWN: Mutex<BTreeMap<String, Option<PathBuf>>> = Mutex::new(BTreeMap::new());
    if name.components().count() != 1 {
        return None;
    }
    let wanted = name.to_str()?.to_lowercase();
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(wanted).or_insert_with_key(|wanted| find(wanted)).clone()
}

fn find(wanted: &str) -> Option<PathBuf> {
    FORMATS.iter().find_map(|format| {
        all(*format).into_iter().find(|path| {
            let is = |part: Option<&std::ffi::OsStr>| {
                part.and_then(|part| part.to_str()).is_some_and(|p| p.to_lowercase() == wanted)
            };
            is(path.file_name()) || is(path.file_stem())
        })
    })
}

fn collect(
    folder: &Path,
    is_plugin: &dyn Fn(&Path) -> bool,
    depth: usize,
    found: &mut Vec<PathBuf>,
) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> =
        entries.filter_map(|e| e.ok().map(|entry| entry.path())).collect();
    paths.sort();
    for path in paths {
        let is_folder_only = is_clap_folder(&path);
        if is_plugin(&path) && !is_folder_only {
            found.push(path);
        } else if depth > 1 && path.is_dir() && (is_folder_only || format_of(&path).is_none()) {
            collect(&path, is_plugin, depth - 1, found);
        }
    }
}

/// Whether it is a folder around CLAP plugins that is called like one; Debian has such. On macOS it is a plugin.
fn is_clap_folder(path: &Path) -> bool {
    !cfg!(target_os = "macos") && format_of(path) == Some(Format::Clap) && path.is_dir()
}

fn unique(found: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut seen = std::collections::HashSet::new();
    let is_new =
        |path: &PathBuf| seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone()));
    found.into_iter().filter(is_new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plugins_are_found_in_folders_of_folders_but_not_inside_of_plugins() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.clap", "Vendor/a.vst3/Contents/x.vst3", "Vendor/c.sf2", "d.txt"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let names: Vec<String> = in_folder(folder.path())
            .iter()
            .map(|p| p.strip_prefix(folder.path()).unwrap().display().to_string())
            .collect();
        assert_eq!(names, ["Vendor/a.vst3", "Vendor/c.sf2", "b.clap"]);
    }

    #[cfg(not(target_os = "macos"))]
    #[test]
    fn a_folder_that_is_called_like_a_clap_plugin_is_searched() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.clap").join("b.clap");
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "").unwrap();
        assert_eq!(in_folder(folder.path()), [file]);
    }
}
