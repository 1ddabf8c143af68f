//! The plugins in VST3.
//!
//! Two kinds have a controller of their own, as the format prefers, see `is_separate`; all others are component and
//! controller in one object. `setProcessing` of all but [`Kind::Events`] says that it is not implemented,
//! as many plugins do.

#![allow(unsafe_code, reason = "the format is made of bare pointers")]

mod bus;
mod component;
mod controller;
mod event;
mod factory;
mod knob;
mod stream;
mod unit;

use std::ffi::c_char;

use ::vst3::ComWrapper;
use ::vst3::Steinberg::Vst::{String128, TChar};
use ::vst3::Steinberg::{IPluginFactory, kInvalidArgument, kResultOk, tresult};

use crate::catalogue::Kind;
use crate::misbehaviour;
use crate::vst3::factory::Factory;

/// The factory of this library; the host releases it.
#[unsafe(no_mangle)]
extern "system" fn GetPluginFactory() -> *mut IPluginFactory {
    misbehaviour::crash_if_scanned();
    let factory = ComWrapper::new(Factory).to_com_ptr::<IPluginFactory>();
    factory.map_or(std::ptr::null_mut(), ::vst3::ComPtr::into_raw)
}

/// What hosts call first on Linux.
#[cfg(target_os = "linux")]
#[unsafe(no_mangle)]
extern "system" fn ModuleEntry(_library: *mut std::ffi::c_void) -> bool {
    true
}

/// What hosts call last on Linux.
#[cfg(target_os = "linux")]
#[unsafe(no_mangle)]
extern "system" fn ModuleExit() -> bool {
    true
}

/// What hosts call first on macOS.
#[cfg(target_os = "macos")]
#[unsafe(no_mangle)]
extern "system" fn bundleEntry(_bundle: *mut std::ffi::c_void) -> bool {
    true
}

/// What hosts call last on macOS.
#[cfg(target_os = "macos")]
#[unsafe(no_mangle)]
extern "system" fn bundleExit() -> bool {
    true
}

/// What hosts call first on Windows.
#[cfg(target_os = "windows")]
#[unsafe(no_mangle)]
extern "system" fn InitDll() -> bool {
    true
}

/// What hosts call last on Windows.
#[cfg(target_os = "windows")]
#[unsafe(no_mangle)]
extern "system" fn ExitDll() -> bool {
    true
}

/// Whether the controller is an object of its own.
fn is_separate(kind: Kind) -> bool {
    matches!(kind, Kind::Events | Kind::Gain)
}

/// Writes a value where a host wants it.
///
/// # Safety
/// `target` is null or may be written.
unsafe fn put<T>(target: *mut T, value: T) -> tresult {
    if target.is_null() {
        return kInvalidArgument;
    }
    // SAFETY: as the caller says.
    unsafe { target.write(value) };
    kResultOk
}

/// A text in UTF-16, cut where it is too long, with an end.
fn wide(text: &str) -> String128 {
    let mut wide: String128 = [0; 128];
    let last = wide.len() - 1;
    for (target, unit) in wide.iter_mut().take(last).zip(text.encode_utf16()) {
        *target = unit;
    }
    wide
}

/// A text in bytes, cut where it is too long, with an end.
fn narrow<const COUNT: usize>(text: &str) -> [c_char; COUNT] {
    let mut narrow = [0; COUNT];
    for (target, byte) in narrow.iter_mut().take(COUNT - 1).zip(text.bytes()) {
        *target = c_char::from_ne_bytes([byte]);
    }
    narrow
}

/// The text up to its end, or the first 128 units.
///
/// # Safety
/// `text` is null, or has an end or 128 units.
unsafe fn read_wide(text: *const TChar) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: stops at the end.
    let units = (0..128).map(|place| unsafe { *text.add(place) }).take_while(|unit| *unit != 0);
    String::from_utf16(&units.collect::<Vec<u16>>()).ok()
}
