//! The Python packages of the VST3 host tests, in `<build folder>/venv`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::run;
use crate::setup::needs;

/// What pip is asked for. minihost hosts VST3 plugins and gives their MIDI out on its exact frame.
const REQUIREMENTS: [&str; 2] = ["minihost==0.11.*", "numpy"];

/// Fails unless [`REQUIREMENTS`] are met. Reads the packages' metadata only: importing them takes longer.
const CHECK: &str = "from importlib.metadata import version as v; \
    v('numpy'); exit(not v('minihost').startswith('0.11.'))";

/// A virtual environment of Python.
pub(super) struct Venv {
    folder: PathBuf,
}

impl Venv {
    /// The one in this build folder, whether it exists or not.
    pub(super) fn of(target: &Path) -> Venv {
        Venv { folder: target.join("venv") }
    }

    fn python(&self) -> PathBuf {
        if cfg!(windows) {
            self.folder.join("Scripts/python.exe")
        } else {
            self.folder.join("bin/python")
        }
    }

    /// Whether everything is in it.
    pub(super) fn is_ready(&self) -> bool {
        run::succeeds(Command::new(self.python()).args(["-c", CHECK]))
    }

    pub(super) fn described(&self) -> String {
        format!("{} in {}", REQUIREMENTS.join(" and "), self.folder.display())
    }

    /// Makes it anew and installs the packages, as wheels only: nobody waits for a compilation.
    ///
    /// # Errors
    ///
    /// Without Python, without the network, or where PyPI has no wheel for this machine.
    pub(super) fn install(&self) -> Result<()> {
        let python = needs::python().context("there is no python3 with venv")?;
        eprintln!("setup: installing from PyPI: {}", self.described());
        quiet(Command::new(python).args(["-m", "venv", "--clear"]).arg(&self.folder))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        let patience = ["--retries", "1", "--timeout", "30", "--only-binary", ":all:"];
        quiet(Command::new(self.python()).args(pip).args(patience).args(REQUIREMENTS))?;
        if !self.is_ready() {
            bail!("pip ended well, yet the packages are not in {}", self.folder.display());
        }
        Ok(())
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
    fn a_folder_without_python_is_not_ready() {
        assert!(!Venv::of(Path::new("no-such-folder")).is_ready());
    }

    #[test]
    fn a_failing_program_gives_its_last_line() {
        let error = quiet(Command::new(run::cargo()).arg("no-such-command")).expect_err("fails");
        assert!(!error.to_string().is_empty());
        assert!(!error.to_string().contains('\n'));
    }
}
