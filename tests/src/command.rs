//! The command `tresillo`, run as a person runs it, in a folder of its own.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, ensure};

use crate::paths;

/// A folder that goes with the test, and the command in it.
pub struct Room {
    folder: tempfile::TempDir,
    environment: Vec<(OsString, OsString)>,
}

/// What a run of the command left behind.
pub struct Ran {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ran {
    /// What a run that has ended left behind.
    ///
    /// # Errors
    /// If it was ended by a signal, or what it said is not text.
    pub fn of(output: Output) -> Result<Ran> {
        Ok(Ran {
            code: output.status.code().context("tresillo was ended by a signal")?,
            out: String::from_utf8(output.stdout)?,
            err: String::from_utf8(output.stderr)?,
        })
    }
}

impl Room {
    /// A fresh, empty folder.
    ///
    /// # Errors
    /// If none can be made.
    pub fn new() -> Result<Room> {
        let folder = tempfile::tempdir().context("making a folder")?;
        Ok(Room { folder, environment: Vec::new() })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Sets a variable of the environment for all runs to come.
    pub fn set_env(&mut self, name: &str, value: impl AsRef<OsStr>) {
        self.environment.push((name.into(), value.as_ref().to_owned()));
    }

    /// The command in it, with these words, not started yet.
    #[must_use]
    pub fn command<W: AsRef<OsStr>>(&self, words: &[W]) -> Command {
        let mut command = Command::new(paths::tresillo());
        let environment = self.environment.iter().map(|(name, value)| (name, value));
        command.args(words).current_dir(self.path()).envs(environment);
        command
    }

    /// A file in it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> Result<PathBuf> {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).with_context(|| format!("writing {name}"))?;
        Ok(path)
    }

    /// The names of all that is in it, sorted.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn names(&self) -> Result<Vec<String>> {
        let mut names: Vec<String> = std::fs::read_dir(self.path())?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<Result<_>>()?;
        names.sort();
        Ok(names)
    }

    /// Runs `tresillo` in it with the words of `line`.
    ///
    /// # Errors
    /// If it cannot be started, or was ended by a signal.
    pub fn run(&self, line: &str) -> Result<Ran> {
        self.run_words(&line.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs `tresillo` in it with these words.
    ///
    /// # Errors
    /// As [`Room::run`].
    pub fn run_words<W: AsRef<OsStr>>(&self, words: &[W]) -> Result<Ran> {
        let output = self.command(words).output().context("starting tresillo")?;
        Ran::of(output)
    }

    /// As [`Room::run`], for a run that must succeed without a word on standard error but `expected_err`.
    ///
    /// # Errors
    /// If it does not.
    pub fn succeed(&self, line: &str) -> Result<String> {
        let ran = self.run(line)?;
        ensure!(ran.code == 0, "`tresillo {line}` ended with {}: {}", ran.code, ran.err);
        Ok(ran.out)
    }

    /// As [`Room::run`], for a run that must fail with this code and one sentence that contains `sentence`, and leave the
    /// folder as it was.
    ///
    /// # Errors
    /// If it does not.
    pub fn fail(&self, line: &str, code: i32, sentence: &str) -> Result<()> {
        self.fail_words(&line.split_whitespace().collect::<Vec<_>>(), code, sentence)
    }

    /// As [`Room::fail`], with these words.
    ///
    /// # Errors
    /// If it does not fail so.
    pub fn fail_words(&self, words: &[&str], code: i32, sentence: &str) -> Result<()> {
        let before = self.names()?;
        let line = words.join(" ");
        let ran = self.run_words(words)?;
        ensure!(
            ran.code == code,
            "`tresillo {line}` ended with {}, not {code}: {}",
            ran.code,
            ran.err
        );
        ensure!(
            ran.err.contains(sentence),
            "`tresillo {line}` said {:?}, not {sentence:?}",
            ran.err
        );
        let errors = ran.err.lines().filter(|line| line.starts_with("error: ")).count();
        ensure!(errors == 1, "`tresillo {line}` said {errors} errors: {:?}", ran.err);
        ensure!(!ran.err.contains("panicked"), "`tresillo {line}` panicked: {}", ran.err);
        let after = self.names()?;
        ensure!(before == after, "`tresillo {line}` left {after:?} where {before:?} was");
        Ok(())
    }
}
