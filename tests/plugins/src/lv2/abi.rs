//! The C structs of LV2, as its headers lay them out.

use std::ffi::{c_char, c_void};

/// `LV2_Feature` (lv2.h).
#[repr(C)]
pub(super) struct Feature {
    pub(super) uri: *const c_char,
    pub(super) data: *mut c_void,
}

/// `LV2_Descriptor` (lv2.h).
#[repr(C)]
pub(crate) struct Descriptor {
    pub(super) uri: *const c_char,
    pub(super) instantiate: Option<
        unsafe extern "C" fn(
            *const Descriptor,
            f64,
            *const c_char,
            *const *const Feature,
        ) -> *mut c_void,
    >,
    pub(super) connect_port: Option<unsafe extern "C" fn(*mut c_void, u32, *mut c_void)>,
    pub(super) activate: Option<unsafe extern "C" fn(*mut c_void)>,
    pub(super) run: Option<unsafe extern "C" fn(*mut c_void, u32)>,
    pub(super) deactivate: Option<unsafe extern "C" fn(*mut c_void)>,
    pub(super) cleanup: Option<unsafe extern "C" fn(*mut c_void)>,
    pub(super) extension_data: Option<unsafe extern "C" fn(*const c_char) -> *const c_void>,
}

/// `LV2_URID_Map` (urid.h).
#[repr(C)]
pub(super) struct UridMap {
    pub(super) handle: *mut c_void,
    pub(super) map: Option<unsafe extern "C" fn(*mut c_void, *const c_char) -> u32>,
}

/// `LV2_Options_Option` (options.h); the last of an array has key 0.
#[repr(C)]
pub(super) struct HostOption {
    pub(super) context: u32,
    pub(super) subject: u32,
    pub(super) key: u32,
    pub(super) size: u32,
    pub(super) value_type: u32,
    pub(super) value: *const c_void,
}

/// `LV2_State_Store_Function` (state.h).
pub(super) type Store =
    unsafe extern "C" fn(*mut c_void, u32, *const c_void, usize, u32, u32) -> u32;

/// `LV2_State_Retrieve_Function` (state.h).
pub(super) type Retrieve =
    unsafe extern "C" fn(*mut c_void, u32, *mut usize, *mut u32, *mut u32) -> *const c_void;

/// `LV2_State_Interface` (state.h).
#[repr(C)]
pub(super) struct StateInterface {
    pub(super) save: Option<
        unsafe extern "C" fn(
            *mut c_void,
            Option<Store>,
            *mut c_void,
            u32,
            *const *const Feature,
        ) -> u32,
    >,
    pub(super) restore: Option<
        unsafe extern "C" fn(
            *mut c_void,
            Option<Retrieve>,
            *mut c_void,
            u32,
            *const *const Feature,
        ) -> u32,
    >,
}
