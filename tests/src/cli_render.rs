//! The ways a render can be asked for: formats, levels, stems, songs.

use std::fs;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;

use crate::command::Room;
use crate::registry::trial;

type Test = fn() -> Result<()>;

/// The tests of this module.
#[must_use]
pub fn tests() -> Vec<Trial> {
    let tests: &[(&str, Test)] = &[
        ("cli_writes_flac_that_another_reader_reads", flac),
        ("cli_brings_a_render_to_a_loudness_or_a_peak", normalize),
        ("cli_writes_one_file_a_track", stems),
        ("cli_plays_the_song_of_a_project", song),
    ];
    tests.iter().map(|&(name, test)| trial(name, None, test)).collect()
}

const BEAT: &str =
    "tempo = 120\nkick: x... x...\nOpenHat: ..x. ..x.\nbass ch=2 prog=34: C1 . Eb1 . G1 . C1 .\n";

fn report(room: &Room, line: &str) -> Result<serde_json::Value> {
    Ok(serde_json::from_str(&room.succeed(line)?)?)
}

fn flac() -> Result<()> {
    let room = Room::new()?;
    room.write("beat.txt", BEAT)?;
    for (depth, bits) in [("f32", 24), ("24", 24), ("16", 16)] {
        room.succeed(&format!("-q render beat.txt -o beat.flac --depth {depth}"))?;
        let whole = if bits == 16 { "16" } else { "24" };
        room.succeed(&format!("-q render beat.txt -o beat.wav --depth {whole}"))?;
        let mut flac = claxon::FlacReader::open(room.path().join("beat.flac"))?;
        ensure!(flac.streaminfo().bits_per_sample == bits, "{:?}", flac.streaminfo());
        let flac: Vec<i32> = flac.samples().collect::<Result<_, _>>()?;
        let mut wav = hound::WavReader::open(room.path().join("beat.wav"))?;
        let wav: Vec<i32> = wav.samples::<i32>().collect::<Result<_, _>>()?;
        ensure!(flac == wav, "FLAC of {bits} bits differs from WAV");
    }
    room.succeed("-q render beat.txt --format flac")?;
    room.fail("render beat.txt -o beat.wav --format flac", 2, "should end in .wav or .flac")
}

fn normalize() -> Result<()> {
    let room = Room::new()?;
    room.write("beat.txt", BEAT)?;
    let plain = report(&room, "render beat.txt --json --cycles 4")?;
    ensure!(plain.get("gain_db").is_none(), "{plain}");
    let loud = report(&room, "render beat.txt --json --cycles 4 --normalize -23")?;
    let lufs = loud["lufs"].as_f64().context("no loudness")?;
    ensure!((lufs + 23.0).abs() < 0.05, "{lufs} LUFS");
    ensure!(loud["frames"] == plain["frames"], "another length");
    let peak = report(&room, "render beat.txt --json --cycles 4 --normalize peak")?;
    let peak = peak["peak_dbfs"].as_f64().context("no peak")?;
    ensure!((peak + 1.0).abs() < 0.01, "{peak} dBFS");
    let held = report(&room, "render beat.txt --json --cycles 4 --normalize -1")?;
    let peak = held["peak_dbfs"].as_f64().context("no peak")?;
    ensure!((peak + 1.0).abs() < 0.01, "{peak} dBFS");
    ensure!(held["warnings"][0].as_str().is_some_and(|w| w.contains("would clip")), "{held}");
    room.fail("render beat.txt --normalize loud", 2, "peak, or LUFS from -70 to 0")?;
    ensure!(room.names()? == ["beat.txt", "beat.wav"], "{:?}", room.names()?);
    Ok(())
}

