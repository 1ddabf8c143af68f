//! What hands do in the window, and what becomes of the document; undo gives it back byte for byte.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may fail, and says what it measured"
)]

mod clipboard;
mod gestures;
mod lanes;
mod rooms;
mod window;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use egui::{Event, Key, Modifiers, PointerButton, Pos2, Vec2, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use tresillo_pattern::document::Articulation;
use tresillo_pattern::format::notation;
use tresillo_pattern::{Performance, Tick};

use super::desk::Overlay;
use super::host::{HostSide, Turn};
use super::tools::Lane;
use super::*;

const BEAT: &str = "
kick: x...x...x...x...
snare: ....x.......x...
bass ch=2: C1 . . E1 . . . . G1 . . . . . . .
hat step=1/8: xxxxxxxx
";

/// A host that keeps what is turned.
#[derive(Default)]
struct TestHost {
    performance: Cell<Performance>,
    records: Cell<bool>,
    turns: RefCell<Vec<Turn>>,
}

impl HostSide for TestHost {
    fn performance(&self) -> Performance {
        self.performance.get()
    }

    fn records(&self) -> bool {
        self.records.get()
    }

    fn settings(&self) -> crate::engine::Settings {
        crate::engine::Settings::default()
    }

    fn turn(&self, turn: Turn) {
        let mut performance = self.performance.get();
        match turn {
            Turn::Mute(track, value) => performance.mutes = performance.mutes.with(track, value),
            Turn::Fill(value) => performance.is_fill = value,
            Turn::Song(value) => performance.is_song = value,
            Turn::Pattern(index) => {
                performance.pattern = tresillo_pattern::PatternIndex(u8::try_from(index).unwrap());
            }
            Turn::Record(value) => self.records.set(value),
            Turn::Transpose(semitones) => performance.transpose = i8::try_from(semitones).unwrap(),
            Turn::Chance(percent) => {
                let percent = u8::try_from(percent).unwrap();
                performance.chance = tresillo_pattern::document::Percent::saturating(percent);
            }
            Turn::Run(_)
            | Turn::Launch(_)
            | Turn::Input(_)
            | Turn::Through(_)
            | Turn::RecordTrack(_) => {}
        }
        self.performance.set(performance);
        self.turns.borrow_mut().push(turn);
    }
}

/// A window, and who looks at it.
struct Room {
    harness: Harness<'static, View>,
    bridge: Arc<Bridge>,
    host: Rc<TestHost>,
}

impl Room {
    fn new(text: &str) -> Room {
        Room::of_size(text, vec2(1200.0, 760.0))
    }

    fn of_size(text: &str, size: Vec2) -> Room {
        let (project, _) = notation::read(text).unwrap();
        Room::with(Bridge::new(project).0, size)
    }

    fn with(bridge: Arc<Bridge>, size: Vec2) -> Room {
        let host = Rc::new(TestHost::default());
        let view = View::new(Desk::new(Arc::clone(&bridge)), Kept::default());
        let seen = Rc::clone(&host);
        let mut harness = Harness::builder()
            .with_size(size)
            .with_step_dt(1.0 / 60.0)
            .with_context_setup(fonts::install)
            .with_max_steps(64)
            .build_ui_state(move |ui, view: &mut View| view.show(ui, &*seen), view);
        harness.step();
        harness.step();
        Room { harness, bridge, host }
    }

    fn desk(&self) -> &Desk {
        &self.harness.state().desk
    }

    fn text(&self) -> String {
        self.bridge.text()
    }

    /// The middle of a step's note, in the default window: columns of 44, rows of 52.
    fn step(&self, track: usize, step: usize) -> Pos2 {
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let at = pos2(244.0 + 44.0 * step as f32 + 12.0, 112.0 + 52.0 * track as f32 + 34.0);
        at
    }

    fn press(&mut self, at: Pos2, pressed: bool, modifiers: Modifiers) {
        let button = PointerButton::Primary;
        self.harness.event(Event::ModifiersChanged(modifiers));
        self.harness.event(Event::PointerMoved(at));
        self.harness.event(Event::PointerButton { pos: at, button, pressed, modifiers });
        self.harness.step();
        if !pressed {
            self.harness.event(Event::ModifiersChanged(NONE));
        }
    }

    fn click(&mut self, at: Pos2, modifiers: Modifiers) {
        self.press(at, true, modifiers);
        self.press(at, false, modifiers);
        self.harness.step();
    }

    fn drag(&mut self, from: Pos2, by: Vec2, modifiers: Modifiers) {
        self.press(from, true, modifiers);
        for part in 1..=8u8 {
            let at = from + by * f32::from(part) / 8.0;
            self.harness.event(Event::PointerMoved(at));
            self.harness.step();
        }
        self.press(from + by, false, modifiers);
        self.harness.step();
    }

