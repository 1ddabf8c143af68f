//! Building one of our crates and saying where the file is, on macOS for both of its architectures in one if asked.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::options::{Options, Usage};
use crate::run;
use crate::workspace::Workspace;

/// Unoptimised.
pub(crate) const DEBUG: &str = "--debug";

/// For both architectures of macOS.
pub(crate) const UNIVERSAL: &str = "--universal";

/// The architectures of a universal file.
const APPLE: [&str; 2] = ["x86_64-apple-darwin", "aarch64-apple-darwin"];

/// What is built: `cargo build` with `words` makes files for the target `target`, and `is_it` knows the one.
pub(crate) struct Artifact {
    pub(crate) words: &'static [&'static str],
    pub(crate) target: &'static str,
    pub(crate) is_it: fn(&Path) -> bool,
}

/// The program `tresillo`.
pub(crate) const TRESILLO: Artifact = Artifact {
    words: &["build", "-p", "tresillo-host", "--bin", "tresillo"],
    target: "tresillo",
    is_it: |_| true,
};

/// Builds the plugin and the test bed that opens it, both optimised, and returns the test bed.
///
/// # Errors
///
/// When a build fails.
pub(crate) fn test_bed(workspace: &Workspace) -> Result<PathBuf> {
    run::silent(&mut workspace.cargo(&["build", "--release", "-p", "tresillo-plugin", "--lib"]))?;
    let words = ["test", "--release", "--no-run", "-p", "tresillo-tests", "--test", "it"];
    let files = run::built_files(workspace.cargo(&words), "it")?;
    files.into_iter().next().context("cargo built the tests without saying where")
}

impl Artifact {
    /// Builds it, optimised but with `--debug`, and returns the file.
    ///
    /// # Errors
    ///
    /// [`Usage`] for `--universal` elsewhere than on macOS; else when the build fails.
    pub(crate) fn build(&self, workspace: &Workspace, options: &Options) -> Result<PathBuf> {
        let is_debug = options.has(DEBUG);
        if !options.has(UNIVERSAL) {
            return self.build_for(workspace, is_debug, None);
        }
        if env::consts::OS != "macos" {
            return Err(Usage(format!("{UNIVERSAL} is for macOS")).into());
        }
        let mut lipo = Command::new("lipo");
        lipo.arg("-create");
        let mut name = None;
        for target in APPLE {
            run::silent(Command::new("rustup").args(["target", "add", target]))?;
            let file = self.build_for(workspace, is_debug, Some(target))?;
            name = file.file_name().map(ToOwned::to_owned);
            lipo.arg(file);
        }
        let folder = workspace.target.join("universal").join(profile(is_debug));
        fs::create_dir_all(&folder)?;
        let file = folder.join(name.context("a file has a name")?);
        run::silent(lipo.arg("-output").arg(&file))?;
        Ok(file)
    }

    fn build_for(
        &self,
        workspace: &Workspace,
        is_debug: bool,
        target: Option<&str>,
    ) -> Result<PathBuf> {
        let mut build = workspace.cargo(self.words);
        if !is_debug {
            build.arg("--release");
        }
        if let Some(target) = target {
            build.args(["--target", target]);
        }
        let files = run::built_files(build, self.target)?;
        files.into_iter().find(|file| (self.is_it)(file)).with_context(|| {
            format!("cargo ended well and made no {} of the kind that is needed", self.target)
        })
    }
}

fn profile(is_debug: bool) -> &'static str {
    if is_debug { "debug" } else { "release" }
}
