//! `cargo xtask setup`: finds what the system lacks, installs it where it may, and else says the line to type.
//!
//! Nothing is asked. System packages are installed only as root, with apt, and when `--yes` or `CI=true` says so. The
//! Python packages and Steinberg's VST3 validator go into cargo's build folder, so removing that removes them.

mod apt;
mod distro;
mod mirror;
mod needs;
mod trixie;
mod validator;
mod venv;

use std::env;
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};

use crate::options::Options;
use crate::run;
use crate::setup::distro::Distro;
use crate::setup::needs::{Need, Serves};
pub(crate) use crate::setup::trixie::Trixie;
pub(crate) use crate::setup::validator::Validator;
use crate::setup::venv::Peers;
pub(crate) use crate::setup::venv::{Dawdreamer, Venv};
use crate::workspace::Workspace;

/// Something that is made in the build folder, out of what the system and the network give.
pub(crate) trait Tool {
    /// Whether it is there and works.
    fn is_ready(&self) -> bool;

    /// What it is and where.
    fn described(&self) -> String;

    /// What is not there and what that leaves out.
    fn absent(&self) -> &'static str;

    /// Why it cannot be made on this system, whatever is installed.
    fn obstacle(&self) -> Option<String> {
        None
    }

    /// Makes it anew.
    fn install(&self) -> Result<()>;
}

/// The option that asks for the plugins of Debian trixie, too.
pub(crate) const TRIXIE: &str = "--trixie";

/// Finds and installs everything that any task uses, and says what is there.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let mut all = vec![
        Serves::EveryBuild,
        Serves::Venv,
        Serves::Validator,
        Serves::SecondHost,
        Serves::Window,
        Serves::Standalone,
        Serves::WindowHost,
        Serves::Rendering,
        Serves::Bench,
        Serves::Peers,
    ];
    if options.has(TRIXIE) {
        all.push(Serves::Trixie);
    }
    for line in ensure(workspace, options, &all)? {
        println!("{line}");
    }
    Ok(())
}

/// Finds and installs what the tests use; returns one line for each thing that is absent.
pub(crate) fn for_tests(workspace: &Workspace, options: &Options) -> Result<Vec<String>> {
    let all = [
        Serves::EveryBuild,
        Serves::Venv,
        Serves::Validator,
        Serves::SecondHost,
        Serves::Window,
        Serves::Standalone,
        Serves::WindowHost,
        Serves::Rendering,
    ];
    absent(workspace, options, &all)
}

/// The features of our crates that can be built with what is here, for cargo's `--features`.
pub(crate) fn features() -> String {
    let all = [
        ("tresillo-tests/vst3-crate", needs::has_xcb()),
        ("tresillo-plugin/standalone", needs::has_sound()),
    ];
    let here: Vec<&str> =
        all.iter().filter(|(_, is_here)| *is_here).map(|(name, _)| *name).collect();
    here.join(",")
}

/// Finds and installs what `cargo xtask validate` uses; returns one line for each thing that is absent.
pub(crate) fn for_validators(workspace: &Workspace, options: &Options) -> Result<Vec<String>> {
    absent(workspace, options, &[Serves::EveryBuild, Serves::Validator])
}

fn absent(workspace: &Workspace, options: &Options, serving: &[Serves]) -> Result<Vec<String>> {
    let lines = ensure(workspace, options, serving)?;
    Ok(lines.into_iter().filter(|line| !line.starts_with(HERE)).collect())
}

/// How the line of a thing that is here begins.
const HERE: &str = "here";

