//! Rendering is exact: every onset on its frame, whatever the format, the block, the chain and the rate.

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;

use crate::booth::{Booth, FORMATS, warnings};
use crate::piece::{Dice, Heard, Piece};
use crate::registry::trial;
use crate::sound::Sound;

mod layouts;
mod maps;
mod tails;

type Test = fn() -> Result<()>;

/// The tests of this module.
#[must_use]
pub fn tests() -> Vec<Trial> {
    let tests: &[(&str, Test)] = &[
        ("render_exact_onsets_in_clap_at_all_blocks_and_behind_latency", || onsets("clap")),
        ("render_exact_onsets_in_vst3_at_all_blocks_and_behind_latency", || onsets("vst3")),
        ("render_exact_onsets_in_lv2_at_all_blocks_and_behind_latency", || onsets("lv2")),
        ("render_exact_onsets_through_a_chain_of_three_formats", mixed_chain),
        ("render_exact_onsets_agree_with_the_list_of_events", listed),
        ("render_exact_onsets_at_all_rates_and_divisions", rates),
    ];
    let own = tests.iter().map(|&(name, test)| trial(name, None, test));
    own.chain(layouts::tests()).chain(maps::tests()).chain(tails::tests()).collect()
}

/// Notes on two tracks while the tempo changes again and again, in ticks that divide nothing. Ends within the half second
/// that a tail takes.
fn piece(division: u16, seed: u64) -> Piece {
    let mut dice = Dice(seed);
    let mut piece = Piece::new(division);
    let quarter = if division >= 0x8000 { 500 } else { u64::from(division) };
    let tracks = [piece.track("one"), piece.track("two")];
    let mut tick = 0;
    for index in 0..60u64 {
        if index % 2 == 0 {
            // 83 to 400 BPM, no whole number of them.
            piece.tempo(tick, 150_001 + u32::try_from(dice.below(570_000)).unwrap_or(0));
        }
        for track in tracks {
            let track_dice = u8::try_from(track).unwrap_or(0);
            let (key, velocity) = (dice.seven(0, 127), dice.seven(1, 127));
            let onset = tick + dice.below(quarter / 7 + 1);
            let length = 1 + dice.below(quarter / 5 + 1);
            piece.note(track, track_dice, (key, velocity), (onset, onset + length));
        }
        tick += 1 + quarter / 7 + dice.below(quarter / 5 + 1);
    }
    piece.end(tick + quarter / 3);
    piece
}

/// The chains, and the latency of each.
const CHAINS: [(&str, u64); 4] = [
    ("-p @impulse", 0),
    ("-p @impulse -p @latency", 1000),
    ("-p @impulse -p @latency --param Frames=777", 777),
    ("-p @impulse -p @latency --param Frames=1 -p @latency", 1001),
];

fn onsets(format: &str) -> Result<()> {
    let booth = Booth::new()?;
    let bytes = piece(997, 1).bytes();
    booth.room.write("a.mid", &bytes)?;
    let heard = Heard::of(&bytes, 48_000)?;
    ensure!(heard.onsets.len() == 120, "{} onsets", heard.onsets.len());
    let expected = heard.impulses(heard.frames(48_000));
    for (chain, latency) in CHAINS {
        for block in [1, 64, 512, 4096] {
            let line = format!("render a.mid {chain} --block {block}");
            let (report, sound) = booth.render(format, &line)?;
            sound.is_exactly(&expected).with_context(|| format!("{format}: {line}"))?;
            ensure!(report["latency_frames"] == latency, "{format}: {line}: {report}");
            ensure!(report["notes"] == 120 && report["sample_rate"] == 48_000, "{report}");
        }
    }
    // What the length consists of.
    for (tail, frames) in [("none", 0), ("0.25", 12_000), ("2", 96_000)] {
        let line = format!("render a.mid -p @impulse -p @latency --tail {tail}");
        let (report, sound) = booth.render(format, &line)?;
        sound.is_exactly(&heard.impulses(heard.end + frames)).context(line)?;
        let tail_seconds = report["tail_seconds"].as_f64().context("no tail")?;
        #[allow(clippy::cast_precision_loss, reason = "a few seconds")]
        let wanted = frames as f64 / 48_000.0;
        ensure!((tail_seconds - wanted).abs() < 1e-9, "{report}");
    }
    booth.is_deserted()
}

