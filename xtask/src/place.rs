//! Putting a file or a folder in its place, whole or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;

use anyhow::{Context, Result};

/// Makes `place` by letting `make` write a file or folder under a temporary name beside it, which then takes the
/// place of what is there. A host that has the old one loaded keeps it.
///
/// # Errors
///
/// When something cannot be written; then `place` is as before and nothing temporary stays.
pub(crate) fn replace(place: &Path, make: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let parent = place.parent().context("a place needs a folder around it")?;
    fs::create_dir_all(parent)
        .with_context(|| format!("making the folder {}", parent.display()))?;
    let partial = beside(place, "partial")?;
    let old = beside(place, "old")?;
    remove(&partial)?;
    if let Err(error) = make(&partial).and_then(|()| exchange(&partial, place, &old)) {
        // The first error is the one to tell.
        let _ = remove(&partial);
        return Err(error.context(format!("writing {}", place.display())));
    }
    remove(&old).with_context(|| format!("removing the old {}", old.display()))?;
    Ok(())
}

/// Moves `place` to `old`, if it is there, and `partial` to `place`.
fn exchange(partial: &Path, place: &Path, old: &Path) -> Result<()> {
    let had_one = place.symlink_metadata().is_ok();
    if had_one {
        remove(old)?;
        fs::rename(place, old)?;
    }
    if let Err(error) = fs::rename(partial, place) {
        if had_one {
            fs::rename(old, place).context("putting the old one back")?;
        }
        return Err(error.into());
    }
    Ok(())
}

/// `.NAME.KIND-PID` in the same folder, so that the rename stays within a file system.
fn beside(place: &Path, kind: &str) -> Result<PathBuf> {
    let name = place.file_name().context("a place needs a name")?.to_string_lossy();
    Ok(place.with_file_name(format!(".{name}.{kind}-{}", process::id())))
}

/// Copies a file, or a folder with all in it.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    let told = || format!("copying {} to {}", from.display(), to.display());
    if !from.is_dir() {
        fs::copy(from, to).with_context(told)?;
        return Ok(());
    }
    fs::create_dir(to).with_context(told)?;
    for entry in fs::read_dir(from).with_context(told)? {
        let entry = entry.with_context(told)?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Removes a file or a folder with all in it; says whether it was there. A link is removed, not what it leads to.
pub(crate) fn remove(path: &Path) -> io::Result<bool> {
    let metadata = match path.symlink_metadata() {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    if metadata.is_dir() {
        fs::remove_dir_all(path)?
    } else {
        fs::remove_file(path)?
    }
    Ok(true)
}

/// A folder for one test, removed at its end.
#[cfg(test)]
pub(crate) mod scratch {
    use super::*;

    pub(crate) struct Scratch(pub(crate) PathBuf);

    impl Scratch {
        /// `name` is the test's own: tests run side by side.
        pub(crate) fn new(name: &str) -> Scratch {
            let folder =
                std::env::temp_dir().join(format!("tresillo-xtask-{name}-{}", process::id()));
            remove(&folder).expect("the temporary folder is ours");
            fs::create_dir_all(&folder).expect("the temporary folder is writable");
            Scratch(folder)
        }

        /// The names in a folder of it, sorted.
        pub(crate) fn names(&self, folder: &str) -> Vec<String> {
            let entries = fs::read_dir(self.0.join(folder)).expect("the folder is there");
            let name = |entry: io::Result<fs::DirEntry>| {
                entry.expect("readable").file_name().to_string_lossy().into_owned()
            };
            let mut names: Vec<String> = entries.map(name).collect();
            names.sort();
            names
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = remove(&self.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::scratch::Scratch;
    use super::*;

    #[test]
    fn a_folder_takes_the_place_of_an_older_one_with_other_files() {
        let scratch = Scratch::new("replace");
        let place = scratch.0.join("A.vst3");
        for name in ["old", "new"] {
            replace(&place, |to| {
                fs::create_dir(to)?;
                Ok(fs::write(to.join(name), name)?)
            })
            .expect("written");
        }
        assert_eq!(scratch.names("A.vst3"), ["new"]);
        assert_eq!(scratch.names(""), ["A.vst3"], "nothing temporary stays");
    }

    #[test]
    fn a_failure_leaves_the_old_one_and_nothing_temporary() {
        let scratch = Scratch::new("failure");
        let place = scratch.0.join("A.clap");
        fs::write(&place, "old").expect("written");
        let result = replace(&place, |to| {
            fs::write(to, "half")?;
            bail!("the disk is full")
        });
        assert!(format!("{:#}", result.expect_err("fails")).ends_with("the disk is full"));
        assert_eq!(fs::read_to_string(&place).expect("still there"), "old");
        assert_eq!(scratch.names(""), ["A.clap"]);
    }

    #[test]
    fn a_copy_holds_what_is_in_folders_of_folders() {
        let scratch = Scratch::new("copy");
        fs::create_dir_all(scratch.0.join("a/b")).expect("made");
        fs::write(scratch.0.join("a/b/c"), "deep").expect("written");
        copy(&scratch.0.join("a"), &scratch.0.join("z")).expect("copied");
        assert_eq!(fs::read_to_string(scratch.0.join("z/b/c")).expect("there"), "deep");
    }
}
