//! Ticks become frames here, and nowhere else: rounded once, against the absolute position.

use crate::time::{PPQ, Tick};

/// A straight line from ticks to frames, through an anchor: the same tempo from there on.
///
/// Error never accumulates, because each frame is computed from the anchor and not from the frame before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FrameClock {
    anchor_tick: f64,
    anchor_frame: f64,
    /// `60 · rate`, and `tempo · PPQ`: kept apart, so that a whole tempo and a whole rate give the nearest quotient.
    numerator: f64,
    denominator: f64,
}

/// What lies so close below a half counts as one: a frame computed from another anchor of the same line then rounds the
/// same way. In frames; a millionth is some 20 picoseconds.
const HALF_TOLERANCE: f64 = 1e-6;

impl FrameClock {
    /// The line through (`anchor_tick`, `anchor_frame`) at `tempo_bpm` quarter notes a minute and `sample_rate_hz` frames
    /// a second, both positive.
    #[must_use]
    pub fn new(
        anchor_tick: f64,
        anchor_frame: f64,
        tempo_bpm: f64,
        sample_rate_hz: f64,
    ) -> FrameClock {
        FrameClock {
            anchor_tick,
            anchor_frame,
            numerator: 60.0 * sample_rate_hz,
            #[allow(clippy::cast_precision_loss, reason = "PPQ is small")]
            denominator: tempo_bpm * PPQ as f64,
        }
    }

    /// The line from song position 0 at frame 0.
    #[must_use]
    pub fn from_zero(tempo_bpm: f64, sample_rate_hz: f64) -> FrameClock {
        FrameClock::new(0.0, 0.0, tempo_bpm, sample_rate_hz)
    }

    /// The frame position of a tick position, not rounded.
    #[inline]
    #[must_use]
    pub fn frame_position(&self, tick: f64) -> f64 {
        self.anchor_frame + (tick - self.anchor_tick) * self.numerator / self.denominator
    }

    /// The tick position of a frame position, not rounded.
    #[inline]
    #[must_use]
    pub fn tick_position(&self, frame: f64) -> f64 {
        self.anchor_tick + (frame - self.anchor_frame) * self.denominator / self.numerator
    }

    /// The frame on which `tick` sounds: the nearest, halves up.
    #[inline]
    #[must_use]
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "positions stay far below 2^53; the conversion saturates"
    )]
    pub fn frame_of(&self, tick: Tick) -> i64 {
        let position = self.frame_position(tick.0 as f64);
        (position + (0.5 + HALF_TOLERANCE)).floor() as i64
    }

    /// The first tick that sounds at `frame` or after it: the smallest whose [`FrameClock::frame_of`] is not before it.
    ///
    /// Blocks `[f, f + n)` therefore hold the ticks `[first_tick_at(f), first_tick_at(f + n))`, and tile.
    #[inline]
    #[must_use]
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "positions stay far below 2^53; the conversion saturates"
    )]
    pub fn first_tick_at(&self, frame: i64) -> Tick {
        let mut tick = Tick(self.tick_position(frame as f64 - 0.5).ceil() as i64);
        // The quotient may be off by a rounding error either way; the answer is defined by `frame_of`.
        // Bounded, because a clock made from nonsense must not hang the audio thread.
        for _ in 0..4 {
            if self.frame_of(Tick(tick.0.saturating_sub(1))) >= frame {
                tick.0 = tick.0.saturating_sub(1);
            } else if self.frame_of(tick) < frame {
                tick.0 = tick.0.saturating_add(1);
            } else {
                break;
            }
        }
        tick
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beat_lands_on_its_frame() {
        let clock = FrameClock::from_zero(120.0, 48_000.0);
        assert_eq!(clock.frame_of(Tick(PPQ)), 24_000);
        assert_eq!(clock.frame_of(Tick(-PPQ)), -24_000);
        assert_eq!(clock.frame_of(Tick(PPQ * 2 * 60 * 24)), 24 * 60 * 48_000);
    }

    #[test]
    fn halves_round_up_and_do_so_from_every_anchor() {
        // 21/20 frames a tick: ticks 10, 30, 50 … lie on halves.
        let clock = FrameClock::from_zero(125.0, 44_100.0);
        assert_eq!(clock.frame_of(Tick(10)), 11);
        for tick in (10..100_000).step_by(20) {
            let exact = (tick * 21 + 10) / 20;
            assert_eq!(clock.frame_of(Tick(tick)), exact, "tick {tick}");
            let later = FrameClock::new(20_160.0 * 33.0, 20_160.0 * 33.0 * 1.05, 125.0, 44_100.0);
            assert_eq!(later.frame_of(Tick(tick)), exact, "tick {tick} from a later anchor");
        }
    }

    #[test]
    fn the_first_tick_of_a_frame_is_defined_by_the_frame_of_a_tick() {
        for (tempo, rate) in [
            (120.0, 48_000.0),
            (125.0, 44_100.0),
            (97.000_000_17, 48_000.0),
            (999.0, 8_000.0),
            (1.0, 192_000.0),
        ] {
            let clock = FrameClock::new(-777.25, 31.75, tempo, rate);
            for frame in -2000..2000 {
                let tick = clock.first_tick_at(frame);
                assert!(clock.frame_of(tick) >= frame && clock.frame_of(Tick(tick.0 - 1)) < frame);
            }
        }
    }
}
