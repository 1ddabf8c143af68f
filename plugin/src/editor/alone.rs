//! What the desk does where no host does it: a tempo, notes that are heard, an end of all notes, a project that is kept.

use std::path::PathBuf;

use tresillo_pattern::PPQ;
use tresillo_pattern::document::{Keys, Tempo};

use crate::editor::desk::{Desk, Place};
use crate::editor::library;
use crate::engine::Audition;

impl Desk {
    /// Whether something has been done that is not kept yet, where no host keeps it.
    pub(crate) fn has_to_keep_session(&self) -> bool {
        self.session.is_some() && self.kept_revision != self.revision
    }

    /// Where no host saves the project, it is kept for the next start, if it has changed.
    pub(crate) fn keep_session(&mut self) {
        let Some(path) = self.session.clone().filter(|_| self.has_to_keep_session()) else {
            return;
        };
        match library::save_at(&path, &self.project) {
            Ok(()) => self.kept_revision = self.revision,
            Err(problem) => self.message = Some(format!("The project is not kept: {problem}.")),
        }
    }

    /// From now on the project is kept in a file; what lies there is where the last time has ended.
    pub(crate) fn open_session(&mut self, path: PathBuf) {
        match library::open(&path, false) {
            Ok((project, _)) => self.bridge.set_project(project),
            // The first start of all.
            Err(_) if !path.exists() => {}
            Err(problem) => {
                // What we cannot read is not overwritten for that.
                let _ = std::fs::copy(&path, path.with_extension("json~"));
                self.message = Some(format!(
                    "{}: {problem}. It is kept beside the new one, with a ~.",
                    path.display()
                ));
            }
        }
        self.session = Some(path);
        self.refresh();
        self.kept_revision = self.revision;
    }

    /// Lets a step be heard, while nothing plays.
    pub(crate) fn audition(&self, place: Place) {
        let Some((track, step)) = self.tracks().get(place.0).zip(self.step(place)) else { return };
        if !self.choices.auditions || self.bridge.position().is_some() {
            return;
        }
        let keys = match (step.keys.is_empty(), track.destination.key) {
            (true, Some(own)) => Keys::one(own),
            _ => step.keys,
        };
        let velocity = f32::from(step.velocity.get()) / 127.0;
        let bpm = self.bridge.tempo_bpm().unwrap_or(self.project.tempo.bpm());
        #[allow(clippy::cast_precision_loss, reason = "a step is short")]
        let quarters = track.step_size.ticks_ceil() as f64 / PPQ as f64;
        let seconds = quarters * f64::from(step.gate.percent()) / 100.0 * 60.0 / bpm;
        #[allow(clippy::cast_possible_truncation, reason = "a second at most")]
        let seconds = seconds.clamp(0.05, 1.0) as f32;
        let channel = track.destination.channel.get();
        self.bridge.audition(Audition::new(channel, keys, velocity).lasting(seconds));
    }

    /// Ends all that sounds.
    pub(crate) fn panic(&mut self) {
        self.bridge.panic();
        self.message = Some("All notes are ended.".into());
    }

    /// The tempo of our own transport, which is the document's.
    pub(crate) fn set_tempo(&mut self, bpm: f64) {
        match Tempo::new(bpm) {
            Ok(tempo) => self.change_project("Tempo", |head| head.tempo = tempo),
            Err(error) => self.message = Some(error.to_string()),
        }
    }

    /// A tap of the tempo, at seconds of any clock.
    pub(crate) fn tap(&mut self, now_seconds: f64) {
        if let Some(bpm) = self.taps.tap(now_seconds) {
            self.set_tempo(bpm);
        }
    }
}
