//! The rules for Rust files: their size, their names, and words that do not stay in them.

use std::path::{Path, PathBuf};

use crate::tidy::{Finding, code};

/// The longest a file may be, tests counted (STYLE.md section 3).
const MAX_LINES: usize = 600;

/// Names that say nothing (STYLE.md section 5).
const EMPTY_NAMES: [&str; 5] = ["utils", "util", "misc", "common", "helpers"];

/// Words that mark unfinished or silenced code, and what to do.
const UNFINISHED: [(&str, &str); 3] = [
    ("todo!", "finish it or return an error"),
    ("unimplemented!", "finish it or return an error"),
    ("#[ignore", "make the test pass or remove it"),
];

/// Where `unsafe` may stand: the format loaders, what the plugin's export macros need, and the host drivers of the
/// tests (DESIGN.md section 3, STYLE.md section 9).
const UNSAFE_ALLOWED: [&str; 4] =
    ["host/src/instrument", "host/src/dice.rs", "plugin/src", "tests"];

/// The roots that forbid it altogether.
const FORBIDDING: [&str; 3] = ["pattern/src/lib.rs", "synth/src/lib.rs", "xtask/src/main.rs"];

/// How many lines above an `unwrap` its `// PANIC:` may begin.
const PANIC_REACH: usize = 4;

/// The modules that are compiled for tests only, each as the path of its file without `.rs`, which is also the path of
/// its folder: those that a file declares by `#[cfg(test)] mod name;`.
pub(super) fn test_modules(texts: &[(&Path, Option<String>)]) -> Vec<PathBuf> {
    let mut modules = Vec::new();
    for (file, text) in texts {
        let Some(text) = text else { continue };
        if file.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let folder = match stem {
            "lib" | "main" => file.with_file_name(""),
            _ => file.with_extension(""),
        };
        let mut follows_cfg_test = false;
        for line in code::of(text).lines().map(str::trim) {
            let declared = line
                .trim_start_matches("#[cfg(test)]")
                .trim_start()
                .trim_start_matches("pub(crate) ")
                .strip_prefix("mod ")
                .and_then(|rest| rest.strip_suffix(';'));
            if let Some(name) = declared
                && (follows_cfg_test || line.starts_with("#[cfg(test)]"))
            {
                modules.push(folder.join(name));
            }
            if !line.is_empty() {
                follows_cfg_test =
                    line == "#[cfg(test)]" || (follows_cfg_test && line.starts_with("#["));
            }
        }
    }
    modules
}

/// Judges one file.
pub(super) fn check(file: &Path, text: &str, test_modules: &[PathBuf]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut find = |line: usize, message: String| findings.push(Finding::new(file, line, message));
    let code = code::of(text);

    let line_count = text.lines().count();
    if line_count > MAX_LINES {
        find(
            MAX_LINES + 1,
            format!("{line_count} lines are more than {MAX_LINES}, split the file"),
        );
    }
    let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if stem == "mod" {
        find(
            1,
            "a mod.rs has the name of all others, name the file after its module beside the folder"
                .into(),
        );
    }
    if EMPTY_NAMES.contains(&stem) {
        find(1, format!("the name “{stem}” says nothing, name the file after what it holds"));
    }
    if FORBIDDING.iter().any(|root| file == Path::new(root))
        && !code.contains("#![forbid(unsafe_code)]")
    {
        find(1, "this crate forbids unsafe code, write #![forbid(unsafe_code)] at its root".into());
    }

    let allows_unsafe = UNSAFE_ALLOWED.iter().any(|place| is_at(file, place));
    let tests_begin = if is_test_file(file, test_modules) { 0 } else { first_test_line(&code) };
    let lines: Vec<&str> = text.lines().collect();
    for (index, line) in code.lines().enumerate() {
        for (word, remedy) in UNFINISHED {
            if has_word(line, word) {
                find(index + 1, format!("“{word}” does not stay, {remedy}"));
            }
        }
        if !allows_unsafe && has_word(line, "unsafe") {
            find(index + 1, "unsafe stands only in format loaders and plugin exports, move it there or do without".into());
        }
        if let Some(name) = EMPTY_NAMES.iter().find(|name| is_module(line, name)) {
            find(
                index + 1,
                format!("the name “{name}” says nothing, name the module after what it holds"),
            );
        }
        if index < tests_begin && line.contains(".unwrap()") {
            let above = &lines[index.saturating_sub(PANIC_REACH)..=index];
            if !above.iter().any(|line| line.contains("// PANIC:")) {
                find(index + 1, "an unwrap says nothing when it fails, return the error or prove it in a // PANIC: comment".into());
            }
        }
    }
    findings
}

/// Whether `file` is this file, lies in this folder, or is the file beside this folder.
fn is_at(file: &Path, place: &str) -> bool {
    file.starts_with(place) || file.with_extension("") == Path::new(place)
}

/// Whether nothing of it is in what people run.
fn is_test_file(file: &Path, test_modules: &[PathBuf]) -> bool {
    let in_folder = |name: &str| file.components().any(|part| part.as_os_str() == name);
    ["tests", "benches", "examples"].into_iter().any(in_folder)
        || test_modules
            .iter()
            .any(|module| file.starts_with(module) || file.with_extension("") == *module)
}

