//! From notation to the document, line by line.

use crate::document::value::fraction;
use crate::document::{
    Channel, Control, Delay, Destination, Direction, Groove, Key, Lane, Lock, Metre, Pattern,
    Percent, Port, Program, Project, Property, Scale, StepSize, SwingPercent, SwingUnit, Tempo,
    Track, TrackId, Unknown,
};
use crate::format::notation::cells::{Marks, read_cells};
use crate::format::notation::{NotationError, NotationErrorKind as Kind, song};
use crate::format::{LimitExceeded, Place, Warning, pitch, warn_of_tied_tracks};
use crate::limits::{DOCUMENT_BYTES_MAX, NAME_MAX, PATTERNS_MAX, TRACKS_MAX};
use crate::time::{PPQ, Ticks, mul_div_round};

/// Reads notation. What could be read but not taken as it stands is told in the warnings.
///
/// # Errors
/// [`NotationError`] with line and column.
pub fn read(text: &str) -> Result<(Project, Vec<Warning>), NotationError> {
    if text.len() > DOCUMENT_BYTES_MAX {
        let kind = Kind::TooLarge(DOCUMENT_BYTES_MAX);
        return Err(NotationError { line: 1, column: 1, kind });
    }
    let mut reader = Reader::default();
    let at = |index: usize, line: &str, (offset, kind): LineError| NotationError {
        line: index + 1,
        column: line.get(..offset).unwrap_or(line).chars().count() + 1,
        kind,
    };
    for (index, line) in text.lines().enumerate() {
        reader.line_index = index;
        reader.line(line).map_err(|error| at(index, line, error))?;
    }
    // The patterns of a song may stand below it.
    for (index, offset, value) in std::mem::take(&mut reader.songs) {
        song::read(&mut reader.project, &value, offset)
            .map_err(|error| at(index, text.lines().nth(index).unwrap_or(""), error))?;
    }
    let mut warnings = Vec::new();
    if reader.project.patterns.is_empty() {
        let text = "no pattern in it: nothing will sound".to_owned();
        warnings.push(Warning { place: Place::DOCUMENT, text });
    }
    warn_of_tied_tracks(&reader.project, &mut warnings);
    Ok((reader.project, warnings))
}

/// A byte offset into the line, and what is wrong there.
pub(super) type LineError = (usize, Kind);

#[derive(Default)]
struct Reader {
    project: Project,
    /// The line that is read.
    line_index: usize,
    /// The lines of the song: which, where in it the value begins, the value.
    songs: Vec<(usize, usize, String)>,
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<(), LineError> {
        let content = without_comment(line);
        let trimmed = content.trim();
        let start = content.len() - content.trim_start().len();
        if trimmed.is_empty() {
            return Ok(());
        }
        if let Some(inside) = trimmed.strip_prefix('[') {
            let name = inside.strip_suffix(']').ok_or((start, Kind::UnknownLine))?;
            return self.heading(name.trim()).map_err(|kind| (start, kind));
        }
        if let Some(lane) = trimmed.strip_prefix('>') {
            return self.lane(lane, start + 1);
        }
        let mark = outside_quotes(content, |c| c == ':');
        if let Some(colon) = mark {
            let (head, steps) = content.split_at(colon);
            return self.track(head, steps.get(1..).unwrap_or(""), colon + 1);
        }
        if let Some(equals) = outside_quotes(content, |c| c == '=') {
            let (name, value) = content.split_at(equals);
            let value = value.get(1..).unwrap_or("");
            let at = equals + 1 + (value.len() - value.trim_start().len());
            return self.setting(name.trim(), value.trim(), start, at);
        }
        if content.contains('"') && unclosed_quote(content).is_some() {
            return Err((unclosed_quote(content).unwrap_or(start), Kind::OpenQuote));
        }
        Err((start, Kind::UnknownLine))
    }

    fn heading(&mut self, name: &str) -> Result<(), Kind> {
        let count = self.project.patterns.len() + 1;
        LimitExceeded::check(Place::DOCUMENT, "patterns", count, PATTERNS_MAX)?;
        let name = checked_name(unquoted(name))?;
        self.project.patterns.push(Pattern { name, ..Pattern::default() });
        Ok(())
    }

