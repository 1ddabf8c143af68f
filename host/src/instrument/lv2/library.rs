//! Libraries of plugins, loaded once and kept until the process ends, because plugins crash when they are unloaded.

#![allow(unsafe_code, reason = "a library is foreign code")]

use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use libloading::Library;

use crate::instrument::binary;
use crate::instrument::lv2::abi::{
    Descriptor, DescriptorFunction, LibraryDescriptor, LibraryFunction,
};
use crate::instrument::lv2::offer::Offer;
use crate::instrument::lv2::plugin::Plugin;

/// More plugins than any library has.
const PLUGINS_MAX: u32 = 65_536;

/// Libraries that are loaded.
#[derive(Default)]
pub(super) struct Libraries {
    libraries: HashMap<PathBuf, &'static Library>,
    /// By the binary and the name of the plugin.
    makers: HashMap<(PathBuf, String), Maker>,
}

/// What makes instances of one plugin.
#[derive(Clone, Copy)]
pub(super) struct Maker(&'static Descriptor);

impl Maker {
    /// What makes instances of a plugin that is no library's.
    #[cfg(test)]
    pub(super) fn of(descriptor: &'static Descriptor) -> Maker {
        Maker(descriptor)
    }

    /// The functions of the plugin.
    pub(super) fn descriptor(self) -> &'static Descriptor {
        self.0
    }
}

impl Libraries {
    /// Loads the library of `plugin` if it is not loaded, and looks for the plugin in it. `offer` is what a library of the
    /// newer kind is told; it keeps that, so it is made once and stays in memory.
    ///
    /// # Errors
    /// One sentence: it cannot be loaded, is no LV2 library, or does not have the plugin.
    pub(super) fn maker(
        &mut self,
        plugin: &Plugin,
        offer: impl FnOnce() -> Offer,
    ) -> Result<Maker> {
        let key = (plugin.binary.clone(), plugin.uri.clone());
        if let Some(maker) = self.makers.get(&key) {
            return Ok(*maker);
        }
        let library = self.library(&plugin.binary)?;
        // SAFETY: a symbol of this name has this type by the specification.
        let newer = unsafe { library.get::<LibraryFunction>("lv2_lib_descriptor") };
        // SAFETY: as above.
        let older = unsafe { library.get::<DescriptorFunction>("lv2_descriptor") };
        let found = match (newer, older) {
            (Ok(newer), _) => {
                let bundle: &'static CStr =
                    Box::leak(bundle_text(&plugin.bundle)?.into_boxed_c_str());
                let offer: &'static Offer = Box::leak(Box::new(offer()));
                // SAFETY: the path ends with a separator, the list with null, as the specification wants it; both stay.
                let descriptor = unsafe { newer(bundle.as_ptr(), offer.pointers()) };
                // SAFETY: a library gives null or a descriptor that lives until its cleanup, which is never called.
                let descriptor: Option<&'static LibraryDescriptor> = unsafe { descriptor.as_ref() };
                let get_plugin = |descriptor: &LibraryDescriptor, index: u32| {
                    let get_plugin = descriptor.get_plugin?;
                    // SAFETY: the handle is the library's own.
                    Some(unsafe { get_plugin(descriptor.handle, index) })
                };
                descriptor.and_then(|descriptor| {
                    search(&plugin.uri, |index| {
                        get_plugin(descriptor, index).unwrap_or(std::ptr::null())
                    })
                })
            }
            // SAFETY: any index may be asked for.
            (Err(_), Ok(older)) => search(&plugin.uri, |index| unsafe { older(index) }),
            (Err(_), Err(_)) => {
                bail!(
                    "{} is no LV2 library: it has no entry of the format",
                    plugin.binary.display()
                )
            }
        };
        let descriptor = found.with_context(|| {
            let (library, uri) = (plugin.binary.display(), &plugin.uri);
            format!("the LV2 library {library} does not have the plugin {uri}")
        })?;
        self.makers.insert(key, Maker(descriptor));
        Ok(Maker(descriptor))
    }

    fn library(&mut self, path: &Path) -> Result<&'static Library> {
        if let Some(library) = self.libraries.get(path) {
            return Ok(library);
        }
        // SAFETY: what a plugin does when it is loaded is its own; it is what the user asked for.
        let library = unsafe { binary::load(path) }.map_err(|reason| {
            anyhow::anyhow!(
                "cannot load the LV2 library {} ({reason}); is it for this system, and is all it needs installed?",
                path.display()
            )
        })?;
        let library: &'static Library = Box::leak(Box::new(library));
        self.libraries.insert(path.to_owned(), library);
        Ok(library)
    }
}

/// The path of a bundle as plugins are told it: with a separator at its end.
///
/// # Errors
/// One sentence when it has a zero in it.
pub(super) fn bundle_text(bundle: &Path) -> Result<CString> {
    let mut text = bundle.to_string_lossy().into_owned();
    if !text.ends_with(std::path::MAIN_SEPARATOR) {
        text.push(std::path::MAIN_SEPARATOR);
    }
    CString::new(text).with_context(|| format!("{} is no path for a plugin", bundle.display()))
}

fn search(uri: &str, at: impl Fn(u32) -> *const Descriptor) -> Option<&'static Descriptor> {
    for index in 0..PLUGINS_MAX {
        // SAFETY: a library gives null after its last plugin, else a descriptor that lives as long as the library.
        let descriptor: &'static Descriptor = unsafe { at(index).as_ref() }?;
        if is_named(descriptor, uri) {
            return Some(descriptor);
        }
    }
    None
}

/// Compares letter by letter, so that a name without an end is not read beyond the first difference.
fn is_named(descriptor: &Descriptor, uri: &str) -> bool {
    if descriptor.uri.is_null() {
        return false;
    }
    uri.bytes().chain([0]).enumerate().all(|(place, byte)| {
        // SAFETY: all letters before were those of the name, so none was the end.
        let letter = unsafe { *descriptor.uri.cast::<u8>().add(place) };
        letter == byte
    })
}
