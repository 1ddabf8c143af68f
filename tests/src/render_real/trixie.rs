//! Plugins that need a newer C library than the oldest Debian that we run on: those of Debian trixie, under trixie's loader.

use libtest_mimic::Trial;

/// The tests of this module.
#[must_use]
pub fn tests() -> Vec<Trial> {
    Vec::new()
}
