//! The lane editor: one value of each step of the chosen track, as bars that are drawn with the pointer.

use egui::{Align2, Id, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use crate::editor::desk::Desk;
use crate::editor::fonts;
use crate::editor::grid::step_width;
use crate::editor::layout::Layout;
use crate::editor::sight::Sight;
use crate::editor::theme::Theme;
use crate::editor::tools::Lane;
use crate::editor::widgets::{Look, button, text};

/// The names of the lanes, each with a small picture of its values.
pub(crate) fn heads(ui: &Ui, theme: &Theme, layout: &Layout, desk: &mut Desk) {
    let area = layout.lane_heads;
    let track = desk.cursor.0;
    let bar = Rect::from_min_size(area.min, vec2(6.0, area.height()));
    ui.painter().rect_filled(bar, 0.0, theme.track(track));
    let name = desk.track().map_or(String::new(), |track| track.name.clone());
    let mut y = area.top() + 8.0;
    if !layout.is_small {
        text(
            ui,
            pos2(area.left() + 22.0, y + 10.0),
            Align2::LEFT_CENTER,
            name,
            fonts::bold(13.0),
            theme.text,
        );
        y += 26.0;
    }
    let row_height = if layout.is_small { 24.0 } else { 23.0 };
    for lane in Lane::ALL {
        let rect = Rect::from_min_size(
            pos2(area.left() + 14.0, y),
            vec2(area.width() - 22.0, row_height - 1.0),
        );
        if rect.bottom() > area.bottom() {
            break;
        }
        let is_chosen = desk.lane == lane;
        let response = ui.interact(rect, Id::unique(("lane", lane.name())), Sense::click());
        response.widget_info(|| {
            WidgetInfo::selected(Role::Button, true, is_chosen, format!("Lane {}", lane.name()))
        });
        if is_chosen || response.hovered() {
            ui.painter().rect_filled(rect, 4.0, theme.hi);
        }
        if response.clicked() {
            desk.lane = lane;
        }
        let ink = if is_chosen { theme.text } else { theme.text2 };
        text(
            ui,
            pos2(rect.left() + 8.0, rect.center().y),
            Align2::LEFT_CENTER,
            lane.name(),
            fonts::words(12.0),
            ink,
        );
        miniature(ui, theme, layout, desk, lane, rect);
        y += row_height;
    }
}

fn miniature(ui: &Ui, theme: &Theme, layout: &Layout, desk: &Desk, lane: Lane, rect: Rect) {
    let Some(track) = desk.track().filter(|_| !layout.is_small) else { return };
    let (low, high) = lane.range();
    let width = 80.0;
    let left = rect.right() - width - 8.0;
    let count = track.steps.len().clamp(1, 32);
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let pitch = width / count as f32;
    for (index, step) in track.steps.iter().take(count).enumerate().filter(|(_, step)| step.is_on) {
        let value = lane.get(step, track.step_size.ticks_ceil()).clamp(low, high);
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let share = (value - low) as f32 / (high - low) as f32;
        let height = (14.0 * share).max(1.5);
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let corner = pos2(left + pitch * index as f32, rect.center().y + 7.0 - height);
        let bar = Rect::from_min_size(corner, vec2((pitch - 1.0).max(1.0), height));
        ui.painter().rect_filled(bar, 0.0, theme.track(desk.cursor.0).gamma_multiply(0.8));
    }
}

/// The chart.
pub(crate) fn chart(ui: &mut Ui, theme: &Theme, layout: &Layout, desk: &mut Desk, sight: &Sight) {
    let area = layout.lane;
    ui.painter().hline(
        layout.lane_heads.left()..=area.right(),
        area.top() + 0.5,
        Stroke::new(1.0, theme.line),
    );
    let tools_height = if layout.is_small { 0.0 } else { 36.0 };
    if !layout.is_small {
        tools(ui, theme, area, desk);
    }
    let values_height = 20.0;
    let chart = Rect::from_min_max(
        pos2(area.left(), area.top() + tools_height + 4.0),
        pos2(area.right(), area.bottom() - values_height - 4.0),
    );
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(area));
    child.set_clip_rect(area);
    bars(&child, theme, layout, desk, sight, chart);
    act(&child, layout, desk, chart);
}

