//! `cargo xtask notices`: whose work is in what we ship, under which licences, with their texts.
//!
//! The page is made for each package and not kept in the repository: it is long and says nothing that `Cargo.lock` and
//! the sources do not. That every licence is one we accept is a rule of `tidy`.

mod expression;
mod shipped;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::place;
use crate::workspace::Workspace;

pub(crate) use expression::is_accepted;
pub(crate) use shipped::{Shipped, all};

/// The name of the page.
pub(crate) const FILE_NAME: &str = "THIRD-PARTY.md";

/// How the names of files with licences begin, in capitals.
const BEGINNINGS: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"];

/// What stands above the table.
const HEAD: &str = "\
# What Tresillo is made with

Tresillo is MIT or Apache-2.0, as you like. The plugin and the program `tresillo` are linked from the Rust standard
library (MIT OR Apache-2.0, https://github.com/rust-lang/rust) and from the crates below, on one system or another.
Where a crate offers several licences, any of them holds. The source of each, also of those under the MPL, is at its
repository and on crates.io.

";

/// Writes the page into the build folder and says where.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let path = workspace.target.join("notices").join(FILE_NAME);
    place::replace(&path, |to| write(workspace, to))?;
    println!("made {}", workspace.shown(&path));
    Ok(())
}

/// Writes the page to `to`.
///
/// # Errors
///
/// When a crate has a licence we do not accept, or cargo or the disk fails.
pub(crate) fn write(workspace: &Workspace, to: &Path) -> Result<()> {
    let shipped = all(workspace)?;
    if let Some(crate_) = shipped.iter().find(|crate_| !is_accepted(&crate_.licence)) {
        bail!("{} is under “{}”, which we do not accept", crate_.name, crate_.licence);
    }
    let mut texts = Vec::new();
    for crate_ in &shipped {
        texts.push(texts_in(&crate_.folder)?);
    }
    fs::write(to, page(&shipped, &texts))?;
    Ok(())
}

/// The licence texts in the folder of a crate, by the names of their files.
fn texts_in(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        if path.is_file() && BEGINNINGS.iter().any(|beginning| name.starts_with(beginning)) {
            files.push(path);
        }
    }
    files.sort();
    let text = |path: &PathBuf| {
        let bytes = fs::read(path).with_context(|| format!("reading {}", path.display()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    files.iter().map(text).collect()
}

/// The page. `texts` are those of each crate; a text that several have stands once.
fn page(shipped: &[Shipped], texts: &[Vec<String>]) -> String {
    let mut page = HEAD.to_owned();
    page.push_str("| crate | version | licence | repository |\n| --- | --- | --- | --- |\n");
    for Shipped { name, version, licence, repository, .. } in shipped {
        // Writing to a String cannot fail.
        let _ = writeln!(page, "| {name} | {version} | {licence} | {repository} |");
    }

    // Texts that differ in their spaces only are one.
    let mut by_words: BTreeMap<String, (&str, Vec<&str>)> = BTreeMap::new();
    let mut without = Vec::new();
    for (crate_, texts) in shipped.iter().zip(texts) {
        if texts.is_empty() {
            without.push(without_text(crate_, shipped));
        }
        for text in texts {
            let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let (_, names) = by_words.entry(words).or_insert((text.as_str(), Vec::new()));
            if !names.contains(&crate_.name.as_str()) {
                names.push(&crate_.name);
            }
        }
    }
    if !without.is_empty() {
        let _ = writeln!(page, "\nWithout a text of their own: {}.", without.join("; "));
    }
    let mut texts: Vec<(&str, Vec<&str>)> = by_words.into_values().collect();
    texts.sort_by(|(_, a), (_, b)| a.cmp(b));
    for (text, names) in texts {
        let _ = write!(page, "\n## {}\n\n", names.join(", "));
        for line in text.lines() {
            // Four spaces make it a block that Markdown leaves as it is.
            let _ = writeln!(page, "    {}", line.trim_end());
        }
    }
    page
}

/// A crate whose source holds no text: its licence, where a text of its repository stands, and who wrote it.
fn without_text(crate_: &Shipped, shipped: &[Shipped]) -> String {
    let is_kin = |other: &&Shipped| {
        other.name != crate_.name
            && !crate_.repository.is_empty()
            && other.repository == crate_.repository
    };
    let mut words = vec![crate_.licence.clone()];
    let kin: Vec<&str> = shipped.iter().filter(is_kin).map(|other| other.name.as_str()).collect();
    if !kin.is_empty() {
        words.push(format!("of one repository with {}", kin.join(", ")));
    }
    if !crate_.authors.is_empty() {
        words.push(format!("by {}", crate_.authors.join(", ")));
    }
    format!("{} ({})", crate_.name, words.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::scratch::Scratch;

    fn shipped(name: &str) -> Shipped {
        Shipped {
            name: name.into(),
            version: "1.2.3".into(),
            licence: "MIT".into(),
            repository: format!("https://example.org/{}", &name[..1]),
            authors: Vec::new(),
            folder: PathBuf::new(),
        }
    }

    #[test]
    fn a_text_that_several_share_stands_once() {
        let crates = [shipped("a"), shipped("b"), shipped("c"), shipped("d")];
        let texts =
            [vec!["one\ntext".into()], vec!["one  text\n".into()], vec!["other".into()], vec![]];
        let page = page(&crates, &texts);
        assert!(page.contains("| a | 1.2.3 | MIT | https://example.org/a |\n"));
        assert!(page.contains("\n## a, b\n\n    one\n    text\n\n## c\n\n    other\n"));
        assert!(page.contains("\nWithout a text of their own: d (MIT).\n"));
    }

    #[test]
    fn a_crate_without_a_text_names_its_kin_and_its_authors() {
        let crates =
            [Shipped { authors: vec!["An".into()], ..shipped("a-core") }, shipped("a-log")];
        let page = page(&crates, &[vec![], vec!["text".into()]]);
        assert!(page.contains("their own: a-core (MIT; of one repository with a-log; by An).\n"));
    }

    #[test]
    fn licences_are_found_by_the_names_of_their_files() {
        let scratch = Scratch::new("licences");
        for name in ["LICENSE-MIT", "license.txt", "COPYING", "README.md", "Cargo.toml"] {
            fs::write(scratch.0.join(name), name).expect("written");
        }
        fs::create_dir(scratch.0.join("LICENSES")).expect("made");
        let texts = texts_in(&scratch.0).expect("readable");
        assert_eq!(texts, ["COPYING", "LICENSE-MIT", "license.txt"]);
    }
}
