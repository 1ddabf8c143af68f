//! The audio half: blocks with their events, parameter changes and position.
#![allow(unsafe_code, reason = "calls into a plugin")]

use std::sync::Arc;
use std::sync::mpsc::Receiver;

use vst3::Steinberg::Vst::Event_::EventTypes;
use vst3::Steinberg::Vst::Event_::EventTypes_::{
    kNoteExpressionValueEvent, kNoteOffEvent, kNoteOnEvent, kPolyPressureEvent,
};
use vst3::Steinberg::Vst::ProcessContext_::StatesAndFlags_::{
    kBarPositionValid, kContTimeValid, kPlaying, kProjectTimeMusicValid, kTempoValid, kTimeSigValid,
};
use vst3::Steinberg::Vst::{
    Event as VstEvent, Event__type0, IAudioProcessor, IAudioProcessorTrait, IComponent,
    IComponentTrait, NoteExpressionValueEvent, NoteOffEvent, NoteOnEvent, PolyPressureEvent,
    ProcessContext, ProcessData,
};
use vst3::Steinberg::{kResultFalse, kResultOk, tresult};
use vst3::{ComPtr, ComWrapper};

use super::changes::{Changes, Events, changes_pointer, events_pointer};
use super::handler::{Edit, Edits};
use super::mapping::Mapping;
use super::note::Notes;
use super::plain::{Plain, unsigned};
use super::ports::Buffers;
use crate::instrument::{
    AudioPort, Block, Event, Expression, Failed, Lost, Message, Outputs, Processor, Transport,
    layout,
};

/// As fast as it goes.
pub(super) const OFFLINE: i32 = 2;
/// Samples are `f32`.
pub(super) const SAMPLE_32: i32 = 0;
/// What is known of every block.
const VALID: u32 = unsigned(kTempoValid)
    | unsigned(kTimeSigValid)
    | unsigned(kProjectTimeMusicValid)
    | unsigned(kBarPositionValid)
    | unsigned(kContTimeValid);
/// Events of a block that there is room for from the start.
const EVENT_COUNT: usize = 1024;
/// Edits of one block that there is room for: as many as there are parameters, within these bounds.
const EDIT_COUNT_MIN: usize = 16;
/// See above.
const EDIT_COUNT_MAX: usize = 4096;

/// What a processor is made of.
pub(super) struct Parts {
    pub(super) component: ComPtr<IComponent>,
    pub(super) processor: ComPtr<IAudioProcessor>,
    pub(super) inputs: Vec<AudioPort>,
    pub(super) outputs: Vec<AudioPort>,
    pub(super) heard: Outputs,
    pub(super) sample_rate_hz: u32,
    pub(super) block_frames: usize,
    pub(super) mapping: Mapping,
    /// How many channels the input for notes tells apart; `None` without one.
    pub(super) note_channels: Option<u8>,
    pub(super) parameter_count: usize,
    pub(super) edits: Arc<Edits>,
}

/// A plugin that is active. It is no longer when this is dropped.
pub(super) struct Active {
    // Dropped in this order: some plugins insist that the object itself is let go last.
    processor: ComPtr<IAudioProcessor>,
    component: ComPtr<IComponent>,
    main_input: Option<usize>,
    main_output: Option<usize>,
    heard: Outputs,
    block_frames: usize,
    inputs: Buffers,
    outputs: Buffers,
    context: ProcessContext,
    mapping: Mapping,
    note_channels: Option<u8>,
    notes: Notes,
    edits: Arc<Edits>,
    receiver: Option<Receiver<Edit>>,
    /// How many edits a block takes, so that the controllers of the block have room, too.
    edit_count: usize,
    changes: ComWrapper<Changes>,
    told: ComWrapper<Events>,
    /// What the plugin writes to; never read.
    changes_out: ComWrapper<Changes>,
    events_out: ComWrapper<Events>,
    lost: Lost,
}

// SAFETY: what is not `Send` in it are our own lists, which plugins use only within `process`, and pointers into our own
// buffers; all of it moves as one.
unsafe impl Send for Active {}

impl Active {
    /// Takes over a component that was just activated.
    pub(super) fn new(parts: Parts) -> Active {
        let edit_count = parts.parameter_count.clamp(EDIT_COUNT_MIN, EDIT_COUNT_MAX);
        let mut context = ProcessContext::zeroed();
        context.sampleRate = f64::from(parts.sample_rate_hz);
        Active {
            component: parts.component,
            processor: parts.processor,
            main_input: layout::main_port(&parts.inputs),
            main_output: layout::main_port(&parts.outputs),
            heard: parts.heard,
            block_frames: parts.block_frames,
            inputs: Buffers::new(&parts.inputs, parts.block_frames),
            outputs: Buffers::new(&parts.outputs, parts.block_frames),
            context,
            changes: Changes::new(parts.mapping.parameter_count() + edit_count),
            mapping: parts.mapping,
            note_channels: parts.note_channels,
            notes: Notes::default(),
            receiver: parts.edits.take_receiver(),
            edit_count,
            edits: parts.edits,
            told: Events::new(EVENT_COUNT),
            changes_out: Changes::new(0),
            events_out: Events::new(0),
            lost: Lost::default(),
        }
    }

