//! The main half of a plugin.

use std::ffi::{CStr, CString};
use std::io::{self, Cursor, Write};
use std::path::{Path, absolute};
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail};
use clack_extensions::latency::PluginLatency;
use clack_extensions::params::PluginParams;
#[cfg(unix)]
use clack_extensions::posix_fd::PluginPosixFd;
use clack_extensions::preset_discovery::{PluginPresetLoad, preset_data::Location};
use clack_extensions::render::{PluginRender, RenderMode};
use clack_extensions::state::PluginState;
use clack_extensions::tail::{PluginTail, TailLength};
use clack_extensions::timer::{PluginTimer, TimerId};
use clack_host::prelude::*;

use super::callbacks::{AudioScope, AudioThread, Callbacks, Log, MainThread, Shared};
use super::events::change;
use super::library::Listed;
use super::parameters;
use super::ports::{NoteTarget, audio_ports, note_inputs};
use super::processor::{Buffers, ClapProcessor};
use crate::instrument::{Configuration, Description, Instrument, Parameter, Processor, Role, Tail};

/// A state that goes on beyond so many bytes is given up.
const STATE_LENGTH_MAX: usize = 1 << 28;
/// A latency beyond so many frames, some six minutes at 48 kHz, is not believed.
const LATENCY_FRAMES_MAX: u32 = 1 << 24;
/// How often in a row a plugin may ask to be called again at once.
const CALLBACK_COUNT_MAX: usize = 8;

/// One instance of a plugin.
pub(super) struct ClapInstrument {
    plugin: PluginInstance<Callbacks>,
    description: Description,
    is_role_said: bool,
    target: NoteTarget,
    tail: Tail,
    log: Arc<Log>,
}

impl ClapInstrument {
    /// Makes an instance.
    ///
    /// # Errors
    /// One sentence when the plugin refuses.
    pub(super) fn new(entry: &PluginEntry, listed: &Listed) -> Result<ClapInstrument> {
        let host = HostInfo::new("Tresillo", "Tresillo", "", env!("CARGO_PKG_VERSION"))?;
        let log = Arc::new(Log::default());
        let shared_log = log.clone();
        let plugin = PluginInstance::<Callbacks>::new(
            |()| Shared::new(shared_log),
            |shared| MainThread { shared },
            entry,
            &listed.id,
            &host,
        )
        .map_err(|_| {
            let Description { name, path, .. } = &listed.description;
            let said = log.last_word();
            anyhow!("{name} of {} refuses to be made{said}; try it in another host", path.display())
        })?;
        let mut instrument = ClapInstrument {
            plugin,
            description: listed.description.clone(),
            is_role_said: listed.is_role_said,
            target: NoteTarget::default(),
            tail: Tail::Unknown,
            log,
        };
        instrument.idle();
        instrument.read_ports();
        Ok(instrument)
    }

    /// Asks for the ports, which may be others after a state was loaded.
    fn read_ports(&mut self) {
        let plugin = self.plugin.plugin_handle();
        let ClapInstrument { description, target, is_role_said, .. } = self;
        description.audio_inputs = audio_ports(&plugin, true);
        description.audio_outputs = audio_ports(&plugin, false);
        (description.note_inputs, *target) = note_inputs(&plugin);
        if !*is_role_said {
            let has_sound_in = !description.audio_inputs.is_empty();
            let has_sound_out = !description.audio_outputs.is_empty();
            let has_notes = !description.note_inputs.is_empty();
            description.role = match (has_notes, has_sound_in, has_sound_out) {
                (true, false, true) => Role::Instrument,
                (_, true, true) => Role::Effect,
                _ => Role::Other,
            };
        }
    }

    fn id_of(&self, parameter: &Parameter) -> Result<ClapId> {
        let Description { name, .. } = &self.description;
        parameters::id_of(parameter)
            .with_context(|| format!("{name} has no parameter with the id {}", parameter.id))
    }

