//! The song: patterns one after another, as a chain above the grid and as a list.

use egui::{Align2, Id, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};
use tresillo_pattern::PatternIndex;
use tresillo_pattern::document::edit::Edit;
use tresillo_pattern::document::{Slot, Song, Unknown};
use tresillo_pattern::limits::{SLOT_BARS_MAX, SLOTS_MAX};

use crate::editor::desk::Desk;
use crate::editor::fonts;
use crate::editor::number::{Form, Number, number, wheel, whole};
use crate::editor::pattern::slot_name;
use crate::editor::sight::Sight;
use crate::editor::theme::Theme;
use crate::editor::widgets::{Look, border, button, focus, heading, text};

/// The narrowest slot of the chain.
const SLOT_WIDTH_MIN: f32 = 40.0;

/// How much of the right end of a slot is its handle.
const HANDLE_WIDTH: f32 = 7.0;

impl Desk {
    /// Changes the song.
    pub(crate) fn change_song(&mut self, name: &str, change: impl FnOnce(&mut Vec<Slot>)) {
        let mut slots = self.project.song.slots.clone();
        change(&mut slots);
        if slots != self.project.song.slots {
            self.edit(name, Edit::SetSong(Song { slots }));
        }
        self.slot = self.slot.min(self.project.song.slots.len().saturating_sub(1));
    }

    /// The pattern that is shown comes behind the chosen slot, for as many bars as it has.
    pub(crate) fn add_slot(&mut self) {
        if self.project.song.slots.len() >= SLOTS_MAX {
            self.message = Some(format!("A song has {SLOTS_MAX} slots at most."));
            return;
        }
        let Some(pattern) = self.shown_pattern() else { return };
        let slot = Slot {
            pattern: PatternIndex(u8::try_from(self.pattern).unwrap_or(0)),
            bars: pattern.bars(self.project.metre),
            transpose: 0,
            mutes: tresillo_pattern::Mutes::NONE,
            unknown: Unknown::default(),
        };
        let at = (self.slot + 1).min(self.project.song.slots.len());
        self.change_song("Add to the song", |slots| slots.insert(at, slot));
        self.slot = at;
    }

    /// Changes one slot.
    fn change_slot(&mut self, name: &str, index: usize, change: impl FnOnce(&mut Slot)) {
        self.change_song(name, |slots| {
            if let Some(slot) = slots.get_mut(index) {
                change(slot);
            }
        });
    }

    fn set_bars(&mut self, index: usize, bars: i64) {
        let bars = u16::try_from(bars.clamp(1, SLOT_BARS_MAX.into())).unwrap_or(1);
        self.change_slot("Bars of the song", index, |slot| slot.bars = bars);
    }

    /// Chooses a slot, and shows its pattern.
    pub(crate) fn choose_slot(&mut self, index: usize) {
        let Some(slot) = self.project.song.slots.get(index) else { return };
        let pattern = usize::from(slot.pattern.0);
        self.slot = index;
        self.show_pattern(pattern);
    }
}

/// A number of things in words.
fn counted(count: usize, thing: &str) -> String {
    match count {
        1 => format!("1 {thing}"),
        count => format!("{count} {thing}s"),
    }
}

/// The slot that plays at a tick, how far it has played in ticks, and whether the song is over.
pub(crate) fn playing_slot(desk: &Desk, tick: f64) -> Option<(usize, f64)> {
    let mut left = tick;
    for (index, slot) in desk.project.song.slots.iter().enumerate() {
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let length = slot.length_ticks(desk.project.metre).0 as f64;
        if left < length {
            return (left >= 0.0).then_some((index, left));
        }
        left -= length;
    }
    None
}

/// How wide each slot is: by its bars, but never too narrow to read.
fn widths(desk: &Desk, room: f32) -> Vec<f32> {
    let slots = &desk.project.song.slots;
    let bars: u32 = slots.iter().map(|slot| u32::from(slot.bars)).sum();
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let per_bar = (room / bars.max(1) as f32).min(24.0);
    slots.iter().map(|slot| (f32::from(slot.bars) * per_bar).clamp(SLOT_WIDTH_MIN, 240.0)).collect()
}

