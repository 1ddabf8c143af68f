//! Saved files are a promise: a sample of each version opens, is written back and plays as on the day it was saved.
//!
//! The samples and what they play lie in `tests/golden/format`. They are never rewritten, also not by
//! `cargo xtask golden`: a test that fails here says that people's files have changed.

use std::fmt::Write;

use tresillo_pattern::document::Velocity;
use tresillo_pattern::format::json;
use tresillo_pattern::smf::{Print, print};
use tresillo_pattern::{EventKind, PatternIndex, Performance, Project};

fn golden(name: &str) -> String {
    let path = format!("{}/../tests/golden/format/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The first two cycles of every pattern, without fill and with it, and the song: a line for each note-on and note-off.
fn listing(project: &Project) -> String {
    let mut out = "tick\ttrack\tchannel\tkind\tkey\tvelocity\tlength\n".to_owned();
    let mut list = |title: &str, performance: &Performance| {
        writeln!(out, "# {title}").unwrap();
        for printed in print(project, performance, Print::cycles(project, performance, 2)).events {
            let event = printed.event;
            // What later versions send beside notes is no part of the promise.
            let (kind, velocity) = if let EventKind::NoteOn { velocity } = event.kind {
                ("note-on", Velocity::from_share(velocity).get())
            } else if event.kind == EventKind::NoteOff {
                ("note-off", 0)
            } else {
                continue;
            };
            let (tick, track) = (event.tick.0, event.track_index + 1);
            let (channel, key) = (event.address.channel + 1, event.address.key);
            let length = printed.length.0;
            writeln!(out, "{tick}\t{track}\t{channel}\t{kind}\t{key}\t{velocity}\t{length}")
                .unwrap();
        }
    };
    for (index, pattern) in (0..).zip(&project.patterns) {
        let performance = Performance { pattern: PatternIndex(index), ..Performance::default() };
        list(&pattern.name, &performance);
        list(&format!("{}, fill", pattern.name), &Performance { is_fill: true, ..performance });
    }
    list("Song", &Performance { is_song: true, ..Performance::default() });
    out
}

/// Line by line, so that a difference is told by its line.
fn check(found: &str, expected: &str) {
    for (line, (found, expected)) in (1..).zip(found.lines().zip(expected.lines())) {
        assert_eq!(found, expected, "line {line}");
    }
    assert_eq!(found.len(), expected.len());
}

#[test]
fn a_file_of_version_1_is_what_it_was() {
    let text = golden("tresillo-1.json");
    let (project, warnings) = json::read(text.as_bytes()).unwrap();
    assert_eq!(warnings, []);
    check(&json::write(&project), &text);
    check(&listing(&project), &golden("tresillo-1.events.txt"));
}
