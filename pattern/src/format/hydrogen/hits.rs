//! The notes of an instrument in our terms.

use crate::document::{Key, Percent, Velocity};
use crate::format::Place;
use crate::format::hydrogen::TICKS;
use crate::format::hydrogen::file::Note;
use crate::format::hydrogen::lay::Hit;
use crate::format::hydrogen::read::{Sound, Warnings};

/// The notes of one instrument in their order, each once.
pub(super) fn hits(
    notes: &[&Note],
    sound: &Sound,
    late: i64,
    place: Place,
    warnings: &mut Warnings,
) -> Vec<Hit> {
    let mut ends: Vec<i64> =
        notes.iter().filter(|note| note.is_off).filter_map(|note| note.position).collect();
    ends.sort_unstable();
    let hit = |note: &&&Note| -> Option<Hit> {
        let position = note.position.filter(|_| !note.is_off)?;
        // The next end counts only for a note that has none of its own.
        let end = ends.get(ends.partition_point(|end| *end <= position));
        Some(Hit {
            position,
            shift: lead(note.leadlag) + if position % 24 == 12 { late } else { 0 },
            velocity: velocity(note.velocity),
            length: note.length.or(end.map(|end| end - position)),
            chance: chance(note.probability),
            key: moved(sound.key, note.semitones),
        })
    };
    let mut hits: Vec<Hit> = notes.iter().filter_map(|note| hit(&note)).collect();
    // Of several at once with one key the strongest stays; a MIDI key sounds once.
    let reversed = std::cmp::Reverse::<Velocity>;
    hits.sort_unstable_by_key(|hit| (hit.position, hit.shift, hit.key, reversed(hit.velocity)));
    let before = hits.len();
    hits.dedup_by_key(|hit| (hit.position, hit.shift, hit.key));
    let text = format!("notes of {} stand where it has another one and are left out", sound.name);
    warnings.count(place, before - hits.len(), &text);
    // Chords side by side.
    hits.sort_unstable();
    hits
}

/// A lead of -1 is five ticks early, a lag of 1 five late.
pub(super) fn lead(leadlag: f64) -> i64 {
    #[allow(clippy::cast_precision_loss, reason = "2100 is exact")]
    let most = (5 * TICKS) as f64;
    #[allow(clippy::cast_possible_truncation, reason = "clamped just before")]
    let ticks = (leadlag.clamp(-1.0, 1.0) * most).round() as i64;
    ticks
}

fn velocity(share: f64) -> Velocity {
    #[allow(clippy::cast_possible_truncation, reason = "a share needs no more than a float")]
    Velocity::from_share(share as f32)
}

fn chance(probability: f64) -> Percent {
    #[allow(clippy::cast_possible_truncation, reason = "clamped just before")]
    let percent = (probability * 100.0).round().clamp(0.0, 100.0) as i64;
    Percent::new(percent).unwrap_or_default()
}

/// A key moved by semitones, and back by octaves where it would leave MIDI's keys.
fn moved(key: Key, semitones: i64) -> Key {
    let mut moved = i64::from(key.get()) + semitones;
    if moved < 0 {
        moved = moved.rem_euclid(12);
    } else if moved > 127 {
        moved = 116 + (moved - 116).rem_euclid(12);
    }
    Key::new(moved).unwrap_or(key)
}
