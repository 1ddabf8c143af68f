//! What is said of a whole track: its name, where its notes go, its clock.

use egui::{Align2, Rect, Ui, pos2, vec2};
use tresillo_pattern::document::edit::{Edit, TrackHead, TrackPlace};
use tresillo_pattern::document::{Channel, Delay, Direction, Key, Step, StepSize, Track};
use tresillo_pattern::limits::STEPS_MAX;

use crate::editor::desk::{Desk, Overlay};
use crate::editor::fonts;
use crate::editor::theme::Theme;
use crate::editor::tools::{self, key_name};
use crate::editor::widgets::{Look, button, text, typed};

/// Step sizes that are offered; a file may have any other.
const SIZES: [(&str, i64, i64); 8] = [
    ("1/4", 1, 4),
    ("1/8", 1, 8),
    ("1/12", 1, 12),
    ("1/16", 1, 16),
    ("1/24", 1, 24),
    ("1/32", 1, 32),
    ("3/16", 3, 16),
    ("3/32", 3, 32),
];

/// The same, longest first but for the dotted ones, which come last.
pub(crate) fn sizes() -> Vec<StepSize> {
    SIZES.iter().filter_map(|(_, above, below)| StepSize::new(*above, *below).ok()).collect()
}

const DIRECTIONS: [(&str, Direction); 5] = [
    ("Forward", Direction::Forward),
    ("Backward", Direction::Backward),
    ("Ping-pong", Direction::PingPong),
    ("Random", Direction::Random),
    ("Walk", Direction::RandomWalk),
];

/// What a track says of itself.
pub(crate) fn head_of(track: &Track) -> TrackHead {
    TrackHead {
        name: track.name.clone(),
        destination: track.destination,
        base: track.base.clone(),
        delay: track.delay,
        step_size: track.step_size,
        direction: track.direction,
        rotation: track.rotation,
    }
}

impl Desk {
    /// Changes what is said of the track at the cursor.
    pub(crate) fn change_track(&mut self, name: &str, change: impl FnOnce(&mut TrackHead)) {
        self.change_track_at(self.cursor.0, name, change);
    }

    /// Changes what is said of a track.
    pub(crate) fn change_track_at(
        &mut self,
        index: usize,
        name: &str,
        change: impl FnOnce(&mut TrackHead),
    ) {
        let Some(track) = self.tracks().get(index) else { return };
        let before = head_of(track);
        let mut after = before.clone();
        change(&mut after);
        if after != before {
            let at = TrackPlace { pattern: self.pattern, track: index };
            self.edit(name, Edit::SetTrack { at, head: Box::new(after) });
        }
    }

    /// Gives a track so many steps. What was cut off comes back when it grows again, as long as the rest is as it was.
    pub(crate) fn set_length(&mut self, index: usize, length: i64) {
        let Some(track) = self.tracks().get(index) else { return };
        let length = usize::try_from(length).unwrap_or(1).clamp(1, STEPS_MAX);
        let id = (self.pattern, track.id);
        let is_cut = |(of, whole): &&(_, Vec<Step>)| *of == id && whole.starts_with(&track.steps);
        let whole = self.cut.as_ref().filter(is_cut).map_or(&track.steps, |(_, whole)| whole);
        let steps = tools::with_length(whole, length);
        if steps.len() == track.steps.len() {
            return;
        }
        let cut = (id, whole.clone());
        let at = self.place(index);
        if cut.1.len() > length {
            self.cut = Some(cut);
        }
        self.edit("Length", Edit::ReplaceSteps { at, steps });
    }

    /// Makes the track at the cursor so much longer.
    pub(crate) fn longer(&mut self, by: i64) {
        let now = self.track().map_or(1, |track| track.steps.len());
        self.set_length(self.cursor.0, i64::try_from(now).unwrap_or(1) + by);
    }

    /// The track at the cursor goes.
    pub(crate) fn remove_track(&mut self) {
        let at = TrackPlace { pattern: self.pattern, track: self.cursor.0 };
        self.edit("Remove a track", Edit::RemoveTrack { at });
        self.overlay = Overlay::None;
    }

    /// The track at the cursor goes up or down.
    pub(crate) fn move_track(&mut self, by: i64) {
        let last = self.tracks().len().saturating_sub(1);
        let from = self.cursor.0;
        let to = i64::try_from(from).unwrap_or(0) + by;
        let Ok(to) = usize::try_from(to) else { return };
        if to <= last && to != from {
            let at = TrackPlace { pattern: self.pattern, track: from };
            self.edit("Move a track", Edit::MoveTrack { at, to });
            self.cursor.0 = to;
        }
    }
}

