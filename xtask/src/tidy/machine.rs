//! No path of one machine: what lies in somebody's home or in a container's work folder is not there for others.

use std::path::Path;

use crate::tidy::Finding;

/// How such paths begin. Split, so that this file passes its own rule.
const BEGINNINGS: &[&str] = &[
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/Us", "ers/"),
    concat!("/wo", "rk/"),
    concat!("/work", "space/"),
    concat!("/t", "mp/"),
    concat!(":\\Us", "ers\\"),
];

/// The longest text after a beginning that is shown.
const SHOWN: usize = 40;

pub(super) fn check(file: &Path, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if let Some(path) = BEGINNINGS.iter().find_map(|beginning| path_in(line, beginning)) {
            let message = format!(
                "“{path}” is a path of one machine, count it from the project or take a temporary folder"
            );
            findings.push(Finding::new(file, index + 1, message));
        }
    }
    findings
}

/// The path in `line` with this beginning, if it is the beginning of a path: `a/home/b` and `$X/home/b` go on from
/// something else.
fn path_in<'line>(line: &'line str, beginning: &str) -> Option<&'line str> {
    for (at, _) in line.match_indices(beginning) {
        let goes_on = |c: char| c.is_alphanumeric() || "_-.~}>)*".contains(c);
        if beginning.starts_with('/') && line[..at].ends_with(goes_on) {
            continue;
        }
        let rest = &line[at..];
        let is_end = |c: char| c.is_whitespace() || "\"'`),;".contains(c);
        let path = &rest[..rest.find(is_end).unwrap_or(rest.len())];
        let cut = path.char_indices().nth(SHOWN).map_or(path.len(), |(cut, _)| cut);
        return Some(&path[..cut]);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_line(line: &str) -> usize {
        check(Path::new("x.md"), &format!("first\n{line}\n")).len()
    }

    #[test]
    fn homes_and_work_folders_are_found_with_their_line() {
        let line = format!("see \"{}anna/song.mid\", please", BEGINNINGS[0]);
        let findings = check(Path::new("x.md"), &format!("first\n{line}\n"));
        assert_eq!(findings.len(), 1);
        let expected = format!("x.md:2: “{}anna/song.mid” is a path of one machine", BEGINNINGS[0]);
        assert!(findings[0].to_string().starts_with(&expected), "{}", findings[0]);
        for beginning in BEGINNINGS {
            assert_eq!(check_line(&format!("{beginning}x")), 1, "{beginning}");
        }
    }

    #[test]
    fn paths_that_go_on_from_something_else_pass() {
        let home = BEGINNINGS[0];
        for before in ["https://example.org", "$X", "~", "demo", "${DIR}"] {
            assert_eq!(check_line(&format!("{before}{home}x")), 0, "{before}");
        }
        assert_eq!(check_line("/usr/lib/clap and ~/.clap are everybody's"), 0);
    }
}
