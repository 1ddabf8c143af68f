//! The keyboard: everything can be done with it. Space and keys that are not here are the host's.

use egui::{Event, Key, Modifiers, Ui};
use nice_plug_egui::Key as HostKey;

use crate::editor::desk::{Desk, Overlay};
use crate::editor::files::Purpose;
use crate::editor::host::{HostSide, Turn};
use crate::editor::sight::Sight;
use crate::editor::tools::{self, Lane};

/// What the help shows: keys, and what they do.
pub(crate) const KEY_MAP: &[(&str, &str)] = &[
    ("Arrows", "move"),
    ("Shift Arrows", "select"),
    ("X", "hit, and on to the next step"),
    (".", "rest, and on to the next step"),
    ("Alt ↑ ↓", "velocity"),
    ("Alt ← →", "off the grid, earlier and later"),
    ("1 to 8, 0", "choose a track; all steps of it"),
    ("Ctrl ↑ ↓, ← →", "note, gate"),
    ("V P G H R T K", "lanes; K: the next lock"),
    ("L", "lock a controller on the step"),
    ("E", "Euclid: spread the hits evenly"),
    ("U", "tools: humanise, randomise, scale"),
    ("[ ]", "rotate"),
    ("- =", "length"),
    ("D", "double the length"),
    ("C", "condition"),
    ("Enter", "all of the step"),
    ("I", "the track's own settings"),
    ("Q", "the pattern's: swing, scale, groove"),
    ("Page up, down", "scroll sideways"),
    ("Home, End", "first and last step"),
    ("J W", "low rows, follow the playhead"),
    ("Ctrl Page up, down, 0", "scale"),
    ("N", "not"),
    ("M S", "mute, solo"),
    ("B", "look through the patterns"),
    ("F", "fill, while it is held"),
    ("O, Shift O", "song or pattern, song as a list"),
    ("Ctrl O S E", "open, save, export as MIDI"),
    ("Ctrl P", "panic: end all notes"),
    (",", "settings"),
    ("Ctrl 1 to 8", "choose a pattern"),
    ("Delete", "clear the chosen steps"),
    ("Ctrl Z, Ctrl Y", "undo, redo"),
    ("Ctrl C X V A", "copy (as text, too), cut, paste, all"),
    ("Click", "set or clear a step"),
    ("Drag sideways", "paint steps"),
    ("Drag up or down", "velocity of a hit"),
    ("Drag its edge", "gate"),
    ("Alt drag", "off the grid"),
    ("Ctrl click, Shift click", "select"),
    ("Ctrl drag", "copy steps"),
    ("Middle drag", "move what is seen"),
    ("Double click a value", "type it"),
    ("Wheel", "velocity over a hit, else scroll"),
    ("Right click a step", "when it sounds"),
    ("Right click Fill, M, Chance", "learn a controller or a key"),
    ("Escape", "take a drag back, close this"),
];

/// What the keyboard says in a frame.
#[derive(Clone, Debug, PartialEq)]
enum Stroke {
    Key { key: Key, modifiers: Modifiers, is_pressed: bool, repeats: bool },
    Copy,
    Cut,
    Paste(String),
}

/// The keys that are ours: the host gets all others, and the space bar.
const OURS: &str =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-=+[]/?,!@#$%^&*(_";

/// The same for keys that write nothing.
const OURS_NAMED: [&str; 13] = [
    "ArrowUp",
    "ArrowDown",
    "ArrowLeft",
    "ArrowRight",
    "Enter",
    "Tab",
    "Escape",
    "Delete",
    "Backspace",
    "Home",
    "End",
    "PageUp",
    "PageDown",
];

/// The keys that the window keeps from the host.
pub(crate) fn ours() -> Vec<HostKey> {
    let written = OURS.chars().map(|letter| HostKey::Character(letter.to_string()));
    written.chain(OURS_NAMED.iter().filter_map(|name| name.parse().ok())).collect()
}

/// The key that writes a character, where the toolkit tells the character alone (egui-baseview 0.9: all but small letters, digits
/// and the space), and whether it takes Shift.
fn key_of(letter: char) -> Option<(Key, bool)> {
    let key = match letter {
        '.' => Key::Period,
        ',' => Key::Comma,
        '-' => Key::Minus,
        '=' | '+' => Key::Equals,
        '[' => Key::OpenBracket,
        ']' => Key::CloseBracket,
        '/' => Key::Slash,
        '?' => return Some((Key::Questionmark, true)),
        'A'..='Z' => return Key::from_name(&letter.to_string()).map(|key| (key, true)),
        _ => return None,
    };
    Some((key, false))
}

