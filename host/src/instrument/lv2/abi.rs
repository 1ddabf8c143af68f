//! The structures of LV2 as they lie in memory, after the headers of the specification (LV2 1.18, `lv2/core/lv2.h` and
//! those of its extensions). Functions that a plugin may leave out are `Option`s.

use std::ffi::{c_char, c_int, c_void};

/// A plugin's own pointer to an instance.
pub(super) type Handle = *mut c_void;

/// `LV2_Feature`: something that the host offers.
#[repr(C)]
pub(super) struct Feature {
    pub(super) uri: *const c_char,
    pub(super) data: *mut c_void,
}

/// `LV2_Descriptor`: the functions of a plugin.
#[repr(C)]
pub(super) struct Descriptor {
    pub(super) uri: *const c_char,
    pub(super) instantiate: Option<
        unsafe extern "C" fn(
            descriptor: *const Descriptor,
            sample_rate: f64,
            bundle_path: *const c_char,
            features: *const *const Feature,
        ) -> Handle,
    >,
    pub(super) connect_port:
        Option<unsafe extern "C" fn(instance: Handle, port: u32, data: *mut c_void)>,
    pub(super) activate: Option<unsafe extern "C" fn(instance: Handle)>,
    pub(super) run: Option<unsafe extern "C" fn(instance: Handle, frames: u32)>,
    pub(super) deactivate: Option<unsafe extern "C" fn(instance: Handle)>,
    pub(super) cleanup: Option<unsafe extern "C" fn(instance: Handle)>,
    pub(super) extension_data: Option<unsafe extern "C" fn(uri: *const c_char) -> *const c_void>,
}

/// `lv2_descriptor`.
pub(super) type DescriptorFunction = unsafe extern "C" fn(index: u32) -> *const Descriptor;

/// `LV2_Lib_Descriptor`: the newer way to a library's plugins.
#[repr(C)]
pub(super) struct LibraryDescriptor {
    pub(super) handle: *mut c_void,
    pub(super) size: u32,
    pub(super) cleanup: Option<unsafe extern "C" fn(handle: *mut c_void)>,
    pub(super) get_plugin:
        Option<unsafe extern "C" fn(handle: *mut c_void, index: u32) -> *const Descriptor>,
}

/// `lv2_lib_descriptor`.
pub(super) type LibraryFunction = unsafe extern "C" fn(
    bundle_path: *const c_char,
    features: *const *const Feature,
) -> *const LibraryDescriptor;

/// `LV2_URID_Map`.
#[repr(C)]
pub(super) struct UridMap {
    pub(super) handle: *mut c_void,
    pub(super) map: unsafe extern "C" fn(handle: *mut c_void, uri: *const c_char) -> u32,
}

/// `LV2_URID_Unmap`.
#[repr(C)]
pub(super) struct UridUnmap {
    pub(super) handle: *mut c_void,
    pub(super) unmap: unsafe extern "C" fn(handle: *mut c_void, urid: u32) -> *const c_char,
}

/// `LV2_Options_Option`; the list of them ends with one that is all zeros.
#[repr(C)]
pub(super) struct OptionValue {
    pub(super) context: u32,
    pub(super) subject: u32,
    pub(super) key: u32,
    pub(super) size: u32,
    pub(super) value_type: u32,
    pub(super) value: *const c_void,
}

/// `LV2_Log_Log`. `printf` takes any number of further arguments.
#[repr(C)]
pub(super) struct LogFeature {
    pub(super) handle: *mut c_void,
    pub(super) printf:
        unsafe extern "C" fn(handle: *mut c_void, kind: u32, format: *const c_char) -> c_int,
    pub(super) vprintf: unsafe extern "C" fn(
        handle: *mut c_void,
        kind: u32,
        format: *const c_char,
        arguments: *mut c_void,
    ) -> c_int,
}

