//! A file is chosen: to be read, or to be written.

use std::fs;
use std::path::{Path, PathBuf};

use egui::{Align2, Id, Key, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use tresillo_pattern::document::StepSize;
use tresillo_pattern::{Performance, Project};

use crate::editor::desk::{Desk, Overlay};
use crate::editor::fonts;
use crate::editor::library;
use crate::editor::number::wheel;
use crate::editor::sight::Sight;
use crate::editor::theme::Theme;
use crate::editor::widgets::{Look, button, focus, heading, label, segments, text, typed};

/// What a file is chosen for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// It becomes the project.
    #[default]
    Open,
    /// Its timing becomes the groove of the pattern.
    Groove,
    /// What plays is written as a MIDI file.
    ExportMidi,
    /// The project is written.
    Save,
}

impl Purpose {
    fn title(self) -> &'static str {
        match self {
            Purpose::Open => "Open a pattern or a MIDI file",
            Purpose::Groove => "Take the groove of a MIDI file",
            Purpose::ExportMidi => "Export as MIDI",
            Purpose::Save => "Save as a file",
        }
    }

    fn writes(self) -> bool {
        matches!(self, Purpose::ExportMidi | Purpose::Save)
    }

    /// The kinds of files that are shown.
    fn extensions(self) -> &'static [&'static str] {
        match self {
            Purpose::Open => &library::EXTENSIONS,
            Purpose::Groove | Purpose::ExportMidi => &["mid", "midi"],
            Purpose::Save => &["json"],
        }
    }
}

/// A file or a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    name: String,
    is_folder: bool,
}

/// Where a file is looked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chooser {
    purpose: Purpose,
    folder: PathBuf,
    entries: Vec<Entry>,
    first: usize,
    chosen: usize,
    /// What is typed as the name of the file that is written.
    name: String,
    /// Why the last folder or file was not taken.
    problem: Option<String>,
    /// Onsets of a MIDI file go to the nearest step.
    quantises: bool,
}

/// The folders and the files of some kinds in a folder, folders first, by name; hidden ones are left out.
fn list(folder: &Path, extensions: &[&str]) -> std::io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        // A link counts as what it leads to.
        let is_folder = fs::metadata(entry.path()).is_ok_and(|metadata| metadata.is_dir());
        let is_kind = Path::new(&name)
            .extension()
            .and_then(|extension| extension.to_str())
            .is_some_and(|extension| extensions.contains(&extension.to_lowercase().as_str()));
        if !name.starts_with('.') && (is_folder || is_kind) {
            entries.push(Entry { name, is_folder });
        }
    }
    entries.sort_by_key(|entry| (!entry.is_folder, entry.name.to_lowercase()));
    Ok(entries)
}

impl Chooser {
    /// Goes to a folder; to one that cannot be read it does not go, and says why.
    fn go(&mut self, folder: &Path) {
        match list(folder, self.purpose.extensions()) {
            Ok(entries) => {
                self.folder = folder.to_owned();
                (self.entries, self.first, self.chosen, self.problem) = (entries, 0, 0, None);
            }
            Err(error) => self.problem = Some(format!("{}: {error}", folder.display())),
        }
    }

    fn go_up(&mut self) {
        if let Some(above) = self.folder.parent().map(Path::to_owned) {
            self.go(&above);
        }
    }
}

impl Desk {
    /// Opens the chooser, in the folder that was last used.
    pub(crate) fn choose_file(&mut self, purpose: Purpose) {
        let home =
            || std::env::var_os("HOME").or(std::env::var_os("USERPROFILE")).map(PathBuf::from);
        let last = self.choices.folder.clone().filter(|folder| folder.is_dir());
        let folder = last.or_else(home).unwrap_or_else(|| PathBuf::from("/"));
        let name = if self.project.name.is_empty() { "Untitled" } else { &self.project.name };
        self.chooser = Chooser {
            purpose,
            name: library::file_name(name).unwrap_or_else(|| "Untitled".into()),
            quantises: self.chooser.quantises,
            ..Chooser::default()
        };
        self.chooser.go(&folder);
        self.overlay = Overlay::Files;
    }

