//! A file that appears whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, bail};

/// A file that is being written beside its place and moved there when it is done. Dropped before that, it leaves nothing.
///
/// Where the system can (Linux, on most file systems), it has no name until it is whole: then nothing is left of it however
/// the program ends.
pub struct Output {
    target: PathBuf,
    partial: PathBuf,
    file: Option<BufWriter<File>>,
    /// Whether it stands under the partial name.
    is_named: bool,
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
        if target.file_name().is_none() {
            bail!("writing {}: this names no file", target.display());
        }
        if target.is_dir() {
            bail!(
                "writing {}: it is a folder; name a file in it, or use --out-dir",
                target.display()
            );
        }
        let folder = folder_of(target);
        fs::create_dir_all(folder).map_err(|error| plain(&error, folder)).with_context(writing)?;
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let partial = folder.join(format!(".{}-{}-{count}.part", machine(), std::process::id()));
        let (file, is_named) = match nameless(folder) {
            Some(file) => (file, false),
            None => {
                (File::create(&partial).map_err(|e| plain(&e, folder)).with_context(writing)?, true)
            }
        };
        let file = Some(BufWriter::with_capacity(1 << 16, file));
        Ok(Output { target: target.to_owned(), partial, file, is_named })
    }

    /// Where it will stand.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// The folder it will stand in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        folder_of(&self.target)
    }

    /// The file, to be given back by [`Output::finish`].
    ///
    /// # Errors
    /// When it was taken already.
    pub fn take_file(&mut self) -> io::Result<BufWriter<File>> {
        self.file.take().ok_or_else(|| io::Error::other("the file was taken already"))
    }

    /// Moves the file to its place.
    ///
    /// # Errors
    /// One sentence when the last bytes or the new name cannot be written; then nothing stands there.
    pub fn finish(mut self, mut file: BufWriter<File>) -> Result<()> {
        let writing = || format!("writing {}", self.target.display());
        let told = |error: io::Error| plain(&error, folder_of(&self.target));
        file.flush().map_err(told).with_context(writing)?;
        if !self.is_named {
            // A name that is free is taken in one step; one that is not, is taken over by a file of another name.
            if name(file.get_ref(), &self.target).is_ok() {
                return Ok(());
            }
            // One of that name is of a process that had our number before.
            let _ = fs::remove_file(&self.partial);
            name(file.get_ref(), &self.partial).map_err(told).with_context(writing)?;
            self.is_named = true;
        }
        drop(file);
        let renamed = fs::rename(&self.partial, &self.target);
        renamed
            .map_err(|error| plain(&error, folder_of(&self.target)))
            .with_context(|| format!("writing {}", self.target.display()))?;
        self.is_named = false;
        Ok(())
    }
}

fn folder_of(target: &Path) -> &Path {
    match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// A file in a folder that has no name yet; `None` where the system or the file system has none such.
#[cfg(target_os = "linux")]
fn nameless(folder: &Path) -> Option<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    let mode = Mode::from_raw_mode(0o666);
    rustix::fs::open(folder, flags, mode).ok().map(File::from)
}

/// Gives such a file its name; fails where the name is taken.
#[cfg(target_os = "linux")]
fn name(file: &File, path: &Path) -> io::Result<()> {
    use std::os::fd::AsRawFd;

    use rustix::fs::{AtFlags, CWD};
    // The way without special rights that open(2) describes under O_TMPFILE.
    let own = format!("/proc/self/fd/{}", file.as_raw_fd());
    rustix::fs::linkat(CWD, own.as_str(), CWD, path, AtFlags::SYMLINK_FOLLOW)?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn nameless(_: &Path) -> Option<File> {
    None
}

#[cfg(not(target_os = "linux"))]
fn name(_: &File, _: &Path) -> io::Result<()> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}

/// Takes away what processes of this machine that are gone left half-written in a folder, where files need names. What cannot
/// be taken away is left.
pub fn sweep(folder: &Path) {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.filter_map(Result::ok) {
        let name = entry.file_name();
        if name.to_str().and_then(owner).is_some_and(is_gone) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// The process of this machine that `.MACHINE-PID-COUNT.part` belongs to.
fn owner(name: &str) -> Option<u32> {
    let mut numbers = name.strip_prefix('.')?.strip_suffix(".part")?.split('-');
    let (machine_name, process, count) = (numbers.next()?, numbers.next()?, numbers.next()?);
    count.parse::<u64>().ok()?;
    (machine_name == machine() && numbers.next().is_none()).then(|| process.parse().ok())?
}

/// What tells this machine, since it was started, and this container on it from others that may write into the same folder:
/// numbers of processes mean something within them only.
fn machine() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let boot = fs::read("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let space = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
        let mut hasher = blake3::Hasher::new();
        hasher.update(&boot).update(space.as_os_str().as_encoded_bytes());
        hasher.finalize().to_hex().chars().take(12).collect()
    })
}

/// Whether a process is known to be gone.
fn is_gone(process: u32) -> bool {
    Path::new("/proc/self").exists() && !Path::new("/proc").join(process.to_string()).exists()
}

impl Drop for Output {
    fn drop(&mut self) {
        self.file = None;
        if self.is_named {
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
    let written = output.take_file().and_then(|mut file| file.write_all(bytes).map(|()| file));
    let told = |error: io::Error| plain(&error, folder_of(target));
    let file = written.map_err(told).with_context(|| format!("writing {}", target.display()))?;
    output.finish(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_finished_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("new").join("a.wav");
        let mut output = Output::create(&target).unwrap();
        let mut file = output.take_file().unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
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
    fn what_was_left_half_written_is_swept_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        // No process has so high a number: /proc/sys/kernel/pid_max is 2^22 at most.
        for name in [
            format!(".{}-4194305-0.part", machine()),
            format!(".{}-{}-0.part", machine(), std::process::id()),
            ".another-4194305-0.part".to_owned(),
            "a-4194305-0.part".to_owned(),
        ] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        sweep(folder.path());
        let left = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, if cfg!(target_os = "linux") { 3 } else { 4 });
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
