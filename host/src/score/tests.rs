use tresillo_pattern::format::notation;

use super::*;
use crate::cli::PatternArgs;

const RATE: u32 = 48_000;

fn score(text: &str) -> Score {
    let (project, _) = notation::read(text).unwrap();
    of_project(&Playing::new(project, &PatternArgs::default()).unwrap(), RATE)
}

/// Frame, track and message of each note.
fn notes(text: &str) -> Vec<(u64, u16, bool)> {
    score(text)
        .messages
        .iter()
        .filter_map(|message| match message.message {
            Message::NoteOn { .. } => Some((message.frame, message.track, true)),
            Message::NoteOff { .. } => Some((message.frame, message.track, false)),
            _ => None,
        })
        .collect()
}

/// A sixteenth at 120 BPM is 6000 frames, a millisecond 48.
#[test]
fn a_delay_is_rounded_to_a_tick_and_then_to_a_frame() {
    assert_eq!(notes("kick delay=10: . x=100 . ."), [(6480, 0, true), (12_480, 0, false)]);
    assert_eq!(notes("kick delay=-2.5: . x=100 . ."), [(5880, 0, true), (11_880, 0, false)]);
    // 0.6 ms are 23.79 ticks; 5064 ticks are 6130.74 frames.
    assert_eq!(notes("tempo = 118\nkick delay=0.6: . x . .")[0].0, 6131);
}

#[test]
fn what_a_delay_takes_before_the_start_sounds_at_the_start() {
    assert_eq!(notes("kick delay=-20: x=100 . . ."), [(0, 0, true), (6000, 0, false)]);
}

/// A late note of the last step sounds behind the end, and none of a step that is not rendered does.
#[test]
fn delays_take_notes_over_the_end_and_none_in() {
    assert_eq!(notes("kick delay=300: . . . x=100"), [(32_400, 0, true), (38_400, 0, false)]);
    assert_eq!(notes("kick delay=-300: x=100 . . ."), [(0, 0, true), (6000, 0, false)]);
}

/// Two tracks on one key: what is late now ends the other, and each on has its off.
#[test]
fn delayed_tracks_share_a_key_by_the_rules_of_the_queue() {
    let text = "kick delay=50: x=100 . . .\nkick: . x=50 . .";
    let expected = [(2400, 0, true), (6000, 0, false), (6000, 1, true), (9000, 1, false)];
    assert_eq!(notes(text), expected);
}

#[test]
fn locks_are_delayed_with_their_notes_and_come_before_them() {
    let text = "lead ch=2 cc74=64 delay=10: C3{cc74=20} . E3{bend=-100} .";
    let messages: Vec<(u64, Message)> =
        score(text).messages.iter().map(|message| (message.frame, message.message)).collect();
    let cc = |value| Message::ControlChange { controller: 74, value };
    let bend = |value| Message::PitchBend { value };
    let controls: Vec<_> = messages
        .iter()
        .filter(|(_, m)| !matches!(m, Message::NoteOn { .. } | Message::NoteOff { .. }))
        .copied()
        .collect();
    assert_eq!(controls, [(0, cc(20)), (0, bend(0)), (12_480, cc(64)), (12_480, bend(-100))]);
    let place = |wanted: &dyn Fn(&Message) -> bool| {
        messages.iter().position(|(_, message)| wanted(message)).unwrap()
    };
    let first_on = place(&|message| matches!(message, Message::NoteOn { .. }));
    assert!(place(&|message| *message == cc(20)) < first_on);
}

#[test]
fn what_a_channel_cannot_say_of_a_note_is_counted() {
    let score = score("lead ch=2 tuning=0: C3{tuning=50} E3 . G3{pressure=3}");
    let said = |m: &&ScoreMessage| matches!(m.message, Message::NoteExpression { expression, .. } if !expression.is_neutral());
    assert_eq!(score.messages.iter().filter(said).count(), 1);
    let pressures: Vec<Message> = score
        .messages
        .iter()
        .map(|message| message.message)
        .filter(|message| matches!(message, Message::PolyPressure { .. }))
        .collect();
    assert_eq!(pressures.len(), 3);
}
