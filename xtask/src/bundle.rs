//! `cargo xtask bundle`: the plugin's library in the shapes that hosts look for.
//!
//! nice-plug-xtask does this too, but on two cores it compiles in 32 s where all of this crate's other dependencies
//! take 3 s (it parses TOML and object files), and the first `cargo xtask demo` would wait for it. What is needed of it
//! is the layout below. `bundler.toml` is kept for those who use nice-plug's own command; a test holds both together.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::artifact::{self, Artifact};
use crate::options::Options;
use crate::workspace::Workspace;
use crate::{place, run};

/// The name of the bundles.
const NAME: &str = "Tresillo";

/// The crate that is bundled.
pub(crate) const PACKAGE: &str = "tresillo-plugin";

/// Its library, as hosts load it.
const LIBRARY: Artifact = Artifact {
    words: &["build", "-p", PACKAGE, "--lib"],
    target: "tresillo_plugin",
    is_it: |file| file.extension().is_some_and(|extension| extension == env::consts::DLL_EXTENSION),
};

/// Reverse domain name of the bundles on macOS.
const IDENTIFIER: &str = "org.tresillo.plugin";

/// A plugin format: the extension of its bundle, and the symbol a library of that format exports.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Format {
    Clap,
    Vst3,
}

impl Format {
    pub(crate) const ALL: [Format; 2] = [Format::Clap, Format::Vst3];

    pub(crate) fn extension(self) -> &'static str {
        match self {
            Format::Clap => "clap",
            Format::Vst3 => "vst3",
        }
    }

    /// The name of the bundle's file or folder.
    pub(crate) fn bundle_name(self) -> String {
        format!("{NAME}.{}", self.extension())
    }

    fn symbol(self) -> &'static [u8] {
        match self {
            Format::Clap => b"clap_entry\0",
            Format::Vst3 => b"GetPluginFactory\0",
        }
    }

    /// Where the library lies in the bundle; `None`: the bundle is the library.
    ///
    /// Steinberg, VST 3 Developer Portal, "Plug-in Format Structure"; CLAP, `include/clap/entry.h`.
    fn library_in_bundle(self, name: &str, system: &str, architecture: &str) -> Option<PathBuf> {
        match (self, system) {
            (_, "macos") => Some(format!("Contents/MacOS/{name}").into()),
            (Format::Clap, _) => None,
            (Format::Vst3, "windows") => {
                let architecture = match architecture {
                    "aarch64" => "arm64",
                    other => other,
                };
                Some(format!("Contents/{architecture}-win/{name}.vst3").into())
            }
            (Format::Vst3, _) => {
                let architecture = match architecture {
                    "x86" => "i386",
                    other => other,
                };
                Some(format!("Contents/{architecture}-linux/{name}.so").into())
            }
        }
    }
}

/// Builds the plugin and says where the bundles are.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    for (_, path) in bundle(workspace, options)? {
        println!("made {}", workspace.shown(&path));
    }
    Ok(())
}

/// Builds the plugin and puts its bundles into `bundled` (`--debug`: `bundled-debug`) in the build folder.
///
/// # Errors
///
/// When the build fails or the library exports no plugin of a format.
pub(crate) fn bundle(workspace: &Workspace, options: &Options) -> Result<Vec<(Format, PathBuf)>> {
    workspace.find(PACKAGE)?;
    let library = LIBRARY.build(workspace, options)?;
    let bytes = fs::read(&library).with_context(|| format!("reading {}", library.display()))?;
    let folder = if options.has(artifact::DEBUG) { "bundled-debug" } else { "bundled" };
    let folder = workspace.target.join(folder);

    // Both are looked for before either is written: a half made set of bundles helps nobody.
    for format in Format::ALL {
        if !exports(&bytes, format) {
            bail!(
                "{PACKAGE} exports no {} plugin: the symbol {} is not in {}",
                format.extension(),
                String::from_utf8_lossy(format.symbol()).trim_end_matches('\0'),
                workspace.shown(&library)
            );
        }
    }
    let mut made = Vec::new();
    for format in Format::ALL {
        let path = folder.join(format.bundle_name());
        make(&library, format, NAME, &path)?;
        made.push((format, path));
    }
    Ok(made)
}

/// Lays out a bundle of this system around a library.
///
/// # Errors
///
/// When it cannot be written.
pub(crate) fn make(library: &Path, format: Format, name: &str, path: &Path) -> Result<()> {
    let inside = format.library_in_bundle(name, env::consts::OS, env::consts::ARCH);
    place::replace(path, |to| write_bundle(library, to, inside.as_deref()))?;
    sign(path);
    Ok(())
}