/// The chain, where the pattern slots are otherwise.
pub(crate) fn chain(
    ui: &mut Ui,
    theme: &Theme,
    area: Rect,
    height: f32,
    desk: &mut Desk,
    sight: &Sight,
) {
    let add = Rect::from_min_size(
        pos2(area.right() - 30.0, area.center().y - height / 2.0),
        vec2(28.0, height),
    );
    if button(ui, theme, add, ("+", "Add this pattern to the song"), fonts::bold(14.0), Look::Rest)
        .clicked()
    {
        desk.add_slot();
    }
    let list = Rect::from_min_size(pos2(add.left() - 56.0, add.top()), vec2(52.0, height));
    if button(ui, theme, list, ("List…", "The song as a list"), fonts::words(12.0), Look::Rest)
        .clicked()
    {
        desk.overlay = crate::editor::desk::Overlay::Song;
    }
    let room = room_of(area);
    if desk.project.song.slots.is_empty() {
        let at = pos2(room.left() + 4.0, room.center().y);
        let words = "No song yet. + adds the pattern that is shown.";
        text(ui, at, Align2::LEFT_CENTER, words, fonts::words(12.0), theme.text2);
        return;
    }
    let widths = widths(desk, room.width());
    scroll(ui, room, desk, &widths);
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(room));
    child.set_clip_rect(room.intersect(ui.clip_rect()));
    let mut x = room.left();
    for (index, width) in widths.iter().enumerate().skip(desk.first_slot) {
        if x > room.right() {
            break;
        }
        let rect = Rect::from_min_size(pos2(x, add.top()), vec2(width - 4.0, height));
        link(&mut child, theme, rect, desk, index, sight.slot == Some(index));
        x += width;
    }
}

/// Draws what moves: how far the slot that plays is.
pub(crate) fn moving(ui: &Ui, theme: &Theme, area: Rect, height: f32, desk: &Desk, sight: &Sight) {
    let playing = sight.song_tick.and_then(|tick| playing_slot(desk, tick));
    let Some((playing, done)) = playing else { return };
    let room = room_of(area);
    let mut x = room.left();
    for (index, width) in widths(desk, room.width()).iter().enumerate().skip(desk.first_slot) {
        let corner = pos2(x, area.center().y - height / 2.0);
        if index == playing
            && let Some(slot) = desk.project.song.slots.get(index)
            && x + width <= room.right() + 4.0
        {
            let rect = Rect::from_min_size(corner, vec2(width - 4.0, height));
            progress(ui, theme, rect, desk, slot, done);
        }
        x += width;
    }
}

/// Where the slots are: before the list and the plus.
fn room_of(area: Rect) -> Rect {
    area.with_max_x(area.right() - 90.0)
}

fn scroll(ui: &Ui, room: Rect, desk: &mut Desk, widths: &[f32]) {
    let mut left = room.width();
    let fitting = widths.iter().rev().take_while(|width| {
        left -= **width;
        left >= 0.0
    });
    let last = widths.len().saturating_sub(fitting.count());
    desk.first_slot = desk.first_slot.min(last);
    if ui.rect_contains_pointer(room) {
        let turned = wheel(ui);
        if turned < 0.0 {
            desk.first_slot = (desk.first_slot + 1).min(last);
        } else if turned > 0.0 {
            desk.first_slot = desk.first_slot.saturating_sub(1);
        }
    }
}

