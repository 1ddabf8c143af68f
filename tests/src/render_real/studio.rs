//! Batches of renders, each in processes of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::command::Room;
use crate::paths;
use crate::render_real::phrase;

/// The variable of the environment that names what is started as a worker.
const PROGRAM: &str = "TRESILLO_PROGRAM";

/// Something to be played through.
#[derive(Clone, Debug)]
pub struct Case {
    /// What the file is called.
    pub name: String,
    /// Plugins in series, as a manifest has them.
    pub plugins: Vec<Value>,
    /// Seconds of silence that it needs first.
    pub warmup: f64,
    /// What is not as it should be, and why.
    pub exception: Option<Exception>,
}

/// What is known not to hold of a plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exception {
    /// Nothing is heard of it.
    Silent(&'static str),
    /// It sounds otherwise each time.
    Differs(&'static str),
}

impl Case {
    /// An instrument that has nothing odd about it.
    #[must_use]
    pub fn instrument(name: &str, plugin: impl Into<Value>) -> Case {
        Case { name: name.to_owned(), plugins: vec![plugin.into()], warmup: 0.0, exception: None }
    }

    /// An effect behind the built-in instrument.
    #[must_use]
    pub fn effect(name: &str, plugin: impl Into<Value>) -> Case {
        let plugins = vec!["builtin".into(), plugin.into()];
        Case { name: name.to_owned(), plugins, warmup: 0.0, exception: None }
    }

    /// The same with what is odd about it.
    #[must_use]
    pub fn but(mut self, exception: Exception) -> Case {
        self.exception = Some(exception);
        self
    }
}

/// What came of a case.
pub struct Take {
    /// The file, whole.
    pub file: Vec<u8>,
    /// Whether a sample of it is not zero.
    pub is_heard: bool,
    /// Why there is no file.
    pub error: Option<String>,
}

impl Take {
    /// The samples of the file alone, without what it tells of its making.
    ///
    /// # Errors
    /// If there are none.
    pub fn samples(&self) -> Result<Vec<f32>> {
        ensure!(self.error.is_none(), "{}", self.error.clone().unwrap_or_default());
        let samples: Result<_, _> =
            hound::WavReader::new(self.file.as_slice())?.samples().collect();
        Ok(samples?)
    }
}

/// The command, in a folder with the phrase.
pub struct Studio {
    room: Room,
    program: PathBuf,
    /// What starts as a worker, where it is not the program itself.
    worker: Option<PathBuf>,
}

impl Studio {
    /// The command as it was built.
    ///
    /// # Errors
    /// If there is no place for files.
    pub fn new() -> Result<Studio> {
        let room = Room::new()?;
        room.write("phrase.mid", phrase::three_seconds())?;
        Ok(Studio { room, program: paths::tresillo(), worker: None })
    }

    /// The command under a loader with libraries of its own.
    ///
    /// # Errors
    /// If the script that starts it cannot be written.
    #[cfg(unix)]
    pub fn under(loader: &Path, libraries: &str) -> Result<Studio> {
        use std::os::unix::fs::PermissionsExt;
        let mut studio = Studio::new()?;
        let line = format!(
            "#!/bin/sh\nexec '{}' --library-path '{libraries}' '{}' \"$@\"\n",
            loader.display(),
            studio.program.display()
        );
        let script = studio.room.write("tresillo", line)?;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
        studio.program.clone_from(&script);
        studio.worker = Some(script);
        Ok(studio)
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.room.path()
    }

    /// Runs the command; returns its standard output whatever its exit code is.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn run(&self, words: &[&str]) -> Result<String> {
        let mut command = Command::new(&self.program);
        command.args(words).current_dir(self.path());
        if let Some(worker) = &self.worker {
            command.env(PROGRAM, worker);
        }
        let output = command.output().context("starting tresillo")?;
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(output.status.code().is_some_and(|code| code < 2), "tresillo {words:?}: {told}");
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Plays the phrase through all of them in one batch, whose processes are new and are gone when it ends.
    ///
    /// # Errors
    /// If a batch cannot be done as such; a case that fails is no error.
    pub fn play(&self, cases: &[Case], pass: &str, options: &[&str]) -> Result<Vec<Take>> {
        let output = |case: &Case| format!("{pass}/{}.wav", case.name);
        let line = |case: &Case| {
            let line = json!({
                "input": "phrase.mid",
                "output": output(case),
                "plugins": case.plugins,
                "warmup": case.warmup,
                "tail": "0.5",
            });
            format!("{line}\n")
        };
        let manifest = format!("{pass}.jsonl");
        self.room.write(&manifest, cases.iter().map(line).collect::<String>())?;
        fs::create_dir_all(self.path().join(pass))?;
        let mut words = vec!["-q", "render", "--manifest", &manifest, "--json", "--timeout", "60"];
        words.extend(options);
        let told = self.run(&words)?;
        let reports: Vec<Value> =
            told.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
        ensure!(reports.len() == cases.len(), "{} reports of {}", reports.len(), cases.len());
        let take = |(case, report): (&Case, Value)| {
            let error = report["error"].as_str().map(str::to_owned);
            let file = match error {
                Some(_) => Vec::new(),
                None => fs::read(self.path().join(output(case)))?,
            };
            Ok(Take { file, is_heard: report["peak_dbfs"].is_number(), error })
        };
        cases.iter().zip(reports).map(take).collect()
    }

    /// Plays the phrase through all of them twice; each is to sound, and the same in both, but for its exception, which is to
    /// be true.
    ///
    /// # Errors
    /// All that is otherwise.
    pub fn check(&self, cases: &[Case], options: &[&str]) -> Result<()> {
        let (first, second) =
            (self.play(cases, "first", options)?, self.play(cases, "second", options)?);
        let mut faults = Vec::new();
        for (case, (first, second)) in cases.iter().zip(first.iter().zip(&second)) {
            let name = &case.name;
            if let Some(error) = first.error.as_ref().or(second.error.as_ref()) {
                faults.push(format!("{name}: {error}"));
                continue;
            }
            let is_silent = !first.is_heard || !second.is_heard;
            match (is_silent, case.exception) {
                (true, None | Some(Exception::Differs(_))) => {
                    faults.push(format!("{name} is silent"))
                }
                (false, Some(Exception::Silent(reason))) => {
                    faults.push(format!("{name} is heard, and stands as silent: {reason}"));
                }
                _ => {}
            }
            match (first.file == second.file, case.exception) {
                (false, None | Some(Exception::Silent(_))) => {
                    faults.push(format!("{name} sounds otherwise in a second process"));
                }
                (true, Some(Exception::Differs(reason))) => {
                    faults.push(format!("{name} is the same twice, and stands as not: {reason}"));
                }
                _ => {}
            }
        }
        ensure!(faults.is_empty(), "{}", faults.join("; "));
        Ok(())
    }
}
