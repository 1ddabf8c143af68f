//! The names of the lanes, with a small picture and a length each.

use egui::{Align2, Id, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use tresillo_pattern::document::Track;

use super::{chart_range, shown};
use crate::editor::desk::Desk;
use crate::editor::fonts;
use crate::editor::layout::Layout;
use crate::editor::number::{Form, Number, Set, number, wheel, whole};
use crate::editor::theme::{Theme, mix};
use crate::editor::tools::Lane;
use crate::editor::widgets::{focus, text};

/// The names of the lanes, each with a small picture of its values and its length.
pub(crate) fn heads(ui: &mut Ui, theme: &Theme, layout: &Layout, desk: &mut Desk) {
    let area = layout.lane_heads;
    let track = desk.cursor.0;
    let bar = Rect::from_min_size(area.min, vec2(6.0, area.height()));
    ui.painter().rect_filled(bar, 0.0, theme.track(track));
    let Some(of_track) = desk.track().cloned() else { return };
    let mut y = area.top() + 8.0;
    if !layout.is_small {
        let middle = y + 10.0;
        let clip = ui
            .painter()
            .with_clip_rect(Rect::from_min_max(area.min, pos2(area.left() + 150.0, area.bottom())));
        let at = pos2(area.left() + 22.0, middle);
        clip.text(at, Align2::LEFT_CENTER, &of_track.name, fonts::bold(13.0), theme.text);
        let at = pos2(area.right() - 12.0, middle);
        text(ui, at, Align2::RIGHT_CENTER, "Lane length", fonts::words(11.0), theme.text3);
        y += 26.0;
    }
    let row_height = if layout.is_small { 22.0 } else { 23.0 };
    let lanes = Lane::of(&of_track);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
    let rows = ((area.bottom() - y) / row_height).floor().max(1.0) as usize;
    let last = lanes.len().saturating_sub(rows);
    desk.first_lane = desk.first_lane.min(last);
    let all = Rect::from_min_max(pos2(area.left(), y), area.max);
    if ui.rect_contains_pointer(all) {
        let turned = wheel(ui);
        if turned < 0.0 {
            desk.first_lane = (desk.first_lane + 1).min(last);
        } else if turned > 0.0 {
            desk.first_lane = desk.first_lane.saturating_sub(1);
        }
    }
    for lane in lanes.into_iter().skip(desk.first_lane).take(rows) {
        let rect = Rect::from_min_size(
            pos2(area.left() + 14.0, y),
            vec2(area.width() - 22.0, row_height - 1.0),
        );
        head(ui, theme, layout, desk, &of_track, lane, rect);
        y += row_height;
    }
}

fn head(
    ui: &mut Ui,
    theme: &Theme,
    layout: &Layout,
    desk: &mut Desk,
    track: &Track,
    lane: Lane,
    rect: Rect,
) {
    let is_chosen = desk.lane == lane;
    let name = lane.name();
    let response = ui.interact(rect, Id::unique(("lane", &name)), Sense::click());
    response.widget_info(|| {
        WidgetInfo::selected(Role::Button, true, is_chosen, format!("Lane {name}"))
    });
    if is_chosen || response.hovered() {
        ui.painter().rect_filled(rect, 4.0, theme.hi);
    }
    if response.clicked() {
        desk.lane = lane;
    }
    focus(ui, theme, &response);
    let ink = if is_chosen { theme.text } else { theme.text2 };
    let clip = ui.painter().with_clip_rect(Rect::from_min_max(
        rect.min,
        pos2(rect.left() + if layout.is_small { 90.0 } else { 102.0 }, rect.bottom()),
    ));
    let at = pos2(rect.left() + 8.0, rect.center().y);
    clip.text(at, Align2::LEFT_CENTER, &name, fonts::words(12.0), ink);
    let of_lane = shown(track, lane);
    miniature(ui, theme, layout, desk, track, lane, rect);
    let length = i64::try_from(of_lane.steps.len()).unwrap_or(1);
    let place =
        Rect::from_min_max(pos2(rect.right() - 30.0, rect.top() + 1.0), rect.max - vec2(2.0, 1.0));
    let label = format!("Length of lane {name}");
    let spec = Number {
        label: &label,
        of: "",
        value: Some(length),
        range: (1, 128),
        shown: length.to_string(),
        read: &whole,
        undo: "Own length of a lane",
    };
    let form = Form::Plain { is_strong: of_lane.is_own };
    number(ui, theme, place, form, desk, &spec, |desk, set| {
        desk.lane = lane;
        let now = desk.track().map_or(1, |track| shown(track, lane).steps.len());
        let length = match set {
            Set::Default => None,
            other => {
                let now = i64::try_from(now).unwrap_or(1);
                usize::try_from(other.of(now, now, (1, 128))).ok()
            }
        };
        desk.set_own_length(lane, length);
    });
}

fn miniature(
    ui: &Ui,
    theme: &Theme,
    layout: &Layout,
    desk: &Desk,
    track: &Track,
    lane: Lane,
    rect: Rect,
) {
    if layout.is_small {
        return;
    }
    let width = 80.0;
    let left = rect.right() - width - 40.0;
    let of_lane = shown(track, lane);
    let (low, high) = chart_range(track, of_lane, lane);
    let count = of_lane.steps.len().clamp(1, 32);
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let pitch = width / count as f32;
    let colour = mix(theme.panel, theme.track(desk.cursor.0), 0.8);
    for (index, step) in of_lane.steps.iter().take(count).enumerate() {
        if !(step.is_on || of_lane.is_own) {
            continue;
        }
        let value = lane.on(track, step).clamp(low, high);
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let share = (value - low) as f32 / (high - low) as f32;
        let height = (14.0 * share).max(1.5);
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let corner = pos2(left + pitch * index as f32, rect.center().y + 7.0 - height);
        let bar = Rect::from_min_size(corner, vec2((pitch - 1.0).max(1.0), height));
        ui.painter().rect_filled(bar, 0.0, colour);
    }
}
