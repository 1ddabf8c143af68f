//! `cargo xtask validate`: the plugin before the judges of its formats, each where it can be had.
//!
//! A judge that is not here is told in one line with what would bring it, and is no failure.

mod steinberg;

use std::env;
use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context, Result, bail};

use crate::bundle::{self, Format};
use crate::options::Options;
use crate::run;
use crate::setup::{self, Validator};
use crate::workspace::Workspace;

/// What a judge said of a bundle.
#[derive(Debug, Default, PartialEq)]
struct Verdict {
    groups: Vec<Group>,
    /// What is told and fails nothing.
    remarks: Vec<String>,
}

/// Tests that belong together.
#[derive(Debug, Default, PartialEq)]
struct Group {
    name: String,
    passed_count: usize,
    /// What the judge said of each test that failed, one after the other.
    failed: Vec<Failure>,
}

/// A test that failed.
#[derive(Debug, PartialEq)]
struct Failure {
    test: String,
    lines: Vec<String>,
}

/// Judges that are found on the path and never built by us.
struct Found {
    program: &'static str,
    format: Format,
    words: &'static [&'static str],
    /// A word for systems that show no windows.
    without_windows: Option<&'static str>,
    /// What brings it.
    source: &'static str,
}

const FOUND: [Found; 2] = [
    Found {
        program: "clap-validator",
        format: Format::Clap,
        words: &["validate", "--only-failed"],
        without_windows: None,
        source: "https://github.com/free-audio/clap-validator",
    },
    Found {
        program: "pluginval",
        format: Format::Vst3,
        words: &["--strictness-level", "10", "--validate"],
        without_windows: Some("--skip-gui-tests"),
        source: "https://github.com/Tracktion/pluginval",
    },
];

/// How many of the last lines are shown of a judge whose failures we cannot tell apart.
const LAST_LINES: usize = 40;

/// Bundles the plugin and runs every judge that is here.
///
/// # Errors
///
/// When one of them finds a fault, after all of them have said what they found.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let absent = setup::for_validators(workspace, options)?;
    let bundles = bundle::bundle(workspace, options)?;
    let bundle_of = |format: Format| {
        let found = bundles.iter().find(|(of, _)| *of == format);
        found.map(|(_, path)| path.as_path()).context("both formats are bundled")
    };

    let mut failed_count = 0;
    let vst3 = bundle_of(Format::Vst3)?;
    match Validator::of(&workspace.target).program() {
        None => {
            let reasons: Vec<&str> =
                absent.iter().map(|line| line.trim_start_matches("absent  ")).collect();
            println!("skipped  VST3 validator: {}", reasons.join("; "));
        }
        Some(program) => {
            let mut command = Command::new(program);
            // Extensive tests take no longer than a tenth of a second here.
            let output = started(command.arg("-e").arg(vst3))?;
            let verdict = steinberg::read(&text_of(&output), output.status.success());
            failed_count += tell("VST3 validator", &verdict);
        }
    }
    for judge in &FOUND {
        let Some(program) = run::find_program(judge.program) else {
            println!(
                "skipped  {0}: it is not on the path; {1} has it",
                judge.program, judge.source
            );
            continue;
        };
        let output = judge.ask(&program, bundle_of(judge.format)?)?;
        if output.status.success() {
            println!("passed   {}", judge.program);
        } else {
            println!("failed   {}, {}", judge.program, output.status);
            last_lines(&text_of(&output)).iter().for_each(|line| println!("           {line}"));
            failed_count += 1;
        }
    }
    if failed_count > 0 {
        bail!("the validators found faults: {failed_count}");
    }
    Ok(())
}

impl Found {
    /// Asks the judge; its exit code is its verdict.
    fn ask(&self, program: &Path, bundle: &Path) -> Result<Output> {
        let mut command = Command::new(program);
        if !has_windows() {
            command.args(self.without_windows);
        }
        started(command.args(self.words).arg(bundle))
    }
}

/// Whether a program can open a window: always but on systems that need a display server and have none.
fn has_windows() -> bool {
    cfg!(any(windows, target_os = "macos"))
        || ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| env::var_os(name).is_some())
}

fn started(command: &mut Command) -> Result<Output> {
    command.output().with_context(|| format!("starting {}", run::typed(command)))
}

fn text_of(output: &Output) -> String {
    let text = [String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)];
    text.concat()
}

fn last_lines(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].iter().map(|line| (*line).to_owned()).collect()
}

/// Prints a line for each group, with what failed below it; returns how many tests failed.
fn tell(judge: &str, verdict: &Verdict) -> usize {
    let mut failed_count = 0;
    for group in &verdict.groups {
        let word = if group.failed.is_empty() { "passed " } else { "failed " };
        let count = group.passed_count + group.failed.len();
        println!("{word}  {judge}, {}: {} of {count}", group.name, group.passed_count);
        for failure in &group.failed {
            println!("           {}", failure.test);
            failure.lines.iter().for_each(|line| println!("             {line}"));
        }
        failed_count += group.failed.len();
    }
    for remark in &verdict.remarks {
        println!("remark   {judge}, {remark}");
    }
    failed_count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_failures_of_all_groups_are_counted() {
        let failure = || Failure { test: "t".into(), lines: vec!["why".into()] };
        let group = |failed| Group { name: "g".into(), passed_count: 1, failed };
        let groups = vec![group(vec![failure()]), group(vec![]), group(vec![failure(), failure()])];
        assert_eq!(tell("judge", &Verdict { groups, remarks: vec!["r".into()] }), 3);
    }

    #[test]
    fn the_last_lines_that_are_not_empty_are_kept() {
        let text: String = (0..50).map(|line| format!("{line}\n\n")).collect();
        let lines = last_lines(&text);
        assert_eq!(lines.len(), LAST_LINES);
        assert_eq!((lines[0].as_str(), lines[39].as_str()), ("10", "49"));
        assert_eq!(last_lines("one"), ["one"]);
    }
}
