//! `tresillo note`: single notes and chords, and whole instruments.

mod sfz;

use std::path::{Component, Path, PathBuf};

use anyhow::{Result, anyhow};

use crate::cli::{Format, NoteArgs};
use crate::commands::render::all;
use crate::job::notes::{Notes, key, name};
use crate::job::{Job, JobSettings, Source, check_rate, files, format_of};
use crate::report::{Exit, Report, UsageError};

/// Renders all notes; the SFZ file is written when all are there.
///
/// # Errors
/// A command line that makes no sense, or an SFZ file that cannot be written.
pub fn run(arguments: &NoteArgs, report: &mut Report) -> Result<Exit> {
    let jobs = jobs(arguments)?;
    let described = match &arguments.sfz {
        Some(file) => Some((file, sfz::text(file, &jobs)?)),
        None => None,
    };
    let exit = all(jobs, &arguments.run, report)?;
    if let (Some((file, text)), Exit::Done) = (described, exit) {
        crate::audio::output::write_whole(file, text.as_bytes())?;
        report.tell(&format!("{}: an instrument of all of them", file.display()));
    }
    Ok(exit)
}

fn jobs(arguments: &NoteArgs) -> Result<Vec<Job>> {
    let usage = |text: String| anyhow!(UsageError(text));
    let settings = JobSettings {
        trim: arguments.trim,
        has_loudness: arguments.run.json,
        ..JobSettings::from(&arguments.sound)
    };
    let chords: Vec<Vec<u8>> = match &arguments.keys {
        Some(range) => keys(range).map_err(usage)?.into_iter().map(|key| vec![key]).collect(),
        None => {
            let chord = |text: &String| text.split(',').map(key).collect::<Result<Vec<u8>, _>>();
            arguments.chords.iter().map(chord).collect::<Result<_, _>>().map_err(usage)?
        }
    };
    let velocities = match arguments.velocities.as_slice() {
        [] => vec![arguments.velocity],
        several => several.to_vec(),
    };
    let mut jobs = Vec::new();
    let extension = settings.format.unwrap_or(Format::Wav).extension();
    let names = Names::of(arguments, chords.len() * velocities.len())?;
    for keys in &chords {
        for velocity in &velocities {
            for round in 1..=arguments.round_robins {
                let notes = Notes {
                    keys: keys.clone(),
                    velocity: *velocity,
                    duration: arguments.duration,
                    channel: arguments.channel,
                    program: arguments.program,
                    sustain: arguments.sustain,
                    sostenuto: arguments.sostenuto,
                    soft: arguments.soft,
                    round,
                };
                let output = match &arguments.output {
                    Some(output) => output.clone(),
                    None => {
                        let folder = arguments.out_dir.clone().unwrap_or_default();
                        folder.join(format!("{}.{extension}", names.name(&notes)))
                    }
                };
                jobs.push(Job {
                    source: Source::Notes(notes),
                    output,
                    stem: None,
                    chains: arguments.chains.chains.clone(),
                    settings: settings.clone(),
                    fingerprint: None,
                });
            }
        }
    }
    if arguments.output.is_some() && jobs.len() > 1 {
        return Err(usage(format!(
            "-o takes one note, and there are {}; use --out-dir",
            jobs.len()
        )));
    }
    for job in &jobs {
        check_rate(Some(format_of(&job.output, settings.format)?), settings.sample_rate_hz)?;
    }
    let others: Vec<&Path> = arguments.sfz.iter().map(PathBuf::as_path).collect();
    files::check(&jobs, &others)?;
    Ok(jobs)
}

/// `21-108:3`: from, to, and every which.
fn keys(range: &str) -> Result<Vec<u8>, String> {
    let wrong =
        || format!("--keys {range}: FROM-TO or FROM-TO:EVERY is needed, as in 21-108:3 or A0-C8");
    let (range_alone, every) = match range.split_once(':') {
        None => (range, 1),
        Some((range_alone, every)) => {
            (range_alone, every.parse::<usize>().ok().filter(|n| *n > 0).ok_or_else(wrong)?)
        }
    };
    // A name may hold a minus: C-2 is the lowest key.
    let halves = range_alone.match_indices('-').find_map(|(at, _)| {
        let (from, to) = range_alone.split_at(at);
        Some((key(from).ok()?, key(to.strip_prefix('-')?).ok()?))
    });
    let (from, to) = halves.ok_or_else(wrong)?;
    if from > to {
        return Err(format!("--keys {range}: the lower key has to stand first"));
    }
    Ok((from..=to).step_by(every).collect())
}

/// How files are called.
struct Names {
    pattern: String,
    plugin: String,
}

