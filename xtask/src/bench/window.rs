//! What the window takes, drawn in software on a display that nobody sees.

use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::artifact;
use crate::bench::Table;
use crate::run;
use crate::workspace::Workspace;

pub(super) fn measure(workspace: &Workspace, table: &mut Table) -> Result<()> {
    if run::find_program("Xvfb").is_none() {
        table.skip("the window", "`cargo xtask setup` says how to get Xvfb");
        return Ok(());
    }
    let program = artifact::test_bed(workspace)?;
    let told = run::output(Command::new(program).arg("--bench-window"))?;
    let told: Value = serde_json::from_str(&told).context("reading the window's figures")?;
    rows(&told, table).context("a figure was left out")
}

fn rows(told: &Value, table: &mut Table) -> Option<()> {
    let number = |path: &str| told.pointer(path).and_then(Value::as_f64);
    table.row(
        "the window opens, and shows something",
        format!("{:.0} ms, {:.0} ms", number("/open_ms")?, number("/picture_ms")?),
    );
    for (what, key) in [("nothing plays", "stopped"), ("it plays", "playing")] {
        let share = |place: u8| number(&format!("/{key}_percent/{place}"));
        table.row(
            format!("of a core while {what}, without the window and with it, drawn in software"),
            format!("{:.1} %, {:.1} %", share(0)?, share(1)?),
        );
    }
    Some(())
}
