use super::*;
use crate::document::Program;
use crate::smf::{
    Division, META_TEMPO, META_TIME_SIGNATURE, META_TRACK_NAME, MidiEvent, MidiMessage,
    Voice as Message,
};
use crate::time::PPQ;

/// A note as (tick, channel, key, velocity, length) in a file of 480 ticks a quarter.
pub(super) type Written = (u64, u8, u8, u8, u64);

pub(super) fn track(name: &str, notes: &[Written]) -> MidiTrack {
    let mut events = Vec::new();
    if !name.is_empty() {
        let message = MidiMessage::Meta { kind: META_TRACK_NAME, data: name.as_bytes().to_vec() };
        events.push(MidiEvent { tick: 0, message });
    }
    for (tick, channel, key, velocity, length) in notes.iter().copied() {
        let mut push = |tick, message| {
            events.push(MidiEvent { tick, message: MidiMessage::Voice { channel, message } });
        };
        push(tick, Message::NoteOn { key, velocity });
        push(tick + length, Message::NoteOff { key, velocity: 64 });
    }
    let is_on = |event: &MidiEvent| {
        matches!(event.message, MidiMessage::Voice { message: Message::NoteOn { .. }, .. })
    };
    events.sort_by_key(|event| (event.tick, is_on(event)));
    let end = events.last().map_or(0, |event| event.tick);
    MidiTrack { events, end }
}

pub(super) fn meta(tick: u64, kind: u8, data: &[u8]) -> MidiEvent {
    MidiEvent { tick, message: MidiMessage::Meta { kind, data: data.to_vec() } }
}

pub(super) fn file(tracks: Vec<MidiTrack>) -> MidiFile {
    MidiFile { format: MidiFormat::Parallel, division: Division::Metrical(480), tracks }
}

pub(super) fn import_ok(file: &MidiFile, options: &ImportOptions) -> (Project, Vec<String>) {
    let (project, warnings) = import(file, options).unwrap();
    (project, warnings.iter().map(ToString::to_string).collect())
}

/// (tick of the file, channel, key, velocity) of one pass through the pattern, or of the song.
pub(super) fn sounding(project: &Project) -> Vec<(i64, u8, u8, u8)> {
    let mut notes = Vec::new();
    let is_song = !project.song.slots.is_empty();
    let neutral = crate::Performance { is_song, ..crate::Performance::default() };
    let length = crate::smf::Print::cycles(project, &neutral, 1).window.end.0;
    crate::play(project, &neutral, crate::Window::new(0, length), &mut notes);
    let mut notes: Vec<(i64, u8, u8, u8)> = notes
        .iter()
        .map(|note| {
            let velocity = crate::document::Velocity::from_share(note.velocity).get();
            (note.onset.0 * 480 / PPQ, note.address.channel, note.address.key, velocity)
        })
        .collect();
    notes.sort_unstable();
    notes
}

fn shape(project: &Project) -> Vec<(&str, usize)> {
    let tracks = &project.patterns[0].tracks;
    tracks.iter().map(|track| (track.name.as_str(), track.steps.len())).collect()
}

pub(super) const NEUTRAL: ImportOptions = ImportOptions {
    step_size: StepSize::SIXTEENTH,
    timing: Timing::Keep,
    from: Tick::ZERO,
    to: None,
};

#[test]
fn each_channel_is_a_track_and_each_drum_too() {
    let mut bass = track("Bass", &[(0, 1, 36, 90, 60), (120, 1, 38, 91, 120)]);
    let program =
        MidiMessage::Voice { channel: 1, message: Message::ProgramChange { program: 33 } };
    bass.events.insert(1, MidiEvent { tick: 0, message: program });
    let mut title = track("Song", &[]);
    title.events.push(meta(0, META_TEMPO, &[0x06, 0x1A, 0x80]));
    title.events.push(meta(0, META_TIME_SIGNATURE, &[3, 2, 24, 8]));
    let mut drums =
        track("Kit", &[(0, 9, 36, 100, 10), (480, 9, 38, 101, 10), (240, 9, 87, 102, 10)]);
    let kit = MidiMessage::Voice { channel: 9, message: Message::ProgramChange { program: 8 } };
    drums.events.insert(1, MidiEvent { tick: 0, message: kit });
    let (project, warnings) = import_ok(&file(vec![title, bass, drums]), &NEUTRAL);
    assert_eq!(shape(&project), [("Bass", 12), ("kick", 12), ("snare", 12), ("D#5", 12)]);
    assert_eq!((project.name.as_str(), project.tempo.bpm()), ("Song", 150.0));
    assert_eq!((project.metre.beats, project.metre.unit), (3, 4));
    let bass = &project.patterns[0].tracks[0];
    assert_eq!(bass.program().map(Program::get), Some(33));
    assert_eq!(bass.steps.iter().map(|s| s.gate.percent()).take(2).collect::<Vec<_>>(), [50, 100]);
    assert!(project.patterns[0].tracks[1].steps[0].keys.is_empty());
    let programs: Vec<Option<u8>> =
        project.patterns[0].tracks.iter().map(|track| track.program().map(Program::get)).collect();
    assert_eq!(programs, [Some(33), Some(8), None, None]);
    assert_eq!(warnings, [""; 0]);
    assert_eq!(
        sounding(&project),
        [(0, 1, 36, 90), (0, 9, 36, 100), (120, 1, 38, 91), (240, 9, 87, 102), (480, 9, 38, 101)]
    );
}

