//! What is said of a whole pattern: its name and length, swing, humanising, scale and groove.

use egui::{Rect, Ui, pos2, vec2};
use tresillo_pattern::Ticks;
use tresillo_pattern::document::edit::{Edit, PatternHead};
use tresillo_pattern::document::{
    Groove, Pattern, Percent, Scale, StepSize, SwingPercent, SwingUnit,
};

use crate::editor::desk::{Desk, Overlay, Place};
use crate::editor::files::Purpose;
use crate::editor::fonts;
use crate::editor::number::{Form, Number, Set, number, whole};
use crate::editor::theme::Theme;
use crate::editor::widgets::{Look, button, heading, label, segments, typed};

/// What a pattern says of itself.
fn head_of(pattern: &Pattern) -> PatternHead {
    PatternHead {
        name: pattern.name.clone(),
        length: pattern.length,
        swing: pattern.swing,
        groove: pattern.groove.clone(),
        humanise: pattern.humanise,
        scale: pattern.scale,
    }
}

impl Desk {
    pub(crate) fn shown_pattern(&self) -> Option<&Pattern> {
        self.project.patterns.get(self.pattern)
    }

    /// Changes what is said of the pattern that is shown.
    pub(crate) fn change_pattern(&mut self, name: &str, change: impl FnOnce(&mut PatternHead)) {
        let Some(pattern) = self.shown_pattern() else { return };
        let before = head_of(pattern);
        let mut after = before.clone();
        change(&mut after);
        if after != before {
            self.edit(name, Edit::SetPattern { index: self.pattern, head: Box::new(after) });
        }
    }

    /// Sets the swing of the pattern, in tenths of a percent.
    pub(crate) fn set_swing(&mut self, set: Set) {
        self.change_pattern("Swing", |head| {
            #[allow(clippy::cast_possible_truncation, reason = "50 to 75")]
            let now = (head.swing.percent.percent() * 10.0).round() as i64;
            #[allow(clippy::cast_precision_loss, reason = "small")]
            let percent = set.of(now, 500, SWING) as f64 / 10.0;
            head.swing.percent = SwingPercent::new(percent).unwrap_or(head.swing.percent);
        });
    }

    /// The groove of the pattern becomes the micro-timing of the track at the cursor: how that one is played.
    pub(crate) fn groove_from_track(&mut self) {
        let Some(track) = self.track() else { return };
        let half = Groove::offset_max(track.step_size);
        let offsets = track.steps.iter().map(|step| Ticks(step.micro_timing.0.clamp(-half, half)));
        match Groove::new(track.step_size, offsets.collect()) {
            Ok(groove) => {
                // The track gives its timing away: it would have it twice, else.
                let places: Vec<Place> =
                    (0..groove.offsets().len()).map(|step| (self.cursor.0, step)).collect();
                self.begin("Groove");
                self.change_pattern("Groove", |head| head.groove = Some(groove));
                self.change("Groove", &places, |step, _| step.micro_timing = Ticks(0));
                self.end();
            }
            Err(error) => self.message = Some(error.to_string()),
        }
    }
}

/// Tenths of a percent.
pub(crate) const SWING: (i64, i64) = (500, 750);

/// A swing in tenths of a percent, as it is written.
pub(crate) fn swing_text(tenths: i64) -> String {
    match tenths % 10 {
        0 => format!("{} %", tenths / 10),
        tenth => format!("{}.{tenth} %", tenths / 10),
    }
}

/// What somebody types who means a swing: percent.
pub(crate) fn read_swing(text: &str) -> Option<i64> {
    let percent: f64 = text.trim().trim_end_matches('%').trim().parse().ok()?;
    #[allow(clippy::cast_possible_truncation, reason = "the conversion saturates")]
    let tenths = (percent * 10.0).round() as i64;
    Some(tenths)
}

/// The swing of a pattern in tenths of a percent.
pub(crate) fn swing_tenths(pattern: Option<&Pattern>) -> i64 {
    #[allow(clippy::cast_possible_truncation, reason = "50 to 75")]
    let tenths =
        pattern.map_or(500, |pattern| (pattern.swing.percent.percent() * 10.0).round() as i64);
    tenths
}

/// A step size that counts sixteenths of a groove's grid.
fn unit_text(unit: StepSize) -> String {
    unit.to_string()
}

