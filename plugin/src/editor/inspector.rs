//! The inspector: the whole truth of the chosen steps, and when they sound.

mod keyboard;

use egui::{Align2, Rect, Stroke, StrokeKind, Ui, pos2, vec2};
use tresillo_pattern::document::edit::Edit;
use tresillo_pattern::document::{
    Articulation, ChanceGroup, Condition, Control, Key, Lock, Rule, Step,
};
use tresillo_pattern::foresee;

use crate::editor::desk::{Desk, Overlay};
use crate::editor::fonts;
use crate::editor::number::{Form, Number, Set, number, whole};
use crate::editor::sight::Sight;
use crate::editor::theme::Theme;
use crate::editor::tools::{self, Lane, key_name};
use crate::editor::track::head_of;
use crate::editor::widgets::{Look, button, label, text};

/// Passes that the strip shows.
pub(crate) const PASSES: usize = 16;

/// What the chosen steps have of something: one value, or `None` where they differ.
fn shared<T: PartialEq>(
    desk: &Desk,
    get: impl Fn(&tresillo_pattern::document::Track, &Step) -> T,
) -> Option<T> {
    let mut values = desk
        .chosen()
        .into_iter()
        .filter_map(|place| Some(get(desk.tracks().get(place.0)?, desk.step(place)?)));
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

impl Desk {
    /// A key is put into the chosen steps, or taken out of them.
    pub(crate) fn toggle_key(&mut self, key: Key) {
        let places = self.chosen();
        let own: Vec<Option<Key>> =
            self.tracks().iter().map(|track| track.destination.key).collect();
        let places = places.into_iter().map(|place| (place, own.get(place.0).copied().flatten()));
        let mut refused = None;
        let refusal = std::cell::RefCell::new(&mut refused);
        self.change_each("Notes", places.collect(), |step, _, own| {
            if let Err(error) = tools::toggle_key(step, key, own) {
                **refusal.borrow_mut() = Some(error);
            }
        });
        if let Some(refused) = refused {
            self.message = Some(refused);
        }
    }

    /// The chosen steps lock a control at the value that it has without a lock; the track gets a base value for it.
    pub(crate) fn add_lock(&mut self, control: Control) {
        let mut edits = Vec::new();
        let places = self.chosen();
        let mut tracks: Vec<usize> = places.iter().map(|place| place.0).collect();
        tracks.dedup();
        for index in tracks {
            let Some(track) = self.tracks().get(index) else { continue };
            if track.base.get(control).is_some() {
                continue;
            }
            let mut head = head_of(track);
            if let Err(error) = head.base.set(Lock::default_base(control)) {
                self.message = Some(error.to_string());
                return;
            }
            edits.push(Edit::SetTrack { at: self.place(index), head: Box::new(head) });
        }
        for (index, first) in places {
            let Some((track, step)) = self.tracks().get(index).zip(self.step((index, first)))
            else {
                continue;
            };
            let mut step = step.clone();
            let base = track.base.get(control).unwrap_or(Lock::default_base(control));
            if let Err(error) = step.locks.set(base) {
                self.message = Some(error.to_string());
                return;
            }
            edits.push(Edit::SetSteps { at: self.place(index), first, steps: vec![step] });
        }
        if edits.is_empty() {
            return;
        }
        self.edit("Lock a control", Edit::Several(edits));
        self.lane = Lane::Lock(control);
    }

    /// The chance group of the chosen steps.
    pub(crate) fn set_group(&mut self, group: Option<ChanceGroup>) {
        let places = self.chosen();
        self.change("Dice of steps", &places, |step, _| step.chance_group = group);
    }

    /// Sets what a lane shows of the chosen steps.
    pub(crate) fn set_chosen(&mut self, lane: Lane, set: Set) {
        let places = self.chosen();
        match set {
            Set::To(value) => self.set_value(lane, &places, value),
            Set::By(by) => self.move_value(lane, &places, by),
            Set::Default => {
                let name = format!("{} of steps", lane.name());
                self.change(&name, &places, |step, ticks| lane.reset(step, ticks));
            }
        }
    }
}

/// Where the next row goes, and how far rows may go.
struct Rows {
    left: f32,
    right: f32,
    y: f32,
    bottom: f32,
}

impl Rows {
    /// A row of a height and the gap behind it; `None` where there is no room left.
    fn take(&mut self, height: f32, gap: f32) -> Option<Rect> {
        if self.y + height > self.bottom {
            // What comes behind is not drawn either, so that nothing stands out of its order.
            self.bottom = f32::MIN;
            return None;
        }
        let rect = Rect::from_min_max(pos2(self.left, self.y), pos2(self.right, self.y + height));
        self.y += height + gap;
        Some(rect)
    }
}

/// Draws it and takes what is done to it.
pub(crate) fn show(ui: &mut Ui, theme: &Theme, area: Rect, desk: &mut Desk, sight: &Sight) {
    ui.painter().rect_filled(area, 0.0, theme.panel);
    ui.painter().vline(area.left() + 0.5, area.y_range(), Stroke::new(1.0, theme.line));
    let Some(step) = desk.step(desk.cursor).cloned() else { return };
    let mut rows = Rows {
        left: area.left() + 8.0,
        right: area.right() - 16.0,
        y: area.top() + 12.0,
        bottom: area.bottom() - 46.0,
    };
    commands(ui, theme, area, desk);
    let rows = &mut rows;
    let done = title(ui, theme, rows, desk)
        .and_then(|()| notes(ui, theme, rows, desk, &step))
        .and_then(|()| values(ui, theme, rows, desk))
        .and_then(|()| articulation(ui, theme, rows, desk, &step))
        .and_then(|()| ratchet(ui, theme, rows, desk, &step))
        .and_then(|()| when(ui, theme, rows, desk, &step, sight))
        .and_then(|()| locks(ui, theme, rows, desk, &step));
    // Where the window is low, what is left out is in the popovers and the lanes.
    let _ = done;
}

fn commands(ui: &Ui, theme: &Theme, area: Rect, desk: &mut Desk) {
    let width = (area.width() - 24.0 - 8.0) / 3.0;
    for (place, words) in (0u8..).zip(["Copy", "Paste", "Clear"]) {
        let left = area.left() + 8.0 + (width + 4.0) * f32::from(place);
        let rect = Rect::from_min_size(pos2(left, area.bottom() - 38.0), vec2(width, 26.0));
        if button(ui, theme, rect, (words, words), fonts::words(12.0), Look::Rest).clicked() {
            match words {
                "Copy" => ui.ctx().copy_text(desk.copy()),
                "Paste" => desk.paste(),
                _ => desk.clear(),
            }
        }
    }
}

fn title(ui: &Ui, theme: &Theme, rows: &mut Rows, desk: &mut Desk) -> Option<()> {
    let row = rows.take(26.0, 6.0)?;
    let heading = match desk.selection.len() {
        count @ 2.. => format!("{count} steps"),
        _ => format!("Step {}", desk.cursor.1 + 1),
    };
    let middle = row.center().y;
    let at = pos2(row.left(), middle);
    let rect = text(ui, at, Align2::LEFT_CENTER, heading, fonts::bold(16.0), theme.text);
    let name = desk.track().map_or(String::new(), |track| track.name.clone());
    let clip = ui.painter().with_clip_rect(row.with_max_x(row.right() - 60.0));
    let at = pos2(rect.right() + 10.0, middle);
    clip.text(at, Align2::LEFT_CENTER, name, fonts::words(12.0), theme.text2);
    for (x, words, name, by) in [(52.0, "‹", "Step before", -1), (24.0, "›", "Step behind", 1)]
    {
        let rect = Rect::from_min_size(pos2(row.right() - x, middle - 12.0), vec2(24.0, 24.0));
        if button(ui, theme, rect, (words, name), fonts::bold(14.0), Look::Rest).clicked() {
            desk.move_cursor(0, by, false);
        }
    }
    Some(())
}

/// The keys of the chosen step on a small keyboard, where they are put in and taken out.
fn notes(ui: &Ui, theme: &Theme, rows: &mut Rows, desk: &mut Desk, step: &Step) -> Option<()> {
    let row = rows.take(14.0, 4.0)?;
    let own = desk.track().and_then(|track| track.destination.key);
    let mut keys: Vec<Key> = step.keys.iter().collect();
    if keys.is_empty() {
        keys.extend(own);
    }
    keys.sort_unstable();
    let names: Vec<String> = keys.iter().map(|key| key_name(key.get().into())).collect();
    let words = if names.is_empty() { "no note".to_owned() } else { names.join(" ") };
    label_small(ui, theme, row, "Notes");
    let clip = ui.painter().with_clip_rect(row.with_min_x(row.left() + 40.0));
    let at = pos2(row.right(), row.center().y);
    clip.text(at, Align2::RIGHT_CENTER, words, fonts::mono(12.0), theme.text);
    let row = rows.take(36.0, 6.0)?;
    let scale = desk.shown_pattern().and_then(|pattern| pattern.scale).filter(|_| own.is_none());
    keyboard::keyboard(ui, theme, row, desk, &keys, scale);
    Some(())
}

fn label_small(ui: &Ui, theme: &Theme, row: Rect, words: &str) {
    let at = pos2(row.left(), row.center().y);
    text(ui, at, Align2::LEFT_CENTER, words, fonts::words(11.0), theme.text2);
}

fn values(ui: &mut Ui, theme: &Theme, rows: &mut Rows, desk: &mut Desk) -> Option<()> {
    for lane in [Lane::Velocity, Lane::Gate, Lane::Micro] {
        let row = rows.take(28.0, 2.0)?;
        value(ui, theme, row, desk, lane);
    }
    rows.y += 2.0;
    Some(())
}

/// A field for what a lane shows of the chosen steps.
fn value(ui: &mut Ui, theme: &Theme, rect: Rect, desk: &mut Desk, lane: Lane) {
    let now = shared(desk, |track, step| lane.on(track, step));
    let (name, colour) = (lane.name(), theme.track(desk.cursor.0));
    let undo = format!("{name} of steps");
    let spec = Number {
        label: &name,
        of: "",
        value: now,
        range: lane.range(),
        shown: now.map_or("mixed".to_owned(), |value| lane.text(value)),
        read: &|text| lane.read(text),
        undo: &undo,
    };
    number(ui, theme, rect, Form::Field(colour), desk, &spec, |desk, set| {
        desk.set_chosen(lane, set)
    });
}

fn articulation(
    ui: &Ui,
    theme: &Theme,
    rows: &mut Rows,
    desk: &mut Desk,
    step: &Step,
) -> Option<()> {
    let row = rows.take(24.0, 8.0)?;
    let third = (row.width() - 8.0) / 3.0;
    let all =
        [("Gate", Articulation::Gate), ("Tie", Articulation::Tie), ("Slide", Articulation::Slide)];
    for (place, (words, articulation)) in (0u8..).zip(all) {
        let at = row.min + vec2((third + 4.0) * f32::from(place), 0.0);
        let rect = Rect::from_min_size(at, vec2(third, row.height()));
        let look = if step.articulation == articulation { Look::Chosen } else { Look::Rest };
        let name = format!("Articulation: {words}");
        if button(ui, theme, rect, (words, &name), fonts::words(12.0), look).clicked() {
            let places = desk.chosen();
            desk.change("Articulation", &places, |step, _| step.articulation = articulation);
        }
    }
    Some(())
}

/// A ratchet in words.
fn ratchet_words(step: &Step) -> String {
    let ratchet = step.ratchet;
    let ramp = match ratchet.ramp_percent() {
        0 => "",
        ..0 => ", falling",
        1.. => ", rising",
    };
    match ratchet.hits() {
        1 => "one hit".to_owned(),
        hits => format!("{hits} hits in {} %{ramp}", ratchet.span_percent()),
    }
}

fn ratchet(
    ui: &mut Ui,
    theme: &Theme,
    rows: &mut Rows,
    desk: &mut Desk,
    step: &Step,
) -> Option<()> {
    let row = rows.take(14.0, 3.0)?;
    label_small(ui, theme, row, "Ratchet");
    let at = pos2(row.right(), row.center().y);
    text(ui, at, Align2::RIGHT_CENTER, ratchet_words(step), fonts::words(11.0), theme.text2);
    let row = rows.take(24.0, 4.0)?;
    let eighth = row.width() / 8.0;
    for hits in 1..=8u8 {
        let at = row.min + vec2(eighth * f32::from(hits - 1), 0.0);
        let rect = Rect::from_min_size(at, vec2(eighth - 2.0, row.height()));
        let look = if step.ratchet.hits() == hits { Look::Chosen } else { Look::Rest };
        let name = format!("Ratchet of {hits}");
        if button(ui, theme, rect, (&hits.to_string(), &name), fonts::mono(11.0), look).clicked() {
            let places = desk.chosen();
            desk.set_value(Lane::Ratchet, &places, hits.into());
        }
    }
    let row = rows.take(28.0, 8.0)?;
    let half = (row.width() - 4.0) / 2.0;
    let colour = theme.track(desk.cursor.0);
    for (place, label, range) in [(0u8, "Span", (5, 400)), (1, "Ramp", (-100, 100))] {
        let get = move |step: &Step| match place {
            0 => i64::from(step.ratchet.span_percent()),
            _ => i64::from(step.ratchet.ramp_percent()),
        };
        let now = shared(desk, |_, step| get(step));
        let spec = Number {
            label,
            of: "",
            value: now,
            range,
            shown: match (now, place) {
                (None, _) => "mixed".into(),
                (Some(span), 0) => format!("{span} %"),
                (Some(ramp), _) => format!("{ramp:+} %"),
            },
            read: &whole,
            undo: "Ratchet of steps",
        };
        let at = row.min + vec2((half + 4.0) * f32::from(place), 0.0);
        let rect = Rect::from_min_size(at, vec2(half, row.height()));
        number(ui, theme, rect, Form::Field(colour), desk, &spec, |desk, set| {
            let places = desk.chosen();
            desk.change("Ratchet of steps", &places, |step, _| {
                let ratchet = step.ratchet;
                let changed = match place {
                    0 => ratchet.with_span_percent(set.of(get(step), 100, (5, 1600))),
                    _ => ratchet.with_ramp_percent(set.of(get(step), 0, (-100, 100))),
                };
                step.ratchet = changed.unwrap_or(ratchet);
            });
        });
    }
    Some(())
}

fn when(
    ui: &mut Ui,
    theme: &Theme,
    rows: &mut Rows,
    desk: &mut Desk,
    step: &Step,
    sight: &Sight,
) -> Option<()> {
    let row = rows.take(20.0, 4.0)?;
    let line = rows.left - 8.0..=rows.right + 16.0;
    ui.painter().hline(line, row.top() - 3.0, Stroke::new(1.0, theme.line));
    let at = pos2(row.left(), row.center().y + 1.0);
    text(ui, at, Align2::LEFT_CENTER, "When it sounds", fonts::bold(12.0), theme.text);
    let row = rows.take(28.0, 3.0)?;
    let split = row.right() - 74.0;
    value(ui, theme, row.with_max_x(split - 4.0), desk, Lane::Chance);
    dice(ui, theme, row.with_min_x(split), desk, step);
    let row = rows.take(28.0, 8.0)?;
    condition(ui, theme, row.with_max_x(split - 4.0), desk, step);
    let is_negated = step.condition.is_some_and(|condition| condition.is_negated);
    let look = match (step.condition.is_some(), is_negated) {
        (false, _) => Look::Disabled,
        (true, true) => Look::Live,
        (true, false) => Look::Rest,
    };
    let not = row.with_min_x(split);
    if button(ui, theme, not, ("Not", "The opposite"), fonts::words(12.0), look).clicked() {
        desk.set_condition(step.condition.map(Condition::negated));
    }
    let row = rows.take(12.0, 5.0)?;
    label_small(ui, theme, row, &sentence(step.condition, step.chance.get()));
    let row = rows.take(16.0, 22.0)?;
    strip(ui, theme, row, desk, sight);
    Some(())
}

/// The chance group: a click goes to the next one, the other button to none.
fn dice(ui: &Ui, theme: &Theme, rect: Rect, desk: &mut Desk, step: &Step) {
    let words = step.chance_group.map_or("own".to_owned(), |group| group.letter().to_string());
    let name = format!("Dice: {words}");
    let response =
        button(ui, theme, rect, (&format!("Dice {words}"), &name), fonts::words(12.0), Look::Rest);
    if response.clicked() {
        let next = step.chance_group.map_or(0, |group| group.get() + 1);
        desk.set_group(ChanceGroup::new(next.into()).ok().filter(|_| next < 8));
    }
    if response.secondary_clicked() {
        desk.set_group(None);
    }
}

fn condition(ui: &Ui, theme: &Theme, rect: Rect, desk: &mut Desk, step: &Step) {
    let now = step.condition.map_or("always".to_owned(), |condition| condition.to_string());
    let response = button(ui, theme, rect, ("", "Condition"), fonts::words(12.0), Look::Rest);
    label(ui, theme, pos2(rect.left() + 10.0, rect.center().y), "Condition");
    let at = pos2(rect.right() - 8.0, rect.center().y);
    text(ui, at, Align2::RIGHT_CENTER, now, fonts::mono(12.0), theme.text);
    if response.clicked() {
        desk.overlay = Overlay::Condition;
    }
}

fn locks(ui: &mut Ui, theme: &Theme, rows: &mut Rows, desk: &mut Desk, step: &Step) -> Option<()> {
    let row = rows.take(22.0, 4.0)?;
    let line = rows.left - 8.0..=rows.right + 16.0;
    ui.painter().hline(line, row.top() - 3.0, Stroke::new(1.0, theme.line));
    let at = pos2(row.left(), row.center().y + 1.0);
    text(ui, at, Align2::LEFT_CENTER, "Locks", fonts::bold(12.0), theme.text);
    let add = Rect::from_min_size(pos2(row.right() - 24.0, row.top()), vec2(24.0, 22.0));
    if button(ui, theme, add, ("+", "Lock a control"), fonts::bold(13.0), Look::Rest).clicked() {
        desk.overlay = Overlay::Locks;
    }
    if step.locks.is_empty() {
        let row = rows.take(16.0, 0.0)?;
        label_small(ui, theme, row, "None. + sets a controller on this step.");
    }
    for lock in step.locks.iter() {
        let row = rows.take(28.0, 2.0)?;
        // The other button takes the lock away: its default is not to be there.
        value(ui, theme, row, desk, Lane::Lock(lock.control()));
    }
    Some(())
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
