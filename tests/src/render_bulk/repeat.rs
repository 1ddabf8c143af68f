//! The same bytes alone, in any batch, by any number of workers, in shards.

use std::fs;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;

use crate::booth::{Booth, FORMATS, warnings};
use crate::registry::trial;
use crate::render_bulk::{are_same, notes, sounds};

type Test = fn() -> Result<()>;

pub(super) fn tests() -> Vec<Trial> {
    let tests: &[(&str, Test)] = &[
        ("render_bulk_alone_in_a_batch_in_shards_by_many_workers_is_the_same", ways),
        ("render_bulk_a_project_with_chance_is_the_same_each_time", chance),
        ("render_bulk_folders_and_patterns_keep_their_shape", folders),
        ("render_bulk_a_plugin_with_random_numbers_is_the_same_each_time", random),
        ("render_bulk_a_plugin_that_wakes_up_late_needs_a_warmup", late),
    ];
    tests.iter().map(|&(name, test)| trial(name, None, test)).collect()
}

fn ways() -> Result<()> {
    let booth = Booth::new()?;
    let count = 20;
    let mut manifest = String::new();
    for index in 0..count {
        let input = format!("{index:02}.mid");
        booth.room.write(&input, notes(1000 + index))?;
        let format = FORMATS[usize::try_from(index)? % 3];
        let plugin = booth.plugin(format, if index % 2 == 0 { "random" } else { "mono" });
        manifest.push_str(&format!("{{\"input\": \"{input}\", \"plugin\": \"{plugin}\"}}\n"));
    }
    booth.room.write("jobs.jsonl", manifest.clone())?;
    let folder = |name: &str| sounds(&booth.room.path().join(name));
    let line = |rest: &str| format!("render --manifest jobs.jsonl --rate 16000 {rest}");
    booth.succeed("", &line("--out-dir one"))?;
    let one = folder("one")?;
    ensure!(one.len() == 20, "{} files", one.len());
    for jobs in ["2", "4", "0"] {
        booth.succeed("", &line(&format!("--jobs {jobs} --out-dir jobs{jobs}")))?;
        are_same(&one, &folder(&format!("jobs{jobs}"))?).context(jobs)?;
    }
    let mut share = 0;
    for shard in ["1/3", "2/3", "3/3"] {
        share += booth.reports("", &line(&format!("--out-dir shards --shard {shard}")))?.len();
    }
    ensure!(share == 20, "{share} jobs in all shards");
    are_same(&one, &folder("shards")?)?;
    // In another order.
    let mut lines: Vec<&str> = manifest.lines().collect();
    lines.reverse();
    booth.room.write("jobs.jsonl", lines.join("\n"))?;
    booth.succeed("", &line("--out-dir back --jobs 2"))?;
    are_same(&one, &folder("back")?)?;
    // One after another, each alone.
    for line in manifest.lines() {
        let job: serde_json::Value = serde_json::from_str(line)?;
        let text = |name: &str| job[name].as_str().unwrap_or_default().to_owned();
        let (input, plugin) = (text("input"), text("plugin"));
        let words =
            ["render", &input, "-p", &plugin, "--rate", "16000", "--out-dir", "alone", "-q"];
        let ran = booth.room.run_words(&words)?;
        ensure!(ran.code == 0, "{input}: {}", ran.err);
    }
    are_same(&one, &folder("alone")?)
}

fn chance() -> Result<()> {
    let booth = Booth::new()?;
    let steps: Vec<String> = (1..=8)
        .map(|step| format!("{{\"step\": {step}, \"chance\": 50, \"notes\": [{}]}}", 50 + step))
        .collect();
    let project = format!(
        "{{\"format\": \"tresillo/1\", \"seed\": 7, \"patterns\": [{{\"name\": \"A\", \"tracks\": [{{\"id\": 1, \"gates\": \"xxxxxxxx\", \"steps\": [{}]}}]}}]}}",
        steps.join(", ")
    );
    for name in ["a", "b", "c"] {
        booth.room.write(&format!("{name}.json"), &project)?;
    }
    for format in FORMATS {
        let line = "render a.json b.json c.json -p @impulse --cycles 8 --rate 16000 --jobs 2";
        let reports = booth.reports(format, &format!("{line} --out-dir batch"))?;
        let notes = reports[0]["notes"].as_u64().context("no notes")?;
        ensure!((20..44).contains(&notes), "{notes} of 64 notes by a chance of 50 %");
        booth.succeed(format, "render a.json -p @impulse --cycles 8 --rate 16000 -o alone.wav")?;
        let alone = fs::read(booth.room.path().join("alone.wav"))?;
        for name in ["a", "b", "c"] {
            let same = fs::read(booth.room.path().join(format!("batch/{name}.wav")))?;
            ensure!(same == alone, "{format}: {name} differs");
        }
        // Another seed is another piece, and the same one again.
        let seeded = "render a.json -p @impulse --cycles 8 --rate 16000 --seed 3 -o seed.wav";
        booth.succeed(format, seeded)?;
        let three = fs::read(booth.room.path().join("seed.wav"))?;
        ensure!(three != alone, "{format}: the seed changes nothing");
        booth.succeed(format, seeded)?;
        ensure!(three == fs::read(booth.room.path().join("seed.wav"))?, "{format}: not again");
    }
    Ok(())
}

