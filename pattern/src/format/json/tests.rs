use super::{ReadError, read, write};
use crate::document::{Project, Tempo};

fn reread(text: &str) -> Project {
    read(text.as_bytes()).unwrap().0
}

fn refuse(text: &str) -> String {
    read(text.as_bytes()).unwrap_err().to_string()
}

const WITH_EVERYTHING: &str = r#"{
  "format": "tresillo/1",
  "name": "Everything",
  "author": "Tresillo",
  "licence": "CC0-1.0",
  "description": "One of each",
  "seed": 7,
  "tempo": 97.5,
  "metre": "7/8",
  "patterns": [
    {
      "name": "A1",
      "length": "7/2",
      "swing": 66.6667,
      "swing_unit": "1/8",
      "groove": { "unit": "1/16", "offsets": [0, 240, -120], "amount": 80, "later": 1 },
      "humanise": { "timing": 10, "velocity": 20 },
      "scale": "D# dorian",
      "tracks": [
        {
          "id": 3,
          "name": "Keys",
          "port": 2,
          "channel": 16,
          "key": 36,
          "program": 128,
          "base": { "cc0": 1, "cc74": 64, "bend": -8192, "tuning": 12000 },
          "delay_ms": -12.5,
          "step_size": "1/12",
          "direction": "ping-pong",
          "rotation": -1,
          "gates": "x..x",
          "steps": [
            {
              "step": 1,
              "notes": [0, 64, 127],
              "velocity": 1,
              "gate": 12800,
              "articulation": "tie",
              "micro": -120,
              "chance": 0,
              "chance_group": "P",
              "condition": "NOT 3:4",
              "ratchet": 16,
              "span": 1600,
              "ramp": -50,
              "locks": { "cc74": 127, "bend": 8191, "program": 1, "tuning": -1200 }
            },
            { "step": 2, "velocity": 127, "later": [1] }
          ],
          "lanes": [
            {
              "property": "velocity",
              "step_size": "1/8",
              "length": 3,
              "steps": [
                { "step": 1, "velocity": 20 }
              ]
            },
            { "property": "gate", "gates": "x.x" },
            {
              "property": "cc74",
              "length": 2,
              "steps": [
                { "step": 2, "locks": { "cc74": 3 } }
              ]
            }
          ],
          "colour": "ember"
        }
      ],
      "more": null
    }
  ],
  "song": [
    { "pattern": 1, "bars": 4 },
    { "pattern": 1, "bars": 999, "transpose": -12, "mutes": [1, 32], "colour": "sand" }
  ],
  "zoom": [1, 2, 3]
}
"#;

#[test]
fn a_file_with_everything_is_written_as_it_was_read() {
    let project = reread(WITH_EVERYTHING);
    assert_eq!(write(&project), WITH_EVERYTHING);
    assert_eq!(reread(&write(&project)), project);
}

#[test]
fn an_empty_project_is_one_line_and_defaults_are_left_out() {
    assert_eq!(write(&Project::default()), "{ \"format\": \"tresillo/1\" }\n");
}

