//! A run: song positions that follow each other, on a clock of its own.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use tresillo_pattern::{FrameClock, PPQ, Tick};

use crate::transport::HostFacts;

/// A host's beat position this close to where the run expects it is the same position, rounded: Ardour rounds to 1/1920.
pub(super) const ROUNDING_BEATS: f64 = 1.0 / 1920.0;

/// Where there is no sample position to go by, a host that is further than this from the last window's end has jumped
/// (DESIGN.md section 4.1).
pub(super) const SEEK_BEATS: f64 = 1.0 / 480.0;

/// With a sample position that runs on, a beat position may move by this much, as a tempo change in mid-block makes it do;
/// further than a quarter note it is a seek even so.
pub(super) const TEMPO_CHANGE_BEATS: f64 = 1.0;

/// Sample positions are rounded by some hosts, so a frame early or late is no break.
pub(super) const FRAME_ROUNDING: f64 = 1.5;

/// Tempi that differ by less are the same: a hundredth of a frame in a minute.
pub(super) const SAME_TEMPO: f64 = 1e-9;

/// A song position this close to a whole tick, in ticks, means that tick: CLAP's beats are fixed point with 31 bits.
pub(super) const WHOLE_TICK: f64 = 1e-3;

/// Where people put the ends of a loop, in ticks: a 96th of a beat, which 32nds and their triplets are multiples of.
pub(super) const LOOP_GRID: f64 = TICKS_PER_BEAT / 96.0;

#[allow(clippy::cast_precision_loss, reason = "PPQ is small")]
pub(super) const TICKS_PER_BEAT: f64 = PPQ as f64;

/// A loop, in ticks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loop {
    pub(super) start: f64,
    pub(super) end: f64,
}

impl Loop {
    /// The loop that the host means. Hosts built on JUCE may round its ends to frames; a loop that then starts a hair after
    /// the beat would lose what lies on the beat, so an end within a frame of a musical place is that place.
    pub(super) fn from_beats((start, end): (f64, f64), line: Line) -> Loop {
        let meant = |beats: f64| {
            let position = beats * TICKS_PER_BEAT;
            let place = (position / LOOP_GRID).round() * LOOP_GRID;
            if (position - place).abs() <= line.ticks_per_frame() { place } else { position }
        };
        Loop { start: meant(start), end: meant(end) }
    }
}

/// The first whole tick at or after a position.
#[allow(
    clippy::cast_possible_truncation,
    reason = "positions are checked; the conversion saturates"
)]
pub(super) fn first_tick_from(position: f64) -> Tick {
    Tick((position - WHOLE_TICK).ceil() as i64)
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub(super) clock: FrameClock,
    pub(super) tempo_bpm: f64,
    /// The frame of the clock at which the block begins.
    pub(super) frame: i64,
    /// Where the last window ended.
    pub(super) next_tick: Tick,
    /// Where the host's own sample position should be, if it told one and the last block held no wrap.
    pub(super) expected_frame: Option<f64>,
    /// The clock is our guess of how the host wraps; the next block brings its word.
    pub(super) is_guess: bool,
    pub(super) song_loop: Option<Loop>,
}

impl Run {
    /// Whether the host is somewhere else than where the last window ended.
    pub(super) fn is_seek(&self, facts: HostFacts, expected: f64, position: f64) -> bool {
        let beats_off = (position - expected).abs() / TICKS_PER_BEAT;
        match (facts.frame, self.expected_frame) {
            (Some(frame), Some(expected_frame)) => {
                (frame - expected_frame).abs() > FRAME_ROUNDING || beats_off > TEMPO_CHANGE_BEATS
            }
            _ => beats_off > SEEK_BEATS,
        }
    }

    /// Whether the run has come to the loop's end and the host to its start.
    pub(super) fn wraps_here(
        &self,
        song_loop: Loop,
        expected: f64,
        position: f64,
        line: Line,
    ) -> bool {
        let near = SEEK_BEATS * TICKS_PER_BEAT + line.ticks_per_frame();
        // A loop as short as the rounding is told from running on by the sample position alone, so it is left to `is_seek`.
        song_loop.end - song_loop.start > 2.0 * near
            && (expected - song_loop.end).abs() <= near
            && (position - song_loop.start).abs() <= near
    }
}

/// A tempo at a sample rate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) tempo_bpm: f64,
    pub(super) sample_rate_hz: f64,
}

impl Line {
    pub(super) fn ticks_per_frame(self) -> f64 {
        self.tempo_bpm * TICKS_PER_BEAT / (60.0 * self.sample_rate_hz)
    }

    /// Where the host is, in ticks, by its beats or else by its frames.
    pub(super) fn position_of(self, facts: HostFacts) -> Option<f64> {
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
    pub(super) fn run_from(self, facts: HostFacts) -> Run {
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

    pub(super) fn run_from_position(self, position: f64, frame: i64) -> Run {
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
pub(super) fn beat_rounding(position: f64) -> f64 {
    let grid = position / (ROUNDING_BEATS * TICKS_PER_BEAT);
    if (grid - grid.round()).abs() < 1e-6 { ROUNDING_BEATS * TICKS_PER_BEAT } else { 0.0 }
}

#[allow(clippy::cast_precision_loss, reason = "frame counts stay far below 2^53")]
pub(super) fn as_f64(frame: i64) -> f64 {
    frame as f64
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "positions are checked; the conversion saturates"
)]
pub(super) fn to_frame(position: f64) -> i64 {
    position.round() as i64
}
