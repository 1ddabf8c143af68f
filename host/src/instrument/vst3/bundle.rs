//! Where the library is in a bundle, and how it is started.
#![allow(unsafe_code, reason = "loads and starts foreign code")]

use std::env::consts;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use vst3::ComPtr;
use vst3::Steinberg::{IPluginFactory, IPluginFactory3, IPluginFactory3Trait};

use super::application;
use crate::instrument::binary;

/// Folders of `Contents` that may hold a library for this machine.
fn folders() -> Vec<String> {
    if cfg!(target_os = "macos") {
        return vec!["MacOS".to_owned()];
    }
    let machines: &[&str] = match consts::ARCH {
        "x86" => &["i386", "i686", "x86"],
        "arm" => &["armv7l", "armv6l", "arm"],
        "aarch64" if cfg!(windows) => &["arm64ec", "arm64"],
        other => &[other],
    };
    let system = if cfg!(windows) { "win" } else { consts::OS };
    machines.iter().map(|machine| format!("{machine}-{system}")).collect()
}

/// How the name of a library in a bundle ends.
const EXTENSION: &str = if cfg!(windows) {
    "vst3"
} else if cfg!(target_os = "macos") {
    ""
} else {
    "so"
};

/// The library of a bundle; a file is its own library.
///
/// # Errors
/// One sentence when the bundle has none for this machine.
pub(in crate::instrument) fn library(path: &Path) -> Result<PathBuf> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let contents = path.join("Contents");
    let folders = folders();
    for folder in folders.iter().map(|folder| contents.join(folder)) {
        let named = folder.join(path.file_stem().unwrap_or_default()).with_added(EXTENSION);
        if named.is_file() {
            return Ok(named);
        }
        let is_library = |file: &PathBuf| {
            file.is_file() && file.extension().unwrap_or_default().eq_ignore_ascii_case(EXTENSION)
        };
        if let Some(other) = entries(&folder).into_iter().find(is_library) {
            return Ok(other);
        }
    }
    let there: Vec<String> = entries(&contents)
        .iter()
        .filter(|entry| entry.is_dir() && !entry.ends_with("Resources"))
        .filter_map(|entry| Some(entry.file_name()?.to_string_lossy().into_owned()))
        .collect();
    let there = if there.is_empty() { "nothing".to_owned() } else { there.join(", ") };
    bail!(
        "{} has no library for this machine (Contents/{}), but {there}; install the plugin's build for {}",
        path.display(),
        folders.first().map_or("", String::as_str),
        folders.first().map_or(consts::OS, String::as_str)
    )
}

/// Adds an extension to what may have a dot in its name.
trait WithAdded {
    fn with_added(self, extension: &str) -> PathBuf;
}

impl WithAdded for PathBuf {
    fn with_added(self, extension: &str) -> PathBuf {
        if extension.is_empty() {
            return self;
        }
        let mut whole = self.into_os_string();
        whole.push(".");
        whole.push(extension);
        whole.into()
    }
}

/// What is in a folder, sorted.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    entries
}

/// Loads and starts a library for good, and gives what makes its plugins.
///
/// # Errors
/// One sentence when it cannot be loaded or started, or is no VST3 plugin.
pub(super) fn factory(path: &Path, library: &Path) -> Result<ComPtr<IPluginFactory>> {
    type GetPluginFactory = unsafe extern "system" fn() -> *mut IPluginFactory;
    let shown = path.display();
    // SAFETY: runs the library's initialisers; that a plugin is to be loaded at all is the user's word.
    let loaded = match unsafe { binary::load(library) } {
        Ok(loaded) => loaded,
        Err(reason) => bail!("{shown} cannot be loaded: {reason}"),
    };
    // SAFETY: the format says that a function of this name has this type.
    let entry = unsafe { loaded.get::<GetPluginFactory>(c"GetPluginFactory") };
    let entry = match entry {
        Ok(entry) => *entry,
        // Nothing of it has run but its initialisers, which unloading could trip over, too.
        Err(_) => {
            std::mem::forget(loaded);
            bail!("{shown} is no VST3 plugin: its library has no function GetPluginFactory");
        }
    };
    if !entry::start(loaded, path) {
        bail!("{shown} does not start: its entry function says that it failed");
    }
    // SAFETY: the library is started and stays loaded.
    let factory = unsafe { entry() };
    // SAFETY: null, or a factory that is handed over with one reference.
    let Some(factory) = (unsafe { ComPtr::from_raw(factory) }) else {
        bail!("{shown} gives no plugins: its function GetPluginFactory returns nothing");
    };
    if let Some(factory) = factory.cast::<IPluginFactory3>() {
        // SAFETY: the factory is alive, and the context is never freed.
        unsafe { factory.setHostContext(application::lasting()) };
    }
    Ok(factory)
}

