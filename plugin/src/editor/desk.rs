//! What the editor knows beside the document, and all that it does to it. It knows nothing of windows.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use tresillo_pattern::document::edit::{Edit, ProjectHead, TrackPlace};
use tresillo_pattern::document::{
    Channel, Condition, Destination, Key, Keys, Pattern, Step, Track, TrackId,
};
use tresillo_pattern::limits::{PATTERNS_MAX, TRACKS_MAX};
use tresillo_pattern::{PatternIndex, Performance, Project, euclid};

use crate::bridge::Bridge;
use crate::controllers::Target;
use crate::editor::browser::Browser;
use crate::editor::choices::Choices;
use crate::editor::files::Chooser;
use crate::editor::lane::Pen;
use crate::editor::toolbox::Toolbox;
use crate::editor::tools::Lane;
use crate::transport::TapTempo;

/// A step, by its track and its place.
pub(crate) type Place = (usize, usize);

/// What lies over the grid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Overlay {
    #[default]
    None,
    Help,
    /// The factory patterns.
    Browser,
    /// What is said of the track at the cursor.
    Track,
    /// When the step at the cursor sounds.
    Condition,
    /// Everything of the chosen steps, in a window that has no room for the inspector.
    Step,
    /// What makes steps out of steps; the grid stays in sight.
    Tools,
    /// What is said of the whole pattern.
    Pattern,
    /// The patterns one after another.
    Song,
    /// What the window and the plugin do.
    Settings,
    /// A control is chosen that steps lock.
    Locks,
    /// A file is chosen.
    Files,
    /// What else can be done.
    Menu,
}

/// The editor's own state.
pub(crate) struct Desk {
    pub(crate) bridge: Arc<Bridge>,
    /// A copy of the document.
    pub(crate) project: Project,
    pub(super) revision: u64,
    /// The pattern that is shown.
    pub(crate) pattern: usize,
    /// The keyboard's cursor.
    pub(crate) cursor: Place,
    pub(crate) selection: BTreeSet<Place>,
    pub(crate) lane: Lane,
    /// The first of the lanes that is seen in their list.
    pub(crate) first_lane: usize,
    pub(crate) pen: Pen,
    /// What the chart goes over while it is drawn in, so that it stays as it is under the hand.
    pub(crate) held_range: Option<(i64, i64)>,
    /// Sixteenths that are seen at once, and the first of them.
    pub(crate) view: usize,
    pub(crate) first_column: usize,
    pub(crate) first_row: usize,
    /// What is remembered for the next window, too.
    pub(crate) choices: Choices,
    pub(crate) overlay: Overlay,
    /// What was refused or done, in words; until the next one.
    pub(crate) message: Option<String>,
    pub(crate) browser: Browser,
    pub(crate) chooser: Chooser,
    pub(crate) toolbox: Toolbox,
    /// The slot of the song that is chosen, and the first that is seen.
    pub(crate) slot: usize,
    pub(crate) first_slot: usize,
    pub(crate) clipboard: Vec<(Place, Step)>,
    /// The same as text, as other programs have it.
    pub(crate) clipboard_text: String,
    /// The window has no room for the inspector.
    pub(crate) lacks_inspector: bool,
    /// The key of Fill is down.
    pub(crate) holds_fill: bool,
    /// Sixteen patterns that are seen, from 0.
    pub(crate) bank: usize,
    pub(super) taps: TapTempo,
    /// Where the project is kept, where no host does it, and which of its revisions is.
    pub(super) session: Option<PathBuf>,
    pub(super) kept_revision: u64,
    /// The steps of a track before some were cut off.
    pub(crate) cut: Option<((usize, TrackId), Vec<Step>)>,
}

impl Desk {
    pub(crate) fn new(bridge: Arc<Bridge>) -> Desk {
        let mut desk = Desk {
            bridge,
            project: Project::default(),
            revision: 0,
            pattern: 0,
            cursor: (0, 0),
            selection: BTreeSet::new(),
            lane: Lane::default(),
            first_lane: 0,
            pen: Pen::default(),
            held_range: None,
            view: 16,
            first_column: 0,
            first_row: 0,
            choices: Choices::default(),
            overlay: Overlay::default(),
            message: None,
            browser: Browser::default(),
            chooser: Chooser::default(),
            toolbox: Toolbox::default(),
            slot: 0,
            first_slot: 0,
            clipboard: Vec::new(),
            clipboard_text: String::new(),
            lacks_inspector: false,
            holds_fill: false,
            bank: 0,
            taps: TapTempo::default(),
            session: None,
            kept_revision: 0,
            cut: None,
        };
        desk.refresh();
        desk
    }

