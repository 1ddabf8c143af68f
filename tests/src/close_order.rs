//! Two instances, one of them automated, closed in both orders: the host must live.
//!
//! Each format does this in a process of its own, because what is tested for is an abort.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::clap_host::{INSTRUMENT_ID, Instance};
use crate::script::Transport;
use crate::{paths, vst3_host};

/// How often, for each order.
pub const ROUND_COUNT: usize = 60;

/// The argument with which the test executable does the CLAP rounds instead of running tests.
pub const CLAP_ARGUMENT: &str = "--close-clap-instances";

/// The same for VST3, with both entries.
pub const VST3_ARGUMENT: &str = "--close-vst3-instances";

/// VST3: in a minihost process.
///
/// # Errors
/// If the host dies.
pub fn vst3() -> Result<()> {
    let orders: Vec<_> = (0..2 * ROUND_COUNT)
        .map(|round| if round % 2 == 0 { "automated" } else { "other" })
        .collect();
    let request = json!({ "plugin": vst3_host::bundle()?, "close_order": orders });
    let answer = vst3_host::ask(&request)?;
    ensure!(answer["rounds"] == json!(2 * ROUND_COUNT), "only {} rounds", answer["rounds"]);
    Ok(())
}

/// CLAP: in another process of this executable.
///
/// # Errors
/// If the host dies.
pub fn clap() -> Result<()> {
    in_another_process(CLAP_ARGUMENT)
}

/// VST3 in the second host, with both entries, in another process of this executable.
///
/// # Errors
/// If the host dies.
pub fn vst3_crate() -> Result<()> {
    in_another_process(VST3_ARGUMENT)
}

fn in_another_process(argument: &str) -> Result<()> {
    let executable = std::env::current_exe().context("finding the test executable")?;
    let output = Command::new(executable).arg(argument).output().context("starting it")?;
    ensure!(
        output.status.success(),
        "the host ended with {}: {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// What [`clap`] has another process do. Each round unloads the library, too.
///
/// # Errors
/// If the plugin refuses something.
pub fn close_clap_instances() -> Result<()> {
    ensure!(paths::plugin_library().exists(), "the plugin is not built");
    for round in 0..2 * ROUND_COUNT {
        let mut automated = Instance::open()?;
        let mut other = Instance::open()?;
        // The other entry of the library, alive with them.
        let mut instrument = Instance::open_id(INSTRUMENT_ID)?;
        for instance in [&mut automated, &mut other, &mut instrument] {
            instance.activate(48_000.0, 64)?;
        }
        // It records, too, so the thread that writes notes onto steps is at work.
        automated.set_param("Notes in", 1.0)?;
        for index in 0..50_u32 {
            automated.set_param("Transpose", f64::from(index % 2) * 0.5)?;
            automated.set_param("Seed", f64::from(index) / 50.0)?;
            let velocity = if index % 2 == 0 { 90 } else { 0 };
            automated.play(0, 60, velocity);
            automated.process(64, Some(Transport::default()))?;
            other.process(64, Some(Transport::default()))?;
            instrument.process_stereo(64, Some(Transport::default()))?;
        }
        if round % 3 == 0 {
            drop(instrument);
            instrument = Instance::open_id(INSTRUMENT_ID)?;
        }
        if round % 2 == 0 {
            drop(automated);
            drop(other);
        } else {
            drop(other);
            drop(automated);
        }
        drop(instrument);
    }
    Ok(())
}
