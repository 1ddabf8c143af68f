//! Work-arounds for faults of the plugin framework, each in a function with the fault's name.

use std::sync::atomic::{AtomicBool, Ordering};

use nice_plug::wrapper::vst3::{Vst3Plugin, Wrapper};

/// nice-plug 0.4.2, VST3 on Linux: the host aborts when the last instance closes.
///
/// All instances in a process share one worker thread, which ends when the last of them is dropped. But it also ends, early,
/// when it finds a task of an instance that is gone: parameter changes post such tasks, so an instance that was automated and
/// closed leaves one behind. The drop of the last instance then cannot send its farewell to the worker and panics, inside a
/// function of the host (`event_loop/background_thread.rs`, `WorkerThread::drop`).
///
/// So the last instance must never be dropped: one more is made, once a process, that no host knows and nobody closes. It
/// holds the last handle to the worker. `is_made` belongs to one plugin type, because each type has a worker of its own.
///
/// The sleeping worker keeps the library in memory, as any thread with a Rust thread-local does under glibc; a host that
/// unloads and loads it again finds the same instance. Elsewhere than on Linux nothing of ours is posted to that thread.
///
/// The test `vst3_two_instances_one_automated_closed_in_both_orders` fails without it.
pub(crate) fn keep_the_shared_worker_past_the_last_instance<P: Vst3Plugin>(is_made: &AtomicBool) {
    if cfg!(all(unix, not(target_os = "macos"))) && !is_made.swap(true, Ordering::SeqCst) {
        std::mem::forget(Wrapper::<P>::new());
    }
}