    /// Fetches the document if it has changed, by us or by the host or by recording.
    pub(crate) fn refresh(&mut self) {
        if let Some((project, revision)) = self.bridge.project_since(self.revision) {
            (self.project, self.revision) = (project, revision);
            let last = self.project.patterns.len().saturating_sub(1);
            if self.pattern > last {
                (self.pattern, self.bank) = (last, last / 16);
            }
            let lengths: Vec<usize> = self.tracks().iter().map(|track| track.steps.len()).collect();
            let is_there =
                |(track, step): &Place| lengths.get(*track).is_some_and(|length| step < length);
            self.selection.retain(is_there);
            let track = self.cursor.0.min(lengths.len().saturating_sub(1));
            let last = lengths.get(track).copied().unwrap_or(1).saturating_sub(1);
            self.cursor = (track, self.cursor.1.min(last));
        }
    }

    /// Another number with each change of the document.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// The tracks of the pattern that is shown.
    pub(crate) fn tracks(&self) -> &[Track] {
        self.project.patterns.get(self.pattern).map_or(&[], |pattern| &pattern.tracks)
    }

    pub(crate) fn track(&self) -> Option<&Track> {
        self.tracks().get(self.cursor.0)
    }

    pub(crate) fn step(&self, (track, step): Place) -> Option<&Step> {
        self.tracks().get(track)?.steps.get(step)
    }

    /// The performance under which the pattern that is shown would be played.
    pub(crate) fn performance(&self, by_host: Performance) -> Performance {
        let pattern = PatternIndex(u8::try_from(self.pattern).unwrap_or(0));
        Performance { pattern, is_song: false, ..by_host }
    }

    pub(crate) fn place(&self, track: usize) -> TrackPlace {
        TrackPlace { pattern: self.pattern, track }
    }

    /// Makes a change; a refusal is told in words.
    pub(crate) fn edit(&mut self, name: &str, edit: Edit) {
        self.message = self.bridge.edit(name, edit).err().map(|error| error.to_string());
        self.refresh();
    }

    /// What follows is one step of undo.
    pub(crate) fn begin(&mut self, name: &str) {
        self.bridge.begin_gesture(name);
    }

    pub(crate) fn end(&mut self) {
        self.bridge.end_gesture();
    }

    /// Takes the gesture back.
    pub(crate) fn cancel(&mut self) {
        self.bridge.cancel_gesture();
        self.refresh();
    }

    pub(crate) fn undo(&mut self) {
        let name = self.bridge.undo();
        self.message =
            Some(name.map_or("Nothing to undo.".into(), |name| format!("Undone: {name}.")));
        self.refresh();
    }

    pub(crate) fn redo(&mut self) {
        let name = self.bridge.redo();
        self.message =
            Some(name.map_or("Nothing to redo.".into(), |name| format!("Done again: {name}.")));
        self.refresh();
    }

    /// Another project takes the place of this one; undo brings it back.
    pub(crate) fn load(&mut self, project: Project) {
        let name = project.name.clone();
        self.bridge.load(&format!("Load {name}"), project);
        self.refresh();
        (self.pattern, self.bank, self.cursor) = (0, 0, (0, 0));
        (self.first_row, self.first_column) = (0, 0);
        self.selection.clear();
        self.message = Some(format!("{name} is loaded. Undo brings back what was there."));
    }

    /// Gives the project another name.
    pub(crate) fn rename(&mut self, name: String) {
        self.change_project("Rename", |head| head.name = name);
    }

    /// Changes what is said of the whole project.
    pub(crate) fn change_project(&mut self, name: &str, change: impl FnOnce(&mut ProjectHead)) {
        let project = &self.project;
        let before = ProjectHead {
            name: project.name.clone(),
            author: project.author.clone(),
            licence: project.licence.clone(),
            description: project.description.clone(),
            seed: project.seed,
            tempo: project.tempo,
            metre: project.metre,
        };
        let mut after = before.clone();
        change(&mut after);
        if after != before {
            self.edit(name, Edit::SetProject(after));
        }
    }

    /// An empty project: a pattern with a drum on it.
    pub(crate) fn start_anew(&mut self) {
        let pattern = Pattern { tracks: Vec::new(), ..Pattern::default() };
        self.load(Project {
            name: "Untitled".into(),
            patterns: vec![pattern],
            ..Project::default()
        });
    }

