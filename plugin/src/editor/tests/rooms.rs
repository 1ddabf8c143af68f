//! Tools, the pattern's settings, the song, lanes, locks, files, choices: what each does to the document.

use std::path::PathBuf;

use tresillo_pattern::document::{Condition, Control};

use egui_kittest::kittest::NodeT;

use super::*;
use crate::editor::files::Purpose;

/// A folder of its own for each test, which goes when it is done.
pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    pub(super) fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("tresillo-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Room {
    /// The middle of what has a name.
    pub(super) fn at(&self, label: &str) -> Pos2 {
        self.harness.get_by_label(label).rect().center()
    }

    /// The one whose name begins so.
    pub(super) fn found<'a>(&'a self, prefix: &'a str) -> egui_kittest::Node<'a> {
        let mut all = self.harness.query_all_by_label_contains(prefix);
        let found = all.find(|node| {
            node.accesskit_node().label().is_some_and(|label| label.starts_with(prefix))
        });
        found.unwrap_or_else(|| panic!("nothing is called {prefix}"))
    }

    /// The middle of the one whose name begins so.
    pub(super) fn at_prefix(&self, prefix: &str) -> Pos2 {
        self.found(prefix).rect().center()
    }

    pub(super) fn double_click(&mut self, at: Pos2) {
        // What was clicked before is no part of it.
        for _ in 0..40 {
            self.harness.step();
        }
        self.click(at, NONE);
        self.click(at, NONE);
    }

    /// Types over what stands in a value, and ends with Enter.
    pub(super) fn type_into(&mut self, prefix: &str, words: &str) {
        let at = self.at_prefix(prefix);
        self.double_click(at);
        self.harness.step();
        self.harness.event(Event::Text(words.to_owned()));
        self.harness.step();
        self.key(Key::Enter, NONE);
        self.harness.step();
    }

    pub(super) fn wheel(&mut self, at: Pos2, up: f32) {
        self.harness.event(Event::PointerMoved(at));
        self.harness.step();
        self.harness.event(Event::MouseWheel {
            unit: egui::MouseWheelUnit::Line,
            delta: vec2(0.0, up),
            phase: egui::TouchPhase::Move,
            modifiers: NONE,
            source: egui::MouseWheelSource::Wheel,
        });
        self.harness.step();
        self.harness.step();
    }
}

pub(super) fn steps(desk: &Desk, track: usize) -> &[tresillo_pattern::document::Step] {
    &desk.tracks()[track].steps
}

#[test]
fn every_tool_of_the_order_does_what_it_says() {
    for (tool, after) in [
        ("Reverse the steps", "...x...x...x...x"),
        ("Double the length", "x...x...x...x...x...x...x...x..."),
        ("Halve the length", "x...x..."),
        ("Shift right", ".x...x...x...x.."),
        ("Shift left", "...x...x...x...x"),
        ("One step fewer", "x...x...x...x.."),
        ("One step more", "x...x...x...x...."),
        ("Clear the steps", "................"),
    ] {
        check(
            |room| {
                room.key(Key::U, NONE);
                assert_eq!(room.desk().overlay, Overlay::Tools);
                room.button(tool);
            },
            |desk| on(desk, 0) == after,
        );
    }
}

#[test]
fn tools_shift_and_clear_what_is_chosen_alone() {
    check(
        |room| {
            for step in [4, 8, 12] {
                room.click(room.step(0, step), Modifiers::COMMAND);
            }
            room.click(room.step(0, 5), Modifiers::COMMAND);
            room.key(Key::U, NONE);
            room.button("Shift right");
        },
        // 4, 5, 8 and 12 hold x.xx, and then xx.x moved around among themselves.
        |desk| on(desk, 0) == "x...xx......x..." || on(desk, 0) == "x...xx..x.......",
    );
}

