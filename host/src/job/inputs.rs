//! Which files are rendered, and where each goes.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use globset::GlobBuilder;

use crate::cli::{Format, RenderArgs};
use crate::job::{Job, JobSettings, Source, check_rate, format_of};
use crate::report::UsageError;

/// The jobs of a command line, in the order of its inputs; those of folders and patterns by name.
///
/// # Errors
/// [`UsageError`] when one output would be of several inputs, or is of a format that there is not; one sentence for a pattern
/// or folder that holds nothing.
pub fn jobs(arguments: &RenderArgs, settings: &JobSettings) -> Result<Vec<Job>> {
    let job = |input: PathBuf, output: PathBuf| Job {
        source: Source::File(input),
        output,
        stem: None,
        chains: arguments.chains.chains.clone(),
        settings: settings.clone(),
        fingerprint: None,
    };
    let inputs = found(&arguments.inputs)?;
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
    check_outputs(&jobs)?;
    Ok(jobs)
}

/// Refuses two jobs that would write the same file.
///
/// # Errors
/// [`UsageError`] that names both.
pub fn check_outputs(jobs: &[Job]) -> Result<()> {
    let mut taken: HashMap<&Path, &Job> = HashMap::new();
    for job in jobs {
        if let Some(first) = taken.insert(&job.output, job) {
            bail!(UsageError(format!(
                "{} and {} would both be written to {}; render them one by one with -o",
                first.input_name(),
                job.input_name(),
                job.output.display()
            )));
        }
    }
    Ok(())
}

/// An input, and the folders between the one that was named and it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    path: PathBuf,
    below: PathBuf,
}

fn found(inputs: &[PathBuf]) -> Result<Vec<Found>> {
    let mut all = Vec::with_capacity(inputs.len());
    for input in inputs {
        if input.is_dir() {
            all.extend(in_folder(input)?);
        } else if !input.exists() && has_wildcards(input) {
            all.extend(matching(input)?);
        } else {
            all.push(Found { path: input.clone(), below: PathBuf::new() });
        }
    }
    Ok(all)
}

/// What of a folder is rendered without being named: what cannot be anything but music.
const OF_FOLDERS: [&str; 6] = ["mid", "midi", "kar", "smf", "h2song", "h2pattern"];

fn in_folder(folder: &Path) -> Result<Vec<Found>> {
    let mut files = Vec::new();
    walk(folder, &mut files)?;
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

/// The files that a pattern means, where the shell did not say it.
fn matching(pattern: &Path) -> Result<Vec<Found>> {
    let shown = pattern.display();
    let text = pattern.to_string_lossy();
    let matcher = GlobBuilder::new(&text)
        .literal_separator(true)
        .build()
        .map_err(|error| UsageError(format!("{shown}: {}", error.kind())))?
        .compile_matcher();
    let root: PathBuf = pattern.iter().take_while(|part| !has_wildcards(Path::new(part))).collect();
    let start = if root.as_os_str().is_empty() { PathBuf::from(".") } else { root.clone() };
    let mut files = Vec::new();
    walk(&start, &mut files)?;
    if root.as_os_str().is_empty() {
        files =
            files.iter().map(|path| path.strip_prefix(".").unwrap_or(path).to_owned()).collect();
    }
    files.retain(|path| matcher.is_match(path));
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

/// All files of a folder and those in it, by name.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder)
        .map_err(|error| anyhow::anyhow!("reading {}: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> =
        entries.filter_map(|e| e.ok().map(|entry| entry.path())).collect();
    paths.sort();
    for path in paths {
        let is_hidden = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'));
        if is_hidden {
            continue;
        }
        // A link to a folder could lead back here.
        if path.is_dir() && !path.is_symlink() {
            walk(&path, files)?;
        } else if path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