    /// The pattern that lines belong to; before any heading, one without a name.
    fn pattern(&mut self) -> Result<&mut Pattern, Kind> {
        if self.project.patterns.is_empty() {
            self.project.patterns.push(Pattern::default());
        }
        self.project.patterns.last_mut().ok_or(Kind::UnknownLine)
    }

    fn setting(
        &mut self,
        name: &str,
        value: &str,
        name_at: usize,
        value_at: usize,
    ) -> Result<(), LineError> {
        let here = |kind| (value_at, kind);
        let project = &mut self.project;
        match name {
            "name" => project.name = checked_name(unquoted(value)).map_err(here)?,
            "author" => project.author = checked_name(unquoted(value)).map_err(here)?,
            "licence" => project.licence = checked_name(unquoted(value)).map_err(here)?,
            "description" => project.description = unquoted(value).to_owned(),
            "seed" => project.seed = number(value, "7").map_err(here)?,
            "tempo" => {
                let bpm: f64 = number(value, "120").map_err(here)?;
                project.tempo = Tempo::new(bpm).map_err(|e| here(e.into()))?;
            }
            "song" => self.songs.push((self.line_index, value_at, value.to_owned())),
            "metre" => project.metre = metre(value).map_err(here)?,
            "swing" => {
                let percent: f64 = number(value, "58").map_err(here)?;
                let percent = SwingPercent::new(percent).map_err(|e| here(e.into()))?;
                self.pattern().map_err(here)?.swing.percent = percent;
            }
            "swing_unit" => {
                let unit = match value {
                    "1/8" => SwingUnit::Eighth,
                    "1/16" => SwingUnit::Sixteenth,
                    _ => return Err(here(expected(value, "1/8 or 1/16"))),
                };
                self.pattern().map_err(here)?.swing.unit = unit;
            }
            "humanise_timing" | "humanise_velocity" => {
                let share = number(value, "10").map_err(here)?;
                let share = Percent::new(share).map_err(|e| here(e.into()))?;
                let humanise = &mut self.pattern().map_err(here)?.humanise;
                match name {
                    "humanise_timing" => humanise.timing = share,
                    _ => humanise.velocity = share,
                }
            }
            "scale" => {
                let example = "C minor or C 0 3 5 7 10";
                let scale = Scale::parse(value).ok_or_else(|| here(expected(value, example)))?;
                self.pattern().map_err(here)?.scale = Some(scale);
            }
            "groove" => {
                let groove = groove(value).map_err(here)?;
                self.pattern().map_err(here)?.groove = Some(groove);
            }
            "groove_amount" => {
                let amount = number(value, "60").map_err(here)?;
                let amount = Percent::new(amount).map_err(|e| here(e.into()))?;
                let groove = self.pattern().map_err(here)?.groove.as_mut();
                let expected = "set below a groove = 1/16 0 320 -100 200";
                groove
                    .ok_or_else(|| (name_at, self::expected("groove_amount", expected)))?
                    .amount = amount;
            }
            "length" => {
                let length = length(value).map_err(here)?;
                self.pattern().map_err(here)?.length = Some(length);
            }
            _ => return Err((name_at, Kind::UnknownSetting(name.to_owned()))),
        }
        Ok(())
    }

    fn track(&mut self, head: &str, steps: &str, steps_at: usize) -> Result<(), LineError> {
        let mut words = words(head)?.into_iter();
        let (name_at, name) = words.next().unwrap_or((0, ""));
        let name = checked_name(unquoted(name)).map_err(|kind| (name_at, kind))?;
        let mut track = Track { name, ..Track::default() };
        if let Some(key) = pitch::drum(&track.name) {
            let channel = Channel::saturating(DRUM_CHANNEL);
            track.destination = Destination { channel, key: Some(key), ..Destination::default() };
        }
        let mut has_channel = false;
        for (at, word) in words {
            let (option, value) =
                word.split_once('=').ok_or((at, Kind::UnknownOption(word.to_owned())))?;
            let value_at = at + option.len() + 1;
            has_channel |= option == "ch";
            set_option(&mut track, option, value)
                .map_err(|kind| (if is_name(&kind) { at } else { value_at }, kind))?;
        }
        // A drum's name on a channel of its own choice without a key is a melodic track of that name.
        if has_channel && !head.contains("key=") {
            track.destination.key = None;
        }
        let key = track.destination.key;
        let marks = Marks { key, may_stand_alone: false, control: None };
        track.steps = read_cells(steps, steps_at, marks)?;
        track.complete_base().map_err(|error| (steps_at, error.into()))?;
        if track.steps.is_empty() {
            return Err((steps_at, Kind::NoSteps));
        }
        let pattern = self.pattern().map_err(|kind| (name_at, kind))?;
        let count = pattern.tracks.len() + 1;
        LimitExceeded::check(Place::DOCUMENT, "tracks", count, TRACKS_MAX)
            .map_err(|error| (name_at, error.into()))?;
        track.id = TrackId(u32::try_from(count).unwrap_or(u32::MAX));
        pattern.tracks.push(track);
        Ok(())
    }
}

