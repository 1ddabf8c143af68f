//! The pointer and the keys.

use super::*;

#[test]
fn a_click_sets_a_step_and_another_clears_it() {
    check(
        |room| room.click(room.step(0, 2), NONE),
        |desk| on(desk, 0) == "x.x.x...x...x..." && desk.cursor == (0, 2),
    );
    check(|room| room.click(room.step(1, 4), NONE), |desk| on(desk, 1) == "............x...");
    // A melodic step takes the note before it.
    check(
        |room| room.click(room.step(2, 5), NONE),
        |desk| desk.tracks()[2].steps[5].keys == desk.tracks()[2].steps[3].keys,
    );
    // A step of an eighth is twice as wide.
    check(|room| room.click(room.step(3, 3), NONE), |desk| on(desk, 3) == "x.xxxxxx");
}

#[test]
fn a_drag_sideways_paints_or_clears_as_one_step_of_undo() {
    let mut room = Room::new(BEAT);
    let before = room.text();
    room.drag(room.step(1, 5), vec2(44.0 * 4.0, 3.0), NONE);
    assert_eq!(on(room.desk(), 1), "....xxxxxx..x...");
    room.drag(room.step(1, 4), vec2(44.0 * 3.0, 0.0), NONE);
    assert_eq!(on(room.desk(), 1), "........xx..x...");
    assert!(room.bridge.undo().is_some() && room.bridge.undo().is_some());
    assert_eq!(room.bridge.undo(), None, "two drags are two steps of undo");
    assert_eq!(room.text(), before);
}

#[test]
fn drags_on_a_note_change_velocity_gate_and_place() {
    let value = |desk: &Desk, lane: Lane| lane.get(&desk.tracks()[0].steps[4], 5040);
    check(
        |room| room.drag(room.step(0, 4), vec2(1.0, 10.0), NONE),
        |desk| (80..=92).contains(&value(desk, Lane::Velocity)),
    );
    check(
        |room| room.drag(room.step(0, 4), vec2(0.0, -10.0), Modifiers::SHIFT),
        |desk| (101..=102).contains(&value(desk, Lane::Velocity)),
    );
    // The note is half of 44 points less 4; its edge is at 20.
    check(
        |room| {
            let edge = pos2(244.0 + 44.0 * 4.0 + 20.0, room.step(0, 4).y);
            room.drag(edge, vec2(22.0, 0.0), NONE);
        },
        |desk| (97..=103).contains(&value(desk, Lane::Gate)),
    );
    check(
        |room| room.drag(room.step(0, 4), vec2(11.0, 0.0), Modifiers::ALT),
        |desk| value(desk, Lane::Micro) == 25,
    );
}

#[test]
fn several_steps_are_chosen_and_move_together() {
    check(
        |room| {
            room.click(room.step(0, 0), Modifiers::COMMAND);
            room.click(room.step(0, 4), Modifiers::COMMAND);
            room.drag(room.step(0, 4), vec2(0.0, 8.0), NONE);
        },
        |desk| {
            let steps = &desk.tracks()[0].steps;
            let [first, second, third] = [0, 4, 8].map(|step| steps[step].velocity.get());
            first == second && second < third
        },
    );
    let mut room = Room::new(BEAT);
    room.click(room.step(0, 1), NONE);
    room.click(room.step(1, 3), Modifiers::SHIFT);
    assert_eq!(room.desk().selection.len(), 6);
}

#[test]
fn escape_takes_a_drag_back() {
    let mut room = Room::new(BEAT);
    let before = room.text();
    room.press(room.step(1, 5), true, NONE);
    for step in 5..9 {
        room.harness.event(Event::PointerMoved(room.step(1, step)));
        room.harness.step();
    }
    assert_ne!(room.text(), before);
    room.key(Key::Escape, NONE);
    room.press(room.step(1, 9), false, NONE);
    assert_eq!(room.text(), before);
    assert_eq!(room.bridge.undo(), None);
}

#[test]
fn the_wheel_over_a_hit_is_its_velocity() {
    check(
        |room| {
            let at = room.step(0, 0);
            room.harness.hover_at(at);
            room.harness.step();
            room.harness.event(Event::MouseWheel {
                unit: egui::MouseWheelUnit::Line,
                delta: vec2(0.0, -1.0),
                modifiers: NONE,
                phase: egui::TouchPhase::Move,
                source: egui::MouseWheelSource::Wheel,
            });
            room.harness.step();
        },
        |desk| desk.tracks()[0].steps[0].velocity.get() == 96,
    );
}

