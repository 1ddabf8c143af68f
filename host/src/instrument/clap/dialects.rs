//! Which dialects for notes the host speaks, as CLAP's extension `clap.note-ports` tells it.
//!
//! `clack-extensions` 0.2.0 has this extension too, but hands out a pointer to a pointer where plugins expect the functions,
//! so that a plugin that calls one of them crashes.
#![allow(unsafe_code, reason = "a table of functions for plugins")]

use std::ffi::CStr;

use clack_extensions::note_ports::NoteDialects;
use clack_host::extensions::prelude::*;

use super::callbacks::Callbacks;

/// The functions of the extension.
#[derive(Clone, Copy)]
pub(super) struct HostDialects;

/// `clap_host_note_ports` of CLAP's `ext/note-ports.h`.
#[repr(C)]
struct Table {
    supported_dialects: unsafe extern "C" fn(*const clap_host) -> u32,
    rescan: unsafe extern "C" fn(*const clap_host, u32),
}

unsafe extern "C" fn supported_dialects(_host: *const clap_host) -> u32 {
    (NoteDialects::CLAP | NoteDialects::MIDI).bits()
}

// The ports are asked for when they are needed.
unsafe extern "C" fn rescan(_host: *const clap_host, _flags: u32) {}

// SAFETY: the identifier is CLAP's own for what `Table` is.
unsafe impl Extension for HostDialects {
    const IDENTIFIERS: &'static [&'static CStr] = &[c"clap.note-ports"];
    type ExtensionSide = HostExtensionSide;

    unsafe fn from_raw(_raw: RawExtension<HostExtensionSide>) -> HostDialects {
        HostDialects
    }
}

// SAFETY: `Table` is laid out as CLAP has it, and lives for ever.
unsafe impl ExtensionImplementation<Callbacks> for HostDialects {
    const IMPLEMENTATION: RawExtensionImplementation =
        RawExtensionImplementation::new(&Table { supported_dialects, rescan });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_finds_functions_where_it_expects_them() {
        let pointer = HostDialects::IMPLEMENTATION.as_ptr().cast::<Table>();
        // SAFETY: it is the table above.
        let table = unsafe { pointer.as_ref() };
        // SAFETY: the functions do not look at the host.
        let dialects = unsafe { (table.supported_dialects)(std::ptr::null()) };
        assert_eq!(dialects, 3, "CLAP is 1 and MIDI is 2");
        // SAFETY: as above.
        unsafe { (table.rescan)(std::ptr::null(), 1) };
    }
}
