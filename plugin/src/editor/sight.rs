//! What is seen of the playing in one frame.

use tresillo_pattern::{PPQ, Performance, Tick};

use crate::bridge::Bridge;
use crate::params::RunMode;

/// Seconds for which a playhead goes on without a word of the engine; then it has stopped.
const PATIENCE_SECONDS: f64 = 0.25;

/// The playhead between two words of the engine.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Playhead {
    told: Option<Tick>,
    since_seconds: f64,
}

impl Playhead {
    /// Where it is `now`, in ticks, when the engine has told `position` last.
    pub(crate) fn at(
        &mut self,
        now_seconds: f64,
        position: Option<Tick>,
        tempo_bpm: f64,
    ) -> Option<f64> {
        if position != self.told {
            (self.told, self.since_seconds) = (position, now_seconds);
        }
        let elapsed = (now_seconds - self.since_seconds).clamp(0.0, PATIENCE_SECONDS);
        #[allow(clippy::cast_precision_loss, reason = "positions stay far below 2^53")]
        let at = position?.0 as f64 + elapsed * tempo_bpm / 60.0 * PPQ as f64;
        Some(at)
    }
}

/// What one frame shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sight {
    /// Where the playhead is in the pattern that is shown, in ticks, if it moves there; in a song from the start of its slot on.
    pub(crate) tick: Option<f64>,
    /// Where it is in the piece, if it moves.
    pub(crate) song_tick: Option<f64>,
    pub(crate) tempo_bpm: f64,
    /// How the pattern that is shown would be played.
    pub(crate) performance: Performance,
    pub(crate) playing_pattern: usize,
    /// The one that plays from the next bar or beat on, if another is to.
    pub(crate) wanted_pattern: usize,
    pub(crate) records: bool,
    /// What says when it plays.
    pub(crate) run: RunMode,
    pub(crate) is_song: bool,
    /// The slot of the song that plays.
    pub(crate) slot: Option<usize>,
    /// Notes and events that found no room.
    pub(crate) refused_count: u64,
}

impl Sight {
    /// The same without anything that moves at every frame.
    pub(crate) fn still(&self) -> Sight {
        Sight { tick: None, song_tick: None, ..*self }
    }
}

impl Sight {
    /// What the engine says now.
    pub(crate) fn refused(bridge: &Bridge) -> u64 {
        let (events, notes) = bridge.refused_counts();
        events + notes + bridge.refused_recording_count()
    }

    /// The playhead in the piece as a whole tick; the start while it stands.
    pub(crate) fn whole_song_tick(&self) -> Tick {
        #[allow(clippy::cast_possible_truncation, reason = "the conversion saturates")]
        let tick = self.song_tick.unwrap_or(0.0).floor() as i64;
        Tick(tick)
    }

    /// The playhead as a whole tick; the start of the pattern while it stands.
    pub(crate) fn whole_tick(&self) -> Tick {
        #[allow(clippy::cast_possible_truncation, reason = "the conversion saturates")]
        let tick = self.tick.unwrap_or(0.0).floor() as i64;
        Tick(tick)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_playhead_goes_on_between_two_words_and_stops_when_none_come() {
        let mut playhead = Playhead::default();
        assert_eq!(playhead.at(1.0, None, 120.0), None);
        assert_eq!(playhead.at(2.0, Some(Tick(100)), 120.0), Some(100.0));
        // 120 BPM: two quarters a second.
        assert_eq!(playhead.at(2.1, Some(Tick(100)), 120.0).map(f64::round), Some(4132.0));
        assert_eq!(playhead.at(2.12, Some(Tick(4000)), 120.0), Some(4000.0));
        let stuck = playhead.at(9.0, Some(Tick(4000)), 120.0);
        assert_eq!(stuck, Some(4000.0 + 0.25 * 40_320.0));
        assert_eq!(playhead.at(9.1, None, 120.0), None);
    }
}
