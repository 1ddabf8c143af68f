//! Playback window after window: the pure answer, a memo of what comes next, and the note-offs that are owed.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::document::Project;
use crate::limits::{NOTES_MAX, RATCHET_MAX, TRACKS_MAX};
use crate::note::{Address, Change, NoteBuffer};
use crate::performance::{PatternIndex, Performance};
use crate::play::{Hearing, controls_heard_at, play_early_heard, play_tracks};
use crate::queue::{Event, NoteOffQueue};
use crate::time::{PPQ, Tick, Ticks, Window};

/// How far the memo looks ahead, in ticks: a 32nd. Long enough that most blocks find it filled, short
/// enough that filling it costs no more than the burst of a step.
const LOOKAHEAD_TICKS: i64 = PPQ / 8;

/// Notes that the memo holds: every track with a full chord, ratcheted, twice over.
const MEMO_CAPACITY: usize = TRACKS_MAX * NOTES_MAX * RATCHET_MAX as usize * 2;

/// The place behind the last track.
#[allow(clippy::cast_possible_truncation, reason = "the limit of tracks is small")]
const ALL_TRACKS: u8 = TRACKS_MAX as u8;

/// Plays a project window after window, as hosts ask for it.
///
/// The only state is a cache and a debt. The cache is [`crate::play`]'s own answer for a stretch ahead, forgotten when the
/// document or the performance changes; a law proves that it changes nothing. The debt is the offs of the notes that
/// sound.
///
/// # Realtime
/// All memory is taken in [`Player::new`]; everything else may run on the audio thread.
#[derive(Clone, Debug)]
pub struct Player {
    queue: NoteOffQueue,
    memo: NoteBuffer,
    /// What the memo answers for, and under which performance.
    memo_window: Window,
    memo_performance: Performance,
    /// How many notes and changes of the memo have been told.
    told_count: usize,
    told_change_count: usize,
    /// What comes behind the memo, as far as it has been looked up: a few tracks at each call, so that no call does the work
    /// of many.
    ahead: NoteBuffer,
    ahead_window: Window,
    /// The first track that is still to be looked up.
    ahead_track: u8,
    start: Start,
    /// What the last window played, as far as the controls depend on it; `None`: what holds has to be found out anew.
    controls_of: Option<(PatternIndex, bool, [bool; TRACKS_MAX])>,
    /// How the delays of tracks are heard in the memo and behind it, and of which pattern or song their reach is known.
    hearing: Hearing,
    ahead_hearing: Hearing,
    hearing_of: Option<(PatternIndex, bool)>,
    tempo_bpm: Option<f64>,
    refused_count: u64,
}

/// How the next window begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    /// Where the last one ended.
    Rolling,
    /// A start or a locate: what was shifted to before it sounds on its first tick.
    Located,
    /// The wrap of a loop: what was shifted to before it has sounded there already.
    Wrapped,
}

impl Default for Player {
    fn default() -> Player {
        Player::new()
    }
}

impl Player {
    /// A player at rest, whose first window is a start.
    #[must_use]
    pub fn new() -> Player {
        Player {
            queue: NoteOffQueue::new(),
            memo: NoteBuffer::with_capacity(MEMO_CAPACITY),
            memo_window: Window::default(),
            memo_performance: Performance::default(),
            told_count: 0,
            told_change_count: 0,
            ahead: NoteBuffer::with_capacity(MEMO_CAPACITY),
            ahead_window: Window::default(),
            ahead_track: 0,
            start: Start::Located,
            controls_of: None,
            hearing: Hearing::PLAIN,
            ahead_hearing: Hearing::PLAIN,
            hearing_of: None,
            tempo_bpm: None,
            refused_count: 0,
        }
    }

    /// The tempo from now on, in quarter notes a minute, at which the delays of tracks are heard: as ticks, each rounded once. A
    /// player that was never told one leaves them out. They follow a tempo that changes within a 32nd, or for delays of more
    /// than a tenth of a second a little slower, and no note is told twice or lost.
    pub fn set_tempo(&mut self, tempo_bpm: f64) {
        self.tempo_bpm = Some(tempo_bpm);
    }

    /// The next window begins a run: notes shifted to before it sound at its first tick, and every control is set to what
    /// holds there. What sounds goes on; a jump calls [`Player::flush`] first.
    pub fn locate(&mut self) {
        self.start = Start::Located;
    }

    /// The next window begins at the start of a loop: as [`Player::locate`], but early notes have sounded before its end, and
    /// only what holds another value there is set.
    pub fn wrap(&mut self) {
        self.start = Start::Wrapped;
    }

