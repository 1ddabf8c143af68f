//! A second VST3 host, in this process: the crate `vst3-host`. It tells no loop and no absence of a tempo.

use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use vst3_host::audio::AudioBuffers;
use vst3_host::midi::{MidiChannel, MidiEvent, OutputEvent, PluginEventData};
use vst3_host::{Plugin, TransportPosition, Vst3Host, WindowHandle};

use crate::script::{Host, Outcome, Sent, Step, Transport};
use crate::stream::{
    CLAP_BRIGHTNESS, CLAP_PAN, CLAP_PRESSURE, CLAP_TUNING, HostControl, HostEvent, HostExpression,
};
use crate::vst3_host::bundle;
use crate::window::HasWindow;

/// The class of the entry that sounds by itself.
pub const INSTRUMENT_CLASS: &str = "54726573696C6C6F496E737472756D31";

/// The class of the sequencer.
const SEQUENCER_CLASS: &str = "54726573696C6C6F5374657053657131";

/// The host wants to be called from one thread at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Why tests in this host cannot run here: they can.
#[must_use]
pub fn missing() -> Option<&'static str> {
    None
}

/// Runs scripts in VST3.
#[derive(Clone, Copy, Debug, Default)]
pub struct Vst3CrateHost;

impl Host for Vst3CrateHost {
    fn run(&self, sample_rate_hz: f64, frames_max: u32, steps: &[Step]) -> Result<Outcome> {
        let _only = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let mut instance = Instance::open(SEQUENCER_CLASS, sample_rate_hz, frames_max)?;
        let mut outcome = Outcome::default();
        for step in steps {
            match step {
                Step::Block { frame_count: 0, .. } => {}
                Step::Block { frame_count, transport } => {
                    let audio = instance.process(*frame_count, *transport, &mut outcome)?;
                    outcome.peak = outcome.peak.max(f64::from(peak(&audio)));
                }
                Step::SetParam { offset, name, normalized } => {
                    let id = instance.plugin.find_parameter(name)?.id;
                    instance.plugin.set_parameter_at(id, *normalized, i32::try_from(*offset)?)?;
                }
                Step::Play { offset, key, velocity } => {
                    let (channel, note) = (MidiChannel::Ch1, *key);
                    let event = match *velocity {
                        0 => MidiEvent::NoteOff { channel, note, velocity: 0 },
                        velocity => MidiEvent::NoteOn { channel, note, velocity },
                    };
                    instance.plugin.send_midi_event_at(event, i32::try_from(*offset)?)?;
                }
                Step::Tell { .. } => anyhow::bail!("VST3 tells its transport once a block"),
                Step::Control { .. } => anyhow::bail!("our VST3 takes no controllers"),
                Step::Save => outcome.saved.push(instance.save()?),
                // A host shows its user an error and goes on.
                Step::Load { state } => drop(instance.plugin.load_state(state.as_bytes())),
                Step::Reactivate => {
                    instance.plugin.stop_processing()?;
                    instance.plugin.reconfigure(sample_rate_hz, usize::try_from(frames_max)?)?;
                    instance.plugin.start_processing()?;
                }
                Step::Reopen => {
                    let frame = instance.frame;
                    drop(instance);
                    instance = Instance::open(SEQUENCER_CLASS, sample_rate_hz, frames_max)?;
                    instance.frame = frame;
                }
            }
        }
        Ok(outcome)
    }
}

/// One open plugin, and the frames that it has processed.
struct Instance {
    plugin: Plugin,
    sample_rate_hz: f64,
    frame: i64,
}

impl Instance {
    fn open(class: &str, sample_rate_hz: f64, frames_max: u32) -> Result<Instance> {
        let host = Vst3Host::builder()
            .sample_rate(sample_rate_hz)
            .block_size(usize::try_from(frames_max)?)
            .with_process_isolation(false);
        let mut plugin = host.build()?.load_plugin_class(bundle()?, class)?;
        plugin.start_processing()?;
        Ok(Instance { plugin, sample_rate_hz, frame: 0 })
    }

    /// Processes one block over noise, and returns the audio.
    fn process(
        &mut self,
        frame_count: u32,
        transport: Transport,
        outcome: &mut Outcome,
    ) -> Result<Vec<Vec<f32>>> {
        match transport.tempo_bpm {
            Some(tempo_bpm) => self.plugin.set_tempo(tempo_bpm)?,
            None => ensure!(!transport.is_playing, "this host always has a tempo"),
        }
        self.plugin.set_playing(transport.is_playing)?;
        let position =
            TransportPosition { samples: transport.frame, quarter_notes: transport.beat };
        self.plugin.set_transport_position(position)?;
        let mut audio = AudioBuffers::new(0, 2, usize::try_from(frame_count)?, self.sample_rate_hz);
        audio.outputs.iter_mut().for_each(|channel| channel.fill(0.5));
        self.plugin.process_audio(&mut audio)?;
        let events = self.plugin.take_output_events();
        ensure!(events.len() < 4096, "the host may have dropped some events");
        for event in events {
            let offset = u32::try_from(event.sample_offset)?;
            ensure!(offset < frame_count, "an event at {offset} in a block of {frame_count}");
            outcome.push(sent(self.frame + i64::from(offset), &event)?);
        }
        self.frame += i64::from(frame_count);
        Ok(audio.outputs)
    }

    /// The text of the state: the host puts an envelope around it.
    fn save(&self) -> Result<String> {
        let bytes = self.plugin.save_state()?;
        let first = bytes.iter().position(|byte| *byte == b'{').context("no state")?;
        let last = bytes.iter().rposition(|byte| *byte == b'}').context("no state")?;
        Ok(String::from_utf8(bytes[first..=last].to_vec())?)
    }
}

