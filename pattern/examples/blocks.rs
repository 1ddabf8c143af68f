//! Plays 32 tracks of 64 steps, all on, in blocks of 64 frames at 120 BPM and 48 kHz: the load of BENCHMARKS.md.
//!
//! `blocks --blocks N` plays N blocks and prints the events; run twice under a counter of instructions, the difference is
//! the cost of a block. `blocks --times` prints the median and the 99th percentile of the time a block takes, `blocks --times
//! everything` the same of 32 tracks of 128 steps that use every feature.
#![allow(clippy::print_stdout, reason = "an example talks to its reader")]

use std::time::Instant;

#[path = "../benches/load.rs"]
mod load;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut run = load::Run::new();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--blocks", count] => {
            let count: u64 = count.parse().unwrap_or(0);
            let events: u64 = (0..count).map(|_| run.block()).sum();
            println!("{count} blocks, {events} events");
        }
        ["--times", rest @ ..] => {
            if rest == ["everything"] {
                run = load::Run::with_everything();
            }
            let mut times: Vec<u64> = (0..400_000)
                .map(|_| {
                    let start = Instant::now();
                    std::hint::black_box(run.block());
                    u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX)
                })
                .collect();
            let mut idle: Vec<u64> = (0..400_000)
                .map(|_| {
                    let start = Instant::now();
                    std::hint::black_box(());
                    u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX)
                })
                .collect();
            times.sort_unstable();
            idle.sort_unstable();
            let at = |times: &[u64], share: usize| times[(times.len() - 1) * share / 1000];
            println!(
                "median {} ns, p99 {} ns, p99.9 {} ns, most {} ns a block (the clock itself: median {} ns, most {} ns)",
                at(&times, 500),
                at(&times, 990),
                at(&times, 999),
                at(&times, 1000),
                at(&idle, 500),
                at(&idle, 1000)
            );
        }
        _ => println!("usage: blocks --blocks N | --times [everything]"),
    }
}