fn link(ui: &mut Ui, theme: &Theme, rect: Rect, desk: &mut Desk, index: usize, is_playing: bool) {
    let Some(slot) = desk.project.song.slots.get(index).cloned() else { return };
    let name = slot_name(slot.pattern.0.into());
    let response = ui.interact(rect, Id::unique(("slot", index)), Sense::click());
    let words = format!("Slot {} of the song: {name}, {} bars", index + 1, slot.bars);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_playing, &words));
    let (fill, ink) = match () {
        () if is_playing => (theme.paper, theme.ink),
        () if response.hovered() => (theme.hi, theme.text),
        () => (theme.head, theme.text),
    };
    ui.painter().rect_filled(rect, 4.0, fill);
    if !theme.is_dark && !is_playing {
        border(ui, rect, theme.line);
    }
    if desk.slot == index && !is_playing {
        ui.painter().rect_stroke(rect, 4.0, Stroke::new(2.0, theme.paper), StrokeKind::Inside);
    }
    let y = rect.center().y - if is_playing { 2.0 } else { 0.0 };
    let clip = ui.painter().with_clip_rect(rect);
    clip.text(pos2(rect.left() + 8.0, y), Align2::LEFT_CENTER, name, fonts::mono(10.5), ink);
    let bars =
        if rect.width() >= 84.0 { format!("{} bars", slot.bars) } else { slot.bars.to_string() };
    if rect.width() >= 46.0 {
        let at = pos2(rect.right() - 8.0, y);
        clip.text(at, Align2::RIGHT_CENTER, bars, fonts::mono(10.5), ink);
    }
    let handle = Rect::from_min_max(pos2(rect.right() - HANDLE_WIDTH, rect.top()), rect.max);
    handle_of(ui, desk, handle, index);
    focus(ui, theme, &response);
    if response.clicked() {
        desk.choose_slot(index);
    }
    if response.double_clicked() || response.secondary_clicked() {
        desk.choose_slot(index);
        desk.overlay = crate::editor::desk::Overlay::Song;
    }
}

/// The right end of a slot is dragged for its bars.
fn handle_of(ui: &Ui, desk: &mut Desk, handle: Rect, index: usize) {
    let name = format!("Bars of slot {}", index + 1);
    let response = ui.interact(handle, Id::unique(("slot end", index)), Sense::drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Slider, true, &name));
    if response.hovered() || response.dragged_by(egui::PointerButton::Primary) {
        ui.ctx().set_cursor_icon(egui::CursorIcon::ResizeHorizontal);
    }
    if response.drag_started_by(egui::PointerButton::Primary) {
        desk.begin("Bars of the song");
    }
    if response.dragged_by(egui::PointerButton::Primary) {
        // A bar for each dozen points; the slot itself may be as wide as it likes.
        let id = response.id;
        let moved =
            ui.data(|data| data.get_temp::<f32>(id)).unwrap_or(0.0) + response.drag_delta().x;
        let by = (moved / 12.0).trunc();
        ui.data_mut(|data| data.insert_temp(id, moved - by * 12.0));
        if by != 0.0 {
            let now = desk.project.song.slots.get(index).map_or(1, |slot| i64::from(slot.bars));
            #[allow(clippy::cast_possible_truncation, reason = "a drag is small")]
            desk.set_bars(index, now + by as i64);
        }
    }
    if response.drag_stopped_by(egui::PointerButton::Primary) {
        if ui.input(|input| input.key_pressed(egui::Key::Escape)) {
            desk.cancel();
        }
        desk.end();
    }
}

/// A segment for each bar, filled as far as it has played; at most sixteen.
fn progress(ui: &Ui, theme: &Theme, rect: Rect, desk: &Desk, slot: &Slot, done: f64) {
    let bar = desk.project.metre.bar_ticks().0.max(1);
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let length = slot.length_ticks(desk.project.metre).0 as f64;
    let count = slot.bars.clamp(1, 16);
    let _ = bar;
    let pitch = (rect.width() - 14.0) / f32::from(count);
    #[allow(clippy::cast_possible_truncation, reason = "a share")]
    let share = (done / length.max(1.0)) as f32 * f32::from(count);
    for segment in 0..count {
        let left = rect.left() + 8.0 + pitch * f32::from(segment);
        let whole =
            Rect::from_min_size(pos2(left, rect.bottom() - 6.0), vec2((pitch - 2.0).max(1.0), 2.0));
        ui.painter().rect_filled(
            whole,
            0.0,
            crate::editor::theme::mix(theme.paper, theme.ink, 0.3),
        );
        let mut full = whole;
        full.set_width(whole.width() * (share - f32::from(segment)).clamp(0.0, 1.0));
        ui.painter().rect_filled(full, 0.0, theme.ink);
    }
}

