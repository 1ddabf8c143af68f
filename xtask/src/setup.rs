//! `cargo xtask setup`: finds what the system lacks, installs it where it may, and else says the line to type.
//!
//! Nothing is asked. System packages are installed only as root, with apt, and when `--yes` or `CI=true` says so. The
//! Python packages go into a folder of cargo's build folder, so removing that removes them.

mod distro;
mod needs;
mod venv;

use std::env;
use std::process::Command;

use anyhow::{Result, bail};

use crate::options::Options;
use crate::run;
use crate::setup::distro::Distro;
use crate::setup::needs::{NEEDS, Need};
use crate::setup::venv::Venv;
use crate::workspace::Workspace;

/// Finds and installs everything that any task uses, and says what is there.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    for line in ensure(workspace, options, NEEDS)? {
        println!("{line}");
    }
    Ok(())
}

/// Finds and installs what the tests use; returns one line for each thing that is absent.
pub(crate) fn for_tests(workspace: &Workspace, options: &Options) -> Result<Vec<String>> {
    let lines = ensure(workspace, options, &needs::for_tests())?;
    Ok(lines.into_iter().filter(|line| !line.starts_with(HERE)).collect())
}

/// How the line of a thing that is here begins.
const HERE: &str = "here";

/// One line for each need, after installing what may be installed.
fn ensure(workspace: &Workspace, options: &Options, needs: &[Need]) -> Result<Vec<String>> {
    let venv = Venv::of(&workspace.target);
    let venv_is_ready = venv.is_ready();
    // A venv that answers proves its Python; asking again would only take time.
    let is_here = |need: &Need| (need.is_python && venv_is_ready) || (need.is_here)();

    let mut missing: Vec<Need> = needs.iter().copied().filter(|need| !is_here(need)).collect();
    if !missing.is_empty() && may_install(options) {
        apt_install(&missing);
        missing.retain(|need| !is_here(need));
    }

    let mut lines = Vec::new();
    for need in needs {
        if !missing.iter().any(|absent| absent.name == need.name) {
            lines.push(format!("{HERE}    {}: {}", need.name, need.purpose));
        }
    }
    let python_is_missing = missing.iter().any(|need| need.is_python);
    if venv_is_ready {
        lines.push(format!("{HERE}    {}", venv.described()));
    } else if !python_is_missing {
        match venv.install() {
            Ok(()) => lines.push(format!("{HERE}    {}", venv.described())),
            Err(error) => lines.push(format!(
                "absent  minihost and numpy from PyPI, so the VST3 host tests are left out: {error:#}"
            )),
        }
    }
    for need in &missing {
        lines.push(format!("absent  {}: {}", need.name, need.purpose));
    }
    if !missing.is_empty() {
        lines.extend(Distro::here().lines_to_type(&missing));
    }
    if let Some(need) = missing.iter().find(|need| need.is_required) {
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
