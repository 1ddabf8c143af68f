//! The first two minutes of somebody who has never seen the window, as `docs/editor.md` tells them: from the first opening to a
//! beat of one's own with a fill in every fourth bar, kept as a pattern and exported as MIDI; by real hands, at the real window.

use std::path::PathBuf;
use std::time::{Duration, Instant};
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use tresillo_pattern::{Note, Performance, Project, Window, smf};

use crate::display::{self, on_a_display};
use crate::hands::{Button, Place};
use crate::registry::trial;
use crate::stage::Stage;
use crate::window::SIZE;
use crate::window_hands::{gates, place_of};

/// The argument with which the test executable goes that way instead of running tests.
pub const ARGUMENT: &str = "--first-minutes";

/// How long it may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// The tests of this module.
#[must_use]
pub fn tests() -> Vec<Trial> {
    vec![trial("clap_window_first_two_minutes", display::missing(), || {
        on_a_display(ARGUMENT).map(drop)
    })]
}

/// What is clicked, in a window of [`SIZE`].
const MENU: Place = (1138, 24);
const NEW: Place = (1060, 64);
const ADD_THE_FIRST_TRACK: Place = (540, 354);
const ADD_A_TRACK: Place = (34, 100);
const THIRD_TRACK: Place = (90, 230);
const TOOLS: Place = (918, 554);
const HITS: Place = (133, 610);
const CONDITION: Place = (1030, 466);
const FOUR_OF_FOUR: Place = (510, 256);
const NAME: Place = (430, 616);
const SAVE_AS_MINE: Place = (648, 616);
const EXPORT_AS_MIDI: Place = (873, 616);
const EXPORT: Place = (848, 586);

/// What the other process does.
///
/// # Errors
/// If anything on the way does not become what it should.
pub fn walk() -> Result<()> {
    let start = Instant::now();
    let mut stage = Stage::open(&Project::first_beat(), SIZE)?;
    let click = |stage: &Stage, at: Place| stage.hands.click(at, Button::Left);
    click(&stage, MENU)?;
    click(&stage, NEW)?;
    stage.until(&0, track_count).context("after New")?;
    click(&stage, ADD_THE_FIRST_TRACK)?;
    stage.until(&1, track_count).context("after the first track")?;
    click(&stage, ADD_A_TRACK)?;
    stage.until(&2, track_count)?;
    click(&stage, ADD_A_TRACK)?;
    stage.until(&3, track_count)?;
    for step in [0, 4, 8, 12] {
        click(&stage, place_of(0, step))?;
    }
    stage.until(&"x...x...x...x...".to_owned(), |project| gates(project, 0)).context("kick")?;
    for step in [4, 12, 13, 14, 15] {
        click(&stage, place_of(1, step))?;
    }
    stage.until(&"....x.......xxxx".to_owned(), |project| gates(project, 1)).context("snare")?;
    // The cursor is on the last step: the three of the fill are chosen from there.
    stage.hands.key("Shift Left")?;
    stage.hands.key("Shift Left")?;
    click(&stage, CONDITION)?;
    click(&stage, FOUR_OF_FOUR)?;
    stage.until(&3, fill_count).context("the condition of the fill")?;
    stage.hands.key("Escape")?;
    click(&stage, THIRD_TRACK)?;
    click(&stage, TOOLS)?;
    let hits = |project: &Project| gates(project, 2).matches('x').count();
    for count in 1..=11 {
        stage.hands.click(HITS, Button::WheelUp)?;
        stage.until(&count, hits).context("hits of the hat")?;
    }
    stage.hands.key("Escape")?;
    stage.hands.key("b")?;
    click(&stage, NAME)?;
    stage.hands.key("Control a")?;
    for key in ["m", "i", "n", "e"] {
        stage.hands.key(key)?;
    }
    stage.until(&"mine".to_owned(), |project| project.name.clone()).context("the name")?;
    click(&stage, SAVE_AS_MINE)?;
    let kept = folder("XDG_DATA_HOME")?.join("tresillo/patterns/mine.json");
    wait_for(&kept)?;
    click(&stage, EXPORT_AS_MIDI)?;
    click(&stage, EXPORT)?;
    let exported = folder("HOME")?.join("mine.mid");
    wait_for(&exported)?;
    let elapsed = start.elapsed();
    ensure!(elapsed < PATIENCE, "it took {elapsed:?}");
    let project = stage.project()?;
    stage.close()?;
    check(&project, &fs::read(&kept)?, &fs::read(&exported)?)
}

/// The fourth bar has the fill, the others have not; what was kept and exported is the same.
fn check(project: &Project, kept: &[u8], exported: &[u8]) -> Result<()> {
    let bar = 4 * tresillo_pattern::PPQ;
    let snares = |bar_index: i64| {
        let window = Window::new(bar_index * bar, (bar_index + 1) * bar);
        let mut notes: Vec<Note> = Vec::new();
        tresillo_pattern::play(project, &Performance::default(), window, &mut notes);
        notes.iter().filter(|note| note.track_index == 1).count()
    };
    let counts: Vec<usize> = (0..8).map(snares).collect();
    ensure!(counts == [2, 2, 2, 5, 2, 2, 2, 5], "the snare has {counts:?} notes in eight bars");
    let (read, _) = tresillo_pattern::format::json::read(kept)?;
    ensure!(read == *project, "what was kept is another project");
    let (file, _) = smf::read(exported)?;
    ensure!(file.tracks.iter().map(|track| track.note_count()).sum::<usize>() > 10, "few notes");
    Ok(())
}

fn track_count(project: &Project) -> usize {
    project.patterns.first().map_or(0, |pattern| pattern.tracks.len())
}

fn fill_count(project: &Project) -> usize {
    let steps = project.patterns[0].tracks[1].steps.iter();
    let conditions = steps.filter_map(|step| step.condition);
    conditions.filter(|condition| condition.to_string() == "4:4").count()
}

fn folder(variable: &str) -> Result<PathBuf> {
    env::var_os(variable).map(PathBuf::from).with_context(|| format!("{variable} is not set"))
}

fn wait_for(path: &std::path::Path) -> Result<()> {
    let start = Instant::now();
    while !path.is_file() {
        ensure!(start.elapsed() < Duration::from_secs(3), "{} is not written", path.display());
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
