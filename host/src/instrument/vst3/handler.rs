//! What the controller of a plugin tells the host: edits, and what has changed.
#![allow(unsafe_code, reason = "called by a plugin")]

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use vst3::Class;
use vst3::Steinberg::Vst::RestartFlags_::kLatencyChanged;
use vst3::Steinberg::Vst::{IComponentHandler, IComponentHandlerTrait, ParamID, ParamValue};
use vst3::Steinberg::{int32, kInvalidArgument, kResultOk, tresult};

/// A parameter that was set, and its normalised value.
pub(super) type Edit = (ParamID, f64);

/// The way from whoever sets a parameter to whoever computes the sound.
pub(super) struct Edits {
    sender: Sender<Edit>,
    /// Here while nobody computes sound.
    receiver: Mutex<Option<Receiver<Edit>>>,
    changes: AtomicI32,
}

impl Default for Edits {
    fn default() -> Edits {
        let (sender, receiver) = channel();
        let receiver = Mutex::new(Some(receiver));
        Edits { sender, receiver, changes: AtomicI32::new(0) }
    }
}

impl Edits {
    /// Tells the processor of an edit; what is no number is dropped. `[any-thread]`
    pub(super) fn send(&self, id: ParamID, value: f64) -> bool {
        // The other end lives as long as this one.
        !value.is_nan() && self.sender.send((id, value.clamp(0.0, 1.0))).is_ok()
    }

    /// The end that the processor listens on, until it gives it back.
    pub(super) fn take_receiver(&self) -> Option<Receiver<Edit>> {
        self.receiver.lock().ok()?.take()
    }

    /// Ends a loan.
    pub(super) fn give_back(&self, receiver: Option<Receiver<Edit>>) {
        if let (Ok(mut home), Some(receiver)) = (self.receiver.lock(), receiver) {
            *home = Some(receiver);
        }
    }

    /// Forgets the edits that nobody has heard yet.
    pub(super) fn clear(&self) {
        let receiver = self.take_receiver();
        if let Some(receiver) = &receiver {
            while receiver.try_recv().is_ok() {}
        }
        self.give_back(receiver);
    }

    /// Whether there are edits that nobody has heard yet; while no processor listens.
    pub(super) fn is_waiting(&self) -> bool {
        let receiver = self.take_receiver();
        let first = receiver.as_ref().and_then(|receiver| receiver.try_recv().ok());
        let is_waiting = first.is_some();
        if let Some(receiver) = &receiver {
            // All of them go round, so that their order stays.
            let all: Vec<Edit> = first.into_iter().chain(receiver.try_iter()).collect();
            for (id, value) in all {
                self.send(id, value);
            }
        }
        self.give_back(receiver);
        is_waiting
    }

    /// Whether the plugin said that its latency changed since this was last asked.
    pub(super) fn take_latency_change(&self) -> bool {
        self.changes.swap(0, Ordering::Relaxed) & kLatencyChanged != 0
    }
}

/// The host as the controller of one instance sees it.
pub(super) struct Handler {
    edits: Arc<Edits>,
}

impl Handler {
    /// A handler that passes edits on.
    pub(super) fn new(edits: Arc<Edits>) -> Handler {
        Handler { edits }
    }
}

impl Class for Handler {
    type Interfaces = (IComponentHandler,);
}

impl IComponentHandlerTrait for Handler {
    unsafe fn beginEdit(&self, _: ParamID) -> tresult {
        kResultOk
    }

    unsafe fn performEdit(&self, id: ParamID, value: ParamValue) -> tresult {
        if self.edits.send(id, value) { kResultOk } else { kInvalidArgument }
    }

    unsafe fn endEdit(&self, _: ParamID) -> tresult {
        kResultOk
    }

    /// May come at any time, also before the plugin is ready, so it is only noted.
    unsafe fn restartComponent(&self, flags: int32) -> tresult {
        self.edits.changes.fetch_or(flags, Ordering::Relaxed);
        kResultOk
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_wait_for_a_listener_in_their_order() {
        let edits = Arc::new(Edits::default());
        let handler = Handler::new(Arc::clone(&edits));
        assert!(!edits.is_waiting());
        // SAFETY: numbers only.
        unsafe {
            assert_eq!(handler.performEdit(1, 0.5), kResultOk);
            assert_eq!(handler.performEdit(2, 7.0), kResultOk);
            assert_eq!(handler.performEdit(3, f64::NAN), kInvalidArgument);
            assert_eq!(handler.restartComponent(-1), kResultOk);
        }
        assert!(edits.is_waiting());
        assert!(edits.take_latency_change());
        assert!(!edits.take_latency_change());
        let receiver = edits.take_receiver().unwrap();
        assert!(edits.take_receiver().is_none());
        assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [(1, 0.5), (2, 1.0)]);
        edits.give_back(Some(receiver));
        edits.send(4, 0.0);
        edits.clear();
        assert!(!edits.is_waiting());
    }
}
