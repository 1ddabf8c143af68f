//! The window itself: its choices, keys, menu, focus, scale, many tracks, and the program without a host.

use super::rooms::Folder;
use super::*;
use crate::editor::choices::Choices;

#[test]
fn choices_are_the_windows_and_not_the_documents() {
    let mut room = Room::new(BEAT);
    let before = room.text();
    room.button("Menu");
    room.button("Settings");
    room.button("Light");
    assert!(!room.desk().choices.is_dark);
    room.button("Step by step");
    room.button("Follows the playhead");
    room.button("Is silent");
    let changed = Choices {
        is_dark: false,
        has_less_motion: true,
        follows: true,
        auditions: false,
        ..Choices::default()
    };
    assert_eq!(room.desk().choices, changed);
    for turned in [
        "Plays: free",
        "Patterns change: next bar",
        "Notes in: record",
        "On",
        "Record onto track 3",
    ] {
        let before = room.host.turns.borrow().len();
        room.button(turned);
        assert_eq!(room.host.turns.borrow().len(), before + 1, "{turned}");
    }
    room.key(Key::Escape, NONE);
    room.button("Groups of 4-4-4-4");
    assert_eq!(room.desk().choices.grouping, [3, 3, 2]);
    room.key(Key::J, NONE);
    assert!(room.desk().choices.is_folded);
    assert_eq!(room.text(), before);
}

#[test]
fn a_scale_makes_everything_larger_and_gives_way_where_it_does_not_fit() {
    let mut room = Room::of_size(BEAT, vec2(1700.0, 1100.0));
    room.key(Key::Equals, Modifiers::COMMAND);
    for _ in 0..4 {
        room.harness.step();
    }
    assert_eq!(room.desk().choices.scale_percent, 125);
    assert!((room.harness.ctx.zoom_factor() - 1.25).abs() < 1e-3);
    room.key(Key::Num0, Modifiers::COMMAND);
    for _ in 0..4 {
        room.harness.step();
    }
    assert!((room.harness.ctx.zoom_factor() - 1.0).abs() < 1e-3);
}

#[test]
fn thirty_two_tracks_are_folded_and_followed() {
    let mut text = String::new();
    for track in 0..32 {
        text.push_str(&format!("t{track} ch=1 key={}: {}\n", 36 + track, "x...".repeat(32)));
    }
    let mut room = Room::new(&text);
    let seen = |room: &Room| {
        (1..=32)
            .filter(|track| room.harness.query_by_label(&format!("Mute {track}")).is_some())
            .count()
    };
    assert_eq!(seen(&room), 8);
    room.key(Key::J, NONE);
    assert!(seen(&room) >= 16, "{}", seen(&room));
    room.button("Show 128 steps");
    assert!(room.harness.query_all_by_label_contains("step 128 of 128").count() >= 16);
    room.button("Show 16 steps");
    let bar = room.at_prefix("Steps that are seen: 1 to 16 of 128");
    room.drag(bar, vec2(40.0, 0.0), NONE);
    assert!(room.desk().first_column > 40, "{}", room.desk().first_column);
    let bar = room.at_prefix("Tracks that are seen");
    room.drag(bar, vec2(0.0, 300.0), NONE);
    assert!(room.desk().first_row > 8, "{}", room.desk().first_row);
    room.harness.state_mut().desk.first_column = 0;
    room.bridge.set_position(Some(Tick(5040 * 40)));
    room.harness.step();
    assert_eq!(room.desk().first_column, 0, "it stays where it is");
    room.key(Key::W, NONE);
    room.harness.step();
    assert_eq!(room.desk().first_column, 32, "it follows by whole views");
}

