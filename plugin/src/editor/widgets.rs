//! Controls: what they look like in each state, and how they answer.

use egui::{
    Align2, Color32, FontId, Id, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, TextEdit,
    Ui, WidgetInfo, vec2,
};

use crate::editor::desk::Desk;
use crate::editor::fonts;
use crate::editor::teach;
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

/// Text that begins at a place and ends with dots where it would be wider than there is room; where it went.
pub(crate) fn elided(
    ui: &Ui,
    at: Pos2,
    text: impl ToString,
    font: FontId,
    colour: Color32,
    width: f32,
) -> Rect {
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_string(), font, colour);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width.max(8.0));
    let galley = ui.painter().layout_job(job);
    let corner = at - vec2(0.0, galley.size().y / 2.0);
    let rect = Rect::from_min_size(corner, galley.size());
    ui.painter().galley(corner, galley, colour);
    rect
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
    if response.hovered() {
        teach::hover(ui, name);
    }
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

/// Several buttons side by side, of which one is chosen: that which was pressed. Each is words, a name and whether it is chosen.
pub(crate) fn segments<'a>(
    ui: &Ui,
    theme: &Theme,
    rect: Rect,
    size: f32,
    choices: impl ExactSizeIterator<Item = (&'a str, String, bool)>,
) -> Option<usize> {
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let pitch = rect.width() / choices.len().max(1) as f32;
    let mut pressed = None;
    for (place, (words, name, is_chosen)) in choices.enumerate() {
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let at = rect.min + vec2(pitch * place as f32, 0.0);
        let one = Rect::from_min_size(at, vec2(pitch - 2.0, rect.height()));
        let look = if is_chosen { Look::Chosen } else { Look::Rest };
        if button(ui, theme, one, (words, &name), fonts::words(size), look).clicked() {
            pressed = Some(place);
        }
    }
    pressed
}

/// The heading of what lies over the grid.
pub(crate) fn heading(ui: &Ui, theme: &Theme, area: Rect, words: &str) {
    let at = area.min + vec2(24.0, 26.0);
    text(ui, at, Align2::LEFT_CENTER, words, fonts::bold(16.0), theme.text);
}

/// The label of a row.
pub(crate) fn label(ui: &Ui, theme: &Theme, at: Pos2, words: &str) {
    text(ui, at, Align2::LEFT_CENTER, words, fonts::words(12.0), theme.text2);
}
