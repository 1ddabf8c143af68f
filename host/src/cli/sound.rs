//! How sound is made and written: what `render` and `note` have in common.

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

/// How the sound of a file is made.
#[derive(Clone, Debug, Args)]
pub struct SoundArgs {
    /// Sample rate
    #[arg(long, value_name = "HZ", default_value_t = 48_000,
          value_parser = clap::value_parser!(u32).range(8_000..=384_000))]
    pub rate: u32,
    /// Frames that are computed at once; with some plugins the sound depends on it
    #[arg(long, value_name = "FRAMES", default_value_t = 512,
          value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub block: u32,
    /// Bits of a sample
    #[arg(long, value_enum, default_value_t = Depth::F32)]
    pub depth: Depth,
    /// Format of the file, where its name does not say it; FLAC holds 24 bits, or 16
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// Bring the result to a loudness (LUFS, as in -14) or its peak to -1 dBFS
    #[arg(long, value_name = "LUFS|peak", allow_hyphen_values = true, value_parser = parse_normalize)]
    pub normalize: Option<Normalize>,
    /// Sound after the last event: auto (until it has died away, 30 s at most), none, or seconds
    #[arg(long, value_name = "auto|none|SECONDS", default_value = "auto", value_parser = parse_tail)]
    pub tail: Tail,
    /// Silence fed before the first frame, in real time, for plugins that load in the background
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0, value_parser = parse_warmup)]
    pub warmup: f64,
}

/// How the work is done and told.
#[derive(Clone, Debug, Args)]
pub struct RunArgs {
    /// How many files are rendered at the same time; 0 is one for each processor
    #[arg(short, long, value_name = "N", default_value_t = 1,
          value_parser = clap::value_parser!(u16).range(0..=256))]
    pub jobs: u16,
    /// Skip what is there already, whole, and would come out the same
    #[arg(long)]
    pub resume: bool,
    /// Give up on a file after so many seconds; without it, after two minutes in which nothing moves
    #[arg(long, value_name = "SECONDS", value_parser = parse_timeout)]
    pub timeout: Option<f64>,
    /// Let a process that runs plugins do many files: faster for short ones, but some plugins remember something from one
    /// to the next, and then a file sounds otherwise than alone
    #[arg(long)]
    pub reuse: bool,
    /// Print one JSON object a line on standard output, one for each file
    #[arg(long)]
    pub json: bool,
    /// Take a warning for an error
    #[arg(long)]
    pub strict: bool,
}

/// A value as it would be typed: in JSON a text or a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum Typed {
    Number(serde_json::Number),
    Text(String),
}

impl Typed {
    fn text(self) -> String {
        match self {
            Typed::Number(number) => number.to_string(),
            Typed::Text(text) => text,
        }
    }
}

/// What a sample is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(try_from = "Typed", into = "String")]
pub enum Depth {
    /// Whole numbers of 16 bits
    #[value(name = "16")]
    Int16,
    /// Whole numbers of 24 bits
    #[value(name = "24")]
    Int24,
    /// Floating-point numbers of 32 bits
    #[value(name = "f32")]
    F32,
}

impl TryFrom<Typed> for Depth {
    type Error = String;

    fn try_from(typed: Typed) -> Result<Depth, String> {
        let text = typed.text();
        Depth::from_str(&text, false).map_err(|_| format!("{text} is no depth; 16, 24 or f32 is"))
    }
}

impl From<Depth> for String {
    fn from(depth: Depth) -> String {
        match depth {
            Depth::Int16 => "16",
            Depth::Int24 => "24",
            Depth::F32 => "f32",
        }
        .to_owned()
    }
}

/// What a file of audio is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// RIFF, or RF64 beyond 4 GiB.
    Wav,
    /// FLAC.
    Flac,
}

impl Format {
    /// How its files are called.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Format::Wav => "wav",
            Format::Flac => "flac",
        }
    }
}

/// To which level a result is brought.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Typed", into = "String")]
pub enum Normalize {
    /// Its largest sample to -1 dBFS.
    Peak,
    /// Its integrated loudness to so many LUFS, as far as its peak allows.
    Lufs(f64),
}

impl TryFrom<Typed> for Normalize {
    type Error = String;

    fn try_from(typed: Typed) -> Result<Normalize, String> {
        let text = typed.text();
        parse_normalize(&text).map_err(|needed| format!("{text} is no level; {needed} is"))
    }
}

impl From<Normalize> for String {
    fn from(normalize: Normalize) -> String {
        match normalize {
            Normalize::Peak => "peak".to_owned(),
            Normalize::Lufs(lufs) => lufs.to_string(),
        }
    }
}

fn parse_normalize(text: &str) -> Result<Normalize, String> {
    match text {
        "peak" => Ok(Normalize::Peak),
        _ => match text.parse::<f64>() {
            Ok(lufs) if (-70.0..=0.0).contains(&lufs) => Ok(Normalize::Lufs(lufs)),
            _ => Err("peak, or LUFS from -70 to 0".to_owned()),
        },
    }
}

/// What is rendered after the music.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Typed", into = "String")]
pub enum Tail {
    /// Until it has died away, within limits.
    Auto,
    /// Nothing.
    None,
    /// So many seconds.
    Seconds(f64),
}

impl TryFrom<Typed> for Tail {
    type Error = String;

    fn try_from(typed: Typed) -> Result<Tail, String> {
        let text = typed.text();
        parse_tail(&text).map_err(|needed| format!("{text} is no tail; {needed} is"))
    }
}

impl From<Tail> for String {
    fn from(tail: Tail) -> String {
        match tail {
            Tail::Auto => "auto".to_owned(),
            Tail::None => "none".to_owned(),
            Tail::Seconds(seconds) => seconds.to_string(),
        }
    }
}

fn parse_tail(text: &str) -> Result<Tail, String> {
    match text {
        "auto" => Ok(Tail::Auto),
        "none" => Ok(Tail::None),
        _ => match text.parse::<f64>() {
            Ok(seconds) if (0.0..=3600.0).contains(&seconds) => Ok(Tail::Seconds(seconds)),
            _ => Err("auto, none, or seconds from 0 to 3600".to_owned()),
        },
    }
}

fn parse_warmup(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..=600.0).contains(&seconds) => Ok(seconds),
        _ => Err("seconds from 0 to 600".to_owned()),
    }
}

pub(super) fn parse_timeout(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.001..=1e6).contains(&seconds) => Ok(seconds),
        _ => Err("seconds above 0".to_owned()),
    }
}
