//! What the host says about its transport, and what follows from it: stop, run on, jump or wrap.
//!
//! A **run** is a stretch of song positions that follow each other. It keeps a clock of its own, and as long as the host
//! agrees it keeps using it: a host that rounds its beats moves no note, and at a constant tempo a note's frame does not
//! depend on where blocks begin. The windows of a run tile, whatever the host says; only a seek starts elsewhere.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use tresillo_pattern::{FrameClock, PPQ, Tick, Window};

/// A host's beat position this close to where the run expects it is the same position, rounded: Ardour rounds to 1/1920.
const ROUNDING_BEATS: f64 = 1.0 / 1920.0;

/// Where there is no sample position to go by, a host that is further than this from the last window's end has jumped
/// (DESIGN.md section 4.1).
const SEEK_BEATS: f64 = 1.0 / 480.0;

/// With a sample position that runs on, a beat position may move by this much, as a tempo change in mid-block makes it do;
/// further than a quarter note it is a seek even so.
const TEMPO_CHANGE_BEATS: f64 = 1.0;

/// Sample positions are rounded by some hosts, so a frame early or late is no break.
const FRAME_ROUNDING: f64 = 1.5;

/// Tempi that differ by less are the same: a hundredth of a frame in a minute.
const SAME_TEMPO: f64 = 1e-9;

/// A song position this close to a whole tick, in ticks, means that tick: CLAP's beats are fixed point with 31 bits.
const WHOLE_TICK: f64 = 1e-3;

/// Where people put the ends of a loop, in ticks: a 96th of a beat, which 32nds and their triplets are multiples of.
const LOOP_GRID: f64 = TICKS_PER_BEAT / 96.0;

#[allow(clippy::cast_precision_loss, reason = "PPQ is small")]
const TICKS_PER_BEAT: f64 = PPQ as f64;

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
            loop_beats: self.loop_beats.filter(|(start, end)| {
                is_position(start) && is_position(end) && start < end
            }),
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

/// A loop, in ticks.
#[derive(Clone, Copy, Debug)]
struct Loop {
    start: f64,
    end: f64,
}

impl Loop {
    /// The loop that the host means. Hosts built on JUCE may round its ends to frames; a loop that then starts a hair after
    /// the beat would lose what lies on the beat, so an end within a frame of a musical place is that place.
    fn from_beats((start, end): (f64, f64), line: Line) -> Loop {
        let meant = |beats: f64| {
            let position = beats * TICKS_PER_BEAT;
            let place = (position / LOOP_GRID).round() * LOOP_GRID;
            if (position - place).abs() <= line.ticks_per_frame() { place } else { position }
        };
        Loop { start: meant(start), end: meant(end) }
    }
}

/// The first whole tick at or after a position.
#[allow(clippy::cast_possible_truncation, reason = "positions are checked; the conversion saturates")]
fn first_tick_from(position: f64) -> Tick {
    Tick((position - WHOLE_TICK).ceil() as i64)
}

#[derive(Clone, Copy, Debug)]
struct Run {
    clock: FrameClock,
    tempo_bpm: f64,
    /// The frame of the clock at which the block begins.
    frame: i64,
    /// Where the last window ended.
    next_tick: Tick,
    /// Where the host's own sample position should be, if it told one and the last block held no wrap.
    expected_frame: Option<f64>,
    /// The clock is our guess of how the host wraps; the next block brings its word.
    is_guess: bool,
    song_loop: Option<Loop>,
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
}

impl Follower {
    pub(crate) fn new() -> Follower {
        Follower { run: None, sample_rate_hz: 48_000.0, last_tempo_bpm: None }
    }

    /// Tells the sample rate of the blocks that follow. What ran before is forgotten.
    pub(crate) fn activate(&mut self, sample_rate_hz: f64) {
        if sample_rate_hz.is_finite() && sample_rate_hz >= 1.0 {
            self.sample_rate_hz = sample_rate_hz;
        }
        self.run = None;
    }

