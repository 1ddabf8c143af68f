//! *Tresillo* as a plugin: a CLAP note effect, and a VST3 instrument that is silent and sends MIDI; and in both formats *Tresillo
//! Instrument*, which sounds by itself. With the feature `standalone` it is a program as well.
//!
//! This file wires: `params` says what a host can turn, `transport` where the host is, `engine` plays, `bridge` is the
//! only way between the threads. The music is `tresillo_pattern`'s.

mod bridge;
mod controllers;
mod editor;
mod engine;
mod framework_faults;
mod history;
mod output;
mod params;
mod scribe;
mod sound;
#[cfg(feature = "standalone")]
pub mod standalone;
mod transport;

use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use nice_plug::midi::{Channel, Key};
use nice_plug::prelude::*;
use tresillo_pattern::document::{Control, Lock};
use tresillo_pattern::{Address, EventKind, Project};

use nice_plug_egui::EguiEditor;

use crate::bridge::Bridge;
use crate::editor::Window;
use crate::engine::{BlockRequest, Engine, Input};
use crate::framework_faults::keep_the_shared_worker_past_the_last_instance;
use crate::output::{HostOutput, MpeZone};
use crate::params::{SequencerParams, TrackValues};
use crate::scribe::Scribe;
use crate::sound::{Heard, Sound};
use crate::transport::{HostFacts, OwnClock, Processing};

/// What differs between the plugin formats. The framework ties the audio ports to the type, so each has its own.
pub trait Format: Send + Sized + 'static {
    /// What hosts call it.
    const NAME: &'static str;

    /// The audio ports.
    const LAYOUTS: &'static [AudioIOLayout];

    /// What may come in.
    const MIDI_INPUT: MidiConfig;

    /// Whether it sounds by itself.
    const SOUNDS: bool;

    /// Whether the framework tells the transport too late in the later parts of a block that it splits.
    const IS_TOLD_LATE: bool;

    /// Whether there is no host, so that the transport is our own.
    const IS_ALONE: bool = false;

    /// Whether our own transport follows another one while that rolls. `[audio-thread]`
    fn follows() -> bool {
        false
    }

    /// Called at the birth of each instance. `[main-thread]`
    fn prepare_process() {}
}

/// CLAP: a note effect has no audio ports.
pub struct Clap;

impl Format for Clap {
    const NAME: &'static str = NAME;
    const LAYOUTS: &'static [AudioIOLayout] = &[AudioIOLayout::const_default()];
    const MIDI_INPUT: MidiConfig = MidiConfig::MidiCCs;
    const SOUNDS: bool = false;
    const IS_TOLD_LATE: bool = true;
}

/// VST3: hosts take no plugin without an audio output, so there is one, silent.
pub struct Vst3;

impl Format for Vst3 {
    const NAME: &'static str = NAME;
    const LAYOUTS: &'static [AudioIOLayout] = STEREO;
    // Controllers would come in as two thousand parameters, which hosts show to their users.
    const MIDI_INPUT: MidiConfig = MidiConfig::Basic;
    const SOUNDS: bool = false;
    const IS_TOLD_LATE: bool = false;

    fn prepare_process() {
        static IS_MADE: AtomicBool = AtomicBool::new(false);
        keep_the_shared_worker_past_the_last_instance::<Sequencer<Vst3>>(&IS_MADE);
    }
}

/// CLAP: an instrument.
pub struct ClapInstrument;

impl Format for ClapInstrument {
    const NAME: &'static str = INSTRUMENT_NAME;
    const LAYOUTS: &'static [AudioIOLayout] = STEREO;
    const MIDI_INPUT: MidiConfig = MidiConfig::MidiCCs;
    const SOUNDS: bool = true;
    const IS_TOLD_LATE: bool = true;
}

/// VST3: an instrument.
pub struct Vst3Instrument;

impl Format for Vst3Instrument {
    const NAME: &'static str = INSTRUMENT_NAME;
    const LAYOUTS: &'static [AudioIOLayout] = STEREO;
    const MIDI_INPUT: MidiConfig = MidiConfig::Basic;
    const SOUNDS: bool = true;
    const IS_TOLD_LATE: bool = false;

    fn prepare_process() {
        static IS_MADE: AtomicBool = AtomicBool::new(false);
        keep_the_shared_worker_past_the_last_instance::<Sequencer<Vst3Instrument>>(&IS_MADE);
    }
}

const NAME: &str = "Tresillo";
const INSTRUMENT_NAME: &str = "Tresillo Instrument";

const STEREO: &[AudioIOLayout] =
    &[AudioIOLayout { main_output_channels: NonZeroU32::new(2), ..AudioIOLayout::const_default() }];

