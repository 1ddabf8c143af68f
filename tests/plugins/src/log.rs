//! The file that tests read to know what a host said.

use std::fs::OpenOptions;
use std::io::Write;

/// The variable of the environment that names the file.
const VARIABLE: &str = "TRESILLO_TEST_LOG";

/// Whether there is such a file.
pub(crate) fn is_wanted() -> bool {
    std::env::var_os(VARIABLE).is_some()
}

/// Appends lines, each with its end, in one piece. A file that cannot be written is for the test to miss.
pub(crate) fn append(lines: &str) {
    let Some(path) = std::env::var_os(VARIABLE) else { return };
    if let Ok(mut file) = OpenOptions::new().create(true).append(true).open(path) {
        drop(file.write_all(lines.as_bytes()));
    }
}
