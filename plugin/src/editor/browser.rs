//! The factory patterns and the user's own, to look through and to load; and where one's own are saved.

use std::collections::BTreeSet;

use egui::{Align2, Id, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use tresillo_pattern::Project;
use tresillo_pattern::format::json;

use crate::editor::desk::{Desk, Overlay};
use crate::editor::files::Purpose;
use crate::editor::fonts;
use crate::editor::library;
use crate::editor::number::wheel;
use crate::editor::theme::Theme;
use crate::editor::widgets::{Look, button, elided, text, typed};

mod factory {
    include!(concat!(env!("OUT_DIR"), "/factory.rs"));
}

/// A pattern that can be loaded.
#[derive(Clone, Debug)]
pub(crate) struct Preset {
    pub(crate) project: Project,
    /// Whether it lies in the user's folder.
    pub(crate) is_own: bool,
}

/// All presets, by name, and what is looked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Browser {
    presets: Vec<Preset>,
    search: String,
    first: usize,
    only_favourites: bool,
}

impl Browser {
    /// All of them, read when they are first asked for: one's own before the factory's.
    fn presets(&mut self) -> &[Preset] {
        if self.presets.is_empty() {
            let own = library::folder().map(|folder| library::list(&folder).0).unwrap_or_default();
            let own = own.into_iter().map(|project| Preset { project, is_own: true });
            let read = |text: &&str| {
                let (project, _) = json::read(text.as_bytes()).ok()?;
                Some(Preset { project, is_own: false })
            };
            let mut factory: Vec<Preset> = factory::FACTORY.iter().filter_map(read).collect();
            factory.sort_by_key(|preset| preset.project.name.to_lowercase());
            self.presets = own.chain(factory).collect();
        }
        &self.presets
    }

    /// The user's folder may have changed: it is read again.
    pub(crate) fn rescan(&mut self) {
        self.presets.clear();
    }

