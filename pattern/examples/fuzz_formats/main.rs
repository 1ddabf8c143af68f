//! Feeds damaged files to the readers: `cargo run --release --example fuzz_formats -- COUNT FILE...`.
//!
//! Each file is a seed; its name says which reader takes it (`.steppy.json` is StepPy's). A panic names the number that repeats it.

mod damage;

use std::time::{Duration, Instant};

use tresillo_pattern::format::{hydrogen, json, notation, steppy};
use tresillo_pattern::smf::{self, ImportOptions};
use tresillo_pattern::{NoteBuffer, PatternIndex, Performance, Project, Window, play};

#[allow(clippy::print_stdout, reason = "a program for a terminal")]
fn main() {
    let mut arguments = std::env::args().skip(1);
    let count: u64 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(50_000);
    let files: Vec<(String, Vec<u8>)> =
        arguments.filter_map(|name| Some((name.clone(), std::fs::read(name).ok()?))).collect();
    for (extensions, take) in READERS {
        let is_its = |name: &str| extensions.iter().any(|extension| name.ends_with(extension));
        let seeds: Vec<Vec<u8>> =
            files.iter().filter(|(name, _)| is_its(name)).map(|(_, bytes)| bytes.clone()).collect();
        if seeds.is_empty() {
            println!("{extensions:?}: no seeds");
            continue;
        }
        let (mut read, mut slowest, start) = (0u64, (Duration::ZERO, 0), Instant::now());
        for index in 0..count {
            let bytes = damage::mutate(&seeds, index);
            let begin = Instant::now();
            match std::panic::catch_unwind(|| take(&bytes)) {
                Ok(was_read) => read += u64::from(was_read),
                Err(_) => println!("{extensions:?}: panic at number {index}"),
            }
            slowest = slowest.max((begin.elapsed(), index));
        }
        println!(
            "{extensions:?}: {count} inputs in {:.1} s, {read} of them read, slowest {:?} (number {})",
            start.elapsed().as_secs_f64(),
            slowest.0,
            slowest.1
        );
    }
}

/// Plays a little of every pattern and writes the whole; always true.
fn is_sound(project: &Project) -> bool {
    for pattern in 0..u8::try_from(project.patterns.len()).unwrap_or(u8::MAX) {
        let performance = Performance { pattern: PatternIndex(pattern), ..Performance::default() };
        let mut notes = NoteBuffer::with_capacity(10_000);
        play(project, &performance, Window::new(-30_000, 90_000), &mut notes);
    }
    !json::write(project).is_empty() && !notation::write(project).0.is_empty()
}

/// Takes a file; whether it could be read.
type Take = fn(&[u8]) -> bool;

const READERS: &[(&[&str], Take)] = &[
    (&[".steppy.json"], |bytes| steppy::read(bytes).is_ok()),
    // What is read is played and written too: a reader that lets nonsense in would fail there.
    (&[".json"], |bytes| json::read(bytes).is_ok_and(|(project, _)| is_sound(&project))),
    (&[".txt"], |bytes| {
        let text = String::from_utf8_lossy(bytes);
        notation::read(&text).is_ok_and(|(project, _)| is_sound(&project))
    }),
    (&[".h2pattern", ".h2song"], |bytes| hydrogen::read(bytes).is_ok()),
    (&[".mid"], |bytes| {
        let Ok((file, _)) = smf::read(bytes) else { return false };
        let to = Some(tresillo_pattern::Tick(32 * tresillo_pattern::PPQ));
        let whole = smf::import(&file, &ImportOptions::default()).is_ok();
        smf::import(&file, &ImportOptions { to, ..ImportOptions::default() }).is_ok() || whole
    }),
];
