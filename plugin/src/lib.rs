//! *Tresillo* as a plugin: a CLAP note effect, and a VST3 instrument that is silent and sends MIDI.
//!
//! This file wires: `params` says what a host can turn, `transport` where the host is, `engine` plays, `bridge` is the
//! only way between the threads. The music is `tresillo_pattern`'s.

mod bridge;
mod engine;
mod framework_faults;
mod params;
mod transport;

use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use nice_plug::midi::{Channel, Key, VoiceID};
use nice_plug::prelude::*;
use tresillo_pattern::{Address, EventKind, Project};

use crate::bridge::Bridge;
use crate::engine::{BlockRequest, Engine, EventOutput};
use crate::framework_faults::keep_the_shared_worker_past_the_last_instance;
use crate::params::SequencerParams;
use crate::transport::HostFacts;

/// What differs between the plugin formats. The framework ties the audio ports to the type, so each has its own.
pub trait Format: Send + Sized + 'static {
    /// The audio ports.
    const LAYOUTS: &'static [AudioIOLayout];

    /// Called at the birth of each instance. `[main-thread]`
    fn prepare_process() {}
}

/// CLAP: a note effect has no audio ports.
pub struct Clap;

impl Format for Clap {
    const LAYOUTS: &'static [AudioIOLayout] = &[AudioIOLayout::const_default()];
}

/// VST3: hosts take no plugin without an audio output, so there is one, silent.
pub struct Vst3;

impl Format for Vst3 {
    const LAYOUTS: &'static [AudioIOLayout] = &[AudioIOLayout {
        main_output_channels: NonZeroU32::new(2),
        ..AudioIOLayout::const_default()
    }];

    fn prepare_process() {
        static IS_MADE: AtomicBool = AtomicBool::new(false);
        keep_the_shared_worker_past_the_last_instance::<Sequencer<Vst3>>(&IS_MADE);
    }
}

/// The step sequencer.
pub struct Sequencer<F: Format> {
    params: Arc<SequencerParams>,
    bridge: Arc<Bridge>,
    engine: Engine,
    format: PhantomData<fn() -> F>,
}

impl<F: Format> Default for Sequencer<F> {
    /// An instance that plays the first beat.
    fn default() -> Sequencer<F> {
        F::prepare_process();
        let (bridge, end, project) = Bridge::new(Project::first_beat());
        Sequencer {
            params: Arc::new(SequencerParams::new(Arc::clone(&bridge))),
            engine: Engine::new(Arc::clone(&bridge), end, project),
            bridge,
            format: PhantomData,
        }
    }
}

impl<F: Format> Plugin for Sequencer<F> {
    const NAME: &'static str = "Tresillo";
    const VENDOR: &'static str = "The Tresillo authors";
    const URL: &'static str = "";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = F::LAYOUTS;
    // Hosts connect a MIDI track to what takes notes, so we take them. What is played in is not used yet.
    const MIDI_INPUT: MidiConfig = MidiConfig::Basic;
    const MIDI_OUTPUT: MidiConfig = MidiConfig::Basic;

    type Editor = ();
    type SysExMessage = ();
    type BackgroundTask = ();

    fn params(&self) -> Arc<dyn Params> {
        Arc::clone(&self.params) as Arc<dyn Params>
    }

    fn activate(
        &mut self,
        _layout: &AudioIOLayout,
        config: &BufferConfig,
        _context: &mut impl ActivateContext<Self>,
    ) -> bool {
        self.engine.activate(f64::from(config.sample_rate));
        true
    }

    fn reset(&mut self) {
        self.engine.stop();
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
        while context.next_event().is_some() {}
        let request = BlockRequest {
            frame_count: u32::try_from(buffer.samples()).unwrap_or(u32::MAX),
            facts: facts_of(context.transport()),
            performance: self.params.performance(),
            is_bypassed: self.params.bypass.value(),
        };
        self.engine.process(request, &mut HostOutput { context, plugin: PhantomData::<Self> });
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
    }
}

/// The framework's output as the engine sees it.
struct HostOutput<'a, C, P> {
    context: &'a mut C,
    plugin: PhantomData<P>,
}

impl<P: Plugin, C: ProcessContext<P>> EventOutput for HostOutput<'_, C, P> {
    fn send(&mut self, offset: u32, address: Address, kind: EventKind) -> bool {
        let channel = Channel::Number(address.channel);
        let key = Key::Number(address.key);
        // A key on a channel sounds once at a time, so key and channel say which note is meant. The framework then uses them
        // as the note id in VST3, and none in CLAP.
        let voice_id = VoiceID::Wildcard;
        let event = match kind {
            EventKind::NoteOn { velocity } => {
                NoteEvent::NoteOn { timing: offset, voice_id, channel, key, velocity }
            }
            EventKind::NoteOff => {
                NoteEvent::NoteOff { timing: offset, voice_id, channel, key, velocity: 0.0 }
            }
            // Locks are not sent yet.
            EventKind::Control(_) => return true,
        };
        self.context.try_send_event(event).is_ok()
    }
}

impl ClapPlugin for Sequencer<Clap> {
    const CLAP_ID: &'static str = "org.tresillo.sequencer";
    const CLAP_DESCRIPTION: Option<&'static str> =
        Some("A step sequencer that is locked to the host's transport");
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] =
        &[ClapFeature::NoteEffect, ClapFeature::Custom("tresillo:sequencer")];
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
    use super::{Clap, Sequencer, Vst3};
    use nice_plug::prelude::{nice_export_clap, nice_export_vst3};

    nice_export_clap!(Sequencer<Clap>);
    nice_export_vst3!(Sequencer<Vst3>);
}
