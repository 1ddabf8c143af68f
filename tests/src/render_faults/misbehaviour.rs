//! Plugins that crash, hang or refuse: the job fails, the others are done.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use libtest_mimic::Trial;

use crate::booth::{Booth, FORMATS, json_lines};
use crate::registry::trial;
use crate::render_faults::{booth, notes};

type Test = fn() -> Result<()>;

pub(super) fn tests() -> Vec<Trial> {
    let tests: &[(&str, Test)] = &[
        ("render_faults_a_crash_is_one_sentence_and_leaves_nothing", crash),
        ("render_faults_a_hang_is_ended_with_all_its_processes", hang),
        ("render_faults_one_bad_job_of_many_costs_the_others_nothing", among_others),
    ];
    tests.iter().map(|&(name, test)| trial(name, None, test)).collect()
}

fn crash() -> Result<()> {
    let booth = booth()?;
    for format in FORMATS {
        for (slug, sentence) in [
            ("crash", "a plugin crashed (segmentation fault) while playing through"),
            ("abort", "a plugin crashed (it called abort) while activating"),
        ] {
            booth.fail(format, &format!("render a.mid -p @{slug}"), 1, sentence)?;
            booth.fail(
                format,
                &format!("render a.mid -p @{slug} -p @gain -o x.flac"),
                1,
                "a.mid: ",
            )?;
            booth.fail(format, &format!("note 60 -p @{slug} --normalize peak"), 1, sentence)?;
        }
        booth.fail(format, "render a.mid -p @refuse", 1, "a.mid: ")?;
    }
    Ok(())
}

fn hang() -> Result<()> {
    let booth = booth()?;
    for format in FORMATS {
        for (slug, doing) in [("hang", "playing through"), ("hangload", "loading")] {
            let started = Instant::now();
            let line = format!("render a.mid -p @{slug} --timeout 0.4 -o x.wav");
            let words = booth.words(format, &line);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let sentence = format!(
                "a.mid: not done after 0.4 s, which is its --timeout: it was still {doing}"
            );
            booth.room.fail_words(&words, 1, &sentence)?;
            booth.is_deserted()?;
            let took = started.elapsed();
            ensure!(took < Duration::from_secs(3), "{format} {slug}: {took:?}");
        }
    }
    Ok(())
}

/// The plugins that spoil a job, and a part of the sentence that tells of it.
const BAD: [(&str, &str); 6] = [
    ("crash", "segmentation fault"),
    ("abort", "it called abort"),
    ("hang", "--timeout"),
    ("hangload", "--timeout"),
    ("refuse", ""),
    ("gain", "is an effect"),
];

fn among_others() -> Result<()> {
    let booth = Booth::new()?;
    for format in FORMATS {
        let mut manifest = String::new();
        for (index, (slug, _)) in BAD.iter().enumerate() {
            for (name, slug) in [("good", "impulse"), ("bad", slug), ("more", "mono")] {
                let input = format!("{name}{index}.mid");
                booth.room.write(&input, notes())?;
                let plugin = booth.plugin(format, slug);
                manifest.push_str(&format!(
                    "{{\"input\": \"{input}\", \"output\": \"{format}/{name}{index}.wav\", \"plugin\": \"{plugin}\"}}\n"
                ));
            }
        }
        booth.room.write("jobs.jsonl", manifest)?;
        for jobs in [1, 3] {
            let line = format!("render --manifest jobs.jsonl --timeout 1 --json --jobs {jobs}");
            let ran = booth.run(format, &line)?;
            ensure!(ran.code == 1, "{format}: ended with {}: {}", ran.code, ran.err);
            let reports = json_lines(&ran.out)?;
            ensure!(reports.len() == 18, "{format}: {} reports", reports.len());
            for (index, (slug, sentence)) in BAD.iter().enumerate() {
                let [good, bad, more] = &reports[index * 3..index * 3 + 3] else { unreachable!() };
                for report in [good, more] {
                    ensure!(report["error"].is_null(), "{format} {slug}: {report}");
                    let name = report["output"].as_str().unwrap_or_default();
                    ensure!(booth.sound(name)?.onsets().len() == 2, "{format} {slug}: {name}");
                }
                let error = bad["error"].as_str().unwrap_or_default();
                ensure!(
                    error.starts_with(&format!("bad{index}.mid: ")) && error.contains(sentence),
                    "{format} {slug}: {bad}"
                );
                ensure!(!error.contains('\n'), "{format} {slug}: {error}");
            }
            let errors = ran.err.lines().filter(|line| line.starts_with("error: ")).count();
            ensure!(errors == BAD.len(), "{format}: {errors} errors: {}", ran.err);
            ensure!(ran.err.contains("12 of 18 files rendered, 6 failed"), "{}", ran.err);
            ensure!(
                ran.err.contains("failed: bad0.mid (") && ran.err.contains(", bad2.mid ("),
                "{}",
                ran.err
            );
            let left: Vec<String> = std::fs::read_dir(booth.room.path().join(format))?
                .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
                .collect::<Result<_>>()?;
            ensure!(left.len() == 12 && left.iter().all(|n| !n.contains("bad")), "{left:?}");
            booth.is_deserted()?;
            std::fs::remove_dir_all(booth.room.path().join(format))?;
        }
    }
    Ok(())
}
