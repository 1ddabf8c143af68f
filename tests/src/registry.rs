//! How tests are registered.

use anyhow::Result;
use libtest_mimic::{Failed, Trial};

/// A test that is reported as ignored, with the reason in its name, where what it needs is missing.
#[must_use]
pub fn trial(
    name: &str,
    missing: Option<&str>,
    run: impl FnOnce() -> Result<()> + Send + 'static,
) -> Trial {
    let run = move || run().map_err(|error| Failed::from(format!("{error:#}")));
    match missing {
        None => Trial::test(name, run),
        Some(reason) => {
            Trial::test(format!("{name} [skipped: {reason}]"), run).with_ignored_flag(true)
        }
    }
}
