//! The delays of tracks, as ticks at a tempo: at which ticks the notes of a track are heard.
//!
//! A delay is in milliseconds, so it is another number of ticks at each tempo; it is rounded to a tick once, which is a
//! hundredth of a millisecond at 120 BPM. What is heard in a window of a delayed track is what lies in an earlier window of its
//! own. While the tempo changes that window is a little shorter or longer, and what lies in it is heard evenly spread: so
//! nothing is told twice and nothing is lost, and the windows of a track tile at any tempo.

use crate::document::{Delay, Project, Track};
use crate::note::{Change, Note, NoteSink};
use crate::performance::Performance;
use crate::time::{PPQ, Tick, Ticks, Window};

/// How delays are heard in one window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Hearing {
    /// Ticks of a millisecond where the window begins and where it ends; 0: delays are not heard.
    at_start: f64,
    at_end: f64,
    window: Window,
    /// The longest delay and the longest negative one among what plays, both told as positive milliseconds.
    reach_ms: (f64, f64),
    /// Of late tracks, steps with an earlier nominal tick are not heard.
    from: Tick,
    /// What lies here or later before it is delayed is not heard.
    until: Tick,
}

impl Hearing {
    /// Delays are not heard.
    pub(crate) const PLAIN: Hearing = Hearing {
        at_start: 0.0,
        at_end: 0.0,
        window: Window { start: Tick(0), end: Tick(0) },
        reach_ms: (0.0, 0.0),
        from: Tick(i64::MIN),
        until: Tick(i64::MAX),
    };

    /// Notes down how far the delays of what `performance` plays reach.
    pub(crate) fn measure(&mut self, project: &Project, performance: &Performance) {
        let mut reach = (0.0, 0.0);
        let mut add = |track: &Track| {
            let ms = track.delay.ms();
            reach = (f64::max(reach.0, ms), f64::max(reach.1, -ms));
        };
        if performance.is_song {
            project.patterns.iter().flat_map(|pattern| &pattern.tracks).for_each(&mut add);
        } else if let Some(pattern) = project.patterns.get(usize::from(performance.pattern.0)) {
            pattern.tracks.iter().for_each(&mut add);
        }
        self.reach_ms = reach;
    }

    /// Whether any track that plays is delayed.
    #[inline]
    pub(super) fn has_any(&self) -> bool {
        self.reach_ms.0 > 0.0 || self.reach_ms.1 > 0.0
    }

    /// Playing begins anew at `start`, at a tempo. Steps before the start of the song are not heard behind it.
    pub(crate) fn start_at(&mut self, start: Tick, tempo_bpm: Option<f64>, is_wrap: bool) {
        self.at_start = ticks_per_ms(tempo_bpm);
        self.at_end = self.at_start;
        self.window = Window { start, end: start };
        let is_in_song = start >= Tick::ZERO && !is_wrap;
        self.from = if is_in_song { Tick::ZERO } else { Tick(i64::MIN) };
    }

    /// What lies at `until` or later is not heard, wherever a delay takes it.
    pub(crate) fn end_at(&mut self, until: Tick) {
        self.until = until;
    }

    /// The hearing of the window behind this one, at a tempo, which it comes as close to as leaves every track at least half of
    /// what it would hear otherwise.
    pub(crate) fn next(&self, window: Window, tempo_bpm: Option<f64>) -> Hearing {
        let wanted = ticks_per_ms(tempo_bpm);
        let at_start = self.at_end;
        let reach_ms = self.reach_ms.0.max(self.reach_ms.1);
        #[allow(clippy::cast_precision_loss, reason = "a window is short")]
        let step_max = (window.end.0 - window.start.0) as f64 / 2.0 / reach_ms.max(0.1);
        let is_new = at_start == 0.0;
        let at_end = match self.has_any() && !is_new {
            true => at_start + (wanted - at_start).clamp(-step_max, step_max),
            false => wanted,
        };
        let at_start = if self.has_any() && !is_new { at_start } else { at_end };
        Hearing { at_start, at_end, window, ..*self }
    }

    /// The window, if it is heard at a tempo that changes and holds `tick`: it cannot be cut there then.
    pub(crate) fn changing_at(&self, tick: Tick) -> Option<Window> {
        let is_changing = self.has_any() && (self.at_start - self.at_end).abs() > 0.0;
        Some(self.window).filter(|window| is_changing && window.contains(tick))
    }

