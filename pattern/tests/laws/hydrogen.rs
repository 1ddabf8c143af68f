//! Hydrogen's own patterns and a song of its: every note where the file says.

use std::collections::BTreeMap;

use tresillo_pattern::document::Velocity;
use tresillo_pattern::format::hydrogen;
use tresillo_pattern::*;

use crate::shared::damage::Syntax;
use crate::shared::{files, mutated};

/// What stands between `<name>` and `</name>`, each time.
fn elements<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let inside = |part: &'a str| part.split(close.as_str()).next().unwrap_or_default();
    text.split(open.as_str()).skip(1).map(inside).collect()
}

fn field<'a>(text: &'a str, name: &str) -> &'a str {
    elements(text, name).first().copied().unwrap_or_default()
}

/// The keys of the kit's kinds in General MIDI.
const KINDS: &[(&str, u8)] = &[
    ("Hand Clap", 39),
    ("Hi-hat Closed", 42),
    ("Hi-hat Pedal", 44),
    ("Hi-hat Semi-Open", 46),
    ("Kick", 36),
    ("Ride Bell", 53),
    ("Ride Bow", 51),
    ("Snare Rimshot", 37),
    ("Snare", 38),
    ("Tom Floor", 41),
    ("Tom Low", 45),
    ("Tom Mid", 47),
];

type Sounding = (i64, u8, u8, u8);

/// Onset, channel, key and velocity of the notes of a pattern, from its text alone.
fn expected(pattern: &str, keys: &BTreeMap<i64, u8>) -> Vec<Sounding> {
    let mut notes: Vec<Sounding> = elements(pattern, "note")
        .iter()
        .map(|note| {
            assert_eq!(
                [
                    field(note, "leadlag"),
                    field(note, "key"),
                    field(note, "note_off"),
                    field(note, "probability")
                ],
                ["0", "C0", "false", "1"],
                "these files have none of that"
            );
            let position: i64 = field(note, "position").parse().unwrap();
            let velocity: f32 = field(note, "velocity").parse().unwrap();
            let key = match keys.get(&field(note, "instrument").parse().unwrap()) {
                Some(key) => *key,
                None => KINDS.iter().find(|(kind, _)| *kind == field(note, "type")).unwrap().1,
            };
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 127")]
            let velocity = (velocity * 127.0).round().max(1.0) as u8;
            (position * 420, 9, key, velocity)
        })
        .collect();
    notes.sort_unstable();
    notes.dedup();
    notes
}

fn check(name: &str, text: &str) -> usize {
    let (read, warnings) = hydrogen::read(text.as_bytes()).unwrap();
    let keys: BTreeMap<i64, u8> = elements(text, "instrument")
        .iter()
        .filter(|instrument| instrument.contains("<midiOutNote>"))
        .map(|of| (field(of, "id").parse().unwrap(), field(of, "midiOutNote").parse().unwrap()))
        .collect();
    let sources = elements(text, "pattern");
    assert_eq!(read.project.patterns.len(), sources.len(), "{name}");
    let mut count = 0;
    for (index, source) in sources.iter().enumerate() {
        let performance = Performance {
            pattern: PatternIndex(u8::try_from(index).unwrap()),
            ..Performance::default()
        };
        let length = field(source, "size").parse::<i64>().unwrap() * 420;
        let pattern = &read.project.patterns[index];
        assert_eq!(
            (pattern.name.as_str(), pattern.length_ticks().0),
            (field(source, "name"), length),
            "{name}"
        );
        let mut notes = Vec::new();
        play(&read.project, &performance, Window::new(0, length), &mut notes);
        let mut played: Vec<Sounding> = notes
            .iter()
            .map(|note| {
                let velocity = Velocity::from_share(note.velocity).get();
                (note.onset.0, note.address.channel, note.address.key, velocity)
            })
            .collect();
        played.sort_unstable();
        assert_eq!(played, expected(source, &keys), "{name}, pattern {}: {warnings:?}", index + 1);
        count += played.len();

        // The second pass is the first again.
        let mut again = Vec::new();
        play(&read.project, &performance, Window::new(length, 2 * length), &mut again);
        let first: Vec<i64> = notes.iter().map(|note| note.onset.0 + length).collect();
        assert_eq!(again.iter().map(|note| note.onset.0).collect::<Vec<_>>(), first, "{name}");
    }
    count
}

#[test]
fn every_note_of_the_shared_files_is_where_the_file_says() {
    for (folder, extension) in [("hydrogen/patterns", "h2pattern"), ("hydrogen/songs", "h2song")] {
        for (name, bytes) in files(folder, &[extension]) {
            assert!(check(&name, std::str::from_utf8(&bytes).unwrap()) > 0, "{name}");
        }
    }
}

#[test]
fn the_shared_song_plays_its_patterns_in_order() {
    for (name, bytes) in files("hydrogen/songs", &["h2song"]) {
        let text = std::str::from_utf8(&bytes).unwrap();
        let (read, _) = hydrogen::read(&bytes).unwrap();
        let names: Vec<Vec<&str>> = read
            .sequence
            .iter()
            .map(|group| {
                group.iter().map(|index| read.project.patterns[*index].name.as_str()).collect()
            })
            .collect();
        let groups = elements(field(text, "patternSequence"), "group");
        let expected: Vec<Vec<&str>> =
            groups.iter().map(|group| elements(group, "patternID")).collect();
        assert_eq!(names, expected, "{name}");
        let bpm: f64 = field(text, "bpm").parse().unwrap();
        assert!((read.project.tempo.bpm() - bpm).abs() < 1e-9, "{name}");
    }
}

#[test]
fn no_damage_makes_the_hydrogen_reader_panic_or_run_wild() {
    let mut seeds = vec![
        b"<drumkit_pattern><pattern><name>p</name><size>96</size><noteList><note><position>7</position>\
          <leadlag>0.5</leadlag><velocity>0.8</velocity><key>Ef-1</key><length>5</length><instrument>3</instrument>\
          <type>Kick</type><note_off>false</note_off><probability>0.5</probability></note></noteList></pattern></drumkit_pattern>"
            .to_vec(),
        b"<song><bpm>90</bpm><instrumentList><instrument><id>0</id><midiOutNote>36</midiOutNote></instrument>\
          </instrumentList><patternList><pattern><name>a</name><size>48</size><noteList><note><position>1</position>\
          <instrument>0</instrument></note></noteList></pattern></patternList><patternSequence><group><patternID>a</patternID>\
          </group></patternSequence></song>"
            .to_vec(),
    ];
    seeds.extend(files("hydrogen/patterns", &["h2pattern"]).into_iter().map(|(_, bytes)| bytes));
    let mut read_count = 0;
    for bytes in mutated(Syntax::Xml, &seeds, 2000) {
        if let Ok((read, _)) = hydrogen::read(&bytes) {
            read_count += 1;
            let mut notes = Vec::new();
            play(&read.project, &Performance::default(), Window::new(0, 4 * PPQ), &mut notes);
            assert!(read.project.patterns.iter().all(|pattern| pattern.tracks.len() <= 32));
        }
    }
    assert!(
        read_count > 200,
        "only {read_count} damaged files were still read: too much damage to mean anything"
    );
}
