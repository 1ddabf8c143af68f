//! The timers and descriptors that a plugin wants to be called for.
//!
//! They are kept until the main half runs them between two blocks. Timers go by the clock of the room, not by the frames of
//! the render, as the format has it.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

#[cfg(unix)]
use clack_extensions::posix_fd::FdFlags;

/// More timers, or descriptors, of one instance are refused.
const COUNT_MAX: usize = 256;
/// A shorter period is made as long.
const PERIOD_MIN: Duration = Duration::from_millis(10);

/// What one instance has asked for.
///
/// # Threads
/// `[any-thread]`, because not all plugins keep to the main thread when they ask.
#[derive(Default)]
pub(super) struct Errands {
    /// Whether there has ever been any; most plugins have none.
    has_any: AtomicBool,
    next_id: AtomicU32,
    timers: Mutex<Vec<Timer>>,
    #[cfg(unix)]
    descriptors: Mutex<Vec<Descriptor>>,
}

struct Timer {
    id: u32,
    period: Duration,
    due: Instant,
}

#[cfg(unix)]
struct Descriptor {
    number: i32,
    flags: FdFlags,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Errands {
    /// Whether nothing was ever asked for.
    pub(super) fn are_none(&self) -> bool {
        !self.has_any.load(Ordering::Acquire)
    }

    /// The id of a new timer; `None` where there are too many.
    pub(super) fn add_timer(&self, period_ms: u32) -> Option<u32> {
        let period = Duration::from_millis(period_ms.into()).max(PERIOD_MIN);
        let mut timers = locked(&self.timers);
        if timers.len() >= COUNT_MAX {
            return None;
        }
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        timers.push(Timer { id, period, due: Instant::now() + period });
        self.has_any.store(true, Ordering::Release);
        Some(id)
    }

    /// Ends a timer; whether there was one.
    pub(super) fn remove_timer(&self, id: u32) -> bool {
        let mut timers = locked(&self.timers);
        let count = timers.len();
        timers.retain(|timer| timer.id != id);
        timers.len() < count
    }

    /// The timers that have run out at `now`; each is wound up again from there.
    pub(super) fn due_timers(&self, now: Instant) -> Vec<u32> {
        let mut timers = locked(&self.timers);
        let due = timers.iter_mut().filter(|timer| timer.due <= now);
        due.map(|timer| {
            timer.due = now + timer.period;
            timer.id
        })
        .collect()
    }
}

#[cfg(unix)]
impl Errands {
    /// Watches a descriptor; `false` where it is none or there are too many.
    pub(super) fn add_descriptor(&self, number: i32, flags: FdFlags) -> bool {
        let mut descriptors = locked(&self.descriptors);
        let is_known = descriptors.iter().any(|descriptor| descriptor.number == number);
        if number < 0 || is_known || descriptors.len() >= COUNT_MAX {
            return false;
        }
        descriptors.push(Descriptor { number, flags });
        self.has_any.store(true, Ordering::Release);
        true
    }

    /// Watches a descriptor for other events; whether it was watched.
    pub(super) fn change_descriptor(&self, number: i32, flags: FdFlags) -> bool {
        let mut descriptors = locked(&self.descriptors);
        let found = descriptors.iter_mut().find(|descriptor| descriptor.number == number);
        found.map(|descriptor| descriptor.flags = flags).is_some()
    }

    /// Watches a descriptor no longer; whether it was watched.
    pub(super) fn remove_descriptor(&self, number: i32) -> bool {
        let mut descriptors = locked(&self.descriptors);
        let count = descriptors.len();
        descriptors.retain(|descriptor| descriptor.number != number);
        descriptors.len() < count
    }

    /// The descriptors that something has happened on, and what. It does not wait.
    #[allow(unsafe_code, reason = "the plugin lends its descriptors by number")]
    pub(super) fn ready_descriptors(&self) -> Vec<(i32, FdFlags)> {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        use std::os::fd::BorrowedFd;

        let descriptors = locked(&self.descriptors);
        if descriptors.is_empty() {
            return Vec::new();
        }
        let mut polled: Vec<PollFd<'_>> = descriptors
            .iter()
            .map(|descriptor| {
                let wanted = |flag, poll_flag| {
                    if descriptor.flags.contains(flag) { poll_flag } else { PollFlags::empty() }
                };
                let flags =
                    wanted(FdFlags::READ, PollFlags::IN) | wanted(FdFlags::WRITE, PollFlags::OUT);
                // SAFETY: the number is not negative, and CLAP has the plugin keep it open until it takes it back; should
                // it be closed all the same, polling it gives an error and touches nothing.
                let borrowed = unsafe { BorrowedFd::borrow_raw(descriptor.number) };
                PollFd::from_borrowed_fd(borrowed, flags)
            })
            .collect();
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        if poll(&mut polled, Some(&at_once)).is_err() {
            return Vec::new();
        }
        let happened = descriptors.iter().zip(&polled).map(|(descriptor, polled)| {
            let events = polled.revents();
            let mut flags = FdFlags::empty();
            flags.set(FdFlags::READ, events.contains(PollFlags::IN));
            flags.set(FdFlags::WRITE, events.contains(PollFlags::OUT));
            flags.set(FdFlags::ERROR, events.intersects(PollFlags::ERR | PollFlags::HUP));
            (descriptor.number, flags & descriptor.flags)
        });
        happened.filter(|(_, flags)| !flags.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_runs_out_once_a_period_however_late_it_is_asked() {
        let errands = Errands::default();
        assert!(errands.are_none());
        let id = errands.add_timer(1000).unwrap();
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        assert!(errands.due_timers(start).is_empty());
        assert_eq!(errands.due_timers(at(5000)), [id]);
        assert!(errands.due_timers(at(5500)).is_empty());
        assert_eq!(errands.due_timers(at(6000)), [id]);
        assert!(errands.remove_timer(id));
        assert!(!errands.remove_timer(id));
        assert!(errands.due_timers(at(9000)).is_empty());
        assert!(!errands.are_none());
    }

    #[test]
    fn timers_have_ids_of_their_own_and_an_end() {
        let errands = Errands::default();
        let ids: Vec<u32> = (0..1000).map_while(|_| errands.add_timer(0)).collect();
        assert_eq!(ids.len(), COUNT_MAX);
        assert!(ids.iter().zip(0..).all(|(id, expected)| *id == expected));
    }

    #[cfg(unix)]
    #[test]
    fn a_descriptor_is_ready_when_something_can_be_read() {
        use std::io::Write;
        use std::os::fd::AsRawFd;
        use std::os::unix::net::UnixStream;

        let (mut near, far) = UnixStream::pair().unwrap();
        let errands = Errands::default();
        let number = far.as_raw_fd();
        assert!(!errands.add_descriptor(-1, FdFlags::READ));
        assert!(errands.add_descriptor(number, FdFlags::READ));
        assert!(!errands.add_descriptor(number, FdFlags::READ));
        assert!(errands.ready_descriptors().is_empty());
        near.write_all(b"x").unwrap();
        assert_eq!(errands.ready_descriptors(), [(number, FdFlags::READ)]);
        assert!(errands.change_descriptor(number, FdFlags::WRITE));
        assert_eq!(errands.ready_descriptors(), [(number, FdFlags::WRITE)]);
        assert!(errands.remove_descriptor(number));
        assert!(errands.ready_descriptors().is_empty());
    }
}
