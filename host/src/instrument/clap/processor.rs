//! The audio half of a plugin.

use std::sync::{PoisonError, TryLockError};

use anyhow::{Result, bail};
use clack_host::prelude::*;

use super::callbacks::{AudioScope, Callbacks};
use super::events::{Telling, change, position};
use super::ports::NoteTarget;
use crate::instrument::layout::{main_port, mix_down, spread};
use crate::instrument::{
    AudioPort, Block, Configuration, Description, Failed, Lost, Outputs, Processor,
};

/// Channels of all ports of one direction; more are not believed.
const CHANNEL_COUNT_MAX: u32 = 1024;
/// Events of a block for which there is room from the start.
const EVENT_COUNT: usize = 256;
/// The code by which CLAP says that a block could not be computed, `CLAP_PROCESS_ERROR`.
const PROCESS_ERROR: i32 = 0;

/// The buffers of all ports of one direction: `channels[port][channel][frame]`.
struct Side {
    channels: Vec<Vec<Vec<f32>>>,
    main: Option<usize>,
    ports: AudioPorts,
}

impl Side {
    fn new(ports: &[AudioPort], frames: usize, plugin: &str) -> Result<Side> {
        let count = ports.iter().map(|port| port.channel_count).fold(0, u32::saturating_add);
        if count > CHANNEL_COUNT_MAX {
            bail!(
                "{plugin} says that it has {count} channels, more than the {CHANNEL_COUNT_MAX} that are believed"
            );
        }
        let buffers = |port: &AudioPort| (0..port.channel_count).map(|_| vec![0.0; frames]);
        Ok(Side {
            channels: ports.iter().map(|port| buffers(port).collect()).collect(),
            main: main_port(ports),
            ports: AudioPorts::with_capacity(usize::try_from(count).unwrap_or(0), ports.len()),
        })
    }

    fn clear(&mut self) {
        self.channels.iter_mut().flatten().for_each(|channel| channel.fill(0.0));
    }

    fn as_inputs(&mut self, frames: usize) -> InputAudioBuffers<'_> {
        let ports = self.channels.iter_mut().map(|channels| {
            let channels = channels.iter_mut().map(move |channel| {
                InputChannel::variable(channel.get_mut(..frames).unwrap_or_default())
            });
            AudioPortBuffer { channels: AudioPortBufferType::f32_input_only(channels), latency: 0 }
        });
        self.ports.with_input_buffers(ports)
    }

    fn as_outputs(&mut self, frames: usize) -> OutputAudioBuffers<'_> {
        let ports = self.channels.iter_mut().map(|channels| {
            let channels = channels
                .iter_mut()
                .map(move |channel| channel.get_mut(..frames).unwrap_or_default());
            AudioPortBuffer { channels: AudioPortBufferType::f32_output_only(channels), latency: 0 }
        });
        self.ports.with_output_buffers(ports)
    }
}

/// All buffers of an instance, for blocks of a configuration.
pub(super) struct Buffers {
    inputs: Side,
    outputs: Side,
    is_all_heard: bool,
    frames_max: usize,
}

impl Buffers {
    /// Buffers for the ports of `description`.
    ///
    /// # Errors
    /// One sentence when there is nothing to hear, or more than can be.
    pub(super) fn new(description: &Description, configuration: Configuration) -> Result<Buffers> {
        let Description { name, audio_inputs, audio_outputs, .. } = description;
        let frames_max = usize::try_from(configuration.block_frames.max(1)).unwrap_or(1);
        let outputs = Side::new(audio_outputs, frames_max, name)?;
        if outputs.main.is_none() {
            bail!("{name} has no output for sound, so there is nothing to hear of it");
        }
        let inputs = Side::new(audio_inputs, frames_max, name)?;
        let is_all_heard = configuration.outputs == Outputs::All;
        Ok(Buffers { inputs, outputs, is_all_heard, frames_max })
    }

    /// Puts stereo into the main input and silence into all the rest.
    fn take(&mut self, left: &[f32], right: &[f32]) {
        self.inputs.clear();
        self.outputs.clear();
        let main = self.inputs.main.and_then(|main| self.inputs.channels.get_mut(main));
        if let Some(channels) = main {
            spread(left, right, channels);
        }
    }

    /// Writes over stereo with what is heard.
    fn give(&self, left: &mut [f32], right: &mut [f32]) {
        left.fill(0.0);
        right.fill(0.0);
        for (place, channels) in self.outputs.channels.iter().enumerate() {
            if self.is_all_heard || self.outputs.main == Some(place) {
                mix_down(channels, left, right);
            }
        }
    }
}

/// A plugin that sounds.
pub(super) struct ClapProcessor {
    /// `None` only while it is dropped.
    plugin: Option<StartedPluginAudioProcessor<Callbacks>>,
    buffers: Buffers,
    events: EventBuffer,
    telling: Telling,
}

impl ClapProcessor {
    /// Takes over a plugin that has started to process.
    pub(super) fn new(
        plugin: StartedPluginAudioProcessor<Callbacks>,
        buffers: Buffers,
        target: NoteTarget,
    ) -> ClapProcessor {
        let events = EventBuffer::with_capacity(EVENT_COUNT);
        ClapProcessor { plugin: Some(plugin), buffers, events, telling: Telling::new(target) }
    }
}