#[test]
fn what_the_dice_tools_throw_stays_in_its_limits() {
    check(
        |room| {
            room.key(Key::U, NONE);
            room.button("Humanise the steps");
        },
        |desk| {
            let on = steps(desk, 0).iter().filter(|step| step.is_on);
            let velocities: Vec<u8> = on.map(|step| step.velocity.get()).collect();
            velocities.iter().all(|velocity| (88..=112).contains(velocity))
                && velocities.iter().any(|velocity| *velocity != 100)
                && steps(desk, 0).iter().all(|step| step.micro_timing.0.abs() <= 252)
        },
    );
    check(
        |room| {
            room.key(Key::U, NONE);
            room.type_into("From", "70");
            room.type_into("To:", "75");
            room.button("Throw the values");
        },
        |desk| {
            let mut on = steps(desk, 0).iter().filter(|step| step.is_on);
            on.all(|step| (70..=75).contains(&step.velocity.get()))
        },
    );
    check(
        |room| {
            room.key(Key::U, NONE);
            room.type_into("Steps that sound", "100");
            room.button("Throw the steps");
        },
        |desk| on(desk, 0) == "xxxxxxxxxxxxxxxx",
    );
    // Each throw is another one.
    let mut room = Room::new(BEAT);
    room.key(Key::U, NONE);
    let thrown: Vec<String> = (0..4)
        .map(|_| {
            room.button("Throw the steps");
            on(room.desk(), 0)
        })
        .collect();
    assert!(thrown.windows(2).any(|pair| pair[0] != pair[1]), "{thrown:?}");
}

#[test]
fn euclid_is_dragged_and_typed() {
    check(
        |room| {
            room.key(Key::U, NONE);
            room.type_into("Hits", "3");
        },
        |desk| on(desk, 0) == "x....x....x....." || on(desk, 0).matches('x').count() == 3,
    );
    check(
        |room| {
            room.key(Key::U, NONE);
            let at = room.at_prefix("Hits");
            room.drag(at, vec2(60.0, 0.0), NONE);
        },
        |desk| on(desk, 0).matches('x').count() > 4,
    );
    check(
        |room| {
            room.key(Key::U, NONE);
            room.type_into("Turned by", "1");
        },
        |desk| on(desk, 0) == ".x...x...x...x..",
    );
}

#[test]
fn notes_are_moved_and_put_into_the_patterns_scale() {
    check(
        |room| {
            room.key(Key::Num3, NONE);
            room.key(Key::U, NONE);
            room.button("An octave up");
            room.button("A semitone up");
        },
        |desk| steps(desk, 2)[0].keys.iter().next().unwrap().get() == 24 + 12 + 12 + 1,
    );
    check(
        |room| {
            room.key(Key::Num3, NONE);
            room.key(Key::U, NONE);
            room.button("Into the scale");
            // Without a scale, one is chosen first.
            assert_eq!(room.desk().overlay, Overlay::Pattern);
            room.button("Scale minor");
            room.button("Close");
            room.key(Key::U, NONE);
            room.button("Into the scale");
        },
        // E goes to E flat.
        |desk| steps(desk, 2)[3].keys.iter().next().unwrap().get() % 12 == 3,
    );
}

