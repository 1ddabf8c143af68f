//! The Python packages of the VST3 host tests, in `<build folder>/venv`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::run;
use crate::setup::{Tool, needs, quiet};

/// What pip is asked for. minihost hosts VST3 plugins and gives their MIDI out on its exact frame.
const REQUIREMENTS: [&str; 2] = ["minihost==0.11.*", "numpy"];

/// Fails unless [`REQUIREMENTS`] are met. Reads the packages' metadata only: importing them takes longer.
const CHECK: &str = "from importlib.metadata import version as v; \
    v('numpy'); exit(not v('minihost').startswith('0.11.'))";

/// The same for the host that opens windows.
const DAWDREAMER: &str = "dawdreamer==0.9.*";

/// As [`CHECK`].
const DAWDREAMER_CHECK: &str = "from importlib.metadata import version as v; \
    exit(not v('dawdreamer').startswith('0.9.'))";

/// The same for what `cargo xtask bench render` compares with, each where PyPI has it for this machine.
const PEERS: [&str; 2] = ["midirenderer", "pedalboard"];

/// As [`CHECK`].
const PEERS_CHECK: &str = "from importlib.metadata import version as v; \
    v('midirenderer'); v('pedalboard')";

/// A virtual environment of Python.
pub(crate) struct Venv {
    folder: PathBuf,
}

impl Venv {
    /// The one in this build folder, whether it exists or not.
    pub(crate) fn of(target: &Path) -> Venv {
        Venv { folder: target.join("venv") }
    }

    /// Its interpreter.
    pub(crate) fn python(&self) -> PathBuf {
        if cfg!(windows) {
            self.folder.join("Scripts/python.exe")
        } else {
            self.folder.join("bin/python")
        }
    }

    /// Whether a line of Python ends well in it.
    fn agrees(&self, line: &str) -> bool {
        run::succeeds(Command::new(self.python()).args(["-c", line]))
    }

    /// Installs packages, as wheels only: nobody waits for a compilation.
    fn add(&self, packages: &[&str]) -> Result<()> {
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        let patience = ["--retries", "1", "--timeout", "30", "--only-binary", ":all:"];
        quiet(Command::new(self.python()).args(pip).args(patience).args(packages))
    }
}

/// One more VST3 host in that environment. It stands for itself, so that the others are there where it is not.
pub(crate) struct Dawdreamer {
    venv: Venv,
}

impl Dawdreamer {
    /// The one in this build folder, whether it exists or not.
    pub(crate) fn of(target: &Path) -> Dawdreamer {
        Dawdreamer { venv: Venv::of(target) }
    }
}

impl Tool for Dawdreamer {
    /// An environment that has to be made anew loses what is in it.
    fn is_ready(&self) -> bool {
        self.venv.is_ready() && self.venv.agrees(DAWDREAMER_CHECK)
    }

    fn described(&self) -> String {
        format!("{DAWDREAMER} in {}", self.venv.folder.display())
    }

    fn absent(&self) -> &'static str {
        "dawdreamer from PyPI, so the test of its windows is left out"
    }

    fn obstacle(&self) -> Option<String> {
        (!cfg!(target_os = "linux")).then(|| "its test is for X11".to_owned())
    }

    /// Adds it to the environment.
    ///
    /// # Errors
    ///
    /// As [`Venv`]'s.
    fn install(&self) -> Result<()> {
        eprintln!("setup: installing from PyPI: {}", self.described());
        self.venv.add(&[DAWDREAMER])?;
        if !self.is_ready() {
            bail!("pip ended well, yet it is not in {}", self.venv.folder.display());
        }
        Ok(())
    }
}

/// Python packages that render, in that environment, for the bench alone.
pub(crate) struct Peers {
    venv: Venv,
}

impl Peers {
    /// Those in this build folder, whether they exist or not.
    pub(crate) fn of(target: &Path) -> Peers {
        Peers { venv: Venv::of(target) }
    }
}

impl Tool for Peers {
    fn is_ready(&self) -> bool {
        self.venv.is_ready() && self.venv.agrees(PEERS_CHECK)
    }

    fn described(&self) -> String {
        format!("{} in {}", PEERS.join(" and "), self.venv.folder.display())
    }

    fn absent(&self) -> &'static str {
        "midirenderer and pedalboard from PyPI, so the bench does not compare with both"
    }

    /// Adds them to the environment, each by itself.
    ///
    /// # Errors
    ///
    /// As [`Venv`]'s, for the last one that failed.
    fn install(&self) -> Result<()> {
        eprintln!("setup: installing from PyPI: {}", self.described());
        PEERS.iter().map(|peer| self.venv.add(&[peer])).fold(Ok(()), Result::and)
    }
}

impl Tool for Venv {
    /// Whether everything is in it.
    fn is_ready(&self) -> bool {
        self.agrees(CHECK)
    }

    fn described(&self) -> String {
        format!("{} in {}", REQUIREMENTS.join(" and "), self.folder.display())
    }

    fn absent(&self) -> &'static str {
        "minihost and numpy from PyPI, so the VST3 host tests are left out"
    }

    /// Makes it anew and installs the packages.
    ///
    /// # Errors
    ///
    /// Without Python, without the network, or where PyPI has no wheel for this machine.
    fn install(&self) -> Result<()> {
        let python = needs::python().context("there is no python3 with venv")?;
        eprintln!("setup: installing from PyPI: {}", self.described());
        quiet(Command::new(python).args(["-m", "venv", "--clear"]).arg(&self.folder))?;
        self.add(&REQUIREMENTS)?;
        if !self.is_ready() {
            bail!("pip ended well, yet the packages are not in {}", self.folder.display());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_python_is_not_ready() {
        assert!(!Venv::of(Path::new("no-such-folder")).is_ready());
    }
}
