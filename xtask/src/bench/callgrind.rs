//! Instructions a block of playback takes, counted by valgrind: a figure that no busy machine disturbs.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::bench::Table;
use crate::run;
use crate::workspace::Workspace;

const PACKAGE: &str = "tresillo-pattern";

/// Plays as many blocks as `--blocks` says, and nothing else that depends on that number.
const EXAMPLE: &str = "blocks";

/// The two runs: what they differ by is playing, what they share is starting up.
const FEW: u32 = 10_000;
const MANY: u32 = 60_000;

pub(super) fn measure(workspace: &Workspace, table: &mut Table) -> Result<()> {
    let what = "instructions a block";
    if !workspace.find(PACKAGE)?.examples.iter().any(|name| name == EXAMPLE) {
        table.skip(what, format!("{PACKAGE} has no example “{EXAMPLE}” yet"));
        return Ok(());
    }
    if run::find_program("valgrind").is_none() {
        table.skip(what, "install valgrind (`cargo xtask setup` says how)");
        return Ok(());
    }
    let build =
        workspace.cargo(&["build", "--profile", "bench", "-p", PACKAGE, "--example", EXAMPLE]);
    let files = run::built_files(build, EXAMPLE)?;
    let program = files.first().context("cargo built the example without saying where")?;
    let few = instructions(program, FEW)?;
    let many = instructions(program, MANY)?;
    let per_block = many.saturating_sub(few) as f64 / f64::from(MANY - FEW);
    table.row(what, format!("{per_block:.0} (callgrind, {FEW} against {MANY} blocks)"));
    Ok(())
}

fn instructions(program: &Path, blocks: u32) -> Result<u64> {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    command.arg(program).args(["--blocks", &blocks.to_string()]);
    let output = run::silent(&mut command)?;
    collected(&String::from_utf8_lossy(&output.stderr))
        .with_context(|| format!("callgrind told no count: {}", run::typed(&command)))
}

/// The count in callgrind's closing lines, `==123== Collected : 456`.
fn collected(report: &str) -> Option<u64> {
    let line = report.lines().find_map(|line| line.split_once("Collected :"))?.1;
    line.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_read_from_callgrinds_report() {
        let report = "==7== Events    : Ir\n==7== Collected : 2034567\n==7== \n==7== I   refs:      2,034,567\n";
        assert_eq!(collected(report), Some(2_034_567));
        assert_eq!(collected("==7== nothing\n"), None);
    }
}
