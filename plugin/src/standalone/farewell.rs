//! How the program ends: with its window, whether that is closed by hand or because the system asks for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::bridge::Bridge;

/// How long the last note-offs are waited for: longer than any block.
const PATIENCE: Duration = Duration::from_millis(500);

/// How long the sound card may take to stop.
const LAST_PATIENCE: Duration = Duration::from_secs(3);

/// Whether the system has asked for the end.
static IS_DUE: AtomicBool = AtomicBool::new(false);

/// Whether the window should close. `[any-thread]`
pub(crate) fn is_due() -> bool {
    IS_DUE.load(Ordering::Acquire)
}

/// Sees to it that all notes end with the window of `context`, and the window when the system asks for it; nothing in a host.
/// `[main-thread]`
pub(crate) fn prepare(context: &egui::Context, bridge: &Arc<Bridge>) {
    if bridge.own_transport().is_none() {
        return;
    }
    // The framework tells nobody that the window is closed, but with the window goes what its context holds.
    let last = Arc::new(Last(Arc::clone(bridge)));
    context.data_mut(|data| data.insert_temp(egui::Id::unique("farewell"), last));
    listen(bridge);
}

/// Goes with the window, while the sound card still listens.
struct Last(Arc<Bridge>);

impl Drop for Last {
    fn drop(&mut self) {
        // Without that, what sounds on other machines would go on for ever.
        if let Some(own) = self.0.own_transport() {
            own.leave();
        }
        self.0.panic();
        let start = Instant::now();
        while self.0.has_to_panic() && start.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(2));
        }
        let _ = thread::Builder::new().spawn(end_without_the_sound_card);
    }
}

/// Ends the program if it is still there after a while.
///
/// nice-plug 0.4.2 waits for the next block of JACK, which never comes where the server has gone
/// (`wrapper/standalone/backend/jack.rs`, `Jack::run`).
fn end_without_the_sound_card() {
    thread::sleep(LAST_PATIENCE);
    super::tell("the sound card does not answer any more");
    std::process::exit(1);
}

/// Waits for signals on a thread of its own.
///
/// nice-plug 0.4.2 catches the interrupt and then does nothing as long as there is a window (`wrapper/standalone/wrapper.rs`,
/// `Wrapper::run`), so the keyboard could not end the program. This comes later and is called as well.
#[cfg(unix)]
fn listen(bridge: &Arc<Bridge>) {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let watcher = bridge.watcher();
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM]) else {
        return;
    };
    let wait = move || {
        for _ in signals.forever() {
            IS_DUE.store(true, Ordering::Release);
            watcher.request_repaint();
        }
    };
    // Without a thread to be had the window ends by hand alone.
    let _ = thread::Builder::new().name("tresillo-signals".to_owned()).spawn(wait);
}

#[cfg(not(unix))]
fn listen(_bridge: &Arc<Bridge>) {}
