//! From ticks of a file to frames: whole numbers all the way, rounded once.

use crate::smf::{Division, META_TEMPO, MidiFile, MidiFormat, MidiMessage};

/// The time of every tick of a file.
///
/// Built from all tempo events of all tracks, which is where format 1 allows them to be and where some programs put them.
/// Timecode has no tempo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TempoMap {
    division: Division,
    /// By tick; the first is at tick 0.
    segments: Vec<Segment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Segment {
    tick: u64,
    /// Time up to its tick, in microseconds times ticks of a quarter note: whole, whatever the tempi were.
    before: u128,
    /// Microseconds a quarter note.
    tempo: u32,
}

/// 120 BPM, which holds until a file says otherwise.
const DEFAULT_TEMPO: u32 = 500_000;

impl TempoMap {
    /// The map of a whole file, or for independent pieces (format 2) that of one of its tracks.
    #[must_use]
    pub fn new(file: &MidiFile, track: Option<usize>) -> TempoMap {
        let mut changes: Vec<(u64, u32)> = Vec::new();
        for (index, each) in file.tracks.iter().enumerate() {
            if file.format == MidiFormat::Sequential && track.is_some_and(|only| only != index) {
                continue;
            }
            for event in &each.events {
                if let MidiMessage::Meta { kind: META_TEMPO, data } = &event.message
                    && let Some(tempo) = tempo_of(data)
                {
                    changes.push((event.tick, tempo));
                }
            }
        }
        // Stable: of several at one tick the last one read holds.
        changes.sort_by_key(|(tick, _)| *tick);
        let mut segments = vec![Segment { tick: 0, before: 0, tempo: DEFAULT_TEMPO }];
        for (tick, tempo) in changes {
            let Some(last) = segments.last().copied() else { break };
            let before = last.before + u128::from(tick - last.tick) * u128::from(last.tempo);
            let next = Segment { tick, before, tempo };
            match segments.last_mut() {
                Some(same) if same.tick == tick => *same = next,
                _ => segments.push(next),
            }
        }
        TempoMap { division: file.division, segments }
    }

    /// The frame of `tick` at `sample_rate_hz` frames a second: the nearest, halves up.
    #[must_use]
    pub fn frame_of(&self, tick: u64, sample_rate_hz: u32) -> u64 {
        let (numerator, denominator) = self.seconds_fraction(tick);
        let twice = 2 * numerator * u128::from(sample_rate_hz) + denominator;
        u64::try_from(twice / (2 * denominator)).unwrap_or(u64::MAX)
    }

    /// The time of `tick` in seconds.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a time for people")]
    pub fn seconds_of(&self, tick: u64) -> f64 {
        let (numerator, denominator) = self.seconds_fraction(tick);
        numerator as f64 / denominator as f64
    }

    /// The tempo changes as (tick, BPM), the first at tick 0; empty for timecode.
    #[must_use]
    pub fn tempos_bpm(&self) -> Vec<(u64, f64)> {
        match self.division {
            Division::Timecode { .. } => Vec::new(),
            Division::Metrical(_) => {
                let bpm = |segment: &Segment| (segment.tick, 6e7 / f64::from(segment.tempo));
                self.segments.iter().map(bpm).collect()
            }
        }
    }

    /// Seconds as a fraction of whole numbers.
    fn seconds_fraction(&self, tick: u64) -> (u128, u128) {
        match self.division {
            Division::Metrical(ticks_per_quarter) => {
                let index = self.segments.partition_point(|segment| segment.tick <= tick);
                let segment = index.checked_sub(1).and_then(|last| self.segments.get(last));
                let segment = segment.copied().unwrap_or(Segment {
                    tick: 0,
                    before: 0,
                    tempo: DEFAULT_TEMPO,
                });
                let since = u128::from(tick - segment.tick) * u128::from(segment.tempo);
                (segment.before + since, u128::from(ticks_per_quarter) * 1_000_000)
            }
            Division::Timecode { frames_per_second, ticks_per_frame } => {
                // 29 stands for drop frame, which runs at 30000/1001 frames a second.
                let (above, below) = match frames_per_second {
                    29 => (1001, 30_000),
                    whole => (1, u128::from(whole)),
                };
                (u128::from(tick) * above, below * u128::from(ticks_per_frame))
            }
        }
    }
}

/// Microseconds a quarter note; `None` for what is none, or no time at all.
fn tempo_of(data: &[u8]) -> Option<u32> {
    let [a, b, c] = *data.first_chunk::<3>()?;
    Some(u32::from_be_bytes([0, a, b, c])).filter(|tempo| *tempo > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smf::{MidiEvent, MidiTrack};

    fn file(division: Division, tempi: &[(u64, u32)]) -> MidiFile {
        let events = tempi
            .iter()
            .map(|(tick, tempo)| MidiEvent {
                tick: *tick,
                message: MidiMessage::Meta {
                    kind: META_TEMPO,
                    data: tempo.to_be_bytes()[1..].into(),
                },
            })
            .collect();
        MidiFile {
            format: MidiFormat::Parallel,
            division,
            tracks: vec![MidiTrack { events, end: 0 }],
        }
    }

    #[test]
    fn a_tempo_change_holds_from_its_tick_on() {
        let map = TempoMap::new(
            &file(Division::Metrical(480), &[(480, 250_000), (960, 1_000_000)]),
            None,
        );
        for (tick, frame) in [(0, 0), (480, 24_000), (960, 36_000), (1440, 84_000), (481, 24_025)] {
            assert_eq!(map.frame_of(tick, 48_000), frame, "tick {tick}");
        }
    }

    #[test]
    fn a_long_piece_of_an_odd_tempo_does_not_drift() {
        // 7 ticks a quarter at 333,333 µs: after 3,000,000 ticks exactly 142,857,000,000/1e6 seconds… as a fraction.
        let map = TempoMap::new(&file(Division::Metrical(7), &[(0, 333_333)]), None);
        let exact = (3_000_000u128 * 333_333 * 44_100 * 2 + 7_000_000) / 14_000_000;
        assert_eq!(u128::from(map.frame_of(3_000_000, 44_100)), exact);
    }

    #[test]
    fn timecode_runs_on_its_own() {
        let at = |frames_per_second, ticks_per_frame| {
            let division = Division::Timecode { frames_per_second, ticks_per_frame };
            TempoMap::new(&file(division, &[(0, 1)]), None)
        };
        assert_eq!(at(25, 40).frame_of(1000, 48_000), 48_000);
        assert_eq!(at(29, 100).frame_of(3000, 48_000), 48_048);
    }
}
