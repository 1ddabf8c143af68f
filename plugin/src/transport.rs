//! What the host says about its transport, and what follows from it: stop, run on, jump or wrap.
//!
//! A **run** is a stretch of song positions that follow each other. It keeps a clock of its own, and as long as the host
//! agrees it keeps using it: a host that rounds its beats moves no note, and at a constant tempo a note's frame does not
//! depend on where blocks begin. The windows of a run tile, whatever the host says; only a seek starts elsewhere.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod own;
mod run;
mod split;
mod tap;
#[cfg(test)]
mod tests;

use tresillo_pattern::{FrameClock, Tick, Window};

use crate::transport::run::{
    Line, Loop, ROUNDING_BEATS, Run, SAME_TEMPO, TICKS_PER_BEAT, WHOLE_TICK, as_f64,
    first_tick_from,
};
use crate::transport::split::Splits;

pub(crate) use own::{OwnClock, OwnTransport};
#[allow(unused_imports, reason = "the editor will use it")]
pub(crate) use tap::TapTempo;

/// What the host says at the start of a block. Absent, not finite and absurd values are `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct HostFacts {
    /// Whether the transport rolls.
    pub(crate) is_playing: bool,
    /// Quarter notes a minute.
    pub(crate) tempo_bpm: Option<f64>,
    /// Song position in quarter notes.
    pub(crate) beat: Option<f64>,
    /// Song position in frames, if the host tells frames or seconds; never derived from beats.
    pub(crate) frame: Option<f64>,
    /// The loop, if it is on: start and end in quarter notes, the end excluded.
    pub(crate) loop_beats: Option<(f64, f64)>,
    /// Beats in a bar, and what a beat is.
    pub(crate) metre: Option<(i32, i32)>,
    /// Where a bar begins, in quarter notes.
    pub(crate) bar_start_beat: Option<f64>,
}

impl HostFacts {
    /// These facts without the values that nothing sensible follows from.
    pub(crate) fn sane(self) -> HostFacts {
        let is_position = |value: &f64| value.is_finite() && value.abs() < 1e9;
        HostFacts {
            is_playing: self.is_playing,
            tempo_bpm: self.tempo_bpm.filter(|tempo| (0.01..=100_000.0).contains(tempo)),
            beat: self.beat.filter(is_position),
            frame: self.frame.filter(|frame| frame.is_finite() && frame.abs() < 1e15),
            loop_beats: self
                .loop_beats
                .filter(|(start, end)| is_position(start) && is_position(end) && start < end),
            metre: self.metre,
            bar_start_beat: self.bar_start_beat.filter(is_position),
        }
    }
}

/// What a block begins with. In every case but [`BlockStart::RunsOn`], what sounds gets its note-off on frame 0 first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlockStart {
    /// Nothing plays.
    Stopped,
    /// The block goes on where the last one ended.
    RunsOn,
    /// A start or a seek.
    Jumps,
    /// The host has wrapped its loop between the blocks. `rest` is what is left of the last pass: shorter than a frame or
    /// two, and sounds on frame 0.
    Wraps { rest: Window },
}

/// A piece of a block that one straight line of song positions covers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stretch {
    /// What to play.
    pub(crate) window: Window,
    clock: FrameClock,
    block_frame: i64,
    frame_count: u32,
    /// The offset in the block at which the loop wraps after this stretch.
    pub(crate) wraps_at: Option<u32>,
}

impl Stretch {
    /// The offset in the block of what happens at `tick`.
    pub(crate) fn offset_of(&self, tick: Tick) -> u32 {
        clamp_offset(self.clock.frame_of(tick).saturating_sub(self.block_frame), self.frame_count)
    }
}

fn clamp_offset(offset: i64, frame_count: u32) -> u32 {
    u32::try_from(offset.max(0)).unwrap_or(u32::MAX).min(frame_count.saturating_sub(1))
}

/// Follows the host's transport from block to block.
///
/// # Realtime
/// Nothing in it allocates, locks or panics; a block takes at most one step a frame.
#[derive(Clone, Debug)]
pub(crate) struct Follower {
    run: Option<Run>,
    sample_rate_hz: f64,
    last_tempo_bpm: Option<f64>,
    splits: Splits,
}