#[test]
fn the_menu_starts_anew_and_the_empty_window_says_what_to_do() {
    check(
        |room| {
            room.button("Menu");
            room.button("New");
            assert!(room.desk().tracks().is_empty());
            room.button("Add the first track");
        },
        |desk| desk.tracks().len() == 1 && desk.project.name == "Untitled",
    );
    let mut room = Room::new(BEAT);
    for (item, overlay) in [
        ("Open a file…", Overlay::Files),
        ("Export as MIDI…", Overlay::Files),
        ("Save as a file…", Overlay::Files),
        ("The pattern’s settings", Overlay::Pattern),
        ("The song as a list", Overlay::Song),
        ("Tools", Overlay::Tools),
        ("Settings", Overlay::Settings),
        ("Keys and gestures", Overlay::Help),
        ("Look through the patterns", Overlay::Browser),
    ] {
        room.harness.state_mut().desk.overlay = Overlay::Menu;
        room.harness.step();
        let many: Vec<_> = room.harness.query_all_by_label(item).collect();
        many[many.len() - 1].click();
        drop(many);
        room.harness.step();
        room.harness.step();
        assert_eq!(room.desk().overlay, overlay, "{item}");
    }
}

#[test]
fn a_star_makes_a_favourite() {
    let mut room = Room::new(BEAT);
    room.key(Key::B, NONE);
    room.harness.get_by_label("Search").focus();
    room.harness.step();
    room.harness.get_by_label("Search").type_text("tresillo cell");
    room.harness.step();
    room.harness.step();
    room.button("Favourite: Tresillo");
    assert!(room.desk().choices.favourites.contains("Tresillo"));
    room.button("Only favourites");
    assert!(room.harness.query_by_label("Load Tresillo").is_some());
    room.button("Favourite: Tresillo");
    assert!(room.desk().choices.favourites.is_empty());
}

#[test]
fn tab_goes_through_the_controls_and_arrows_stay_the_grids() {
    let mut room = Room::new(BEAT);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..40 {
        room.key(Key::Tab, NONE);
        seen.extend(room.harness.ctx.memory(|memory| memory.focused()).map(|id| id.value()));
    }
    assert!(seen.len() >= 30, "{} controls have had the focus", seen.len());
    room.harness.ctx.memory_mut(|memory| memory.request_focus(egui::Id::unique("grid")));
    room.harness.step();
    room.key(Key::ArrowRight, NONE);
    room.key(Key::ArrowDown, NONE);
    assert_eq!(room.desk().cursor, (1, 1));
    assert!(room.harness.ctx.memory(|memory| memory.has_focus(egui::Id::unique("grid"))));
}

#[test]
fn a_program_of_its_own_has_a_transport() {
    let (project, _) = notation::read(BEAT).unwrap();
    let mut room = Room::with(Bridge::with_own_transport(project).0, vec2(1200.0, 760.0));
    let before = room.text();
    let plays = |room: &Room| room.bridge.own_transport().unwrap().is_playing();
    room.button("Play");
    assert!(plays(&room));
    room.button("Stop");
    assert!(!plays(&room));
    // The space bar is the program's own.
    room.key(Key::Space, NONE);
    assert!(plays(&room));
    room.type_into("Tempo:", "97.5");
    let tempo = |room: &Room| room.bridge.own_transport().unwrap().tempo_bpm();
    assert!((tempo(&room) - 97.5).abs() < 1e-9);
    for _ in 0..4 {
        room.button("Tap the tempo");
        for _ in 0..36 {
            room.harness.step();
        }
    }
    // Four frames of each round are those of the button: 40 of a sixtieth of a second are 90 beats a minute.
    assert!((tempo(&room) - 90.0).abs() < 0.01, "{}", tempo(&room));
    room.type_into("Tempo:", "3");
    assert!((tempo(&room) - 20.0).abs() < 1e-9, "the slowest that it goes");
    room.undo_all();
    assert_eq!(room.text(), before);
    room.button("Panic: end all notes");
    assert!(room.bridge.take_panic());
    room.key(Key::P, Modifiers::COMMAND);
    assert!(room.bridge.take_panic());
}

#[test]
fn in_a_host_the_space_bar_is_the_hosts() {
    let mut room = Room::new(BEAT);
    let before = (room.text(), room.host.turns.borrow().len());
    room.key(Key::Space, NONE);
    assert_eq!((room.text(), room.host.turns.borrow().len()), before);
    room.button("Plays with: host");
    assert_eq!(room.host.turns.borrow().last(), Some(&Turn::Run(crate::params::RunMode::Free)));
}

