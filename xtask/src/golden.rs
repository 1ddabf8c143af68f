//! `cargo xtask golden`: writes what the code does now into `tests/golden`, for a person to judge.

use anyhow::{Result, bail};

use crate::run;
use crate::workspace::Workspace;

/// The variable that tells a golden test to write its file instead of comparing with it.
const VARIABLE: &str = "TRESILLO_GOLDEN";

/// Where the golden files lie.
const FOLDER: &str = "tests/golden";

/// Runs the tests so that they rewrite their golden files, then shows what changed.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let mut tests =
        workspace.cargo(&["test", "--workspace", "--lib", "--bins", "--tests", "--quiet"]);
    run::shown(tests.env(VARIABLE, "rewrite"))?;
    if !workspace.root.join(FOLDER).is_dir() {
        bail!("the tests passed, but none of them wrote into {FOLDER}");
    }
    let git = |words: &[&str]| {
        let mut command = std::process::Command::new("git");
        command.current_dir(&workspace.root).args(words).args(["--", FOLDER]);
        run::output(&mut command)
    };
    let changed = git(&["diff", "--stat"])?;
    let added = git(&["ls-files", "--others", "--exclude-standard"])?;
    if changed.is_empty() && added.is_empty() {
        println!("Nothing in {FOLDER} changed.");
        return Ok(());
    }
    print!("{changed}");
    for file in added.lines() {
        println!(" {file} | new");
    }
    println!("Read it with `git diff {FOLDER}`; the commit says what became different to the ear.");
    Ok(())
}