/// What the host asks for: how it will process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Processing {
    pub(crate) sample_rate_hz: f64,
    /// The longest block of the host.
    pub(crate) frames_max: u32,
    /// Whether the framework tells the transport too late in the later parts of a block that it splits.
    pub(crate) is_told_late: bool,
}

impl Follower {
    pub(crate) fn new() -> Follower {
        Follower {
            run: None,
            sample_rate_hz: 48_000.0,
            last_tempo_bpm: None,
            splits: Splits::new(),
        }
    }

    /// Tells how blocks follow from now on. What ran before is forgotten.
    pub(crate) fn activate(&mut self, processing: Processing) {
        let Processing { sample_rate_hz, frames_max, is_told_late } = processing;
        self.splits = Splits::of_blocks(frames_max, is_told_late);
        if sample_rate_hz.is_finite() && sample_rate_hz >= 1.0 {
            self.sample_rate_hz = sample_rate_hz;
        }
        self.run = None;
    }

    /// Forgets where it was: the next block that plays is a start.
    pub(crate) fn stop(&mut self) {
        self.run = None;
    }

    /// Starts a run at song position 0 that nobody else leads, with the frame that comes next.
    pub(crate) fn start_alone(&mut self, project_tempo_bpm: f64) {
        let tempo_bpm = self.last_tempo_bpm.unwrap_or(project_tempo_bpm);
        let line = Line { tempo_bpm, sample_rate_hz: self.sample_rate_hz };
        self.run = Some(line.run_from_position(0.0, 0));
    }

    /// The tick nearest to the frame that comes next, less so many seconds, if something plays.
    pub(crate) fn tick_now(&self, latency_seconds: f64) -> Option<Tick> {
        let run = self.run?;
        let frame = as_f64(run.frame) - latency_seconds * self.sample_rate_hz;
        Some(Tick::from_beats(run.clock.tick_position(frame) / TICKS_PER_BEAT))
    }

    /// The loop that plays, in ticks.
    pub(crate) fn loop_ticks(&self) -> Option<(Tick, Tick)> {
        let song_loop = self.run?.song_loop?;
        Some((first_tick_from(song_loop.start), first_tick_from(song_loop.end)))
    }

    /// The tempo of what plays, in quarter notes a minute.
    pub(crate) fn tempo_bpm(&self) -> Option<f64> {
        self.run.map(|run| run.tempo_bpm)
    }

    /// Where the playhead is, in ticks, if it moves.
    pub(crate) fn position(&self) -> Option<Tick> {
        self.run.map(|run| run.next_tick)
    }

    /// Decides how a block begins. `project_tempo_bpm` holds until the host has told a tempo.
    pub(crate) fn begin_block(&mut self, facts: HostFacts, project_tempo_bpm: f64) -> BlockStart {
        let facts = facts.sane();
        if let Some(tempo_bpm) = facts.tempo_bpm {
            self.last_tempo_bpm = Some(tempo_bpm);
        }
        if !facts.is_playing {
            self.run = None;
            return BlockStart::Stopped;
        }
        let tempo_bpm = self.last_tempo_bpm.unwrap_or(project_tempo_bpm);
        let line = Line { tempo_bpm, sample_rate_hz: self.sample_rate_hz };
        let Some(run) = self.run else { return self.start(facts, line) };

        let expected = run.clock.tick_position(as_f64(run.frame));
        let facts = self.splits.as_meant(facts, &run, expected, line);
        let position = line.position_of(facts).unwrap_or(expected);
        if self.splits.is_told_behind_wrap(&run, (expected, position), line) {
            return BlockStart::RunsOn;
        }
        let song_loop = facts.loop_beats.map(|beats| Loop::from_beats(beats, line));
        if let Some(song_loop) = song_loop.or(run.song_loop)
            && run.wraps_here(song_loop, expected, position, line)
        {
            return self.wrap_with_host(facts, line, song_loop, run.next_tick);
        }
        if run.is_seek(facts, expected, position) {
            return self.start(facts, line);
        }
        let is_same_tempo = (tempo_bpm - run.tempo_bpm).abs() <= SAME_TEMPO * run.tempo_bpm;
        let rounding = ROUNDING_BEATS * TICKS_PER_BEAT + line.ticks_per_frame();
        if !is_same_tempo || run.is_guess || (position - expected).abs() > rounding {
            // The host's word, but the windows go on where they were: nothing twice, nothing lost.
            // Where it is the very place that was expected, ours is the better number: CLAP's have 31 bits.
            let is_expected = (position - expected).abs() <= WHOLE_TICK;
            let told = match line.position_of(facts) {
                Some(_) if !is_expected => line.run_from(facts),
                _ => line.run_from_position(expected, run.frame),
            };
            self.run = Some(Run { next_tick: run.next_tick, ..told });
        }
        if let Some(run) = &mut self.run {
            run.song_loop = song_loop;
            run.expected_frame = facts.frame;
        }
        BlockStart::RunsOn
    }

