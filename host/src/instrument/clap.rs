//! CLAP plugins: a shelf of libraries, and instances of the plugins in them.
//!
//! | module | what it knows |
//! | --- | --- |
//! | `library` | how a file or bundle is loaded, and what its factory lists |
//! | `callbacks`, `dialects` | what a plugin may ask of its host |
//! | `errands` | the timers and descriptors that a plugin wants to be called for |
//! | `ports` | where sound and notes go in and out |
//! | `parameters` | the knobs, in the plugin's own units |
//! | `events` | what a block holds, in the dialect of the plugin |
//! | `instance`, `processor` | the main half and the audio half |

mod callbacks;
mod dialects;
mod errands;
mod events;
mod instance;
mod library;
mod parameters;
mod ports;
mod processor;

use std::collections::HashMap;
use std::path::{Path, PathBuf, absolute};

use anyhow::{Context, Result, bail};

use crate::instrument::{Configuration, Description, Instrument, Role};
use library::Library;

/// Libraries that are loaded, kept until the process ends: a library is loaded once for many instances.
///
/// # Threads
/// `[main-thread]`
#[derive(Default)]
pub struct Shelf {
    libraries: HashMap<PathBuf, Library>,
}

impl Shelf {
    /// The plugins in a file or bundle, as its factory lists them. Their ports are not known before they are opened.
    ///
    /// # Errors
    /// One sentence when the library cannot be loaded or is no CLAP plugin.
    pub fn list(&mut self, path: &Path) -> Result<Vec<Description>> {
        let library = self.library(path)?;
        Ok(library.plugins().iter().map(|listed| listed.description.clone()).collect())
    }

    /// A new instance of the plugin `id` (its id, or its name where no id matches); without `id` the only one, or the only
    /// instrument among several. The format has no use for the configuration before activation.
    ///
    /// # Errors
    /// One sentence when the library cannot be loaded, when it is not clear which plugin is meant, or when the plugin refuses.
    pub fn open(
        &mut self,
        path: &Path,
        id: Option<&str>,
        _configuration: Configuration,
    ) -> Result<Box<dyn Instrument>> {
        let library = self.library(path)?;
        let descriptions = library.plugins().iter().map(|listed| &listed.description);
        let index = chosen(&descriptions.collect::<Vec<_>>(), id, path)?;
        let listed = library.plugins().get(index).context("the list of plugins changed")?;
        Ok(Box::new(instance::ClapInstrument::new(library.entry(), listed)?))
    }

    /// The library of a path, loaded the first time.
    fn library(&mut self, path: &Path) -> Result<&Library> {
        // The loader would look for a bare name in the folders of the system.
        let key = absolute(path).with_context(|| format!("finding {}", path.display()))?;
        if !self.libraries.contains_key(&key) {
            let library = Library::load(&key, path)?;
            self.libraries.insert(key.clone(), library);
        }
        self.libraries.get(&key).with_context(|| format!("loading {}", path.display()))
    }
}

/// The place of the plugin that `id` means.
fn chosen(plugins: &[&Description], id: Option<&str>, path: &Path) -> Result<usize> {
    let shown = path.display();
    if plugins.is_empty() {
        bail!("{shown} lists no plugins, so it may be broken; install it anew");
    }
    let place = |is_meant: &dyn Fn(&Description) -> bool| {
        plugins.iter().position(|description| is_meant(description))
    };
    let Some(id) = id else {
        let is_instrument = |description: &&Description| description.role == Role::Instrument;
        let is_clear =
            plugins.len() == 1 || plugins.iter().filter(|d| is_instrument(d)).count() == 1;
        let first =
            if plugins.len() == 1 { Some(0) } else { plugins.iter().position(is_instrument) };
        match first {
            Some(index) if is_clear => return Ok(index),
            _ => bail!(
                "{shown} has {} plugins, say which by {shown}#ID: {}; `tresillo plugins {shown}` lists all",
                plugins.len(),
                some_of(plugins)
            ),
        }
    };
    let wanted = id.to_lowercase();
    let found = place(&|description| description.id == id)
        .or_else(|| place(&|description| description.name == id))
        .or_else(|| place(&|description| description.name.to_lowercase() == wanted));
    found.with_context(|| {
        format!(
            "{shown} has no plugin {id}, but {}; `tresillo plugins {shown}` lists all",
            some_of(plugins)
        )
    })
}

/// The first few plugins, as people may type them.
fn some_of(plugins: &[&Description]) -> String {
    const SHOWN_MAX: usize = 8;
    let one = |description: &&Description| format!("{} ({})", description.id, description.name);
    let mut shown: Vec<String> = plugins.iter().take(SHOWN_MAX).map(one).collect();
    if let Some(more) = plugins.len().checked_sub(SHOWN_MAX).filter(|more| *more > 0) {
        shown.push(format!("{more} more"));
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::Format;

    fn plugin(id: &str, name: &str, role: Role) -> Description {
        Description {
            id: id.to_owned(),
            name: name.to_owned(),
            vendor: String::new(),
            version: String::new(),
            format: Format::Clap,
            path: PathBuf::new(),
            role,
            audio_inputs: Vec::new(),
            audio_outputs: Vec::new(),
            note_inputs: Vec::new(),
        }
    }

    fn choice(plugins: &[Description], id: Option<&str>) -> Result<usize, String> {
        let plugins: Vec<&Description> = plugins.iter().collect();
        chosen(&plugins, id, Path::new("x.clap")).map_err(|error| error.to_string())
    }

    #[test]
    fn a_plugin_is_meant_by_its_id_or_its_name_or_by_being_the_only_one() {
        let all = [
            plugin("a", "Verb", Role::Effect),
            plugin("b", "Piano", Role::Instrument),
            plugin("Verb", "c", Role::Effect),
        ];
        assert_eq!(choice(&all, Some("b")), Ok(1));
        assert_eq!(choice(&all, Some("Verb")), Ok(2), "an id goes before a name");
        assert_eq!(choice(&all, Some("piano")), Ok(1));
        assert_eq!(choice(&all, None), Ok(1), "the only instrument");
        assert_eq!(choice(&all[..1], None), Ok(0), "the only plugin");
        let text = choice(&all, Some("Organ")).unwrap_err();
        assert_eq!(
            text,
            "x.clap has no plugin Organ, but a (Verb), b (Piano), Verb (c); `tresillo plugins x.clap` lists all"
        );
    }

    #[test]
    fn an_unclear_choice_names_eight() {
        let many: Vec<Description> =
            (0..10).map(|i| plugin(&format!("id{i}"), "Synth", Role::Instrument)).collect();
        let text = choice(&many, None).unwrap_err();
        assert!(text.starts_with("x.clap has 10 plugins, say which by x.clap#ID: id0 (Synth), "));
        assert!(
            text.contains("id7 (Synth), 2 more; `tresillo plugins x.clap` lists all"),
            "{text}"
        );
        assert!(choice(&[], None).unwrap_err().contains("lists no plugins"));
    }

    #[test]
    fn what_is_no_clap_plugin_gives_one_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("text.clap");
        std::fs::write(&path, "no library").unwrap();
        let mut shelf = Shelf::default();
        let text = shelf.list(&path).unwrap_err().to_string();
        assert!(text.contains("text.clap cannot be loaded"), "{text}");
        assert!(!text.contains('\n'), "{text}");
    }
}
