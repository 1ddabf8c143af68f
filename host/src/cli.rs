//! What the user typed, checked for shape and nothing else.

mod chain;
mod note;
mod plugins;
mod render;
mod sound;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use tresillo_pattern::document::StepSize;

pub use chain::ChainArgs;
pub use note::NoteArgs;
pub use plugins::PluginsArgs;
pub use render::{PatternArgs, RenderArgs, Shard};
pub use sound::{Depth, Format, Normalize, RunArgs, SoundArgs, Tail};

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
  tresillo render song.mid -p piano.sf2 --param Gain=-3 -p ZamVerb
  tresillo render midi/ --out-dir out --jobs 4  all files of a folder, four at a time
  tresillo note C3,E3,G3 -p piano.sf2 -o chord.wav
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
    Render(Box<RenderArgs>),
    /// Sound single notes and chords, or sample a whole instrument
    Note(Box<NoteArgs>),
    /// Turn patterns into other formats: .mid, .json, .txt; also from MIDI files, StepPy and Hydrogen
    Convert(ConvertArgs),
    /// Show a pattern as a grid, or a MIDI file as tracks, tempo and length
    Show(ShowArgs),
    /// List what sounds: tick, track, channel, kind, key, value, length, and the frame with --rate
    Events(EventsArgs),
    /// List the plugins that are installed, or those in some files, with their ports and parameters
    Plugins(PluginsArgs),
    /// Say what of JACK, Carla, ALSA, plugins and soundfonts is here, and what to install for what
    Doctor,
    /// Render for another process of this program: requests on standard input, answers on standard output
    #[command(hide = true, name = crate::worker::COMMAND)]
    Worker,
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
