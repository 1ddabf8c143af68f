//! A document survives its files, and a print tells the notes that sound.

use proptest::prelude::*;
use tresillo_pattern::document::*;
use tresillo_pattern::format::{json, notation};
use tresillo_pattern::smf::{FileDivision, MidiMessage, Print, Voice, print};
use tresillo_pattern::*;

use crate::documents::{performance, project};

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn json_holds_every_document(project in project()) {
        let text = json::write(&project);
        let (again, _) = json::read(text.as_bytes()).unwrap();
        prop_assert_eq!(&again, &project);
        prop_assert_eq!(json::write(&again), text);
    }

    #[test]
    fn notation_holds_what_it_does_not_warn_of(project in project()) {
        let (text, warnings) = notation::write(&project);
        let (again, _) = notation::read(&text).unwrap();
        if warnings.is_empty() {
            prop_assert_eq!(&again, &project);
        }
        // Once through, nothing more is lost.
        let (second, warnings) = notation::write(&again);
        prop_assert_eq!(second, text);
        prop_assert!(warnings.is_empty());
    }

    #[test]
    fn a_print_read_back_has_the_notes_that_sound(
        project in project(),
        performance in performance(),
        cycles in 1u32..4,
    ) {
        let what = Print::cycles(&project, &performance, cycles);
        let printed = print(&project, &performance, what);
        let bytes = smf::write(&project, &performance, &printed, Tick::ZERO, FileDivision::default());
        let (file, warnings) = smf::read(&bytes).unwrap();
        prop_assert_eq!(&warnings, &[]);
        let smf::Division::Metrical(ppq) = file.division else { panic!("timecode") };
        let scale = PPQ / i64::from(ppq);
        for (index, track) in file.tracks.iter().skip(1).enumerate() {
            let read: Vec<(i64, u8, Voice)> = track
                .events
                .iter()
                .filter_map(|event| match event.message {
                    MidiMessage::Voice { channel, message } => {
                        Some((event.tick.cast_signed() * scale, channel, message))
                    }
                    _ => None,
                })
                .collect();
            let expected: Vec<(i64, u8, Voice)> = printed
                .events
                .iter()
                .map(|printed| printed.event)
                .filter(|event| usize::from(event.track_index) == index)
                .filter_map(|event| {
                    Some((event.tick.0, event.address.channel, voice(event)?))
                })
                .collect();
            prop_assert_eq!(read, expected);
        }
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in "[\\PC\n]{0,200}") {
        let _ = notation::read(&text);
        let _ = json::read(text.as_bytes());
        let _ = smf::read(text.as_bytes());
    }

    #[test]
    fn no_damage_makes_the_smf_reader_panic_or_run_wild(
        project in project(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
    ) {
        let neutral = Performance::default();
        let printed = print(&project, &neutral, Print::cycles(&project, &neutral, 1));
        let mut bytes = smf::write(&project, &neutral, &printed, Tick::ZERO, FileDivision::default());
        for (place, value) in damage {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        bytes.truncate(cut.index(bytes.len()) + 1);
        if let Ok((file, _)) = smf::read(&bytes) {
            let events: usize = file.tracks.iter().map(|track| track.events.len()).sum();
            prop_assert!(events <= bytes.len());
        }
    }
}

/// The message of an event; a tuning has none.
fn voice(event: Event) -> Option<Voice> {
    let key = event.address.key;
    Some(match event.kind {
        EventKind::NoteOn { velocity } => {
            Voice::NoteOn { key, velocity: Velocity::from_share(velocity).get() }
        }
        EventKind::NoteOff => Voice::NoteOff { key, velocity: 64 },
        EventKind::Control(lock) => {
            let value = lock.value();
            let byte = u8::try_from(value).unwrap_or(0);
            match lock.control() {
                Control::Cc(controller) => {
                    Voice::ControlChange { controller: controller.get(), value: byte }
                }
                Control::Bend => Voice::PitchBend { value },
                Control::Program => Voice::ProgramChange { program: byte },
                Control::Pressure => Voice::PolyPressure { key, pressure: byte },
                _ => return None,
            }
        }
    })
}

#[test]
fn every_track_of_a_document_survives_its_place() {
    let (project, _) = notation::read("kick: x\nlead ch=3: C3").unwrap();
    let keys: Vec<Option<Key>> =
        project.patterns[0].tracks.iter().map(|track| track.destination.key).collect();
    assert_eq!(keys, [Some(Key::new(36).unwrap()), None]);
}
