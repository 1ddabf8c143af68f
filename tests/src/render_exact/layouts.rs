//! Plugins with one channel, with many outputs, with a side input, with contradictions.

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;

use crate::booth::{Booth, FORMATS};
use crate::piece::{Heard, Piece};
use crate::registry::trial;
use crate::render_exact::piece;

type Test = fn() -> Result<()>;

pub(super) fn tests() -> Vec<Trial> {
    let tests: &[(&str, Test)] = &[
        ("render_exact_one_channel_is_heard_on_both_sides", mono),
        ("render_exact_main_output_or_all_outputs", multi),
        ("render_exact_side_inputs_are_silent", side),
        ("render_exact_a_plugin_that_contradicts_itself_sounds", liar),
        ("render_exact_plugins_that_take_their_time_are_waited_for", slow),
    ];
    tests.iter().map(|&(name, test)| trial(name, None, test)).collect()
}

fn mono() -> Result<()> {
    let booth = Booth::new()?;
    let bytes = piece(192, 20).bytes();
    booth.room.write("a.mid", &bytes)?;
    let heard = Heard::of(&bytes, 48_000)?;
    let mut expected = heard.impulses(heard.frames(48_000));
    expected.right = expected.left.clone();
    for format in FORMATS {
        for line in ["render a.mid -p @mono", "render a.mid -p @mono -p @latency --block 33"] {
            let (_, sound) = booth.render(format, line)?;
            sound.is_exactly(&expected).with_context(|| format!("{format}: {line}"))?;
        }
    }
    Ok(())
}

/// Channel 1 sounds on the main output, channel 2 on the second, channel 3 on the third.
fn multi() -> Result<()> {
    let booth = Booth::new()?;
    let mut piece = Piece::new(480);
    for (index, channel) in [0u8, 1, 2, 2, 1, 0, 0, 1].into_iter().enumerate() {
        let (tick, key) = (u64::try_from(index)? * 240, 40 + u8::try_from(index)?);
        piece.note(0, channel, (key, 100 - key), (tick, tick + 100));
    }
    let bytes = piece.bytes();
    booth.room.write("a.mid", &bytes)?;
    let heard = Heard::of(&bytes, 48_000)?;
    for format in FORMATS {
        for (outputs, all) in [("", false), ("--outputs main", false), ("--outputs all", true)] {
            // Notes of other outputs are told to be silent; that is not what this is about.
            let line = format!("render a.mid -p @multi {outputs} --tail 1");
            booth.report(format, &line)?;
            let expected = heard.impulses_of(heard.end + 48_000, |it| all || it.channel == 0);
            let sound = booth.sound("a.wav")?;
            sound.is_exactly(&expected).with_context(|| format!("{format}: {line}"))?;
        }
    }
    Ok(())
}

fn side() -> Result<()> {
    let booth = Booth::new()?;
    let bytes = piece(192, 21).bytes();
    booth.room.write("a.mid", &bytes)?;
    let heard = Heard::of(&bytes, 48_000)?;
    let expected = heard.impulses(heard.frames(48_000));
    for format in FORMATS {
        let (_, sound) = booth.render(format, "render a.mid -p @impulse -p @side -p @side")?;
        sound.is_exactly(&expected).context(format)?;
    }
    Ok(())
}

fn liar() -> Result<()> {
    let booth = Booth::new()?;
    let bytes = piece(192, 22).bytes();
    booth.room.write("a.mid", &bytes)?;
    let heard = Heard::of(&bytes, 48_000)?;
    let expected = heard.impulses(heard.frames(48_000));
    for format in FORMATS {
        for line in ["render a.mid -p @liar", "render a.mid -p @liar -p @latency --block 1000"] {
            let (_, sound) = booth.render(format, line)?;
            // What is told of its channels may make one of them go missing, never a frame wrong.
            let frames = |sound: &crate::sound::Sound| -> Vec<usize> {
                sound.onsets().into_iter().map(|(frame, ..)| frame).collect()
            };
            ensure!(frames(&sound) == frames(&expected), "{format}: {line}");
        }
    }
    Ok(())
}

/// Blocks that take longer than the music they hold.
fn slow() -> Result<()> {
    let booth = Booth::new()?;
    let mut piece = Piece::new(480);
    piece.note(0, 0, (60, 100), (7, 100));
    piece.note(0, 0, (61, 90), (301, 400));
    let bytes = piece.bytes();
    booth.room.write("a.mid", &bytes)?;
    let heard = Heard::of(&bytes, 48_000)?;
    for format in FORMATS {
        let (_, sound) = booth.render(format, "render a.mid -p @slow --tail none --block 1024")?;
        sound.is_exactly(&heard.impulses(heard.end)).context(format)?;
    }
    Ok(())
}
