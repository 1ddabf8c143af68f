//! The steps: how they are drawn, and what the pointer does to them.

mod end;
mod gesture;

use egui::{Align2, Id, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};
use tresillo_pattern::document::{Articulation, Rule, Step, StepSize, Track};
use tresillo_pattern::{Foreseen, PPQ, foresee, running_step};

use crate::editor::desk::Desk;
use crate::editor::fonts;
use crate::editor::layout::Layout;
use crate::editor::sight::Sight;
use crate::editor::theme::Theme;
use crate::editor::tools::key_name;

pub(crate) use gesture::Drag;

/// Ticks of a column: a sixteenth.
#[allow(clippy::cast_precision_loss, reason = "small")]
pub(crate) const COLUMN_TICKS: f32 = (PPQ / 4) as f32;

/// How wide a step is.
pub(crate) fn step_width(track: &Track, layout: &Layout) -> f32 {
    width_of(track.step_size, layout)
}

/// How wide a step of a size is.
pub(crate) fn width_of(size: StepSize, layout: &Layout) -> f32 {
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let ticks = size.ticks_ceil() as f32;
    ticks / COLUMN_TICKS * layout.column
}

/// Where a row is.
pub(crate) fn row_rect(area: Rect, layout: &Layout, row: usize) -> Rect {
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let top = area.top() + row as f32 * layout.row_height;
    Rect::from_min_size(pos2(area.left(), top), vec2(area.width(), layout.row_height))
}

/// Where a step stands.
fn slot_rect(desk: &Desk, layout: &Layout, row: Rect, track: &Track, step: usize) -> Rect {
    let width = step_width(track, layout);
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let left = row.left() + step as f32 * width - desk.first_column as f32 * layout.column;
    Rect::from_min_size(pos2(left, row.top()), vec2(width, row.height()))
}

/// How long a note is drawn.
fn note_width(step: &Step, width: f32) -> f32 {
    match step.articulation {
        Articulation::Gate => width * f32::from(step.gate.percent()) / 100.0,
        Articulation::Tie | Articulation::Slide => width,
    }
}

/// Draws all rows and takes what the pointer does.
pub(crate) fn show(
    ui: &mut Ui,
    theme: &Theme,
    layout: &Layout,
    desk: &mut Desk,
    sight: &Sight,
    drag: &mut Option<Drag>,
) {
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(layout.grid));
    child.set_clip_rect(layout.grid);
    let rows = layout.row_count().min(desk.tracks().len().saturating_sub(desk.first_row));
    for place in 0..rows {
        let (row, _) = row_of(layout, desk, sight, place);
        if row.index == desk.cursor.0 {
            child.painter().rect_filled(row.rect, 0.0, theme.panel);
        }
        draw_row(&child, theme, layout, desk, &row, layout.grid);
        for step in 0..row.track.steps.len() {
            let cell = slot_rect(desk, layout, row.rect, row.track, step);
            if cell.right() > layout.grid.left() && cell.left() < layout.grid.right() {
                name(&child, &row, step, cell);
            }
        }
    }
    gesture::act(&child, layout, desk, drag);
    for row in 0..rows {
        end::drag(&child, layout, desk, row);
    }
    if let Some(Drag::Copy { places, by, .. }) = drag {
        draw_carried(&child, theme, layout, desk, places, *by);
    }
}

/// Where steps would be copied to: dashed outlines.
fn draw_carried(
    ui: &Ui,
    theme: &Theme,
    layout: &Layout,
    desk: &Desk,
    places: &[crate::editor::desk::Place],
    (rows, steps): (i64, i64),
) {
    let moved = |value: usize, by: i64| usize::try_from(i64::try_from(value).ok()? + by).ok();
    for place in places {
        let Some((track, step)) = moved(place.0, rows).zip(moved(place.1, steps)) else { continue };
        let Some(row) = track.checked_sub(desk.first_row) else { continue };
        let Some(found) = desk.tracks().get(track).filter(|found| step < found.steps.len()) else {
            continue;
        };
        let cell = slot_rect(desk, layout, row_rect(layout.grid, layout, row), found, step);
        let slot = slot_of(cell);
        let corners = [
            slot.left_top(),
            slot.right_top(),
            slot.right_bottom(),
            slot.left_bottom(),
            slot.left_top(),
        ];
        let dashes = egui::Shape::dashed_line(&corners, Stroke::new(2.0, theme.text2), 5.0, 4.0);
        ui.painter().extend(dashes);
    }
}