    fn key(&mut self, key: Key, modifiers: Modifiers) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.step();
        self.harness.step();
    }

    fn button(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.harness.step();
        self.harness.step();
    }

    fn undo_all(&mut self) {
        while self.bridge.undo().is_some() {}
        self.harness.step();
    }
}

const NONE: Modifiers = Modifiers::NONE;

/// Does something, checks what became of the document, and that undo gives it back.
fn check(act: impl FnOnce(&mut Room), is_as_meant: impl FnOnce(&Desk) -> bool) {
    let mut room = Room::new(BEAT);
    let before = room.text();
    act(&mut room);
    assert!(is_as_meant(room.desk()), "{}", room.text());
    assert_ne!(room.text(), before, "nothing has changed");
    room.undo_all();
    assert_eq!(room.text(), before, "undo does not give it back");
}

fn on(desk: &Desk, track: usize) -> String {
    let mark = |step: &tresillo_pattern::document::Step| if step.is_on { 'x' } else { '.' };
    desk.tracks()[track].steps.iter().map(mark).collect()
}

#[test]
fn undo_and_redo_by_keys_and_buttons() {
    let mut room = Room::new(BEAT);
    let before = room.text();
    room.click(room.step(0, 2), NONE);
    let after = room.text();
    room.key(Key::Z, Modifiers::COMMAND);
    assert_eq!(room.text(), before);
    room.key(Key::Z, Modifiers::COMMAND | Modifiers::SHIFT);
    assert_eq!(room.text(), after);
    room.button("Undo");
    assert_eq!(room.text(), before);
    room.button("Redo");
    assert_eq!(room.text(), after);
    assert_eq!(room.desk().message.as_deref(), Some("Done again: Set steps."));
}

#[test]
fn steps_are_copied_to_another_track() {
    check(
        |room| {
            room.key(Key::G, NONE);
            room.click(room.step(0, 0), Modifiers::COMMAND);
            room.click(room.step(0, 4), Modifiers::COMMAND);
            room.harness.event(Event::Copy);
            room.harness.step();
            room.key(Key::Num2, NONE);
            room.key(Key::ArrowLeft, NONE);
            room.key(Key::ArrowLeft, NONE);
            room.harness.event(Event::Paste(String::new()));
            room.harness.step();
        },
        |desk| on(desk, 1) == "..x.x.x.....x...",
    );
}

#[test]
fn the_inspector_says_and_sets_the_whole_truth_of_a_step() {
    check(|room| room.button("Ratchet of 3"), |desk| desk.tracks()[0].steps[0].ratchet.hits() == 3);
    check(
        |room| room.button("Articulation: Tie"),
        |desk| desk.tracks()[0].steps[0].articulation == Articulation::Tie,
    );
    check(|room| room.button("Clear"), |desk| on(desk, 0) == "....x...x...x...");
    check(
        |room| {
            room.button("Condition");
            assert_eq!(room.desk().overlay, Overlay::Condition);
            room.button("3:4");
            room.button("Not");
            room.button("Chance of 75 %");
        },
        |desk| {
            let step = &desk.tracks()[0].steps[0];
            step.condition.unwrap().to_string() == "NOT 3:4" && step.chance.get() == 75
        },
    );
}

#[test]
fn what_is_shown_of_the_next_passes_is_what_will_play() {
    let mut room = Room::new("kick: x(2:3)...x?50...");
    let sight = |room: &Room| super::sight::Sight {
        tick: Some(0.0),
        song_tick: Some(0.0),
        tempo_bpm: 120.0,
        performance: room.desk().performance(Performance::default()),
        playing_pattern: 0,
        wanted_pattern: 0,
        records: false,
        run: crate::params::RunMode::Host,
        is_song: false,
        slot: None,
        refused_count: 0,
    };
    let (_, passes) = inspector::passes(room.desk(), &sight(&room));
    let expected: Vec<bool> = (0..16).map(|pass| pass % 3 == 1).collect();
    assert_eq!(passes, expected);
    room.click(room.step(0, 4), Modifiers::COMMAND);
    let (_, passes) = inspector::passes(room.desk(), &sight(&room));
    let mut notes: Vec<tresillo_pattern::Note> = Vec::new();
    let window = tresillo_pattern::Window::new(0, 16 * 8 * 5040);
    tresillo_pattern::play(&room.desk().project, &Performance::default(), window, &mut notes);
    let played: Vec<bool> = (0..16)
        .map(|pass| notes.iter().any(|note| note.onset == Tick((pass * 8 + 4) * 5040)))
        .collect();
    assert_eq!(passes, played);
}