/// `LV2_WORKER_SUCCESS`, and `LV2_STATE_SUCCESS`.
pub(super) const SUCCESS: u32 = 0;
/// `LV2_WORKER_ERR_UNKNOWN`, and `LV2_STATE_ERR_UNKNOWN`.
pub(super) const ERR_UNKNOWN: u32 = 1;
/// `LV2_WORKER_ERR_NO_SPACE`.
pub(super) const WORKER_ERR_NO_SPACE: u32 = 2;
/// `LV2_STATE_ERR_BAD_TYPE`.
pub(super) const STATE_ERR_BAD_TYPE: u32 = 2;
/// `LV2_STATE_ERR_BAD_FLAGS`.
pub(super) const STATE_ERR_BAD_FLAGS: u32 = 3;
/// `LV2_STATE_ERR_NO_PROPERTY`.
pub(super) const STATE_ERR_NO_PROPERTY: u32 = 5;
/// `LV2_STATE_ERR_NO_SPACE`.
pub(super) const STATE_ERR_NO_SPACE: u32 = 6;
/// `LV2_STATE_IS_POD`.
pub(super) const STATE_IS_POD: u32 = 1;
/// `LV2_STATE_IS_PORTABLE`.
pub(super) const STATE_IS_PORTABLE: u32 = 2;

/// `LV2_Worker_Respond_Function`.
pub(super) type Respond =
    unsafe extern "C" fn(handle: *mut c_void, size: u32, data: *const c_void) -> u32;

/// `LV2_Worker_Schedule`.
#[repr(C)]
pub(super) struct WorkerSchedule {
    pub(super) handle: *mut c_void,
    pub(super) schedule_work: Respond,
}

/// `LV2_Worker_Interface`.
#[repr(C)]
pub(super) struct WorkerInterface {
    pub(super) work: Option<
        unsafe extern "C" fn(
            instance: Handle,
            respond: Respond,
            handle: *mut c_void,
            size: u32,
            data: *const c_void,
        ) -> u32,
    >,
    pub(super) work_response:
        Option<unsafe extern "C" fn(instance: Handle, size: u32, body: *const c_void) -> u32>,
    pub(super) end_run: Option<unsafe extern "C" fn(instance: Handle) -> u32>,
}

/// `LV2_State_Store_Function`.
pub(super) type Store = unsafe extern "C" fn(
    handle: *mut c_void,
    key: u32,
    value: *const c_void,
    size: usize,
    value_type: u32,
    flags: u32,
) -> u32;

/// `LV2_State_Retrieve_Function`.
pub(super) type Retrieve = unsafe extern "C" fn(
    handle: *mut c_void,
    key: u32,
    size: *mut usize,
    value_type: *mut u32,
    flags: *mut u32,
) -> *const c_void;

/// `LV2_State_Interface`.
#[repr(C)]
pub(super) struct StateInterface {
    pub(super) save: Option<
        unsafe extern "C" fn(
            instance: Handle,
            store: Store,
            handle: *mut c_void,
            flags: u32,
            features: *const *const Feature,
        ) -> u32,
    >,
    pub(super) restore: Option<
        unsafe extern "C" fn(
            instance: Handle,
            retrieve: Retrieve,
            handle: *mut c_void,
            flags: u32,
            features: *const *const Feature,
        ) -> u32,
    >,
}

/// `LV2_State_Map_Path`.
#[repr(C)]
pub(super) struct MapPath {
    pub(super) handle: *mut c_void,
    pub(super) abstract_path:
        unsafe extern "C" fn(handle: *mut c_void, path: *const c_char) -> *mut c_char,
    pub(super) absolute_path:
        unsafe extern "C" fn(handle: *mut c_void, path: *const c_char) -> *mut c_char,
}

/// `LV2_State_Make_Path`.
#[repr(C)]
pub(super) struct MakePath {
    pub(super) handle: *mut c_void,
    pub(super) path: unsafe extern "C" fn(handle: *mut c_void, path: *const c_char) -> *mut c_char,
}

/// `LV2_State_Free_Path`.
#[repr(C)]
pub(super) struct FreePath {
    pub(super) handle: *mut c_void,
    pub(super) free_path: unsafe extern "C" fn(handle: *mut c_void, path: *mut c_char),
}