#[test]
fn every_key_does_what_the_help_says() {
    let first = |desk: &Desk| desk.tracks()[0].steps[0].clone();
    type Meant = Box<dyn Fn(&Desk) -> bool>;
    let keys: Vec<(Key, Modifiers, Meant)> = vec![
        (
            Key::Period,
            NONE,
            Box::new(|desk| on(desk, 0) == "....x...x...x..." && desk.cursor.1 == 1),
        ),
        (Key::ArrowUp, Modifiers::ALT, Box::new(move |desk| first(desk).velocity.get() == 104)),
        (Key::ArrowDown, Modifiers::ALT, Box::new(move |desk| first(desk).velocity.get() == 96)),
        (
            Key::ArrowRight,
            Modifiers::ALT,
            Box::new(move |desk| Lane::Micro.get(&first(desk), 5040) == 4),
        ),
        (
            Key::ArrowLeft,
            Modifiers::ALT,
            Box::new(move |desk| Lane::Micro.get(&first(desk), 5040) == -4),
        ),
        (Key::CloseBracket, NONE, Box::new(|desk| on(desk, 0) == ".x...x...x...x..")),
        (Key::OpenBracket, NONE, Box::new(|desk| on(desk, 0) == "...x...x...x...x")),
        (Key::Minus, NONE, Box::new(|desk| desk.tracks()[0].steps.len() == 15)),
        (Key::Equals, NONE, Box::new(|desk| desk.tracks()[0].steps.len() == 17)),
        (Key::D, NONE, Box::new(|desk| desk.tracks()[0].steps.len() == 32)),
        (Key::Delete, NONE, Box::new(|desk| on(desk, 0) == "....x...x...x...")),
    ];
    for (key, modifiers, meant) in keys {
        check(|room| room.key(key, modifiers), |desk| meant(desk));
    }
    check(
        |room| {
            room.key(Key::ArrowRight, NONE);
            room.key(Key::X, NONE);
        },
        |desk| on(desk, 0) == "xx..x...x...x..." && desk.cursor == (0, 2),
    );
    check(
        |room| {
            room.key(Key::Num2, NONE);
            room.key(Key::E, NONE);
        },
        |desk| on(desk, 1) == "x.......x.......",
    );
    let mut room = Room::new(BEAT);
    for (key, lane) in [
        (Key::P, Lane::Pitch),
        (Key::G, Lane::Gate),
        (Key::H, Lane::Chance),
        (Key::R, Lane::Ratchet),
        (Key::T, Lane::Micro),
        (Key::V, Lane::Velocity),
    ] {
        room.key(key, NONE);
        assert_eq!(room.desk().lane, lane);
    }
    room.key(Key::M, NONE);
    assert_eq!(room.host.turns.borrow_mut().pop(), Some(Turn::Mute(0, true)));
    room.key(Key::O, NONE);
    assert_eq!(room.host.turns.borrow_mut().pop(), Some(Turn::Song(true)));
    room.key(Key::Num0, NONE);
    assert_eq!(room.desk().selection.len(), 16);
    room.key(Key::A, Modifiers::COMMAND);
    assert_eq!(room.desk().selection.len(), 16 * 3 + 8);
    room.key(Key::ArrowDown, NONE);
    room.key(Key::ArrowRight, Modifiers::SHIFT);
    assert_eq!(room.desk().selection.len(), 2);
    room.key(Key::Questionmark, NONE);
    assert_eq!(room.desk().overlay, Overlay::Help);
    room.key(Key::Escape, NONE);
    assert_eq!(room.desk().overlay, Overlay::None);
}

#[test]
fn a_lane_is_drawn_with_the_pointer() {
    check(
        |room| {
            // From step 1 to step 16, at the chart's half height.
            room.drag(pos2(260.0, 630.0), vec2(44.0 * 15.0, 0.0), NONE);
        },
        |desk| {
            let velocities: Vec<u8> = [0, 4, 8, 12]
                .iter()
                .map(|step| desk.tracks()[0].steps[*step].velocity.get())
                .collect();
            velocities.iter().all(|velocity| *velocity == velocities[0]) && velocities[0] != 100
        },
    );
}

