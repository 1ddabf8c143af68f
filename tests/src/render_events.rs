//! What instruments are told: the right values at the right frames, by each format's own way.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use tresillo_pattern::smf::{self, TempoMap};

use crate::booth::{Booth, FORMATS, warnings};
use crate::event_log::{self, Line, Told};
use crate::piece::Piece;
use crate::registry::trial;
use crate::test_plugins::LOG;

mod transport;

type Test = fn() -> Result<()>;

/// The tests of this module.
#[must_use]
pub fn tests() -> Vec<Trial> {
    let tests: &[(&str, Test)] = &[
        ("render_events_of_midi_arrive_with_their_values_on_their_frames", messages),
        ("render_events_of_single_notes_arrive_from_a_project", expressions),
        ("render_events_that_a_format_cannot_say_are_a_warning", losses),
        ("render_events_of_a_pedal_that_is_held_at_the_end_are_let_go", held),
        ("render_events_activation_tells_rate_block_and_offline_mode", activation),
    ];
    tests.iter().map(|&(name, test)| trial(name, None, test)).chain(transport::tests()).collect()
}

/// A booth whose plugins write a log, and where that is.
fn booth() -> Result<(Booth, PathBuf)> {
    let mut booth = Booth::new()?;
    let log = booth.room.path().join("events.log");
    booth.room.set_env(LOG, &log);
    Ok((booth, log))
}

/// What the plugin is told in a run of a line.
fn heard(booth: &Booth, log: &PathBuf, format: &str, line: &str) -> Result<Vec<Line>> {
    if log.exists() {
        std::fs::remove_file(log)?;
    }
    booth.report(format, line)?;
    event_log::read(log)
}

/// What of the bytes of MIDI should arrive; CLAP has an expression for the pressure of a key.
fn expected(format: &str, messages: &[(u64, [u8; 3])], map: &TempoMap, rate: u32) -> Vec<Told> {
    let mut all: Vec<Told> = messages
        .iter()
        .map(|(tick, [status, first, second])| {
            let (channel, one, two) = (status & 15, *first, f64::from(*second));
            let (what, value) = match status & 0xF0 {
                0x80 => (format!("note-off {channel} {one}"), two / 127.0),
                0x90 => (format!("note-on {channel} {one}"), two / 127.0),
                0xA0 if format == "clap" => {
                    (format!("expression {channel} {one} pressure"), two / 127.0)
                }
                0xA0 => (format!("poly-pressure {channel} {one}"), two),
                0xB0 => (format!("cc {channel} {one}"), two),
                0xC0 => (format!("program {channel}"), f64::from(one)),
                0xD0 => (format!("pressure {channel}"), f64::from(one)),
                _ => (format!("bend {channel}"), f64::from(one) + 128.0 * two - 8192.0),
            };
            Told { frame: map.frame_of(*tick, rate), what, value }
        })
        .collect();
    event_log::sort(&mut all);
    all
}

/// All kinds of messages on several channels, many on one tick.
fn all_messages() -> Vec<(u64, [u8; 3])> {
    let mut all = Vec::new();
    let mut tick = 0;
    for (index, channel) in [0u8, 1, 9, 15].into_iter().enumerate() {
        let key = 40 + 7 * u8::try_from(index).unwrap_or(0);
        // Two bytes of a program or a pressure; the third is not written.
        all.push((tick, [0xC0 | channel, [0, 5, 127, 64][index], 0]));
        for (controller, value) in [(1, 1), (7, 127), (64, 127), (66, 64), (67, 0), (74, 99)] {
            all.push((tick, [0xB0 | channel, controller, value]));
        }
        for (after, [low, high]) in [(0, [0, 0]), (1, [0, 64]), (2, [127, 127]), (31, [1, 64])] {
            all.push((tick + after, [0xE0 | channel, low, high]));
        }
        all.push((tick, [0x90 | channel, key, [1, 64, 100, 127][index]]));
        for (after, pressure) in [(5, 0), (6, 77), (7, 127)] {
            all.push((tick + after, [0xA0 | channel, key, pressure]));
            all.push((tick + after, [0xD0 | channel, 127 - pressure, 0]));
        }
        all.push((tick + 40, [0x80 | channel, key, [0, 64, 1, 127][index]]));
        for (controller, value) in [(64, 0), (66, 0), (1, 127), (74, 0)] {
            all.push((tick + 45, [0xB0 | channel, controller, value]));
        }
        tick += 53;
    }
    all
}

fn file_of(messages: &[(u64, [u8; 3])]) -> Vec<u8> {
    let mut piece = Piece::new(71);
    for tick in [0u64, 17, 60, 61, 150] {
        piece.tempo(tick, 350_007 + u32::try_from(tick).unwrap_or(0) * 3001);
    }
    for (tick, bytes) in messages {
        let length = if matches!(bytes[0] & 0xF0, 0xC0 | 0xD0) { 2 } else { 3 };
        piece.add(0, *tick, &bytes[..length]);
        // What stands on the last frame is behind the music, and not told where there is no tail.
        piece.end(*tick + 5);
    }
    piece.bytes()
}

