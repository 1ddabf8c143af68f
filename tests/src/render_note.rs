//! Single notes, chords, and whole instruments as samples.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;

use crate::booth::{Booth, FORMATS};
use crate::event_log;
use crate::registry::trial;
use crate::sound::Sound;
use crate::test_plugins::LOG;

type Test = fn() -> Result<()>;

/// The tests of this module.
#[must_use]
pub fn tests() -> Vec<Trial> {
    let tests: &[(&str, Test)] = &[
        ("render_note_a_chord_is_one_file_and_each_argument_another", chords),
        ("render_note_pedals_program_and_channel_are_told_in_their_order", pedals),
        ("render_note_a_whole_instrument_with_its_sfz", instrument),
        ("render_note_without_the_tail_is_trimmed_to_the_sound", trim),
        ("render_note_what_makes_no_sense_is_usage", usage),
    ];
    tests.iter().map(|&(name, test)| trial(name, None, test)).collect()
}

/// Frames of a second.
const RATE: u64 = 48_000;

/// The sound of keys that are struck at once, so many frames long.
fn impulse(keys: &[u8], velocity: u8, frames: u64) -> Sound {
    let mut sound = Sound::silent(frames);
    for key in keys {
        sound.left[0] += f32::from(velocity) / 127.0;
        sound.right[0] += f32::from(*key) / 127.0;
    }
    sound
}

fn chords() -> Result<()> {
    let booth = Booth::new()?;
    for format in FORMATS {
        let line =
            "note C3,E3,G3 -p @impulse -p @latency -o chord.wav --velocity 99 --duration 0.75";
        let (report, sound) = booth.render(format, line)?;
        sound.is_exactly(&impulse(&[60, 64, 67], 99, RATE * 3 / 4)).context(format)?;
        ensure!(report["notes"] == 3 && report["latency_frames"] == 1000, "{report}");
        ensure!(
            report["music_seconds"] == 0.75 && report["input"] == "C3+E3+G3 at velocity 99",
            "{report}"
        );
        let line = "note 0 127 C-2,G8 Bb4 -p @impulse --out-dir notes";
        let reports = booth.reports(format, line)?;
        let names: Vec<&str> = reports.iter().filter_map(|r| r["output"].as_str()).collect();
        let all = [
            ("notes/impulse-C-2-v100.wav", vec![0u8]),
            ("notes/impulse-G8-v100.wav", vec![127]),
            ("notes/impulse-C-2+G8-v100.wav", vec![0, 127]),
            ("notes/impulse-A#4-v100.wav", vec![82]),
        ];
        // In VST3 the plugin was named by a name with a space in it.
        let called = |name: &str| match format {
            "vst3" => name.replace("impulse", "Test Impulse"),
            _ => name.to_owned(),
        };
        let expected: Vec<String> = all.iter().map(|(name, _)| called(name)).collect();
        ensure!(names == expected, "{format}: {names:?}");
        for (name, keys) in all {
            let sound = booth.sound(&called(name))?;
            sound.is_exactly(&impulse(&keys, 100, RATE)).with_context(|| name.to_owned())?;
        }
    }
    Ok(())
}

fn pedals() -> Result<()> {
    let mut booth = Booth::new()?;
    let log = booth.room.path().join("events.log");
    booth.room.set_env(LOG, &log);
    for format in FORMATS {
        let told = |line: &str| -> Result<Vec<(u64, String, i64)>> {
            if log.exists() {
                fs::remove_file(&log)?;
            }
            booth.report(format, &format!("note {line} -p @events -o x.wav --tail 0.1"))?;
            let lines = event_log::read(&log)?;
            #[allow(clippy::cast_possible_truncation, reason = "seven bits")]
            let seven = |told: event_log::Told| {
                let is_note = told.what.starts_with("note-");
                let value = if is_note { told.value * 127.0 } else { told.value };
                (told.frame, told.what, value.round() as i64)
            };
            Ok(event_log::told(&lines).into_iter().map(seven).collect())
        };
        let of = |all: &[(u64, &str, i64)]| -> Vec<(u64, String, i64)> {
            all.iter().map(|(frame, what, value)| (*frame, (*what).to_owned(), *value)).collect()
        };
        let plain = told("60 --duration 0.5")?;
        let expected = of(&[(0, "note-on 0 60", 100), (24_000, "note-off 0 60", 64)]);
        ensure!(plain == expected, "{format}: {plain:?}");
        let all = told(
            "60,64 --duration 0.5 --channel 10 --program 128 --soft=40 --sustain --sostenuto=90 --velocity 1",
        )?;
        let expected = of(&[
            (0, "cc 9 64", 127),
            (0, "cc 9 66", 90),
            (0, "cc 9 67", 40),
            (0, "note-on 9 60", 1),
            (0, "note-on 9 64", 1),
            (0, "program 9", 127),
            (24_000, "note-off 9 60", 64),
            (24_000, "note-off 9 64", 64),
            (48_000, "cc 9 64", 0),
            (48_000, "cc 9 66", 0),
            (48_000, "cc 9 67", 0),
        ]);
        ensure!(all == expected, "{format}: {all:?}");
        // On one frame: program and pedals, the keys, and then the sostenuto, which holds what is down.
        let order: Vec<String> = event_log::read(&log)?
            .iter()
            .filter(|line| line.text("frame") == "0" && !line.text("channel").is_empty())
            .map(|line| format!("{} {}", line.word, line.text("controller")).trim().to_owned())
            .collect();
        let expected = ["program", "cc 67", "cc 64", "note-on", "note-on", "cc 66"];
        // VST3 keeps controllers apart from notes, so that there is no order between them.
        ensure!(format == "vst3" || order == expected, "{format}: {order:?}");
        let half = told("60 --sustain=64 --duration 0.1")?;
        ensure!(half.contains(&(0, "cc 0 64".to_owned(), 64)), "{format}: {half:?}");
    }
    Ok(())
}

