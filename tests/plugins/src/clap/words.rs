//! What the plugins say of themselves in CLAP.

use std::ffi::CStr;
use std::fmt::Write as _;
use std::io::{Read, Write};

use clack_extensions::audio_ports::{
    AudioPortFlags, AudioPortInfo, AudioPortInfoWriter, AudioPortType, PluginAudioPortsImpl,
};
use clack_extensions::latency::PluginLatencyImpl;
use clack_extensions::note_ports::{
    NoteDialect, NoteDialects, NotePortInfo, NotePortInfoWriter, PluginNotePortsImpl,
};
use clack_extensions::params::{
    ParamDisplayWriter, ParamInfo, ParamInfoWriter, PluginMainThreadParams,
};
use clack_extensions::render::{PluginRenderImpl, RenderMode};
use clack_extensions::state::PluginStateImpl;
use clack_plugin::prelude::*;
use clack_plugin::stream::{InputStream, OutputStream};
use clack_plugin::utils::Cookie;

use crate::catalogue::{Kind, Parameter, Port};
use crate::clap::event::{events, flags, id, place};
use crate::clap::{MainThread, Shared};
use crate::instance::Message;

/// The most bytes that a state may have.
const STATE_BYTES_MAX: u64 = 4096;

impl MainThread<'_> {
    fn ports(&self, is_input: bool) -> &'static [Port] {
        if is_input { self.shared.kind.inputs() } else { self.shared.kind.outputs() }
    }

    fn parameter(&self, place: usize) -> Option<&'static Parameter> {
        self.shared.kind.parameters().get(place)
    }
}

impl PluginAudioPortsImpl for MainThread<'_> {
    fn count(&self, is_input: bool) -> u32 {
        if self.shared.kind == Kind::Liar && !is_input {
            // There is no second one.
            return 2;
        }
        u32::try_from(self.ports(is_input).len()).unwrap_or(0)
    }

    fn get(&self, index: u32, is_input: bool, writer: &mut AudioPortInfoWriter) {
        let place = usize::try_from(index).unwrap_or(usize::MAX);
        let Some(port) = self.ports(is_input).get(place) else { return };
        let is_main = index == 0;
        let truth = AudioPortType::from_channel_count(port.channel_count);
        let port_type =
            if self.shared.kind == Kind::Liar { Some(AudioPortType::MONO) } else { truth };
        writer.set(&AudioPortInfo {
            id: ClapId::new(index),
            name: port.name.as_bytes(),
            channel_count: port.channel_count,
            flags: if is_main { AudioPortFlags::IS_MAIN } else { AudioPortFlags::empty() },
            port_type,
            in_place_pair: None,
        });
    }
}

impl PluginNotePortsImpl for MainThread<'_> {
    fn count(&self, is_input: bool) -> u32 {
        u32::from(is_input && self.shared.kind.is_instrument())
    }

    fn get(&self, index: u32, is_input: bool, writer: &mut NotePortInfoWriter) {
        if index > 0 || !is_input {
            return;
        }
        let (supported_dialects, preferred) = match self.shared.kind {
            Kind::Mono => (NoteDialects::MIDI, NoteDialect::Midi),
            _ => (NoteDialects::CLAP | NoteDialects::MIDI, NoteDialect::Clap),
        };
        writer.set(&NotePortInfo {
            id: ClapId::new(0),
            name: b"Notes",
            supported_dialects,
            preferred_dialect: Some(preferred),
        });
    }
}

impl PluginMainThreadParams for MainThread<'_> {
    fn count(&self) -> u32 {
        u32::try_from(self.shared.kind.parameters().len()).unwrap_or(0)
    }

    fn get_info(&self, index: u32, info: &mut ParamInfoWriter) {
        let place = usize::try_from(index).unwrap_or(usize::MAX);
        let Some(parameter) = self.parameter(place) else { return };
        info.set(&ParamInfo {
            id: id(place),
            flags: flags(parameter),
            cookie: Cookie::empty(),
            name: parameter.name.as_bytes(),
            module: b"",
            min_value: parameter.minimum,
            max_value: parameter.maximum,
            default_value: parameter.default,
        });
    }

    fn get_value(&self, id: ClapId) -> Option<f64> {
        self.shared.instance().value(place(id)?)
    }

    fn value_to_text(
        &self,
        id: ClapId,
        value: f64,
        writer: &mut ParamDisplayWriter,
    ) -> std::fmt::Result {
        let parameter = place(id).and_then(|place| self.parameter(place));
        writer.write_str(&parameter.ok_or(std::fmt::Error)?.text(value))
    }

    fn text_to_value(&self, id: ClapId, text: &CStr) -> Option<f64> {
        self.parameter(place(id)?)?.value_of(text.to_str().ok()?)
    }

    fn flush(&self, changes: &InputEvents, _: &mut OutputEvents) {
        flush(self.shared, changes);
    }
}

/// Takes parameter changes outside of a block.
pub(super) fn flush(shared: &Shared<'_>, changes: &InputEvents) {
    let mut instance = shared.instance();
    for event in events(changes) {
        if let Message::Parameter(place, value) = event.message {
            instance.log(format_args!("flush id={} value={value}", place + 1));
            instance.set_value(place, value);
        }
    }
}

impl PluginStateImpl for MainThread<'_> {
    fn save(&self, output: &mut OutputStream) -> Result<(), PluginError> {
        let bytes = self.shared.instance().save();
        Ok(output.write_all(&bytes)?)
    }

    fn load(&self, input: &mut InputStream) -> Result<(), PluginError> {
        let mut bytes = Vec::new();
        input.take(STATE_BYTES_MAX).read_to_end(&mut bytes)?;
        let is_taken = self.shared.instance().load(&bytes);
        if is_taken { Ok(()) } else { Err(PluginError::Message("this is no state of mine")) }
    }
}

impl PluginLatencyImpl for MainThread<'_> {
    fn get(&self) -> u32 {
        self.shared.instance().latency_frames()
    }
}

impl PluginRenderImpl for MainThread<'_> {
    fn has_hard_realtime_requirement(&self) -> bool {
        false
    }

    fn set(&self, mode: RenderMode) -> Result<(), PluginError> {
        self.mode.set(mode);
        Ok(())
    }
}
