//! A room in which the plugins of the tests are at hand: renders, and what came out of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::Value;

use crate::command::{Ran, Room};
use crate::paths;
use crate::sound::Sound;
use crate::test_plugins::{Layout, lay_out};

/// The formats of plugins that the tests have, as [`Booth::words`] takes them.
pub const FORMATS: [&str; 3] = ["clap", "vst3", "lv2"];

/// A fresh folder, and the plugins of the tests outside it.
pub struct Booth {
    /// The folder.
    pub room: Room,
    plugins: &'static Layout,
}

/// The plugins, laid out once for all tests.
fn plugins() -> Result<&'static Layout> {
    static PLUGINS: OnceLock<Result<Layout, String>> = OnceLock::new();
    let laid_out = PLUGINS.get_or_init(|| {
        lay_out(&paths::build_folder().join("render-plugins")).map_err(|error| format!("{error:#}"))
    });
    laid_out.as_ref().map_err(|error| anyhow!("{error}"))
}

impl Booth {
    /// A fresh one.
    ///
    /// # Errors
    /// If the plugins or the folder cannot be written.
    pub fn new() -> Result<Booth> {
        Ok(Booth { room: Room::new()?, plugins: plugins()? })
    }

    /// Where the plugins are.
    #[must_use]
    pub fn plugins(&self) -> &Layout {
        self.plugins
    }

    /// What `-p` takes for a plugin in a format: `clap`, `vst3`, `lv2`.
    #[must_use]
    pub fn plugin(&self, format: &str, slug: &str) -> String {
        match format {
            "clap" => self.plugins.clap(slug),
            "vst3" => self.plugins.vst3(slug),
            _ => self.plugins.lv2(slug),
        }
    }

    /// The words of a command line, in which `@impulse` stands for that plugin in `format`, and `@lv2:impulse` for it in LV2.
    /// `Frames=777` of a plugin in VST3 becomes the text that it shows, because numbers are shares of a range there.
    #[must_use]
    pub fn words(&self, format: &str, line: &str) -> Vec<String> {
        let mut last = format;
        let word = |word| match str::split_once(word, '@') {
            None if word.starts_with("Frames=") && last == "vst3" => format!("{word}frames"),
            None => word.to_owned(),
            Some((before, plugin)) => {
                let (format, slug) = plugin.split_once(':').unwrap_or((format, plugin));
                last = format;
                format!("{before}{}", self.plugin(format, slug))
            }
        };
        line.split_whitespace().map(word).collect()
    }

    /// Runs such a command line.
    ///
    /// # Errors
    /// As [`Room::run`].
    pub fn run(&self, format: &str, line: &str) -> Result<Ran> {
        self.room.run_words(&self.words(format, line))
    }

    /// The same for a run that must succeed; what it says on standard output.
    ///
    /// # Errors
    /// If it does not.
    pub fn succeed(&self, format: &str, line: &str) -> Result<String> {
        let ran = self.run(format, line)?;
        ensure!(ran.code == 0, "`{line}` in {format} ended with {}: {}", ran.code, ran.err);
        Ok(ran.out)
    }

    /// The same with `--json`: an object a job.
    ///
    /// # Errors
    /// If it does not, or does not say so.
    pub fn reports(&self, format: &str, line: &str) -> Result<Vec<Value>> {
        json_lines(&self.succeed(format, &format!("{line} --json"))?)
    }

    /// The same for one job.
    ///
    /// # Errors
    /// The same, or if there is another number of objects.
    pub fn report(&self, format: &str, line: &str) -> Result<Value> {
        let [report] = <[Value; 1]>::try_from(self.reports(format, line)?)
            .map_err(|all| anyhow!("{} objects, not one", all.len()))?;
        Ok(report)
    }

    /// The same for one job without a warning; the sound that it wrote comes with its report.
    ///
    /// # Errors
    /// The same, or if the file cannot be read.
    pub fn render(&self, format: &str, line: &str) -> Result<(Value, Sound)> {
        let report = self.report(format, line)?;
        ensure!(warnings(&report).is_empty(), "`{line}` in {format}: {:?}", warnings(&report));
        let sound = self.sound(report["output"].as_str().context("no output")?)?;
        ensure!(report["frames"].as_u64() == u64::try_from(sound.len()).ok(), "{report}");
        Ok((report, sound))
    }

    /// A run that must fail with this code, one sentence in one line that contains `sentence`, and nothing left behind.
    ///
    /// # Errors
    /// If it does not.
    pub fn fail(&self, format: &str, line: &str, code: i32, sentence: &str) -> Result<()> {
        let words = self.words(format, line);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.room.fail_words(&words, code, sentence)?;
        // Once more, for the number of lines; it is as quick.
        let ran = self.room.run_words(&words)?;
        let lines = ran.err.lines().filter(|line| !line.starts_with("warning: ")).count();
        ensure!(code != 1 || lines == 1, "`{line}` said more than one line: {:?}", ran.err);
        self.is_deserted()
    }

    /// The sound of a file in it.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn sound(&self, name: &str) -> Result<Sound> {
        Sound::read(&self.room.path().join(name))
    }

    /// Whether no process is left that began in it. A killed one needs a moment to go: a second is enough.
    ///
    /// # Errors
    /// Which are left.
    pub fn is_deserted(&self) -> Result<()> {
        let end = Instant::now() + Duration::from_secs(1);
        loop {
            let left = processes(self.room.path());
            if left.is_empty() {
                return Ok(());
            }
            ensure!(Instant::now() < end, "processes {left:?} are left");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// The objects of some lines.
///
/// # Errors
/// If a line is none.
pub fn json_lines(text: &str) -> Result<Vec<Value>> {
    text.lines().map(|line| serde_json::from_str(line).with_context(|| line.to_owned())).collect()
}

/// The warnings of a report.
#[must_use]
pub fn warnings(report: &Value) -> Vec<String> {
    let all = report["warnings"].as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().filter_map(|warning| Some(warning.as_str()?.to_owned())).collect()
}

/// The processes that work in a folder (proc(5), `/proc/pid/cwd`); none where the system does not tell.
#[must_use]
pub fn processes(folder: &Path) -> Vec<u32> {
    let Ok(folder) = fs::canonicalize(folder) else { return Vec::new() };
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let works_there =
        |pid: &u32| fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|place| place == folder);
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    pids.filter(works_there).collect()
}

/// The files of a folder and those in it that a name ends with, sorted, with their bytes.
///
/// # Errors
/// If one cannot be read.
pub fn files(folder: &Path, ending: &str) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut all = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(each) = folders.pop() {
        for entry in fs::read_dir(&each).with_context(|| each.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                let bytes = fs::read(&path)?;
                all.push((path.strip_prefix(folder)?.to_owned(), bytes));
            }
        }
    }
    all.sort();
    Ok(all)
}
