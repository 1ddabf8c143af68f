//! `cargo xtask bench render`: rendering through plugins, our own share of it, and what others take for the same.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::bench::{Table, smf};
use crate::setup::{self, Tool};
use crate::workspace::Workspace;
use crate::{demo, place, run};

const KARS: &str = "http://distrho.sf.net/plugins/Kars";
const TIM_GM: &str = "/usr/share/sounds/sf2/TimGM6mb.sf2";

/// The plugin of the tests that sounds impulses.
const IMPULSE: &str = "tresillo.test.impulse";

/// What measures a command.
const MEASURE: &str = "tests/python/measure.py";
/// What renders with Python packages.
const PEERS: &str = "tests/python/peers.py";

/// How often one note is rendered.
const SHORT_RUNS: usize = 30;
/// How often the rest is done, unless it takes long.
const RUNS: usize = 3;
/// Voices in the pieces that are compared.
const VOICES: [u8; 3] = [1, 16, 64];
/// Their length.
const PEER_SECONDS: u32 = 60;
/// Files of a batch.
const BATCH: usize = 40;

/// What a command took.
struct Cost {
    /// Seconds of each run, sorted.
    wall: Vec<f64>,
    /// Seconds of processors, likewise.
    cpu: Vec<f64>,
    peak_megabytes: f64,
}

impl Cost {
    fn wall(&self) -> f64 {
        self.wall.get(self.wall.len() / 2).copied().unwrap_or(f64::NAN)
    }

    fn cpu(&self) -> f64 {
        self.cpu.get(self.cpu.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

/// The bench with what it needs.
struct Bench<'a> {
    workspace: &'a Workspace,
    tresillo: PathBuf,
    folder: PathBuf,
}

/// Builds `tresillo` and measures it; files lie in the build folder and are removed.
pub(super) fn measure(workspace: &Workspace, table: &mut Table) -> Result<()> {
    if run::find_program("python3").is_none() {
        table.skip("rendering through plugins", "it is measured by python3");
        return Ok(());
    }
    let folder = workspace.target.join("bench");
    place::remove(&folder)?;
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let bench = Bench { workspace, tresillo: demo::build_tresillo(workspace)?, folder };
    let measured = bench.all(table);
    place::remove(&bench.folder)?;
    measured
}

impl Bench<'_> {
    fn all(&self, table: &mut Table) -> Result<()> {
        let impulse = self.impulse()?;
        let mut sounds = vec![("built-in", "builtin".to_owned())];
        if Path::new("/usr/lib/lv2/Kars.lv2").exists() {
            sounds.push(("Kars in LV2", KARS.to_owned()));
        } else {
            table.skip("Kars in LV2", "`cargo xtask setup` installs dpf-plugins-lv2");
        }
        if Path::new(TIM_GM).exists() {
            sounds.push(("TimGM6mb", TIM_GM.to_owned()));
        } else {
            table.skip("TimGM6mb", "`cargo xtask setup` installs timgm6mb-soundfont");
        }
        self.shares(&sounds, table)?;
        let small: Vec<_> = sounds.iter().cloned().chain([("impulses in CLAP", impulse)]).collect();
        self.short(&small, table)?;
        self.memory(&sounds, table)?;
        if sounds.iter().any(|(_, plugin)| plugin == KARS) {
            self.batch(table)?;
        }
        if sounds.iter().any(|(_, plugin)| plugin == TIM_GM) {
            self.soundfont_peers(table)?;
        }
        self.plugin_peers(table)
    }

    /// Takes a command, run after run.
    fn cost(&self, runs: usize, words: &[String]) -> Result<Cost> {
        let mut command = Command::new("python3");
        command.arg(self.workspace.root.join(MEASURE)).arg(runs.to_string()).args(words);
        let output = command.output().context("starting python3")?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            let reason = said.lines().rev().find(|line| line.contains("Error")).unwrap_or(&said);
            bail!("{}", reason.trim());
        }
        let told: Value = serde_json::from_slice(&output.stdout)?;
        let sorted = |key: &str| {
            let all = told[key].as_array().into_iter().flatten();
            let mut all: Vec<f64> = all.filter_map(Value::as_f64).collect();
            all.sort_by(f64::total_cmp);
            all
        };
        let peak_kib = told["peak_kib"].as_f64().context("no peak of memory was told")?;
        let peak_megabytes = peak_kib * 1024.0 / 1e6;
        Ok(Cost { wall: sorted("wall"), cpu: sorted("cpu"), peak_megabytes })
    }

