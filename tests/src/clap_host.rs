//! A small CLAP host on clack, in this process.

use std::cell::RefCell;
use std::ffi::CString;
use std::io::Cursor;

use anyhow::{Context, Result, anyhow, bail, ensure};
use clack_extensions::audio_ports::PluginAudioPorts;
use clack_extensions::gui::{
    GuiApiType, GuiConfiguration, GuiSize, HostGui, HostGuiImpl, PluginGui, Window,
};
use clack_extensions::note_ports::PluginNotePorts;
use clack_extensions::params::{ParamInfoBuffer, ParamInfoFlags, PluginParams};
use clack_extensions::remote_controls::{PluginRemoteControls, RemoteControlsPageBuffer};
use clack_extensions::state::PluginState;
use clack_host::events::event_types::{
    MidiEvent, NoteOffEvent, NoteOnEvent, ParamValueEvent, TransportEvent, TransportFlags,
};
use clack_host::events::spaces::CoreEventSpace;
use clack_host::events::{EventFlags, EventHeader, Match, UnknownEvent};
use clack_host::prelude::*;
use clack_host::utils::{BeatTime, ClapId, SecondsTime};

use crate::paths;
use crate::script::{Host, Outcome, Sent, Step, Transport};
use crate::stream::{HostControl, HostEvent, HostExpression};

/// The id of the entry that sounds by itself.
pub const INSTRUMENT_ID: &str = "org.tresillo.instrument";

/// The id of the plugin in its library.
pub const PLUGIN_ID: &str = "org.tresillo.sequencer";

/// What the plugin may ask of the host: nothing that matters to a test.
pub struct Shared;

impl SharedHandler<'_> for Shared {
    fn request_restart(&self) {}
    fn request_process(&self) {}
    fn request_callback(&self) {}
}

/// The kind of host that this is.
pub struct Handlers;

impl HostHandlers for Handlers {
    type Shared<'a> = Shared;
    type MainThread<'a> = ();
    type AudioProcessor<'a> = ();

    fn declare_extensions(builder: &mut HostExtensions<'_, Self>, _shared: &Shared) {
        // The framework opens no window in a host that knows nothing of windows.
        builder.register::<HostGui>();
    }
}

impl HostGuiImpl for Shared {
    fn resize_hints_changed(&self) {}
    fn request_resize(&self, _size: GuiSize) -> Result<(), HostError> {
        Ok(())
    }
    fn request_show(&self) -> Result<(), HostError> {
        Ok(())
    }
    fn request_hide(&self) -> Result<(), HostError> {
        Ok(())
    }
    fn closed(&self, _was_destroyed: bool) {}
}

/// Runs scripts in CLAP.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClapHost;

impl Host for ClapHost {
    fn run(&self, sample_rate_hz: f64, frames_max: u32, steps: &[Step]) -> Result<Outcome> {
        let mut instance = Instance::open()?;
        instance.activate(sample_rate_hz, frames_max)?;
        let mut outcome = Outcome::default();
        for step in steps {
            match step {
                Step::Block { frame_count, transport } => {
                    instance.process(*frame_count, Some(*transport))?;
                }
                Step::SetParam { offset, name, normalized } => {
                    instance.set_param_at(*offset, name, *normalized)?;
                }
                Step::Tell { offset, transport } => {
                    let mut event = instance.transport_event(*transport);
                    event.header = EventHeader::new_core(*offset, EventFlags::empty());
                    instance.changes.push(&event);
                }
                Step::Play { offset, key, velocity } => {
                    instance.play(*offset, *key, *velocity);
                }
                Step::Control { offset, controller, value } => {
                    let message = [0xb0, *controller, *value];
                    instance.changes.push(&MidiEvent::new(*offset, 0, message));
                }
                Step::Save => outcome.saved.push(instance.save()?),
                // A host shows its user an error and goes on.
                Step::Load { state } => drop(instance.load(state)),
                Step::Reactivate => {
                    instance.deactivate();
                    instance.activate(sample_rate_hz, frames_max)?;
                }
                Step::Reopen => {
                    let frame = instance.frame;
                    instance.hand_over(&mut outcome);
                    drop(instance);
                    instance = Instance::open()?;
                    instance.frame = frame;
                    instance.activate(sample_rate_hz, frames_max)?;
                }
            }
        }
        instance.hand_over(&mut outcome);
        Ok(outcome)
    }
}

/// One open instance.
pub struct Instance {
    plugin: PluginInstance<Handlers>,
    processor: Option<PluginAudioProcessor<Handlers>>,
    sample_rate_hz: f64,
    /// Parameter changes for the next block.
    changes: EventBuffer,
    /// What has come out so far.
    pub sent: Vec<Sent>,
    /// Frames since the first block.
    pub frame: i64,
}