    /// The same for another part of the song positions, where the tempo does not change.
    pub(crate) fn of(&self, window: Window) -> Hearing {
        Hearing { window, ..*self }
    }

    /// The longest delay, in ticks.
    pub(crate) fn delay_max(&self) -> Ticks {
        ticks(self.reach_ms.0, self.at_end)
    }

    /// How much later a track is heard at the end of the window.
    #[inline]
    pub(super) fn shift(&self, track: &Track) -> Ticks {
        if track.delay == Delay::default() {
            return Ticks(0);
        }
        ticks(track.delay.ms(), self.at_end)
    }

    /// Where what a track lets sound at `tick` comes from.
    #[inline]
    pub(super) fn origin_of(&self, track: &Track, tick: Tick) -> Tick {
        let origin = tick - self.shift(track);
        // What is already past the start counts from there.
        if tick >= self.from { origin.max(self.from) } else { origin }
    }

    /// The window, widened to hold what is heard in it of all tracks.
    #[inline]
    pub(super) fn widened(&self) -> Window {
        let Window { start, end } = self.window;
        if !self.has_any() {
            return Window { start, end: end.min(self.until) };
        }
        let ticks_per_ms = self.at_start.max(self.at_end);
        let (delay, advance) =
            (ticks(self.reach_ms.0, ticks_per_ms), ticks(self.reach_ms.1, ticks_per_ms));
        Window { start: start - delay, end: (end + advance).min(self.until) }
    }

    /// What of a track is heard in the window, before it is delayed.
    #[inline]
    pub(super) fn heard_of(&self, track: &Track) -> Window {
        if track.delay == Delay::default() {
            return self.window;
        }
        let start = self.window.start - ticks(track.delay.ms(), self.at_start);
        Window { start, end: self.window.end - self.shift(track) }
    }

    /// The part of what is heard of a track that lies before the end and in `part`, which is told in ticks of a pattern that
    /// begins at `origin`.
    #[inline]
    pub(super) fn part_of(&self, heard: Window, part: Window, origin: Ticks) -> Window {
        let end = heard.end.min(self.until) - origin;
        Window { start: part.start.max(heard.start - origin), end: part.end.min(end) }
    }

    /// The first nominal tick of which a track is heard; others than late ones have no such bound.
    #[inline]
    pub(super) fn first_of(&self, track: &Track, origin: Ticks) -> Tick {
        if track.delay.ms() > 0.0 && self.has_any() && self.at_end > 0.0 {
            self.from - origin
        } else {
            Tick(i64::MIN)
        }
    }

    /// Whether an onset lies before the end, delays aside.
    #[inline]
    pub(super) fn is_before_end(&self, onset: Tick) -> bool {
        onset < self.until
    }

    /// Hands on to `out` what of a track is heard in the window.
    #[inline]
    pub(super) fn heard<'a, S: NoteSink>(&self, heard: Window, out: &'a mut S) -> Heard<'a, S> {
        Heard { out, from: heard, to: self.window }
    }
}

fn ticks_per_ms(tempo_bpm: Option<f64>) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "PPQ is small")]
    let ticks_per_ms = tempo_bpm.unwrap_or(0.0) * PPQ as f64 / 60_000.0;
    ticks_per_ms
}

#[allow(clippy::cast_possible_truncation, reason = "a second at most; the conversion saturates")]
fn ticks(ms: f64, ticks_per_ms: f64) -> Ticks {
    Ticks((ms * ticks_per_ms).round() as i64)
}

/// Hands on what a track plays in one window as it is heard in another.
pub(super) struct Heard<'a, S> {
    out: &'a mut S,
    from: Window,
    to: Window,
}

impl<S> Heard<'_, S> {
    #[inline]
    fn heard_at(&self, tick: Tick) -> Tick {
        let (from, to) = (self.from.end - self.from.start, self.to.end - self.to.start);
        let passed = tick - self.from.start;
        if from == to {
            return self.to.start + passed;
        }
        self.to.start + Ticks(passed.0.saturating_mul(to.0) / from.0.max(1))
    }
}

impl<S: NoteSink> NoteSink for Heard<'_, S> {
    #[inline]
    fn insert(&mut self, note: Note) {
        self.out.insert(Note { onset: self.heard_at(note.onset), ..note });
    }

    #[inline]
    fn insert_change(&mut self, change: Change) {
        self.out.insert_change(Change { tick: self.heard_at(change.tick), ..change });
    }
}
