//! The heads of the tracks: colour, number, name, where the notes go, length and rate, mute and solo.

use egui::{Align2, Id, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use tresillo_pattern::document::{Direction, StepSize, Track};
use tresillo_pattern::limits::TRACKS_MAX;

use crate::controllers::Target;
use crate::editor::desk::{Desk, Overlay};
use crate::editor::files::Purpose;
use crate::editor::fonts;
use crate::editor::grid::row_rect;
use crate::editor::host::{HostSide, Turn};
use crate::editor::layout::Layout;
use crate::editor::number::{Form, Number, Set, number, whole};
use crate::editor::sight::Sight;
use crate::editor::theme::Theme;
use crate::editor::tools::key_name;
use crate::editor::track::sizes;
use crate::editor::widgets::{Look, button, elided, text};

/// Where the notes of a track go, in words.
fn destination(track: &Track) -> String {
    let channel = track.destination.channel.get() + 1;
    match track.destination.key {
        Some(key) => format!("{channel} · {}", key_name(key.get().into())),
        None => format!("Channel {channel}"),
    }
}

fn direction(track: &Track) -> &'static str {
    match track.direction {
        Direction::Forward => "→",
        Direction::Backward => "←",
        Direction::PingPong => "↔",
        Direction::Random => "⇄",
        Direction::RandomWalk => "↕",
    }
}

/// Draws the heads of the rows that are seen.
pub(crate) fn show(
    ui: &mut Ui,
    theme: &Theme,
    layout: &Layout,
    desk: &mut Desk,
    sight: &Sight,
    host: &dyn HostSide,
) {
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(layout.heads));
    child.set_clip_rect(layout.heads);
    let rows = layout.row_count().min(desk.tracks().len().saturating_sub(desk.first_row));
    for row in 0..rows {
        head(&mut child, theme, layout, desk, sight, host, row);
    }
}

/// What stands where no track is. Drawn over the grid.
pub(crate) fn empty(ui: &Ui, theme: &Theme, layout: &Layout, desk: &mut Desk) {
    if desk.tracks().is_empty() {
        let at = layout.grid.center();
        let words = "Nothing here yet. Add a track, or open a MIDI file.";
        text(ui, at, Align2::CENTER_CENTER, words, fonts::words(12.0), theme.text2);
        let ways = [("Add a track", "Add the first track"), ("Open a file…", "Open a file")];
        for (place, words) in (0u8..).zip(ways) {
            let left = at.x - 108.0 + 112.0 * f32::from(place);
            let rect = Rect::from_min_size(pos2(left, at.y + 20.0), vec2(104.0, 28.0));
            if button(ui, theme, rect, words, fonts::words(12.0), Look::Rest).clicked() {
                match place {
                    0 => desk.add_track(),
                    _ => desk.choose_file(Purpose::Open),
                }
            }
        }
    }
}