fn stems() -> Result<()> {
    let room = Room::new()?;
    room.write("beat.txt", BEAT)?;
    let mix = report(&room, "render beat.txt --json -o mix.wav")?;
    let lines = room.succeed("render beat.txt --json --stems --out-dir stems")?;
    let mut notes = 0;
    for line in lines.lines() {
        let stem: serde_json::Value = serde_json::from_str(line)?;
        ensure!(stem["music_seconds"] == mix["music_seconds"], "{stem}");
        notes += stem["notes"].as_u64().context("no notes")?;
    }
    ensure!(Some(notes) == mix["notes"].as_u64(), "{notes} notes in the stems");
    let mut names: Vec<String> = fs::read_dir(room.path().join("stems"))?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_>>()?;
    names.sort();
    ensure!(names == ["beat.01-kick.wav", "beat.02-OpenHat.wav", "beat.03-bass.wav"], "{names:?}");
    // A MIDI file has stems too: of the tracks that have notes.
    room.succeed("-q convert beat.txt beat.mid")?;
    let lines = room.succeed("render beat.mid --json --stems --out-dir midi")?;
    ensure!(lines.lines().count() == 3, "{lines}");
    room.fail("render absent.mid --stems", 1, "reading absent.mid")
}

fn song() -> Result<()> {
    let room = Room::new()?;
    room.write(
        "song.json",
        r#"{"format": "tresillo/1", "patterns": [
            {"name": "A", "tracks": [{"id": 1, "channel": 10, "key": 36, "gates": "x..."}]},
            {"name": "B", "tracks": [{"id": 1, "channel": 10, "key": 38, "gates": "x..x"}]}],
            "song": [{"pattern": 1, "bars": 1}, {"pattern": 2, "bars": 2}]}"#,
    )?;
    let song = report(&room, "render song.json --json --tail none")?;
    // Three bars of 4/4 at 120 BPM; one hit a beat, then two.
    ensure!(song["music_seconds"] == 6.0 && song["notes"] == 4 + 16, "{song}");
    let one = report(&room, "render song.json --json --tail none --pattern B")?;
    ensure!(one["music_seconds"] == 0.5 && one["notes"] == 2, "{one}");
    ensure!(room.succeed("events song.json")?.lines().count() == 2 * 20);
    // A song whose patterns have other tracks and programs than the first: nothing of them is lost on the way.
    room.write(
        "two.json",
        r#"{"format": "tresillo/1", "patterns": [
            {"name": "A", "tracks": [{"id": 1, "name": "lead", "program": 5, "gates": "x...", "steps": [{"step": 1, "notes": [60]}]}]},
            {"name": "B", "tracks": [
                {"id": 1, "name": "lead", "program": 20, "gates": "x...", "steps": [{"step": 1, "notes": [62]}]},
                {"id": 2, "name": "bass", "channel": 2, "program": 33, "gates": "x...", "steps": [{"step": 1, "notes": [40]}]}]}],
            "song": [{"pattern": 2, "bars": 1}, {"pattern": 1, "bars": 1}]}"#,
    )?;
    let listed = room.succeed("events two.json")?;
    let programs: Vec<&str> = listed.lines().filter(|line| line.contains("program")).collect();
    let expected = [
        "0\t1\t1\tprogram\t19\t0\t0",
        "0\t2\t2\tprogram\t32\t0\t0",
        "80640\t1\t1\tprogram\t4\t0\t0",
    ];
    ensure!(programs == expected, "{programs:?}");
    room.succeed("-q convert two.json two.mid")?;
    let ons = |text: &str| text.lines().filter(|line| line.contains("note-on")).count();
    let printed = room.succeed("events two.mid")?;
    ensure!(ons(&listed) == 12 && ons(&printed) == 12, "{listed}\n{printed}");
    ensure!(printed.lines().filter(|line| line.contains("program")).count() == 3, "{printed}");
    let stems = room.succeed("render two.json --stems --json --out-dir two")?;
    ensure!(stems.lines().count() == 2, "{stems}");
    room.fail("render song.json -o a.flac --rate 192000", 2, "FLAC is written up to 96000 Hz")?;
    Ok(())
}
