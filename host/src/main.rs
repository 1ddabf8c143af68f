//! The command `tresillo`.

#[cfg(target_os = "linux")]
mod dice;

use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    let before_job = dice::reset;
    #[cfg(not(target_os = "linux"))]
    let before_job = || {};
    tresillo_host::run(std::env::args_os(), before_job).into()
}
