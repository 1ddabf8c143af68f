//! The thread that writes what is played in onto its steps, so that recording needs neither an editor nor the host's main
//! thread.
//!
//! The framework's own worker is not used: it ends for all instances as soon as it meets a task of one that is gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use crate::bridge::Bridge;

/// A thread of one instance, asleep until it is woken. It ends, and is waited for, when this is dropped: a host may unload
/// the library after that.
pub(crate) struct Scribe {
    thread: Option<JoinHandle<()>>,
    is_over: Arc<AtomicBool>,
}

impl Scribe {
    /// Starts it. Without a thread to be had nothing is recorded until the project is saved. `[main-thread]`
    pub(crate) fn new(bridge: Arc<Bridge>) -> Scribe {
        let is_over = Arc::new(AtomicBool::new(false));
        let is_over_too = Arc::clone(&is_over);
        let write = move || {
            while !is_over_too.load(Ordering::Acquire) {
                bridge.take_told();
                thread::park();
            }
        };
        let thread = thread::Builder::new().name("tresillo-scribe".to_owned()).spawn(write).ok();
        Scribe { thread, is_over }
    }

    /// There is something to write. Neither allocates nor waits. `[audio-thread]`
    pub(crate) fn wake(&self) {
        if let Some(thread) = &self.thread {
            thread.thread().unpark();
        }
    }
}

impl Drop for Scribe {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        self.wake();
        if let Some(thread) = self.thread.take() {
            // A panic in there has been told by the thread itself.
            let _ = thread.join();
        }
    }
}