fn folders() -> Result<()> {
    let booth = Booth::new()?;
    for (index, name) in ["m/a.mid", "m/x/b.mid", "m/x/y/c.midi", "m/x/.hidden.mid", "m/z/d.mid"]
        .into_iter()
        .enumerate()
    {
        let path = booth.room.path().join(name);
        fs::create_dir_all(path.parent().context("no folder")?)?;
        fs::write(path, notes(u64::try_from(index)?))?;
    }
    booth.room.write("m/readme.txt", "no music")?;
    let made = |line: &str| -> Result<Vec<String>> {
        booth.succeed("clap", &format!("render {line} -p @impulse --rate 8000 --out-dir out"))?;
        let out = booth.room.path().join("out");
        let names = sounds(&out)?.keys().map(|path| path.display().to_string()).collect();
        fs::remove_dir_all(out)?;
        Ok(names)
    };
    for (line, expected) in [
        ("m", vec!["a.wav", "x/b.wav", "x/y/c.wav", "z/d.wav"]),
        ("m/x m/z", vec!["b.wav", "d.wav", "y/c.wav"]),
        ("m/*.mid", vec!["a.wav"]),
        ("m/**/*.mid", vec!["a.wav", "x/b.wav", "z/d.wav"]),
        ("m/{x,z}/[bd].mid", vec!["x/b.wav", "z/d.wav"]),
        ("m/x/?.mid m/a.mid", vec!["a.wav", "b.wav"]),
    ] {
        let made = made(line)?;
        ensure!(made == expected, "{line}: {made:?}, not {expected:?}");
    }
    fs::create_dir(booth.room.path().join("empty"))?;
    booth.fail(
        "clap",
        "render empty -p @impulse",
        1,
        "reading empty: there is no MIDI file in this folder",
    )?;
    booth.fail("clap", "render no*.mid -p @impulse", 1, "reading no*.mid: no file is called so")?;
    booth.fail(
        "clap",
        "render m/a.mid m/x/../a.mid -p @impulse",
        2,
        "would both be written to a.wav",
    )?;
    booth.fail("clap", "render m -o x.wav -p @impulse", 2, "-o takes one input, and there are 4")
}

fn random() -> Result<()> {
    let booth = Booth::new()?;
    for name in ["a.mid", "b.mid", "c.mid"] {
        booth.room.write(name, notes(5))?;
    }
    let read = |name: &str| fs::read(booth.room.path().join(name)).context(name.to_owned());
    for format in FORMATS {
        booth.succeed(format, "render a.mid -p @random -o one.wav")?;
        booth.succeed(format, "render a.mid -p @random -o two.wav")?;
        booth.succeed(format, "render a.mid b.mid c.mid -p @random --out-dir batch")?;
        let one = read("one.wav")?;
        ensure!(booth.sound("one.wav")?.onsets().len() > 3000, "{format}: no noise");
        for other in ["two.wav", "batch/a.wav", "batch/b.wav", "batch/c.wav"] {
            ensure!(read(other)? == one, "{format}: {other} differs");
        }
    }
    Ok(())
}

fn late() -> Result<()> {
    let booth = Booth::new()?;
    booth.room.write("a.mid", notes(5))?;
    for format in FORMATS {
        let report = booth.report(format, "render a.mid -p @late -o early.wav")?;
        ensure!(booth.sound("early.wav")?.is_silent(), "{format}: it sounds at once");
        let said = warnings(&report);
        ensure!(
            said.len() == 1 && said[0].contains("silent") && said[0].contains("--warmup SECONDS"),
            "{format}: {said:?}"
        );
        let (report, sound) =
            booth.render(format, "render a.mid -p @late --warmup 0.5 -o late.wav")?;
        booth.succeed(format, "render a.mid -p @impulse -o plain.wav")?;
        sound.is_exactly(&booth.sound("plain.wav")?).context(format)?;
        ensure!(report["render_seconds"].as_f64().is_some_and(|s| s >= 0.5), "{report}");
        let ran = booth.run(format, "render a.mid -p @late --strict -o strict.wav")?;
        ensure!(
            ran.code == 1 && ran.err.contains("which --strict takes for an error: "),
            "{}: {}",
            ran.code,
            ran.err
        );
    }
    Ok(())
}