    /// Opens the browser, with what lies in the user's folder now.
    pub(crate) fn browse(&mut self) {
        self.browser.rescan();
        self.overlay = Overlay::Browser;
    }

    /// Loads the pattern before or behind this one in the list.
    pub(crate) fn load_beside(&mut self, by: i64) {
        let name = self.project.name.clone();
        if let Some(preset) = self.browser.beside(&name, by) {
            self.load(preset.project);
        }
    }

    /// Waits for a controller or a key that moves something; once more: forgets the one that it has.
    pub(crate) fn learn(&mut self, target: Target, name: &str) {
        if self.bridge.learning() == Some(target) {
            self.bridge.learn(None);
            self.bridge.unlearn(target);
            self.message = Some(format!("No controller moves {name} any more."));
        } else {
            self.bridge.learn(Some(target));
            self.message = Some(format!(
                "Move a controller or press a key: it moves {name} from then on. Right-click again to forget it."
            ));
        }
    }

    /// The steps that a change is for: those selected, else the one at the cursor.
    pub(crate) fn chosen(&self) -> Vec<Place> {
        if self.selection.is_empty() {
            return vec![self.cursor];
        }
        self.selection.iter().copied().collect()
    }

    /// Changes some steps alike.
    pub(crate) fn change(&mut self, name: &str, places: &[Place], change: impl Fn(&mut Step, i64)) {
        let alike = places.iter().map(|place| (*place, ())).collect();
        self.change_each(name, alike, |step, ticks, ()| change(step, ticks));
    }

    /// Changes some steps, each by something of its own, as one change: however many there are, the document is sent once.
    pub(crate) fn change_each<T>(
        &mut self,
        name: &str,
        places: Vec<(Place, T)>,
        change: impl Fn(&mut Step, i64, T),
    ) {
        let mut edits = Vec::new();
        for ((track, step), by) in places {
            let Some(before) = self.step((track, step)) else { continue };
            let ticks = self.tracks()[track].step_size.ticks_ceil();
            let mut after = before.clone();
            change(&mut after, ticks, by);
            if after != *before {
                let at = self.place(track);
                edits.push(Edit::SetSteps { at, first: step, steps: vec![after] });
            }
        }
        match edits.len() {
            0 => {}
            1 => self.edit(name, edits.remove(0)),
            _ => self.edit(name, Edit::Several(edits)),
        }
    }

    /// What a step that has no note gets when it is let sound: of a melodic track the note of the step before it, else that of
    /// any, else middle C.
    pub(crate) fn keys_for(&self, (track, step): Place) -> Keys {
        let Some(track) = self.tracks().get(track).filter(|track| track.destination.key.is_none())
        else {
            return Keys::NONE;
        };
        let has_keys = |step: &&Step| !step.keys.is_empty();
        let before = track.steps.iter().take(step).rev().find(has_keys);
        let any = before.or_else(|| track.steps.iter().find(has_keys));
        any.map_or_else(|| Keys::one(Key::saturating(60)), |step| step.keys)
    }

    /// Lets each of some steps sound or not.
    pub(crate) fn set_each(&mut self, name: &str, places: impl Iterator<Item = (Place, bool)>) {
        let places = places.map(|(place, is_on)| (place, (is_on, self.keys_for(place)))).collect();
        self.change_each(name, places, |step, _, (is_on, keys)| {
            step.is_on = is_on;
            if is_on && step.keys.is_empty() {
                step.keys = keys;
            }
        });
    }

    /// Lets steps sound or not.
    pub(crate) fn set_on(&mut self, places: &[Place], is_on: bool) {
        let name = if is_on { "Set steps" } else { "Clear steps" };
        self.set_each(name, places.iter().map(|place| (*place, is_on)));
    }

    /// Sets what a lane shows of some steps to one value.
    pub(crate) fn set_value(&mut self, lane: Lane, places: &[Place], value: i64) {
        self.set_values(lane, places.iter().map(|place| (*place, value)).collect());
    }

    /// Sets what a lane shows of some steps, each to its own value.
    pub(crate) fn set_values(&mut self, lane: Lane, values: Vec<(Place, i64)>) {
        let name = format!("{} of steps", lane.name());
        self.change_each(&name, values, |step, ticks, value| lane.set(step, value, ticks));
    }

