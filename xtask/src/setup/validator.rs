//! Steinberg's VST3 validator, `<build folder>/tools/vst3-validator`, built from Debian's source package of the SDK.
//!
//! It is a program of its own that we run and never ship, under the licence of the SDK (GPL-3 or Steinberg's).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Context, Result, bail};

use crate::setup::mirror::Mirror;
use crate::setup::{Tool, apt, quiet};
use crate::{place, run};

/// The first suite of Debian that has the package. What is built from it runs on older ones too.
const SUITE: &str = "trixie";

/// Debian's source package of the SDK.
const PACKAGE: &str = "vst3sdk";

/// Only the validator and what it is linked from: no window toolkit, no example plugins, no links in somebody's plugin
/// folder. Unoptimised, it takes a second of our time at most and builds in half the time.
const SWITCHES: [&str; 5] = [
    "-DCMAKE_BUILD_TYPE=Debug",
    "-DSMTG_ENABLE_VSTGUI_SUPPORT=OFF",
    "-DSMTG_ENABLE_VST3_PLUGIN_EXAMPLES=OFF",
    "-DSMTG_ENABLE_VST3_HOSTING_EXAMPLES=OFF",
    "-DSMTG_CREATE_PLUGIN_LINK=OFF",
];

/// The validator in a build folder.
pub(crate) struct Validator {
    program: PathBuf,
}

impl Validator {
    /// The one in this build folder, whether it exists or not.
    pub(crate) fn of(target: &Path) -> Validator {
        Validator { program: target.join("tools").join("vst3-validator") }
    }

    /// The program, if it is there and passes its test of itself.
    pub(crate) fn program(&self) -> Option<&Path> {
        self.is_ready().then_some(&self.program)
    }
}

impl Tool for Validator {
    fn is_ready(&self) -> bool {
        run::succeeds(Command::new(&self.program).arg("-selftest"))
    }

    fn described(&self) -> String {
        format!("Steinberg's VST3 validator in {}", self.program.display())
    }

    fn absent(&self) -> &'static str {
        "Steinberg's VST3 validator, so its test is left out"
    }

    fn obstacle(&self) -> Option<String> {
        if run::find_program("apt-get").is_none() {
            return Some(format!("it is built from Debian's {PACKAGE}, and there is no apt-get"));
        }
        let told =
            || format!("it is built from Debian's {PACKAGE}, and apt's sources name no mirror");
        Mirror::of_this_system().is_none().then(told)
    }

    fn install(&self) -> Result<()> {
        let mirror = Mirror::of_this_system().context("apt's sources name no mirror of Debian")?;
        eprintln!("setup: building from Debian's {PACKAGE}: {}", self.described());
        // What cargo was told about its build folder may be counted from the current one.
        let work = std::path::absolute(self.program.with_extension("work"))?;
        place::remove(&work)?;
        let result = build(&work, &mirror)
            .and_then(|built| place::replace(&self.program, |to| place::copy(&built, to)));
        place::remove(&work)?;
        result?;
        if !self.is_ready() {
            bail!("it was built, yet fails its test of itself");
        }
        Ok(())
    }
}

/// Downloads, unpacks and builds in the folder `work`; returns the program.
fn build(work: &Path, mirror: &Mirror) -> Result<PathBuf> {
    let downloads = download(&work.join("apt"), mirror)?;
    let source = work.join("source");
    for archive in fs::read_dir(downloads)? {
        let archive = archive?;
        let name = archive.file_name().to_string_lossy().into_owned();
        let Some(folder) = folder_of(&name).map(|folder| source.join(folder)) else { continue };
        fs::create_dir_all(&folder)?;
        let mut tar = Command::new("tar");
        tar.arg("-xf").arg(archive.path()).arg("-C").arg(&folder).arg("--strip-components=1");
        quiet(&mut tar).context("unpacking")?;
    }
    let made = work.join("made");
    let mut configure = Command::new("cmake");
    configure.arg("-S").arg(&source).arg("-B").arg(&made).args(SWITCHES);
    quiet(&mut configure).context("cmake")?;
    let jobs = thread::available_parallelism().map_or(1, usize::from).to_string();
    let mut compile = Command::new("cmake");
    compile.arg("--build").arg(&made).args(["--target", "validator", "--parallel", &jobs]);
    quiet(&mut compile).context("cmake --build")?;
    Ok(made.join("bin/Debug/validator"))
}

/// Downloads the package's archives. Returns the folder they are in.
///
/// Only what upstream wrote is asked for: Debian's patches are for its shared libraries.
fn download(folder: &Path, mirror: &Mirror) -> Result<PathBuf> {
    apt::download(folder, &mirror.source_line(SUITE), &["source", "--tar-only", PACKAGE])
}

/// Where in the source tree an archive belongs, `NAME_VERSION.orig.tar.gz` or `NAME_VERSION.orig-PART.tar.gz`; `None`
/// for what is not needed.
fn folder_of(archive: &str) -> Option<&str> {
    let (_, rest) = archive.split_once(".orig")?;
    let (part, _) = rest.split_once(".tar.")?;
    match part.strip_prefix('-') {
        // Names of parts may have no dot.
        Some("public-sdk") => Some("public.sdk"),
        Some("vstgui4") => None,
        Some(part) => Some(part),
        None => part.is_empty().then_some("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_archive_has_its_folder() {
        let version = "vst3sdk_3.7.10.14+~4.13.3.orig";
        for (part, folder) in [
            ("", Some(".")),
            ("-base", Some("base")),
            ("-public-sdk", Some("public.sdk")),
            ("-vstgui4", None),
        ] {
            assert_eq!(folder_of(&format!("{version}{part}.tar.gz")), folder, "{part}");
        }
        assert_eq!(folder_of("vst3sdk_3.7.10.14+~4.13.3-4.debian.tar.xz"), None);
        assert_eq!(folder_of("notes.txt"), None);
    }

    #[test]
    fn a_folder_without_it_has_no_program() {
        assert_eq!(Validator::of(Path::new("no-such-folder")).program(), None);
    }
}