#[test]
fn a_later_minor_version_keeps_what_is_unknown() {
    let project = reread(r#"{"format": "tresillo/1.4", "morph": 3}"#);
    assert_eq!(write(&project), "{ \"format\": \"tresillo/1\", \"morph\": 3 }\n");
}

/// Tempi of MIDI files are microseconds a quarter note, which few decimals of BPM tell.
#[test]
fn a_tempo_is_read_as_the_number_that_was_written() {
    for microseconds in (60_061..1_000_000).step_by(997) {
        let tempo = Tempo::new(6e7 / f64::from(microseconds)).unwrap();
        let project = Project { tempo, ..Project::default() };
        assert_eq!(reread(&write(&project)), project);
    }
}

/// Beyond the end of a line even an empty list stands on lines of its own, and has both its brackets.
#[test]
fn empty_lists_deep_in_unknown_fields_survive() {
    for (open, close) in [("[", "]"), ("{\"a\": ", "}")] {
        let (open, close) = (open.repeat(60), close.repeat(60));
        for inner in ["[]", "{}"] {
            let project =
                reread(&format!(r#"{{"format": "tresillo/1", "later": {open}{inner}{close}}}"#));
            assert_eq!(reread(&write(&project)), project);
        }
    }
}

#[test]
fn what_is_no_project_is_refused_in_a_sentence() {
    assert!(matches!(read(b"[1,2]").unwrap_err(), ReadError::NoFormat));
    assert!(matches!(read(b"{}").unwrap_err(), ReadError::NoFormat));
    assert!(matches!(
        read(b"{\"format\": \"tresillo/2\"}").unwrap_err(),
        ReadError::OtherFormat { .. }
    ));
    assert!(matches!(read(b"\xff{}").unwrap_err(), ReadError::NotText { byte: 0 }));
    assert_eq!(refuse("{\n \"format\": }"), "line 2, column 12: expected value");
    assert_eq!(
        refuse("{\"format\": \"tresillo/1\",\n\"tempo\": \"fast\"}"),
        "line 2, column 15: invalid type: string \"fast\", expected f64"
    );
}

#[test]
fn what_is_out_of_range_is_refused_with_its_place_and_range() {
    let with = |track: &str| {
        refuse(&format!(
            "{{\"format\": \"tresillo/1\", \"patterns\": [{{\"tracks\": [{{\"id\": 1, {track}}}]}}]}}"
        ))
    };
    let step =
        |fields: &str| with(&format!("\"gates\": \"x.\", \"steps\": [{{\"step\": 2, {fields}}}]"));
    assert_eq!(
        step("\"velocity\": 0"),
        "pattern 1, track 1, step 2: velocity 0 is outside 1 to 127"
    );
    assert_eq!(step("\"notes\": [128]"), "pattern 1, track 1, step 2: key 128 is outside 0 to 127");
    assert_eq!(
        step("\"condition\": \"5:4\""),
        "pattern 1, track 1, step 2: A of a condition A:B 5 is outside 1 to 4"
    );
    assert_eq!(
        with("\"gates\": \"x.\", \"steps\": [{\"step\": 3}]"),
        "pattern 1, track 1: step 3 is outside 1 to 2"
    );
    assert_eq!(
        with("\"channel\": 17, \"gates\": \"x\""),
        "pattern 1, track 1: channel 17 is outside 1 to 16"
    );
    assert_eq!(
        with(&format!("\"gates\": \"{}\"", "x".repeat(129))),
        "pattern 1, track 1: 129 steps, where at most 128 are allowed"
    );
}

#[test]
fn a_control_without_a_base_value_gets_that_of_a_new_instrument() {
    let text = r#"{"format": "tresillo/1", "patterns": [{"tracks": [{"id": 1, "gates": "x", "steps": [
        {"step": 1, "locks": {"cc7": 1, "program": 5}}]}]}]}"#;
    let project = reread(text);
    let track = &project.patterns[0].tracks[0];
    let base: Vec<(String, i16)> =
        track.base.iter().map(|lock| (lock.control().to_string(), lock.shown())).collect();
    assert_eq!(base, [("cc7".to_owned(), 100), ("program".to_owned(), 1)]);
    assert!(write(&project).contains("\"program\": 1,\n"), "{}", write(&project));
}

#[test]
fn a_control_that_there_is_not_is_refused() {
    let with = |field: &str| {
        refuse(&format!(
            "{{\"format\": \"tresillo/1\", \"patterns\": [{{\"tracks\": [{{\"id\": 1, \"gates\": \"x\", {field}}}]}}]}}"
        ))
    };
    assert_eq!(
        with("\"base\": {\"cc123\": 0}"),
        "pattern 1, track 1: controller 123 is outside 0 to 119"
    );
    assert_eq!(
        with("\"steps\": [{\"step\": 1, \"locks\": {\"bend\": 9000}}]"),
        "pattern 1, track 1, step 1: pitch bend 9000 is outside -8192 to 8191"
    );
    assert!(
        with("\"base\": {\"volume\": 1}")
            .starts_with("pattern 1, track 1: base \"volume\" should be like")
    );
    assert!(with("\"base\": {\"program\": 1}").contains("beside \"base\""));
    assert_eq!(
        with("\"delay_ms\": 1000.1"),
        "pattern 1, track 1: delay in ms 1000.1 is outside -1000 to 1000"
    );
}

#[test]
fn two_tracks_with_one_id_are_refused() {
    let text = r#"{"format": "tresillo/1", "patterns": [{"tracks": [{"id": 1, "gates": "x"}, {"id": 1, "gates": "x"}]}]}"#;
    assert!(refuse(text).starts_with("pattern 1, track 2: another track"));
}