/// The list: everything of each slot.
pub(crate) fn show(ui: &mut Ui, theme: &Theme, area: Rect, desk: &mut Desk) {
    heading(ui, theme, area, "Song");
    let list = Rect::from_min_max(area.min + vec2(20.0, 72.0), area.max - vec2(20.0, 56.0));
    let slots = desk.project.song.slots.clone();
    for (x, words) in
        [(34.0, "Pattern"), (128.0, "Bars"), (214.0, "Transpose"), (310.0, "Silent tracks")]
    {
        let at = pos2(list.left() + x, list.top() - 12.0);
        text(ui, at, Align2::LEFT_CENTER, words, fonts::words(11.0), theme.text3);
    }
    let row_height = 32.0;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
    let rows = (list.height() / row_height).floor().max(1.0) as usize;
    let last = slots.len().saturating_sub(rows);
    desk.first_slot = desk.first_slot.min(last);
    if ui.rect_contains_pointer(list) && !ui.input(|input| input.pointer.any_down()) {
        // Over a value the wheel turns that; beside them it scrolls.
        let turned = wheel(ui);
        let is_beside = ui
            .input(|input| input.pointer.latest_pos())
            .is_some_and(|at| at.x > list.left() + 306.0);
        if turned < 0.0 && is_beside {
            desk.first_slot = (desk.first_slot + 1).min(last);
        } else if turned > 0.0 && is_beside {
            desk.first_slot = desk.first_slot.saturating_sub(1);
        }
    }
    if slots.is_empty() {
        let words = "No song yet. Show a pattern and add it here.";
        text(ui, list.center(), Align2::CENTER_CENTER, words, fonts::words(12.0), theme.text2);
    }
    for (row, index) in (desk.first_slot..slots.len()).take(rows).enumerate() {
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let corner = pos2(list.left(), list.top() + row_height * row as f32);
        let rect = Rect::from_min_size(corner, vec2(list.width(), row_height - 2.0));
        slot_row(ui, theme, rect, desk, index, &slots[index]);
    }
    let bottom = area.bottom() - 42.0;
    let words = format!("Add {}", slot_name(desk.pattern));
    let rect = Rect::from_min_size(pos2(area.left() + 24.0, bottom), vec2(110.0, 26.0));
    if button(ui, theme, rect, (&words, "Add to the song"), fonts::words(12.0), Look::Rest)
        .clicked()
    {
        desk.add_slot();
        desk.first_slot = desk.slot.saturating_sub(rows.saturating_sub(1));
    }
    let bars: u32 = slots.iter().map(|slot| u32::from(slot.bars)).sum();
    let at = pos2(area.right() - 24.0, bottom + 13.0);
    let words = format!(
        "{}, {}",
        counted(slots.len(), "slot"),
        counted(usize::try_from(bars).unwrap_or(0), "bar")
    );
    text(ui, at, Align2::RIGHT_CENTER, words, fonts::mono(12.0), theme.text2);
}