/// What a row needs for all of its steps.
struct Row<'a> {
    index: usize,
    track: &'a Track,
    rect: Rect,
    /// Whether each step sounds in this pass, if it is on.
    sounds: Vec<bool>,
    running: Option<(Foreseen, f64)>,
    is_muted: bool,
    /// The lowest and the highest key.
    keys: (u8, u8),
}

/// What there is to know of a row, and where its track is.
fn row_of<'a>(
    layout: &Layout,
    desk: &'a Desk,
    sight: &Sight,
    row: usize,
) -> (Row<'a>, Option<(Foreseen, f64)>) {
    let index = desk.first_row + row;
    let track = &desk.tracks()[index];
    let performance = &sight.performance;
    let running = running_step(&desk.project, performance, index, sight.whole_tick());
    let cycle = running.map_or(0, |(step, _)| step.cycle);
    let mut sounds = vec![false; track.steps.len()];
    foresee(&desk.project, performance, index, cycle, |step| sounds[step.step] |= step.sounds);
    let keys = track.steps.iter().flat_map(|step| step.keys.iter()).map(|key| key.get());
    let keys: Vec<u8> = keys.collect();
    let keys = (keys.iter().min().copied().unwrap_or(60), keys.iter().max().copied().unwrap_or(60));
    let row = Row {
        index,
        track,
        rect: row_rect(layout.grid, layout, row),
        sounds,
        running: None,
        is_muted: performance.is_muted(index),
        keys,
    };
    (row, running.filter(|_| sight.tick.is_some()))
}

/// The pass that each row is in: what is hollow depends on it.
pub(crate) fn passes(layout: &Layout, desk: &Desk, sight: &Sight) -> Vec<i64> {
    let rows = layout.row_count().min(desk.tracks().len().saturating_sub(desk.first_row));
    let pass = |track| {
        let tick = sight.whole_tick();
        let running = running_step(&desk.project, &sight.performance, track, tick);
        running.map_or(0, |(step, _)| step.cycle)
    };
    // That of the cursor counts for the lane and the inspector, also where its row is not seen.
    (desk.first_row..desk.first_row + rows).chain([desk.cursor.0]).map(pass).collect()
}

/// Draws what moves in the rows: the slot that runs, its note, the playhead.
pub(crate) fn moving(ui: &mut Ui, theme: &Theme, layout: &Layout, desk: &Desk, sight: &Sight) {
    let rows = layout.row_count().min(desk.tracks().len().saturating_sub(desk.first_row));
    for place in 0..rows {
        let (mut row, running) = row_of(layout, desk, sight, place);
        let Some((running, share)) = running else { continue };
        row.running = Some((running, share));
        let cell = slot_rect(desk, layout, row.rect, row.track, running.step);
        let Some(step) = row.track.steps.get(running.step) else { continue };
        // The note that sounds is bright as far as it goes, and the playhead is as wide as it is.
        let micro = step.micro_timing.0.abs();
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let micro = micro as f32 / row.track.step_size.ticks_ceil() as f32 * cell.width();
        let reach = if step.is_on {
            note_width(step, cell.width()).max(cell.width())
        } else {
            cell.width()
        };
        let clip = Rect::from_x_y_ranges(
            cell.left() - 3.0 - micro..=cell.left() + reach + micro + 3.0,
            row.rect.y_range(),
        );
        let mut child = ui.new_child(egui::UiBuilder::new().max_rect(layout.grid));
        child.set_clip_rect(clip.intersect(layout.grid));
        let ground = if row.index == desk.cursor.0 { theme.panel } else { theme.bg };
        child.painter().rect_filled(clip, 0.0, ground);
        draw_row(&child, theme, layout, desk, &row, clip);
    }
}