fn tools(ui: &Ui, theme: &Theme, area: Rect, desk: &mut Desk) {
    let row = Rect::from_min_size(area.min + vec2(0.0, 6.0), vec2(area.width(), 24.0));
    let mut x = row.left() + 2.0;
    let mut tool = |width: f32, words: &str, name: &str| {
        let rect = Rect::from_min_size(pos2(x, row.top()), vec2(width, 24.0));
        x += width + 4.0;
        button(ui, theme, rect, (words, name), fonts::words(12.0), Look::Rest).clicked()
    };
    let hits = desk.track().map_or(0, |track| track.steps.iter().filter(|step| step.is_on).count());
    let length = desk.track().map_or(1, |track| track.steps.len());
    if tool(24.0, "−", "One hit fewer, spread evenly") {
        desk.euclid(hits.saturating_sub(1), 0);
    }
    if tool(58.0, "Euclid", "Spread the hits evenly") {
        desk.euclid(hits, 0);
    }
    if tool(24.0, "+", "One hit more, spread evenly") {
        desk.euclid((hits + 1).min(length), 0);
    }
    if tool(28.0, "←", "Rotate left") {
        desk.replace_steps("Rotate", |steps| super::tools::rotated(steps, -1));
    }
    if tool(28.0, "→", "Rotate right") {
        desk.replace_steps("Rotate", |steps| super::tools::rotated(steps, 1));
    }
    if tool(64.0, "Reverse", "Reverse the steps") {
        desk.replace_steps("Reverse", super::tools::reversed);
    }
    if tool(60.0, "Double", "Double the length") {
        desk.replace_steps("Double", super::tools::doubled);
    }
    if tool(58.0, "Shorter", "One step fewer") {
        desk.replace_steps("Length", |steps| super::tools::with_length(steps, steps.len() - 1));
    }
    if tool(58.0, "Longer", "One step more") {
        desk.replace_steps("Length", |steps| super::tools::with_length(steps, steps.len() + 1));
    }
}

/// Where the bar of a step stands.
fn column(desk: &Desk, layout: &Layout, chart: Rect, step: usize) -> Option<Rect> {
    let width = step_width(desk.track()?, layout);
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let left = chart.left() + step as f32 * width - desk.first_column as f32 * layout.column;
    Some(Rect::from_min_size(pos2(left, chart.top()), vec2(width, chart.height())))
}

fn bars(ui: &Ui, theme: &Theme, layout: &Layout, desk: &Desk, sight: &Sight, chart: Rect) {
    let Some(track) = desk.track() else { return };
    let painter = ui.painter();
    let rule = Stroke::new(1.0, theme.line);
    for share in [0.0f32, 0.5, 1.0] {
        painter.hline(chart.x_range(), chart.bottom() - chart.height() * share, rule);
    }
    let (low, high) = desk.lane.range();
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let share_of = |value: i64| (value.clamp(low, high) - low) as f32 / (high - low) as f32;
    let base = if low < 0 { share_of(0) } else { 0.0 };
    let colour = theme.track(desk.cursor.0);
    let mut sounds = vec![false; track.steps.len()];
    let running = tresillo_pattern::running_step(
        &desk.project,
        &sight.performance,
        desk.cursor.0,
        sight.whole_tick(),
    );
    let cycle = running.map_or(0, |(step, _)| step.cycle);
    tresillo_pattern::foresee(&desk.project, &sight.performance, desk.cursor.0, cycle, |step| {
        sounds[step.step] |= step.sounds;
    });
    for (index, step) in track.steps.iter().enumerate() {
        let Some(cell) = column(desk, layout, chart, index) else { continue };
        if cell.right() < chart.left() || cell.left() > chart.right() {
            continue;
        }
        if sight.tick.is_some() && running.is_some_and(|(running, _)| running.step == index) {
            painter.rect_filled(cell.shrink2(vec2(2.0, 0.0)), 0.0, theme.slot);
        }
        if !step.is_on {
            continue;
        }
        let value = desk.lane.get(step, track.step_size.ticks_ceil());
        let share = share_of(value);
        let y = |share: f32| chart.bottom() - chart.height() * share;
        let (top, bottom) = (y(share.max(base)), y(share.min(base)).max(y(share.max(base)) + 3.0));
        let bar =
            Rect::from_min_max(pos2(cell.left() + 2.0, top), pos2(cell.right() - 2.0, bottom));
        let is_chosen = desk.selection.contains(&(desk.cursor.0, index)) || desk.cursor.1 == index;
        if sounds[index] {
            painter.rect_filled(bar, 2.0, if is_chosen { colour } else { theme.lane(colour) });
            let cap = Rect::from_min_size(
                pos2(bar.left(), y(share).min(bar.bottom() - 3.0)),
                vec2(bar.width(), 3.0),
            );
            painter.rect_filled(cap, 1.0, if is_chosen { theme.edge(colour) } else { colour });
        } else {
            let (fill, stroke) = theme.hollow(colour);
            painter.rect(bar, 2.0, fill, Stroke::new(1.25, stroke), StrokeKind::Inside);
        }
        if is_chosen {
            painter.rect_stroke(
                bar.expand(1.0),
                4.0,
                Stroke::new(2.0, theme.paper),
                StrokeKind::Inside,
            );
        }
        if cell.width() >= 30.0 {
            let words = desk.lane.text(value).replace(" %", "");
            let font = if is_chosen { fonts::mono_bold(10.5) } else { fonts::mono(10.5) };
            let ink = if is_chosen { theme.text } else { theme.text2 };
            painter.text(
                pos2(cell.center().x, chart.bottom() + 12.0),
                Align2::CENTER_CENTER,
                words,
                font,
                ink,
            );
        }
    }
}

