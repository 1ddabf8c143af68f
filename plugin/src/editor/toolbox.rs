//! What makes steps out of steps, for the track at the cursor or the chosen steps; the grid above shows what becomes of them.

use egui::{Align2, Rect, Stroke, Ui, pos2, vec2};

use crate::editor::desk::{Desk, Overlay, Place};
use crate::editor::fonts;
use crate::editor::number::{Form, Number, number, whole};
use crate::editor::theme::Theme;
use crate::editor::tools::{self, Lane, Throws};
use crate::editor::widgets::{Look, button, text};

/// What the tools are set to, as long as the window lives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Toolbox {
    /// How many steps the Euclidean rhythm begins later.
    rotation: i64,
    /// How far velocities stray, and places in percent of a step.
    strays: (i64, i64),
    /// Between what throwing sets the lane that is shown; `None`: all that the lane goes over.
    limits: Option<(Lane, i64, i64)>,
    /// How many of a hundred steps sound after throwing them.
    density: i64,
    /// Another one for each throw, so that each is another.
    throw: u64,
}

impl Default for Toolbox {
    fn default() -> Toolbox {
        Toolbox { rotation: 0, strays: (12, 5), limits: None, density: 40, throw: 1 }
    }
}

impl Toolbox {
    fn limits(&self, lane: Lane) -> (i64, i64) {
        match self.limits {
            Some((of, low, high)) if of == lane => (low, high),
            // What sounds well without being asked.
            _ => match lane {
                Lane::Velocity => (60, 120),
                Lane::Pitch => (48, 72),
                Lane::Gate => (30, 100),
                Lane::Ratchet => (1, 3),
                Lane::Micro => (-10, 10),
                other => other.range(),
            },
        }
    }
}

impl Desk {
    /// The steps that a tool is for: those selected, else all of the track at the cursor.
    fn tooled(&self) -> Vec<Place> {
        if !self.selection.is_empty() {
            return self.selection.iter().copied().collect();
        }
        let count = self.track().map_or(0, |track| track.steps.len());
        (0..count).map(|step| (self.cursor.0, step)).collect()
    }

    fn throws(&mut self) -> Throws {
        self.toolbox.throw = self.toolbox.throw.wrapping_add(1);
        Throws(self.toolbox.throw.wrapping_mul(0xD134_2543_DE82_EF95))
    }

    /// Velocities and places stray, by other amounts each time.
    pub(crate) fn humanise(&mut self) {
        let (by, mut throws) = (self.toolbox.strays, self.throws());
        let places = self.tooled().into_iter().map(|place| {
            (place, Throws(u64::try_from(throws.next((0, i64::MAX - 1))).unwrap_or(0)))
        });
        self.change_each("Humanise", places.collect(), |step, ticks, mut throws| {
            if step.is_on {
                tools::humanise(step, ticks, by, &mut throws);
            }
        });
    }

    /// The lane that is shown gets values within limits.
    pub(crate) fn throw_values(&mut self) {
        let lane = self.lane;
        let (limits, mut throws) = (self.toolbox.limits(lane), self.throws());
        if self.has_own_lane() {
            let values = (0..self.lane_length()).map(|place| (place, throws.next(limits)));
            self.set_lane(values.collect());
            return;
        }
        let is_on = |desk: &Desk, place: Place| desk.step(place).is_some_and(|step| step.is_on);
        let places = self.tooled().into_iter().filter(|place| is_on(self, *place));
        let values = places.map(|place| (place, throws.next(limits))).collect();
        let scale = self.shown_pattern().and_then(|pattern| pattern.scale);
        self.change_each(
            &format!("Randomise {}", lane.name().to_lowercase()),
            values,
            |step, ticks, value| {
                lane.set(step, value, ticks);
                if let (Lane::Pitch, Some(scale)) = (lane, scale) {
                    tools::into_scale(step, scale);
                }
            },
        );
    }

