//! A value that is dragged, turned with the wheel, typed, or moved with the arrow keys.

use egui::{
    Align2, Color32, Id, Key, Pos2, Rect, Response, Role, Sense, TextEdit, Ui, WidgetInfo, pos2,
    vec2,
};

use crate::editor::desk::Desk;
use crate::editor::fonts;
use crate::editor::teach;
use crate::editor::theme::Theme;
use crate::editor::widgets::{RADIUS, border, focus, text};

/// What a value is to become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Set {
    /// This.
    To(i64),
    /// So much more than each of those that it stands for has.
    By(i64),
    /// What it is where nobody has said anything.
    Default,
}

impl Set {
    /// The new value from the old one, in a range.
    pub(crate) fn of(self, now: i64, default: i64, (low, high): (i64, i64)) -> i64 {
        match self {
            Set::To(value) => value,
            Set::By(by) => now.saturating_add(by),
            Set::Default => default,
        }
        .clamp(low, high)
    }
}

/// What is to be known of a value.
pub(crate) struct Number<'a> {
    /// What it is called.
    pub(crate) label: &'a str,
    /// Whose it is, where two of one label are seen at once.
    pub(crate) of: &'a str,
    /// `None`: those that it stands for differ.
    pub(crate) value: Option<i64>,
    /// What dragging goes over.
    pub(crate) range: (i64, i64),
    /// What it says.
    pub(crate) shown: String,
    /// What somebody who types it says.
    pub(crate) read: &'a dyn Fn(&str) -> Option<i64>,
    /// The name of what it changes, in undo.
    pub(crate) undo: &'a str,
}

/// How a value is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Label left, value right, a line below.
    Field(Color32),
    /// The label above the value, without a ground.
    Stacked,
    /// The value alone.
    Bare,
    /// The value alone, without a ground, at the right.
    Plain {
        /// It differs from what it would be by itself.
        is_strong: bool,
    },
}

/// A whole number, with what stands behind it left aside.
pub(crate) fn whole(text: &str) -> Option<i64> {
    let text = text.trim();
    let end = text
        .char_indices()
        .find(|(index, letter)| {
            !(letter.is_ascii_digit() || (*index == 0 && matches!(letter, '+' | '-' | '−')))
        })
        .map_or(text.len(), |(index, _)| index);
    text.get(..end)?.replace('−', "-").parse().ok()
}