fn mixed_chain() -> Result<()> {
    let booth = Booth::new()?;
    let bytes = piece(480, 2).bytes();
    booth.room.write("a.mid", &bytes)?;
    let heard = Heard::of(&bytes, 48_000)?;
    let expected = heard.impulses(heard.frames(48_000));
    for [first, second, third] in
        [["clap", "vst3", "lv2"], ["vst3", "lv2", "clap"], ["lv2", "clap", "vst3"]]
    {
        let chain = format!(
            "-p @{first}:impulse -p @{second}:latency -p @{third}:latency --param Frames=333"
        );
        for block in [61, 512] {
            let line = format!("render a.mid {chain} --block {block}");
            let (report, sound) = booth.render("", &line)?;
            sound.is_exactly(&expected).with_context(|| line.clone())?;
            ensure!(report["latency_frames"] == 1333, "{line}: {report}");
            let plugins = report["plugins"].as_array().context("no plugins")?;
            ensure!(plugins.len() == 3, "{report}");
        }
    }
    Ok(())
}

/// `tresillo events` computes frames by itself; they are those of the onsets.
fn listed() -> Result<()> {
    let booth = Booth::new()?;
    for (seed, division) in [(3u64, 96u16), (4, 1), (5, 31_999)] {
        booth.room.write("a.mid", piece(division, seed).bytes())?;
        let events = booth.room.succeed("events a.mid --rate 44100")?;
        let mut expected = Sound::silent(0);
        for line in events.lines() {
            let columns: Vec<&str> = line.split('\t').collect();
            let [_, _, _, kind, key, velocity, _, frame] = columns.as_slice() else {
                anyhow::bail!("{line}")
            };
            if *kind != "note-on" {
                continue;
            }
            let frame: usize = frame.parse()?;
            let length = expected.len().max(frame + 1);
            expected.left.resize(length, 0.0);
            expected.right.resize(length, 0.0);
            expected.left[frame] += velocity.parse::<f32>()? / 127.0;
            expected.right[frame] += key.parse::<f32>()? / 127.0;
        }
        for format in FORMATS {
            let line = "render a.mid -p @impulse -p @latency --rate 44100 --block 100";
            let (_, mut sound) = booth.render(format, line)?;
            ensure!(sound.len() >= expected.len(), "{} frames", sound.len());
            sound.left.truncate(expected.len());
            sound.right.truncate(expected.len());
            sound.is_exactly(&expected).with_context(|| format!("{format}, {division}"))?;
        }
    }
    Ok(())
}

/// Timecode of 25 frames a second, 40 ticks each.
const TIMECODE: u16 = 0xE728;
/// Timecode of 29.97 frames a second, 80 ticks each.
const DROP_FRAME: u16 = 0xE350;

fn rates() -> Result<()> {
    let booth = Booth::new()?;
    for (seed, division) in [(6u64, 113u16), (7, 24), (8, 32_767), (9, TIMECODE), (10, DROP_FRAME)]
    {
        let bytes = piece(division, seed).bytes();
        booth.room.write("a.mid", &bytes)?;
        for (format, rate) in FORMATS
            .into_iter()
            .zip([44_100u32, 48_000, 96_000].iter().cycle().skip(usize::from(division % 3)))
        {
            let heard = Heard::of(&bytes, *rate)?;
            let line = format!("render a.mid -p @impulse -p @latency --rate {rate}");
            let (report, sound) = booth.render(format, &line)?;
            let expected = heard.impulses(heard.frames(*rate));
            sound.is_exactly(&expected).with_context(|| format!("{format} {division}: {line}"))?;
            ensure!(report["sample_rate"] == *rate, "{report}");
            ensure!(warnings(&report).is_empty(), "{report}");
        }
    }
    Ok(())
}
