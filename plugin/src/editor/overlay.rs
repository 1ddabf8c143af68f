//! What lies over the grid: when a step sounds, and the key map.

use egui::{Align2, Id, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};
use tresillo_pattern::document::{Condition, Rule};

use crate::editor::browser;
use crate::editor::desk::{Desk, Overlay};
use crate::editor::fonts;
use crate::editor::inspector;
use crate::editor::keys::KEY_MAP;
use crate::editor::sight::Sight;
use crate::editor::theme::Theme;
use crate::editor::tools::Lane;
use crate::editor::track;
use crate::editor::widgets::{Look, button, text};

/// Draws what is open.
pub(crate) fn show(ui: &mut Ui, theme: &Theme, window: Rect, desk: &mut Desk, sight: &Sight) {
    let size = match desk.overlay {
        Overlay::None => return,
        Overlay::Help => vec2(760.0, 484.0),
        Overlay::Browser => vec2(720.0, 520.0),
        Overlay::Track => vec2(500.0, 392.0),
        Overlay::Condition => vec2(392.0, 470.0),
    };
    let size = size.min(window.size() - vec2(32.0, 32.0));
    // What lies below takes nothing.
    let behind = ui.interact(window, Id::unique("behind"), Sense::click());
    ui.painter().rect_filled(window, 0.0, theme.bg.gamma_multiply(0.6));
    let area = Rect::from_center_size(window.center(), size);
    ui.painter().rect(area, 8.0, theme.panel, Stroke::new(1.0, theme.line), StrokeKind::Inside);
    let body = ui.interact(area, Id::unique("overlay"), Sense::click());
    body.widget_info(|| WidgetInfo::labeled(Role::Dialog, true, "Overlay"));
    let close = Rect::from_min_size(area.right_top() + vec2(-40.0, 12.0), vec2(24.0, 24.0));
    if button(ui, theme, close, ("×", "Close"), fonts::bold(14.0), Look::Rest).clicked()
        || behind.clicked()
    {
        desk.overlay = Overlay::None;
        return;
    }
    match desk.overlay {
        Overlay::Help => help(ui, theme, area),
        Overlay::Browser => browser::show(ui, theme, area, desk, sight),
        Overlay::Track => track::show(ui, theme, area, desk),
        Overlay::Condition => condition(ui, theme, area, desk, sight),
        Overlay::None => {}
    }
}

fn help(ui: &Ui, theme: &Theme, area: Rect) {
    text(
        ui,
        area.min + vec2(24.0, 26.0),
        Align2::LEFT_CENTER,
        "Keys and gestures",
        fonts::bold(16.0),
        theme.text,
    );
    let rows = KEY_MAP.len().div_ceil(2);
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let pitch = ((area.height() - 84.0) / rows as f32).min(24.0);
    // The right column has the longer names of gestures.
    let columns = [(24.0, 118.0), (24.0 + area.width() * 0.45, 204.0)];
    for (index, (keys, words)) in KEY_MAP.iter().enumerate() {
        let Some((left, width)) = columns.get(index / rows) else { continue };
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let at = area.min + vec2(*left, 62.0 + pitch * (index % rows) as f32);
        text(ui, at, Align2::LEFT_CENTER, keys, fonts::mono(11.0), theme.text);
        let words_at = at + vec2(*width, 0.0);
        text(ui, words_at, Align2::LEFT_CENTER, words, fonts::words(11.0), theme.text2);
    }
}

