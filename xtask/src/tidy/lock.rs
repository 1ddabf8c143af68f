//! Where dependencies may come from: crates.io, and nowhere else.

use std::path::Path;

use crate::tidy::Finding;

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Judges a `Cargo.lock`; `members` are the names of the workspace's own crates.
pub(super) fn check(file: &Path, text: &str, members: &[&str]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut line_number = 0;
    for package in text.split("[[package]]") {
        let value = |field: &str| {
            package.lines().enumerate().find_map(|(index, line)| {
                let value = line.strip_prefix(field)?.strip_prefix(" = \"")?.strip_suffix('"')?;
                Some((line_number + index + 1, value))
            })
        };
        if let Some((line, name)) = value("name") {
            match value("source") {
                Some((_, CRATES_IO)) => {}
                Some((line, source)) => findings.push(Finding::new(
                    file,
                    line,
                    format!("{name} comes from {source}, take a release from crates.io"),
                )),
                None if members.contains(&name) => {}
                None => findings.push(Finding::new(
                    file,
                    line,
                    format!(
                        "{name} comes from a folder and is no crate of ours, take it from crates.io"
                    ),
                )),
            }
        }
        line_number += package.matches('\n').count();
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_lock(text: &str) -> Vec<String> {
        check(Path::new("Cargo.lock"), text, &["ours"]).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_release_from_the_registry_and_our_own_crates_pass() {
        let text = format!(
            "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1\"\nsource = \"{CRATES_IO}\"\n\n\
             [[package]]\nname = \"ours\"\nversion = \"0.1.0\"\n"
        );
        assert_eq!(check_lock(&text), [""; 0]);
    }

    #[test]
    fn git_and_other_registries_and_foreign_folders_are_found_on_their_line() {
        let text = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1\"\nsource = \"git+https://x\"\n\n\
                    [[package]]\nname = \"b\"\nversion = \"1\"\n\n\
                    [[package]]\nname = \"c\"\nversion = \"1\"\nsource = \"registry+https://y\"\n";
        let findings = check_lock(text);
        assert_eq!(findings.len(), 3);
        assert!(findings[0].starts_with("Cargo.lock:6: a comes from git+https://x"));
        assert!(findings[1].starts_with("Cargo.lock:9: b comes from a folder"));
        assert!(findings[2].starts_with("Cargo.lock:15: c comes from registry+https://y"));
    }
}
