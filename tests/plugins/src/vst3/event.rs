//! Events of VST3 as the instances take them.

use std::collections::HashMap;

use ::vst3::ComRef;
use ::vst3::Steinberg::Vst::{
    Event as HostEvent, Event_::EventTypes_, IEventListTrait, IParamValueQueueTrait,
    IParameterChangesTrait, NoteExpressionTypeIDs_, ProcessContext,
    ProcessContext_::StatesAndFlags_, ProcessData,
};
use ::vst3::Steinberg::kResultOk;

use crate::catalogue::Kind;
use crate::instance::{Event, Message, Transport};
use crate::vst3::knob::Knob;

/// Channel and key of notes by the number that the host gave them.
pub(super) type Notes = HashMap<i32, (u8, u8)>;

/// The most of a kind that a block is believed to have.
const COUNT_MAX: i32 = 100_000;

/// All events and changes of parameters, sorted by frame; on one frame the parameters go first.
///
/// # Safety
/// The pointers of `data` are null or to what the format says.
pub(super) unsafe fn events(kind: Kind, data: &ProcessData, notes: &mut Notes) -> Vec<Event> {
    // SAFETY: as the caller says.
    let mut events = unsafe { changes(kind, data) };
    // SAFETY: as the caller says.
    if let Some(list) = unsafe { ComRef::from_raw(data.inputEvents) } {
        // SAFETY: the list lives.
        let count = unsafe { list.getEventCount() }.min(COUNT_MAX);
        for index in 0..count {
            let mut event = std::mem::MaybeUninit::<HostEvent>::zeroed();
            // SAFETY: there is room for one.
            if unsafe { list.getEvent(index, event.as_mut_ptr()) } != kResultOk {
                continue;
            }
            // SAFETY: the host has written it; zeroes are an event as well.
            let event = unsafe { event.assume_init() };
            // SAFETY: its type says which part it has.
            let message = unsafe { message(&event, notes) };
            let frame = usize::try_from(event.sampleOffset).unwrap_or(usize::MAX);
            events.extend(message.map(|message| Event { frame, message }));
        }
    }
    events.sort_by_key(|event| event.frame);
    events
}

/// # Safety
/// The event has the part that its type says.
unsafe fn message(event: &HostEvent, notes: &mut Notes) -> Option<Message> {
    let small = |value: i16| u8::try_from(value).unwrap_or(u8::MAX);
    match u32::from(event.r#type) {
        number if number == constant(EventTypes_::kNoteOnEvent) => {
            // SAFETY: it is a note-on.
            let on = unsafe { event.__field0.noteOn };
            let (channel, key) = (small(on.channel), small(on.pitch));
            notes.insert(on.noteId, (channel, key));
            Some(Message::NoteOn(channel, key, on.velocity))
        }
        number if number == constant(EventTypes_::kNoteOffEvent) => {
            // SAFETY: it is a note-off.
            let off = unsafe { event.__field0.noteOff };
            Some(Message::note_off(small(off.channel), small(off.pitch), off.velocity))
        }
        number if number == constant(EventTypes_::kPolyPressureEvent) => {
            // SAFETY: it is a pressure.
            let poly = unsafe { event.__field0.polyPressure };
            let (channel, key) = (small(poly.channel), small(poly.pitch));
            let value = (poly.pressure * 127.0).round();
            let text = format!("channel={channel} key={key} value={value}");
            Some(Message::Other("poly-pressure", text))
        }
        number if number == constant(EventTypes_::kNoteExpressionValueEvent) => {
            // SAFETY: it is an expression.
            let said = unsafe { event.__field0.noteExpressionValue };
            let (channel, key) = notes.get(&said.noteId).copied().unwrap_or((u8::MAX, u8::MAX));
            let (kind, value) = expression(said.typeId, said.value);
            let text = format!("channel={channel} key={key} kind={kind} value={value}");
            Some(Message::Other("expression", text))
        }
        number => Some(Message::Other("event", format!("type={number}"))),
    }
}

/// The name of an expression, and its value in the unit of CLAP: semitones for tuning.
fn expression(type_id: u32, value: f64) -> (&'static str, f64) {
    let is = |other| type_id == constant(other);
    match type_id {
        _ if is(NoteExpressionTypeIDs_::kTuningTypeID) => ("tuning", (value - 0.5) * 240.0),
        _ if is(NoteExpressionTypeIDs_::kBrightnessTypeID) => ("brightness", value),
        _ if is(NoteExpressionTypeIDs_::kPanTypeID) => ("pan", value),
        _ if is(NoteExpressionTypeIDs_::kVolumeTypeID) => ("volume", value),
        _ => ("other", value),
    }
}

#[allow(
    clippy::unnecessary_cast,
    clippy::cast_sign_loss,
    reason = "small numbers whose type differs from system to system"
)]
fn constant(number: EventTypes) -> u32 {
    number as u32
}

type EventTypes = ::vst3::Steinberg::Vst::Event_::EventTypes;

/// # Safety
/// As [`events`].
unsafe fn changes(kind: Kind, data: &ProcessData) -> Vec<Event> {
    let mut events = Vec::new();
    // SAFETY: as the caller says.
    let Some(changes) = (unsafe { ComRef::from_raw(data.inputParameterChanges) }) else {
        return events;
    };
    // SAFETY: the list lives.
    let count = unsafe { changes.getParameterCount() }.min(COUNT_MAX);
    for index in 0..count {
        // SAFETY: the list lives.
        let queue = unsafe { ComRef::from_raw(changes.getParameterData(index)) };
        let Some(queue) = queue else { continue };
        // SAFETY: the queue lives as long as the list.
        let (id, points) = unsafe { (queue.getParameterId(), queue.getPointCount()) };
        let Some(knob) = Knob::of_id(kind, id) else { continue };
        for point in 0..points.min(COUNT_MAX) {
            let (mut frame, mut share) = (0, 0.0);
            // SAFETY: there is room for both.
            let result = unsafe { queue.getPoint(point, &raw mut frame, &raw mut share) };
            if result == kResultOk {
                let frame = usize::try_from(frame).unwrap_or(usize::MAX);
                events.push(Event { frame, message: knob.message(share) });
            }
        }
    }
    events
}

/// Where a block is, as far as the host says.
pub(super) fn transport(context: &ProcessContext) -> Transport {
    let has = |flag| context.state & flag > 0;
    let beats = context.projectTimeMusic;
    let signature = (context.timeSigNumerator, context.timeSigDenominator);
    let signature =
        (u32::try_from(signature.0).unwrap_or(0), u32::try_from(signature.1).unwrap_or(0));
    Transport {
        is_playing: Some(has(StatesAndFlags_::kPlaying)),
        is_recording: has(StatesAndFlags_::kRecording),
        is_looping: has(StatesAndFlags_::kCycleActive),
        frame: Some(context.projectTimeSamples),
        steady: has(StatesAndFlags_::kContTimeValid).then_some(context.continousTimeSamples),
        seconds: None,
        beats: has(StatesAndFlags_::kProjectTimeMusicValid).then_some(beats),
        bpm: has(StatesAndFlags_::kTempoValid).then_some(context.tempo),
        bar_start: has(StatesAndFlags_::kBarPositionValid).then_some(context.barPositionMusic),
        bar: None,
        signature: has(StatesAndFlags_::kTimeSigValid).then_some(signature),
        extra: format!(" rate={}", context.sampleRate),
    }
}
