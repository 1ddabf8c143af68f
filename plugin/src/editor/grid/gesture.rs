//! What the pointer does to the steps.

use egui::{Id, Pos2, Sense, Ui, pos2};

use super::{note_width, row_rect, slot_rect, step_width};
use crate::editor::desk::{Desk, Place};
use crate::editor::layout::Layout;
use crate::editor::number::notches;
use crate::editor::tools::Lane;

/// How far the pointer goes before a drag has a direction.
const AXIS_POINTS: f32 = 4.0;

/// What a drag does, once its direction is known.
#[derive(Clone, Debug)]
pub(crate) enum Drag {
    /// It has not gone far yet.
    Undecided { from: Pos2, place: Place, on_edge: bool },
    /// Steps are set, or cleared.
    Paint { is_on: bool, track: usize, last: usize },
    /// Steps are taken along, to be copied so many rows and steps further.
    Copy { from: Place, places: Vec<Place>, by: (i64, i64) },
    /// A value follows the pointer, from what it was.
    Value { lane: Lane, from: Pos2, before: Vec<(Place, i64)>, is_sideways: bool },
}

/// The step under the pointer, and whether the pointer is on the right edge of its note.
fn hit(desk: &Desk, layout: &Layout, at: Pos2) -> Option<(Place, bool)> {
    if !layout.grid.contains(at) {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in the grid")]
    let row = ((at.y - layout.grid.top()) / layout.row_height) as usize;
    let index = desk.first_row + row;
    let track = desk.tracks().get(index)?;
    let width = step_width(track, layout);
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let x = at.x - layout.grid.left() + desk.first_column as f32 * layout.column;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in the grid")]
    let step = (x / width) as usize;
    let found = track.steps.get(step)?;
    let slot = slot_rect(desk, layout, row_rect(layout.grid, layout, row), track, step);
    let end = slot.left() + 2.0 + (note_width(found, width) - 4.0).max(6.0);
    let on_edge = found.is_on && (at.x - end).abs() <= 4.0 && width >= 24.0;
    Some(((index, step), on_edge))
}

/// What the pointer does.
pub(super) fn act(ui: &Ui, layout: &Layout, desk: &mut Desk, drag: &mut Option<Drag>) {
    let response = ui.interact(layout.grid, Id::unique("grid"), Sense::click_and_drag());
    let (modifiers, pointer, origin) = ui
        .input(|input| (input.modifiers, input.pointer.latest_pos(), input.pointer.press_origin()));
    if response.clicked()
        && let Some((place, _)) = pointer.and_then(|at| hit(desk, layout, at))
    {
        click(desk, place, modifiers);
    }
    if response.secondary_clicked()
        && let Some((place, _)) = pointer.and_then(|at| hit(desk, layout, at))
    {
        desk.cursor = place;
        desk.open_step();
    }
    if response.drag_started_by(egui::PointerButton::Primary)
        && let Some(from) = origin
        && let Some((place, on_edge)) = hit(desk, layout, from)
    {
        desk.cursor = place;
        *drag = Some(Drag::Undecided { from, place, on_edge });
    }
    if response.dragged_by(egui::PointerButton::Primary)
        && let Some(at) = pointer
        && let Some(now) = drag.take()
    {
        *drag = Some(go_on(desk, layout, now, at, modifiers));
    }
    // egui ends a drag on Escape by itself; so this is asked first.
    if drag.is_some() && ui.input(|input| input.key_pressed(egui::Key::Escape)) {
        *drag = None;
        desk.cancel();
    }
    if response.drag_stopped_by(egui::PointerButton::Primary) {
        match drag.take() {
            Some(Drag::Copy { places, by, .. }) if by != (0, 0) => desk.copy_by(&places, by),
            Some(_) => desk.end(),
            None => {}
        }
    }
    pan(ui, layout, desk, &response);
    focus_of(ui, &response);
    if response.hovered() {
        scroll(ui, layout, desk, pointer, modifiers);
    }
}

fn click(desk: &mut Desk, place: Place, modifiers: egui::Modifiers) {
    if modifiers.command {
        if !desk.selection.remove(&place) {
            desk.selection.insert(place);
        }
    } else if modifiers.shift {
        let (from, to) = (desk.cursor, place);
        for track in from.0.min(to.0)..=from.0.max(to.0) {
            for step in from.1.min(to.1)..=from.1.max(to.1) {
                if desk.step((track, step)).is_some() {
                    desk.selection.insert((track, step));
                }
            }
        }
    } else {
        desk.selection.clear();
        let is_on = desk.step(place).is_some_and(|step| step.is_on);
        desk.set_on(&[place], !is_on);
        if !is_on {
            desk.audition(place);
        }
    }
    desk.cursor = place;
}

/// A drag with the middle button moves what is seen.
fn pan(ui: &Ui, layout: &Layout, desk: &mut Desk, response: &egui::Response) {
    let is_middle = ui.input(|input| input.pointer.middle_down());
    if !is_middle || !response.contains_pointer() {
        return;
    }
    let moved = ui.input(|input| input.pointer.delta());
    let id = response.id.with("panned");
    let rest = ui.data(|data| data.get_temp::<egui::Vec2>(id)).unwrap_or_default() + moved;
    let (columns, rows) = ((rest.x / layout.column).trunc(), (rest.y / layout.row_height).trunc());
    let left = rest - egui::vec2(columns * layout.column, rows * layout.row_height);
    ui.data_mut(|data| data.insert_temp(id, left));
    #[allow(clippy::cast_possible_truncation, reason = "a drag is small")]
    let (columns, rows) = (columns as i64, rows as i64);
    desk.scroll_columns(-columns);
    desk.scroll_rows(-rows, layout.row_count());
}

/// With the focus the arrows move the cursor, and not the focus.
fn focus_of(ui: &Ui, response: &egui::Response) {
    if response.has_focus() {
        let filter = egui::EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            ..Default::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    }
}

/// The places that a drag on one changes: all that are selected, if it is one of them.
fn dragged(desk: &Desk, place: Place) -> Vec<Place> {
    if desk.selection.contains(&place) {
        desk.selection.iter().copied().collect()
    } else {
        vec![place]
    }
}

fn go_on(
    desk: &mut Desk,
    layout: &Layout,
    drag: Drag,
    at: Pos2,
    modifiers: egui::Modifiers,
) -> Drag {
    match drag {
        Drag::Undecided { from, place, on_edge } => {
            let moved = at - from;
            if moved.length() < AXIS_POINTS {
                return drag;
            }
            let is_on = desk.step(place).is_some_and(|step| step.is_on);
            let is_sideways = moved.x.abs() >= moved.y.abs();
            if is_on && modifiers.command {
                let places = dragged(desk, place);
                return go_on(
                    desk,
                    layout,
                    Drag::Copy { from: place, places, by: (0, 0) },
                    at,
                    modifiers,
                );
            }
            let lane = match () {
                () if is_on && modifiers.alt => Some(Lane::Micro),
                () if is_on && on_edge && is_sideways => Some(Lane::Gate),
                () if is_on && !is_sideways => Some(Lane::Velocity),
                () => None,
            };
            let Some(lane) = lane else {
                desk.begin(if is_on { "Clear steps" } else { "Paint steps" });
                paint(desk, place.0, place.1, place.1, !is_on);
                let drag = Drag::Paint { is_on: !is_on, track: place.0, last: place.1 };
                return go_on(desk, layout, drag, at, modifiers);
            };
            let before = dragged(desk, place)
                .into_iter()
                .filter_map(|place| {
                    let ticks = desk.tracks().get(place.0)?.step_size.ticks_ceil();
                    Some((place, lane.get(desk.step(place)?, ticks)))
                })
                .collect();
            desk.begin(&format!("{} of steps", lane.name()));
            Drag::Value { lane, from, before, is_sideways: lane != Lane::Velocity }
        }
        Drag::Paint { is_on, track, last } => {
            let inside = pos2(
                at.x.clamp(layout.grid.left(), layout.grid.right() - 1.0),
                row_rect(layout.grid, layout, track.saturating_sub(desk.first_row)).center().y,
            );
            let Some(((_, step), _)) = hit(desk, layout, inside) else { return drag };
            if step != last {
                paint(desk, track, last, step, is_on);
            }
            Drag::Paint { is_on, track, last: step }
        }
        Drag::Copy { from, places, .. } => {
            let area = layout.grid.shrink(1.0);
            let by = hit(desk, layout, area.clamp(at)).map_or((0, 0), |((track, step), _)| {
                let far = |to: usize, from: usize| {
                    i64::try_from(to).unwrap_or(0) - i64::try_from(from).unwrap_or(0)
                };
                (far(track, from.0), far(step, from.1))
            });
            Drag::Copy { from, places, by }
        }
        Drag::Value { lane, from, ref before, is_sideways } => {
            let fine = if modifiers.shift { 0.1 } else { 1.0 };
            let (low, high) = lane.range();
            let points = if is_sideways {
                let width = desk
                    .tracks()
                    .get(desk.cursor.0)
                    .map_or(44.0, |track| step_width(track, layout));
                (at.x - from.x) / width * 100.0
            } else {
                #[allow(clippy::cast_precision_loss, reason = "small")]
                let per_point = (high - low) as f32 / 100.0;
                (from.y - at.y) * per_point
            };
            #[allow(clippy::cast_possible_truncation, reason = "a window is small")]
            let by = (points * fine).round() as i64;
            let values = before.iter().map(|(place, value)| (*place, value + by)).collect();
            desk.set_values(lane, values);
            drag
        }
    }
}

/// Sets or clears the steps from one to another.
fn paint(desk: &mut Desk, track: usize, from: usize, to: usize, is_on: bool) {
    let places: Vec<Place> = (from.min(to)..=from.max(to)).map(|step| (track, step)).collect();
    desk.set_on(&places, is_on);
    desk.cursor = (track, to);
}

/// The wheel: velocity over a note, else the view.
fn scroll(
    ui: &Ui,
    layout: &Layout,
    desk: &mut Desk,
    pointer: Option<Pos2>,
    modifiers: egui::Modifiers,
) {
    let moved = notches(ui);
    if moved == egui::Vec2::ZERO {
        return;
    }
    let over = pointer.and_then(|at| hit(desk, layout, at)).map(|(place, _)| place);
    if let Some(place) = over.filter(|place| desk.step(*place).is_some_and(|step| step.is_on)) {
        let by = if modifiers.shift { 1 } else { 4 };
        let up = moved.y + moved.x;
        desk.move_value(Lane::Velocity, &[place], if up > 0.0 { by } else { -by });
        return;
    }
    let sideways = if modifiers.shift { moved.y + moved.x } else { moved.x };
    if sideways != 0.0 {
        desk.scroll_columns(if sideways > 0.0 { -4 } else { 4 });
        return;
    }
    let by = match moved.y {
        y if y < 0.0 => 1,
        y if y > 0.0 => -1,
        _ => 0,
    };
    desk.scroll_rows(by, layout.row_count());
}
