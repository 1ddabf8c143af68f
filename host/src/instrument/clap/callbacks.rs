//! What a plugin may ask of its host.

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, ThreadId};

use clack_extensions::audio_ports::{AudioPortRescanFlags, HostAudioPorts, HostAudioPortsImpl};
use clack_extensions::latency::{HostLatency, HostLatencyImpl};
use clack_extensions::log::{HostLog, HostLogImpl, LogSeverity};
use clack_extensions::params::{
    HostParams, HostParamsImplMainThread, HostParamsImplShared, ParamClearFlags, ParamRescanFlags,
};
#[cfg(unix)]
use clack_extensions::posix_fd::{FdFlags, HostPosixFd, HostPosixFdImpl};
use clack_extensions::state::{HostState, HostStateImpl};
use clack_extensions::tail::{HostTail, HostTailImpl};
use clack_extensions::thread_check::{HostThreadCheck, HostThreadCheckImpl};
use clack_extensions::timer::{HostTimer, HostTimerImpl, TimerId};
use clack_host::prelude::*;

use super::dialects::HostDialects;
use super::errands::Errands;

/// The types that answer a plugin, by thread.
pub(super) struct Callbacks;

impl HostHandlers for Callbacks {
    type Shared<'a> = Shared;
    type MainThread<'a> = MainThread<'a>;
    type AudioProcessor<'a> = AudioThread;

    fn declare_extensions(builder: &mut HostExtensions<'_, Self>, _shared: &Shared) {
        builder
            .register::<HostLog>()
            .register::<HostThreadCheck>()
            .register::<HostParams>()
            .register::<HostState>()
            .register::<HostLatency>()
            .register::<HostTail>()
            .register::<HostAudioPorts>()
            .register::<HostDialects>()
            .register::<HostTimer>();
        #[cfg(unix)]
        builder.register::<HostPosixFd>();
    }
}

/// Parameter changes that wait for the next block: ids with values in the plugin's own units.
pub(super) type Changes = Vec<(ClapId, f64)>;

/// What both halves of an instance and all threads of the plugin may touch.
pub(super) struct Shared {
    main_thread: ThreadId,
    log: Arc<Log>,
    wants_callback: AtomicBool,
    wants_flush: AtomicBool,
    /// What was set after activation; the main half adds, the audio half takes.
    pub(super) changes: Mutex<Changes>,
    /// What is to be called between blocks.
    pub(super) errands: Errands,
}

impl Shared {
    /// For an instance whose main thread is this one.
    pub(super) fn new(log: Arc<Log>) -> Shared {
        Shared {
            main_thread: thread::current().id(),
            log,
            wants_callback: AtomicBool::new(false),
            wants_flush: AtomicBool::new(false),
            changes: Mutex::new(Changes::with_capacity(64)),
            errands: Errands::default(),
        }
    }

    /// Whether the plugin has asked to be called on the main thread since the last time.
    pub(super) fn take_callback(&self) -> bool {
        self.wants_callback.swap(false, Ordering::AcqRel)
    }

    /// Whether the plugin has asked for its parameters to be flushed since the last time.
    pub(super) fn take_flush(&self) -> bool {
        self.wants_flush.swap(false, Ordering::AcqRel)
    }
}

impl SharedHandler<'_> for Shared {
    // A render that is under way is not torn open; before it, each activation is a new start anyway.
    fn request_restart(&self) {}

    // It is processed all the time.
    fn request_process(&self) {}

    fn request_callback(&self) {
        self.wants_callback.store(true, Ordering::Release);
    }
}

impl HostThreadCheckImpl for Shared {
    fn is_main_thread(&self) -> bool {
        !is_on_audio_thread() && thread::current().id() == self.main_thread
    }

    fn is_audio_thread(&self) -> bool {
        is_on_audio_thread()
    }
}

impl HostLogImpl for Shared {
    fn log(&self, severity: LogSeverity, message: &str) {
        if severity >= LogSeverity::Warning {
            self.log.add(message);
        }
    }
}

impl HostParamsImplShared for Shared {
    fn request_flush(&self) {
        self.wants_flush.store(true, Ordering::Release);
    }
}

/// What is asked on the main thread. Some plugins ask on others, so all that changes is behind `shared`.
pub(super) struct MainThread<'a> {
    /// The part of the instance that all threads share.
    pub(super) shared: &'a Shared,
}

impl<'a> MainThreadHandler<'a> for MainThread<'a> {}

// Nothing is remembered of a plugin's parameters, ports, state and latency: they are asked for when they are needed.

impl HostParamsImplMainThread for MainThread<'_> {
    fn rescan(&self, _flags: ParamRescanFlags) {}

    fn clear(&self, _param_id: ClapId, _flags: ParamClearFlags) {}
}

