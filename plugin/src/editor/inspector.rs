//! The inspector: the whole truth of the chosen steps, and when they sound.

use egui::{Align2, Rect, Stroke, StrokeKind, Ui, pos2, vec2};
use tresillo_pattern::document::{Articulation, Condition, Rule};
use tresillo_pattern::foresee;

use crate::editor::desk::{Desk, Overlay};
use crate::editor::fonts;
use crate::editor::sight::Sight;
use crate::editor::theme::Theme;
use crate::editor::tools::{Lane, key_name};
use crate::editor::widgets::{Look, button, field, text};

/// Passes that the strip shows.
pub(crate) const PASSES: usize = 16;

/// What the chosen steps have of a lane: one value, or `None` where they differ.
fn shared(desk: &Desk, lane: Lane) -> Option<i64> {
    let mut values = desk.chosen().into_iter().filter_map(|place| {
        let ticks = desk.tracks().get(place.0)?.step_size.ticks_ceil();
        Some(lane.get(desk.step(place)?, ticks))
    });
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

/// Draws it and takes what is done to it.
pub(crate) fn show(ui: &Ui, theme: &Theme, area: Rect, desk: &mut Desk, sight: &Sight) {
    ui.painter().rect_filled(area, 0.0, theme.panel);
    ui.painter().vline(area.left() + 0.5, area.y_range(), Stroke::new(1.0, theme.line));
    let Some(step) = desk.step(desk.cursor).cloned() else { return };
    let colour = theme.track(desk.cursor.0);
    let (left, right) = (area.left() + 8.0, area.right() - 16.0);
    let width = right - left;
    let mut y = area.top() + 16.0;
    let count = desk.selection.len();
    let heading =
        if count > 1 { format!("{count} steps") } else { format!("Step {}", desk.cursor.1 + 1) };
    let rect =
        text(ui, pos2(left, y + 8.0), Align2::LEFT_CENTER, heading, fonts::bold(16.0), theme.text);
    let name = desk.track().map_or(String::new(), |track| track.name.clone());
    text(
        ui,
        pos2(rect.right() + 10.0, y + 8.0),
        Align2::LEFT_CENTER,
        name,
        fonts::words(12.0),
        theme.text2,
    );
    let arrow = |x: f32| Rect::from_min_size(pos2(x, y - 4.0), vec2(24.0, 24.0));
    if button(ui, theme, arrow(right - 52.0), ("‹", "Step before"), fonts::bold(14.0), Look::Rest)
        .clicked()
    {
        desk.move_cursor(0, -1, false);
    }
    if button(ui, theme, arrow(right - 24.0), ("›", "Step behind"), fonts::bold(14.0), Look::Rest)
        .clicked()
    {
        desk.move_cursor(0, 1, false);
    }
    y += 34.0;
    let keys: Vec<String> = step.keys.iter().map(|key| key_name(key.get().into())).collect();
    let own = desk.track().and_then(|track| track.destination.key);
    let notes = match (keys.is_empty(), own) {
        (false, _) => keys.join("  "),
        (true, Some(key)) => key_name(key.get().into()),
        (true, None) => "none".to_owned(),
    };
    text(ui, pos2(left, y), Align2::LEFT_CENTER, "Notes", fonts::words(11.0), theme.text2);
    text(ui, pos2(right, y), Align2::RIGHT_CENTER, notes, fonts::mono(12.0), theme.text);
    y += 14.0;

    for lane in [Lane::Velocity, Lane::Gate, Lane::Micro, Lane::Pitch] {
        if lane == Lane::Pitch && step.keys.is_empty() {
            continue;
        }
        value_field(
            ui,
            theme,
            Rect::from_min_size(pos2(left, y), vec2(width, 28.0)),
            desk,
            lane,
            colour,
        );
        y += 30.0;
    }
    let third = (width - 8.0) / 3.0;
    let articulations =
        [("Gate", Articulation::Gate), ("Tie", Articulation::Tie), ("Slide", Articulation::Slide)];
    for (place, (words, articulation)) in articulations.into_iter().enumerate() {
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let rect =
            Rect::from_min_size(pos2(left + (third + 4.0) * place as f32, y), vec2(third, 24.0));
        let look = if step.articulation == articulation { Look::Chosen } else { Look::Rest };
        let name = format!("Articulation: {words}");
        if button(ui, theme, rect, (words, &name), fonts::words(12.0), look).clicked() {
            let places = desk.chosen();
            desk.change("Articulation", &places, |step, _| step.articulation = articulation);
        }
    }
    y += 36.0;
    text(ui, pos2(left, y), Align2::LEFT_CENTER, "Ratchet", fonts::words(11.0), theme.text2);
    y += 10.0;
    let eighth = width / 8.0;
    for hits in 1..=8u8 {
        let rect = Rect::from_min_size(
            pos2(left + eighth * f32::from(hits - 1), y),
            vec2(eighth - 2.0, 24.0),
        );
        let is_chosen = step.ratchet.hits() == hits;
        let name = format!("Ratchet of {hits}");
        if button(
            ui,
            theme,
            rect,
            (&hits.to_string(), &name),
            fonts::mono(11.0),
            if is_chosen { Look::Chosen } else { Look::Rest },
        )
        .clicked()
        {
            let places = desk.chosen();
            desk.set_value(Lane::Ratchet, &places, hits.into());
        }
    }
    y += 38.0;
    ui.painter().hline(area.x_range(), y - 6.0, Stroke::new(1.0, theme.line));
    text(
        ui,
        pos2(left, y + 8.0),
        Align2::LEFT_CENTER,
        "When it sounds",
        fonts::bold(12.0),
        theme.text,
    );
    y += 22.0;
    value_field(
        ui,
        theme,
        Rect::from_min_size(pos2(left, y), vec2(width, 28.0)),
        desk,
        Lane::Chance,
        colour,
    );
    y += 32.0;
    let condition = step.condition.map_or("always".to_owned(), |condition| condition.to_string());
    let rect = Rect::from_min_size(pos2(left, y), vec2(width, 26.0));
    let response = button(ui, theme, rect, ("", "Condition"), fonts::words(12.0), Look::Rest);
    let middle = rect.center().y;
    text(
        ui,
        pos2(rect.left() + 10.0, middle),
        Align2::LEFT_CENTER,
        "Condition",
        fonts::words(12.0),
        theme.text2,
    );
    text(
        ui,
        pos2(rect.right() - 10.0, middle),
        Align2::RIGHT_CENTER,
        format!("{condition} ›"),
        fonts::mono(12.0),
        theme.text,
    );
    if response.clicked() {
        desk.overlay = Overlay::Condition;
    }
    y += 40.0;
    text(
        ui,
        pos2(left, y),
        Align2::LEFT_CENTER,
        sentence(step.condition, step.chance.get()),
        fonts::words(11.0),
        theme.text2,
    );
    y += 10.0;
    strip(ui, theme, Rect::from_min_size(pos2(left, y), vec2(width, 16.0)), desk, sight);
    y += 44.0;
    if !step.locks.is_empty() && y + 30.0 < area.bottom() - 44.0 {
        text(ui, pos2(left, y), Align2::LEFT_CENTER, "Locks", fonts::bold(12.0), theme.text);
        y += 12.0;
        for lock in step.locks.iter() {
            if y + 20.0 > area.bottom() - 44.0 {
                break;
            }
            text(
                ui,
                pos2(left, y + 8.0),
                Align2::LEFT_CENTER,
                lock.control(),
                fonts::mono(11.0),
                theme.text2,
            );
            text(
                ui,
                pos2(right, y + 8.0),
                Align2::RIGHT_CENTER,
                lock.value(),
                fonts::mono(12.0),
                theme.text,
            );
            y += 20.0;
        }
    }
    let y = area.bottom() - 38.0;
    for (place, words) in ["Copy", "Paste", "Clear"].into_iter().enumerate() {
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let rect =
            Rect::from_min_size(pos2(left + (third + 4.0) * place as f32, y), vec2(third, 26.0));
        if button(ui, theme, rect, (words, words), fonts::words(12.0), Look::Rest).clicked() {
            match words {
                "Copy" => desk.copy(),
                "Paste" => desk.paste(),
                _ => desk.clear(),
            }
        }
    }
}

fn value_field(
    ui: &Ui,
    theme: &Theme,
    rect: Rect,
    desk: &mut Desk,
    lane: Lane,
    colour: egui::Color32,
) {
    let value = shared(desk, lane);
    let (low, high) = lane.range();
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let share = value.map_or(0.0, |value| (value - low) as f32 / (high - low) as f32);
    let words = value.map_or("mixed".to_owned(), |value| lane.text(value));
    let response = field(ui, theme, rect, (lane.name(), &words), share, colour);
    let places = desk.chosen();
    if response.drag_started() {
        desk.begin(&format!("{} of steps", lane.name()));
    }
    if response.dragged() {
        let fine = ui.input(|input| input.modifiers.shift);
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let per_point = (high - low) as f32 / rect.width() * if fine { 0.1 } else { 1.0 };
        // What is less than one is kept until it is one.
        let id = response.id.with("rest");
        let moved = ui.data(|data| data.get_temp::<f32>(id)).unwrap_or(0.0)
            + response.drag_delta().x * per_point;
        #[allow(clippy::cast_possible_truncation, reason = "a drag is small")]
        let whole = moved.trunc() as i64;
        #[allow(clippy::cast_precision_loss, reason = "small")]
        ui.data_mut(|data| data.insert_temp(id, moved - whole as f32));
        if whole != 0 {
            desk.move_value(lane, &places, whole);
        }
    }
    if response.drag_stopped() {
        desk.end();
    }
    if response.double_clicked() {
        desk.set_value(lane, &places, lane.default_value());
    }
}

/// A condition and a chance in words.
pub(crate) fn sentence(condition: Option<Condition>, chance: u8) -> String {
    let when = match condition.map(|condition| (condition.rule, condition.is_negated)) {
        None => "Every pass".to_owned(),
        Some((Rule::Ratio(ratio), false)) => {
            format!("Pass {} of every {}", ratio.nth(), ratio.of())
        }
        Some((Rule::Ratio(ratio), true)) => {
            format!("All but pass {} of every {}", ratio.nth(), ratio.of())
        }
        Some((Rule::First, false)) => "The first pass".to_owned(),
        Some((Rule::First, true)) => "All but the first pass".to_owned(),
        Some((Rule::Fill, false)) => "While fill is on".to_owned(),
        Some((Rule::Fill, true)) => "While fill is off".to_owned(),
        Some((Rule::Previous, false)) => "If the last condition held".to_owned(),
        Some((Rule::Previous, true)) => "If the last condition failed".to_owned(),
        Some((Rule::Neighbour, false)) => "If the track above's held".to_owned(),
        Some((Rule::Neighbour, true)) => "If the track above's failed".to_owned(),
    };
    match chance {
        100 => when,
        chance => format!("{when}, {chance} % of the time"),
    }
}

/// In which passes from this one on the step at the cursor sounds: asked of the code that plays.
pub(crate) fn passes(desk: &Desk, sight: &Sight) -> (i64, Vec<bool>) {
    let (track, step) = desk.cursor;
    let running = tresillo_pattern::running_step(
        &desk.project,
        &sight.performance,
        track,
        sight.whole_tick(),
    );
    let now = running.map_or(0, |(step, _)| step.cycle);
    let sounds = (now..).take(PASSES).map(|cycle| {
        let mut sounds = false;
        foresee(&desk.project, &sight.performance, track, cycle, |foreseen| {
            sounds |= foreseen.step == step && foreseen.sounds;
        });
        sounds
    });
    (now, sounds.collect())
}

/// The strip of the next passes.
pub(crate) fn strip(ui: &Ui, theme: &Theme, rect: Rect, desk: &Desk, sight: &Sight) {
    let colour = theme.track(desk.cursor.0);
    let (now, passes) = passes(desk, sight);
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let pitch = rect.width() / PASSES as f32;
    for (index, sounds) in passes.iter().enumerate() {
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let cell = Rect::from_min_size(
            pos2(rect.left() + pitch * index as f32, rect.top()),
            vec2(pitch - 2.0, rect.height()),
        );
        if *sounds {
            ui.painter().rect_filled(cell, 2.0, colour);
        } else {
            ui.painter().rect_stroke(
                cell,
                2.0,
                Stroke::new(1.25, theme.hollow(colour).1),
                StrokeKind::Inside,
            );
        }
    }
    for index in [0usize, 7, 15] {
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let x = rect.left() + pitch * (index as f32 + 0.5) - 1.0;
        let number = now + i64::try_from(index).unwrap_or(0) + 1;
        text(
            ui,
            pos2(x, rect.bottom() + 10.0),
            Align2::CENTER_CENTER,
            number,
            fonts::mono(10.0),
            theme.text3,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_told_in_words() {
        let ratio = Condition::ratio(3, 4).unwrap();
        assert_eq!(sentence(Some(ratio), 75), "Pass 3 of every 4, 75 % of the time");
        assert_eq!(sentence(Some(ratio.negated()), 100), "All but pass 3 of every 4");
        assert_eq!(sentence(None, 100), "Every pass");
    }
}