/// The index of the line where the tests of the file begin; they close it. `usize::MAX` without tests.
fn first_test_line(code: &str) -> usize {
    let lines: Vec<&str> = code.lines().map(str::trim).collect();
    let begins = |index: &usize| {
        lines[*index].starts_with("#[cfg(test)]")
            && lines[*index..]
                .iter()
                .find(|line| !line.is_empty() && !line.starts_with("#["))
                .is_some_and(|line| line.contains("mod tests"))
    };
    (0..lines.len()).find(begins).unwrap_or(usize::MAX)
}

/// Whether `word` stands in `line` and is not a part of a longer one.
fn has_word(line: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        !line[..at].ends_with(is_part) && !line[at + word.len()..].starts_with(is_part)
    })
}

/// Whether the line opens a module of this name in the file itself.
fn is_module(line: &str, name: &str) -> bool {
    line.split_once("mod ").is_some_and(|(before, rest)| {
        !before.ends_with(|c: char| c.is_alphanumeric() || c == '_')
            && rest.trim_start().strip_prefix(name).is_some_and(|rest| rest.trim_start() == "{")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_file(file: &str, text: &str) -> Vec<String> {
        check(Path::new(file), text, &[]).iter().map(ToString::to_string).collect()
    }

    #[track_caller]
    fn finds(file: &str, text: &str, beginning: &str) {
        let findings = check_file(file, text);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].starts_with(beginning), "{}", findings[0]);
    }

    #[track_caller]
    fn passes(file: &str, text: &str) {
        assert_eq!(check_file(file, text), [""; 0]);
    }

    #[test]
    fn six_hundred_lines_pass_and_one_more_does_not() {
        passes("host/src/a.rs", &"\n".repeat(600));
        finds("host/src/a.rs", &"\n".repeat(601), "host/src/a.rs:601: 601 lines");
    }

    #[test]
    fn names_say_what_is_in_the_file() {
        finds("host/src/job/mod.rs", "", "host/src/job/mod.rs:1: a mod.rs");
        finds("host/src/utils.rs", "", "host/src/utils.rs:1: the name “utils”");
        finds("tests/it/common.rs", "", "tests/it/common.rs:1: the name “common”");
        finds("host/src/a.rs", "\npub(crate) mod misc {\n}\n", "host/src/a.rs:2: the name “misc”");
        passes("host/src/a.rs", "mod common_time {}\n");
    }

    #[test]
    fn unfinished_code_is_found_in_code_only() {
        finds("host/src/a.rs", "fn f() {\n    todo!(\"later\")\n}\n", "host/src/a.rs:2: “todo!”");
        finds("host/src/a.rs", "unimplemented!()", "host/src/a.rs:1: “unimplemented!”");
        finds("tests/it/a.rs", "#[test]\n#[ignore = \"slow\"]\n", "tests/it/a.rs:2: “#[ignore”");
        passes("host/src/a.rs", "// todo!()\nlet a = \"todo!()\";\nmy_todo!();\n");
    }

    #[test]
    fn unsafe_stands_only_where_it_may() {
        let text = "unsafe { load() }\n";
        finds("host/src/job.rs", text, "host/src/job.rs:1: unsafe");
        finds("host/src/instruments.rs", text, "host/src/instruments.rs:1: unsafe");
        passes("host/src/instrument.rs", text);
        passes("host/src/instrument/clap.rs", text);
        passes("plugin/src/lib.rs", text);
        passes("tests/src/driver.rs", text);
        passes("host/src/job.rs", "#![allow(unsafe_code, reason = \"unsafe\")]\n");
    }

    #[test]
    fn the_pure_crates_forbid_unsafe_at_their_root() {
        finds(
            "pattern/src/lib.rs",
            "//! #![forbid(unsafe_code)]\n",
            "pattern/src/lib.rs:1: this crate",
        );
        passes("pattern/src/lib.rs", "#![forbid(unsafe_code)]\n");
        passes("host/src/lib.rs", "");
    }

    #[test]
    fn an_unwrap_needs_a_proof_outside_tests() {
        finds("host/src/a.rs", "\nlet a = b.unwrap();\n", "host/src/a.rs:2: an unwrap");
        passes("host/src/a.rs", "// PANIC: `b` was just set.\nlet a = b.unwrap();\n");
        passes("host/src/a.rs", "/// let a = b.unwrap();\nfn f() {}\n");
        passes("host/src/a.rs", "#[cfg(test)]\nmod tests {\n    b.unwrap();\n}\n");
        passes("pattern/benches/a.rs", "b.unwrap();\n");
        finds(
            "host/src/a.rs",
            "#[cfg(test)]\nuse a::b;\nb.unwrap();\n",
            "host/src/a.rs:3: an unwrap",
        );
    }

    #[test]
    fn a_module_that_only_tests_see_may_unwrap() {
        let root = "mod play;\n#[cfg(test)]\nmod laws;\n".to_owned();
        let nested = "#[cfg(test)] mod law;\nmod step;\n".to_owned();
        let modules = test_modules(&[
            (Path::new("pattern/src/lib.rs"), Some(root)),
            (Path::new("pattern/src/play.rs"), Some(nested)),
            (Path::new("pattern/src/laws.rs"), None),
        ]);
        assert_eq!(modules, [Path::new("pattern/src/laws"), Path::new("pattern/src/play/law")]);
        let count = |file: &str| check(Path::new(file), "a.unwrap();\n", &modules).len();
        assert_eq!(count("pattern/src/laws.rs"), 0);
        assert_eq!(count("pattern/src/laws/tiling.rs"), 0);
        assert_eq!(count("pattern/src/play/law.rs"), 0);
        assert_eq!(count("pattern/src/play/step.rs"), 1);
    }
}
