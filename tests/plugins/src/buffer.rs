//! Sound between a host's memory and an instance.

#![allow(unsafe_code, reason = "hosts hand over bare pointers")]

use std::slice::{from_raw_parts, from_raw_parts_mut};

use crate::catalogue::Port;
use crate::instance::Instance;

/// The channels of a port as hosts hand them over; null where there is nothing.
#[derive(Clone, Copy)]
pub(crate) struct Channels {
    /// The first of `count` pointers.
    pub(crate) pointers: *const *mut f32,
    /// How many channels the host gives.
    pub(crate) count: usize,
}

impl Channels {
    /// Copies what goes in.
    ///
    /// # Safety
    /// `pointers` is null or holds `count` pointers, each null or to `frames` samples.
    pub(crate) unsafe fn read(self, instance: &mut Instance, first: usize, frames: usize) {
        for channel in 0..self.count {
            // SAFETY: as the caller says.
            let Some(pointer) = (unsafe { self.pointer(channel) }) else { continue };
            // SAFETY: as the caller says.
            let samples = unsafe { from_raw_parts(pointer.cast_const(), frames) };
            instance.set_input(first + channel, samples);
        }
    }

    /// Copies what came out; channels that the instance does not have are silent.
    ///
    /// # Safety
    /// As [`Channels::read`], and the samples may be written.
    pub(crate) unsafe fn write(self, instance: &Instance, range: (usize, usize), frames: usize) {
        let (first, count) = range;
        for channel in 0..self.count {
            // SAFETY: as the caller says.
            let Some(pointer) = (unsafe { self.pointer(channel) }) else { continue };
            // SAFETY: as the caller says.
            let samples = unsafe { from_raw_parts_mut(pointer, frames) };
            let output = if channel < count { instance.output(first + channel) } else { &[] };
            if output.len() == frames {
                samples.copy_from_slice(output);
            } else {
                samples.fill(0.0);
            }
        }
    }

    /// # Safety
    /// As [`Channels::read`].
    unsafe fn pointer(self, channel: usize) -> Option<*mut f32> {
        if self.pointers.is_null() {
            return None;
        }
        // SAFETY: there are `count` of them, and `channel` is less.
        let pointer = unsafe { *self.pointers.add(channel) };
        (!pointer.is_null()).then_some(pointer)
    }
}

/// The first channel, counted over all ports, and the number of channels of the port at a place.
pub(crate) fn range(ports: &[Port], place: usize) -> (usize, usize) {
    let count = |port: &Port| usize::try_from(port.channel_count).unwrap_or(0);
    let first = ports.iter().take(place).map(count).sum();
    (first, ports.get(place).map_or(0, count))
}
