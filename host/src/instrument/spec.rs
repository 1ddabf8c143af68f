//! Which plugin is meant, and how it is set: what a command line, a manifest or a library call says.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};

use crate::instrument::{Format, Outputs, builtin, search};

/// One plugin and how it is set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PluginSpec {
    /// As it was typed: `PATH`, `PATH#ID`, an LV2 URI, the name of an installed file, or `builtin`.
    pub plugin: String,
    /// Parameters by name or id, and their values as text, set in this order.
    pub parameters: Vec<(String, String)>,
    /// A preset or state that is loaded first.
    pub state: Option<PathBuf>,
    /// Where its state is written once it is set.
    pub save_state: Option<PathBuf>,
    /// Which of its outputs are heard.
    pub outputs: Outputs,
}

impl PluginSpec {
    /// A plugin as it comes.
    #[must_use]
    pub fn new(plugin: impl Into<String>) -> PluginSpec {
        PluginSpec { plugin: plugin.into(), ..PluginSpec::default() }
    }
}

/// Where a plugin is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// In this program.
    Builtin,
    /// In a file or bundle, the one with this id or name where one is given.
    File {
        /// What it comes as.
        format: Format,
        /// The file or bundle.
        path: PathBuf,
        /// Which plugin of it.
        id: Option<String>,
    },
    /// Somewhere in the LV2 path.
    Uri(String),
}

impl Place {
    /// Where the plugin is that was typed.
    ///
    /// # Errors
    /// One sentence where there is no such file, or where it is none that can be a plugin.
    pub fn of(typed: &str) -> Result<Place> {
        if typed == builtin::NAME {
            return Ok(Place::Builtin);
        }
        if ["http://", "https://", "urn:"].iter().any(|scheme| typed.starts_with(scheme)) {
            return Ok(Place::Uri(typed.to_owned()));
        }
        if typed.is_empty() {
            bail!(
                "-p needs a plugin: a file, an LV2 URI, the name of an installed one, or builtin"
            );
        }
        let (path, id) = split(typed);
        let path = if path.exists() { path } else { search::installed(&path).unwrap_or(path) };
        let Some(format) = format_of(&path) else {
            if path.extension().is_none() && !path.exists() {
                bail!(
                    "{}: there is no such file, and none that is installed is called so; `tresillo plugins` lists those",
                    path.display()
                );
            }
            bail!(
                "{}: its name does not end in .clap, .vst3, .lv2, .sf2 or .sf3, and it is no LV2 URI",
                path.display()
            );
        };
        if !path.exists() {
            bail!(
                "{}: there is no such file; `tresillo plugins` lists what is installed",
                path.display()
            );
        }
        Ok(Place::File { format, path, id })
    }

    /// Whether it runs code of others, which may crash.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        match self {
            Place::Builtin => false,
            Place::File { format, .. } => *format != Format::Soundfont,
            Place::Uri(_) => true,
        }
    }
}

/// What a file is, by its name.
#[must_use]
pub fn format_of(path: &Path) -> Option<Format> {
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    Some(match extension.as_str() {
        "clap" => Format::Clap,
        "vst3" => Format::Vst3,
        "lv2" => Format::Lv2,
        "sf2" | "sf3" => Format::Soundfont,
        _ => return None,
    })
}

/// `PATH#ID` at the first `#` behind a path that is there; ids and paths may hold more of them.
fn split(typed: &str) -> (PathBuf, Option<String>) {
    let whole = PathBuf::from(typed);
    if whole.exists() {
        return (whole, None);
    }
    let at_each = typed.match_indices('#').map(|(at, _)| {
        let (path, id) = typed.split_at(at);
        (
            PathBuf::from(path),
            Some(id.trim_start_matches('#').to_owned()).filter(|id| !id.is_empty()),
        )
    });
    let mut all: Vec<_> = at_each.collect();
    let there = all.iter().position(|(path, _)| path.exists()).unwrap_or(0);
    if all.is_empty() { (whole, None) } else { all.swap_remove(there) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_is_a_file_an_id_in_a_file_a_uri_or_built_in() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, "").unwrap();
            path.display().to_string()
        };
        let (clap, odd) = (file("a.clap"), file("b#2.vst3"));
        let place = |typed: &str| match Place::of(typed).unwrap() {
            Place::File { format, path, id } => (format, path.display().to_string(), id),
            other => panic!("{other:?}"),
        };
        assert_eq!(place(&clap), (Format::Clap, clap.clone(), None));
        assert_eq!(
            place(&format!("{clap}#org.x#y")),
            (Format::Clap, clap.clone(), Some("org.x#y".to_owned()))
        );
        assert_eq!(place(&odd), (Format::Vst3, odd.clone(), None));
        assert_eq!(place(&format!("{odd}#One")), (Format::Vst3, odd, Some("One".to_owned())));
        assert_eq!(Place::of("builtin").unwrap(), Place::Builtin);
        assert_eq!(Place::of("urn:a#b").unwrap(), Place::Uri("urn:a#b".to_owned()));
    }

    #[test]
    fn what_is_not_there_or_no_plugin_is_told_in_a_sentence() {
        let error = |typed: &str| Place::of(typed).unwrap_err().to_string();
        assert!(error("/absent/x.clap#id").starts_with("/absent/x.clap: there is no such file"));
        assert!(error("/absent/x.dll").contains("its name does not end in .clap"));
        assert!(error("Vital").contains("none that is installed is called so"));
    }
}
