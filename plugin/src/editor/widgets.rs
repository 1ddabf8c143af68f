//! Controls: what they look like in each state, and how they answer.

use egui::{
    Align2, Color32, FontId, Id, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, TextEdit,
    Ui, WidgetInfo, pos2, vec2,
};

use crate::editor::desk::Desk;
use crate::editor::fonts;
use crate::editor::theme::Theme;

/// Radius of controls and slots.
pub(crate) const RADIUS: f32 = 4.0;

/// What a control says by its look, beside hover and focus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Look {
    #[default]
    Rest,
    /// One of several that is chosen.
    Chosen,
    /// Playing, held, armed.
    Live,
    Disabled,
}

/// Text at a place; where it went.
pub(crate) fn text(
    ui: &Ui,
    at: Pos2,
    anchor: Align2,
    text: impl ToString,
    font: FontId,
    colour: Color32,
) -> Rect {
    ui.painter().text(at, anchor, text, font, colour)
}

/// A button with words or signs. Its name is for those who do not see it.
pub(crate) fn button(
    ui: &Ui,
    theme: &Theme,
    rect: Rect,
    (words, name): (&str, &str),
    font: FontId,
    look: Look,
) -> Response {
    let is_enabled = look != Look::Disabled;
    let sense = if is_enabled { Sense::click() } else { Sense::hover() };
    let response = ui.interact(rect, Id::unique(("button", name)), sense);
    let is_chosen = matches!(look, Look::Chosen | Look::Live);
    response.widget_info(|| WidgetInfo::selected(Role::Button, is_enabled, is_chosen, name));
    let (fill, ink) = match look {
        Look::Live => (theme.paper, theme.ink),
        Look::Disabled => (Color32::TRANSPARENT, theme.disabled()),
        _ if response.hovered() || look == Look::Chosen => (theme.hi, theme.text),
        _ => (theme.slot, theme.text2),
    };
    ui.painter().rect_filled(rect, RADIUS, fill);
    if !theme.is_dark && look == Look::Rest {
        border(ui, rect, theme.line);
    }
    text(ui, rect.center(), Align2::CENTER_CENTER, words, font, ink);
    focus(ui, theme, &response);
    response
}

/// A thin line around something.
pub(crate) fn border(ui: &Ui, rect: Rect, colour: Color32) {
    ui.painter().rect_stroke(rect, RADIUS, Stroke::new(1.0, colour), StrokeKind::Inside);
}

/// The outline of what the keyboard is on.
pub(crate) fn focus(ui: &Ui, theme: &Theme, response: &Response) {
    if response.has_focus() {
        let rect = response.rect.expand(2.0);
        ui.painter().rect_stroke(rect, 6.0, Stroke::new(2.0, theme.paper), StrokeKind::Outside);
    }
}

/// A value with a label, dragged sideways: the change of its share since the last frame, if it was dragged.
pub(crate) fn field(
    ui: &Ui,
    theme: &Theme,
    rect: Rect,
    (label, value): (&str, &str),
    share: f32,
    colour: Color32,
) -> Response {
    let response = ui.interact(rect, Id::unique(("field", label)), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Slider, true, format!("{label}: {value}")));
    let fill = if response.hovered() || response.dragged() { theme.hi } else { theme.slot };
    ui.painter().rect_filled(rect, RADIUS, fill);
    if !theme.is_dark {
        border(ui, rect, theme.line);
    }
    let middle = rect.center().y - 2.0;
    text(
        ui,
        pos2(rect.left() + 10.0, middle),
        Align2::LEFT_CENTER,
        label,
        fonts::words(12.0),
        theme.text2,
    );
    text(
        ui,
        pos2(rect.right() - 10.0, middle),
        Align2::RIGHT_CENTER,
        value,
        fonts::mono(12.0),
        theme.text,
    );
    let track = Rect::from_min_max(
        pos2(rect.left() + 10.0, rect.bottom() - 4.0),
        pos2(rect.right() - 10.0, rect.bottom() - 2.0),
    );
    ui.painter().rect_filled(track, 1.0, theme.line);
    let x = track.left() + track.width() * share.clamp(0.0, 1.0);
    ui.painter().rect_filled(Rect::from_min_max(track.min, pos2(x, track.bottom())), 1.0, colour);
    let thumb = Rect::from_center_size(pos2(x, track.center().y), vec2(3.0, 6.0));
    ui.painter().rect_filled(thumb, 1.0, theme.text);
    focus(ui, theme, &response);
    response
}

/// A field into which text is typed: what it holds now, if that has changed. What is typed from its focus on is one step of
/// undo of that name; `None`: it changes no document.
pub(crate) fn typed(
    ui: &mut Ui,
    theme: &Theme,
    rect: Rect,
    (name, hint): (&str, &str),
    text: &str,
    undone: Option<(&mut Desk, &str)>,
) -> Option<String> {
    ui.painter().rect_filled(rect, RADIUS, theme.slot);
    let mut text = text.to_owned();
    let edit = TextEdit::singleline(&mut text)
        .id(Id::unique(("typed", name)))
        .hint_text(hint)
        .font(fonts::words(12.0))
        .text_color(theme.text)
        .align(Align2::LEFT_CENTER)
        .frame(egui::Frame::NONE);
    let response = ui.put(rect.shrink2(vec2(8.0, 3.0)), edit);
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, name));
    if let Some((desk, undone)) = undone {
        if response.gained_focus() {
            desk.begin(undone);
        }
        if response.lost_focus() {
            desk.end();
        }
    }
    response.changed().then_some(text)
}

/// The mark: eight cells in rows of 3, 3 and 2. `alight` is the eighth of the bar that plays.
pub(crate) fn mark(ui: &Ui, theme: &Theme, at: Pos2, size: f32, alight: Option<usize>) {
    let unit = size / 64.0;
    for cell in 0..8usize {
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let corner = at + vec2((cell % 3) as f32, (cell / 3) as f32) * 22.0 * unit;
        let is_hit = cell % 3 == 0;
        let strength = match alight {
            Some(now) if now == cell => 1.0,
            Some(_) if is_hit => 0.66,
            Some(_) => 0.24,
            None if is_hit => 1.0,
            None => 0.36,
        };
        let rect = Rect::from_min_size(corner, vec2(20.0, 20.0) * unit);
        ui.painter().rect_filled(rect, 3.6 * unit, theme.text.gamma_multiply(strength));
    }
}
