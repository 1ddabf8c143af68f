//! Loading a file or bundle, and what its factory lists.
#![allow(unsafe_code, reason = "loading a library is running what is in it")]

use std::error::Error;
use std::ffi::{CStr, CString, c_char};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use clack_host::entry::{LibraryEntry, PluginEntryError};
use clack_host::prelude::PluginEntry;

use crate::instrument::{Description, Format, Role, binary};

/// A factory that says it has more is not believed.
const PLUGIN_COUNT_MAX: u32 = 4096;
/// Nor is a string that is longer, in bytes.
const TEXT_LENGTH_MAX: usize = 4096;
/// Nor a list of more words for what a plugin is.
const FEATURE_COUNT_MAX: usize = 64;

/// One plugin of a library.
pub(super) struct Listed {
    /// Its id, byte for byte as the factory wants it.
    pub(super) id: CString,
    /// What the factory says of it.
    pub(super) description: Description,
    /// Whether `description.role` is what it says, rather than a guess.
    pub(super) is_role_said: bool,
}

/// A library that is loaded and stays so.
pub(super) struct Library {
    entry: PluginEntry,
    plugins: Vec<Listed>,
}

impl Library {
    /// Loads the library at the absolute path `path`, which the user calls `name`.
    ///
    /// # Errors
    /// One sentence.
    pub(super) fn load(path: &Path, name: &Path) -> Result<Library> {
        let entry = load_entry(path, name)?;
        let mut plugins = Vec::new();
        let factory = entry.get_plugin_factory().with_context(|| {
            format!("{} has no factory of plugins, so it is of no use here", name.display())
        })?;
        for index in 0..factory.plugin_count().min(PLUGIN_COUNT_MAX) {
            let Some(descriptor) = factory.plugin_descriptor(index) else { continue };
            let raw = descriptor.as_raw();
            // SAFETY: the pointers come from the factory's descriptor, which CLAP asks to be null or strings with an end.
            let text = |pointer: *const c_char| unsafe { bounded_text(pointer) };
            let Some(id) = text(raw.id).and_then(|id| CString::new(id).ok()) else { continue };
            if id.is_empty() {
                continue;
            }
            let readable = |pointer| {
                text(pointer).map(|text| readable(&text)).unwrap_or_default().trim().to_owned()
            };
            let shown_id = readable(raw.id);
            let shown_name = Some(readable(raw.name)).filter(|name| !name.is_empty());
            let role = descriptor.features().take(FEATURE_COUNT_MAX).collect::<Vec<_>>();
            let role = role_of(&role);
            let description = Description {
                name: shown_name.unwrap_or_else(|| shown_id.clone()),
                id: shown_id,
                vendor: readable(raw.vendor),
                version: readable(raw.version),
                format: Format::Clap,
                path: name.to_owned(),
                role: role.unwrap_or(Role::Other),
                audio_inputs: Vec::new(),
                audio_outputs: Vec::new(),
                note_inputs: Vec::new(),
            };
            plugins.push(Listed { id, description, is_role_said: role.is_some() });
        }
        Ok(Library { entry, plugins })
    }

    /// What makes instances.
    pub(super) fn entry(&self) -> &PluginEntry {
        &self.entry
    }

    /// What the factory lists, in its order.
    pub(super) fn plugins(&self) -> &[Listed] {
        &self.plugins
    }
}

fn load_entry(path: &Path, name: &Path) -> Result<PluginEntry> {
    let shown = name.display();
    let file = library_in(path).with_context(|| {
        format!(
            "{shown} is a folder without Contents/MacOS, so it is no CLAP bundle of this system"
        )
    })?;
    let given = CString::new(path.as_os_str().as_encoded_bytes())
        .with_context(|| format!("{shown} has a zero byte in its name"))?;
    // SAFETY: what the user names as a plugin is trusted to start up; nobody can vouch for more.
    let kept = unsafe { binary::load(&file) }
        .map_err(|reason| anyhow!("{shown} cannot be loaded: {reason}"))?;
    // Plugins leave threads and handlers behind that would run on in memory that is gone: it is never unloaded.
    std::mem::forget(kept);
    // SAFETY: as above; the library is in memory already.
    let entry = unsafe { LibraryEntry::load_from_path(&file) };
    // SAFETY: the entry is the library's own, and stays valid because the library is never unloaded.
    let entry = entry.and_then(|entry| unsafe { PluginEntry::load_from(entry, &given) });
    let entry = match entry {
        Ok(entry) => entry,
        Err(PluginEntryError::LibraryLoadingError(_) | PluginEntryError::NullEntryPointer) => {
            bail!("{shown} is no CLAP plugin: the library in it has no clap_entry")
        }
        Err(PluginEntryError::IncompatibleClapVersion { plugin_version }) => {
            bail!(
                "{shown} speaks CLAP {plugin_version}, which is not understood; look for a newer one"
            )
        }
        Err(PluginEntryError::EntryInitFailed) => {
            bail!("{shown} refuses to start up; it may miss its own files, so install it anew")
        }
        Err(other) => bail!("{shown} cannot be loaded: {}", innermost(&other)),
    };
    // Its own way of shutting down is run no more than the unloading.
    std::mem::forget(entry.clone());
    Ok(entry)
}

