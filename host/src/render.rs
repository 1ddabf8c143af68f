//! Rendering as a library: what `tresillo render` does with one file, called from Rust.
//!
//! ```
//! use tresillo_host::{Notes, Render};
//!
//! # fn main() -> anyhow::Result<()> {
//! let folder = tempfile::tempdir()?;
//! let chord = Render::notes(Notes { keys: vec![60, 64, 67], ..Notes::default() })
//!     .sample_rate_hz(44_100)
//!     .to(folder.path().join("chord.wav"))?;
//! assert_eq!(chord.figures.sample_rate, 44_100);
//! assert_eq!(chord.figures.notes, 3);
//! assert!(chord.warnings.is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! A MIDI file, an instrument with a parameter, an effect behind it:
//!
//! ```no_run
//! use tresillo_host::{Render, Tail};
//!
//! # fn main() -> anyhow::Result<()> {
//! Render::file("song.mid")
//!     .plugin("Synth.clap")
//!     .parameter("Cutoff", 0.5)
//!     .plugin("ZamVerb")
//!     .tail(Tail::Seconds(2.0))
//!     .to("song.wav")?;
//! # Ok(())
//! # }
//! ```
//!
//! Plugins run in the calling process: one that crashes ends it. The program renders each in a child process; a library that
//! wants the same starts `tresillo render`.

pub mod hearing;
pub mod one;
pub mod report;
mod sink;
pub mod trim;
mod warnings;

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};

use crate::batch::fingerprint::Fingerprints;
use crate::cli::{Depth, Format, Normalize, PatternArgs, Tail};
use crate::instrument::shelf::Shelf;
use crate::instrument::spec::PluginSpec;
use crate::job::notes::Notes;
use crate::job::{ChainSpec, Job, JobSettings, PartSpec, Source};
pub use one::Observer;
pub use report::{Figures, JobReport};

/// One file to sound: what plays, what sounds, how.
///
/// # Threads
/// `[main-thread]`: plugins are made and dropped on the thread that calls [`Render::to`], which some of them want to be the
/// main thread of the process.
#[derive(Clone, Debug)]
pub struct Render {
    job: Job,
}

impl Render {
    /// Renders a MIDI file, a project or notation.
    #[must_use]
    pub fn file(input: impl Into<PathBuf>) -> Render {
        Render::of(Source::File(input.into()))
    }

    /// Renders notes that sound together.
    #[must_use]
    pub fn notes(notes: Notes) -> Render {
        Render::of(Source::Notes(notes))
    }

    fn of(source: Source) -> Render {
        Render {
            job: Job {
                source,
                output: PathBuf::new(),
                stem: None,
                chains: Vec::new(),
                settings: JobSettings { has_loudness: true, ..JobSettings::default() },
                fingerprint: None,
            },
        }
    }

    /// Adds a plugin: the first is the instrument, others are effects behind it. As on the command line: a path, `PATH#ID`, an
    /// LV2 URI, the name of an installed file, or `builtin`, which is what sounds where nothing is named.
    #[must_use]
    pub fn plugin(self, plugin: &str) -> Render {
        self.plugin_spec(PluginSpec::new(plugin))
    }

    /// Adds a plugin with its state, parameters and outputs.
    #[must_use]
    pub fn plugin_spec(mut self, plugin: PluginSpec) -> Render {
        match self.job.chains.last_mut() {
            Some(chain) => chain.plugins.push(plugin),
            None => {
                self.job.chains.push(ChainSpec { part: PartSpec::Rest, plugins: vec![plugin] });
            }
        }
        self
    }

    /// Sets a parameter of the plugin that was added last, by name or id; the value as a number or as the plugin shows it.
    /// Without a plugin it is one of the built-in instrument, which has none, so [`Render::to`] refuses it.
    #[must_use]
    pub fn parameter(mut self, name: &str, value: impl ToString) -> Render {
        if self.job.chains.is_empty() {
            self = self.plugin("builtin");
        }
        let plugin = self.job.chains.last_mut().and_then(|chain| chain.plugins.last_mut());
        if let Some(plugin) = plugin {
            plugin.parameters.push((name.to_owned(), value.to_string()));
        }
        self
    }

    /// Begins another chain, which plays some channels or one track: its plugins are added next.
    ///
    /// # Errors
    /// A part that is none; see [`PartSpec::parse`].
    pub fn map(mut self, part: &str) -> Result<Render> {
        let part = PartSpec::parse(part).map_err(|text| anyhow!("{part}: {text}"))?;
        self.job.chains.push(ChainSpec { part, plugins: Vec::new() });
        Ok(self)
    }

    /// Frames a second, `8_000..=384_000`; 48000 by itself.
    #[must_use]
    pub fn sample_rate_hz(mut self, rate: u32) -> Render {
        self.job.settings.sample_rate_hz = rate;
        self
    }

    /// Frames that are computed at once, `1..=65_536`; 512 by itself.
    #[must_use]
    pub fn block_frames(mut self, frames: u32) -> Render {
        self.job.settings.block_frames = frames;
        self
    }

    /// What a sample of the file is; 32-bit floating point by itself.
    #[must_use]
    pub fn depth(mut self, depth: Depth) -> Render {
        self.job.settings.depth = depth;
        self
    }

    /// What the file is, where its name does not say it.
    #[must_use]
    pub fn format(mut self, format: Format) -> Render {
        self.job.settings.format = Some(format);
        self
    }

    /// What comes after the music; until it has died away by itself.
    #[must_use]
    pub fn tail(mut self, tail: Tail) -> Render {
        self.job.settings.tail = tail;
        self
    }

    /// Brings the result to a level.
    #[must_use]
    pub fn normalize(mut self, normalize: Normalize) -> Render {
        self.job.settings.normalize = Some(normalize);
        self
    }

    /// Silence that is fed before the first frame, in real time, for plugins that load in the background.
    #[must_use]
    pub fn warmup_seconds(mut self, seconds: f64) -> Render {
        self.job.settings.warmup_seconds = seconds.clamp(0.0, 600.0);
        self
    }

    /// Takes away silence before and behind the sound.
    #[must_use]
    pub fn trimmed(mut self) -> Render {
        self.job.settings.trim = true;
        self
    }

    /// Which pattern of a project plays, and how.
    #[must_use]
    pub fn pattern(mut self, pattern: PatternArgs) -> Render {
        self.job.settings.pattern = pattern;
        self
    }

    /// Renders, and writes the file, which appears whole or not at all.
    ///
    /// # Errors
    /// One sentence: what, where, what to try.
    pub fn to(self, output: impl AsRef<Path>) -> Result<Rendered> {
        self.to_with(output, &mut Shelf::default(), &mut ())
    }

    /// The same, with libraries that are kept for the next call, and somebody who watches.
    ///
    /// # Errors
    /// As [`Render::to`], and what `observer` refuses.
    pub fn to_with(
        mut self,
        output: impl AsRef<Path>,
        shelf: &mut Shelf,
        observer: &mut dyn Observer,
    ) -> Result<Rendered> {
        output.as_ref().clone_into(&mut self.job.output);
        // What cannot be read is told by the render itself.
        self.job.fingerprint = Fingerprints::default().of(&self.job).ok();
        let report = one::render(&self.job, shelf, observer);
        match (report.figures, report.error) {
            (Some(figures), None) => Ok(Rendered { figures, warnings: report.warnings }),
            (_, error) => Err(anyhow!(error.unwrap_or_default())),
        }
    }
}

/// What came of a render.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    /// What was measured.
    pub figures: Figures,
    /// What was odd, in sentences.
    pub warnings: Vec<String>,
}
