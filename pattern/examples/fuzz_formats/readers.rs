//! What is done with each file that is fuzzed: read, and what was read is played, written and read again.
//!
//! The example, the laws and the targets of cargo-fuzz call the same five functions.

use tresillo_pattern::document::TrackId;
use tresillo_pattern::format::{grid, hydrogen, json, notation, steppy};
use tresillo_pattern::limits::{
    LANES_MAX, NAME_MAX, PATTERNS_MAX, SLOTS_MAX, STEPS_MAX, TRACKS_MAX,
};
use tresillo_pattern::smf::{self, ImportOptions, Timing};
use tresillo_pattern::{NoteBuffer, PPQ, PatternIndex, Performance, Project, Tick, Window, play};

/// Reads a MIDI file and makes patterns of it; whether that could be done.
pub(crate) fn read_smf(bytes: &[u8]) -> bool {
    let Ok((file, _)) = smf::read(bytes) else { return false };
    let event_count: usize = file.tracks.iter().map(|track| track.events.len()).sum();
    assert!(event_count <= bytes.len(), "{event_count} events in {} bytes", bytes.len());
    let tempi = smf::TempoMap::new(&file, None);
    let last = file.tracks.iter().map(|track| track.end).max().unwrap_or(0);
    assert!(tempi.seconds_of(last).is_finite() && tempi.frame_of(0, 48_000) == 0);
    let to = Some(Tick(32 * PPQ));
    let ways = [
        ImportOptions::default(),
        ImportOptions { to, ..ImportOptions::default() },
        ImportOptions { to, timing: Timing::Quantise, ..ImportOptions::default() },
    ];
    let mut is_imported = false;
    for options in ways {
        if let Ok((project, _)) = smf::import(&file, &options) {
            check(&project, bytes.len());
            is_imported = true;
        }
    }
    is_imported
}

/// Reads a project file; whether it could be read.
pub(crate) fn read_json(bytes: &[u8]) -> bool {
    json::read(bytes).is_ok_and(|(project, _)| check(&project, bytes.len()))
}

/// Reads notation; whether it could be read. What is no text is read as if each wrong byte were a sign of its own.
pub(crate) fn read_notation(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    notation::read(&text).is_ok_and(|(project, _)| check(&project, bytes.len()))
}

/// Reads a StepPy file; whether it could be read.
pub(crate) fn read_steppy(bytes: &[u8]) -> bool {
    let _ = steppy::looks_like_steppy(bytes);
    let Ok((project, _)) = steppy::read(bytes) else { return false };
    for pattern in &project.patterns {
        if let Ok((text, _)) = steppy::write(pattern) {
            assert!(steppy::read(text.as_bytes()).is_ok(), "what was written is refused: {text}");
        }
    }
    check(&project, bytes.len())
}

/// Reads a file of Hydrogen's; whether it could be read.
pub(crate) fn read_hydrogen(bytes: &[u8]) -> bool {
    let Ok((read, _)) = hydrogen::read(bytes) else { return false };
    let patterns = read.project.patterns.len();
    assert!(read.sequence.iter().flatten().all(|index| *index < patterns), "a group leads nowhere");
    check(&read.project, bytes.len())
}

/// Plays a little of every pattern and of the song, and writes the whole in every way; always true.
///
/// # Panics
/// If it is larger than a project may be, or is not read back as it was written.
fn check(project: &Project, input_bytes: usize) -> bool {
    check_size(project);
    let performances = (0..project.patterns.len()).map(|index| Performance {
        pattern: PatternIndex(u8::try_from(index).unwrap_or(u8::MAX)),
        ..Performance::default()
    });
    let song = Performance { is_song: true, ..Performance::default() };
    let mut notes = NoteBuffer::with_capacity(10_000);
    for performance in performances.take(8).chain([song]) {
        play(project, &performance, Window::new(-30_000, 90_000), &mut notes);
    }
    for pattern in &project.patterns {
        assert!(!grid::write(pattern).is_empty());
    }

    let text = json::write(project);
    let tracks: usize = project.patterns.iter().map(|pattern| pattern.tracks.len()).sum();
    let most = TEXT_BYTES_MOST + TEXT_BYTES_PER_BYTE * input_bytes + TEXT_BYTES_PER_TRACK * tracks;
    assert!(text.len() <= most, "{} bytes from {input_bytes}", text.len());
    match json::read(text.as_bytes()) {
        Ok((again, _)) => assert!(again == *project, "read back as another project"),
        Err(error) => panic!("what was written is refused: {error}"),
    }
    let (text, warnings) = notation::write(project);
    match notation::read(&text) {
        Ok((again, _)) => {
            assert!(
                !warnings.is_empty() || again == numbered(project),
                "notation of another project"
            );
        }
        Err(error) => panic!("notation that was written is refused: {error}"),
    }
    true
}

/// The same with the ids that notation gives: tracks are counted from 1.
fn numbered(project: &Project) -> Project {
    let mut project = project.clone();
    for pattern in &mut project.patterns {
        for (id, track) in (1..).zip(&mut pattern.tracks) {
            track.id = TrackId(id);
        }
    }
    project
}

/// What a project file may take beside what its source takes: a pattern of Hydrogen's may be a few words and 128 steps.
const TEXT_BYTES_MOST: usize = 1 << 16;
/// What a project file may take for each track: the sections of a long MIDI file all have all its tracks, of 128 steps each.
const TEXT_BYTES_PER_TRACK: usize = 400;
/// What a project file may take for each byte of its source: lists in lists are written with their indentation.
const TEXT_BYTES_PER_BYTE: usize = 200;

fn check_size(project: &Project) {
    let is_name = |name: &str| name.chars().count() <= NAME_MAX;
    assert!(project.patterns.len() <= PATTERNS_MAX && project.song.slots.len() <= SLOTS_MAX);
    assert!(
        [&project.name, &project.author, &project.licence].into_iter().all(|name| is_name(name))
    );
    for pattern in &project.patterns {
        assert!(pattern.tracks.len() <= TRACKS_MAX && is_name(&pattern.name));
        for track in &pattern.tracks {
            assert!((1..=STEPS_MAX).contains(&track.steps.len()) && is_name(&track.name));
            assert!(track.lanes.len() <= LANES_MAX);
            assert!(track.lanes.iter().all(|lane| (1..=STEPS_MAX).contains(&lane.steps.len())));
        }
    }
}
