//! `cargo xtask bench`: the figures of BENCHMARKS.md, in one table.
//!
//! The benches of the crates print their own tables; then come figures of whole processes, and instruction counts
//! where valgrind is. What cannot be measured here is said, with what would make it possible.

mod callgrind;
mod plugin;
mod process;
mod render;
mod smf;
mod window;

use anyhow::Result;

use crate::options::Options;
use crate::run;
use crate::workspace::Workspace;

/// The crates that have benches.
const BENCHED: [&str; 2] = ["tresillo-pattern", "tresillo-synth"];

/// What was measured and what was not.
#[derive(Default)]
struct Table {
    /// What, and its figure.
    rows: Vec<(String, String)>,
    /// What was left out, and what would run it.
    skipped: Vec<(String, String)>,
}

impl Table {
    fn row(&mut self, what: impl Into<String>, figure: impl Into<String>) {
        self.rows.push((what.into(), figure.into()));
    }

    fn skip(&mut self, what: impl Into<String>, remedy: impl Into<String>) {
        self.skipped.push((what.into(), remedy.into()));
    }

    fn text(&self) -> String {
        let width = self.rows.iter().map(|(what, _)| what.chars().count()).max().unwrap_or(0);
        let mut text = String::new();
        for (what, figure) in &self.rows {
            text.push_str(&format!("  {what:<width$}  {figure}\n"));
        }
        for (what, remedy) in &self.skipped {
            text.push_str(&format!("  left out: {what}; {remedy}\n"));
        }
        text
    }
}

/// What is typed to measure rendering through plugins alone.
pub(crate) const RENDER: &str = "render";

/// Measures everything that can be measured here, or only rendering through plugins.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let mut table = Table::default();
    if options.has(RENDER) {
        render::measure(workspace, &mut table)?;
        println!("\nRendering through plugins, this machine, release build:\n\n{}", table.text());
        return Ok(());
    }
    for name in BENCHED {
        let benches = &workspace.find(name)?.benches;
        if benches.is_empty() {
            table.skip(format!("the benches of {name}"), "it has none yet");
            continue;
        }
        let mut command = workspace.cargo(&["bench", "-p", name]);
        for bench in benches {
            command.args(["--bench", bench]);
        }
        run::shown(&mut command)?;
    }
    process::measure(workspace, &mut table)?;
    render::measure(workspace, &mut table)?;
    plugin::measure(workspace, &mut table)?;
    window::measure(workspace, &mut table)?;
    callgrind::measure(workspace, &mut table)?;
    println!("\nWhole processes, this machine, release build:\n\n{}", table.text());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_aligned_and_says_what_is_missing() {
        let mut table = Table::default();
        table.row("one note", "4.0 ms");
        table.row("peak memory", "9.1 MB");
        table.skip("instructions", "install valgrind");
        assert_eq!(
            table.text(),
            "  one note     4.0 ms\n  peak memory  9.1 MB\n  left out: instructions; install valgrind\n"
        );
    }
}
