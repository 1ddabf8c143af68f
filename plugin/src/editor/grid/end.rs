//! The end of a track: where it is seen, and dragged.

use egui::{
    Align2, CornerRadius, Id, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};
use tresillo_pattern::document::Track;

use super::{Row, row_rect, slot_of, slot_rect, step_width};
use crate::editor::desk::Desk;
use crate::editor::fonts;
use crate::editor::layout::Layout;
use crate::editor::theme::Theme;

/// The chip behind the last step, where a track is shorter than what is seen.
fn chip_of(desk: &Desk, layout: &Layout, row: Rect, track: &Track) -> Option<Rect> {
    let end = slot_rect(desk, layout, row, track, track.steps.len());
    let is_seen = end.left() + 28.0 <= layout.grid.right() && end.left() >= layout.grid.left();
    let middle = slot_of(end).center().y;
    is_seen.then(|| Rect::from_min_size(pos2(end.left() + 6.0, middle - 8.0), vec2(20.0, 16.0)))
}

/// The chip is dragged for the length, a step for each width of a step.
pub(super) fn drag(ui: &Ui, layout: &Layout, desk: &mut Desk, row: usize) {
    let index = desk.first_row + row;
    let Some(track) = desk.tracks().get(index) else { return };
    let (width, length) = (step_width(track, layout), track.steps.len());
    let id = Id::unique(("end", index));
    let chip = chip_of(desk, layout, row_rect(layout.grid, layout, row), track);
    // While it is dragged it may leave what is seen.
    let Some(chip) = chip.or_else(|| ui.ctx().is_being_dragged(id).then_some(Rect::NOTHING)) else {
        return;
    };
    let response = ui.interact(chip.expand(3.0), id, Sense::drag());
    response.widget_info(|| {
        WidgetInfo::labeled(Role::Slider, true, format!("End of track {}", index + 1))
    });
    if response.hovered() || response.dragged_by(egui::PointerButton::Primary) {
        ui.ctx().set_cursor_icon(egui::CursorIcon::ResizeHorizontal);
    }
    if response.drag_started_by(egui::PointerButton::Primary) {
        desk.begin("Length");
    }
    if response.dragged_by(egui::PointerButton::Primary) {
        let moved =
            ui.data(|data| data.get_temp::<f32>(id)).unwrap_or(0.0) + response.drag_delta().x;
        let by = (moved / width).trunc();
        ui.data_mut(|data| data.insert_temp(id, moved - by * width));
        #[allow(clippy::cast_possible_truncation, reason = "a drag is small")]
        let to = i64::try_from(length).unwrap_or(1) + by as i64;
        if by != 0.0 {
            desk.set_length(index, to);
        }
    }
    if response.drag_stopped_by(egui::PointerButton::Primary) {
        if ui.input(|input| input.key_pressed(egui::Key::Escape)) {
            desk.cancel();
        }
        ui.data_mut(|data| data.remove::<f32>(id));
        desk.end();
    }
}

/// The end of a track that is shorter than what is seen, and dots behind it.
pub(super) fn draw(ui: &Ui, theme: &Theme, layout: &Layout, desk: &Desk, row: &Row<'_>) {
    let count = row.track.steps.len();
    let end = slot_rect(desk, layout, row.rect, row.track, count);
    let Some(chip) = chip_of(desk, layout, row.rect, row.track) else { return };
    let slot = slot_of(end);
    let line = Rect::from_min_size(pos2(end.left() - 1.0, slot.top()), vec2(3.0, slot.height()));
    ui.painter().rect_filled(line, 1.0, theme.track(row.index));
    ui.painter().rect_filled(chip, 3.0, theme.bg);
    ui.painter().rect_stroke(
        chip,
        CornerRadius::same(3),
        Stroke::new(1.0, theme.line),
        StrokeKind::Inside,
    );
    ui.painter().text(chip.center(), Align2::CENTER_CENTER, count, fonts::mono(10.5), theme.text2);
    for beyond in 1.. {
        let cell = slot_rect(desk, layout, row.rect, row.track, count + beyond);
        if cell.left() >= layout.grid.right() {
            break;
        }
        ui.painter().circle_filled(slot_of(cell).center(), 1.5, theme.line);
    }
}
