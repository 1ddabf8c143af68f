//! Events of CLAP as the instances take them.

use clack_extensions::params::ParamInfoFlags;
use clack_plugin::events::Match;
use clack_plugin::events::event_types::{NoteExpressionType, TransportEvent, TransportFlags};
use clack_plugin::events::spaces::CoreEventSpace;
use clack_plugin::prelude::*;

use crate::catalogue::Parameter;
use crate::instance::{Event, Message, Transport};

/// The events that an instance can take, in their order.
pub(super) fn events(input: &InputEvents<'_>) -> Vec<Event> {
    input.iter().filter_map(event).collect()
}

fn event(event: &UnknownEvent) -> Option<Event> {
    let frame = usize::try_from(event.header().time()).ok()?;
    #[allow(clippy::cast_possible_truncation, reason = "samples are as precise")]
    let message = match event.as_core_event()? {
        CoreEventSpace::NoteOn(on) => {
            Message::NoteOn(small(on.channel()), small(on.key()), on.velocity() as f32)
        }
        CoreEventSpace::NoteOff(off) => {
            Message::note_off(small(off.channel()), small(off.key()), off.velocity() as f32)
        }
        CoreEventSpace::NoteChoke(choke) => {
            let (channel, key) = (small(choke.channel()), small(choke.key()));
            Message::Other("choke", format!("channel={channel} key={key}"))
        }
        CoreEventSpace::NoteExpression(event) => {
            let (channel, key) = (small(event.channel()), small(event.key()));
            let kind = event.expression_type().map_or("other", name);
            let value = event.value();
            let text = format!("channel={channel} key={key} kind={kind} value={value}");
            Message::Other("expression", text)
        }
        CoreEventSpace::ParamValue(event) => {
            Message::Parameter(place(event.param_id()?)?, event.value())
        }
        CoreEventSpace::Midi(event) => Message::of_midi(&event.data())?,
        CoreEventSpace::Transport(event) => {
            let transport = transport(event);
            Message::Other(
                "transport",
                format!("bpm={:?} beats={:?}", transport.bpm, transport.beats),
            )
        }
        _ => return None,
    };
    Some(Event { frame, message })
}

/// A channel or key; 255 where the host means all of them.
fn small(value: Match<u16>) -> u8 {
    value.into_specific().and_then(|value| u8::try_from(value).ok()).unwrap_or(u8::MAX)
}

fn name(kind: NoteExpressionType) -> &'static str {
    match kind {
        NoteExpressionType::Volume => "volume",
        NoteExpressionType::Pan => "pan",
        NoteExpressionType::Tuning => "tuning",
        NoteExpressionType::Vibrato => "vibrato",
        NoteExpressionType::Expression => "expression",
        NoteExpressionType::Brightness => "brightness",
        NoteExpressionType::Pressure => "pressure",
        _ => "other",
    }
}

/// Where a block is, as far as the host says.
pub(super) fn transport(event: &TransportEvent) -> Transport {
    let has = |flag| event.flags.contains(flag);
    let beats = has(TransportFlags::HAS_BEATS_TIMELINE);
    let signature =
        (u32::from(event.time_signature_numerator), u32::from(event.time_signature_denominator));
    Transport {
        is_playing: Some(has(TransportFlags::IS_PLAYING)),
        is_recording: has(TransportFlags::IS_RECORDING),
        is_looping: has(TransportFlags::IS_LOOP_ACTIVE),
        frame: None,
        steady: None,
        seconds: has(TransportFlags::HAS_SECONDS_TIMELINE)
            .then(|| event.song_pos_seconds.to_float()),
        beats: beats.then(|| event.song_pos_beats.to_float()),
        bpm: has(TransportFlags::HAS_TEMPO).then_some(event.tempo),
        bar_start: beats.then(|| event.bar_start.to_float()),
        bar: beats.then(|| i64::from(event.bar_number)),
        signature: has(TransportFlags::HAS_TIME_SIGNATURE).then_some(signature),
        extra: String::new(),
    }
}

/// The place of a parameter in the catalogue.
pub(super) fn place(id: ClapId) -> Option<usize> {
    usize::try_from(id.get().checked_sub(1)?).ok()
}

/// The id of the parameter at a place.
pub(super) fn id(place: usize) -> ClapId {
    ClapId::new(u32::try_from(place + 1).unwrap_or(1))
}

/// What CLAP says of a parameter in flags.
pub(super) fn flags(parameter: &Parameter) -> ParamInfoFlags {
    let mut flags = ParamInfoFlags::empty();
    flags.set(ParamInfoFlags::IS_READONLY, parameter.is_read_only);
    flags.set(ParamInfoFlags::IS_AUTOMATABLE, !parameter.is_read_only);
    flags.set(ParamInfoFlags::IS_STEPPED, parameter.is_stepped);
    flags
}
