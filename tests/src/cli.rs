//! The binary end to end: what it renders, what it says, how it fails.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use tresillo_pattern::smf;

use crate::clap_host::ClapHost;
use crate::command::Room;
use crate::fixtures;
use crate::registry::trial;
use crate::script::Host;
use crate::stream::{HostControl, HostEvent, check_same};
use crate::timeline::Timeline;
use crate::vst3_host;

type Test = fn() -> Result<()>;

/// The tests of this module.
#[must_use]
pub fn tests() -> Vec<Trial> {
    let tests: &[(&str, Test)] = &[
        ("cli_renders_a_pattern_to_the_frame", renders_a_pattern),
        ("cli_renders_the_same_bytes_at_every_block_and_number_of_jobs", same_bytes),
        ("cli_writes_16_and_24_bits_as_well", depths),
        ("cli_ends_tails_as_it_is_told", tails),
        ("cli_prints_the_notes_that_events_lists", prints_what_events_lists),
        ("cli_gives_a_pattern_the_groove_of_a_midi_file", gives_a_groove),
        ("cli_converts_without_loss_between_json_and_notation", converts),
        ("cli_refuses_bad_input_in_one_sentence_and_leaves_nothing", refuses),
        ("cli_goes_on_after_a_file_that_fails", goes_on),
        ("cli_ends_well_when_nobody_reads_its_output", broken_pipe),
        ("cli_shows_and_helps", shows),
        ("cli_reads_every_factory_pattern", factory_patterns),
        ("cli_lists_golden_events", golden_events),
    ];
    let mut trials: Vec<Trial> =
        tests.iter().map(|&(name, test)| trial(name, None, test)).collect();
    let missing = (!shared_data().is_dir())
        .then_some("../shared/data is absent; put the test data of others there");
    let name = "cli_renders_real_music_as_an_independent_reader_says";
    trials.push(trial(name, missing, real_music));
    let name = "cli_reads_odd_and_damaged_midi_files_as_far_as_they_go";
    trials.push(trial(name, missing, odd_midi_files));
    let name = "cli_converts_steppys_and_hydrogens_files";
    trials.push(trial(name, missing, files_of_others));
    let name = "the_plugin_plays_the_lines_of_tresillo_events";
    trials.push(trial(&format!("clap_{name}"), None, || plays_the_lines(&ClapHost)));
    let missing = vst3_host::missing();
    trials.push(trial(&format!("vst3_{name}"), missing, || plays_the_lines(&vst3_host::Vst3Host)));
    trials
}

/// The project's folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Files that others made, beside the project; see `tests/README.md`.
fn shared_data() -> PathBuf {
    root().join("../shared/data")
}

const BEAT: &str = "tempo = 125\n[A]\nswing = 58\nkick: x..x..x.\nhat: x?50*2 . x x<90\nbass ch=2 prog=34 cc74=40: C1=150{cc74=100} . Eb1(1:2) .\n> bend: {-500} . .\n";

/// The samples of a WAV file of floats, interleaved.
fn samples(path: &Path) -> Result<Vec<f32>> {
    let mut reader = hound::WavReader::open(path)?;
    ensure!(reader.spec().channels == 2, "not stereo");
    Ok(reader.samples::<f32>().collect::<Result<_, _>>()?)
}

fn renders_a_pattern() -> Result<()> {
    let room = Room::new()?;
    room.write("beat.txt", "tempo = 125\nrim: . x . .")?;
    let report = room.succeed("render beat.txt --rate 44100 --tail none --json")?;
    let report: serde_json::Value = serde_json::from_str(&report)?;
    // A quarter note at 125 BPM and 44.1 kHz is 21168 frames; the rim comes a sixteenth after the start.
    ensure!(report["frames"] == 21_168 && report["notes"] == 1, "{report}");
    ensure!(report["sample_rate"] == 44_100 && report["engine"] == "embedded", "{report}");
    ensure!(report.get("error").is_none(), "{report}");
    let samples = samples(&room.path().join("beat.wav"))?;
    ensure!(samples.len() == 2 * 21_168, "{} samples", samples.len());
    let first = samples.iter().position(|sample| *sample != 0.0).context("it is silent")? / 2;
    ensure!((5_292..=5_293).contains(&first), "the first sound is at frame {first}, not 5292");
    ensure!(room.names()? == ["beat.txt", "beat.wav"], "{:?}", room.names()?);
    Ok(())
}