/// The step sequencer.
pub struct Sequencer<F: Format> {
    params: Arc<SequencerParams>,
    of_tracks: TrackValues,
    bridge: Arc<Bridge>,
    engine: Engine,
    own_clock: OwnClock,
    mpe: MpeZone,
    /// From the first activation on, where it sounds.
    sound: Option<Sound>,
    /// From the first activation on.
    scribe: Option<Scribe>,
    /// What came in with the block.
    input: Vec<Input>,
    format: PhantomData<fn() -> F>,
}

impl<F: Format> Default for Sequencer<F> {
    /// An instance that plays the first beat.
    fn default() -> Sequencer<F> {
        F::prepare_process();
        let project = Project::first_beat();
        let (bridge, end, project) = match F::IS_ALONE {
            true => Bridge::with_own_transport(project),
            false => Bridge::new(project),
        };
        Sequencer {
            params: Arc::new(SequencerParams::new(Arc::clone(&bridge))),
            of_tracks: TrackValues::default(),
            engine: Engine::new(Arc::clone(&bridge), end, project),
            bridge,
            own_clock: OwnClock::new(),
            mpe: MpeZone::new(),
            sound: None,
            scribe: None,
            input: Vec::with_capacity(Self::INPUT_EVENT_CAPACITY),
            format: PhantomData,
        }
    }
}

impl<F: Format> Plugin for Sequencer<F> {
    const NAME: &'static str = F::NAME;
    const VENDOR: &'static str = "The Tresillo authors";
    const URL: &'static str = "";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = F::LAYOUTS;
    const MIDI_INPUT: MidiConfig = F::MIDI_INPUT;
    const MIDI_OUTPUT: MidiConfig = MidiConfig::MidiCCs;
    const SAMPLE_ACCURATE_AUTOMATION: bool = true;

    type Editor = EguiEditor<Window>;
    type SysExMessage = ();
    type BackgroundTask = ();

    fn params(&self) -> Arc<dyn Params> {
        Arc::clone(&self.params) as Arc<dyn Params>
    }

    fn editor(&mut self, _executor: AsyncExecutor<Self>) -> Option<Self::Editor> {
        editor::create(Arc::clone(&self.params), Arc::clone(&self.bridge))
    }

    fn activate(
        &mut self,
        _layout: &AudioIOLayout,
        config: &BufferConfig,
        _context: &mut impl ActivateContext<Self>,
    ) -> bool {
        let sample_rate_hz = f64::from(config.sample_rate);
        self.engine.activate(Processing {
            sample_rate_hz,
            frames_max: config.max_buffer_size,
            is_told_late: F::IS_TOLD_LATE,
        });
        self.own_clock.activate(sample_rate_hz);
        self.mpe.announce_again();
        self.scribe.get_or_insert_with(|| Scribe::new(Arc::clone(&self.bridge)));
        self.sound = F::SOUNDS.then(|| Sound::new(sample_rate_hz));
        true
    }

    fn reset(&mut self) {
        self.engine.stop();
        if let Some(sound) = &mut self.sound {
            sound.reset();
        }
    }

    fn deactivate(&mut self) {
        self.engine.stop();
        self.bridge.free_retired();
    }

    fn process(
        &mut self,
        buffer: &mut Buffer,
        _aux: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        for channel in buffer.as_slice() {
            channel.fill(0.0);
        }
        self.input.clear();
        while let Some(event) = context.next_event() {
            // Never more than the framework itself holds, so nothing is allocated.
            if self.input.len() < self.input.capacity() {
                self.input.extend(input_of::<Self>(&event));
            }
        }
        let frame_count = u32::try_from(buffer.samples()).unwrap_or(u32::MAX);
        let of_host = facts_of(context.transport());
        let facts = match self.bridge.own_transport() {
            Some(own) => {
                // Without beats nobody has told a tempo, and the one that is there is the framework's.
                let tempo_bpm = of_host.beat.and(of_host.tempo_bpm);
                let leads = (of_host.is_playing && F::follows())
                    .then_some(HostFacts { tempo_bpm, ..of_host });
                self.own_clock.facts(own, leads, frame_count)
            }
            None => of_host,
        };
        let request = BlockRequest {
            frame_count,
            facts,
            performance: self.params.performance(&mut self.of_tracks),
            settings: self.params.settings(),
            is_bypassed: self.params.bypass.value(),
            input: &self.input,
        };
        let expression = self.params.playing.expression.value();
        let host = HostOutput::<_, Self>::new(context, expression, &mut self.mpe);
        let mut output = Heard { sound: self.sound.as_mut(), host };
        self.engine.process(request, &mut output);
        output.host.finish();
        if let Some(sound) = &mut self.sound
            && let [left, right, ..] = buffer.as_slice()
        {
            sound.process(left, right);
        }
        for _ in 0..self.mpe.take_refused_count() {
            self.bridge.count_refused_event();
        }
        if let Some(scribe) = &self.scribe
            && self.engine.has_recorded()
        {
            scribe.wake();
        }
        // Silence in, silence out, and still there is something to do: hosts must not put us to sleep.
        ProcessStatus::KeepAlive
    }
}