/// The window's toolkit tells signs and capitals as text, and what is pasted, too.
#[test]
fn keys_that_come_as_text_are_keys() {
    let text = |room: &mut Room, letter: &str| {
        room.harness.event(Event::Text(letter.into()));
        room.harness.step();
        room.harness.step();
    };
    for (letter, after) in [
        ("]", ".x...x...x...x.."),
        ("[", "...x...x...x...x"),
        (".", "....x...x...x..."),
        ("-", "x...x...x...x.."),
        ("=", "x...x...x...x...."),
    ] {
        check(|room| text(room, letter), |desk| on(desk, 0) == after);
    }
    let mut room = Room::new(BEAT);
    for (letter, overlay) in [
        ("?", Overlay::Help),
        ("/", Overlay::Browser),
        (",", Overlay::Settings),
        ("O", Overlay::Song),
    ] {
        room.key(Key::Escape, NONE);
        text(&mut room, letter);
        assert_eq!(room.desk().overlay, overlay, "{letter}");
    }
    check(
        |room| {
            room.harness.event(Event::Cut);
            room.harness.step();
        },
        |desk| on(desk, 0) == "....x...x...x..." && desk.clipboard.len() == 1,
    );
}

#[test]
fn the_keys_of_the_help_are_kept_from_the_host_and_space_is_not() {
    let ours = crate::editor::keys::ours();
    let has = |name: &str| ours.contains(&name.parse().unwrap());
    for key in ["x", "X", "]", "?", "ArrowUp", "Delete", "Tab", "PageDown"] {
        assert!(has(key), "{key}");
    }
    for key in [" ", "F1", "MediaPlay", "~"] {
        assert!(!has(key), "{key}");
    }
}

#[test]
fn the_program_keeps_its_project_for_the_next_start() {
    let folder = Folder::new("session");
    let path = folder.0.join("session.json");
    let open = || {
        let (project, _) = notation::read(BEAT).unwrap();
        let mut room = Room::with(Bridge::with_own_transport(project).0, vec2(1200.0, 760.0));
        room.harness.state_mut().desk.open_session(path.clone());
        room
    };
    let mut room = open();
    room.harness.state_mut().close();
    assert!(!path.exists(), "nothing has been done yet");
    room.click(room.step(0, 1), NONE);
    room.harness.state_mut().close();
    let room = open();
    assert_eq!(on(room.desk(), 0), "xx..x...x...x...");
    drop(room);
    std::fs::write(&path, "junk").unwrap();
    let mut room = open();
    assert!(room.desk().message.as_ref().unwrap().contains("session.json"));
    room.click(room.step(0, 2), NONE);
    room.harness.state_mut().close();
    assert_eq!(std::fs::read_to_string(folder.0.join("session.json~")).unwrap(), "junk");
}

#[test]
fn the_line_at_the_bottom_teaches_what_the_pointer_is_on() {
    let mut room = Room::new(BEAT);
    let says = |room: &Room, words: &str| room.harness.query_by_label_contains(words).is_some();
    let point = |room: &mut Room, at: Pos2| {
        room.harness.event(Event::PointerMoved(at));
        room.harness.step();
        room.harness.step();
    };
    let at = room.at_prefix("Velocity:");
    point(&mut room, at);
    assert!(says(&room, "How hard the step is played."));
    let at = room.at("Undo");
    point(&mut room, at);
    assert!(says(&room, "Nothing has been done yet."));
    room.click(room.step(0, 1), NONE);
    point(&mut room, at);
    assert!(says(&room, "Undo: set steps. Ctrl Z."));
    point(&mut room, pos2(600.0, 750.0));
    assert!(says(&room, "kick, step 2: "));
}