impl Instance {
    /// Loads the library and makes an instance.
    ///
    /// # Errors
    /// If the library is not there or refuses.
    pub fn open() -> Result<Instance> {
        Instance::open_id(PLUGIN_ID)
    }

    /// The same of another entry of the library.
    ///
    /// # Errors
    /// As [`Instance::open`].
    #[allow(unsafe_code, reason = "loading a library is what a host does")]
    pub fn open_id(id: &str) -> Result<Instance> {
        let path = paths::plugin_library();
        // SAFETY: the library is the one that this test has built; it is a plugin and keeps to CLAP's rules.
        let entry = unsafe { PluginEntry::load(&path) }
            .map_err(|error| anyhow!("{}: {error}", path.display()))?;
        let host = HostInfo::new("Tresillo's test bed", "", "", "1")?;
        let id = CString::new(id)?;
        let plugin = PluginInstance::new(|_| Shared, |_| (), &entry, &id, &host)?;
        Ok(Instance {
            plugin,
            processor: None,
            sample_rate_hz: 0.0,
            changes: EventBuffer::new(),
            sent: Vec::new(),
            frame: 0,
        })
    }

    /// Adds what has come out to an outcome.
    fn hand_over(&mut self, outcome: &mut Outcome) {
        self.sent.drain(..).for_each(|sent| outcome.push(sent));
    }

    /// Takes the audio side away, for a thread of its own.
    ///
    /// # Errors
    /// If the instance is not active.
    pub fn take_audio(&mut self) -> Result<Audio> {
        let processor = self.processor.take().context("not active")?;
        Ok(Audio { processor, sample_rate_hz: self.sample_rate_hz })
    }

    /// Opens the window inside another one, an X11 window that stays until [`Instance::close_window`].
    ///
    /// # Errors
    /// If the plugin has no such window or refuses.
    #[allow(unsafe_code, reason = "whose window it is has to be promised")]
    pub fn open_window(&mut self, parent: u64) -> Result<()> {
        let plugin = self.plugin.plugin_handle();
        let gui = plugin.get_extension::<PluginGui>().context("no window")?;
        let configuration = GuiConfiguration { api_type: GuiApiType::X11, is_floating: false };
        gui.create(&plugin, configuration)?;
        // SAFETY: the caller keeps the parent until it closes the window.
        unsafe { gui.set_parent(&plugin, Window::from_x11_handle(parent)) }?;
        Ok(gui.show(&plugin)?)
    }

    /// How large the window is, in pixels.
    ///
    /// # Errors
    /// If there is none.
    pub fn window_size(&mut self) -> Result<(u32, u32)> {
        let plugin = self.plugin.plugin_handle();
        let gui = plugin.get_extension::<PluginGui>().context("no window")?;
        let size = gui.get_size(&plugin).context("the window has no size")?;
        Ok((size.width, size.height))
    }

    /// Resizes the window.
    ///
    /// # Errors
    /// If there is none, or it refuses.
    pub fn resize_window(&mut self, width: u32, height: u32) -> Result<()> {
        let plugin = self.plugin.plugin_handle();
        let gui = plugin.get_extension::<PluginGui>().context("no window")?;
        Ok(gui.set_size(&plugin, GuiSize { width, height })?)
    }

    /// Closes the window.
    ///
    /// # Errors
    /// If there is none.
    pub fn close_window(&mut self) -> Result<()> {
        let plugin = self.plugin.plugin_handle();
        let gui = plugin.get_extension::<PluginGui>().context("no window")?;
        gui.destroy(&plugin);
        Ok(())
    }

    /// How many audio ports in, audio ports out, note ports in, note ports out.
    ///
    /// # Errors
    /// If the plugin does not tell.
    pub fn port_counts(&mut self) -> Result<[u32; 4]> {
        let plugin = self.plugin.plugin_handle();
        let audio = plugin.get_extension::<PluginAudioPorts>().context("no audio ports")?;
        let notes = plugin.get_extension::<PluginNotePorts>().context("no note ports")?;
        Ok([
            audio.count(&plugin, true),
            audio.count(&plugin, false),
            notes.count(&plugin, true),
            notes.count(&plugin, false),
        ])
    }

