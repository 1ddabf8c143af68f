//! The numbers of URIs that the host gives, and what it says by features.

use std::ffi::{CStr, c_void};

use crate::lv2::abi::{Feature, HostOption, UridMap};

/// The most features or options that are believed.
const COUNT_MAX: usize = 1000;

/// Numbers of the URIs that are understood, and the block sizes that the host tells.
pub(super) struct Uris {
    pub(super) midi_event: u32,
    pub(super) object: u32,
    pub(super) blank: u32,
    pub(super) position: u32,
    pub(super) int: u32,
    pub(super) long: u32,
    pub(super) float: u32,
    pub(super) double: u32,
    pub(super) chunk: u32,
    pub(super) state: u32,
    /// Properties of a position, in the order of [`POSITION`].
    pub(super) properties: [u32; POSITION.len()],
    /// The most frames of a block, and how many most blocks have.
    pub(super) block_frames: (Option<i32>, Option<i32>),
    /// The features' URIs, for the log.
    pub(super) features: Vec<String>,
}

/// What a position can say (time.h).
pub(super) const POSITION: [&CStr; 8] = [
    c"http://lv2plug.in/ns/ext/time#frame",
    c"http://lv2plug.in/ns/ext/time#speed",
    c"http://lv2plug.in/ns/ext/time#beat",
    c"http://lv2plug.in/ns/ext/time#bar",
    c"http://lv2plug.in/ns/ext/time#barBeat",
    c"http://lv2plug.in/ns/ext/time#beatUnit",
    c"http://lv2plug.in/ns/ext/time#beatsPerBar",
    c"http://lv2plug.in/ns/ext/time#beatsPerMinute",
];

impl Uris {
    /// Asks the host for all numbers; `None` where it has no map.
    ///
    /// # Safety
    /// `features` is null, or an array that ends with null, of features with the data that their URIs promise.
    pub(super) unsafe fn of_features(features: *const *const Feature) -> Option<Uris> {
        let (mut map, mut options) = (std::ptr::null(), std::ptr::null());
        let mut names = Vec::new();
        for place in (0..COUNT_MAX).take_while(|_| !features.is_null()) {
            // SAFETY: the end has not come yet.
            let Some(feature) = (unsafe { (*features.add(place)).as_ref() }) else { break };
            // SAFETY: a URI with an end.
            let uri = unsafe { CStr::from_ptr(feature.uri) };
            names.push(uri.to_string_lossy().into_owned());
            if uri == c"http://lv2plug.in/ns/ext/urid#map" {
                map = feature.data.cast_const().cast::<UridMap>();
            } else if uri == c"http://lv2plug.in/ns/ext/options#options" {
                options = feature.data.cast_const().cast::<HostOption>();
            }
        }
        // SAFETY: null, or the map that the URI promises.
        let map = unsafe { map.as_ref() }?;
        let function = map.map?;
        // SAFETY: the handle is the map's own.
        let number = |uri: &CStr| unsafe { function(map.handle, uri.as_ptr()) };
        let int = number(c"http://lv2plug.in/ns/ext/atom#Int");
        // SAFETY: null, or the options that the URI promises.
        let option = |uri: &CStr| unsafe { option(options, number(uri), int) };
        Some(Uris {
            midi_event: number(c"http://lv2plug.in/ns/ext/midi#MidiEvent"),
            object: number(c"http://lv2plug.in/ns/ext/atom#Object"),
            blank: number(c"http://lv2plug.in/ns/ext/atom#Blank"),
            position: number(c"http://lv2plug.in/ns/ext/time#Position"),
            int,
            long: number(c"http://lv2plug.in/ns/ext/atom#Long"),
            float: number(c"http://lv2plug.in/ns/ext/atom#Float"),
            double: number(c"http://lv2plug.in/ns/ext/atom#Double"),
            chunk: number(c"http://lv2plug.in/ns/ext/atom#Chunk"),
            state: number(c"https://tresillo.example/test#state"),
            properties: POSITION.map(number),
            block_frames: (
                option(c"http://lv2plug.in/ns/ext/buf-size#maxBlockLength"),
                option(c"http://lv2plug.in/ns/ext/buf-size#nominalBlockLength"),
            ),
            features: names,
        })
    }

    /// A number in the bytes of an atom of this type, whatever it is.
    pub(super) fn number(&self, atom_type: u32, bytes: &[u8]) -> Option<f64> {
        if atom_type == self.int {
            return Some(f64::from(i32::from_ne_bytes(*bytes.first_chunk()?)));
        }
        if atom_type == self.float {
            return Some(f64::from(f32::from_ne_bytes(*bytes.first_chunk()?)));
        }
        if atom_type == self.double {
            return Some(f64::from_ne_bytes(*bytes.first_chunk()?));
        }
        #[allow(clippy::cast_precision_loss, reason = "frames of a piece are fewer than 2^53")]
        let long = |bytes: &[u8; 8]| i64::from_ne_bytes(*bytes) as f64;
        if atom_type == self.long { bytes.first_chunk().map(long) } else { None }
    }
}

/// # Safety
/// `options` is null, or an array whose last has key 0.
unsafe fn option(options: *const HostOption, key: u32, int: u32) -> Option<i32> {
    for place in (0..COUNT_MAX).take_while(|_| !options.is_null()) {
        // SAFETY: the end has not come yet.
        let option = unsafe { &*options.add(place) };
        let HostOption { context, subject, value, .. } = *option;
        if option.key == 0 && value.is_null() {
            return None;
        }
        let is_ours = option.key == key && context == 0 && subject == 0;
        if is_ours && option.value_type == int && option.size == 4 && !value.is_null() {
            // SAFETY: an atom's integer has four bytes.
            return Some(unsafe { value.cast::<i32>().read_unaligned() });
        }
    }
    None
}

/// What a pointer to nothing is.
pub(super) const NOTHING: *mut c_void = std::ptr::null_mut();
