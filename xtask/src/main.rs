//! The project's automation: `cargo xtask TASK`.
//!
//! It depends on nothing but `anyhow` and `serde_json`, so that the first `cargo xtask demo` starts at once. Each task
//! is a module with a `run`; what they share is [`workspace`] (where things are) and [`run`] (starting programs).

#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "talking to the person who typed it is its purpose"
)]

mod artifact;
mod bench;
mod bundle;
mod demo;
mod golden;
mod install;
mod notices;
mod options;
mod package;
mod place;
mod run;
mod screenshots;
mod setup;
mod test;
mod tidy;
mod validate;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;

use crate::options::{Options, Usage};
use crate::workspace::Workspace;

/// One thing that `cargo xtask` can be asked for.
struct Task {
    name: &'static str,
    /// What it does, for the list of tasks.
    line: &'static str,
    /// The options it knows.
    options: &'static [&'static str],
    run: fn(&Workspace, &Options) -> Result<()>,
}

const TASKS: &[Task] = &[
    Task {
        name: "demo",
        line: "build `tresillo` and make a WAV and a MIDI file of a factory pattern",
        options: &[],
        run: |workspace, _| demo::run(workspace),
    },
    Task {
        name: "test",
        line: "setup, then format, tidy, lints, docs and every test",
        options: &["--yes"],
        run: test::run,
    },
    Task { name: "ci", line: "the same as `test`", options: &["--yes"], run: test::run },
    Task {
        name: "setup",
        line: "find what the system lacks; as root with --yes (or CI=true) install it by apt",
        options: &["--yes", setup::TRIXIE],
        run: setup::run,
    },
    Task {
        name: "tidy",
        line: "check the house rules that no compiler knows",
        options: &[],
        run: |workspace, _| tidy::run(workspace),
    },
    Task {
        name: "bundle",
        line: "build the plugin as Tresillo.clap and Tresillo.vst3 (--debug: unoptimised)",
        options: &[artifact::DEBUG, artifact::UNIVERSAL],
        run: bundle::run,
    },
    Task {
        name: "validate",
        line: "bundle, then run the VST3 validator, clap-validator and pluginval where they are",
        options: &[artifact::DEBUG, "--yes"],
        run: validate::run,
    },
    Task {
        name: "install",
        line: "bundle, then copy into your own plugin folders (--debug: unoptimised)",
        options: &[artifact::DEBUG],
        run: install::install,
    },
    Task {
        name: "uninstall",
        line: "remove exactly what `install` put there",
        options: &[],
        run: |_, _| install::uninstall(),
    },
    Task {
        name: "package",
        line: "bundles, program, docs and notices as one archive (--universal: both Macs)",
        options: &[artifact::DEBUG, artifact::UNIVERSAL],
        run: package::run,
    },
    Task {
        name: "notices",
        line: "write THIRD-PARTY.md: whose work is in what we ship, and their licences",
        options: &[],
        run: |workspace, _| notices::run(workspace),
    },
    Task {
        name: "screenshots",
        line: "make pictures of the real window in FOLDER, else in docs/pictures",
        options: &[options::FOLDER],
        run: screenshots::run,
    },
    Task {
        name: "golden",
        line: "rewrite tests/golden from what the code does now, and show the difference",
        options: &[],
        run: |workspace, _| golden::run(workspace),
    },
    Task {
        name: "bench",
        line: "measure: benches, whole renders, memory, instruction counts, peers (or `bench render`)",
        options: &[bench::RENDER],
        run: bench::run,
    },
];

fn main() -> ExitCode {
    match dispatch(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
        }
    }
}

fn dispatch(mut words: impl Iterator<Item = String>) -> Result<()> {
    let Some(name) = words.next() else {
        print!("{}", help());
        return Ok(());
    };
    if matches!(name.as_str(), "help" | "--help" | "-h") {
        print!("{}", help());
        return Ok(());
    }
    let Some(task) = TASKS.iter().find(|task| task.name == name) else {
        return Err(
            Usage(format!("there is no task “{name}”; `cargo xtask help` lists them")).into()
        );
    };
    let options = Options::parse(task.name, task.options, words)?;
    (task.run)(&Workspace::load()?, &options)
}

fn help() -> String {
    let mut text = String::from("cargo xtask TASK\n\n");
    for task in TASKS {
        text.push_str(&format!("  {:<11} {}\n", task.name, task.line));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage_error(words: &[&str]) -> String {
        let error = dispatch(words.iter().map(|word| (*word).to_owned())).expect_err("refused");
        assert!(error.is::<Usage>(), "exits with 2");
        error.to_string()
    }

    #[test]
    fn the_list_names_every_task_once() {
        let help = help();
        for task in TASKS {
            assert_eq!(
                help.matches(&format!("\n  {:<11} ", task.name)).count(),
                1,
                "{}",
                task.name
            );
        }
    }

    #[test]
    fn an_unknown_task_is_wrong_usage() {
        assert!(usage_error(&["dmeo"]).contains("“dmeo”"));
    }

    #[test]
    fn an_unknown_option_is_wrong_usage_and_starts_nothing() {
        assert!(usage_error(&["uninstall", "--all"]).contains("--all"));
    }
}
