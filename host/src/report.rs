//! The only place that prints: results on standard output, everything else on standard error.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: something failed, and was said.
    Failed,
    /// 2: the command line was wrong.
    Usage,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        match exit {
            Exit::Done => ExitCode::SUCCESS,
            Exit::Failed => ExitCode::FAILURE,
            Exit::Usage => ExitCode::from(2),
        }
    }
}

/// How much is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors only.
    Quiet,
    /// Errors, warnings, results.
    Normal,
    /// And what is done meanwhile.
    Verbose,
}

/// An error in how the command was used, rather than in what it met; the exit code is 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub String);

/// Says what clap found wrong, or its help.
#[must_use]
pub fn usage(error: &clap::Error) -> Exit {
    // A pipe that nobody reads is no failure of ours.
    let _ = error.print();
    if error.use_stderr() { Exit::Usage } else { Exit::Done }
}

/// What the program says.
pub struct Report {
    verbosity: Verbosity,
    warning_count: usize,
    /// The reader of our standard output has gone: the rest is not printed, and that is all right.
    is_pipe_broken: bool,
}

impl Report {
    /// Nothing said yet.
    #[must_use]
    pub fn new(verbosity: Verbosity) -> Report {
        Report { verbosity, warning_count: 0, is_pipe_broken: false }
    }

    /// A line of the result.
    pub fn line(&mut self, line: &str) {
        self.text(&format!("{line}\n"));
    }

    /// A piece of the result, as it is.
    pub fn text(&mut self, text: &str) {
        if self.is_pipe_broken {
            return;
        }
        let mut out = io::stdout().lock();
        if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            self.is_pipe_broken = true;
            if error.kind() != io::ErrorKind::BrokenPipe {
                self.say(&format!("error: writing to standard output: {error}"));
            }
        }
    }

    /// Whether nobody reads the results any more.
    #[must_use]
    pub fn is_pipe_broken(&self) -> bool {
        self.is_pipe_broken
    }

    /// A sentence about what was done; silent with `-q`.
    pub fn tell(&mut self, text: &str) {
        if self.verbosity > Verbosity::Quiet {
            self.say(text);
        }
    }

    /// A sentence about what is being done, with `-v`.
    pub fn explain(&mut self, text: &str) {
        if self.verbosity == Verbosity::Verbose {
            self.say(text);
        }
    }

    /// Something odd that does not stop the work.
    pub fn warn(&mut self, text: &str) {
        self.warning_count += 1;
        if self.verbosity > Verbosity::Quiet {
            self.say(&format!("warning: {text}"));
        }
    }

    /// How often [`Report::warn`] was called.
    #[must_use]
    pub fn warning_count(&self) -> usize {
        self.warning_count
    }

    /// Something that failed; the program goes on with the rest.
    pub fn fail(&mut self, error: &anyhow::Error) {
        self.say(&format!("error: {error:#}"));
    }

    /// Ends the program: says the error if there is one, and gives the exit code.
    pub fn finish(mut self, done: anyhow::Result<Exit>) -> Exit {
        match done {
            Ok(exit) => exit,
            Err(error) => {
                self.fail(&error);
                if error.is::<UsageError>() {
                    self.say("For more information, try '--help'.");
                    Exit::Usage
                } else {
                    Exit::Failed
                }
            }
        }
    }

    /// A bar that counts frames; none in a pipe, none with `-q`.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let is_shown = self.verbosity > Verbosity::Quiet && io::stderr().is_terminal();
        if !is_shown {
            return Progress(None);
        }
        let bar = ProgressBar::new(0);
        let template = "{bar:32} {percent:>3} %  {msg}  {eta} left";
        bar.set_style(
            ProgressStyle::with_template(template)
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .progress_chars("█▌·"),
        );
        bar.enable_steady_tick(Duration::from_millis(100));
        Progress(Some(bar))
    }

    fn say(&mut self, text: &str) {
        // Standard error that is closed leaves nowhere to complain.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }
}

/// A bar that moves while files are rendered. Cheap to call; may be shared by threads.
#[derive(Clone)]
pub struct Progress(Option<ProgressBar>);

impl Progress {
    /// So many frames more are to be done.
    pub fn expect(&self, frames: u64) {
        if let Some(bar) = &self.0 {
            bar.inc_length(frames);
        }
    }

    /// So many frames more are done.
    pub fn advance(&self, frames: u64) {
        if let Some(bar) = &self.0 {
            bar.inc(frames);
        }
    }

    /// What is being done.
    pub fn message(&self, text: String) {
        if let Some(bar) = &self.0 {
            bar.set_message(text);
        }
    }

    /// Takes the bar away, so that lines may be printed.
    pub fn clear(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
