//! Jobs from a file of one JSON object a line.

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::cli::{Depth, Format, Normalize, Tail};
use crate::instrument::Outputs;
use crate::instrument::spec::PluginSpec;
use crate::job::notes::Notes;
use crate::job::{ChainSpec, Job, JobSettings, Source, check_rate, format_of};

/// One line. What it leaves out is as on the command line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    input: Option<PathBuf>,
    note: Option<Notes>,
    output: Option<PathBuf>,
    /// One plugin, which the fields below belong to.
    plugin: Option<String>,
    #[serde(default)]
    parameters: Parameters,
    state: Option<PathBuf>,
    outputs: Option<Outputs>,
    /// Plugins in series.
    plugins: Option<Vec<LinePlugin>>,
    /// Several chains.
    chains: Option<Vec<LineChain>>,
    rate: Option<u32>,
    block: Option<u32>,
    depth: Option<Depth>,
    format: Option<Format>,
    normalize: Option<Normalize>,
    tail: Option<Tail>,
    warmup: Option<f64>,
    trim: Option<bool>,
    bpm: Option<f64>,
    cycles: Option<u32>,
    seed: Option<u32>,
    pattern: Option<String>,
    /// From 1.
    track: Option<u16>,
}

/// A plugin by its name alone, or with what belongs to it.
#[derive(Debug, Deserialize)]
#[serde(try_from = "serde_json::Value")]
enum LinePlugin {
    Name(String),
    Whole(WholePlugin),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WholePlugin {
    plugin: String,
    #[serde(default)]
    parameters: Parameters,
    state: Option<PathBuf>,
    save_state: Option<PathBuf>,
    #[serde(default)]
    outputs: Outputs,
}

impl TryFrom<serde_json::Value> for LinePlugin {
    type Error = serde_json::Error;