    /// The document has changed: forget what was looked up ahead, not what is owed. A changed performance is noticed.
    pub fn invalidate(&mut self) {
        self.controls_of = None;
        self.hearing_of = None;
        self.forget_memo();
    }

    fn forget_memo(&mut self) {
        self.memo_window = Window::default();
        self.memo.clear();
        self.told_count = 0;
        self.told_change_count = 0;
        self.ahead_window = Window::default();
    }

    /// Tells what happens in `window`, in order of ticks, offs before ons. Windows follow each other without a gap, or after
    /// [`Player::locate`] or [`Player::wrap`] start anew.
    ///
    /// # Realtime
    /// Does not allocate, lock or panic.
    pub fn advance(
        &mut self,
        project: &Project,
        performance: &Performance,
        window: Window,
        out: &mut impl FnMut(Event),
    ) {
        if window.is_empty() {
            return;
        }
        let is_other = *performance != self.memo_performance;
        if self.start != Start::Rolling || window.start < self.memo_window.start || is_other {
            self.forget_memo();
        }
        self.hear(project, performance, window.start);
        if self.start != Start::Rolling || self.controls_of.is_none() || is_other {
            self.set_controls(project, performance, window.start, out);
        }
        let mut start = window.start;
        while start < window.end {
            if !self.memo_window.contains(start) && !self.take_ahead(project, performance, start) {
                self.look_ahead(project, performance, start);
            }
            let end = window.end.min(self.memo_window.end);
            while self.memo.notes().get(self.told_count).is_some_and(|note| note.onset < start) {
                // Only where a caller left a gap: what lies in it is not told late.
                self.told_count += 1;
            }
            let is_before = |change: &Change| change.tick < start;
            while self.memo.changes().get(self.told_change_count).is_some_and(is_before) {
                self.told_change_count += 1;
            }
            let ahead = self.memo.notes().get(self.told_count..).unwrap_or_default();
            let count = ahead.iter().take_while(|note| note.onset < end).count();
            let notes = ahead.get(..count).unwrap_or_default();
            let ahead = self.memo.changes().get(self.told_change_count..).unwrap_or_default();
            let change_count = ahead.iter().take_while(|change| change.tick < end).count();
            let changes = ahead.get(..change_count).unwrap_or_default();
            let has_any = !notes.is_empty() || !changes.is_empty();
            if has_any || self.queue.next_off().is_some_and(|off| off < end) {
                self.queue.advance(notes, changes, end, out);
            }
            self.told_count += count;
            self.told_change_count += change_count;
            start = end;
        }
        self.look_further_ahead(project, performance, window.end - window.start);
    }

    /// Tells what `window` holds, delays aside, to the end of the longest delay: how a print or a render goes.
    pub(crate) fn play_out(
        &mut self,
        project: &Project,
        performance: &Performance,
        window: Window,
        out: &mut impl FnMut(Event),
    ) {
        self.hearing.end_at(window.end);
        self.advance(project, performance, window, out);
        let end = window.end + self.hearing.delay_max();
        self.advance(project, performance, Window { start: window.end, end }, out);
        self.finish(out);
    }

    /// Ends everything that sounds, at `tick`: on stop, jump, loop, mute of all, bypass, pattern or preset change.
    pub fn flush(&mut self, tick: Tick, out: &mut impl FnMut(Event)) {
        self.queue.flush(tick, out);
    }

    /// Ends the note that sounds at `address`, if one does, at `tick`: something else is to sound there.
    pub fn release(&mut self, address: Address, tick: Tick, out: &mut impl FnMut(Event)) {
        self.queue.release(address, tick, out);
    }

    /// Tells the offs that are still owed at their own ticks, in order: how a print or a render ends.
    pub fn finish(&mut self, out: &mut impl FnMut(Event)) {
        self.queue.advance(&[], &[], Tick(i64::MAX), out);
    }

    /// How many notes sound.
    #[must_use]
    pub fn sounding_count(&self) -> usize {
        self.queue.sounding_count()
    }

    /// How many notes were dropped for want of room, since the start: more at one tick than the limits allow for.
    #[must_use]
    pub fn refused_count(&self) -> u64 {
        self.refused_count + self.queue.refused_count()
    }

    /// Finds out how delays are heard in a window that begins at `start`.
    fn hear(&mut self, project: &Project, performance: &Performance, start: Tick) {
        let hearing_of = Some((performance.pattern, performance.is_song));
        if self.hearing_of != hearing_of {
            self.hearing.measure(project, performance);
            self.hearing_of = hearing_of;
        }
        if self.start != Start::Rolling {
            self.hearing.start_at(start, self.tempo_bpm, self.start == Start::Wrapped);
        }
    }