    /// What is chosen is read or written; a folder is gone into.
    fn take_file(&mut self, sight: &Sight) {
        let Chooser { purpose, folder, .. } = self.chooser.clone();
        if purpose.writes() {
            self.write_file(sight);
            return;
        }
        let Some(entry) = self.chooser.entries.get(self.chooser.chosen).cloned() else { return };
        let path = folder.join(&entry.name);
        if entry.is_folder {
            self.chooser.go(&path);
            return;
        }
        let taken = match purpose {
            Purpose::Groove => self.take_groove(&path),
            _ => self.open_file(&path),
        };
        match taken {
            Ok(message) => {
                self.choices.folder = Some(folder);
                self.overlay = Overlay::None;
                self.message = Some(message);
            }
            Err(problem) => self.chooser.problem = Some(format!("{}: {problem}", entry.name)),
        }
    }

    /// A file becomes the project; undo brings back what was there. What was odd in it, in words.
    ///
    /// # Errors
    /// Why it cannot, in words.
    pub(crate) fn open_file(&mut self, path: &Path) -> Result<String, String> {
        let (project, remarks) = library::open(path, self.chooser.quantises)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let name = if project.name.is_empty() { name } else { project.name.clone() };
        self.load(Project { name: name.clone(), ..project });
        Ok(match remarks.as_slice() {
            [] => format!("{name} is opened. Undo brings back what was there."),
            [only] => format!("{name} is opened, with a remark: {only}"),
            [first, ..] => {
                format!("{name} is opened, with {} remarks, the first: {first}", remarks.len())
            }
        })
    }

    fn take_groove(&mut self, path: &Path) -> Result<String, String> {
        let groove = library::groove(path, StepSize::SIXTEENTH, 16)?;
        self.change_pattern("Groove", |head| head.groove = Some(groove));
        Ok("The pattern has the groove of the file, on sixteenths of a bar.".into())
    }

    fn write_file(&mut self, sight: &Sight) {
        let Chooser { purpose, folder, name, .. } = self.chooser.clone();
        let Some(name) = library::file_name(&name) else {
            self.chooser.problem = Some("Give the file a name.".into());
            return;
        };
        let written = match purpose {
            Purpose::ExportMidi => {
                let performance = Performance { is_song: sight.is_song, ..sight.performance };
                library::export_midi(&folder, &name, &self.project, &performance)
            }
            _ => library::save(&folder, &name, &self.project),
        };
        match written {
            Ok(path) => {
                self.choices.folder = Some(folder);
                self.overlay = Overlay::None;
                self.message = Some(format!("Written: {}", path.display()));
            }
            Err(problem) => self.chooser.problem = Some(format!("Not written: {problem}")),
        }
    }
}

/// Draws it and takes what is done.
pub(crate) fn show(ui: &mut Ui, theme: &Theme, area: Rect, desk: &mut Desk, sight: &Sight) {
    let purpose = desk.chooser.purpose;
    heading(ui, theme, area, purpose.title());
    places(ui, theme, area, desk);
    let list = Rect::from_min_max(area.min + vec2(16.0, 88.0), area.max - vec2(16.0, 56.0));
    let rows = entries(ui, theme, list, desk, sight);
    keys(ui, desk, sight, rows);
    let bottom = area.bottom() - 42.0;
    if let Some(problem) = &desk.chooser.problem {
        let clip = ui.painter().with_clip_rect(list.expand(4.0));
        let at = pos2(list.left() + 8.0, list.bottom() - 8.0);
        clip.text(at, Align2::LEFT_CENTER, problem, fonts::words(12.0), theme.warn);
    }
    if purpose.writes() {
        label(ui, theme, pos2(area.left() + 24.0, bottom + 13.0), "Name");
        let field = Rect::from_min_size(pos2(area.left() + 68.0, bottom), vec2(300.0, 26.0));
        let name = desk.chooser.name.clone();
        if let Some(name) = typed(ui, theme, field, ("Name of the file", ""), &name, None) {
            desk.chooser.name = name;
        }
    } else if purpose == Purpose::Open {
        label(ui, theme, pos2(area.left() + 24.0, bottom + 13.0), "Notes of MIDI files");
        let place = Rect::from_min_size(pos2(area.left() + 150.0, bottom), vec2(250.0, 26.0));
        let quantises = desk.chooser.quantises;
        let two = [
            ("Keep their timing", "Keep the timing".to_owned(), !quantises),
            ("Go to the grid", "Go to the grid".to_owned(), quantises),
        ];
        if let Some(pressed) = segments(ui, theme, place, 12.0, two.into_iter()) {
            desk.chooser.quantises = pressed == 1;
        }
    }
    let words = match purpose {
        Purpose::Open => "Open",
        Purpose::Groove => "Take",
        Purpose::ExportMidi => "Export",
        Purpose::Save => "Save",
    };
    let place = Rect::from_min_size(pos2(area.right() - 120.0, bottom), vec2(96.0, 26.0));
    if button(
        ui,
        theme,
        place,
        (words, &format!("{words} the file")),
        fonts::bold(12.0),
        Look::Chosen,
    )
    .clicked()
    {
        desk.take_file(sight);
    }
}

