//! SoundFonts, played by rustysynth.
//!
//! rustysynth starts notes and moves controllers on a grid of its own of 64 frames, so an onset comes up to 64 frames late.

mod info;
mod sf3;

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use rustysynth::{SoundFont, Synthesizer, SynthesizerSettings};

use crate::instrument::event::velocity_to_seven;
use crate::instrument::{
    AudioPort, Block, Configuration, Description, Event, Failed, Format, Instrument, Lost, Message,
    Parameter, Processor, Role, Tail,
};

/// The most frames by which an onset comes late.
pub const GRID_FRAMES: u32 = 64;

/// Voices that sound at once; as many as fluidsynth has by itself.
const POLYPHONY: usize = 256;

/// What makes rustysynth as loud as fluidsynth with its own gain of 0.2: measured over `midi/music` on two fonts, 6.56 dB
/// below rustysynth's own master volume of 0.5.
const MASTER_VOLUME: f32 = 0.235;

/// Fonts that are read, kept for all instances of the process; of those that nobody plays only the last few.
///
/// # Threads
/// `[any-thread]`
#[derive(Default)]
pub struct Shelf {
    /// The latest last.
    fonts: Mutex<Vec<(PathBuf, Place)>>,
}

/// Where a font is once it is read: whoever comes second waits, without keeping others from theirs.
type Place = Arc<Mutex<Option<Arc<SoundFont>>>>;

/// How many fonts are kept.
const FONTS_MAX: usize = 4;

impl Shelf {
    /// What a font says of itself; its samples are not read.
    ///
    /// # Errors
    /// One sentence where it is none.
    pub fn list(&self, path: &Path) -> Result<Vec<Description>> {
        let info = info::read(path).with_context(|| format!("reading {}", path.display()))?;
        Ok(vec![description(path, &info.name, &info.author)])
    }

    /// A new instance.
    ///
    /// # Errors
    /// One sentence where it is no font, is damaged, or the rate is none that it can be played at.
    pub fn open(&self, path: &Path, configuration: Configuration) -> Result<Box<dyn Instrument>> {
        let font = self.font(path)?;
        let rate = configuration.sample_rate_hz;
        if !(16_000..=192_000).contains(&rate) {
            bail!("{}: SoundFonts are played at 16000 to 192000 Hz, not {rate}", path.display());
        }
        Ok(Box::new(SoundFontInstrument {
            description: {
                let info = font.get_info();
                description(path, info.get_bank_name(), info.get_author())
            },
            font,
            has_effects: true,
            gain_db: 0.0,
            volume: Arc::new(AtomicU32::new(MASTER_VOLUME.to_bits())),
            is_active: false,
        }))
    }

    fn font(&self, path: &Path) -> Result<Arc<SoundFont>> {
        let place = self.place(path);
        let mut font = place.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(font) = font.as_ref() {
            return Ok(Arc::clone(font));
        }
        let reading = || format!("reading {}", path.display());
        let bytes = fs::read(path).with_context(reading)?;
        let bytes = sf3::decoded(bytes).with_context(reading)?;
        let read = SoundFont::new(&mut Cursor::new(bytes))
            .map_err(|error| anyhow::anyhow!("it is no SoundFont, or a damaged one: {error}"))
            .with_context(reading)?;
        let read = Arc::new(read);
        *font = Some(Arc::clone(&read));
        Ok(read)
    }

    fn place(&self, path: &Path) -> Place {
        let mut fonts = self.fonts.lock().unwrap_or_else(PoisonError::into_inner);
        let known = fonts.iter().position(|(known, _)| known == path);
        let (path, place) =
            known.map_or_else(|| (path.to_owned(), Place::default()), |at| fonts.remove(at));
        if fonts.len() >= FONTS_MAX {
            // Who plays it keeps it alive.
            fonts.remove(0);
        }
        fonts.push((path, Arc::clone(&place)));
        place
    }
}

fn description(path: &Path, name: &str, author: &str) -> Description {
    let output = AudioPort { name: "Output".to_owned(), channel_count: 2, is_main: true };
    let name = name.trim().to_owned();
    let file = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    Description {
        id: file.clone(),
        name: if name.is_empty() { file } else { name },
        vendor: author.trim().to_owned(),
        version: String::new(),
        format: Format::Soundfont,
        path: path.to_owned(),
        role: Role::Instrument,
        audio_inputs: Vec::new(),
        audio_outputs: vec![output],
        note_inputs: vec!["MIDI".to_owned()],
    }
}

/// The id of the parameter that makes all louder.
const GAIN: &str = "gain";

/// What can be set of any font.
#[must_use]
pub fn parameters() -> Vec<Parameter> {
    let parameter = |id: &str, name: &str| Parameter {
        id: id.to_owned(),
        name: name.to_owned(),
        group: String::new(),
        unit: String::new(),
        minimum: 0.0,
        maximum: 1.0,
        default: 0.0,
        value: 0.0,
        text: String::new(),
        is_stepped: false,
        is_read_only: false,
        labels: Vec::new(),
    };
    vec![
        Parameter {
            unit: "dB".to_owned(),
            minimum: -60.0,
            maximum: 24.0,
            text: "0.0 dB".to_owned(),
            ..parameter(GAIN, "Gain")
        },
        Parameter {
            is_stepped: true,
            default: 1.0,
            value: 1.0,
            labels: vec![("off".to_owned(), 0.0), ("on".to_owned(), 1.0)],
            ..parameter("effects", "Reverb and chorus")
        },
    ]
}

