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
        let place = folder(env::consts::OS, &home, format).join(format.bundle_name());
        place::replace(&place, |to| place::copy(&bundle, to))?;
        println!("installed {}", place.display());
    }
    println!("Let your host scan its plugins again; `cargo xtask uninstall` takes them away.");
    Ok(())
}

/// Removes the two bundles and nothing else.
pub(crate) fn uninstall() -> Result<()> {
    let home = home(env::consts::OS)?;
    for format in Format::ALL {
        let place = folder(env::consts::OS, &home, format).join(format.bundle_name());
        let was_there =
            place::remove(&place).with_context(|| format!("removing {}", place.display()))?;
        println!("{} {}", if was_there { "removed" } else { "was not there:" }, place.display());
    }
    Ok(())
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
    use super::*;

    #[test]
    fn each_system_has_its_folders() {
        let home = Path::new("h");
        assert_eq!(folder("linux", home, Format::Clap), Path::new("h/.clap"));
        assert_eq!(folder("linux", home, Format::Vst3), Path::new("h/.vst3"));
        assert_eq!(folder("macos", home, Format::Vst3), Path::new("h/Library/Audio/Plug-Ins/VST3"));
        assert_eq!(folder("windows", home, Format::Clap), Path::new("h/Programs/Common/CLAP"));
    }
}
