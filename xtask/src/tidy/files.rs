//! Which files belong to the project.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// Folders that are made, not written.
const MADE: [&str; 4] = ["target", "out", "demo", ".git"];

/// The files of the project, from its root, sorted.
///
/// # Errors
///
/// When a folder cannot be read.
pub(super) fn list(root: &Path) -> Result<Vec<PathBuf>> {
    let mut files = match tracked(root) {
        Some(files) => files,
        None => {
            let mut files = Vec::new();
            walk(root, Path::new(""), &mut files)?;
            files
        }
    };
    files.sort();
    Ok(files)
}

/// What git tracks or would track. `None` without git, as in an unpacked archive.
fn tracked(root: &Path) -> Option<Vec<PathBuf>> {
    let output = Command::new("git")
        .current_dir(root)
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .output()
        .ok()?;
    if !output.status.success() {
        return None;
    }
    let names = String::from_utf8(output.stdout).ok()?;
    let paths = names.split_terminator('\0').map(PathBuf::from);
    // The index still lists a file that was deleted and not yet committed.
    let files: Vec<_> = paths.filter(|path| root.join(path).is_file()).collect();
    // An archive unpacked inside some other repository that ignores it.
    (!files.is_empty()).then_some(files)
}

fn walk(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let here = root.join(folder);
    for entry in fs::read_dir(&here).with_context(|| format!("reading {}", here.display()))? {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_dir() && !MADE.iter().any(|made| entry.file_name() == *made) {
            walk(root, &path, files)?;
        } else if kind.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::scratch::Scratch;

    #[test]
    fn without_git_the_made_folders_are_left_out() {
        let scratch = Scratch::new("walk");
        for file in ["a/b.rs", "target/c.rs", "d.md"] {
            let path = scratch.0.join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, "").expect("written");
        }
        let mut files = Vec::new();
        walk(&scratch.0, Path::new(""), &mut files).expect("readable");
        files.sort();
        assert_eq!(files, [Path::new("a/b.rs"), Path::new("d.md")]);
    }
}
