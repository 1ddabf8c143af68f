//! What a file holds, told by its name and, where that says nothing, by its content.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use tresillo_pattern::document::{Pattern, Percent, Slot, Song, Unknown};
use tresillo_pattern::format::{hydrogen, json, notation, steppy};
use tresillo_pattern::limits::{SLOT_BARS_MAX, SLOTS_MAX};
use tresillo_pattern::smf::{self, MidiFile, Print};
use tresillo_pattern::{Mutes, PatternIndex, Performance, Project, Tick};

use crate::cli::PatternArgs;

/// What a file holds.
pub enum Input {
    /// A Standard MIDI File.
    Midi(MidiFile),
    /// A project of ours, from JSON or notation.
    Project(Box<Project>),
}

/// Reads a file as far as it goes; what was odd in it is told in sentences.
///
/// # Errors
/// One sentence with the file and the place in it.
pub fn read(path: &Path) -> Result<(Input, Vec<String>)> {
    let shown = path.display();
    let metadata = fs::metadata(path).with_context(|| format!("reading {shown}"))?;
    if metadata.is_dir() {
        bail!("reading {shown}: it is a folder; name the files in it, as in {shown}/*.mid");
    }
    let bytes = fs::read(path).with_context(|| format!("reading {shown}"))?;
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("").to_ascii_lowercase();
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    match extension.as_str() {
        "mid" | "midi" | "kar" | "smf" => read_midi(path, &bytes),
        "json" if steppy::looks_like_steppy(&bytes) => read_steppy(path, &bytes),
        "json" => read_json(path, &bytes),
        "h2pattern" | "h2song" => read_hydrogen(path, &bytes),
        "txt" => read_notation(path, &bytes),
        _ if bytes.starts_with(b"MThd") => read_midi(path, &bytes),
        _ if first == Some(&b'{') => read_json(path, &bytes),
        _ => bail!(
            "reading {shown}: neither a MIDI file (.mid), a project (.json), notation (.txt) nor Hydrogen's (.h2pattern, .h2song), by name or content"
        ),
    }
}

fn read_midi(path: &Path, bytes: &[u8]) -> Result<(Input, Vec<String>)> {
    let (file, warnings) =
        smf::read(bytes).with_context(|| format!("reading {}", path.display()))?;
    Ok((Input::Midi(file), warnings.iter().map(ToString::to_string).collect()))
}

fn read_json(path: &Path, bytes: &[u8]) -> Result<(Input, Vec<String>)> {
    let (project, warnings) =
        json::read(bytes).with_context(|| format!("reading {}", path.display()))?;
    Ok((Input::Project(Box::new(project)), warnings.iter().map(ToString::to_string).collect()))
}

/// StepPy's own files are JSON as well; their content tells them apart.
fn read_steppy(path: &Path, bytes: &[u8]) -> Result<(Input, Vec<String>)> {
    let (project, warnings) =
        steppy::read(bytes).with_context(|| format!("reading {}", path.display()))?;
    Ok((Input::Project(Box::new(project)), warnings.iter().map(ToString::to_string).collect()))
}

/// A song of Hydrogen's plays groups of patterns together; our song plays one pattern at a time.
fn read_hydrogen(path: &Path, bytes: &[u8]) -> Result<(Input, Vec<String>)> {
    let (hydrogen, warnings) =
        hydrogen::read(bytes).with_context(|| format!("reading {}", path.display()))?;
    let mut warnings: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    let mut project = hydrogen.project;
    let groups = hydrogen.sequence;
    let crowded = groups.iter().filter(|group| group.len() > 1).count();
    if crowded > 0 {
        warnings.push(format!(
            "{crowded} of {} places of the song play several patterns at once; the song here plays the first of each",
            groups.len()
        ));
    }
    project.song = song_of(&project, &groups);
    let slot_count = project.song.slots.len();
    if slot_count > SLOTS_MAX {
        warnings.push(format!(
            "the song has {slot_count} changes of pattern, where at most {SLOTS_MAX} are kept; the rest is left out"
        ));
        project.song.slots.truncate(SLOTS_MAX);
    }
    Ok((Input::Project(Box::new(project)), warnings))
}

