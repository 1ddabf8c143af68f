//! What a file depends on, as a number: the same number, the same file.
//!
//! It is made of the input's bytes, how it is rendered, the plugins with their files, and this program's version.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};

use crate::audio::mark;
use crate::instrument::lv2;
use crate::instrument::spec::Place;
use crate::job::{Job, JobSettings, Source, format_of};

/// Files up to this length are read whole; of larger ones (sample libraries) samples are taken, which miss a change only
/// where it keeps the length and falls between them.
const WHOLE_BYTES_MAX: u64 = 1 << 30;
/// How many samples of a large file are taken, evenly spread, the first at its start and the last at its end.
const PIECES: u64 = 64;
/// How long each is.
const PIECE_BYTES: u64 = 16 << 10;
/// Digits of the number.
const DIGITS: usize = 32;

/// Makes the numbers; what is known of plugins is kept.
///
/// # Threads
/// `[any-thread]`
#[derive(Default)]
pub struct Fingerprints {
    files: Mutex<HashMap<PathBuf, [u8; 32]>>,
    bundles: Mutex<HashMap<String, Option<PathBuf>>>,
}

impl Fingerprints {
    /// The number of a job.
    ///
    /// # Errors
    /// When something that it depends on cannot be read.
    pub fn of(&self, job: &Job) -> Result<String> {
        let mut hasher = blake3::Hasher::new();
        let mut add = |name: &str, bytes: &[u8]| {
            hasher.update(name.as_bytes());
            hasher.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
            hasher.update(bytes);
        };
        add("version", env!("CARGO_PKG_VERSION").as_bytes());
        match &job.source {
            Source::File(path) => add("input", blake3::hash(&fs::read(path)?).as_bytes()),
            Source::Notes(notes) => add("notes", &serde_json::to_vec(notes)?),
        }
        let mut settings = JobSettings {
            has_loudness: false,
            is_alone: false,
            is_strict: false,
            // What the file is, whoever said so.
            format: format_of(&job.output, job.settings.format).ok(),
            ..job.settings.clone()
        };
        if !job.is_foreign() {
            // What is our own sounds the same in blocks of any length.
            settings.block_frames = 0;
        }
        add("settings", &serde_json::to_vec(&settings)?);
        add("stem", &serde_json::to_vec(&job.stem)?);
        for chain in &job.chains {
            add("part", String::from(chain.part.clone()).as_bytes());
            for plugin in &chain.plugins {
                // What it is and not where it is: another machine may have it in another folder.
                match Place::of(&plugin.plugin)? {
                    Place::Builtin => add("plugin", b"builtin"),
                    Place::Uri(uri) => {
                        add("plugin", &self.bundle_of(&uri)?);
                        add("id", uri.as_bytes());
                    }
                    Place::File { path, id, .. } => {
                        add("plugin", &self.file(&path)?);
                        add("id", id.unwrap_or_default().as_bytes());
                    }
                }
                add("parameters", &serde_json::to_vec(&plugin.parameters)?);
                add("outputs", &serde_json::to_vec(&plugin.outputs)?);
                match &plugin.state {
                    Some(state) if state.exists() => add("state", &self.file(state)?),
                    Some(state) => add("preset", state.to_string_lossy().as_bytes()),
                    None => add("state", b""),
                }
            }
        }
        let mut digits = hasher.finalize().to_hex().to_string();
        digits.truncate(DIGITS);
        Ok(digits)
    }

    /// What the bundle of an LV2 plugin holds.
    fn bundle_of(&self, uri: &str) -> Result<[u8; 32]> {
        let mut bundles = self.bundles.lock().unwrap_or_else(PoisonError::into_inner);
        if !bundles.contains_key(uri) {
            bundles.insert(uri.to_owned(), lv2::Shelf::default().bundle_of(uri).ok());
        }
        let bundle = bundles.get(uri).cloned().flatten().context("it is not installed")?;
        drop(bundles);
        Ok(self.file(&bundle)?)
    }

