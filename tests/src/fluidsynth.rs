//! SoundFonts against fluidsynth, with its own gain and effects: as loud, and of the same colour.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use libtest_mimic::Trial;

use crate::command::Room;
use crate::registry::trial;
use crate::render_real::phrase::beginning;
use crate::render_real::{FLUID_R3, SOUNDFONT_FOLDERS, TIM_GM, found};
use crate::spectrum::{Sound, apart_db};

/// The tests of this module.
#[must_use]
pub fn tests() -> Vec<Trial> {
    let mut tests: Vec<Trial> = [
        ("timgm6mb", TIM_GM, "timgm6mb-soundfont", TIM_DRY, TIM_WET),
        ("fluidr3", FLUID_R3, "fluid-soundfont-gm", FLUID_DRY, FLUID_WET),
    ]
    .into_iter()
    .map(|(name, font, package, dry, wet)| {
        let name = format!("render_soundfont_is_like_fluidsynth_{name}");
        let missing = missing(font, package);
        trial(&name, missing.as_deref(), move || {
            let room = room()?;
            compare(&room, font, &PIECES, Effects::Off, dry)?;
            compare(&room, font, &WITH_REVERB, Effects::On, wet)
        })
    })
    .collect();
    let missing = missing(MUSESCORE, "musescore-general-soundfont");
    let name = "render_soundfont_with_modulators_is_unlike_fluidsynth_musescore_sf3";
    tests.push(trial(name, missing.as_deref(), modulators));
    tests
}

/// Reverb and chorus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effects {
    On,
    Off,
}

/// A large font with compressed samples.
const MUSESCORE: &str = "MuseScore_General.sf3";

/// Where the pieces are.
fn music() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/midi/music")
}

const PIECES: [&str; 5] =
    ["bach_846", "childrens_corner_1", "claire_de_lune", "concerto_for_orchestra_1", "passepied"];

fn missing(font: &str, package: &str) -> Option<String> {
    if !music().is_dir() {
        return Some("../shared/data is absent; put the test data of others there".to_owned());
    }
    if found(&SOUNDFONT_FOLDERS, font).is_none() {
        return Some(format!("{font} is absent; apt install {package}"));
    }
    let is_there = Command::new("fluidsynth").arg("--version").output().is_ok();
    (!is_there).then(|| "fluidsynth is absent; `cargo xtask setup` installs it".to_owned())
}

/// Those whose controllers ask for much of the reverb, which is another one in each.
const WITH_REVERB: [&str; 2] = ["bach_846", "claire_de_lune"];

/// How much of a piece is played, in quarter notes.
const QUARTERS: u32 = 48;

/// How long fluidsynth may take for that.
const PATIENCE: Duration = Duration::from_secs(60);

/// Seconds softer than the loudest by more than this are not compared.
const LEVEL_RANGE_DB: f64 = 40.0;
/// Bands likewise.
const BAND_RANGE_DB: f64 = 50.0;

/// By how many dB the two may be apart in a piece.
#[derive(Clone, Copy)]
struct Bounds {
    /// The level of a second: the median, and the worst.
    levels: (f64, f64),
    /// A third of an octave: the median, and the worst.
    bands: (f64, f64),
}

const TIM_DRY: Bounds = Bounds { levels: (0.35, 3.5), bands: (0.65, 2.8) };
const TIM_WET: Bounds = Bounds { levels: (1.8, 4.0), bands: (1.4, 3.6) };
const FLUID_DRY: Bounds = Bounds { levels: (0.3, 2.2), bands: (0.35, 2.4) };
const FLUID_WET: Bounds = Bounds { levels: (0.8, 2.2), bands: (0.9, 4.0) };

/// A folder with the pieces.
fn room() -> Result<Room> {
    let room = Room::new()?;
    for piece in PIECES {
        let whole = std::fs::read(music().join(piece).with_extension("mid"))?;
        room.write(&format!("{piece}.mid"), beginning(&whole, QUARTERS).context(piece)?)?;
    }
    Ok(room)
}

/// The fonts of MuseScore shape what they sound by modulators of their own, as velocity opening a filter. rustysynth knows
/// none, so soft notes are far too soft and dull. This test fails when that is better; then it is to have bounds.
fn modulators() -> Result<()> {
    let room = room()?;
    let generous = Bounds { levels: (2.0, 6.0), bands: (3.0, 12.0) };
    let compared = compare(&room, MUSESCORE, &PIECES[..1], Effects::Off, generous);
    ensure!(compared.is_err(), "{MUSESCORE} sounds like it does in fluidsynth; give it bounds");
    Ok(())
}

fn compare(
    room: &Room,
    font: &str,
    pieces: &[&str],
    effects: Effects,
    bounds: Bounds,
) -> Result<()> {
    let switch = if effects == Effects::On { "on" } else { "off" };
    let files: Vec<String> = pieces.iter().map(|piece| format!("{piece}.mid")).collect();
    room.succeed(&format!(
        "-q render {} --out-dir {switch} -p {font} --param effects={switch}",
        files.join(" ")
    ))?;
    let mut told = String::new();
    let mut is_like = true;
    for piece in pieces {
        let ours = Sound::read(&room.path().join(switch).join(piece).with_extension("wav"))?;
        let theirs = theirs(room, piece, font, effects)?;
        // Where the piece is cut, each lets go in its own way.
        let second = usize::try_from(ours.rate_hz)?;
        let frames = ours.frames().min(theirs.frames()).saturating_sub(second);
        let (ours, theirs) = (ours.first(frames), theirs.first(frames));
        let levels = apart_db(&ours.levels_dbfs(), &theirs.levels_dbfs(), LEVEL_RANGE_DB);
        let bands = apart_db(&ours.bands_db(), &theirs.bands_db(), BAND_RANGE_DB);
        is_like &= levels.0 <= bounds.levels.0
            && levels.1 <= bounds.levels.1
            && bands.0 <= bounds.bands.0
            && bands.1 <= bounds.bands.1;
        write!(
            told,
            "; {piece}: levels {:.2} and {:.2} dB, bands {:.2} and {:.2} dB",
            levels.0, levels.1, bands.0, bands.1
        )?;
    }
    ensure!(
        is_like,
        "{font} with effects {switch} differs from fluidsynth by more than {:?} dB in levels or {:?} dB in bands (median and worst){told}",
        bounds.levels,
        bounds.bands
    );
    Ok(())
}

fn theirs(room: &Room, piece: &str, font: &str, effects: Effects) -> Result<Sound> {
    let font = found(&SOUNDFONT_FOLDERS, font).context("the font went away")?;
    let output = room.path().join(format!("{piece}.fluidsynth.wav"));
    let mut process = Command::new("fluidsynth")
        .args(if effects == Effects::On { &[][..] } else { &["-R", "0", "-C", "0"] })
        .args(["-n", "-i", "-q", "-r", "48000", "-g", "0.2", "-O", "float", "-T", "wav", "-F"])
        .arg(&output)
        .arg(font)
        .arg(room.path().join(piece).with_extension("mid"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("starting fluidsynth")?;
    let start = Instant::now();
    let status = loop {
        if let Some(status) = process.try_wait()? {
            break status;
        }
        if start.elapsed() > PATIENCE {
            process.kill()?;
            process.wait()?;
            bail!("fluidsynth did not end on {piece}");
        }
        thread::sleep(Duration::from_millis(5));
    };
    ensure!(status.success(), "fluidsynth ended with {status} on {piece}");
    Sound::read(&output)
}
