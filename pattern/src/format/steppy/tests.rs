use super::*;
use crate::document::Project;
use crate::format::{Warning, notation};
use crate::performance::Performance;
use crate::time::Window;

fn texts(warnings: &[Warning]) -> Vec<String> {
    warnings.iter().map(ToString::to_string).collect()
}

/// Onset, channel, key, velocity and length of one pass.
fn notes(project: &Project) -> Vec<(i64, u8, u8, u8, i64)> {
    let mut notes = Vec::new();
    let length = project.patterns[0].length_ticks().0;
    crate::play(project, &Performance::default(), Window::new(0, length), &mut notes);
    notes
        .iter()
        .map(|note| {
            let velocity = crate::document::Velocity::from_share(note.velocity).get();
            (note.onset.0, note.address.channel, note.address.key, velocity, note.length.0)
        })
        .collect()
}

const LINE: &str = r#"[
  {"on": true, "note": true, "numeric_note": 0, "velocity": 51, "duration": 0.8973026, "channel": 0},
  {"on": false, "note": true, "numeric_note": 127, "velocity": 3, "duration": 1.0, "channel": 0},
  {"on": false, "note": false},
  {"on": true, "note": true, "numeric_note": 43, "velocity": 127, "duration": 0.2, "channel": 0}
]"#;

#[test]
fn what_steppy_has_not_is_told() {
    let text = "humanise_timing = 5\nlead dir=walk prog=3: C3_ . C3/ .\n> velocity: v20 v30";
    let (project, _) = crate::format::notation::read(text).unwrap();
    let (_, warnings) = write(&project.patterns[0]).unwrap();
    let told: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "StepPy neither humanises nor has scales; left out",
            "track 1: 2 steps are tied or slide; they are written by their gate lengths",
            "track 1: StepPy plays forward only; the steps are written in their order",
            "track 1: StepPy has no lanes; the steps are written without them",
            "track 1: StepPy has no programs or locks; they are left out",
        ]
    );
}

#[test]
fn a_line_of_steps_plays_where_it_stands_and_keeps_what_is_off() {
    let (project, warnings) = read(LINE.as_bytes()).unwrap();
    assert_eq!(texts(&warnings), [""; 0]);
    assert_eq!(notes(&project), [(0, 0, 0, 51, 4536), (15120, 0, 43, 127, 1008)]);
    let off = &project.patterns[0].tracks[0].steps[1];
    assert!(!off.is_on);
    assert_eq!(
        (off.keys.iter().next().unwrap().get(), off.velocity.get(), off.gate.percent()),
        (127, 3, 100)
    );
    assert!(project.patterns[0].tracks[0].steps[2].keys.is_empty());
}

#[test]
fn what_was_read_is_written_and_read_the_same() {
    let (project, _) = read(LINE.as_bytes()).unwrap();
    let (text, warnings) = write(&project.patterns[0]).unwrap();
    assert_eq!(texts(&warnings), [""; 0]);
    assert!(looks_like_steppy(text.as_bytes()));
    assert_eq!(read(text.as_bytes()).unwrap().0, project, "{text}");
    assert!(text.contains(
        r#"{"on": true, "note": true, "numeric_note": 0, "velocity": 51, "duration": 0.9, "channel": 0}"#
    ));
}

#[test]
fn each_channel_of_the_line_is_a_track_of_the_same_length() {
    let text = LINE.replacen("\"channel\": 0", "\"channel\": 9", 1);
    let (project, _) = read(text.as_bytes()).unwrap();
    let tracks = &project.patterns[0].tracks;
    assert_eq!(tracks.iter().map(|t| t.steps.len()).collect::<Vec<_>>(), [4, 4]);
    assert_eq!(
        tracks.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(),
        ["Channel 1", "Channel 10"]
    );
    assert_eq!(notes(&project), [(0, 9, 0, 51, 4536), (15120, 0, 43, 127, 1008)]);
    let (again, _) = read(write(&project.patterns[0]).unwrap().0.as_bytes()).unwrap();
    assert_eq!(again, project);
}

