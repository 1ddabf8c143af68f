//! What stands in a file, taken from the walk through its XML.

use crate::format::hydrogen::xml::Visit;

/// A file, as far as it was walked through.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) root: String,
    pub(super) is_song: bool,
    pub(super) is_pattern: bool,
    pub(super) name: String,
    pub(super) author: String,
    pub(super) licence: String,
    pub(super) notes: String,
    pub(super) bpm: Option<f64>,
    pub(super) swing_factor: f64,
    /// Whether onsets or velocities are moved at random.
    pub(super) is_humanised: bool,
    pub(super) tempo_changes: usize,
    pub(super) instruments: Vec<Instrument>,
    pub(super) patterns: Vec<Pattern>,
    /// Patterns by name, in groups.
    pub(super) groups: Vec<Vec<String>>,
    /// Patterns that bring others with them: the name of one, the names of the others.
    pub(super) virtuals: Vec<(String, Vec<String>)>,
    /// Numbers that are none.
    pub(super) bad_numbers: usize,
}

#[derive(Debug, Default)]
pub(super) struct Instrument {
    pub(super) id: Option<i64>,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) midi_note: Option<i64>,
    pub(super) midi_channel: Option<i64>,
    pub(super) is_muted: bool,
}

#[derive(Debug, Default)]
pub(super) struct Pattern {
    pub(super) name: String,
    pub(super) author: String,
    pub(super) licence: String,
    pub(super) info: String,
    pub(super) size: Option<i64>,
    pub(super) notes: Vec<Note>,
    /// What the notes are of, where they say so.
    pub(super) kinds: Vec<String>,
    /// Notes without a position.
    pub(super) nowhere: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Note {
    /// 48 to a quarter note.
    pub(super) position: Option<i64>,
    pub(super) leadlag: f64,
    pub(super) velocity: f64,
    /// Semitones from the instrument's own key.
    pub(super) semitones: i64,
    /// In the same ticks; `None` where the sample rings out.
    pub(super) length: Option<i64>,
    /// `None` where the note goes by its kind alone.
    pub(super) instrument: Option<i64>,
    /// By its place in [`Pattern::kinds`].
    pub(super) kind: Option<usize>,
    pub(super) is_off: bool,
    pub(super) probability: f64,
}

impl Default for Note {
    /// What Hydrogen takes where a field is not there.
    fn default() -> Note {
        Note {
            position: None,
            leadlag: 0.0,
            velocity: 0.8,
            semitones: 0,
            length: None,
            instrument: None,
            kind: None,
            is_off: false,
            probability: 1.0,
        }
    }
}

const NAMES: &[&str] = &[
    "BPMTimeLine",
    "author",
    "bpm",
    "drumkit_pattern",
    "group",
    "humanize_time",
    "humanize_velocity",
    "id",
    "info",
    "instrument",
    "instrumentList",
    "isMuted",
    "key",
    "leadlag",
    "length",
    "license",
    "midiOutChannel",
    "midiOutNote",
    "name",
    "newBPM",
    "note",
    "noteList",
    "note_off",
    "notes",
    "pattern",
    "patternID",
    "patternList",
    "patternSequence",
    "pattern_name",
    "position",
    "probability",
    "size",
    "song",
    "swing_factor",
    "type",
    "velocity",
    "virtual",
    "virtualPatternList",
];

impl Visit for File {
    fn known(name: &str) -> &'static str {
        NAMES.iter().find(|known| **known == name).copied().unwrap_or_default()
    }

    fn root(&mut self, name: &str) -> bool {
        self.root = name.chars().take(80).collect();
        self.is_song = name == "song";
        self.is_pattern = name == "drumkit_pattern";
        self.is_song || self.is_pattern
    }

