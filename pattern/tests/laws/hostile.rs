//! Files made to hurt: little that claims much, and nesting without end. Each is read or refused at once.

use tresillo_pattern::format::hydrogen;

use crate::damaged::{printed, take};
use crate::shared::readers::{read_hydrogen, read_json, read_notation, read_smf, read_steppy};

/// A pattern of Hydrogen's with `more` behind its only note.
fn pattern_with(more: &str) -> String {
    format!(
        "<drumkit_pattern><pattern><size>96</size><noteList><note><position>0</position></note></noteList>\
         </pattern>{more}</drumkit_pattern>"
    )
}

#[test]
fn xml_nested_ten_thousand_deep_is_read_as_far_as_it_makes_sense() {
    for name in ["a", "pattern", "note"] {
        let deep = format!("<{name}>").repeat(10_000) + &format!("</{name}>").repeat(10_000);
        // Behind a note the rest is left out; before any, there is nothing to keep.
        assert!(take(name, read_hydrogen, pattern_with(&deep).as_bytes()));
        assert!(!take(name, read_hydrogen, format!("<song>{deep}</song>").as_bytes()));
        assert!(!take(name, read_hydrogen, deep.as_bytes()));
        let open = format!("<song>{}", format!("<{name}>").repeat(10_000));
        assert!(!take(name, read_hydrogen, open.as_bytes()));
    }
}

#[test]
fn json_nested_a_hundred_thousand_deep_is_refused() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}0{}", open.repeat(100_000), close.repeat(100_000));
        for deep in [deep, open.repeat(100_000)] {
            let field = format!("{{\"format\": \"tresillo/1\", \"later\": {deep}}}");
            let tracks =
                format!("{{\"format\": \"tresillo/1\", \"patterns\": [{{\"tracks\": {deep}}}]}}");
            for text in [&deep, &field, &tracks] {
                assert!(!take("a project", read_json, text.as_bytes()));
            }
            // A list in a list is a step that is none, and that is told.
            let is_list = deep.ends_with(']');
            assert_eq!(take("a StepPy file", read_steppy, deep.as_bytes()), is_list);
        }
        // What StepPy's steps have beside numbers is passed over without being kept, however deep it is.
        let note = format!("{}0{}", open.repeat(100_000), close.repeat(100_000));
        let step = format!("[{{\"on\": true, \"note\": {note}}}]");
        assert!(take("a StepPy file", read_steppy, step.as_bytes()));
        assert!(!take("a StepPy file", read_steppy, &step.as_bytes()[..step.len() / 2]));
    }
}

#[test]
fn counts_beyond_all_bounds_are_refused_and_not_made_room_for() {
    const COUNT: &str = "99999999999";
    let track = |fields: &str| {
        format!(
            "{{\"format\": \"tresillo/1\", \"patterns\": [{{\"tracks\": [{{\"id\": 1, \"gates\": \"x\", {fields}}}]}}]}}"
        )
    };
    for fields in [
        format!("\"lanes\": [{{\"property\": \"chance\", \"length\": {COUNT}}}]"),
        format!("\"steps\": [{{\"step\": {COUNT}}}]"),
        format!("\"steps\": [{{\"step\": 1, \"ratchet\": {COUNT}}}]"),
        format!("\"steps\": [{{\"step\": 1, \"gate\": {COUNT}}}]"),
        format!("\"rotation\": {COUNT}"),
        format!("\"step_size\": \"{COUNT}/1\""),
    ] {
        assert!(!take(&fields, read_json, track(&fields).as_bytes()), "{fields}");
    }
    // Micro-timing has no bounds, and playing looks no further than it may.
    let fields = format!("\"steps\": [{{\"step\": 1, \"micro\": {COUNT}}}]");
    assert!(take(&fields, read_json, track(&fields).as_bytes()));
    for song in [
        format!("{{\"pattern\": {COUNT}, \"bars\": 1}}"),
        format!("{{\"pattern\": 1, \"bars\": {COUNT}}}"),
    ] {
        let text =
            format!("{{\"format\": \"tresillo/1\", \"patterns\": [{{}}], \"song\": [{song}]}}");
        assert!(!take(&song, read_json, text.as_bytes()), "{song}");
    }
    for text in [
        format!("kick: E({COUNT},{COUNT})"),
        format!("kick: E(3,{COUNT})"),
        format!("kick: x*{COUNT}"),
        format!("kick: x={COUNT}"),
        format!("kick step={COUNT}/1: x"),
        format!("kick rotate={COUNT}: x"),
        format!("length = {COUNT}\nkick: x"),
    ] {
        assert!(!take(&text, read_notation, text.as_bytes()), "{text}");
    }
    let sized = |size: &str| pattern_with("").replace("<size>96", &format!("<size>{size}"));
    assert!(!take("a size", read_hydrogen, sized(COUNT).as_bytes()));
    assert!(take("the longest", read_hydrogen, sized("24576").as_bytes()));
    // StepPy's numbers are held inside what a step can be.
    let steppy = format!(
        "[{{\"on\": true, \"note\": true, \"numeric_note\": 60, \"duration\": {COUNT}, \"channel\": 0}}]"
    );
    assert!(take("a duration", read_steppy, steppy.as_bytes()));
}

