//! Projects that ask for what hosts and sequencers get wrong.

use anyhow::{Context, Result};
use tresillo_pattern::Project;
use tresillo_pattern::document::Key;
use tresillo_pattern::format::{json, notation, pitch};

/// A kick on each beat and a hat on each 16th: the simplest thing that must be right.
pub const STEADY: &str = "
kick: x...x...x...x...
closed_hat: xxxxxxxxxxxxxxxx
";

/// Chance, conditions, ratchets, swing, triplets, shifts both ways up to half a step, chords, notes that outlast their step,
/// the pattern and the loop; locks and a program.
pub const RICH: &str = "
swing = 58
kick:                x...x..>0x.x...x.<300
snare:               ....X>200.......X<200..o
closed_hat:          x<500xx*3x?50xxx>500xx(1:2)xx*4xxxx?30x
ride step=1/12:      x.xx.xx.xx.x
bass ch=2 prog=34 cc74=40: C1=380{cc74=90} . . C1=200{bend=-3000} . . Eb1=90{cc74=5} . G0+G1=150 . . Bb0=1900 . . C1<400 .
pad ch=3 step=1/4:   C3+Eb3+G3+Bb3=450 . . Ab2+C3+Eb3=150
lead ch=4 step=1/8:  G3=50 Bb3=50 . C4=120*5 . Eb4(2:3) . G4<600
";

/// Tracks with delays of up to a second either way, beside one without, and locks.
pub const DELAYED: &str = "
swing = 58
kick:                    x...x..>0x.x...x.<300
snare delay=12.3:        ....X>200.......X<200..o
closed_hat delay=-7.5:   x<500xx*3x?50xxx>500xx(1:2)xx*4xxxx?30x
bass ch=2 cc74=40 delay=150: C1=380{cc74=90} . . C1=200 . . Eb1=90{cc74=5} . G0+G1=150 . .
pad ch=3 step=1/4 delay=-1000:  C3+Eb3=450 . . Ab2+C3=150
lead ch=4 step=1/8 delay=1000:  G3=50 Bb3=50 . C4=120*5 . Eb4(2:3) . G4<600
";

/// Thirty-two tracks that all start chords of sixteen keys on each beat.
#[must_use]
pub fn chords() -> Project {
    let mut text = String::new();
    for track in 0..32u8 {
        let keys: Vec<String> =
            (0..16).map(|key| pitch::name(Key::saturating(track / 16 * 64 + key * 3))).collect();
        text.push_str(&format!("t{track} ch={} step=1/4: {}\n", track % 16 + 1, keys.join("+")));
    }
    read(&text)
}

/// Twenty-four tracks that all start on each 16th: 24 events on one frame, and 24 offs with them.
#[must_use]
pub fn wide() -> Project {
    let mut text = String::new();
    for track in 0..24 {
        text.push_str(&format!("t{track} ch=1 key={}: xxxxxxxxxxxxxxxx\n", 36 + track));
    }
    read(&text)
}

/// Thirty-two tracks of 128 steps, no two alike: the most that a pattern holds.
#[must_use]
pub fn largest() -> Project {
    let mut text = String::new();
    for track in 0..32usize {
        let steps: String = (0..128)
            .map(|step| match (step * 7 + track * 5 + step / 16 * track) % 11 {
                0 => 'X',
                3 | 6 => 'x',
                9 => 'o',
                _ => '.',
            })
            .collect();
        text.push_str(&format!(
            "track{} ch={} key={}: {steps}\n",
            track + 1,
            track % 16 + 1,
            36 + track
        ));
    }
    read(&text)
}

/// Reads notation.
///
/// # Panics
/// If it is not sound: the fixtures are.
#[must_use]
pub fn read(text: &str) -> Project {
    match notation::read(text) {
        Ok((project, warnings)) => {
            assert!(warnings.is_empty(), "a fixture with warnings: {warnings:?}");
            project
        }
        Err(error) => panic!("a fixture that is not sound: {error}"),
    }
}

/// The text of a state that holds `project`, in the framework's envelope.
#[must_use]
pub fn state_with(project: &Project) -> String {
    state_with_text(&json::write(project))
}

/// The project that a state holds.
///
/// # Errors
/// If it holds none.
pub fn project_in(state: &str) -> Result<Project> {
    let state: serde_json::Value = serde_json::from_str(state)?;
    let field = state["fields"]["project"].as_str().context("no project in the state")?;
    let text: String = serde_json::from_str(field)?;
    Ok(json::read(text.as_bytes())?.0)
}

/// The text of a state that holds `project` and learned controllers, one a line.
#[must_use]
pub fn state_with_controllers(project: &Project, controllers: &str) -> String {
    let field = |text: &str| serde_json::Value::from(text).to_string();
    let fields = serde_json::json!({
        "project": field(&json::write(project)),
        "controllers": field(controllers),
    });
    serde_json::json!({ "version": "0.1.0", "params": {}, "fields": fields }).to_string()
}

/// The text of a state that holds `text` where the project belongs.
#[must_use]
pub fn state_with_text(text: &str) -> String {
    let field = serde_json::Value::from(text).to_string();
    serde_json::json!({ "version": "0.1.0", "params": {}, "fields": { "project": field } })
        .to_string()
}