    /// Sets the controls to what holds at `tick`, where they may hold something else: at a start, a locate and a wrap, for
    /// another pattern, other mutes and another document.
    fn set_controls(
        &mut self,
        project: &Project,
        performance: &Performance,
        tick: Tick,
        out: &mut impl FnMut(Event),
    ) {
        let mutes = std::array::from_fn(|track_index| performance.is_muted(track_index));
        let controls_of = Some((performance.pattern, performance.is_song, mutes));
        if self.start == Start::Rolling && self.controls_of == controls_of {
            return;
        }
        self.controls_of = controls_of;
        if self.start == Start::Located {
            self.queue.forget_controls();
        }
        // What was looked up ahead is looked up again: this is no time of great hurry, and the room is there.
        self.forget_memo();
        self.ahead.clear();
        controls_heard_at(project, performance, &self.hearing, tick, &mut self.ahead);
        self.refused_count += self.ahead.refused_count();
        self.queue.restore_controls(self.ahead.changes(), tick, out);
        self.ahead.clear();
    }

    /// Looks up some tracks of the stretch behind the memo: as many as the time that has passed calls for, and a few more, so
    /// that all of them are done before their turn comes.
    fn look_further_ahead(&mut self, project: &Project, performance: &Performance, passed: Ticks) {
        let start = self.memo_window.end;
        if self.ahead_window.start != start || self.ahead_window.is_empty() {
            self.ahead_window = Window { start, end: start + Ticks(LOOKAHEAD_TICKS) };
            self.ahead_hearing = self.hearing.next(self.ahead_window, self.tempo_bpm);
            self.ahead_track = 0;
            self.ahead.clear();
        }
        let tracks = i64::try_from(TRACKS_MAX).unwrap_or(i64::MAX);
        let due = passed.0.saturating_mul(tracks * 3 / 2) / LOOKAHEAD_TICKS + 1;
        let count = u8::try_from(due.min(tracks)).unwrap_or(u8::MAX);
        self.look_up_tracks(project, performance, count);
    }

    /// Looks up the next `count` tracks of the stretch behind the memo.
    fn look_up_tracks(&mut self, project: &Project, performance: &Performance, count: u8) {
        let end = self.ahead_track.saturating_add(count).min(ALL_TRACKS);
        if self.ahead_track < end {
            let tracks = self.ahead_track..end;
            play_tracks(project, performance, &self.ahead_hearing, tracks, &mut self.ahead);
            self.ahead_track = end;
        }
    }

    /// Makes what was looked up ahead the memo, if it begins at `start`; whether it did.
    fn take_ahead(&mut self, project: &Project, performance: &Performance, start: Tick) -> bool {
        let fits = self.start == Start::Rolling
            && !self.ahead_window.is_empty()
            && self.ahead_window.start == start;
        if !fits {
            return false;
        }
        self.look_up_tracks(project, performance, ALL_TRACKS);
        if self.ahead.refused_count() > 0 {
            // Too much for a memo: the way that takes a shorter one is left to `look_ahead`.
            self.ahead_window = Window::default();
            return false;
        }
        std::mem::swap(&mut self.memo, &mut self.ahead);
        self.memo_window = self.ahead_window;
        self.hearing = self.ahead_hearing;
        self.ahead_window = Window::default();
        self.told_count = 0;
        self.told_change_count = 0;
        true
    }

    /// Fills the memo from `start` on. Never further than a 32nd, however long the window that is asked for: notes come track
    /// by track and are sorted as they come, which is quick only for a few.
    fn look_ahead(&mut self, project: &Project, performance: &Performance, start: Tick) {
        let early = self.start == Start::Located;
        // A window that is heard at a tempo that changes is asked for again as a whole.
        let changing = self.hearing.changing_at(start).filter(|_| self.start == Start::Rolling);
        let mut window = changing.unwrap_or(Window { start, end: start + Ticks(LOOKAHEAD_TICKS) });
        let mut hearing = self.hearing;
        loop {
            if changing.is_none() {
                hearing = self.hearing.next(window, self.tempo_bpm);
            }
            self.memo.clear();
            if early {
                play_early_heard(project, performance, &hearing, window.start, &mut self.memo);
            }
            play_tracks(project, performance, &hearing, 0..ALL_TRACKS, &mut self.memo);
            let length = window.end.0 - window.start.0;
            if self.memo.refused_count() == 0 || length <= 1 || changing.is_some() {
                break;
            }
            // Too much for the memo: windows tile, so half of it is as good an answer.
            window.end = Tick(window.start.0 + length / 2);
        }
        self.hearing = hearing;
        self.refused_count += self.memo.refused_count();
        self.memo_window = window;
        self.memo_performance = *performance;
        self.told_count = 0;
        self.told_change_count = 0;
        self.start = Start::Rolling;
    }
}
