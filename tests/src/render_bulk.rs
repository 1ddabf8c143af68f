//! Many files: whatever happens on the way, the same bytes, and only whole files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use libtest_mimic::Trial;

use crate::booth::{Booth, FORMATS, files, json_lines};
use crate::piece::{Dice, Piece};
use crate::registry::trial;

mod memory;
mod repeat;
mod resume;

type Test = fn() -> Result<()>;

/// The tests of this module.
#[must_use]
pub fn tests() -> Vec<Trial> {
    let tests: &[(&str, Test)] = &[
        ("render_bulk_200_files_of_which_5_crash", crashes),
        ("render_bulk_killed_five_times_and_resumed_gives_the_same_bytes", killed),
    ];
    let own = tests.iter().map(|&(name, test)| trial(name, None, test));
    own.chain(resume::tests()).chain(repeat::tests()).chain(memory::tests()).collect()
}

/// Some notes that no other seed gives.
fn notes(seed: u64) -> Vec<u8> {
    let mut dice = Dice(seed);
    let mut piece = Piece::new(96);
    piece.tempo(0, 300_000 + u32::try_from(seed % 1000).unwrap_or(0));
    for index in 0..4 + seed % 5 {
        let tick = index * 30 + dice.below(20);
        let note = (dice.seven(20, 100), dice.seven(1, 127));
        piece.note(0, 0, note, (tick, tick + 25));
    }
    piece.bytes()
}

/// Files in a batch, and which of them crash.
const FILE_COUNT: usize = 200;
const CRASHING: [usize; 5] = [0, 41, 42, 133, 199];

/// A booth with 200 files in `midi`, and a manifest by which five go to a plugin that crashes, all others to one in each
/// format by turns.
fn batch() -> Result<Booth> {
    let booth = Booth::new()?;
    fs::create_dir(booth.room.path().join("midi"))?;
    let mut manifest = String::new();
    for index in 0..FILE_COUNT {
        let name = format!("midi/{index:03}.mid");
        booth.room.write(&name, notes(u64::try_from(index)?))?;
        let format = FORMATS[index % 3];
        let slug = if CRASHING.contains(&index) { "crash" } else { "impulse" };
        let plugin = booth.plugin(format, slug);
        manifest.push_str(&format!("{{\"input\": \"{name}\", \"plugin\": \"{plugin}\"}}\n"));
    }
    booth.room.write("jobs.jsonl", manifest)?;
    Ok(booth)
}

/// The line that renders it into a folder.
fn line(folder: &str) -> String {
    format!("render --manifest jobs.jsonl --out-dir {folder} --rate 16000 --jobs 2")
}

fn crashes() -> Result<()> {
    let booth = batch()?;
    let ran = booth.run("", &format!("{} --json", line("out")))?;
    ensure!(ran.code == 1, "ended with {}: {}", ran.code, ran.err);
    let reports = json_lines(&ran.out)?;
    ensure!(reports.len() == FILE_COUNT, "{} reports", reports.len());
    for (index, report) in reports.iter().enumerate() {
        let input = format!("midi/{index:03}.mid");
        ensure!(report["input"] == input, "{report} is not in its place");
        if CRASHING.contains(&index) {
            let error = report["error"].as_str().unwrap_or_default();
            ensure!(error.starts_with(&format!("{input}: a plugin crashed")), "{report}");
            continue;
        }
        ensure!(report["error"].is_null(), "{report}");
        let sound = booth.sound(&format!("out/{index:03}.wav"))?;
        ensure!(!sound.is_silent() && report["frames"] == sound.len(), "{report}");
    }
    let named =
        CRASHING.map(|index| format!("midi/{index:03}.mid (out/{index:03}.wav)")).join(", ");
    ensure!(ran.err.contains(&format!("failed: {named}\n")), "{}", ran.err);
    ensure!(ran.err.contains("195 of 200 files rendered, 5 failed"), "{}", ran.err);
    let errors = ran.err.lines().filter(|line| line.starts_with("error: ")).count();
    ensure!(errors == 5, "{errors} errors: {}", ran.err);
    let names = names(&booth.room.path().join("out"))?;
    ensure!(names.len() == FILE_COUNT - CRASHING.len(), "{} files", names.len());
    booth.is_deserted()
}

