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
