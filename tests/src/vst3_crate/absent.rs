//! The second VST3 host where it is not built.

use anyhow::{Result, bail};

use crate::script::{Host, Outcome, Step, Transport};

const REMEDY: &str = "built without a second VST3 host; --features tresillo-tests/vst3-crate";

/// Why tests in this host cannot run here.
#[must_use]
pub fn missing() -> Option<&'static str> {
    Some(REMEDY)
}

/// Runs nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Vst3CrateHost;

impl Host for Vst3CrateHost {
    fn run(&self, _: f64, _: u32, _: &[Step]) -> Result<Outcome> {
        bail!("{REMEDY}")
    }
}

/// Closes nothing.
///
/// # Errors
/// Always.
pub fn close_instances(_: usize) -> Result<()> {
    bail!("{REMEDY}")
}

/// Sounds like nothing.
///
/// # Errors
/// Always.
pub fn instrument_sound(_: &str, _: f64, _: u32, _: &[Transport]) -> Result<Vec<f32>> {
    bail!("{REMEDY}")
}
