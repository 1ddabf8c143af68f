//! A living instance of a plugin: the functions that it has, called as the specification wants it.

#![allow(unsafe_code, reason = "an instance is foreign code")]

use std::ffi::{CStr, CString, c_void};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result, bail};

use crate::instrument::Configuration;
use crate::instrument::lv2::abi::{
    ERR_UNKNOWN, Handle, STATE_ERR_BAD_FLAGS, STATE_ERR_BAD_TYPE, STATE_ERR_NO_PROPERTY,
    STATE_ERR_NO_SPACE, STATE_IS_POD, STATE_IS_PORTABLE, SUCCESS, StateInterface, WorkerInterface,
};
use crate::instrument::lv2::library::{self, Maker};
use crate::instrument::lv2::offer::Offer;
use crate::instrument::lv2::plugin::Plugin;
use crate::instrument::lv2::port::Kind;
use crate::instrument::lv2::saved::{Property, Saved};
use crate::instrument::lv2::urid::{self, Known};
use crate::instrument::lv2::vocabulary::{atom, state, worker};

/// The most that a plugin may keep under one name.
const PROPERTY_BYTES_MAX: usize = 256 << 20;
/// The most properties that a plugin may keep.
const PROPERTIES_MAX: usize = 65_536;

/// An instance, with the values of its controls.
pub(super) struct Instance {
    handle: Handle,
    maker: Maker,
    worker: Option<&'static WorkerInterface>,
    state: Option<&'static StateInterface>,
    /// A number a port, which are its bits in single precision; those of ports that are no controls are not used.
    controls: Box<[AtomicU32]>,
    /// Properties that the plugin was given last. Some take them up with the next block, and have nothing to save before.
    restored: Mutex<Vec<Property>>,
    pub(super) offer: Offer,
    pub(super) known: Known,
    pub(super) plugin: Arc<Plugin>,
}

// SAFETY: the specification forbids an instance to depend on which thread calls it; that no two calls of one instance
// overlap is seen to by `Instrument` and `Processor`, of which at most one is in use at a time.
unsafe impl Send for Instance {}
// SAFETY: as above.
unsafe impl Sync for Instance {}

impl Instance {
    /// A new instance, with all controls as they are in a new one.
    ///
    /// # Errors
    /// One sentence when the plugin refuses.
    pub(super) fn new(
        maker: Maker,
        plugin: Arc<Plugin>,
        configuration: Configuration,
    ) -> Result<Instance> {
        let known = Known::new();
        let offer = Offer::new(configuration, &known);
        let descriptor = maker.descriptor();
        let name = &plugin.name;
        let (Some(instantiate), Some(_), Some(_)) =
            (descriptor.instantiate, descriptor.connect_port, descriptor.run)
        else {
            bail!("the LV2 plugin {name} lacks functions that each plugin must have");
        };
        let bundle = library::bundle_text(&plugin.bundle)?;
        // SAFETY: the descriptor is the plugin's own, the path ends with a separator, the list of features with null; they
        // live as long as the instance, but for the path, which plugins must copy.
        let handle = unsafe {
            instantiate(
                descriptor,
                f64::from(configuration.sample_rate_hz),
                bundle.as_ptr(),
                offer.pointers(),
            )
        };
        if handle.is_null() {
            let reason = offer.log.last().map(|line| format!(": {line}")).unwrap_or_default();
            bail!("the LV2 plugin {name} refuses to start{reason}");
        }
        let initial = plugin.ports.iter().map(|port| port.initial(configuration.sample_rate_hz));
        let controls = initial.map(|value| AtomicU32::new(single(value).to_bits())).collect();
        let mut instance = Instance {
            handle,
            maker,
            worker: None,
            state: None,
            controls,
            restored: Mutex::default(),
            offer,
            known,
            plugin,
        };
        let (worker, state) =
            (instance.extension(worker::INTERFACE), instance.extension(state::INTERFACE));
        // SAFETY: what a plugin gives under this name is this structure by the specification, and stays as long as the
        // library.
        instance.worker = unsafe { worker.cast::<WorkerInterface>().as_ref() };
        // SAFETY: as above.
        instance.state = unsafe { state.cast::<StateInterface>().as_ref() };
        if instance.plugin.wants_default_state() && instance.state.is_some() {
            let plugin = Arc::clone(&instance.plugin);
            instance.restore(&plugin.default_state, &plugin.bundle)?;
        }
        Ok(instance)
    }

