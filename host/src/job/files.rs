//! That no file is written over another that matters.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::job::{Job, Source};
use crate::report::UsageError;

/// Refuses jobs of which one would write what another writes, or what any of them reads; `others` are written besides.
///
/// # Errors
/// [`UsageError`] that names the file and who wants it.
pub fn check(jobs: &[Job], others: &[&Path]) -> Result<()> {
    let mut places = Places::default();
    let mut read: HashMap<PathBuf, &Path> = HashMap::new();
    for job in jobs {
        if let Source::File(path) = &job.source {
            read.insert(places.of(path), path);
        }
        for plugin in job.chains.iter().flat_map(|chain| &chain.plugins) {
            if let Some(state) = &plugin.state {
                read.insert(places.of(state), state);
            }
        }
    }
    let mut written: HashMap<PathBuf, String> = HashMap::new();
    let mut states: HashMap<PathBuf, String> = HashMap::new();
    for job in jobs {
        take(&mut written, &read, places.of(&job.output), &job.output, job.input_name())?;
        for plugin in job.chains.iter().flat_map(|chain| &chain.plugins) {
            if let Some(state) = &plugin.save_state {
                // Every job of a batch saves the same one.
                let place = places.of(state);
                if states.insert(place.clone(), plugin.plugin.clone()).is_none() {
                    take(
                        &mut written,
                        &read,
                        place,
                        state,
                        format!("the state of {}", plugin.plugin),
                    )?;
                }
            }
        }
    }
    for file in others {
        take(&mut written, &read, places.of(file), file, "the instrument".to_owned())?;
    }
    Ok(())
}

fn take(
    written: &mut HashMap<PathBuf, String>,
    read: &HashMap<PathBuf, &Path>,
    place: PathBuf,
    shown: &Path,
    who: String,
) -> Result<()> {
    let shown = shown.display();
    if let Some(input) = read.get(&place) {
        bail!(UsageError(format!(
            "{who} would be written to {shown}, which is read ({}); choose another name with -o or another folder with --out-dir",
            input.display()
        )));
    }
    if let Some(first) = written.get(&place) {
        bail!(UsageError(format!(
            "{first} and {who} would both be written to {shown}; give one another name, or another folder"
        )));
    }
    written.insert(place, who);
    Ok(())
}

/// Paths as the file system takes them; folders are asked for once.
#[derive(Default)]
struct Places {
    folders: HashMap<PathBuf, PathBuf>,
}

impl Places {
    fn of(&mut self, path: &Path) -> PathBuf {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let folder = absolute.parent().unwrap_or(Path::new("")).to_owned();
        let known = self.folders.entry(folder).or_insert_with_key(|folder| canonical(folder));
        let mut name = absolute.file_name().unwrap_or_default().to_owned();
        if cfg!(any(windows, target_os = "macos")) {
            name = name.to_ascii_lowercase();
        }
        known.join(name)
    }
}

/// The folder by its own name, as far as it is there.
fn canonical(folder: &Path) -> PathBuf {
    let mut there = folder;
    let mut rest = Vec::new();
    loop {
        if let Ok(found) = fs::canonicalize(there) {
            return rest.iter().rev().fold(found, |path, part| path.join(part));
        }
        match (there.parent(), there.components().next_back()) {
            (Some(parent), Some(last)) => {
                rest.push(PathBuf::from(last.as_os_str()));
                there = parent;
            }
            _ => return folder.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::spec::PluginSpec;
    use crate::job::{ChainSpec, JobSettings, PartSpec};

    fn job(input: &str, output: &str, state: Option<&str>) -> Job {
        let plugin =
            PluginSpec { save_state: state.map(PathBuf::from), ..PluginSpec::new("builtin") };
        Job {
            source: Source::File(PathBuf::from(input)),
            output: PathBuf::from(output),
            stem: None,
            chains: vec![ChainSpec { part: PartSpec::Rest, plugins: vec![plugin] }],
            settings: JobSettings::default(),
            fingerprint: None,
        }
    }

    fn refused(jobs: &[Job], others: &[&str]) -> bool {
        let others: Vec<&Path> = others.iter().map(Path::new).collect();
        check(jobs, &others).is_err()
    }

    #[test]
    fn one_file_under_two_names_is_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        fs::create_dir(at("in")).unwrap();
        let plain = job("a.mid", &at("in/x.wav"), None);
        for other in ["in/x.wav", "in/./x.wav", "in/../in/x.wav", "new/../in/x.wav"] {
            let other = job("b.mid", &at(other), None);
            // What is not there has no parent to go back to, so the last is another file until it is made.
            let is_there = !other.output.to_string_lossy().contains("new");
            assert_eq!(refused(&[plain.clone(), other], &[]), is_there);
        }
        assert!(!refused(&[plain.clone(), job("b.mid", &at("in/y.wav"), None)], &[]));
        assert!(refused(std::slice::from_ref(&plain), &[&at("in/x.wav")]));
    }

    #[test]
    fn what_is_read_is_not_written() {
        assert!(refused(&[job("song.wav", "song.wav", None)], &[]));
        assert!(refused(&[job("a.mid", "b.wav", Some("a.mid"))], &[]));
        assert!(refused(&[job("a.mid", "b.wav", Some("b.wav"))], &[]));
        let batch = [job("a.mid", "a.wav", Some("s")), job("b.mid", "b.wav", Some("s"))];
        assert!(!refused(&batch, &[]));
    }
}
