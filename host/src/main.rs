//! The command `tresillo`.

use std::process::ExitCode;

fn main() -> ExitCode {
    tresillo_host::run(std::env::args_os()).into()
}