/// One line for each need and tool, after installing what may be installed.
fn ensure(workspace: &Workspace, options: &Options, serving: &[Serves]) -> Result<Vec<String>> {
    // In the order in which they are made.
    let tools: [(Serves, Box<dyn Tool>); 5] = [
        (Serves::Venv, Box::new(Venv::of(&workspace.target))),
        (Serves::WindowHost, Box::new(Dawdreamer::of(&workspace.target))),
        (Serves::Peers, Box::new(Peers::of(&workspace.target))),
        (Serves::Validator, Box::new(Validator::of(&workspace.target))),
        (Serves::Trixie, Box::new(Trixie::of(&workspace.target))),
    ];
    let tools: Vec<_> = tools
        .iter()
        .filter(|(serves, _)| serving.contains(serves))
        .map(|(serves, tool)| (*serves, tool.as_ref(), tool.is_ready(), tool.obstacle()))
        .collect();
    let tool_is_ready =
        |need: &Need| tools.iter().any(|(s, _, ready, _)| *s == need.serves && *ready);
    let is_in_vain = |need: &Need| {
        !tool_is_ready(need) && tools.iter().any(|(s, .., bar)| *s == need.serves && bar.is_some())
    };
    // A tool that answers proves what it was made with; asking again would only take time.
    let is_here = |need: &Need| tool_is_ready(need) || (need.is_here)();

    let mut needs = needs::serving(serving);
    needs.retain(|need| !is_in_vain(need));
    let mut missing: Vec<Need> = needs.iter().copied().filter(|need| !is_here(need)).collect();
    if !missing.is_empty() && may_install(options) {
        apt_install(&missing);
        missing.retain(|need| !is_here(need));
    }

    let mut lines = Vec::new();
    for need in &needs {
        if !missing.iter().any(|absent| absent.name == need.name) {
            lines.push(format!("{HERE}    {}: {}", need.name, need.purpose));
        }
    }
    for (serves, tool, is_ready, obstacle) in &tools {
        let result = match obstacle {
            _ if *is_ready => Ok(()),
            Some(obstacle) => Err(anyhow!("{obstacle}")),
            // What it is made with is told below.
            None if missing.iter().any(|need| need.serves == *serves) => continue,
            None => tool.install(),
        };
        lines.push(match result {
            Ok(()) => format!("{HERE}    {}", tool.described()),
            Err(error) => format!("absent  {}: {error:#}", tool.absent()),
        });
    }
    for need in &missing {
        lines.push(format!("absent  {}: {}", need.name, need.purpose));
    }
    if !missing.is_empty() {
        lines.extend(Distro::here().lines_to_type(&missing));
    }
    if let Some(need) = missing.iter().find(|need| need.serves == Serves::EveryBuild) {
        for line in &lines {
            eprintln!("{line}");
        }
        bail!("{} is missing and nothing can be built without it", need.name);
    }
    Ok(lines)
}

/// Whether system packages may be installed: somebody said so, we are root, and there is apt.
fn may_install(options: &Options) -> bool {
    let is_told = options.has("--yes") || is_ci();
    is_told && run::find_program("apt-get").is_some() && is_root()
}

fn is_ci() -> bool {
    env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Installs the packages of `missing` by apt. A failure is told and not returned: whoever needs the packages looks
/// again whether they are here.
fn apt_install(missing: &[Need]) {
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.debian).copied().collect();
    eprintln!("setup: installing by apt: {}", packages.join(" "));
    let mut update = Command::new("apt-get");
    update.args(["update", "-qq"]);
    let mut install = Command::new("apt-get");
    install.args(["install", "-y", "-qq", "--no-install-recommends"]).args(&packages);
    for command in [&mut update, &mut install] {
        command.env("DEBIAN_FRONTEND", "noninteractive");
        if let Err(error) = run::silent(command) {
            eprintln!("setup: {error:#}");
            return;
        }
    }
}

/// Runs it; an error holds the last line it printed.
fn quiet(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| format!("starting {}", run::typed(command)))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        let last =
            text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("no reason given");
        bail!("{last}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_program_gives_its_last_line() {
        let error = quiet(Command::new(run::cargo()).arg("no-such-command")).expect_err("fails");
        assert!(!error.to_string().is_empty());
        assert!(!error.to_string().contains('\n'));
    }
}