    /// Activates and starts.
    ///
    /// # Errors
    /// If the plugin refuses.
    pub fn activate(&mut self, sample_rate_hz: f64, frames_max: u32) -> Result<()> {
        self.sample_rate_hz = sample_rate_hz;
        let config = PluginAudioConfiguration {
            sample_rate: sample_rate_hz,
            min_frames_count: 1,
            max_frames_count: frames_max,
        };
        let stopped = self.plugin.activate(|_, _| (), config)?;
        let started = stopped.start_processing().map_err(|_| anyhow!("does not start"))?;
        self.processor = Some(started.into());
        Ok(())
    }

    /// Stops and deactivates.
    pub fn deactivate(&mut self) {
        if let Some(processor) = self.processor.take() {
            self.plugin.deactivate(processor.into_stopped());
        }
    }

    /// Processes one block; `None` is a host without a transport.
    ///
    /// # Errors
    /// If the plugin does, or sends an event of another kind or outside the block.
    #[allow(
        unsafe_code,
        reason = "clack tells a block's length by its buffers, and there are none"
    )]
    pub fn process(&mut self, frame_count: u32, transport: Option<Transport>) -> Result<()> {
        let transport = transport.map(|transport| self.transport_event(transport));
        let processor = self.processor.as_mut().context("not active")?.as_started_mut()?;
        // SAFETY: there are no buffers, so there is nothing that their length could be wrong about.
        let inputs = unsafe { InputAudioBuffers::from_raw_buffers(&[], frame_count) };
        let mut out = EventBuffer::new();
        processor.process(
            &inputs,
            &mut OutputAudioBuffers::empty(),
            &self.changes.as_input(),
            &mut out.as_output(),
            None,
            transport.as_ref(),
        )?;
        self.changes.clear();
        for event in out.iter() {
            let time = event.header().time();
            ensure!(time < frame_count, "an event at {time} in a block of {frame_count}");
            self.sent.extend(sent(self.frame + i64::from(time), event)?);
        }
        self.frame += i64::from(frame_count);
        Ok(())
    }

    /// Processes one block of an entry with a stereo output, which holds noise before; both channels of it.
    ///
    /// # Errors
    /// As [`Instance::process`]; its notes are let go.
    pub fn process_stereo(
        &mut self,
        frame_count: u32,
        transport: Option<Transport>,
    ) -> Result<[Vec<f32>; 2]> {
        let transport = transport.map(|transport| self.transport_event(transport));
        let processor = self.processor.as_mut().context("not active")?.as_started_mut()?;
        let frames = usize::try_from(frame_count)?;
        let mut channels = [vec![0.5f32; frames], vec![0.5f32; frames]];
        let mut ports = AudioPorts::with_capacity(2, 1);
        let mut audio = ports.with_output_buffers([AudioPortBuffer {
            latency: 0,
            channels: AudioPortBufferType::f32_output_only(
                channels.iter_mut().map(Vec::as_mut_slice),
            ),
        }]);
        let mut out = EventBuffer::new();
        processor.process(
            &InputAudioBuffers::empty(),
            &mut audio,
            &self.changes.as_input(),
            &mut out.as_output(),
            None,
            transport.as_ref(),
        )?;
        self.changes.clear();
        self.frame += i64::from(frame_count);
        Ok(channels)
    }

    fn transport_event(&self, transport: Transport) -> TransportEvent {
        transport_event(transport, self.sample_rate_hz)
    }

    /// The parameters: the name that the host shows, and the id.
    ///
    /// # Errors
    /// If there are none.
    pub fn params(&mut self) -> Result<Vec<(String, u32)>> {
        let plugin = self.plugin.plugin_handle();
        let params = plugin.get_extension::<PluginParams>().context("no parameters")?;
        let mut found = Vec::new();
        for index in 0..params.count(&plugin) {
            let mut buffer = ParamInfoBuffer::new();
            let info = params.get_info(&plugin, index, &mut buffer).context("no information")?;
            found.push((String::from_utf8(info.name.to_vec())?, info.id.get()));
        }
        Ok(found)
    }

    /// The pages of parameters that hosts lay on knobs: section, page, and the ids.
    ///
    /// # Errors
    /// If there are none.
    pub fn remote_pages(&mut self) -> Result<Vec<(String, String, Vec<u32>)>> {
        let plugin = self.plugin.plugin_handle();
        let pages = plugin.get_extension::<PluginRemoteControls>().context("no pages")?;
        let mut found = Vec::new();
        for index in 0..pages.count(&plugin) {
            let mut buffer = RemoteControlsPageBuffer::new();
            let page = pages.get(&plugin, index, &mut buffer).context("no such page")?;
            let ids = page.param_ids.iter().flatten().map(|id| id.get()).collect();
            let text = |name: &[u8]| String::from_utf8(name.to_vec());
            found.push((text(page.section_name)?, text(page.page_name)?, ids));
        }
        Ok(found)
    }

    /// For each parameter at its ends and between: name, value, text, and the value that the text gives.
    ///
    /// # Errors
    /// If a value has no text, or a text no value.
    pub fn param_texts(&mut self) -> Result<Vec<(String, f64, String, f64)>> {
        let plugin = self.plugin.plugin_handle();
        let params = plugin.get_extension::<PluginParams>().context("no parameters")?;
        let mut found = Vec::new();
        for index in 0..params.count(&plugin) {
            let mut buffer = ParamInfoBuffer::new();
            let info = params.get_info(&plugin, index, &mut buffer).context("no information")?;
            let name = String::from_utf8(info.name.to_vec())?;
            for share in [0.0, 0.2, 0.5, 0.77, 1.0] {
                let value = info.min_value + share * (info.max_value - info.min_value);
                let value = if info.flags.contains(ParamInfoFlags::IS_STEPPED) {
                    value.round()
                } else {
                    value
                };
                let mut bytes = [0; 64];
                let text = params.value_to_text(&plugin, info.id, value, &mut bytes)?;
                let text = String::from_utf8(text.to_vec())?;
                let given = CString::new(text.clone())?;
                let back = params.text_to_value(&plugin, info.id, &given);
                let back = back.with_context(|| format!("{name} has no value for \"{text}\""))?;
                found.push((name.clone(), value, text, back));
            }
        }
        Ok(found)
    }

    /// Turns a parameter, by the name that the host shows; it arrives with the next block.
    ///
    /// # Errors
    /// If there is none of this name.
    pub fn set_param(&mut self, name: &str, normalized: f64) -> Result<()> {
        self.set_param_at(0, name, normalized)
    }

    /// The same, so many frames into the next block.
    ///
    /// # Errors
    /// As [`Instance::set_param`].
    pub fn set_param_at(&mut self, offset: u32, name: &str, normalized: f64) -> Result<()> {
        let plugin = self.plugin.plugin_handle();
        let params = plugin.get_extension::<PluginParams>().context("no parameters")?;
        for index in 0..params.count(&plugin) {
            let mut buffer = ParamInfoBuffer::new();
            let Some(info) = params.get_info(&plugin, index, &mut buffer) else { continue };
            if info.name == name.as_bytes() {
                let value = info.min_value + normalized * (info.max_value - info.min_value);
                let id: ClapId = info.id;
                self.changes.push(&ParamValueEvent::new(offset, id, Pckn::match_all(), value));
                return Ok(());
            }
        }
        bail!("no parameter is called {name}")
    }

    /// Plays a note in, `offset` frames into the next block; velocity 0 is a note-off.
    pub fn play(&mut self, offset: u32, key: u8, velocity: u8) {
        let note = Pckn::new(0u16, 0u16, u16::from(key), Match::All);
        let share = f64::from(velocity) / 127.0;
        if velocity == 0 {
            self.changes.push(&NoteOffEvent::new(offset, note, 0.0));
        } else {
            self.changes.push(&NoteOnEvent::new(offset, note, share));
        }
    }

    /// The text of the state: the framework writes its length before it.
    ///
    /// # Errors
    /// If the plugin cannot save.
    pub fn save(&mut self) -> Result<String> {
        let plugin = self.plugin.plugin_handle();
        let state = plugin.get_extension::<PluginState>().context("no state")?;
        let bytes = RefCell::new(Vec::new());
        state.save(&plugin, &mut *bytes.borrow_mut())?;
        let bytes = bytes.into_inner();
        Ok(String::from_utf8(bytes.get(8..).context("a state shorter than its length")?.to_vec())?)
    }

    /// Loads the text of a state.
    ///
    /// # Errors
    /// If the plugin says that it did not take it.
    pub fn load(&mut self, text: &str) -> Result<()> {
        let plugin = self.plugin.plugin_handle();
        let state = plugin.get_extension::<PluginState>().context("no state")?;
        let mut bytes = u64::try_from(text.len())?.to_le_bytes().to_vec();
        bytes.extend_from_slice(text.as_bytes());
        Ok(state.load(&plugin, &mut Cursor::new(bytes))?)
    }
}

