//! Pictures of the real window, for the pages and for whoever wants to see what a change did to it.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tresillo_pattern::Project;
use tresillo_pattern::format::json;

use crate::display::{Display, Picture};
use crate::fixtures;
use crate::hands::{Button, Place};
use crate::script::Transport;
use crate::stage::Stage;

/// The argument with which the test executable makes pictures, into the folder that follows: all, or those whose names begin
/// with the word behind it.
const ARGUMENT: &str = "--photograph";

/// The argument with which that calls itself for one picture: its name and its file follow.
const ONE_ARGUMENT: &str = "--photograph-one";

/// Frames of a block.
const BLOCK: u32 = 512;

/// What is in the window.
#[derive(Clone, Copy, Debug)]
enum Music {
    /// A factory pattern, by the name of its file.
    Factory(&'static str),
    /// As many tracks and steps as there can be.
    Largest,
}

/// What hands do before a picture is taken.
#[derive(Clone, Copy, Debug)]
enum Deed {
    /// Types it.
    Key(&'static str),
    /// Clicks there, in pixels of the window.
    Click(Place),
    /// The same with the right button.
    Ask(Place),
}

/// A picture to take.
#[derive(Clone, Debug)]
struct Shot {
    name: String,
    /// In pixels, at 100 %.
    size: (u16, u16),
    scale_percent: u16,
    is_dark: bool,
    music: Music,
    /// Where in the song, in quarter notes, it was stopped; it stands still without.
    beat: Option<f64>,
    deeds: &'static [Deed],
}

/// The sizes that are shown at every scale: name, size, dark or light.
const EDITORS: [(&str, (u16, u16), bool); 6] = [
    ("editor-dark", (1200, 760), true),
    ("editor-light", (1200, 760), false),
    ("editor-small", (820, 520), true),
    ("editor-large", (1800, 1100), true),
    ("light-small", (820, 520), false),
    ("light-large", (1800, 1100), false),
];

/// What the names of pictures at another scale end with, and the scale in percent.
const SCALES: [(&str, u16); 3] = [("", 100), ("-200", 200), ("-75", 75)];

/// What lies over the window: name, what is in the window, what opens it.
const OVERLAYS: [(&str, Music, &[Deed]); 13] = [
    ("help", BEAT, &[Deed::Key("?")]),
    ("browser", BEAT, &[Deed::Key("b")]),
    ("conditions", BEAT, &[Deed::Ask((882, 138)), Deed::Key("Escape"), Deed::Key("c")]),
    ("track", BEAT, &[Deed::Key("i")]),
    ("tools", BEAT, &[Deed::Key("u")]),
    ("pattern", MELODY, &[Deed::Key("q")]),
    ("settings", BEAT, &[Deed::Key(",")]),
    ("menu", BEAT, &[Deed::Click(MENU)]),
    ("locks", BEAT, &[Deed::Key("l")]),
    ("melody", MELODY, &[Deed::Click((100, 236)), Deed::Key("p")]),
    ("song", BEAT, &[Deed::Click(SONG), Deed::Click(ADD), Deed::Click(ADD), Deed::Click(ADD)]),
    (
        "song-list",
        BEAT,
        &[Deed::Click(SONG), Deed::Click(ADD), Deed::Click(ADD), Deed::Key("Shift o")],
    ),
    ("many-tracks", Music::Largest, &[Deed::Key("j"), Deed::Click((976, 746))]),
];

/// The button of the menu.
const MENU: Place = (1138, 24);

/// What plays the song instead of the pattern, and what adds the pattern to it.
const SONG: Place = (204, 68);
const ADD: Place = (930, 68);

/// A pattern with chances, conditions and ratchets.
const BEAT: Music = Music::Factory("conditional-fills");

/// A pattern with melodic tracks.
const MELODY: Music = Music::Factory("acid-line");

/// All pictures.
fn shots() -> Vec<Shot> {
    let mut shots = Vec::new();
    for (name, size, is_dark) in EDITORS {
        for (suffix, scale_percent) in SCALES {
            let name = format!("{name}{suffix}");
            let (music, beat, deeds) = (BEAT, Some(4.6), &[]);
            shots.push(Shot { name, size, scale_percent, is_dark, music, beat, deeds });
        }
    }
    for (name, music, deeds) in OVERLAYS {
        let (size, scale_percent, is_dark, beat) = ((1200, 760), 100, true, None);
        shots.push(Shot { name: name.into(), size, scale_percent, is_dark, music, beat, deeds });
    }
    shots.push(Shot {
        name: "step".into(),
        size: (820, 520),
        scale_percent: 100,
        is_dark: true,
        music: MELODY,
        beat: None,
        deeds: &[Deed::Click((80, 180)), Deed::Key("Enter")],
    });
    shots
}

/// Does what the arguments ask for, if that is pictures; gives a line for each.
pub fn called(mut arguments: impl Iterator<Item = OsString>) -> Option<Result<String>> {
    let first = arguments.next()?;
    let second = arguments.next().unwrap_or_default();
    if first == ARGUMENT {
        let only = arguments.next().unwrap_or_default();
        return Some(take_all(Path::new(&second), &only.to_string_lossy()));
    }
    (first == ONE_ARGUMENT).then(|| {
        let file = PathBuf::from(arguments.next().context("no file is named")?);
        take(&second.to_string_lossy(), &file)
    })
}

/// Takes all pictures whose names begin with `only`, each in a process of its own on one display.
fn take_all(folder: &Path, only: &str) -> Result<String> {
    std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    let display = Display::open()?;
    let mut told = String::new();
    for shot in shots().iter().filter(|shot| shot.name.starts_with(only)) {
        let data = tempfile::tempdir()?;
        choose(shot, data.path())?;
        let file = folder.join(&shot.name).with_extension("png");
        let words = [OsStr::new(ONE_ARGUMENT), OsStr::new(&shot.name), file.as_os_str()];
        let one = display.call_with_data(&words, data.path().as_os_str());
        told.push_str(&one.with_context(|| shot.name.clone())?);
    }
    Ok(told)
}

/// How large the window is, in pixels.
fn pixels(shot: &Shot) -> Result<(u16, u16)> {
    let scaled = |points: u16| u32::from(points) * u32::from(shot.scale_percent) / 100;
    Ok((scaled(shot.size.0).try_into()?, scaled(shot.size.1).try_into()?))
}

/// Writes what the window's user has chosen.
fn choose(shot: &Shot, data: &Path) -> Result<()> {
    let (width, height) = pixels(shot)?;
    let choices = serde_json::json!({
        "is_dark": shot.is_dark,
        "scale_percent": shot.scale_percent,
        "width": width,
        "height": height,
    });
    let folder = data.join("tresillo");
    std::fs::create_dir_all(&folder)?;
    Ok(std::fs::write(folder.join("window.json"), choices.to_string())?)
}

/// Takes one picture.
fn take(name: &str, file: &Path) -> Result<String> {
    let shot = shots().into_iter().find(|shot| shot.name == name).context("no such picture")?;
    let mut stage = Stage::open(&project(shot.music)?, pixels(&shot)?)?;
    if let Some(beat) = shot.beat {
        play_until(&mut stage, beat)?;
    }
    for deed in shot.deeds {
        match deed {
            Deed::Key(keys) => stage.hands.key(keys)?,
            Deed::Click(at) => stage.hands.click(*at, Button::Left)?,
            Deed::Ask(at) => stage.hands.click(*at, Button::Right)?,
        }
        // What the window turns reaches the parameters with a block.
        std::thread::sleep(std::time::Duration::from_millis(60));
        stage.instance.process(BLOCK, Some(Transport::default()))?;
    }
    stage.hands.leave()?;
    let picture = stage.picture()?;
    write(&picture, file)?;
    stage.close()?;
    Ok(format!("{} × {}  {}\n", picture.size.0, picture.size.1, file.display()))
}

fn project(music: Music) -> Result<Project> {
    let Music::Factory(name) = music else { return Ok(fixtures::largest()) };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../presets/patterns");
    let path = folder.join(name).with_extension("json");
    let bytes = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    Ok(json::read(&bytes)?.0)
}

/// Plays up to a beat, faster than the music; then the host says nothing more, and the playhead stays.
fn play_until(stage: &mut Stage, beat: f64) -> Result<()> {
    let mut frame = 0;
    loop {
        let transport = Transport::rolling(frame);
        if transport.beat >= beat {
            return Ok(());
        }
        stage.instance.process(BLOCK, Some(transport))?;
        frame += i64::from(BLOCK);
    }
}

fn write(picture: &Picture, path: &Path) -> Result<()> {
    let file = File::create(path).with_context(|| format!("writing {}", path.display()))?;
    let (width, height) = picture.size;
    let mut encoder = png::Encoder::new(BufWriter::new(file), width.into(), height.into());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&picture.rgb())?;
    Ok(writer.finish()?)
}
