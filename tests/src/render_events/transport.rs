//! Where each block stands: tempo, metre, beats, bars.

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;

use crate::booth::FORMATS;
use crate::event_log::{self, Line};
use crate::piece::Piece;
use crate::registry::trial;
use crate::render_events::{booth, heard};

type Test = fn() -> Result<()>;

pub(super) fn tests() -> Vec<Trial> {
    let tests: &[(&str, Test)] = &[
        ("render_events_blocks_know_tempo_metre_beat_and_bar", positions),
        ("render_events_before_the_piece_time_stands_still", warmup),
    ];
    tests.iter().map(|&(name, test)| trial(name, None, test)).collect()
}

/// Ticks a quarter note.
const PPQ: u64 = 120;
/// Tick, microseconds a quarter note.
const TEMPOS: [(u64, u32); 6] = [
    (0, 500_000),
    (130, 333_333),
    (480, 612_345),
    (500, 250_001),
    (1000, 1_000_000),
    (1300, 200_000),
];
/// Tick, upper number, power of two of the lower.
const METRES: [(u64, u8, u8); 4] =
    [(0, 4, 2), (480, 3, 2), (480 + 720, 7, 3), (480 + 720 + 420, 2, 1)];
const END: u64 = 480 + 720 + 420 + 480;

fn piece() -> Vec<u8> {
    let mut piece = Piece::new(u16::try_from(PPQ).unwrap_or(1));
    for (tick, micros) in TEMPOS {
        piece.tempo(tick, micros);
    }
    for (tick, beats, power) in METRES {
        piece.metre(tick, beats, power);
    }
    piece.note(0, 0, (60, 100), (0, END - 10));
    piece.end(END);
    piece.bytes()
}

/// What should be said at a time.
#[derive(Debug)]
struct Position {
    beats: f64,
    bpm: f64,
    bar_start: f64,
    bar: f64,
    signature: String,
}

impl Position {
    /// The lower number of the metre.
    fn lower(&self) -> f64 {
        let lower = self.signature.split_once('/').and_then(|(_, lower)| lower.parse().ok());
        lower.unwrap_or(4.0)
    }
}

#[allow(clippy::cast_precision_loss, reason = "ticks of a short piece")]
fn at(seconds: f64) -> Position {
    let ppq = PPQ as f64;
    let mut place = (0.0, 0.0, TEMPOS[0].1);
    let mut until = 0.0;
    for window in TEMPOS.windows(2) {
        until += (window[1].0 - window[0].0) as f64 / ppq * f64::from(window[0].1) / 1e6;
        if seconds >= until {
            place = (until, window[1].0 as f64 / ppq, window[1].1);
        }
    }
    let (since, since_beats, micros) = place;
    let beats = since_beats + (seconds - since) * 1e6 / f64::from(micros);
    let (mut bar, mut start, mut index) = (0.0, 0.0, 0);
    loop {
        // The last metre that begins at or before the start of this bar.
        while METRES.get(index + 1).is_some_and(|next| next.0 as f64 / ppq <= start + 1e-9) {
            index += 1;
        }
        let (_, upper, power) = METRES[index];
        let length = f64::from(upper) * 4.0 / f64::from(1u32 << power);
        if start + length > beats {
            let signature = format!("{upper}/{}", 1u32 << power);
            return Position {
                beats,
                bpm: 6e7 / f64::from(micros),
                bar_start: start,
                bar,
                signature,
            };
        }
        start += length;
        bar += 1.0;
    }
}

fn is_near(line: &Line, name: &str, wanted: f64) -> Result<()> {
    let found = line.number(name).with_context(|| format!("{name} is not said: {line:?}"))?;
    // LV2's tempo has 24 bits.
    ensure!(
        (found - wanted).abs() < 1e-6 * wanted.abs().max(1.0),
        "{name} is {found}, not {wanted}: {line:?}"
    );
    Ok(())
}

fn positions() -> Result<()> {
    let (booth, log) = booth()?;
    booth.room.write("a.mid", piece())?;
    for format in FORMATS {
        for (block, rate) in [(64, 44_100u32), (500, 48_000), (4096, 96_000)] {
            let line = format!("render a.mid -p @events --block {block} --rate {rate} --tail none");
            let lines = heard(&booth, &log, format, &line)?;
            let context = |line: &Line| format!("{format} in blocks of {block}: {line:?}");
            let blocks = event_log::blocks(&lines);
            let mut last = (String::new(), 0.0);
            let mut said = 0;
            for (frame, line) in blocks {
                #[allow(clippy::cast_precision_loss, reason = "frames of a short piece")]
                let seconds = frame as f64 / f64::from(rate);
                let wanted = at(seconds);
                let is_changed = last != (wanted.signature.clone(), wanted.bpm);
                last = (wanted.signature.clone(), wanted.bpm);
                // LV2 is told what is new; a plugin counts on from there.
                if format == "lv2" && line.text("bpm").is_empty() {
                    ensure!(!is_changed, "a change is not said: {}", context(line));
                    continue;
                }
                said += 1;
                ensure!(line.text("playing") == "1", "{}", context(line));
                ensure!(
                    line.text("signature") == wanted.signature,
                    "{wanted:?}: {}",
                    context(line)
                );
                // LV2 counts in the lower number of the metre, all others in quarter notes.
                let unit = if format == "lv2" { wanted.lower() / 4.0 } else { 1.0 };
                let mut values = vec![("beats", wanted.beats * unit), ("bpm", wanted.bpm * unit)];
                match format {
                    "clap" => values.extend([
                        ("seconds", seconds),
                        ("bar-start", wanted.bar_start),
                        ("bar", wanted.bar),
                    ]),
                    "vst3" => values.push(("bar-start", wanted.bar_start)),
                    _ => values.extend([
                        ("bar", wanted.bar),
                        ("bar-beat", (wanted.beats - wanted.bar_start) * unit),
                    ]),
                }
                for (name, wanted) in values {
                    is_near(line, name, wanted).with_context(|| context(line))?;
                }
                let whole = frame.to_string();
                ensure!(format == "clap" || line.text("frame") == whole, "{}", context(line));
                ensure!(format == "lv2" || line.text("steady") == whole, "{}", context(line));
            }
            ensure!(said >= 6, "{format}: a position was said {said} times");
        }
    }
    Ok(())
}

fn warmup() -> Result<()> {
    let (booth, log) = booth()?;
    booth.room.write("a.mid", piece())?;
    for format in FORMATS {
        let line = "render a.mid -p @events --block 480 --warmup 0.1 --tail none";
        let lines = heard(&booth, &log, format, line)?;
        let blocks = event_log::blocks(&lines);
        let told = event_log::told(&lines);
        // Ten blocks of 10 ms.
        let note = told.iter().find(|told| told.what == "note-on 0 60").context("no note")?;
        ensure!(note.frame == 4800, "{format}: the note comes at {}", note.frame);
        for (frame, line) in &blocks {
            if format == "lv2" && line.text("playing").is_empty() {
                continue;
            }
            let is_playing = if *frame < 4800 { "0" } else { "1" };
            ensure!(line.text("playing") == is_playing, "{format}: {line:?}");
            if format != "lv2" {
                ensure!(line.text("steady") == frame.to_string(), "{format}: {line:?}");
            }
            if *frame <= 4800 {
                is_near(line, "beats", 0.0).context(format)?;
            }
        }
        let is_start =
            |(frame, line): &&(u64, &Line)| *frame == 4800 && line.text("playing") == "1";
        ensure!(blocks.iter().any(|it| is_start(&it)), "{format}: the start is not said");
    }
    Ok(())
}
