//! The program `tresillo`, as a library: render, convert, show, list events, look around.
//!
//! [`Render`] renders one file through plugins. [`run`] is the whole program but for the exit code of the process. What the
//! user typed is in [`cli`]; [`job`] makes of it what is to be done; [`commands`] do it; only [`report`] prints.

pub mod audio;
pub mod batch;
pub mod cli;
pub mod commands;
pub mod engine;
pub mod input;
pub mod instrument;
pub mod job;
pub mod render;
pub mod report;
pub mod score;
pub mod worker;

use std::ffi::OsString;

use clap::Parser;

use crate::cli::{Cli, Command};
use crate::report::{Exit, Report};

pub use crate::cli::{Depth, Format, Normalize, PatternArgs, Tail};
pub use crate::instrument::spec::PluginSpec;
pub use crate::job::notes::Notes;
pub use crate::render::{Figures, Observer, Render, Rendered};

/// Runs the program with these arguments, the first being its own name. `before_job` is called before each job that plugins
/// work on, in the process that they work in.
pub fn run(arguments: impl IntoIterator<Item = OsString>, before_job: fn()) -> Exit {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return report::usage(&error),
    };
    let mut report = Report::new(cli.verbosity());
    let done = match cli.command {
        Command::Render(arguments) => commands::render::run(&arguments, &mut report),
        Command::Note(arguments) => commands::note::run(&arguments, &mut report),
        Command::Plugins(arguments) => commands::plugins::run(&arguments, &mut report),
        Command::Worker => return worker::serve(before_job),
        Command::Convert(arguments) => commands::convert::run(&arguments, &mut report),
        Command::Show(arguments) => commands::show::run(&arguments, &mut report),
        Command::Events(arguments) => commands::events::run(&arguments, &mut report),
        Command::Doctor => commands::doctor::run(&mut report),
    };
    report.finish(done)
}