fn messages() -> Result<()> {
    let (booth, log) = booth()?;
    let messages = all_messages();
    let bytes = file_of(&messages);
    booth.room.write("a.mid", &bytes)?;
    let (file, _) = smf::read(&bytes)?;
    let map = TempoMap::new(&file, None);
    for format in FORMATS {
        for (block, rate, chain) in
            [(512, 48_000, ""), (64, 44_100, ""), (1, 8_000, ""), (4096, 96_000, "-p @latency")]
        {
            let line = format!(
                "render a.mid -p @events {chain} --block {block} --rate {rate} --tail none"
            );
            let lines = heard(&booth, &log, format, &line)?;
            let expected = expected(format, &messages, &map, rate);
            event_log::is_same(&event_log::told(&lines), &expected)
                .with_context(|| format!("{format}: {line}"))?;
        }
    }
    Ok(())
}

/// Three notes, two of them in a chord, each with what is its own.
const PROJECT: &str = r#"{"format": "tresillo/1", "tempo": 100, "patterns": [{"name": "A", "tracks": [
    {"id": 1, "channel": 3, "program": 3, "gates": "x.x.",
     "base": {"cc74": 64, "bend": 0, "tuning": 0, "brightness": 64, "pan": 0, "pressure": 0},
     "steps": [
        {"step": 1, "notes": [60, 64], "locks": {"tuning": 50, "brightness": 127, "pan": -64, "cc74": 100, "pressure": 33}},
        {"step": 3, "notes": [62], "locks": {"tuning": -1200, "brightness": 0, "pan": 63, "bend": 8191, "program": 5}}]}]}]}"#;

fn expressions() -> Result<()> {
    let (booth, log) = booth()?;
    booth.room.write("a.json", PROJECT)?;
    // A sixteenth at 100 BPM is 0.15 s; a gate is half of it.
    let (first, off, second, last) = (0, 3600, 14_400, 18_000);
    for format in FORMATS {
        let mut expected: Vec<Told> = Vec::new();
        let mut tell = |frame: u64, what: &str, value: f64| {
            expected.push(Told { frame, what: what.to_owned(), value });
        };
        for (frame, cc, bend, program) in [(first, 100.0, 0.0, 2.0), (second, 64.0, 8191.0, 4.0)] {
            tell(frame, "cc 2 74", cc);
            tell(frame, "bend 2", bend);
            tell(frame, "program 2", program);
        }
        let notes = [
            (60, first, off, [0.5, 1.0, 0.0, 33.0]),
            (64, first, off, [0.5, 1.0, 0.0, 33.0]),
            (62, second, last, [-12.0, 0.0, 0.992_187_5, 0.0]),
        ];
        for (key, on, off, [tuning, brightness, pan, pressure]) in notes {
            tell(on, &format!("note-on 2 {key}"), 100.0 / 127.0);
            tell(off, &format!("note-off 2 {key}"), 64.0 / 127.0);
            if format == "clap" {
                tell(on, &format!("expression 2 {key} pressure"), pressure / 127.0);
            } else {
                tell(on, &format!("poly-pressure 2 {key}"), pressure);
            }
            if format != "lv2" {
                tell(on, &format!("expression 2 {key} tuning"), tuning);
                tell(on, &format!("expression 2 {key} brightness"), brightness);
                tell(on, &format!("expression 2 {key} pan"), pan);
            }
        }
        event_log::sort(&mut expected);
        for block in [4096, 100, 3] {
            let line = format!("render a.json -p @events --block {block} --tail none");
            let lines = heard(&booth, &log, format, &line)?;
            event_log::is_same(&event_log::told(&lines), &expected)
                .with_context(|| format!("{format}: {line}"))?;
            // An expression before its note would be lost.
            for expression in lines.iter().filter(|line| line.word == "expression") {
                ensure!(expression.text("key") != "255", "{format}: of no note: {expression:?}");
            }
        }
    }
    Ok(())
}

