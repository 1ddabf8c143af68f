//! A transport of our own, where no host has one.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tresillo_pattern::FrameClock;

use crate::transport::HostFacts;
use crate::transport::run::{TICKS_PER_BEAT, as_f64, to_frame};

/// The tempi that it takes, in quarter notes a minute.
pub(crate) const OWN_TEMPO_BPM: std::ops::RangeInclusive<f64> = 20.0..=999.0;

/// What hands do to it; where it is, [`OwnClock`] knows.
#[derive(Debug)]
pub(crate) struct OwnTransport {
    is_playing: AtomicBool,
    rewinds: AtomicBool,
    /// Nothing starts it any more.
    has_left: AtomicBool,
    /// The bits of quarter notes a minute.
    tempo_bpm: AtomicU64,
}

impl OwnTransport {
    /// One that stands at song position 0.
    pub(crate) fn new(tempo_bpm: f64) -> OwnTransport {
        let own = OwnTransport {
            is_playing: AtomicBool::new(false),
            rewinds: AtomicBool::new(false),
            has_left: AtomicBool::new(false),
            tempo_bpm: AtomicU64::new(120.0_f64.to_bits()),
        };
        own.set_tempo(tempo_bpm);
        own
    }

    /// Whether it plays by itself. `[any-thread]`
    pub(crate) fn is_playing(&self) -> bool {
        self.is_playing.load(Ordering::Acquire)
    }

    /// Starts where it stands, or stops there. `[any-thread]`
    pub(crate) fn play(&self, plays: bool) {
        self.is_playing.store(plays, Ordering::Release);
    }

    /// Goes to song position 0, and plays on from there if it plays. `[any-thread]`
    pub(crate) fn rewind(&self) {
        self.rewinds.store(true, Ordering::Release);
    }

    /// Quarter notes a minute. `[any-thread]`
    pub(crate) fn tempo_bpm(&self) -> f64 {
        f64::from_bits(self.tempo_bpm.load(Ordering::Relaxed))
    }

    /// Sets the tempo to the nearest that it takes; no number changes nothing. `[any-thread]`
    pub(crate) fn set_tempo(&self, tempo_bpm: f64) {
        if !tempo_bpm.is_nan() {
            let tempo_bpm = tempo_bpm.clamp(*OWN_TEMPO_BPM.start(), *OWN_TEMPO_BPM.end());
            self.tempo_bpm.store(tempo_bpm.to_bits(), Ordering::Relaxed);
        }
    }

    /// Stops for good, whoever leads: the program ends. `[any-thread]`
    #[cfg_attr(not(feature = "standalone"), allow(dead_code, reason = "only a program ends"))]
    pub(crate) fn leave(&self) {
        self.has_left.store(true, Ordering::Release);
    }

    fn take_rewind(&self) -> bool {
        self.rewinds.swap(false, Ordering::AcqRel)
    }
}

/// Where our own transport is: a count of frames, and the line on which they are song positions.
///
/// A tempo that changes begins a new line where the old one was left, so a position is as exact as a multiplication however
/// long it plays.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OwnClock {
    clock: FrameClock,
    frame: i64,
    tempo_bpm: f64,
    sample_rate_hz: f64,
}

impl OwnClock {
    pub(crate) fn new() -> OwnClock {
        let (tempo_bpm, sample_rate_hz) = (120.0, 48_000.0);
        let clock = FrameClock::from_zero(tempo_bpm, sample_rate_hz);
        OwnClock { clock, frame: 0, tempo_bpm, sample_rate_hz }
    }

    /// Tells how many frames a second has. It stays where it is. `[main-thread]`
    pub(crate) fn activate(&mut self, sample_rate_hz: f64) {
        if sample_rate_hz.is_finite() && sample_rate_hz >= 1.0 {
            self.go_on_at(self.tempo_bpm, sample_rate_hz);
        }
    }

    /// What it says of a block of so many frames, in the place of a host; then it is behind the block. Where somebody else
    /// `leads`, it is where they are. `[audio-thread]`
    pub(crate) fn facts(
        &mut self,
        own: &OwnTransport,
        leads: Option<HostFacts>,
        frame_count: u32,
    ) -> HostFacts {
        let tempo_bpm = leads.and_then(|facts| facts.tempo_bpm).unwrap_or(own.tempo_bpm());
        if own.take_rewind() {
            self.go_to(0);
        }
        if tempo_bpm.to_bits() != self.tempo_bpm.to_bits() {
            self.go_on_at(tempo_bpm, self.sample_rate_hz);
        }
        if let Some(frame) = leads.and_then(|facts| facts.frame) {
            self.go_to(to_frame(frame));
        }
        let facts = HostFacts {
            is_playing: !own.has_left.load(Ordering::Acquire)
                && (own.is_playing() || leads.is_some()),
            tempo_bpm: Some(tempo_bpm),
            beat: Some(self.clock.tick_position(as_f64(self.frame)) / TICKS_PER_BEAT),
            frame: Some(as_f64(self.frame)),
            ..HostFacts::default()
        };
        if facts.is_playing {
            self.frame = self.frame.saturating_add(i64::from(frame_count));
        }
        facts
    }

    /// Goes to a frame of a song of one tempo.
    fn go_to(&mut self, frame: i64) {
        self.frame = frame;
        self.clock = FrameClock::from_zero(self.tempo_bpm, self.sample_rate_hz);
    }