    fn try_from(value: serde_json::Value) -> Result<LinePlugin, serde_json::Error> {
        match value {
            serde_json::Value::String(name) => Ok(LinePlugin::Name(name)),
            other => serde_json::from_value(other).map(LinePlugin::Whole),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LineChain {
    #[serde(default)]
    part: crate::job::PartSpec,
    plugins: Vec<LinePlugin>,
}

impl LinePlugin {
    fn spec(self) -> PluginSpec {
        match self {
            LinePlugin::Name(name) => PluginSpec::new(name),
            LinePlugin::Whole(whole) => {
                let WholePlugin { plugin, parameters, state, save_state, outputs } = whole;
                PluginSpec { plugin, parameters: parameters.0, state, save_state, outputs }
            }
        }
    }
}

/// Parameters in their order, with values as they would be typed.
#[derive(Debug, Default)]
struct Parameters(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Parameters {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Parameters, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Parameters;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of names and values")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parameters, A::Error> {
                let mut parameters = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, serde_json::Value>()? {
                    let text = match value {
                        serde_json::Value::String(text) => text,
                        other => other.to_string(),
                    };
                    parameters.push((name, text));
                }
                Ok(Parameters(parameters))
            }
        }

        from.deserialize_map(InOrder)
    }
}

/// The jobs of a manifest; `-` is standard input. Paths are as on the command line.
///
/// # Errors
/// One sentence with the number of the line.
pub fn read(
    manifest: &Path,
    settings: &JobSettings,
    chains: &[ChainSpec],
    out_dir: Option<&Path>,
) -> Result<Vec<Job>> {
    let reading = || format!("reading {}", manifest.display());
    let text = if manifest == Path::new("-") {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(manifest)
    };
    let text = text.with_context(reading)?;
    // Some editors begin a file with a mark of its encoding.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut jobs: Vec<Job> = Vec::new();
    let mut taken: HashMap<PathBuf, usize> = HashMap::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let job = serde_json::from_str::<Line>(line)
            .map_err(|error| plain(&error))
            .and_then(|line| job(line, settings, chains, out_dir))
            .with_context(|| format!("reading {}, line {number}", manifest.display()))?;
        if let Some(first) = taken.insert(job.output.clone(), number) {
            bail!(
                "reading {}: lines {first} and {number} would both be written to {}; give one another \"output\"",
                manifest.display(),
                job.output.display()
            );
        }
        jobs.push(job);
    }
    if jobs.is_empty() {
        bail!("reading {}: there is no job in it", manifest.display());
    }
    Ok(jobs)
}

/// What serde says, without the line, which is always 1 here.
fn plain(error: &serde_json::Error) -> anyhow::Error {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or(&text).to_owned();
    anyhow!("column {}: {text}", error.column())
}

fn job(
    line: Line,
    settings: &JobSettings,
    chains: &[ChainSpec],
    out_dir: Option<&Path>,
) -> Result<Job> {
    let mut settings = settings.clone();
    let set = |place: &mut u32, value: Option<u32>, name: &str, least: u32, most: u32| match value {
        Some(value) if (least..=most).contains(&value) => {
            *place = value;
            Ok(())
        }
        Some(value) => bail!("{name} {value} is out of range, which is {least} to {most}"),
        None => Ok(()),
    };
    set(&mut settings.sample_rate_hz, line.rate, "rate", 8_000, 384_000)?;
    set(&mut settings.block_frames, line.block, "block", 1, 65_536)?;
    settings.depth = line.depth.unwrap_or(settings.depth);
    settings.format = line.format.or(settings.format);
    settings.normalize = line.normalize.or(settings.normalize);
    settings.tail = line.tail.unwrap_or(settings.tail);
    settings.trim = line.trim.unwrap_or(settings.trim);
    if let Some(warmup) = line.warmup {
        if !(0.0..=600.0).contains(&warmup) {
            bail!("warmup {warmup} is out of range, which is 0 to 600");
        }
        settings.warmup_seconds = warmup;
    }
    let pattern = &mut settings.pattern;
    if let Some(bpm) = line.bpm {
        pattern.bpm = Some(tresillo_pattern::document::Tempo::new(bpm)?);
    }
    let mut cycles = pattern.cycles.unwrap_or(1);
    set(&mut cycles, line.cycles, "cycles", 1, 100_000)?;
    pattern.cycles = line.cycles.or(pattern.cycles);
    pattern.seed = line.seed.or(pattern.seed);
    pattern.pattern = line.pattern.or(pattern.pattern.take());
    let source = match (line.input, line.note) {
        (Some(input), None) => Source::File(input),
        (None, Some(notes)) => Source::Notes(checked(notes)?),
        _ => bail!("either \"input\" or \"note\" is needed"),
    };
    let has_own = !line.parameters.0.is_empty() || line.state.is_some() || line.outputs.is_some();
    if has_own && line.plugin.is_none() {
        bail!("\"parameters\", \"state\" and \"outputs\" need a \"plugin\" beside them");
    }
    let chains = match (line.plugin, line.plugins, line.chains) {
        (Some(plugin), None, None) => {
            let plugin = PluginSpec {
                parameters: line.parameters.0,
                state: line.state,
                outputs: line.outputs.unwrap_or_default(),
                ..PluginSpec::new(plugin)
            };
            vec![chain(vec![plugin])]
        }
        (None, Some(plugins), None) => {
            vec![chain(plugins.into_iter().map(LinePlugin::spec).collect())]
        }
        (None, None, Some(chains)) => chains
            .into_iter()
            .map(|chain| ChainSpec {
                part: chain.part,
                plugins: chain.plugins.into_iter().map(LinePlugin::spec).collect(),
            })
            .collect(),
        (None, None, None) => chains.to_vec(),
        _ => bail!("only one of \"plugin\", \"plugins\" and \"chains\" may be there"),
    };
    if chains.iter().any(|chain| chain.plugins.is_empty()) {
        bail!("a chain needs a plugin");
    }
    let output = match (line.output, &source) {
        (Some(output), _) => output,
        (None, Source::File(input)) => {
            let extension = settings.format.unwrap_or(Format::Wav).extension();
            let name = PathBuf::from(input.file_name().unwrap_or_default());
            out_dir.unwrap_or(Path::new("")).join(name).with_extension(extension)
        }
        (None, Source::Notes(_)) => bail!("\"note\" needs an \"output\""),
    };
    check_rate(Some(format_of(&output, settings.format)?), settings.sample_rate_hz)?;
    let stem = match line.track {
        Some(0) => bail!("\"track\" counts from 1"),
        track => track.map(|track| track - 1),
    };
    Ok(Job { source, output, stem, chains, settings, fingerprint: None })
}

fn chain(plugins: Vec<PluginSpec>) -> ChainSpec {
    ChainSpec { part: crate::job::PartSpec::Rest, plugins }
}

fn checked(notes: Notes) -> Result<Notes> {
    let seven = |value: Option<u8>| value.is_none_or(|value| value <= 127);
    let is_right = !notes.keys.is_empty()
        && notes.keys.iter().all(|key| *key <= 127)
        && (1..=127).contains(&notes.velocity)
        && (1..=16).contains(&notes.channel)
        && notes.program.is_none_or(|program| (1..=128).contains(&program))
        && (0.0..=3600.0).contains(&notes.duration)
        && [notes.sustain, notes.sostenuto, notes.soft].into_iter().all(seven)
        && (1..=64).contains(&notes.round);
    if !is_right {
        bail!(
            "\"note\" is out of range: keys 0 to 127, velocity 1 to 127, channel 1 to 16, program 1 to 128, duration 0 to 3600 s"
        );
    }
    Ok(notes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jobs(text: &str) -> Result<Vec<Job>> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("jobs.jsonl");
        fs::write(&file, text)?;
        read(&file, &JobSettings::default(), &[], Some(Path::new("out")))
    }

    #[test]
    fn a_line_is_a_job() {
        let jobs = jobs(concat!(
            "{\"input\": \"a.mid\"}\n\n",
            "{\"input\": \"b.mid\", \"output\": \"x/b.flac\", \"plugin\": \"p.sf2\", \"parameters\": {\"Gain\": -3, \"Mode\": \"Saw\"}, \"rate\": 44100, \"depth\": 16, \"normalize\": -14, \"tail\": \"none\", \"bpm\": 90}\n",
            "{\"note\": {\"keys\": [60, \"E3\"], \"sustain\": 127}, \"output\": \"n.wav\", \"chains\": [{\"plugins\": [\"a.clap\", {\"plugin\": \"b.lv2\", \"state\": \"s\"}]}, {\"part\": \"10\", \"plugins\": [\"d.sf2\"]}]}\n",
        ))
        .unwrap();
        let [a, b, n] = jobs.as_slice() else { panic!("{jobs:?}") };
        assert_eq!(a.output, Path::new("out/a.wav"));
        assert_eq!(b.settings.sample_rate_hz, 44_100);
        assert_eq!(b.settings.tail, Tail::None);
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(b.chains[0].plugins[0].parameters, [pair("Gain", "-3"), pair("Mode", "Saw")]);
        assert_eq!(n.chains.len(), 2);
        assert_eq!(n.chains[0].plugins[1].state, Some(PathBuf::from("s")));
        assert_eq!(n.chains[1].part, crate::job::PartSpec::Channels(1 << 9));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let error = |text: &str| format!("{:#}", jobs(text).unwrap_err());
        let line2 = |line: &str| error(&format!("{{\"input\": \"a.mid\"}}\n{line}\n"));
        assert!(line2("{\"input\": 5}").contains(", line 2: column 11: invalid type"));
        assert!(
            line2("{\"input\": \"b.mid\", \"plugn\": \"x\"}").contains("unknown field `plugn`")
        );
        assert!(line2("{}").contains("line 2: either \"input\" or \"note\" is needed"));
        assert!(line2("{\"input\": \"b.mid\", \"rate\": 5}").contains("rate 5 is out of range"));
        assert!(
            line2("{\"input\": \"b.mid\", \"tail\": \"long\"}").contains("auto, none, or seconds")
        );
        assert!(line2("{\"input\": \"x/a.mid\"}").contains("lines 1 and 2 would both be written"));
        assert!(
            line2("{\"input\": \"b.mid\", \"cycles\": 0}").contains("cycles 0 is out of range")
        );
        assert!(
            line2("{\"input\": \"b.mid\", \"outputs\": \"all\"}").contains("need a \"plugin\"")
        );
        assert!(
            line2("{\"input\": \"b.mid\", \"plugins\": [{\"plugin\": \"x\", \"paramters\": {}}]}")
                .contains("unknown field `paramters`")
        );
        assert!(error("\n").contains("there is no job in it"));
    }
}
