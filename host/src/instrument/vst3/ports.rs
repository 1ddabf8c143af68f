//! The buses of a plugin, and the buffers behind them.
#![allow(unsafe_code, reason = "calls into a plugin")]

use anyhow::{Result, bail};
use vst3::ComPtr;
use vst3::Steinberg::Vst::{
    AudioBusBuffers, AudioBusBuffers__type0, BusDirection, BusInfo, IAudioProcessor,
    IAudioProcessorTrait, IComponent, IComponentTrait, MediaType, SpeakerArr, SpeakerArrangement,
};
use vst3::Steinberg::kResultOk;

use super::plain::Plain;
use super::text;
use crate::instrument::{AudioPort, layout};

/// Sound, as opposed to events.
pub(super) const AUDIO: MediaType = 0;
/// Notes and the like.
pub(super) const EVENT: MediaType = 1;
/// Into the plugin.
pub(super) const INPUT: BusDirection = 0;
/// Out of the plugin.
pub(super) const OUTPUT: BusDirection = 1;
/// The type of buses that are not side inputs or further outputs.
const MAIN: i32 = 0;

/// More buses than any plugin has.
const BUS_COUNT_MAX: i32 = 256;
/// More channels in a bus than any plugin has: ambisonics of order 7 has 64.
const CHANNEL_COUNT_MAX: u32 = 128;

/// What the plugin says of a bus.
pub(super) fn bus(
    component: &ComPtr<IComponent>,
    kind: MediaType,
    direction: BusDirection,
    index: i32,
) -> Option<BusInfo> {
    let mut info = BusInfo::zeroed();
    // SAFETY: the component is alive and `info` is there to be filled.
    let result = unsafe { component.getBusInfo(kind, direction, index, &raw mut info) };
    (result == kResultOk).then_some(info)
}

/// How many buses there are.
///
/// # Errors
/// One sentence for a number that cannot be true.
pub(super) fn bus_count(
    component: &ComPtr<IComponent>,
    kind: MediaType,
    direction: BusDirection,
    plugin: &str,
) -> Result<i32> {
    // SAFETY: the component is alive.
    let count = unsafe { component.getBusCount(kind, direction) };
    if !(0..=BUS_COUNT_MAX).contains(&count) {
        bail!("{plugin} says that it has {count} buses, which cannot be true");
    }
    Ok(count)
}

/// The audio buses of one direction, with the channels that they have now.
///
/// # Errors
/// One sentence for numbers that cannot be true.
pub(super) fn audio_ports(
    component: &ComPtr<IComponent>,
    processor: &ComPtr<IAudioProcessor>,
    direction: BusDirection,
    plugin: &str,
) -> Result<Vec<AudioPort>> {
    let count = bus_count(component, AUDIO, direction, plugin)?;
    let mut ports = Vec::new();
    for index in 0..count {
        let info = bus(component, AUDIO, direction, index);
        let said = info.map_or(0, |info| u32::try_from(info.channelCount).unwrap_or(0));
        let arrangement =
            arrangement(processor, direction, index).map(SpeakerArrangement::count_ones);
        let channel_count = arrangement.filter(|count| *count > 0).unwrap_or(said);
        if channel_count > CHANNEL_COUNT_MAX {
            bail!("{plugin} says that a bus has {channel_count} channels, which cannot be true");
        }
        ports.push(AudioPort {
            name: info.map_or_else(String::new, |info| text::wide(&info.name)),
            channel_count,
            is_main: info.is_some_and(|info| info.busType == MAIN),
        });
    }
    Ok(ports)
}

fn arrangement(
    processor: &ComPtr<IAudioProcessor>,
    direction: BusDirection,
    index: i32,
) -> Option<SpeakerArrangement> {
    let mut arrangement: SpeakerArrangement = 0;
    // SAFETY: the processor is alive and `arrangement` is there to be filled.
    let result = unsafe { processor.getBusArrangement(direction, index, &raw mut arrangement) };
    (result == kResultOk).then_some(arrangement)
}

