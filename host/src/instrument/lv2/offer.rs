//! What the host offers to an instance: numbers for names, options, a log, paths, and a worker.

#![allow(unsafe_code, reason = "plugins call what is offered through C functions")]

use std::ffi::{CString, c_char, c_int, c_void};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::instrument::Configuration;
use crate::instrument::lv2::abi::{
    self, Feature, FreePath, LogFeature, MakePath, MapPath, OptionValue, UridMap, UridUnmap,
    WorkerSchedule,
};
use crate::instrument::lv2::urid::{self, Known};
use crate::instrument::lv2::vocabulary::{bufsz, log, options, state, urid as urid_names, worker};
use crate::instrument::lv2::work::Messages;

/// The size of event buffers, told to plugins and kept to: room for 2700 MIDI messages a block.
pub(super) const SEQUENCE_BYTES: u32 = 65_536;
/// Messages that are kept of a plugin's log, and the length of each.
const LOG_LINES_MAX: usize = 64;
const LOG_LINE_BYTES_MAX: usize = 1024;
/// The longest path that is taken from a plugin.
const PATH_BYTES_MAX: usize = 65_536;

/// What a plugin wrote to the log.
#[derive(Default)]
pub(super) struct Log {
    lines: Mutex<Vec<String>>,
}

impl Log {
    fn write(&self, line: &str) {
        let mut lines = lock(&self.lines);
        if lines.len() < LOG_LINES_MAX && !line.trim().is_empty() {
            lines.push(line.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }

    /// The last line, for a sentence.
    pub(super) fn last(&self) -> Option<String> {
        lock(&self.lines).last().cloned()
    }
}

/// Where paths of a state lie.
#[derive(Default)]
pub(super) struct Paths {
    /// What relative paths in a state that is being restored are relative to.
    base: Mutex<Option<PathBuf>>,
    /// Where the plugin makes files of its own; there once it asked.
    made: Mutex<Option<PathBuf>>,
}

impl Paths {
    /// Sets what relative paths are relative to.
    pub(super) fn set_base(&self, folder: Option<&Path>) {
        *lock(&self.base) = folder.map(Path::to_owned);
    }

    fn absolute(&self, path: &Path) -> PathBuf {
        match lock(&self.base).as_deref() {
            Some(base) => base.join(path),
            None => path.to_owned(),
        }
    }

    /// A place for a new file, with the folders that lead to it; an absolute path stays what it is.
    fn make(&self, path: &Path) -> Option<PathBuf> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let folder = lock(&self.made)
            .get_or_insert_with(|| {
                let count = COUNT.fetch_add(1, Ordering::Relaxed);
                let name = format!("tresillo-lv2-{}-{count}", std::process::id());
                std::env::temp_dir().join(name)
            })
            .clone();
        let path = folder.join(path);
        fs::create_dir_all(path.parent()?).ok()?;
        Some(path)
    }
}

impl Drop for Paths {
    fn drop(&mut self) {
        if let Some(folder) = lock(&self.made).take() {
            // Nothing is lost with what cannot be removed but room in a folder for temporary files.
            _ = fs::remove_dir_all(folder);
        }
    }
}

/// Values that options point to.
struct OptionValues {
    block_frames: i32,
    sequence_bytes: i32,
    sample_rate_hz: f32,
}

/// What an instance is offered. Everything that a plugin gets a pointer to lies on the heap and stays there.
pub(super) struct Offer {
    pub(super) log: Arc<Log>,
    pub(super) paths: Arc<Paths>,
    pub(super) messages: Arc<Messages>,
    pointers: Vec<*const Feature>,
    // What the features point to.
    _features: Vec<Feature>,
    _names: Vec<CString>,
    _options: Vec<OptionValue>,
    _values: Arc<OptionValues>,
    _data: Box<Data>,
}

struct Data {
    map: UridMap,
    unmap: UridUnmap,
    log: LogFeature,
    make_path: MakePath,
    map_path: MapPath,
    free_path: FreePath,
    schedule: WorkerSchedule,
}

impl Offer {
    /// What is offered to an instance that is run like this.
    pub(super) fn new(configuration: Configuration, known: &Known) -> Offer {
        let (log, paths) = (Arc::new(Log::default()), Arc::new(Paths::default()));
        let messages = Arc::new(Messages::default());
        #[allow(clippy::cast_precision_loss, reason = "the format has single precision here")]
        let sample_rate_hz = configuration.sample_rate_hz as f32;
        let values = Arc::new(OptionValues {
            block_frames: i32::try_from(configuration.block_frames).unwrap_or(i32::MAX),
            sequence_bytes: i32::try_from(SEQUENCE_BYTES).unwrap_or(i32::MAX),
            sample_rate_hz,
        });
        let option = |key: u32, value_type: u32, value: *const c_void| OptionValue {
            context: 0,
            subject: 0,
            key,
            size: if key == 0 { 0 } else { 4 },
            value_type,
            value,
        };
        let block: *const c_void = (&raw const values.block_frames).cast();
        let sequence: *const c_void = (&raw const values.sequence_bytes).cast();
        let rate: *const c_void = (&raw const values.sample_rate_hz).cast();
        let option_list = vec![
            option(known.min_length, known.int, block),
            option(known.max_length, known.int, block),
            option(known.nominal_length, known.int, block),
            option(known.sequence_size, known.int, sequence),
            option(known.sample_rate, known.float, rate),
            option(0, 0, std::ptr::null()),
        ];
        let paths_handle: *mut c_void = Arc::as_ptr(&paths).cast_mut().cast();
        let data = Box::new(Data {
            map: urid::map_feature(),
            unmap: urid::unmap_feature(),
            log: LogFeature { handle: Arc::as_ptr(&log).cast_mut().cast(), printf, vprintf },
            make_path: MakePath { handle: paths_handle, path: make_path },
            map_path: MapPath { handle: paths_handle, abstract_path, absolute_path },
            free_path: FreePath { handle: std::ptr::null_mut(), free_path },
            schedule: messages.schedule_feature(),
        });
        let null = std::ptr::null();
        let mut offered: Vec<(&str, *const c_void)> = vec![
            (urid_names::MAP, (&raw const data.map).cast()),
            (urid_names::UNMAP, (&raw const data.unmap).cast()),
            (options::OPTIONS, option_list.as_ptr().cast()),
            (bufsz::BOUNDED, null),
            (bufsz::FIXED, null),
            (worker::SCHEDULE, (&raw const data.schedule).cast()),
            (state::LOAD_DEFAULT, null),
            (state::THREAD_SAFE_RESTORE, null),
            (state::MAKE_PATH, (&raw const data.make_path).cast()),
            (state::MAP_PATH, (&raw const data.map_path).cast()),
            (state::FREE_PATH, (&raw const data.free_path).cast()),
            (log::LOG, (&raw const data.log).cast()),
        ];
        if configuration.block_frames.is_power_of_two() {
            offered.push((bufsz::POWER_OF_TWO, null));
        }
        if configuration.block_frames.is_multiple_of(16) {
            offered.push((bufsz::COARSE, null));
        }
        let names: Vec<CString> =
            offered.iter().filter_map(|(name, _)| CString::new(*name).ok()).collect();
        let features: Vec<Feature> = names
            .iter()
            .zip(&offered)
            .map(|(name, (_, data))| Feature { uri: name.as_ptr(), data: data.cast_mut() })
            .collect();
        let mut pointers: Vec<*const Feature> = features.iter().map(|f| &raw const *f).collect();
        pointers.push(null.cast());
        Offer {
            log,
            paths,
            messages,
            pointers,
            _features: features,
            _names: names,
            _options: option_list,
            _values: values,
            _data: data,
        }
    }