fn condition(ui: &Ui, theme: &Theme, area: Rect, desk: &mut Desk, sight: &Sight) {
    let Some(step) = desk.step(desk.cursor).cloned() else { return };
    let colour = theme.track(desk.cursor.0);
    let title = format!("When does step {} sound?", desk.cursor.1 + 1);
    text(
        ui,
        area.min + vec2(16.0, 24.0),
        Align2::LEFT_CENTER,
        title,
        fonts::bold(14.0),
        theme.text,
    );
    let now = step.condition;
    let is_negated = now.is_some_and(|condition| condition.is_negated);
    let with = |rule: Rule| Condition { rule, is_negated };
    let rules: [(&str, Option<Condition>); 5] = [
        ("Always", None),
        ("First", Some(with(Rule::First))),
        ("Fill", Some(with(Rule::Fill))),
        ("Pre", Some(with(Rule::Previous))),
        ("Nei", Some(with(Rule::Neighbour))),
    ];
    let mut x = area.left() + 16.0;
    let y = area.top() + 46.0;
    for (words, wanted) in rules {
        let rect = Rect::from_min_size(pos2(x, y), vec2(56.0, 26.0));
        let is_chosen = match (wanted, now) {
            (None, None) => true,
            (Some(wanted), Some(now)) => wanted.rule == now.rule,
            _ => false,
        };
        let name = format!("Condition: {words}");
        if button(
            ui,
            theme,
            rect,
            (words, &name),
            fonts::words(12.0),
            if is_chosen { Look::Chosen } else { Look::Rest },
        )
        .clicked()
        {
            desk.set_condition(wanted);
        }
        x += 60.0;
    }
    let rect = Rect::from_min_size(pos2(area.right() - 16.0 - 52.0, y), vec2(52.0, 26.0));
    let look = match (now.is_some(), is_negated) {
        (false, _) => Look::Disabled,
        (true, true) => Look::Live,
        (true, false) => Look::Rest,
    };
    if button(ui, theme, rect, ("Not", "Not"), fonts::words(12.0), look).clicked() {
        desk.set_condition(now.map(Condition::negated));
    }
    let grid = Rect::from_min_size(area.min + vec2(44.0, 86.0), vec2(16.0 * 18.0, 15.0 * 18.0));
    ratios(ui, theme, grid, desk, now, colour);
    let at = pos2(area.right() - 20.0, area.top() + 104.0);
    let words = now.map_or("Always".to_owned(), |condition| condition.to_string());
    text(ui, at, Align2::RIGHT_CENTER, words, fonts::mono_bold(20.0), theme.text);
    let words = inspector::sentence(now, step.chance.get());
    text(ui, at + vec2(0.0, 24.0), Align2::RIGHT_CENTER, words, fonts::words(11.0), theme.text2);
    let y = grid.bottom() + 26.0;
    let places = desk.chosen();
    for (index, percent) in [10i64, 25, 33, 50, 66, 75, 90, 100].into_iter().enumerate() {
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let rect = Rect::from_min_size(
            pos2(area.left() + 16.0 + 45.0 * index as f32, y),
            vec2(42.0, 24.0),
        );
        let look = if i64::from(step.chance.get()) == percent { Look::Chosen } else { Look::Rest };
        let name = format!("Chance of {percent} %");
        if button(ui, theme, rect, (&format!("{percent}%"), &name), fonts::mono(10.5), look)
            .clicked()
        {
            desk.set_value(Lane::Chance, &places, percent);
        }
    }
    inspector::strip(
        ui,
        theme,
        Rect::from_min_size(pos2(area.left() + 16.0, y + 34.0), vec2(area.width() - 32.0, 16.0)),
        desk,
        sight,
    );
}

/// All A:B, a row for each B.
fn ratios(
    ui: &Ui,
    theme: &Theme,
    grid: Rect,
    desk: &mut Desk,
    now: Option<Condition>,
    colour: egui::Color32,
) {
    let chosen = match now.map(|condition| condition.rule) {
        Some(Rule::Ratio(ratio)) => Some((ratio.nth(), ratio.of())),
        _ => None,
    };
    let pitch = 18.0;
    for of in 2..=16u8 {
        let y = grid.top() + pitch * f32::from(of - 2);
        let is_row = chosen.is_some_and(|(_, chosen)| chosen == of);
        let ink = if is_row { theme.text } else { theme.text3 };
        text(
            ui,
            pos2(grid.left() - 8.0, y + 8.0),
            Align2::RIGHT_CENTER,
            of,
            fonts::mono(10.0),
            ink,
        );
        for nth in 1..=of {
            let rect = Rect::from_min_size(
                pos2(grid.left() + pitch * f32::from(nth - 1), y),
                vec2(16.0, 16.0),
            );
            let response = ui.interact(rect, Id::unique(("ratio", nth, of)), Sense::click());
            let is_chosen = chosen == Some((nth, of));
            response.widget_info(|| {
                WidgetInfo::selected(Role::Button, true, is_chosen, format!("{nth}:{of}"))
            });
            let fill = match () {
                () if is_chosen => colour,
                () if response.hovered() || is_row => theme.hi,
                () => theme.slot,
            };
            ui.painter().rect_filled(rect, 3.0, fill);
            if response.clicked() {
                let is_negated = now.is_some_and(|condition| condition.is_negated);
                if let Ok(ratio) = Condition::ratio(nth.into(), of.into()) {
                    desk.set_condition(Some(Condition { is_negated, ..ratio }));
                }
            }
        }
    }
}
