//! What passes between the main thread and the engine; nothing else is shared.
//!
//! Documents go to the engine as boxed snapshots and come back the same way, to be freed where freeing is allowed. On the way
//! there they wait in a single place: only the newest counts, and a ring would have to refuse it while a host that does not
//! process loads one state after another. On the way back they queue in a ring.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crossbeam_utils::atomic::AtomicCell;
use nice_plug_egui::RepaintNotifier;
use rtrb::{Consumer, Producer, RingBuffer};
use tresillo_pattern::document::edit::{Edit, EditError, TrackPlace};
use tresillo_pattern::document::{GateLength, Key, Keys, Tempo, Velocity};
use tresillo_pattern::format::json;
use tresillo_pattern::limits::{GATE_PERCENT_MAX, GATE_PERCENT_MIN};
use tresillo_pattern::{PatternIndex, Project, Tick};

use crate::controllers::{Bound, Controllers, Target};
use crate::engine::{Audition, Recorded, ToMain};
use crate::history::History;
use crate::transport::OwnTransport;

/// Documents on their way back. One comes back for each one sent and every sending empties the ring, so more than two are
/// never in it; were it full all the same, the engine would keep what it has until there is room.
const RETIRED_CAPACITY: usize = 8;

/// Notes that were played in and wait for the main thread; it takes them after every block that has some. Those beyond are
/// refused and counted.
const TOLD_CAPACITY: usize = 1024;

/// What is to be heard and waits for the engine's next block. What finds no room is not heard: a host that does not process
/// would sound it late.
const AUDITION_CAPACITY: usize = 32;

/// The newest document that the engine has not taken yet.
type Slot = AtomicCell<Option<Box<Snapshot>>>;

/// A document on its way to the engine.
struct Snapshot {
    project: Box<Project>,
    bound: Bound,
    /// Whether it differs by recorded notes or learned controllers alone, so that what sounds goes on.
    is_recording: bool,
}

/// The main thread's side, and the counters that the engine writes.
pub(crate) struct Bridge {
    main: Mutex<MainSide>,
    slot: Arc<Slot>,
    /// Ticks, or [`STANDS_STILL`].
    position: AtomicI64,
    /// The bits of quarter notes a minute; 0: nothing plays.
    tempo_bpm: AtomicU64,
    refused_event_count: AtomicU64,
    refused_note_count: AtomicU64,
    refused_recording_count: AtomicU64,
    playing_pattern: AtomicU64,
    /// Told when something has changed that a window shows, beside the playhead's own way.
    watcher: RepaintNotifier,
    /// The number of the target whose controller is waited for, or [`LEARNS_NOTHING`].
    learning: AtomicUsize,
    /// Whether all that sounds is to end.
    panic: AtomicBool,
    /// Where no host has a transport.
    own_transport: Option<OwnTransport>,
}

/// No controller is waited for.
const LEARNS_NOTHING: usize = usize::MAX;

/// No playhead moves.
const STANDS_STILL: i64 = i64::MIN;

struct MainSide {
    project: Project,
    /// Why the last state that a host loaded was not taken.
    rejected: Option<String>,
    retired: Consumer<Box<Snapshot>>,
    told: Consumer<ToMain>,
    auditions: Producer<Audition>,
    controllers: Controllers,
    history: History,
    /// Another number with each change of the project.
    revision: u64,
    /// The tempo of the newest document.
    tempo: Tempo,
}

/// The engine's side.
pub(crate) struct EngineEnd {
    slot: Arc<Slot>,
    retired: Producer<Box<Snapshot>>,
    tells: Option<Producer<ToMain>>,
    auditions: Consumer<Audition>,
}

impl Bridge {
    /// Both sides in a host, and the engine's own copy of `project`. `[main-thread]`
    pub(crate) fn new(project: Project) -> (Arc<Bridge>, EngineEnd, Box<Project>) {
        Bridge::of(project, None)
    }

    /// The same without a host: with a transport of our own, at the project's tempo. `[main-thread]`
    pub(crate) fn with_own_transport(project: Project) -> (Arc<Bridge>, EngineEnd, Box<Project>) {
        let own = OwnTransport::new(project.tempo.bpm());
        Bridge::of(project, Some(own))
    }