fn same_bytes() -> Result<()> {
    let room = Room::new()?;
    let mut names = Vec::new();
    for tempo in [90, 125, 173] {
        let name = format!("beat{tempo}.txt");
        room.write(&name, BEAT.replace("125", &tempo.to_string()))?;
        names.push(name);
    }
    let inputs = names.join(" ");
    let bytes = |folder: &str, options: &str| -> Result<Vec<Vec<u8>>> {
        room.succeed(&format!("-q render {inputs} --out-dir {folder} {options}"))?;
        let read = |name: &String| {
            let name = name.replace(".txt", ".wav");
            Ok(fs::read(room.path().join(folder).join(name))?)
        };
        names.iter().map(read).collect()
    };
    let first = bytes("a", "")?;
    for (folder, options) in [
        ("b", ""),
        ("c", "--jobs 2"),
        ("d", "--block 1"),
        ("e", "--block 64"),
        ("f", "--block 8192 --jobs 3"),
    ] {
        ensure!(bytes(folder, options)? == first, "{options} gives other bytes");
    }
    Ok(())
}

fn depths() -> Result<()> {
    let room = Room::new()?;
    room.write("beat.txt", BEAT)?;
    room.succeed("-q render beat.txt -o f.wav")?;
    let exact = samples(&room.path().join("f.wav"))?;
    for (depth, bits, full) in [("16", 16, 32_768.0f32), ("24", 24, 8_388_608.0)] {
        room.succeed(&format!("-q render beat.txt --depth {depth} -o i.wav"))?;
        let mut reader = hound::WavReader::open(room.path().join("i.wav"))?;
        ensure!(reader.spec().bits_per_sample == bits, "{:?}", reader.spec());
        let whole: Vec<i32> = reader.samples::<i32>().collect::<Result<_, _>>()?;
        ensure!(whole.len() == exact.len());
        #[allow(clippy::cast_precision_loss, reason = "24 bits fit")]
        let worst = whole
            .iter()
            .zip(&exact)
            .map(|(whole, exact)| (*whole as f32 - exact * full).abs())
            .fold(0.0f32, f32::max);
        ensure!(worst <= 0.51, "{depth} bits are off by {worst}");
    }
    Ok(())
}

fn tails() -> Result<()> {
    let room = Room::new()?;
    room.write("beat.txt", "tempo = 120\nkick: x . . .")?;
    let frames = |tail: &str| -> Result<u64> {
        let report = room.succeed(&format!("render beat.txt --json --tail {tail}"))?;
        let report: serde_json::Value = serde_json::from_str(&report)?;
        report["frames"].as_u64().context("no frames")
    };
    ensure!(frames("none")? == 24_000 && frames("0.5")? == 48_000);
    let auto = frames("auto")?;
    ensure!((24_001..24_000 + 30 * 48_000).contains(&auto), "auto: {auto}");
    Ok(())
}