    /// Those whose name, author or description has all words of a search; favourites before the others, or alone.
    pub(crate) fn found(&mut self, favourites: &BTreeSet<String>) -> Vec<Preset> {
        let words: Vec<String> = self.search.split_whitespace().map(str::to_lowercase).collect();
        let has_all = |preset: &&Preset| {
            let Project { name, author, description, .. } = &preset.project;
            let text = format!("{name} {author} {description}").to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        let only = self.only_favourites;
        let is_favourite = |preset: &Preset| favourites.contains(&preset.project.name);
        let mut found: Vec<Preset> = self.presets().iter().filter(has_all).cloned().collect();
        found.retain(|preset| !only || is_favourite(preset));
        found.sort_by_key(|preset| !is_favourite(preset));
        found
    }

    /// The preset so many places from the one with a name, around the end.
    pub(crate) fn beside(&mut self, name: &str, by: i64) -> Option<Preset> {
        let presets = self.presets();
        let count = i64::try_from(presets.len()).ok().filter(|count| *count > 0)?;
        let now = presets.iter().position(|preset| preset.project.name == name);
        let now = now.and_then(|now| i64::try_from(now).ok());
        let next = match now {
            Some(now) => (now + by).rem_euclid(count),
            None => 0,
        };
        presets.get(usize::try_from(next).ok()?).cloned()
    }
}

/// Draws it and loads what is chosen; it stays open, so that one can go through them while the music plays on.
pub(crate) fn show(ui: &mut Ui, theme: &Theme, area: Rect, desk: &mut Desk) {
    let row = Rect::from_min_max(area.left_bottom() - vec2(0.0, 48.0), area.max);
    keep(ui, theme, row, desk);
    text(
        ui,
        area.min + vec2(24.0, 26.0),
        Align2::LEFT_CENTER,
        "Patterns",
        fonts::bold(16.0),
        theme.text,
    );
    let field = Rect::from_min_size(area.min + vec2(120.0, 12.0), vec2(area.width() - 284.0, 28.0));
    let only = Rect::from_min_size(pos2(field.right() + 8.0, field.top()), vec2(92.0, 28.0));
    let look = if desk.browser.only_favourites { Look::Chosen } else { Look::Rest };
    if button(ui, theme, only, ("Favourites", "Only favourites"), fonts::words(12.0), look)
        .clicked()
    {
        desk.browser.only_favourites = !desk.browser.only_favourites;
        desk.browser.first = 0;
    }
    let hint = "Search: a name, a style, an instrument";
    if let Some(search) =
        typed(ui, theme, field, ("Search", hint), &desk.browser.search.clone(), None)
    {
        (desk.browser.search, desk.browser.first) = (search, 0);
    }
    let found = desk.browser.found(&desk.choices.favourites.clone());
    let list = Rect::from_min_max(area.min + vec2(12.0, 52.0), area.max - vec2(12.0, 52.0));
    if found.is_empty() {
        let words = match desk.browser.only_favourites {
            true => "No favourite is here. A star before a name makes it one.".to_owned(),
            false => format!(
                "No pattern has “{}”. Try fewer words, or clear the search.",
                desk.browser.search
            ),
        };
        text(ui, list.center(), Align2::CENTER_CENTER, words, fonts::words(12.0), theme.text2);
        return;
    }
    let row_height = 36.0;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
    let rows = (list.height() / row_height).floor() as usize;
    let moved = wheel(ui);
    let last = found.len().saturating_sub(rows);
    desk.browser.first = match moved {
        moved if moved < 0.0 => (desk.browser.first + 3).min(last),
        moved if moved > 0.0 => desk.browser.first.saturating_sub(3),
        _ => desk.browser.first.min(last),
    };
    let playing = desk.project.name.clone();
    for (row, preset) in found.iter().skip(desk.browser.first).take(rows).enumerate() {
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let rect = Rect::from_min_size(
            pos2(list.left(), list.top() + row_height * row as f32),
            vec2(list.width(), row_height - 2.0),
        );
        let Project { name, description, .. } = &preset.project;
        let is_chosen = *name == playing;
        let response =
            ui.interact(rect, Id::unique(("preset", desk.browser.first + row)), Sense::click());
        response.widget_info(|| {
            WidgetInfo::selected(Role::Button, true, is_chosen, format!("Load {name}"))
        });
        if is_chosen || response.hovered() {
            ui.painter().rect_filled(rect, 4.0, theme.hi);
        }
        let at = pos2(rect.left() + 34.0, rect.center().y);
        elided(ui, at, name, fonts::bold(12.0), theme.text, 168.0);
        let ink = if is_chosen || response.hovered() { theme.text } else { theme.text2 };
        let description = match (preset.is_own, description.as_str()) {
            (true, "") => "Yours",
            (_, words) => words,
        };
        let at = pos2(rect.left() + 206.0, rect.center().y);
        let width = rect.right() - 10.0 - at.x;
        elided(ui, at, description, fonts::words(11.0), ink, width);
        // The first click of two has done it.
        if response.clicked() && !response.double_clicked() {
            desk.load(preset.project.clone());
        }
        if response.double_clicked() {
            desk.overlay = Overlay::None;
        }
        star(ui, theme, rect, desk, (name, desk.browser.first + row));
    }
}

/// The star before a name: a five-pointed outline, filled for a favourite.
fn star(ui: &Ui, theme: &Theme, row: Rect, desk: &mut Desk, (name, place): (&str, usize)) {
    let is_favourite = desk.choices.favourites.contains(name);
    let area = Rect::from_center_size(pos2(row.left() + 18.0, row.center().y), vec2(24.0, 24.0));
    let response = ui.interact(area, Id::unique(("star", place)), Sense::click());
    let said = format!("Favourite: {name}");
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_favourite, &said));
    let points: Vec<egui::Pos2> = (0..10u8)
        .map(|point| {
            let radius = if point % 2 == 0 { 7.0 } else { 3.0 };
            let angle = std::f32::consts::TAU * f32::from(point) / 10.0;
            area.center() + vec2(radius * angle.sin(), -radius * angle.cos())
        })
        .collect();
    let ink = if is_favourite || response.hovered() { theme.text } else { theme.text3 };
    if is_favourite {
        // A star is no convex shape: its five tips and the middle are drawn one by one.
        for tip in (0..10).step_by(2) {
            let triangle = vec![points[tip], points[(tip + 1) % 10], points[(tip + 9) % 10]];
            ui.painter().add(egui::Shape::convex_polygon(triangle, ink, Stroke::NONE));
        }
        let middle: Vec<egui::Pos2> = (1..10).step_by(2).map(|point| points[point]).collect();
        ui.painter().add(egui::Shape::convex_polygon(middle, ink, Stroke::NONE));
    }
    ui.painter().add(egui::Shape::closed_line(points, Stroke::new(1.25, ink)));
    if response.clicked() && !desk.choices.favourites.remove(name) {
        desk.choices.favourites.insert(name.to_owned());
    }
}

