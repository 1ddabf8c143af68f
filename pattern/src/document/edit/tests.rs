use super::*;
use crate::document::{Property, TrackId, Unknown};
use crate::format::{json, notation};
use crate::performance::Mutes;

fn project() -> Project {
    let text = "[A]\nkick: x..x\nhat: x.x.x.\n[B]\nrim: x\n[C]\nclap: x";
    let (mut project, _) = notation::read(text).unwrap();
    let slot = |pattern| Slot {
        pattern: PatternIndex(pattern),
        bars: 1,
        transpose: 0,
        mutes: Mutes::NONE,
        unknown: Unknown::default(),
    };
    project.song.slots = vec![slot(0), slot(1), slot(2), slot(1)];
    project
}

const FIRST: TrackPlace = TrackPlace { pattern: 0, track: 0 };

fn step() -> Step {
    Step { is_on: true, ..Step::default() }
}

fn track(id: u32) -> Track {
    Track { id: TrackId(id), steps: vec![step(); 3], ..Track::default() }
}

fn lane(property: Property) -> Lane {
    Lane {
        property,
        step_size: StepSize::default(),
        steps: vec![step()],
        unknown: Unknown::default(),
    }
}

/// One of each change, some of them of several kinds.
fn edits() -> Vec<Edit> {
    vec![
        Edit::SetProject(ProjectHead { name: "New".to_owned(), seed: 3, ..ProjectHead::default() }),
        Edit::SetSong(Song::default()),
        Edit::InsertPattern { index: 0, pattern: Box::default() },
        Edit::InsertPattern { index: 3, pattern: Box::default() },
        Edit::RemovePattern { index: 0 },
        Edit::RemovePattern { index: 1 },
        Edit::SetPattern {
            index: 1,
            head: Box::new(PatternHead {
                scale: Scale::parse("C minor"),
                ..PatternHead::default()
            }),
        },
        Edit::InsertTrack { at: TrackPlace { pattern: 0, track: 2 }, track: Box::new(track(9)) },
        Edit::RemoveTrack { at: FIRST },
        Edit::MoveTrack { at: FIRST, to: 1 },
        Edit::SetTrack {
            at: FIRST,
            head: Box::new(TrackHead { rotation: -2, ..TrackHead::default() }),
        },
        Edit::SetSteps { at: FIRST, first: 1, steps: vec![step(); 3] },
        Edit::ReplaceSteps { at: FIRST, steps: vec![step(); 7] },
        Edit::SetLanes { at: FIRST, lanes: vec![lane(Property::Velocity), lane(Property::Chance)] },
        Edit::Several(vec![
            Edit::RemovePattern { index: 1 },
            Edit::InsertPattern { index: 1, pattern: Box::default() },
            Edit::RemoveTrack { at: FIRST },
        ]),
    ]
}

#[test]
fn each_change_is_undone_and_done_again_to_the_byte() {
    for edit in edits() {
        let before = project();
        let mut edited = before.clone();
        let undo = edit.clone().apply(&mut edited).unwrap();
        assert_ne!(edited, before, "{edit:?} changes nothing");
        // What an edit makes is a project that a file can hold.
        let text = json::write(&edited);
        assert_eq!(json::read(text.as_bytes()).unwrap().0, edited, "{edit:?}");
        let mut undone = edited.clone();
        let redo = undo.apply(&mut undone).unwrap();
        assert_eq!(undone, before, "{edit:?}");
        assert_eq!(json::write(&undone), json::write(&before));
        redo.apply(&mut undone).unwrap();
        assert_eq!(undone, edited, "{edit:?}");
    }
}

#[test]
fn a_long_history_is_undone_step_by_step() {
    let before = project();
    let mut project = before.clone();
    let mut history = Vec::new();
    for edit in edits().into_iter().cycle().take(60) {
        // Some no longer fit what the others have made of the project; those change nothing.
        let unchanged = project.clone();
        match edit.apply(&mut project) {
            Ok(undo) => history.push(undo),
            Err(_) => assert_eq!(project, unchanged),
        }
    }
    assert!(history.len() > 15, "{}", history.len());
    for undo in history.into_iter().rev() {
        undo.apply(&mut project).unwrap();
    }
    assert_eq!(project, before);
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let nowhere = TrackPlace { pattern: 0, track: 5 };
    let refused: Vec<(Edit, &str)> = vec![
        (
            Edit::SetProject(ProjectHead {
                metre: Metre { beats: 0, unit: 4 },
                ..ProjectHead::default()
            }),
            "a metre of 0/4, where 1 to 64 beats of 1, 2, 4, 8, 16 or 32 are allowed",
        ),
        (
            Edit::SetPattern {
                index: 0,
                head: Box::new(PatternHead { length: Some(Ticks(-5)), ..PatternHead::default() }),
            },
            "pattern 1: a length of -5 ticks, where 1 to 1321205760 are allowed",
        ),
        (
            Edit::InsertPattern {
                index: 0,
                pattern: Box::new(Pattern { tracks: vec![track(1); 2], ..Pattern::default() }),
            },
            "pattern 1, track 1: another track of the pattern has the id 1",
        ),
        (
            Edit::SetSong(Song {
                slots: vec![Slot { bars: 5000, ..project().song.slots[0].clone() }],
            }),
            "slot 1 of the song has 5000 bars, where 1 to 999 are allowed",
        ),
        (Edit::RemovePattern { index: 9 }, "there is no pattern 10 to edit"),
        (Edit::RemoveTrack { at: nowhere }, "there is no pattern 1, track 6 to edit"),
        (Edit::MoveTrack { at: FIRST, to: 2 }, "there is no pattern 1, track 3 to edit"),
        (
            Edit::InsertTrack { at: FIRST, track: Box::new(track(1)) },
            "pattern 1, track 1: another track of the pattern has the id 1",
        ),
        (
            Edit::SetSteps { at: FIRST, first: 3, steps: vec![step(); 2] },
            "there is no pattern 1, track 1, step 5 to edit",
        ),
        (
            Edit::ReplaceSteps { at: FIRST, steps: vec![] },
            "pattern 1, track 1: a track needs at least one step",
        ),
        (
            Edit::ReplaceSteps { at: FIRST, steps: vec![step(); 129] },
            "pattern 1, track 1: 129 steps, where at most 128 are allowed",
        ),
        (
            Edit::SetLanes { at: FIRST, lanes: vec![lane(Property::Notes), lane(Property::Notes)] },
            "pattern 1, track 1: two lanes of one property",
        ),
        (
            Edit::Several(vec![Edit::RemovePattern { index: 0 }, Edit::SetSong(project().song)]),
            "slot 3 of the song plays pattern 3, which is not there",
        ),
    ];
    for (edit, sentence) in refused {
        let mut project = project();
        let before = project.clone();
        assert_eq!(edit.apply(&mut project).unwrap_err().to_string(), sentence);
        assert_eq!(project, before, "{sentence}");
    }
}
