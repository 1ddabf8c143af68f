//! Plays 32 tracks of 64 steps, all on, in blocks of 64 frames at 120 BPM and 48 kHz: the load of BENCHMARKS.md.
//!
//! `blocks --blocks N` plays N blocks and prints the events; run twice under a counter of instructions, the difference is
//! the cost of a block. `blocks --times` prints how long blocks take; `--times everything` the same of 32 tracks of 128 steps
//! that use every feature, `--times song` of these in a song of 256 slots.
#![allow(clippy::print_stdout, reason = "an example talks to its reader")]

use std::time::Instant;

#[path = "../benches/load.rs"]
mod load;

const USAGE: &str = "usage: blocks --blocks N | --times [everything | song]";

/// Blocks of a round, and rounds of the same blocks.
const BLOCKS: usize = 100_000;
const ROUNDS: usize = 8;

/// A hundredth of the time that a block of 64 frames lasts at 48 kHz.
const BUDGET_NS: u64 = 13_333;

/// Plays the same blocks again and again. Playing is the same each time, so the least time of a block over all rounds is what
/// it takes on a machine that does nothing else in that moment.
fn times(new: impl Fn() -> load::Run) {
    let nanoseconds =
        |start: Instant| u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
    let mut all = Vec::with_capacity(BLOCKS * ROUNDS);
    let mut least = vec![u64::MAX; BLOCKS];
    for _ in 0..ROUNDS {
        let mut run = new();
        for least in &mut least {
            let start = Instant::now();
            std::hint::black_box(run.block());
            let time = nanoseconds(start);
            *least = time.min(*least);
            all.push(time);
        }
    }
    let mut idle: Vec<u64> = (0..BLOCKS * ROUNDS)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(());
            nanoseconds(start)
        })
        .collect();
    let over = least.iter().skip(1).filter(|least| **least > BUDGET_NS).count();
    let (first, rolling) = (least.first().copied(), least.iter().skip(1).max().copied());
    println!(
        "at its best the first block, a start, takes {} ns, the slowest of the others {} ns; {over} of them over {BUDGET_NS} ns",
        first.unwrap_or(0),
        rolling.unwrap_or(0)
    );
    all.sort_unstable();
    least.sort_unstable();
    idle.sort_unstable();
    let at = |times: &[u64], share: usize| times[(times.len() - 1) * share / 1000];
    for (what, times) in [
        ("each block each time", &all),
        ("each block at its best", &least),
        ("the clock itself", &idle),
    ] {
        println!(
            "{what}: median {} ns, p99 {} ns, p99.9 {} ns, most {} ns",
            at(times, 500),
            at(times, 990),
            at(times, 999),
            at(times, 1000)
        );
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut run = load::Run::new();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--blocks", count] => {
            let count: u64 = count.parse().unwrap_or(0);
            let events: u64 = (0..count).map(|_| run.block()).sum();
            println!("{count} blocks, {events} events");
        }
        ["--times", rest @ ..] => match rest {
            [] => times(load::Run::new),
            ["everything"] => times(load::Run::with_everything),
            ["song"] => times(load::Run::with_everything_in_a_song),
            _ => println!("{USAGE}"),
        },
        _ => println!("{USAGE}"),
    }
}
