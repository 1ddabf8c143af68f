//! What turns events into sound: one trait in two halves, one module a format.
//!
//! [`Instrument`] is the main half: it is made, told its parameters and its state, and activated. [`Processor`] is the audio
//! half: it takes blocks. What is common to all formats (which parameter is meant, which channels are heard) is in
//! [`parameter`] and [`layout`].

pub mod binary;
pub mod builtin;
pub mod clap;
pub mod event;
pub mod layout;
pub mod lv2;
pub mod parameter;
pub mod search;
pub mod shelf;
pub mod soundfont;
pub mod spec;
pub mod vst3;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};

pub use event::{Event, Expression, Message, Transport};
pub use layout::Outputs;
pub use parameter::Parameter;

/// What a plugin comes as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// The instrument of this program.
    Builtin,
    /// CLever Audio Plug-in, `.clap`.
    Clap,
    /// VST 3, `.vst3`.
    Vst3,
    /// LV2, a bundle `.lv2` or a URI.
    Lv2,
    /// SoundFont 2 and 3, `.sf2`, `.sf3`.
    Soundfont,
}

/// What a plugin is for, by its own word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Notes in, sound out.
    Instrument,
    /// Sound in, sound out.
    Effect,
    /// Notes in, notes out.
    NoteEffect,
    /// Something else: an analyser, a tool.
    Other,
}

/// Channels that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioPort {
    /// What the plugin calls it.
    pub name: String,
    /// How many channels it has.
    pub channel_count: u32,
    /// Whether it is the one to use where one is asked for; others are side inputs and further outputs.
    pub is_main: bool,
}

/// What a plugin says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// What tells it from all others: CLAP's id, VST3's class id in hexadecimal digits, LV2's URI.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Who made it; empty where that is not said.
    pub vendor: String,
    /// Its version; empty where that is not said.
    pub version: String,
    /// What it comes as.
    pub format: Format,
    /// The file or bundle it is in.
    pub path: PathBuf,
    /// What it is for.
    pub role: Role,
    /// Sound in.
    pub audio_inputs: Vec<AudioPort>,
    /// Sound out.
    pub audio_outputs: Vec<AudioPort>,
    /// Names of its inputs for notes.
    pub note_inputs: Vec<String>,
}

/// How an instrument is run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Configuration {
    /// Frames a second.
    pub sample_rate_hz: u32,
    /// The most frames of a block; all but the last of a render are as long.
    pub block_frames: u32,
    /// Which outputs are heard.
    pub outputs: Outputs,
}

/// How long a plugin sounds on by its own word, when nothing more goes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// It does not say.
    Unknown,
    /// So many frames.
    Frames(u64),
    /// Without an end.
    Endless,
}

/// The main half of an instrument or effect.
///
/// # Threads
/// `[main-thread]`: made, used and dropped on one thread, which for plugins is the main thread of the process.
pub trait Instrument {
    /// What it says of itself.
    fn description(&self) -> &Description;

    /// Its parameters, in its own order, with their values now. Empty where it has none.
    fn parameters(&mut self) -> Vec<Parameter>;

    /// The value that `text` stands for by the plugin's own reading (`"1.2 kHz"`), in the unit of [`Parameter::value`];
    /// `None` where it does not know.
    fn value_of_text(&mut self, parameter: &Parameter, text: &str) -> Option<f64>;

    /// Sets a parameter; `value` lies within its range. Before or after activation; heard from the next block on.
    ///
    /// # Errors
    /// One sentence when the plugin refuses.
    fn set_parameter(&mut self, parameter: &Parameter, value: f64) -> Result<()>;

    /// Takes over what a file holds: the format's own preset, or what [`Instrument::save_state`] wrote. Before activation.
    ///
    /// # Errors
    /// One sentence: what was expected, what the file is.
    fn load_state(&mut self, file: &Path) -> Result<()>;

    /// The state as a file of the format's own kind holds it.
    ///
    /// # Errors
    /// One sentence when the plugin has none or refuses.
    fn save_state(&mut self) -> Result<Vec<u8>>;

    /// Gets ready to sound. The processor is dropped before the instrument; at most one at a time.
    ///
    /// # Errors
    /// One sentence when the plugin refuses, or has no output that can be heard.
    fn activate(&mut self, configuration: Configuration) -> Result<Box<dyn Processor>>;

    /// Frames by which the sound comes late; right after activation.
    fn latency_frames(&mut self) -> u32;

    /// How long it sounds on; right after activation.
    fn tail(&mut self) -> Tail;

    /// Runs what the plugin asked to be run on the main thread: callbacks, timers, files that became ready. Called between
    /// blocks.
    fn idle(&mut self) {}
}

/// A stretch of time to be filled with sound.
pub struct Block<'a> {
    /// Sorted by frame; each frame is less than the length of the block.
    pub events: &'a [Event],
    /// Where the block stands in the piece.
    pub transport: &'a Transport,
    /// In: what goes into an effect, silence for an instrument. Out: what is heard, fully overwritten. As long as `right`, at
    /// most [`Configuration::block_frames`], and never empty.
    pub left: &'a mut [f32],
    /// The other channel.
    pub right: &'a mut [f32],
}

/// The audio half of an instrument or effect.
///
/// # Threads
/// `[audio-thread]`: one thread at a time, which may be the main thread while nothing else of the instrument runs.
///
/// # Realtime
/// `process` does not allocate, lock or panic, as far as the plugin does not.
pub trait Processor: Send {
    /// Computes the block in place.
    ///
    /// # Errors
    /// When the plugin says that it failed.
    fn process(&mut self, block: &mut Block<'_>) -> Result<(), Failed>;

    /// What could not be told to the plugin so far.
    fn lost(&self) -> Lost {
        Lost::default()
    }
}

/// Events that a plugin has no way to be told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// Properties of single notes that differ from their neutral value.
    pub expressions: u64,
    /// Controllers, bends, pressures and programs.
    pub controls: u64,
}

/// A plugin said that it could not compute a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the plugin says that it could not compute a block (code {code})")]
pub struct Failed {
    /// What it returned.
    pub code: i32,
}

/// What stands before a value that is to be taken as the plugin shows it, though it looks like a number: in VST3 numbers are
/// `0..=1`, and "1200" is something else.
pub(crate) const SHOWN: char = '=';

/// Sets the parameter that `name` means to what `text` means.
///
/// # Errors
/// One sentence: no such parameter (with the nearest names), out of range, or a value that nobody understands.
pub fn set_by_name(instrument: &mut dyn Instrument, name: &str, text: &str) -> Result<()> {
    let parameters = instrument.parameters();
    let plugin = instrument.description().name.clone();
    let parameter = parameter::find(&parameters, name, &plugin)?;
    if parameter.is_read_only {
        bail!("{plugin}: the parameter {} can be read but not set", parameter.name);
    }
    let value = match text.strip_prefix(SHOWN) {
        Some(shown) => instrument.value_of_text(parameter, shown),
        None => {
            let own = parameter.number_of(text);
            own.or_else(|| instrument.value_of_text(parameter, text))
        }
    };
    let Some(value) = value else { bail!("{}", parameter.not_understood(text, &plugin)) };
    let value = parameter.within_range(value, text, &plugin)?;
    instrument.set_parameter(parameter, value)
}