#[test]
fn onsets_keep_their_places_or_go_to_the_nearest_step() {
    let played = file(vec![track(
        "",
        &[(7, 0, 60, 1, 50), (110, 0, 62, 2, 50), (420, 0, 64, 3, 50), (1915, 0, 65, 4, 5)],
    )]);
    let (kept, _) = import_ok(&played, &NEUTRAL);
    assert_eq!(
        sounding(&kept),
        [(7, 0, 60, 1), (110, 0, 62, 2), (420, 0, 64, 3), (1915, 0, 65, 4)]
    );
    let (moved, _) = import_ok(&played, &ImportOptions { timing: Timing::Quantise, ..NEUTRAL });
    assert_eq!(
        sounding(&moved),
        [(0, 0, 60, 1), (120, 0, 62, 2), (480, 0, 64, 3), (1920, 0, 65, 4)]
    );
    assert_eq!(shape(&moved), [("Channel 1", 32)], "the last note opens a second bar");
    let micro = |project: &Project| {
        project.patterns[0].tracks[0].steps.iter().all(|s| s.micro_timing.0 == 0)
    };
    assert!(micro(&moved) && !micro(&kept));
}

#[test]
fn chords_are_steps_and_what_differs_lies_beside_them() {
    let chord = file(vec![track(
        "P",
        &[(0, 0, 60, 80, 120), (0, 0, 64, 80, 120), (0, 0, 67, 99, 120), (60, 0, 72, 80, 60)],
    )]);
    let (project, warnings) = import_ok(&chord, &NEUTRAL);
    assert_eq!(shape(&project), [("P", 16), ("P (2)", 16)]);
    assert_eq!(
        sounding(&project),
        [(0, 0, 60, 80), (0, 0, 64, 80), (0, 0, 67, 99), (60, 0, 72, 80)]
    );
    // The second onset, half a step late, took the free step behind.
    assert_eq!(project.patterns[0].tracks[0].steps[1].micro_timing.0, -2520);
    assert_eq!(warnings, [""; 0]);
}

#[test]
fn a_crowded_step_is_told_with_the_size_that_would_hold_it() {
    let roll = file(vec![track(
        "",
        &[(0, 0, 60, 80, 30), (40, 0, 62, 80, 30), (80, 0, 64, 80, 30), (120, 0, 65, 80, 30)],
    )]);
    let (project, warnings) = import_ok(&roll, &NEUTRAL);
    assert_eq!(sounding(&project).len(), 4);
    assert_eq!(
        warnings,
        [
            "pattern 1: 1 notes share a step of 1/16 with an earlier onset and lie in further tracks; steps of 1/32 would hold them"
        ]
    );
    let finer = ImportOptions { step_size: StepSize::new(1, 32).unwrap(), ..NEUTRAL };
    let (project, warnings) = import_ok(&roll, &finer);
    assert_eq!((shape(&project), warnings), (vec![("Channel 1", 32)], vec![]));
    assert_eq!(sounding(&project).len(), 4);
}

#[test]
fn what_would_take_too_many_tracks_is_merged_and_told() {
    // Sixty notes of a velocity each: the last track takes what the others do not, as far as a chord goes.
    let notes: Vec<Written> = (0..60).map(|n| (0, 0, 20 + n, 20 + n, 100)).collect();
    let (project, warnings) = import_ok(&file(vec![track("", &notes)]), &NEUTRAL);
    assert_eq!((shape(&project).len(), sounding(&project).len()), (32, 31 + 16));
    let last = &project.patterns[0].tracks[31].steps[0];
    assert_eq!((last.velocity.get(), last.keys.len()), (48, 16));
    assert!(warnings[0].contains("takes 60 tracks, where there are 32 at most"), "{warnings:?}");
    assert!(
        warnings.iter().any(|text| text.starts_with("pattern 1: 13 notes fall on a step")),
        "{warnings:?}"
    );
    // Rolls of which each would take three tracks: two for each, and a third for as many as there is one.
    let roll = |channel: u8| {
        let notes = [0, 10, 20, 30].map(|tick| (tick, channel, 60, 90, 9));
        track("", &notes)
    };
    let rolls: Vec<MidiTrack> = (0..16).filter(|channel| *channel != DRUMS).map(roll).collect();
    let (project, warnings) = import_ok(&file(rolls), &NEUTRAL);
    assert_eq!((shape(&project).len(), sounding(&project).len()), (32, 15 * 4 - 13));
    assert_eq!(
        warnings[1],
        "pattern 1: 30 notes share a step of 1/16 with an earlier onset and lie in further tracks, but for 13 that are left out; steps of 1/128 would hold them"
    );
    let drums: Vec<Written> = (0..40).map(|n| (u64::from(n) * 120, 9, 20 + n, 100, 10)).collect();
    let (project, warnings) = import_ok(&file(vec![track("Kit", &drums)]), &NEUTRAL);
    assert_eq!((shape(&project), sounding(&project).len()), (vec![("Kit", 48)], 40));
    assert!(warnings.contains(&"pattern 1: the drums of channel 10 are one track, because one a key would be too many".to_owned()), "{warnings:?}");
}

