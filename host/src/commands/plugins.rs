//! `tresillo plugins`: what is installed, or what is in some files.
//!
//! Each file is looked at by a child process, so one that crashes is listed as such. What was found is kept in a file in the
//! user's cache and asked for again only where the plugin has changed.

mod cache;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use serde::{Deserialize, Serialize};

use crate::batch::child::{self, Child};
use crate::cli::PluginsArgs;
use crate::commands::plugins::cache::Cache;
use crate::instrument::search;
use crate::instrument::shelf::Scanned;
use crate::instrument::spec::format_of;
use crate::instrument::{AudioPort, Format, Role};
use crate::report::{Exit, Report};

/// What a file holds, or why that is not known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Contents {
    /// Its plugins.
    Plugins(Vec<Scanned>),
    /// It holds none, crashed or hung.
    Refused(String),
}

/// A file that could not be looked into: an object of `--json`.
#[derive(Serialize)]
struct Failure<'a> {
    path: &'a Path,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<Format>,
    error: &'a str,
}

/// Lists plugins.
///
/// # Errors
/// A path that is not there.
pub fn run(arguments: &PluginsArgs, report: &mut Report) -> Result<Exit> {
    let is_all = arguments.paths.is_empty();
    let files = if is_all {
        search::FORMATS.iter().flat_map(|format| search::all(*format)).collect()
    } else {
        named(&arguments.paths)?
    };
    let mut cache = Cache::open();
    let mut known: BTreeMap<PathBuf, Contents> = BTreeMap::new();
    if !arguments.rescan {
        let found = files.iter().filter_map(|file| Some((file.clone(), cache.get(file)?)));
        known.extend(found);
    }
    let new: Vec<PathBuf> =
        files.iter().filter(|file| !known.contains_key(*file)).cloned().collect();
    report.explain(&format!("{} files, {} of them to be looked at", files.len(), new.len()));
    for (file, contents) in scan(&new, arguments)? {
        cache.put(&file, &contents);
        known.insert(file, contents);
    }
    if let Err(error) = cache.save() {
        report.explain(&format!("what was found is not kept: {error:#}"));
    }
    let mut failed = 0;
    let mut table = Vec::new();
    for file in &files {
        let Some(contents) = known.get(file) else { continue };
        match contents {
            Contents::Plugins(plugins) => {
                for plugin in plugins {
                    failed += usize::from(plugin.error.is_some());
                    if arguments.json {
                        report.line(&serde_json::to_string(plugin)?);
                    } else if is_all && !arguments.parameters {
                        table.push(row(plugin));
                    } else {
                        describe(plugin, report);
                    }
                }
            }
            Contents::Refused(error) => {
                failed += 1;
                if arguments.json {
                    let failure = Failure { path: file, format: format_of(file), error };
                    report.line(&serde_json::to_string(&failure)?);
                } else if !is_all {
                    report.fail(&anyhow!("{error}"));
                } else {
                    report.warn(error);
                }
            }
        }
    }
    print(&table, report);
    if files.is_empty() && !arguments.json {
        report.tell(
            "no plugin is installed where this program looks; `tresillo doctor` says where that is",
        );
    }
    // What was asked for by name has to be there; of all that is installed some may be broken.
    Ok(if failed > 0 && !is_all { Exit::Failed } else { Exit::Done })
}

/// Files and bundles, and those in folders; `PATH#ID` for one of several.
fn named(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if format_of(path).is_some() || !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let found = search::in_folder(path);
        if found.is_empty() {
            bail!("{}: there is no plugin in this folder", path.display());
        }
        files.extend(found);
    }
    Ok(files)
}

/// Looks into files, some at the same time.
fn scan(files: &[PathBuf], arguments: &PluginsArgs) -> Result<Vec<(PathBuf, Contents)>> {
    let program = child::program()?;
    let timeout = Duration::try_from_secs_f64(arguments.timeout).unwrap_or(Duration::MAX);
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::with_capacity(files.len()));
    let look = || {
        let mut child: Option<Child> = None;
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            let contents = contents(&mut child, &program, file, timeout);
            found.lock().unwrap_or_else(PoisonError::into_inner).push((file.clone(), contents));
        }
    };
    if files.len() <= 1 {
        look();
    } else {
        thread::scope(|scope| {
            for _ in 0..usize::from(arguments.jobs).min(files.len()) {
                scope.spawn(look);
            }
        });
    }
    Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// What a file holds. A child is used again until it ends; a plugin that ends it is listed as such.