/// The strokes that the toolkit's events mean.
fn strokes(events: &[Event], modifiers: Modifiers) -> Vec<Stroke> {
    let is_told = |wanted: Key| {
        let is_it = |event: &Event| matches!(event, Event::Key { key, pressed: true, .. } if *key == wanted);
        events.iter().any(is_it)
    };
    let pastes = events.iter().any(|event| {
        matches!(event, Event::Key { key: Key::V, pressed: true, modifiers, .. } if modifiers.command)
    }) || modifiers.command;
    let has_text = events.iter().any(|event| match event {
        Event::Paste(_) => true,
        Event::Text(_) => pastes,
        _ => false,
    });
    let mut strokes = Vec::new();
    for event in events {
        match event {
            Event::Copy => strokes.push(Stroke::Copy),
            Event::Cut => strokes.push(Stroke::Cut),
            Event::Paste(text) => strokes.push(Stroke::Paste(text.clone())),
            // So egui-baseview tells what is pasted.
            Event::Text(text) if pastes => strokes.push(Stroke::Paste(text.clone())),
            Event::Text(text) => {
                let mut letters = text.chars();
                let (Some(letter), None) = (letters.next(), letters.next()) else { continue };
                let Some((key, shift)) = key_of(letter).filter(|(key, _)| !is_told(*key)) else {
                    continue;
                };
                let modifiers = Modifiers { shift, ..Modifiers::NONE };
                strokes.push(Stroke::Key { key, modifiers, is_pressed: true, repeats: false });
            }
            // The text that comes with it says more.
            Event::Key { key: Key::V, modifiers, .. } if modifiers.command && has_text => {}
            Event::Key { key, pressed, repeat, modifiers, .. } => strokes.push(Stroke::Key {
                key: *key,
                modifiers: *modifiers,
                is_pressed: *pressed,
                repeats: *repeat,
            }),
            _ => {}
        }
    }
    strokes
}

/// Whether a control beside the grid has the focus: it gets the keys that move and press.
pub(crate) fn is_on_control(ui: &Ui) -> bool {
    let grids = ["grid", "lane chart", "overlay"].map(egui::Id::unique);
    ui.memory(|memory| memory.focused()).is_some_and(|id| !grids.contains(&id))
}

/// Takes the keys of this frame.
pub(crate) fn take(ui: &Ui, desk: &mut Desk, sight: &Sight, host: &dyn HostSide) {
    release_fill(ui, desk, host);
    if ui.ctx().text_edit_focused() {
        return;
    }
    let is_covered = desk.is_covered();
    if ui.memory(|memory| memory.focused()).is_none() {
        // Somebody has to want the keys, or the host gets them, too.
        let id = egui::Id::unique(if is_covered { "overlay" } else { "grid" });
        ui.memory_mut(|memory| memory.request_focus(id));
    }
    let is_on_control = is_on_control(ui);
    let (events, modifiers) = ui.input(|input| (input.events.clone(), input.modifiers));
    for stroke in strokes(&events, modifiers) {
        match stroke {
            // What lies below is not seen.
            Stroke::Copy | Stroke::Cut | Stroke::Paste(_) if is_covered => {}
            Stroke::Copy => {
                let text = desk.copy();
                ui.ctx().copy_text(text);
            }
            Stroke::Cut => {
                let text = desk.copy();
                ui.ctx().copy_text(text);
                desk.clear();
            }
            Stroke::Paste(text) => desk.paste_text(&text),
            Stroke::Key { key, modifiers, .. }
                if is_on_control && is_of_control(key, modifiers) => {}
            Stroke::Key { key: Key::F, modifiers, is_pressed: true, repeats: false }
                if modifiers.is_none() =>
            {
                desk.holds_fill = true;
                host.turn(Turn::Fill(true));
            }
            // Where no host has the space bar, it is ours.
            Stroke::Key { key: Key::Space, modifiers, is_pressed: true, repeats: false } => {
                let own = desk.bridge.own_transport().filter(|_| modifiers.is_none());
                if let Some(own) = own {
                    own.play(!own.is_playing());
                }
            }
            // It takes a drag back, and nothing else.
            Stroke::Key { key: Key::Escape, .. } if ui.ctx().dragged_id().is_some() => {}
            Stroke::Key { key, modifiers, is_pressed: true, .. } => {
                press(desk, sight, host, key, modifiers);
            }
            Stroke::Key { .. } => {}
        }
    }
    // It would press the control that has the focus, and it is the host's.
    ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Space));
}

/// Fill ends when its key goes up, whatever else is held by then, and when nobody would tell us that it does.
fn release_fill(ui: &Ui, desk: &mut Desk, host: &dyn HostSide) {
    let is_over = ui.input(|input| {
        input.events.iter().any(|event| {
            matches!(
                event,
                Event::Key { key: Key::F, pressed: false, .. } | Event::WindowFocused(false)
            )
        })
    });
    if desk.holds_fill && (is_over || ui.ctx().text_edit_focused()) {
        desk.holds_fill = false;
        host.turn(Turn::Fill(false));
    }
}