    fn of(
        project: Project,
        own_transport: Option<OwnTransport>,
    ) -> (Arc<Bridge>, EngineEnd, Box<Project>) {
        debug_assert!(
            Slot::is_lock_free(),
            "a pointer fits an atomic on every platform we build for"
        );
        let (to_main, retired) = RingBuffer::new(RETIRED_CAPACITY);
        let (tells, told) = RingBuffer::new(TOLD_CAPACITY);
        let (auditions, auditioned) = RingBuffer::new(AUDITION_CAPACITY);
        let side = MainSide {
            project: project.clone(),
            rejected: None,
            retired,
            told,
            auditions,
            controllers: Controllers::default(),
            history: History::default(),
            revision: 1,
            tempo: project.tempo,
        };
        let slot = Arc::new(Slot::new(None));
        let engine_project = Box::new(project);
        let bridge = Bridge {
            main: Mutex::new(side),
            slot: Arc::clone(&slot),
            position: AtomicI64::new(STANDS_STILL),
            tempo_bpm: AtomicU64::new(0),
            refused_event_count: AtomicU64::new(0),
            refused_note_count: AtomicU64::new(0),
            refused_recording_count: AtomicU64::new(0),
            playing_pattern: AtomicU64::new(0),
            watcher: RepaintNotifier::new(),
            learning: AtomicUsize::new(LEARNS_NOTHING),
            panic: AtomicBool::new(false),
            own_transport,
        };
        let end = EngineEnd { slot, retired: to_main, tells: Some(tells), auditions: auditioned };
        (Arc::new(bridge), end, engine_project)
    }

    /// Makes `project` the one that plays, from the engine's next block on. Not on the audio thread.
    pub(crate) fn set_project(&self, project: Project) {
        let mut main = self.lock();
        self.send(&mut main, &project, false);
        main.project = project;
        main.history = History::default();
        main.rejected = None;
    }

    /// Puts a copy of a document where the engine finds it.
    fn send(&self, main: &mut MainSide, project: &Project, is_recording: bool) {
        main.free_retired();
        main.revision += 1;
        let tempo_before = std::mem::replace(&mut main.tempo, project.tempo);
        if let Some(own) = &self.own_transport
            && tempo_before != project.tempo
        {
            own.set_tempo(project.tempo.bpm());
        }
        self.watcher.request_repaint();
        let bound = main.controllers.bound();
        let new = Snapshot { project: Box::new(project.clone()), bound, is_recording };
        // A document that the engine has not seen is freed here; what it would have ended is ended by the one that follows.
        let unseen = self.slot.swap(Some(Box::new(new)));
        if unseen.is_some_and(|unseen| !unseen.is_recording) && is_recording {
            let project = Box::new(project.clone());
            let new = Snapshot { project, bound, is_recording: false };
            drop(self.slot.swap(Some(Box::new(new))));
        }
    }

    /// Writes the notes that were played in onto their steps, and notes down the controllers that were learned. Not on the
    /// audio thread.
    pub(crate) fn take_told(&self) {
        let mut main = self.lock();
        self.write_told(&mut main);
    }

    fn write_told(&self, main: &mut MainSide) {
        let mut has_changed = false;
        while let Ok(told) = main.told.pop() {
            has_changed |= match told {
                ToMain::Recorded(recorded) => {
                    // A step that is not there any more, because the document has changed meanwhile, is left alone.
                    let edit = edit_of(&main.project, recorded);
                    let MainSide { history, project, .. } = &mut *main;
                    edit.is_some_and(|edit| history.edit_beside(project, "Record", edit).is_ok())
                }
                ToMain::Learned(binding) => main.controllers.bind(binding),
            };
        }
        if has_changed {
            self.send_again(main);
        }
    }

    /// Sends what differs by little from what plays.
    fn send_again(&self, main: &mut MainSide) {
        let project = std::mem::take(&mut main.project);
        self.send(main, &project, true);
        main.project = project;
    }

