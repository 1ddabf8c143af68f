//! Which plugins are listed.

use std::path::PathBuf;

use clap::Args;

/// Arguments of `plugins`.
#[derive(Debug, Args)]
pub struct PluginsArgs {
    /// Files, bundles and folders; without any, where plugins are installed
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Print one JSON object a line on standard output, one for each plugin
    #[arg(long)]
    pub json: bool,
    /// Show parameters, too
    #[arg(long)]
    pub parameters: bool,
    /// Look at all files again, also at those that have not changed
    #[arg(long)]
    pub rescan: bool,
    /// How many files are looked at at the same time
    #[arg(short, long, value_name = "N", default_value_t = 2,
          value_parser = clap::value_parser!(u16).range(1..=64))]
    pub jobs: u16,
    /// Give up on a file after so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0, value_parser = super::sound::parse_timeout)]
    pub timeout: f64,
}
