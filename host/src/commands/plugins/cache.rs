//! What was found in plugins before.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::Contents;
use crate::audio::output::write_whole;

/// Files and what was found in them.
#[derive(Default)]
pub(super) struct Cache {
    /// Where it is kept; `None`: nowhere.
    file: Option<PathBuf>,
    entries: BTreeMap<PathBuf, Entry>,
    is_changed: bool,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    stamp: Stamp,
    contents: Contents,
}

/// What tells whether a file is still the same.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    /// Of the newest file in it, in nanoseconds.
    modified: u64,
    /// Of all files in it.
    bytes: u64,
}

/// Written by this version of the program; what another version wrote is asked for again.
#[derive(Serialize, Deserialize)]
struct Kept {
    version: String,
    entries: BTreeMap<PathBuf, Entry>,
}

/// How deep bundles are looked at.
const DEPTH_MAX: usize = 6;

impl Cache {
    /// Reads it; one that is damaged counts as empty.
    pub(super) fn open() -> Cache {
        let file = folder().map(|folder| folder.join("plugins.json"));
        let read = || {
            let bytes = fs::read(file.as_ref()?).ok()?;
            let kept: Kept = serde_json::from_slice(&bytes).ok()?;
            (kept.version == env!("CARGO_PKG_VERSION")).then_some(kept.entries)
        };
        let entries = read().unwrap_or_default();
        Cache { file, entries, is_changed: false }
    }

    /// What was found in a file, if it is still the same. A file that could not be listed is looked at again each time.
    pub(super) fn get(&self, file: &Path) -> Option<Contents> {
        let entry = self.entries.get(&absolute(file))?;
        let is_same = stamp(file, DEPTH_MAX).is_some_and(|stamp| stamp == entry.stamp);
        // A plugin that hung is not waited for each time; a file that holds none is soon looked at again.
        let is_known = matches!(entry.contents, Contents::Plugins(_));
        (is_same && is_known).then(|| entry.contents.clone())
    }

    pub(super) fn put(&mut self, file: &Path, contents: &Contents) {
        if let Some(stamp) = stamp(file, DEPTH_MAX) {
            self.entries.insert(absolute(file), Entry { stamp, contents: contents.clone() });
            self.is_changed = true;
        }
    }

    pub(super) fn save(self) -> Result<()> {
        let Some(file) = self.file.filter(|_| self.is_changed) else { return Ok(()) };
        let mut entries = self.entries;
        entries.retain(|file, _| file.exists());
        let kept = Kept { version: env!("CARGO_PKG_VERSION").to_owned(), entries };
        let bytes = serde_json::to_vec(&kept).context("writing what was found")?;
        write_whole(&file, &bytes)
    }
}

fn absolute(file: &Path) -> PathBuf {
    fs::canonicalize(file).unwrap_or_else(|_| file.to_owned())
}

/// The user's folder for what can be made again (XDG Base Directory Specification 0.8; Apple's and Microsoft's own).
fn folder() -> Option<PathBuf> {
    let variable = |name: &str| env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let base = if cfg!(target_os = "macos") {
        variable("HOME")?.join("Library/Caches")
    } else if cfg!(windows) {
        variable("LOCALAPPDATA")?
    } else {
        variable("XDG_CACHE_HOME").or_else(|| Some(variable("HOME")?.join(".cache")))?
    };
    Some(base.join("tresillo"))
}

fn stamp(path: &Path, depth: usize) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    let since = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let modified = u64::try_from(since.as_nanos()).unwrap_or(u64::MAX);
    if !metadata.is_dir() || depth == 0 {
        return Some(Stamp { modified, bytes: metadata.len() });
    }
    let inside = fs::read_dir(path).ok()?.filter_map(|entry| stamp(&entry.ok()?.path(), depth - 1));
    Some(inside.fold(Stamp { modified, bytes: 0 }, |sum, each| Stamp {
        modified: sum.modified.max(each.modified),
        bytes: sum.bytes.saturating_add(each.bytes),
    }))
}
