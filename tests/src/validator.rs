//! Steinberg's VST3 validator on our bundle, with the guard against allocation in it.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;

use crate::registry::trial;
use crate::{paths, vst3_host};

/// The one test of this module.
#[must_use]
pub fn test() -> Trial {
    trial("vst3_passes_the_extensive_tests_of_steinbergs_validator", missing(), passes)
}

fn missing() -> Option<&'static str> {
    let found = Command::new(paths::vst3_validator())
        .arg("-selftest")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    match found {
        Ok(status) if status.success() => None,
        _ => Some("the validator is not here; cargo xtask setup builds it on Debian"),
    }
}

fn passes() -> Result<()> {
    let mut command = Command::new(paths::vst3_validator());
    command.arg("-e").arg(vst3_host::bundle()?);
    let output = command.output().context("starting the validator")?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "the validator ended with {}:\n{text}", output.status);
    // An exit code of 0 that judged nothing would be no proof.
    ensure!(text.contains("\nTestSuite : Tresillo\n"), "it did not test Tresillo:\n{text}");
    ensure!(text.contains(" tests passed, 0 tests failed\n"), "it counted no tests:\n{text}");
    Ok(())
}