    /// Which steps sound is thrown anew, so many of a hundred.
    pub(crate) fn throw_steps(&mut self) {
        let (density, mut throws) = (self.toolbox.density, self.throws());
        let places: Vec<(Place, bool)> = self
            .tooled()
            .into_iter()
            .map(|place| (place, throws.next((0, 99)) < density))
            .collect();
        self.set_each("Randomise steps", places.into_iter());
    }

    /// Moves all notes by semitones.
    pub(crate) fn transpose(&mut self, semitones: i64) {
        let places = self.tooled();
        self.change("Transpose steps", &places, |step, _| tools::move_keys(step, semitones));
    }

    /// Puts all notes into the pattern's scale.
    pub(crate) fn snap_to_scale(&mut self) {
        let Some(scale) = self.shown_pattern().and_then(|pattern| pattern.scale) else {
            self.overlay = Overlay::Pattern;
            self.message = Some("Choose the pattern's scale first.".into());
            return;
        };
        let places = self.tooled();
        self.change("Into the scale", &places, |step, _| tools::into_scale(step, scale));
    }

    /// The chosen steps, each a place later or earlier among themselves; without a selection the whole track.
    pub(crate) fn shift(&mut self, by: i64) {
        let places = self.tooled();
        let mut tracks: Vec<usize> = places.iter().map(|(track, _)| *track).collect();
        tracks.dedup();
        let mut moved = Vec::new();
        for track in tracks {
            let of_track: Vec<Place> =
                places.iter().copied().filter(|place| place.0 == track).collect();
            let steps: Vec<_> =
                of_track.iter().filter_map(|place| self.step(*place).cloned()).collect();
            moved.extend(of_track.into_iter().zip(tools::rotated(&steps, by)));
        }
        self.change_each("Shift", moved, |step, _, by| *step = by);
    }
}

/// Draws it and takes what is done. Everything is done at once, and undone one by one.
pub(crate) fn show(ui: &mut Ui, theme: &Theme, area: Rect, desk: &mut Desk) {
    let Some(track) = desk.track() else {
        desk.overlay = Overlay::None;
        return;
    };
    let name = match desk.selection.len() {
        0 => track.name.clone(),
        1 => "1 chosen step".to_owned(),
        count => format!("{count} chosen steps"),
    };
    text(
        ui,
        area.min + vec2(16.0, 22.0),
        Align2::LEFT_CENTER,
        format!("Tools for {name}"),
        fonts::bold(14.0),
        theme.text,
    );
    let gap = 16.0;
    let width = (area.width() - gap * 5.0) / 4.0;
    let columns: Vec<Rect> = (0..4u8)
        .map(|place| {
            let left = area.left() + gap + (width + gap) * f32::from(place);
            Rect::from_min_max(
                pos2(left, area.top() + 40.0),
                pos2(left + width, area.bottom() - 8.0),
            )
        })
        .collect();
    for column in &columns[1..] {
        ui.painter().vline(
            column.left() - gap / 2.0,
            column.y_range(),
            Stroke::new(1.0, theme.line),
        );
    }
    rhythm(ui, theme, columns[0], desk);
    order(ui, theme, columns[1], desk);
    notes(ui, theme, columns[2], desk);
    chance(ui, theme, columns[3], desk);
}

fn title(ui: &Ui, theme: &Theme, column: Rect, words: &str) {
    text(
        ui,
        column.min + vec2(0.0, 8.0),
        Align2::LEFT_CENTER,
        words,
        fonts::words(11.0),
        theme.text3,
    );
}

fn row(column: Rect, place: u8) -> Rect {
    let top = column.top() + 20.0 + 32.0 * f32::from(place);
    Rect::from_min_size(pos2(column.left(), top), vec2(column.width(), 28.0))
}