#[cfg(all(unix, not(target_os = "macos")))]
mod entry {
    use std::ffi::c_void;
    use std::path::Path;

    use libloading::Library;
    use libloading::os::unix;

    /// Calls the entry function, if there is one. The library stays loaded.
    pub(super) fn start(library: Library, _: &Path) -> bool {
        type ModuleEntry = unsafe extern "C" fn(*mut c_void) -> u8;
        // SAFETY: the format says that a function of this name has this type.
        let entry = unsafe { library.get::<ModuleEntry>(c"ModuleEntry") };
        let entry = entry.ok().map(|entry| *entry);
        let handle = unix::Library::from(library).into_raw();
        // SAFETY: called once, with the handle of its own library, which is never closed.
        entry.is_none_or(|entry| unsafe { entry(handle) != 0 })
    }
}

#[cfg(windows)]
mod entry {
    use std::path::Path;

    use libloading::Library;

    /// Calls the entry function, if there is one. The library stays loaded.
    pub(super) fn start(library: Library, _: &Path) -> bool {
        type InitDll = unsafe extern "system" fn() -> u8;
        // SAFETY: the format says that a function of this name has this type.
        let entry = unsafe { library.get::<InitDll>(c"InitDll") };
        let entry = entry.ok().map(|entry| *entry);
        std::mem::forget(library);
        // SAFETY: called once, in a library that is never closed.
        entry.is_none_or(|entry| unsafe { entry() != 0 })
    }
}

#[cfg(target_os = "macos")]
mod entry {
    use std::ffi::{OsStr, c_void};
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;
    use std::ptr;

    use libloading::Library;

    #[link(name = "CoreFoundation", kind = "framework")]
    unsafe extern "C" {
        fn CFURLCreateFromFileSystemRepresentation(
            allocator: *const c_void,
            bytes: *const u8,
            length: isize,
            is_directory: u8,
        ) -> *const c_void;
        fn CFBundleCreate(allocator: *const c_void, url: *const c_void) -> *const c_void;
    }

    /// Calls the entry function, if there is one. The library and the bundle stay loaded.
    pub(super) fn start(library: Library, path: &Path) -> bool {
        type BundleEntry = unsafe extern "C" fn(*const c_void) -> u8;
        // SAFETY: the format says that a function of this name has this type.
        let entry = unsafe { library.get::<BundleEntry>(c"bundleEntry") };
        let entry = entry.ok().map(|entry| *entry);
        std::mem::forget(library);
        let Some(entry) = entry else { return true };
        let bytes = OsStr::as_bytes(path.as_os_str());
        let length = isize::try_from(bytes.len()).unwrap_or(0);
        // SAFETY: `bytes` are `length` bytes; null is the usual allocator.
        let url = unsafe {
            CFURLCreateFromFileSystemRepresentation(ptr::null(), bytes.as_ptr(), length, 1)
        };
        if url.is_null() {
            return false;
        }
        // SAFETY: `url` was made above.
        let bundle = unsafe { CFBundleCreate(ptr::null(), url) };
        // SAFETY: called once, with its own bundle, which is never released.
        !bundle.is_null() && unsafe { entry(bundle) != 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_of_a_bundle_is_the_one_for_this_machine() {
        let folder = tempfile::tempdir().unwrap();
        let bundle = folder.path().join("My.Synth.vst3");
        let contents = bundle.join("Contents");
        fs::create_dir_all(contents.join("sparc-amiga")).unwrap();
        fs::create_dir_all(contents.join("Resources")).unwrap();
        let text = library(&bundle).unwrap_err().to_string();
        assert!(text.contains("has no library for this machine (Contents/"), "{text}");
        assert!(text.contains("but sparc-amiga;"), "{text}");
        let own = contents.join(folders().remove(0));
        fs::create_dir_all(&own).unwrap();
        fs::write(own.join("readme.txt"), "").unwrap();
        let other = own.join("Other").with_added(EXTENSION);
        fs::write(&other, "").unwrap();
        assert!(library(&bundle).is_ok_and(|file| cfg!(target_os = "macos") || file == other));
        let named = own.join("My.Synth").with_added(EXTENSION);
        fs::write(&named, "").unwrap();
        assert_eq!(library(&bundle).unwrap(), named);
        assert_eq!(library(&named).unwrap(), named);
    }

    #[test]
    fn a_file_that_is_no_library_is_refused_in_one_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("text.vst3");
        fs::write(&file, "this is a text").unwrap();
        let text = factory(&file, &file).err().unwrap().to_string();
        assert!(text.contains("text.vst3 cannot be loaded: "), "{text}");
        assert!(!text.contains('\n'), "{text}");
    }
}
