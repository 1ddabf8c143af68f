//! What a block holds, in the dialect of the plugin.

use clack_host::events::event_types::{
    MidiEvent, NoteExpressionEvent, NoteExpressionType, NoteOffEvent, NoteOnEvent, ParamValueEvent,
    TransportEvent, TransportFlags,
};
use clack_host::events::{EventFlags, EventHeader, Match};
use clack_host::prelude::*;
use clack_host::utils::{BeatTime, SecondsTime};

use super::ports::NoteTarget;
use crate::instrument::{Event, Expression, Lost, Message, Transport};

/// What a plugin is told notes in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Notes and what is said of them as CLAP has it.
    Clap {
        /// Whether controllers can be told beside them, as MIDI.
        has_midi: bool,
    },
    /// Everything as bytes of MIDI 1.0.
    Midi,
    /// It understands no notes, or none that we can speak.
    #[default]
    Unspoken,
}

/// Tells events to a plugin, and counts those that it cannot be told.
pub(super) struct Telling {
    target: NoteTarget,
    /// What was lost so far.
    pub(super) lost: Lost,
}

impl Telling {
    /// Tells notes to this port.
    pub(super) fn new(target: NoteTarget) -> Telling {
        Telling { target, lost: Lost::default() }
    }

    /// Adds `event` at `frame` to what the plugin is told.
    pub(super) fn tell(&mut self, event: &Event, frame: u32, told: &mut EventBuffer) {
        match self.target.dialect {
            Dialect::Clap { has_midi } => self.tell_clap(event, frame, has_midi, told),
            Dialect::Midi => self.tell_midi(event, frame, told),
            Dialect::Unspoken => self.lose(event.message),
        }
    }

    fn tell_clap(&mut self, event: &Event, frame: u32, has_midi: bool, told: &mut EventBuffer) {
        // Notes are told by channel and key alone, as the events are: a note-off then ends whatever sounds on the key.
        let note = |key: u8| {
            Pckn::new(self.target.port, event.channel & 0x0F, key & 0x7F, Match::<u32>::All)
        };
        let (key, kind, value) = match event.message {
            Message::NoteOn { key, velocity } => {
                let velocity = f64::from(velocity).clamp(0.0, 1.0);
                return told.push(&NoteOnEvent::new(frame, note(key), velocity));
            }
            Message::NoteOff { key, velocity } => {
                let velocity = f64::from(velocity).clamp(0.0, 1.0);
                return told.push(&NoteOffEvent::new(frame, note(key), velocity));
            }
            Message::NoteExpression { key, expression } => {
                let (kind, value) = expression_of(expression);
                (key, kind, value)
            }
            Message::PolyPressure { key, pressure } => {
                (key, NoteExpressionType::Pressure, f64::from(pressure & 0x7F) / 127.0)
            }
            _ if has_midi => return self.tell_midi(event, frame, told),
            _ => return self.lose(event.message),
        };
        told.push(&NoteExpressionEvent::new(frame, note(key), kind, value));
    }

    fn tell_midi(&mut self, event: &Event, frame: u32, told: &mut EventBuffer) {
        match event.message.midi(event.channel) {
            Some((bytes, _)) => told.push(&MidiEvent::new(frame, self.target.port, bytes)),
            None => self.lose(event.message),
        }
    }

    fn lose(&mut self, message: Message) {
        match message {
            // A plugin that takes no notes is no instrument; nobody misses them.
            Message::NoteOn { .. } | Message::NoteOff { .. } => {}
            Message::NoteExpression { expression, .. } => {
                self.lost.expressions += u64::from(!expression.is_neutral());
            }
            Message::ControlChange { .. }
            | Message::PitchBend { .. }
            | Message::ProgramChange { .. }
            | Message::ChannelPressure { .. }
            | Message::PolyPressure { .. } => self.lost.controls += 1,
        }
    }
}

/// A property of a note as CLAP counts it, which is as we do.
fn expression_of(expression: Expression) -> (NoteExpressionType, f64) {
    match expression {
        Expression::Tuning(semitones) => {
            (NoteExpressionType::Tuning, semitones.clamp(-120.0, 120.0))
        }
        Expression::Brightness(value) => (NoteExpressionType::Brightness, value.clamp(0.0, 1.0)),
        Expression::Pan(value) => (NoteExpressionType::Pan, value.clamp(0.0, 1.0)),
    }
}

/// A parameter's new value, from the start of a block on.
pub(super) fn change(id: ClapId, value: f64) -> ParamValueEvent {
    ParamValueEvent::new(0, id, Pckn::match_all(), value)
}