#[test]
fn of_more_tracks_than_a_pattern_has_those_on_one_channel_become_one() {
    let many: Vec<MidiTrack> = (0..33u8)
        .map(|n| track(["Horn", "Tuba", ""][usize::from(n % 3)], &[(0, n % 3, 60 + n, 1, 60)]))
        .collect();
    let (project, warnings) = import_ok(&file(many), &NEUTRAL);
    assert_eq!(shape(&project), [("Horn", 16), ("Tuba", 16), ("Channel 3", 16)]);
    assert_eq!(sounding(&project).len(), 33);
    assert_eq!(
        warnings,
        [
            "pattern 1: 33 tracks of the file, where a pattern has 32; those on one channel become one"
        ]
    );
}

#[test]
fn the_length_is_whole_bars_or_the_part_that_is_chosen() {
    let long: Vec<Written> =
        (0..64).map(|beat| (beat * 480, 0, 60, u8::try_from(beat).unwrap() + 1, 100)).collect();
    let long = file(vec![track("", &long)]);
    let all = ImportOptions { to: Some(Tick(64 * PPQ)), ..NEUTRAL };
    let error = import(&long, &all).unwrap_err();
    assert_eq!(
        error.to_string(),
        "64 beats are 256 steps of 1/16, where a track holds 128: choose a part of 32 beats (from, to) or a longer step size"
    );
    let eighths = ImportOptions { step_size: StepSize::new(1, 8).unwrap(), ..NEUTRAL };
    assert_eq!(shape(&import_ok(&long, &eighths).0), [("Channel 1", 128)]);
    let part = ImportOptions { from: Tick(40 * PPQ), to: Some(Tick(43 * PPQ)), ..NEUTRAL };
    let (project, _) = import_ok(&long, &part);
    assert_eq!(shape(&project), [("Channel 1", 12)]);
    assert_eq!(sounding(&project), [(0, 0, 60, 41), (480, 0, 60, 42), (960, 0, 60, 43)]);
    let empty = ImportOptions { from: Tick(PPQ), to: Some(Tick(PPQ)), ..NEUTRAL };
    assert_eq!(
        import(&long, &empty).unwrap_err().to_string(),
        "the part from beat 1 to beat 1 is empty"
    );
    let behind = ImportOptions { from: Tick(i64::MAX), ..NEUTRAL };
    assert_eq!(import(&long, &behind), Err(ImportError::NoNotes));
    // A file that goes on in silence is as long as its bars, where they fit; one whose last note rings on is not.
    let mut silent = track("", &[(0, 0, 60, 1, 1)]);
    silent.end = 3 * 1920 + 5;
    assert_eq!(shape(&import_ok(&file(vec![silent.clone()]), &NEUTRAL).0), [("Channel 1", 48)]);
    silent.end = 2 * 1920 + 960;
    assert_eq!(shape(&import_ok(&file(vec![silent.clone()]), &NEUTRAL).0), [("Channel 1", 48)]);
    let ringing = track("", &[(0, 0, 60, 1, 1920 + 960)]);
    assert_eq!(shape(&import_ok(&file(vec![ringing]), &NEUTRAL).0), [("Channel 1", 16)]);
    let mut early = track("", &[(1915, 0, 60, 1, 1)]);
    early.end = 1 << 40;
    assert_eq!(shape(&import_ok(&file(vec![early]), &NEUTRAL).0), [("Channel 1", 32)]);
    let full = track("", &[(128 * 120 - 5, 0, 60, 1, 1)]);
    assert_eq!(shape(&import_ok(&file(vec![full]), &NEUTRAL).0), [("Channel 1", 128)]);
    silent.end = 1 << 40;
    assert_eq!(shape(&import_ok(&file(vec![silent]), &NEUTRAL).0), [("Channel 1", 16)]);
}