/// A transport as CLAP tells it.
fn transport_event(transport: Transport, sample_rate_hz: f64) -> TransportEvent {
    let mut flags = TransportFlags::HAS_BEATS_TIMELINE | TransportFlags::HAS_SECONDS_TIMELINE;
    flags.set(TransportFlags::HAS_TEMPO, transport.tempo_bpm.is_some());
    flags.set(TransportFlags::IS_PLAYING, transport.is_playing);
    flags.set(TransportFlags::IS_LOOP_ACTIVE, transport.loop_beats.is_some());
    let (loop_start, loop_end) = transport.loop_beats.unwrap_or_default();
    let tempo_bpm = transport.tempo_bpm.unwrap_or_default();
    let seconds_per_beat = if tempo_bpm > 0.0 { 60.0 / tempo_bpm } else { 0.0 };
    #[allow(clippy::cast_precision_loss, reason = "positions of a test are small")]
    let seconds = transport.frame as f64 / sample_rate_hz;
    TransportEvent {
        header: EventHeader::new_core(0, EventFlags::empty()),
        flags,
        song_pos_beats: BeatTime::from_float(transport.beat),
        song_pos_seconds: SecondsTime::from_float(seconds),
        tempo: tempo_bpm,
        tempo_inc: 0.0,
        loop_start_beats: BeatTime::from_float(loop_start),
        loop_end_beats: BeatTime::from_float(loop_end),
        loop_start_seconds: SecondsTime::from_float(loop_start * seconds_per_beat),
        loop_end_seconds: SecondsTime::from_float(loop_end * seconds_per_beat),
        bar_start: BeatTime::from_float(0.0),
        bar_number: 0,
        time_signature_numerator: 4,
        time_signature_denominator: 4,
    }
}

