//! Single notes and chords, without a file that says them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};
use tresillo_pattern::document::{Key, Metre};
use tresillo_pattern::format::pitch;

use crate::instrument::Message;
use crate::score::{Score, ScoreMessage, Timeline};

/// Keys that sound together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Notes {
    /// `0..=127`, 60 is middle C; in JSON also names.
    #[serde(deserialize_with = "keys")]
    pub keys: Vec<u8>,
    /// `1..=127`.
    pub velocity: u8,
    /// How long they are held, in seconds.
    pub duration: f64,
    /// `1..=16`.
    pub channel: u8,
    /// From 1, as General MIDI counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<u8>,
    /// The sustain pedal, held from before the notes to the end of the render.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sustain: Option<u8>,
    /// The sostenuto pedal, pressed when the keys are down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sostenuto: Option<u8>,
    /// The soft pedal, pressed before the notes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub soft: Option<u8>,
    /// Which time they are struck, from 1: those before are played and not heard.
    pub round: u8,
}

impl Default for Notes {
    fn default() -> Notes {
        Notes {
            keys: Vec::new(),
            velocity: 100,
            duration: 1.0,
            channel: 1,
            program: None,
            sustain: None,
            sostenuto: None,
            soft: None,
            round: 1,
        }
    }
}

impl fmt::Display for Notes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.keys.iter().map(|key| name(*key)).collect();
        write!(f, "{} at velocity {}", names.join("+"), self.velocity)?;
        if self.round > 1 {
            write!(f, ", time {}", self.round)?;
        }
        Ok(())
    }
}

/// What people call a key: `C3` is 60.
#[must_use]
pub fn name(key: u8) -> String {
    pitch::name(Key::saturating(key))
}

/// The key that a number or a name means.
///
/// # Errors
/// What is needed instead.
pub fn key(text: &str) -> Result<u8, String> {
    let number = text.trim().parse::<u8>().ok().filter(|key| *key <= 127);
    let named = || {
        let text = text.trim();
        pitch::read(text).filter(|(_, length)| *length == text.len()).map(|(key, _)| key.get())
    };
    number.or_else(named).ok_or_else(|| {
        format!("{text} is no key; a number from 0 to 127 or a name like C3, F#2, Bb4 is")
    })
}

fn keys<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Typed {
        Number(u8),
        Text(String),
    }
    let typed = Vec::<Typed>::deserialize(from)?;
    let each = typed.into_iter().map(|typed| match typed {
        Typed::Number(number) => Ok(number),
        Typed::Text(text) => key(&text).map_err(de::Error::custom),
    });
    each.collect()
}

/// The sustain pedal.
const CC_SUSTAIN: u8 = 64;
/// The sostenuto pedal.
const CC_SOSTENUTO: u8 = 66;
/// The soft pedal.
const CC_SOFT: u8 = 67;
/// What a note is given to fade away before it is struck again.
const REST_SECONDS: f64 = 1.0;
const OFF_VELOCITY: f32 = 64.0 / 127.0;

impl Notes {
    /// What an instrument plays. A sustain or sostenuto pedal is let go a `duration` after the keys, so that its effect is
    /// heard and the tail can end.
    #[must_use]
    pub fn score(&self, sample_rate_hz: u32) -> Score {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at most hours, not negative"
        )]
        let frames = |seconds: f64| (seconds.max(0.0) * f64::from(sample_rate_hz)).round() as u64;
        let held = frames(self.duration);
        let has_pedal = [self.sustain, self.sostenuto].into_iter().flatten().any(|value| value > 0);
        let length = if has_pedal { held * 2 } else { held };
        let mut score = Score {
            timeline: Timeline::steady(120.0, Metre::default()),
            note_count: self.keys.len(),
            ..Score::default()
        };
        for round in 0..u64::from(self.round.max(1)) {
            let start = round * (length + frames(REST_SECONDS));
            self.add(&mut score, start, start + held, start + length);
            score.start_frame = start;
            score.end_frame = start + length;
        }
        #[allow(clippy::cast_precision_loss, reason = "a time for people")]
        let seconds = length as f64 / f64::from(sample_rate_hz);
        score.end_seconds = seconds;
        score
    }

    fn add(&self, score: &mut Score, start: u64, off: u64, end: u64) {
        let channel = self.channel.saturating_sub(1).min(15);
        let mut tell = |frame: u64, message: Message| {
            score.messages.push(ScoreMessage { frame, track: 0, channel, message });
        };
        let pedal = |controller: u8, value: u8| Message::ControlChange { controller, value };
        if let Some(program) = self.program {
            tell(start, Message::ProgramChange { program: program.saturating_sub(1) });
        }
        for (controller, value) in [(CC_SOFT, self.soft), (CC_SUSTAIN, self.sustain)] {
            if let Some(value) = value {
                tell(start, pedal(controller, value));
            }
        }
        let velocity = f32::from(self.velocity) / 127.0;
        for key in &self.keys {
            tell(start, Message::NoteOn { key: *key, velocity });
        }
        if let Some(value) = self.sostenuto {
            tell(start, pedal(CC_SOSTENUTO, value));
        }
        for key in &self.keys {
            tell(off, Message::NoteOff { key: *key, velocity: OFF_VELOCITY });
        }
        let pressed =
            [(CC_SUSTAIN, self.sustain), (CC_SOSTENUTO, self.sostenuto), (CC_SOFT, self.soft)];
        for (controller, _) in pressed.iter().filter(|(_, value)| value.is_some()) {
            tell(end, pedal(*controller, 0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pedals_stand_around_the_notes() {
        let notes = Notes {
            keys: vec![60, 64],
            program: Some(5),
            sustain: Some(127),
            sostenuto: Some(100),
            soft: Some(1),
            ..Notes::default()
        };
        let told: Vec<(u64, Message)> =
            notes.score(1000).messages.iter().map(|m| (m.frame, m.message)).collect();
        let cc = |controller, value| Message::ControlChange { controller, value };
        let velocity = 100.0 / 127.0;
        let expected = [
            (0, Message::ProgramChange { program: 4 }),
            (0, cc(67, 1)),
            (0, cc(64, 127)),
            (0, Message::NoteOn { key: 60, velocity }),
            (0, Message::NoteOn { key: 64, velocity }),
            (0, cc(66, 100)),
            (1000, Message::NoteOff { key: 60, velocity: OFF_VELOCITY }),
            (1000, Message::NoteOff { key: 64, velocity: OFF_VELOCITY }),
            (2000, cc(64, 0)),
            (2000, cc(66, 0)),
            (2000, cc(67, 0)),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_later_round_is_heard_from_its_own_start() {
        let notes = Notes { keys: vec![60], duration: 0.5, round: 3, ..Notes::default() };
        let score = notes.score(1000);
        assert_eq!((score.start_frame, score.end_frame, score.note_count), (3000, 3500, 1));
        assert_eq!(score.messages.len(), 6);
    }

    #[test]
    fn keys_are_numbers_and_names() {
        for (text, expected) in
            [("60", Ok(60)), ("C3", Ok(60)), (" F#2 ", Ok(54)), ("127", Ok(127))]
        {
            assert_eq!(key(text), expected);
        }
        for text in ["128", "H3", "", "-1"] {
            assert!(key(text).is_err(), "{text}");
        }
    }
}
