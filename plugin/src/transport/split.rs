//! Blocks of a host that the framework has split, at a parameter's change or where the host tells its transport anew.
//!
//! What it tells of the later parts is not always so. A part behind the wrap of a loop is told to lie behind the loop's end.
//! And in CLAP (nice-plug 0.4.2, `wrapper/clap/wrapper.rs`) a part that begins where the host tells its transport anew is
//! told to lie later by all that was played of the block before it. How much that is we are not told either; but it is the
//! length of the last part, or of the last two and so on, and no more than a block holds.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::transport::HostFacts;
use crate::transport::run::{FRAME_ROUNDING, Line, Run, TICKS_PER_BEAT};

/// Parts that a transport told anew may stand behind. More would need as many changes of parameters in one block.
const PARTS_MAX: usize = 8;

/// What was played lately, as far as one block of the host may hold it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Splits {
    /// The longest block of the host, in frames; 0: it is not known.
    frames_max: u32,
    /// Whether a transport that is told anew is told too late.
    is_told_late: bool,
    /// The lengths of the parts before this one, the last first.
    parts: [u32; PARTS_MAX],
    /// By how many frames it is told too late now, and for how many frames that may still be.
    late: u32,
    late_for: u32,
    /// Whether the last part was told too late.
    was_late: bool,
    /// Frames since the last wrap inside a block, as far as they may be of that block.
    since_wrap: u32,
}

impl Splits {
    pub(super) fn new() -> Splits {
        Splits {
            frames_max: 0,
            is_told_late: false,
            parts: [0; PARTS_MAX],
            late: 0,
            late_for: 0,
            was_late: false,
            since_wrap: u32::MAX,
        }
    }

    /// The same for blocks of up to so many frames.
    pub(super) fn of_blocks(frames_max: u32, is_told_late: bool) -> Splits {
        Splits { frames_max, is_told_late, ..Splits::new() }
    }

    pub(super) fn begin_wrap(&mut self) {
        self.since_wrap = 0;
    }

    pub(super) fn end_part(&mut self, frame_count: u32) {
        self.parts.rotate_right(1);
        if let Some(last) = self.parts.first_mut() {
            *last = frame_count;
        }
        self.late_for = self.late_for.saturating_sub(frame_count);
        self.since_wrap = self.since_wrap.saturating_add(frame_count);
    }

    /// Whether this part is told to lie behind the end of the loop that has wrapped in the part before it.
    pub(super) fn is_told_behind_wrap(
        &self,
        run: &Run,
        (expected, position): (f64, f64),
        line: Line,
    ) -> bool {
        let Some(song_loop) = run.song_loop.filter(|_| run.is_guess) else { return false };
        let length = song_loop.end - song_loop.start;
        let wraps = ((position - expected) / length).round();
        // A host that has left its loop is believed as soon as this cannot be the same block any more.
        self.since_wrap < self.frames_max
            && wraps >= 1.0
            && is_same(position - wraps * length, expected, line)
    }

    /// The facts as the host has meant them.
    pub(super) fn as_meant(
        &mut self,
        facts: HostFacts,
        run: &Run,
        expected: f64,
        line: Line,
    ) -> HostFacts {
        if !self.is_told_late || fits(run, facts, expected, line) {
            (self.late_for, self.was_late) = (0, false);
            return facts;
        }
        if std::mem::take(&mut self.was_late) && self.late_for == 0 {
            // No block is as long as that: the host has jumped.
            return facts;
        }
        let before = |late: u32| HostFacts {
            beat: facts
                .beat
                .map(|beat| beat - f64::from(late) * line.ticks_per_frame() / TICKS_PER_BEAT),
            frame: facts.frame.map(|frame| frame - f64::from(late)),
            ..facts
        };
        let known = Some(self.late).filter(|_| self.late_for > 0);
        let mut played = 0u32;
        let sums = self.parts.into_iter().map(|part| {
            played = played.saturating_add(part);
            played
        });
        let longest = self.frames_max;
        let mut candidates =
            known.into_iter().chain(sums).filter(|late| (1..longest).contains(late));
        let Some(late) = candidates.find(|late| fits(run, before(*late), expected, line)) else {
            self.late_for = 0;
            return facts;
        };
        if known != Some(late) {
            (self.late, self.late_for) = (late, longest - late);
        }
        self.was_late = true;
        before(late)
    }
}

/// Whether a host that says this runs on, or wraps its loop here.
fn fits(run: &Run, facts: HostFacts, expected: f64, line: Line) -> bool {
    let Some(position) = line.position_of(facts) else { return true };
    let wraps = run.song_loop.is_some_and(|song_loop| {
        run.wraps_here(song_loop, expected, position, line)
            && is_same(position, song_loop.start, line)
    });
    let is_frame = |frame: f64| {
        run.expected_frame.is_none_or(|expected| (frame - expected).abs() <= FRAME_ROUNDING)
    };
    wraps || (is_same(position, expected, line) && facts.frame.is_none_or(is_frame))
}

/// Whether two positions in ticks are the same to a frame or two.
fn is_same(position: f64, other: f64, line: Line) -> bool {
    (position - other).abs() <= 2.0 * line.ticks_per_frame()
}
