//! One plugin in LV2.

use std::ffi::c_void;

use crate::buffer::Channels;
use crate::catalogue::Kind;
use crate::instance::{Event, Instance, Message, Transport};
use crate::lv2::sequence;
use crate::lv2::uris::{NOTHING, Uris};
use crate::turtle::{Socket, sockets};

/// One plugin, and what its ports are connected to.
pub(super) struct Plugin {
    pub(super) instance: Instance,
    pub(super) uris: Option<Uris>,
    rate: f64,
    sockets: Vec<(Socket, *mut c_void)>,
    /// What the controls were in the last block.
    controls: Vec<Option<f32>>,
}

impl Plugin {
    /// A new plugin; some kinds do not come back from here.
    pub(super) fn new(kind: Kind, rate: f64, uris: Option<Uris>) -> Plugin {
        let instance = Instance::new(kind, "lv2", "");
        if let Some(uris) = &uris {
            instance.log(format_args!("features {}", uris.features.join(" ")));
        }
        Plugin {
            instance,
            uris,
            rate,
            sockets: sockets(kind).into_iter().map(|socket| (socket, NOTHING)).collect(),
            controls: vec![None; kind.parameters().len()],
        }
    }

    /// Remembers where a port is.
    pub(super) fn connect(&mut self, port: u32, data: *mut c_void) {
        let socket = usize::try_from(port).ok().and_then(|place| self.sockets.get_mut(place));
        match socket {
            None | Some((Socket::Surplus, _)) => {}
            Some((_, place)) => *place = data,
        }
    }

    /// Gets ready; LV2 has no way to refuse.
    pub(super) fn activate(&mut self) {
        let (most, nominal) = self.uris.as_ref().map_or((None, None), |uris| uris.block_frames);
        let extra = nominal.map_or_else(String::new, |frames| format!(" nominal={frames}"));
        let block_frames = most.and_then(|frames| u32::try_from(frames).ok()).unwrap_or(0);
        self.instance.activate(self.rate, block_frames, &extra);
        self.controls.fill(None);
    }

    /// The end of being ready.
    pub(super) fn deactivate(&mut self) {
        self.instance.deactivate();
    }

    /// Computes a block.
    ///
    /// # Safety
    /// Each port is connected to nothing or to what its kind asks for, audio ports to at least `frames` samples.
    pub(super) unsafe fn run(&mut self, frames: u32) {
        let frames = usize::try_from(frames).unwrap_or(0);
        let (mut events, mut transport) = (Vec::new(), Transport::default());
        let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
        for (socket, place) in &self.sockets {
            let place = *place;
            match socket {
                Socket::Input(..) => inputs.push(place.cast::<f32>()),
                Socket::Output(..) => outputs.push(place.cast::<f32>()),
                Socket::Notes => {
                    if let Some(uris) = &self.uris {
                        // SAFETY: null or a sequence, as the caller says.
                        (events, transport) = unsafe { sequence::events(place.cast(), uris) };
                    }
                }
                _ => {}
            }
        }
        // SAFETY: as the caller says.
        let mut turned = unsafe { self.turned(&mut transport) };
        for event in &turned {
            if let Message::Parameter(place, value) = event.message {
                self.instance.set_value(place, value);
            }
        }
        self.instance.settle_latency();
        turned.append(&mut events);
        self.instance.begin(frames);
        // SAFETY: as the caller says.
        unsafe { channels(&inputs).read(&mut self.instance, 0, frames) };
        self.instance.process(&turned, &transport, frames);
        // SAFETY: as the caller says; what went in has been copied.
        unsafe { channels(&outputs).write(&self.instance, (0, outputs.len()), frames) };
        // SAFETY: as the caller says.
        unsafe { self.report() };
    }

    /// What the control ports say that they did not say before, as events at the block's start.
    ///
    /// # Safety
    /// As [`Plugin::run`].
    unsafe fn turned(&mut self, transport: &mut Transport) -> Vec<Event> {
        let mut events = Vec::new();
        for (socket, place) in &self.sockets {
            // SAFETY: null or one number, as the caller says.
            let value = || unsafe { place.cast::<f32>().as_ref() }.copied();
            match socket {
                Socket::Control(place, parameter) if !parameter.is_read_only => {
                    let (Some(value), Some(last)) = (value(), self.controls.get_mut(*place)) else {
                        continue;
                    };
                    if last.replace(value).is_none_or(|last| last.to_bits() != value.to_bits()) {
                        let message = Message::Parameter(*place, f64::from(value));
                        events.push(Event { frame: 0, message });
                    }
                }
                Socket::FreeWheeling => {
                    let mode = match value() {
                        None => continue,
                        Some(value) if value > 0.0 => " mode=offline",
                        Some(_) => " mode=realtime",
                    };
                    transport.extra.push_str(mode);
                }
                _ => {}
            }
        }
        events
    }

    /// Writes what the plugin shows.
    ///
    /// # Safety
    /// As [`Plugin::run`].
    unsafe fn report(&self) {
        for (socket, place) in &self.sockets {
            let value = match socket {
                Socket::Latency => f64::from(self.instance.latency_frames()),
                Socket::Control(place, parameter) if parameter.is_read_only => {
                    self.instance.value(*place).unwrap_or(0.0)
                }
                _ => continue,
            };
            if !place.is_null() {
                #[allow(clippy::cast_possible_truncation, reason = "LV2's ports are so precise")]
                let value = value as f32;
                // SAFETY: one number, as the caller says.
                unsafe { place.cast::<f32>().write(value) };
            }
        }
    }
}

fn channels(pointers: &[*mut f32]) -> Channels {
    Channels { pointers: pointers.as_ptr(), count: pointers.len() }
}
