//! Notes on the command line.

use std::path::PathBuf;

use clap::Args;

use crate::cli::{ChainArgs, RunArgs, SoundArgs};

/// Arguments of `note`.
#[derive(Debug, Args)]
pub struct NoteArgs {
    /// Keys that sound together, by number (60) or name (C3, F#2, Bb4; C3 is 60); each argument is a file of its own
    #[arg(required_unless_present = "keys", value_name = "KEY[,KEY…]")]
    pub chords: Vec<String>,
    /// How strong they are struck, 1 to 127
    #[arg(long, value_name = "1-127", default_value_t = 100, conflicts_with = "velocities",
          value_parser = clap::value_parser!(u8).range(1..=127))]
    pub velocity: u8,
    /// How long they are held
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0, value_parser = parse_duration)]
    pub duration: f64,
    /// Channel
    #[arg(long, value_name = "1-16", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=16))]
    pub channel: u8,
    /// Program to choose first, from 1 as General MIDI counts
    #[arg(long, value_name = "1-128", value_parser = clap::value_parser!(u8).range(1..=128))]
    pub program: Option<u8>,
    /// Hold the sustain pedal (64) throughout; half-way with a value
    #[arg(long, value_name = "0-127", num_args = 0..=1, require_equals = true, default_missing_value = "127",
          value_parser = clap::value_parser!(u8).range(0..=127))]
    pub sustain: Option<u8>,
    /// Press the sostenuto pedal (66) once the keys are down
    #[arg(long, value_name = "0-127", num_args = 0..=1, require_equals = true, default_missing_value = "127",
          value_parser = clap::value_parser!(u8).range(0..=127))]
    pub sostenuto: Option<u8>,
    /// Press the soft pedal (67) first
    #[arg(long, value_name = "0-127", num_args = 0..=1, require_equals = true, default_missing_value = "127",
          value_parser = clap::value_parser!(u8).range(0..=127))]
    pub soft: Option<u8>,
    /// Sample an instrument: all keys from one to another, or every Nth, one file each
    #[arg(long, value_name = "FROM-TO[:EVERY]", conflicts_with = "chords")]
    pub keys: Option<String>,
    /// Velocities, one file each
    #[arg(long, value_name = "V,V…", value_delimiter = ',',
          value_parser = clap::value_parser!(u8).range(1..=127))]
    pub velocities: Vec<u8>,
    /// Strike each note so many times, one file for each: for instruments that vary
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub round_robins: u8,
    /// How files are called: {plugin}, {key} (a number), {note} (a name), {velocity}, {round}
    #[arg(long, value_name = "PATTERN")]
    pub name: Option<String>,
    /// Take away silence before and behind the sound
    #[arg(long)]
    pub trim: bool,
    /// Write an SFZ instrument of all files
    #[arg(long, value_name = "FILE.sfz")]
    pub sfz: Option<PathBuf>,
    /// Write to this file (one note or chord only)
    #[arg(short, long, value_name = "FILE", conflicts_with_all = ["out_dir", "name"])]
    pub output: Option<PathBuf>,
    /// Write into this folder
    #[arg(long, value_name = "DIR")]
    pub out_dir: Option<PathBuf>,
    /// What sounds.
    #[command(flatten)]
    pub chains: ChainArgs,
    /// How it sounds.
    #[command(flatten)]
    pub sound: SoundArgs,
    /// How the work is done.
    #[command(flatten)]
    pub run: RunArgs,
}

fn parse_duration(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..=3600.0).contains(&seconds) => Ok(seconds),
        _ => Err("seconds from 0 to 3600".to_owned()),
    }
}
