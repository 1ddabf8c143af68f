//! Parameters, states and maps that a plugin does not have.

use std::fs;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;

use crate::booth::FORMATS;
use crate::registry::trial;
use crate::render_faults::booth;

type Test = fn() -> Result<()>;

pub(super) fn tests() -> Vec<Trial> {
    let tests: &[(&str, Test)] = &[
        ("render_faults_a_parameter_that_is_not_there_or_not_to_be_set", parameters),
        ("render_faults_a_value_out_of_range_or_not_understood", values),
        ("render_faults_a_state_of_another_plugin_or_none", states),
        ("render_faults_a_state_comes_back_as_it_was_saved", saved),
        ("render_faults_words_in_a_wrong_order_are_usage", usage),
    ];
    tests.iter().map(|&(name, test)| trial(name, None, test)).collect()
}

fn parameters() -> Result<()> {
    let booth = booth()?;
    for format in FORMATS {
        let line = |rest: &str| format!("render a.mid -p @impulse -p @gain --param {rest}");
        // What an LV2 plugin only shows is a port that is none of its parameters.
        let count = if format == "lv2" { 2 } else { 3 };
        let nearest =
            format!("Test Gain has no parameter called Gian; the nearest of its {count} are Gain");
        booth.fail(format, &line("Gian=1"), 1, &nearest)?;
        let meter = match format {
            "lv2" => "Test Gain has no parameter called Meter",
            _ => "Test Gain: the parameter Meter can be read but not set",
        };
        booth.fail(format, &line("Meter=1"), 1, meter)?;
        let sentence = "Test Impulse has no parameters, so Level cannot be set";
        booth.fail(format, "render a.mid -p @impulse --param Level=1", 1, sentence)?;
    }
    Ok(())
}

fn values() -> Result<()> {
    let booth = booth()?;
    for format in FORMATS {
        let line = |rest: &str| format!("render a.mid -p @impulse -p @gain --param {rest}");
        booth.fail(
            format,
            &line("Gain=-1"),
            1,
            "Test Gain: Gain=-1 is out of range, which is 0 to ",
        )?;
        booth.fail(format, &line("Gain=1e9"), 1, "is out of range, which is 0 to ")?;
        booth.fail(format, &line("Gain=loud"), 1, "Test Gain: Gain=loud is no value of it")?;
        booth.fail(format, &line("Gain="), 1, "Test Gain: Gain= is no value of it")?;
        booth.fail(format, &line("Gain=nan"), 1, "Gain=nan is")?;
        booth.fail(
            format,
            &line("Mode=Sideways"),
            1,
            "Test Gain: Mode=Sideways is no value of it",
        )?;
    }
    // What is within range is heard, as a number and as a text.
    for (format, half) in [("clap", "Gain=0.5"), ("vst3", "Gain=0.125"), ("lv2", "Gain=0.5")] {
        for value in [half, "Mode=Invert", "mode=silence"] {
            let line = format!("render a.mid -p @impulse -p @gain --param {value}");
            booth.report(format, &line)?;
            let sound = booth.sound("a.wav")?;
            let wanted = match value {
                "Mode=Invert" => -100.0 / 127.0,
                "mode=silence" => 0.0,
                _ => 50.0 / 127.0,
            };
            let first = sound.left.first().context("no sound")?;
            ensure!((first - wanted).abs() < 1e-6, "{format} {value}: {first}, not {wanted}");
        }
    }
    Ok(())
}

fn states() -> Result<()> {
    let booth = booth()?;
    for format in FORMATS {
        // A state of the one plugin, for the other.
        let line =
            "note 60 -p @impulse -p @latency --param Frames=5 --save-state other.state -o x.wav";
        booth.succeed(format, line)?;
        booth.succeed(format, "note 60 -p @impulse -p @gain --save-state own.state -o x.wav")?;
        let line = |file: &str| format!("render a.mid -p @impulse -p @gain --state {file}");
        booth.fail(format, &line("other.state"), 1, "--state other.state")?;
        booth.fail(format, &line("absent.state"), 1, "--state absent.state")?;
        booth.room.write("letter.state", "Dear plugin,")?;
        booth.fail(format, &line("letter.state"), 1, "--state letter.state")?;
        let own = fs::read(booth.room.path().join("own.state"))?;
        booth.room.write("half.state", own.get(..own.len() / 2).context("too short")?)?;
        booth.fail(format, &line("half.state"), 1, "--state half.state")?;
        booth.room.write("empty.state", "")?;
        booth.fail(format, &line("empty.state"), 1, "--state empty.state")?;
        booth.fail(format, &line("."), 1, "--state .")?;
    }
    // A preset of VST3: the letters that it begins with, and nothing that makes sense behind.
    for (name, bytes) in [
        ("short.vstpreset", b"VST3".to_vec()),
        ("wild.vstpreset", [b"VST3\x01\0\0\0".as_slice(), &[0xFF; 60]].concat()),
        ("letter.vstpreset", b"This is a letter and no preset, however long it goes on.".to_vec()),
    ] {
        booth.room.write(name, bytes)?;
        let line = format!("render a.mid -p @impulse -p @gain --state {name}");
        booth.fail("vst3", &line, 1, &format!("--state {name}"))?;
    }
    booth.fail("clap", "render a.mid -p @impulse --state own.state", 1, "--state own.state")
}

fn saved() -> Result<()> {
    let booth = booth()?;
    for format in FORMATS {
        let line = "render a.mid -p @impulse -p @gain --param Mode=Invert --save-state gain.state -o one.wav";
        booth.succeed(format, line)?;
        booth.succeed(format, "render a.mid -p @impulse -p @gain --state gain.state -o two.wav")?;
        let (one, two) = (booth.sound("one.wav")?, booth.sound("two.wav")?);
        two.is_exactly(&one).context(format)?;
        ensure!(one.left.first().is_some_and(|first| *first < -0.7), "{format}: not inverted");
        let line =
            "render a.mid -p @impulse -p @latency --param Frames=77 --save-state latency.state";
        booth.succeed(format, line)?;
        let (report, sound) = booth.render(
            format,
            "render a.mid -p @impulse -p @latency --state latency.state -o three.wav",
        )?;
        ensure!(report["latency_frames"] == 77, "{format}: {report}");
        booth.succeed(format, "render a.mid -p @impulse -o four.wav")?;
        sound.is_exactly(&booth.sound("four.wav")?).context(format)?;
    }
    Ok(())
}

fn usage() -> Result<()> {
    let booth = booth()?;
    for (line, sentence) in [
        ("render a.mid --param Gain=1", "it has to stand behind the -p or --map"),
        ("render a.mid --state a.state", "it has to stand behind the -p or --map"),
        ("render a.mid -p builtin --param Gain", "NAME=VALUE is needed"),
        ("render a.mid --map 17=builtin", "channels from 1 to 16 are needed"),
        ("render a.mid --map builtin", "CHANNELS=PATH is needed"),
        ("render a.mid -p builtin --outputs some", "main"),
        ("render a.mid --timeout 0", "seconds above 0"),
        ("render a.mid --shard 4/3", "I/N with I from 1 to N"),
    ] {
        booth.fail("", line, 2, sentence)?;
    }
    Ok(())
}
