//! The audio half: a plugin that is active, with the buffers of all its ports.

#![allow(unsafe_code, reason = "an instance is foreign code that writes into the buffers")]

use std::sync::Arc;

use crate::instrument::lv2::atom::Sequence;
use crate::instrument::lv2::bus::Bus;
use crate::instrument::lv2::instance::Instance;
use crate::instrument::lv2::offer::SEQUENCE_BYTES;
use crate::instrument::lv2::port::Kind;
use crate::instrument::{
    Block, Configuration, Event, Failed, Lost, Message, Outputs, Processor, Transport, layout,
};

/// An active instance.
pub(super) struct Sounding {
    instance: Arc<Instance>,
    configuration: Configuration,
    /// Channels of the inputs, bus by bus, the main one first.
    inputs: Vec<Vec<Vec<f32>>>,
    /// Whether the first input is the main one; the others get silence.
    has_main_input: bool,
    outputs: Vec<Vec<Vec<f32>>>,
    control_voltages: Vec<Vec<f32>>,
    event_inputs: Vec<EventInput>,
    event_outputs: Vec<Sequence>,
    takes_midi: bool,
    /// What the plugin was told last, and what it takes to be true of the next block.
    told: Option<Transport>,
    lost: Lost,
}

struct EventInput {
    index: u32,
    takes_midi: bool,
    takes_time: bool,
    events: Sequence,
}

impl Sounding {
    /// Connects all ports to buffers and activates the instance.
    pub(super) fn new(instance: Arc<Instance>, configuration: Configuration) -> Sounding {
        let plugin = Arc::clone(&instance.plugin);
        let frames = usize::try_from(configuration.block_frames.max(1)).unwrap_or(1);
        let midi_index = plugin.midi_port().map(|port| port.index);
        let channels = |busses: &[Bus]| -> Vec<Vec<Vec<f32>>> {
            busses.iter().map(|bus| vec![vec![0.0; frames]; bus.indices.len()]).collect()
        };
        let mut sounding = Sounding {
            configuration,
            inputs: channels(&plugin.inputs),
            has_main_input: plugin.inputs.first().is_some_and(|bus| bus.port.is_main),
            outputs: channels(&plugin.outputs),
            control_voltages: Vec::new(),
            event_inputs: Vec::new(),
            event_outputs: Vec::new(),
            takes_midi: midi_index.is_some(),
            told: None,
            lost: Lost::default(),
            instance,
        };
        let Sounding { instance, inputs, outputs, .. } = &mut sounding;
        instance.connect_controls();
        let sides = [(&plugin.inputs, inputs), (&plugin.outputs, outputs)];
        for (busses, buffers) in sides {
            for (bus, channels) in busses.iter().zip(buffers) {
                for (index, channel) in bus.indices.iter().zip(channels) {
                    instance.connect(*index, channel.as_mut_ptr().cast());
                }
            }
        }
        for port in &plugin.ports {
            match port.kind {
                Kind::Cv => {
                    let mut samples = vec![0.0f32; frames];
                    sounding.instance.connect(port.index, samples.as_mut_ptr().cast());
                    sounding.control_voltages.push(samples);
                }
                Kind::Atom => {
                    let bytes = port.minimum_bytes.max(SEQUENCE_BYTES);
                    let mut events = Sequence::new(usize::try_from(bytes).unwrap_or(0));
                    events.clear(&sounding.instance.known);
                    sounding.instance.connect(port.index, events.pointer().cast());
                    if port.is_input {
                        sounding.event_inputs.push(EventInput {
                            index: port.index,
                            takes_midi: Some(port.index) == midi_index,
                            takes_time: port.takes_time,
                            events,
                        });
                    } else {
                        sounding.event_outputs.push(events);
                    }
                }
                Kind::Audio | Kind::Control | Kind::Event | Kind::Other => {}
            }
        }
        sounding.instance.activate();
        sounding
    }

    /// Runs the instance on silence, for `frames`, which may be 0.
    pub(super) fn run_silence(&mut self, frames: u32) {
        self.silence();
        let frames = frames.min(self.configuration.block_frames);
        // SAFETY: the instance is active since `new`, and all ports are connected to buffers of a whole block.
        unsafe { self.instance.run(frames) };
    }

    fn silence(&mut self) {
        for channel in self.inputs.iter_mut().chain(&mut self.outputs).flatten() {
            channel.fill(0.0);
        }
        for samples in &mut self.control_voltages {
            samples.fill(0.0);
        }
        for input in &mut self.event_inputs {
            input.events.clear(&self.instance.known);
        }
        for output in &mut self.event_outputs {
            output.offer(&self.instance.known);
        }
    }