/// A slot for each run of one pattern, as many bars as it lasts.
fn song_of(project: &Project, groups: &[Vec<usize>]) -> Song {
    let mut slots: Vec<Slot> = Vec::new();
    for index in groups.iter().filter_map(|group| group.first()) {
        let Some(pattern) = project.patterns.get(*index) else { continue };
        let bars = pattern.bars(project.metre);
        let pattern = PatternIndex(u8::try_from(*index).unwrap_or(u8::MAX));
        match slots.last_mut() {
            Some(last) if last.pattern == pattern && last.bars + bars <= SLOT_BARS_MAX => {
                last.bars += bars;
            }
            _ => slots.push(Slot {
                pattern,
                bars,
                transpose: 0,
                mutes: Mutes::NONE,
                unknown: Unknown::default(),
            }),
        }
    }
    Song { slots }
}

fn read_notation(path: &Path, bytes: &[u8]) -> Result<(Input, Vec<String>)> {
    let reading = || format!("reading {}", path.display());
    let text = std::str::from_utf8(bytes)
        .map_err(|error| anyhow::anyhow!("not text: byte {} is no UTF-8", error.valid_up_to()))
        .with_context(reading)?;
    let (project, warnings) = notation::read(text).with_context(reading)?;
    Ok((Input::Project(Box::new(project)), warnings.iter().map(ToString::to_string).collect()))
}

/// A project as it is to be played: the tempo it is told to have, the pattern that is chosen, how often.
pub struct Playing {
    /// With the tempo of the command line, where it names one.
    pub project: Project,
    /// With the pattern and the seed of the command line.
    pub performance: Performance,
    /// How many times the pattern is played.
    pub cycle_count: u32,
}

impl Playing {
    /// What `arguments` make of `project`: its song, where it has one and no pattern is named.
    ///
    /// # Errors
    /// A pattern that is not there, a tempo out of range, or no pattern at all.
    pub fn new(mut project: Project, arguments: &PatternArgs) -> Result<Playing> {
        if let Some(bpm) = arguments.bpm {
            project.tempo = bpm;
        }
        let pattern = match &arguments.pattern {
            None => 0,
            Some(name) => find_pattern(&project, name)?,
        };
        if project.patterns.is_empty() {
            bail!("the project holds no pattern, so there is nothing to play");
        }
        let performance = Performance {
            is_song: arguments.pattern.is_none() && !project.song.slots.is_empty(),
            pattern: PatternIndex(u8::try_from(pattern).unwrap_or(u8::MAX)),
            seed: arguments.seed.unwrap_or(0),
            chance: Percent::MAX,
            ..Performance::default()
        };
        Ok(Playing { project, performance, cycle_count: arguments.cycles.unwrap_or(1) })
    }

    /// The pattern that plays.
    #[must_use]
    pub fn pattern(&self) -> Option<&Pattern> {
        self.project.patterns.get(usize::from(self.performance.pattern.0))
    }

    /// The patterns that may sound: the one that plays, or those of the song, in its order.
    pub fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        let slots = self.project.song.slots.iter().filter(|_| self.performance.is_song);
        let of_song =
            slots.filter_map(|slot| self.project.patterns.get(usize::from(slot.pattern.0)));
        self.pattern().filter(|_| !self.performance.is_song).into_iter().chain(of_song)
    }

    /// What is printed when nothing else is asked for: the cycles, from song position 0.
    #[must_use]
    pub fn print(&self) -> Print {
        Print::cycles(&self.project, &self.performance, self.cycle_count)
    }

    /// The part from one quarter note to another, where they are named.
    #[must_use]
    pub fn print_between(&self, from: Option<f64>, to: Option<f64>) -> Print {
        let mut print = self.print();
        if let Some(from) = from {
            print.window.start = Tick::from_beats(from);
        }
        if let Some(to) = to {
            print.window.end = Tick::from_beats(to);
        }
        print
    }
}

fn find_pattern(project: &Project, name: &str) -> Result<usize> {
    let by_name = project.patterns.iter().position(|pattern| pattern.name == name);
    let by_number = || name.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    if let Some(index) = by_name.or_else(by_number).filter(|i| *i < project.patterns.len()) {
        return Ok(index);
    }
    let names: Vec<String> = (1..)
        .zip(&project.patterns)
        .map(|(number, pattern)| format!("{number} \"{}\"", pattern.name))
        .collect();
    bail!("no pattern is called \"{name}\"; there are {}", names.join(", "))
}
