//! Notes that are played in, on their way onto steps.
//!
//! The engine finds out which step a note belongs to, because it knows where it is; the main thread writes it there, because
//! documents are its own. What passes between them are a few numbers in a ring.

use rtrb::Producer;
use tresillo_pattern::{NearestStep, Performance, Project, Tick, Ticks, nearest_step};

use crate::controllers::Binding;

/// A note that belongs onto a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Recorded {
    pub(crate) pattern: usize,
    pub(crate) track: usize,
    pub(crate) step: usize,
    pub(crate) key: u8,
    /// `(0, 1]`.
    pub(crate) velocity: f32,
    /// Percent of the step; `None`: as the step has it.
    pub(crate) gate_percent: Option<i64>,
    /// Whether it joins the note before it on its step, instead of taking the step over.
    pub(crate) joins: bool,
}

/// What the engine tells the main thread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum ToMain {
    /// A note belongs onto a step.
    Recorded(Recorded),
    /// A controller was learned.
    Learned(Binding),
}

/// A note that is still held.
#[derive(Clone, Copy, Debug)]
struct Open {
    step: NearestStep,
    since: Tick,
    velocity: f32,
    joins: bool,
}

/// The engine's side of recording.
///
/// # Realtime
/// All memory is taken in [`Recorder::new`].
pub(super) struct Recorder {
    to_main: Producer<ToMain>,
    open: [Option<Open>; 128],
    /// The step of the note before, and its place.
    last: Option<NearestStep>,
    /// The next step to be written, step by step, and the track that it belongs to.
    cursor: usize,
    cursor_track: usize,
    refused_count: u64,
}

impl Recorder {
    pub(super) fn new(to_main: Producer<ToMain>) -> Recorder {
        Recorder {
            to_main,
            open: [None; 128],
            last: None,
            cursor: 0,
            cursor_track: 0,
            refused_count: 0,
        }
    }

    /// Notes that found no room, since the start.
    pub(super) fn refused_count(&self) -> u64 {
        self.refused_count
    }

    /// Whether something waits for the main thread.
    pub(super) fn has_any(&self) -> bool {
        self.to_main.slots() < self.to_main.buffer().capacity()
    }

    /// Forgets the notes that are held, and goes back to the first step.
    pub(super) fn rewind(&mut self) {
        self.open = [None; 128];
        self.last = None;
        self.cursor = 0;
    }

    /// A note begins at `tick`. One that lies nearest to the end of a loop belongs to its start.
    pub(super) fn note_on(
        &mut self,
        (project, performance): (&Project, &Performance),
        track: usize,
        tick: Tick,
        loop_ticks: Option<(Tick, Tick)>,
        (key, velocity): (u8, f32),
    ) {
        let near = |tick| nearest_step(project, performance, track, tick);
        let Some(mut step) = near(tick) else { return };
        if let Some((start, end)) = loop_ticks
            && tick < end
            && near(end).is_some_and(|at_end| at_end.place == step.place)
        {
            let Some(at_start) = near(start) else { return };
            step = at_start;
        }
        let joins = self.last == Some(step);
        self.last = Some(step);
        if let Some(open) = self.open.get_mut(usize::from(key & 127)) {
            *open = Some(Open { step, since: tick, velocity, joins });
        }
    }

    /// A note ends at `tick`, if it is known where; else it is as long as its step was before.
    pub(super) fn note_off(&mut self, key: u8, tick: Option<Tick>) {
        let open = self.open.get_mut(usize::from(key & 127)).and_then(Option::take);
        let Some(Open { step, since, velocity, joins }) = open else { return };
        let gate_percent = tick.map(|tick| tick - since).filter(|held| held.0 > 0).map(|held| {
            let Ticks(length) = step.length;
            held.0.saturating_mul(100) / length.max(1)
        });
        let NearestStep { pattern, track, step, .. } = step;
        self.record(Recorded { pattern, track, step, key, velocity, gate_percent, joins });
    }

    /// A note is written onto the next step of a track, and the one behind it is next.
    pub(super) fn write_step(
        &mut self,
        (project, performance): (&Project, &Performance),
        track: usize,
        (key, velocity): (u8, f32),
    ) {
        let pattern = usize::from(performance.pattern.0);
        let steps = project.patterns.get(pattern).and_then(|pattern| pattern.tracks.get(track));
        let Some(count) = steps.map(|track| track.steps.len()).filter(|count| *count > 0) else {
            return;
        };
        if track != self.cursor_track {
            (self.cursor, self.cursor_track) = (0, track);
        }
        let step = self.cursor % count;
        self.cursor = (step + 1) % count;
        let (gate_percent, joins) = (None, false);
        self.record(Recorded { pattern, track, step, key, velocity, gate_percent, joins });
    }

    fn record(&mut self, recorded: Recorded) {
        self.send(ToMain::Recorded(recorded));
    }

    /// Tells the main thread. What finds no room is counted.
    pub(super) fn send(&mut self, told: ToMain) {
        if self.to_main.push(told).is_err() {
            self.refused_count += 1;
        }
    }
}
