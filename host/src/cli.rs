//! What the user typed, checked for shape and nothing else.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use tresillo_pattern::document::{StepSize, Tempo};

use crate::report::Verbosity;

/// Step sequencer and MIDI renderer
#[derive(Debug, Parser)]
#[command(name = "tresillo", version, about, max_term_width = 100, after_help = EXAMPLES)]
pub struct Cli {
    /// Explain what is done
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Print errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "Examples:
  tresillo render song.mid                      song.wav, with the built-in instrument
  tresillo render *.mid --out-dir out --jobs 4  many at once
  tresillo convert beat.txt beat.mid --cycles 8
  tresillo show beat.json";

impl Cli {
    /// How much is told.
    #[must_use]
    pub fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        }
    }
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Turn MIDI files and patterns into audio
    Render(RenderArgs),
    /// Turn patterns into other formats: .mid, .json, .txt; also from MIDI files, StepPy and Hydrogen
    Convert(ConvertArgs),
    /// Show a pattern as a grid, or a MIDI file as tracks, tempo and length
    Show(ShowArgs),
    /// List what sounds: tick, track, channel, kind, key, value, length, and the frame with --rate
    Events(EventsArgs),
    /// Say what of JACK, Carla, ALSA, plugins and soundfonts is here, and what to install for what
    Doctor,
}

/// Which pattern of a project plays, and how.
#[derive(Clone, Debug, Default, Args)]
pub struct PatternArgs {
    /// Tempo of patterns, instead of their own
    #[arg(long, value_name = "BPM", value_parser = parse_bpm)]
    pub bpm: Option<Tempo>,
    /// How many times the pattern is played
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub cycles: Option<u32>,
    /// Seed of chance, mixed into the project's own; 0 leaves it as it is
    #[arg(long, value_name = "N")]
    pub seed: Option<u32>,
    /// Pattern of a project, by its name or its number from 1
    #[arg(long, value_name = "NAME")]
    pub pattern: Option<String>,
}

/// Arguments of `render`.
#[derive(Debug, Args)]
pub struct RenderArgs {
    /// MIDI files, projects (.json) and notation (.txt)
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// Write to this file (one input only)
    #[arg(short, long, value_name = "FILE", conflicts_with = "out_dir")]
    pub output: Option<PathBuf>,
    /// Write into this folder, each file under the name of its input
    #[arg(long, value_name = "DIR")]
    pub out_dir: Option<PathBuf>,
    /// Sample rate
    #[arg(long, value_name = "HZ", default_value_t = 48_000,
          value_parser = clap::value_parser!(u32).range(8_000..=384_000))]
    pub rate: u32,
    /// Frames that are computed at once; the sound does not depend on it
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
    /// One file for each track, under its number and name, instead of one for all
    #[arg(long)]
    pub stems: bool,
    /// Sound after the last event: auto (until it has died away, 30 s at most), none, or seconds
    #[arg(long, value_name = "auto|none|SECONDS", default_value = "auto", value_parser = parse_tail)]
    pub tail: Tail,
    /// How many files are rendered at the same time
    #[arg(short, long, value_name = "N", default_value_t = 1,
          value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: u16,
    /// Print one JSON object a line on standard output, one for each file
    #[arg(long)]
    pub json: bool,
    /// Take a warning for an error
    #[arg(long)]
    pub strict: bool,
    /// Which pattern plays, and how.
    #[command(flatten)]
    pub pattern: PatternArgs,
}

/// What a sample is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
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

/// What a file of audio is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
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
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Normalize {
    /// Its largest sample to -1 dBFS.
    Peak,
    /// Its integrated loudness to so many LUFS, as far as its peak allows.
    Lufs(f64),
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
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tail {
    /// Until it has died away, within limits.
    Auto,
    /// Nothing.
    None,
    /// So many seconds.
    Seconds(f64),
}

fn parse_bpm(text: &str) -> Result<Tempo, String> {
    let bpm: f64 = text.parse().map_err(|_| "a number is needed".to_owned())?;
    Tempo::new(bpm).map_err(|error| error.to_string())
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

/// Arguments of `convert`.
#[derive(Debug, Args)]
pub struct ConvertArgs {
    /// Project (.json), notation (.txt), MIDI file, StepPy's .json, .h2pattern or .h2song
    #[arg(value_name = "IN")]
    pub input: PathBuf,
    /// .mid, .json or .txt
    #[arg(value_name = "OUT")]
    pub output: PathBuf,
    /// Write a .json as this program's
    #[arg(long, value_enum)]
    pub to: Option<Dialect>,
    /// From a MIDI file: the step size of the pattern, a part of a whole note
    #[arg(long, value_name = "1/16", value_parser = parse_step_size)]
    pub step: Option<StepSize>,
    /// From a MIDI file: move onsets to the steps instead of keeping them as micro-timing
    #[arg(long)]
    pub quantise: bool,
    /// From a MIDI file: the first quarter note to take
    #[arg(long, value_name = "BEAT")]
    pub from: Option<f64>,
    /// From a MIDI file: the quarter note to take it to, as one pattern; without it, a long file becomes a song
    #[arg(long = "until", value_name = "BEAT")]
    pub until: Option<f64>,
    /// Give all patterns the groove of this MIDI file: how far from the grid its player puts the places of a bar
    #[arg(long, value_name = "FILE.mid")]
    pub groove: Option<PathBuf>,
    /// The grid of the groove, a part of a whole note (1/16)
    #[arg(long, value_name = "1/16", value_parser = parse_step_size, requires = "groove")]
    pub groove_step: Option<StepSize>,
    /// Quarter notes until the groove begins anew; a bar of the file by itself
    #[arg(long, value_name = "BEATS", requires = "groove")]
    pub groove_beats: Option<f64>,
    /// Ticks a quarter note of a MIDI file; by itself 960, or 20160 where something would move
    #[arg(long, value_name = "TICKS", value_parser = clap::value_parser!(u16).range(1..=32_767))]
    pub ppq: Option<u16>,
    /// Take a warning for an error
    #[arg(long)]
    pub strict: bool,
    /// Which pattern plays, and how.
    #[command(flatten)]
    pub pattern: PatternArgs,
}

/// Whose JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Dialect {
    /// Our own.
    Tresillo,
    /// StepPy's list of steps.
    Steppy,
}

fn parse_step_size(text: &str) -> Result<StepSize, String> {
    let size = StepSize::parse(text).map_err(|error| error.to_string())?;
    size.ok_or_else(|| "a fraction like 1/16 is needed".to_owned())
}

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Project, notation or MIDI file
    #[arg(value_name = "FILE")]
    pub input: PathBuf,
}

/// Arguments of `events`.
#[derive(Debug, Args)]
pub struct EventsArgs {
    /// Project, notation or MIDI file
    #[arg(value_name = "FILE")]
    pub input: PathBuf,
    /// First quarter note, from 0; playing starts there
    #[arg(long, value_name = "BEAT", allow_negative_numbers = true)]
    pub from: Option<f64>,
    /// The quarter note before which the last note begins
    #[arg(long, value_name = "BEAT", allow_negative_numbers = true)]
    pub to: Option<f64>,
    /// Add the frame of each event at this sample rate
    #[arg(long, value_name = "HZ", value_parser = clap::value_parser!(u32).range(8_000..=384_000))]
    pub rate: Option<u32>,
    /// Which pattern plays, and how.
    #[command(flatten)]
    pub pattern: PatternArgs,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_definitions_of_the_arguments_agree_with_each_other() {
        super::Cli::command().debug_assert();
    }
}