    /// The plugin's own pointer to it.
    #[cfg(test)]
    pub(super) fn handle(&self) -> Handle {
        self.handle
    }

    fn extension(&self, name: &str) -> *const c_void {
        let Some(extension_data) = self.maker.descriptor().extension_data else {
            return std::ptr::null();
        };
        // SAFETY: the name is a C string.
        CString::new(name).map_or(std::ptr::null(), |name| unsafe { extension_data(name.as_ptr()) })
    }

    /// The value of a control port.
    pub(super) fn control(&self, index: u32) -> f32 {
        let place = usize::try_from(index).ok();
        let control = place.and_then(|place| self.controls.get(place));
        control.map_or(0.0, |control| f32::from_bits(control.load(Ordering::Relaxed)))
    }

    /// Sets the value of a control port.
    pub(super) fn set_control(&self, index: u32, value: f64) {
        let place = usize::try_from(index).ok();
        if let Some(control) = place.and_then(|place| self.controls.get(place)) {
            control.store(single(value).to_bits(), Ordering::Relaxed);
        }
    }

    /// Connects all controls to their values, and optional ports of unknown kinds to nothing.
    pub(super) fn connect_controls(&self) {
        for (port, control) in self.plugin.ports.iter().zip(&self.controls) {
            match port.kind {
                Kind::Control => self.connect(port.index, control.as_ptr().cast()),
                Kind::Event | Kind::Other => self.connect(port.index, std::ptr::null_mut()),
                Kind::Audio | Kind::Cv | Kind::Atom => {}
            }
        }
    }

    /// Connects a port to its buffer, which stays where it is until the port is connected again or the instance is not run
    /// any more.
    pub(super) fn connect(&self, index: u32, data: *mut c_void) {
        if let Some(connect_port) = self.maker.descriptor().connect_port {
            // SAFETY: the instance is live and the index is one of the plugin's own.
            unsafe { connect_port(self.handle, index, data) };
        }
    }

    /// Gets it ready to be run. All ports are connected before it is.
    pub(super) fn activate(&self) {
        if let Some(activate) = self.maker.descriptor().activate {
            // SAFETY: the instance is live and not active.
            unsafe { activate(self.handle) };
        }
    }

    /// The counterpart of [`Instance::activate`].
    pub(super) fn deactivate(&self) {
        if let Some(deactivate) = self.maker.descriptor().deactivate {
            // SAFETY: the instance is live and active.
            unsafe { deactivate(self.handle) };
        }
    }

    /// Runs it for `frames`, with the work that it asks for.
    ///
    /// # Safety
    /// It is active, and all ports are connected to buffers of at least so many frames that live.
    pub(super) unsafe fn run(&self, frames: u32) {
        if let Some(worker) = self.worker {
            // What a restored state asked for is there before the first frame.
            // SAFETY: the instance is live and the interface its own.
            unsafe { self.offer.messages.serve(self.handle, worker) };
        }
        if let Some(run) = self.maker.descriptor().run {
            // SAFETY: as the caller vouches.
            unsafe { run(self.handle, frames) };
        }
        if let Some(worker) = self.worker {
            // SAFETY: the instance is live and the interface its own.
            unsafe { self.offer.messages.serve(self.handle, worker) };
            if let Some(end_run) = worker.end_run {
                // SAFETY: as above.
                _ = unsafe { end_run(self.handle) };
            }
        }
    }

