//! All formats behind one door: plugins are opened, set and made ready here.

use std::path::Path;
use std::sync::LazyLock;

use anyhow::{Context, Result, bail};

use crate::instrument::builtin::BuiltInInstrument;
use crate::instrument::spec::{Place, PluginSpec};
use crate::instrument::{
    Configuration, Description, Format, Instrument, Parameter, Role, binary, clap, lv2,
    set_by_name, soundfont, vst3,
};

/// What is loaded, kept until the process ends: a library is loaded once for many instances.
///
/// # Threads
/// `[main-thread]`
#[derive(Default)]
pub struct Shelf {
    clap: clap::Shelf,
    vst3: vst3::Shelf,
    lv2: lv2::Shelf,
}

/// Fonts are large, and may be played by many threads at once.
static SOUNDFONTS: LazyLock<soundfont::Shelf> = LazyLock::new(soundfont::Shelf::default);

/// Where in a chain a plugin stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// It is told the notes.
    First,
    /// It hears what stands before it.
    Behind,
    /// It does not sound.
    Any,
}

impl Shelf {
    /// Opens a plugin and sets its state and parameters; its state is saved where that was asked for.
    ///
    /// # Errors
    /// One sentence with the plugin: not there, not for this system, not to be loaded, of a kind that makes no sense at its
    /// position, a parameter or value that it has not.
    pub fn open(
        &mut self,
        spec: &PluginSpec,
        position: Position,
        configuration: Configuration,
    ) -> Result<Box<dyn Instrument>> {
        let mut instrument = self.instance(&Place::of(&spec.plugin)?, configuration)?;
        check_position(instrument.description(), position, &spec.plugin)?;
        if let Some(state) = &spec.state {
            instrument
                .load_state(state)
                .with_context(|| format!("{}: --state {}", spec.plugin, state.display()))?;
        }
        for (name, value) in &spec.parameters {
            set_by_name(instrument.as_mut(), name, value)?;
        }
        Ok(instrument)
    }

    /// A new instance of the plugin at a place.
    ///
    /// # Errors
    /// As [`Shelf::open`].
    pub fn instance(
        &mut self,
        place: &Place,
        configuration: Configuration,
    ) -> Result<Box<dyn Instrument>> {
        let (format, path, id) = match place {
            Place::Builtin => return Ok(Box::<BuiltInInstrument>::default()),
            Place::Uri(uri) => return self.lv2.open_uri(uri, configuration),
            Place::File { format, path, id } => (*format, path, id.as_deref()),
        };
        binary::check(path, format)?;
        match format {
            Format::Builtin => Ok(Box::<BuiltInInstrument>::default()),
            Format::Clap => self.clap.open(path, id, configuration),
            Format::Vst3 => self.vst3.open(path, id, configuration),
            Format::Lv2 => self.lv2.open(path, id, configuration),
            Format::Soundfont => SOUNDFONTS.open(path, configuration),
        }
    }

    /// The plugins of a file or bundle, as it lists them; with `PATH#ID` that one alone.
    ///
    /// # Errors
    /// One sentence where there is none to be listed.
    pub fn list(&mut self, path: &Path) -> Result<Vec<Description>> {
        let (format, path, id) = match Place::of(&path.to_string_lossy())? {
            Place::File { format, path, id } => (format, path, id),
            Place::Uri(uri) => (Format::Lv2, self.lv2.bundle_of(&uri)?, Some(uri)),
            Place::Builtin => bail!("the built-in instrument has nothing to list"),
        };
        binary::check(&path, format)?;
        let mut listed = match format {
            Format::Builtin => Vec::new(),
            Format::Clap => self.clap.list(&path)?,
            Format::Vst3 => self.vst3.list(&path)?,
            Format::Lv2 => self.lv2.list(&path)?,
            Format::Soundfont => SOUNDFONTS.list(&path)?,
        };
        if let Some(id) = &id {
            listed.retain(|description| description.id == *id || description.name == *id);
        }
        Ok(listed)
    }

    /// One plugin that was listed, with its ports and parameters, or with the sentence that says why it cannot be made.
    pub fn describe(&mut self, listed: Description) -> Scanned {
        if listed.format == Format::Soundfont {
            let parameters = soundfont::parameters();
            return Scanned { description: listed, parameters, error: None };
        }
        if listed.format == Format::Lv2 {
            // Turtle says all there is to know, and no code has to run.
            return match self.lv2.describe(&listed.path, Some(&listed.id)) {
                Ok((description, parameters)) => Scanned { description, parameters, error: None },
                Err(error) => Scanned::failed(listed, &error),
            };
        }
        let configuration = Configuration {
            sample_rate_hz: 48_000,
            block_frames: 512,
            outputs: crate::instrument::Outputs::Main,
        };
        let place = Place::File {
            format: listed.format,
            path: listed.path.clone(),
            id: Some(listed.id.clone()),
        };
        match self.instance(&place, configuration) {
            Ok(mut instrument) => Scanned {
                parameters: instrument.parameters(),
                description: instrument.description().clone(),
                error: None,
            },
            Err(error) => Scanned::failed(listed, &error),
        }
    }
}

/// A plugin as a scan found it.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Scanned {
    /// What it says of itself.
    #[serde(flatten)]
    pub description: Description,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// Why it could not be made; then its ports and parameters are not known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
}

impl Scanned {
    /// One that could not be made.
    #[must_use]
    pub fn failed(description: Description, error: &anyhow::Error) -> Scanned {
        Scanned { description, parameters: Vec::new(), error: Some(format!("{error:#}")) }
    }
}

fn check_position(description: &Description, position: Position, typed: &str) -> Result<()> {
    let Description { name, role, .. } = description;
    match (position, role) {
        (Position::First, Role::Effect) => bail!(
            "{typed}: {name} is an effect, and what plays notes has to stand first, as in -p INSTRUMENT -p {typed}"
        ),
        (Position::Any, _) => Ok(()),
        (_, Role::NoteEffect) => bail!(
            "{typed}: {name} turns notes into notes and gives no sound; name an instrument instead"
        ),
        (Position::Behind, Role::Instrument) if description.audio_inputs.is_empty() => bail!(
            "{typed}: {name} is an instrument and would not hear what stands before it; to play it beside another, use --map"
        ),
        _ => Ok(()),
    }
}