    /// Our own transport; `None` in a host, which has one. It takes the document's tempo whenever that changes. `[any-thread]`
    pub(crate) fn own_transport(&self) -> Option<&OwnTransport> {
        self.own_transport.as_ref()
    }

    /// Lets keys sound for a moment, with the engine's next block, also while the transport stands; not while the engine is
    /// bypassed. Not on the audio thread.
    pub(crate) fn audition(&self, notes: Audition) {
        // Without room they are not heard.
        let _ = self.lock().auditions.push(notes);
    }

    /// Ends all that sounds with the engine's next block, which plays nothing else, and tells all channels to be silent.
    /// `[any-thread]`
    pub(crate) fn panic(&self) {
        self.panic.store(true, Ordering::Release);
    }

    /// Whether the engine has not come to it yet. `[any-thread]`
    #[cfg(feature = "standalone")]
    pub(crate) fn has_to_panic(&self) -> bool {
        self.panic.load(Ordering::Acquire)
    }

    /// Whether all that sounds is to end; from now on it is not. `[audio-thread]`
    pub(crate) fn take_panic(&self) -> bool {
        self.panic.load(Ordering::Relaxed) && self.panic.swap(false, Ordering::AcqRel)
    }

    /// What is told when a window has something new to show. `[any-thread]`
    pub(crate) fn watcher(&self) -> RepaintNotifier {
        self.watcher.clone()
    }

    /// The document, if it is another one than that of `revision`, with its own. Not on the audio thread.
    pub(crate) fn project_since(&self, revision: u64) -> Option<(Project, u64)> {
        let main = self.lock();
        (main.revision != revision).then(|| (main.project.clone(), main.revision))
    }

    /// Another document takes the place of this one, as a change that can be undone. Not on the audio thread.
    pub(crate) fn load(&self, name: &str, new: Project) {
        let mut main = self.lock();
        let MainSide { history, project, .. } = &mut *main;
        history.replace(project, name, new);
        let project = std::mem::take(&mut main.project);
        self.send(&mut main, &project, false);
        main.project = project;
        main.rejected = None;
    }

    /// Changes the document; what sounds goes on. Not on the audio thread.
    ///
    /// # Errors
    /// Why it cannot be changed so; it is as it was.
    pub(crate) fn edit(&self, name: &str, edit: Edit) -> Result<(), EditError> {
        let mut main = self.lock();
        let MainSide { history, project, .. } = &mut *main;
        history.edit(project, name, edit)?;
        self.send_again(&mut main);
        Ok(())
    }

    /// What follows is one step of undo, until [`Bridge::end_gesture`]. Not on the audio thread.
    pub(crate) fn begin_gesture(&self, name: &str) {
        self.lock().history.begin(name);
    }

    /// The gesture is over. Not on the audio thread.
    pub(crate) fn end_gesture(&self) {
        self.lock().history.end();
    }

    /// The gesture is taken back. Not on the audio thread.
    pub(crate) fn cancel_gesture(&self) {
        self.change(|history, project| history.cancel(project).then_some(()));
    }

    /// Takes the last change back; its name. Not on the audio thread.
    pub(crate) fn undo(&self) -> Option<String> {
        self.change(History::undo)
    }

    /// Does the last undone change again; its name. Not on the audio thread.
    pub(crate) fn redo(&self) -> Option<String> {
        self.change(History::redo)
    }

    fn change<T>(&self, change: impl FnOnce(&mut History, &mut Project) -> Option<T>) -> Option<T> {
        let mut main = self.lock();
        let MainSide { history, project, .. } = &mut *main;
        let changed = change(history, project);
        if changed.is_some() {
            self.send_again(&mut main);
        }
        changed
    }

    /// What would be undone, and redone. Not on the audio thread.
    pub(crate) fn undo_names(&self) -> (Option<String>, Option<String>) {
        let main = self.lock();
        let (undo, redo) = main.history.names();
        (undo.map(str::to_owned), redo.map(str::to_owned))
    }