    fn go_on_at(&mut self, tempo_bpm: f64, sample_rate_hz: f64) {
        let frame = as_f64(self.frame);
        let position = self.clock.tick_position(frame);
        self.clock = FrameClock::new(position, frame, tempo_bpm, sample_rate_hz);
        self.tempo_bpm = tempo_bpm;
        self.sample_rate_hz = sample_rate_hz;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::{BlockStart, Follower, Processing};

    fn close(facts: HostFacts, beat: f64) -> bool {
        facts.beat.is_some_and(|told| (told - beat).abs() < 1e-9)
    }

    #[test]
    fn it_stands_until_it_is_played_and_stops_where_it_is() {
        let (own, mut clock) = (OwnTransport::new(120.0), OwnClock::new());
        for _ in 0..3 {
            let facts = clock.facts(&own, None, 480);
            assert!(!facts.is_playing && close(facts, 0.0) && facts.metre.is_none());
        }
        own.play(true);
        for block in 0..100 {
            let facts = clock.facts(&own, None, 480);
            assert!(facts.is_playing && close(facts, f64::from(block) / 50.0));
            assert_eq!(facts.frame, Some(f64::from(block) * 480.0));
        }
        own.play(false);
        clock.facts(&own, None, 480);
        own.play(true);
        assert!(close(clock.facts(&own, None, 480), 2.0));
        own.rewind();
        assert!(close(clock.facts(&own, None, 480), 0.0));
        assert!(close(clock.facts(&own, None, 480), 0.02), "once is enough");
    }

    /// An hour and a half at 333.33 BPM in blocks of odd lengths: no error adds up.
    #[test]
    fn a_position_is_exact_however_long_it_plays() {
        let (own, mut clock) = (OwnTransport::new(333.33), OwnClock::new());
        own.play(true);
        let mut frames = 0.0;
        for block in 0..500_000_u32 {
            let frame_count = 300 + block % 401;
            let facts = clock.facts(&own, None, frame_count);
            assert!(close(facts, frames * 333.33 / (60.0 * 48_000.0)), "{frames}");
            frames += f64::from(frame_count);
        }
    }

    #[test]
    fn a_tempo_that_changes_goes_on_from_where_it_is_and_so_does_the_engine() {
        let (own, mut clock) = (OwnTransport::new(120.0), OwnClock::new());
        let mut follower = Follower::new();
        follower.activate(Processing {
            sample_rate_hz: 48_000.0,
            frames_max: 480,
            is_told_late: false,
        });
        own.play(true);
        let (mut beat, mut end) = (0.0, None);
        for block in 0..1000_u32 {
            let tempo_bpm = 60.0 + f64::from(block % 200) * 1.37;
            own.set_tempo(tempo_bpm);
            let facts = clock.facts(&own, None, 480);
            assert!(close(facts, beat), "{block}");
            let start = follower.begin_block(facts, 120.0);
            assert_eq!(start, if block == 0 { BlockStart::Jumps } else { BlockStart::RunsOn });
            let window = follower.stretch(480).map(|stretch| stretch.window);
            assert!(end.is_none() || end == window.map(|window| window.start));
            end = window.map(|window| window.end);
            assert!(end.is_some(), "it plays");
            follower.end_block(480);
            beat += 480.0 * tempo_bpm / (60.0 * 48_000.0);
        }
        own.rewind();
        assert_eq!(follower.begin_block(clock.facts(&own, None, 480), 120.0), BlockStart::Jumps);
    }

    #[test]
    fn another_sample_rate_leaves_it_where_it_is() {
        let (own, mut clock) = (OwnTransport::new(120.0), OwnClock::new());
        own.play(true);
        clock.facts(&own, None, 48_000);
        clock.activate(96_000.0);
        assert!(close(clock.facts(&own, None, 48_000), 2.0));
        assert!(close(clock.facts(&own, None, 48_000), 3.0));
    }

    #[test]
    fn whoever_leads_is_followed_by_frames() {
        let (own, mut clock) = (OwnTransport::new(60.0), OwnClock::new());
        let leads = |frame: f64, tempo_bpm| {
            let (is_playing, frame) = (true, Some(frame));
            Some(HostFacts { is_playing, tempo_bpm, frame, ..HostFacts::default() })
        };
        let facts = clock.facts(&own, leads(96_000.0, None), 480);
        assert!(facts.is_playing && close(facts, 2.0));
        let facts = clock.facts(&own, leads(96_000.0, Some(120.0)), 480);
        assert!(close(facts, 4.0) && facts.tempo_bpm == Some(120.0));
        let facts = clock.facts(&own, None, 480);
        assert!(!facts.is_playing && close(facts, 4.02), "it stands where they left");
        own.play(true);
        own.leave();
        let all = [clock.facts(&own, None, 480), clock.facts(&own, leads(0.0, None), 480)];
        assert!(all.iter().all(|facts| !facts.is_playing));
    }

    #[test]
    fn a_tempo_out_of_range_is_the_nearest_in_it() {
        let own = OwnTransport::new(1.0);
        let taken = [f64::NAN, 5000.0, f64::NEG_INFINITY, 99.5].map(|tempo_bpm| {
            own.set_tempo(tempo_bpm);
            own.tempo_bpm().to_bits()
        });
        assert_eq!(taken, [20.0, 999.0, 20.0, 99.5_f64].map(f64::to_bits));
    }
}
