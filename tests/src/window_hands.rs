//! What real hands do to the real window, while it plays, and what becomes of the project.

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use tresillo_pattern::Project;

use crate::display::{self, on_a_display};
use crate::fixtures;
use crate::hands::{Button, Place};
use crate::registry::trial;
use crate::stage::Stage;
use crate::window::{Player, SIZE};

/// The argument with which the test executable lets hands edit instead of running tests.
pub const ARGUMENT: &str = "--edit-in-window";

/// The tests of this module.
#[must_use]
pub fn tests() -> Vec<Trial> {
    vec![trial("clap_window_hands_edit_while_it_plays", display::missing(), || {
        on_a_display(ARGUMENT).map(drop)
    })]
}

/// The middle of a step in the grid of a window of [`SIZE`].
#[must_use]
pub fn place_of(track: i16, step: i16) -> Place {
    (244 + step * 44 + 22, 112 + track * 52 + 26)
}

/// What the other process does: clicks, keys, a drag, undo, and the space bar, which is the host's.
///
/// # Errors
/// If the project does not become what it should.
pub fn edit() -> Result<()> {
    let mut stage = Stage::open(&fixtures::read(fixtures::STEADY), SIZE)?;
    let player = Player::start(stage.instance.take_audio()?);
    let velocity = |project: &Project| project.patterns[0].tracks[0].steps[4].velocity.get();
    let first_gates = |project: &Project| gates(project, 0);
    let before = velocity(&stage.project()?);
    let unlike = "x...x...x...x...".to_owned();
    stage.until(&unlike, first_gates)?;

    stage.hands.click(place_of(0, 1), Button::Left)?;
    stage.until(&"xx..x...x...x...".to_owned(), first_gates).context("after a click")?;
    stage.hands.key("Right")?;
    stage.hands.key("x")?;
    stage.until(&"xxx.x...x...x...".to_owned(), first_gates).context("after the key X")?;

    let from = place_of(0, 4);
    stage.hands.drag((from.0 - 6, from.1), (from.0 - 6, from.1 - 16))?;
    stage.until(&true, |project| velocity(project) > before).context("after a drag")?;
    ensure!(gates(&stage.project()?, 0) == "xxx.x...x...x...", "the drag has set or cleared steps");

    stage.hands.key("Control z")?;
    stage.until(&before, velocity).context("after undoing the drag")?;
    stage.hands.key("Control z")?;
    stage.until(&"xx..x...x...x...".to_owned(), first_gates).context("after undoing the key")?;
    stage.hands.key("Control z")?;
    stage.until(&unlike, first_gates).context("after undoing the click")?;

    // Signs and capitals reach the window another way than letters.
    for (key, after) in [
        ("]", ".x...x...x...x.."),
        ("[", "x...x...x...x..."),
        ("-", "x...x...x...x.."),
        ("=", "x...x...x...x..."),
        ("End", "x...x...x...x..."),
        ("x", "x...x...x...x..x"),
        (".", "x...x...x...x..."),
        ("Control z", "x...x...x...x..x"),
        ("Control y", "x...x...x...x..."),
    ] {
        stage.hands.key(key)?;
        stage
            .until(&after.to_owned(), first_gates)
            .with_context(|| format!("after the key {key}"))?;
    }
    let state = stage.instance.save()?;
    let passes_on = stage.passes_a_key_on(|| stage.hands.key("Space"))?;
    ensure!(passes_on, "the host's window does not get the space bar");
    ensure!(stage.instance.save()? == state, "the space bar has changed something");
    ensure!(player.stop()? > 20, "it did not play meanwhile");
    stage.close()
}

/// Which steps of a track of the first pattern are on.
#[must_use]
pub fn gates(project: &Project, track: usize) -> String {
    let steps = &project.patterns[0].tracks[track].steps;
    steps.iter().map(|step| if step.is_on { 'x' } else { '.' }).collect()
}