/// Buttons that share a row: which was pressed.
fn commands(ui: &Ui, theme: &Theme, row: Rect, of_row: &[(&str, &str)]) -> Option<usize> {
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let pitch = (row.width() + 4.0) / of_row.len() as f32;
    let mut pressed = None;
    for (place, words) in of_row.iter().enumerate() {
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let at = row.min + vec2(pitch * place as f32, 0.0);
        let rect = Rect::from_min_size(at, vec2(pitch - 4.0, row.height()));
        if button(ui, theme, rect, *words, fonts::words(12.0), Look::Rest).clicked() {
            pressed = Some(place);
        }
    }
    pressed
}

fn rhythm(ui: &mut Ui, theme: &Theme, column: Rect, desk: &mut Desk) {
    title(ui, theme, column, "Euclid: as even as can be");
    let colour = theme.track(desk.cursor.0);
    let Some(track) = desk.track() else { return };
    let length = i64::try_from(track.steps.len()).unwrap_or(1);
    let hits = i64::try_from(track.steps.iter().filter(|step| step.is_on).count()).unwrap_or(0);
    let spread = |desk: &mut Desk, hits: i64, rotation: i64| {
        let hits = usize::try_from(hits).unwrap_or(0);
        desk.euclid(hits, i32::try_from(rotation).unwrap_or(0));
    };
    let spec = Number {
        label: "Hits",
        of: "",
        value: Some(hits),
        range: (0, length),
        shown: format!("{hits} in {length}"),
        read: &whole,
        undo: "Euclid",
    };
    let rotation = desk.toolbox.rotation;
    number(ui, theme, row(column, 0), Form::Field(colour), desk, &spec, |desk, set| {
        let now =
            desk.track().map_or(0, |track| track.steps.iter().filter(|step| step.is_on).count());
        let now = i64::try_from(now).unwrap_or(0);
        spread(desk, set.of(now, now, (0, length)), rotation);
    });
    let spec = Number {
        label: "Turned by",
        of: "",
        value: Some(rotation),
        range: (-length, length),
        shown: format!("{rotation:+}"),
        read: &whole,
        undo: "Euclid",
    };
    number(ui, theme, row(column, 1), Form::Field(colour), desk, &spec, |desk, set| {
        desk.toolbox.rotation = set.of(desk.toolbox.rotation, 0, (-length, length));
        spread(desk, hits, desk.toolbox.rotation);
    });
    let spec = Number {
        label: "Steps that sound",
        of: "",
        value: Some(desk.toolbox.density),
        range: (0, 100),
        shown: format!("{} %", desk.toolbox.density),
        read: &whole,
        undo: "Randomise steps",
    };
    number(ui, theme, row(column, 2), Form::Field(colour), desk, &spec, |desk, set| {
        desk.toolbox.density = set.of(desk.toolbox.density, 40, (0, 100));
    });
    if commands(ui, theme, row(column, 3), &[("Throw the steps", "Throw the steps")]).is_some() {
        desk.throw_steps();
    }
}

fn order(ui: &mut Ui, theme: &Theme, column: Rect, desk: &mut Desk) {
    title(ui, theme, column, "Order");
    match commands(
        ui,
        theme,
        row(column, 0),
        &[("←  Shift", "Shift left"), ("Shift  →", "Shift right")],
    ) {
        Some(0) => desk.shift(-1),
        Some(_) => desk.shift(1),
        None => {}
    }
    match commands(
        ui,
        theme,
        row(column, 1),
        &[("Reverse", "Reverse the steps"), ("Clear", "Clear the steps")],
    ) {
        Some(0) => desk.replace_steps("Reverse", tools::reversed),
        Some(_) => {
            let places = desk.tooled();
            desk.change("Clear steps", &places, |step, _| {
                *step = tresillo_pattern::document::Step::default()
            });
        }
        None => {}
    }
    match commands(
        ui,
        theme,
        row(column, 2),
        &[("Double", "Double the length"), ("Halve", "Halve the length")],
    ) {
        Some(0) => desk.replace_steps("Double", tools::doubled),
        Some(_) => desk.replace_steps("Halve", tools::halved),
        None => {}
    }
    match commands(
        ui,
        theme,
        row(column, 3),
        &[("Shorter", "One step fewer"), ("Longer", "One step more")],
    ) {
        Some(0) => desk.longer(-1),
        Some(_) => desk.longer(1),
        None => {}
    }
}