/// The main half.
struct SoundFontInstrument {
    description: Description,
    font: Arc<SoundFont>,
    has_effects: bool,
    gain_db: f64,
    /// The master volume, as bits; the audio half reads it before each block.
    volume: Arc<AtomicU32>,
    is_active: bool,
}

impl SoundFontInstrument {
    fn tell_volume(&self) {
        #[allow(clippy::cast_possible_truncation, reason = "a gain needs no more digits")]
        let gain = 10f64.powf(self.gain_db / 20.0) as f32;
        self.volume.store((MASTER_VOLUME * gain).to_bits(), Ordering::Relaxed);
    }
}

impl Instrument for SoundFontInstrument {
    fn description(&self) -> &Description {
        &self.description
    }

    fn parameters(&mut self) -> Vec<Parameter> {
        let mut parameters = parameters();
        for parameter in &mut parameters {
            if parameter.id == GAIN {
                parameter.value = self.gain_db;
                parameter.text = format!("{:.1} dB", self.gain_db);
            } else {
                parameter.value = f64::from(u8::from(self.has_effects));
            }
        }
        parameters
    }

    fn value_of_text(&mut self, _: &Parameter, text: &str) -> Option<f64> {
        let number = text.trim().strip_suffix("dB").or_else(|| text.trim().strip_suffix("db"))?;
        number.trim().parse().ok()
    }

    fn set_parameter(&mut self, parameter: &Parameter, value: f64) -> Result<()> {
        match parameter.id.as_str() {
            GAIN => {
                self.gain_db = value;
                self.tell_volume();
            }
            _ if self.is_active => {
                bail!("{} of a SoundFont is set before it sounds", parameter.name)
            }
            _ => self.has_effects = value >= 0.5,
        }
        Ok(())
    }

    fn load_state(&mut self, file: &Path) -> Result<()> {
        bail!("a SoundFont has no state, so {} cannot be loaded", file.display())
    }

    fn save_state(&mut self) -> Result<Vec<u8>> {
        bail!("a SoundFont has no state that could be saved")
    }

    fn activate(&mut self, configuration: Configuration) -> Result<Box<dyn Processor>> {
        let rate = i32::try_from(configuration.sample_rate_hz).unwrap_or(i32::MAX);
        let mut settings = SynthesizerSettings::new(rate);
        settings.maximum_polyphony = POLYPHONY;
        settings.enable_reverb_and_chorus = self.has_effects;
        let synthesizer = Synthesizer::new(&self.font, &settings)
            .map_err(|error| anyhow::anyhow!("{}: {error}", self.description.path.display()))?;
        self.is_active = true;
        let volume = Arc::clone(&self.volume);
        Ok(Box::new(Sounding { synthesizer, volume, lost: Lost::default() }))
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
    synthesizer: Synthesizer,
    volume: Arc<AtomicU32>,
    lost: Lost,
}

impl Sounding {
    fn tell(&mut self, event: &Event) {
        if let Message::NoteExpression { expression, .. } = event.message {
            self.lost.expressions += u64::from(!expression.is_neutral());
            return;
        }
        let channel = i32::from(event.channel & 15);
        match event.message {
            Message::NoteOn { key, velocity } => {
                let velocity = i32::from(velocity_to_seven(velocity).max(1));
                self.synthesizer.note_on(channel, i32::from(key), velocity);
            }
            Message::NoteOff { key, .. } => self.synthesizer.note_off(channel, i32::from(key)),
            Message::PolyPressure { .. } | Message::ChannelPressure { .. } => {
                self.lost.controls += 1;
            }
            other => {
                let Some(([status, first, second], _)) = other.midi(event.channel) else { return };
                self.synthesizer.process_midi_message(
                    channel,
                    i32::from(status & 0xF0),
                    i32::from(first),
                    i32::from(second),
                );
            }
        }
    }
}

impl Processor for Sounding {
    fn process(&mut self, block: &mut Block<'_>) -> Result<(), Failed> {
        let volume = f32::from_bits(self.volume.load(Ordering::Relaxed));
        self.synthesizer.set_master_volume(volume);
        let length = block.left.len().min(block.right.len());
        let mut done = 0;
        for event in block.events {
            let at = usize::try_from(event.frame).unwrap_or(length).clamp(done, length);
            self.render(block, done, at);
            done = at;
            self.tell(event);
        }
        self.render(block, done, length);
        Ok(())
    }

    fn lost(&self) -> Lost {
        self.lost
    }
}

impl Sounding {
    fn render(&mut self, block: &mut Block<'_>, from: usize, to: usize) {
        if from == to {
            return;
        }
        if let (Some(left), Some(right)) =
            (block.left.get_mut(from..to), block.right.get_mut(from..to))
        {
            self.synthesizer.render(left, right);
        }
    }
}