/// What a lane's line says: the property, the step size, the steps.
impl Reader {
    fn lane(&mut self, line: &str, line_at: usize) -> Result<(), LineError> {
        let colon = line.find(':').ok_or((line_at, Kind::NoLane(shortened(line))))?;
        let (head, steps) = line.split_at(colon);
        let steps_at = line_at + colon + 1;
        let mut words = words(head)?.into_iter();
        let (name_at, name) = words.next().unwrap_or((0, ""));
        let no_lane = || (line_at + name_at, Kind::NoLane(shortened(name)));
        let property = Property::from_name(name).ok_or_else(no_lane)?;
        let track = self.project.patterns.last_mut().and_then(|p| p.tracks.last_mut());
        let track = track.filter(|track| track.lanes.iter().all(|lane| lane.property != property));
        let track = track.ok_or_else(no_lane)?;
        let mut step_size = StepSize::default();
        for (at, word) in words {
            let at = line_at + at;
            let value = word.strip_prefix("step=");
            let value = value.ok_or_else(|| (at, Kind::UnknownOption(word.to_owned())))?;
            step_size = read_step_size(value).map_err(|kind| (at + 5, kind))?;
        }
        let text = steps.get(1..).unwrap_or("");
        // In a lane of gates an x is a gate, whatever key it has.
        let control = match property {
            Property::Lock(control) => Some(control),
            _ => None,
        };
        let marks = Marks { key: Some(Key::MIN), may_stand_alone: true, control };
        let mut steps = read_cells(text, steps_at, marks)?;
        if steps.is_empty() {
            return Err((steps_at, Kind::NoSteps));
        }
        if property != Property::Gate {
            // A lane of notes is written with notes, which are on; only a lane of gates has gates.
            steps.iter_mut().for_each(|step| step.is_on = false);
        }
        track.lanes.push(Lane { property, step_size, steps, unknown: Unknown::default() });
        track.complete_base().map_err(|error| (line_at + name_at, error.into()))?;
        Ok(())
    }
}

fn shortened(text: &str) -> String {
    text.trim().chars().take(40).collect()
}

fn read_step_size(value: &str) -> Result<StepSize, Kind> {
    StepSize::parse(value)?.ok_or_else(|| expected(value, "1/16"))
}

/// Channel 10, where General MIDI has its drums, counted from 0.
pub(super) const DRUM_CHANNEL: u8 = 9;

fn is_name(kind: &Kind) -> bool {
    matches!(kind, Kind::UnknownOption(_))
}

fn set_option(track: &mut Track, option: &str, value: &str) -> Result<(), Kind> {
    let destination = &mut track.destination;
    match option {
        "ch" => destination.channel = from_one(value, "channel", "10", Channel::new)?,
        "port" => destination.port = from_one(value, "port", "1", Port::new)?,
        "key" => {
            let named = pitch::read(value).filter(|(_, bytes)| *bytes == value.len());
            destination.key = Some(match named {
                Some((key, _)) => key,
                None => Key::new(number(value, "36 or C1")?)?,
            });
        }
        "step" => track.step_size = read_step_size(value)?,
        "prog" => track.base.set(from_one(value, "program", "34", Program::new)?.into())?,
        "delay" => track.delay = Delay::from_ms(number(value, "12.5 or -8, in ms")?)?,
        "dir" => {
            let example = "forward, backward, ping-pong, random or walk";
            track.direction =
                Direction::from_name(value).ok_or_else(|| expected(value, example))?;
        }
        "rotate" => track.rotation = number(value, "2")?,
        _ => match Control::parse(option)? {
            // The program has an option of its own.
            None | Some(Control::Program) => return Err(Kind::UnknownOption(option.to_owned())),
            Some(control) => {
                track.base.set(Lock::from_shown(control, number(value, "64")?)?)?;
            }
        },
    }
    Ok(())
}