impl Names {
    /// By itself what tells the files apart: the plugin, the notes, and velocity and round where there are several.
    ///
    /// # Errors
    /// [`UsageError`] for a pattern that names what there is not.
    fn of(arguments: &NoteArgs, count: usize) -> Result<Names> {
        let first = arguments.chains.chains.first().and_then(|chain| chain.plugins.first());
        let typed = first.map_or("builtin", |plugin| plugin.plugin.as_str());
        let (path, id) = typed.split_once('#').unwrap_or((typed, ""));
        let stem = Path::new(path).file_stem().map_or(path.into(), |stem| stem.to_string_lossy());
        let of_id = id.rsplit(['/', '#', '.']).next().unwrap_or(id);
        let plugin = if id.is_empty() { stem.into_owned() } else { of_id.to_owned() };
        let pattern = arguments.name.clone().unwrap_or_else(|| {
            let mut pattern = "{plugin}-{note}".to_owned();
            if arguments.velocities.len() > 1 || count > 1 {
                pattern.push_str("-v{velocity}");
            }
            if arguments.round_robins > 1 {
                pattern.push_str("-{round}");
            }
            pattern
        });
        // The format says how files end.
        let pattern = [".wav", ".flac"]
            .iter()
            .find_map(|end| pattern.strip_suffix(end))
            .unwrap_or(&pattern)
            .to_owned();
        let names = Names { pattern, plugin };
        let left = names.name(&Notes { keys: vec![0], ..Notes::default() });
        if left.contains(['{', '}']) {
            return Err(anyhow!(UsageError(format!(
                "--name {}: there are {{plugin}}, {{key}}, {{note}}, {{velocity}} and {{round}}",
                names.pattern
            ))));
        }
        Ok(names)
    }

    fn name(&self, notes: &Notes) -> String {
        let each = |say: &dyn Fn(u8) -> String| {
            notes.keys.iter().map(|key| say(*key)).collect::<Vec<_>>().join("+")
        };
        let plain = |text: &str| text.replace(['/', '\\', ':'], "-");
        self.pattern
            .replace("{plugin}", &plain(&self.plugin))
            .replace("{key}", &each(&|key| format!("{key:03}")))
            .replace("{note}", &each(&name))
            .replace("{velocity}", &format!("{:03}", notes.velocity))
            .replace("{round}", &notes.round.to_string())
    }
}

/// Where a file lies, as another in some folder names it: up as far as they differ, and down again.
fn beside(file: &Path, folder: &Path) -> PathBuf {
    let here = Path::new(".");
    let whole = |path: &Path| {
        let path = if path.as_os_str().is_empty() { here } else { path };
        std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
    };
    let (file, folder) = (whole(file), whole(folder));
    let shared = file.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
    let up = folder.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(file.components().skip(shared)).collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    fn parsed(line: &str) -> Result<Vec<Job>> {
        let cli = Cli::try_parse_from(line.split_whitespace())?;
        let Command::Note(arguments) = cli.command else { panic!("not note") };
        jobs(&arguments)
    }

    fn outputs(line: &str) -> Vec<String> {
        parsed(line).unwrap().iter().map(|job| job.output.display().to_string()).collect()
    }

    #[test]
    fn each_note_and_chord_has_its_file() {
        assert_eq!(outputs("x note C3"), ["builtin-C3.wav"]);
        assert_eq!(outputs("x note C3,E3 67 -p a/b.sf2"), ["b-C3+E3-v100.wav", "b-G3-v100.wav"]);
        assert_eq!(outputs("x note 60 -o x.flac"), ["x.flac"]);
        assert_eq!(
            outputs("x note --keys 60-66:3 --velocities 1,127 --round-robins 2 --out-dir o").len(),
            3 * 2 * 2
        );
        assert_eq!(
            outputs("x note --keys 60-60 --velocities 7,9 --name {key}_{velocity} --out-dir o"),
            ["o/060_007.wav", "o/060_009.wav"]
        );
    }

    #[test]
    fn a_file_is_named_from_where_another_stands() {
        let named = |file: &str, folder: &str| {
            beside(Path::new(file), Path::new(folder)).display().to_string()
        };
        assert_eq!(named("a/b/x.wav", "a"), "b/x.wav");
        assert_eq!(named("a/b/x.wav", "a/c/d"), "../../b/x.wav");
        assert_eq!(named("x.wav", ""), "x.wav");
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for line in [
            "x note",
            "x note H3",
            "x note 128",
            "x note 60 62 -o x.wav",
            "x note --keys 66-60",
            "x note --keys 60-66:0",
            "x note --keys 60",
            "x note 60 --velocity 0",
            "x note 60 62 --name same",
        ] {
            assert!(parsed(line).is_err(), "{line}");
        }
        assert_eq!(keys("C-2-C-1:12"), Ok(vec![0, 12]));
    }
}
