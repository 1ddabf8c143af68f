//! The second VST3 host where it is not built.

use std::time::Duration;

use anyhow::{Result, bail};

use crate::script::{Host, Outcome, Step, Transport};
use crate::window::HasWindow;

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

/// Nothing with a window.
pub struct Windowed;

impl Windowed {
    /// Opens nothing.
    ///
    /// # Errors
    /// Always.
    pub fn open() -> Result<Windowed> {
        bail!("{REMEDY}")
    }

    /// How many notes it has played.
    #[must_use]
    pub fn note_count(&self) -> usize {
        0
    }
}

impl HasWindow for Windowed {
    fn open_window(&mut self, _: u32) -> Result<()> {
        bail!("{REMEDY}")
    }

    fn resize_window(&mut self, _: u32, _: u32) -> Result<()> {
        bail!("{REMEDY}")
    }

    fn live(&mut self, _: Duration) -> Result<()> {
        bail!("{REMEDY}")
    }

    fn close_window(&mut self) -> Result<()> {
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