    fn start(&mut self, facts: HostFacts, line: Line) -> BlockStart {
        self.run = Some(line.run_from(facts));
        BlockStart::Jumps
    }

    fn wrap_with_host(
        &mut self,
        facts: HostFacts,
        line: Line,
        song_loop: Loop,
        next_tick: Tick,
    ) -> BlockStart {
        let start = first_tick_from(song_loop.start);
        self.run = Some(Run {
            next_tick: start,
            song_loop: facts.loop_beats.map(|beats| Loop::from_beats(beats, line)),
            ..line.run_from(facts)
        });
        let end = first_tick_from(song_loop.end).max(next_tick);
        BlockStart::Wraps { rest: Window { start: next_tick, end } }
    }

    /// The next stretch of a block of `frame_count` frames, if something plays. Call it until a stretch does not wrap;
    /// then [`Follower::end_block`].
    pub(crate) fn stretch(&mut self, frame_count: u32) -> Option<Stretch> {
        let sample_rate_hz = self.sample_rate_hz;
        let run = self.run.as_mut()?;
        let block_end = run.frame.saturating_add(i64::from(frame_count));
        let block_frame = run.frame;
        let clock = run.clock;
        let line = Line { tempo_bpm: run.tempo_bpm, sample_rate_hz };
        let wrap = run.song_loop.filter(|song_loop| {
            // PANIC-free and bounded: a loop shorter than a frame is not followed, so a block holds at most a wrap a frame.
            song_loop.end - song_loop.start >= line.ticks_per_frame()
                && clock.tick_position(as_f64(block_frame)) < song_loop.end - WHOLE_TICK
                && clock.frame_of(first_tick_from(song_loop.end)) < block_end
        });
        let end = match wrap {
            Some(song_loop) => first_tick_from(song_loop.end),
            None => clock.first_tick_at(block_end),
        };
        let window = Window { start: run.next_tick, end: end.max(run.next_tick) };
        run.next_tick = window.end;
        if wrap.is_some() {
            self.splits.begin_wrap();
        }
        let wraps_at = wrap.map(|song_loop| {
            let wrap_frame = clock.frame_position(song_loop.end);
            run.clock = FrameClock::new(song_loop.start, wrap_frame, run.tempo_bpm, sample_rate_hz);
            run.next_tick = first_tick_from(song_loop.start);
            run.is_guess = true;
            clamp_offset(clock.frame_of(end).saturating_sub(block_frame), frame_count)
        });
        Some(Stretch { window, clock, block_frame, frame_count, wraps_at })
    }

    /// Moves to the block after this one of `frame_count` frames.
    pub(crate) fn end_block(&mut self, frame_count: u32) {
        self.splits.end_part(frame_count);
        if let Some(run) = &mut self.run {
            run.frame = run.frame.saturating_add(i64::from(frame_count));
            run.expected_frame = match run.expected_frame {
                Some(frame) if !run.is_guess => Some(frame + f64::from(frame_count)),
                _ => None,
            };
        }
    }
}
