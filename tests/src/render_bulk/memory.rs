//! A plugin that never gives memory back does not take all of it.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;

use crate::booth::{Booth, processes};
use crate::command::Ran;
use crate::registry::trial;
use crate::render_bulk::{PATIENCE, notes};

pub(super) fn tests() -> Vec<Trial> {
    vec![trial("render_bulk_a_plugin_that_leaks_is_kept_within_bounds", None, leak)]
}

/// Jobs, each of which leaks 64 MiB: 2.5 GiB in all.
const JOB_COUNT: u64 = 40;
/// The most that all processes of the batch may hold at a time.
const BYTES_MAX: u64 = 3 << 29;

fn leak() -> Result<()> {
    let booth = Booth::new()?;
    for index in 0..JOB_COUNT {
        booth.room.write(&format!("{index:02}.mid"), notes(index))?;
    }
    let line =
        "render *.mid -p @leak --rate 8000 --tail none --jobs 2 --reuse --out-dir out --json";
    let mut command = booth.room.command(&booth.words("clap", line));
    let process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut process = process.context("starting tresillo")?;
    let started = Instant::now();
    let mut most = 0;
    let mut seen = std::collections::BTreeSet::new();
    while process.try_wait()?.is_none() {
        let all = processes(booth.room.path());
        most = most.max(all.iter().map(|pid| resident(*pid)).sum());
        seen.extend(all);
        if started.elapsed() > PATIENCE {
            process.kill()?;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let ran = Ran::of(process.wait_with_output()?)?;
    ensure!(ran.code == 0, "ended with {}: {}", ran.code, ran.err);
    ensure!(ran.out.lines().count() == 40, "{} jobs", ran.out.lines().count());
    ensure!(most < BYTES_MAX, "{} MiB at a time", most >> 20);
    // Otherwise nothing was watched, or nothing leaked.
    ensure!(most > 256 << 20, "{} MiB at a time", most >> 20);
    ensure!(seen.len() > 3, "no worker was replaced");
    booth.is_deserted()
}

/// The memory that a process holds (proc(5), `/proc/pid/status`), in bytes; nothing once it is gone.
fn resident(process: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) << 10
}