/// The value of an opcode in a line of SFZ.
fn opcode<'a>(line: &'a str, name: &str) -> Result<&'a str> {
    let place = line.split(' ').find_map(|part| part.strip_prefix(&format!("{name}=")));
    place.with_context(|| format!("no {name} in {line}"))
}

fn instrument() -> Result<()> {
    let booth = Booth::new()?;
    for format in FORMATS {
        let folder = format!("set-{format}");
        let line = format!(
            "note --keys 60-72:6 --velocities 32,127 --round-robins 2 --name {{key}}_{{velocity}}_{{round}} --trim --sfz {folder}/set.sfz --out-dir {folder} -p @impulse -p @latency --jobs 2 --duration 0.3"
        );
        let reports = booth.reports(format, &line)?;
        ensure!(reports.len() == 12, "{format}: {} files", reports.len());
        let mut names = BTreeSet::new();
        for key in [60u8, 66, 72] {
            for velocity in [32u8, 127] {
                for round in [1, 2] {
                    let name = format!("{key:03}_{velocity:03}_{round}.wav");
                    // Trimmed, it is the impulse and nothing else.
                    let sound = booth.sound(&format!("{folder}/{name}"))?;
                    sound
                        .is_exactly(&impulse(&[key], velocity, 1))
                        .with_context(|| name.clone())?;
                    names.insert(name);
                }
            }
        }
        let sfz = fs::read_to_string(booth.room.path().join(&folder).join("set.sfz"))?;
        ensure!(sfz.contains("seq_length=2"), "{sfz}");
        // Every key and velocity is played by one file in each round.
        let mut players = vec![0u32; 3 * 128 * 128];
        let (mut low, mut high) = (0, 0);
        let mut sampled = BTreeSet::new();
        for line in sfz.lines() {
            if line.starts_with("<group>") {
                low = opcode(line, "lovel")?.parse::<usize>()?;
                high = opcode(line, "hivel")?.parse::<usize>()?;
            }
            if !line.starts_with("<region>") {
                continue;
            }
            let name = opcode(line, "sample")?;
            ensure!(names.contains(name), "{format}: {name} is none of the files");
            sampled.insert(name.to_owned());
            let number = |name: &str| -> Result<usize> { Ok(opcode(line, name)?.parse()?) };
            let (from, to, round) = (number("lokey")?, number("hikey")?, number("seq_position")?);
            let key = number("pitch_keycenter")?;
            ensure!(
                name.starts_with(&format!("{key:03}_{high:03}").replace("_127", "_127")),
                "{line}"
            );
            ensure!((from..=to).contains(&key), "{line}");
            for key in from..=to {
                for velocity in low..=high {
                    players[(round * 128 + key) * 128 + velocity] += 1;
                }
            }
        }
        ensure!(sampled == names, "{format}: {sampled:?}");
        for round in 1..=2 {
            for key in 0..128 {
                for velocity in 1..128 {
                    let count = players[(round * 128 + key) * 128 + velocity];
                    ensure!(count == 1, "{format}: key {key} at {velocity}: {count} files");
                }
            }
        }
        let listed = booth.reports(format, &format!("{line} --resume"))?;
        ensure!(listed.iter().all(|report| report["skipped"] == true), "{format}: again");
    }
    // One that fails: no SFZ file that names what is not there.
    let line = "note --keys 60-72:6 --sfz bad/set.sfz --out-dir bad -p @crash";
    let ran = booth.run("clap", line)?;
    ensure!(ran.code == 1, "ended with {}", ran.code);
    ensure!(!booth.room.path().join("bad").join("set.sfz").exists(), "an SFZ of nothing");
    Ok(())
}

fn trim() -> Result<()> {
    let booth = Booth::new()?;
    for format in FORMATS {
        let line = "note 60 --velocity 127 --trim -p @impulse -p @echo -o x.wav";
        let (report, sound) = booth.render(format, &format!("{line} --tail 3"))?;
        // From the impulse to its repeat.
        let mut expected = impulse(&[60], 127, 2 * RATE + 1);
        let last = usize::try_from(2 * RATE)?;
        expected.left[last] = 0.5;
        expected.right[last] = 0.5 * 60.0 / 127.0;
        sound.is_exactly(&expected).context(format)?;
        ensure!(report["seconds"].as_f64().is_some_and(|s| (s - 2.0).abs() < 1e-3), "{report}");
    }
    Ok(())
}

fn usage() -> Result<()> {
    let booth = Booth::new()?;
    for (line, sentence) in [
        ("note -p @impulse", "required"),
        ("note H3 -p @impulse", "H3 is no key; a number from 0 to 127 or a name like C3"),
        ("note 128 -p @impulse", "128 is no key"),
        ("note 60 62 -o x.wav -p @impulse", "-o takes one note, and there are 2"),
        ("note 60 62 --name same -p @impulse", "would both be written to same.wav"),
        ("note --keys 72-60 -p @impulse", "--keys 72-60: the lower key has to stand first"),
        ("note --keys 60-72:0 -p @impulse", "FROM-TO or FROM-TO:EVERY is needed"),
        ("note 60 --velocity 0 -p @impulse", "0 is not in 1..=127"),
        ("note 60 --channel 17 -p @impulse", "17 is not in 1..=16"),
        ("note 60 --duration long -p @impulse", "seconds from 0 to 3600"),
        ("note C3,E3 --sfz a.sfz -p @impulse", "--sfz takes single notes, and there are chords"),
    ] {
        booth.fail("clap", line, 2, sentence)?;
    }
    Ok(())
}
