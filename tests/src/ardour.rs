//! Ardour 7 without a window: it loads the plugin on a MIDI track, records what it sends on another, saves the session,
//! loads it again and records once more. `tests/ardour/session.lua` is what it does.
//!
//! It plays in real time on its dummy backend, four beats a take.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result, bail, ensure};
use libtest_mimic::Trial;
use tempfile::TempDir;
use tresillo_pattern::{Performance, Project, Window};

use crate::paths;
use crate::registry::trial;
use crate::timeline::{expected_events, ticks};

/// Debian's place of what is no program for people.
const LIBRARIES: &str = "/usr/lib/ardour7";

/// Ardour's ticks to a beat.
const TICKS: i64 = 1920;

/// What the script sets up.
const RATE_HZ: f64 = 48_000.0;
const TEMPO_BPM: f64 = 120.0;
const FRAMES_PER_BEAT: i64 = 24_000;
const SEMITONES: i8 = 7;

/// A take is no longer than this, in beats; recordings end a block or so later.
const TAKE_BEATS: i64 = 4;

/// The test of this module.
#[must_use]
pub fn test() -> Trial {
    trial("vst3_ardour_records_the_same_notes_before_and_after_a_reload", missing(), records)
}

fn missing() -> Option<&'static str> {
    let finds = |path: PathBuf| path.join("ardour7-lua").is_file();
    let is_on_path =
        std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(finds));
    let is_here = is_on_path && Path::new(LIBRARIES).join("ardour-vst3-scanner").is_file();
    (!is_here).then_some("Ardour 7 is not here; Debian's package ardour has it")
}

fn records() -> Result<()> {
    let room = Room::new()?;
    room.scan()?;
    let made = room.ask("make")?;
    ensure!(made.len() == 2, "{} takes for 2", made.len());
    let again = room.ask("again")?;
    ensure!(again.len() == 3, "{} takes for 3 after the reload", again.len());
    made.iter().chain(&again).try_for_each(check)
}

/// Every note of a take lies where it belongs, to a tick of Ardour's, and none is lost or doubled.
fn check(take: &Take) -> Result<()> {
    let expected = expected_notes(take.start_frame / FRAMES_PER_BEAT);
    let end = TAKE_BEATS * TICKS;
    let mut notes: Vec<&Note> = take.notes.iter().filter(|note| note.onset < end).collect();
    let order = |note: &Note| (note.channel, note.key, note.onset);
    notes.sort_by_key(|note| order(note));
    let shown = || format!("{}:\n{notes:?}\nfor\n{expected:?}", take.name);
    ensure!(
        notes.len() == expected.len(),
        "{} notes for {}, {}",
        notes.len(),
        expected.len(),
        shown()
    );
    for (note, expected) in notes.iter().zip(&expected) {
        let is_same = (note.channel, note.key, note.velocity)
            == (expected.channel, expected.key, expected.velocity)
            && (note.onset - expected.onset).abs() <= 1
            // Both ends are rounded. The stop cuts what sounds on.
            && (expected.onset + expected.length >= end
                || (note.length - expected.length).abs() <= 2);
        ensure!(is_same, "{note:?} for {expected:?} in {}", shown());
    }
    Ok(())
}

/// What the plugin's first beat sends in a take, by channel, key and time.
fn expected_notes(start_beat: i64) -> Vec<Note> {
    let performance = Performance { transpose: SEMITONES, ..Performance::default() };
    let window = Window::new(ticks(start_beat), ticks(start_beat + TAKE_BEATS));
    let project = Project::first_beat();
    let events = expected_events(&project, &performance, TEMPO_BPM, RATE_HZ, window);
    let onset_of = |frame: i64| {
        let frames = frame - start_beat * FRAMES_PER_BEAT;
        (frames * TICKS + FRAMES_PER_BEAT / 2).div_euclid(FRAMES_PER_BEAT)
    };
    let mut notes = Vec::new();
    for (index, on) in events.iter().enumerate().filter(|(_, event)| event.is_on) {
        let ends = events[index..]
            .iter()
            .find(|off| !off.is_on && (off.channel, off.key) == (on.channel, on.key));
        let onset = onset_of(on.frame);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in 1..=127")]
        let velocity = (on.velocity * 127.0).round() as u8;
        notes.push(Note {
            onset,
            channel: on.channel,
            key: on.key,
            velocity,
            length: ends.map_or(0, |off| onset_of(off.frame) - onset),
        });
    }
    notes.sort_by_key(|note| (note.channel, note.key, note.onset));
    notes
}