/// Where it is, and the ways to elsewhere.
fn places(ui: &Ui, theme: &Theme, area: Rect, desk: &mut Desk) {
    let y = area.top() + 52.0;
    let mut x = area.left() + 24.0;
    let mut way = |width: f32, words: &str, name: &str| {
        let rect = Rect::from_min_size(pos2(x, y), vec2(width, 26.0));
        x += width + 4.0;
        button(ui, theme, rect, (words, name), fonts::words(12.0), Look::Rest).clicked()
    };
    if way(28.0, "↑", "The folder above") {
        desk.chooser.go_up();
    }
    if way(56.0, "Home", "Home folder")
        && let Some(home) = std::env::var_os("HOME").or(std::env::var_os("USERPROFILE"))
    {
        desk.chooser.go(Path::new(&home));
    }
    if way(92.0, "My patterns", "Folder of my patterns")
        && let Some(folder) = library::folder()
    {
        // It is there from the first pattern on that is saved.
        let _ = fs::create_dir_all(&folder);
        desk.chooser.go(&folder);
    }
    let clip = ui
        .painter()
        .with_clip_rect(Rect::from_min_max(pos2(x, y), pos2(area.right() - 24.0, y + 26.0)));
    let at = pos2(x + 6.0, y + 13.0);
    clip.text(
        at,
        Align2::LEFT_CENTER,
        desk.chooser.folder.display(),
        fonts::words(12.0),
        theme.text2,
    );
}

/// The entries of the folder; how many are seen.
fn entries(ui: &mut Ui, theme: &Theme, list: Rect, desk: &mut Desk, sight: &Sight) -> usize {
    let row_height = 26.0;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
    let rows = (list.height() / row_height).floor().max(1.0) as usize;
    let count = desk.chooser.entries.len();
    let last = count.saturating_sub(rows);
    if ui.rect_contains_pointer(list) {
        let turned = wheel(ui);
        if turned < 0.0 {
            desk.chooser.first = (desk.chooser.first + 3).min(last);
        } else if turned > 0.0 {
            desk.chooser.first = desk.chooser.first.saturating_sub(3);
        }
    }
    desk.chooser.first = desk.chooser.first.min(last);
    if count == 0 && desk.chooser.problem.is_none() {
        let words = "No folder and no such file here.";
        text(ui, list.center(), Align2::CENTER_CENTER, words, fonts::words(12.0), theme.text2);
    }
    for (row, index) in (desk.chooser.first..count).take(rows).enumerate() {
        let Some(entry) = desk.chooser.entries.get(index).cloned() else { break };
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let corner = pos2(list.left(), list.top() + row_height * row as f32);
        let rect = Rect::from_min_size(corner, vec2(list.width(), row_height - 1.0));
        let is_chosen = index == desk.chooser.chosen;
        let response = ui.interact(rect, Id::unique(("file", index)), Sense::click());
        let kind = if entry.is_folder { "Folder" } else { "File" };
        response.widget_info(|| {
            WidgetInfo::selected(Role::Button, true, is_chosen, format!("{kind} {}", entry.name))
        });
        if is_chosen || response.hovered() {
            ui.painter().rect_filled(rect, 4.0, if is_chosen { theme.hi } else { theme.slot });
        }
        let sign = if entry.is_folder { "›" } else { "·" };
        let ink = if is_chosen { theme.text } else { theme.text2 };
        text(
            ui,
            pos2(rect.left() + 14.0, rect.center().y),
            Align2::CENTER_CENTER,
            sign,
            fonts::bold(13.0),
            ink,
        );
        let clip = ui.painter().with_clip_rect(rect);
        let at = pos2(rect.left() + 28.0, rect.center().y);
        clip.text(at, Align2::LEFT_CENTER, &entry.name, fonts::words(12.0), theme.text);
        focus(ui, theme, &response);
        if response.clicked() {
            desk.chooser.chosen = index;
            if desk.chooser.purpose.writes() && !entry.is_folder {
                let stem = Path::new(&entry.name).file_stem().unwrap_or_default();
                desk.chooser.name = stem.to_string_lossy().into_owned();
            }
        }
        if response.double_clicked() {
            match entry.is_folder {
                true => desk.chooser.go(&desk.chooser.folder.join(&entry.name)),
                false => desk.take_file(sight),
            }
            break;
        }
    }
    rows
}

