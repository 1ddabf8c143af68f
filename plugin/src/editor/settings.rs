//! What the window and the plugin do: colours, scale, motion; when it plays, and what becomes of notes that come in.

use egui::{Rect, Ui, pos2, vec2};
use nice_plug::prelude::Enum;

use crate::editor::choices::SCALES;
use crate::editor::desk::Desk;
use crate::editor::host::{HostSide, Turn};
use crate::editor::theme::Theme;
use crate::editor::widgets::{heading, label, segments, typed};

/// The values of a parameter that is a choice, in their order.
fn all<T: Enum>() -> Vec<T> {
    (0..T::variants().len()).map(T::from_index).collect()
}

/// Draws it and takes what is done.
pub(crate) fn show(ui: &mut Ui, theme: &Theme, area: Rect, desk: &mut Desk, host: &dyn HostSide) {
    heading(ui, theme, area, "Settings");
    let left = area.left() + 24.0;
    let column = left + 116.0;
    let width = area.right() - 24.0 - column;
    let mut y = area.top() + 52.0;
    let mut row = |words: &str| {
        label(ui, theme, pos2(left, y + 13.0), words);
        let rect = Rect::from_min_size(pos2(column, y), vec2(width, 26.0));
        y += 36.0;
        rect
    };
    let rows = [
        row("Colours"),
        row("Scale"),
        row("Motion"),
        row("The grid"),
        row("Groups"),
        row("Setting a step"),
        row("Plays"),
        row("Patterns change"),
        row("Notes in do"),
        row("MIDI through"),
        row("Record track"),
    ];
    let narrow =
        |rect: Rect| Rect::from_min_size(rect.min, vec2(300.0_f32.min(width), rect.height()));
    let choices = &mut desk.choices;
    if let Some(is_other) = two(ui, theme, narrow(rows[0]), ("Dark", "Light"), !choices.is_dark) {
        choices.is_dark = !is_other;
    }
    let words: Vec<String> = SCALES.iter().map(|scale| format!("{scale} %")).collect();
    let scales = SCALES.iter().zip(&words).map(|(scale, words)| {
        (words.as_str(), format!("Scale of {scale} %"), *scale == choices.scale_percent)
    });
    if let Some(pressed) =
        segments(ui, theme, rows[1], 11.0, scales.collect::<Vec<_>>().into_iter())
    {
        choices.scale_percent = SCALES[pressed];
    }
    if let Some(is_other) =
        two(ui, theme, narrow(rows[2]), ("Smooth", "Step by step"), choices.has_less_motion)
    {
        choices.has_less_motion = is_other;
    }
    if let Some(is_other) =
        two(ui, theme, narrow(rows[3]), ("Stays", "Follows the playhead"), choices.follows)
    {
        choices.follows = is_other;
    }
    let place = Rect::from_min_size(rows[4].min, vec2(140.0, 26.0));
    let id = egui::Id::unique("typed groups");
    let typing = ui.ctx().text_edit_focused();
    let before = ui
        .data(|data| data.get_temp(id))
        .filter(|_| typing)
        .unwrap_or_else(|| desk.choices.grouping_text());
    let said = ("Groups of the ruler", "3-3-2");
    if let Some(words) = typed(ui, theme, place, said, &before, None) {
        desk.choices.read_grouping(&words);
        ui.data_mut(|data| data.insert_temp(id, words));
    }
    label(
        ui,
        theme,
        pos2(place.right() + 10.0, place.center().y),
        "sixteenths: 4, 3-3-2 or any other",
    );
    let choices = &mut desk.choices;
    if let Some(is_other) =
        two(ui, theme, narrow(rows[5]), ("Is silent", "Is heard, if stopped"), choices.auditions)
    {
        choices.auditions = is_other;
    }
    let now = host.settings();
    if let Some(turn) =
        choice(ui, theme, narrow(rows[6]).with_max_x(column + width), "Plays", now.run)
    {
        host.turn(Turn::Run(turn));
    }
    if let Some(turn) = choice(ui, theme, narrow(rows[7]), "Patterns change", now.launch) {
        host.turn(Turn::Launch(turn));
    }
    if let Some(turn) = choice(ui, theme, rows[8], "Notes in", now.input) {
        host.turn(Turn::Input(turn));
    }
    if let Some(is_other) = two(ui, theme, narrow(rows[9]), ("Off", "On"), now.is_through) {
        host.turn(Turn::Through(is_other));
    }
    let count = desk.tracks().len().clamp(1, 16);
    let words: Vec<String> = (1..=count).map(|track| track.to_string()).collect();
    let tracks = words.iter().zip(0u8..).map(|(words, track)| {
        (words.as_str(), format!("Record onto track {words}"), track == now.record_track)
    });
    if let Some(pressed) =
        segments(ui, theme, rows[10], 11.0, tracks.collect::<Vec<_>>().into_iter())
    {
        host.turn(Turn::RecordTrack(pressed));
    }
}

fn choice<T: Enum + PartialEq + Copy>(
    ui: &Ui,
    theme: &Theme,
    rect: Rect,
    what: &str,
    now: T,
) -> Option<T> {
    let values = all::<T>();
    let of_all = values.iter().zip(T::variants()).map(|(value, words)| {
        // What stands below has buttons of the same words.
        (*words, format!("{what}: {}", words.to_lowercase()), *value == now)
    });
    let pressed = segments(ui, theme, rect, 11.0, of_all.collect::<Vec<_>>().into_iter())?;
    values.get(pressed).copied()
}

/// A choice of two: whether the other one is chosen, when one was pressed.
fn two(
    ui: &Ui,
    theme: &Theme,
    rect: Rect,
    (one, other): (&str, &str),
    is_other: bool,
) -> Option<bool> {
    let choices = [(one, one.to_owned(), !is_other), (other, other.to_owned(), is_other)];
    segments(ui, theme, rect, 12.0, choices.into_iter()).map(|pressed| pressed == 1)
}