/// Draws a value and does to it what hands do, by `set`. What a drag does is one step of undo.
pub(crate) fn number(
    ui: &mut Ui,
    theme: &Theme,
    rect: Rect,
    form: Form,
    desk: &mut Desk,
    number: &Number<'_>,
    mut set: impl FnMut(&mut Desk, Set),
) -> Response {
    let id = Id::unique(("number", number.label, number.of));
    let typing = ui.data(|data| data.get_temp::<String>(id));
    if let Some(typed) = typing {
        // A field that was not seen meanwhile, because what it stood in was closed, is given up.
        let now = ui.ctx().cumulative_pass_nr();
        let seen = ui.data(|data| data.get_temp::<u64>(id)).unwrap_or(now);
        if now.saturating_sub(seen) <= 1 {
            ui.data_mut(|data| data.insert_temp(id, now));
            return type_in(ui, theme, rect, desk, number, id, typed, &mut set);
        }
        forget(ui, id);
    }
    let response = ui.interact(rect, id, Sense::click_and_drag());
    response.widget_info(|| {
        let name = match number.of {
            "" => format!("{}: {}", number.label, number.shown),
            of => format!("{of} {}: {}", number.label.to_lowercase(), number.shown),
        };
        WidgetInfo::labeled(Role::Slider, true, name)
    });
    if response.hovered() {
        let of = if number.of.starts_with("Track") { "" } else { number.of };
        let label =
            if of.is_empty() { number.label.to_owned() } else { number.label.to_lowercase() };
        teach::hover(ui, format!("{of} {label}").trim_start());
    }
    draw(ui, theme, rect, form, number, &response);
    let (low, high) = number.range;
    let (is_fine, is_ctrl) = ui.input(|input| (input.modifiers.shift, input.modifiers.command));
    if response.drag_started_by(egui::PointerButton::Primary) {
        desk.begin(number.undo);
    }
    if response.dragged_by(egui::PointerButton::Primary) {
        let delta = response.drag_delta();
        // Over a narrow range a pixel is not much; over a wide one the whole width is the whole range.
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let per_point = ((high - low) as f32 / rect.width().max(120.0)).min(4.0)
            * if is_fine { 0.1 } else { 1.0 };
        let rest = id.with("rest");
        let moved = ui.data(|data| data.get_temp::<f32>(rest)).unwrap_or(0.0)
            + (delta.x - delta.y) * per_point;
        #[allow(clippy::cast_possible_truncation, reason = "a drag is small")]
        let by = moved.trunc() as i64;
        #[allow(clippy::cast_precision_loss, reason = "small")]
        ui.data_mut(|data| data.insert_temp(rest, moved - by as f32));
        if by != 0 {
            set(desk, Set::By(by));
        }
    }
    if response.drag_stopped_by(egui::PointerButton::Primary) {
        if ui.input(|input| input.key_pressed(Key::Escape)) {
            desk.cancel();
        }
        desk.end();
    }
    if response.hovered() {
        let turned = wheel(ui);
        if turned != 0.0 {
            let step = if is_fine { 1 } else { ((high - low) / 32).max(1) };
            set(desk, Set::By(if turned > 0.0 { step } else { -step }));
        }
    }
    if response.has_focus() {
        // Up and down are for the value, not for the way to the next one.
        let filter = egui::EventFilter { vertical_arrows: true, ..Default::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        // Shift comes first, because a key without it counts with it, too.
        let keys = [
            (egui::Modifiers::SHIFT, Key::ArrowUp, 10),
            (egui::Modifiers::SHIFT, Key::ArrowDown, -10),
            (egui::Modifiers::NONE, Key::ArrowUp, 1),
            (egui::Modifiers::NONE, Key::ArrowDown, -1),
        ];
        let by: i64 = ui.input_mut(|input| {
            let times = |(modifiers, key, by): (egui::Modifiers, Key, i64)| {
                by * i64::try_from(input.count_and_consume_key(modifiers, key)).unwrap_or(0)
            };
            keys.into_iter().map(times).sum()
        });
        if by != 0 {
            set(desk, Set::By(by));
        }
    }
    // The stacked ones belong to the host too, and learn controllers by that button.
    let is_reset = response.secondary_clicked() && form != Form::Stacked;
    if is_reset || (response.clicked() && is_ctrl) {
        set(desk, Set::Default);
    }
    let wants_typing = response.double_clicked()
        || (response.has_focus() && ui.input(|input| input.key_pressed(Key::Enter)));
    if wants_typing {
        ui.data_mut(|data| data.insert_temp(id, number.shown.clone()));
        ui.ctx().memory_mut(|memory| memory.request_focus(id.with("text")));
    }
    response
}

/// Points of a trackpad that are as far as a notch of a wheel.
const POINTS_OF_A_NOTCH: f32 = 40.0;

/// By how many notches the wheel has been turned up or down in this frame.
pub(crate) fn wheel(ui: &Ui) -> f32 {
    notches(ui).y
}

/// By how many notches the wheel has been turned in this frame, sideways and up. A trackpad's points are gathered until they are
/// one.
pub(crate) fn notches(ui: &Ui) -> egui::Vec2 {
    let (turned, points) = ui.input(|input| {
        let mut sums = (egui::Vec2::ZERO, egui::Vec2::ZERO);
        for event in &input.events {
            match event {
                egui::Event::MouseWheel { unit: egui::MouseWheelUnit::Point, delta, .. } => {
                    sums.1 += *delta;
                }
                egui::Event::MouseWheel { delta, .. } => sums.0 += *delta,
                _ => {}
            }
        }
        sums
    });
    if points == egui::Vec2::ZERO {
        return turned;
    }
    // Whoever asks first in a frame gathers; whoever asks again gets the same.
    let (id, now) = (Id::unique("points of a trackpad"), ui.ctx().cumulative_pass_nr());
    let (pass, rest, given) =
        ui.data(|data| data.get_temp::<(u64, egui::Vec2, egui::Vec2)>(id)).unwrap_or_default();
    if pass == now {
        return turned + given;
    }
    let gathered = (rest + points) / POINTS_OF_A_NOTCH;
    let given = vec2(gathered.x.trunc(), gathered.y.trunc());
    let rest = (gathered - given) * POINTS_OF_A_NOTCH;
    ui.data_mut(|data| data.insert_temp(id, (now, rest, given)));
    turned + given
}

#[allow(clippy::too_many_arguments, reason = "what a field needs, split for its length")]
fn type_in(
    ui: &mut Ui,
    theme: &Theme,
    rect: Rect,
    desk: &mut Desk,
    number: &Number<'_>,
    id: Id,
    mut typed: String,
    set: &mut impl FnMut(&mut Desk, Set),
) -> Response {
    ui.painter().rect_filled(rect, RADIUS, theme.hi);
    let edit = TextEdit::singleline(&mut typed)
        .id(id.with("text"))
        .font(fonts::mono(12.0))
        .text_color(theme.text)
        .align(Align2::LEFT_CENTER)
        .frame(egui::Frame::NONE);
    let response = ui.put(rect.shrink2(vec2(6.0, 2.0)), edit);
    response.widget_info(|| {
        WidgetInfo::labeled(Role::TextInput, true, format!("Type {}", number.label))
    });
    let is_fresh = id.with("fresh");
    if response.has_focus() && !ui.data(|data| data.get_temp::<bool>(is_fresh)).unwrap_or(false) {
        // What is typed takes the place of what was there.
        select_all(ui, id.with("text"), typed.chars().count());
        ui.data_mut(|data| data.insert_temp(is_fresh, true));
    }
    ui.data_mut(|data| data.insert_temp(id, typed.clone()));
    if response.lost_focus() {
        forget(ui, id);
        let is_given_up = ui.input(|input| input.key_pressed(Key::Escape));
        if !is_given_up && typed != number.shown {
            match (number.read)(&typed) {
                Some(value) => set(desk, Set::To(value)),
                None => {
                    desk.message = Some(format!(
                        "“{typed}” is not a value of {}.",
                        number.label.to_lowercase()
                    ));
                }
            }
        }
    }
    response
}

/// Nothing is typed any more.
fn forget(ui: &Ui, id: Id) {
    ui.data_mut(|data| {
        data.remove::<String>(id);
        data.remove::<u64>(id);
        data.remove::<bool>(id.with("fresh"));
    });
}

fn select_all(ui: &Ui, id: Id, count: usize) {
    use egui::text::{CCursor, CCursorRange};
    if let Some(mut state) = TextEdit::load_state(ui.ctx(), id) {
        let range = CCursorRange::two(CCursor::new(0), CCursor::new(count));
        state.cursor.set_char_range(Some(range));
        state.store(ui.ctx(), id);
    }
}

fn draw(ui: &Ui, theme: &Theme, rect: Rect, form: Form, number: &Number<'_>, response: &Response) {
    let is_lit = response.hovered() || response.dragged_by(egui::PointerButton::Primary);
    let label = |at: Pos2, size: f32| {
        let ink = if is_lit { theme.text } else { theme.text2 };
        text(ui, at, Align2::LEFT_CENTER, number.label, fonts::words(size), ink);
    };
    match form {
        Form::Field(colour) => {
            ui.painter().rect_filled(rect, RADIUS, if is_lit { theme.hi } else { theme.slot });
            if !theme.is_dark {
                border(ui, rect, theme.line);
            }
            let middle = rect.center().y - 2.0;
            label(pos2(rect.left() + 10.0, middle), 12.0);
            let at = pos2(rect.right() - 10.0, middle);
            text(ui, at, Align2::RIGHT_CENTER, &number.shown, fonts::mono(12.0), theme.text);
            line(ui, theme, rect, number, colour);
        }
        Form::Stacked => {
            if is_lit {
                ui.painter().rect_filled(rect, RADIUS, theme.hi);
            }
            label(pos2(rect.left(), rect.top() + 9.0), 11.0);
            let at = pos2(rect.left(), rect.top() + 24.0);
            text(ui, at, Align2::LEFT_CENTER, &number.shown, fonts::mono(12.0), theme.text);
        }
        Form::Plain { is_strong } => {
            if is_lit {
                ui.painter().rect_filled(rect, RADIUS, theme.slot);
            }
            let ink = if is_strong || is_lit { theme.text } else { theme.text3 };
            let font = if is_strong { fonts::mono_bold(11.0) } else { fonts::mono(11.0) };
            let at = pos2(rect.right() - 4.0, rect.center().y);
            text(ui, at, Align2::RIGHT_CENTER, &number.shown, font, ink);
        }
        Form::Bare => {
            ui.painter().rect_filled(rect, RADIUS, if is_lit { theme.hi } else { theme.slot });
            if !theme.is_dark {
                border(ui, rect, theme.line);
            }
            let at = rect.center();
            text(ui, at, Align2::CENTER_CENTER, &number.shown, fonts::mono(12.0), theme.text);
        }
    }
    focus(ui, theme, response);
}

/// The line below a field, with a thumb; from the middle where values go both ways.
fn line(ui: &Ui, theme: &Theme, rect: Rect, number: &Number<'_>, colour: Color32) {
    let track = Rect::from_min_max(
        pos2(rect.left() + 10.0, rect.bottom() - 4.0),
        pos2(rect.right() - 10.0, rect.bottom() - 2.0),
    );
    ui.painter().rect_filled(track, 1.0, theme.line);
    let (low, high) = number.range;
    let Some(value) = number.value.filter(|_| high > low) else { return };
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let share = |value: i64| (value.clamp(low, high) - low) as f32 / (high - low) as f32;
    // The thumb stays on the line.
    let x = |share: f32| track.left() + 1.5 + (track.width() - 3.0) * share;
    let (from, to) = (x(if low < 0 { share(0) } else { 0.0 }), x(share(value)));
    let filled =
        Rect::from_min_max(pos2(from.min(to), track.top()), pos2(from.max(to), track.bottom()));
    ui.painter().rect_filled(filled, 1.0, colour);
    let thumb = Rect::from_center_size(pos2(to, track.center().y), vec2(3.0, 6.0));
    ui.painter().rect_filled(thumb, 1.0, theme.text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_numbers_are_read_with_their_units() {
        for (text, value) in [
            ("12", Some(12)),
            (" +3 %", Some(3)),
            ("-50%", Some(-50)),
            ("7 st", Some(7)),
            ("−2", Some(-2)),
        ] {
            assert_eq!(whole(text), value, "{text}");
        }
        assert_eq!(whole("x"), None);
        assert_eq!(whole(""), None);
    }

    #[test]
    fn a_value_stays_in_its_range() {
        assert_eq!(Set::By(5).of(98, 50, (0, 100)), 100);
        assert_eq!(Set::To(-3).of(98, 50, (0, 100)), 0);
        assert_eq!(Set::Default.of(98, 50, (0, 100)), 50);
    }
}