#[test]
fn independent_pieces_become_patterns() {
    let tracks =
        vec![track("A", &[(0, 0, 60, 1, 1)]), track("", &[]), track("B", &[(480, 0, 62, 1, 1)])];
    let pieces = MidiFile { format: MidiFormat::Sequential, ..file(tracks) };
    let (project, _) = import_ok(&pieces, &NEUTRAL);
    let names: Vec<&str> = project.patterns.iter().map(|pattern| pattern.name.as_str()).collect();
    assert_eq!(names, ["A", "B"]);
}

#[test]
fn what_a_pattern_does_not_hold_is_told() {
    let mut odd = track("", &[(0, 0, 60, 1, 480), (480, 0, 60, 1, 480)]);
    let voice =
        |tick, message| MidiEvent { tick, message: MidiMessage::Voice { channel: 0, message } };
    odd.events.push(voice(960, Message::NoteOn { key: 61, velocity: 5 }));
    odd.events.push(voice(960, Message::NoteOn { key: 61, velocity: 6 }));
    odd.events.insert(3, meta(480, META_TEMPO, &[9, 9, 9]));
    odd.events.insert(3, meta(480, META_TIME_SIGNATURE, &[5, 3, 24, 8]));
    odd.events.insert(3, voice(480, Message::ProgramChange { program: 3 }));
    odd.events.insert(3, voice(480, Message::PitchBend { value: 3 }));
    odd.end = 1920;
    let (project, warnings) = import_ok(&file(vec![odd]), &NEUTRAL);
    assert_eq!(sounding(&project), [(0, 0, 60, 1), (480, 0, 60, 1), (960, 0, 61, 6)]);
    assert_eq!(project.patterns[0].tracks[0].steps[8].gate.percent(), 800);
    assert_eq!(
        warnings,
        [
            "pattern 1: 1 tempo changes are left out; 120.000 BPM is taken",
            "pattern 1: 1 changes of metre are left out; 4/4 is taken",
            "pattern 1: 1 notes without an end are held to the end of their track",
            "pattern 1: 1 notes start twice at once; the later of the two is taken",
            "pattern 1: 1 program changes after the first note are left out",
            "pattern 1: 1 controllers, bends and pressures are left out",
        ]
    );
}

#[test]
fn timecode_is_read_at_120_bpm() {
    let division = Division::Timecode { frames_per_second: 25, ticks_per_frame: 40 };
    let second = MidiFile { division, ..file(vec![track("", &[(1000, 0, 60, 1, 250)])]) };
    let (project, _) = import_ok(&second, &NEUTRAL);
    let mut notes = Vec::new();
    crate::play(
        &project,
        &crate::Performance::default(),
        crate::Window::new(0, 4 * PPQ),
        &mut notes,
    );
    assert_eq!(
        notes.iter().map(|n| (n.onset.0, n.length.0)).collect::<Vec<_>>(),
        [(2 * PPQ, PPQ / 2)]
    );
}

#[test]
fn a_tracks_own_program_counts_before_that_of_others_on_its_channel() {
    let with = |program: Option<u8>| {
        let mut track = track("", &[(0, 0, 60, 1, 100)]);
        let event = |program| MidiEvent {
            tick: 0,
            message: MidiMessage::Voice { channel: 0, message: Message::ProgramChange { program } },
        };
        if let Some(program) = program {
            track.events.insert(0, event(program));
        }
        track
    };
    let (project, _) = import_ok(&file(vec![with(Some(3)), with(Some(7)), with(None)]), &NEUTRAL);
    let programs: Vec<Option<u8>> =
        project.patterns[0].tracks.iter().map(|track| track.program().map(Program::get)).collect();
    assert_eq!(programs, [Some(3), Some(7), Some(7)]);
}

#[test]
fn gates_are_held_inside_their_range_and_told() {
    let gates = |length: u64| {
        let (project, warnings) =
            import_ok(&file(vec![track("", &[(0, 0, 60, 1, length)])]), &NEUTRAL);
        (project.patterns[0].tracks[0].steps[0].gate.percent(), warnings.len())
    };
    assert_eq!(gates(128 * 120), (12_800, 0));
    assert_eq!(gates(128 * 120 + 60), (12_800, 1));
    assert_eq!((gates(6), gates(1)), ((5, 0), (5, 1)));
    // A merged chord is as long as its longest note.
    let notes: Vec<Written> =
        (0..33).map(|n| (0, 0, 60 - n, 10 + n, if n == 32 { 600 } else { 60 })).collect();
    let (project, _) = import_ok(&file(vec![track("", &notes)]), &NEUTRAL);
    let step = &project.patterns[0].tracks[31].steps[0];
    assert_eq!((step.gate.percent(), step.velocity.get(), step.keys.len()), (500, 42, 2));
}
