//! The built-in General MIDI instrument.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use tresillo_synth::{BuiltIn, TimedMessage};

use crate::instrument::{
    AudioPort, Block, Configuration, Description, Event, Failed, Format, Instrument, Lost, Message,
    Parameter, Processor, Role, Tail,
};

/// What reports call it.
pub const NAME: &str = "builtin";

/// The main half: there is nothing to set.
pub struct BuiltInInstrument {
    description: Description,
}

impl Default for BuiltInInstrument {
    fn default() -> BuiltInInstrument {
        let output = AudioPort { name: "Output".to_owned(), channel_count: 2, is_main: true };
        BuiltInInstrument {
            description: Description {
                id: NAME.to_owned(),
                name: NAME.to_owned(),
                vendor: "Tresillo".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                format: Format::Builtin,
                path: PathBuf::new(),
                role: Role::Instrument,
                audio_inputs: Vec::new(),
                audio_outputs: vec![output],
                note_inputs: vec!["MIDI".to_owned()],
            },
        }
    }
}

impl Instrument for BuiltInInstrument {
    fn description(&self) -> &Description {
        &self.description
    }

    fn parameters(&mut self) -> Vec<Parameter> {
        Vec::new()
    }

    fn value_of_text(&mut self, _: &Parameter, _: &str) -> Option<f64> {
        None
    }

    fn set_parameter(&mut self, parameter: &Parameter, _: f64) -> Result<()> {
        bail!("the built-in instrument has no parameter {}", parameter.name)
    }

    fn load_state(&mut self, file: &Path) -> Result<()> {
        bail!("the built-in instrument has no state, so {} cannot be loaded", file.display())
    }

    fn save_state(&mut self) -> Result<Vec<u8>> {
        bail!("the built-in instrument has no state that could be saved")
    }

    fn activate(&mut self, configuration: Configuration) -> Result<Box<dyn Processor>> {
        let instrument = BuiltIn::new(f64::from(configuration.sample_rate_hz));
        Ok(Box::new(Sounding {
            instrument,
            messages: Vec::with_capacity(256),
            lost: Lost::default(),
        }))
    }

    fn latency_frames(&mut self) -> u32 {
        0
    }

    fn tail(&mut self) -> Tail {
        Tail::Unknown
    }
}

/// The audio half.
struct Sounding {
    instrument: BuiltIn,
    messages: Vec<TimedMessage>,
    lost: Lost,
}

impl Processor for Sounding {
    fn process(&mut self, block: &mut Block<'_>) -> Result<(), Failed> {
        self.messages.clear();
        self.messages.extend(block.events.iter().filter_map(timed));
        let is_lost = |event: &&Event| matches!(event.message, Message::NoteExpression { expression, .. } if !expression.is_neutral());
        self.lost.expressions += block.events.iter().filter(is_lost).map(|_| 1).sum::<u64>();
        self.instrument.process(&self.messages, block.left, block.right);
        Ok(())
    }

    fn lost(&self) -> Lost {
        self.lost
    }
}

/// The event as the instrument is told it; it has no properties of single notes but pressure.
fn timed(event: &Event) -> Option<TimedMessage> {
    use tresillo_synth::Message as Told;
    let message = match event.message {
        Message::NoteOn { key, velocity } => Told::NoteOn { key, velocity },
        Message::NoteOff { key, .. } => Told::NoteOff { key },
        Message::ControlChange { controller, value } => Told::ControlChange { controller, value },
        Message::PitchBend { value } => Told::PitchBend { value },
        Message::ProgramChange { program } => Told::ProgramChange { program },
        Message::ChannelPressure { pressure } => Told::ChannelPressure { pressure },
        Message::PolyPressure { key, pressure } => Told::PolyPressure { key, pressure },
        Message::NoteExpression { .. } => return None,
    };
    Some(TimedMessage { frame: event.frame, channel: event.channel, message })
}