#[test]
fn tracks_and_patterns_are_added_muted_and_soloed() {
    check(|room| room.button("Add a track"), |desk| desk.tracks().len() == 5 && desk.cursor.0 == 4);
    check(
        |room| room.button("Pattern A3"),
        |desk| desk.project.patterns.len() == 3 && desk.pattern == 2 && desk.tracks().len() == 4,
    );
    let mut room = Room::new(BEAT);
    room.button("Mute 2");
    assert!(room.host.performance.get().mutes.contains(1));
    room.button("Mute 2");
    room.button("Solo 3");
    let mutes = room.host.performance.get().mutes;
    assert_eq!(mutes.iter().collect::<Vec<_>>(), [0, 1, 3]);
    room.button("Solo 3");
    assert_eq!(room.host.performance.get().mutes.iter().count(), 0);
    room.button("Record");
    assert!(room.host.records.get());
    room.button("Fill");
    assert!(room.host.performance.get().is_fill);
}

#[test]
fn a_pattern_is_loaded_from_the_browser_and_undone() {
    check(
        |room| {
            room.key(Key::B, NONE);
            assert_eq!(room.desk().overlay, Overlay::Browser);
            room.harness.get_by_label("Search").focus();
            room.harness.step();
            room.harness.get_by_label("Search").type_text("tresillo cell");
            room.harness.step();
            room.harness.step();
            room.button("Load Tresillo");
        },
        |desk| desk.project.name == "Tresillo",
    );
    check(|room| room.button("Pattern behind"), |desk| !desk.project.name.is_empty());
}

#[test]
fn a_pattern_gets_a_name() {
    check(
        |room| {
            room.key(Key::B, NONE);
            room.harness.get_by_label("Name of the pattern").focus();
            room.harness.step();
            room.harness.get_by_label("Name of the pattern").type_text("Mine");
            room.harness.step();
            room.harness.step();
        },
        |desk| desk.project.name == "Mine",
    );
}

/// What is done after a name was typed is a step of undo of its own, also where the field was closed over the typing.
#[test]
fn typing_ends_with_its_field() {
    let mut room = Room::new(BEAT);
    room.key(Key::B, NONE);
    room.harness.get_by_label("Name of the pattern").focus();
    room.harness.step();
    room.harness.get_by_label("Name of the pattern").type_text("Mine");
    room.harness.step();
    room.harness.step();
    room.button("Close");
    room.click(room.step(0, 2), NONE);
    room.click(room.step(0, 3), NONE);
    assert_eq!(room.bridge.undo().as_deref(), Some("Set steps"));
    assert_eq!(room.bridge.undo().as_deref(), Some("Set steps"));
    assert_eq!(room.bridge.undo().as_deref(), Some("Rename"));
    assert_eq!(room.bridge.undo(), None);
}

#[test]
fn nothing_is_done_to_what_lies_below_an_overlay() {
    let mut room = Room::new(BEAT);
    let before = room.text();
    room.key(Key::Questionmark, NONE);
    for key in [Key::X, Key::D, Key::Delete, Key::E, Key::Minus] {
        room.key(key, NONE);
    }
    assert_eq!(room.text(), before);
    room.key(Key::Escape, NONE);
    assert_eq!(room.desk().overlay, Overlay::None);
}

/// Every step of 32 tracks of 128: dragged, it is one change of the document for each move of the pointer.
#[test]
fn four_thousand_steps_are_dragged_at_once() {
    let mut text = String::new();
    for track in 0..32 {
        text.push_str(&format!("t{track} ch=1 key={}: {}\n", 36 + track, "x".repeat(128)));
    }
    let mut room = Room::new(&text);
    room.key(Key::A, Modifiers::COMMAND);
    let start = std::time::Instant::now();
    room.drag(room.step(0, 4), vec2(0.0, 10.0), NONE);
    let elapsed = start.elapsed();
    println!("ten moves of 4,096 steps: {elapsed:?}");
    let mut steps = room.desk().tracks().iter().flat_map(|track| &track.steps);
    assert!(steps.all(|step| step.velocity.get() < 100));
    assert!(elapsed.as_secs() < 5, "{elapsed:?}");
    assert!(room.bridge.undo().is_some());
    assert_eq!(room.bridge.undo(), None);
}