/// Arrows choose, Enter opens, Backspace goes up; while a name is typed only Enter counts.
fn keys(ui: &Ui, desk: &mut Desk, sight: &Sight, rows: usize) {
    let is_typing = ui.ctx().text_edit_focused();
    let pressed = |key| ui.input(|input| input.key_pressed(key));
    if pressed(Key::Enter) && ui.memory(|memory| memory.focused()).is_none_or(|_| is_typing) {
        let is_folder =
            desk.chooser.entries.get(desk.chooser.chosen).is_some_and(|entry| entry.is_folder);
        match is_folder && !is_typing && desk.chooser.purpose.writes() {
            true => {
                let name = desk.chooser.entries[desk.chooser.chosen].name.clone();
                desk.chooser.go(&desk.chooser.folder.join(name));
            }
            false => desk.take_file(sight),
        }
        return;
    }
    if is_typing {
        return;
    }
    let last = desk.chooser.entries.len().saturating_sub(1);
    if pressed(Key::ArrowDown) {
        desk.chooser.chosen = (desk.chooser.chosen + 1).min(last);
    }
    if pressed(Key::ArrowUp) {
        desk.chooser.chosen = desk.chooser.chosen.saturating_sub(1);
    }
    if pressed(Key::Backspace) {
        desk.chooser.go_up();
    }
    if pressed(Key::ArrowDown) || pressed(Key::ArrowUp) {
        let (chosen, first) = (desk.chooser.chosen, desk.chooser.first);
        desk.chooser.first = first.clamp((chosen + 1).saturating_sub(rows), chosen);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_come_first_and_only_the_wanted_kinds() {
        let folder = std::env::temp_dir().join(format!("tresillo-files-{}", std::process::id()));
        fs::create_dir_all(folder.join("zoo")).unwrap();
        fs::create_dir_all(folder.join(".hidden")).unwrap();
        for name in ["B.MID", "a.mid", "c.json", "d.wav", ".e.mid"] {
            fs::write(folder.join(name), "").unwrap();
        }
        let names = |extensions: &[&str]| -> Vec<String> {
            list(&folder, extensions).unwrap().into_iter().map(|entry| entry.name).collect()
        };
        assert_eq!(names(&["mid"]), ["zoo", "a.mid", "B.MID"]);
        assert_eq!(names(&["json"]), ["zoo", "c.json"]);
        let mut chooser = Chooser::default();
        chooser.go(&folder);
        chooser.go(&folder.join("not there"));
        assert!(chooser.problem.as_ref().is_some_and(|problem| problem.contains("not there")));
        assert_eq!(chooser.folder, folder, "it stays where it was");
        chooser.go_up();
        assert_eq!(Some(chooser.folder.as_path()), folder.parent());
        fs::remove_dir_all(&folder).unwrap();
    }
}