#[test]
fn a_line_of_notation_may_be_a_megabyte_long() {
    const LENGTH: usize = 1 << 20;
    let long = |piece: &str| piece.repeat(LENGTH / piece.len());
    for text in [
        format!("kick: x # {}", long("la ")),
        format!("description = \"{}\"\nkick: x", long("la ")),
        format!("kick: {}x", long(" ")),
        format!("kick: x{}", long(" |")),
        format!("lead: C3{}", long("+C3")),
        // Of a mark that stands there twice the last counts.
        format!("kick: x{}", long("v80")),
    ] {
        assert!(take("a long line", read_notation, text.as_bytes()), "{}", &text[..40]);
    }
    for text in [
        long("x"),
        format!("kick: {}", long("x")),
        format!("kick: {}", long("x?50A(1:4)*3")),
        format!("kick: {}", long("E(16,16)")),
        format!("{}: x", long("name")),
        format!("kick{}: x", long(" ch=1 x")),
        format!("[{}]", long("a")),
        format!("name = {}", long("\"")),
        format!("tempo = {}", long("9")),
        format!("> {}: x", long("velocity ")),
    ] {
        assert!(!take("a long line", read_notation, text.as_bytes()), "{}", &text[..40]);
    }
}

#[test]
fn a_midi_file_is_what_it_has_and_not_what_it_claims() {
    for file in printed() {
        // The number of tracks stands in bytes 10 and 11, the length of the first behind "MTrk".
        let claiming = |at: usize, claim: &[u8]| {
            let mut bytes = file.clone();
            bytes[at..at + claim.len()].copy_from_slice(claim);
            bytes
        };
        assert!(take("65535 tracks", read_smf, &claiming(10, &[0xFF, 0xFF])));
        // Its own length takes the last track to the end of the file; the first would take all others with it.
        let last = (0..file.len() - 4).rev().find(|at| file[*at..].starts_with(b"MTrk")).unwrap();
        assert!(take("4 GiB", read_smf, &claiming(last + 4, &[0xFF; 4])));
        assert!(!take("4 GiB", read_smf, &claiming(14 + 4, &[0xFF; 4])));
        assert!(!take("a header of 4 GiB", read_smf, &claiming(4, &[0xFF; 4])));
    }
    let header = b"MThd\0\0\0\x06\0\x01\xFF\xFF\x03\xC0".to_vec();
    let tracks = b"MTrk\0\0\0\0".repeat(65_535);
    assert!(!take("65535 empty tracks", read_smf, &[header, tracks].concat()));
}

#[test]
fn an_entity_bomb_stays_as_small_as_it_is() {
    let mut entities = "<!ENTITY a0 \"ha\">".to_owned();
    for level in 1..40 {
        let name = format!("&a{};", level - 1);
        entities.push_str(&format!("<!ENTITY a{level} \"{}\">", name.repeat(10)));
    }
    let pattern = pattern_with("").replace("<size>", "<name>&a39;&a39;</name><size>");
    for bomb in [
        format!("<!DOCTYPE bomb [{entities}]>{pattern}"),
        format!("<!DOCTYPE bomb [<!ENTITY a39 SYSTEM \"file:///dev/zero\">]>{pattern}"),
        format!("<!DOCTYPE bomb [<!ENTITY a39 \"&a39;\">]>{pattern}"),
    ] {
        assert!(take("an entity bomb", read_hydrogen, bomb.as_bytes()));
        let (read, _) = hydrogen::read(bomb.as_bytes()).unwrap();
        assert_eq!(read.project.patterns[0].name, "??");
    }
}