    /// Waits for the next controller or key that comes in, which moves `target` from then on; or for none. Not on the audio
    /// thread.
    pub(crate) fn learn(&self, target: Option<Target>) {
        let number = target.map_or(LEARNS_NOTHING, Target::index);
        self.learning.store(number, Ordering::Release);
    }

    /// What a controller is waited for. `[any-thread]`
    pub(crate) fn learning(&self) -> Option<Target> {
        Target::of_index(self.learning.load(Ordering::Acquire))
    }

    /// Nothing that was learned moves `target` any more. Not on the audio thread.
    pub(crate) fn unlearn(&self, target: Target) {
        let mut main = self.lock();
        main.controllers.unbind(target);
        self.send_again(&mut main);
    }

    /// The learned controllers, one a line. Not on the audio thread.
    pub(crate) fn controllers(&self) -> String {
        let mut main = self.lock();
        self.write_told(&mut main);
        main.controllers.text()
    }

    /// Replaces the learned controllers. Not on the audio thread.
    pub(crate) fn set_controllers(&self, text: &str) {
        let mut main = self.lock();
        main.controllers = Controllers::read(text);
        self.send_again(&mut main);
    }

    /// The target whose controller is waited for; from now on none is. `[audio-thread]`
    pub(crate) fn take_learning(&self) -> Option<Target> {
        if self.learning.load(Ordering::Relaxed) == LEARNS_NOTHING {
            return None;
        }
        self.watcher.request_repaint();
        Target::of_index(self.learning.swap(LEARNS_NOTHING, Ordering::AcqRel))
    }

    /// Makes the project that `text` holds, as a file would, the one that plays. Text that is no project changes nothing but
    /// [`Bridge::rejected`]. Not on the audio thread.
    pub(crate) fn set_text(&self, text: &str) {
        match json::read(text.as_bytes()) {
            Ok((project, _)) => self.set_project(project),
            Err(error) => {
                self.lock().rejected = Some(error.to_string());
                self.watcher.request_repaint();
            }
        }
    }

    /// The text of a file of the project that plays. Not on the audio thread.
    pub(crate) fn text(&self) -> String {
        let mut main = self.lock();
        main.free_retired();
        self.write_told(&mut main);
        json::write(&main.project)
    }

    /// Frees what the engine has done with. Not on the audio thread.
    pub(crate) fn free_retired(&self) {
        self.lock().free_retired();
    }

    /// Why the last state was not taken, if it was not; the project before it plays on. Not on the audio thread.
    pub(crate) fn rejected(&self) -> Option<String> {
        self.lock().rejected.clone()
    }

    /// Where the playhead is, if it moves. `[any-thread]`
    pub(crate) fn position(&self) -> Option<Tick> {
        Some(self.position.load(Ordering::Relaxed)).filter(|tick| *tick != STANDS_STILL).map(Tick)
    }

    /// How many events the host, and how many notes the note-off queue, had no room for. `[any-thread]`
    pub(crate) fn refused_counts(&self) -> (u64, u64) {
        (
            self.refused_event_count.load(Ordering::Relaxed),
            self.refused_note_count.load(Ordering::Relaxed),
        )
    }

    /// The tempo of what plays. `[any-thread]`
    pub(crate) fn tempo_bpm(&self) -> Option<f64> {
        let tempo_bpm = f64::from_bits(self.tempo_bpm.load(Ordering::Relaxed));
        Some(tempo_bpm).filter(|tempo_bpm| *tempo_bpm > 0.0)
    }

    /// `[audio-thread]`
    pub(crate) fn set_tempo(&self, tempo_bpm: Option<f64>) {
        self.tempo_bpm.store(tempo_bpm.unwrap_or(0.0).to_bits(), Ordering::Relaxed);
    }

    /// `[audio-thread]`
    pub(crate) fn set_position(&self, position: Option<Tick>) {
        let now = position.map_or(STANDS_STILL, |tick| tick.0);
        let before = self.position.swap(now, Ordering::Relaxed);
        // A window that stands still is woken; one that moves looks by itself.
        if (before == STANDS_STILL) != (now == STANDS_STILL) {
            self.watcher.request_repaint();
        }
    }

