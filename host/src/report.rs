//! The only place that prints: results on standard output, everything else on standard error.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

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
    /// Our standard output could not be written, and not because its reader has gone.
    has_failed: bool,
}

impl Report {
    /// Nothing said yet.
    #[must_use]
    pub fn new(verbosity: Verbosity) -> Report {
        Report { verbosity, warning_count: 0, is_pipe_broken: false, has_failed: false }
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
                self.has_failed = true;
                self.say(&format!("error: writing to standard output: {error}"));
            }
        }
    }

    /// Whether nobody reads the results any more.
    #[must_use]
    pub fn is_pipe_broken(&self) -> bool {
        self.is_pipe_broken
    }

    /// Whether results were lost that somebody waits for.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.has_failed
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
            Ok(Exit::Done) if self.has_failed => Exit::Failed,
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

    /// A bar that counts frames of so many files; none in a pipe, none with `-q`.
    #[must_use]
    pub fn progress(&self, file_count: usize) -> Progress {
        let is_shown = self.verbosity > Verbosity::Quiet && io::stderr().is_terminal();
        if !is_shown {
            return Progress::none();
        }
        let bar = ProgressBar::new(0);
        let template = if file_count > 1 {
            "{bar:24} {prefix}  {wide_msg}"
        } else {
            "{bar:32} {percent:>3} %  {msg}  {eta} left"
        };
        bar.set_style(
            ProgressStyle::with_template(template)
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .progress_chars("█▌·"),
        );
        if file_count > 1 {
            bar.set_length(u64::try_from(file_count).unwrap_or(u64::MAX));
        }
        bar.enable_steady_tick(Duration::from_millis(100));
        Progress(Some(Arc::new(Shown {
            bar,
            file_count,
            started: Instant::now(),
            sum: Mutex::default(),
        })))
    }

    fn say(&mut self, text: &str) {
        // Standard error that is closed leaves nowhere to complain.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }
}

/// A bar that moves while files are rendered. Cheap to call; may be shared by threads. For one file it counts frames, for
/// several it counts files, and says how fast they come and how long it takes.
#[derive(Clone)]
pub struct Progress(Option<Arc<Shown>>);

struct Shown {
    bar: ProgressBar,
    file_count: usize,
    started: Instant,
    sum: Mutex<Sum>,
}

/// What is done so far.
#[derive(Clone, Copy, Default)]
struct Sum {
    files: usize,
    /// Those that were not there already.
    rendered: usize,
    /// The sound in them.
    seconds: f64,
}

impl Progress {
    /// Nothing is shown.
    #[must_use]
    pub fn none() -> Progress {
        Progress(None)
    }

    fn frames(&self) -> Option<&ProgressBar> {
        self.0.as_ref().filter(|shown| shown.file_count <= 1).map(|shown| &shown.bar)
    }

    /// So many frames more are to be done.
    pub fn expect(&self, frames: u64) {
        if let Some(bar) = self.frames() {
            bar.inc_length(frames);
        }
    }

    /// So many frames more are done.
    pub fn advance(&self, frames: u64) {
        if let Some(bar) = self.frames() {
            bar.inc(frames);
        }
    }

    /// What is being done.
    pub fn message(&self, text: String) {
        if let Some(shown) = &self.0 {
            shown.bar.set_message(text);
        }
    }

    /// A file is done that has so many seconds of sound; `None`: it was there already, or failed.
    pub fn file_done(&self, seconds: Option<f64>) {
        let Some(shown) = self.0.as_ref().filter(|shown| shown.file_count > 1) else { return };
        let mut sum = shown.sum.lock().unwrap_or_else(PoisonError::into_inner);
        sum.files += 1;
        sum.rendered += usize::from(seconds.is_some());
        sum.seconds += seconds.unwrap_or(0.0);
        shown.bar.inc(1);
        shown.bar.set_prefix(told(*sum, shown.file_count, shown.started.elapsed()));
    }

    /// Prints while the bar steps aside.
    pub fn above(&self, print: impl FnOnce()) {
        match &self.0 {
            Some(shown) => shown.bar.suspend(print),
            None => print(),
        }
    }

    /// Takes the bar away, so that lines may be printed.
    pub fn clear(&self) {
        if let Some(shown) = &self.0 {
            shown.bar.finish_and_clear();
        }
    }
}

/// `12 of 200 files, 350 × real time, 1 min 20 s left`.
fn told(sum: Sum, file_count: usize, took: Duration) -> String {
    let Sum { files, rendered, seconds } = sum;
    let left = u32::try_from(file_count.saturating_sub(files)).unwrap_or(u32::MAX);
    let each = took / u32::try_from(rendered.max(1)).unwrap_or(u32::MAX);
    let rate = seconds / took.as_secs_f64().max(1e-9);
    let left = indicatif::HumanDuration(each.saturating_mul(left));
    format!("{files} of {file_count} files, {rate:.0} × real time, {left:#} left")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_says_how_far_it_is_how_fast_it_goes_and_how_long_it_takes() {
        let text =
            told(Sum { files: 50, rendered: 50, seconds: 5000.0 }, 200, Duration::from_secs(50));
        assert_eq!(text, "50 of 200 files, 100 × real time, 3m left");
    }
}