fn prints_what_events_lists() -> Result<()> {
    let room = Room::new()?;
    room.write("beat.txt", BEAT)?;
    let listed = room.succeed("events beat.txt --cycles 6")?;
    room.succeed("-q convert beat.txt beat.mid --cycles 6 --ppq 20160")?;
    let (file, warnings) = smf::read(&fs::read(room.path().join("beat.mid"))?)?;
    ensure!(warnings.is_empty(), "{warnings:?}");
    let printed = room.succeed("events beat.mid")?;
    // The file has a track more, for tempo and names, in front.
    let plain = |text: &str, first_track: u16| -> Result<Vec<String>> {
        let mut lines = Vec::new();
        for line in text.lines() {
            let columns: Vec<&str> = line.split('\t').collect();
            ensure!(columns.len() == 7, "{line}");
            let track = columns[1].parse::<u16>()? + 1 - first_track;
            lines.push(format!("{} {track} {}", columns[0], columns[2..].join(" ")));
        }
        lines.sort();
        Ok(lines)
    };
    ensure!(file.tracks.len() == 4, "{} tracks", file.tracks.len());
    let (listed, printed) = (plain(&listed, 1)?, plain(&printed, 2)?);
    ensure!(listed.len() > 60 && listed == printed, "{listed:#?}\n{printed:#?}");
    Ok(())
}

fn gives_a_groove() -> Result<()> {
    let room = Room::new()?;
    room.write("player.txt", "hat: x x>300 x<200 x>100")?;
    room.write("straight.txt", "kick: x x x x")?;
    room.succeed("-q convert player.txt player.mid --cycles 4")?;
    room.succeed("-q convert straight.txt grooved.txt --groove player.mid --groove-beats 1")?;
    let text = fs::read_to_string(room.path().join("grooved.txt"))?;
    ensure!(text.contains("groove = 1/16 0 300 -200 100\n"), "{text}");
    let listed = room.succeed("events grooved.txt")?;
    let onsets: Vec<&str> = listed
        .lines()
        .filter(|line| line.contains("note-on"))
        .filter_map(|line| line.split('\t').next())
        .collect();
    ensure!(onsets == ["0", "5340", "9880", "15220"], "{onsets:?}");
    let refused = room.run("convert straight.txt no.txt --groove straight.txt")?;
    ensure!(refused.code == 1 && refused.err.contains("it is no MIDI file"), "{}", refused.err);
    let refused = room.run("convert straight.txt no.txt --groove player.mid --groove-beats 99")?;
    ensure!(refused.err.contains("396 is outside 1 to 128"), "{}", refused.err);
    Ok(())
}

fn converts() -> Result<()> {
    let room = Room::new()?;
    room.write("a.txt", BEAT)?;
    room.succeed("-q convert a.txt b.json")?;
    room.succeed("-q convert b.json c.txt")?;
    room.succeed("-q convert c.txt d.json")?;
    let read = |name: &str| fs::read_to_string(room.path().join(name));
    ensure!(read("b.json")? == read("d.json")?);
    ensure!(room.succeed("events a.txt")? == room.succeed("events d.json")?);
    Ok(())
}