    /// The list as plugins take it, with null at its end. It lives as long as the offer.
    pub(super) fn pointers(&self) -> *const *const Feature {
        self.pointers.as_ptr()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

unsafe extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn free(memory: *mut c_void);
}

#[cfg(unix)]
unsafe extern "C" {
    fn vsnprintf(
        text: *mut c_char,
        size: usize,
        format: *const c_char,
        arguments: *mut c_void,
    ) -> c_int;
}

/// `LV2_Log_Log::printf`. A function with any number of arguments cannot be written in Rust; one that looks at the first
/// three only can be called as if it were one, by the calling conventions of all systems that this program is built for.
/// The text is kept without its arguments.
///
/// # Safety
/// `handle` is that of the feature, `format` a C string or null.
unsafe extern "C" fn printf(handle: *mut c_void, _: u32, format: *const c_char) -> c_int {
    // SAFETY: the handle is a log that lives as long as the instance.
    let Some(log) = (unsafe { handle.cast::<Log>().as_ref() }) else { return 0 };
    // SAFETY: the specification has plugins give a C string.
    if let Some(text) = unsafe { urid::bounded(format, LOG_LINE_BYTES_MAX) } {
        log.write(&text.to_string_lossy());
    }
    0
}

/// `LV2_Log_Log::vprintf`. On all systems that this program is built for, a list of arguments is handed over as one pointer.
///
/// # Safety
/// `handle` is that of the feature, `format` a C string, `arguments` a `va_list` that fits it.
unsafe extern "C" fn vprintf(
    handle: *mut c_void,
    kind: u32,
    format: *const c_char,
    arguments: *mut c_void,
) -> c_int {
    #[cfg(unix)]
    {
        _ = kind;
        // SAFETY: the handle is a log that lives as long as the instance.
        let Some(log) = (unsafe { handle.cast::<Log>().as_ref() }) else { return 0 };
        if format.is_null() {
            return 0;
        }
        let mut text = [0u8; LOG_LINE_BYTES_MAX];
        // SAFETY: the text has the size that is told; format and arguments are handed on as the plugin gave them.
        let count = unsafe { vsnprintf(text.as_mut_ptr().cast(), text.len(), format, arguments) };
        let line = text.split(|byte| *byte == 0).next().unwrap_or_default();
        log.write(&String::from_utf8_lossy(line));
        count
    }
    #[cfg(not(unix))]
    {
        _ = arguments;
        // SAFETY: handle and format are those that this function was given.
        unsafe { printf(handle, kind, format) }
    }
}

/// A C string that the plugin frees, by `state:freePath` or, as older ones do, by `free`.
fn given(path: &Path) -> *mut c_char {
    let Ok(text) = CString::new(path.to_string_lossy().as_bytes()) else {
        return std::ptr::null_mut();
    };
    let bytes = text.as_bytes_with_nul();
    // SAFETY: any size may be asked for; null is dealt with.
    let memory = unsafe { malloc(bytes.len()) };
    if !memory.is_null() {
        // SAFETY: the memory is as large as the text, and new.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), memory.cast::<u8>(), bytes.len()) };
    }
    memory.cast()
}

/// Calls `of` with the path that a plugin gave.
///
/// # Safety
/// `handle` is that of the feature, `path` a C string or null.
unsafe fn with_path(
    handle: *mut c_void,
    path: *const c_char,
    of: impl FnOnce(&Paths, &Path) -> Option<PathBuf>,
) -> *mut c_char {
    // SAFETY: the handle is a `Paths` that lives as long as the instance.
    let paths = unsafe { handle.cast::<Paths>().as_ref() };
    // SAFETY: the specification has plugins give a C string.
    let path = unsafe { urid::bounded(path, PATH_BYTES_MAX) };
    let (Some(paths), Some(path)) = (paths, path) else { return std::ptr::null_mut() };
    let result = of(paths, Path::new(&*path.to_string_lossy()));
    result.map_or(std::ptr::null_mut(), |path| given(&path))
}

/// `LV2_State_Make_Path::path`.
///
/// # Safety
/// As [`with_path`].
unsafe extern "C" fn make_path(handle: *mut c_void, path: *const c_char) -> *mut c_char {
    // SAFETY: handed on.
    unsafe { with_path(handle, path, Paths::make) }
}

/// `LV2_State_Map_Path::abstract_path`: a state holds paths as they are.
///
/// # Safety
/// As [`with_path`].
unsafe extern "C" fn abstract_path(handle: *mut c_void, path: *const c_char) -> *mut c_char {
    // SAFETY: handed on.
    unsafe { with_path(handle, path, |_, path| Some(path.to_owned())) }
}

/// `LV2_State_Map_Path::absolute_path`.
///
/// # Safety
/// As [`with_path`].
unsafe extern "C" fn absolute_path(handle: *mut c_void, path: *const c_char) -> *mut c_char {
    // SAFETY: handed on.
    unsafe { with_path(handle, path, |paths, path| Some(paths.absolute(path))) }
}

/// `LV2_State_Free_Path::free_path`.
///
/// # Safety
/// `path` came from one of the functions above, and was not freed yet; or it is null.
unsafe extern "C" fn free_path(_: *mut c_void, path: *mut c_char) {
    // SAFETY: it came from `malloc`; `free` takes null.
    unsafe { free(path.cast()) };
}

/// That the structures are as large as those of the headers on 64-bit systems.
#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(size_of::<abi::Descriptor>() == 64);
    assert!(size_of::<OptionValue>() == 32);
    assert!(size_of::<Feature>() == 16);
    assert!(size_of::<abi::LibraryDescriptor>() == 32);
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_a_state_are_relative_to_its_folder() {
        let paths = Paths::default();
        assert_eq!(paths.absolute(Path::new("a.wav")), Path::new("a.wav"));
        paths.set_base(Some(Path::new("/presets")));
        assert_eq!(paths.absolute(Path::new("a.wav")), Path::new("/presets/a.wav"));
        assert_eq!(paths.absolute(Path::new("/b.wav")), Path::new("/b.wav"));
        let made = paths.make(Path::new("x/y.wav")).unwrap();
        let folder = made.parent().unwrap().to_owned();
        assert!(folder.is_dir());
        drop(paths);
        assert!(!folder.exists());
    }

    #[test]
    fn a_path_goes_to_a_plugin_and_is_freed() {
        let paths = Paths::default();
        paths.set_base(Some(Path::new("/presets")));
        let handle: *mut c_void = (&raw const paths).cast_mut().cast();
        // SAFETY: handle and text are what the function wants.
        let text = unsafe { absolute_path(handle, c"a.wav".as_ptr()) };
        // SAFETY: it is a C string of this length.
        assert_eq!(unsafe { urid::bounded(text, 99) }.as_deref(), Some(c"/presets/a.wav"));
        // SAFETY: it came from the function above.
        unsafe { free_path(std::ptr::null_mut(), text) };
        // SAFETY: null is dealt with.
        assert!(unsafe { absolute_path(handle, std::ptr::null()) }.is_null());
    }
}
