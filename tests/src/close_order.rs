//! Two instances, one of them automated, closed in both orders: the host must live.
//!
//! Each format does this in a process of its own, because what is tested for is an abort.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::clap_host::Instance;
use crate::script::Transport;
use crate::{paths, vst3_host};

/// How often, for each order.
pub const ROUND_COUNT: usize = 60;

/// The argument with which the test executable does the CLAP rounds instead of running tests.
pub const CLAP_ARGUMENT: &str = "--close-clap-instances";

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
    let executable = std::env::current_exe().context("finding the test executable")?;
    let output = Command::new(executable).arg(CLAP_ARGUMENT).output().context("starting it")?;
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
        for instance in [&mut automated, &mut other] {
            instance.activate(48_000.0, 64)?;
        }
        for index in 0..50_u32 {
            automated.set_param("Transpose", f64::from(index % 2) * 0.5)?;
            automated.set_param("Seed", f64::from(index) / 50.0)?;
            automated.process(64, Some(Transport::default()))?;
            other.process(64, Some(Transport::default()))?;
        }
        if round % 2 == 0 {
            drop(automated);
            drop(other);
        } else {
            drop(other);
            drop(automated);
        }
    }
    Ok(())
}
