//! Every crate that goes into what people download is under a licence we accept.

use std::path::Path;

use crate::notices::{Shipped, is_accepted};
use crate::tidy::Finding;

/// Judges the crates; `lock` is the text of `Cargo.lock`, for the line.
pub(super) fn check(shipped: &[Shipped], lock: &str) -> Vec<Finding> {
    let refused = shipped.iter().filter(|crate_| !is_accepted(&crate_.licence));
    refused
        .map(|crate_| {
            let name = format!("name = \"{}\"", crate_.name);
            let line = lock.lines().position(|line| line == name).map_or(1, |index| index + 1);
            let message = format!(
                "{} is shipped and its licence is “{}”, take another crate or add the licence to \
                 xtask/src/notices/expression.rs",
                crate_.name, crate_.licence
            );
            Finding::new(Path::new("Cargo.lock"), line, message)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_that_is_not_on_the_list_is_found_on_its_line() {
        let shipped = |name: &str, licence: &str| Shipped {
            name: name.into(),
            version: "1.0.0".into(),
            licence: licence.into(),
            repository: String::new(),
            authors: Vec::new(),
            folder: "r".into(),
        };
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\n\n[[package]]\nname = \"b\"\n";
        let crates = [shipped("a", "MIT"), shipped("b", "GPL-3.0-only"), shipped("c", "")];
        let findings: Vec<String> = check(&crates, lock).iter().map(ToString::to_string).collect();
        assert_eq!(findings.len(), 2);
        assert!(
            findings[0].starts_with("Cargo.lock:7: b is shipped and its licence is “GPL-3.0-only”")
        );
        assert!(findings[1].starts_with("Cargo.lock:1: c "));
    }
}