    /// `[audio-thread]`
    pub(crate) fn set_refused_note_count(&self, count: u64) {
        self.refused_note_count.store(count, Ordering::Relaxed);
    }

    /// How many notes that were played in found no room. `[any-thread]`
    pub(crate) fn refused_recording_count(&self) -> u64 {
        self.refused_recording_count.load(Ordering::Relaxed)
    }

    /// The pattern that plays, which waits for a bar perhaps while another one is wanted. `[any-thread]`
    pub(crate) fn playing_pattern(&self) -> usize {
        usize::try_from(self.playing_pattern.load(Ordering::Relaxed)).unwrap_or(0)
    }

    /// `[audio-thread]`
    pub(crate) fn set_playing_pattern(&self, pattern: PatternIndex) {
        let before = self.playing_pattern.swap(u64::from(pattern.0), Ordering::Relaxed);
        if before != u64::from(pattern.0) {
            self.watcher.request_repaint();
        }
    }

    /// `[audio-thread]`
    pub(crate) fn set_refused_recording_count(&self, count: u64) {
        self.refused_recording_count.store(count, Ordering::Relaxed);
    }

    /// `[audio-thread]`
    pub(crate) fn count_refused_event(&self) {
        self.watcher.request_repaint();
        self.refused_event_count.fetch_add(1, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, MainSide> {
        // A panic of another holder leaves a whole document behind: each field is replaced in one step.
        self.main.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MainSide {
    fn free_retired(&mut self) {
        while let Ok(snapshot) = self.retired.pop() {
            drop(snapshot);
        }
    }
}

impl EngineEnd {
    /// The end for documents, and the one for what the engine tells.
    pub(crate) fn split(mut self) -> (EngineEnd, Producer<ToMain>) {
        let tells = self.tells.take().unwrap_or_else(|| RingBuffer::new(1).0);
        (self, tells)
    }

    /// The next thing that is to be heard. `[audio-thread]`
    pub(crate) fn next_audition(&mut self) -> Option<Audition> {
        self.auditions.pop().ok()
    }

    /// Replaces `project` with the newest document and `bound` with its controllers, if there is one, and tells whether it
    /// differs by recorded notes or learned controllers alone. `[audio-thread]`
    pub(crate) fn adopt(&mut self, project: &mut Box<Project>, bound: &mut Bound) -> Option<bool> {
        if self.retired.is_full() {
            return None;
        }
        let mut newest = self.slot.take()?;
        let is_recording = newest.is_recording;
        *bound = newest.bound;
        std::mem::swap(project, &mut newest.project);
        if let Err(rtrb::PushError::Full(old)) = self.retired.push(newest) {
            // Cannot be: there was room and nobody else fills the ring. Leaking is better than freeing here.
            std::mem::forget(old);
        }
        Some(is_recording)
    }
}

/// The change that a note which was played in makes; `None` where its step is not there.
fn edit_of(project: &Project, recorded: Recorded) -> Option<Edit> {
    let Recorded { pattern, track, step: first, key, velocity, gate_percent, joins } = recorded;
    let at = TrackPlace { pattern, track };
    let track = project.patterns.get(pattern)?.tracks.get(track)?;
    let mut step = track.steps.get(first)?.clone();
    let key = Key::saturating(key);
    let own = track.destination.key;
    let keys_before = match (step.keys.is_empty(), own) {
        (true, Some(own)) => Keys::one(own),
        _ => step.keys,
    };
    let mut keys = if joins && step.is_on { keys_before } else { Keys::NONE };
    // A seventeenth note of a chord finds no room.
    keys.push(key).ok()?;
    let is_own = own.is_some_and(|own| keys.iter().all(|key| key == own));
    step.keys = if is_own { Keys::NONE } else { keys };
    step.is_on = true;
    step.velocity = Velocity::from_share(velocity);
    if let Some(percent) = gate_percent {
        let held = percent.clamp(i64::from(GATE_PERCENT_MIN), i64::from(GATE_PERCENT_MAX));
        step.gate = GateLength::from_percent(held).unwrap_or_default();
    }
    Some(Edit::SetSteps { at, first, steps: vec![step] })
}