    /// Sets the controls and gives the plugin the properties of `saved`. What `saved` does not name stays as it is.
    ///
    /// # Errors
    /// One sentence when the plugin keeps nothing, or refuses.
    pub(super) fn restore(&self, saved: &Saved, folder: &Path) -> Result<()> {
        let name = &self.plugin.name;
        for port in self.plugin.controls() {
            if let Some((_, value)) = saved.ports.iter().find(|(symbol, _)| *symbol == port.symbol)
            {
                self.set_control(port.index, *value);
            }
        }
        if saved.properties.is_empty() {
            return Ok(());
        }
        let restore = self.state.and_then(|state| state.restore);
        let restore = restore.with_context(|| {
            format!(
                "{name} keeps no state beyond its ports, so {} values are not for it",
                saved.properties.len()
            )
        })?;
        let mut kept = Kept::default();
        for property in &saved.properties {
            kept.take(urid::of(&property.key), urid::of(&property.value_type), &property.bytes);
        }
        self.offer.paths.set_base(Some(folder));
        let handle: *mut c_void = (&raw mut kept).cast();
        // SAFETY: the instance is live and not being run; the handle is what `retrieve` takes, and lives until the end of the
        // call; the list of features ends with null.
        let status = unsafe { restore(self.handle, retrieve, handle, 0, self.offer.pointers()) };
        self.offer.paths.set_base(None);
        if status != SUCCESS {
            let reason = self.offer.log.last().map(|line| format!(": {line}")).unwrap_or_default();
            bail!("{name} refuses the state (code {status}){reason}");
        }
        self.restored().clone_from(&saved.properties);
        Ok(())
    }

    fn restored(&self) -> MutexGuard<'_, Vec<Property>> {
        self.restored.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The values of the controls and what the plugin keeps.
    ///
    /// # Errors
    /// One sentence when the plugin refuses, or has neither.
    pub(super) fn save(&self) -> Result<Saved> {
        let name = &self.plugin.name;
        let value = |index: u32| f64::from(self.control(index));
        let controls = self.plugin.controls();
        let ports = controls.map(|port| (port.symbol.clone(), value(port.index))).collect();
        let mut saved = Saved { ports, ..Saved::default() };
        if let Some(save) = self.state.and_then(|state| state.save) {
            let mut kept = Kept::default();
            let handle: *mut c_void = (&raw mut kept).cast();
            let flags = STATE_IS_POD | STATE_IS_PORTABLE;
            // SAFETY: the instance is live; the handle is what `store` takes, and lives until the end of the call; the list of
            // features ends with null.
            let status = unsafe { save(self.handle, store, handle, flags, self.offer.pointers()) };
            if status == STATE_ERR_NO_PROPERTY && kept.values.is_empty() {
                saved.properties.clone_from(&self.restored());
            } else if status != SUCCESS {
                bail!("{name} refuses to save its state (code {status})");
            }
            for value in &kept.values {
                let names = (urid::text(value.key), urid::text(value.value_type));
                let (Some(key), Some(value_type)) = names else {
                    bail!("{name} keeps a value under a number that has no name");
                };
                saved.properties.push(Property {
                    key: key.to_owned(),
                    value_type: value_type.to_owned(),
                    bytes: value.bytes().to_vec(),
                });
            }
        }
        if saved.is_empty() {
            bail!("{name} has no state that could be saved");
        }
        Ok(saved)
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if let Some(cleanup) = self.maker.descriptor().cleanup {
            // SAFETY: the instance is live, not active, and not used any more.
            unsafe { cleanup(self.handle) };
        }
    }
}

fn single(value: f64) -> f32 {
    #[allow(clippy::cast_possible_truncation, reason = "controls have single precision")]
    let single = value as f32;
    single
}

/// Values while they go in or out.
#[derive(Default)]
struct Kept {
    values: Vec<KeptValue>,
}

struct KeptValue {
    key: u32,
    value_type: u32,
    size: usize,
    /// Whole words, so that plugins may read numbers from them.
    words: Vec<u64>,
}

impl KeptValue {
    fn bytes(&self) -> Vec<u8> {
        let bytes = self.words.iter().flat_map(|word| word.to_ne_bytes());
        bytes.take(self.size).collect()
    }
}

impl Kept {
    /// Keeps a copy; a value with the same key is replaced.
    fn take(&mut self, key: u32, value_type: u32, bytes: &[u8]) {
        let words = bytes.chunks(8).map(|chunk| {
            let mut word = [0u8; 8];
            for (to, from) in word.iter_mut().zip(chunk) {
                *to = *from;
            }
            u64::from_ne_bytes(word)
        });
        let value = KeptValue { key, value_type, size: bytes.len(), words: words.collect() };
        match self.values.iter_mut().find(|value| value.key == key) {
            Some(place) => *place = value,
            None => self.values.push(value),
        }
    }
}