fn head(
    ui: &mut Ui,
    theme: &Theme,
    layout: &Layout,
    desk: &mut Desk,
    sight: &Sight,
    host: &dyn HostSide,
    row: usize,
) {
    let index = desk.first_row + row;
    let Some(track) = desk.tracks().get(index).cloned() else { return };
    let rect = row_rect(layout.heads, layout, row);
    let is_chosen = desk.cursor.0 == index;
    let mutes = sight.performance.mutes;
    let is_muted = mutes.contains(index);
    if is_chosen {
        ui.painter().rect_filled(rect, 0.0, theme.panel);
    }
    let response = ui.interact(rect, Id::unique(("track", index)), Sense::click());
    response.widget_info(|| {
        WidgetInfo::selected(
            Role::Row,
            true,
            is_chosen,
            format!("Track {}: {}", index + 1, track.name),
        )
    });
    if response.double_clicked() || response.secondary_clicked() {
        desk.go_to(index);
        desk.overlay = Overlay::Track;
    } else if response.clicked() {
        desk.go_to(index);
        desk.selection.clear();
    }
    let bar =
        Rect::from_min_size(rect.min, vec2(if is_chosen { 6.0 } else { 4.0 }, rect.height() - 1.0));
    ui.painter().rect_filled(bar, 0.0, if is_muted { theme.text3 } else { theme.track(index) });
    let middle = rect.center().y - 1.0;
    // A low row has room for one line.
    let is_low = layout.is_small || layout.row_height < 36.0;
    text(
        ui,
        pos2(rect.left() + 22.0, middle - if is_low { 0.0 } else { 8.0 }),
        Align2::CENTER_CENTER,
        index + 1,
        fonts::mono(11.0),
        theme.text3,
    );
    let name = match track.name.as_str() {
        "" => format!("Track {}", index + 1),
        name => name.to_owned(),
    };
    let size = 20.0_f32.min(rect.height() - 4.0);
    let solo =
        Rect::from_min_size(pos2(rect.right() - 9.0 - size, middle - size / 2.0), vec2(size, size));
    let mute = solo.translate(vec2(-22.0, 0.0));
    let name_end = if is_low { mute.left() - 4.0 } else { rect.left() + 130.0 };
    let (x, y) = if is_low { (32.0, 0.0) } else { (34.0, -8.0) };
    let at = pos2(rect.left() + x, middle + y);
    elided(ui, at, name, fonts::bold(13.0), theme.text, name_end - at.x);
    if !is_low {
        let at = pos2(rect.left() + 34.0, middle + 9.0);
        let width = name_end - at.x;
        elided(ui, at, destination(&track), fonts::mono(11.0), theme.text3, width);
        let place = Rect::from_min_size(pos2(rect.left() + 132.0, middle - 17.0), vec2(34.0, 17.0));
        length(ui, theme, place, desk, index);
        let place = Rect::from_min_size(pos2(rect.left() + 132.0, middle + 1.0), vec2(34.0, 16.0));
        rate(ui, theme, place, desk, index);
        text(
            ui,
            pos2(rect.left() + 178.0, middle),
            Align2::CENTER_CENTER,
            direction(&track),
            fonts::mono(13.0),
            theme.text2,
        );
    }
    let look = |is_live: bool| if is_live { Look::Live } else { Look::Rest };
    let name = format!("Mute {}", index + 1);
    let pressed = button(ui, theme, mute, ("M", &name), fonts::bold(10.5), look(is_muted));
    if pressed.secondary_clicked() {
        desk.learn(Target::Mute(u8::try_from(index).unwrap_or(0)), &name);
    }
    if pressed.clicked() {
        host.turn(Turn::Mute(index, !is_muted));
    }
    // Solo is the mute of all others.
    let count = desk.tracks().len().min(TRACKS_MAX);
    let is_solo =
        count > 1 && !is_muted && (0..count).all(|other| other == index || mutes.contains(other));
    if button(
        ui,
        theme,
        solo,
        ("S", &format!("Solo {}", index + 1)),
        fonts::bold(10.5),
        look(is_solo),
    )
    .clicked()
    {
        for other in 0..count {
            let is_silent = other != index && !is_solo;
            if mutes.contains(other) != is_silent {
                host.turn(Turn::Mute(other, is_silent));
            }
        }
    }
}

/// The number of steps: dragged, turned or typed.
fn length(ui: &mut Ui, theme: &Theme, rect: Rect, desk: &mut Desk, index: usize) {
    let now = desk.tracks().get(index).map_or(1, |track| track.steps.len());
    let value = i64::try_from(now).unwrap_or(1);
    let of = format!("Track {}", index + 1);
    let spec = Number {
        label: "Length",
        of: &of,
        value: Some(value),
        range: (1, 128),
        shown: value.to_string(),
        read: &whole,
        undo: "Length",
    };
    let form = Form::Plain { is_strong: true };
    number(ui, theme, rect, form, desk, &spec, |desk, set| {
        let now = desk.tracks().get(index).map_or(1, |track| track.steps.len());
        let now = i64::try_from(now).unwrap_or(1);
        desk.set_length(index, set.of(now, 16, (1, 128)));
    });
}

/// The step size: dragged or turned through those that are offered, or typed.
fn rate(ui: &mut Ui, theme: &Theme, rect: Rect, desk: &mut Desk, index: usize) {
    let Some(size) = desk.tracks().get(index).map(|track| track.step_size) else { return };
    let sizes = sizes();
    let place = |size: StepSize| {
        let found = sizes.iter().position(|other| *other == size);
        i64::try_from(found.unwrap_or(3)).unwrap_or(3)
    };
    let last = i64::try_from(sizes.len()).unwrap_or(1) - 1;
    let of = format!("Track {}", index + 1);
    let read = |text: &str| StepSize::parse(text.trim()).ok().flatten().map(coded);
    let spec = Number {
        label: "Step",
        of: &of,
        value: Some(place(size)),
        range: (0, last),
        shown: size.to_string(),
        read: &read,
        undo: "Step size",
    };
    let form = Form::Plain { is_strong: false };
    number(ui, theme, rect, form, desk, &spec, |desk, set| {
        let Some(now) = desk.tracks().get(index).map(|track| track.step_size) else { return };
        let size = match set {
            Set::To(typed) => decoded(typed),
            moved => {
                let place = moved.of(place(now), 3, (0, last));
                usize::try_from(place).ok().and_then(|place| sizes.get(place).copied())
            }
        };
        let Some(size) = size else { return };
        desk.change_track_at(index, "Step size", |head| head.step_size = size);
    });
}

/// A typed step size as one number, which fields pass on.
fn coded(size: StepSize) -> i64 {
    i64::from(size.numerator()) * 1000 + i64::from(size.denominator())
}

fn decoded(code: i64) -> Option<StepSize> {
    StepSize::new(code / 1000, code % 1000).ok()
}
