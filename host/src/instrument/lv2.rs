//! LV2: bundles of Turtle files that describe plugins, and libraries that make the sound.
//!
//! What a plugin is, its ports and its parameters, is read from Turtle alone ([`Shelf::list`], [`Shelf::describe`]); its
//! library is loaded when it is to sound ([`Shelf::open`]). Parameters are the control inputs, by their symbols; those that
//! plugins have only as messages (`patch:writable`) are not among them, but are part of a state. Notes, controls and the
//! place in the piece go in as atoms; what came before atoms (the event extension) is not supported.

mod abi;
mod atom;
mod base64;
mod bus;
mod hosted;
mod instance;
mod library;
mod offer;
mod plugin;
mod port;
mod saved;
mod sounding;
mod turtle;
mod urid;
mod vocabulary;
mod work;
mod world;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use anyhow::{Result, bail};

use crate::instrument::{Configuration, Description, Instrument, Parameter, Role};
use hosted::Hosted;
use library::Libraries;
use offer::Offer;
use plugin::Plugin;
use urid::Known;
use world::{Bundle, World};

/// What parameters that depend on the sample rate are described with, where none is known.
const SAMPLE_RATE_HZ: u32 = 48_000;

/// Bundles that were read and libraries that are loaded, kept until the process ends: a library is loaded once for many
/// instances.
///
/// # Threads
/// `[main-thread]`: used on one thread, as the instruments that come from it.
#[derive(Default)]
pub struct Shelf {
    world: Rc<RefCell<World>>,
    libraries: Libraries,
}

impl Shelf {
    /// The plugins in a bundle, a folder `X.lv2` or a file in it. Only Turtle is read, no library is loaded. Empty for a
    /// bundle of something else (presets, a specification). Plugins whose description cannot be used are left out if there
    /// are others.
    ///
    /// # Errors
    /// One sentence: it is no bundle, or none of its plugins has a description that can be used.
    pub fn list(&mut self, path: &Path) -> Result<Vec<Description>> {
        let plugins = self.plugins(path)?;
        Ok(plugins.iter().map(|plugin| plugin.description()).collect())
    }

    /// The description and the parameters of a plugin, as a new instance has them, from Turtle alone. Ranges that depend on
    /// the sample rate are those at 48 kHz.
    ///
    /// # Errors
    /// As [`Shelf::open`], but for what has to do with the library.
    pub fn describe(
        &mut self,
        path: &Path,
        id: Option<&str>,
    ) -> Result<(Description, Vec<Parameter>)> {
        let plugin = self.choose(path, id)?;
        Ok((plugin.description(), plugin.parameters(SAMPLE_RATE_HZ)))
    }

    /// A new instance of the plugin `id` (its URI, or its name where no URI matches) of a bundle; without `id`: the only
    /// one, or the only instrument among several. `configuration` is what it will be activated with.
    ///
    /// # Errors
    /// One sentence: no such plugin, one that needs what is not offered here, or one that does not load or start.
    pub fn open(
        &mut self,
        path: &Path,
        id: Option<&str>,
        configuration: Configuration,
    ) -> Result<Box<dyn Instrument>> {
        let plugin = self.choose(path, id)?;
        self.start(plugin, configuration)
    }

    /// A new instance of the plugin `uri`, from the first bundle of the search path that has it.
    ///
    /// # Errors
    /// As [`Shelf::open`], or when it is not installed.
    pub fn open_uri(
        &mut self,
        uri: &str,
        configuration: Configuration,
    ) -> Result<Box<dyn Instrument>> {
        let plugin = self.plugin_of_uri(uri)?;
        self.start(plugin, configuration)
    }

    /// As [`Shelf::describe`], of the plugin `uri` from the first bundle of the search path that has it.
    ///
    /// # Errors
    /// One sentence: it is not installed, or its description cannot be used.
    pub fn describe_uri(&mut self, uri: &str) -> Result<(Description, Vec<Parameter>)> {
        let plugin = self.plugin_of_uri(uri)?;
        Ok((plugin.description(), plugin.parameters(SAMPLE_RATE_HZ)))
    }

    /// The first bundle of the search path that has the plugin `uri`. Only manifests are read.
    ///
    /// # Errors
    /// One sentence when none has it.
    pub fn bundle_of(&mut self, uri: &str) -> Result<PathBuf> {
        Ok(self.world.borrow_mut().find(uri)?.path.clone())
    }

    fn plugin_of_uri(&mut self, uri: &str) -> Result<Arc<Plugin>> {
        let mut world = self.world.borrow_mut();
        let bundle = world.find(uri)?;
        world.plugin(&bundle, uri)
    }

    fn start(
        &mut self,
        plugin: Arc<Plugin>,
        configuration: Configuration,
    ) -> Result<Box<dyn Instrument>> {
        plugin.check(configuration.block_frames)?;
        let maker = self.libraries.maker(&plugin, || Offer::new(configuration, &Known::new()))?;
        Ok(Box::new(Hosted::new(maker, plugin, Rc::clone(&self.world), configuration)?))
    }

    fn bundle(&self, path: &Path) -> Result<Rc<Bundle>> {
        self.world.borrow_mut().bundle(path)
    }

    /// All plugins of a bundle that can be described.
    fn plugins(&self, path: &Path) -> Result<Vec<Arc<Plugin>>> {
        let bundle = self.bundle(path)?;
        let mut world = self.world.borrow_mut();
        let mut plugins = Vec::new();
        let mut fault = None;
        for uri in bundle.plugins() {
            match world.plugin(&bundle, &uri) {
                Ok(plugin) => plugins.push(plugin),
                Err(error) => fault = fault.or(Some(error)),
            }
        }
        match fault {
            Some(fault) if plugins.is_empty() => Err(fault),
            _ => Ok(plugins),
        }
    }

    fn choose(&self, path: &Path, id: Option<&str>) -> Result<Arc<Plugin>> {
        if let Some(id) = id {
            let bundle = self.bundle(path)?;
            if bundle.plugins().iter().any(|uri| uri == id) {
                return self.world.borrow_mut().plugin(&bundle, id);
            }
        }
        let plugins = self.plugins(path)?;
        if plugins.is_empty() {
            bail!("the LV2 bundle {} has no plugins", path.display());
        }
        let meant: Vec<&Arc<Plugin>> = match id {
            Some(id) => {
                let is_named = |plugin: &&Arc<Plugin>| plugin.name.eq_ignore_ascii_case(id);
                plugins.iter().filter(is_named).collect()
            }
            None if plugins.len() == 1 => plugins.iter().collect(),
            None => plugins.iter().filter(|plugin| plugin.role == Role::Instrument).collect(),
        };
        if let [plugin] = meant.as_slice() {
            return Ok(Arc::clone(plugin));
        }
        let what = match id {
            Some(id) if meant.is_empty() => format!("has no plugin {id}"),
            Some(id) => format!("has {} plugins called {id}", meant.len()),
            None => format!("has {} plugins; say which", plugins.len()),
        };
        let shown = if meant.is_empty() { plugins.iter().collect() } else { meant };
        let shown: Vec<String> = shown
            .iter()
            .take(8)
            .map(|plugin| format!("{} ({})", plugin.uri, plugin.name))
            .collect();
        let path = path.display();
        bail!("{path} {what}: {}; `tresillo plugins {path}` lists all", shown.join(", "))
    }
}

#[cfg(test)]
mod tests;