    /// Hands a value over while the plugin is inactive; whether it seems to have arrived.
    fn flush(&mut self, change_of: Option<(ClapId, f64)>) -> bool {
        let Some(mut plugin) = self.plugin.inactive_plugin_handle() else { return false };
        let Some(params) = plugin.get_extension::<PluginParams>() else { return false };
        let value_now = |plugin: &PluginMainThreadHandle<'_>| {
            change_of.and_then(|(id, _)| params.get_value(plugin, id))
        };
        let before = value_now(&plugin);
        let mut events = EventBuffer::new();
        if let Some((id, value)) = change_of {
            events.push(&change(id, value));
        }
        params.flush(&mut plugin, &events.as_input(), &mut OutputEvents::void());
        let is =
            |now: Option<f64>, value: f64| now.is_some_and(|now| now.total_cmp(&value).is_eq());
        let after = value_now(&plugin);
        change_of.is_none_or(|(_, value)| {
            is(after, value) || before.is_none_or(|before| !is(after, before))
        })
    }

    /// Has the plugin load a preset file of its own kind, where it can.
    fn load_preset(&mut self, file: &Path) -> bool {
        let plugin = self.plugin.plugin_handle();
        let Some(extension) = plugin.get_extension::<PluginPresetLoad>() else { return false };
        let path = absolute(file).ok().map(|path| path.into_os_string().into_encoded_bytes());
        let Some(path) = path.and_then(|path| CString::new(path).ok()) else { return false };
        let location = Location::File { path: &path };
        extension.load_from_location(&plugin, location, None::<&CStr>).is_ok()
    }

    /// Runs the timers that have run out and looks at the descriptors.
    fn run_errands(&mut self) {
        let now = Instant::now();
        let due = self.plugin.access_shared_handler(|shared| shared.errands.due_timers(now));
        let plugin = self.plugin.plugin_handle();
        if let Some(timer) = plugin.get_extension::<PluginTimer>() {
            due.into_iter().for_each(|id| timer.on_timer(&plugin, TimerId(id)));
        }
        #[cfg(unix)]
        {
            let ready =
                self.plugin.access_shared_handler(|shared| shared.errands.ready_descriptors());
            let plugin = self.plugin.plugin_handle();
            if let Some(watched) = plugin.get_extension::<PluginPosixFd>() {
                ready.into_iter().for_each(|(fd, flags)| watched.on_fd(&plugin, fd, flags));
            }
        }
    }
}

impl Instrument for ClapInstrument {
    fn description(&self) -> &Description {
        &self.description
    }

    fn parameters(&mut self) -> Vec<Parameter> {
        parameters::read(&self.plugin.plugin_handle())
    }

    fn value_of_text(&mut self, parameter: &Parameter, text: &str) -> Option<f64> {
        let id = parameters::id_of(parameter)?;
        parameters::value_of_text(&self.plugin.plugin_handle(), id, text)
    }

    fn set_parameter(&mut self, parameter: &Parameter, value: f64) -> Result<()> {
        let id = self.id_of(parameter)?;
        // Whole steps are cut, not rounded, by the plugin: 2.9999 would be 2.
        let value = if parameter.is_stepped { value.round() } else { value };
        // A plugin that does not take it now is told again with the first block.
        if !self.flush(Some((id, value))) {
            self.plugin.access_shared_handler(|shared| {
                let mut changes = shared.changes.lock().unwrap_or_else(PoisonError::into_inner);
                changes.push((id, value));
            });
        }
        Ok(())
    }

    fn load_state(&mut self, file: &Path) -> Result<()> {
        let bytes = std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
        let plugin = self.plugin.plugin_handle();
        let state = plugin.get_extension::<PluginState>();
        let is_taken =
            state.is_some_and(|state| state.load(&plugin, &mut Cursor::new(&bytes)).is_ok());
        if !is_taken && !self.load_preset(file) {
            let Description { name, .. } = &self.description;
            let (count, said) = (bytes.len(), self.log.last_word());
            let why =
                if state.is_some() { "does not take" } else { "has no state, so cannot take" };
            bail!(
                "{name} {why} the {count} bytes of {}{said}; a state that the same plugin saved is expected",
                file.display()
            );
        }
        self.idle();
        self.read_ports();
        Ok(())
    }