fn refuses() -> Result<()> {
    let room = Room::new()?;
    room.write("text.mid", "hello, world")?;
    room.write("empty.mid", "")?;
    room.write("cut.mid", b"MThd\0\0\0\x06\0\x01\0\x02\0\x60")?;
    room.write("broken.json", "{\"format\": \"tresillo/1\", \"patterns\": [{]}")?;
    room.write("other.json", "[1, 2, 3]")?;
    room.write("broken.txt", "kick: x..q")?;
    room.write("what.bin", [0u8, 1, 2, 255])?;
    room.write("good.txt", BEAT)?;
    room.write("nothing.json", "{\"format\": \"tresillo/1\"}")?;
    fs::create_dir(room.path().join("folder"))?;
    let cases: &[(&str, i32, &str)] = &[
        ("render", 2, "required arguments were not provided"),
        ("sing", 2, "unrecognized subcommand"),
        ("render good.txt --loud", 2, "unexpected argument '--loud'"),
        ("render good.txt --rate 5", 2, "5 is not in 8000..=384000"),
        ("render good.txt --tail soon", 2, "auto, none, or seconds"),
        ("render good.txt -o a.mp3", 2, "should end in .wav or .flac"),
        ("render good.txt broken.txt -o a.wav", 2, "-o takes one input, and there are 2"),
        ("render good.txt folder/good.txt", 2, "would both be written to good.wav"),
        ("render good.txt --bpm 0", 2, "tempo 0 is outside 1 to 999"),
        ("render absent.mid", 1, "reading absent.mid: No such file"),
        ("render folder", 1, "reading folder: there is no MIDI file in this folder"),
        ("render text.mid", 1, "reading text.mid: not a MIDI file: no MThd in it"),
        ("render empty.mid", 1, "reading empty.mid: the file is empty"),
        ("render cut.mid", 1, "reading cut.mid: byte 14: no track follows the header"),
        (
            "render what.bin",
            1,
            "neither a MIDI file (.mid), a project (.json), notation (.txt) nor Hydrogen",
        ),
        ("render broken.json", 1, "reading broken.json: line 1, column 40: key must be a string"),
        ("render other.json", 1, "reading other.json: no \"format\" field"),
        ("render broken.txt", 1, "reading broken.txt: line 1, column 10: \"q\" is no step"),
        ("render nothing.json", 1, "playing nothing.json: the project holds no pattern"),
        ("render good.txt --pattern B", 1, "no pattern is called \"B\"; there are 1 \"A\""),
        ("render good.txt -o good.txt/a.wav", 1, "good.txt is no folder"),
        ("render good.txt -o /dev/null/a.wav", 1, "/dev/null is no folder"),
        ("render good.txt -o folder.wav/", 1, "folder.wav"),
        ("convert good.txt out.xyz", 2, "should end in .mid, .json or .txt"),
        ("convert text.mid out.json", 1, "not a MIDI file"),
        ("convert good.txt good.txt/a.mid", 1, "good.txt is no folder"),
        ("events good.txt --from nan", 2, "--from"),
        ("show absent.json", 1, "reading absent.json"),
    ];
    for (line, code, sentence) in cases {
        room.fail(line, *code, sentence)?;
    }
    Ok(())
}

fn goes_on() -> Result<()> {
    let room = Room::new()?;
    room.write("a.txt", BEAT)?;
    room.write("b.mid", "no")?;
    room.write("c.txt", BEAT)?;
    let ran = room.run("render a.txt b.mid c.txt --json --jobs 2")?;
    ensure!(ran.code == 1, "{}", ran.code);
    let lines: Vec<serde_json::Value> =
        ran.out.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    ensure!(lines.len() == 3, "{}", ran.out);
    let inputs: Vec<&str> = lines.iter().filter_map(|line| line["input"].as_str()).collect();
    ensure!(inputs == ["a.txt", "b.mid", "c.txt"], "{inputs:?}");
    ensure!(lines[1]["error"].as_str().is_some_and(|error| error.contains("b.mid")));
    ensure!(lines[1].get("frames").is_none() && lines[1].get("output").is_none());
    ensure!(room.names()? == ["a.txt", "a.wav", "b.mid", "c.txt", "c.wav"]);
    Ok(())
}

