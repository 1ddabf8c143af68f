//! What the user typed becomes what is to be done: which file to where, and how.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use tresillo_pattern::smf::print;

use crate::cli::{Depth, Format, Normalize, RenderArgs, Tail};
use crate::input::{Input, Playing, read};
use crate::report::UsageError;

/// One file to render.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// What is rendered.
    pub input: PathBuf,
    /// Where the sound goes.
    pub output: PathBuf,
    /// The track that is rendered, from 0; `None`: all.
    pub stem: Option<u16>,
}

/// How all jobs of a run are rendered.
#[derive(Clone, Debug)]
pub struct JobSettings {
    /// Frames a second.
    pub sample_rate_hz: u32,
    /// Frames that are computed at once.
    pub block_frames: u32,
    /// What a sample is.
    pub depth: Depth,
    /// What a file is; `None`: what its name says.
    pub format: Option<Format>,
    /// The level that the result is brought to.
    pub normalize: Option<Normalize>,
    /// What comes after the music.
    pub tail: Tail,
    /// Which pattern plays, and how.
    pub pattern: crate::cli::PatternArgs,
}

impl From<&RenderArgs> for JobSettings {
    fn from(arguments: &RenderArgs) -> JobSettings {
        JobSettings {
            sample_rate_hz: arguments.rate,
            block_frames: arguments.block,
            depth: arguments.depth,
            format: arguments.format,
            normalize: arguments.normalize,
            tail: arguments.tail,
            pattern: arguments.pattern.clone(),
        }
    }
}

/// The jobs of a command line, in the order of its inputs.
///
/// # Errors
/// [`UsageError`] when one output would be of several inputs, or is of a format that there is not.
pub fn jobs(arguments: &RenderArgs) -> Result<Vec<Job>> {
    if let Some(output) = &arguments.output {
        let [input] = arguments.inputs.as_slice() else {
            bail!(UsageError(format!(
                "-o takes one input, and there are {}; use --out-dir",
                arguments.inputs.len()
            )));
        };
        check_rate(Some(format_of(output, arguments.format)?), arguments.rate)?;
        return Ok(vec![Job { input: input.clone(), output: output.clone(), stem: None }]);
    }
    check_rate(arguments.format, arguments.rate)?;
    let folder = arguments.out_dir.clone().unwrap_or_default();
    let mut jobs: Vec<Job> = Vec::with_capacity(arguments.inputs.len());
    let mut taken: HashMap<PathBuf, usize> = HashMap::new();
    for (index, input) in arguments.inputs.iter().enumerate() {
        let stem = input.file_stem().unwrap_or(input.as_os_str());
        let mut name = stem.to_owned();
        name.push(".");
        name.push(arguments.format.unwrap_or(Format::Wav).extension());
        let output = folder.join(name);
        if let Some(first) = taken.insert(output.clone(), index) {
            bail!(UsageError(format!(
                "{} and {} would both be written to {}; render them one by one with -o",
                jobs.get(first).map_or(Path::new(""), |job| &job.input).display(),
                input.display(),
                output.display()
            )));
        }
        jobs.push(Job { input: input.clone(), output, stem: None });
    }
    Ok(jobs)
}

/// The format of a file: the one that was asked for, else the one that its name says.
///
/// # Errors
/// [`UsageError`] for a name that says none, or another than was asked for.
pub fn format_of(output: &Path, asked: Option<Format>) -> Result<Format> {
    let extension = output.extension().and_then(|e| e.to_str()).unwrap_or("").to_ascii_lowercase();
    let said = [Format::Wav, Format::Flac].into_iter().find(|f| f.extension() == extension);
    match (said, asked) {
        (Some(said), asked) if asked.is_none_or(|asked| asked == said) => Ok(said),
        _ => bail!(UsageError(format!(
            "-o {}: the name should end in .wav or .flac, and agree with --format",
            output.display()
        ))),
    }
}

/// What the encoder of FLAC takes.
const FLAC_RATE_MAX_HZ: u32 = 96_000;

fn check_rate(format: Option<Format>, sample_rate_hz: u32) -> Result<()> {
    if format == Some(Format::Flac) && sample_rate_hz > FLAC_RATE_MAX_HZ {
        bail!(UsageError(format!(
            "--rate {sample_rate_hz}: FLAC is written up to {FLAC_RATE_MAX_HZ} Hz; WAV takes more"
        )));
    }
    Ok(())
}

