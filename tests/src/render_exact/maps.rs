//! Several chains side by side, and one file a track.

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;

use crate::booth::{Booth, FORMATS};
use crate::piece::{Heard, Piece};
use crate::registry::trial;
use crate::render_exact::piece;

type Test = fn() -> Result<()>;

pub(super) fn tests() -> Vec<Trial> {
    let tests: &[(&str, Test)] = &[
        ("render_exact_chains_by_channel_stay_in_step", by_channel),
        ("render_exact_chains_by_track_stay_in_step", by_track),
        ("render_exact_stems_add_up_to_the_mix", stems),
    ];
    tests.iter().map(|&(name, test)| trial(name, None, test)).collect()
}

/// Three tracks on three channels; the two samples of an onset say which note it is.
fn three_tracks() -> Piece {
    let mut piece = Piece::new(240);
    let tracks = [piece.track("Lead"), piece.track("Bass"), piece.track("Drums")];
    for index in 0..24u64 {
        piece.tempo(index * 111, 400_003 + u32::try_from(index).unwrap_or(0) * 9001);
        for (channel, track) in [0u8, 1, 9].into_iter().zip(tracks) {
            let tick = index * 111 + u64::from(channel) * 13;
            let key = u8::try_from(index).unwrap_or(0) + 3 * channel;
            piece.note(track, channel, (key, 10 + key), (tick, tick + 50));
        }
    }
    piece
}

fn by_channel() -> Result<()> {
    let booth = Booth::new()?;
    let bytes = three_tracks().bytes();
    booth.room.write("a.mid", &bytes)?;
    let heard = Heard::of(&bytes, 48_000)?;
    let whole = heard.impulses(heard.frames(48_000));
    for format in FORMATS {
        for block in [64, 512] {
            // Chains of 0, 1000 and 777 + 1000 frames of latency, one of them for two channels.
            let line = format!(
                "render a.mid -p @impulse --map 2=@impulse -p @latency --map 10-12,16=@impulse -p @latency --param Frames=777 -p @latency --block {block}"
            );
            let (report, sound) = booth.render(format, &line)?;
            sound.is_exactly(&whole).with_context(|| format!("{format}: {line}"))?;
            ensure!(report["latency_frames"] == 1777, "{report}");
        }
        // What is muted tells who plays what.
        let line = "render a.mid -p @impulse --map 2=@impulse -p @gain --param Mode=Silence";
        booth.report(format, line)?;
        let without = heard.impulses_of(heard.frames(48_000), |it| it.channel != 1);
        booth.sound("a.wav")?.is_exactly(&without).with_context(|| format!("{format}: {line}"))?;
    }
    // A plugin in each format, side by side.
    let line = "render a.mid -p @clap:impulse -p @vst3:latency --map 2=@vst3:impulse --map 10=@lv2:impulse -p @clap:latency --param Frames=4000";
    let (report, sound) = booth.render("", line)?;
    sound.is_exactly(&whole)?;
    ensure!(report["latency_frames"] == 4000, "{report}");
    Ok(())
}

fn by_track() -> Result<()> {
    let booth = Booth::new()?;
    let bytes = three_tracks().bytes();
    booth.room.write("a.mid", &bytes)?;
    let heard = Heard::of(&bytes, 48_000)?;
    let whole = heard.impulses(heard.frames(48_000));
    for format in FORMATS {
        for map in ["track:Bass", "track:bass", "track:3"] {
            let line =
                format!("render a.mid -p @impulse -p @latency --map {map}=@impulse --block 200");
            let (report, sound) = booth.render(format, &line)?;
            sound.is_exactly(&whole).with_context(|| format!("{format}: {line}"))?;
            ensure!(report["latency_frames"] == 1000, "{report}");
            let line =
                format!("render a.mid -p @impulse --map {map}=@impulse -p @gain --param Gain=0");
            booth.report(format, &line)?;
            let without = heard.impulses_of(heard.frames(48_000), |it| it.track != 2);
            booth.sound("a.wav")?.is_exactly(&without).with_context(|| line.clone())?;
        }
    }
    booth.fail(
        "clap",
        "render a.mid -p @impulse --map track:Organ=@impulse -o x.wav",
        1,
        "--map track:Organ: there is no such track; there are 1 \"\", 2 \"Lead\", 3 \"Bass\"",
    )
}

fn stems() -> Result<()> {
    let booth = Booth::new()?;
    let bytes = three_tracks().bytes();
    booth.room.write("a.mid", &bytes)?;
    let heard = Heard::of(&bytes, 48_000)?;
    for format in FORMATS {
        let line = "render a.mid -p @impulse -p @latency --stems --out-dir stems";
        let reports = booth.reports(format, line)?;
        ensure!(reports.len() == 3, "{} stems", reports.len());
        for (track, name) in [(1, "a.02-Lead.wav"), (2, "a.03-Bass.wav"), (3, "a.04-Drums.wav")] {
            let sound = booth.sound(&format!("stems/{name}"))?;
            let frames = u64::try_from(sound.len())?;
            ensure!(frames >= heard.end, "{name} is shorter than the music");
            let expected = heard.impulses_of(frames, |onset| onset.track == track);
            sound.is_exactly(&expected).with_context(|| format!("{format}: {name}"))?;
        }
    }
    // The same with three cores and in another order gives the same; a track of projects too.
    let bytes = piece(480, 30).bytes();
    booth.room.write("b.mid", &bytes)?;
    let heard = Heard::of(&bytes, 48_000)?;
    booth.succeed("lv2", "render b.mid -p @impulse --stems --jobs 3 --out-dir more")?;
    for (track, name) in [(1, "b.02-one.wav"), (2, "b.03-two.wav")] {
        let sound = booth.sound(&format!("more/{name}"))?;
        let frames = u64::try_from(sound.len())?;
        sound.is_exactly(&heard.impulses_of(frames, |onset| onset.track == track)).context(name)?;
    }
    Ok(())
}
