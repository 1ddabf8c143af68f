//! A long part as patterns in turn.

use crate::document::{Pattern, Slot, Song, Unknown};
use crate::limits::{PATTERNS_MAX, SLOT_BARS_MAX, SLOTS_MAX};
use crate::performance::{Mutes, PatternIndex};
use crate::smf::import::extent::{Bars, Sections};
use crate::smf::import::lay::{Grid, Laid};
use crate::smf::import::voices::Voice;
use crate::smf::import::{ImportError, pattern};

/// A pattern for each section that is not there already, and the slots that play them.
///
/// A pattern of the import has no dice, no swing and no ties, and its notes are longer than their slot where they were.
/// So one slot over several passes sounds as a slot for each, and a section that is the beginning of a longer one is
/// played by that.
///
/// # Errors
/// [`ImportError::TooManyPatterns`] and [`ImportError::TooManySlots`].
pub(super) fn song(
    laid: &[(Voice, Laid)],
    grid: Grid,
    sections: Sections,
) -> Result<(Vec<Pattern>, Song), ImportError> {
    let mut distinct: Vec<(i64, Bars)> = Vec::new();
    let mut slots: Vec<Slot> = Vec::new();
    let mut before = None;
    for (start, section) in sections.each(grid.step_size) {
        let is_same = |index: &usize| {
            distinct.get(*index).is_some_and(|(other, length)| {
                length.steps >= section.steps
                    && laid.iter().all(|(_, laid)| laid.is_same(*other, start, section.steps))
            })
        };
        // What was played just now is the likeliest to be played again.
        let known = before.into_iter().chain(0..distinct.len()).find(is_same);
        let index = known.unwrap_or(distinct.len());
        if known.is_none() {
            if distinct.len() == PATTERNS_MAX {
                return Err(ImportError::TooManyPatterns {
                    bars: sections.bar_count(),
                    section_bars: sections.section_bars(),
                    max: PATTERNS_MAX,
                });
            }
            distinct.push((start, section));
        }
        let bars = u16::try_from(section.bars).unwrap_or(SLOT_BARS_MAX);
        match slots.last_mut().filter(|slot| slot.bars + bars <= SLOT_BARS_MAX) {
            Some(last) if before == Some(index) => last.bars += bars,
            _ => slots.push(Slot {
                pattern: PatternIndex(u8::try_from(index).unwrap_or(u8::MAX)),
                bars,
                transpose: 0,
                mutes: Mutes::NONE,
                unknown: Unknown::default(),
            }),
        }
        before = Some(index);
    }
    if slots.len() > SLOTS_MAX {
        let bars = sections.bar_count();
        return Err(ImportError::TooManySlots { bars, slots: slots.len(), max: SLOTS_MAX });
    }
    let patterns = distinct.into_iter().enumerate().map(|(index, (start, section))| {
        let pattern = pattern(laid, grid, start..start + section.steps);
        Pattern { name: letters(index), ..pattern }
    });
    Ok((patterns.collect(), Song { slots }))
}

/// `A` to `Z`, then `AA`, `AB` and so on.
fn letters(index: usize) -> String {
    let letter = |index: usize| char::from(b'A' + u8::try_from(index % 26).unwrap_or(0));
    match index / 26 {
        0 => letter(index).to_string(),
        before => format!("{}{}", letter(before - 1), letter(index)),
    }
}

#[cfg(test)]
mod tests;