/// Draws it and takes what is done.
pub(crate) fn show(ui: &mut Ui, theme: &Theme, area: Rect, desk: &mut Desk) {
    let Some(track) = desk.track().cloned() else {
        desk.overlay = Overlay::None;
        return;
    };
    let title = format!("Track {}", desk.cursor.0 + 1);
    text(
        ui,
        area.min + vec2(24.0, 26.0),
        Align2::LEFT_CENTER,
        title,
        fonts::bold(16.0),
        theme.text,
    );
    let left = area.left() + 24.0;
    let mut y = area.top() + 52.0;
    let label = |ui: &Ui, y: f32, words: &str| {
        text(ui, pos2(left, y + 13.0), Align2::LEFT_CENTER, words, fonts::words(12.0), theme.text2);
    };
    let column = left + 92.0;

    label(ui, y, "Name");
    let field = Rect::from_min_size(pos2(column, y), vec2(area.right() - 24.0 - column, 26.0));
    let said = ("Track name", "");
    if let Some(name) = typed(ui, theme, field, said, &track.name, Some((desk, "Rename a track"))) {
        desk.change_track("Rename a track", |head| head.name = name);
    }
    y += 36.0;

    label(ui, y, "Channel");
    let channel = i64::from(track.destination.channel.get());
    if let Some(by) = stepper(ui, theme, pos2(column, y), "Channel", &(channel + 1).to_string()) {
        desk.change_track("Channel", |head| {
            let channel = u8::try_from((channel + by).clamp(0, 15)).unwrap_or(0);
            head.destination.channel = Channel::saturating(channel);
        });
    }
    y += 34.0;
    label(ui, y, "Notes");
    for (place, (words, is_melodic)) in
        [("A drum", false), ("Melodic", true)].into_iter().enumerate()
    {
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let rect = Rect::from_min_size(pos2(column + 76.0 * place as f32, y), vec2(72.0, 26.0));
        let look =
            if track.destination.key.is_none() == is_melodic { Look::Chosen } else { Look::Rest };
        if button(ui, theme, rect, (words, words), fonts::words(12.0), look).clicked() {
            desk.change_track("Notes of a track", |head| {
                head.destination.key = (!is_melodic).then(|| Key::saturating(36));
            });
        }
    }
    if let Some(key) = track.destination.key {
        let key = i64::from(key.get());
        if let Some(by) = stepper(ui, theme, pos2(column + 160.0, y), "Drum key", &key_name(key)) {
            desk.change_track("Key of a drum", |head| {
                let key = u8::try_from((key + by).clamp(0, 127)).unwrap_or(36);
                head.destination.key = Some(Key::saturating(key));
            });
        }
    }
    y += 34.0;

    label(ui, y, "Step");
    for (place, (words, numerator, denominator)) in SIZES.into_iter().enumerate() {
        let Ok(size) = StepSize::new(numerator, denominator) else { continue };
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let rect = Rect::from_min_size(pos2(column + 44.0 * place as f32, y), vec2(41.0, 26.0));
        let look = if track.step_size == size { Look::Chosen } else { Look::Rest };
        let name = format!("Steps of {words}");
        if button(ui, theme, rect, (words, &name), fonts::mono(10.5), look).clicked() {
            desk.change_track("Step size", |head| head.step_size = size);
        }
    }
    y += 34.0;
    label(ui, y, "Length");
    let length = track.steps.len();
    if let Some(by) = stepper(ui, theme, pos2(column, y), "Length", &length.to_string()) {
        let length = i64::try_from(length).unwrap_or(1) + by;
        desk.set_length(desk.cursor.0, length);
    }
    y += 34.0;
    label(ui, y, "Direction");
    for (place, (words, direction)) in DIRECTIONS.into_iter().enumerate() {
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let rect = Rect::from_min_size(pos2(column + 72.0 * place as f32, y), vec2(69.0, 26.0));
        let look = if track.direction == direction { Look::Chosen } else { Look::Rest };
        if button(ui, theme, rect, (words, words), fonts::words(11.0), look).clicked() {
            desk.change_track("Direction", |head| head.direction = direction);
        }
    }
    y += 34.0;
    label(ui, y, "Delay");
    let words = format!("{:+.1} ms", track.delay.ms());
    if let Some(by) = stepper(ui, theme, pos2(column, y), "Delay", &words) {
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let ms = (track.delay.ms() + by as f64).clamp(-1000.0, 1000.0);
        desk.change_track("Delay", |head| head.delay = Delay::from_ms(ms).unwrap_or(head.delay));
    }

    let bottom = area.bottom() - 42.0;
    let mut x = left;
    let mut command = |width: f32, words: &str| {
        let rect = Rect::from_min_size(pos2(x, bottom), vec2(width, 26.0));
        x += width + 6.0;
        button(ui, theme, rect, (words, words), fonts::words(12.0), Look::Rest).clicked()
    };
    if command(78.0, "Move up") {
        desk.move_track(-1);
    }
    if command(92.0, "Move down") {
        desk.move_track(1);
    }
    if command(110.0, "Remove track") {
        desk.remove_track();
    }
}

/// A value between a minus and a plus; by how much it is to change. Shift makes tens of it.
fn stepper(ui: &Ui, theme: &Theme, at: egui::Pos2, name: &str, value: &str) -> Option<i64> {
    let minus = Rect::from_min_size(at, vec2(26.0, 26.0));
    let shown = Rect::from_min_size(at + vec2(28.0, 0.0), vec2(84.0, 26.0));
    let plus = Rect::from_min_size(at + vec2(114.0, 0.0), vec2(26.0, 26.0));
    ui.painter().rect_filled(shown, 4.0, theme.slot);
    text(ui, shown.center(), Align2::CENTER_CENTER, value, fonts::mono(12.0), theme.text);
    let ten = if ui.input(|input| input.modifiers.shift) { 10 } else { 1 };
    let less = format!("{name}: less");
    let more = format!("{name}: more");
    if button(ui, theme, minus, ("−", &less), fonts::bold(13.0), Look::Rest).clicked() {
        return Some(-ten);
    }
    button(ui, theme, plus, ("+", &more), fonts::bold(13.0), Look::Rest).clicked().then_some(ten)
}
