//! Whether each note is heard: an instrument that is still loading says nothing, and nobody would know.

use std::collections::VecDeque;

use crate::engine::embedded::QUIET_DBFS;
use crate::instrument::Message;
use crate::score::Score;

/// How long after its end a note may still begin to sound.
const GRACE_SECONDS: f64 = 0.1;

/// Looks at the sound as it passes and counts the notes during which nothing sounds at all. A note that others cover is taken
/// for heard.
pub struct Hearing {
    /// Onset and last frame of each note that has not been heard yet, by onset.
    coming: VecDeque<Awaited>,
    /// Those that have begun.
    begun: Vec<Awaited>,
    frame: u64,
    threshold: f32,
    heard_count: usize,
    silent: Option<Silent>,
}

/// Notes during which nothing sounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silent {
    /// How many.
    pub count: usize,
    /// The frame on which the first of them begins.
    pub onset: u64,
    /// Its key.
    pub key: u8,
    /// Whether nothing at all had been heard before it ended.
    pub is_from_start: bool,
}

#[derive(Clone, Copy, Debug)]
struct Awaited {
    onset: u64,
    /// Where its key is let go.
    off: u64,
    /// Where it is given up.
    end: u64,
    key: u8,
}

impl Hearing {
    /// All notes of a score; its frames are those of the file.
    #[must_use]
    pub fn new(score: &Score, sample_rate_hz: u32) -> Hearing {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a fixed time")]
        let grace = (GRACE_SECONDS * f64::from(sample_rate_hz)) as u64;
        let mut coming: Vec<Awaited> = Vec::with_capacity(score.note_count);
        let mut open = [[None::<usize>; 128]; 16];
        for message in &score.messages {
            if message.frame < score.start_frame {
                continue;
            }
            let frame = message.frame - score.start_frame;
            let (key, is_onset) = match message.message {
                Message::NoteOn { key, .. } => (key, true),
                Message::NoteOff { key, .. } => (key, false),
                _ => continue,
            };
            let Some(place) = open
                .get_mut(usize::from(message.channel & 15))
                .and_then(|keys| keys.get_mut(usize::from(key & 127)))
            else {
                continue;
            };
            if let Some(note) = place.take().and_then(|index| coming.get_mut(index)) {
                note.off = frame;
                note.end = frame + grace;
            }
            if is_onset {
                *place = Some(coming.len());
                coming.push(Awaited { onset: frame, off: frame, end: frame + grace, key });
            }
        }
        Hearing {
            coming: coming.into(),
            begun: Vec::new(),
            frame: 0,
            threshold: 10f32.powf(QUIET_DBFS / 20.0),
            heard_count: 0,
            silent: None,
        }
    }

    /// Hears the next frames.
    pub fn hear(&mut self, left: &[f32], right: &[f32]) {
        let length = u64::try_from(left.len()).unwrap_or(0);
        let after = self.frame + length;
        while let Some(note) = self.coming.front().copied().filter(|note| note.onset < after) {
            self.coming.pop_front();
            self.begun.push(note);
        }
        if !self.begun.is_empty() {
            let (start, threshold) = (self.frame, self.threshold);
            let place = |frame: u64| {
                usize::try_from(frame.clamp(start, after) - start).unwrap_or(left.len())
            };
            let waiting = self.begun.len();
            // What is loud while a note sounds is that note, as far as anyone can tell.
            self.begun.retain(|note| {
                let range = place(note.onset)..place(note.end);
                let part = |channel: &[f32]| {
                    let samples = channel.get(range.clone()).unwrap_or_default();
                    samples.iter().any(|sample| sample.abs() >= threshold)
                };
                !(part(left) || part(right))
            });
            self.heard_count += waiting - self.begun.len();
        }
        self.give_up(|note| note.end <= after);
        self.frame = after;
    }

    /// The sound is at its end: notes that were let go by then had their time.
    pub fn finish(&mut self) {
        let end = self.frame;
        self.give_up(|note| note.off <= end);
    }

    fn give_up(&mut self, is_over: impl Fn(&Awaited) -> bool) {
        let Hearing { begun, silent, heard_count, .. } = self;
        begun.retain(|note| {
            let is_over = is_over(note);
            if is_over {
                let first = Silent {
                    count: 0,
                    onset: note.onset,
                    key: note.key,
                    is_from_start: *heard_count == 0,
                };
                silent.get_or_insert(first).count += 1;
            }
            !is_over
        });
    }

    /// The notes that were not heard; those that the end cuts off do not count.
    #[must_use]
    pub fn silent(&self) -> Option<Silent> {
        self.silent
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::ScoreMessage;

    fn score(notes: &[(u64, u64)]) -> Score {
        let mut messages = Vec::new();
        for (on, off) in notes {
            let told = |frame, message| ScoreMessage { frame, track: 0, channel: 0, message };
            messages.push(told(*on, Message::NoteOn { key: 60, velocity: 1.0 }));
            messages.push(told(*off, Message::NoteOff { key: 60, velocity: 0.0 }));
        }
        Score { messages, note_count: notes.len(), ..Score::default() }
    }

    fn silent(notes: &[(u64, u64)], loud: &[std::ops::Range<usize>], block: usize) -> usize {
        let mut hearing = Hearing::new(&score(notes), 1000);
        let mut sound = vec![0.0f32; 2000];
        for range in loud {
            sound[range.clone()].fill(0.5);
        }
        for part in sound.chunks(block) {
            hearing.hear(part, part);
        }
        hearing.finish();
        hearing.silent().map_or(0, |silent| silent.count)
    }

    #[test]
    fn a_note_is_silent_when_nothing_sounds_from_its_onset_to_its_end() {
        let notes = [(100, 200), (500, 600), (900, 1000)];
        for block in [1, 64, 700] {
            assert_eq!(silent(&notes, &[100..101, 550..560, 1000..1001], block), 0, "{block}");
            assert_eq!(silent(&notes, std::slice::from_ref(&(550..560)), block), 2, "{block}");
            assert_eq!(silent(&notes, &[], block), 3, "{block}");
            assert_eq!(silent(&[(1900, 2000)], &[], block), 1, "let go on the last frame");
            assert_eq!(silent(&[(1900, 2001)], &[], block), 0, "cut off");
        }
        assert_eq!(
            silent(&notes, std::slice::from_ref(&(99..100)), 1),
            3,
            "what sounds before is another"
        );
    }
}
