//! `cargo xtask package`: one archive of what a musician downloads, for the system it runs on.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::artifact::{TRESILLO, UNIVERSAL};
use crate::bundle::{self, Format};
use crate::options::Options;
use crate::workspace::Workspace;
use crate::{install, notices, place, run};

/// What is copied as it lies in the repository.
const COPIED: [&str; 5] = ["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "docs", "presets"];

/// The licences of the fonts that are in the plugin, beside them in the repository.
const FONT_LICENCES: [&str; 2] = ["Inter-OFL.txt", "JetBrainsMono-OFL.txt"];

/// Builds everything and packs it; says where the archive is.
///
/// # Errors
///
/// When a build fails, a licence is not accepted, or the system has no `tar`.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    let bundles = bundle::bundle(workspace, options)?;
    let tresillo = TRESILLO.build(workspace, options)?;
    let architecture = if options.has(UNIVERSAL) { "universal" } else { env::consts::ARCH };
    let name = format!("tresillo-{}-{}-{architecture}", env!("CARGO_PKG_VERSION"), env::consts::OS);

    let folder = workspace.target.join("package").join(&name);
    place::replace(&folder, |to| {
        fs::create_dir(to)?;
        for (format, bundle) in &bundles {
            place::copy(bundle, &to.join(format.bundle_name()))?;
        }
        place::copy(&tresillo, &to.join(format!("tresillo{}", env::consts::EXE_SUFFIX)))?;
        for part in COPIED {
            place::copy(&workspace.root.join(part), &to.join(part))?;
        }
        let fonts = workspace.root.join("plugin/assets/fonts");
        fs::create_dir(to.join("licences"))?;
        for font in FONT_LICENCES {
            place::copy(&fonts.join(font), &to.join("licences").join(font))?;
        }
        fs::write(to.join("INSTALL.md"), instructions(env::consts::OS))?;
        notices::write(workspace, &to.join(notices::FILE_NAME))
    })?;

    let archive = folder.with_file_name(format!("{name}.{}", ending(env::consts::OS)));
    place::replace(&archive, |to| run::silent(&mut pack(&folder, to)?).map(drop))?;
    println!("made {}", workspace.shown(&archive));
    Ok(())
}

/// What people of a system open with a click.
fn ending(system: &str) -> &'static str {
    if system == "windows" { "zip" } else { "tar.gz" }
}

/// The command that packs `folder` into `archive`. Windows' own tar writes ZIP; one from elsewhere on the path may not.
fn pack(folder: &Path, archive: &Path) -> Result<Command> {
    let parent = folder.parent().context("a folder lies in a folder")?;
    let name = folder.file_name().context("a folder has a name")?;
    let mut command = if cfg!(windows) {
        let root = env::var_os("SystemRoot").context("Windows names its folder in SystemRoot")?;
        let mut command = Command::new(PathBuf::from(root).join("System32").join("tar.exe"));
        command.args(["--format", "zip", "-cf"]);
        command
    } else {
        let mut command = Command::new("tar");
        command.arg("-czf");
        command
    };
    command.arg(archive).arg("-C").arg(parent).arg(name);
    Ok(command)
}

/// What to do with the contents of the archive.
fn instructions(system: &str) -> String {
    let home = match system {
        "windows" => "%LOCALAPPDATA%",
        _ => "~",
    };
    let mut text = String::from("# Where things go\n\n");
    for format in Format::ALL {
        let folder = install::folder(system, Path::new(home), format);
        text.push_str(&format!("- `{}` into `{}`\n", format.bundle_name(), folder.display()));
    }
    text.push_str(
        "- `tresillo` into a folder on your path\n\n\
         Then let your host scan its plugins. `docs/README.md` says how to go on; `tresillo help` lists what the \
         program can do.\n\n\
         Tresillo is MIT or Apache-2.0, as you like; the patterns in `presets` are CC0. `THIRD-PARTY.md` names the \
         work of others in it.\n",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_instructions_name_the_folders_of_the_system() {
        let text = instructions("linux");
        assert!(text.contains("- `Tresillo.clap` into `~/.clap`\n"), "{text}");
        assert!(text.contains("- `Tresillo.vst3` into `~/.vst3`\n"), "{text}");
        assert!(instructions("macos").contains("`~/Library/Audio/Plug-Ins/VST3`"));
        assert!(instructions("windows").contains("%LOCALAPPDATA%"));
    }

    #[test]
    fn what_is_copied_is_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for part in COPIED {
            assert!(root.join(part).exists(), "{part}");
        }
    }
}
