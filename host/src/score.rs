//! What an instrument is to play: messages at frames, and where the music ends.

#[cfg(test)]
mod tests;
mod timeline;

use tresillo_pattern::document::{Control, Lock};
use tresillo_pattern::smf::{
    MidiFile, MidiFormat, MidiMessage, PrintedEvent, TempoMap, Voice, print,
};
use tresillo_pattern::{Event, EventKind, FrameClock};

use crate::input::Playing;
use crate::instrument::{Expression, Message};
pub use timeline::Timeline;

/// Messages by frame, and the end of the music.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Score {
    /// In order; at one frame in the order of the file, offs before ons for patterns.
    pub messages: Vec<ScoreMessage>,
    /// What comes before is played and not heard; 0 but for notes that are struck again and again.
    pub start_frame: u64,
    /// The frame of the last end of track.
    pub end_frame: u64,
    /// The same in seconds, not rounded to a frame.
    pub end_seconds: f64,
    /// Note-ons with a velocity above 0.
    pub note_count: usize,
    /// Notes that never end in the file and are ended with the music.
    pub hanging_count: usize,
    /// Notes that were too many to sound at once.
    pub refused_count: u64,
    /// Tempo and metre, for what a plugin does in time.
    pub timeline: Timeline,
}

/// One message at a frame of the piece.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoreMessage {
    /// From the start of the piece.
    pub frame: u64,
    /// The track it comes from, from 0.
    pub track: u16,
    /// `0..=15`.
    pub channel: u8,
    /// What happens.
    pub message: Message,
}

impl Score {
    /// The score with the notes of one track only. All else stays: a pedal or a program may stand on another track.
    #[must_use]
    pub fn only_track(mut self, track: u16) -> Score {
        self.messages.retain(|message| {
            let is_note =
                matches!(message.message, Message::NoteOn { .. } | Message::NoteOff { .. });
            message.track == track || !is_note
        });
        let is_onset = |message: &&ScoreMessage| matches!(message.message, Message::NoteOn { velocity, .. } if velocity > 0.0);
        self.note_count = self.messages.iter().filter(is_onset).count();
        self
    }
}

/// The score of a MIDI file. The pieces of a format 2 file follow each other.
#[must_use]
pub fn of_midi(file: &MidiFile, sample_rate_hz: u32) -> Score {
    let mut score = Score::default();
    match file.format {
        MidiFormat::Single | MidiFormat::Parallel => {
            let map = TempoMap::new(file, None);
            score.timeline.add(file, &map, 0..file.tracks.len(), 0.0);
            add_tracks(&mut score, file, &map, 0..file.tracks.len(), sample_rate_hz);
        }
        MidiFormat::Sequential => {
            for index in 0..file.tracks.len() {
                let map = TempoMap::new(file, Some(index));
                score.timeline.add(file, &map, index..index + 1, score.end_seconds);
                add_tracks(&mut score, file, &map, index..index + 1, sample_rate_hz);
            }
        }
    }
    end_hanging_notes(&mut score);
    score
}

/// Adds tracks that start together where the score ends now.
fn add_tracks(
    score: &mut Score,
    file: &MidiFile,
    map: &TempoMap,
    tracks: std::ops::Range<usize>,
    sample_rate_hz: u32,
) {
    let first = u16::try_from(tracks.start).unwrap_or(u16::MAX);
    let tracks = file.tracks.get(tracks).unwrap_or_default();
    let (start_frame, start_seconds) = (score.end_frame, score.end_seconds);
    let mut events: Vec<(u64, u16, u8, Voice)> = Vec::new();
    for (number, track) in (first..).zip(tracks) {
        for event in &track.events {
            if let MidiMessage::Voice { channel, message } = event.message {
                events.push((event.tick, number, channel, message));
            }
        }
        score.note_count += track.note_count();
    }
    // Stable: at one tick tracks keep their order, and events theirs.
    events.sort_by_key(|(tick, ..)| *tick);
    score.messages.extend(events.into_iter().map(|(tick, track, channel, voice)| ScoreMessage {
        frame: start_frame + map.frame_of(tick, sample_rate_hz),
        track,
        channel,
        message: message_of(voice),
    }));
    let end = tracks.iter().map(|track| track.end).max().unwrap_or(0);
    score.end_frame = start_frame + map.frame_of(end, sample_rate_hz);
    score.end_seconds = start_seconds + map.seconds_of(end);
}

fn message_of(voice: Voice) -> Message {
    match voice {
        Voice::NoteOn { key, velocity } => {
            Message::NoteOn { key, velocity: f32::from(velocity) / 127.0 }
        }
        Voice::NoteOff { key, velocity } => {
            Message::NoteOff { key, velocity: f32::from(velocity) / 127.0 }
        }
        Voice::PolyPressure { key, pressure } => Message::PolyPressure { key, pressure },
        Voice::ControlChange { controller, value } => Message::ControlChange { controller, value },
        Voice::ProgramChange { program } => Message::ProgramChange { program },
        Voice::ChannelPressure { pressure } => Message::ChannelPressure { pressure },
        Voice::PitchBend { value } => Message::PitchBend { value },
    }
}

