//! From the song of the file to the song.

use crate::document::{OutOfRange, Slot, Song, Unknown};
use crate::format::json::{ReadError, file};
use crate::format::{LimitExceeded, Place};
use crate::limits::{SLOT_BARS_MAX, SLOTS_MAX, TRACKS_MAX};
use crate::performance::{Mutes, PatternIndex};

/// The song of a project of `pattern_count` patterns.
pub(super) fn song(files: Vec<file::Slot>, pattern_count: usize) -> Result<Song, ReadError> {
    LimitExceeded::check(Place::DOCUMENT, "slots in the song", files.len(), SLOTS_MAX)?;
    let slots = (1..).zip(files).map(|(number, file)| slot(file, number, pattern_count));
    Ok(Song { slots: slots.collect::<Result<_, _>>()? })
}

fn slot(file: file::Slot, number: usize, pattern_count: usize) -> Result<Slot, ReadError> {
    let check = |what, value: i64, min: i64, max: i64| {
        if (min..=max).contains(&value) {
            return Ok(value);
        }
        #[allow(clippy::cast_precision_loss, reason = "only shown to a person")]
        let source = OutOfRange { what, value: value as f64, min: min as f64, max: max as f64 };
        Err(ReadError::Slot { number, source })
    };
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let pattern = check("pattern", file.pattern, 1, count(pattern_count))? - 1;
    let bars = check("number of bars", file.bars, 1, i64::from(SLOT_BARS_MAX))?;
    let transpose = check("transposition", file.transpose, -127, 127)?;
    let mut mutes = Mutes::NONE;
    for track in file.mutes {
        let track = check("muted track", track, 1, count(TRACKS_MAX))? - 1;
        mutes = mutes.with(usize::try_from(track).unwrap_or(0), true);
    }
    Ok(Slot {
        pattern: PatternIndex(u8::try_from(pattern).unwrap_or(0)),
        bars: u16::try_from(bars).unwrap_or(1),
        transpose: i8::try_from(transpose).unwrap_or(0),
        mutes,
        unknown: Unknown(file.unknown),
    })
}