fn losses() -> Result<()> {
    let booth = Booth::new()?;
    booth.room.write("a.json", PROJECT)?;
    let bytes = file_of(&all_messages());
    booth.room.write("a.mid", bytes)?;
    let said = |format: &str, line: &str| -> Result<Vec<String>> {
        let mut said = warnings(&booth.report(format, line)?);
        said.retain(|warning| warning.contains("left out"));
        Ok(said)
    };
    // LV2 has no word for what is of single notes: nine values, of which none is neutral.
    let nine = "9 tunings, brightnesses and pans of single notes were left out: Test Impulse takes them for whole channels only";
    ensure!(
        said("lv2", "render a.json -p @impulse")? == [nine],
        "{:?}",
        said("lv2", "render a.json -p @impulse")?
    );
    // A CLAP plugin that speaks MIDI only.
    let of_mono = nine.replace("Impulse", "Mono");
    ensure!(
        said("clap", "render a.json -p @mono")? == [of_mono],
        "{:?}",
        said("clap", "render a.json -p @mono")?
    );
    ensure!(said("clap", "render a.json -p @impulse")?.is_empty(), "CLAP lost something");
    // A VST3 plugin that maps no controllers: what is neither a note nor the pressure of a key.
    let is_control = |(_, bytes): &&(u64, [u8; 3])| matches!(bytes[0] & 0xF0, 0xB0..=0xE0);
    let count = all_messages().iter().filter(is_control).count();
    let controls = format!(
        "{count} controllers, bends, pressures or programs were left out: Test Impulse has no way to be told them"
    );
    let found = said("vst3", "render a.mid -p @impulse")?;
    ensure!(found == [controls], "{found:?}, not {count}");
    for format in ["clap", "lv2"] {
        ensure!(said(format, "render a.mid -p @impulse")?.is_empty(), "{format} lost something");
    }
    // With --strict a loss is a failure.
    let ran = booth.run("lv2", "render a.json -p @impulse --strict")?;
    ensure!(
        ran.code == 1 && ran.err.contains("which --strict takes for an error: 9 tunings"),
        "{}",
        ran.err
    );
    Ok(())
}

/// What is held when the music ends would hold the tail; what is not is not told.
fn held() -> Result<()> {
    let (booth, log) = booth()?;
    let mut piece = Piece::new(480);
    for (channel, pedal, value) in [(0u8, 64u8, 127u8), (1, 66, 100), (2, 64, 127)] {
        piece.add(0, 0, &[0xB0 | channel, pedal, value]);
    }
    piece.add(0, 100, &[0xB2, 64, 0]);
    piece.add(0, 0, &[0x93, 60, 100]);
    piece.end(480);
    booth.room.write("a.mid", piece.bytes())?;
    for format in FORMATS {
        let lines = heard(&booth, &log, format, "render a.mid -p @events --tail 0.1")?;
        let told = event_log::told(&lines);
        let at_end: Vec<(&str, f64)> = told
            .iter()
            .filter(|told| told.frame == 24_000)
            .map(|told| (told.what.as_str(), (told.value * 127.0).round() / 127.0))
            .collect();
        let expected = [("cc 0 64", 0.0), ("cc 1 66", 0.0), ("note-off 3 60", 64.0 / 127.0)];
        ensure!(at_end == expected, "{format}: {at_end:?}");
        ensure!(told.len() == 5 + 3, "{format}: {told:?}");
    }
    Ok(())
}

fn activation() -> Result<()> {
    let (booth, log) = booth()?;
    booth.room.write("a.json", PROJECT)?;
    for format in FORMATS {
        for (rate, block) in [(48_000u32, 512u32), (44_100, 64), (96_000, 4096), (8_000, 1)] {
            let line =
                format!("render a.json -p @events --rate {rate} --block {block} --tail none");
            let lines = heard(&booth, &log, format, &line)?;
            let activated: Vec<&Line> = lines.iter().filter(|l| l.word == "activate").collect();
            let [once] = activated.as_slice() else {
                anyhow::bail!("{format}: activated {} times", activated.len())
            };
            ensure!(
                once.number("rate") == Some(f64::from(rate))
                    && once.number("block") == Some(f64::from(block)),
                "{format}: {once:?}"
            );
            let blocks = event_log::blocks(&lines);
            let full =
                blocks.iter().all(|(_, line)| line.number("frames") == Some(f64::from(block)));
            ensure!(full, "{format}: blocks of other lengths than {block}");
            // LV2 is told by a port, in each block.
            let is_offline = match format {
                "lv2" => blocks.iter().all(|(_, line)| line.text("mode") == "offline"),
                _ => once.text("mode") == "offline",
            };
            ensure!(is_offline, "{format}: it was not told that nobody waits");
            if format == "clap" {
                let is_right = |line: &&Line| {
                    line.text("audio-thread") == "1" && line.text("main-thread") == "0"
                };
                ensure!(blocks.iter().all(|(_, line)| is_right(line)), "CLAP: on another thread");
            }
            // Everything that was begun was ended.
            let count = |word: &str| lines.iter().filter(|line| line.word == word).count();
            ensure!(count("deactivate") == 1, "{format}: deactivated {}", count("deactivate"));
            let switched: Vec<&str> =
                lines.iter().filter(|l| l.word == "processing").map(|l| l.text("on")).collect();
            ensure!(format == "lv2" || switched == ["1", "0"], "{format}: {switched:?}");
        }
    }
    Ok(())
}
