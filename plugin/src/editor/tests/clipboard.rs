//! Steps that are taken along, inside the window and as text.

use tresillo_pattern::document::Control;

use super::rooms::steps;
use super::*;

#[test]
fn steps_are_copied_and_pasted_as_text() {
    let mut room = Room::new(BEAT);
    room.key(Key::Num0, NONE);
    let text = room.harness.state_mut().desk.copy();
    assert!(text.starts_with("kick") && text.contains('x'), "{text}");
    check(
        |room| {
            room.harness.event(Event::Paste("x..x..x.".into()));
            room.harness.step();
        },
        |desk| on(desk, 0) == "x..x..x.x...x...",
    );
    check(
        |room| {
            room.key(Key::Num3, NONE);
            room.harness.event(Event::Paste("lead: C3 . E3v90=150(1:2)\n".into()));
            room.harness.step();
        },
        |desk| steps(desk, 2)[2].velocity.get() == 90 && steps(desk, 2)[2].condition.is_some(),
    );
    let before = room.text();
    room.harness.event(Event::Paste("hello: there!".into()));
    room.harness.step();
    assert!(room.desk().message.as_ref().unwrap().contains("no notation"));
    assert_eq!(room.text(), before);
    // What the copied text came from is pasted as it was, also where a rest holds something.
    check(
        |room| {
            room.click(room.step(0, 0), Modifiers::COMMAND);
            room.click(room.step(1, 4), Modifiers::COMMAND);
            let text = room.harness.state_mut().desk.copy();
            room.key(Key::Escape, NONE);
            room.key(Key::Num1, NONE);
            for _ in 0..3 {
                room.key(Key::ArrowLeft, NONE);
            }
            room.harness.event(Event::Paste(text));
            room.harness.step();
        },
        |desk| on(desk, 0).starts_with("xx") && on(desk, 1).starts_with("....xx.."),
    );
    // Steps that lock a controller bring its base value along.
    let cutoff = Control::cc(74).unwrap();
    check(
        |room| {
            room.harness.event(Event::Paste("a ch=1 cc74=20: C3{cc74=90}".into()));
            room.harness.step();
        },
        |desk| desk.tracks()[0].base.get(cutoff).is_some() && !steps(desk, 0)[0].locks.is_empty(),
    );
}

#[test]
fn steps_are_copied_by_a_drag_with_ctrl() {
    check(
        |room| room.drag(room.step(0, 4), vec2(44.0 * 2.0, 52.0), Modifiers::COMMAND),
        |desk| on(desk, 1) == "....x.x.....x..." && on(desk, 0) == "x...x...x...x...",
    );
}
