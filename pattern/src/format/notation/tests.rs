use super::{read, write};
use crate::document::Project;

fn reread(text: &str) -> Project {
    read(text).unwrap().0
}

fn refuse(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn what_is_written_canonically_is_written_back_as_it_was() {
    let text = "name = \"Night Bus\"
seed = 7
tempo = 104.5
metre = 7/8
song = A1 4, \"B 1\" 2 +12 mute=1+3, A1 1 -5, 3 1, 4 2, 5 1, \"x, y\" 3, A1 999, A1 999
song = A1 2

[A1]
length = 7/2
swing = 58
swing_unit = 1/8
humanise_timing = 5
humanise_velocity = 10
scale = D# dorian
kick:                                  x... x.o. X...
\"Low Tom\":                             x.
bass ch=2 prog=34 step=1/12 rotate=-1: C1 . C#1v80=90>120?50(2:4)*3 G0+G1<60 | .
> velocity: v20 v60 v110
> condition step=1/4: (NOT PRE) .
> notes: C1+G1 . D1
> length: _ =20/ .
> ratchet: *4^200%-50 .
> gate: x . x
bell ch=1 key=80 port=2:               x.x.

[B 1]
kick dir=ping-pong: x?50C . x(FILL)*3%50 x_

[2]
kick: x

[Same]
kick: x

[Same]
snare: x

[x, y]
kick: x
";
    let (written, warnings) = write(&reread(text));
    assert_eq!(written, text, "\n{written}");
    assert!(warnings.is_empty());
}

#[test]
fn a_length_that_is_no_short_fraction_is_read_back() {
    let mut project = reread("kick: x");
    project.patterns[0].length = Some(crate::time::Ticks(99_994));
    assert_eq!(reread(&write(&project).0), project);
}

#[test]
fn euclid_writes_its_rhythm() {
    let a = reread("kick: E(3,8,1)v90");
    let b = reread("kick: . xv90 . . xv90 . . xv90");
    assert_eq!(a, b);
}

#[test]
fn errors_point_at_the_character() {
    assert_eq!(
        refuse("kick: x..q"),
        "line 1, column 10: \"q\" is no step: x, X, o, a rest (.), a note (C3) or E(3,8)"
    );
    assert_eq!(
        refuse("\nbass: x..."),
        "line 2, column 7: the track has no key for this x: write notes (C3), or key=36 before the colon"
    );
    assert_eq!(refuse("tempo = fast"), "line 1, column 9: \"fast\" should be like 120");
    assert_eq!(refuse("tempo = 0"), "line 1, column 9: tempo 0 is outside 1 to 999");
    assert_eq!(refuse("kick ch=17: x"), "line 1, column 9: channel 17 is outside 1 to 16");
    assert_eq!(
        refuse("é kick ö: x"),
        "line 1, column 3: no option of a track is called \"kick\"; there are ch, port, key, prog, step, dir, rotate, delay and controls such as cc74"
    );
    assert_eq!(refuse("kick: x?101"), "line 1, column 8: percentage 101 is outside 0 to 100");
    assert_eq!(
        refuse("kick: x(9:4)"),
        "line 1, column 8: A of a condition A:B 9 is outside 1 to 4"
    );
    assert_eq!(refuse("kick:"), "line 1, column 6: no steps behind the colon");
    assert!(
        refuse(&format!("kick: {}", "x".repeat(129)))
            .ends_with("129 steps, where at most 128 are allowed")
    );
    assert!(refuse("hello").starts_with("line 1, column 1: not a track"));
}

#[test]
fn a_song_names_patterns_below_it_and_takes_their_length() {
    let project = reread(
        "metre = 3/4\nsong = Verse , Fill 2 mute=2 -3,\nsong=\"Fill\", 1 4 +7 # and out\n[Verse]\nkick: E(4,24)\n[Fill]\nhat: x",
    );
    let slots: Vec<(u8, u16, i8, Vec<usize>)> = project
        .song
        .slots
        .iter()
        .map(|slot| (slot.pattern.0, slot.bars, slot.transpose, slot.mutes.iter().collect()))
        .collect();
    assert_eq!(
        slots,
        [(0, 2, 0, vec![]), (1, 2, -3, vec![1]), (1, 1, 0, vec![]), (0, 4, 7, vec![])]
    );
}

#[test]
fn errors_in_a_song_point_at_the_word() {
    let refuse = |song: &str| refuse(&format!("song = {song}\n[A]\nkick: x\n[Fill in]\nkick: x"));
    assert_eq!(
        refuse("A 4, B 1"),
        "line 1, column 13: no pattern is called \"B\"; there are 1 \"A\", 2 \"Fill in\""
    );
    assert_eq!(
        refuse("3 1"),
        "line 1, column 8: no pattern is called \"3\"; there are 1 \"A\", 2 \"Fill in\""
    );
    assert_eq!(refuse("A 0"), "line 1, column 10: number of bars 0 is outside 1 to 999");
    assert_eq!(refuse("A 4 +200"), "line 1, column 12: transposition 200 is outside -127 to 127");
    assert_eq!(refuse("A mute=1+33"), "line 1, column 15: muted track 33 is outside 1 to 32");
    assert_eq!(
        refuse("A mute=kick"),
        "line 1, column 15: \"kick\" should be like 1+3, as in mute=1+3"
    );
    let example = "Verse 4, or \"Fill in\" 1 +12 mute=1+3";
    assert_eq!(
        refuse("A 4 twice"),
        format!("line 1, column 12: \"twice\" should be like {example}")
    );
    assert_eq!(refuse("A 4,, A 4"), format!("line 1, column 12: \"\" should be like {example}"));
    assert_eq!(refuse(""), format!("line 1, column 8: \"\" should be like {example}"));
    assert_eq!(
        refuse("A, \"A"),
        "line 1, column 11: the quote that begins here does not end on this line"
    );
    assert!(
        refuse(&"A 1,".repeat(257))
            .ends_with("257 slots in the song, where at most 256 are allowed")
    );
    assert_eq!(
        super::read("song = A").unwrap_err().to_string(),
        "line 1, column 8: no pattern is called \"A\"; there are none"
    );
}

#[test]
fn a_sharp_is_no_comment() {
    let project = reread("bass ch=2: C#1 . # a comment");
    assert_eq!(project.patterns[0].tracks[0].steps.len(), 2);
}

#[test]
fn what_notation_cannot_hold_is_told() {
    let text = r#"{"format": "tresillo/1", "patterns": [{"tracks": [
        {"id": 1, "key": 36, "gates": "x.", "steps": [{"step": 2, "velocity": 3}]}]}]}"#;
    let (project, _) = crate::format::json::read(text.as_bytes()).unwrap();
    let (_, warnings) = write(&project);
    assert_eq!(
        warnings[0].to_string(),
        "pattern 1, track 1, step 2: notation cannot hold what a step that is off would play; left out"
    );
}

