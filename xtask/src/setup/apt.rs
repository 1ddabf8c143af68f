//! Downloading from another release of Debian, beside the system's own apt.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::setup::quiet;

/// Downloads what `words` ask apt-get for, with an apt that knows nothing but `source` and keeps what it knows in `folder`:
/// neither root nor a change to the system is needed. Returns the folder that the downloads are in.
pub(super) fn download(folder: &Path, source: &str, words: &[&str]) -> Result<PathBuf> {
    let (sources, lists, cache) =
        (folder.join("sources.list"), folder.join("lists"), folder.join("cache"));
    let archives = folder.join("archives");
    for made in [&lists.join("partial"), &cache.join("archives/partial"), &archives] {
        fs::create_dir_all(made)?;
    }
    fs::write(&sources, source)?;
    let apt = |words: &[&str]| {
        let mut command = Command::new("apt-get");
        let folders: [(&str, &Path); 5] = [
            ("Dir::Etc::sourcelist", &sources),
            ("Dir::Etc::sourceparts", Path::new("/dev/null")),
            // What is installed is no matter here.
            ("Dir::State::status", Path::new("/dev/null")),
            ("Dir::State::lists", &lists),
            ("Dir::Cache", &cache),
        ];
        for (option, value) in folders {
            command.arg("-o").arg(format!("{option}={}", value.display()));
        }
        for option in ["APT::Sandbox::User=", "Acquire::Retries=1", "Acquire::http::Timeout=30"] {
            command.args(["-o", option]);
        }
        command.args(words).current_dir(&archives);
        quiet(&mut command).with_context(|| format!("apt-get {}", words.join(" ")))
    };
    // An update that reaches nobody ends with 0 and a warning; this makes it an error.
    apt(&["update", "--error-on=any"])?;
    apt(words)?;
    Ok(archives)
}