/// Where a block stands. CLAP's beats are quarter notes, and its bars count from 0, as ours do.
pub(super) fn position(transport: &Transport) -> TransportEvent {
    let mut flags = TransportFlags::HAS_TEMPO
        | TransportFlags::HAS_BEATS_TIMELINE
        | TransportFlags::HAS_SECONDS_TIMELINE
        | TransportFlags::HAS_TIME_SIGNATURE;
    flags.set(TransportFlags::IS_PLAYING, transport.is_playing);
    TransportEvent {
        header: EventHeader::new_core(0, EventFlags::empty()),
        flags,
        song_pos_beats: BeatTime::from_float(transport.beats),
        song_pos_seconds: SecondsTime::from_float(transport.seconds),
        tempo: transport.tempo_bpm,
        tempo_inc: 0.0,
        loop_start_beats: BeatTime::from_int(0),
        loop_end_beats: BeatTime::from_int(0),
        loop_start_seconds: SecondsTime::from_int(0),
        loop_end_seconds: SecondsTime::from_int(0),
        bar_start: BeatTime::from_float(transport.bar_start_beats),
        bar_number: i32::try_from(transport.bar_index).unwrap_or(i32::MAX),
        time_signature_numerator: transport.numerator.into(),
        time_signature_denominator: transport.denominator.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clack_host::events::spaces::CoreEventSpace;

    /// What the plugin is told of `message` at frame 7 of channel 2, and what is lost.
    fn told(dialect: Dialect, message: Message) -> (Vec<String>, Lost) {
        let mut telling = Telling::new(NoteTarget { port: 1, dialect });
        let mut buffer = EventBuffer::new();
        telling.tell(&Event { frame: 7, channel: 2, message }, 7, &mut buffer);
        let shown = buffer.iter().map(|event| {
            assert_eq!(event.header().time(), 7);
            match event.as_core_event() {
                Some(CoreEventSpace::NoteOn(e)) => format!("on {:?} {}", e.pckn(), e.velocity()),
                Some(CoreEventSpace::NoteOff(e)) => format!("off {:?} {}", e.pckn(), e.velocity()),
                Some(CoreEventSpace::NoteExpression(e)) => {
                    format!("{:?} {:?} {}", e.expression_type().unwrap(), e.pckn(), e.value())
                }
                Some(CoreEventSpace::Midi(e)) => format!("midi {} {:?}", e.port_index(), e.data()),
                other => panic!("{other:?}"),
            }
        });
        (shown.collect(), telling.lost)
    }

    const CLAP: Dialect = Dialect::Clap { has_midi: false };
    const ON: Message = Message::NoteOn { key: 60, velocity: 0.5 };
    const OFF: Message = Message::NoteOff { key: 60, velocity: 0.25 };
    const TUNING: Message =
        Message::NoteExpression { key: 60, expression: Expression::Tuning(-0.5) };
    const UNTUNED: Message =
        Message::NoteExpression { key: 60, expression: Expression::Tuning(0.0) };
    const PEDAL: Message = Message::ControlChange { controller: 64, value: 127 };
    const PRESSURE: Message = Message::PolyPressure { key: 60, pressure: 127 };

    #[test]
    fn notes_and_what_is_said_of_them_are_told_as_clap_has_it() {
        let note = format!("{:?}", Pckn::new(1u16, 2u16, 60u16, Match::<u32>::All));
        let kept = |text: String| (vec![text], Lost::default());
        assert_eq!(told(CLAP, ON), kept(format!("on {note} 0.5")));
        assert_eq!(told(CLAP, OFF), kept(format!("off {note} 0.25")));
        assert_eq!(told(CLAP, TUNING), kept(format!("Tuning {note} -0.5")));
        assert_eq!(told(CLAP, PRESSURE), kept(format!("Pressure {note} 1")));
    }

    #[test]
    fn controllers_go_beside_notes_where_the_port_takes_midi() {
        let midi = vec!["midi 1 [178, 64, 127]".to_owned()];
        assert_eq!(told(Dialect::Clap { has_midi: true }, PEDAL), (midi.clone(), Lost::default()));
        assert_eq!(told(Dialect::Midi, PEDAL), (midi, Lost::default()));
        assert_eq!(told(CLAP, PEDAL), (vec![], Lost { controls: 1, expressions: 0 }));
    }

    #[test]
    fn midi_has_no_word_for_the_tuning_of_a_note() {
        assert_eq!(told(Dialect::Midi, ON).0, ["midi 1 [146, 60, 64]"]);
        assert_eq!(told(Dialect::Midi, OFF).0, ["midi 1 [130, 60, 32]"]);
        assert_eq!(told(Dialect::Midi, PRESSURE).0, ["midi 1 [162, 60, 127]"]);
        assert_eq!(told(Dialect::Midi, TUNING), (vec![], Lost { controls: 0, expressions: 1 }));
        assert_eq!(told(Dialect::Midi, UNTUNED), (vec![], Lost::default()));
    }

    #[test]
    fn a_plugin_without_notes_is_told_nothing() {
        assert_eq!(told(Dialect::Unspoken, ON), (vec![], Lost::default()));
        assert_eq!(told(Dialect::Unspoken, PEDAL), (vec![], Lost { controls: 1, expressions: 0 }));
    }

    #[test]
    fn the_position_is_told_in_quarter_notes() {
        let told = position(&Transport {
            is_playing: true,
            beats: 4.5,
            seconds: 2.25,
            bar_start_beats: 3.0,
            bar_index: 1,
            numerator: 3,
            ..Transport::default()
        });
        assert!(told.flags.contains(TransportFlags::IS_PLAYING));
        assert_eq!(told.song_pos_beats, BeatTime::from_float(4.5));
        assert_eq!(told.song_pos_seconds, SecondsTime::from_float(2.25));
        assert_eq!(told.bar_start, BeatTime::from_int(3));
        assert_eq!((told.bar_number, told.time_signature_numerator), (1, 3));
        let still = position(&Transport::default());
        assert!(!still.flags.contains(TransportFlags::IS_PLAYING));
    }
}
