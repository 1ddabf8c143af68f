//! What is there already and unchanged is left as it is, and nothing else.

use std::fs;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;

use crate::booth::{Booth, FORMATS};
use crate::registry::trial;
use crate::render_bulk::{are_same, notes, sounds};
use crate::test_plugins::lay_out;

type Test = fn() -> Result<()>;

pub(super) fn tests() -> Vec<Trial> {
    let tests: &[(&str, Test)] = &[
        ("render_bulk_resume_skips_what_is_unchanged_and_renders_what_is_not", changed),
        ("render_bulk_resume_knows_the_plugins_file_and_state", plugin_changed),
    ];
    tests.iter().map(|&(name, test)| trial(name, None, test)).collect()
}

/// The names of inputs that a line rendered, in their order.
fn rendered(booth: &Booth, format: &str, line: &str) -> Result<Vec<String>> {
    let reports = booth.reports(format, line)?;
    let done = reports.iter().filter(|report| report["skipped"] != true);
    done.map(|report| Ok(report["input"].as_str().context("no input")?.to_owned())).collect()
}

fn booth() -> Result<Booth> {
    let booth = Booth::new()?;
    for index in 0..6 {
        booth.room.write(&format!("{index}.mid"), notes(index))?;
    }
    Ok(booth)
}

fn changed() -> Result<()> {
    for format in FORMATS {
        let booth = booth()?;
        let line = "render *.mid -p @impulse -p @latency --out-dir out --resume --rate 8000";
        let rendered = |line: &str| rendered(&booth, format, line);
        let all = ["0.mid", "1.mid", "2.mid", "3.mid", "4.mid", "5.mid"];
        ensure!(rendered(line)? == all, "{format}: not all at first");
        let first = sounds(&booth.room.path().join("out"))?;
        for line in [line.to_owned(), format!("{line} --jobs 3"), format!("{line} -v")] {
            ensure!(rendered(&line)?.is_empty(), "{format}: {line}: rendered again");
        }
        are_same(&first, &sounds(&booth.room.path().join("out"))?)?;
        // An input, and back again.
        booth.room.write("2.mid", notes(99))?;
        ensure!(rendered(line)? == ["2.mid"], "{format}: another input");
        booth.room.write("2.mid", notes(2))?;
        ensure!(rendered(line)? == ["2.mid"], "{format}: the former input");
        are_same(&first, &sounds(&booth.room.path().join("out"))?)?;
        // A file that is gone, one that lost its end, one that is of somebody else.
        let out = booth.room.path().join("out");
        fs::remove_file(out.join("0.wav"))?;
        let bytes = fs::read(out.join("3.wav"))?;
        fs::write(out.join("3.wav"), &bytes[..bytes.len() - 1])?;
        fs::write(out.join("5.wav"), "another file")?;
        ensure!(rendered(line)? == ["0.mid", "3.mid", "5.mid"], "{format}: damaged files");
        are_same(&first, &sounds(&booth.room.path().join("out"))?)?;
        // Anything that the sound depends on.
        for change in ["--param Frames=9", "--rate 11025", "--tail none", "--depth 16"] {
            let line = line.replace(" --out-dir", &format!(" {change} --out-dir"));
            let line =
                if change.starts_with("--rate") { line.replace(" --rate 8000", "") } else { line };
            ensure!(rendered(&line)? == all, "{format}: {change} changes nothing");
            ensure!(rendered(&line)?.is_empty(), "{format}: {change}: rendered again");
        }
        ensure!(rendered(line)? == all, "{format}: not as before");
        are_same(&first, &sounds(&booth.room.path().join("out"))?)?;
    }
    Ok(())
}

fn plugin_changed() -> Result<()> {
    let booth = booth()?;
    let plugins = lay_out(&booth.room.path().join("plugins"))?;
    let inside = plugins.vst3_bundle().join("Contents").join("moduleinfo.json");
    for (file, plugin) in [
        (plugins.clap_file(), plugins.clap("impulse")),
        (inside, plugins.vst3("impulse")),
        (plugins.lv2_bundle().join("test.ttl"), plugins.lv2("impulse")),
    ] {
        let mut words: Vec<&str> =
            "render 0.mid 1.mid --rate 8000 --resume --json --out-dir out -p".split(' ').collect();
        words.push(&plugin);
        let skipped = || -> Result<usize> {
            let ran = booth.room.run_words(&words)?;
            ensure!(ran.code == 0, "{plugin}: {}", ran.err);
            Ok(ran.out.lines().filter(|line| line.contains("\"skipped\":true")).count())
        };
        ensure!(skipped()? == 0 && skipped()? == 2, "{plugin}: not skipped");
        // A newline behind it changes nothing of what it says.
        let mut bytes = fs::read(&file).unwrap_or_default();
        bytes.push(b'\n');
        fs::write(&file, bytes)?;
        ensure!(skipped()? == 0, "{plugin}: the change of {} was not seen", file.display());
        ensure!(skipped()? == 2, "{plugin}: not skipped");
    }
    // A state is a part of it as well.
    for format in FORMATS {
        let save = "note 60 -p @impulse -p @gain --param Mode=1 --save-state s.state -o s.wav";
        let save = if format == "vst3" { save.replace("Mode=1", "Mode=0.5") } else { save.into() };
        booth.succeed(format, &save)?;
        let line = "render 0.mid -p @impulse -p @gain --state s.state --out-dir states --resume";
        ensure!(rendered(&booth, format, line)?.len() == 1, "{format}: not at first");
        ensure!(rendered(&booth, format, line)?.is_empty(), "{format}: rendered again");
        booth.succeed(format, &save.replace("Mode", "Gain"))?;
        ensure!(rendered(&booth, format, line)?.len() == 1, "{format}: another state");
    }
    Ok(())
}