/// The audio side of an instance, on a thread of its own.
pub struct Audio {
    processor: PluginAudioProcessor<Handlers>,
    sample_rate_hz: f64,
}

impl Audio {
    /// Processes one block; how many notes began.
    ///
    /// # Errors
    /// If the plugin fails.
    #[allow(
        unsafe_code,
        reason = "clack tells a block's length by its buffers, and there are none"
    )]
    pub fn process(&mut self, frame_count: u32, transport: Transport) -> Result<usize> {
        let transport = transport_event(transport, self.sample_rate_hz);
        let processor = self.processor.as_started_mut()?;
        // SAFETY: there are no buffers, so there is nothing that their length could be wrong about.
        let inputs = unsafe { InputAudioBuffers::from_raw_buffers(&[], frame_count) };
        let (nothing, mut out) = (EventBuffer::new(), EventBuffer::new());
        processor.process(
            &inputs,
            &mut OutputAudioBuffers::empty(),
            &nothing.as_input(),
            &mut out.as_output(),
            None,
            Some(&transport),
        )?;
        let is_on = |event: &&UnknownEvent| {
            matches!(event.as_core_event(), Some(CoreEventSpace::NoteOn(_)))
        };
        Ok(out.iter().filter(is_on).count())
    }

    /// Stops processing.
    pub fn stop(self) {
        drop(self.processor.into_stopped());
    }
}

/// An event as it came out, on a frame; `None` for a parameter that the window has turned.
fn sent(frame: i64, event: &UnknownEvent) -> Result<Option<Sent>> {
    let specific =
        |value: Match<u16>| value.into_specific().and_then(|value| u8::try_from(value).ok());
    #[allow(clippy::cast_possible_truncation, reason = "the plugin's own precision")]
    let note = |is_on, channel, key, velocity: f64| -> Result<Sent> {
        let channel = specific(channel).context("a note on no channel")?;
        let key = specific(key).context("a note without a key")?;
        Ok(Sent::Note(HostEvent { frame, is_on, channel, key, velocity: velocity as f32 }))
    };
    let sent = match event.as_core_event() {
        Some(
            CoreEventSpace::ParamGestureBegin(_)
            | CoreEventSpace::ParamValue(_)
            | CoreEventSpace::ParamGestureEnd(_),
        ) => return Ok(None),
        Some(CoreEventSpace::Midi(midi)) => {
            let [status, first, second] = midi.data();
            Ok(Sent::Control(HostControl { frame, status, first, second }))
        }
        Some(CoreEventSpace::NoteOn(on)) => note(true, on.channel(), on.key(), on.velocity()),
        Some(CoreEventSpace::NoteOff(off)) => note(false, off.channel(), off.key(), 0.0),
        Some(CoreEventSpace::NoteExpression(event)) => {
            let kind = event.expression_type().context("no kind of expression")?.into_raw();
            let channel = specific(event.channel()).context("an expression on no channel")?;
            let key = specific(event.key()).context("an expression without a key")?;
            let value = event.value();
            Ok(Sent::Expression(HostExpression { frame, kind, channel, key, value }))
        }
        _ => bail!("an event of another kind: {event:?}"),
    };
    sent.map(Some)
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.deactivate();
    }
}
