//! VST 3, the format of `.vst3` bundles and files.
//!
//! A library has a factory that lists classes; an instance is a component, which computes sound, and a controller, which knows
//! parameters. All of it runs on one thread, offline.

mod application;
mod bundle;
mod changes;
mod class;
mod handler;
mod mapping;
mod message;
#[cfg(test)]
mod misbehaviour;
mod note;
mod parameter;
mod plain;
mod plugin;
mod ports;
mod preset;
mod processor;
mod stream;
mod text;

use std::collections::BTreeMap;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

pub(in crate::instrument) use bundle::library;

use anyhow::{Result, bail};
use vst3::ComPtr;
use vst3::Steinberg::IPluginFactory;

use self::class::PluginClass;
use self::plugin::Plugin;
use crate::instrument::{Configuration, Description, Instrument, Role};

/// Libraries that are loaded, kept until the process ends: a library is loaded once for many instances.
///
/// # Threads
/// `[main-thread]`
#[derive(Default)]
pub struct Shelf {
    /// What makes the plugins of a library, by the library's own path; never released, as the library is never unloaded.
    factories: BTreeMap<PathBuf, ManuallyDrop<ComPtr<IPluginFactory>>>,
}

impl Shelf {
    /// The plugins in a bundle or file, as its factory lists them; their ports are not known before they are opened.
    ///
    /// # Errors
    /// One sentence when it cannot be loaded or is no VST3 plugin.
    pub fn list(&mut self, path: &Path) -> Result<Vec<Description>> {
        let classes = class::of_factory(self.factory(path)?, path);
        Ok(classes.into_iter().map(|class| class.description).collect())
    }

    /// A new instance of the plugin `id` (its id, or its name where no id matches) of that file; without `id` the only one,
    /// or the only instrument among several. `configuration` is what it will be activated with.
    ///
    /// # Errors
    /// One sentence when there is no such plugin or it refuses.
    pub fn open(
        &mut self,
        path: &Path,
        id: Option<&str>,
        configuration: Configuration,
    ) -> Result<Box<dyn Instrument>> {
        let factory = self.factory(path)?;
        let classes = class::of_factory(factory, path);
        let class = choose(&classes, id, path)?;
        Ok(Box::new(Plugin::new(factory, class, configuration)?))
    }

    fn factory(&mut self, path: &Path) -> Result<&ComPtr<IPluginFactory>> {
        let library = bundle::library(path)?;
        let library = library.canonicalize().unwrap_or(library);
        if !self.factories.contains_key(&library) {
            let factory = bundle::factory(path, &library)?;
            self.factories.insert(library.clone(), ManuallyDrop::new(factory));
        }
        match self.factories.get(&library) {
            Some(factory) => Ok(factory),
            None => bail!("{} cannot be loaded", path.display()),
        }
    }
}

/// The plugin that is meant.
fn choose<'a>(
    classes: &'a [PluginClass],
    id: Option<&str>,
    path: &Path,
) -> Result<&'a PluginClass> {
    let shown = path.display();
    let named: Vec<String> = classes
        .iter()
        .take(8)
        .map(|class| format!("{} ({})", class.description.id, class.description.name))
        .collect();
    let named = named.join(", ");
    let hint = format!("{named}; `tresillo plugins {shown}` lists all");
    let Some(id) = id else {
        let is_instrument = |class: &&PluginClass| class.description.role == Role::Instrument;
        let instruments: Vec<&PluginClass> = classes.iter().filter(is_instrument).collect();
        return match (classes, instruments.as_slice()) {
            ([], _) => bail!("{shown} has no plugins in it"),
            ([only], _) => Ok(only),
            (_, [only]) => Ok(only),
            _ => bail!(
                "{shown} has {} plugins in it; say which, as {shown}#ID: {hint}",
                classes.len()
            ),
        };
    };
    // Ids are written with braces and dashes by some.
    let bare = |text: &str| text.replace(['{', '}', '-'], "").to_uppercase();
    let ways: [&dyn Fn(&Description) -> bool; 3] =
        [&|plugin| plugin.id == bare(id), &|plugin| plugin.name == id, &|plugin| {
            plugin.name.to_lowercase() == id.to_lowercase()
        }];
    for is_meant in ways {
        if let Some(class) = classes.iter().find(|class| is_meant(&class.description)) {
            return Ok(class);
        }
    }
    bail!("{shown} has no plugin {id} in it, but {hint}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::Format;

    fn class(id: &str, name: &str, role: Role) -> PluginClass {
        let description = Description {
            id: id.to_owned(),
            name: name.to_owned(),
            vendor: String::new(),
            version: String::new(),
            format: Format::Vst3,
            path: PathBuf::new(),
            role,
            audio_inputs: Vec::new(),
            audio_outputs: Vec::new(),
            note_inputs: Vec::new(),
        };
        PluginClass { class_id: [0; 16], description }
    }

    #[test]
    fn a_plugin_is_chosen_by_id_or_name_or_because_there_is_no_other() {
        let path = Path::new("a.vst3");
        let synth = class("AB01", "Synth", Role::Instrument);
        let delay = class("AB02", "Delay", Role::Effect);
        let organ = class("AB03", "Organ", Role::Instrument);
        let chosen = |classes: &[PluginClass], id: Option<&str>| {
            choose(classes, id, path).map(|class| class.description.name.clone())
        };
        let both = [synth.clone(), delay.clone()];
        let all = [synth, delay.clone(), organ];
        assert_eq!(chosen(&both, None).unwrap(), "Synth");
        assert_eq!(chosen(&[delay], None).unwrap(), "Delay");
        assert_eq!(chosen(&all, Some("{ab-03}")).unwrap(), "Organ");
        assert_eq!(chosen(&all, Some("delay")).unwrap(), "Delay");
        assert_eq!(
            chosen(&all, None).unwrap_err().to_string(),
            "a.vst3 has 3 plugins in it; say which, as a.vst3#ID: AB01 (Synth), AB02 (Delay), AB03 (Organ); `tresillo plugins a.vst3` lists all"
        );
        assert_eq!(
            chosen(&all[..1], Some("Bass")).unwrap_err().to_string(),
            "a.vst3 has no plugin Bass in it, but AB01 (Synth); `tresillo plugins a.vst3` lists all"
        );
        assert_eq!(chosen(&[], None).unwrap_err().to_string(), "a.vst3 has no plugins in it");
    }
}