/// The library of a plugin: the file itself, or what is in the folders of a bundle of macOS.
fn library_in(path: &Path) -> Option<PathBuf> {
    if !path.is_dir() {
        return Some(path.to_owned());
    }
    let folder = path.join("Contents").join("MacOS");
    let expected = folder.join(path.file_stem()?);
    if expected.is_file() {
        return Some(expected);
    }
    let mut files: Vec<PathBuf> = folder
        .read_dir()
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|file| file.is_file())
        .collect();
    files.sort();
    files.into_iter().next()
}

/// What lies at the bottom of an error, on one line.
fn innermost(error: &dyn Error) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a plugin is for, by the words in its list of features.
fn role_of(features: &[&CStr]) -> Option<Role> {
    let has = |word: &CStr| features.contains(&word);
    if has(c"instrument") || has(c"synthesizer") || has(c"sampler") || has(c"drum-machine") {
        Some(Role::Instrument)
    } else if has(c"audio-effect") {
        Some(Role::Effect)
    } else if has(c"note-effect") {
        Some(Role::NoteEffect)
    } else if has(c"analyzer") || has(c"note-detector") {
        Some(Role::Other)
    } else {
        None
    }
}

/// Bytes of another's as text of one line.
pub(super) fn readable(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// The bytes up to the end of a string, or up to a length beyond which no string is believed; `None` for null.
///
/// # Safety
/// `pointer` is null, or can be read up to a zero byte or the bound.
unsafe fn bounded_text(pointer: *const c_char) -> Option<Vec<u8>> {
    if pointer.is_null() {
        return None;
    }
    let mut bytes = Vec::new();
    for offset in 0..TEXT_LENGTH_MAX {
        // SAFETY: no zero byte came before, so by the caller's word this one can be read.
        let byte = unsafe { pointer.cast::<u8>().add(offset).read() };
        if byte == 0 {
            break;
        }
        bytes.push(byte);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_holds_its_library_under_its_own_name_or_any_other() {
        let folder = tempfile::tempdir().unwrap();
        let bundle = folder.path().join("Synth.clap");
        assert_eq!(library_in(&bundle), Some(bundle.clone()), "a file");
        let inner = bundle.join("Contents/MacOS");
        std::fs::create_dir_all(&inner).unwrap();
        assert_eq!(library_in(&bundle), None);
        std::fs::write(inner.join("Other"), "").unwrap();
        assert_eq!(library_in(&bundle), Some(inner.join("Other")));
        std::fs::write(inner.join("Synth"), "").unwrap();
        assert_eq!(library_in(&bundle), Some(inner.join("Synth")));
    }

    #[test]
    fn a_role_is_what_the_features_say() {
        assert_eq!(role_of(&[c"stereo", c"instrument", c"note-effect"]), Some(Role::Instrument));
        assert_eq!(role_of(&[c"audio-effect", c"delay"]), Some(Role::Effect));
        assert_eq!(role_of(&[c"note-effect"]), Some(Role::NoteEffect));
        assert_eq!(role_of(&[c"analyzer"]), Some(Role::Other));
        assert_eq!(role_of(&[c"mono"]), None);
    }

    #[test]
    fn strings_end_at_a_zero_or_at_the_bound() {
        let long = vec![b'x'; TEXT_LENGTH_MAX + 1];
        // SAFETY: both can be read up to a zero byte or the bound.
        let text = |pointer: *const c_char| unsafe { bounded_text(pointer) };
        assert_eq!(text(c"abc".as_ptr()), Some(b"abc".to_vec()));
        assert_eq!(text(std::ptr::null()), None);
        assert_eq!(text(long.as_ptr().cast()).unwrap().len(), TEXT_LENGTH_MAX);
        assert_eq!(readable(b"a\nb\xff"), "a b\u{fffd}");
    }
}