/// Whether a key is for the control that has the focus.
fn is_of_control(key: Key, modifiers: Modifiers) -> bool {
    let keys = [Key::ArrowUp, Key::ArrowDown, Key::ArrowLeft, Key::ArrowRight, Key::Enter];
    keys.contains(&key) && !modifiers.command && !modifiers.alt
}

fn press(desk: &mut Desk, sight: &Sight, host: &dyn HostSide, key: Key, modifiers: Modifiers) {
    desk.message = None;
    let is_for_all = modifiers.command
        && matches!(
            key,
            Key::Z
                | Key::Y
                | Key::O
                | Key::S
                | Key::E
                | Key::P
                | Key::PageUp
                | Key::PageDown
                | Key::Num0
        );
    if desk.is_covered() && !is_for_all {
        // What lies below is not seen, so nothing is done to it.
        if key == Key::Escape {
            desk.overlay = Overlay::None;
        }
        return;
    }
    let track = desk.cursor.0;
    if modifiers.command {
        match key {
            Key::Z if modifiers.shift => desk.redo(),
            Key::Z => desk.undo(),
            Key::Y => desk.redo(),
            Key::C => drop(desk.copy()),
            Key::V => desk.paste(),
            Key::A => select_all(desk),
            Key::O => desk.choose_file(Purpose::Open),
            Key::S => desk.save_mine(),
            Key::E => desk.choose_file(Purpose::ExportMidi),
            Key::P => desk.panic(),
            Key::PageUp => desk.choices.scale_percent = desk.choices.scale_beside(true),
            Key::PageDown => desk.choices.scale_percent = desk.choices.scale_beside(false),
            Key::Equals | Key::Plus => desk.choices.scale_percent = desk.choices.scale_beside(true),
            Key::Minus => desk.choices.scale_percent = desk.choices.scale_beside(false),
            Key::Num0 => desk.choices.scale_percent = 100,
            Key::ArrowUp | Key::ArrowDown | Key::ArrowLeft | Key::ArrowRight => {
                let places = desk.chosen();
                match key {
                    Key::ArrowUp => desk.move_value(Lane::Pitch, &places, 1),
                    Key::ArrowDown => desk.move_value(Lane::Pitch, &places, -1),
                    Key::ArrowLeft => desk.move_value(Lane::Gate, &places, -5),
                    _ => desk.move_value(Lane::Gate, &places, 5),
                }
            }
            _ => {
                if let Some(number) = digit(key) {
                    desk.show_pattern(number);
                    host.turn(Turn::Pattern(number));
                }
            }
        }
        return;
    }
    if modifiers.alt {
        let places = desk.chosen();
        let by = if modifiers.shift { 1 } else { 4 };
        match key {
            Key::ArrowUp => desk.move_value(Lane::Velocity, &places, by),
            Key::ArrowDown => desk.move_value(Lane::Velocity, &places, -by),
            Key::ArrowLeft => desk.move_value(Lane::Micro, &places, -by),
            Key::ArrowRight => desk.move_value(Lane::Micro, &places, by),
            _ => {}
        }
        return;
    }
    match key {
        Key::Escape if desk.overlay == Overlay::Tools => desk.overlay = Overlay::None,
        Key::Escape => desk.selection.clear(),
        Key::Questionmark => desk.overlay = Overlay::Help,
        Key::ArrowUp => desk.move_cursor(-1, 0, modifiers.shift),
        Key::ArrowDown => desk.move_cursor(1, 0, modifiers.shift),
        Key::ArrowLeft => desk.move_cursor(0, -1, modifiers.shift),
        Key::ArrowRight => desk.move_cursor(0, 1, modifiers.shift),
        Key::X | Key::Period => {
            desk.set_on(&[desk.cursor], key == Key::X);
            desk.move_cursor(0, 1, false);
        }
        Key::V => desk.lane = Lane::Velocity,
        Key::P => desk.lane = Lane::Pitch,
        Key::G => desk.lane = Lane::Gate,
        Key::H => desk.lane = Lane::Chance,
        Key::R => desk.lane = Lane::Ratchet,
        Key::T => desk.lane = Lane::Micro,
        Key::K => next_lock_lane(desk),
        Key::L => desk.overlay = Overlay::Locks,
        Key::U => {
            desk.overlay = match desk.overlay {
                Overlay::Tools => Overlay::None,
                _ => Overlay::Tools,
            };
        }
        Key::Q => desk.overlay = Overlay::Pattern,
        Key::Comma => desk.overlay = Overlay::Settings,
        Key::J => desk.choices.is_folded = !desk.choices.is_folded,
        Key::W => desk.choices.follows = !desk.choices.follows,
        Key::Home => desk.move_cursor(0, -128, modifiers.shift),
        Key::End => desk.move_cursor(0, 128, modifiers.shift),
        Key::E => {
            let hits = desk
                .track()
                .map_or(0, |track| track.steps.iter().filter(|step| step.is_on).count());
            desk.euclid(hits, 0);
        }
        Key::OpenBracket => desk.replace_steps("Rotate", |steps| tools::rotated(steps, -1)),
        Key::CloseBracket => desk.replace_steps("Rotate", |steps| tools::rotated(steps, 1)),
        Key::Minus => {
            desk.longer(-1);
        }
        Key::Equals => {
            desk.longer(1);
        }
        Key::D => desk.replace_steps("Double", tools::doubled),
        Key::I => desk.overlay = Overlay::Track,
        Key::PageUp => desk.scroll_columns(-16),
        Key::PageDown => desk.scroll_columns(16),
        Key::C => desk.overlay = Overlay::Condition,
        Key::Enter => desk.open_step(),
        Key::N => {
            let now = desk.step(desk.cursor).and_then(|step| step.condition);
            if let Some(now) = now {
                desk.set_condition(Some(now.negated()));
            }
        }
        Key::B | Key::Slash => desk.browse(),
        Key::M => host.turn(Turn::Mute(track, !sight.performance.mutes.contains(track))),
        Key::S => {
            let count = desk.tracks().len();
            let mutes = sight.performance.mutes;
            let is_solo = (0..count).all(|other| (other == track) != mutes.contains(other));
            for other in (0..count).filter(|other| *other != track) {
                host.turn(Turn::Mute(other, !is_solo));
            }
            host.turn(Turn::Mute(track, false));
        }
        Key::O if modifiers.shift => desk.overlay = Overlay::Song,
        Key::O => host.turn(Turn::Song(!sight.is_song)),
        Key::Delete | Key::Backspace => desk.clear(),
        Key::Num0 => {
            let length = desk.track().map_or(0, |track| track.steps.len());
            desk.selection = (0..length).map(|step| (track, step)).collect();
        }
        _ => {
            if let Some(number) = digit(key) {
                if modifiers.shift {
                    desk.show_pattern(number);
                    host.turn(Turn::Pattern(number));
                } else if number < desk.tracks().len() {
                    desk.go_to(number);
                    desk.selection.clear();
                }
            }
        }
    }
}