fn sent(frame: i64, event: &OutputEvent) -> Result<Sent> {
    let byte = |number: i16| u8::try_from(number).context("a channel or key beyond MIDI");
    let control =
        |status, first, second| Sent::Control(HostControl { frame, status, first, second });
    Ok(match event.data {
        PluginEventData::NoteOn { channel, pitch, velocity, .. } => Sent::Note(HostEvent {
            frame,
            is_on: true,
            channel: byte(channel)?,
            key: byte(pitch)?,
            velocity,
        }),
        PluginEventData::NoteOff { channel, pitch, .. } => Sent::Note(HostEvent {
            frame,
            is_on: false,
            channel: byte(channel)?,
            key: byte(pitch)?,
            velocity: 0.0,
        }),
        PluginEventData::LegacyMidiCcOut { control_number, channel, value, value2 } => {
            let channel = u8::try_from(channel)?;
            match control_number {
                0..=127 => control(0xb0 | channel, control_number, value),
                128 => control(0xd0 | channel, value, 0),
                129 => control(0xe0 | channel, value, value2),
                130 => control(0xc0 | channel, value, 0),
                _ => anyhow::bail!("no such controller: {control_number}"),
            }
        }
        PluginEventData::PolyPressure { channel, pitch, pressure, .. } => {
            let (channel, key) = (byte(channel)?, byte(pitch)?);
            let kind = CLAP_PRESSURE;
            Sent::Expression(HostExpression { frame, kind, channel, key, value: pressure.into() })
        }
        PluginEventData::NoteExpressionValue { type_id, note_id, value } => {
            // The plugin's notes have no ids of their own, so the framework makes them of channel and key.
            let (channel, key) =
                (byte(i16::try_from(note_id >> 16)?)?, byte((note_id & 127) as i16)?);
            let (kind, value) = match type_id {
                1 => (CLAP_PAN, value),
                // In VST3 120 semitones either way, in CLAP semitones.
                2 => (CLAP_TUNING, (value - 0.5) * 240.0),
                5 => (CLAP_BRIGHTNESS, value),
                _ => anyhow::bail!("no such expression: {type_id}"),
            };
            Sent::Expression(HostExpression { frame, kind, channel, key, value })
        }
        _ => anyhow::bail!("an event of another kind: {event:?}"),
    })
}

fn peak(audio: &[Vec<f32>]) -> f32 {
    audio.iter().flatten().fold(0.0, |peak, sample| peak.max(sample.abs()))
}

/// The sequencer with its window, played on the window's own thread.
pub struct Windowed {
    instance: Instance,
    outcome: Outcome,
}

impl Windowed {
    /// Opens the plugin.
    ///
    /// # Errors
    /// If the host does not load it.
    pub fn open() -> Result<Windowed> {
        let instance = Instance::open(SEQUENCER_CLASS, 48_000.0, 512)?;
        Ok(Windowed { instance, outcome: Outcome::default() })
    }

    /// How many notes it has played.
    #[must_use]
    pub fn note_count(&self) -> usize {
        self.outcome.events.iter().filter(|event| event.is_on).count()
    }
}

impl HasWindow for Windowed {
    fn open_window(&mut self, parent: u32) -> Result<()> {
        Ok(self.instance.plugin.open_editor(WindowHandle::from_x11(parent))?)
    }

    fn resize_window(&mut self, width: u32, height: u32) -> Result<()> {
        let size = (i32::try_from(width)?, i32::try_from(height)?);
        self.instance.plugin.resize_editor(size.0, size.1)?;
        Ok(())
    }

    fn live(&mut self, time: Duration) -> Result<()> {
        let end = Instant::now() + time;
        while Instant::now() < end {
            let transport = Transport::rolling(self.instance.frame);
            self.instance.process(512, transport, &mut self.outcome)?;
            self.instance.plugin.service_run_loop();
            thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    fn close_window(&mut self) -> Result<()> {
        Ok(self.instance.plugin.close_editor()?)
    }
}

/// Opens both entries, automates them and closes them in both orders, so many times for each.
///
/// # Errors
/// If the plugin refuses something.
pub fn close_instances(rounds: usize) -> Result<()> {
    for round in 0..2 * rounds {
        let mut automated = Instance::open(SEQUENCER_CLASS, 48_000.0, 64)?;
        let mut other = Instance::open(INSTRUMENT_CLASS, 48_000.0, 64)?;
        for index in 0..50u32 {
            for instance in [&mut automated, &mut other] {
                let id = instance.plugin.find_parameter("Transpose")?.id;
                instance.plugin.set_parameter_at(id, f64::from(index % 2) * 0.5, 0)?;
                instance.process(64, Transport::STILL, &mut Outcome::default())?;
            }
        }
        if round % 2 == 0 {
            drop(automated);
            drop(other);
        } else {
            drop(other);
            drop(automated);
        }
    }
    Ok(())
}

/// What *Tresillo Instrument* sounds like over some blocks: the left channel.
///
/// # Errors
/// If the host does not load it or a block fails.
pub fn instrument_sound(
    state: &str,
    sample_rate_hz: f64,
    frame_count: u32,
    transports: &[Transport],
) -> Result<Vec<f32>> {
    let _only = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let mut instance = Instance::open(INSTRUMENT_CLASS, sample_rate_hz, frame_count)?;
    instance.plugin.load_state(state.as_bytes())?;
    let mut left = Vec::new();
    for transport in transports {
        let audio = instance.process(frame_count, *transport, &mut Outcome::default())?;
        left.extend_from_slice(&audio[0]);
    }
    Ok(left)
}
