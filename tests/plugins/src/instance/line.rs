//! What a host said, as lines of the log.
//!
//! Each line is a word, then `name=value` pairs. Numbers are written so that reading them gives the same number.

use std::fmt::Write;

use crate::catalogue::Kind;
use crate::instance::{Event, Message, Transport};

/// The lines of one block of [`Kind::Events`]: where it is, then its events in their order.
pub(super) fn lines(events: &[Event], transport: &Transport, frames: usize) -> String {
    let mut text = format!("block frames={frames}");
    let mut say = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            let _ = write!(text, " {name}={value}");
        }
    };
    let number = |value: f64| format!("{value}");
    let whole = |value: i64| format!("{value}");
    say("playing", transport.is_playing.map(|is_playing| u8::from(is_playing).to_string()));
    say("recording", transport.is_recording.then(|| "1".to_owned()));
    say("looping", transport.is_looping.then(|| "1".to_owned()));
    say("frame", transport.frame.map(whole));
    say("steady", transport.steady.map(whole));
    say("seconds", transport.seconds.map(number));
    say("beats", transport.beats.map(number));
    say("bpm", transport.bpm.map(number));
    say("bar-start", transport.bar_start.map(number));
    say("bar", transport.bar.map(whole));
    say("signature", transport.signature.map(|(upper, lower)| format!("{upper}/{lower}")));
    text.push_str(&transport.extra);
    text.push('\n');
    for Event { frame, message } in events {
        let _ = match message {
            Message::NoteOn(channel, key, velocity) => {
                writeln!(
                    text,
                    "note-on frame={frame} channel={channel} key={key} velocity={velocity}"
                )
            }
            Message::Parameter(place, value) => {
                let name = Kind::Events.parameters().get(*place).map_or("", |it| it.symbol);
                writeln!(text, "param frame={frame} id={} name={name} value={value}", place + 1)
            }
            Message::Other(word, rest) => writeln!(text, "{word} frame={frame} {rest}"),
        };
    }
    text
}

impl Message {
    /// A channel message of MIDI 1.0; nothing for other bytes.
    pub(crate) fn of_midi(bytes: &[u8]) -> Option<Message> {
        let [status, rest @ ..] = bytes else { return None };
        let channel = status & 0x0F;
        let first = rest.first().copied().unwrap_or(0);
        let second = rest.get(1).copied().unwrap_or(0);
        let other = |word, rest| Some(Message::Other(word, rest));
        match status & 0xF0 {
            0x90 if second > 0 => Some(Message::NoteOn(channel, first, f32::from(second) / 127.0)),
            0x80 | 0x90 => {
                let velocity = if status & 0xF0 == 0x80 { f32::from(second) / 127.0 } else { 0.0 };
                Some(Message::note_off(channel, first, velocity))
            }
            0xA0 => other("poly-pressure", format!("channel={channel} key={first} value={second}")),
            0xB0 => Some(Message::control(channel, first, second)),
            0xC0 => other("program", format!("channel={channel} value={first}")),
            0xD0 => other("pressure", format!("channel={channel} value={first}")),
            0xE0 => Some(Message::bend(channel, i32::from(second) * 128 + i32::from(first) - 8192)),
            _ => None,
        }
    }

    /// A note ends.
    pub(crate) fn note_off(channel: u8, key: u8, velocity: f32) -> Message {
        let text = format!("channel={channel} key={key} velocity={velocity}");
        Message::Other("note-off", text)
    }

    /// A controller moves.
    pub(crate) fn control(channel: u8, controller: u8, value: u8) -> Message {
        Message::Other("cc", format!("channel={channel} controller={controller} value={value}"))
    }

    /// The pitch wheel moves, `-8192..=8191`.
    pub(crate) fn bend(channel: u8, value: i32) -> Message {
        Message::Other("bend", format!("channel={channel} value={value}"))
    }
}
