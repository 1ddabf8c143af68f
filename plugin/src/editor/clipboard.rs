//! Steps that are taken along: to other places, tracks and patterns, and as text to and from other programs.

use tresillo_pattern::Project;
use tresillo_pattern::document::edit::Edit;
use tresillo_pattern::document::{Pattern, Step, Track};
use tresillo_pattern::format::notation;

use crate::editor::desk::{Desk, Place};
use crate::editor::track::head_of;

impl Desk {
    /// Takes the chosen steps along; the same as text.
    pub(crate) fn copy(&mut self) -> String {
        let places = self.chosen();
        let copied = places.iter().filter_map(|place| Some((*place, self.step(*place)?.clone())));
        self.clipboard = copied.collect();
        self.clipboard_text = self.text_of(&places);
        let count = self.clipboard.len();
        let steps = if count == 1 { "step" } else { "steps" };
        self.message = Some(format!("{count} {steps} copied, also as text."));
        self.clipboard_text.clone()
    }

    /// Some steps in the notation: a line for each track, from the first to the last of them.
    fn text_of(&self, places: &[Place]) -> String {
        let mut tracks: Vec<Track> = Vec::new();
        let first = places.iter().map(|(_, step)| *step).min().unwrap_or(0);
        let last = places.iter().map(|(_, step)| *step).max().unwrap_or(0);
        for (index, track) in self.tracks().iter().enumerate() {
            if !places.iter().any(|(other, _)| *other == index) {
                continue;
            }
            // What lies between and is not chosen is a rest.
            let steps = (first..=last).map(|step| match places.contains(&(index, step)) {
                true => track.steps.get(step).cloned().unwrap_or_default(),
                false => Step::default(),
            });
            tracks.push(Track { steps: steps.collect(), lanes: Vec::new(), ..track.clone() });
        }
        let pattern = Pattern { tracks, ..Pattern::default() };
        let project = Project { patterns: vec![pattern], ..Project::default() };
        let (text, _) = notation::write(&project);
        let is_track = |line: &&str| line.contains(':') && !line.trim_start().starts_with('#');
        text.lines().filter(is_track).map(|line| format!("{line}\n")).collect()
    }

    /// The whole project in the notation.
    pub(crate) fn project_text(&mut self) -> String {
        let (text, remarks) = notation::write(&self.project);
        self.message = Some(match remarks.len() {
            0 => "The project is copied as text.".into(),
            count => format!("The project is copied as text; {count} things have no place in it."),
        });
        text
    }

    /// Lays down what another program or we have put on the system's clipboard: our own steps as they are, else text.
    pub(crate) fn paste_text(&mut self, text: &str) {
        if text.is_empty() || text.trim() == self.clipboard_text.trim() {
            self.paste();
            return;
        }
        let lines = match text.contains(':') {
            true => text.to_owned(),
            false => format!("kick: {text}"),
        };
        let Ok((project, _)) = notation::read(&lines) else {
            self.message =
                Some("That text is no notation. Steps look like x..x..x. or C3 . E3.".into());
            return;
        };
        let tracks = project.patterns.first().map_or(&[][..], |pattern| &pattern.tracks);
        let of_track = |(index, track): (usize, &Track)| -> Vec<(Place, Step)> {
            track
                .steps
                .iter()
                .enumerate()
                .map(|(step, copied)| ((index, step), copied.clone()))
                .collect()
        };
        self.clipboard = tracks.iter().enumerate().flat_map(of_track).collect();
        self.clipboard_text = text.to_owned();
        self.paste();
    }

    /// Lays what was taken along from the cursor on.
    pub(crate) fn paste(&mut self) {
        let Some(first) = self.clipboard.iter().map(|(place, _)| *place).min() else {
            self.message = Some("Nothing was copied yet.".into());
            return;
        };
        let leftmost = self.clipboard.iter().map(|((_, step), _)| *step).min().unwrap_or(first.1);
        let (track, step) = self.cursor;
        let moved = self.clipboard.iter().map(|((from_track, from_step), copied)| {
            ((track + from_track - first.0, step + from_step - leftmost), copied.clone())
        });
        self.lay("Paste", moved.collect());
    }

    /// Copies some steps so many tracks and steps further.
    pub(crate) fn copy_by(&mut self, places: &[Place], (rows, steps): (i64, i64)) {
        let moved = |value: usize, by: i64| usize::try_from(i64::try_from(value).ok()? + by).ok();
        let laid = places.iter().filter_map(|place| {
            let to = (moved(place.0, rows)?, moved(place.1, steps)?);
            Some((to, self.step(*place)?.clone()))
        });
        let laid: Vec<(Place, Step)> = laid.collect();
        self.selection = laid
            .iter()
            .map(|(place, _)| *place)
            .filter(|place| self.step(*place).is_some())
            .collect();
        self.lay("Copy steps", laid);
    }

    /// Puts steps into their places. A track that lacks base values for what they lock gets them.
    fn lay(&mut self, name: &str, steps: Vec<(Place, Step)>) {
        let mut edits = Vec::new();
        let mut lost = 0;
        for (index, track) in self.tracks().iter().enumerate() {
            let of_track = steps.iter().filter(|((other, _), _)| *other == index);
            let mut after = Track { lanes: track.lanes.clone(), ..track.clone() };
            for ((_, step), copied) in of_track {
                match after.steps.get_mut(*step) {
                    Some(place) => *place = copied.clone(),
                    None => lost += 1,
                }
            }
            if after.steps == track.steps {
                continue;
            }
            if let Err(error) = after.complete_base() {
                self.message = Some(error.to_string());
                return;
            }
            let at = self.place(index);
            if after.base != track.base {
                edits.push(Edit::SetTrack { at, head: Box::new(head_of(&after)) });
            }
            edits.push(Edit::SetSteps { at, first: 0, steps: after.steps });
        }
        lost += steps.iter().filter(|((track, _), _)| *track >= self.tracks().len()).count();
        if !edits.is_empty() {
            self.edit(name, Edit::Several(edits));
        }
        if lost > 0 && self.message.is_none() {
            self.message = Some(format!("{lost} steps lie beyond the end and were left out."));
        }
    }
}
