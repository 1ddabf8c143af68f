//! State in LV2 (state.h): one property, a chunk of bytes.

use std::ffi::c_void;
use std::slice::from_raw_parts;

use crate::lv2::abi::{Feature, Retrieve, Store};
use crate::lv2::plugin;

const SUCCESS: u32 = 0;
const UNKNOWN: u32 = 1;
const BAD_TYPE: u32 = 2;
const NO_PROPERTY: u32 = 5;

/// The value is plain bytes, and the same on every machine.
const POD_AND_PORTABLE: u32 = 1 | 2;

/// The most bytes that a state may have.
const STATE_BYTES_MAX: usize = 4096;

pub(super) unsafe extern "C" fn save(
    handle: *mut c_void,
    store: Option<Store>,
    state: *mut c_void,
    _flags: u32,
    _features: *const *const Feature,
) -> u32 {
    // SAFETY: the host keeps to state.h: the handle is ours, and nobody else uses it now.
    let plugin = unsafe { plugin(handle) };
    let (Some(store), Some(uris)) = (store, &plugin.uris) else { return UNKNOWN };
    if !plugin.instance.kind().has_state() {
        return SUCCESS;
    }
    let bytes = plugin.instance.save();
    // SAFETY: the handle belongs to the function, which copies the bytes.
    unsafe {
        store(state, uris.state, bytes.as_ptr().cast(), bytes.len(), uris.chunk, POD_AND_PORTABLE)
    }
}

pub(super) unsafe extern "C" fn restore(
    handle: *mut c_void,
    retrieve: Option<Retrieve>,
    state: *mut c_void,
    _flags: u32,
    _features: *const *const Feature,
) -> u32 {
    // SAFETY: as in `save`.
    let plugin = unsafe { plugin(handle) };
    let (Some(retrieve), Some(uris)) = (retrieve, &plugin.uris) else { return UNKNOWN };
    let (mut size, mut value_type, mut flags) = (0usize, 0u32, 0u32);
    // SAFETY: the handle belongs to the function; there is room for the three numbers.
    let value =
        unsafe { retrieve(state, uris.state, &raw mut size, &raw mut value_type, &raw mut flags) };
    if value.is_null() {
        return NO_PROPERTY;
    }
    if value_type != uris.chunk || size > STATE_BYTES_MAX {
        return BAD_TYPE;
    }
    // SAFETY: the host keeps the value until it returns from restoring.
    let bytes = unsafe { from_raw_parts(value.cast::<u8>(), size) };
    if plugin.instance.load(bytes) { SUCCESS } else { BAD_TYPE }
}
