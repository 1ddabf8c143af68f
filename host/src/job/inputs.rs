//! Which files are rendered, and where each goes.

use std::collections::HashSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Result, bail};
use globset::GlobBuilder;

use crate::cli::{Format, RenderArgs};
use crate::job::{Job, JobSettings, Source, check_rate, format_of};
use crate::report::UsageError;

/// The jobs of a command line, in the order of its inputs; those of folders and patterns by name. What is left out of folders
/// is told in `odd`.
///
/// # Errors
/// [`UsageError`] when one output is for several inputs, or is of a format that there is not; one sentence for a pattern
/// or folder that holds nothing.
pub fn jobs(
    arguments: &RenderArgs,
    settings: &JobSettings,
    odd: &mut Vec<String>,
) -> Result<Vec<Job>> {
    let job = |input: PathBuf, output: PathBuf| Job {
        source: Source::File(input),
        output,
        stem: None,
        chains: arguments.chains.chains.clone(),
        settings: settings.clone(),
        fingerprint: None,
    };
    let inputs = found(&arguments.inputs, odd)?;
    if let Some(output) = &arguments.output {
        let [input] = inputs.as_slice() else {
            bail!(UsageError(format!(
                "-o takes one input, and there are {}; use --out-dir",
                inputs.len()
            )));
        };
        check_rate(Some(format_of(output, settings.format)?), settings.sample_rate_hz)?;
        return Ok(vec![job(input.path.clone(), output.clone())]);
    }
    check_rate(settings.format, settings.sample_rate_hz)?;
    let folder = arguments.out_dir.clone().unwrap_or_default();
    let mut jobs: Vec<Job> = Vec::with_capacity(inputs.len());
    for input in inputs {
        let stem = input.path.file_stem().unwrap_or(input.path.as_os_str());
        let mut name = stem.to_owned();
        name.push(".");
        name.push(settings.format.unwrap_or(Format::Wav).extension());
        let output = folder.join(&input.below).join(name);
        jobs.push(job(input.path, output));
    }
    Ok(jobs)
}

/// An input, and the folders between the one that was named and it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    path: PathBuf,
    below: PathBuf,
}

fn found(inputs: &[PathBuf], odd: &mut Vec<String>) -> Result<Vec<Found>> {
    let mut all = Vec::with_capacity(inputs.len());
    for input in inputs {
        if input.is_dir() {
            all.extend(in_folder(input, odd)?);
        } else if !input.exists() && has_wildcards(input) {
            all.extend(matching(input, odd)?);
        } else {
            all.push(Found { path: input.clone(), below: PathBuf::new() });
        }
    }
    Ok(all)
}

/// What of a folder is rendered without being named: what cannot be anything but music.
const OF_FOLDERS: [&str; 6] = ["mid", "midi", "kar", "smf", "h2song", "h2pattern"];

fn in_folder(folder: &Path, odd: &mut Vec<String>) -> Result<Vec<Found>> {
    let mut walk = Walk::new(usize::MAX, odd);
    walk.enter(folder, 0)?;
    let mut files = walk.files;
    files.retain(|path| {
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("");
        OF_FOLDERS.contains(&extension.to_ascii_lowercase().as_str())
    });
    if files.is_empty() {
        bail!("reading {}: there is no MIDI file in this folder", folder.display());
    }
    Ok(below(folder, files))
}

fn has_wildcards(path: &Path) -> bool {
    path.to_str().is_some_and(|text| text.contains(['*', '?', '[', '{']))
}

/// The files that a pattern means, where the shell did not say it. What stands before the first wildcard is a folder, whatever
/// its name is made of.
fn matching(pattern: &Path, odd: &mut Vec<String>) -> Result<Vec<Found>> {
    let shown = pattern.display();
    let mut root = PathBuf::new();
    let mut parts = pattern.components().filter(|part| *part != Component::CurDir).peekable();
    while let Some(part) = parts.next_if(|part| {
        let next = root.join(part);
        !has_wildcards(Path::new(part)) || next.is_dir()
    }) {
        root.push(part);
    }
    let rest: Vec<String> =
        parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    let is_deep = rest.iter().any(|part| part.contains("**"));
    let matcher = GlobBuilder::new(&rest.join("/"))
        .literal_separator(true)
        .build()
        .map_err(|error| UsageError(format!("{shown}: {}", error.kind())))?
        .compile_matcher();
    let start = if root.as_os_str().is_empty() { Path::new(".") } else { &root };
    let mut walk = Walk::new(if is_deep { usize::MAX } else { rest.len() }, odd);
    walk.enter(start, 0)?;
    let plain = |path: PathBuf| match path.strip_prefix(".") {
        Ok(rest) if root.as_os_str().is_empty() => rest.to_owned(),
        _ => path,
    };
    let mut files: Vec<PathBuf> = walk.files.into_iter().map(plain).collect();
    files.retain(|path| matcher.is_match(path.strip_prefix(&root).unwrap_or(path)));
    if files.is_empty() {
        bail!("reading {shown}: no file is called so");
    }
    Ok(below(&root, files))
}

fn below(root: &Path, files: Vec<PathBuf>) -> Vec<Found> {
    let folders = |path: &Path| {
        let rest = path.strip_prefix(root).unwrap_or(path);
        rest.parent().map(Path::to_owned).unwrap_or_default()
    };
    files.into_iter().map(|path| Found { below: folders(&path), path }).collect()
}

/// All files of a folder and those in it, by name; links are followed, hidden ones are left out.
struct Walk<'a> {
    files: Vec<PathBuf>,
    depth_max: usize,
    /// Folders that were gone through: a link may lead back.
    seen: HashSet<PathBuf>,
    odd: &'a mut Vec<String>,
}

impl<'a> Walk<'a> {
    fn new(depth_max: usize, odd: &'a mut Vec<String>) -> Walk<'a> {
        Walk { files: Vec::new(), depth_max, seen: HashSet::new(), odd }
    }

    fn enter(&mut self, folder: &Path, depth: usize) -> Result<()> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if depth == 0 => bail!("reading {}: {error}", folder.display()),
            Err(error) => {
                self.odd.push(format!("reading {}: {error}; it is left out", folder.display()));
                return Ok(());
            }
        };
        if depth >= self.depth_max || !self.seen.insert(fs::canonicalize(folder)?) {
            return Ok(());
        }
        let mut paths: Vec<PathBuf> =
            entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
        paths.sort();
        for path in paths {
            let is_hidden = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'));
            if is_hidden {
                continue;
            }
            match fs::metadata(&path) {
                Ok(metadata) if metadata.is_dir() => self.enter(&path, depth + 1)?,
                Ok(metadata) if metadata.is_file() => self.files.push(path),
                Ok(_) => {}
                Err(error) => {
                    self.odd.push(format!("reading {}: {error}; it is left out", path.display()));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