/// `LV2_State_Store_Function`.
///
/// # Safety
/// `handle` is a [`Kept`]; `value` is null or has `size` bytes.
unsafe extern "C" fn store(
    handle: *mut c_void,
    key: u32,
    value: *const c_void,
    size: usize,
    value_type: u32,
    flags: u32,
) -> u32 {
    // SAFETY: the handle is that of the call that is under way, and nothing else uses it.
    let Some(kept) = (unsafe { handle.cast::<Kept>().as_mut() }) else { return ERR_UNKNOWN };
    if flags & STATE_IS_POD == 0 {
        return STATE_ERR_BAD_FLAGS;
    }
    if value.is_null() || key == 0 || value_type == 0 {
        return STATE_ERR_BAD_TYPE;
    }
    if size > PROPERTY_BYTES_MAX || kept.values.len() >= PROPERTIES_MAX {
        return STATE_ERR_NO_SPACE;
    }
    // SAFETY: the specification has plugins give `size` bytes.
    let bytes = unsafe { std::slice::from_raw_parts(value.cast::<u8>(), size) };
    kept.take(key, value_type, bytes);
    SUCCESS
}

/// `LV2_State_Retrieve_Function`.
///
/// # Safety
/// `handle` is a [`Kept`]; the other pointers are null or can be written to.
unsafe extern "C" fn retrieve(
    handle: *mut c_void,
    key: u32,
    size: *mut usize,
    value_type: *mut u32,
    flags: *mut u32,
) -> *const c_void {
    // SAFETY: the handle is that of the call that is under way; it is only read.
    let Some(kept) = (unsafe { handle.cast::<Kept>().as_ref() }) else { return std::ptr::null() };
    let Some(value) = kept.values.iter().find(|value| value.key == key) else {
        return std::ptr::null();
    };
    let is_path = urid::name(value.value_type).map(CStr::to_bytes) == Some(atom::PATH.as_bytes());
    let portable = if is_path { 0 } else { STATE_IS_PORTABLE };
    // SAFETY: the specification has plugins give null or a place to write to.
    unsafe {
        if let Some(size) = size.as_mut() {
            *size = value.size;
        }
        if let Some(value_type) = value_type.as_mut() {
            *value_type = value.value_type;
        }
        if let Some(flags) = flags.as_mut() {
            *flags = STATE_IS_POD | portable;
        }
    }
    value.words.as_ptr().cast()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_go_in_and_out_by_the_functions_of_the_format() {
        let mut kept = Kept::default();
        let handle: *mut c_void = (&raw mut kept).cast();
        let (key, kind) = (urid::of("http://e/key"), urid::of(atom::STRING));
        let text = b"some text\0";
        let put = |flags: u32, value: *const c_void| {
            // SAFETY: the handle is a `Kept`, the value has the size of the text or is null.
            unsafe { store(handle, key, value, text.len(), kind, flags) }
        };
        assert_eq!(put(0, text.as_ptr().cast()), STATE_ERR_BAD_FLAGS);
        assert_eq!(put(STATE_IS_POD, std::ptr::null()), STATE_ERR_BAD_TYPE);
        assert_eq!(put(STATE_IS_POD, text.as_ptr().cast()), SUCCESS);
        assert_eq!(put(STATE_IS_POD, text.as_ptr().cast()), SUCCESS);
        let (mut size, mut found) = (0usize, 0u32);
        // SAFETY: the handle is a `Kept`, the places can be written to or are null.
        let value = unsafe { retrieve(handle, key, &mut size, &mut found, std::ptr::null_mut()) };
        assert_eq!((size, found), (text.len(), kind));
        // SAFETY: the value has this size.
        assert_eq!(unsafe { std::slice::from_raw_parts(value.cast::<u8>(), size) }, text);
        let (size, found, flags) = (&mut size, &mut found, std::ptr::null_mut());
        // SAFETY: as above.
        let value = unsafe { retrieve(handle, key + 1000, size, found, flags) };
        assert!(value.is_null());
        assert_eq!(kept.values.len(), 1);
    }
}
