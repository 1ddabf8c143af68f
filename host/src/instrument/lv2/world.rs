//! Bundles on disk: which plugins and presets they have.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use anyhow::{Context, Result, bail};

use crate::instrument::lv2::plugin::Plugin;
use crate::instrument::lv2::saved::Saved;
use crate::instrument::lv2::turtle::{self, Graph, Node};
use crate::instrument::lv2::vocabulary::{core, presets, rdfs};
use crate::instrument::{Format, search};

/// The file that says what is in a bundle.
const MANIFEST: &str = "manifest.ttl";

/// A folder with a manifest.
pub(super) struct Bundle {
    pub(super) path: PathBuf,
    manifest: Graph,
}

impl Bundle {
    fn read(path: &Path) -> Result<Bundle> {
        let mut manifest = Graph::default();
        let file = path.join(MANIFEST);
        if !file.is_file() {
            bail!("{} is no LV2 bundle: it has no {MANIFEST}", path.display());
        }
        manifest.read(&file)?;
        Ok(Bundle { path: path.to_owned(), manifest })
    }

    /// The names of the plugins, in the order of the manifest.
    pub(super) fn plugins(&self) -> Vec<String> {
        let is_plugin = |node: &&Node| self.manifest.is_a(node, core::PLUGIN);
        let nodes = self.manifest.subjects().filter(is_plugin);
        nodes.filter_map(Node::as_iri).map(str::to_owned).collect()
    }

    /// The presets for the plugin `uri`.
    fn presets(&self, uri: &str) -> impl Iterator<Item = &Node> {
        let applies = move |node: &&Node| {
            self.manifest.is_a(node, presets::PRESET)
                && self.manifest.has(node, core::APPLIES_TO, uri)
        };
        self.manifest.subjects().filter(applies)
    }

    /// What the manifest and the files that it names for `node` say of it.
    fn about(&self, node: &Node) -> Result<Graph> {
        let mut graph = Graph::default();
        graph.read(&self.path.join(MANIFEST))?;
        for file in self.manifest.iris(node, rdfs::SEE_ALSO) {
            // What is no file, or not there, is a page on the web or the like.
            let Some(file) = turtle::path_of_iri(&file).filter(|file| file.is_file()) else {
                continue;
            };
            graph.read(&file)?;
        }
        Ok(graph)
    }
}

/// A preset and where it comes from.
pub(super) struct Preset {
    pub(super) saved: Saved,
    /// What relative paths in it are relative to.
    pub(super) folder: PathBuf,
}

/// All bundles that were read so far.
#[derive(Default)]
pub(super) struct World {
    bundles: HashMap<PathBuf, Rc<Bundle>>,
    plugins: HashMap<(PathBuf, String), Arc<Plugin>>,
}

impl World {
    /// The bundle at `path`, or around the file `path`.
    ///
    /// # Errors
    /// One sentence when it is none, or cannot be read.
    pub(super) fn bundle(&mut self, path: &Path) -> Result<Rc<Bundle>> {
        let folder = if path.is_file() { path.parent().unwrap_or(path) } else { path };
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        if let Some(bundle) = self.bundles.get(&folder) {
            return Ok(Rc::clone(bundle));
        }
        let bundle = Rc::new(Bundle::read(&folder)?);
        self.bundles.insert(folder, Rc::clone(&bundle));
        Ok(bundle)
    }

    /// The plugin `uri` of a bundle, from its own files.
    ///
    /// # Errors
    /// One sentence: what its description lacks.
    pub(super) fn plugin(&mut self, bundle: &Bundle, uri: &str) -> Result<Arc<Plugin>> {
        let key = (bundle.path.clone(), uri.to_owned());
        if let Some(plugin) = self.plugins.get(&key) {
            return Ok(Arc::clone(plugin));
        }
        let graph = bundle.about(&Node::iri(uri))?;
        let plugin = Arc::new(Plugin::read(&graph, &bundle.path, uri)?);
        self.plugins.insert(key, Arc::clone(&plugin));
        Ok(plugin)
    }

    /// The first bundle of the search path that has the plugin `uri`. Only manifests are read.
    ///
    /// # Errors
    /// One sentence when none has it.
    pub(super) fn find(&mut self, uri: &str) -> Result<Rc<Bundle>> {
        let folders = search::folders(Format::Lv2);
        for folder in folders.iter().flat_map(|folder| bundles_in(folder)) {
            // A broken bundle does not hide the others.
            let Ok(bundle) = self.bundle(&folder) else { continue };
            if bundle.manifest.is_a(&Node::iri(uri), core::PLUGIN) {
                return Ok(bundle);
            }
        }
        let places: Vec<String> = folders.iter().map(|path| path.display().to_string()).collect();
        bail!(
            "no LV2 plugin {uri} is installed in {}; set LV2_PATH to the folder that its bundle is in, or give the path of the bundle",
            places.join(", ")
        )
    }