    fn file(&self, path: &Path) -> io::Result<[u8; 32]> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = files.get(path) {
            return Ok(*known);
        }
        let mut hasher = blake3::Hasher::new();
        add_path(&mut hasher, path, DEPTH_MAX)?;
        let hash = *hasher.finalize().as_bytes();
        files.insert(path.to_owned(), hash);
        Ok(hash)
    }
}

/// Whether a job's file is there, whole, and was made of the same.
#[must_use]
pub fn is_done(job: &Job) -> bool {
    let mut plugins = job.chains.iter().flat_map(|chain| &chain.plugins);
    job.fingerprint.is_some()
        && plugins.all(|plugin| plugin.save_state.as_ref().is_none_or(|file| file.exists()))
        && mark::read(&job.output) == job.fingerprint
}

/// How deep bundles are read.
const DEPTH_MAX: usize = 8;

/// A file, or all files of a bundle by their names.
fn add_path(hasher: &mut blake3::Hasher, path: &Path, depth: usize) -> io::Result<()> {
    if !path.is_dir() {
        return add_file(hasher, path);
    }
    if depth == 0 {
        return Ok(());
    }
    let mut entries: Vec<PathBuf> =
        fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    entries.sort();
    for entry in entries {
        hasher.update(entry.file_name().unwrap_or_default().as_encoded_bytes());
        hasher.update(&[0]);
        // What cannot be read of a bundle, the plugin cannot read either.
        if add_path(hasher, &entry, depth - 1).is_err() {
            hasher.update(b"unreadable");
        }
    }
    Ok(())
}

fn add_file(hasher: &mut blake3::Hasher, path: &Path) -> io::Result<()> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    hasher.update(&length.to_le_bytes());
    if length <= WHOLE_BYTES_MAX {
        hasher.update_reader(file)?;
        return Ok(());
    }
    for piece in 0..PIECES {
        file.seek(SeekFrom::Start((length - PIECE_BYTES) / (PIECES - 1) * piece))?;
        hasher.update_reader((&mut file).take(PIECE_BYTES))?;
    }
    file.seek(SeekFrom::Start(length - PIECE_BYTES))?;
    hasher.update_reader(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::spec::PluginSpec;
    use crate::job::{ChainSpec, PartSpec};

    fn job(folder: &Path, change: impl FnOnce(&mut Job)) -> String {
        let chain = ChainSpec {
            part: PartSpec::Rest,
            plugins: vec![PluginSpec::new(folder.join("a.sf2").display().to_string())],
        };
        let mut job = Job {
            source: Source::File(folder.join("a.mid")),
            output: folder.join("a.wav"),
            stem: None,
            chains: vec![chain],
            settings: JobSettings::default(),
            fingerprint: None,
        };
        change(&mut job);
        Fingerprints::default().of(&job).unwrap()
    }

    #[test]
    fn whatever_could_change_the_sound_changes_the_number_and_nothing_else_does() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for folder in [&one, &two] {
            fs::write(folder.path().join("a.mid"), "m").unwrap();
            fs::write(folder.path().join("a.sf2"), "s").unwrap();
        }
        let plain = job(one.path(), |_| {});
        assert_eq!(plain.len(), DIGITS);
        assert_eq!(plain, job(two.path(), |job| job.settings.has_loudness = true));
        let changes: [fn(&mut Job); 6] = [
            |job| job.settings.sample_rate_hz = 44_100,
            |job| job.settings.pattern.seed = Some(1),
            |job| job.stem = Some(0),
            |job| job.chains[0].part = PartSpec::Channels(1),
            |job| job.chains[0].plugins[0].parameters.push(("a".into(), "b".into())),
            |job| job.chains[0].plugins.push(PluginSpec::new("builtin")),
        ];
        for change in changes {
            assert_ne!(plain, job(one.path(), change));
        }
        fs::write(two.path().join("a.sf2"), "t").unwrap();
        assert_ne!(plain, job(two.path(), |_| {}));
        fs::write(one.path().join("a.mid"), "n").unwrap();
        assert_ne!(plain, job(one.path(), |_| {}));
    }
}