/// A recorded region.
#[derive(Debug)]
struct Take {
    name: String,
    start_frame: i64,
    notes: Vec<Note>,
}

/// A note of a take, counted from its start in ticks of Ardour's.
#[derive(Debug)]
struct Note {
    onset: i64,
    channel: u8,
    key: u8,
    velocity: u8,
    length: i64,
}

/// A home of its own, with our bundle and nothing else in it.
struct Room(TempDir);

impl Room {
    fn new() -> Result<Room> {
        let room = Room(tempfile::tempdir()?);
        let plugins = room.0.path().join(".vst3");
        fs::create_dir(&plugins)?;
        let bundle = paths::make_vst3_bundle(&plugins)?;
        // Ardour trusts its scanner's answer, whose time has whole seconds, only where the library is older.
        let library = paths::library_in(&bundle);
        File::options().write(true).open(library)?.set_modified(SystemTime::UNIX_EPOCH)?;
        Ok(room)
    }

    /// A program that knows this home only, and is ended when it hangs.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("timeout");
        command.arg("90").arg(program).env("HOME", self.0.path());
        for name in ["XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "VST3_PATH"] {
            command.env_remove(name);
        }
        command
    }

    /// Makes the plugin known: the scanner's answer is kept under the very path that it was given.
    fn scan(&self) -> Result<()> {
        let mut command = self.command(&Path::new(LIBRARIES).join("ardour-vst3-scanner"));
        command.args(["-q", "-f"]).arg(self.0.path().join(".vst3/Tresillo.vst3"));
        let output = command.env("LD_LIBRARY_PATH", LIBRARIES).output().context("the scanner")?;
        ensure!(
            output.status.success(),
            "Ardour's scanner ended with {}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(())
    }

    /// Runs one half of the script and returns the takes that the session has then.
    fn ask(&self, what: &str) -> Result<Vec<Take>> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("ardour/session.lua");
        let mut command = self.command(Path::new("ardour7-lua"));
        command.arg(script).arg(what).arg(self.0.path().join("session"));
        let output = command.output().context("starting Ardour")?;
        let text = String::from_utf8_lossy(&output.stdout);
        let told = || format!("{text}{}", String::from_utf8_lossy(&output.stderr));
        ensure!(output.status.success(), "Ardour ended with {}: {}", output.status, told());
        read(&text).with_context(told)
    }
}

/// Reads what the script prints; Ardour prints between its lines.
fn read(text: &str) -> Result<Vec<Take>> {
    let mut takes: Vec<Take> = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split('\t').collect();
        match *words {
            ["failed", reason] => bail!("{reason}"),
            ["take", name, start, _] => {
                takes.push(Take { name: name.into(), start_frame: start.parse()?, notes: vec![] });
            }
            ["note", onset, channel, key, velocity, length] => {
                let take = takes.last_mut().context("a note before the first take")?;
                take.notes.push(Note {
                    onset: ticks_of(onset)?,
                    channel: channel.parse()?,
                    key: key.parse()?,
                    velocity: velocity.parse()?,
                    length: ticks_of(length)?,
                });
            }
            _ => {}
        }
    }
    Ok(takes)
}

/// `BEAT:TICK` → ticks.
fn ticks_of(text: &str) -> Result<i64> {
    let (beat, tick) = text.split_once(':').context("a time is BEAT:TICK")?;
    Ok(beat.parse::<i64>()? * TICKS + tick.parse::<i64>()?)
}
