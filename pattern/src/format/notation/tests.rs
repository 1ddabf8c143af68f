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

[B1]
kick dir=ping-pong: x?50C . x(FILL)*3%50 x_
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
        "line 1, column 3: no option of a track is called \"kick\"; there are ch, port, key, prog, step, dir and rotate"
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
