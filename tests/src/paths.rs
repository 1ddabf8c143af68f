//! Where the plugin, the command and the Python of the test bed are.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX, EXE_SUFFIX};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// The folder of the build that this test belongs to: `<target>/debug` or `<target>/release`.
///
/// # Panics
/// If the test executable is not in a target folder.
#[must_use]
pub fn build_folder() -> PathBuf {
    let executable = std::env::current_exe().expect("a process knows its executable");
    let deps = executable.parent().expect("an executable is in a folder");
    deps.parent().expect("tests are built in <target>/<profile>/deps").to_owned()
}

/// The plugin's library, for CLAP hosts.
#[must_use]
pub fn plugin_library() -> PathBuf {
    build_folder().join(format!("{DLL_PREFIX}tresillo_plugin{DLL_SUFFIX}"))
}

/// The library of the plugins that do one thing each, see [`crate::test_plugins`].
#[must_use]
pub fn test_plugins_library() -> PathBuf {
    build_folder().join(format!("{DLL_PREFIX}tresillo_test_plugins{DLL_SUFFIX}"))
}

/// The command.
#[must_use]
pub fn tresillo() -> PathBuf {
    build_folder().join(format!("tresillo{EXE_SUFFIX}"))
}

/// The Python that `cargo xtask setup` puts minihost into.
#[must_use]
pub fn python() -> PathBuf {
    target_folder().join("venv").join("bin").join("python")
}

/// Steinberg's VST3 validator, where `cargo xtask setup` puts it.
#[must_use]
pub fn vst3_validator() -> PathBuf {
    target_folder().join("tools").join("vst3-validator")
}

/// The plugins of Debian trixie, where `cargo xtask setup --trixie` puts them.
#[must_use]
pub fn trixie() -> PathBuf {
    target_folder().join("trixie")
}

fn target_folder() -> PathBuf {
    let folder = build_folder();
    folder.parent().map_or_else(|| folder.clone(), Path::to_owned)
}

/// Builds the plugin, with the guard against allocation in it, the command and the plugins of the tests. Cheap when they are
/// fresh.
///
/// # Errors
/// Cargo's, which has printed what is wrong.
pub fn build() -> Result<()> {
    let packages = ["-p", "tresillo-plugin", "-p", "tresillo-host", "-p", "tresillo-test-plugins"];
    cargo_build(&packages, "tresillo-plugin/assert_process_allocs")
        .context("cargo could not build the plugin, the command and the plugins of the tests")
}

/// Builds the program of its own, with the same guard, and returns its path. The plugin's library stays as it is: cargo lays
/// down only what it is asked for.
///
/// # Errors
/// As [`build()`].
pub fn build_standalone() -> Result<PathBuf> {
    let program = ["-p", "tresillo-plugin", "--bin", STANDALONE];
    let features = "tresillo-plugin/assert_process_allocs,tresillo-plugin/standalone";
    cargo_build(&program, features).context("cargo could not build the program of its own")?;
    Ok(build_folder().join(format!("{STANDALONE}{EXE_SUFFIX}")))
}

const STANDALONE: &str = "tresillo-standalone";

/// Builds what `arguments` choose, in the profile and for the folder of this test.
fn cargo_build(arguments: &[&str], features: &str) -> Result<()> {
    let folder = build_folder();
    let target = folder.parent().context("a build folder is in the target folder")?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["build", "--quiet"])
        .args(arguments)
        .args(["--features", features])
        .arg("--target-dir")
        .arg(target)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    if folder.ends_with("release") {
        command.arg("--release");
    }
    let status = command.status().context("starting cargo")?;
    ensure!(status.success(), "cargo failed");
    Ok(())
}

/// Lays out a VST3 bundle around the plugin's library in `folder`, and returns its path.
///
/// # Errors
/// If the library is not there or the folder cannot be written.
pub fn make_vst3_bundle(folder: &Path) -> Result<PathBuf> {
    let bundle = folder.join("Tresillo.vst3");
    let place = library_in(&bundle);
    let around = place.parent().context("a library in a bundle lies in a folder")?;
    std::fs::create_dir_all(around).with_context(|| format!("making {}", around.display()))?;
    let library = plugin_library();
    std::fs::copy(&library, &place).with_context(|| format!("copying {}", library.display()))?;
    Ok(bundle)
}

/// Where in a VST3 bundle the plugin's library lies.
#[must_use]
pub fn library_in(bundle: &Path) -> PathBuf {
    let folder = format!("{}-linux", std::env::consts::ARCH);
    bundle.join("Contents").join(folder).join("Tresillo.so")
}