fn slot_row(ui: &mut Ui, theme: &Theme, rect: Rect, desk: &mut Desk, index: usize, slot: &Slot) {
    if desk.slot == index {
        ui.painter().rect_filled(rect, 4.0, theme.bg);
    }
    let middle = rect.center().y;
    let number_at = pos2(rect.left() + 8.0, middle);
    text(ui, number_at, Align2::LEFT_CENTER, index + 1, fonts::mono(11.0), theme.text3);
    let field = |left: f32, width: f32| {
        Rect::from_min_size(pos2(rect.left() + left, middle - 12.0), vec2(width, 24.0))
    };
    let count = i64::try_from(desk.project.patterns.len()).unwrap_or(1).max(1);
    let label = format!("Pattern of slot {}", index + 1);
    let spec = Number {
        label: &label,
        of: "",
        value: Some(slot.pattern.0.into()),
        range: (0, count - 1),
        shown: slot_name(slot.pattern.0.into()),
        read: &|text| {
            (0..count).find(|place| {
                slot_name(usize::try_from(*place).unwrap_or(0)).eq_ignore_ascii_case(text.trim())
            })
        },
        undo: "Pattern of the song",
    };
    number(ui, theme, field(34.0, 84.0), Form::Bare, desk, &spec, |desk, set| {
        desk.change_slot("Pattern of the song", index, |slot| {
            let pattern = set.of(slot.pattern.0.into(), 0, (0, count - 1));
            slot.pattern = PatternIndex(u8::try_from(pattern).unwrap_or(0));
        });
    });
    let label = format!("Bars of row {}", index + 1);
    let spec = Number {
        label: &label,
        of: "",
        value: Some(slot.bars.into()),
        range: (1, 64),
        shown: slot.bars.to_string(),
        read: &whole,
        undo: "Bars of the song",
    };
    number(ui, theme, field(128.0, 76.0), Form::Bare, desk, &spec, |desk, set| {
        let now = desk.project.song.slots.get(index).map_or(1, |slot| i64::from(slot.bars));
        desk.set_bars(index, set.of(now, 1, (1, SLOT_BARS_MAX.into())));
    });
    let label = format!("Transpose of slot {}", index + 1);
    let spec = Number {
        label: &label,
        of: "",
        value: Some(slot.transpose.into()),
        range: (-24, 24),
        shown: format!("{:+}", slot.transpose),
        read: &whole,
        undo: "Transpose of the song",
    };
    number(ui, theme, field(214.0, 76.0), Form::Bare, desk, &spec, |desk, set| {
        desk.change_slot("Transpose of the song", index, |slot| {
            let semitones = set.of(slot.transpose.into(), 0, (-127, 127));
            slot.transpose = i8::try_from(semitones).unwrap_or(0);
        });
    });
    let tracks = desk
        .project
        .patterns
        .get(usize::from(slot.pattern.0))
        .map_or(0, |pattern| pattern.tracks.len());
    for track in 0..tracks.min(10) {
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let place = field(310.0 + 22.0 * track as f32, 20.0);
        let is_muted = slot.mutes.contains(track);
        let look = if is_muted { Look::Live } else { Look::Rest };
        let name = format!("Slot {}: mute track {}", index + 1, track + 1);
        if button(ui, theme, place, (&(track + 1).to_string(), &name), fonts::mono(10.5), look)
            .clicked()
        {
            desk.change_slot("Silent tracks of the song", index, |slot| {
                slot.mutes = slot.mutes.with(track, !is_muted);
            });
        }
    }
    let mut right = rect.right() - 4.0;
    let mut tool = |words: &str, name: &str| {
        right -= 24.0;
        let place = Rect::from_min_size(pos2(right, middle - 12.0), vec2(22.0, 24.0));
        let name = format!("Slot {}: {name}", index + 1);
        button(ui, theme, place, (words, &name), fonts::words(12.0), Look::Rest).clicked()
    };
    if tool("×", "remove") {
        desk.change_song("Remove from the song", |slots| drop(slots.remove(index)));
    } else if tool("+", "twice") {
        if desk.project.song.slots.len() < SLOTS_MAX {
            let slot = slot.clone();
            desk.change_song("Add to the song", |slots| slots.insert(index + 1, slot));
        }
    } else if tool("↓", "later") {
        if index + 1 < desk.project.song.slots.len() {
            desk.change_song("Order of the song", |slots| slots.swap(index, index + 1));
        }
    } else if tool("↑", "earlier") && index > 0 {
        desk.change_song("Order of the song", |slots| slots.swap(index, index - 1));
    }
}