/// Some files forget a note-off; a note that never ends would keep the tail from ending.
fn end_hanging_notes(score: &mut Score) {
    let mut sounding = [[None; 128]; 16];
    let mut pedals = [[false; PEDALS.len()]; 16];
    for message in &score.messages {
        let channel = usize::from(message.channel);
        let (key, is_on) = match message.message {
            Message::NoteOn { key, .. } => (key, true),
            Message::NoteOff { key, .. } => (key, false),
            Message::ControlChange { controller, value } => {
                let place = PEDALS.iter().position(|pedal| *pedal == controller);
                let pedal = pedals.get_mut(channel).zip(place);
                if let Some(is_held) = pedal.and_then(|(pedals, place)| pedals.get_mut(place)) {
                    *is_held = value > 0;
                }
                continue;
            }
            _ => continue,
        };
        if let Some(note) = sounding.get_mut(channel).and_then(|c| c.get_mut(usize::from(key))) {
            *note = is_on.then_some(message.track);
        }
    }
    let mut tell = |track: u16, channel: u8, message: Message| {
        score.messages.push(ScoreMessage { frame: score.end_frame, track, channel, message });
    };
    for ((channel, keys), pedals) in (0u8..).zip(&sounding).zip(&pedals) {
        for (key, sounding) in (0u8..).zip(keys) {
            if let Some(track) = sounding {
                score.hanging_count += 1;
                tell(*track, channel, Message::NoteOff { key, velocity: OFF_VELOCITY });
            }
        }
        // A pedal that is held at the end would hold the tail too.
        for (controller, _) in PEDALS.into_iter().zip(pedals).filter(|(_, is_held)| **is_held) {
            tell(0, channel, Message::ControlChange { controller, value: 0 });
        }
    }
}

/// Controllers that hold notes: the sustain and the sostenuto pedal.
const PEDALS: [u8; 2] = [64, 66];
/// How fast a key is let go where nobody says: the middle, as MIDI 1.0 asks for.
const OFF_VELOCITY: f32 = 64.0 / 127.0;

/// The score of a pattern, printed cycle after cycle, with the delays of its tracks.
#[must_use]
pub fn of_project(playing: &Playing, sample_rate_hz: u32) -> Score {
    let what = playing.print().as_heard(&playing.project);
    let printed = print(&playing.project, &playing.performance, what);
    let clock = FrameClock::from_zero(playing.project.tempo.bpm(), f64::from(sample_rate_hz));
    let timed = |printed: &PrintedEvent| (clock.frame_of(printed.event.tick), printed.event);
    let mut messages: Vec<ScoreMessage> =
        printed.events.iter().map(timed).map(score_message).collect();
    // What is said of a note stands behind it: before, there is no note that could hear it. Stable for the rest.
    let is_of_note = |message: &ScoreMessage| {
        matches!(message.message, Message::PolyPressure { .. } | Message::NoteExpression { .. })
    };
    messages.sort_by_key(|message| (message.frame, is_of_note(message)));
    Score {
        messages,
        start_frame: 0,
        end_frame: u64::try_from(clock.frame_of(what.window.end)).unwrap_or(0),
        end_seconds: what.window.end.to_beats() * 60.0 / playing.project.tempo.bpm(),
        note_count: printed.note_count(),
        hanging_count: 0,
        refused_count: printed.refused_count,
        timeline: Timeline::steady(playing.project.tempo.bpm(), playing.project.metre),
    }
}

/// An event at its frame as an instrument is told it.
fn score_message((frame, event): (i64, Event)) -> ScoreMessage {
    let key = event.address.key;
    let message = match event.kind {
        EventKind::NoteOn { velocity } => Message::NoteOn { key, velocity },
        EventKind::NoteOff => Message::NoteOff { key, velocity: OFF_VELOCITY },
        EventKind::Control(lock) => control_message(lock, key),
    };
    ScoreMessage {
        frame: u64::try_from(frame).unwrap_or(0),
        track: u16::from(event.track_index),
        channel: event.address.channel,
        message,
    }
}

fn control_message(lock: Lock, key: u8) -> Message {
    // Within the range of its control, which for all but the bend is seven bits.
    let value = u8::try_from(lock.value()).unwrap_or(0);
    let said = |expression| Message::NoteExpression { key, expression };
    let number = f64::from(lock.value());
    match lock.control() {
        Control::Cc(controller) => Message::ControlChange { controller: controller.get(), value },
        Control::Bend => Message::PitchBend { value: lock.value() },
        Control::Program => Message::ProgramChange { program: value },
        Control::Pressure => Message::PolyPressure { key, pressure: value },
        Control::Tuning => said(Expression::Tuning(number / 100.0)),
        Control::Brightness => said(Expression::Brightness(number / 127.0)),
        Control::Pan => said(Expression::Pan(0.5 + number / 128.0)),
    }
}