#[test]
fn the_pattern_says_its_name_length_swing_feel_scale_and_groove() {
    check(
        |room| {
            room.key(Key::Q, NONE);
            assert_eq!(room.desk().overlay, Overlay::Pattern);
            room.harness.get_by_label("Pattern name").focus();
            room.harness.step();
            room.harness.get_by_label("Pattern name").type_text("Verse");
            room.harness.step();
            room.harness.step();
            room.button("Length in bars");
            room.type_into("Bars", "2");
            room.type_into("Swing of the pattern", "58.5 %");
            room.button("Swing of 1/8");
            room.type_into("Timing", "20");
            room.type_into("Loudness", "15 %");
            room.button("Root D#");
            room.button("Scale dorian");
        },
        |desk| {
            let pattern = desk.shown_pattern().unwrap();
            pattern.name == "Verse"
                && pattern.length.map(|ticks| ticks.0) == Some(2 * 4 * 20160)
                && (pattern.swing.percent.percent() - 58.5).abs() < 1e-9
                && pattern.swing.unit == tresillo_pattern::document::SwingUnit::Eighth
                && pattern.humanise.timing.get() == 20
                && pattern.humanise.velocity.get() == 15
                && pattern.scale.map(|scale| scale.to_string()).as_deref() == Some("D# dorian")
        },
    );
    check(
        |room| {
            room.drag(room.step(0, 4), vec2(11.0, 0.0), Modifiers::ALT);
            room.key(Key::Q, NONE);
            room.button("Groove from this track");
        },
        |desk| {
            let groove = desk.shown_pattern().unwrap().groove.as_ref().unwrap();
            let is_straight = steps(desk, 0).iter().all(|step| step.micro_timing.0 == 0);
            groove.offsets().len() == 16 && groove.offsets()[4].0 == 1260 && is_straight
        },
    );
    check(
        |room| {
            room.key(Key::Q, NONE);
            room.button("Duplicate pattern");
        },
        |desk| desk.project.patterns.len() == 2 && desk.pattern == 1,
    );
    check(
        |room| {
            room.button("Pattern A2");
            room.key(Key::Q, NONE);
            room.button("Remove pattern");
            room.button("Remove pattern");
            assert!(room.desk().message.as_ref().unwrap().contains("stays"));
            room.bridge.edit("x", tresillo_pattern::document::edit::Edit::Several(vec![])).unwrap();
            room.key(Key::Escape, NONE);
            room.click(room.step(0, 1), NONE);
        },
        |desk| desk.project.patterns.len() == 1,
    );
}

#[test]
fn swing_transposition_chance_and_seed_are_beside_the_patterns() {
    check(
        |room| {
            room.type_into("Pattern swing", "60");
            room.type_into("Project seed", "BEEF");
        },
        |desk| {
            desk.project.seed == 0xBEEF
                && (desk.shown_pattern().unwrap().swing.percent.percent() - 60.0).abs() < 1e-9
        },
    );
    let mut room = Room::new(BEAT);
    room.type_into("Host transpose", "-7");
    room.type_into("Host chance", "80 %");
    let performance = room.host.performance.get();
    assert_eq!((performance.transpose, performance.chance.get()), (-7, 80));
    room.type_into("Pattern swing", "fast");
    assert_eq!(room.desk().message.as_deref(), Some("“fast” is not a value of swing."));
}

#[test]
fn a_song_is_made_of_slots() {
    check(
        |room| {
            room.button("Pattern A2");
            room.button("Play the song");
            room.button("Add this pattern to the song");
            room.button("Add this pattern to the song");
            room.button("The song as a list");
            room.type_into("Pattern of slot 2", "A1");
            room.type_into("Bars of row 2", "3");
            room.type_into("Transpose of slot 2", "+5");
            room.button("Slot 2: mute track 1");
            room.button("Slot 1: twice");
            room.button("Slot 3: earlier");
            room.button("Slot 1: remove");
        },
        |desk| {
            let slots = &desk.project.song.slots;
            slots.len() == 2
                && slots[0].pattern.0 == 0
                && slots[0].bars == 3
                && slots[0].transpose == 5
                && slots[0].mutes.contains(0)
                && slots[1].pattern.0 == 1
        },
    );
    check(
        |room| {
            room.button("Play the song");
            room.button("Add this pattern to the song");
            let end = room.at("Bars of slot 1");
            room.drag(end, vec2(40.0, 0.0), NONE);
        },
        |desk| desk.project.song.slots[0].bars == 4,
    );
}

#[test]
fn the_playhead_of_a_song_is_in_the_pattern_that_plays() {
    let mut room = Room::new(BEAT);
    room.button("Pattern A2");
    room.button("Play the song");
    room.button("Add this pattern to the song");
    room.harness.state_mut().desk.show_pattern(0);
    room.button("Add this pattern to the song");
    // The first slot plays A2 for a bar, the second A1.
    let running = |room: &mut Room, tick: i64| {
        room.bridge.set_position(Some(Tick(tick)));
        room.harness.step();
        let song_tick = Some(f64::from(i32::try_from(tick).unwrap()));
        super::super::view::tick_in_song(&mut room.harness.state_mut().desk, song_tick, true)
    };
    assert_eq!(running(&mut room, 5040), None, "another pattern plays");
    assert_eq!(running(&mut room, 4 * 20160 + 5040), Some(5040.0));
    room.key(Key::W, NONE);
    running(&mut room, 5040);
    assert_eq!(room.desk().pattern, 1, "a window that follows shows what plays");
}