/// Asks for stereo on the main buses; the others stay as they are. What the plugin makes of it is in [`audio_ports`].
pub(super) fn ask_for_stereo(
    processor: &ComPtr<IAudioProcessor>,
    inputs: &[AudioPort],
    outputs: &[AudioPort],
) {
    let wanted =
        |ports: &[AudioPort], direction: BusDirection| -> Option<Vec<SpeakerArrangement>> {
            let main = layout::main_port(ports);
            (0i32..)
                .zip(ports.iter().enumerate())
                .map(|(index, (place, _))| match main {
                    Some(main) if main == place => Some(SpeakerArr::kStereo),
                    _ => arrangement(processor, direction, index),
                })
                .collect()
        };
    let is_stereo = |ports: &[AudioPort]| {
        layout::main_port(ports)
            .and_then(|main| ports.get(main))
            .is_none_or(|port| port.channel_count == 2)
    };
    if is_stereo(inputs) && is_stereo(outputs) {
        return;
    }
    let (Some(mut into), Some(mut out)) = (wanted(inputs, INPUT), wanted(outputs, OUTPUT)) else {
        return;
    };
    let count = |list: &[SpeakerArrangement]| i32::try_from(list.len()).unwrap_or(0);
    let (into_count, out_count) = (count(&into), count(&out));
    // SAFETY: the processor is alive, and the counts are those of the lists. A refusal is as good as an answer.
    unsafe {
        processor.setBusArrangements(into.as_mut_ptr(), into_count, out.as_mut_ptr(), out_count)
    };
}

/// How many channels of MIDI the first input for events tells apart, `1..=16`; `None` without such an input.
pub(super) fn note_channels(component: &ComPtr<IComponent>, plugin: &str) -> Option<u8> {
    let count = bus_count(component, EVENT, INPUT, plugin).ok()?;
    if count == 0 {
        return None;
    }
    let said = bus(component, EVENT, INPUT, 0).map_or(16, |info| info.channelCount);
    Some(u8::try_from(said).ok().filter(|count| (1..=16).contains(count)).unwrap_or(16))
}

/// Names of the inputs for events.
pub(super) fn note_inputs(component: &ComPtr<IComponent>, plugin: &str) -> Vec<String> {
    let count = bus_count(component, EVENT, INPUT, plugin).unwrap_or(0);
    let name = |index| bus(component, EVENT, INPUT, index).map(|info| text::wide(&info.name));
    (0..count).map(|index| name(index).unwrap_or_default()).collect()
}

/// Buffers of all buses of one direction, also of those that are not heard.
pub(super) struct Buffers {
    /// `channels[bus][channel][frame]`.
    pub(super) channels: Vec<Vec<Vec<f32>>>,
    pointers: Vec<Vec<*mut f32>>,
    buses: Vec<AudioBusBuffers>,
}

impl Buffers {
    /// Silence for these ports, so many frames long.
    pub(super) fn new(ports: &[AudioPort], frames: usize) -> Buffers {
        let silence =
            |port: &AudioPort| (0..port.channel_count).map(|_| vec![0.0; frames]).collect();
        let channels: Vec<Vec<Vec<f32>>> = ports.iter().map(silence).collect();
        let pointers = channels.iter().map(|bus| vec![std::ptr::null_mut(); bus.len()]).collect();
        let nothing = AudioBusBuffers {
            numChannels: 0,
            silenceFlags: 0,
            __field0: AudioBusBuffers__type0 { channelBuffers32: std::ptr::null_mut() },
        };
        Buffers { buses: vec![nothing; channels.len()], channels, pointers }
    }

    /// Puts silence everywhere.
    pub(super) fn clear(&mut self) {
        for channel in self.channels.iter_mut().flatten() {
            channel.fill(0.0);
        }
    }

    /// The buses as plugins know them, and how many; valid until the buffers are used otherwise. Plugins may have changed
    /// what they were given before, so it is all written again.
    pub(super) fn buses(&mut self) -> (*mut AudioBusBuffers, i32) {
        let lists = self.channels.iter_mut().zip(&mut self.pointers);
        for ((channels, pointers), bus) in lists.zip(&mut self.buses) {
            for (channel, pointer) in channels.iter_mut().zip(pointers.iter_mut()) {
                *pointer = channel.as_mut_ptr();
            }
            *bus = AudioBusBuffers {
                numChannels: i32::try_from(pointers.len()).unwrap_or(0),
                silenceFlags: 0,
                __field0: AudioBusBuffers__type0 { channelBuffers32: pointers.as_mut_ptr() },
            };
        }
        (self.buses.as_mut_ptr(), i32::try_from(self.buses.len()).unwrap_or(0))
    }
}