impl Processor for ClapProcessor {
    fn process(&mut self, block: &mut Block<'_>) -> Result<(), Failed> {
        let ClapProcessor { plugin, buffers, events, telling } = self;
        let Some(plugin) = plugin else { return Err(Failed { code: PROCESS_ERROR }) };
        let frames = block.left.len().min(block.right.len()).min(buffers.frames_max);
        let (left, right) = (&mut *block.left, &mut *block.right);
        let Some(((left, right), last)) =
            left.get_mut(..frames).zip(right.get_mut(..frames)).zip(frames.checked_sub(1))
        else {
            return Ok(());
        };
        let last = u32::try_from(last).unwrap_or(u32::MAX);

        events.clear();
        add_changes(plugin, events);
        for event in block.events {
            telling.tell(event, event.frame.min(last), events);
        }
        buffers.take(left, right);

        let status = {
            let _audio = AudioScope::enter();
            plugin.process(
                &buffers.inputs.as_inputs(frames),
                &mut buffers.outputs.as_outputs(frames),
                &events.as_input(),
                // What plugins send, nobody here listens to.
                &mut OutputEvents::void(),
                Some(block.transport.steady_frame),
                Some(&position(block.transport)),
            )
        };
        buffers.give(left, right);
        status.map(|_| ()).map_err(|_| Failed { code: PROCESS_ERROR })
    }

    fn lost(&self) -> Lost {
        self.telling.lost
    }
}

/// Adds what was set since the last block. Should the main half be adding more right now, it waits for the next block.
fn add_changes(plugin: &StartedPluginAudioProcessor<Callbacks>, events: &mut EventBuffer) {
    plugin.access_shared_handler(|shared| {
        let mut changes = match shared.changes.try_lock() {
            Ok(changes) => changes,
            Err(TryLockError::Poisoned(poisoned)) => PoisonError::into_inner(poisoned),
            Err(TryLockError::WouldBlock) => return,
        };
        for (id, value) in changes.drain(..) {
            events.push(&change(id, value));
        }
    });
}

impl Drop for ClapProcessor {
    fn drop(&mut self) {
        let _audio = AudioScope::enter();
        if let Some(plugin) = self.plugin.take() {
            // The main half deactivates the plugin, once nothing here holds on to it.
            drop(plugin.stop_processing());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instrument::{Format, Role};
    use std::path::PathBuf;

    fn buffers(inputs: &[(u32, bool)], outputs: &[(u32, bool)], heard: Outputs) -> Result<Buffers> {
        let ports = |ports: &[(u32, bool)]| {
            let port = |(channel_count, is_main): &(u32, bool)| AudioPort {
                name: String::new(),
                channel_count: *channel_count,
                is_main: *is_main,
            };
            ports.iter().map(port).collect()
        };
        let description = Description {
            id: String::new(),
            name: "Synth".to_owned(),
            vendor: String::new(),
            version: String::new(),
            format: Format::Clap,
            path: PathBuf::new(),
            role: Role::Effect,
            audio_inputs: ports(inputs),
            audio_outputs: ports(outputs),
            note_inputs: Vec::new(),
        };
        let configuration =
            Configuration { sample_rate_hz: 48_000, block_frames: 4, outputs: heard };
        Buffers::new(&description, configuration)
    }

    #[test]
    fn the_main_ports_carry_the_sound_and_all_ports_have_buffers() {
        let mut all =
            buffers(&[(1, false), (2, true)], &[(2, true), (0, false), (3, false)], Outputs::Main)
                .unwrap();
        all.outputs.channels[2][0].fill(5.0);
        all.take(&[1.0, 2.0], &[3.0, 4.0]);
        assert_eq!(all.inputs.channels[0], [[0.0; 4]]);
        assert_eq!(all.inputs.channels[1], [[1.0, 2.0, 0.0, 0.0], [3.0, 4.0, 0.0, 0.0]]);
        assert_eq!(all.outputs.channels[2], [[0.0; 4]; 3], "outputs are silent before a block");
        {
            let inputs = all.inputs.as_inputs(3);
            assert_eq!((inputs.port_count(), inputs.frames_count()), (2, Some(3)));
            let mut outputs = all.outputs.as_outputs(3);
            assert_eq!((outputs.port_count(), outputs.frames_count()), (3, Some(3)));
            let counts: Vec<u32> =
                outputs.as_raw_buffers().iter().map(|buffer| buffer.channel_count).collect();
            assert_eq!(counts, [2, 0, 3]);
            assert!(outputs.as_raw_buffers().iter().all(|buffer| !buffer.data32.is_null()));
        }
        all.outputs.channels[0][0].fill(1.0);
        all.outputs.channels[2][1].fill(8.0);
        let (mut left, mut right) = ([9.0; 2], [9.0; 2]);
        all.give(&mut left, &mut right);
        assert_eq!((left, right), ([1.0; 2], [0.0; 2]));
        all.is_all_heard = true;
        all.give(&mut left, &mut right);
        assert_eq!((left, right), ([1.0; 2], [8.0; 2]));
    }

    #[test]
    fn a_plugin_that_cannot_be_heard_or_believed_is_refused() {
        let refused = |outputs: &[(u32, bool)]| {
            buffers(&[], outputs, Outputs::Main).err().map(|error| error.to_string())
        };
        assert_eq!(refused(&[(1, true)]), None);
        assert!(refused(&[]).unwrap().contains("has no output for sound"));
        assert!(refused(&[(0, true)]).unwrap().contains("has no output for sound"));
        assert!(refused(&[(u32::MAX, true), (2, false)]).unwrap().contains("channels"));
    }
}
