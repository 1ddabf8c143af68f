//! A pattern printed to a MIDI file and imported again sounds the same notes, over many cycles as a song, and so do real
//! pieces and their parts.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use tresillo_pattern::document::*;
use tresillo_pattern::format::Warning;
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
        print(project, performance, Print { window: Window::new(0, length), tempo_bpm: None })
            .events
            .iter()
            .filter_map(|printed| match printed.event.kind {
                EventKind::NoteOn { velocity } => {
                    let Address { channel, key, .. } = printed.event.address;
                    let velocity = Velocity::from_share(velocity).get();
                    Some((printed.event.tick.0, channel, key, velocity, printed.length.0))
                }
                EventKind::NoteOff | EventKind::Control(_) => None,
            })
            .collect();
    notes.sort_unstable();
    notes
}

/// The song, where there is one.
fn whole(project: &Project) -> Performance {
    Performance { is_song: !project.song.slots.is_empty(), ..Performance::default() }
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
        cycles in prop_oneof![Just(1u32), 2u32..40],
    ) {
        let performance = Performance { is_song: false, ..performance };
        let what = Print::cycles(&project, &performance, cycles);
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
                let found = sounding(&again, &whole(&again), Print::cycles(&again, &whole(&again), 1).window.end.0);
                prop_assert_eq!(found.len(), expected.len(), "{:?}", warnings);
                for (found, expected) in found.iter().zip(&expected) {
                    prop_assert_eq!((found.0, found.1, found.2, found.3), (expected.0, expected.1, expected.2, expected.3));
                    // Half a percent of a step, or the shortest gate of 252 ticks, or the longest of 128 steps.
                    let held = expected.4.min(128 * 5040);
                    let is_near = (found.4 - held).abs() <= 26 || (held < 252 && found.4 <= 252);
                    prop_assert!(is_near, "{:?} {:?}", found, expected);
                }
            }
        }
    }
}

/// The notes of a file that begin before `to`, by a scan of its own: on to the next off or on of the key. Of two at once on
/// one key and channel, that of the later track counts, as when playing.
fn source(file: &MidiFile, to: i64) -> Vec<Sounding> {
    let Division::Metrical(ppq) = file.division else { return Vec::new() };
    let ours = |tick: u64| (tick.cast_signed() * PPQ * 2 + i64::from(ppq)) / (2 * i64::from(ppq));
    let mut notes = BTreeMap::new();
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
                notes.insert((onset, channel, key), (velocity, end - onset));
            }
        }
    }
    let flat =
        |((onset, channel, key), (velocity, length))| (onset, channel, key, velocity, length);
    notes.into_iter().map(flat).collect()
}

/// Compares what an import sounds with the file, from its start to `to`. Where the warnings say that notes were left out,
/// what sounds is in the file, and nearly all of it sounds. How many notes were compared.
fn compare(name: &str, file: &MidiFile, to: i64, project: &Project, warnings: &[Warning]) -> usize {
    let is_loss = |text: &str| {
        text.contains("left out") && text.contains("notes")
            || text.contains("each onset and strength")
    };
    let expected = source(file, to);
    if warnings.iter().any(|warning| is_loss(&warning.text)) {
        let address = |note: &Sounding| (note.0, note.1, note.2);
        let of_file: BTreeSet<_> = expected.iter().map(address).collect();
        let found = sounding(project, &whole(project), to);
        let found: BTreeSet<_> = found.iter().map(address).filter(|note| note.0 < to).collect();
        assert_eq!(
            found.difference(&of_file).next(),
            None,
            "{name}: a note that is not in the file"
        );
        assert!(
            found.len() * 100 >= of_file.len() * 98,
            "{name}: {} of {}",
            found.len(),
            of_file.len()
        );
        return found.len();
    }
    let mut found = sounding(project, &whole(project), to);
    found.retain(|note| note.0 < to);
    // What sounds of two tracks on one key and channel is cut by the queue; onsets are all there.
    let onset = |note: &Sounding| (note.0, note.1, note.2, note.3);
    let differs =
        found.iter().zip(&expected).find(|(found, expected)| onset(found) != onset(expected));
    assert_eq!(differs, None, "{name}, {to} ticks: {warnings:?}");
    assert_eq!(found.len(), expected.len(), "{name}, {to} ticks: {warnings:?}");
    let sixteenth = PPQ / 4;
    let is_free = |note: &&Sounding| {
        let (from, till) = (note.0, note.0 + note.4);
        let overlaps = |other: &&Sounding| {
            (other.1, other.2) == (note.1, note.2)
                && other.0 <= till + 26
                && from <= other.0 + other.4 + 26
        };
        expected.iter().filter(overlaps).count() == 1
    };
    for (found, expected) in found.iter().zip(&expected).filter(|(_, expected)| is_free(expected)) {
        let shown = expected.4.clamp(sixteenth / 20, 128 * sixteenth);
        assert!((found.4 - shown).abs() <= 26, "{name}: {found:?} {expected:?}");
    }
    found.len()
}

#[test]
fn every_note_of_eight_bars_of_real_music_is_kept() {
    let mut kept = 0;
    for (name, bytes) in files("midi/music", &["mid"]) {
        let (file, _) = smf::read(&bytes).unwrap();
        for beats in [4, 8, 32] {
            let to = beats * PPQ;
            let options = ImportOptions { to: Some(Tick(to)), ..ImportOptions::default() };
            match import(&file, &options) {
                Ok((project, warnings)) => kept += compare(&name, &file, to, &project, &warnings),
                Err(ImportError::NoNotes) => {}
                Err(error) => panic!("{name}: {error}"),
            }
        }
    }
    assert!(
        kept > 500 || files("midi/music", &["mid"]).is_empty(),
        "only {kept} notes were compared"
    );
}

#[test]
fn every_note_of_real_pieces_is_in_their_song() {
    let mut kept = 0;
    for (name, bytes) in files("midi/music", &["mid"]) {
        let (file, _) = smf::read(&bytes).unwrap();
        let (project, warnings) = import(&file, &ImportOptions::default()).unwrap();
        let end = project.song.length_ticks(project.metre).0;
        kept += compare(&name, &file, end, &project, &warnings);
    }
    assert!(
        kept > 15_000 || files("midi/music", &["mid"]).is_empty(),
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
