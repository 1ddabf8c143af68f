//! Plugins that only Debian trixie has, with the C library that they need, in `<build folder>/trixie`: a tier of the tests that
//! is there where somebody asked for it, with `cargo xtask setup --trixie`.

use std::env::consts::ARCH;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::setup::mirror::Mirror;
use crate::setup::{Tool, apt, quiet};
use crate::{place, run};

const SUITE: &str = "trixie";

/// The plugins, and what they are run under. All else that they link is the system's.
const PACKAGES: [&str; 8] = [
    "libc6",
    "libgcc-s1",
    "libstdc++6",
    "dpf-plugins-clap",
    "dpf-plugins-vst3",
    "vst3sdk-plugins",
    "lsp-plugins-clap",
    "lsp-plugins-vst3",
];

/// The folder in a build folder.
pub(crate) struct Trixie {
    folder: PathBuf,
}

impl Trixie {
    /// The one in this build folder, whether it exists or not.
    pub(crate) fn of(target: &Path) -> Trixie {
        Trixie { folder: target.join(SUITE) }
    }

    /// A plugin by its place in `/usr/lib`.
    pub(crate) fn plugin(&self, place: &str) -> PathBuf {
        self.folder.join("usr/lib").join(place)
    }

    /// A command under its loader, with its libraries before the system's.
    pub(crate) fn under(&self, words: &[&str]) -> Vec<String> {
        let own = self.folder.join(libraries());
        let loader = own.join(LOADER).display().to_string();
        let path = format!("{}:/{}", own.display(), libraries());
        let mut all = vec![loader, "--library-path".to_owned(), path];
        all.extend(words.iter().map(|word| (*word).to_owned()));
        all
    }
}

/// Debian's folder of libraries for this processor, from the root.
fn libraries() -> String {
    format!("usr/lib/{ARCH}-linux-gnu")
}

/// The name of the loader; that of other processors is not known here.
const LOADER: &str = "ld-linux-x86-64.so.2";

impl Tool for Trixie {
    /// Whether a program runs under the loader, and the plugins are there.
    fn is_ready(&self) -> bool {
        let words = self.under(&["/bin/cat", "/dev/null"]);
        let Some((loader, words)) = words.split_first() else { return false };
        let plugins = ["clap/Kars.clap", "clap/lsp-plugins.clap", "vst3/noteexpressionsynth.vst3"];
        plugins.iter().all(|plugin| self.plugin(plugin).exists())
            && run::succeeds(Command::new(loader).args(words))
    }

    fn described(&self) -> String {
        format!("plugins of Debian {SUITE} in {}", self.folder.display())
    }

    fn absent(&self) -> &'static str {
        "plugins of Debian trixie, so their tests are left out"
    }

    fn obstacle(&self) -> Option<String> {
        if ARCH != "x86_64" {
            return Some(format!("how its loader is called on {ARCH} is not known here"));
        }
        if run::find_program("apt-get").is_none() || run::find_program("dpkg-deb").is_none() {
            return Some(
                "they are Debian packages, and there is no apt-get and dpkg-deb".to_owned(),
            );
        }
        let told = || "they are Debian packages, and apt's sources name no mirror".to_owned();
        Mirror::of_this_system().is_none().then(told)
    }

    fn install(&self) -> Result<()> {
        let mirror = Mirror::of_this_system().context("apt's sources name no mirror of Debian")?;
        eprintln!("setup: downloading {}", self.described());
        // What cargo was told about its build folder may be counted from the current one.
        let work = std::path::absolute(self.folder.with_extension("work"))?;
        place::remove(&work)?;
        let result = unpack(&work, &mirror).and_then(|unpacked| {
            place::remove(&self.folder)?;
            fs::rename(unpacked, &self.folder).context("putting them in their place")
        });
        place::remove(&work)?;
        result?;
        if !self.is_ready() {
            bail!("they were unpacked, yet nothing runs under their loader");
        }
        Ok(())
    }
}

/// Downloads and unpacks in the folder `work`; returns the folder they are in.
fn unpack(work: &Path, mirror: &Mirror) -> Result<PathBuf> {
    let mut words = vec!["download"];
    words.extend(PACKAGES);
    let archives = apt::download(&work.join("apt"), &mirror.package_line(SUITE), &words)?;
    let root = work.join("root");
    for archive in fs::read_dir(archives)? {
        let archive = archive?.path();
        if archive.extension().is_some_and(|extension| extension == "deb") {
            quiet(Command::new("dpkg-deb").arg("-x").arg(&archive).arg(&root))
                .context("unpacking")?;
        }
    }
    Ok(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_them_is_not_ready() {
        assert!(!Trixie::of(Path::new("no-such-folder")).is_ready());
    }
}