fn contents(child: &mut Option<Child>, program: &Path, file: &Path, timeout: Duration) -> Contents {
    let listed = match with(child, program, |child| child.list(file, timeout)) {
        Ok(Ok(listed)) => listed,
        Ok(Err(text)) => return Contents::Refused(text),
        Err(error) => return Contents::Refused(format!("{}: {error:#}", file.display())),
    };
    let described = listed.into_iter().map(|listed| {
        with(child, program, |child| child.describe(&listed, timeout))
            .unwrap_or_else(|error| Scanned::failed(listed, &error))
    });
    Contents::Plugins(described.collect())
}

/// Asks a child that runs; one that failed is not asked again.
fn with<T>(
    child: &mut Option<Child>,
    program: &Path,
    ask: impl FnOnce(&mut Child) -> Result<T>,
) -> Result<T> {
    let mut running = match child.take() {
        Some(running) => running,
        None => Child::start(program)?,
    };
    let answer = ask(&mut running)?;
    *child = Some(running);
    Ok(answer)
}

/// Name, format, what it is for, and what to type.
fn row(plugin: &Scanned) -> [String; 4] {
    let description = &plugin.description;
    [
        description.name.clone(),
        format_name(description.format).to_owned(),
        role_name(description.role).to_owned(),
        typed(plugin),
    ]
}

/// What `-p` takes.
fn typed(plugin: &Scanned) -> String {
    let description = &plugin.description;
    match description.format {
        Format::Lv2 => description.id.clone(),
        Format::Soundfont | Format::Builtin => description.path.display().to_string(),
        Format::Clap | Format::Vst3 => {
            format!("{}#{}", description.path.display(), description.id)
        }
    }
}

fn format_name(format: Format) -> &'static str {
    match format {
        Format::Builtin => "built-in",
        Format::Clap => "CLAP",
        Format::Vst3 => "VST3",
        Format::Lv2 => "LV2",
        Format::Soundfont => "SoundFont",
    }
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Instrument => "instrument",
        Role::Effect => "effect",
        Role::NoteEffect => "note effect",
        Role::Other => "other",
    }
}

fn print(table: &[[String; 4]], report: &mut Report) {
    let mut widths = [0; 3];
    for row in table {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count().min(40));
        }
    }
    let [name, format, role] = widths;
    for [a, b, c, d] in table {
        report.line(&format!("{a:<name$}  {b:<format$}  {c:<role$}  {d}"));
    }
}

fn describe(plugin: &Scanned, report: &mut Report) {
    let description = &plugin.description;
    let known = [&description.vendor, &description.version];
    let known: Vec<&str> = known.iter().map(|t| t.as_str()).filter(|t| !t.is_empty()).collect();
    let known = if known.is_empty() { String::new() } else { format!(" ({})", known.join(" ")) };
    report.line(&format!(
        "{}{known}: {}, {}",
        description.name,
        format_name(description.format),
        role_name(description.role)
    ));
    report.line(&format!("  -p {}", typed(plugin)));
    if let Some(error) = &plugin.error {
        report.line(&format!("  cannot be made: {error}"));
        return;
    }
    let ports = |ports: &[AudioPort]| {
        let each = ports.iter().map(|port| format!("{} ({})", port.name, port.channel_count));
        each.collect::<Vec<_>>().join(", ")
    };
    for (what, all) in [
        ("sound in ", ports(&description.audio_inputs)),
        ("sound out", ports(&description.audio_outputs)),
        ("notes in ", description.note_inputs.join(", ")),
    ] {
        if !all.is_empty() {
            report.line(&format!("  {what}  {all}"));
        }
    }
    if plugin.parameters.is_empty() {
        return;
    }
    report.line(&format!("  {} parameters:", plugin.parameters.len()));
    let width = plugin.parameters.iter().map(|p| p.name.chars().count()).max().unwrap_or(0).min(40);
    for parameter in &plugin.parameters {
        let crate::instrument::Parameter { id, name, minimum, maximum, value, text, .. } =
            parameter;
        let shown = if text.is_empty() { String::new() } else { format!("  {text}") };
        let read_only = if parameter.is_read_only { "  (read only)" } else { "" };
        report.line(&format!(
            "    {name:<width$}  {minimum} to {maximum}, {value}{shown}{read_only}  [{id}]"
        ));
    }
}
