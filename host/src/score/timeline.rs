//! Tempo and metre along a piece, for what a plugin does in time.

use std::ops::Range;

use tresillo_pattern::document::Metre;
use tresillo_pattern::smf::{MidiFile, TempoMap};

use crate::instrument::Transport;

/// Tempo and metre at each time of a piece.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    /// By time; the first is at 0.
    tempos: Vec<TempoChange>,
    /// By place; the first is at 0.
    metres: Vec<MetreChange>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct TempoChange {
    seconds: f64,
    beats: f64,
    bpm: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct MetreChange {
    beats: f64,
    bar_index: u32,
    numerator: u8,
    denominator: u8,
}

/// What holds where a file says nothing: 120 BPM in 4/4.
const DEFAULT_BPM: f64 = 120.0;

impl Timeline {
    /// One tempo and one metre throughout.
    #[must_use]
    pub fn steady(bpm: f64, metre: Metre) -> Timeline {
        let change = MetreChange {
            beats: 0.0,
            bar_index: 0,
            numerator: metre.beats,
            denominator: metre.unit,
        };
        Timeline {
            tempos: vec![TempoChange { seconds: 0.0, beats: 0.0, bpm }],
            metres: vec![change],
        }
    }

    /// Adds what some tracks of a file say, behind a time that lies behind all before. Timecode has no tempo: it counts as
    /// 120 BPM.
    pub fn add(
        &mut self,
        file: &MidiFile,
        map: &TempoMap,
        tracks: Range<usize>,
        start_seconds: f64,
    ) {
        let start_beats = self.beats_at(start_seconds);
        let mut tempos = map.tempos_bpm();
        if tempos.is_empty() {
            tempos.push((0, DEFAULT_BPM));
        }
        for (tick, bpm) in tempos {
            let seconds = start_seconds + map.seconds_of(tick);
            let beats = self.beats_at(seconds).max(start_beats);
            self.tempos.push(TempoChange { seconds, beats, bpm });
        }
        let first = MetreChange { beats: start_beats, bar_index: 0, numerator: 4, denominator: 4 };
        self.add_metre(first);
        let mut changes: Vec<(u64, u8, u8)> = Vec::new();
        for track in file.tracks.get(tracks).unwrap_or_default() {
            changes.extend(track.time_signatures());
        }
        changes.sort_by_key(|(tick, ..)| *tick);
        for (tick, numerator, denominator) in changes {
            let beats = self.beats_at(start_seconds + map.seconds_of(tick));
            self.add_metre(MetreChange { beats, bar_index: 0, numerator, denominator });
        }
    }

    /// A new metre begins a new bar.
    fn add_metre(&mut self, mut change: MetreChange) {
        if let Some(last) = self.metres.last() {
            let bars = (change.beats - last.beats) / last.bar_beats();
            change.bar_index = last.bar_index + whole(bars.ceil());
            if (change.beats - last.beats).abs() < 1e-9 {
                change.bar_index = last.bar_index;
                self.metres.pop();
            }
        }
        self.metres.push(change);
    }

    fn tempo_at(&self, seconds: f64) -> TempoChange {
        let index = self.tempos.partition_point(|change| change.seconds <= seconds);
        let first = TempoChange { seconds: 0.0, beats: 0.0, bpm: DEFAULT_BPM };
        index.checked_sub(1).and_then(|last| self.tempos.get(last)).copied().unwrap_or(first)
    }

    /// Quarter notes from the start of the piece.
    #[must_use]
    pub fn beats_at(&self, seconds: f64) -> f64 {
        let tempo = self.tempo_at(seconds);
        tempo.beats + (seconds - tempo.seconds) * tempo.bpm / 60.0
    }

    /// Where a block stands that begins on a frame of the piece.
    #[must_use]
    pub fn transport(&self, frame: u64, steady_frame: u64, sample_rate_hz: u32) -> Transport {
        #[allow(clippy::cast_precision_loss, reason = "2^53 frames are thousands of years")]
        let seconds = frame as f64 / f64::from(sample_rate_hz);
        let beats = self.beats_at(seconds);
        let index = self.metres.partition_point(|change| change.beats <= beats + 1e-9);
        let first = MetreChange { beats: 0.0, bar_index: 0, numerator: 4, denominator: 4 };
        let metre = index.checked_sub(1).and_then(|last| self.metres.get(last)).unwrap_or(&first);
        let bars = ((beats - metre.beats) / metre.bar_beats() + 1e-9).floor().max(0.0);
        Transport {
            is_playing: true,
            frame,
            steady_frame,
            seconds,
            beats,
            tempo_bpm: self.tempo_at(seconds).bpm,
            bar_start_beats: metre.beats + bars * metre.bar_beats(),
            bar_index: metre.bar_index + whole(bars),
            numerator: metre.numerator,
            denominator: metre.denominator,
        }
    }
}

impl MetreChange {
    fn bar_beats(&self) -> f64 {
        f64::from(self.numerator.max(1)) * 4.0 / f64::from(self.denominator.max(1))
    }
}

fn whole(number: f64) -> u32 {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast clamps, and there are no negative bars"
    )]
    let whole = number as u32;
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_and_beats_are_counted_through_changes_of_tempo_and_metre() {
        let mut timeline = Timeline {
            tempos: vec![
                TempoChange { seconds: 0.0, beats: 0.0, bpm: 120.0 },
                TempoChange { seconds: 2.0, beats: 4.0, bpm: 60.0 },
            ],
            metres: Vec::new(),
        };
        for (beats, numerator, denominator) in [(0.0, 4, 4), (4.0, 6, 8), (7.0, 3, 4)] {
            timeline.add_metre(MetreChange { beats, bar_index: 0, numerator, denominator });
        }
        let at = |seconds: u64| {
            let transport = timeline.transport(seconds * 48_000, 0, 48_000);
            let Transport { beats, tempo_bpm, bar_start_beats, bar_index, numerator, .. } =
                transport;
            (beats, tempo_bpm, bar_start_beats, bar_index, numerator)
        };
        assert_eq!(at(1), (2.0, 120.0, 0.0, 0, 4));
        assert_eq!(at(2), (4.0, 60.0, 4.0, 1, 6));
        assert_eq!(at(4), (6.0, 60.0, 4.0, 1, 6));
        assert_eq!(at(5), (7.0, 60.0, 7.0, 2, 3));
        assert_eq!(at(9), (11.0, 60.0, 10.0, 3, 3));
    }
}