/// A number that people count from 1.
fn from_one<T>(
    value: &str,
    what: &'static str,
    example: &'static str,
    make: impl Fn(i64) -> Result<T, crate::document::OutOfRange>,
) -> Result<T, Kind> {
    let number: i64 = number(value, example)?;
    make(number.saturating_sub(1)).map_err(|error| Kind::Value(error.counted_from_one(what)))
}

pub(super) fn expected(found: &str, expected: &'static str) -> Kind {
    Kind::Expected { found: found.chars().take(40).collect(), expected }
}

pub(super) fn number<T: std::str::FromStr>(text: &str, example: &'static str) -> Result<T, Kind> {
    text.parse().map_err(|_| expected(text, example))
}

fn metre(text: &str) -> Result<Metre, Kind> {
    Metre::parse(text).ok_or_else(|| expected(text, "4/4"))
}

fn length(text: &str) -> Result<Ticks, Kind> {
    let (above, below) = fraction(text)
        .or_else(|| text.parse().ok().map(|beats: i64| (beats, 1)))
        .filter(|(above, below)| *above > 0 && *above <= 65536 * *below && *below > 0)
        .ok_or_else(|| expected(text, "4 or 7/2, in quarter notes"))?;
    Ok(Ticks(mul_div_round(above, PPQ, below).max(1)))
}

/// `1/16 0 320 -100 200`: the unit, and the offset of each place in ticks.
fn groove(text: &str) -> Result<Groove, Kind> {
    const EXAMPLE: &str = "1/16 0 320 -100 200";
    let mut words = text.split_whitespace();
    let unit = read_step_size(words.next().unwrap_or_default())?;
    let offsets = words.map(|word| number(word, EXAMPLE).map(Ticks)).collect::<Result<_, _>>()?;
    Ok(Groove::new(unit, offsets)?)
}

fn checked_name(name: &str) -> Result<String, Kind> {
    let count = name.chars().count();
    LimitExceeded::check(Place::DOCUMENT, "characters in a name", count, NAME_MAX)?;
    Ok(name.to_owned())
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text)
}

/// The line up to a `#` that stands alone: one inside quotes or behind a letter (`C#3`) is none.
fn without_comment(line: &str) -> &str {
    let mut before = ' ';
    let mut is_quoted = false;
    for (at, character) in line.char_indices() {
        match character {
            '"' => is_quoted = !is_quoted,
            '#' if !is_quoted && before.is_whitespace() => return line.get(..at).unwrap_or(line),
            _ => {}
        }
        before = character;
    }
    line
}

pub(super) fn outside_quotes(text: &str, is_wanted: impl Fn(char) -> bool) -> Option<usize> {
    let mut is_quoted = false;
    text.char_indices().find_map(|(at, character)| {
        is_quoted ^= character == '"';
        (!is_quoted && is_wanted(character)).then_some(at)
    })
}

fn unclosed_quote(text: &str) -> Option<usize> {
    let quotes: Vec<usize> = text.match_indices('"').map(|(at, _)| at).collect();
    if quotes.len() % 2 == 1 { quotes.last().copied() } else { None }
}

/// The words before the colon with their places; a quoted name is one word.
pub(super) fn words(head: &str) -> Result<Vec<(usize, &str)>, LineError> {
    let mut words = Vec::new();
    let mut rest = head;
    let mut at = 0;
    loop {
        let skipped = rest.len() - rest.trim_start().len();
        at += skipped;
        rest = rest.get(skipped..).unwrap_or("");
        if rest.is_empty() {
            return Ok(words);
        }
        let end = if rest.starts_with('"') {
            rest.get(1..).and_then(|r| r.find('"')).map(|e| e + 2).ok_or((at, Kind::OpenQuote))?
        } else {
            rest.find(char::is_whitespace).unwrap_or(rest.len())
        };
        let (word, after) = rest.split_at(end);
        words.push((at, word));
        at += end;
        rest = after;
    }
}
