//! What passes between the main thread and the engine; nothing else is shared.
//!
//! Documents go to the engine as boxed snapshots and come back the same way, to be freed where freeing is allowed. On the way
//! there they wait in a single place: only the newest counts, and a ring would have to refuse it while a host that does not
//! process loads one state after another. On the way back they queue in a ring.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crossbeam_utils::atomic::AtomicCell;
use rtrb::{Consumer, Producer, RingBuffer};
use tresillo_pattern::format::json;
use tresillo_pattern::{Project, Tick};

/// Documents on their way back. One comes back for each one sent and every sending empties the ring, so more than two are
/// never in it; were it full all the same, the engine would keep what it has until there is room.
const RETIRED_CAPACITY: usize = 8;

/// The newest document that the engine has not taken yet.
type Slot = AtomicCell<Option<Box<Project>>>;

/// The main thread's side, and the counters that the engine writes.
pub(crate) struct Bridge {
    main: Mutex<MainSide>,
    slot: Arc<Slot>,
    /// Ticks, or [`STANDS_STILL`].
    position: AtomicI64,
    refused_event_count: AtomicU64,
    refused_note_count: AtomicU64,
}

/// No playhead moves.
const STANDS_STILL: i64 = i64::MIN;

struct MainSide {
    project: Project,
    /// Why the last state that a host loaded was not taken.
    rejected: Option<String>,
    retired: Consumer<Box<Project>>,
}

/// The engine's side.
pub(crate) struct EngineEnd {
    slot: Arc<Slot>,
    retired: Producer<Box<Project>>,
}

impl Bridge {
    /// Both sides, and the engine's own copy of `project`. `[main-thread]`
    pub(crate) fn new(project: Project) -> (Arc<Bridge>, EngineEnd, Box<Project>) {
        debug_assert!(
            Slot::is_lock_free(),
            "a pointer fits an atomic on every platform we build for"
        );
        let (to_main, retired) = RingBuffer::new(RETIRED_CAPACITY);
        let slot = Arc::new(Slot::new(None));
        let engine_project = Box::new(project.clone());
        let bridge = Bridge {
            main: Mutex::new(MainSide { project, rejected: None, retired }),
            slot: Arc::clone(&slot),
            position: AtomicI64::new(STANDS_STILL),
            refused_event_count: AtomicU64::new(0),
            refused_note_count: AtomicU64::new(0),
        };
        (Arc::new(bridge), EngineEnd { slot, retired: to_main }, engine_project)
    }

    /// Makes `project` the one that plays, from the engine's next block on. Not on the audio thread.
    pub(crate) fn set_project(&self, project: Project) {
        let mut main = self.lock();
        main.free_retired();
        // A document that the engine has not seen is freed here.
        drop(self.slot.swap(Some(Box::new(project.clone()))));
        main.project = project;
        main.rejected = None;
    }

    /// Makes the project that `text` holds, as a file would, the one that plays. Text that is no project changes nothing but
    /// [`Bridge::rejected`]. Not on the audio thread.
    pub(crate) fn set_text(&self, text: &str) {
        match json::read(text.as_bytes()) {
            Ok((project, _)) => self.set_project(project),
            Err(error) => self.lock().rejected = Some(error.to_string()),
        }
    }

    /// The text of a file of the project that plays. Not on the audio thread.
    pub(crate) fn text(&self) -> String {
        let mut main = self.lock();
        main.free_retired();
        json::write(&main.project)
    }

    /// Frees what the engine has done with. Not on the audio thread.
    pub(crate) fn free_retired(&self) {
        self.lock().free_retired();
    }

    /// Why the last state was not taken, if it was not; the project before it plays on. Not on the audio thread.
    #[allow(dead_code, reason = "the editor will show it; tests read it")]
    pub(crate) fn rejected(&self) -> Option<String> {
        self.lock().rejected.clone()
    }

    /// Where the playhead is, if it moves. `[any-thread]`
    #[allow(dead_code, reason = "the editor will show it; tests read it")]
    pub(crate) fn position(&self) -> Option<Tick> {
        Some(self.position.load(Ordering::Relaxed)).filter(|tick| *tick != STANDS_STILL).map(Tick)
    }

    /// How many events the host, and how many notes the note-off queue, had no room for. `[any-thread]`
    #[allow(dead_code, reason = "the editor will show it; tests read it")]
    pub(crate) fn refused_counts(&self) -> (u64, u64) {
        (
            self.refused_event_count.load(Ordering::Relaxed),
            self.refused_note_count.load(Ordering::Relaxed),
        )
    }

    /// `[audio-thread]`
    pub(crate) fn set_position(&self, position: Option<Tick>) {
        self.position.store(position.map_or(STANDS_STILL, |tick| tick.0), Ordering::Relaxed);
    }

    /// `[audio-thread]`
    pub(crate) fn set_refused_note_count(&self, count: u64) {
        self.refused_note_count.store(count, Ordering::Relaxed);
    }

    /// `[audio-thread]`
    pub(crate) fn count_refused_event(&self) {
        self.refused_event_count.fetch_add(1, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, MainSide> {
        // A panic of another holder leaves a whole document behind: each field is replaced in one step.
        self.main.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MainSide {
    fn free_retired(&mut self) {
        while let Ok(project) = self.retired.pop() {
            drop(project);
        }
    }
}

impl EngineEnd {
    /// Replaces `project` with the newest document, if there is one. Returns whether it did. `[audio-thread]`
    pub(crate) fn adopt(&mut self, project: &mut Box<Project>) -> bool {
        if self.retired.is_full() {
            return false;
        }
        let Some(newest) = self.slot.take() else { return false };
        let old = std::mem::replace(project, newest);
        if let Err(rtrb::PushError::Full(old)) = self.retired.push(old) {
            // Cannot be: there was room and nobody else fills the ring. Leaking is better than freeing here.
            std::mem::forget(old);
        }
        true
    }
}
