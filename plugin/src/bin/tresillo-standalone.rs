//! Tresillo as a program of its own; what it does stands in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    tresillo_plugin::standalone::run(std::env::args())
}