    fn piece(&self, name: &str, file: Vec<u8>) -> Result<String> {
        let path = self.folder.join(name);
        fs::write(&path, file)?;
        Ok(path.display().to_string())
    }

    fn render(&self, input: &str, plugin: &str) -> Vec<String> {
        let output = self.folder.join("ours.wav");
        let words = ["-q", "render", input, "-p", plugin, "-o", &output.display().to_string()];
        let program = self.tresillo.display().to_string();
        [program].into_iter().chain(words.map(str::to_owned)).collect()
    }

    /// The plugin of the tests that sounds impulses, as a CLAP file.
    fn impulse(&self) -> Result<String> {
        let build = self.workspace.cargo(&["build", "--release", "-p", "tresillo-test-plugins"]);
        let files = run::built_files(build, "tresillo_test_plugins")?;
        let is_library = |file: &&PathBuf| {
            file.extension().is_some_and(|e| e == std::env::consts::DLL_EXTENSION)
        };
        let library = files.iter().find(is_library).context("cargo built no library")?;
        let file = self.folder.join("test.clap");
        fs::copy(library, &file)?;
        Ok(format!("{}#{IMPULSE}", file.display()))
    }

    /// What is left of a render when the plugin's time is taken off. Loudness is measured where a report is asked for, so it is
    /// ours there; without a report it is not, and the plugin's time is that of the run before.
    fn shares(&self, sounds: &[(&str, String)], table: &mut Table) -> Result<()> {
        for seconds in [60, 600] {
            let input = self.piece("share.mid", smf::chords(16, seconds))?;
            for (name, plugin) in sounds {
                let (mut with, mut without) = (Vec::new(), Vec::new());
                for _ in 0..RUNS {
                    let words = self.render(&input, plugin);
                    let mut command = Command::new(&self.tresillo);
                    command.args(words.iter().skip(1)).arg("--json");
                    let told: Value = serde_json::from_str(&run::output(&mut command)?)?;
                    let number = |key: &str| told[key].as_f64().context("a figure is missing");
                    let (whole, plugins) = (number("render_seconds")?, number("plugin_seconds")?);
                    with.push((whole - plugins) / whole);
                    let whole = self.cost(1, &words)?.wall();
                    without.push((whole - plugins) / whole);
                }
                let median = |mut shares: Vec<f64>| {
                    shares.sort_by(f64::total_cmp);
                    100.0 * shares.get(RUNS / 2).copied().unwrap_or(f64::NAN)
                };
                table.row(
                    format!("our share of {seconds} s of 16 voices through {name}"),
                    format!("{:.1} %, with loudness {:.1} %", median(without), median(with)),
                );
            }
        }
        Ok(())
    }

    fn short(&self, sounds: &[(&str, String)], table: &mut Table) -> Result<()> {
        let input = self.piece("note.mid", smf::one_note())?;
        for (name, plugin) in sounds {
            let cost = self.cost(SHORT_RUNS, &self.render(&input, plugin))?;
            let least = cost.wall.first().copied().unwrap_or(f64::NAN);
            table.row(
                format!("one note through {name}, start to finished file ({SHORT_RUNS} runs)"),
                format!("median {:.1} ms, least {:.1} ms", 1e3 * cost.wall(), 1e3 * least),
            );
        }
        Ok(())
    }