fn broken_pipe() -> Result<()> {
    let room = Room::new()?;
    room.write("beat.txt", BEAT)?;
    let mut child = std::process::Command::new(crate::paths::tresillo())
        .args(["events", "beat.txt", "--cycles", "5000"])
        .current_dir(room.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()?;
    drop(child.stdout.take());
    let output = child.wait_with_output()?;
    ensure!(output.status.code() == Some(0), "{:?}", output.status);
    ensure!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

fn shows() -> Result<()> {
    let room = Room::new()?;
    room.write("beat.txt", BEAT)?;
    let shown = room.succeed("show beat.txt")?;
    ensure!(shown.contains("kick") && shown.contains("▇··▇"), "{shown}");
    room.succeed("-q convert beat.txt beat.mid")?;
    let shown = room.succeed("show beat.mid")?;
    ensure!(shown.contains("125.00 BPM") && shown.contains("kick"), "{shown}");
    ensure!(room.succeed("--help")?.contains("Usage: tresillo"));
    ensure!(room.succeed("render --help")?.contains("--out-dir"));
    ensure!(room.succeed("--version")?.starts_with("tresillo 0."));
    ensure!(room.succeed("doctor")?.contains("SoundFonts"));
    Ok(())
}

fn factory_patterns() -> Result<()> {
    let room = Room::new()?;
    let mut count = 0;
    for entry in fs::read_dir(root().join("presets/patterns"))? {
        let path = entry?.path();
        let shown = path.display().to_string();
        let (project, warnings) = tresillo_pattern::format::json::read(&fs::read(&path)?)?;
        ensure!(warnings.is_empty(), "{shown}: {warnings:?}");
        ensure!(project.licence == "CC0-1.0" && !project.author.is_empty(), "{shown}");
        ensure!(project.description.ends_with('.'), "{shown}: no sentence");
        let written = tresillo_pattern::format::json::write(&project);
        ensure!(written == fs::read_to_string(&path)?, "{shown} is not as it would be written");
        let out = room.run_words(&["render", &shown, "-o", "a.wav", "--json"])?;
        let report: serde_json::Value = serde_json::from_str(&out.out)?;
        ensure!(report["warnings"] == serde_json::json!([]), "{shown}: {report}");
        let peak = report["peak_dbfs"].as_f64().context("silent")?;
        ensure!((-12.0..0.0).contains(&peak), "{shown}: {peak} dBFS");
        count += 1;
    }
    ensure!(count >= 40, "{count} patterns");
    Ok(())
}

/// The listing of two factory patterns; `cargo xtask golden` writes it anew.
fn golden_events() -> Result<()> {
    let room = Room::new()?;
    for name in ["tresillo", "polymetre"] {
        let pattern = root().join("presets/patterns").join(format!("{name}.json"));
        let words = ["events", &pattern.display().to_string(), "--cycles", "2", "--rate", "48000"];
        let ran = room.run_words(&words)?;
        ensure!(ran.code == 0, "{}", ran.err);
        let golden = root().join("tests/golden").join(format!("{name}.events.txt"));
        if std::env::var_os("TRESILLO_GOLDEN").is_some_and(|value| value == "rewrite") {
            fs::create_dir_all(golden.parent().context("a folder")?)?;
            fs::write(&golden, &ran.out)?;
        }
        let expected =
            fs::read_to_string(&golden).with_context(|| format!("reading {}", golden.display()))?;
        let differing = expected.lines().zip(ran.out.lines()).position(|(a, b)| a != b);
        ensure!(
            expected == ran.out,
            "{name} sounds different from line {:?} on; if it should, run `cargo xtask golden`",
            differing.map(|line| line + 1)
        );
    }
    Ok(())
}

fn real_music() -> Result<()> {
    let room = Room::new()?;
    let mut expected = HashMap::new();
    let mut words = vec!["render".to_owned()];
    for (path, seconds, notes) in expectations("music/")? {
        words.push(path.clone());
        expected.insert(path, (seconds, notes));
    }
    words.extend(["--out-dir", "out", "--json", "--jobs", "2"].map(str::to_owned));
    let ran = room.run_words(&words.iter().map(String::as_str).collect::<Vec<_>>())?;
    ensure!(ran.code == 0, "{}", ran.err);
    ensure!(ran.out.lines().count() == expected.len() && expected.len() == 5, "{}", ran.out);
    for line in ran.out.lines() {
        let report: serde_json::Value = serde_json::from_str(line)?;
        let input = report["input"].as_str().context("no input")?;
        let (seconds, notes) = expected.get(input).context("another input")?;
        let found = report["music_seconds"].as_f64().context("no music_seconds")?;
        ensure!((found - seconds).abs() < 0.006, "{input}: {found} s, not {seconds}");
        ensure!(report["notes"].as_u64() == Some(*notes), "{input}: {}", report["notes"]);
        let peak = report["peak_dbfs"].as_f64().context("silent")?;
        ensure!(peak < 0.0, "{input} clips: {peak} dBFS");
    }
    Ok(())
}

/// Length in seconds and notes of the files of others whose names begin so, by path.
fn expectations(prefix: &str) -> Result<Vec<(String, f64, u64)>> {
    let data = shared_data().join("midi");
    let table = fs::read_to_string(data.join("expected.tsv"))?;
    let rows = table.lines().filter(|line| line.starts_with(prefix));
    rows.map(|line| {
        let columns: Vec<&str> = line.split('\t').collect();
        let path = data.join(columns[0]).display().to_string();
        Ok((path, columns[3].parse()?, columns[4].parse()?))
    })
    .collect()
}

/// Each file that the independent reader takes, as it says; each that it refuses: taken with a warning, or refused in one
/// sentence with its name.
fn odd_midi_files() -> Result<()> {
    let room = Room::new()?;
    let expected = expectations("conformance/")?;
    ensure!(expected.len() == 14, "{} files", expected.len());
    for (path, seconds, notes) in &expected {
        let words = ["render", path, "-o", "a.wav", "--tail", "none", "--json"];
        let ran = room.run_words(&words)?;
        let report: serde_json::Value = serde_json::from_str(&ran.out)?;
        ensure!(ran.code == 0, "{path}: {}", ran.err);
        let found = report["music_seconds"].as_f64().context("no music_seconds")?;
        ensure!((found - seconds).abs() < 0.006, "{path}: {found} s, not {seconds}");
        ensure!(report["notes"].as_u64() == Some(*notes), "{path}: {}", report["notes"]);
    }
    let (mut read, mut refused) = (0, 0);
    for entry in fs::read_dir(shared_data().join("midi/conformance"))? {
        let path = entry?.path().display().to_string();
        if expected
            .iter()
            .any(|(known, ..)| fs::canonicalize(known).ok() == fs::canonicalize(&path).ok())
        {
            continue;
        }
        let ran = room.run_words(&["show", &path])?;
        ensure!(!ran.err.contains("panicked"), "{path}: {}", ran.err);
        match ran.code {
            0 => read += 1,
            1 => {
                let lines: Vec<&str> = ran.err.lines().collect();
                ensure!(lines.len() == 1 && lines[0].contains(&path), "{path}: {}", ran.err);
                refused += 1;
            }
            other => anyhow::bail!("{path}: ended with {other}"),
        }
    }
    // An empty file and one that is no MIDI file hold nothing; the others are read as far as they go.
    ensure!((read, refused) == (4, 2), "{read} read, {refused} refused");
    Ok(())
}

/// StepPy's four, Hydrogen's patterns and its song.
const FILES_OF_OTHERS: usize = 4 + HYDROGEN_PATTERNS + 1;
const HYDROGEN_PATTERNS: usize = 25;

fn files_of_others() -> Result<()> {
    let room = Room::new()?;
    let mut count = 0;
    for folder in ["steppy", "hydrogen/patterns", "hydrogen/songs"] {
        for entry in fs::read_dir(shared_data().join(folder))? {
            let path = entry?.path().display().to_string();
            for words in [
                ["convert", &path, "a.json"],
                ["convert", "a.json", "a.txt"],
                ["convert", "a.json", "a.mid"],
                ["-q", "show", &path],
            ] {
                let ran = room.run_words(&words)?;
                ensure!(ran.code == 0, "{words:?}: {}", ran.err);
            }
            let direct = room.run_words(&["events", &path])?;
            let listed = room.run_words(&["events", "a.json"])?;
            ensure!(direct.out == listed.out && !listed.out.is_empty(), "{path}");
            if folder == "steppy" {
                // Through our JSON and back: the same steps.
                let ran = room.run_words(&["convert", "a.json", "b.json", "--to", "steppy"])?;
                ensure!(ran.code == 0, "{path}: {}", ran.err);
                let again = room.run_words(&["events", "b.json"])?;
                ensure!(again.out == listed.out, "{path} changes through StepPy's format");
            }
            count += 1;
        }
    }
    ensure!(count == FILES_OF_OTHERS, "{count} files");
    Ok(())
}

/// The command and the plugin, each by its own way, at blocks of every size.
fn plays_the_lines(host: &dyn Host) -> Result<()> {
    const BEATS: f64 = 24.0;
    let project = fixtures::read(fixtures::RICH);
    let room = Room::new()?;
    room.write("rich.json", tresillo_pattern::format::json::write(&project))?;
    let listed = room.succeed(&format!("events rich.json --rate 48000 --bpm 120 --to {BEATS}"))?;
    let lines = || listed.lines().map(|line| line.split('\t').collect::<Vec<&str>>());
    let is_note = |columns: &Vec<&str>| matches!(columns.get(3), Some(&"note-on" | &"note-off"));
    let mut controls =
        lines().filter(|line| !is_note(line)).map(host_control).collect::<Result<Vec<_>>>()?;
    controls.sort_unstable();
    ensure!(controls.len() > 20, "{} controls", controls.len());
    let notes = lines().filter(is_note).map(host_event);
    let mut listed = notes.collect::<Result<Vec<HostEvent>>>()?;
    let end_frame = 24_000 * 24;
    // The listing lets the last notes ring; the host stops and ends them there.
    for event in &mut listed {
        event.frame = event.frame.min(end_frame);
    }
    ensure!(listed.len() > 500, "{} events", listed.len());
    for block in [1, 64, 256, 500, 4096] {
        let timeline = Timeline::new(&project, 120.0, 48_000.0).play(BEATS, block).stop(1, 64);
        let state = fixtures::state_with(&project);
        let mut steps = vec![crate::script::Step::Load { state }];
        steps.extend_from_slice(&timeline.steps);
        let outcome = host.run(48_000.0, block.max(64), &steps)?;
        check_same(&listed, &outcome.events, 0).with_context(|| format!("blocks of {block}"))?;
        let mut got = outcome.controls;
        got.sort_unstable();
        let different = controls.iter().zip(&got).find(|(expected, got)| expected != got);
        ensure!(
            different.is_none() && controls.len() == got.len(),
            "blocks of {block}: {} controls for {}, the first difference {different:?}",
            got.len(),
            controls.len()
        );
    }
    Ok(())
}

/// A line of `tresillo events --rate` as a host would have received it.
fn host_control(columns: Vec<&str>) -> Result<HostControl> {
    ensure!(columns.len() == 8, "{columns:?}");
    let channel = columns[2].parse::<u8>()? - 1;
    let (number, value): (u8, i32) = (columns[4].parse()?, columns[5].parse()?);
    let seven = |value: i32| u8::try_from(value & 0x7f);
    let (status, first, second) = match columns[3] {
        "cc" => (0xb0, number, seven(value)?),
        "program" => (0xc0, number, 0),
        "pitch-bend" => (0xe0, seven(value + 8192)?, seven((value + 8192) >> 7)?),
        other => anyhow::bail!("{other} is not expected here"),
    };
    Ok(HostControl { frame: columns[7].parse()?, status: status | channel, first, second })
}

/// The same of a note.
fn host_event(columns: Vec<&str>) -> Result<HostEvent> {
    ensure!(columns.len() == 8, "{columns:?}");
    Ok(HostEvent {
        frame: columns[7].parse()?,
        is_on: columns[3] == "note-on",
        channel: columns[2].parse::<u8>()? - 1,
        key: columns[4].parse()?,
        velocity: columns[5].parse::<f32>()? / 127.0,
    })
}
