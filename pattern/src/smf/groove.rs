//! A groove taken from a MIDI file: where its player puts the places of a bar.

use crate::document::{Groove, OutOfRange, StepSize};
use crate::smf::import::{Clock, nearest};
use crate::smf::{MidiFile, MidiMessage, Voice};
use crate::time::{Tick, Ticks, mul_div_round};

/// Why no groove can be taken from a file.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GrooveError {
    /// There is nothing to measure.
    #[error("no note begins in the file, so it has no groove")]
    NoNotes,
    /// A groove of so many places there is not.
    #[error(transparent)]
    Value(#[from] OutOfRange),
}

/// The groove of a file on a grid of `unit`, `place_count` places long (1 to 128); all tracks together.
///
/// An onset belongs to the nearest place of the grid. The offset of a place is the mean of its onsets' distances, halves
/// up; a place on which no note begins lies on a straight line between its neighbours that have one.
///
/// # Errors
/// [`GrooveError`] where there is no note, or no groove of that size.
pub fn groove(file: &MidiFile, unit: StepSize, place_count: usize) -> Result<Groove, GrooveError> {
    Groove::check_place_count(place_count)?;
    let clock = Clock::new(file.division);
    let mut sums = vec![(0i64, 0i64); place_count];
    let half = Groove::offset_max(unit);
    let events = file.tracks.iter().flat_map(|track| &track.events);
    for event in events {
        if !matches!(event.message, MidiMessage::Voice { message: Voice::NoteOn { .. }, .. }) {
            continue;
        }
        let onset = clock.tick(event.tick);
        let place = nearest(unit, onset);
        let offset = (Tick(onset) - unit.tick_of(place)).0.clamp(-half, half);
        let index = usize::try_from(place).unwrap_or(0) % place_count;
        if let Some((sum, count)) = sums.get_mut(index) {
            *sum = sum.saturating_add(offset);
            *count += 1;
        }
    }
    let known: Vec<(usize, i64)> = sums
        .iter()
        .enumerate()
        .filter(|(_, (_, count))| *count > 0)
        .map(|(place, (sum, count))| (place, mul_div_round(*sum, 1, *count)))
        .collect();
    if known.is_empty() {
        return Err(GrooveError::NoNotes);
    }
    let offsets = (0..place_count).map(|place| Ticks(between(&known, place, place_count)));
    Ok(Groove::new(unit, offsets.collect())?)
}

/// The offset at a place: its own, or on the line between its neighbours, around the end.
fn between(known: &[(usize, i64)], place: usize, place_count: usize) -> i64 {
    let next_index = known.partition_point(|(at, _)| *at < place);
    let (first, last) = (known.first().copied(), known.last().copied());
    let next =
        known.get(next_index).copied().or(first.map(|(at, offset)| (at + place_count, offset)));
    let Some((next_at, next_offset)) = next else { return 0 };
    if next_at == place {
        return next_offset;
    }
    let before = next_index.checked_sub(1).and_then(|index| known.get(index)).copied();
    let signed = |at: usize| i64::try_from(at).unwrap_or(0);
    let (before_at, before_offset) = match (before, last) {
        (Some((at, offset)), _) => (signed(at), offset),
        (None, Some((at, offset))) => (signed(at) - signed(place_count), offset),
        (None, None) => return 0,
    };
    let span = (signed(next_at) - before_at).max(1);
    before_offset + mul_div_round(signed(place) - before_at, next_offset - before_offset, span)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::notation;
    use crate::performance::Performance;
    use crate::smf::{self, FileDivision, Print, print};

    fn file(text: &str, cycles: u32) -> MidiFile {
        let (project, _) = notation::read(text).unwrap();
        let neutral = Performance::default();
        let printed = print(&project, &neutral, Print::cycles(&project, &neutral, cycles));
        let bytes = smf::write(&project, &neutral, &printed, Tick::ZERO, FileDivision::default());
        smf::read(&bytes).unwrap().0
    }

    fn offsets(text: &str, cycles: u32, count: usize) -> Vec<i64> {
        let groove = groove(&file(text, cycles), StepSize::SIXTEENTH, count).unwrap();
        groove.offsets().iter().map(|offset| offset.0).collect()
    }

    #[test]
    fn the_offset_of_a_place_is_the_mean_of_its_onsets() {
        assert_eq!(offsets("hat: x x>300 x<200 x>100", 1, 4), [0, 300, -200, 100]);
        // Two tracks, and two bars of one place.
        assert_eq!(offsets("hat: x x>300\nkick: x>100 x>200", 3, 2), [50, 250]);
        assert_eq!(offsets("hat: x>10 x>100 x>30 x>300", 1, 2), [20, 200]);
    }

    #[test]
    fn a_place_without_notes_lies_between_its_neighbours() {
        assert_eq!(
            offsets("hat: x . . . x>400 . . .", 1, 8),
            [0, 100, 200, 300, 400, 300, 200, 100]
        );
        assert_eq!(offsets("hat: . . x>200 .", 1, 4), [200; 4]);
    }

    #[test]
    fn what_has_no_notes_has_no_groove() {
        let error = groove(&file("hat: . .", 1), StepSize::SIXTEENTH, 4).unwrap_err();
        assert_eq!(error, GrooveError::NoNotes);
        let error = groove(&file("hat: x", 1), StepSize::SIXTEENTH, 129).unwrap_err().to_string();
        assert_eq!(error, "number of places in a groove 129 is outside 1 to 128");
    }
}