    fn memory(&self, sounds: &[(&str, String)], table: &mut Table) -> Result<()> {
        for (name, plugin) in sounds {
            let mut peaks = Vec::new();
            for minutes in [1, 60] {
                let input = self.piece("memory.mid", smf::chords(2, minutes * 60))?;
                peaks.push(self.cost(1, &self.render(&input, plugin))?.peak_megabytes);
            }
            let peaks: Vec<String> = peaks.iter().map(|peak| format!("{peak:.1}")).collect();
            table.row(
                format!("most memory for 1 and for 60 minutes of 2 voices through {name}"),
                format!("{} MB", peaks.join(" and ")),
            );
        }
        Ok(())
    }

    /// One worker against two.
    fn batch(&self, table: &mut Table) -> Result<()> {
        let folder = self.folder.join("batch");
        fs::create_dir_all(&folder)?;
        for index in 0..BATCH {
            fs::write(folder.join(format!("{index}.mid")), smf::chords(16, 60))?;
        }
        let words = |jobs: &str| -> Vec<String> {
            let folder = folder.display().to_string();
            let out = self.folder.join("out").display().to_string();
            let words = [
                "-q",
                "render",
                &folder,
                "-p",
                KARS,
                "--jobs",
                jobs,
                "--out-dir",
                &out,
                "--depth",
                "16",
            ];
            let program = self.tresillo.display().to_string();
            [program].into_iter().chain(words.map(str::to_owned)).collect()
        };
        let (mut ratios, mut ones) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            // In turn, so that both meet the same machine.
            let one = self.cost(1, &words("1"))?.wall();
            ratios.push(one / self.cost(1, &words("2"))?.wall());
            ones.push(one);
        }
        ratios.sort_by(f64::total_cmp);
        ones.sort_by(f64::total_cmp);
        table.row(
            format!("{BATCH} files of 60 s of 16 voices through Kars, two workers against one"),
            format!(
                "{:.2} times as fast, {:.2} at best (one: {:.2} s)",
                ratios.get(RUNS / 2).copied().unwrap_or(f64::NAN),
                ratios.last().copied().unwrap_or(f64::NAN),
                ones.get(RUNS / 2).copied().unwrap_or(f64::NAN)
            ),
        );
        Ok(())
    }

    /// What plays SoundFonts, on the same font and pieces.
    fn soundfont_peers(&self, table: &mut Table) -> Result<()> {
        let out = self.folder.join("theirs.wav").display().to_string();
        let python = setup::Venv::of(&self.workspace.target).python().display().to_string();
        let script = self.workspace.root.join(PEERS).display().to_string();
        let seconds = PEER_SECONDS.to_string();
        let configuration = self.folder.join("timidity.cfg");
        fs::write(&configuration, format!("soundfont {TIM_GM}\n"))?;
        let configuration = configuration.display().to_string();
        for voices in VOICES {
            let input = self.piece("peers.mid", smf::chords(voices, PEER_SECONDS))?;
            let ours = self.cost(RUNS, &self.render(&input, TIM_GM))?;
            let mut dry = self.render(&input, TIM_GM);
            dry.extend(["--param", "effects=off"].map(str::to_owned));
            let ours_dry = self.cost(RUNS, &dry)?;
            let what =
                |who: &str| format!("{voices} voices for {PEER_SECONDS} s on TimGM6mb, {who}");
            let of_cpu = |cpu: f64| {
                format!("{cpu:.2} s of processor, {:.0} × real time", f64::from(PEER_SECONDS) / cpu)
            };
            table.row(what("tresillo"), of_cpu(ours.cpu()));
            table.row(what("tresillo without effects"), of_cpu(ours_dry.cpu()));
            let fluidsynth: &[&str] = &[
                "fluidsynth",
                "-n",
                "-i",
                "-q",
                "-r",
                "48000",
                "-O",
                "float",
                "-T",
                "wav",
                "-F",
                &out,
            ];
            let fluidsynth = |more: &[&'static str]| [fluidsynth, more, &[TIM_GM, &input]].concat();
            let peers: [(&str, Vec<&str>, &Cost); 4] = [
                ("fluidsynth", fluidsynth(&[]), &ours),
                ("fluidsynth without effects", fluidsynth(&["-R", "0", "-C", "0"]), &ours_dry),
                (
                    "timidity",
                    vec![
                        "timidity",
                        "-c",
                        &configuration,
                        "-s",
                        "48000",
                        "-Ow",
                        "-o",
                        &out,
                        &input,
                    ],
                    &ours,
                ),
                (
                    "midirenderer",
                    vec![&python, &script, "midirenderer", &input, TIM_GM, &out, &seconds],
                    &ours,
                ),
            ];
            for (who, words, ours) in peers {
                let is_here = match who {
                    "midirenderer" => has_module(&python, who),
                    _ => words.first().is_some_and(|name| run::find_program(name).is_some()),
                };
                if !is_here {
                    table.skip(what(who), "`cargo xtask setup` says how to get it");
                    continue;
                }
                let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
                self.compare(&what(who), &words, ours, table);
            }
        }
        Ok(())
    }

    /// What hosts VST3 plugins: Kars of Debian trixie, all under trixie's loader.
    fn plugin_peers(&self, table: &mut Table) -> Result<()> {
        let trixie = setup::Trixie::of(&self.workspace.target);
        if !trixie.is_ready() {
            table.skip(
                "hosts of VST3",
                "`cargo xtask setup --trixie` gets a plugin for all of them",
            );
            return Ok(());
        }
        let python = setup::Venv::of(&self.workspace.target).python().display().to_string();
        let script = self.workspace.root.join(PEERS).display().to_string();
        let kars = trixie.plugin("vst3/Kars.vst3").display().to_string();
        let out = self.folder.join("hosts.wav").display().to_string();
        let seconds = PEER_SECONDS.to_string();
        for voices in VOICES {
            let input = self.piece("hosts.mid", smf::chords(voices, PEER_SECONDS))?;
            let what = |who: &str| {
                format!("{voices} voices for {PEER_SECONDS} s through Kars in VST3, {who}")
            };
            // A worker is started as this command is.
            let own = self.folder.join("tresillo.sh");
            let line = format!(
                "exec {} \"$@\"",
                trixie.under(&[&self.tresillo.display().to_string()]).join(" ")
            );
            fs::write(&own, format!("#!/bin/sh\n{line}\n"))?;
            run::silent(Command::new("chmod").arg("755").arg(&own))?;
            let own = own.display().to_string();
            let mut words = vec!["env".to_owned(), format!("TRESILLO_PROGRAM={own}"), own];
            words.extend(self.render(&input, &kars).into_iter().skip(1));
            let ours = self.cost(RUNS, &words)?;
            table.row(
                what("tresillo"),
                format!(
                    "{:.2} s of processor, {:.0} × real time",
                    ours.cpu(),
                    f64::from(PEER_SECONDS) / ours.cpu()
                ),
            );
            for who in ["minihost", "dawdreamer", "pedalboard"] {
                if !has_module(&python, who) {
                    table.skip(what(who), "`cargo xtask setup` installs it");
                    continue;
                }
                let words = trixie.under(&[&python, &script, who, &input, &kars, &out, &seconds]);
                self.compare(&what(who), &words, &ours, table);
            }
        }
        Ok(())
    }

    /// One row for a peer; one that fails is named with its reason.
    fn compare(&self, what: &str, words: &[String], ours: &Cost, table: &mut Table) {
        match self.cost(RUNS, words) {
            Ok(theirs) => table.row(
                what,
                format!("{:.2} s, {:.2} times ours", theirs.cpu(), theirs.cpu() / ours.cpu()),
            ),
            Err(error) => {
                let error = format!("{error:#}");
                table
                    .skip(what, format!("it failed: {}", error.lines().next().unwrap_or_default()));
            }
        }
    }
}

/// Whether a Python package is in the environment.
fn has_module(python: &str, name: &str) -> bool {
    let line = format!("import importlib.util as u; exit(u.find_spec('{name}') is None)");
    run::succeeds(Command::new(python).args(["-c", &line]))
}