#[test]
fn notes_of_a_step_are_chosen_on_the_keyboard() {
    // The keyboard begins with the octave of the lowest note: C1 is 36 here, and a white key is 14 points wide.
    check(
        |room| {
            room.click(room.step(2, 0), Modifiers::COMMAND);
            let middle = room.at("Keyboard: the notes of the step");
            let left = middle.x - 112.0;
            room.click(pos2(left + 14.0 * 4.0 + 7.0, middle.y + 12.0), NONE);
        },
        |desk| {
            let keys: Vec<u8> = steps(desk, 2)[0].keys.iter().map(|key| key.get()).collect();
            keys.len() == 2 && keys[1] == keys[0] + 7
        },
    );
}

#[test]
fn a_step_locks_a_controller_and_lets_it_go() {
    let cutoff = Control::cc(74).unwrap();
    check(
        |room| {
            room.key(Key::L, NONE);
            room.button("Lock CC 74 Cutoff");
            assert_eq!(room.desk().lane, Lane::Lock(cutoff));
            room.type_into("CC 74 Cutoff", "99");
        },
        |desk| {
            let track = &desk.tracks()[0];
            track.base.get(cutoff).is_some()
                && track.steps[0].locks.get(cutoff).map(|lock| lock.value()) == Some(99)
        },
    );
    let mut room = Room::new(BEAT);
    room.key(Key::L, NONE);
    room.button("Lock CC 74 Cutoff");
    let at = room.at_prefix("CC 74 Cutoff:");
    room.harness.event(Event::PointerMoved(at));
    room.found("CC 74 Cutoff:").click_secondary();
    room.harness.step();
    room.harness.step();
    assert!(steps(room.desk(), 0)[0].locks.is_empty(), "the other button takes it away");
    // Any other controller is typed.
    room.key(Key::L, NONE);
    room.harness.get_by_label("Number of a controller").focus();
    room.harness.step();
    room.harness.get_by_label("Number of a controller").type_text("99");
    room.harness.step();
    room.harness.step();
    room.button("Lock it");
    assert!(steps(room.desk(), 0)[0].locks.get(Control::cc(99).unwrap()).is_some());
    room.key(Key::L, NONE);
    room.harness.get_by_label("Number of a controller").focus();
    room.harness.step();
    room.harness.get_by_label("Number of a controller").type_text("!");
    room.harness.step();
    room.harness.step();
    room.button("Lock it");
    assert!(room.desk().message.as_ref().unwrap().contains("is no controller"));
}

#[test]
fn dice_spans_and_ramps_are_set_in_the_inspector() {
    check(
        |room| {
            room.button("Ratchet of 3");
            room.type_into("Span", "200");
            room.type_into("Ramp", "-60");
            room.button("Dice: own");
            room.button("Dice: A");
        },
        |desk| {
            let step = &steps(desk, 0)[0];
            step.ratchet.span_percent() == 200
                && step.ratchet.ramp_percent() == -60
                && step.chance_group.map(|group| group.letter()) == Some('B')
        },
    );
    check(
        |room| {
            room.button("Condition");
            room.button("2:3");
            room.button("Dice group C");
            room.button("Close");
            room.button("The opposite");
        },
        |desk| {
            let step = &steps(desk, 0)[0];
            step.condition == Some(Condition::ratio(2, 3).unwrap().negated())
                && step.chance_group.map(|group| group.letter()) == Some('C')
        },
    );
}