/// All names in a folder, hidden ones too.
fn names(folder: &Path) -> Result<Vec<String>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut names: Vec<String> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_>>()?;
    names.sort();
    Ok(names)
}

/// The WAV files in a folder by name.
fn sounds(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    Ok(files(folder, ".wav")?.into_iter().collect())
}

/// Whether two folders hold the same files with the same bytes.
fn are_same(a: &BTreeMap<PathBuf, Vec<u8>>, b: &BTreeMap<PathBuf, Vec<u8>>) -> Result<()> {
    for (name, bytes) in a {
        match b.get(name) {
            None => bail!("{} is missing", name.display()),
            Some(other) => ensure!(bytes == other, "{} differs", name.display()),
        }
    }
    ensure!(a.len() == b.len(), "{} files and {}", a.len(), b.len());
    Ok(())
}

/// The moments of the kills, as shares of the time that a whole run takes, come from these dice.
const KILL_SEED: u64 = 2026;

fn killed() -> Result<()> {
    let booth = batch()?;
    let started = Instant::now();
    let ran = booth.run("", &line("whole"))?;
    ensure!(ran.code == 1, "ended with {}: {}", ran.code, ran.err);
    let whole_time = started.elapsed();
    let whole = sounds(&booth.room.path().join("whole"))?;
    ensure!(whole.len() == 195, "{} files", whole.len());
    let out = booth.room.path().join("out");
    let mut dice = Dice(KILL_SEED);
    let mut kills = 0;
    let mut tries = 0;
    while kills < 5 {
        tries += 1;
        ensure!(tries < 30, "the batch is done before it can be killed");
        // From 2 to 42 % of a run.
        let delay = whole_time * u32::try_from(20 + dice.below(400))? / 1000;
        let resume = format!("{} --resume", line("out"));
        let mut process = booth
            .room
            .command(&booth.words("", &resume))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("starting tresillo")?;
        std::thread::sleep(delay);
        let is_running = process.try_wait()?.is_none();
        process.kill()?;
        process.wait()?;
        booth.is_deserted()?;
        let there = names(&out)?;
        if !is_running || there.len() == whole.len() {
            // Done before its time: from the start again.
            fs::remove_dir_all(&out)?;
            continue;
        }
        kills += 1;
        for name in &there {
            let path = out.join(name);
            is_whole(&path)?;
            let same = whole.get(Path::new(name)).context(name.clone())?;
            ensure!(fs::read(&path)? == *same, "{name} differs after a kill");
        }
    }
    let there = names(&out)?.len();
    let ran = booth.run("", &format!("{} --resume --json", line("out")))?;
    ensure!(ran.code == 1, "ended with {}: {}", ran.code, ran.err);
    let skipped = json_lines(&ran.out)?.iter().filter(|report| report["skipped"] == true).count();
    ensure!(skipped == there, "{skipped} of {there} files were left as they were");
    are_same(&whole, &sounds(&out)?)?;
    ensure!(names(&out)?.len() == 195, "more than the files: {:?}", names(&out)?);
    booth.is_deserted()
}

/// Whether the header of a WAV file says how long the file is, and another reader reads it to its end.
fn is_whole(path: &Path) -> Result<()> {
    let bytes = fs::read(path)?;
    let shown = path.display();
    let size = bytes.get(4..8).and_then(|four| four.first_chunk()).map(|n| u32::from_le_bytes(*n));
    let size = usize::try_from(size.with_context(|| format!("{shown} has no header"))?)?;
    ensure!(size + 8 == bytes.len(), "{shown} says {size} bytes and has {}", bytes.len());
    crate::sound::Sound::read(path)?;
    Ok(())
}

/// How long a batch may take before it counts as hanging.
const PATIENCE: Duration = Duration::from_secs(60);
