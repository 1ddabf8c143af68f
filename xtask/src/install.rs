//! `cargo xtask install` and `uninstall`: the bundles in the plugin folders of the person, not of the system.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::bundle::{self, Format};
use crate::options::Options;
use crate::place;
use crate::workspace::Workspace;

/// Bundles the plugin and copies it; says where each bundle went.
pub(crate) fn install(workspace: &Workspace, options: &Options) -> Result<()> {
    let home = home(env::consts::OS)?;
    for (format, bundle) in bundle::bundle(workspace, options)? {
        let place = put(&home, format, &bundle)?;
        println!("installed {}", place.display());
    }
    println!("Let your host scan its plugins again; `cargo xtask uninstall` takes them away.");
    Ok(())
}

/// Removes the two bundles and nothing else. All plugins that a bundle holds go with it.
pub(crate) fn uninstall() -> Result<()> {
    let home = home(env::consts::OS)?;
    for format in Format::ALL {
        let (place, was_there) = take_away(&home, format)?;
        println!("{} {}", if was_there { "removed" } else { "was not there:" }, place.display());
    }
    Ok(())
}

/// Where the bundle of a format is put, here.
fn place_of(home: &Path, format: Format) -> PathBuf {
    folder(env::consts::OS, home, format).join(format.bundle_name())
}

fn put(home: &Path, format: Format, bundle: &Path) -> Result<PathBuf> {
    let place = place_of(home, format);
    place::replace(&place, |to| place::copy(bundle, to))?;
    Ok(place)
}

fn take_away(home: &Path, format: Format) -> Result<(PathBuf, bool)> {
    let place = place_of(home, format);
    let was_there =
        place::remove(&place).with_context(|| format!("removing {}", place.display()))?;
    Ok((place, was_there))
}

/// What the plugin folders are counted from.
fn home(system: &str) -> Result<PathBuf> {
    let variable = if system == "windows" { "LOCALAPPDATA" } else { "HOME" };
    env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from).with_context(|| {
        format!("the plugin folders are counted from {variable}, which is not set")
    })
}

/// The person's own plugin folder. CLAP, `include/clap/entry.h`; Steinberg, VST 3 Developer Portal, "Plug-in
/// Locations". On Windows it is the one of these that needs no administrator.
pub(crate) fn folder(system: &str, home: &Path, format: Format) -> PathBuf {
    let upper = format.extension().to_uppercase();
    match system {
        "macos" => home.join("Library/Audio/Plug-Ins").join(upper),
        "windows" => home.join("Programs/Common").join(upper),
        _ => home.join(format!(".{}", format.extension())),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::place::scratch::Scratch;

    /// A bundle as a file or a folder, as this system has it.
    fn bundle_in(scratch: &Scratch, format: Format, content: &str) -> PathBuf {
        let bundle = scratch.0.join(format.bundle_name());
        if format == Format::Vst3 {
            fs::create_dir_all(bundle.join("Contents")).expect("made");
            fs::write(bundle.join("Contents/library"), content).expect("written");
        } else {
            fs::write(&bundle, content).expect("written");
        }
        bundle
    }

    #[test]
    fn what_was_installed_is_taken_away_and_nothing_else() {
        let scratch = Scratch::new("install");
        let home = scratch.0.join("home");
        for format in Format::ALL {
            let folder = folder(env::consts::OS, &home, format);
            fs::create_dir_all(&folder).expect("made");
            let neighbour = format!("Tresillo Instrument.{}", format.extension());
            fs::write(folder.join(neighbour), "somebody else's").expect("written");
            // Twice: the second takes the place of the first.
            for content in ["first", "second"] {
                put(&home, format, &bundle_in(&scratch, format, content)).expect("installed");
            }
            assert_eq!(fs::read_dir(&folder).expect("there").count(), 2, "{format:?}");
            assert!(take_away(&home, format).expect("removed").1);
            assert!(!take_away(&home, format).expect("nothing to remove").1);
            let left: Vec<_> = fs::read_dir(&folder).expect("there").flatten().collect();
            assert_eq!(left.len(), 1, "{format:?}: {left:?}");
        }
    }

    #[test]
    fn each_system_has_its_folders() {
        let home = Path::new("h");
        assert_eq!(folder("linux", home, Format::Clap), Path::new("h/.clap"));
        assert_eq!(folder("linux", home, Format::Vst3), Path::new("h/.vst3"));
        assert_eq!(folder("macos", home, Format::Vst3), Path::new("h/Library/Audio/Plug-Ins/VST3"));
        assert_eq!(folder("windows", home, Format::Clap), Path::new("h/Programs/Common/CLAP"));
    }
}
