//! `tresillo convert`: patterns from one format into another.

use std::path::Path;

use anyhow::{Context, Result, bail};
use tresillo_pattern::document::Groove;
use tresillo_pattern::format::{json, notation, steppy};
use tresillo_pattern::smf::{self, FileDivision, ImportOptions, Timing, import, print};
use tresillo_pattern::{Project, Tick};

use crate::audio::output::write_whole;
use crate::cli::{ConvertArgs, Dialect};
use crate::input::{Input, Playing, read};
use crate::report::{Exit, Report, UsageError};

enum Target {
    Midi,
    Json,
    Steppy,
    Notation,
}

/// Reads IN, writes OUT in the format that its name says.
///
/// # Errors
/// One sentence when IN cannot be read, OUT cannot be written, or there is no such conversion.
pub fn run(arguments: &ConvertArgs, report: &mut Report) -> Result<Exit> {
    let target = target(&arguments.output, arguments.to)?;
    let (input, warnings) = read(&arguments.input)?;
    for warning in warnings {
        report.warn(&format!("{}: {warning}", arguments.input.display()));
    }
    let mut project = match input {
        Input::Project(project) => project,
        Input::Midi(_) if matches!(target, Target::Midi) => bail!(
            "converting {}: it is a MIDI file already; patterns are converted to MIDI files",
            arguments.input.display()
        ),
        Input::Midi(file) => {
            let (project, warnings) = import(&file, &import_options(arguments))
                .with_context(|| format!("converting {}", arguments.input.display()))?;
            for warning in warnings {
                report.warn(&format!("{}: {warning}", arguments.input.display()));
            }
            Box::new(project)
        }
    };
    if let Some(path) = &arguments.groove {
        let groove = read_groove(path, arguments, report)?;
        project.patterns.iter_mut().for_each(|pattern| pattern.groove = Some(groove.clone()));
    }
    let playing = || {
        Playing::new((*project).clone(), &arguments.pattern)
            .with_context(|| format!("playing {}", arguments.input.display()))
    };
    let (bytes, what) = match target {
        Target::Steppy => {
            let playing = playing()?;
            let pattern = playing.pattern().context("there is no such pattern")?;
            let count = project.patterns.len();
            if count > 1 && arguments.pattern.pattern.is_none() {
                report.warn(&format!(
                    "{}: StepPy's file holds one pattern; it is the first of {count}, where --pattern names no other",
                    arguments.input.display()
                ));
            }
            let (text, warnings) = steppy::write(pattern)
                .with_context(|| format!("converting {}", arguments.input.display()))?;
            for warning in warnings {
                report.warn(&format!("{}: {warning}", arguments.input.display()));
            }
            (text.into_bytes(), "StepPy's pattern".to_owned())
        }
        Target::Json => (json::write(&project).into_bytes(), told("project", &project)),
        Target::Notation => {
            let (text, warnings) = notation::write(&project);
            for warning in warnings {
                report.warn(&format!("{}: {warning}", arguments.input.display()));
            }
            (text.into_bytes(), told("notation", &project))
        }
        Target::Midi => {
            let playing = playing()?;
            let what = playing.print().as_heard(&playing.project);
            let printed = print(&playing.project, &playing.performance, what);
            let lost = printed.note_expression_count();
            if lost > 0 {
                report.warn(&format!(
                    "{}: {lost} tunings, brightnesses and pans of single notes are left out: a MIDI file has them for whole channels only",
                    arguments.output.display()
                ));
            }
            let division = arguments.ppq.map_or(FileDivision::UnlessLossy, FileDivision::Fixed);
            let (project, performance) = (&playing.project, &playing.performance);
            let bytes = smf::write(project, performance, &printed, what.window.start, division);
            (bytes, format!("{} notes", printed.note_count()))
        }
    };
    if arguments.strict && report.warning_count() > 0 {
        bail!("--strict: nothing was written because of the warnings above");
    }
    write_whole(&arguments.output, &bytes)?;
    report.tell(&format!("{}: {what}", arguments.output.display()));
    Ok(Exit::Done)
}

/// The groove of another file: a bar of it, unless told otherwise.
fn read_groove(path: &Path, arguments: &ConvertArgs, report: &mut Report) -> Result<Groove> {
    let shown = path.display();
    let (input, warnings) = read(path)?;
    for warning in warnings {
        report.warn(&format!("{shown}: {warning}"));
    }
    let Input::Midi(file) = input else {
        bail!("taking the groove of {shown}: it is no MIDI file, which grooves are taken from");
    };
    let unit = arguments.groove_step.unwrap_or_default();
    let metre = file.tracks.iter().find_map(|track| track.time_signature());
    let (beats, beat_unit) = metre.unwrap_or((4, 4));
    let bar = f64::from(beats) * 4.0 / f64::from(beat_unit);
    let length = Tick::from_beats(arguments.groove_beats.unwrap_or(bar));
    // The places before its end; a last one that is cut off counts.
    let place_count = usize::try_from(-unit.place_at(Tick(-length.0))).unwrap_or(0);
    smf::groove(&file, unit, place_count).with_context(|| format!("taking the groove of {shown}"))
}

/// What was written, and of how much where that is a song.
fn told(what: &str, project: &Project) -> String {
    let bars: u32 = project.song.slots.iter().map(|slot| u32::from(slot.bars)).sum();
    match project.patterns.len() {
        _ if bars == 0 => what.to_owned(),
        1 => format!("{what}, a song of {bars} bars from 1 pattern"),
        count => format!("{what}, a song of {bars} bars from {count} patterns"),
    }
}

fn import_options(arguments: &ConvertArgs) -> ImportOptions {
    let default = ImportOptions::default();
    ImportOptions {
        step_size: arguments.step.unwrap_or(default.step_size),
        timing: if arguments.quantise { Timing::Quantise } else { Timing::Keep },
        from: arguments.from.map_or(default.from, Tick::from_beats),
        to: arguments.until.map(Tick::from_beats),
    }
}

fn target(path: &Path, dialect: Option<Dialect>) -> Result<Target> {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("").to_ascii_lowercase();
    let is_steppy = dialect == Some(Dialect::Steppy);
    if is_steppy && extension != "json" {
        bail!(UsageError(format!("{}: StepPy's files end in .json", path.display())));
    }
    match extension.as_str() {
        "json" if is_steppy => Ok(Target::Steppy),
        "mid" | "midi" => Ok(Target::Midi),
        "json" => Ok(Target::Json),
        "txt" => Ok(Target::Notation),
        _ => bail!(UsageError(format!(
            "{}: the name should end in .mid, .json or .txt, which says the format",
            path.display()
        ))),
    }
}
