//! Where the view is among all tracks and steps, and a way to move it: two thin bars, seen only where something is hidden.

use egui::{Id, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::editor::desk::Desk;
use crate::editor::layout::Layout;
use crate::editor::theme::Theme;

/// How thick a bar is.
const THICKNESS: f32 = 3.0;

/// Draws the bars and takes what is done to them.
pub(crate) fn bars(ui: &Ui, theme: &Theme, layout: &Layout, desk: &mut Desk) {
    let (seen, count) = (layout.row_count(), desk.tracks().len());
    if count > seen {
        let track = Rect::from_min_max(
            pos2(layout.grid.right() - THICKNESS, layout.grid.top()),
            layout.grid.max,
        );
        let first =
            bar(ui, theme, track, ("Tracks that are seen", true), desk.first_row, seen, count);
        desk.first_row = first;
    }
    // Another pattern may have fewer tracks and steps.
    desk.scroll_rows(0, seen);
    let count = desk.column_count();
    if count > desk.view {
        // Below the rows, where there is a gap; in a small window on their edge.
        let top = if layout.is_small {
            layout.grid.bottom() - THICKNESS
        } else {
            layout.grid.bottom() + 2.0
        };
        let track = Rect::from_min_max(
            pos2(layout.grid.left() + 2.0, top),
            pos2(layout.grid.right() - 2.0, top + THICKNESS),
        );
        let said = ("Steps that are seen", false);
        desk.first_column = bar(ui, theme, track, said, desk.first_column, desk.view, count);
    }
    desk.scroll_columns(0);
}

/// One bar: the first of what is seen, when a hand has done with it.
fn bar(
    ui: &Ui,
    theme: &Theme,
    track: Rect,
    (name, is_upright): (&str, bool),
    first: usize,
    seen: usize,
    count: usize,
) -> usize {
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let share = |part: usize| part as f32 / count.max(1) as f32;
    let (from, to) = (share(first), share((first + seen).min(count)));
    let thumb = match is_upright {
        true => Rect::from_min_max(
            pos2(track.left(), track.top() + track.height() * from),
            pos2(track.right(), track.top() + track.height() * to),
        ),
        false => Rect::from_min_max(
            pos2(track.left() + track.width() * from, track.top()),
            pos2(track.left() + track.width() * to, track.bottom()),
        ),
    };
    // A hand needs more than the eye.
    let hand = if is_upright { vec2(3.0, 0.0) } else { vec2(0.0, 2.0) };
    let response = ui.interact(track.expand2(hand), Id::unique(name), Sense::drag());
    response.widget_info(|| {
        let words = format!("{name}: {} to {} of {count}", first + 1, (first + seen).min(count));
        WidgetInfo::labeled(Role::ScrollBar, true, words)
    });
    let is_lit = response.hovered() || response.dragged();
    ui.painter().rect_filled(track, 1.5, theme.slot);
    ui.painter().rect_filled(thumb, 1.5, if is_lit { theme.text } else { theme.text3 });
    let Some(at) = response.interact_pointer_pos().filter(|_| response.dragged()) else {
        return first;
    };
    let place = match is_upright {
        true => (at.y - track.top()) / track.height(),
        false => (at.x - track.left()) / track.width(),
    };
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "small"
    )]
    let middle = (place.clamp(0.0, 1.0) * count as f32) as usize;
    middle.saturating_sub(seen / 2).min(count.saturating_sub(seen))
}