/// Draws it and takes what is done.
pub(crate) fn show(ui: &mut Ui, theme: &Theme, area: Rect, desk: &mut Desk) {
    let Some(pattern) = desk.shown_pattern().cloned() else {
        desk.overlay = Overlay::None;
        return;
    };
    heading(ui, theme, area, &format!("Pattern {}", slot_name(desk.pattern)));
    let left = area.left() + 24.0;
    let column = left + 92.0;
    let right = area.right() - 24.0;
    let mut y = area.top() + 52.0;
    label(ui, theme, pos2(left, y + 13.0), "Name");
    let field = Rect::from_min_size(pos2(column, y), vec2(right - column, 26.0));
    let said = ("Pattern name", "");
    if let Some(name) =
        typed(ui, theme, field, said, &pattern.name, Some((desk, "Rename a pattern")))
    {
        desk.change_pattern("Rename a pattern", |head| head.name = name);
    }
    y += 34.0;
    length(ui, theme, desk, &pattern, (left, column, y));
    y += 34.0;
    swing(ui, theme, desk, &pattern, (left, column, y));
    y += 34.0;
    humanise(ui, theme, desk, &pattern, (left, column, y));
    y += 38.0;
    y = scale(ui, theme, desk, &pattern, Rect::from_min_max(pos2(left, y), pos2(right, y)));
    groove(ui, theme, desk, &pattern, (left, column, y + 6.0));
    let bottom = area.bottom() - 42.0;
    let mut x = left;
    let mut command = |width: f32, words: &str| {
        let rect = Rect::from_min_size(pos2(x, bottom), vec2(width, 26.0));
        x += width + 6.0;
        button(ui, theme, rect, (words, words), fonts::words(12.0), Look::Rest).clicked()
    };
    if command(130.0, "Duplicate pattern") {
        desk.duplicate_pattern();
    }
    if command(118.0, "Remove pattern") {
        desk.remove_pattern();
    }
}

/// What a pattern slot is called: A1 to H16.
pub(crate) fn slot_name(index: usize) -> String {
    let bank = char::from(b'A' + u8::try_from(index / 16).unwrap_or(0).min(25));
    format!("{bank}{}", index % 16 + 1)
}

fn length(ui: &mut Ui, theme: &Theme, desk: &mut Desk, pattern: &Pattern, at: (f32, f32, f32)) {
    let (left, column, y) = at;
    label(ui, theme, pos2(left, y + 13.0), "Length");
    let place = Rect::from_min_size(pos2(column, y), vec2(240.0, 26.0));
    let metre = desk.project.metre;
    let bars = i64::from(pattern.bars(metre));
    let choices = [
        ("Longest track", "Length of the longest track".to_owned(), pattern.length.is_none()),
        ("Whole bars", "Length in bars".to_owned(), pattern.length.is_some()),
    ];
    let bar = metre.bar_ticks().0;
    match segments(ui, theme, place, 12.0, choices.into_iter()) {
        Some(0) => desk.change_pattern("Length of a pattern", |head| head.length = None),
        Some(_) => {
            desk.change_pattern("Length of a pattern", |head| head.length = Some(Ticks(bars * bar)))
        }
        None => {}
    }
    if pattern.length.is_none() {
        return;
    }
    let spec = Number {
        label: "Bars",
        of: "",
        value: Some(bars),
        range: (1, 64),
        shown: if bars == 1 { "1 bar".into() } else { format!("{bars} bars") },
        read: &whole,
        undo: "Length of a pattern",
    };
    let place = Rect::from_min_size(pos2(column + 248.0, y), vec2(84.0, 26.0));
    number(ui, theme, place, Form::Bare, desk, &spec, |desk, set| {
        desk.change_pattern("Length of a pattern", |head| {
            let now = head.length.map_or(1, |ticks| ticks.0 / bar.max(1));
            head.length = Some(Ticks(set.of(now, 1, (1, 999)) * bar));
        });
    });
}

fn swing(ui: &mut Ui, theme: &Theme, desk: &mut Desk, pattern: &Pattern, at: (f32, f32, f32)) {
    let (left, column, y) = at;
    label(ui, theme, pos2(left, y + 13.0), "Swing");
    let tenths = swing_tenths(Some(pattern));
    let spec = Number {
        label: "Swing of the pattern",
        of: "",
        value: Some(tenths),
        range: SWING,
        shown: swing_text(tenths),
        read: &read_swing,
        undo: "Swing",
    };
    let place = Rect::from_min_size(pos2(column, y), vec2(84.0, 26.0));
    number(ui, theme, place, Form::Bare, desk, &spec, Desk::set_swing);
    let unit = pattern.swing.unit;
    let choices = [("of 1/8", SwingUnit::Eighth), ("of 1/16", SwingUnit::Sixteenth)];
    let place = Rect::from_min_size(pos2(column + 92.0, y), vec2(148.0, 26.0));
    let named =
        choices.iter().map(|(words, choice)| (*words, format!("Swing {words}"), *choice == unit));
    if let Some(pressed) = segments(ui, theme, place, 12.0, named) {
        desk.change_pattern("Swing", |head| head.swing.unit = choices[pressed].1);
    }
}

