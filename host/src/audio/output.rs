//! A file that appears whole or not at all.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, bail};

/// A file that is being written beside its place and moved there when it is done. Dropped before that, it leaves nothing.
pub struct Output {
    target: PathBuf,
    partial: PathBuf,
    file: Option<BufWriter<File>>,
    is_in_place: bool,
}

/// Tells partial files of one process apart.
static COUNT: AtomicU64 = AtomicU64::new(0);

impl Output {
    /// Begins a file that will stand at `target`; its folder is made if it is not there.
    ///
    /// # Errors
    /// One sentence when nothing can be written there.
    pub fn create(target: &Path) -> Result<Output> {
        let writing = || format!("writing {}", target.display());
        let Some(name) = target.file_name() else {
            bail!("writing {}: this names no file", target.display());
        };
        if target.is_dir() {
            bail!(
                "writing {}: it is a folder; name a file in it, or use --out-dir",
                target.display()
            );
        }
        let folder = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(folder).map_err(|error| plain(&error, folder)).with_context(writing)?;
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let mut partial_name = OsString::from(".");
        partial_name.push(name);
        partial_name.push(format!(".{}-{count}.part", std::process::id()));
        let partial = folder.join(partial_name);
        let file =
            File::create(&partial).map_err(|error| plain(&error, folder)).with_context(writing)?;
        let file = BufWriter::with_capacity(1 << 16, file);
        Ok(Output { target: target.to_owned(), partial, file: Some(file), is_in_place: false })
    }

    /// Where it will stand.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Where it stands until then.
    #[must_use]
    pub fn partial(&self) -> &Path {
        &self.partial
    }

    /// The file while it is written.
    ///
    /// # Errors
    /// When it is finished already.
    pub fn file(&mut self) -> io::Result<&mut BufWriter<File>> {
        self.file.as_mut().ok_or_else(|| io::Error::other("the file is finished already"))
    }

    /// Moves the file to its place.
    ///
    /// # Errors
    /// One sentence when the last bytes or the new name cannot be written; then nothing stands there.
    pub fn finish(mut self) -> Result<()> {
        let writing = || format!("writing {}", self.target.display());
        if let Some(mut file) = self.file.take() {
            file.flush().with_context(writing)?;
        }
        fs::rename(&self.partial, &self.target).with_context(writing)?;
        self.is_in_place = true;
        Ok(())
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.file = None;
        if !self.is_in_place {
            // What is there is not whole. If it cannot be removed, there is nobody to tell.
            let _ = fs::remove_file(&self.partial);
        }
    }
}

/// What the system says, with what to try.
fn plain(error: &io::Error, folder: &Path) -> anyhow::Error {
    let folder = folder.display();
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            anyhow::anyhow!(
                "the folder {folder} may not be written; choose another with -o or --out-dir"
            )
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            anyhow::anyhow!("{folder} is no folder; choose another with -o or --out-dir")
        }
        io::ErrorKind::NotFound => {
            anyhow::anyhow!(
                "the folder {folder} cannot be made; choose another with -o or --out-dir"
            )
        }
        io::ErrorKind::StorageFull => anyhow::anyhow!("the disk of {folder} is full"),
        _ => anyhow::anyhow!("{error}"),
    }
}

/// Writes a whole file at once, with the same promise.
///
/// # Errors
/// As [`Output::create`] and [`Output::finish`].
pub fn write_whole(target: &Path, bytes: &[u8]) -> Result<()> {
    let mut output = Output::create(target)?;
    output
        .file()
        .and_then(|file| file.write_all(bytes))
        .with_context(|| format!("writing {}", target.display()))?;
    output.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_finished_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("new").join("a.wav");
        let mut output = Output::create(&target).unwrap();
        output.file().unwrap().write_all(b"half").unwrap();
        drop(output);
        assert_eq!(fs::read_dir(target.parent().unwrap()).unwrap().count(), 0);
    }

    #[test]
    fn a_finished_file_stands_alone_and_replaces_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.txt");
        fs::write(&target, "before").unwrap();
        write_whole(&target, b"after").unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"after");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_place_that_cannot_be_written_is_told_in_a_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let error = Output::create(&file.join("a.wav")).map(|_| ()).unwrap_err();
        let text = format!("{error:#}");
        assert!(text.ends_with("file is no folder; choose another with -o or --out-dir"), "{text}");
        let error = Output::create(folder.path()).map(|_| ()).unwrap_err();
        assert!(format!("{error:#}").contains("it is a folder"));
    }
}
