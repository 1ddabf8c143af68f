//! The program `tresillo`, as a library: render, convert, show, list events, look around.
//!
//! [`run`] is the whole program but for the exit code of the process. What the user typed is in [`cli`]; [`job`] makes of it
//! what is to be done; [`commands`] do it; only [`report`] prints.

pub mod audio;
pub mod cli;
pub mod commands;
pub mod engine;
pub mod input;
pub mod instrument;
pub mod job;
pub mod report;
pub mod score;

use std::ffi::OsString;

use clap::Parser;

use crate::cli::{Cli, Command};
use crate::report::{Exit, Report};

/// Runs the program with these arguments, the first being its own name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return report::usage(&error),
    };
    let mut report = Report::new(cli.verbosity());
    let done = match cli.command {
        Command::Render(arguments) => commands::render::run(&arguments, &mut report),
        Command::Convert(arguments) => commands::convert::run(&arguments, &mut report),
        Command::Show(arguments) => commands::show::run(&arguments, &mut report),
        Command::Events(arguments) => commands::events::run(&arguments, &mut report),
        Command::Doctor => commands::doctor::run(&mut report),
    };
    report.finish(done)
}