/// The value at a height.
fn value_at(desk: &Desk, chart: Rect, at: Pos2) -> i64 {
    let (low, high) = desk.lane.range();
    let share = ((chart.bottom() - at.y) / chart.height()).clamp(0.0, 1.0);
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "small")]
    let value = low + (share * (high - low) as f32).round() as i64;
    value
}

fn act(ui: &Ui, layout: &Layout, desk: &mut Desk, chart: Rect) {
    let response = ui.interact(chart, Id::unique("lane chart"), Sense::click_and_drag());
    response.widget_info(|| {
        WidgetInfo::labeled(Role::Canvas, true, format!("Lane {}", desk.lane.name()))
    });
    if response.drag_started() {
        desk.begin(&format!("Draw {}", desk.lane.name().to_lowercase()));
    }
    let (now, before, origin, alt) = ui.input(|input| {
        let now = input.pointer.latest_pos();
        let before = now.map(|now| now - input.pointer.delta());
        (now, before, input.pointer.press_origin(), input.modifiers.alt)
    });
    if (response.dragged() || response.clicked())
        && let Some(to) = now
    {
        let from = if response.drag_started() { origin } else { before };
        let from = if response.clicked() { to } else { from.unwrap_or(to) };
        draw(desk, layout, chart, (from, to), alt);
    }
    if response.drag_stopped() && ui.input(|input| input.key_pressed(egui::Key::Escape)) {
        desk.cancel();
    }
    if response.drag_stopped() {
        desk.end();
    }
    if response.secondary_clicked() {
        let places = desk.chosen();
        desk.set_value(desk.lane, &places, desk.lane.default_value());
    }
}

/// Sets the steps that a stroke passes, each to the height at which it passes; with `alt` all that are chosen to one value.
fn draw(desk: &mut Desk, layout: &Layout, chart: Rect, (from, to): (Pos2, Pos2), alt: bool) {
    let count = desk.track().map_or(0, |track| track.steps.len());
    let (left, right) = (from.x.min(to.x), from.x.max(to.x));
    for step in 0..count {
        let Some(cell) = column(desk, layout, chart, step) else { return };
        if cell.right() <= left || cell.left() > right {
            continue;
        }
        let place = (desk.cursor.0, step);
        if !desk.step(place).is_some_and(|step| step.is_on) {
            continue;
        }
        // Where the stroke is in the middle of the step, or at the end of it that lies inside.
        let x = cell.center().x.clamp(left, right);
        let share = if right > left { (x - from.x) / (to.x - from.x) } else { 1.0 };
        let value = value_at(desk, chart, pos2(x, from.y + (to.y - from.y) * share));
        let places = if alt { desk.chosen() } else { vec![place] };
        desk.cursor = place;
        desk.set_value(desk.lane, &places, value);
    }
}
