//! The plugins of `tests/plugins`, laid out as hosts look for them on Linux.
//!
//! What there is and its description in LV2 are two files of that crate, included here: a library for plugin hosts cannot be
//! a dependency, and a text that it exported would need `unsafe` to be read.

#[path = "../plugins/src/catalogue.rs"]
pub mod catalogue;
#[path = "../plugins/src/turtle.rs"]
pub mod turtle;

use std::env::consts::{ARCH, DLL_SUFFIX};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use catalogue::Kind;

use crate::paths;

/// The variable of the environment that names the file to which the plugin `events` writes what it is told.
pub const LOG: &str = "TRESILLO_TEST_LOG";
/// The variable of the environment that, being `1`, makes the library crash when it is scanned.
pub const CRASH_SCAN: &str = "TRESILLO_TEST_CRASH_SCAN";

/// A folder with the plugins in three formats.
#[derive(Clone, Debug)]
pub struct Layout {
    folder: PathBuf,
}

/// Lays out `test.clap`, `test.vst3` and `test.lv2` in `folder`, around the library that [`paths::build`] builds.
///
/// # Errors
/// If the library is not there or the folder cannot be written.
pub fn lay_out(folder: &Path) -> Result<Layout> {
    let layout = Layout { folder: folder.to_owned() };
    let inside = format!("test{DLL_SUFFIX}");
    let folder = format!("{ARCH}-linux");
    let vst3 = layout.vst3_bundle().join("Contents").join(folder).join(&inside);
    let lv2 = layout.lv2_bundle().join(&inside);
    for place in [&layout.clap_file(), &vst3, &lv2] {
        put(&paths::test_plugins_library(), place)?;
    }
    write(&layout.lv2_bundle().join("manifest.ttl"), &turtle::manifest(&inside, "test.ttl"))?;
    write(&layout.lv2_bundle().join("test.ttl"), &turtle::description())?;
    Ok(layout)
}

impl Layout {
    /// The CLAP file.
    #[must_use]
    pub fn clap_file(&self) -> PathBuf {
        self.folder.join("test.clap")
    }

    /// The VST3 bundle.
    #[must_use]
    pub fn vst3_bundle(&self) -> PathBuf {
        self.folder.join("test.vst3")
    }

    /// The LV2 bundle.
    #[must_use]
    pub fn lv2_bundle(&self) -> PathBuf {
        self.folder.join("test.lv2")
    }

    /// What `tresillo render -p` takes for a kind (`impulse`) in CLAP.
    ///
    /// # Panics
    /// If there is no such kind; so do the other two.
    #[must_use]
    pub fn clap(&self, slug: &str) -> String {
        format!("{}#{}", self.clap_file().display(), kind(slug).clap_id())
    }

    /// The same in VST3.
    #[must_use]
    pub fn vst3(&self, slug: &str) -> String {
        format!("{}#{}", self.vst3_bundle().display(), kind(slug).name())
    }

    /// The same in LV2.
    #[must_use]
    pub fn lv2(&self, slug: &str) -> String {
        format!("{}#{}", self.lv2_bundle().display(), kind(slug).lv2_uri())
    }

    /// The same in all three formats, with their names.
    #[must_use]
    pub fn all(&self, slug: &str) -> [(&'static str, String); 3] {
        [("CLAP", self.clap(slug)), ("VST3", self.vst3(slug)), ("LV2", self.lv2(slug))]
    }
}

fn kind(slug: &str) -> Kind {
    Kind::of_slug(slug).unwrap_or_else(|| panic!("there is no test plugin called {slug}"))
}

/// Puts the library to a place, as a copy: what is the same file would be loaded once for all formats.
fn put(library: &Path, place: &Path) -> Result<()> {
    let folder = place.parent().context("a library lies in a folder")?;
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    if place.exists() {
        // A process may still have it open; it must not change under it.
        fs::remove_file(place).with_context(|| format!("replacing {}", place.display()))?;
    }
    fs::copy(library, place).with_context(|| format!("copying {}", library.display()))?;
    Ok(())
}

fn write(place: &Path, text: &str) -> Result<()> {
    fs::write(place, text).with_context(|| format!("writing {}", place.display()))
}