    fn save_state(&mut self) -> Result<Vec<u8>> {
        let Description { name, .. } = &self.description;
        let plugin = self.plugin.plugin_handle();
        let Some(state) = plugin.get_extension::<PluginState>() else {
            bail!("{name} has no state that could be saved");
        };
        let mut bytes = Bounded(Vec::new());
        if state.save(&plugin, &mut bytes).is_err() {
            bail!(
                "{name} refuses to save its state{}; try it in another host",
                self.log.last_word()
            );
        }
        Ok(bytes.0)
    }

    fn activate(&mut self, configuration: Configuration) -> Result<Box<dyn Processor>> {
        if self.plugin.is_active() && self.plugin.try_deactivate().is_err() {
            bail!("{} sounds already, and can only once", self.description.name);
        }
        self.idle();
        let plugin = self.plugin.plugin_handle();
        if let Some(render) = plugin.get_extension::<PluginRender>()
            && !render.has_realtime_requirement(&plugin)
        {
            // A plugin that declines plays as in a performance, which is as good.
            let _ = render.set(&plugin, RenderMode::Offline);
        }
        self.read_ports();
        let buffers = Buffers::new(&self.description, configuration)?;
        let Configuration { sample_rate_hz, block_frames, .. } = configuration;
        let refused = |what: &str, said: String| {
            anyhow!(
                "{} refuses to {what} at {sample_rate_hz} Hz with blocks of {block_frames} frames{said}; try another rate",
                self.description.name
            )
        };
        let audio = PluginAudioConfiguration {
            sample_rate: sample_rate_hz.into(),
            min_frames_count: 1,
            max_frames_count: block_frames.max(1),
        };
        let stopped = self
            .plugin
            .activate(|_, _| AudioThread, audio)
            .map_err(|_| refused("be activated", self.log.last_word()))?;
        let started = {
            let _audio = AudioScope::enter();
            stopped.start_processing()
        };
        let Ok(mut started) = started.map_err(drop) else {
            let _ = self.plugin.try_deactivate();
            return Err(refused("start", self.log.last_word()));
        };
        let handle = started.plugin_handle();
        let tail = handle.get_extension::<PluginTail>().map(|tail| tail.get(&handle));
        self.tail = match tail {
            None => Tail::Unknown,
            Some(TailLength::Finite(frames)) => Tail::Frames(frames.into()),
            Some(TailLength::Infinite) => Tail::Endless,
        };
        Ok(Box::new(ClapProcessor::new(started, buffers, self.target)))
    }

    fn latency_frames(&mut self) -> u32 {
        let plugin = self.plugin.plugin_handle();
        let latency = plugin.get_extension::<PluginLatency>();
        let frames = latency.map_or(0, |latency| latency.get(&plugin));
        if frames > LATENCY_FRAMES_MAX { 0 } else { frames }
    }

    fn tail(&mut self) -> Tail {
        self.tail
    }

    fn idle(&mut self) {
        let wants = |plugin: &PluginInstance<Callbacks>| {
            plugin.access_shared_handler(|shared| shared.take_callback())
        };
        for _ in 0..CALLBACK_COUNT_MAX {
            if !wants(&self.plugin) {
                break;
            }
            self.plugin.call_on_main_thread_callback();
        }
        if !self.plugin.access_shared_handler(|shared| shared.errands.are_none()) {
            self.run_errands();
        }
        // While it is active, each block does as much.
        if self.plugin.access_shared_handler(|shared| shared.take_flush()) {
            self.flush(None);
        }
    }
}

/// Takes bytes up to a bound.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len().saturating_add(bytes.len()) > STATE_LENGTH_MAX {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