    /// Tells where the block stands, to the ports that take it, if the plugin would not know by itself.
    fn tell(&mut self, transport: &Transport, frames: usize) {
        let rate_hz = self.configuration.sample_rate_hz;
        let is_known = self.told.is_some_and(|told| is_as_expected(&told, transport));
        if !is_known {
            let known = self.instance.known;
            for input in self.event_inputs.iter_mut().filter(|input| input.takes_time) {
                // The buffer is empty here, and larger than this.
                _ = input.events.push_position(&known, transport, rate_hz);
            }
        }
        self.told = Some(expected(transport, frames, rate_hz));
    }

    /// Sends events; those behind the end of the block go to its last frame, because plugins write where they are told.
    fn send(&mut self, events: &[Event], frames: usize) {
        let last_frame = u32::try_from(frames.saturating_sub(1)).unwrap_or(u32::MAX);
        let known = self.instance.known;
        for event in events {
            let Some((bytes, count)) = event.message.midi(event.channel) else {
                if let Message::NoteExpression { expression, .. } = event.message {
                    self.lost.expressions += u64::from(!expression.is_neutral());
                }
                continue;
            };
            if !self.takes_midi {
                let is_note =
                    matches!(event.message, Message::NoteOn { .. } | Message::NoteOff { .. });
                self.lost.controls += u64::from(!is_note);
                continue;
            }
            let bytes = bytes.get(..count).unwrap_or(&bytes);
            let frame = event.frame.min(last_frame);
            for input in self.event_inputs.iter_mut().filter(|input| input.takes_midi) {
                if !input.events.push(frame, known.midi_event, bytes) {
                    // Thousands of messages in one block: rather memory is asked for than a note left out.
                    input.events.grow();
                    self.instance.connect(input.index, input.events.pointer().cast());
                    _ = input.events.push(frame, known.midi_event, bytes);
                }
            }
        }
    }
}

impl Processor for Sounding {
    fn process(&mut self, block: &mut Block<'_>) -> Result<(), Failed> {
        let frames = block.left.len().min(block.right.len());
        let whole = usize::try_from(self.configuration.block_frames).unwrap_or(usize::MAX);
        let frames = frames.min(whole);
        self.silence();
        self.tell(block.transport, frames);
        self.send(block.events, frames);
        let (Some(left), Some(right)) =
            (block.left.get_mut(..frames), block.right.get_mut(..frames))
        else {
            return Ok(());
        };
        if self.has_main_input
            && let Some(main) = self.inputs.first_mut()
        {
            layout::spread(left, right, main);
        }
        // Only the last block of a render may be shorter. A plugin that was promised blocks of one length gets a whole one
        // even then, of which the rest is not heard.
        let run = if self.instance.plugin.wants_fixed_blocks() { whole } else { frames };
        // SAFETY: the instance is active since `new`, and all ports are connected to buffers of a whole block.
        unsafe { self.instance.run(u32::try_from(run).unwrap_or(0)) };
        block.left.fill(0.0);
        block.right.fill(0.0);
        let heard = match self.configuration.outputs {
            Outputs::Main => 1,
            Outputs::All => usize::MAX,
        };
        for channels in self.outputs.iter().take(heard) {
            layout::mix_down(channels, block.left, block.right);
        }
        Ok(())
    }

    fn lost(&self) -> Lost {
        self.lost
    }
}

impl Drop for Sounding {
    fn drop(&mut self) {
        self.instance.deactivate();
    }
}

/// Where the piece stands `frames` later, if nothing changes.
fn expected(transport: &Transport, frames: usize, sample_rate_hz: u32) -> Transport {
    let frames = u64::try_from(frames).unwrap_or(0);
    if !transport.is_playing {
        return *transport;
    }
    #[allow(clippy::cast_precision_loss, reason = "frames of a block")]
    let seconds = frames as f64 / f64::from(sample_rate_hz);
    Transport {
        frame: transport.frame + frames,
        beats: transport.beats + seconds * transport.tempo_bpm / 60.0,
        ..*transport
    }
}

/// Whether a plugin that counts on from what it was told would know this.
fn is_as_expected(expected: &Transport, transport: &Transport) -> bool {
    let is_same = |a: f64, b: f64| (a - b).abs() < 1e-6;
    expected.is_playing == transport.is_playing
        && expected.frame == transport.frame
        && is_same(expected.tempo_bpm, transport.tempo_bpm)
        && is_same(expected.beats, transport.beats)
        && expected.numerator == transport.numerator
        && expected.denominator == transport.denominator
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_is_told_what_it_could_not_count() {
        let start = Transport { is_playing: true, ..Transport::default() };
        let after = expected(&start, 24_000, 48_000);
        assert_eq!((after.frame, after.beats), (24_000, 1.0));
        assert!(is_as_expected(&after, &Transport { bar_index: 9, ..after }));
        assert!(!is_as_expected(&after, &Transport { tempo_bpm: 121.0, ..after }));
        assert!(!is_as_expected(&after, &Transport { beats: 1.1, ..after }));
        assert!(!is_as_expected(&after, &Transport { numerator: 3, ..after }));
        let still = Transport { frame: 5, ..Transport::default() };
        assert_eq!(expected(&still, 512, 48_000), still);
    }
}