    /// The preset for `plugin` that has `name` as its URI or label.
    ///
    /// # Errors
    /// One sentence with some that there are, when there is none of that name.
    pub(super) fn preset(&mut self, plugin: &Plugin, name: &str) -> Result<Preset> {
        let own = plugin.bundle.parent().map(Path::to_owned);
        let mut folders = vec![plugin.bundle.clone()];
        for folder in
            own.iter().chain(&search::folders(Format::Lv2)).flat_map(|folder| bundles_in(folder))
        {
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        let mut labels = Vec::new();
        for folder in folders {
            let Ok(bundle) = self.bundle(&folder) else { continue };
            // Many presets share a file, which is read once.
            let mut files: HashMap<Vec<String>, Graph> = HashMap::new();
            for node in bundle.presets(&plugin.uri) {
                let uri = node.as_iri().unwrap_or_default();
                let label = match bundle.manifest.text(node, rdfs::LABEL) {
                    Some(label) => label,
                    // Some have their labels in the files that hold the rest.
                    None => {
                        let graph = match files.entry(bundle.manifest.iris(node, rdfs::SEE_ALSO)) {
                            Entry::Occupied(known) => known.into_mut(),
                            Entry::Vacant(place) => place.insert(bundle.about(node)?),
                        };
                        graph.text(node, rdfs::LABEL).unwrap_or_default()
                    }
                };
                if uri == name || label.eq_ignore_ascii_case(name) {
                    let saved = Saved::read(&bundle.about(node)?, node);
                    return Ok(Preset { saved, folder: bundle.path.clone() });
                }
                labels.push(if label.is_empty() { uri.to_owned() } else { label });
            }
        }
        let plugin = &plugin.name;
        if labels.is_empty() {
            bail!(
                "there is no file {name}, and no preset of that name for {plugin}, which has none"
            );
        }
        let count = labels.len();
        let more = if count > 5 { " …" } else { "" };
        labels.truncate(5);
        bail!(
            "there is no file {name}, and no preset of that name for {plugin}, which has {count}: {}{more}",
            labels.join(", ")
        )
    }

    /// What a folder or a `.ttl` file holds for `plugin`.
    ///
    /// # Errors
    /// One sentence when it cannot be read, holds nothing for it, or several things.
    pub(super) fn saved(&mut self, plugin: &Plugin, path: &Path) -> Result<Preset> {
        let is_folder = path.is_dir();
        let mut graph = Graph::default();
        let folder = if is_folder {
            let bundle = self.bundle(path)?;
            graph.read(&path.join(MANIFEST))?;
            let all = bundle.manifest.subjects();
            let named = all.flat_map(|node| bundle.manifest.iris(node, rdfs::SEE_ALSO));
            let mut files: Vec<PathBuf> =
                named.filter_map(|file| turtle::path_of_iri(&file)).collect();
            files.sort();
            files.dedup();
            for file in files.iter().filter(|file| file.is_file()) {
                graph.read(file)?;
            }
            bundle.path.clone()
        } else {
            graph.read(path)?;
            let folder = path.parent().unwrap_or(path);
            std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned())
        };
        let for_others = |node: &Node| {
            graph.object(node, core::APPLIES_TO).is_some()
                && !graph.has(node, core::APPLIES_TO, &plugin.uri)
        };
        let states = graph.subjects().filter(|node| node.as_iri().is_some());
        let states: Vec<(&Node, Saved)> = states
            .map(|node| (node, Saved::read(&graph, node)))
            .filter(|(_, saved)| !saved.is_empty())
            .collect();
        let mut meant: Vec<&(&Node, Saved)> =
            states.iter().filter(|(node, _)| !for_others(node)).collect();
        if meant.len() > 1 {
            meant.retain(|(node, _)| graph.has(node, core::APPLIES_TO, &plugin.uri));
        }
        let name = &plugin.name;
        match meant.as_slice() {
            [(_, saved)] => Ok(Preset { saved: saved.clone(), folder }),
            [] if !states.is_empty() => {
                bail!("{} holds presets of other plugins, and none of {name}", path.display())
            }
            [] => {
                let fault = graph.fault().map(|fault| format!(" ({fault})")).unwrap_or_default();
                bail!("{} holds no LV2 preset and no LV2 state{fault}", path.display())
            }
            many => {
                let label = |node: &Node| {
                    let uri = || node.as_iri().unwrap_or_default().to_owned();
                    graph.text(node, rdfs::LABEL).unwrap_or_else(uri)
                };
                let labels: Vec<String> =
                    many.iter().take(8).map(|(node, _)| label(node)).collect();
                bail!(
                    "{} holds {} presets for {name}; give one by its name instead of the file: {}",
                    path.display(),
                    many.len(),
                    labels.join(", ")
                )
            }
        }
    }
}

/// The folders with a manifest in `folder`, sorted.
pub(super) fn bundles_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder).context("not there") else { return Vec::new() };
    let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let mut bundles: Vec<PathBuf> = paths.filter(|path| path.join(MANIFEST).is_file()).collect();
    bundles.sort();
    bundles
}
