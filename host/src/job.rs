//! What the user typed becomes what is to be done: which file to where, and how.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::cli::{Depth, RenderArgs, Tail};
use crate::report::UsageError;

/// One file to render.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// What is rendered.
    pub input: PathBuf,
    /// Where the sound goes.
    pub output: PathBuf,
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
        check_extension(output)?;
        return Ok(vec![Job { input: input.clone(), output: output.clone() }]);
    }
    let folder = arguments.out_dir.clone().unwrap_or_default();
    let mut jobs: Vec<Job> = Vec::with_capacity(arguments.inputs.len());
    let mut taken: HashMap<PathBuf, usize> = HashMap::new();
    for (index, input) in arguments.inputs.iter().enumerate() {
        let stem = input.file_stem().unwrap_or(input.as_os_str());
        let mut name = stem.to_owned();
        name.push(".wav");
        let output = folder.join(name);
        if let Some(first) = taken.insert(output.clone(), index) {
            bail!(UsageError(format!(
                "{} and {} would both be written to {}; render them one by one with -o",
                jobs.get(first).map_or(Path::new(""), |job| &job.input).display(),
                input.display(),
                output.display()
            )));
        }
        jobs.push(Job { input: input.clone(), output });
    }
    Ok(jobs)
}

fn check_extension(output: &Path) -> Result<()> {
    match output.extension().and_then(|extension| extension.to_str()) {
        Some(extension) if extension.eq_ignore_ascii_case("wav") => Ok(()),
        _ => bail!(UsageError(format!(
            "-o {}: the name should end in .wav, the format that is written",
            output.display()
        ))),
    }
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
    }
}