/// Draws the steps of a row that lie in a stretch of it.
fn draw_row(ui: &Ui, theme: &Theme, layout: &Layout, desk: &Desk, row: &Row<'_>, stretch: Rect) {
    let (index, track) = (row.index, row.track);
    let seen: Vec<(usize, Rect)> = (0..track.steps.len())
        .map(|step| (step, slot_rect(desk, layout, row.rect, track, step)))
        .filter(|(_, rect)| rect.right() > layout.grid.left() && rect.left() < layout.grid.right())
        .collect();
    let is_in = |rect: &Rect| rect.right() > stretch.left() && rect.left() < stretch.right();
    let seen_here = || seen.iter().copied().filter(|(_, rect)| is_in(rect));
    for (step, rect) in seen_here() {
        draw_slot(ui, theme, layout, desk, row, step, rect);
    }
    for &(step, rect) in &seen {
        let of_step = &track.steps[step];
        // A note may come from far, and lie a step off its place.
        let reach = note_width(of_step, rect.width()) + 2.0 * rect.width();
        let note =
            Rect::from_x_y_ranges(rect.left() - rect.width()..=rect.left() + reach, rect.y_range());
        if of_step.is_on && is_in(&note) {
            draw_note(ui, theme, row, step, rect);
        }
    }
    draw_playhead(ui, theme, layout, desk, row);
    for (step, rect) in seen_here() {
        draw_badges(ui, theme, layout, row, step, rect);
        let place = (index, step);
        if desk.selection.contains(&place) {
            let outline = slot_of(rect);
            ui.painter().rect_stroke(
                outline.expand(1.0),
                6.0,
                Stroke::new(2.0, theme.paper),
                StrokeKind::Inside,
            );
        }
        if desk.cursor == place {
            // Its corners are the grid's focus: they are dim while another control has the keys.
            let has_keys = !crate::editor::keys::is_on_control(ui);
            let colour = if has_keys { theme.paper } else { theme.text3 };
            draw_cursor(ui, colour, slot_of(rect));
        }
    }
    end::draw(ui, theme, layout, desk, row);
}

/// The visible part of a step's cell.
fn slot_of(cell: Rect) -> Rect {
    Rect::from_min_size(cell.min + vec2(2.0, 3.0), cell.size() - vec2(4.0, 8.0))
}

fn draw_slot(
    ui: &Ui,
    theme: &Theme,
    layout: &Layout,
    desk: &Desk,
    row: &Row<'_>,
    step: usize,
    cell: Rect,
) {
    let slot = slot_of(cell);
    let width = step_width(row.track, layout);
    // Groups are counted in sixteenths, whatever the step size.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "small"
    )]
    let sixteenth = (step as f32 * width / layout.column).round() as usize;
    let begins_group = desk.choices.begins_group(sixteenth);
    let is_running = row.running.is_some_and(|(running, _)| running.step == step);
    let fill = match () {
        () if is_running => theme.hi,
        () if begins_group => theme.head,
        () => theme.slot,
    };
    ui.painter().rect_filled(slot, 4.0, fill);
    if !theme.is_dark {
        ui.painter().rect_stroke(slot, 4.0, Stroke::new(1.0, theme.line), StrokeKind::Inside);
    }
}

/// Where the bodies of notes lie: below the strip of the badges.
fn body_area(row: &Row<'_>, cell: Rect) -> Rect {
    let slot = slot_of(cell);
    let strip = match row.rect.height() {
        height if height >= 58.0 => 17.0,
        height if height >= 44.0 => 15.0,
        height if height >= 32.0 => 13.0,
        // A low row has no words, and the whole slot for its notes.
        _ => 2.0,
    };
    Rect::from_min_max(
        pos2(cell.left(), slot.top() + strip),
        pos2(cell.right(), slot.bottom() - 2.0),
    )
}

