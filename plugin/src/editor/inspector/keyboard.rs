//! The small keyboard, on which notes are put into steps and taken out.

use egui::{Align2, Id, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};
use tresillo_pattern::document::{Key, Scale};

use crate::editor::desk::Desk;
use crate::editor::fonts;
use crate::editor::number::wheel;
use crate::editor::theme::Theme;
use crate::editor::tools::key_name;
use crate::editor::widgets::{focus, text};

/// White keys that are seen.
const WHITE_KEYS: i64 = 16;

/// Semitones above C of the white keys.
const WHITE: [i64; 7] = [0, 2, 4, 5, 7, 9, 11];

/// Draws it and takes what is done.
pub(super) fn keyboard(
    ui: &Ui,
    theme: &Theme,
    rect: Rect,
    desk: &mut Desk,
    keys: &[Key],
    scale: Option<Scale>,
) {
    let response = ui.interact(rect, Id::unique("keyboard"), Sense::click());
    response
        .widget_info(|| WidgetInfo::labeled(Role::Group, true, "Keyboard: the notes of the step"));
    // It begins with the octave of the lowest key, but follows only when another step is looked at.
    let lowest = keys.first().map_or(48, |key| i64::from(key.get()));
    let id = response.id;
    let (place, kept) =
        ui.data(|data| data.get_temp::<((usize, usize), i64)>(id)).unwrap_or((desk.cursor, -1));
    let is_seen = (kept..kept + 28).contains(&lowest);
    let mut first =
        if kept >= 0 && (place == desk.cursor || is_seen) { kept } else { lowest / 12 * 12 };
    if response.hovered() {
        let turned = wheel(ui);
        if turned != 0.0 {
            first += if turned > 0.0 { 12 } else { -12 };
        }
    }
    first = first.clamp(0, 96);
    ui.data_mut(|data| data.insert_temp(id, (desk.cursor, first)));
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let pitch = rect.width() / WHITE_KEYS as f32;
    let colour = theme.track(desk.cursor.0);
    let (white, black) =
        (egui::Color32::from_rgb(0xE4, 0xDF, 0xD5), egui::Color32::from_rgb(0x12, 0x11, 0x10));
    let outside = crate::editor::theme::mix(white, black, 0.3);
    let is_in =
        |key: i64| u8::try_from(key).is_ok_and(|key| scale.is_none_or(|scale| scale.contains(key)));
    let is_held = |key: i64| keys.iter().any(|held| i64::from(held.get()) == key);
    let pointer = ui.input(|input| input.pointer.latest_pos());
    let mut under = None;
    for index in 0..WHITE_KEYS {
        let key = first + index / 7 * 12 + WHITE[usize::try_from(index % 7).unwrap_or(0)];
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let left = rect.left() + pitch * index as f32;
        let place = Rect::from_min_size(pos2(left, rect.top()), vec2(pitch - 1.0, rect.height()));
        let fill = match () {
            () if is_held(key) => colour,
            () if is_in(key) => white,
            () => outside,
        };
        ui.painter().rect_filled(place, 2.0, fill);
        if key % 12 == 0 {
            let at = pos2(place.center().x, place.bottom() - 6.0);
            let ink = if is_held(key) { theme.on_track(colour) } else { black };
            text(
                ui,
                at,
                Align2::CENTER_CENTER,
                key_name(key).replace("-", "−"),
                fonts::mono(7.5),
                ink,
            );
        }
        if pointer.is_some_and(|at| place.contains(at)) {
            under = Some(key);
        }
    }
    for index in 0..WHITE_KEYS - 1 {
        let within = index % 7;
        if within == 2 || within == 6 {
            continue;
        }
        let key = first + index / 7 * 12 + WHITE[usize::try_from(within).unwrap_or(0)] + 1;
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let middle = rect.left() + pitch * (index as f32 + 1.0) - 0.5;
        let place = Rect::from_min_size(
            pos2(middle - pitch * 0.3, rect.top()),
            vec2(pitch * 0.6, rect.height() * 0.58),
        );
        let fill = match () {
            () if is_held(key) => colour,
            () if is_in(key) => black,
            () => crate::editor::theme::mix(black, white, 0.3),
        };
        ui.painter().rect_filled(place, 1.5, fill);
        if is_held(key) {
            ui.painter().rect_stroke(place, 1.5, Stroke::new(1.0, black), StrokeKind::Inside);
        }
        if pointer.is_some_and(|at| place.contains(at)) {
            under = Some(key);
        }
    }
    focus(ui, theme, &response);
    if response.clicked()
        && let Some(key) = under.and_then(|key| u8::try_from(key).ok()).filter(|key| *key < 128)
    {
        desk.toggle_key(Key::saturating(key));
        desk.audition(desk.cursor);
    }
}
