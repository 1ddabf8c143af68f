//! A pattern printed to a MIDI file and imported again sounds the same notes, and so does a part of real pieces.

use proptest::prelude::*;
use tresillo_pattern::document::*;
use tresillo_pattern::smf::{
    Division, FileDivision, ImportError, ImportOptions, MidiFile, MidiMessage, Print, Timing,
    Voice, import, print,
};
use tresillo_pattern::*;

use crate::documents::{performance, project};
use crate::shared::damage::Syntax;
use crate::shared::{files, mutated};

/// Onset, channel, key, velocity, length.
type Sounding = (i64, u8, u8, u8, i64);

/// What sounds of the first `length` ticks.
fn sounding(project: &Project, performance: &Performance, length: i64) -> Vec<Sounding> {
    let mut notes: Vec<Sounding> =
        print(project, performance, Print { window: Window::new(0, length) })
            .events
            .iter()
            .filter_map(|printed| match printed.event.kind {
                EventKind::NoteOn { velocity } => {
                    let Address { channel, key, .. } = printed.event.address;
                    let velocity = Velocity::from_share(velocity).get();
                    Some((printed.event.tick.0, channel, key, velocity, printed.length.0))
                }
                EventKind::NoteOff => None,
            })
            .collect();
    notes.sort_unstable();
    notes
}

/// A random document on a grid of sixteenths, of one hit a step.
fn on_sixteenths(mut project: Project) -> Project {
    for track in &mut project.patterns[0].tracks {
        track.step_size = StepSize::SIXTEENTH;
        track.lanes.retain(|lane| lane.property != Property::Ratchet);
        for step in &mut track.steps {
            step.ratchet = Ratchet::default();
        }
    }
    project
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_print_imported_sounds_the_same_notes(
        project in project().prop_map(on_sixteenths),
        performance in performance(),
    ) {
        let performance = Performance { is_song: false, ..performance };
        let what = Print::cycles(&project, &performance, 1);
        let length = what.window.end.0;
        let expected = sounding(&project, &performance, length);
        let printed = print(&project, &performance, what);
        let bytes = smf::write(&project, &performance, &printed, Tick::ZERO, FileDivision::default());
        let (file, _) = smf::read(&bytes).unwrap();
        match import(&file, &ImportOptions::default()) {
            Err(error) => {
                prop_assert_eq!(error, ImportError::NoNotes);
                prop_assert_eq!(expected, vec![]);
            }
            Ok((again, warnings)) => {
                let end = again.patterns[0].length_ticks().0;
                let found = sounding(&again, &Performance::default(), end);
                prop_assert_eq!(found.len(), expected.len(), "{:?}", warnings);
                for (found, expected) in found.iter().zip(&expected) {
                    prop_assert_eq!((found.0, found.1, found.2, found.3), (expected.0, expected.1, expected.2, expected.3));
                    // Half a percent of a step, or the shortest gate of 252 ticks.
                    let is_near = (found.4 - expected.4).abs() <= 26 || (expected.4 < 252 && found.4 <= 252);
                    prop_assert!(is_near, "{:?} {:?}", found, expected);
                }
            }
        }
    }
}

/// The notes of a file that begin before `to`, by a scan of its own: on to the next off or on of the key.
fn source(file: &MidiFile, to: i64) -> Vec<Sounding> {
    let Division::Metrical(ppq) = file.division else { return Vec::new() };
    let ours = |tick: u64| (tick.cast_signed() * PPQ * 2 + i64::from(ppq)) / (2 * i64::from(ppq));
    let mut notes = Vec::new();
    for track in &file.tracks {
        for (index, event) in track.events.iter().enumerate() {
            let MidiMessage::Voice { channel, message: Voice::NoteOn { key, velocity } } =
                event.message
            else {
                continue;
            };
            let is_end = |message: &MidiMessage| match *message {
                MidiMessage::Voice {
                    channel: other,
                    message: Voice::NoteOn { key: k, .. } | Voice::NoteOff { key: k, .. },
                } => (other, k) == (channel, key),
                _ => false,
            };
            let end = track.events[index + 1..].iter().find(|later| is_end(&later.message));
            let end = ours(end.map_or(track.end, |end| end.tick));
            let onset = ours(event.tick);
            if onset < to {
                notes.push((onset, channel, key, velocity, end - onset));
            }
        }
    }
    notes.sort_unstable();
    notes
}

#[test]
fn every_note_of_eight_bars_of_real_music_is_kept() {
    let mut kept = 0;
    for (name, bytes) in files("midi/music", &["mid"]) {
        let (file, _) = smf::read(&bytes).unwrap();
        // Whether it fits or not: no panic, and one sentence.
        if let Err(error) = import(&file, &ImportOptions::default()) {
            assert!(error.to_string().contains("where a track holds 128"), "{name}: {error}");
        }
        for beats in [4, 8, 32] {
            let to = beats * PPQ;
            let options = ImportOptions { to: Some(Tick(to)), ..ImportOptions::default() };
            let (project, warnings) = match import(&file, &options) {
                Ok(read) => read,
                Err(ImportError::NoNotes) => continue,
                Err(error) => panic!("{name}: {error}"),
            };
            if warnings.iter().any(|warning| {
                warning.text.contains("left out") && warning.text.contains("notes")
                    || warning.text.contains("each onset and strength")
            }) {
                continue;
            }
            let expected = source(&file, to);
            let mut found = sounding(&project, &Performance::default(), to);
            found.retain(|note| note.0 < to);
            // What sounds of two tracks on one key and channel is cut by the queue; onsets are all there.
            let onset = |note: &Sounding| (note.0, note.1, note.2, note.3);
            assert_eq!(
                found.iter().map(onset).collect::<Vec<_>>(),
                expected.iter().map(onset).collect::<Vec<_>>(),
                "{name}, {beats} beats: {warnings:?}"
            );
            kept += found.len();
        }
    }
    assert!(
        kept > 500 || files("midi/music", &["mid"]).is_empty(),
        "only {kept} notes were compared"
    );
}

#[test]
fn no_damage_makes_the_import_panic_or_run_wild() {
    let (beat, _) = format::notation::read(
        "kick: x..x..x.\nbass ch=2: C1>30 E1+G1=200 . C2\nfast ch=3 step=1/32: C3*3",
    )
    .unwrap();
    let neutral = Performance::default();
    let printed = print(&beat, &neutral, Print::cycles(&beat, &neutral, 2));
    let mut seeds =
        vec![smf::write(&beat, &neutral, &printed, Tick::ZERO, FileDivision::default())];
    let shared =
        files("midi/conformance", &["mid"]).into_iter().chain(files("midi/music", &["mid"]));
    seeds.extend(shared.map(|(_, bytes)| bytes).filter(|bytes| bytes.len() < 20_000));
    let mut imported = 0;
    for (index, bytes) in mutated(Syntax::Smf, &seeds, 2000).enumerate() {
        let Ok((file, _)) = smf::read(&bytes) else { continue };
        let options = ImportOptions {
            timing: if index % 2 == 0 { Timing::Keep } else { Timing::Quantise },
            to: (index % 3 == 0).then_some(Tick(32 * PPQ)),
            ..ImportOptions::default()
        };
        if let Ok((project, _)) = import(&file, &options) {
            imported += 1;
            for pattern in &project.patterns {
                assert!(pattern.tracks.len() <= 32);
                assert!(pattern.tracks.iter().all(|track| (1..=128).contains(&track.steps.len())));
            }
        }
    }
    assert!(
        imported > 200,
        "only {imported} damaged files were still imported: too much damage to mean anything"
    );
}