fn draw_note(ui: &Ui, theme: &Theme, row: &Row<'_>, index: usize, cell: Rect) {
    let step = &row.track.steps[index];
    let width = cell.width();
    let colour = theme.track(row.index);
    let area = body_area(row, cell);
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let micro = step.micro_timing.0 as f32 / row.track.step_size.ticks_ceil() as f32 * width;
    let is_tied = step.articulation == Articulation::Tie;
    let length = if is_tied { width } else { (note_width(step, width) - 4.0).max(6.0) };
    let left = cell.left() + 2.0 + micro;
    let hits = usize::from(step.ratchet.hits());
    let sounds = row.sounds[index] && !row.is_muted;
    let after_tie = index.checked_sub(1).and_then(|before| row.track.steps.get(before));
    let has_edge =
        !after_tie.is_some_and(|before| before.is_on && before.articulation == Articulation::Tie);
    let is_sounding = row.running.is_some_and(|(running, _)| running.step == index) && sounds;

    let bars: Vec<(f32, f32)> = if row.track.destination.key.is_some() {
        let height = (area.height() * f32::from(step.velocity.get()) / 127.0).max(5.0);
        vec![(area.bottom() - height, height)]
    } else {
        let is_tall = row.rect.height() >= 44.0;
        let has_chords = row.track.steps.iter().any(|step| step.keys.len() > 1);
        let height = match (is_tall, has_chords) {
            (true, false) => 8.0,
            (true, true) => 4.0,
            (false, false) => 5.0,
            (false, true) => 2.5,
        };
        let (low, high) = row.keys;
        let span = f32::from(high - low).max(1.0);
        step.keys
            .iter()
            .map(|key| {
                let share = f32::from(key.get() - low) / span;
                (area.bottom() - height - share * (area.height() - height), height)
            })
            .collect()
    };
    for (top, height) in bars {
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let part = length / hits as f32;
        for hit in 0..hits {
            #[allow(clippy::cast_precision_loss, reason = "small")]
            let share = hit as f32 / (hits.max(2) - 1) as f32;
            let ramp = f32::from(step.ratchet.ramp_percent()) / 100.0 * share;
            let is_drum = row.track.destination.key.is_some();
            let tall = if is_drum && hits > 1 {
                (height * (1.0 + ramp).clamp(0.15, 1.0)).max(3.0)
            } else {
                height
            };
            #[allow(clippy::cast_precision_loss, reason = "small")]
            let x = left + part * hit as f32;
            let gap = if hits > 1 { 1.5 } else { 0.0 };
            let body = Rect::from_min_size(
                pos2(x, top + height - tall),
                vec2((part - gap).max(2.0), tall),
            );
            if sounds {
                let fill =
                    if is_sounding { colour } else { theme.body(colour, step.velocity.get()) };
                ui.painter().rect_filled(body, 2.5, fill);
                if has_edge || hit > 0 {
                    let edge = Rect::from_min_size(body.min, vec2(3.0, tall));
                    let bright = if is_sounding { theme.paper } else { theme.edge(colour) };
                    ui.painter().rect_filled(edge, 1.5, bright);
                }
            } else {
                let (fill, stroke) = match row.is_muted {
                    true => (theme.slot, theme.text3),
                    false => theme.hollow(colour),
                };
                ui.painter().rect(body, 2.5, fill, Stroke::new(1.25, stroke), StrokeKind::Inside);
            }
        }
        if step.articulation == Articulation::Slide
            && let Some(next) = row.track.steps.get(index + 1).filter(|next| next.is_on)
        {
            let (low, high) = row.keys;
            let key = next.keys.iter().next().map_or(low, |key| key.get());
            let share = f32::from(key - low) / f32::from(high - low).max(1.0);
            let y = area.bottom() - height / 2.0 - share * (area.height() - height);
            let from = pos2(left + length, top + height / 2.0);
            let line = Stroke::new(2.5, theme.body(colour, step.velocity.get()));
            ui.painter().line_segment([from, pos2(cell.right() + 2.0, y)], line);
        }
    }
    if step.micro_timing.0 != 0 {
        let y = slot_of(cell).bottom() + 2.0;
        let (from, to) = (cell.left() + 2.0, left);
        let line =
            Rect::from_min_max(pos2(from.min(to), y), pos2(from.max(to).max(from + 2.0), y + 2.0));
        ui.painter().rect_filled(line, 0.0, theme.text);
    }
}

fn draw_playhead(ui: &Ui, theme: &Theme, layout: &Layout, desk: &Desk, row: &Row<'_>) {
    let Some((running, share)) = row.running else { return };
    // With less motion it goes from slot to slot.
    let share = if desk.choices.has_less_motion { 0.0 } else { share };
    let cell = slot_rect(desk, layout, row.rect, row.track, running.step);
    #[allow(clippy::cast_possible_truncation, reason = "in [0, 1)")]
    let x = cell.left() + cell.width() * share as f32;
    // On whole pixels, or it would be two grey lines.
    let per_point = ui.ctx().pixels_per_point();
    let x = ((x - 1.0) * per_point).round() / per_point;
    let line = Rect::from_min_size(pos2(x, row.rect.top()), vec2(2.0, row.rect.height()));
    ui.painter().rect_filled(line, 0.0, theme.paper);
}

/// What a step's badge says: its condition, else its chance; for melodic steps, its note.
pub(crate) fn badge(step: &Step, is_melodic: bool) -> Option<(String, bool)> {
    if let Some(condition) = step.condition {
        let words = match condition.rule {
            Rule::First => "1ST".to_owned(),
            _ => tresillo_pattern::document::Condition::new(condition.rule).to_string(),
        };
        return Some((words, condition.is_negated));
    }
    if step.chance.get() < 100 {
        return Some((format!("{}%", step.chance.get()), false));
    }
    let mut keys: Vec<u8> = step.keys.iter().map(|key| key.get()).collect();
    keys.sort_unstable();
    let lowest = keys.first().filter(|_| is_melodic)?;
    let name = key_name(i64::from(*lowest));
    Some((if keys.len() > 1 { format!("{name}+{}", keys.len() - 1) } else { name }, false))
}

