//! What playback costs; the figures and their commands stand in BENCHMARKS.md.

use tresillo_pattern::format::json;
use tresillo_pattern::smf::{FileDivision, Print, print};
use tresillo_pattern::{Performance, Project, Tick, smf};

mod load;

fn main() {
    divan::main();
}

#[divan::bench]
fn block_of_64_frames_with_32_tracks_of_64_steps(bencher: divan::Bencher) {
    let mut run = load::Run::new();
    bencher.bench_local(move || run.block());
}

#[divan::bench]
fn block_of_64_frames_with_32_tracks_of_128_steps_and_everything(bencher: divan::Bencher) {
    let mut run = load::Run::with_everything();
    bencher.bench_local(move || run.block());
}

#[divan::bench]
fn block_of_64_frames_with_everything_in_a_song_of_256_slots(bencher: divan::Bencher) {
    let mut run = load::Run::with_everything_in_a_song();
    bencher.bench_local(move || run.block());
}

/// A tenth of the limits: 13 patterns of 32 tracks of 128 steps, every fourth of which says something.
fn tenth_full() -> Project {
    let step =
        |index: usize| tresillo_pattern::document::Step {
            is_on: index.is_multiple_of(4),
            velocity: tresillo_pattern::document::Velocity::saturating(
                if index.is_multiple_of(4) { 80 } else { 100 },
            ),
            ..Default::default()
        };
    let track = |id: u32| tresillo_pattern::document::Track {
        id: tresillo_pattern::document::TrackId(id),
        steps: (0..128).map(step).collect(),
        ..Default::default()
    };
    let pattern = tresillo_pattern::document::Pattern {
        tracks: (0..32).map(track).collect(),
        ..Default::default()
    };
    Project { patterns: vec![pattern; 13], ..Default::default() }
}

#[divan::bench]
fn save_a_tenth_full_project(bencher: divan::Bencher) {
    let project = tenth_full();
    bencher.bench_local(|| json::write(&project).len());
}

#[divan::bench]
fn load_a_tenth_full_project(bencher: divan::Bencher) {
    let text = json::write(&tenth_full());
    bencher.bench_local(|| json::read(text.as_bytes()).map(|(project, _)| project));
}

#[divan::bench]
fn read_a_midi_file_of_38_000_events(bencher: divan::Bencher) {
    let mut track = Vec::new();
    for note in 0..19_000u32 {
        let key = u8::try_from(note % 88 + 20).unwrap_or(60);
        track.extend_from_slice(&[10, 0x90, key, 80, 20, key, 0]);
    }
    track.extend_from_slice(&[0, 0xFF, 0x2F, 0]);
    let mut file = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk".to_vec();
    file.extend_from_slice(&u32::try_from(track.len()).unwrap_or(0).to_be_bytes());
    file.extend_from_slice(&track);
    bencher.bench_local(|| smf::read(&file).map(|(file, _)| file.tracks[0].events.len()));
}

#[divan::bench]
fn read_first_beat() -> Project {
    let text = json::write(&Project::first_beat());
    json::read(text.as_bytes()).map(|(project, _)| project).unwrap_or_default()
}

#[divan::bench]
fn print_and_write_64_cycles_of_the_first_beat() -> usize {
    let project = Project::first_beat();
    let neutral = Performance::default();
    let printed = print(&project, &neutral, Print::cycles(&project, &neutral, 64));
    smf::write(&project, &neutral, &printed, Tick::ZERO, FileDivision::default()).len()
}
