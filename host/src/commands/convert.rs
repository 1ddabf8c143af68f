//! `tresillo convert`: patterns from one format into another.

use std::path::Path;

use anyhow::{Context, Result, bail};
use tresillo_pattern::format::{json, notation};
use tresillo_pattern::smf::{self, FileDivision, print};

use crate::audio::output::write_whole;
use crate::cli::ConvertArgs;
use crate::input::{Input, Playing, read};
use crate::report::{Exit, Report, UsageError};

enum Target {
    Midi,
    Json,
    Notation,
}

/// Reads IN, writes OUT in the format that its name says.
///
/// # Errors
/// One sentence when IN cannot be read, OUT cannot be written, or there is no such conversion.
pub fn run(arguments: &ConvertArgs, report: &mut Report) -> Result<Exit> {
    let target = target(&arguments.output)?;
    let (input, warnings) = read(&arguments.input)?;
    for warning in warnings {
        report.warn(&format!("{}: {warning}", arguments.input.display()));
    }
    let Input::Project(project) = input else {
        bail!(
            "converting {}: patterns are converted, and this is a MIDI file; render, show and events take it",
            arguments.input.display()
        );
    };
    let playing = || {
        Playing::new((*project).clone(), &arguments.pattern)
            .with_context(|| format!("playing {}", arguments.input.display()))
    };
    let (bytes, told) = match target {
        Target::Json => (json::write(&project).into_bytes(), "project".to_owned()),
        Target::Notation => {
            let (text, warnings) = notation::write(&project);
            for warning in warnings {
                report.warn(&format!("{}: {warning}", arguments.input.display()));
            }
            (text.into_bytes(), "notation".to_owned())
        }
        Target::Midi => {
            let playing = playing()?;
            let what = playing.print();
            let printed = print(&playing.project, &playing.performance, what);
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
    report.tell(&format!("{}: {told}", arguments.output.display()));
    Ok(Exit::Done)
}

fn target(path: &Path) -> Result<Target> {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("").to_ascii_lowercase();
    match extension.as_str() {
        "mid" | "midi" => Ok(Target::Midi),
        "json" => Ok(Target::Json),
        "txt" => Ok(Target::Notation),
        _ => bail!(UsageError(format!(
            "{}: the name should end in .mid, .json or .txt, which says the format",
            path.display()
        ))),
    }
}