    /// Moves what a lane shows of some steps by the same amount.
    pub(crate) fn move_value(&mut self, lane: Lane, places: &[Place], by: i64) {
        let name = format!("{} of steps", lane.name());
        self.change(&name, places, |step, ticks| {
            let value = lane.get(step, ticks);
            lane.set(step, value + by, ticks);
        });
    }

    /// Sets the condition of the chosen steps.
    pub(crate) fn set_condition(&mut self, condition: Option<Condition>) {
        let places = self.chosen();
        self.change("Condition", &places, |step, _| step.condition = condition);
    }

    /// Replaces all steps of the track at the cursor.
    pub(crate) fn replace_steps(&mut self, name: &str, make: impl FnOnce(&[Step]) -> Vec<Step>) {
        let Some(track) = self.track() else { return };
        let (at, steps) = (self.place(self.cursor.0), make(&track.steps));
        self.edit(name, Edit::ReplaceSteps { at, steps });
    }

    /// Spreads hits evenly over the track at the cursor.
    pub(crate) fn euclid(&mut self, hits: usize, rotation: i32) {
        let Some(track) = self.track() else { return };
        let rhythm = euclid::rhythm(hits, track.steps.len(), rotation);
        let track = self.cursor.0;
        let places = rhythm.into_iter().enumerate().map(|(step, is_on)| ((track, step), is_on));
        self.set_each("Euclid", places);
    }

    /// A new track at the end: a drum on the first key that none has yet.
    pub(crate) fn add_track(&mut self) {
        let tracks = self.tracks();
        if tracks.len() >= TRACKS_MAX {
            self.message = Some(format!("A pattern has {TRACKS_MAX} tracks at most."));
            return;
        }
        let id = tracks.iter().map(|track| track.id.0).max().map_or(1, |id| id.wrapping_add(1));
        let taken: Vec<u8> =
            tracks.iter().filter_map(|track| Some(track.destination.key?.get())).collect();
        let key = (36..=81).find(|key| !taken.contains(key)).unwrap_or(36);
        let destination = Destination {
            channel: Channel::saturating(9),
            key: Some(Key::saturating(key)),
            ..Destination::default()
        };
        let at = self.place(tracks.len());
        let name = format!("Track {}", tracks.len() + 1);
        let steps = vec![Step::default(); 16];
        let track = Track { id: TrackId(id), name, destination, steps, ..Track::default() };
        self.edit("Add a track", Edit::InsertTrack { at, track: Box::new(track) });
        self.cursor = (self.tracks().len().saturating_sub(1), 0);
    }

    /// Shows a pattern; one that is not there yet is made, empty but for the tracks of the one that is shown.
    pub(crate) fn show_pattern(&mut self, index: usize) {
        let count = self.project.patterns.len();
        if index >= PATTERNS_MAX {
            return;
        }
        if index >= count {
            let empty = |track: &Track| Track {
                steps: vec![Step::default(); track.steps.len()],
                ..track.clone()
            };
            let model = self.project.patterns.get(self.pattern);
            let tracks: Vec<Track> =
                model.map(|model| model.tracks.iter().map(empty).collect()).unwrap_or_default();
            let patterns = (count..=index).map(|index| Edit::InsertPattern {
                index,
                pattern: Box::new(Pattern { tracks: tracks.clone(), ..Pattern::default() }),
            });
            let edit = Edit::Several(patterns.collect());
            self.edit("Add a pattern", edit);
        }
        self.pattern = index.min(self.project.patterns.len().saturating_sub(1));
        self.bank = self.pattern / 16;
        self.selection.clear();
        self.go_to(self.cursor.0);
    }

    /// A pattern like the one that is shown comes behind all others, and is shown.
    pub(crate) fn duplicate_pattern(&mut self) {
        let Some(pattern) = self.project.patterns.get(self.pattern).cloned() else { return };
        let index = self.project.patterns.len();
        self.edit("Duplicate a pattern", Edit::InsertPattern { index, pattern: Box::new(pattern) });
        if self.project.patterns.len() > index {
            self.pattern = index;
            self.bank = index / 16;
            self.selection.clear();
        }
    }

    /// The pattern that is shown goes; its slots leave the song.
    pub(crate) fn remove_pattern(&mut self) {
        if self.project.patterns.len() < 2 {
            self.message = Some("The last pattern stays. Clear its steps instead.".into());
            return;
        }
        self.edit("Remove a pattern", Edit::RemovePattern { index: self.pattern });
        self.selection.clear();
    }