fn notes(ui: &mut Ui, theme: &Theme, column: Rect, desk: &mut Desk) {
    title(ui, theme, column, "Notes and feel");
    let by = [
        ("−12", "An octave down"),
        ("−1", "A semitone down"),
        ("+1", "A semitone up"),
        ("+12", "An octave up"),
    ];
    if let Some(pressed) = commands(ui, theme, row(column, 0), &by) {
        desk.transpose([-12, -1, 1, 12][pressed]);
    }
    let scale = desk.shown_pattern().and_then(|pattern| pattern.scale);
    let words = scale.map_or("Into a scale…".to_owned(), |scale| format!("Into {scale}"));
    if commands(ui, theme, row(column, 1), &[(&words, "Into the scale")]).is_some() {
        desk.snap_to_scale();
    }
    let colour = theme.track(desk.cursor.0);
    let (louder, later) = desk.toolbox.strays;
    let half = (column.width() - 4.0) / 2.0;
    let left = Rect::from_min_size(row(column, 2).min, vec2(half, 28.0));
    let right = left.translate(vec2(half + 4.0, 0.0));
    let spec = Number {
        label: "Vel",
        of: "",
        value: Some(louder),
        range: (0, 64),
        shown: format!("±{louder}"),
        read: &|text| whole(text.trim().trim_start_matches('±')),
        undo: "Humanise",
    };
    number(ui, theme, left, Form::Field(colour), desk, &spec, |desk, set| {
        desk.toolbox.strays.0 = set.of(desk.toolbox.strays.0, 12, (0, 64));
    });
    let spec = Number {
        label: "Time",
        of: "",
        value: Some(later),
        range: (0, 50),
        shown: format!("±{later} %"),
        read: &|text| whole(text.trim().trim_start_matches('±')),
        undo: "Humanise",
    };
    number(ui, theme, right, Form::Field(colour), desk, &spec, |desk, set| {
        desk.toolbox.strays.1 = set.of(desk.toolbox.strays.1, 5, (0, 50));
    });
    if commands(ui, theme, row(column, 3), &[("Humanise", "Humanise the steps")]).is_some() {
        desk.humanise();
    }
}

fn chance(ui: &mut Ui, theme: &Theme, column: Rect, desk: &mut Desk) {
    let lane = desk.lane;
    title(ui, theme, column, &format!("Randomise {} within limits", lane.name().to_lowercase()));
    let colour = theme.track(desk.cursor.0);
    let (low, high) = desk.toolbox.limits(lane);
    let range = lane.range();
    for (place, label, value) in [(0u8, "From", low), (1, "To", high)] {
        let spec = Number {
            label,
            of: "",
            value: Some(value),
            range,
            shown: lane.text(value),
            read: &|text| lane.read(text),
            undo: "Randomise",
        };
        number(ui, theme, row(column, place), Form::Field(colour), desk, &spec, |desk, set| {
            let (low, high) = desk.toolbox.limits(lane);
            let limits = match place {
                0 => {
                    let low = set.of(low, range.0, range);
                    (lane, low, high.max(low))
                }
                _ => {
                    let high = set.of(high, range.1, range);
                    (lane, low.min(high), high)
                }
            };
            desk.toolbox.limits = Some(limits);
        });
    }
    if commands(ui, theme, row(column, 2), &[("Throw the values", "Throw the values")]).is_some() {
        desk.throw_values();
    }
    let words = ("Back to default", "Values back to default");
    if commands(ui, theme, row(column, 3), &[words]).is_some() {
        let places = desk.tooled();
        if desk.has_own_lane() {
            desk.reset_lane(&(0..desk.lane_length()).collect::<Vec<_>>());
        } else {
            let name = format!("Reset {}", lane.name().to_lowercase());
            desk.change(&name, &places, |step, ticks| lane.reset(step, ticks));
        }
    }
}
