//! What is rendered, and where it goes.

use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, Serialize};
use tresillo_pattern::document::Tempo;

use crate::cli::{ChainArgs, RunArgs, SoundArgs};

/// Which pattern of a project plays, and how.
#[derive(Clone, Debug, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(default)]
pub struct PatternArgs {
    /// Tempo of patterns, instead of their own
    #[arg(long, value_name = "BPM", value_parser = parse_bpm)]
    #[serde(with = "bpm", skip_serializing_if = "Option::is_none")]
    pub bpm: Option<Tempo>,
    /// How many times the pattern is played
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cycles: Option<u32>,
    /// Seed of chance, mixed into the project's own; 0 leaves it as it is
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
    /// Pattern of a project, by its name or its number from 1
    #[arg(long, value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
}

/// A tempo as a number.
mod bpm {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
    use tresillo_pattern::document::Tempo;

    #[allow(clippy::ref_option, reason = "the signature is serde's")]
    pub(super) fn serialize<S: Serializer>(
        tempo: &Option<Tempo>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        tempo.map(Tempo::bpm).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Tempo>, D::Error> {
        let bpm = Option::<f64>::deserialize(from)?;
        bpm.map(Tempo::new).transpose().map_err(de::Error::custom)
    }
}

fn parse_bpm(text: &str) -> Result<Tempo, String> {
    let bpm: f64 = text.parse().map_err(|_| "a number is needed".to_owned())?;
    Tempo::new(bpm).map_err(|error| error.to_string())
}

/// Arguments of `render`.
#[derive(Debug, Args)]
pub struct RenderArgs {
    /// MIDI files, projects (.json) and notation (.txt); patterns like "midi/**/*.mid"; folders, of which all MIDI files are
    /// taken
    #[arg(required_unless_present = "manifest", value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// Write to this file (one input only)
    #[arg(short, long, value_name = "FILE", conflicts_with = "out_dir")]
    pub output: Option<PathBuf>,
    /// Write into this folder, each file under the name of its input
    #[arg(long, value_name = "DIR")]
    pub out_dir: Option<PathBuf>,
    /// What sounds.
    #[command(flatten)]
    pub chains: ChainArgs,
    /// How it sounds.
    #[command(flatten)]
    pub sound: SoundArgs,
    /// One file for each track, under its number and name, instead of one for all
    #[arg(long)]
    pub stems: bool,
    /// Read jobs from a file of one JSON object a line; - is standard input. See docs/render.md
    #[arg(long, value_name = "FILE.jsonl", conflicts_with_all = ["inputs", "output"])]
    pub manifest: Option<PathBuf>,
    /// Render only part I of N, for work that is spread over machines
    #[arg(long, value_name = "I/N", value_parser = parse_shard)]
    pub shard: Option<Shard>,
    /// How the work is done.
    #[command(flatten)]
    pub run: RunArgs,
    /// Which pattern plays, and how.
    #[command(flatten)]
    pub pattern: PatternArgs,
}

/// One part of a batch that is spread over machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which, from 0.
    pub index: usize,
    /// Of how many.
    pub count: usize,
}

impl Shard {
    /// Whether the job at this place of the whole list belongs to it.
    #[must_use]
    pub fn has(self, place: usize) -> bool {
        place % self.count == self.index
    }
}

fn parse_shard(text: &str) -> Result<Shard, String> {
    let parts = text.split_once('/').and_then(|(index, count)| {
        Some((index.trim().parse::<usize>().ok()?, count.trim().parse::<usize>().ok()?))
    });
    match parts {
        Some((index, count)) if index >= 1 && index <= count => {
            Ok(Shard { index: index - 1, count })
        }
        _ => Err("I/N with I from 1 to N, as in 2/8".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_share_out_all_jobs_and_each_once() {
        for count in 1..5 {
            for place in 0..20 {
                let shards = (1..=count).map(|i| parse_shard(&format!("{i}/{count}")).unwrap());
                assert_eq!(shards.filter(|shard| shard.has(place)).count(), 1);
            }
        }
        for text in ["0/4", "5/4", "1", "a/b", "1/0"] {
            assert!(parse_shard(text).is_err(), "{text}");
        }
    }
}
