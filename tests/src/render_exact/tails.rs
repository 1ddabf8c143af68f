//! Where a render ends: by the plugin's word, by silence, or cut.

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;

use crate::booth::{Booth, FORMATS, warnings};
use crate::piece::{Heard, Piece};
use crate::registry::trial;

type Test = fn() -> Result<()>;

pub(super) fn tests() -> Vec<Trial> {
    let tests: &[(&str, Test)] = &[
        ("render_exact_the_tail_waits_for_the_plugins_word", echo),
        ("render_exact_a_tail_without_end_is_cut_and_told", endless),
    ];
    tests.iter().map(|&(name, test)| trial(name, None, test)).collect()
}

fn three_notes() -> Vec<u8> {
    let mut piece = Piece::new(100);
    piece.tempo(0, 600_000);
    for (key, tick) in [(60u8, 0u64), (64, 51), (67, 99)] {
        piece.note(0, 0, (key, key + 20), (tick, tick + 30));
    }
    piece.end(150);
    piece.bytes()
}

/// The repeat comes 2 s after each onset, long after silence would have ended the tail. LV2 has no word for a tail: there
/// the render may end before it.
fn echo() -> Result<()> {
    let booth = Booth::new()?;
    let bytes = three_notes();
    booth.room.write("a.mid", &bytes)?;
    for rate in [44_100u32, 48_000] {
        let heard = Heard::of(&bytes, rate)?;
        let later = usize::try_from(2 * rate)?;
        for format in ["clap", "vst3"] {
            for chain in ["-p @impulse -p @echo", "-p @impulse -p @latency -p @echo"] {
                let line = format!("render a.mid {chain} --rate {rate}");
                let (_, sound) = booth.render(format, &line)?;
                let mut expected = heard.impulses(u64::try_from(sound.len())?);
                for (frame, left, right) in expected.onsets() {
                    if let Some(sample) = expected.left.get_mut(frame + later) {
                        *sample += 0.5 * left;
                    }
                    if let Some(sample) = expected.right.get_mut(frame + later) {
                        *sample += 0.5 * right;
                    }
                }
                sound.is_exactly(&expected).with_context(|| format!("{format}: {line}"))?;
                ensure!(expected.onsets().len() == 6, "{format}: the repeats are not all there");
                // The word is 2 s after the music; the last repeat is silent for half a second within it or behind it.
                let last = expected.onsets().last().map_or(0, |(frame, ..)| *frame);
                let silent = last + 1 + usize::try_from(rate / 2)?;
                let said = usize::try_from(heard.end)? + later;
                ensure!(sound.len() == silent.max(said), "{} frames", sound.len());
            }
        }
        let line = format!("render a.mid -p @impulse -p @echo --rate {rate} --tail 3");
        let (_, sound) = booth.render("lv2", &line)?;
        ensure!(sound.onsets().len() == 6, "LV2: {:?}", sound.onsets());
    }
    Ok(())
}

fn endless() -> Result<()> {
    let booth = Booth::new()?;
    let bytes = three_notes();
    booth.room.write("a.mid", &bytes)?;
    let heard = Heard::of(&bytes, 8000)?;
    for format in FORMATS {
        let report = booth.report(format, "render a.mid -p @endless --rate 8000")?;
        let said = warnings(&report);
        ensure!(
            said == ["the sound did not die away within 30 s; the tail was cut"],
            "{format}: {said:?}"
        );
        ensure!(report["frames"] == heard.end + 30 * 8000, "{format}: {report}");
        let sound = booth.sound("a.wav")?;
        let is_quarter = |sample: &f32| sample.to_bits() == 0.25f32.to_bits();
        ensure!(sound.left.iter().chain(&sound.right).all(is_quarter), "{format}: another sound");
        let (report, _) =
            booth.render(format, "render a.mid -p @endless --rate 8000 --tail none")?;
        ensure!(report["frames"] == heard.end, "{format}: {report}");
        let ran = booth.run(format, "render a.mid -p @endless --rate 8000 --strict")?;
        ensure!(
            ran.code == 1 && ran.err.contains("which --strict takes for an error: "),
            "{}",
            ran.err
        );
    }
    Ok(())
}
