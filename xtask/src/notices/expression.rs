//! Whether an SPDX licence expression can be met by licences we accept.

/// What binaries may be made of. Each lets them be shipped under our own licences with a notice.
const ACCEPTED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    // Asks that the source of these files can be had; the notices say where.
    "MPL-2.0",
    // Of fonts.
    "OFL-1.1",
    "Ubuntu-font-1.0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
];

/// Whether we may ship what is under `expression` (SPDX specification, annex "SPDX License Expressions"; `/` is cargo's
/// old `OR`). What cannot be read is not accepted.
pub(crate) fn is_accepted(expression: &str) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let is_accepted = any(&mut rest);
    is_accepted == Some(true) && rest.is_empty()
}

/// `all OR all …`
fn any(rest: &mut &[&str]) -> Option<bool> {
    let mut is_accepted = all(rest)?;
    while take(rest, "OR") {
        is_accepted |= all(rest)?;
    }
    Some(is_accepted)
}

/// `licence AND licence …`: binds tighter than `OR`.
fn all(rest: &mut &[&str]) -> Option<bool> {
    let mut is_accepted = licence(rest)?;
    while take(rest, "AND") {
        is_accepted &= licence(rest)?;
    }
    Some(is_accepted)
}

/// `( any )`, `NAME` or `NAME WITH EXCEPTION`.
fn licence(rest: &mut &[&str]) -> Option<bool> {
    if take(rest, "(") {
        let is_accepted = any(rest)?;
        return take(rest, ")").then_some(is_accepted);
    }
    let (name, others) = rest.split_first()?;
    if ["OR", "AND", "WITH", ")"].contains(name) {
        return None;
    }
    *rest = others;
    if !take(rest, "WITH") {
        return Some(ACCEPTED.contains(name));
    }
    let (exception, others) = rest.split_first()?;
    *rest = others;
    Some(ACCEPTED.contains(&format!("{name} WITH {exception}").as_str()))
}

fn take(rest: &mut &[&str], word: &str) -> bool {
    let is_next = rest.first() == Some(&word);
    if is_next {
        *rest = &rest[1..];
    }
    is_next
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_several_suffices_and_all_of_several_are_needed() {
        for expression in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0-only OR MIT",
            "(MIT OR GPL-2.0-only) AND Unicode-3.0",
            "GPL-3.0-only AND MIT OR ISC",
            "Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT",
        ] {
            assert!(is_accepted(expression), "{expression}");
        }
        for expression in [
            "GPL-3.0-only",
            "MIT AND GPL-3.0-only",
            "GPL-3.0-only AND (MIT OR ISC)",
            "GPL-2.0-only WITH Classpath-exception-2.0",
            "LGPL-2.1-or-later/GPL-2.0-only",
        ] {
            assert!(!is_accepted(expression), "{expression}");
        }
    }

    #[test]
    fn what_is_no_expression_is_not_accepted() {
        for expression in ["", "MIT OR", "(MIT", "MIT)", "OR MIT", "MIT ISC", "MIT WITH", "mit"] {
            assert!(!is_accepted(expression), "{expression}");
        }
    }
}