    /// Starts or stops processing. Plugins that have nothing to do then say that they have it not implemented.
    pub(super) fn set_processing(&self, is_on: bool) {
        // SAFETY: the processor is alive, and active.
        unsafe { self.processor.setProcessing(u8::from(is_on)) };
    }

    /// Tells the plugin of edits that wait, in a block without frames. They stay for the first block, too.
    pub(super) fn flush(&mut self) {
        self.tell_edits(0);
    }

    /// The same in a frame of silence: some plugins (DPF's) pass over what comes without one, and say that they heard it.
    pub(super) fn settle(&mut self) {
        self.inputs.clear();
        self.tell_edits(1);
    }

    fn tell_edits(&mut self, frames: usize) {
        let Some(receiver) = &self.receiver else { return };
        let edits: Vec<Edit> = receiver.try_iter().collect();
        if edits.is_empty() {
            return;
        }
        self.changes.clear();
        self.told.clear();
        for (id, value) in &edits {
            self.changes.add(*id, 0, *value);
        }
        self.set_context(&Transport::default());
        self.run(frames.min(self.block_frames));
        for (id, value) in edits {
            self.edits.send(id, value);
        }
    }

    fn run(&mut self, frames: usize) -> tresult {
        let (inputs, input_count) = self.inputs.buses();
        let (outputs, output_count) = self.outputs.buses();
        let mut data = ProcessData {
            processMode: OFFLINE,
            symbolicSampleSize: SAMPLE_32,
            numSamples: i32::try_from(frames).unwrap_or(0),
            numInputs: input_count,
            numOutputs: output_count,
            inputs,
            outputs,
            inputParameterChanges: changes_pointer(&self.changes),
            outputParameterChanges: changes_pointer(&self.changes_out),
            inputEvents: events_pointer(&self.told),
            outputEvents: events_pointer(&self.events_out),
            processContext: &raw mut self.context,
        };
        // SAFETY: the processor is alive and active; all that `data` points to lives in `self`, and each channel has room for
        // `block_frames` frames, which `frames` is at most.
        unsafe { self.processor.process(&raw mut data) }
    }

    fn set_context(&mut self, transport: &Transport) {
        let whole = |frame: u64| i64::try_from(frame).unwrap_or(i64::MAX);
        let flags = if transport.is_playing { VALID | unsigned(kPlaying) } else { VALID };
        let context = &mut self.context;
        context.state = flags;
        context.projectTimeSamples = whole(transport.frame);
        context.continousTimeSamples = whole(transport.steady_frame);
        context.projectTimeMusic = transport.beats;
        context.barPositionMusic = transport.bar_start_beats;
        context.tempo = transport.tempo_bpm;
        context.timeSigNumerator = i32::from(transport.numerator);
        context.timeSigDenominator = i32::from(transport.denominator);
    }

    /// Edits are heard from the first frame on. Those beyond the number that a block takes wait for the next block.
    fn take_edits(&mut self) {
        let Some(receiver) = &self.receiver else { return };
        for (id, value) in receiver.try_iter().take(self.edit_count) {
            self.changes.add(id, 0, value);
        }
    }

    fn tell(&mut self, events: &[Event], frames: usize, transport: &Transport) {
        let last = u32::try_from(frames.saturating_sub(1)).unwrap_or(0);
        let beats_a_frame = transport.tempo_bpm / 60.0 / self.context.sampleRate;
        for (index, event) in events.iter().enumerate() {
            let frame = event.frame.min(last);
            let offset = i32::try_from(frame).unwrap_or(0);
            let beats = transport.beats + f64::from(frame) * beats_a_frame;
            match event.message {
                Message::NoteOn { key, velocity } => {
                    self.note_on((event.channel, key), velocity, offset, beats);
                    // What was said of the note at its own frame, before there was a note that could be spoken of.
                    for early in same_frame_before(events, index) {
                        if key_spoken_of(early) == Some(key) && early.channel == event.channel {
                            self.speak_of(early, offset, beats);
                        }
                    }
                }
                Message::NoteOff { key, velocity } => {
                    self.note_off((event.channel, key), velocity, offset, beats);
                }
                Message::PolyPressure { key, .. } | Message::NoteExpression { key, .. } => {
                    let begins = |later: &Event| {
                        later.channel == event.channel
                            && matches!(later.message, Message::NoteOn { key: other, .. } if other == key)
                    };
                    if !same_frame_after(events, index).any(begins) {
                        self.speak_of(event, offset, beats);
                    }
                }
                _ => {
                    let channel = self.channel(event.channel);
                    let moved = self.mapping.moved(channel, event.message);
                    let is_told =
                        moved.is_some_and(|(id, value)| self.changes.add(id, offset, value));
                    self.lost.controls += u64::from(!is_told);
                }
            }
        }
    }

    /// The channel as the plugin counts them: one that tells fewer apart hears the others on its first.
    fn channel(&self, channel: u8) -> u8 {
        if channel < self.note_channels.unwrap_or(16) { channel } else { 0 }
    }

