//! Events of LV2: a sequence of atoms (atom.h).

use std::slice::from_raw_parts;

use crate::instance::{Event, Message, Transport};
use crate::lv2::uris::Uris;

/// Bytes before the first event, counted from behind the atom's own size and type: unit and padding.
const SEQUENCE_HEAD: usize = 8;

/// Events that can be taken, in their order, and what was said of where the block begins.
///
/// # Safety
/// `sequence` is null or an atom with as many bytes behind it as it says.
pub(super) unsafe fn events(sequence: *const u8, uris: &Uris) -> (Vec<Event>, Transport) {
    let (mut events, mut transport) = (Vec::new(), Transport::default());
    if sequence.is_null() {
        return (events, transport);
    }
    // SAFETY: each atom begins with its size.
    let size = unsafe { sequence.cast::<u32>().read_unaligned() };
    let size = usize::try_from(size).unwrap_or(0);
    // SAFETY: as the caller says.
    let bytes = unsafe { from_raw_parts(sequence.add(8), size) };
    let mut rest = bytes.get(SEQUENCE_HEAD..).unwrap_or_default();
    while let Some((frame, atom_type, body, later)) = next(rest) {
        rest = later;
        let frame = usize::try_from(frame).unwrap_or(usize::MAX);
        if atom_type == uris.midi_event {
            events.extend(Message::of_midi(body).map(|message| Event { frame, message }));
        } else if atom_type == uris.object || atom_type == uris.blank {
            let Some(position) = position(body, uris) else { continue };
            if frame == 0 {
                transport = position;
            } else {
                let text = format!("bpm={:?} beats={:?}", position.bpm, position.beats);
                events.push(Event { frame, message: Message::Other("transport", text) });
            }
        }
    }
    (events, transport)
}

/// The first event of a sequence (its frame, its type, its body) and what follows it.
fn next(bytes: &[u8]) -> Option<(i64, u32, &[u8], &[u8])> {
    let (frame, rest) = bytes.split_first_chunk()?;
    let (atom_type, body, rest) = atom(rest)?;
    Some((i64::from_ne_bytes(*frame), atom_type, body, rest))
}

/// The first atom (its type, its body) and what follows its padding.
fn atom(bytes: &[u8]) -> Option<(u32, &[u8], &[u8])> {
    let (size, rest) = bytes.split_first_chunk()?;
    let (atom_type, rest) = rest.split_first_chunk()?;
    let size = usize::try_from(u32::from_ne_bytes(*size)).ok()?;
    let body = rest.get(..size)?;
    let rest = rest.get(size.next_multiple_of(8)..).unwrap_or_default();
    Some((u32::from_ne_bytes(*atom_type), body, rest))
}

/// What an object says, if it is a position.
fn position(body: &[u8], uris: &Uris) -> Option<Transport> {
    let (_id, rest) = body.split_first_chunk::<4>()?;
    let (object_type, mut rest) = rest.split_first_chunk::<4>()?;
    if u32::from_ne_bytes(*object_type) != uris.position {
        return None;
    }
    let mut said = [None; 8];
    while let Some((key, after)) = rest.split_first_chunk::<4>() {
        let Some((atom_type, value, later)) = after.get(4..).and_then(atom) else { break };
        rest = later;
        let key = u32::from_ne_bytes(*key);
        let place = uris.properties.iter().position(|property| *property == key);
        if let Some(target) = place.and_then(|place| said.get_mut(place)) {
            *target = uris.number(atom_type, value);
        }
    }
    let [frame, speed, beat, bar, bar_beat, beat_unit, beats_per_bar, bpm] = said;
    #[allow(clippy::cast_possible_truncation, reason = "frames and bars of a piece are small")]
    let whole = |value: f64| value as i64;
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "parts of a signature are small"
    )]
    let part = |value: f64| value as u32;
    let signature = beats_per_bar.zip(beat_unit);
    let mut extra = String::new();
    for (name, value) in [("speed", speed), ("bar-beat", bar_beat)] {
        if let Some(value) = value {
            extra.push_str(&format!(" {name}={value}"));
        }
    }
    Some(Transport {
        is_playing: speed.map(|speed| speed.abs() > 0.0),
        frame: frame.map(whole),
        beats: beat,
        bpm,
        bar: bar.map(whole),
        signature: signature.map(|(upper, lower)| (part(upper), part(lower))),
        extra,
        ..Transport::default()
    })
}
