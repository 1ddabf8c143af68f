//! What is to be done: one [`Job`] for each file that is written, whole in itself, so that another process may do it.

pub mod files;
pub mod inputs;
pub mod manifest;
pub mod notes;
mod path;
pub mod stems;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};

use crate::cli::{Depth, Format, Normalize, PatternArgs, SoundArgs, Tail};
use crate::instrument::spec::{Place, PluginSpec};
use crate::job::notes::Notes;
use crate::report::UsageError;

/// One file to write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// What is rendered.
    pub source: Source,
    /// Where the sound goes.
    #[serde(with = "path")]
    pub output: PathBuf,
    /// The track that is rendered, from 0; `None`: all.
    pub stem: Option<u16>,
    /// What sounds; empty is the built-in instrument.
    pub chains: Vec<ChainSpec>,
    /// How it sounds.
    pub settings: JobSettings,
    /// What the file depends on, as a number that is written into it.
    pub fingerprint: Option<String>,
}

/// What is rendered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// A MIDI file, a project, notation.
    File(#[serde(with = "path")] PathBuf),
    /// Notes that the command line names.
    Notes(Notes),
}

/// How a file is rendered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JobSettings {
    /// Frames a second.
    #[serde(rename = "rate")]
    pub sample_rate_hz: u32,
    /// Frames that are computed at once.
    #[serde(rename = "block")]
    pub block_frames: u32,
    /// What a sample is.
    pub depth: Depth,
    /// What a file is; `None`: what its name says.
    pub format: Option<Format>,
    /// The level that the result is brought to.
    pub normalize: Option<Normalize>,
    /// What comes after the music.
    pub tail: Tail,
    /// Silence before the first frame, in real time.
    #[serde(rename = "warmup")]
    pub warmup_seconds: f64,
    /// Whether silence before and behind the sound is taken away.
    pub trim: bool,
    /// Whether loudness is measured, which takes time.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub has_loudness: bool,
    /// Whether a warning is an error.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_strict: bool,
    /// Whether nothing else is done meanwhile, so that another processor may help.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_alone: bool,
    /// Which pattern plays, and how.
    pub pattern: PatternArgs,
}

impl Default for JobSettings {
    fn default() -> JobSettings {
        JobSettings {
            sample_rate_hz: 48_000,
            block_frames: 512,
            depth: Depth::F32,
            format: None,
            normalize: None,
            tail: Tail::Auto,
            warmup_seconds: 0.0,
            trim: false,
            has_loudness: false,
            is_strict: false,
            is_alone: false,
            pattern: PatternArgs::default(),
        }
    }
}

impl From<&SoundArgs> for JobSettings {
    fn from(sound: &SoundArgs) -> JobSettings {
        JobSettings {
            sample_rate_hz: sound.rate,
            block_frames: sound.block,
            depth: sound.depth,
            format: sound.format,
            normalize: sound.normalize,
            tail: sound.tail,
            warmup_seconds: sound.warmup,
            ..JobSettings::default()
        }
    }
}

/// Plugins in series, and what of the piece they play.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainSpec {
    /// What of the piece.
    #[serde(default)]
    pub part: PartSpec,
    /// The instrument, then effects.
    pub plugins: Vec<PluginSpec>,
}

/// What of a piece a chain plays, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum PartSpec {
    /// What no other chain plays.
    #[default]
    Rest,
    /// Some channels, one bit each, the lowest for channel 0.
    Channels(u16),
    /// A track, by its number from 1 or its name.
    Track(String),
}

impl PartSpec {
    /// `10`, `1-4,6`, `track:3`, `track:Bass`; `rest`.
    ///
    /// # Errors
    /// What is needed instead.
    pub fn parse(text: &str) -> Result<PartSpec, String> {
        let wrong =
            || "channels from 1 to 16 are needed, as in 10 or 1-4,6, or track:NAME".to_owned();
        if text == "rest" {
            return Ok(PartSpec::Rest);
        }
        if let Some(track) = text.strip_prefix("track:").filter(|track| !track.is_empty()) {
            return Ok(PartSpec::Track(track.to_owned()));
        }
        let mut mask = 0u16;
        for range in text.split(',') {
            let (from, to) = range.split_once('-').unwrap_or((range, range));
            let number = |text: &str| text.trim().parse::<u32>().map_err(|_| wrong());
            let (from, to) = (number(from)?, number(to)?);
            if from < 1 || to > 16 || from > to {
                return Err(wrong());
            }
            mask |= (from..=to).fold(0, |mask, channel| mask | 1 << (channel - 1));
        }
        Ok(PartSpec::Channels(mask))
    }
}

impl TryFrom<String> for PartSpec {
    type Error = String;

    fn try_from(text: String) -> Result<PartSpec, String> {
        PartSpec::parse(&text)
    }
}

impl From<PartSpec> for String {
    fn from(part: PartSpec) -> String {
        match part {
            PartSpec::Rest => "rest".to_owned(),
            PartSpec::Track(track) => format!("track:{track}"),
            PartSpec::Channels(mask) => {
                let channels = (0..16).filter(|channel| mask >> channel & 1 == 1);
                let names: Vec<String> =
                    channels.map(|channel| (channel + 1).to_string()).collect();
                names.join(",")
            }
        }
    }
}

impl Job {
    /// What people call the input.
    #[must_use]
    pub fn input_name(&self) -> String {
        match &self.source {
            Source::File(path) => path.display().to_string(),
            Source::Notes(notes) => notes.to_string(),
        }
    }

    /// All plugins as they were typed, chain by chain.
    #[must_use]
    pub fn plugin_names(&self) -> Vec<String> {
        let all = self.chains.iter().flat_map(|chain| &chain.plugins);
        let names: Vec<String> = all.map(|plugin| plugin.plugin.clone()).collect();
        if names.is_empty() { vec![crate::instrument::builtin::NAME.to_owned()] } else { names }
    }

    /// Whether code of others runs in it, which may crash. What cannot be found is told by whoever opens it.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        let mut all = self.chains.iter().flat_map(|chain| &chain.plugins);
        all.any(|plugin| Place::of(&plugin.plugin).is_ok_and(|place| place.is_foreign()))
    }
}

/// The format of a file: the one that was asked for, else the one that its name says.
///
/// # Errors
/// [`UsageError`] for a name that says none, or another than was asked for.
pub fn format_of(output: &Path, asked: Option<Format>) -> Result<Format> {
    let extension = output.extension().and_then(|e| e.to_str()).unwrap_or("").to_ascii_lowercase();
    let said = [Format::Wav, Format::Flac].into_iter().find(|f| f.extension() == extension);
    match (said, asked) {
        (Some(said), asked) if asked.is_none_or(|asked| asked == said) => Ok(said),
        _ => bail!(UsageError(format!(
            "-o {}: the name should end in .wav or .flac, and agree with --format",
            output.display()
        ))),
    }
}

/// What the encoder of FLAC takes.
const FLAC_RATE_MAX_HZ: u32 = 96_000;

/// Refuses a rate that a format cannot hold.
///
/// # Errors
/// [`UsageError`].
pub fn check_rate(format: Option<Format>, sample_rate_hz: u32) -> Result<()> {
    if format == Some(Format::Flac) && sample_rate_hz > FLAC_RATE_MAX_HZ {
        bail!(UsageError(format!(
            "--rate {sample_rate_hz}: FLAC is written up to {FLAC_RATE_MAX_HZ} Hz; WAV takes more"
        )));
    }
    Ok(())
}