    fn note_on(&mut self, (channel, key): (u8, u8), velocity: f32, offset: i32, beats: f64) {
        let note_id = self.notes.begin(channel, key);
        let note = NoteOnEvent {
            channel: i16::from(self.channel(channel)),
            pitch: i16::from(key),
            tuning: 0.0,
            velocity,
            length: 0,
            noteId: note_id,
        };
        self.add(kNoteOnEvent, offset, beats, Event__type0 { noteOn: note });
    }

    fn note_off(&mut self, (channel, key): (u8, u8), velocity: f32, offset: i32, beats: f64) {
        let note_id = self.notes.end(channel, key).unwrap_or(-1);
        let note = NoteOffEvent {
            channel: i16::from(self.channel(channel)),
            pitch: i16::from(key),
            velocity,
            noteId: note_id,
            tuning: 0.0,
        };
        self.add(kNoteOffEvent, offset, beats, Event__type0 { noteOff: note });
    }

    /// Pressure or another property of the note that began last on a key.
    fn speak_of(&mut self, event: &Event, offset: i32, beats: f64) {
        match event.message {
            Message::PolyPressure { key, pressure } => {
                let pressed = PolyPressureEvent {
                    channel: i16::from(self.channel(event.channel)),
                    pitch: i16::from(key),
                    pressure: f32::from(pressure.min(127)) / 127.0,
                    noteId: self.notes.newest(event.channel, key).unwrap_or(-1),
                };
                let pressed = Event__type0 { polyPressure: pressed };
                self.add(kPolyPressureEvent, offset, beats, pressed);
            }
            Message::NoteExpression { key, expression } => {
                let told = self.mapping.expressed(expression);
                let note_id = self.notes.newest(event.channel, key);
                match (told, note_id) {
                    (Some((type_id, value)), Some(note_id)) => {
                        let said =
                            NoteExpressionValueEvent { typeId: type_id, noteId: note_id, value };
                        let said = Event__type0 { noteExpressionValue: said };
                        self.add(kNoteExpressionValueEvent, offset, beats, said);
                    }
                    (None, _) => self.lose(expression),
                    // Nothing sounds that could be spoken of.
                    (_, None) => {}
                }
            }
            _ => {}
        }
    }

    fn lose(&mut self, expression: Expression) {
        self.lost.expressions += u64::from(!expression.is_neutral());
    }

    /// A plugin without an input for events gets none.
    fn add(&self, kind: EventTypes, offset: i32, beats: f64, what: Event__type0) {
        if self.note_channels.is_none() {
            return;
        }
        let mut event = VstEvent::zeroed();
        event.sampleOffset = offset;
        event.ppqPosition = beats;
        event.r#type = u16::try_from(unsigned(kind)).unwrap_or(0);
        event.__field0 = what;
        self.told.add(event);
    }
}

/// The key of the note that pressure or an expression speaks of.
fn key_spoken_of(event: &Event) -> Option<u8> {
    match event.message {
        Message::PolyPressure { key, .. } | Message::NoteExpression { key, .. } => Some(key),
        _ => None,
    }
}

/// The events before this one that are at its frame, in their order.
fn same_frame_before(events: &[Event], index: usize) -> impl Iterator<Item = &Event> {
    let frame = events.get(index).map(|event| event.frame);
    let before = events.get(..index).unwrap_or_default();
    let count = before.iter().rev().take_while(|event| Some(event.frame) == frame).count();
    before.iter().skip(before.len() - count)
}

/// The events after this one that are at its frame.
fn same_frame_after(events: &[Event], index: usize) -> impl Iterator<Item = &Event> {
    let frame = events.get(index).map(|event| event.frame);
    let after = events.get(index + 1..).unwrap_or_default();
    after.iter().take_while(move |event| Some(event.frame) == frame)
}

impl Processor for Active {
    fn process(&mut self, block: &mut Block<'_>) -> Result<(), Failed> {
        let frames = block.left.len().min(block.right.len()).min(self.block_frames);
        self.changes.clear();
        self.told.clear();
        self.take_edits();
        self.set_context(block.transport);
        self.tell(block.events, frames, block.transport);
        self.inputs.clear();
        if let Some(channels) = self.main_input.and_then(|main| self.inputs.channels.get_mut(main))
        {
            layout::spread(block.left, block.right, channels);
        }
        self.outputs.clear();
        let code = self.run(frames);
        // "No" is no failure: some plugins say it of blocks in which they had nothing to do.
        if code != kResultOk && code != kResultFalse {
            return Err(Failed { code });
        }
        block.left.fill(0.0);
        block.right.fill(0.0);
        for (index, channels) in self.outputs.channels.iter().enumerate() {
            if self.heard == Outputs::All || Some(index) == self.main_output {
                layout::mix_down(channels, block.left, block.right);
            }
        }
        Ok(())
    }

    fn lost(&self) -> Lost {
        self.lost
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        self.set_processing(false);
        // SAFETY: the component is alive.
        unsafe { self.component.setActive(0) };
        self.edits.give_back(self.receiver.take());
    }
}