impl HostStateImpl for MainThread<'_> {
    fn mark_dirty(&self) {}
}

impl HostLatencyImpl for MainThread<'_> {
    fn changed(&self) {}
}

impl HostAudioPortsImpl for MainThread<'_> {
    fn is_rescan_flag_supported(&self, _flag: AudioPortRescanFlags) -> bool {
        true
    }

    fn rescan(&self, _flags: AudioPortRescanFlags) {}
}

impl HostTimerImpl for MainThread<'_> {
    fn register_timer(&self, period_ms: u32) -> Result<TimerId, HostError> {
        let id = self.shared.errands.add_timer(period_ms);
        id.map(TimerId).ok_or(HostError::Message("there are too many timers"))
    }

    fn unregister_timer(&self, timer_id: TimerId) -> Result<(), HostError> {
        let is_known = self.shared.errands.remove_timer(timer_id.0);
        is_known.then_some(()).ok_or(HostError::Message("there is no such timer"))
    }
}

#[cfg(unix)]
impl HostPosixFdImpl for MainThread<'_> {
    fn register_fd(&self, fd: i32, flags: FdFlags) -> Result<(), HostError> {
        let is_taken = self.shared.errands.add_descriptor(fd, flags);
        is_taken.then_some(()).ok_or(HostError::Message("the descriptor cannot be watched"))
    }

    fn modify_fd(&self, fd: i32, flags: FdFlags) -> Result<(), HostError> {
        let is_known = self.shared.errands.change_descriptor(fd, flags);
        is_known.then_some(()).ok_or(HostError::Message("the descriptor is not watched"))
    }

    fn unregister_fd(&self, fd: i32) -> Result<(), HostError> {
        let is_known = self.shared.errands.remove_descriptor(fd);
        is_known.then_some(()).ok_or(HostError::Message("the descriptor is not watched"))
    }
}

/// What is asked on the audio thread.
pub(super) struct AudioThread;

impl AudioProcessorHandler<'_> for AudioThread {}

impl HostTailImpl for AudioThread {
    fn changed(&mut self) {}
}

/// The last warnings of a plugin, for the sentence that says why something failed.
#[derive(Default)]
pub(super) struct Log {
    lines: Mutex<VecDeque<String>>,
}

impl Log {
    const LINE_COUNT_MAX: usize = 64;
    const LETTER_COUNT_MAX: usize = 200;

    fn add(&self, message: &str) {
        let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
        let line: String = line.chars().take(Log::LETTER_COUNT_MAX).collect();
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() >= Log::LINE_COUNT_MAX {
            lines.pop_front();
        }
        lines.push_back(line);
    }

    /// The end of a sentence on what failed: what the plugin said last; empty where it said nothing.
    pub(super) fn last_word(&self) -> String {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.back().map(|line| format!(" (it says: {line})")).unwrap_or_default()
    }
}

thread_local! {
    static IS_AUDIO: Cell<bool> = const { Cell::new(false) };
}

fn is_on_audio_thread() -> bool {
    IS_AUDIO.get()
}

/// While it lives, this thread is the audio thread, and not the main thread, for all plugins that ask.
pub(super) struct AudioScope {
    before: bool,
}

impl AudioScope {
    /// Enters the audio thread.
    pub(super) fn enter() -> AudioScope {
        AudioScope { before: IS_AUDIO.replace(true) }
    }
}

impl Drop for AudioScope {
    fn drop(&mut self) {
        IS_AUDIO.set(self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thread_is_main_or_audio_but_never_both() {
        let shared = Shared::new(Arc::default());
        let asked = || (shared.is_main_thread(), shared.is_audio_thread());
        assert_eq!(asked(), (true, false));
        {
            let _audio = AudioScope::enter();
            assert_eq!(asked(), (false, true));
        }
        assert_eq!(asked(), (true, false));
        thread::scope(|scope| {
            assert_eq!(scope.spawn(asked).join().unwrap(), (false, false));
        });
    }

    #[test]
    fn the_last_warning_is_kept_on_one_line() {
        let log = Arc::new(Log::default());
        let shared = Shared::new(log.clone());
        assert_eq!(log.last_word(), "");
        shared.log(LogSeverity::Error, "no\nsamples");
        shared.log(LogSeverity::Debug, "tick");
        assert_eq!(log.last_word(), " (it says: no samples)");
        (0..1000).for_each(|_| shared.log(LogSeverity::Fatal, "x"));
        assert_eq!(log.lines.lock().unwrap().len(), Log::LINE_COUNT_MAX);
    }
}
