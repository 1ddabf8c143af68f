//! A bounded run of what the example `fuzz_formats` does at length.

use std::path::Path;
use std::time::{Duration, Instant};

use tresillo_pattern::format::notation;
use tresillo_pattern::smf::{self, FileDivision, Print, print};
use tresillo_pattern::{Performance, Tick};

use crate::shared::damage::{Syntax, keeps_syntax};
use crate::shared::{files, mutated, readers};

/// How long a file may take; most take less than a thousandth of it, and machines are noisy.
pub(crate) const AT_MOST: Duration = Duration::from_secs(2);

/// Whether `read` takes `bytes`, which it has to decide in time.
pub(crate) fn take(what: &str, read: fn(&[u8]) -> bool, bytes: &[u8]) -> bool {
    let start = Instant::now();
    let was_read = read(bytes);
    let elapsed = start.elapsed();
    assert!(elapsed < AT_MOST, "{what} took {elapsed:?}");
    was_read
}

/// Damaged versions of `seeds`, of which most of those that keep their syntax are still read.
fn check(
    syntax: Syntax,
    read: fn(&[u8]) -> bool,
    mut seeds: Vec<Vec<u8>>,
    shared: &[(&str, &str)],
) {
    const COUNT: u64 = 400;
    for (folder, extension) in shared {
        let files = files(folder, &[extension]).into_iter().map(|(_, bytes)| bytes);
        seeds.extend(files.filter(|bytes| bytes.len() < 20_000));
    }
    let is_read: Vec<bool> = (0..)
        .zip(mutated(syntax, &seeds, COUNT))
        .map(|(number, bytes): (u64, _)| {
            take(&format!("number {number}"), read, &bytes) && keeps_syntax(number)
        })
        .collect();
    let read_count = is_read.iter().filter(|is_read| **is_read).count();
    assert!(
        read_count > 100,
        "only {read_count} of 200 damaged files were still read: too much damage to mean anything"
    );
}

/// The factory patterns.
fn presets() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../presets/patterns");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let seeds: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
    assert!(seeds.len() > 10);
    seeds
}

const NOTATION: &[&str] = &[
    "name = Beat\ntempo = 104\n[Verse]\nswing = 58\nkick: x... x... x... x...\nsnare: .... X... .... X..o\n",
    "bass ch=2 prog=34 step=1/8: C1 . C1=90 Eb1 | G0+G1 . Bb0v80(2:4) .\n> velocity: v100 v60 v80\n",
    "hat: x?60 x*3 xv80 x>120 | x(2:4) x(NOT FILL) x?50A x*4^200%-50\nclave: E(3,8) E(5,16,2)v90\n",
];

const STEPPY: &str = r#"[{"on": true, "note": true, "numeric_note": 46, "velocity": 51, "duration": 0.5, "channel": 0},
    {"on": false, "note": false}, {"on": true, "note": true, "numeric_note": 127, "velocity": 1, "duration": 1e2, "channel": 15}]"#;

const HYDROGEN: &[&str] = &[
    "<drumkit_pattern><pattern><name>p</name><size>96</size><noteList><note><position>7</position>\
     <leadlag>0.5</leadlag><velocity>0.8</velocity><key>Ef-1</key><length>5</length><instrument>3</instrument>\
     <type>Kick</type><note_off>false</note_off><probability>0.5</probability></note></noteList></pattern>\
     </drumkit_pattern>",
    "<song><bpm>90</bpm><instrumentList><instrument><id>0</id><midiOutNote>36</midiOutNote></instrument>\
     </instrumentList><patternList><pattern><name>a</name><size>48</size><noteList><note><position>1</position>\
     <instrument>0</instrument></note></noteList></pattern></patternList><patternSequence><group>\
     <patternID>a</patternID></group></patternSequence></song>",
];

fn bytes_of(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// The texts in notation as MIDI files.
pub(crate) fn printed() -> Vec<Vec<u8>> {
    let neutral = Performance::default();
    let bytes = |text: &&str| {
        let (project, _) = notation::read(text).unwrap();
        let events = print(&project, &neutral, Print::cycles(&project, &neutral, 2));
        smf::write(&project, &neutral, &events, Tick::ZERO, FileDivision::default())
    };
    NOTATION.iter().map(bytes).collect()
}

#[test]
fn damaged_midi_files_are_read_or_refused() {
    let shared = [("midi/conformance", "mid"), ("midi/music", "mid")];
    check(Syntax::Smf, readers::read_smf, printed(), &shared);
}

#[test]
fn damaged_project_files_are_read_or_refused() {
    check(Syntax::Json, readers::read_json, presets(), &[]);
}

#[test]
fn damaged_notation_is_read_or_refused() {
    check(Syntax::Notation, readers::read_notation, bytes_of(NOTATION), &[]);
}

#[test]
fn damaged_files_of_steppy_are_read_or_refused() {
    check(Syntax::Json, readers::read_steppy, bytes_of(&[STEPPY]), &[("steppy", "json")]);
}

#[test]
fn damaged_files_of_hydrogen_are_read_or_refused() {
    let shared = [("hydrogen/patterns", "h2pattern"), ("hydrogen/songs", "h2song")];
    check(Syntax::Xml, readers::read_hydrogen, bytes_of(HYDROGEN), &shared);
}