    /// Empties the chosen steps.
    pub(crate) fn clear(&mut self) {
        let places = self.chosen();
        self.change("Clear steps", &places, |step, _| *step = Step::default());
    }

    /// Opens what there is to say of the step at the cursor, beside what is seen of it anyway.
    pub(crate) fn open_step(&mut self) {
        self.overlay = if self.lacks_inspector { Overlay::Step } else { Overlay::Condition };
    }

    /// Goes to a track, as far along in it as it has steps.
    pub(crate) fn go_to(&mut self, track: usize) {
        let track = track.min(self.tracks().len().saturating_sub(1));
        let length = self.tracks().get(track).map_or(1, |track| track.steps.len());
        self.cursor = (track, self.cursor.1.min(length.saturating_sub(1)));
    }

    /// Whether something lies over the window that leaves nothing of it in reach.
    pub(crate) fn is_covered(&self) -> bool {
        !matches!(self.overlay, Overlay::None | Overlay::Tools)
    }

    /// Moves the view to where the cursor is, if that is not seen, of which `rows` are.
    pub(crate) fn follow(&mut self, rows: usize) {
        let (track, step) = self.cursor;
        if track < self.first_row {
            self.first_row = track;
        } else if track >= self.first_row + rows {
            self.first_row = track + 1 - rows;
        }
        let ticks = self.tracks().get(track).map_or(5040, |track| track.step_size.ticks_ceil());
        let ticks = usize::try_from(ticks).unwrap_or(5040);
        let (first, last) = (step * ticks / 5040, ((step + 1) * ticks).div_ceil(5040));
        if first < self.first_column {
            self.first_column = first / 4 * 4;
        } else if last > self.first_column + self.view {
            self.first_column = (last - self.view).div_ceil(4) * 4;
        }
    }

    /// How many sixteenths the longest track has.
    pub(crate) fn column_count(&self) -> usize {
        let end = |track: &Track| {
            let ticks = usize::try_from(track.step_size.ticks_ceil()).unwrap_or(5040);
            (track.steps.len() * ticks).div_ceil(5040)
        };
        self.tracks().iter().map(end).max().unwrap_or(16)
    }

    /// Moves the view sideways by so many sixteenths, as far as the longest track goes.
    pub(crate) fn scroll_columns(&mut self, by: i64) {
        let longest = self.column_count();
        let last = i64::try_from(longest.saturating_sub(self.view)).unwrap_or(0);
        let now = i64::try_from(self.first_column).unwrap_or(0);
        self.first_column = usize::try_from((now + by).clamp(0, last.max(0))).unwrap_or(0);
    }

    /// Moves the view up or down by so many rows, of which `seen` are seen, as far as there are tracks.
    pub(crate) fn scroll_rows(&mut self, by: i64, seen: usize) {
        let last = i64::try_from(self.tracks().len().saturating_sub(seen)).unwrap_or(0);
        let now = i64::try_from(self.first_row).unwrap_or(0);
        self.first_row = usize::try_from((now + by).clamp(0, last)).unwrap_or(0);
    }

    /// Moves the view to where a step of the track at the cursor runs, a whole view at a time, so that nothing crawls.
    pub(crate) fn follow_running(&mut self, step: usize) {
        let Some(track) = self.track() else { return };
        let ticks = usize::try_from(track.step_size.ticks_ceil()).unwrap_or(5040);
        let column = step * ticks / 5040;
        if !(self.first_column..self.first_column + self.view).contains(&column) {
            self.first_column = column / self.view * self.view;
            self.scroll_columns(0);
        }
    }

    /// Moves the cursor; with `extends`, what it passes is selected.
    pub(crate) fn move_cursor(&mut self, rows: i64, steps: i64, extends: bool) {
        let before = self.cursor;
        let moved = |value: usize, by: i64, count: usize| {
            let last = i64::try_from(count.saturating_sub(1)).unwrap_or(0);
            let value = i64::try_from(value).unwrap_or(0) + by;
            usize::try_from(value.clamp(0, last)).unwrap_or(0)
        };
        let track = moved(self.cursor.0, rows, self.tracks().len());
        let length = self.tracks().get(track).map_or(1, |track| track.steps.len());
        self.cursor = (track, moved(self.cursor.1, steps, length));
        if extends {
            self.selection.insert(before);
            self.selection.insert(self.cursor);
        } else {
            self.selection.clear();
        }
    }
}
