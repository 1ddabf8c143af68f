//! The bars at the top and the bottom, and the ruler.

mod patterns;
mod transport;

use egui::{Align2, Id, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use tresillo_pattern::{PPQ, Tick};

use crate::controllers::Target;
use crate::editor::desk::{Desk, Overlay};
use crate::editor::fonts;
use crate::editor::host::{HostSide, Turn};
use crate::editor::layout::{Layout, VIEWS};
use crate::editor::sight::Sight;
use crate::editor::teach;
use crate::editor::theme::Theme;
use crate::editor::widgets::{Look, border, button, elided, text};

pub(crate) use patterns::patterns;
use transport::{draw_mark, draw_position, transport, transport_places};

fn at(rect: Rect, left: f32, width: f32, height: f32) -> Rect {
    Rect::from_min_size(pos2(left, rect.center().y - height / 2.0), vec2(width, height))
}

/// A song position as bar, beat and sixteenth, each from 1.
pub(crate) fn position(tick: Tick, beats: i64, unit: i64) -> String {
    let beat_ticks = PPQ * 4 / unit.max(1);
    let bar_ticks = beat_ticks * beats.max(1);
    let bar = tick.0.div_euclid(bar_ticks);
    let within = tick.0.rem_euclid(bar_ticks);
    let sixteenth = within % beat_ticks / (PPQ / 4).min(beat_ticks);
    format!("{}.{}.{}", bar + 1, within / beat_ticks + 1, sixteenth + 1)
}

/// The top bar.
pub(crate) fn top(
    ui: &mut Ui,
    theme: &Theme,
    layout: &Layout,
    desk: &mut Desk,
    sight: &Sight,
    host: &dyn HostSide,
) {
    let bar = layout.top;
    ui.painter().rect_filled(bar, 0.0, theme.panel);
    let rule = Stroke::new(1.0, theme.line);
    ui.painter().hline(bar.x_range(), bar.bottom() - 0.5, rule);
    let control = if layout.is_small { 26.0 } else { 28.0 };
    let left = bar.left();
    if sight.song_tick.is_none() {
        draw_mark(ui, theme, layout, sight);
    }
    if !layout.is_small {
        text(
            ui,
            pos2(left + 50.0, bar.center().y),
            Align2::LEFT_CENTER,
            "tresillo",
            fonts::bold(16.0),
            theme.text,
        );
    }

    let mut x = layout.grid.left() + 2.0;
    let name = match desk.project.name.as_str() {
        "" => "Untitled".to_owned(),
        name => name.to_owned(),
    };
    // What the transport and undo leave of it.
    let room = transport_places(layout).position_right - 108.0 - 2.0 * (control + 4.0) - x;
    let width = room.clamp(110.0, 260.0);
    let place = at(bar, x, width, control);
    ui.painter().rect_filled(place, 4.0, theme.slot);
    if !theme.is_dark {
        border(ui, place, theme.line);
    }
    let arrow = |x: f32| Rect::from_min_size(pos2(x, place.top()), vec2(24.0, control));
    let (before, behind) = (arrow(place.left()), arrow(place.right() - 24.0));
    let middle = Rect::from_min_max(before.right_top(), behind.left_bottom());
    let open = ui.interact(middle, Id::unique("presets"), Sense::click());
    open.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Look through the patterns"));
    if open.hovered() {
        ui.painter().rect_filled(middle, 0.0, theme.hi);
    }
    if open.clicked() {
        desk.browse();
    }
    let from = pos2(middle.left() + 4.0, place.center().y);
    elided(ui, from, name, fonts::bold(13.0), theme.text, middle.width() - 8.0);
    for (rect, words, name, by) in
        [(before, "‹", "Pattern before", -1), (behind, "›", "Pattern behind", 1)]
    {
        if button(ui, theme, rect, (words, name), fonts::bold(14.0), Look::Rest).clicked() {
            desk.load_beside(by);
        }
    }
    x += width + 4.0;
    let (undo, redo) = desk.bridge.undo_names();
    let look = |name: &Option<String>| if name.is_some() { Look::Rest } else { Look::Disabled };
    if button(
        ui,
        theme,
        at(bar, x, control, control),
        ("↺", "Undo"),
        fonts::words(14.0),
        look(&undo),
    )
    .clicked()
    {
        desk.undo();
    }
    if button(
        ui,
        theme,
        at(bar, x + control + 2.0, control, control),
        ("↻", "Redo"),
        fonts::words(14.0),
        look(&redo),
    )
    .clicked()
    {
        desk.redo();
    }

    // From the right: help, menu, fill, record; then the transport.
    let mut right = bar.right() - 16.0;
    let mut take = |width: f32| {
        right -= width;
        let rect = at(bar, right, width, control);
        right -= 4.0;
        rect
    };
    if button(ui, theme, take(control), ("?", "Help"), fonts::bold(13.0), Look::Rest).clicked() {
        desk.overlay = Overlay::Help;
    }
    let place = take(control);
    if button(ui, theme, place, ("", "Menu"), fonts::words(13.0), Look::Rest).clicked() {
        desk.overlay = Overlay::Menu;
    }
    for line in [-4.5, 0.0, 4.5] {
        let middle = place.center() + vec2(0.0, line);
        let stroke = Stroke::new(1.5, theme.text2);
        ui.painter().hline(middle.x - 6.0..=middle.x + 6.0, middle.y, stroke);
    }
    let fill = button(
        ui,
        theme,
        take(if layout.is_small { 44.0 } else { 64.0 }),
        ("Fill", "Fill"),
        fonts::words(12.0),
        live(sight.performance.is_fill),
    );
    if fill.secondary_clicked() {
        desk.learn(Target::Fill, "Fill");
    }
    if fill.clicked() {
        host.turn(Turn::Fill(!sight.performance.is_fill));
    }
    let record_rect = take(if layout.is_small { 30.0 } else { 84.0 });
    let record = button(
        ui,
        theme,
        record_rect,
        (if layout.is_small { "" } else { "   Record" }, "Record"),
        fonts::words(12.0),
        live(sight.records),
    );
    ui.painter().circle_filled(
        pos2(
            record_rect.left() + if layout.is_small { 15.0 } else { 16.0 },
            record_rect.center().y,
        ),
        4.0,
        theme.rec,
    );
    if record.clicked() {
        host.turn(Turn::Record(!sight.records));
    }

    transport(ui, theme, layout, desk, sight, host);
    if sight.song_tick.is_none() {
        draw_position(ui, theme, layout, desk, sight);
    }
}

/// Draws what moves in the bars: the mark, the position, how far the pattern is, its marker on the ruler.
pub(crate) fn moving(ui: &Ui, theme: &Theme, layout: &Layout, desk: &Desk, sight: &Sight) {
    draw_mark(ui, theme, layout, sight);
    draw_position(ui, theme, layout, desk, sight);
    patterns::moving(ui, theme, layout, desk, sight);
    marker(ui, theme, layout, desk, sight);
}

fn live(is_live: bool) -> Look {
    if is_live { Look::Live } else { Look::Rest }
}

/// The ruler: beats above the grid, and what stands above the tracks' heads.
pub(crate) fn ruler(ui: &Ui, theme: &Theme, layout: &Layout, desk: &mut Desk) {
    let bar = layout.ruler;
    let middle = bar.center().y;
    let add = Rect::from_min_size(pos2(bar.left() + 8.0, middle - 9.0), vec2(52.0, 18.0));
    if button(ui, theme, add, ("+ Track", "Add a track"), fonts::words(11.0), Look::Rest).clicked()
    {
        desk.add_track();
    }
    let grouping = Rect::from_min_size(pos2(add.right() + 4.0, middle - 9.0), vec2(56.0, 18.0));
    let words = desk.choices.grouping_text();
    let clip: String = words.chars().take(9).collect();
    let name = format!("Groups of {words}");
    if button(ui, theme, grouping, (&clip, &name), fonts::mono(10.5), Look::Rest).clicked() {
        desk.choices.next_grouping();
    }
    if !layout.is_small {
        let at = pos2(bar.left() + 164.0, middle);
        text(ui, at, Align2::RIGHT_CENTER, "Length", fonts::words(11.0), theme.text3);
        for (x, words) in [(203.0, "M"), (225.0, "S")] {
            let at = pos2(bar.left() + x, middle);
            text(ui, at, Align2::CENTER_CENTER, words, fonts::words(11.0), theme.text3);
        }
    }
    let clip =
        ui.painter().with_clip_rect(Rect::from_x_y_ranges(layout.grid.x_range(), bar.y_range()));
    for column in 0..desk.view {
        let absolute = desk.first_column + column;
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let x = layout.grid.left() + layout.column * column as f32;
        // Where columns are narrow, only bars have a number.
        let every = if layout.column * 4.0 < 24.0 { 16 } else { 4 };
        if absolute.is_multiple_of(every) {
            let at = pos2(x + 4.0, middle);
            clip.text(at, Align2::LEFT_CENTER, absolute / 4 + 1, fonts::mono(10.5), theme.text2);
        }
    }
    group_lines(&clip, theme, layout, desk);
}

/// Each group of the ruler has a line, which is open at its ends.
fn group_lines(clip: &egui::Painter, theme: &Theme, layout: &Layout, desk: &Desk) {
    let (first, last) = (desk.first_column, desk.first_column + desk.view);
    let gap = 2.0_f32.min(layout.column / 3.0);
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let x = |column: usize| layout.grid.left() + layout.column * (column - first) as f32;
    let mut from = first;
    for column in first + 1..=last {
        if column < last && !desk.choices.begins_group(column) {
            continue;
        }
        let line = Rect::from_min_max(
            pos2(x(from) + gap, layout.ruler.bottom() - 3.0),
            pos2(x(column) - gap, layout.ruler.bottom() - 2.0),
        );
        clip.rect_filled(line, 0.0, theme.text3);
        from = column;
    }
}

/// The marker of the pattern's position on the ruler.
fn marker(ui: &Ui, theme: &Theme, layout: &Layout, desk: &Desk, sight: &Sight) {
    let bar = layout.ruler;
    let clip =
        ui.painter().with_clip_rect(Rect::from_x_y_ranges(layout.grid.x_range(), bar.y_range()));
    let Some(tick) = sight.tick else { return };
    let Some(pattern) = desk.project.patterns.get(desk.pattern) else { return };
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let length = pattern.length_ticks().0 as f64;
    #[allow(clippy::cast_possible_truncation, reason = "in the pattern")]
    let columns = (tick.rem_euclid(length) / 5040.0) as f32;
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let x = layout.grid.left() + (columns - desk.first_column as f32) * layout.column;
    let tip = pos2(x, bar.bottom() - 1.0);
    clip.add(egui::Shape::convex_polygon(
        vec![tip, tip + vec2(-5.0, -7.0), tip + vec2(5.0, -7.0)],
        theme.paper,
        Stroke::NONE,
    ));
}

/// The bar at the bottom: one sentence, how much is seen, and what was refused.
pub(crate) fn status(ui: &Ui, theme: &Theme, layout: &Layout, desk: &mut Desk, sight: &Sight) {
    let bar = layout.status;
    ui.painter().hline(bar.x_range(), bar.top() + 0.5, Stroke::new(1.0, theme.line));
    let rejected = desk.bridge.rejected();
    let hovered = teach::hovered(ui);
    let (words, colour) = match (&rejected, &desk.message) {
        (Some(reason), _) => {
            (format!("The state that the host loaded was not taken: {reason}"), theme.warn)
        }
        (None, Some(message)) => (message.clone(), theme.text),
        (None, None) => {
            let words = hovered.as_deref().and_then(|name| told(desk, name));
            (words.unwrap_or_else(|| hint(desk)), theme.text2)
        }
    };
    let right = bar.right() - 16.0;
    let refused = match sight.refused_count {
        0 => String::new(),
        count => format!("{count} notes found no room"),
    };
    let end = text(
        ui,
        pos2(right, bar.center().y),
        Align2::RIGHT_CENTER,
        refused,
        fonts::words(11.0),
        theme.warn,
    );
    let mut x = end.left().min(right) - 318.0;
    let words_end = x - 8.0;
    let middle = bar.center().y;
    text(ui, pos2(x, middle), Align2::LEFT_CENTER, "Steps", fonts::words(11.0), theme.text3);
    x += 36.0;
    let mut next = |width: f32, words: &str, name: &str, is_chosen: bool, font| {
        let rect = Rect::from_min_size(pos2(x, middle - 9.0), vec2(width, 18.0));
        x += width + 2.0;
        let look = if is_chosen { Look::Chosen } else { Look::Rest };
        button(ui, theme, rect, (words, name), font, look).clicked()
    };
    for view in VIEWS {
        let name = format!("Show {view} steps");
        if next(28.0, &view.to_string(), &name, desk.view == view, fonts::mono(10.5)) {
            desk.view = view;
            desk.scroll_columns(0);
        }
    }
    if next(44.0, "Fold", "Low rows", desk.choices.is_folded, fonts::words(11.0)) {
        desk.choices.is_folded = !desk.choices.is_folded;
    }
    if next(46.0, "Panic", "Panic: end all notes", false, fonts::words(11.0)) {
        desk.panic();
    }
    if next(54.0, "Follow", "Follow the playhead", desk.choices.follows, fonts::words(11.0)) {
        desk.choices.follows = !desk.choices.follows;
    }
    let at = pos2(bar.left() + 16.0, bar.center().y);
    let rect = elided(ui, at, &words, fonts::words(11.0), colour, words_end - at.x);
    let response = ui.interact(rect, Id::unique("status"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
}

/// What is to be known of what the pointer is on.
fn told(desk: &Desk, name: &str) -> Option<String> {
    let (undo, redo) = desk.bridge.undo_names();
    let of = |what: Option<String>, key: &str, none: &str| match what {
        Some(what) => format!("{name}: {}. {key}.", what.to_lowercase()),
        None => none.to_owned(),
    };
    match name {
        "Undo" => Some(of(undo, "Ctrl Z", "Nothing has been done yet.")),
        "Redo" => Some(of(redo, "Ctrl Y", "Nothing has been undone.")),
        _ => teach::sentence(name).map(str::to_owned),
    }
}

/// What can be done where the cursor is.
fn hint(desk: &Desk) -> String {
    let (track, step) = desk.cursor;
    let Some(name) = desk.tracks().get(track).map(|track| track.name.clone()) else {
        return "Add a track to begin.".to_owned();
    };
    if desk.shown_pattern().is_some_and(|pattern| pattern.active_step_count() == 0) {
        return "Nothing here yet. Click a step, press X and . for a rhythm, or paste x..x..x."
            .to_owned();
    }
    let is_on = desk.step(desk.cursor).is_some_and(|step| step.is_on);
    match is_on {
        true => format!(
            "{name}, step {}: drag up for velocity, the right edge for gate. Alt-drag moves it off the grid. Enter lists its conditions.",
            step + 1
        ),
        false => format!(
            "{name}, step {}: click or press X to set it. Drag sideways to paint.",
            step + 1
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_bars_beats_and_sixteenths_from_1() {
        assert_eq!(position(Tick(0), 4, 4), "1.1.1");
        assert_eq!(position(Tick(4 * PPQ + PPQ + PPQ / 2), 4, 4), "2.2.3");
        assert_eq!(position(Tick(-1), 4, 4), "0.4.4");
        assert_eq!(position(Tick(3 * PPQ), 6, 8), "2.1.1");
        assert_eq!(position(Tick(PPQ / 2), 6, 8), "1.2.1");
    }
}
