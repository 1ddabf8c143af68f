//! The song on its lines: `song = Verse 4, Fill 1, "Last one" 4 +12 mute=1+3`.

use crate::document::{OutOfRange, Pattern, Project, Slot, Unknown};
use crate::format::notation::NotationErrorKind as Kind;
use crate::format::notation::read::{LineError, expected, number, outside_quotes, words};
use crate::format::{LimitExceeded, Place};
use crate::limits::{SLOT_BARS_MAX, SLOTS_MAX, TRACKS_MAX};
use crate::performance::{Mutes, PatternIndex};

/// What a slot looks like, for errors.
const EXAMPLE: &str = "Verse 4, or \"Fill in\" 1 +12 mute=1+3";

/// Adds the slots of a line, whose value begins at byte `offset`, to the song. All patterns are there already.
pub(super) fn read(project: &mut Project, value: &str, offset: usize) -> Result<(), LineError> {
    let mut at = 0;
    loop {
        let rest = value.get(at..).unwrap_or("");
        let comma = outside_quotes(rest, |c| c == ',');
        let text = rest.get(..comma.unwrap_or(rest.len())).unwrap_or("");
        // A comma at the end of a line leads to the next.
        if !text.trim().is_empty() || comma.is_some() || at == 0 {
            let slot = slot(project, text).map_err(|(place, kind)| (offset + at + place, kind))?;
            project.song.slots.push(slot);
            let count = project.song.slots.len();
            LimitExceeded::check(Place::DOCUMENT, "slots in the song", count, SLOTS_MAX)
                .map_err(|error| (offset + at, error.into()))?;
        }
        match comma {
            Some(comma) => at += comma + 1,
            None => return Ok(()),
        }
    }
}

fn slot(project: &Project, text: &str) -> Result<Slot, LineError> {
    let mut words = words(text)?.into_iter().peekable();
    let (name_at, name) = words.next().ok_or_else(|| (0, expected(text.trim(), EXAMPLE)))?;
    let index = find(&project.patterns, name).map_err(|kind| (name_at, kind))?;
    let is_bars = |(_, word): &(usize, &str)| word.starts_with(|c: char| c.is_ascii_digit());
    let bars = match words.next_if(is_bars) {
        Some((at, word)) => bars(word).map_err(|kind| (at, kind))?,
        None => project.patterns.get(index).map_or(1, |pattern| pattern.bars(project.metre)),
    };
    let mut slot = Slot {
        pattern: PatternIndex(u8::try_from(index).unwrap_or(u8::MAX)),
        bars,
        transpose: 0,
        mutes: Mutes::NONE,
        unknown: Unknown::default(),
    };
    for (at, word) in words {
        if word.starts_with(['+', '-']) {
            slot.transpose = transpose(word).map_err(|kind| (at, kind))?;
        } else if let Some(tracks) = word.strip_prefix("mute=") {
            slot.mutes = mutes(tracks).map_err(|kind| (at + "mute=".len(), kind))?;
        } else {
            return Err((at, expected(word, EXAMPLE)));
        }
    }
    Ok(slot)
}

/// A bare number is that of a pattern, from 1; all else is a name.
fn find(patterns: &[Pattern], word: &str) -> Result<usize, Kind> {
    let found = if is_number(word) {
        let number = word.parse().ok().and_then(|number: usize| number.checked_sub(1));
        number.filter(|index| *index < patterns.len())
    } else {
        let name = word.trim_matches('"');
        patterns.iter().position(|pattern| pattern.name == name)
    };
    found.ok_or_else(|| Kind::NoSuchPattern {
        name: word.trim_matches('"').chars().take(40).collect(),
        there: there_are(patterns),
    })
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// What patterns there are, for people; of very many the first.
fn there_are(patterns: &[Pattern]) -> String {
    const SHOWN: usize = 16;
    let shown = (1..).zip(patterns).take(SHOWN);
    let mut names: Vec<String> =
        shown.map(|(number, pattern)| format!("{number} \"{}\"", pattern.name)).collect();
    match patterns.len().checked_sub(SHOWN) {
        Some(more @ 1..) => names.push(format!("{more} more")),
        _ if patterns.is_empty() => names.push("none".to_owned()),
        _ => {}
    }
    names.join(", ")
}

fn bars(word: &str) -> Result<u16, Kind> {
    let bars: i64 = number(word, "4, in bars")?;
    within("number of bars", bars, 1, i64::from(SLOT_BARS_MAX))?;
    u16::try_from(bars).map_err(|_| expected(word, "4, in bars"))
}

fn transpose(word: &str) -> Result<i8, Kind> {
    let example = "+12 or -5, in semitones";
    let semitones: i64 = number(word, example)?;
    within("transposition", semitones, -127, 127)?;
    i8::try_from(semitones).map_err(|_| expected(word, example))
}

fn mutes(text: &str) -> Result<Mutes, Kind> {
    let mut mutes = Mutes::NONE;
    for word in text.split('+') {
        let track: i64 = number(word, "1+3, as in mute=1+3")?;
        within("muted track", track, 1, i64::try_from(TRACKS_MAX).unwrap_or(i64::MAX))?;
        mutes = mutes.with(usize::try_from(track - 1).unwrap_or(TRACKS_MAX), true);
    }
    Ok(mutes)
}

fn within(what: &'static str, value: i64, min: i64, max: i64) -> Result<(), OutOfRange> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    #[allow(clippy::cast_precision_loss, reason = "only shown to a person")]
    Err(OutOfRange { what, value: value as f64, min: min as f64, max: max as f64 })
}

/// How many characters of slots a line takes before the next begins.
const LINE_MAX: usize = 80;

/// The values of the lines that hold the song.
pub(super) fn lines(project: &Project) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for slot in &project.song.slots {
        let text = slot_text(&project.patterns, slot);
        match lines.last_mut() {
            Some(line) if line.chars().count() + text.chars().count() < LINE_MAX => {
                line.push_str(", ");
                line.push_str(&text);
            }
            _ => lines.push(text),
        }
    }
    lines
}

fn slot_text(patterns: &[Pattern], slot: &Slot) -> String {
    let index = usize::from(slot.pattern.0);
    let name = patterns.get(index).and_then(|pattern| telling_name(patterns, pattern));
    let number = || (index + 1).to_string();
    let mut text = name.map_or_else(number, |name| super::write::quoted(&name));
    text.push_str(&format!(" {}", slot.bars.clamp(1, SLOT_BARS_MAX)));
    if slot.transpose != 0 {
        // Further down there is no key left to go.
        text.push_str(&format!(" {:+}", slot.transpose.max(-127)));
    }
    let muted: Vec<String> = slot.mutes.iter().map(|index| (index + 1).to_string()).collect();
    if !muted.is_empty() {
        text.push_str(&format!(" mute={}", muted.join("+")));
    }
    text
}

/// The name that is read back as this pattern's: there, no number, and of no other pattern.
fn telling_name(patterns: &[Pattern], pattern: &Pattern) -> Option<String> {
    let held = |pattern: &Pattern| super::write::held_name(&pattern.name);
    let name = held(pattern);
    let is_only_one = patterns.iter().filter(|pattern| held(pattern) == name).count() == 1;
    Some(name).filter(|name| !is_number(name) && is_only_one)
}
