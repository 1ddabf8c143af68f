//! Where sound and notes go in and out.

use clack_extensions::audio_ports::{AudioPortFlags, AudioPortInfoBuffer, PluginAudioPorts};
use clack_extensions::note_ports::{
    NoteDialect, NoteDialects, NotePortInfoBuffer, PluginNotePorts,
};
use clack_host::prelude::*;

use super::events::Dialect;
use super::library::readable;
use crate::instrument::AudioPort;

/// A plugin that says it has more ports is not believed.
const PORT_COUNT_MAX: u32 = 256;

/// Which notes go where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct NoteTarget {
    /// The place of the port among the plugin's inputs for notes.
    pub(super) port: u16,
    /// What it is told notes in.
    pub(super) dialect: Dialect,
}

/// The ports for sound, in or out. A port that the plugin counts but does not describe has no channels.
pub(super) fn audio_ports(plugin: &PluginMainThreadHandle<'_>, is_input: bool) -> Vec<AudioPort> {
    let Some(extension) = plugin.get_extension::<PluginAudioPorts>() else { return Vec::new() };
    let count = extension.count(plugin, is_input).min(PORT_COUNT_MAX);
    (0..count)
        .map(|index| {
            let mut buffer = AudioPortInfoBuffer::new();
            match extension.get(plugin, index, is_input, &mut buffer) {
                Some(port) => AudioPort {
                    name: readable(port.name),
                    channel_count: port.channel_count,
                    is_main: port.flags.contains(AudioPortFlags::IS_MAIN),
                },
                None => AudioPort { name: String::new(), channel_count: 0, is_main: false },
            }
        })
        .collect()
}

/// The names of the inputs for notes, and which of them is played.
pub(super) fn note_inputs(plugin: &PluginMainThreadHandle<'_>) -> (Vec<String>, NoteTarget) {
    let mut names = Vec::new();
    let mut target = NoteTarget::default();
    let Some(extension) = plugin.get_extension::<PluginNotePorts>() else {
        return (names, target);
    };
    for index in 0..extension.count(plugin, true).min(PORT_COUNT_MAX) {
        let mut buffer = NotePortInfoBuffer::new();
        let Some(port) = extension.get(plugin, index, true, &mut buffer) else {
            names.push(String::new());
            continue;
        };
        names.push(readable(port.name));
        if target.dialect == Dialect::Unspoken {
            let dialect = dialect_of(port.supported_dialects, port.preferred_dialect);
            target = NoteTarget { port: u16::try_from(index).unwrap_or(0), dialect };
        }
    }
    (names, target)
}

/// What a port is told notes in: what it prefers, if that is one of ours, else what it understands, CLAP's own first.
///
/// MPE is MIDI with an agreement on channels, so such a port is told plain MIDI where it has nothing else.
fn dialect_of(supported: NoteDialects, preferred: Option<NoteDialect>) -> Dialect {
    let has_midi = supported.intersects(NoteDialects::MIDI | NoteDialects::MIDI_MPE);
    let clap = Dialect::Clap { has_midi };
    match preferred {
        Some(NoteDialect::Clap) => clap,
        Some(NoteDialect::Midi) => Dialect::Midi,
        _ if supported.contains(NoteDialects::CLAP) => clap,
        _ if has_midi => Dialect::Midi,
        _ => Dialect::Unspoken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_spoken_to_as_it_prefers_or_else_as_it_understands() {
        let all = NoteDialects::all();
        let both = NoteDialects::CLAP | NoteDialects::MIDI;
        let cases = [
            (both, Some(NoteDialect::Clap), Dialect::Clap { has_midi: true }),
            (both, Some(NoteDialect::Midi), Dialect::Midi),
            (all, Some(NoteDialect::MidiMpe), Dialect::Clap { has_midi: true }),
            (NoteDialects::CLAP, None, Dialect::Clap { has_midi: false }),
            (NoteDialects::MIDI, None, Dialect::Midi),
            (NoteDialects::MIDI, Some(NoteDialect::Midi2), Dialect::Midi),
            (NoteDialects::MIDI_MPE, Some(NoteDialect::MidiMpe), Dialect::Midi),
            (NoteDialects::MIDI2, Some(NoteDialect::Midi2), Dialect::Unspoken),
            (NoteDialects::empty(), None, Dialect::Unspoken),
        ];
        for (supported, preferred, expected) in cases {
            assert_eq!(dialect_of(supported, preferred), expected, "{supported:?} {preferred:?}");
        }
    }
}
