//! `cargo xtask test` (and `ci`): everything a change has to pass, in the order of what fails soonest.
//!
//! Stages without tests run in silence and show what they printed only when they fail. The integration suite comes
//! last, and nothing is printed after it: the closing lines are those of `cargo test`.

use std::io::{self, IsTerminal, Write};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::options::Options;
use crate::run;
use crate::workspace::Workspace;
use crate::{setup, tidy};

/// The crate of the integration tests.
const INTEGRATION: &str = "tresillo-tests";

/// Everything is built but our own program, which is running.
const BUILD: &[&str] = &["build", "--workspace", "--exclude", "xtask", "--lib", "--bins"];

/// Runs all stages and stops at the first that fails.
///
/// # Errors
///
/// Names the stage and the command that repeats it.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let mut stages = Stages { done: 0, count: 9 };
    let mut features = String::new();
    let mut absent = Vec::new();
    stages.silent("setup", || {
        absent =
            setup::for_tests(workspace, options).context("repeat it with: cargo xtask setup")?;
        features = setup::features();
        Ok(())
    })?;
    for line in absent {
        println!("      {line}");
    }
    stages.silent("format", || quietly(&mut workspace.cargo(&["fmt", "--all", "--check"])))?;
    stages.silent("tidy", || {
        tidy::check(workspace).map(drop).context("repeat it with: cargo xtask tidy")
    })?;
    stages.silent("lints", || {
        let mut lints = workspace.cargo(&["clippy", "--workspace", "--all-targets", "--quiet"]);
        lints.args(["--features", &features, "--", "-D", "warnings"]);
        quietly(&mut lints)
    })?;
    stages.silent("docs", || {
        let mut doc = workspace.cargo(&["doc", "--workspace", "--no-deps", "--quiet"]);
        quietly(doc.env("RUSTDOCFLAGS", "-D warnings"))
    })?;
    stages.silent("build", || {
        quietly(&mut workspace.cargo(BUILD))?;
        let tests = ["test", "--workspace", "--lib", "--bins", "--tests", "--no-run", "--quiet"];
        quietly(workspace.cargo(&tests).args(["--features", &features]))
    })?;
    stages.shown("doc tests", &mut workspace.cargo(&["test", "--workspace", "--doc"]))?;

    let (crates, suite) = split_tests(workspace);
    stages.shown(
        "tests of the crates",
        &mut test_command(workspace, &features, &["--lib", "--bins"], &crates),
    )?;
    if suite.is_empty() {
        println!("[{0}/{0}] {INTEGRATION} has no integration test yet", stages.count);
        return Ok(());
    }
    stages.last("integration tests", &mut test_command(workspace, &features, &[], &suite))
}

/// The names of the integration tests: those of the crates, and those of the suite that runs last.
fn split_tests(workspace: &Workspace) -> (Vec<&str>, Vec<&str>) {
    let mut crates = Vec::new();
    let mut suite = Vec::new();
    for member in &workspace.crates {
        let tests = member.tests.iter().map(String::as_str);
        if member.name == INTEGRATION { suite.extend(tests) } else { crates.extend(tests) }
    }
    (crates, suite)
}

/// `cargo test` of some targets, always with the whole workspace selected: another selection would compile the
/// dependencies again with other features.
fn test_command(workspace: &Workspace, features: &str, kinds: &[&str], tests: &[&str]) -> Command {
    let mut command = workspace.cargo(&["test", "--workspace", "--no-fail-fast"]);
    if !features.is_empty() {
        command.args(["--features", features]);
    }
    command.args(kinds);
    for test in tests {
        command.args(["--test", test]);
    }
    command
}

fn quietly(command: &mut Command) -> Result<()> {
    if io::stderr().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    } else {
        // rustfmt colours its differences wherever they go, unless the terminal cannot.
        command.env("TERM", "dumb");
    }
    run::silent(command).map(drop).with_context(|| repeat(command))
}

/// The command without what is only for the eye.
fn repeat(command: &mut Command) -> String {
    command.env_remove("CARGO_TERM_COLOR").env_remove("TERM");
    format!("repeat it with: {}", run::typed(command))
}

/// The stages of a run, each told in one line.
struct Stages {
    done: usize,
    count: usize,
}

impl Stages {
    /// A stage that prints nothing of its own.
    fn silent(&mut self, name: &str, stage: impl FnOnce() -> Result<()>) -> Result<()> {
        self.done += 1;
        print!("[{}/{}] {name} … ", self.done, self.count);
        io::stdout().flush()?;
        let start = Instant::now();
        if let Err(error) = stage() {
            println!("failed");
            return Err(failed(name, &error));
        }
        println!("{}", run::spoken(start.elapsed()));
        Ok(())
    }

    /// A stage whose output is shown between its first and its last line.
    fn shown(&mut self, name: &str, command: &mut Command) -> Result<()> {
        let start = Instant::now();
        self.last(name, command)?;
        println!("[{}/{}] {name}: {}", self.done, self.count, run::spoken(start.elapsed()));
        Ok(())
    }

    /// A stage after whose output nothing is printed.
    fn last(&mut self, name: &str, command: &mut Command) -> Result<()> {
        self.done += 1;
        println!("[{}/{}] {name}: {}", self.done, self.count, run::typed(command));
        run::shown(command).with_context(|| repeat(command)).map_err(|error| failed(name, &error))
    }
}

/// One sentence: the stage, and how to repeat it. What went wrong was shown already or is the error's root.
fn failed(name: &str, error: &anyhow::Error) -> anyhow::Error {
    let cause = error.root_cause().to_string();
    // The cause of a failed program is its command line once more.
    if cause.starts_with("this failed") {
        anyhow::anyhow!("stage {name} failed; {error}")
    } else {
        anyhow::anyhow!("stage {name} failed: {cause}; {error}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Crate;

    #[test]
    fn the_suite_is_kept_apart_from_the_tests_of_the_crates() {
        let with_tests = |name: &str, test: &str| Crate {
            name: name.into(),
            tests: vec![test.into()],
            ..Crate::default()
        };
        let workspace = Workspace {
            root: ".".into(),
            target: "target".into(),
            crates: vec![with_tests("tresillo-pattern", "laws"), with_tests(INTEGRATION, "it")],
        };
        let (crates, suite) = split_tests(&workspace);
        assert_eq!((crates, suite.clone()), (vec!["laws"], vec!["it"]));
        let command = test_command(&workspace, "", &[], &suite);
        assert_eq!(run::typed(&command), "cargo test --workspace --no-fail-fast --test it");
    }

    #[test]
    fn a_failure_names_the_stage_and_the_command_that_repeats_it() {
        let mut command = Command::new(run::cargo());
        command.arg("no-such-command");
        let error = Stages { done: 0, count: 1 }
            .silent("lints", || {
                Err(anyhow::anyhow!("this failed (exit code 101): cargo no-such-command"))
                    .with_context(|| repeat(&mut command))
            })
            .expect_err("fails");
        assert_eq!(
            format!("{error:#}"),
            "stage lints failed; repeat it with: cargo no-such-command"
        );
    }
}