fn draw_badges(ui: &Ui, theme: &Theme, layout: &Layout, row: &Row<'_>, index: usize, cell: Rect) {
    let step = &row.track.steps[index];
    if !step.is_on {
        return;
    }
    let is_melodic = row.track.destination.key.is_none();
    let Some((words, is_negated)) = badge(step, is_melodic) else {
        draw_ticks(ui, theme, step, cell);
        return;
    };
    let sounds = row.sounds[index] && !row.is_muted;
    let colour = if sounds { theme.text } else { theme.text2 };
    let at = pos2(cell.left() + 5.0, slot_of(cell).top() + 1.0);
    let is_rule = step.condition.is_some() || step.chance.get() < 100;
    if layout.column < 30.0 || layout.row_height < 32.0 {
        if is_rule {
            let bar = Rect::from_min_size(
                at + vec2(0.0, 3.0),
                vec2(10.0_f32.min(cell.width() - 6.0), 3.0),
            );
            ui.painter().rect_filled(bar, 0.0, colour);
        }
    } else {
        let font = if sounds && is_rule { fonts::mono_bold(10.5) } else { fonts::mono(10.5) };
        let rect = ui.painter().text(at, Align2::LEFT_TOP, words, font.clone(), colour);
        if is_negated {
            let over = [pos2(rect.left(), rect.top() + 1.0), pos2(rect.right(), rect.top() + 1.0)];
            ui.painter().line_segment(over, Stroke::new(1.25, colour));
        }
        if let Some(group) = step.chance_group {
            let outline =
                Rect::from_min_size(pos2(rect.right() + 2.0, rect.top() + 1.0), vec2(11.0, 12.0));
            ui.painter().rect_stroke(outline, 2.5, Stroke::new(1.0, colour), StrokeKind::Inside);
            ui.painter().text(
                outline.center(),
                Align2::CENTER_CENTER,
                group.letter(),
                fonts::mono_bold(10.0),
                colour,
            );
        }
    }
    draw_ticks(ui, theme, step, cell);
}

/// A tick for each lock, three at most.
fn draw_ticks(ui: &Ui, theme: &Theme, step: &Step, cell: Rect) {
    let slot = slot_of(cell);
    for tick in 0..step.locks.len().min(3) {
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let right = slot.right() - 1.0 - 7.0 * tick as f32;
        let rect = Rect::from_min_max(
            pos2(right - 5.0, slot.bottom() + 2.0),
            pos2(right, slot.bottom() + 4.0),
        );
        ui.painter().rect_filled(rect, 0.0, theme.text2);
    }
}

fn draw_cursor(ui: &Ui, colour: egui::Color32, slot: Rect) {
    let stroke = Stroke::new(2.0, colour);
    let rect = slot.expand(1.0);
    for (corner, dx, dy) in [
        (rect.left_top(), 8.0, 8.0),
        (rect.right_top(), -8.0, 8.0),
        (rect.left_bottom(), 8.0, -8.0),
        (rect.right_bottom(), -8.0, -8.0),
    ] {
        ui.painter().line_segment([corner, corner + vec2(dx, 0.0)], stroke);
        ui.painter().line_segment([corner, corner + vec2(0.0, dy)], stroke);
    }
}

/// Tells a step to those who do not see it.
fn name(ui: &Ui, row: &Row<'_>, index: usize, cell: Rect) {
    let step = &row.track.steps[index];
    let response = ui.interact(cell, Id::unique(("step", row.index, index)), Sense::hover());
    response.widget_info(|| {
        let name = describe(row.track, step, index, row.sounds[index]);
        WidgetInfo::selected(Role::Button, true, step.is_on, name)
    });
}

/// A step in words.
pub(crate) fn describe(track: &Track, step: &Step, index: usize, sounds: bool) -> String {
    let mut words = format!("{}, step {} of {}", track.name, index + 1, track.steps.len());
    if !step.is_on {
        return words + ", off";
    }
    let keys: Vec<String> = step.keys.iter().map(|key| key_name(key.get().into())).collect();
    if !keys.is_empty() {
        words += &format!(", {}", keys.join(" "));
    }
    words += &format!(", velocity {}", step.velocity.get());
    if let Some(condition) = step.condition {
        words += &format!(", condition {condition}");
    }
    if step.chance.get() < 100 {
        words += &format!(", chance {} %", step.chance.get());
    }
    words + if sounds { ", sounds in this pass" } else { ", rests in this pass" }
}
