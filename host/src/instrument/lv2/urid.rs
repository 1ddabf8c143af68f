//! Numbers for names, the same for all instances of the process, because plugins keep them in static memory.

#![allow(unsafe_code, reason = "plugins give names and take them back as C strings")]

use std::collections::HashMap;
use std::ffi::{CStr, CString, c_char, c_void};
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::instrument::lv2::abi::{UridMap, UridUnmap};
use crate::instrument::lv2::vocabulary::{atom, bufsz, midi, parameters, time};

/// The longest name that is taken from a plugin.
const NAME_BYTES_MAX: usize = 65_536;
/// More names than any set of plugins has.
const NAMES_MAX: usize = 1 << 24;

/// All names so far; a number is a place in the list, from 1.
#[derive(Default)]
struct Table {
    numbers: HashMap<&'static CStr, u32>,
    names: Vec<&'static CStr>,
}

static TABLE: LazyLock<Mutex<Table>> = LazyLock::new(Mutex::default);

/// The number of a name; 0 where it cannot have one.
pub(super) fn of(name: &str) -> u32 {
    CString::new(name).map_or(0, |name| number(&name))
}

/// The name of a number.
pub(super) fn name(number: u32) -> Option<&'static CStr> {
    let place = usize::try_from(number).ok()?.checked_sub(1)?;
    let table = TABLE.lock().unwrap_or_else(PoisonError::into_inner);
    table.names.get(place).copied()
}

/// The name of a number as text.
pub(super) fn text(number: u32) -> Option<&'static str> {
    name(number).and_then(|name| name.to_str().ok())
}

fn number(name: &CStr) -> u32 {
    let mut table = TABLE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(number) = table.numbers.get(name) {
        return *number;
    }
    if table.names.len() >= NAMES_MAX {
        return 0;
    }
    // Plugins may keep a name for as long as they like, so it stays in memory for good.
    let name: &'static CStr = Box::leak(name.to_owned().into_boxed_c_str());
    table.names.push(name);
    let number = u32::try_from(table.names.len()).unwrap_or(0);
    table.numbers.insert(name, number);
    number
}

/// A copy of a C string of a plugin; `None` for null and for what has no end within `bytes_max`.
///
/// # Safety
/// `text` is null, or can be read up to its zero or for `bytes_max` bytes.
pub(super) unsafe fn bounded(text: *const c_char, bytes_max: usize) -> Option<CString> {
    if text.is_null() {
        return None;
    }
    let mut bytes = Vec::new();
    for place in 0..bytes_max {
        // SAFETY: no byte before was the end, so this one can be read, as the caller vouches.
        let byte = unsafe { *text.cast::<u8>().add(place) };
        if byte == 0 {
            return CString::new(bytes).ok();
        }
        bytes.push(byte);
    }
    None
}

/// `LV2_URID_Map::map`.
///
/// # Safety
/// `uri` is null or a C string.
unsafe extern "C" fn map(_: *mut c_void, uri: *const c_char) -> u32 {
    // SAFETY: the specification has plugins give a C string.
    let name = unsafe { bounded(uri, NAME_BYTES_MAX) };
    name.map_or(0, |name| number(&name))
}

/// `LV2_URID_Unmap::unmap`.
///
/// # Safety
/// None is needed.
unsafe extern "C" fn unmap(_: *mut c_void, urid: u32) -> *const c_char {
    name(urid).map_or(std::ptr::null(), CStr::as_ptr)
}

/// The data of the feature `urid:map`.
pub(super) fn map_feature() -> UridMap {
    UridMap { handle: std::ptr::null_mut(), map }
}

/// The data of the feature `urid:unmap`.
pub(super) fn unmap_feature() -> UridUnmap {
    UridUnmap { handle: std::ptr::null_mut(), unmap }
}

/// Numbers that are needed while sound is computed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) chunk: u32,
    pub(super) double: u32,
    pub(super) float: u32,
    pub(super) int: u32,
    pub(super) long: u32,
    pub(super) object: u32,
    pub(super) sequence: u32,
    pub(super) midi_event: u32,
    pub(super) position: u32,
    pub(super) frame: u32,
    pub(super) speed: u32,
    pub(super) bar: u32,
    pub(super) bar_beat: u32,
    pub(super) beat: u32,
    pub(super) beat_unit: u32,
    pub(super) beats_per_bar: u32,
    pub(super) beats_per_minute: u32,
    pub(super) frames_per_second: u32,
    pub(super) min_length: u32,
    pub(super) max_length: u32,
    pub(super) nominal_length: u32,
    pub(super) sequence_size: u32,
    pub(super) sample_rate: u32,
}

impl Known {
    /// Looks them up, always in the same order, so that they are the same in each run.
    pub(super) fn new() -> Known {
        Known {
            chunk: of(atom::CHUNK),
            double: of(atom::DOUBLE),
            float: of(atom::FLOAT),
            int: of(atom::INT),
            long: of(atom::LONG),
            object: of(atom::OBJECT),
            sequence: of(atom::SEQUENCE),
            midi_event: of(midi::EVENT),
            position: of(time::POSITION),
            frame: of(time::FRAME),
            speed: of(time::SPEED),
            bar: of(time::BAR),
            bar_beat: of(time::BAR_BEAT),
            beat: of(time::BEAT),
            beat_unit: of(time::BEAT_UNIT),
            beats_per_bar: of(time::BEATS_PER_BAR),
            beats_per_minute: of(time::BEATS_PER_MINUTE),
            frames_per_second: of(time::FRAMES_PER_SECOND),
            min_length: of(bufsz::MIN_LENGTH),
            max_length: of(bufsz::MAX_LENGTH),
            nominal_length: of(bufsz::NOMINAL_LENGTH),
            sequence_size: of(bufsz::SEQUENCE_SIZE),
            sample_rate: of(parameters::SAMPLE_RATE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_number_and_a_number_its_name() {
        let first = of("http://example.org/first");
        assert_ne!(first, 0);
        assert_eq!(of("http://example.org/first"), first);
        assert_ne!(of("http://example.org/second"), first);
        assert_eq!(text(first), Some("http://example.org/first"));
        assert_eq!(name(0), None);
        assert_eq!(name(u32::MAX), None);
    }

    #[test]
    fn a_string_without_an_end_is_none() {
        let bytes = *b"abcdef";
        // SAFETY: three bytes of six are read.
        assert_eq!(unsafe { bounded(bytes.as_ptr().cast(), 3) }, None);
        // SAFETY: null is allowed.
        assert_eq!(unsafe { bounded(std::ptr::null(), 3) }, None);
        // SAFETY: the zero is the fourth byte.
        let text = unsafe { bounded(c"abc".as_ptr(), 4) };
        assert_eq!(text.as_deref(), Some(c"abc"));
    }
}
