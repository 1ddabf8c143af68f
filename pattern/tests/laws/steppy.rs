//! StepPy's own files: every note where the file says, and the file again from what was read.

use serde_json::Value;
use tresillo_pattern::document::Velocity;
use tresillo_pattern::format::steppy;
use tresillo_pattern::*;

use crate::shared::damage::Syntax;
use crate::shared::{files, mutated};

#[test]
fn every_note_of_the_shared_files_is_where_the_file_says() {
    for (name, bytes) in files("steppy", &["json"]) {
        assert!(steppy::looks_like_steppy(&bytes), "{name}");
        let (project, warnings) = steppy::read(&bytes).unwrap();
        let source: Vec<Value> = serde_json::from_slice(&bytes).unwrap();
        let number = |step: &Value, field: &str| step[field].as_f64().unwrap();
        let out_of_range = source
            .iter()
            .filter(|step| step["note"] == true)
            .filter(|step| !(1.0..=127.0).contains(&number(step, "velocity")))
            .count();
        assert_eq!(warnings.len(), out_of_range, "{name}: {warnings:?}");

        let mut notes = Vec::new();
        let length = i64::try_from(source.len()).unwrap() * PPQ / 4;
        assert_eq!(project.patterns[0].length_ticks().0, length, "{name}");
        play(&project, &Performance::default(), Window::new(0, length), &mut notes);
        let sounding: Vec<(usize, &Value)> = source
            .iter()
            .enumerate()
            .filter(|(_, step)| step["on"] == true && step["note"] == true)
            .collect();
        assert_eq!(notes.len(), sounding.len(), "{name}");
        for (note, (index, step)) in notes.iter().zip(sounding) {
            let place = format!("{name}, step {}", index + 1);
            assert_eq!(note.onset.0, i64::try_from(index).unwrap() * PPQ / 4, "{place}");
            #[allow(clippy::cast_possible_truncation, reason = "small whole numbers")]
            let exact = |value: f64| value as i64;
            assert_eq!(i64::from(note.address.key), exact(number(step, "numeric_note")), "{place}");
            assert_eq!(i64::from(note.address.channel), exact(number(step, "channel")), "{place}");
            let velocity = exact(number(step, "velocity")).clamp(1, 127);
            assert_eq!(i64::from(Velocity::from_share(note.velocity).get()), velocity, "{place}");
            // A percent of a sixteenth is 50.4 ticks.
            let length = number(step, "duration").max(0.05) * 5040.0;
            #[allow(clippy::cast_precision_loss, reason = "small")]
            let played = note.length.0 as f64;
            assert!((played - length).abs() <= 25.7, "{place}: {note:?}");
        }

        // Off steps keep their notes, and what was read is written and read the same.
        let kept = project.patterns[0].tracks.iter().flat_map(|track| &track.steps);
        let with_note = source.iter().filter(|step| step["note"] == true).count();
        assert_eq!(kept.filter(|step| !step.keys.is_empty()).count(), with_note, "{name}");
        let (text, warnings) = steppy::write(&project.patterns[0]).unwrap();
        assert_eq!(warnings, [], "{name}");
        assert_eq!(steppy::read(text.as_bytes()).unwrap().0, project, "{name}");
    }
}

#[test]
fn no_damage_makes_the_steppy_reader_panic() {
    let mut seeds = vec![
        br#"[{"on": true, "note": true, "numeric_note": 46, "velocity": 51, "duration": 0.5, "channel": 0},
            {"on": false, "note": false}, {"on": true, "note": true, "numeric_note": 127, "velocity": 1, "duration": 1e2, "channel": 15}]"#
            .to_vec(),
    ];
    seeds.extend(files("steppy", &["json"]).into_iter().map(|(_, bytes)| bytes));
    let mut read_count = 0;
    for bytes in mutated(Syntax::Json, &seeds, 2000) {
        let _ = steppy::looks_like_steppy(&bytes);
        if let Ok((project, _)) = steppy::read(&bytes) {
            read_count += 1;
            let (text, _) = steppy::write(&project.patterns[0]).unwrap();
            assert_eq!(steppy::read(text.as_bytes()).unwrap().0, project);
        }
    }
    assert!(
        read_count > 20,
        "only {read_count} damaged files were still read: too much damage to mean anything"
    );
}
