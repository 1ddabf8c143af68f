//! Feeds damaged files to the readers: `cargo run --release --example fuzz_formats -- COUNT FILE...`.
//!
//! Each file is a seed; its name says which reader takes it (`.steppy.json` is StepPy's). A panic names the number that
//! repeats it: `COUNT` may be one number behind `=` instead, as in `=4711`, to damage and read that one alone.

mod damage;
mod readers;

use std::time::{Duration, Instant};

use damage::Syntax;

#[allow(clippy::print_stdout, reason = "a program for a terminal")]
fn main() {
    let mut arguments = std::env::args().skip(1);
    let count = arguments.next().unwrap_or_default();
    let numbers = match count.strip_prefix('=').and_then(|number| number.parse().ok()) {
        Some(number) => number..number + 1,
        None => 0..count.parse().unwrap_or(50_000u64),
    };
    let files: Vec<(String, Vec<u8>)> =
        arguments.filter_map(|name| Some((name.clone(), std::fs::read(name).ok()?))).collect();
    for reader in READERS {
        let is_its = |name: &str| reader.extensions.iter().any(|end| name.ends_with(end));
        // The first reader whose extension fits takes a file.
        let is_others = |name: &str| {
            let before = READERS.iter().take_while(|other| other.name != reader.name);
            before.flat_map(|other| other.extensions).any(|end| name.ends_with(end))
        };
        let seeds: Vec<Vec<u8>> = files
            .iter()
            .filter(|(name, _)| is_its(name) && !is_others(name))
            .map(|(_, bytes)| bytes.clone())
            .collect();
        if seeds.is_empty() {
            println!("{}: no seeds", reader.name);
            continue;
        }
        run(reader, &seeds, numbers.clone());
    }
}

#[allow(clippy::print_stdout, reason = "a program for a terminal")]
fn run(reader: &Reader, seeds: &[Vec<u8>], numbers: std::ops::Range<u64>) {
    // Inputs and how many of them were read, of blind damage and of damage that keeps the syntax.
    let mut counts = [(0u64, 0u64); 2];
    let mut slowest = (Duration::ZERO, 0);
    let start = Instant::now();
    for number in numbers {
        let bytes = damage::mutate(reader.syntax, seeds, number);
        let begin = Instant::now();
        let was_read = std::panic::catch_unwind(|| (reader.take)(&bytes)).unwrap_or_else(|_| {
            println!("{}: panic at number {number}", reader.name);
            false
        });
        slowest = slowest.max((begin.elapsed(), number));
        if let Some((inputs, read)) = counts.get_mut(usize::from(damage::keeps_syntax(number))) {
            *inputs += 1;
            *read += u64::from(was_read);
        }
    }
    let [(blind, blind_read), (kept, kept_read)] = counts;
    println!(
        "{}: {} inputs in {:.1} s; read {blind_read} of {blind} damaged blindly, {kept_read} of {kept} with their syntax \
         kept; slowest {:?} (number {})",
        reader.name,
        blind + kept,
        start.elapsed().as_secs_f64(),
        slowest.0,
        slowest.1
    );
}

struct Reader {
    name: &'static str,
    extensions: &'static [&'static str],
    syntax: Syntax,
    /// Takes a file; whether it could be read.
    take: fn(&[u8]) -> bool,
}

const READERS: &[Reader] = &[
    Reader {
        name: "steppy",
        extensions: &[".steppy.json"],
        syntax: Syntax::Json,
        take: readers::read_steppy,
    },
    Reader { name: "json", extensions: &[".json"], syntax: Syntax::Json, take: readers::read_json },
    Reader {
        name: "notation",
        extensions: &[".txt"],
        syntax: Syntax::Notation,
        take: readers::read_notation,
    },
    Reader {
        name: "hydrogen",
        extensions: &[".h2pattern", ".h2song"],
        syntax: Syntax::Xml,
        take: readers::read_hydrogen,
    },
    Reader { name: "smf", extensions: &[".mid"], syntax: Syntax::Smf, take: readers::read_smf },
];