#[test]
fn values_are_typed_turned_and_moved_by_keys() {
    let velocity = |desk: &Desk| steps(desk, 0)[0].velocity.get();
    check(|room| room.type_into("Velocity", "73"), |desk| velocity(desk) == 73);
    check(|room| room.wheel(room.at_prefix("Velocity:"), -1.0), |desk| velocity(desk) == 97);
    check(
        |room| {
            room.found("Velocity:").focus();
            room.harness.step();
            room.key(Key::ArrowDown, NONE);
            room.key(Key::ArrowDown, Modifiers::SHIFT);
        },
        |desk| velocity(desk) == 89 && desk.cursor == (0, 0),
    );
    // Escape gives the typing up.
    let mut room = Room::new(BEAT);
    let at = room.at_prefix("Velocity:");
    room.double_click(at);
    room.harness.event(Event::Text("1".into()));
    room.harness.step();
    room.key(Key::Escape, NONE);
    assert_eq!(velocity(room.desk()), 100);
}

#[test]
fn files_are_opened_and_written_and_problems_told() {
    let folder = Folder::new("rooms");
    let mut room = Room::new(BEAT);
    let before = room.text();
    let go = |room: &mut Room, purpose: Purpose| {
        room.harness.state_mut().desk.choices.folder = Some(folder.0.clone());
        room.harness.state_mut().desk.choose_file(purpose);
        room.harness.step();
        room.harness.step();
    };
    go(&mut room, Purpose::ExportMidi);
    room.button("Export the file");
    assert!(room.desk().message.as_ref().unwrap().starts_with("Written: "));
    let written = folder.0.join("Untitled.mid");
    assert!(std::fs::read(&written).unwrap().starts_with(b"MThd"));
    assert_eq!(room.text(), before, "an export changes nothing");
    go(&mut room, Purpose::Open);
    room.button("File Untitled.mid");
    room.button("Open the file");
    assert_eq!(room.desk().overlay, Overlay::None);
    assert_eq!(room.desk().project.name, "Untitled");
    // Each line of the file is a track, and undo brings back what was there.
    assert!(room.desk().tracks().len() >= 4);
    room.undo_all();
    assert_eq!(room.text(), before);
    go(&mut room, Purpose::Groove);
    room.button("File Untitled.mid");
    room.button("Take the file");
    assert!(room.desk().shown_pattern().unwrap().groove.is_some());
    go(&mut room, Purpose::Save);
    room.harness.get_by_label("Name of the file").focus();
    room.harness.step();
    room.harness.get_by_label("Name of the file").type_text(" two");
    room.harness.step();
    room.harness.step();
    room.key(Key::Enter, NONE);
    assert!(folder.0.join("Untitled two.json").exists(), "{:?}", room.desk().message);
    std::fs::write(folder.0.join("broken.mid"), "MThd").unwrap();
    go(&mut room, Purpose::Open);
    let now = room.text();
    room.button("File broken.mid");
    room.button("Open the file");
    assert_eq!(room.desk().overlay, Overlay::Files, "the chooser stays");
    assert_eq!(room.text(), now);
    room.key(Key::Escape, NONE);
    assert_eq!(room.desk().overlay, Overlay::None);
}

#[test]
fn the_end_of_a_track_is_dragged_and_what_was_cut_comes_back() {
    let mut room = Room::new("kick: x.x.xx.x\nhat: xxxxxxxxxxxxxxxx");
    let before = room.text();
    let chip = room.at("End of track 1");
    room.drag(chip, vec2(-44.0 * 3.0, 0.0), NONE);
    assert_eq!(on(room.desk(), 0), "x.x.x");
    let chip = room.at("End of track 1");
    room.drag(chip, vec2(44.0 * 4.0, 0.0), NONE);
    assert_eq!(on(room.desk(), 0), "x.x.xx.x.");
    room.key(Key::Minus, NONE);
    room.key(Key::Minus, NONE);
    room.key(Key::Equals, NONE);
    assert_eq!(on(room.desk(), 0), "x.x.xx.x");
    room.type_into("Track 2 length", "12");
    assert_eq!(steps(room.desk(), 1).len(), 12);
    room.type_into("Track 2 step", "3/32");
    assert_eq!(room.desk().tracks()[1].step_size.to_string(), "3/32");
    room.undo_all();
    assert_eq!(room.text(), before);
}