#[test]
fn what_is_out_of_range_is_held_inside_and_told() {
    let step = |fields: &str| {
        let text = format!(r#"[{{"on": true, "note": true, {fields}}}]"#);
        let (project, warnings) = read(text.as_bytes()).unwrap();
        let step = project.patterns[0].tracks[0].steps[0].clone();
        (step, texts(&warnings).join("; "))
    };
    let (loud, told) = step(r#""numeric_note": 60, "velocity": 200, "duration": 0, "channel": 0"#);
    assert_eq!((loud.velocity.get(), loud.gate.percent()), (127, 5));
    assert_eq!(told, "pattern 1, step 1: velocity 200 is outside 1 to 127; 127 is taken");
    let (short, told) =
        step(r#""numeric_note": 60, "velocity": 1, "duration": 0.01, "channel": 0"#);
    assert_eq!(short.gate.percent(), 5);
    assert_eq!(
        told,
        "pattern 1, step 1: duration 0.01 is outside 0.05 to 128; 5 % of the step is taken"
    );
    let (none, told) = step(r#""numeric_note": 128, "velocity": 1, "duration": 1, "channel": 0"#);
    assert!(!none.is_on && none.keys.is_empty());
    assert_eq!(
        told,
        "pattern 1, step 1: numeric_note 128 is outside 0 to 127; the step is taken as empty"
    );
    let (first, told) = step(r#""numeric_note": 1, "velocity": 1, "duration": 1, "channel": 16"#);
    assert!(first.is_on);
    assert_eq!(told, "pattern 1, step 1: channel 16 is outside 0 to 15; channel 0 is taken");
}

#[test]
fn what_is_no_line_of_steps_is_refused_with_its_place() {
    let refuse = |text: &str| read(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(refuse("[]"), "no steps: the list is empty");
    assert!(
        refuse("{\"on\": true}")
            .starts_with("line 1, column 0: invalid type: map, expected a list"),
        "{}",
        refuse("{\"on\": true}")
    );
    assert_eq!(refuse("[\n{\"on\": tru"), "line 2, column 10: EOF while parsing a value");
    let long = format!("[{}{{}}]", "{},".repeat(128));
    assert_eq!(refuse(&long), "pattern 1: 129 steps, where at most 128 are allowed");
    // Lists are walked without a stack, objects down to a limit.
    assert!(refuse(&"[".repeat(100_000)).contains("EOF while parsing"));
    assert!(refuse(&format!("[{}", "{\"on\":".repeat(100_000))).contains("recursion limit"));
}

#[test]
fn a_project_file_does_not_look_like_a_line_of_steps() {
    for (text, expected) in [
        (LINE, true),
        ("\u{feff} [ {\"note\": false, \"on\": false", true),
        ("{\"format\": \"tresillo/1\", \"on\": 1}", false),
        ("[]", false),
        ("[1, {\"on\": true}]", false),
        ("[{\"note\": true}, {\"on\": true}]", false),
        ("", false),
    ] {
        assert_eq!(looks_like_steppy(text.as_bytes()), expected, "{text}");
    }
}

#[test]
fn what_a_line_of_steps_cannot_hold_is_told() {
    let text = "swing = 60\nkick: x.x. x>12x?50x*2\nlead ch=2 step=1/8: C3+E3=50 . D3 F3\nfast ch=3 step=1/32: . C3";
    let (project, _) = notation::read(text).unwrap();
    let (text, warnings) = write(&project.patterns[0]).unwrap();
    assert_eq!(
        texts(&warnings),
        [
            "StepPy has no swing; the steps are written straight",
            "track 1: 1 steps have micro-timing; they are written on their places",
            "track 1: 1 steps have ratchets; they are written as one hit",
            "track 1: 1 steps have a chance or a condition; they are written as always sounding",
            "track 2: 3 steps fall where an earlier track has one and are left out",
            "track 3: 8 steps lie between StepPy's sixteenths and are left out",
        ],
        "{text}"
    );
    let lead = "lead ch=2 step=1/8: C3+E3=50 . D3 F3";
    let (project, _) = notation::read(lead).unwrap();
    let (text, warnings) = write(&project.patterns[0]).unwrap();
    assert_eq!(texts(&warnings), ["track 1: 1 chords are written as their first note"]);
    let (again, _) = read(text.as_bytes()).unwrap();
    assert_eq!(
        notes(&again),
        [(0, 1, 60, 100, 5040), (20160, 1, 62, 100, 5040), (30240, 1, 65, 100, 5040)]
    );
}

#[test]
fn a_place_that_nobody_takes_keeps_the_first_step_that_is_off() {
    let (mut project, _) = notation::read("a ch=1: C3 D3 .\nb ch=2: E3 F3 G3").unwrap();
    let tracks = &mut project.patterns[0].tracks;
    for (track, step) in [(0, 1), (1, 1), (1, 2)] {
        tracks[track].steps[step].is_on = false;
    }
    tracks[1].steps[0].is_on = false;
    let (again, _) = read(write(&project.patterns[0]).unwrap().0.as_bytes()).unwrap();
    let keys = |track: usize| -> Vec<Option<u8>> {
        let steps = &again.patterns[0].tracks[track].steps;
        steps.iter().map(|step| step.keys.iter().next().map(crate::document::Key::get)).collect()
    };
    assert_eq!((keys(0), keys(1)), (vec![Some(60), Some(62), None], vec![None, None, Some(67)]));
}