/// The lane of the next control that the track has base values for; without any, one is chosen first.
fn next_lock_lane(desk: &mut Desk) {
    let lanes: Vec<Lane> = desk.track().map(Lane::of).unwrap_or_default();
    let locks: Vec<Lane> = lanes.into_iter().filter(|lane| matches!(lane, Lane::Lock(_))).collect();
    let now = locks.iter().position(|lane| *lane == desk.lane);
    match locks.get(now.map_or(0, |now| now + 1)).or(locks.first()) {
        Some(lane) => desk.lane = *lane,
        None => desk.overlay = Overlay::Locks,
    }
}

fn select_all(desk: &mut Desk) {
    let lengths: Vec<usize> = desk.tracks().iter().map(|track| track.steps.len()).collect();
    desk.selection = lengths
        .iter()
        .enumerate()
        .flat_map(|(track, length)| (0..*length).map(move |step| (track, step)))
        .collect();
}

/// `1` is 0, `8` is 7.
fn digit(key: Key) -> Option<usize> {
    let keys =
        [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8];
    keys.iter().position(|other| *other == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(key: Key, modifiers: Modifiers) -> Event {
        Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }
    }

    #[test]
    fn a_paste_comes_with_its_key_and_is_one_paste() {
        let command = Modifiers::COMMAND;
        let pasted = Stroke::Paste("x..x".into());
        for events in [
            vec![key(Key::V, command), Event::Text("x..x".into())],
            vec![Event::Paste("x..x".into())],
            vec![key(Key::V, command), Event::Paste("x..x".into())],
        ] {
            assert_eq!(strokes(&events, command), std::slice::from_ref(&pasted), "{events:?}");
        }
        // Without anything on the system's clipboard there is our own.
        assert_eq!(strokes(&[key(Key::V, command)], command).len(), 1);
    }

    #[test]
    fn a_sign_that_comes_as_a_key_and_as_text_is_one_stroke() {
        let none = Modifiers::NONE;
        let both = [key(Key::Period, none), Event::Text(".".into())];
        assert_eq!(strokes(&both, none).len(), 1);
        assert_eq!(strokes(&[Event::Text(".".into())], none).len(), 1);
        assert_eq!(strokes(&[Event::Text("x".into())], none).len(), 0, "letters come as keys");
        assert_eq!(strokes(&[Event::Text("two".into())], none).len(), 0);
    }
}