#[test]
fn fields_of_a_later_version_are_told_at_every_level() {
    let text = r#"{"format": "tresillo/1", "a": 1, "patterns": [{"a": 1, "tracks": [{"id": 1, "a": 1, "gates": ".",
        "steps": [{"step": 1, "a": 1}], "lanes": [{"property": "chance", "length": 1, "a": 1}]}]}]}"#;
    let (project, _) = crate::format::json::read(text.as_bytes()).unwrap();
    let (_, warnings) = write(&project);
    let places: Vec<String> = warnings.iter().map(|warning| warning.place.to_string()).collect();
    let step = "pattern 1, track 1, step 1";
    let track = "pattern 1, track 1";
    assert_eq!(places, ["", "pattern 1", step, track, track], "{warnings:?}");
}

#[test]
fn quotes_and_line_breaks_are_told_and_other_signs_of_names_stay() {
    let mut project = reread("[A]\nkick: x");
    project.description = "says \"no\"\nand goes".to_owned();
    project.patterns[0].name = " a ] # b:c ".to_owned();
    project.patterns[0].tracks[0].name = "x # = : ]".to_owned();
    let (text, warnings) = write(&project);
    assert_eq!(warnings.len(), 1);
    assert_eq!(
        warnings[0].to_string(),
        "notation cannot hold the quotes or line breaks in the description; spaces are written"
    );
    let again = reread(&text);
    assert_eq!(again.patterns, project.patterns);
    assert_eq!(again.description, "says  no  and goes");
}
