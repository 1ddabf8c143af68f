//! Which slots of the song sound in a window.

use crate::document::Project;
use crate::performance::Performance;
use crate::play::context::Stay;
use crate::time::{Tick, Ticks, Window};

/// Visits every slot that could sound in `window`: with its performance, from where to where it plays, and the part of the
/// window in which it may sound.
///
/// A shift may take an onset out of its slot, but no further than through the slot before or behind: so the slots to look
/// at are known by their place alone, and windows tile.
pub(super) fn each_slot<'a>(
    project: &'a Project,
    performance: &Performance,
    window: Window,
    mut visit: impl FnMut(&Performance, Stay<'a>, Window),
) {
    let slots = &project.song.slots;
    let length_of = |index: Option<usize>| {
        let slot = index.and_then(|index| slots.get(index));
        slot.map_or(Ticks(0), |slot| slot.length_ticks(project.metre))
    };
    let mut start = Tick::ZERO;
    for (index, slot) in slots.iter().enumerate() {
        let end = start + length_of(Some(index));
        // Before the first slot lies what its early notes need; so does behind the last what its late ones do.
        let before =
            if index == 0 { Tick(i64::MIN) } else { start - length_of(index.checked_sub(1)) };
        let is_last = index + 1 == slots.len();
        let after = if is_last { Tick(i64::MAX) } else { end + length_of(Some(index + 1)) };
        let part = Window { start: window.start.max(before), end: window.end.min(after) };
        if !part.is_empty() {
            let slot_performance = Performance {
                pattern: slot.pattern,
                mutes: performance.mutes.union(slot.mutes),
                transpose: performance.transpose.saturating_add(slot.transpose),
                ..*performance
            };
            let origin = start - Tick::ZERO;
            let extent = Window { start: Tick::ZERO, end: Tick::ZERO + (end - start) };
            let after = slots.get(index + 1).and_then(|slot| {
                let pattern = project.patterns.get(usize::from(slot.pattern.0))?;
                Some((pattern, performance.mutes.union(slot.mutes)))
            });
            visit(&slot_performance, Stay { origin, extent, after }, part);
        }
        start = end;
    }
}