/// For each job one job a track that has notes. An input that cannot be read keeps its job, which then tells why.
#[must_use]
pub fn stems(jobs: Vec<Job>, settings: &JobSettings) -> Vec<Job> {
    jobs.into_iter()
        .flat_map(|job| match tracks_with_notes(&job.input, settings) {
            Some(tracks) if !tracks.is_empty() => {
                tracks.into_iter().map(|(track, name)| stem(&job, track, &name)).collect()
            }
            _ => vec![job],
        })
        .collect()
}

fn tracks_with_notes(input: &Path, settings: &JobSettings) -> Option<Vec<(u16, String)>> {
    match read(input).ok()?.0 {
        Input::Midi(file) => {
            let tracks = (0u16..).zip(&file.tracks).filter(|(_, track)| track.note_count() > 0);
            Some(tracks.map(|(index, track)| (index, track.name().unwrap_or_default())).collect())
        }
        Input::Project(project) => {
            let playing = Playing::new(*project, &settings.pattern).ok()?;
            let what = playing.print().as_heard(&playing.project);
            let printed = print(&playing.project, &playing.performance, what);
            let mut indices: Vec<u8> =
                printed.events.iter().map(|printed| printed.event.track_index).collect();
            indices.sort_unstable();
            indices.dedup();
            let name = |index: u8| {
                let tracks = playing.patterns().filter_map(|p| p.tracks.get(usize::from(index)));
                tracks.map(|track| track.name.clone()).find(|name| !name.is_empty())
            };
            let stem = |index: &u8| (u16::from(*index), name(*index).unwrap_or_default());
            Some(indices.iter().map(stem).collect())
        }
    }
}

/// `song.wav` becomes `song.03-bass.wav`.
fn stem(job: &Job, track: u16, name: &str) -> Job {
    let plain: String = name
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '-' })
        .take(32)
        .collect::<String>()
        .trim_matches('-')
        .to_owned();
    let extension = job.output.extension().and_then(|e| e.to_str()).unwrap_or("wav");
    let base = job.output.file_stem().and_then(|s| s.to_str()).unwrap_or("stem");
    let separator = if plain.is_empty() { "" } else { "-" };
    let file = format!("{base}.{:02}{separator}{plain}.{extension}", track + 1);
    Job { output: job.output.with_file_name(file), stem: Some(track), ..job.clone() }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    fn parsed(line: &str) -> Result<Vec<Job>> {
        let cli = Cli::try_parse_from(line.split_whitespace())?;
        let Command::Render(arguments) = cli.command else { bail!("not render") };
        jobs(&arguments)
    }

    fn check(line: &str, expected: &[(&str, &str)]) {
        let jobs = parsed(line).unwrap();
        let found: Vec<(String, String)> = jobs
            .iter()
            .map(|job| (job.input.display().to_string(), job.output.display().to_string()))
            .collect();
        let expected: Vec<(String, String)> =
            expected.iter().map(|(i, o)| ((*i).to_owned(), (*o).to_owned())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn each_input_has_its_output() {
        check("tresillo render a/song.mid", &[("a/song.mid", "song.wav")]);
        check("tresillo render a.mid -o b.wav", &[("a.mid", "b.wav")]);
        check(
            "tresillo render a.mid b.json --out-dir out",
            &[("a.mid", "out/a.wav"), ("b.json", "out/b.wav")],
        );
    }

    #[test]
    fn two_inputs_never_write_to_one_file() {
        let error = parsed("tresillo render a/x.mid b/x.mid").unwrap_err();
        assert!(error.is::<UsageError>());
        assert!(
            error.to_string().starts_with("a/x.mid and b/x.mid would both be written to x.wav")
        );
        assert!(parsed("tresillo render a.mid b.mid -o c.wav").unwrap_err().is::<UsageError>());
        assert!(parsed("tresillo render a.mid -o c.mp3").unwrap_err().is::<UsageError>());
        assert!(parsed("tresillo render a.mid -o c.wav --format flac").is_err());
        check("tresillo render a.mid --format flac", &[("a.mid", "a.flac")]);
    }
}