#[test]
fn more_keys_do_what_the_help_says() {
    let value = |desk: &Desk, lane: Lane| {
        let track = &desk.tracks()[2];
        lane.on(track, &track.steps[0])
    };
    let on_the_bass = |keys: Vec<(Key, Modifiers)>| {
        move |room: &mut Room| {
            room.key(Key::Num3, NONE);
            for (key, modifiers) in keys {
                room.key(key, modifiers);
            }
        }
    };
    let ctrl = Modifiers::COMMAND;
    check(on_the_bass(vec![(Key::ArrowUp, ctrl)]), |desk| value(desk, Lane::Pitch) == 37);
    check(on_the_bass(vec![(Key::ArrowDown, ctrl)]), |desk| value(desk, Lane::Pitch) == 35);
    check(on_the_bass(vec![(Key::ArrowRight, ctrl)]), |desk| value(desk, Lane::Gate) == 55);
    check(on_the_bass(vec![(Key::ArrowLeft, ctrl)]), |desk| value(desk, Lane::Gate) == 45);
    check(on_the_bass(vec![(Key::End, NONE), (Key::X, NONE)]), |desk| {
        on(desk, 2) == "x..x....x......x" && desk.cursor == (2, 15)
    });
    check(on_the_bass(vec![(Key::End, NONE), (Key::Home, NONE), (Key::Period, NONE)]), |desk| {
        on(desk, 2) == "...x....x......."
    });
    check(|room| room.key(Key::Num2, ctrl), |desk| desk.pattern == 1);
    let mut room = Room::new(BEAT);
    room.key(Key::K, NONE);
    assert_eq!(room.desk().overlay, Overlay::Locks, "there is no lock yet");
    room.button("Lock CC 74 Cutoff");
    room.key(Key::V, NONE);
    room.key(Key::K, NONE);
    assert!(matches!(room.desk().lane, Lane::Lock(_)));
    for (key, overlay) in [(Key::O, Overlay::Files), (Key::E, Overlay::Files)] {
        room.key(Key::Escape, NONE);
        room.key(key, ctrl);
        assert_eq!(room.desk().overlay, overlay);
    }
    room.key(Key::Escape, NONE);
    room.key(Key::PageUp, ctrl);
    assert_eq!(room.desk().choices.scale_percent, 125);
    room.key(Key::PageDown, ctrl);
    room.key(Key::PageDown, ctrl);
    assert_eq!(room.desk().choices.scale_percent, 75);
}

#[test]
fn the_lane_has_the_gestures_of_the_help() {
    let velocity = |desk: &Desk, step: usize| desk.tracks()[0].steps[step].velocity.get();
    let bar = |room: &Room, step: u8| {
        pos2(
            244.0 + 44.0 * f32::from(step) + 20.0,
            room.harness.get_by_label("Lane Velocity, drawn").rect().center().y,
        )
    };
    // The wheel over a bar.
    check(
        |room| {
            let at = bar(room, 4);
            room.harness.event(Event::PointerMoved(at));
            room.harness.step();
            room.harness.event(Event::MouseWheel {
                unit: egui::MouseWheelUnit::Line,
                delta: vec2(0.0, 1.0),
                modifiers: NONE,
                phase: egui::TouchPhase::Move,
                source: egui::MouseWheelSource::Wheel,
            });
            room.harness.step();
        },
        |desk| velocity(desk, 4) == 103,
    );
    // Alt: one value for all that are chosen.
    check(
        |room| {
            room.key(Key::Num0, NONE);
            let at = bar(room, 4);
            room.drag(at, vec2(0.0, 20.0), Modifiers::ALT);
        },
        |desk| {
            let values = [0, 4, 8, 12].map(|step| velocity(desk, step));
            values[0] < 64 && values.iter().all(|value| *value == values[0])
        },
    );
    // Shift: a straight line, whatever the pen.
    check(
        |room| {
            let at = bar(room, 0) - vec2(0.0, 40.0);
            room.drag(at, vec2(44.0 * 12.0, 80.0), Modifiers::SHIFT);
        },
        |desk| {
            let values = [0, 4, 8, 12].map(|step| velocity(desk, step));
            values.windows(2).all(|pair| pair[0] > pair[1])
        },
    );
    // The other button: back to the default, of the bar that is under it.
    check(
        |room| {
            room.drag(room.step(0, 8), vec2(0.0, 10.0), NONE);
            let at = bar(room, 8);
            let button = PointerButton::Secondary;
            room.harness.event(Event::PointerMoved(at));
            room.harness.step();
            for pressed in [true, false] {
                room.harness.event(Event::PointerButton {
                    pos: at,
                    button,
                    pressed,
                    modifiers: NONE,
                });
                room.harness.step();
            }
            room.drag(room.step(0, 4), vec2(0.0, 10.0), NONE);
        },
        |desk| velocity(desk, 8) == 100 && velocity(desk, 4) < 100,
    );
}