/// Whether the symbol's name stands in the library. A reader of object files would be surer and takes longer to
/// compile than the rest of this crate; what loads the bundles in the tests is the real judge.
fn exports(library: &[u8], format: Format) -> bool {
    let symbol = format.symbol();
    library.windows(symbol.len()).any(|window| window == symbol)
}

fn write_bundle(library: &Path, to: &Path, inside: Option<&Path>) -> Result<()> {
    let Some(inside) = inside else {
        return place::copy(library, to);
    };
    let file = to.join(inside);
    fs::create_dir_all(file.parent().context("a library in a bundle lies in a folder")?)?;
    place::copy(library, &file)?;
    if inside.starts_with("Contents/MacOS") {
        fs::write(to.join("Contents/PkgInfo"), "BNDL????")?;
        fs::write(to.join("Contents/Info.plist"), info_plist())?;
    }
    Ok(())
}

fn info_plist() -> String {
    let fields = [
        ("CFBundleExecutable", NAME),
        ("CFBundleIdentifier", IDENTIFIER),
        ("CFBundleName", NAME),
        ("CFBundlePackageType", "BNDL"),
        ("CFBundleSignature", "????"),
        ("CFBundleShortVersionString", env!("CARGO_PKG_VERSION")),
        ("CFBundleVersion", env!("CARGO_PKG_VERSION")),
    ];
    let fields: String = fields
        .iter()
        .map(|(key, value)| format!("  <key>{key}</key>\n  <string>{value}</string>\n"))
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
         \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
         <plist version=\"1.0\">\n<dict>\n{fields}</dict>\n</plist>\n"
    )
}

/// Signs a bundle on macOS for this machine only; Apple's processors load nothing unsigned.
fn sign(bundle: &Path) {
    if cfg!(target_os = "macos")
        && !run::succeeds(Command::new("codesign").args(["-f", "-s", "-"]).arg(bundle))
    {
        eprintln!("codesign did not sign {}; some hosts will not load it", bundle.display());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::scratch::Scratch;

    fn check(format: Format, system: &str, architecture: &str, expected: Option<&str>) {
        let found = format.library_in_bundle(NAME, system, architecture);
        assert_eq!(found.as_deref(), expected.map(Path::new), "{format:?} on {system}");
    }

    #[test]
    fn each_system_has_its_layout() {
        check(Format::Clap, "linux", "x86_64", None);
        check(Format::Clap, "windows", "x86_64", None);
        check(Format::Clap, "macos", "aarch64", Some("Contents/MacOS/Tresillo"));
        check(Format::Vst3, "linux", "x86_64", Some("Contents/x86_64-linux/Tresillo.so"));
        check(Format::Vst3, "linux", "aarch64", Some("Contents/aarch64-linux/Tresillo.so"));
        check(Format::Vst3, "windows", "x86_64", Some("Contents/x86_64-win/Tresillo.vst3"));
        check(Format::Vst3, "windows", "aarch64", Some("Contents/arm64-win/Tresillo.vst3"));
        check(Format::Vst3, "macos", "x86_64", Some("Contents/MacOS/Tresillo"));
    }

    #[test]
    fn a_macos_bundle_says_what_it_is() {
        let scratch = Scratch::new("macos");
        let library = scratch.0.join("lib.dylib");
        fs::write(&library, "code").expect("written");
        let to = scratch.0.join("Tresillo.clap");
        let inside = Format::Clap.library_in_bundle(NAME, "macos", "aarch64");
        write_bundle(&library, &to, inside.as_deref()).expect("written");
        assert_eq!(scratch.names("Tresillo.clap/Contents"), ["Info.plist", "MacOS", "PkgInfo"]);
        assert_eq!(fs::read(to.join("Contents/MacOS/Tresillo")).expect("there"), b"code");
    }

    #[test]
    fn a_library_without_the_symbol_is_no_plugin() {
        assert!(exports(b"\0\0clap_entry\0\0", Format::Clap));
        assert!(!exports(b"\0\0clap_entry_point\0", Format::Clap));
        assert!(!exports(b"\0\0clap_entry\0", Format::Vst3));
    }

    #[test]
    fn the_file_of_nice_plugs_bundler_says_the_same_name() {
        let file = include_str!("../../bundler.toml");
        assert!(file.contains(&format!("[{PACKAGE}]\nname = \"{NAME}\"\n")));
    }
}