#[test]
fn a_track_is_named_and_set() {
    check(
        |room| {
            room.key(Key::I, NONE);
            assert_eq!(room.desk().overlay, Overlay::Track);
            room.harness.get_by_label("Track name").focus();
            room.harness.step();
            room.harness.get_by_label("Track name").type_text("!");
            room.harness.step();
            room.harness.step();
            room.button("Channel: less");
            room.button("Drum key: more");
            room.button("Steps of 1/8");
            room.button("Length: more");
            room.button("Ping-pong");
            room.button("Delay: less");
        },
        |desk| {
            let track = &desk.tracks()[0];
            track.name.contains('!')
                && track.destination.channel.get() == 8
                && track.destination.key.map(|key| key.get()) == Some(37)
                && track.step_size.to_string() == "1/8"
                && track.steps.len() == 17
                && track.direction == tresillo_pattern::document::Direction::PingPong
                && (track.delay.ms() + 1.0).abs() < 1e-9
        },
    );
    check(
        |room| {
            room.key(Key::I, NONE);
            room.button("Move down");
            room.button("Melodic");
            room.button("Remove track");
        },
        |desk| desk.tracks().len() == 3 && desk.tracks()[0].name == "snare",
    );
}

#[test]
fn long_and_many_tracks_are_reached_with_the_keys() {
    let mut text = String::new();
    for track in 0..32 {
        text.push_str(&format!("t{track} ch=1 key={}: {}\n", 36 + track, "x...".repeat(32)));
    }
    let mut room = Room::new(&text);
    for _ in 0..127 {
        room.key(Key::ArrowRight, NONE);
    }
    for _ in 0..31 {
        room.key(Key::ArrowDown, NONE);
    }
    let desk = room.desk();
    assert_eq!(desk.cursor, (31, 127));
    assert_eq!((desk.first_column, desk.first_row), (112, 24));
    room.key(Key::PageUp, NONE);
    assert_eq!(room.desk().first_column, 96);
}

#[test]
fn a_controller_is_learned_by_a_right_click() {
    use crate::controllers::Target;
    let mut room = Room::new(BEAT);
    room.harness.get_by_label("Mute 2").click_secondary();
    room.harness.step();
    assert_eq!(room.bridge.learning(), Some(Target::Mute(1)));
    room.harness.get_by_label("Mute 2").click_secondary();
    room.harness.step();
    assert_eq!(room.bridge.learning(), None);
}

#[test]
fn every_step_has_a_name_for_those_who_do_not_see_it() {
    let room = Room::new("kick: x(3:4)?75 . x");
    let label = "kick, step 1 of 3, velocity 100, condition 3:4, chance 75 %, rests in this pass";
    assert!(room.harness.query_by_label(label).is_some());
    assert!(room.harness.query_by_label("kick, step 2 of 3, off").is_some());
}

/// What egui is told in a frame; drawing it is not in this.
#[test]
fn a_frame_is_made_quickly() {
    let mut wide = String::new();
    for track in 0..32 {
        wide.push_str(&format!(
            "t{track} ch=1 key={}: {}\n",
            36 + track,
            "x?50x(1:2)x*3x".repeat(32)
        ));
    }
    for (what, text) in [("a beat", BEAT), ("32 × 128 steps", &wide)] {
        let mut room = Room::new(text);
        room.harness.state_mut().desk.view = 64;
        let mut quickest = std::time::Duration::MAX;
        for frame in 0..60 {
            room.bridge.set_position(Some(Tick(frame * 337)));
            let start = std::time::Instant::now();
            room.harness.step();
            quickest = quickest.min(start.elapsed());
        }
        println!("{what}: {quickest:?} a frame");
        // Eight in a release build; tests are built with little optimisation and run beside others.
        assert!(quickest.as_millis() < 60, "{what}: {quickest:?}");
    }
}

#[test]
fn it_is_drawn_at_every_size_with_any_document() {
    let mut wide = String::new();
    for track in 0..32 {
        wide.push_str(&format!("t{track} ch=1 key={}: {}\n", 36 + track, "x*3?50>300.".repeat(64)));
    }
    for text in [BEAT, "", &wide, "lead ch=1: C3+E3+G3+Bb3{cc74=3}=300_ C3/ E3 .\nhat: x"] {
        for size in
            [vec2(820.0, 520.0), vec2(1000.0, 700.0), vec2(1200.0, 760.0), vec2(2400.0, 1500.0)]
        {
            let mut room = Room::of_size(text, size);
            for view in layout::VIEWS {
                room.harness.state_mut().desk.view = view;
                room.harness.state_mut().desk.choices.is_dark = view == 32;
                room.bridge.set_position(Some(Tick(12_345 * 7)));
                for overlay in [Overlay::None, Overlay::Help, Overlay::Condition] {
                    room.harness.state_mut().desk.overlay = overlay;
                    room.harness.step();
                }
            }
        }
    }
}