    /// Forgets where it was: the next block that plays is a start.
    pub(crate) fn stop(&mut self) {
        self.run = None;
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
        let position = line.position_of(facts).unwrap_or(expected);
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
            let told = match line.position_of(facts) {
                Some(_) => line.run_from(facts),
                None => line.run_from_position(expected, run.frame),
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
        let wraps_at = wrap.map(|song_loop| {
            let wrap_frame = clock.frame_position(song_loop.end);
            run.clock =
                FrameClock::new(song_loop.start, wrap_frame, run.tempo_bpm, sample_rate_hz);
            run.next_tick = first_tick_from(song_loop.start);
            run.is_guess = true;
            clamp_offset(clock.frame_of(end).saturating_sub(block_frame), frame_count)
        });
        Some(Stretch { window, clock, block_frame, frame_count, wraps_at })
    }

    /// Moves to the block after this one of `frame_count` frames.
    pub(crate) fn end_block(&mut self, frame_count: u32) {
        if let Some(run) = &mut self.run {
            run.frame = run.frame.saturating_add(i64::from(frame_count));
            run.expected_frame = match run.expected_frame {
                Some(frame) if !run.is_guess => Some(frame + f64::from(frame_count)),
                _ => None,
            };
        }
    }
}

impl Run {
    /// Whether the host is somewhere else than where the last window ended.
    fn is_seek(&self, facts: HostFacts, expected: f64, position: f64) -> bool {
        let beats_off = (position - expected).abs() / TICKS_PER_BEAT;
        match (facts.frame, self.expected_frame) {
            (Some(frame), Some(expected_frame)) => {
                (frame - expected_frame).abs() > FRAME_ROUNDING || beats_off > TEMPO_CHANGE_BEATS
            }
            _ => beats_off > SEEK_BEATS,
        }
    }

    /// Whether the run has come to the loop's end and the host to its start.
    fn wraps_here(&self, song_loop: Loop, expected: f64, position: f64, line: Line) -> bool {
        let near = SEEK_BEATS * TICKS_PER_BEAT + line.ticks_per_frame();
        // A loop as short as the rounding is told from running on by the sample position alone, so it is left to `is_seek`.
        song_loop.end - song_loop.start > 2.0 * near
            && (expected - song_loop.end).abs() <= near
            && (position - song_loop.start).abs() <= near
    }
}

/// A tempo at a sample rate.
#[derive(Clone, Copy, Debug)]
struct Line {
    tempo_bpm: f64,
    sample_rate_hz: f64,
}

impl Line {
    fn ticks_per_frame(self) -> f64 {
        self.tempo_bpm * TICKS_PER_BEAT / (60.0 * self.sample_rate_hz)
    }

    /// Where the host is, in ticks, by its beats or else by its frames.
    fn position_of(self, facts: HostFacts) -> Option<f64> {
        match (facts.beat, facts.frame) {
            (Some(beat), _) => Some(beat * TICKS_PER_BEAT),
            (None, Some(frame)) => Some(frame * self.ticks_per_frame()),
            (None, None) => None,
        }
    }

    /// A run that begins where the host is. A host that tells no position at all starts at song position 0.
    ///
    /// Beats and frames of one tempo from song position 0 on, as far as the host's rounding lets tell, are anchored there
    /// and not at the block: onsets then fall on the very frames that a render of the whole song has.
    fn run_from(self, facts: HostFacts) -> Run {
        let Some(position) = self.position_of(facts) else {
            return self.run_from_position(0.0, 0);
        };
        let from_zero = FrameClock::from_zero(self.tempo_bpm, self.sample_rate_hz);
        let frame_by_beat = from_zero.frame_position(position);
        let frame = to_frame(facts.frame.unwrap_or(frame_by_beat));
        let slack = 1.0 + beat_rounding(position) / self.ticks_per_frame();
        let mut run = self.run_from_position(position, frame);
        if (frame_by_beat - as_f64(frame)).abs() <= slack {
            run.clock = from_zero;
        }
        // A position that the host rounded up by less than half a frame still plays what lies on it.
        run.next_tick = run.clock.first_tick_at(frame).min(first_tick_from(position));
        run.expected_frame = facts.frame;
        run.song_loop = facts.loop_beats.map(|beats| Loop::from_beats(beats, self));
        run
    }

    fn run_from_position(self, position: f64, frame: i64) -> Run {
        Run {
            clock: FrameClock::new(position, as_f64(frame), self.tempo_bpm, self.sample_rate_hz),
            tempo_bpm: self.tempo_bpm,
            frame,
            next_tick: first_tick_from(position),
            expected_frame: None,
            is_guess: false,
            song_loop: None,
        }
    }
}

/// How far a host's beat position, in ticks, may be from the truth: a 1920th where it lies on that grid, else nothing.
fn beat_rounding(position: f64) -> f64 {
    let grid = position / (ROUNDING_BEATS * TICKS_PER_BEAT);
    if (grid - grid.round()).abs() < 1e-6 { ROUNDING_BEATS * TICKS_PER_BEAT } else { 0.0 }
}

#[allow(clippy::cast_precision_loss, reason = "frame counts stay far below 2^53")]
fn as_f64(frame: i64) -> f64 {
    frame as f64
}

#[allow(clippy::cast_possible_truncation, reason = "positions are checked; the conversion saturates")]
fn to_frame(position: f64) -> i64 {
    position.round() as i64
}
