//! `cargo xtask screenshots`: pictures of the real window, drawn in software on a display that nobody sees.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::options::Options;
use crate::workspace::Workspace;
use crate::{artifact, run};

/// Where pictures go unless told otherwise, from the root.
const FOLDER: &str = "docs/pictures";

/// Builds the plugin and the test bed, which opens it and takes the pictures.
///
/// # Errors
///
/// When there is no Xvfb, or the window does not open.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    if run::find_program("Xvfb").is_none() {
        bail!("there is no Xvfb; `cargo xtask setup` says how to get it");
    }
    let folder = folder(workspace, options.folder())?;
    let program = artifact::test_bed(workspace)?;
    run::shown(Command::new(program).arg("--photograph").arg(folder))
}

/// What was typed counts from where it was typed.
fn folder(workspace: &Workspace, typed: Option<&str>) -> Result<PathBuf> {
    Ok(match typed {
        Some(typed) => std::path::absolute(Path::new(typed))?,
        None => workspace.root.join(FOLDER),
    })
}
