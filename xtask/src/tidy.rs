//! `cargo xtask tidy`: the house rules that neither the compiler nor clippy knows.
//!
//! Each rule is a function from text to findings, so that its test is a few lines of text. Files are those that git
//! tracks or would track; without git, all but the folders that are made.

mod code;
mod edges;
mod files;
mod licences;
mod lock;
mod machine;
mod presets;
mod rust;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::notices;
use crate::workspace::Workspace;

/// Something to put right.
#[derive(Debug, PartialEq)]
pub(crate) struct Finding {
    /// From the root.
    file: PathBuf,
    /// Counted from 1.
    line: usize,
    /// What is so, and what to do.
    message: String,
}

impl Finding {
    fn new(file: &Path, line: usize, message: impl Into<String>) -> Finding {
        Finding { file: file.to_owned(), line, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.message)
    }
}

/// Checks, and says so when all is well.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let count = check(workspace)?;
    println!("tidy: {count} files, nothing to put right");
    Ok(())
}

/// Applies every rule to every file and returns how many files there are.
///
/// # Errors
///
/// When there is a finding, after printing all of them; or when a file cannot be read.
pub(crate) fn check(workspace: &Workspace) -> Result<usize> {
    let (count, findings) = findings(workspace)?;
    if findings.is_empty() {
        return Ok(count);
    }
    eprintln!();
    for finding in &findings {
        eprintln!("{finding}");
    }
    match findings.len() {
        1 => bail!("tidy found 1 thing to put right"),
        many => bail!("tidy found {many} things to put right"),
    }
}

fn findings(workspace: &Workspace) -> Result<(usize, Vec<Finding>)> {
    let files = files::list(&workspace.root)?;
    let mut texts = Vec::new();
    for file in &files {
        let bytes = fs::read(workspace.root.join(file))
            .with_context(|| format!("reading {}", file.display()))?;
        // What is not text has no lines to judge.
        texts.push((file.as_path(), String::from_utf8(bytes).ok()));
    }

    let mut findings = Vec::new();
    let manifest = |file: &Path| {
        texts.iter().find(|(path, _)| *path == file).and_then(|(_, text)| text.as_deref())
    };
    for member in &workspace.crates {
        findings.extend(edges::check(member, manifest(&member.manifest).unwrap_or_default()));
    }
    let test_modules = rust::test_modules(&texts);
    for (file, text) in &texts {
        findings.extend(presets::check(file, text.as_deref()));
        let Some(text) = text else { continue };
        findings.extend(machine::check(file, text));
        if file.extension().is_some_and(|extension| extension == "rs") {
            findings.extend(rust::check(file, text, &test_modules));
        }
        if *file == Path::new("Cargo.lock") {
            let members: Vec<&str> =
                workspace.crates.iter().map(|member| member.name.as_str()).collect();
            findings.extend(lock::check(file, text, &members));
            let shipped = notices::all(workspace).context("finding out what is shipped")?;
            findings.extend(licences::check(&shipped, text));
        }
    }
    findings.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    Ok((files.len(), findings))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_one_line_that_editors_can_follow() {
        let finding = Finding::new(Path::new("pattern/src/lib.rs"), 7, "this is so, do that");
        assert_eq!(finding.to_string(), "pattern/src/lib.rs:7: this is so, do that");
    }
}
