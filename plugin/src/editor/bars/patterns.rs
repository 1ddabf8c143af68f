//! The pattern slots or the song's chain, and what is said of the pattern beside them.

use egui::{Align2, Id, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::at;
use super::transport::triangle;
use crate::controllers::Target;
use crate::editor::desk::{Desk, Overlay};
use crate::editor::fonts;
use crate::editor::host::{HostSide, Turn};
use crate::editor::layout::Layout;
use crate::editor::number::{Form, Number, number, whole};
use crate::editor::pattern::{SWING, read_swing, slot_name, swing_tenths, swing_text};
use crate::editor::sight::Sight;
use crate::editor::song;
use crate::editor::theme::Theme;
use crate::editor::widgets::{Look, border, button, focus, text};

/// Pattern slots in a row.
const SLOTS: usize = 16;

/// Rows of them.
const BANKS: usize = 8;

/// Draws what moves: how far the pattern or the song's slot is.
pub(super) fn moving(ui: &Ui, theme: &Theme, layout: &Layout, desk: &Desk, sight: &Sight) {
    let control = if layout.is_small { 22.0 } else { 28.0 };
    let playing = sight.playing_pattern;
    if sight.is_song {
        song::moving(ui, theme, chain_area(layout), control, desk, sight);
    } else if let Some(slot) = playing.checked_sub(desk.bank * SLOTS).filter(|slot| *slot < SLOTS) {
        cycle(ui, theme, slot_rect(layout, slot), desk, sight, playing);
    }
}

/// Where the song's chain is.
fn chain_area(layout: &Layout) -> Rect {
    Rect::from_x_y_ranges(layout.grid.x_range(), layout.patterns.y_range())
}

/// Where a pattern slot is.
fn slot_rect(layout: &Layout, slot: usize) -> Rect {
    let control = if layout.is_small { 22.0 } else { 28.0 };
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let pitch = layout.grid.width() / SLOTS as f32;
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let x = layout.grid.left() + pitch * slot as f32 + 2.0;
    at(layout.patterns, x, pitch - 4.0, control)
}

/// The pattern slots or the song, and what is said of the pattern.
pub(crate) fn patterns(
    ui: &mut Ui,
    theme: &Theme,
    layout: &Layout,
    desk: &mut Desk,
    sight: &Sight,
    host: &dyn HostSide,
) {
    let bar = layout.patterns;
    ui.painter().rect_filled(bar, 0.0, theme.panel);
    ui.painter().hline(bar.x_range(), bar.bottom() - 0.5, Stroke::new(1.0, theme.line));
    let control = if layout.is_small { 22.0 } else { 28.0 };
    bank(ui, theme, layout, desk, control);
    let left = bar.left() + if layout.is_small { 44.0 } else { 106.0 };
    let half = if layout.is_small { 50.0 } else { 66.0 };
    let look = |is_song: bool| if sight.is_song == is_song { Look::Chosen } else { Look::Rest };
    for (place, words, name, is_song) in
        [(0u8, "Pattern", "Play the pattern", false), (1, "Song", "Play the song", true)]
    {
        let rect = at(bar, left + half * f32::from(place), half - 2.0, control);
        let size = if layout.is_small { 11.0 } else { 12.0 };
        if button(ui, theme, rect, (words, name), fonts::words(size), look(is_song)).clicked() {
            host.turn(Turn::Song(is_song));
        }
    }
    if sight.is_song {
        song::chain(ui, theme, chain_area(layout), control, desk, sight);
    } else {
        for slot in 0..SLOTS {
            let index = desk.bank * SLOTS + slot;
            slot_button(ui, theme, slot_rect(layout, slot), desk, sight, host, index);
        }
    }
    if let Some(inspector) = layout.inspector {
        values(ui, theme, bar, inspector.left() + 8.0, desk, sight, host);
    }
}

/// Sixteen of the patterns: a click shows the next sixteen.
fn bank(ui: &Ui, theme: &Theme, layout: &Layout, desk: &mut Desk, control: f32) {
    let letter = char::from(b'A' + u8::try_from(desk.bank).unwrap_or(0));
    let (words, width) = match layout.is_small {
        true => (letter.to_string(), 30.0),
        false => (format!("Bank {letter}"), 80.0),
    };
    let rect = at(
        layout.patterns,
        layout.patterns.left() + if layout.is_small { 8.0 } else { 16.0 },
        width,
        control,
    );
    let name = format!("Bank {letter}");
    let response = button(ui, theme, rect, (&words, &name), fonts::words(12.0), Look::Rest);
    let by = match () {
        () if response.clicked() => 1,
        () if response.secondary_clicked() => BANKS - 1,
        () => return,
    };
    desk.bank = (desk.bank + by) % BANKS;
}

/// Swing, transposition, chance and seed.
fn values(
    ui: &mut Ui,
    theme: &Theme,
    bar: Rect,
    left: f32,
    desk: &mut Desk,
    sight: &Sight,
    host: &dyn HostSide,
) {
    let place = |offset: f32, width: f32| {
        Rect::from_min_size(pos2(left + offset, bar.top() + 3.0), vec2(width, 34.0))
    };
    let performance = sight.performance;
    let tenths = swing_tenths(desk.shown_pattern());
    let offset = performance.swing.0 / 10_000;
    let shown = match offset {
        0 => swing_text(tenths),
        offset => format!("{}{offset:+}", tenths / 10),
    };
    let swing = Number {
        label: "Swing",
        of: "Pattern",
        value: Some(tenths),
        range: SWING,
        shown,
        read: &read_swing,
        undo: "Swing",
    };
    let response =
        number(ui, theme, place(0.0, 50.0), Form::Stacked, desk, &swing, Desk::set_swing);
    learn(desk, &response, Target::Swing, "Swing");
    let now = i64::from(performance.transpose);
    let transpose = Number {
        label: "Transpose",
        of: "Host",
        value: Some(now),
        range: (-48, 48),
        shown: format!("{now:+}"),
        read: &whole,
        undo: "",
    };
    let response =
        number(ui, theme, place(54.0, 62.0), Form::Stacked, desk, &transpose, |_, set| {
            host.turn(Turn::Transpose(i32::try_from(set.of(now, 0, (-48, 48))).unwrap_or(0)));
        });
    learn(desk, &response, Target::Transpose, "Transpose");
    let now = i64::from(performance.chance.get());
    let chance = Number {
        label: "Chance",
        of: "Host",
        value: Some(now),
        range: (0, 100),
        shown: format!("{now} %"),
        read: &whole,
        undo: "",
    };
    let response = number(ui, theme, place(120.0, 54.0), Form::Stacked, desk, &chance, |_, set| {
        host.turn(Turn::Chance(i32::try_from(set.of(now, 100, (0, 100))).unwrap_or(100)));
    });
    learn(desk, &response, Target::Chance, "Chance");
    let now = i64::try_from(desk.project.seed).unwrap_or(i64::MAX);
    let short: String = format!("{:X}", desk.project.seed).chars().take(6).collect();
    let seed = Number {
        label: "Seed",
        of: "Project",
        value: Some(now),
        range: (0, i64::from(u16::MAX)),
        shown: short,
        read: &|text| i64::from_str_radix(text.trim(), 16).ok().filter(|seed| *seed >= 0),
        undo: "Seed",
    };
    number(ui, theme, place(178.0, 48.0), Form::Stacked, desk, &seed, |desk, set| {
        let seed = u64::try_from(set.of(now, 0, (0, i64::MAX))).unwrap_or(0);
        desk.change_project("Seed", |head| head.seed = seed);
    });
}

fn learn(desk: &mut Desk, response: &egui::Response, target: Target, name: &str) {
    if response.secondary_clicked() {
        desk.learn(target, name);
    }
}

fn slot_button(
    ui: &Ui,
    theme: &Theme,
    rect: Rect,
    desk: &mut Desk,
    sight: &Sight,
    host: &dyn HostSide,
    index: usize,
) {
    let name = slot_name(index);
    let is_filled =
        desk.project.patterns.get(index).is_some_and(|pattern| pattern.active_step_count() > 0);
    let is_playing = index == sight.playing_pattern && !sight.is_song;
    let is_queued = !is_playing && !sight.is_song && index == sight.wanted_pattern;
    let response = ui.interact(rect, Id::unique(("pattern", index)), Sense::click());
    response.widget_info(|| {
        WidgetInfo::selected(Role::Button, true, is_playing, format!("Pattern {name}"))
    });
    let fill = match () {
        () if is_playing => theme.paper,
        () if response.hovered() => theme.hi,
        () if is_filled => theme.head,
        () => theme.bg,
    };
    ui.painter().rect_filled(rect, 4.0, fill);
    if !is_filled || !theme.is_dark {
        border(ui, rect, theme.line);
    }
    if index == desk.pattern && !is_playing {
        ui.painter().rect_stroke(rect, 4.0, Stroke::new(2.0, theme.paper), StrokeKind::Inside);
    }
    let ink = match () {
        () if is_playing => theme.ink,
        () if is_filled => theme.text,
        () => theme.text3,
    };
    text(
        ui,
        rect.center() - vec2(0.0, if is_playing { 2.0 } else { 0.0 }),
        Align2::CENTER_CENTER,
        &name,
        fonts::mono(10.5),
        ink,
    );
    if is_queued {
        ui.painter().rect_stroke(rect, 4.0, Stroke::new(1.5, theme.text), StrokeKind::Inside);
        triangle(ui, pos2(rect.left() + 11.0, rect.center().y), theme.text, theme.text);
    }
    if is_playing && sight.song_tick.is_none() {
        cycle(ui, theme, rect, desk, sight, index);
    }
    if response.clicked() {
        desk.show_pattern(index);
        host.turn(Turn::Pattern(index));
    }
    if response.secondary_clicked() {
        desk.show_pattern(index);
        desk.overlay = Overlay::Pattern;
    }
    focus(ui, theme, &response);
}

/// Three segments, 3:3:2, that fill through the cycle.
fn cycle(ui: &Ui, theme: &Theme, rect: Rect, desk: &Desk, sight: &Sight, index: usize) {
    let Some(pattern) = desk.project.patterns.get(index) else { return };
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let length = pattern.length_ticks().0 as f64;
    let done = sight.tick.map_or(0.0, |tick| tick.rem_euclid(length) / length);
    let width = rect.width() - 16.0;
    let mut from = 0.0f32;
    for part in [3.0f32, 3.0, 2.0] {
        let share = part / 8.0;
        let segment = Rect::from_min_size(
            pos2(rect.left() + 8.0 + width * from, rect.bottom() - 6.0),
            vec2(width * share - 2.0, 2.0),
        );
        #[allow(clippy::cast_possible_truncation, reason = "a share")]
        let filled = ((done as f32 - from) / share).clamp(0.0, 1.0);
        ui.painter().rect_filled(segment, 0.0, theme.ink.gamma_multiply(0.3));
        let mut full = segment;
        full.set_width(segment.width() * filled);
        ui.painter().rect_filled(full, 0.0, theme.ink);
        from += share;
    }
}