fn humanise(ui: &mut Ui, theme: &Theme, desk: &mut Desk, pattern: &Pattern, at: (f32, f32, f32)) {
    let (left, column, y) = at;
    label(ui, theme, pos2(left, y + 13.0), "Humanise");
    let colour = theme.text2;
    let values = [("Timing", pattern.humanise.timing), ("Loudness", pattern.humanise.velocity)];
    for (place, (words, percent)) in values.into_iter().enumerate() {
        let value = i64::from(percent.get());
        let spec = Number {
            label: words,
            of: "",
            value: Some(value),
            range: (0, 100),
            shown: format!("{value} %"),
            read: &whole,
            undo: "Humanise",
        };
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let corner = pos2(column + 168.0 * place as f32, y);
        let rect = Rect::from_min_size(corner, vec2(160.0, 28.0));
        number(ui, theme, rect, Form::Field(colour), desk, &spec, |desk, set| {
            desk.change_pattern("Humanise", |head| {
                let strays = match place {
                    0 => &mut head.humanise.timing,
                    _ => &mut head.humanise.velocity,
                };
                *strays = percent_of(set.of(strays.get().into(), 0, (0, 100)));
            });
        });
    }
}

fn percent_of(value: i64) -> Percent {
    Percent::saturating(u8::try_from(value.clamp(0, 100)).unwrap_or(100))
}

fn scale(ui: &mut Ui, theme: &Theme, desk: &mut Desk, pattern: &Pattern, at: Rect) -> f32 {
    label(ui, theme, pos2(at.left(), at.top() + 13.0), "Scale");
    let column = at.left() + 92.0;
    let place = Rect::from_min_size(pos2(column, at.top()), vec2(at.right() - column, 26.0));
    let now = pattern.scale;
    let free = ("None", "No scale".to_owned(), now.is_none());
    let roots = Scale::ROOTS.iter().zip(0u8..).map(|(root, index)| {
        (*root, format!("Root {root}"), now.is_some_and(|scale| scale.root() == index))
    });
    let choices: Vec<_> = std::iter::once(free).chain(roots).collect();
    let major = Scale::parse("C major");
    match segments(ui, theme, place, 11.0, choices.into_iter()) {
        Some(0) => desk.change_pattern("Scale", |head| head.scale = None),
        Some(root) => {
            let root = u8::try_from(root - 1).unwrap_or(0);
            let scale = now.or(major).map(|scale| scale.on_root(root));
            desk.change_pattern("Scale", |head| head.scale = scale);
        }
        None => {}
    }
    let mut y = at.top() + 30.0;
    let root = now.map_or(0, Scale::root);
    let names: Vec<&str> = Scale::names().collect();
    for row in names.chunks(4) {
        let place = Rect::from_min_size(pos2(column, y), vec2(at.right() - column, 22.0));
        let of_row = row
            .iter()
            .map(|name| (*name, format!("Scale {name}"), now.and_then(Scale::name) == Some(*name)));
        // The last row is no wider than the others.
        let mut place = place;
        #[allow(clippy::cast_precision_loss, reason = "small")]
        place.set_width(place.width() * row.len() as f32 / 4.0);
        if let Some(pressed) = segments(ui, theme, place, 11.0, of_row) {
            let scale =
                Scale::parse(&format!("C {}", row[pressed])).map(|scale| scale.on_root(root));
            desk.change_pattern("Scale", |head| head.scale = scale);
        }
        y += 25.0;
    }
    y
}

fn groove(ui: &mut Ui, theme: &Theme, desk: &mut Desk, pattern: &Pattern, at: (f32, f32, f32)) {
    let (left, column, y) = at;
    label(ui, theme, pos2(left, y + 13.0), "Groove");
    let now = &pattern.groove;
    let mut x = column;
    let mut choice = |width: f32, words: &str, name: &str, look: Look| {
        let rect = Rect::from_min_size(pos2(x, y), vec2(width, 26.0));
        x += width + 4.0;
        button(ui, theme, rect, (words, name), fonts::words(12.0), look).clicked()
    };
    if choice(52.0, "None", "No groove", if now.is_none() { Look::Chosen } else { Look::Rest }) {
        desk.change_pattern("Groove", |head| head.groove = None);
    }
    if choice(116.0, "From this track", "Groove from this track", Look::Rest) {
        desk.groove_from_track();
    }
    if choice(128.0, "From a MIDI file…", "Groove from a MIDI file", Look::Rest) {
        desk.choose_file(Purpose::Groove);
        return;
    }
    let Some(groove) = now else { return };
    let amount = i64::from(groove.amount.get());
    let label = format!("{} places of {}", groove.offsets().len(), unit_text(groove.unit()));
    let spec = Number {
        label: &label,
        of: "",
        value: Some(amount),
        range: (0, 100),
        shown: format!("{amount} %"),
        read: &whole,
        undo: "Groove",
    };
    let place = Rect::from_min_size(pos2(x + 4.0, y), vec2(178.0, 28.0));
    number(ui, theme, place, Form::Field(theme.text2), desk, &spec, |desk, set| {
        desk.change_pattern("Groove", |head| {
            if let Some(groove) = &mut head.groove {
                groove.amount = percent_of(set.of(groove.amount.get().into(), 100, (0, 100)));
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swings_are_read_as_they_are_shown() {
        for tenths in [500, 583, 667, 750] {
            assert_eq!(read_swing(&swing_text(tenths)), Some(tenths));
        }
        assert_eq!(read_swing("66,7"), None);
        assert_eq!(slot_name(0), "A1");
        assert_eq!(slot_name(127), "H16");
    }
}
