//! The plugins in LV2.
//!
//! Where a file or function of LV2's specification is meant, its C header is named. LV2 has no way to refuse at activation,
//! so [`Kind::Refuse`] is not even instantiated; none to tell a tail; and its control ports are the host's, so what a state
//! says of them holds only until the next block.

#![allow(unsafe_code, reason = "the format is made of bare pointers")]

mod abi;
mod plugin;
mod sequence;
mod state;
mod uris;

use std::ffi::{CStr, CString, c_char, c_void};
use std::sync::OnceLock;

use crate::catalogue::Kind;
use crate::lv2::abi::{Descriptor, Feature, StateInterface};
use crate::lv2::plugin::Plugin;
use crate::lv2::uris::Uris;
use crate::misbehaviour;

/// One descriptor a kind, with the URI that it points to.
struct Entry {
    descriptor: Descriptor,
    _uri: CString,
}

// SAFETY: nothing in it is ever written.
unsafe impl Send for Entry {}
// SAFETY: nothing in it is ever written.
unsafe impl Sync for Entry {}

/// The descriptor at a place, or null behind the last (lv2.h).
#[unsafe(no_mangle)]
extern "C" fn lv2_descriptor(index: u32) -> *const Descriptor {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    misbehaviour::crash_if_scanned();
    let entries = ENTRIES.get_or_init(|| Kind::ALL.into_iter().filter_map(entry).collect());
    let entry = usize::try_from(index).ok().and_then(|place| entries.get(place));
    entry.map_or(std::ptr::null(), |entry| &raw const entry.descriptor)
}

fn entry(kind: Kind) -> Option<Entry> {
    let uri = CString::new(kind.lv2_uri()).ok()?;
    let descriptor = Descriptor {
        uri: uri.as_ptr(),
        instantiate: Some(instantiate),
        connect_port: Some(connect_port),
        activate: Some(activate),
        run: Some(run),
        deactivate: Some(deactivate),
        cleanup: Some(cleanup),
        extension_data: Some(extension_data),
    };
    Some(Entry { descriptor, _uri: uri })
}

unsafe extern "C" fn instantiate(
    descriptor: *const Descriptor,
    rate: f64,
    _bundle: *const c_char,
    features: *const *const Feature,
) -> *mut c_void {
    // SAFETY: the host gives one of our descriptors, whose URI lives as long as the library.
    let uri = unsafe { CStr::from_ptr((*descriptor).uri) };
    let kind = Kind::ALL.into_iter().find(|kind| uri.to_bytes() == kind.lv2_uri().as_bytes());
    // SAFETY: the host gives an array that ends with a null (lv2.h).
    let uris = unsafe { Uris::of_features(features) };
    match kind {
        None | Some(Kind::Refuse) => std::ptr::null_mut(),
        // What is required and not there cannot be worked with.
        Some(kind) if uris.is_none() && kind.is_instrument() => std::ptr::null_mut(),
        Some(kind) => Box::into_raw(Box::new(Plugin::new(kind, rate, uris))).cast(),
    }
}

/// The plugin that a host means by its handle.
///
/// # Safety
/// `handle` comes from [`instantiate`] and has not been cleaned up, and nobody else uses it now.
unsafe fn plugin<'a>(handle: *mut c_void) -> &'a mut Plugin {
    // SAFETY: as the caller says.
    unsafe { &mut *handle.cast::<Plugin>() }
}

unsafe extern "C" fn connect_port(handle: *mut c_void, port: u32, data: *mut c_void) {
    // SAFETY: the host keeps to lv2.h.
    unsafe { plugin(handle) }.connect(port, data);
}

unsafe extern "C" fn activate(handle: *mut c_void) {
    // SAFETY: the host keeps to lv2.h.
    unsafe { plugin(handle) }.activate();
}

unsafe extern "C" fn run(handle: *mut c_void, frames: u32) {
    // SAFETY: the host keeps to lv2.h: each port is connected to what its kind asks for.
    unsafe { plugin(handle).run(frames) };
}

unsafe extern "C" fn deactivate(handle: *mut c_void) {
    // SAFETY: the host keeps to lv2.h.
    unsafe { plugin(handle) }.deactivate();
}

unsafe extern "C" fn cleanup(handle: *mut c_void) {
    if !handle.is_null() {
        // SAFETY: the host keeps to lv2.h: it was made by `instantiate` and is not used again.
        drop(unsafe { Box::from_raw(handle.cast::<Plugin>()) });
    }
}

unsafe extern "C" fn extension_data(uri: *const c_char) -> *const c_void {
    static STATE: StateInterface =
        StateInterface { save: Some(state::save), restore: Some(state::restore) };
    if uri.is_null() {
        return std::ptr::null();
    }
    // SAFETY: a URI with an end (lv2.h).
    let uri = unsafe { CStr::from_ptr(uri) };
    if uri != c"http://lv2plug.in/ns/ext/state#interface" {
        return std::ptr::null();
    }
    (&raw const STATE).cast()
}