impl Desk {
    /// The project goes into the user's folder, under its name.
    pub(crate) fn save_mine(&mut self) {
        let Some(folder) = library::folder() else {
            self.message = Some("There is no home folder. Save as a file instead.".into());
            return;
        };
        self.message = Some(match library::save(&folder, &self.project.name, &self.project) {
            Ok(path) => format!("Written: {}", path.display()),
            Err(problem) => format!("Not written: {problem}."),
        });
        self.browser.rescan();
    }
}

/// The row in which one's own pattern gets its name, and is kept.
fn keep(ui: &mut Ui, theme: &Theme, row: Rect, desk: &mut Desk) {
    ui.painter().hline(row.x_range(), row.top(), Stroke::new(1.0, theme.line));
    let place = |left: f32, width: f32| {
        Rect::from_min_size(pos2(left, row.center().y - 13.0), vec2(width, 26.0))
    };
    let left = row.left() + 24.0;
    text(
        ui,
        pos2(left, row.center().y),
        Align2::LEFT_CENTER,
        "Name",
        fonts::words(12.0),
        theme.text2,
    );
    let field = place(left + 44.0, 250.0);
    let name = desk.project.name.clone();
    let said = ("Name of the pattern", "");
    if let Some(name) = typed(ui, theme, field, said, &name, Some((desk, "Rename"))) {
        desk.rename(name);
    }
    let right = row.right() - 24.0;
    let mut x = right;
    let mut command = |width: f32, words: &str| {
        x -= width;
        let rect = Rect::from_min_size(pos2(x, row.center().y - 13.0), vec2(width, 26.0));
        x -= 4.0;
        button(ui, theme, rect, (words, words), fonts::words(12.0), Look::Rest).clicked()
    };
    if command(126.0, "Export as MIDI…") {
        desk.choose_file(Purpose::ExportMidi);
    }
    if command(100.0, "Open a file…") {
        desk.choose_file(Purpose::Open);
    }
    if command(108.0, "Save as mine") {
        desk.save_mine();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_factory_pattern_is_there_and_can_be_found() {
        let mut browser = Browser::default();
        let factory =
            browser.found(&BTreeSet::new()).iter().filter(|preset| !preset.is_own).count();
        assert_eq!(factory, factory::FACTORY.len());
        assert!(factory::FACTORY.len() > 60);
        browser.search = "Tresillo".into();
        assert!(
            browser.found(&BTreeSet::new()).iter().any(|preset| preset.project.name == "Tresillo")
        );
        let loved = BTreeSet::from(["Tresillo".to_owned()]);
        browser.search = String::new();
        assert_eq!(browser.found(&loved)[0].project.name, "Tresillo", "favourites come first");
        browser.only_favourites = true;
        assert_eq!(browser.found(&loved).len(), 1);
        browser.only_favourites = false;
        browser.search = "no such pattern at all".into();
        assert!(browser.found(&BTreeSet::new()).is_empty());
        let first = browser.beside("Tresillo", 1).unwrap().project.name;
        assert_eq!(browser.beside(&first, -1).unwrap().project.name, "Tresillo");
    }
}
