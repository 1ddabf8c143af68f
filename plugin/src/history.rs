//! What has been done to the document, and how it is undone.

use tresillo_pattern::Project;
use tresillo_pattern::document::edit::{Edit, EditError};

/// A change that can be taken back.
#[derive(Clone, Debug)]
enum Inverse {
    Edit(Edit),
    /// Another project took the place of this one.
    Whole(Box<Project>),
}

/// One step of undo.
#[derive(Clone, Debug)]
struct Done {
    name: String,
    inverse: Inverse,
}

/// All steps of undo and redo, without a limit, as long as the instance lives.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    undo: Vec<Done>,
    redo: Vec<Done>,
    /// A gesture that goes on: its changes so far, the last one last, are one step.
    open: Option<(String, Vec<Edit>)>,
}

impl History {
    /// Makes a change that can be undone. While a gesture goes on it is a part of that.
    pub(crate) fn edit(
        &mut self,
        project: &mut Project,
        name: &str,
        edit: Edit,
    ) -> Result<(), EditError> {
        let inverse = edit.apply(project)?;
        self.redo.clear();
        match &mut self.open {
            Some((_, inverses)) => inverses.push(inverse),
            None => self.push(name, Inverse::Edit(inverse)),
        }
        Ok(())
    }

    /// Makes a change that is a step of its own, also while a gesture goes on, which goes on behind it: what somebody else does
    /// meanwhile is no part of the gesture.
    pub(crate) fn edit_beside(
        &mut self,
        project: &mut Project,
        name: &str,
        edit: Edit,
    ) -> Result<(), EditError> {
        let open = self.open.as_ref().map(|(name, _)| name.clone());
        self.end();
        let edited = self.edit(project, name, edit);
        if let Some(open) = open {
            self.begin(&open);
        }
        edited
    }

    /// Another project takes the place of this one.
    pub(crate) fn replace(&mut self, project: &mut Project, name: &str, new: Project) {
        self.end();
        self.redo.clear();
        let old = std::mem::replace(project, new);
        self.push(name, Inverse::Whole(Box::new(old)));
    }

    fn push(&mut self, name: &str, inverse: Inverse) {
        self.undo.push(Done { name: name.to_owned(), inverse });
    }

    /// A gesture begins: what follows is one step.
    pub(crate) fn begin(&mut self, name: &str) {
        self.end();
        self.open = Some((name.to_owned(), Vec::new()));
    }

    /// The gesture is over.
    pub(crate) fn end(&mut self) {
        if let Some((name, mut inverses)) = self.open.take()
            && !inverses.is_empty()
        {
            inverses.reverse();
            self.push(&name, Inverse::Edit(Edit::Several(inverses)));
        }
    }

    /// The gesture is taken back; whether it had changed anything.
    pub(crate) fn cancel(&mut self, project: &mut Project) -> bool {
        let Some((_, mut inverses)) = self.open.take() else { return false };
        inverses.reverse();
        let has_changed = !inverses.is_empty();
        // It is the very inverse of what was done to this project.
        let _ = Edit::Several(inverses).apply(project);
        has_changed
    }

    /// What would be undone, and redone.
    pub(crate) fn names(&self) -> (Option<&str>, Option<&str>) {
        fn last(steps: &[Done]) -> Option<&str> {
            steps.last().map(|done| done.name.as_str())
        }
        (last(&self.undo), last(&self.redo))
    }

    /// Takes the last step back; its name.
    pub(crate) fn undo(&mut self, project: &mut Project) -> Option<String> {
        self.end();
        let done = self.undo.pop()?;
        let name = done.name.clone();
        self.redo.push(Self::turn(done, project)?);
        Some(name)
    }

    /// Does the last undone step again; its name.
    pub(crate) fn redo(&mut self, project: &mut Project) -> Option<String> {
        self.end();
        let done = self.redo.pop()?;
        let name = done.name.clone();
        self.undo.push(Self::turn(done, project)?);
        Some(name)
    }

    fn turn(done: Done, project: &mut Project) -> Option<Done> {
        let inverse = match done.inverse {
            Inverse::Edit(edit) => Inverse::Edit(edit.apply(project).ok()?),
            Inverse::Whole(other) => Inverse::Whole(Box::new(std::mem::replace(project, *other))),
        };
        Some(Done { name: done.name, inverse })
    }
}

#[cfg(test)]
mod tests {
    use tresillo_pattern::document::Step;
    use tresillo_pattern::document::edit::TrackPlace;
    use tresillo_pattern::format::json;

    use super::*;

    fn set(step: usize, is_on: bool) -> Edit {
        let at = TrackPlace { pattern: 0, track: 0 };
        Edit::SetSteps { at, first: step, steps: vec![Step { is_on, ..Step::default() }] }
    }

    #[test]
    fn undo_gives_the_document_back_byte_for_byte_and_redo_does_it_again() {
        let mut project = Project::first_beat();
        let mut history = History::default();
        let mut texts = vec![json::write(&project)];
        for step in 0..5 {
            history.edit(&mut project, "Set a step", set(step, step % 2 == 0)).unwrap();
            texts.push(json::write(&project));
        }
        history.begin("Paint");
        for step in 5..9 {
            history.edit(&mut project, "Set a step", set(step, true)).unwrap();
        }
        history.end();
        texts.push(json::write(&project));
        history.replace(&mut project, "Load", Project::default());
        texts.push(json::write(&project));
        assert_eq!(history.names(), (Some("Load"), None));
        for text in texts.iter().rev().skip(1) {
            assert!(history.undo(&mut project).is_some());
            assert_eq!(json::write(&project), *text);
        }
        assert_eq!(history.undo(&mut project), None);
        for text in texts.iter().skip(1) {
            assert!(history.redo(&mut project).is_some());
            assert_eq!(json::write(&project), *text);
        }
        assert_eq!(history.redo(&mut project), None);
    }

    #[test]
    fn what_is_recorded_in_a_gesture_is_no_part_of_it() {
        let mut project = Project::first_beat();
        let mut history = History::default();
        history.begin("Draw");
        history.edit(&mut project, "Draw", set(1, true)).unwrap();
        history.edit_beside(&mut project, "Record", set(2, true)).unwrap();
        let recorded = json::write(&project);
        history.edit(&mut project, "Draw", set(3, true)).unwrap();
        assert!(history.cancel(&mut project));
        assert_eq!(json::write(&project), recorded);
        assert_eq!(history.names().0, Some("Record"));
    }

    #[test]
    fn a_gesture_that_is_cancelled_leaves_nothing() {
        let mut project = Project::first_beat();
        let before = json::write(&project);
        let mut history = History::default();
        history.begin("Paint");
        history.edit(&mut project, "Set a step", set(3, true)).unwrap();
        assert!(history.cancel(&mut project));
        assert_eq!(json::write(&project), before);
        assert_eq!(history.names(), (None, None));
        history.begin("Nothing");
        history.end();
        assert_eq!(history.names(), (None, None));
    }
}