    fn open(&mut self, path: &[&'static str]) {
        match path {
            [.., "instrumentList", "instrument"] => self.instruments.push(Instrument::default()),
            [.., "patternList", "pattern"] | ["drumkit_pattern", "pattern"] => {
                self.patterns.push(Pattern::default());
            }
            [.., "noteList", "note"] => {
                if let Some(pattern) = self.patterns.last_mut() {
                    pattern.notes.push(Note::default());
                }
            }
            [.., "patternSequence", "group"] => self.groups.push(Vec::new()),
            [.., "virtualPatternList", "pattern"] => {
                self.virtuals.push((String::new(), Vec::new()));
            }
            _ => {}
        }
    }

    fn close(&mut self, path: &[&'static str], text: &str) {
        match path {
            ["song", field] => self.song_field(field, text),
            [.., "BPMTimeLine", "newBPM"] => self.tempo_changes += 1,
            [.., "instrumentList", "instrument", field] => self.instrument_field(field, text),
            [.., "patternList", "pattern", field] | ["drumkit_pattern", "pattern", field] => {
                self.pattern_field(field, text);
            }
            [.., "noteList", "note", field] => self.note_field(field, text),
            [.., "noteList", "note"] => {
                // Only a whole note counts.
                if let Some(pattern) = self.patterns.last_mut()
                    && pattern.notes.last().is_some_and(|note| note.position.is_none())
                {
                    pattern.notes.pop();
                    pattern.nowhere += 1;
                }
            }
            [.., "patternSequence", "group", "patternID"] => {
                if let Some(group) = self.groups.last_mut() {
                    group.push(text.to_owned());
                }
            }
            // Very old songs have no groups.
            [.., "patternSequence", "patternID"] => self.groups.push(vec![text.to_owned()]),
            [.., "virtualPatternList", "pattern", "name"] => {
                if let Some((name, _)) = self.virtuals.last_mut() {
                    text.clone_into(name);
                }
            }
            [.., "virtualPatternList", "pattern", "virtual"] => {
                if let Some((_, others)) = self.virtuals.last_mut() {
                    others.push(text.to_owned());
                }
            }
            _ => {}
        }
    }
}

impl File {
    fn song_field(&mut self, field: &str, text: &str) {
        match field {
            "name" => text.clone_into(&mut self.name),
            "author" => text.clone_into(&mut self.author),
            "license" => text.clone_into(&mut self.licence),
            "notes" => text.clone_into(&mut self.notes),
            "bpm" => self.bpm = self.number(text),
            "swing_factor" => self.swing_factor = self.number(text).unwrap_or(0.0),
            "humanize_time" | "humanize_velocity" => {
                self.is_humanised |= self.number(text).is_some_and(|number| number > 0.0);
            }
            _ => {}
        }
    }

    fn instrument_field(&mut self, field: &str, text: &str) {
        let whole = match field {
            "id" | "midiOutNote" | "midiOutChannel" => self.whole(text),
            _ => None,
        };
        let Some(instrument) = self.instruments.last_mut() else { return };
        match field {
            "id" => instrument.id = whole,
            "name" => text.clone_into(&mut instrument.name),
            "type" => text.clone_into(&mut instrument.kind),
            "midiOutNote" => instrument.midi_note = whole,
            "midiOutChannel" => instrument.midi_channel = whole,
            "isMuted" => instrument.is_muted = is_true(text),
            _ => {}
        }
    }

    fn pattern_field(&mut self, field: &str, text: &str) {
        let size = if field == "size" { self.whole(text) } else { None };
        let Some(pattern) = self.patterns.last_mut() else { return };
        match field {
            "name" | "pattern_name" => text.clone_into(&mut pattern.name),
            "author" => text.clone_into(&mut pattern.author),
            "license" => text.clone_into(&mut pattern.licence),
            "info" => text.clone_into(&mut pattern.info),
            "size" => pattern.size = size,
            _ => {}
        }
    }

    fn note_field(&mut self, field: &str, text: &str) {
        let number = match field {
            "position" | "leadlag" | "velocity" | "length" | "instrument" | "probability" => {
                self.number(text)
            }
            _ => None,
        };
        let Some(pattern) = self.patterns.last_mut() else { return };
        let Some(note) = pattern.notes.last_mut() else { return };
        match field {
            "position" => note.position = number.and_then(to_whole),
            "leadlag" => note.leadlag = number.unwrap_or(0.0),
            "velocity" => note.velocity = number.unwrap_or(note.velocity),
            "length" => note.length = number.and_then(to_whole).filter(|length| *length > 0),
            "instrument" => note.instrument = number.and_then(to_whole).filter(|id| *id >= 0),
            "probability" => note.probability = number.unwrap_or(1.0),
            "note_off" => note.is_off = is_true(text),
            "key" => match semitones(text) {
                Some(semitones) => note.semitones = semitones,
                None => self.bad_numbers += 1,
            },
            "type" if !text.is_empty() => {
                // A kit has some twenty kinds, and there are no more than 32 tracks.
                const KINDS_MAX: usize = 64;
                let known = pattern.kinds.iter().position(|kind| kind == text);
                if known.is_none() && pattern.kinds.len() < KINDS_MAX {
                    pattern.kinds.push(text.to_owned());
                }
                note.kind = known.or(pattern.kinds.len().checked_sub(1));
            }
            _ => {}
        }
    }

    fn number(&mut self, text: &str) -> Option<f64> {
        // Some versions wrote numbers in the language of the user.
        let number = text.replace(',', ".").parse().ok().filter(|number: &f64| number.is_finite());
        self.bad_numbers += usize::from(number.is_none());
        number
    }

    fn whole(&mut self, text: &str) -> Option<i64> {
        self.number(text).and_then(to_whole)
    }
}

fn is_true(text: &str) -> bool {
    text.eq_ignore_ascii_case("true") || text == "1"
}

fn to_whole(number: f64) -> Option<i64> {
    let rounded = number.round();
    #[allow(clippy::cast_possible_truncation, reason = "checked to be small just before")]
    (rounded.abs() < 1e12).then_some(rounded as i64)
}

/// Hydrogen's name of a key as semitones from `C0`: `semitones("Ef1") == 15`, `semitones("Fs-1") == -6`.
fn semitones(text: &str) -> Option<i64> {
    let mut rest = text.chars();
    let natural = match rest.next()?.to_ascii_uppercase() {
        'C' => 0,
        'D' => 2,
        'E' => 4,
        'F' => 5,
        'G' => 7,
        'A' => 9,
        'B' => 11,
        _ => return None,
    };
    let (accidental, octave) = match rest.as_str() {
        sharp if sharp.starts_with(['s', '#']) => (1, sharp.get(1..)?),
        flat if flat.starts_with(['f', 'b']) => (-1, flat.get(1..)?),
        octave => (0, octave),
    };
    let octave: i64 = octave.parse().ok().filter(|octave| (-20..=20).contains(octave))?;
    Some(octave * 12 + natural + accidental)
}

#[cfg(test)]
mod tests {
    #[test]
    fn keys_are_counted_from_the_instruments_own() {
        for (text, expected) in [
            ("C0", Some(0)),
            ("Cs0", Some(1)),
            ("Ef1", Some(15)),
            ("Fs-1", Some(-6)),
            ("Bf-3", Some(-26)),
            ("H0", None),
            ("C", None),
            ("C99999999999999999999", None),
            ("é", None),
        ] {
            assert_eq!(super::semitones(text), expected, "{text}");
        }
    }
}