/// The pointer and the wheel reach nothing below an overlay, nor does Tab.
#[test]
fn hands_reach_nothing_below_an_overlay() {
    let mut room = Room::new(BEAT);
    let before = room.text();
    for overlay in [Overlay::Help, Overlay::Browser, Overlay::Pattern, Overlay::Song, Overlay::Menu]
    {
        room.harness.state_mut().desk.overlay = overlay;
        room.harness.step();
        room.wheel(room.step(0, 4), 1.0);
        room.wheel(pos2(1060.0, 204.0), 1.0);
        room.drag(room.step(1, 5), vec2(140.0, 0.0), NONE);
        room.harness.state_mut().desk.overlay = overlay;
        room.harness.step();
        room.harness.event(Event::Cut);
        room.harness.step();
        room.key(Key::ArrowUp, Modifiers::COMMAND);
    }
    for _ in 0..30 {
        // Enter may press the cross of the help, and nothing else.
        room.harness.state_mut().desk.overlay = Overlay::Help;
        room.key(Key::Tab, NONE);
        room.key(Key::Enter, NONE);
    }
    assert_eq!(room.text(), before);
    assert!(room.host.turns.borrow().is_empty(), "{:?}", room.host.turns.borrow());
}

#[test]
fn the_view_and_the_cursor_are_where_something_is() {
    let mut room = Room::new("kick: x...\nhat: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    room.key(Key::ArrowDown, NONE);
    for _ in 0..30 {
        room.key(Key::ArrowRight, NONE);
    }
    assert!(room.desk().first_column > 0 && room.desk().cursor == (1, 30));
    room.key(Key::Num1, NONE);
    assert_eq!(room.desk().cursor, (0, 3));
    let at = room.at("Track 2: hat");
    room.click(at - vec2(40.0, 0.0), NONE);
    assert_eq!(room.desk().cursor, (1, 3));
    room.harness.state_mut().desk.first_column = 16;
    room.harness.state_mut().desk.start_anew();
    room.harness.step();
    assert_eq!((room.desk().first_column, room.desk().first_row), (0, 0));
}

#[test]
fn fill_ends_when_its_key_goes_up_whatever_is_held_by_then() {
    let mut room = Room::new(BEAT);
    let key = |pressed, modifiers| Event::Key {
        key: Key::F,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers,
    };
    for end in [key(false, Modifiers::SHIFT), key(false, NONE), Event::WindowFocused(false)] {
        room.harness.event(key(true, NONE));
        room.harness.step();
        assert!(room.host.performance.get().is_fill);
        room.harness.event(end);
        room.harness.step();
        assert!(!room.host.performance.get().is_fill);
    }
}

#[test]
fn a_middle_drag_moves_the_view_and_nothing_else() {
    let mut room = Room::new("hat: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    let before = room.text();
    let from = room.step(0, 8);
    let button = PointerButton::Middle;
    for (at, pressed) in [(from, true), (from - vec2(180.0, 0.0), false)] {
        room.harness.event(Event::PointerMoved(at));
        room.harness.step();
        room.harness.event(Event::PointerButton { pos: at, button, pressed, modifiers: NONE });
        room.harness.step();
    }
    assert_eq!(room.text(), before);
    assert!(room.desk().first_column > 0);
}

#[test]
fn a_window_without_an_inspector_opens_the_step() {
    let mut room = Room::of_size("lead ch=1: C3 . E3 .", vec2(900.0, 640.0));
    let before = room.text();
    room.key(Key::Enter, NONE);
    assert_eq!(room.desk().overlay, Overlay::Step);
    room.button("Ratchet of 3");
    room.type_into("Velocity:", "77");
    room.button("Condition");
    assert_eq!(room.desk().overlay, Overlay::Condition);
    let step = &room.desk().tracks()[0].steps[0];
    assert_eq!((step.ratchet.hits(), step.velocity.get()), (3, 77));
    room.undo_all();
    assert_eq!(room.text(), before);
    let mut wide = Room::new(BEAT);
    wide.key(Key::Enter, NONE);
    assert_eq!(wide.desk().overlay, Overlay::Condition);
}