fn facts_of(transport: &Transport) -> HostFacts {
    #[allow(clippy::cast_precision_loss, reason = "positions stay far below 2^53")]
    let frame = match (transport.pos_samples, transport.pos_seconds) {
        (Some(frame), _) => Some(frame as f64),
        (None, Some(seconds)) => Some(seconds * f64::from(transport.sample_rate)),
        (None, None) => None,
    };
    HostFacts {
        is_playing: transport.playing,
        tempo_bpm: transport.tempo,
        beat: transport.pos_beats,
        frame,
        loop_beats: transport.loop_range_beats(),
        metre: transport.time_sig_numerator.zip(transport.time_sig_denominator),
        bar_start_beat: transport.bar_start_pos_beats(),
    }
}

/// What comes in, as the engine knows it; `None` for what it has no use for.
fn input_of<P: Plugin>(event: &PluginNoteEvent<P>) -> Option<Input> {
    let address = |channel: Channel, key: Key| {
        let (Channel::Number(channel), Key::Number(key)) = (channel, key) else { return None };
        Some(Address { port: 0, channel: channel & 15, key: key & 127 })
    };
    let of_channel = |channel: u8| Address { port: 0, channel: channel & 15, key: 0 };
    #[allow(clippy::cast_possible_truncation, reason = "at most 14 bits")]
    let scaled = |share: f32, max: f32| i64::from((share.clamp(0.0, 1.0) * max).round() as i32);
    let (address, kind) = match *event {
        NoteEvent::NoteOn { channel, key, velocity, .. } if velocity > 0.0 => {
            (address(channel, key)?, EventKind::NoteOn { velocity: velocity.min(1.0) })
        }
        NoteEvent::NoteOn { channel, key, .. }
        | NoteEvent::NoteOff { channel, key, .. }
        | NoteEvent::Choke { channel, key, .. } => (address(channel, key)?, EventKind::NoteOff),
        NoteEvent::MidiCC { channel, cc, value, .. } => {
            let lock = Lock::new(Control::cc(i64::from(cc)).ok()?, scaled(value, 127.0)).ok()?;
            (of_channel(channel), EventKind::Control(lock))
        }
        NoteEvent::MidiPitchBend { channel, value, .. } => {
            let lock = Lock::new(Control::Bend, scaled(value, 16_383.0) - 8192).ok()?;
            (of_channel(channel), EventKind::Control(lock))
        }
        NoteEvent::MidiProgramChange { channel, program, .. } => {
            let lock = Lock::new(Control::Program, i64::from(program)).ok()?;
            (of_channel(channel), EventKind::Control(lock))
        }
        _ => return None,
    };
    Some(Input { offset: event.timing(), address, kind })
}

impl ClapPlugin for Sequencer<Clap> {
    const CLAP_ID: &'static str = "org.tresillo.sequencer";
    const CLAP_DESCRIPTION: Option<&'static str> =
        Some("A step sequencer that is locked to the host's transport");
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] =
        &[ClapFeature::NoteEffect, ClapFeature::Custom("tresillo:sequencer")];

    fn remote_controls(&self, context: &mut impl RemoteControlsContext) {
        self.params.remote_controls(context);
    }
}

impl ClapPlugin for Sequencer<ClapInstrument> {
    const CLAP_ID: &'static str = "org.tresillo.instrument";
    const CLAP_DESCRIPTION: Option<&'static str> =
        Some("A step sequencer that is locked to the host's transport and sounds by itself");
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] =
        &[ClapFeature::Instrument, ClapFeature::Synthesizer, ClapFeature::Stereo];

    fn remote_controls(&self, context: &mut impl RemoteControlsContext) {
        self.params.remote_controls(context);
    }
}

impl Vst3Plugin for Sequencer<Vst3Instrument> {
    // Fixed for ever, as the other.
    const VST3_CLASS_ID: [u8; 16] = *b"TresilloInstrum1";
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] =
        &[Vst3SubCategory::Instrument, Vst3SubCategory::Synth];
}

impl Vst3Plugin for Sequencer<Vst3> {
    // Fixed for ever: hosts find the plugin in saved projects by it.
    const VST3_CLASS_ID: [u8; 16] = *b"TresilloStepSeq1";
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] =
        &[Vst3SubCategory::Instrument, Vst3SubCategory::Tools];
}

/// What the export macros expand to.
#[allow(unsafe_code, missing_docs, reason = "entry points of foreign interfaces")]
mod export {
    use super::{Clap, ClapInstrument, Sequencer, Vst3, Vst3Instrument};
    use nice_plug::prelude::{nice_export_clap, nice_export_vst3};

    nice_export_clap!(Sequencer<Clap>, Sequencer<ClapInstrument>);
    nice_export_vst3!(Sequencer<Vst3>, Sequencer<Vst3Instrument>);
}
