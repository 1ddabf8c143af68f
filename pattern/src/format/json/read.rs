//! From the file to the document.

use crate::document::value::fraction;
use crate::document::{
    Channel, Control, Delay, Destination, Direction, Groove, Humanise, Key, Lane, Lock, Locks,
    Metre, OutOfRange, Pattern, Percent, Port, Project, Property, Scale, Step, StepSize, Swing,
    SwingPercent, SwingUnit, Tempo, Track, TrackId, Unknown,
};
use crate::format::json::migrate::{LIFTS, Lift};
use crate::format::json::read_song::song;
use crate::format::json::read_steps::{fill_all, gates, locks, step_size};
use crate::format::json::{ReadError, file, migrate};
use crate::format::{LimitExceeded, Place, Warning, warn_of_tied_tracks};
use crate::limits::{
    DOCUMENT_BYTES_MAX, LANES_MAX, NAME_MAX, PATTERN_TICKS_MAX, PATTERNS_MAX, STEPS_MAX, TRACKS_MAX,
};
use crate::time::{PPQ, Ticks, mul_div_round};

/// Reads a project file. What could be read but not taken as it stands is told in the warnings.
///
/// # Errors
/// [`ReadError`] when it is no project file of a version this program knows, or holds what a project cannot.
pub fn read(bytes: &[u8]) -> Result<(Project, Vec<Warning>), ReadError> {
    read_lifted(bytes, LIFTS)
}

/// Reads a project file of the version that `lifts` end at, or of one that they begin with.
pub(super) fn read_lifted(
    bytes: &[u8],
    lifts: &[Lift],
) -> Result<(Project, Vec<Warning>), ReadError> {
    if bytes.len() > DOCUMENT_BYTES_MAX {
        return Err(ReadError::TooLarge { bytes: bytes.len(), max: DOCUMENT_BYTES_MAX });
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| ReadError::NotText { byte: error.valid_up_to() })?;
    let found = format_of(text)?;
    let file: file::Project = match migrate::lifts_for(&found, lifts) {
        None => return Err(ReadError::OtherFormat { found }),
        Some([]) => serde_json::from_str(text).map_err(syntax)?,
        Some(lifts) => migrate::read(text, lifts)
            .map_err(|error| ReadError::Lifted { found, message: error.to_string() })?,
    };
    let mut warnings = Vec::new();
    let project = project(file, &mut warnings)?;
    warn_of_tied_tracks(&project, &mut warnings);
    Ok((project, warnings))
}

fn syntax(error: serde_json::Error) -> ReadError {
    // The parser repeats the place at the end of its sentence; ours stands in front.
    let whole = error.to_string();
    let message = whole.split(" at line ").next().unwrap_or(&whole).to_owned();
    ReadError::Syntax { line: error.line(), column: error.column(), message }
}

/// What the file says it is.
fn format_of(text: &str) -> Result<String, ReadError> {
    if !text.trim_start().starts_with('{') {
        // A list, a number, a text: JSON perhaps, but no project.
        let _: serde::de::IgnoredAny = serde_json::from_str(text).map_err(syntax)?;
        return Err(ReadError::NoFormat);
    }
    let header: file::Header = serde_json::from_str(text).map_err(syntax)?;
    let format = header.format.ok_or(ReadError::NoFormat)?;
    Ok(format.as_str().map_or_else(|| format.to_string(), str::to_owned))
}

pub(super) fn at(place: Place) -> impl Fn(OutOfRange) -> ReadError {
    move |source| ReadError::Value { place, source }
}

fn project(file: file::Project, warnings: &mut Vec<Warning>) -> Result<Project, ReadError> {
    let place = Place::DOCUMENT;
    LimitExceeded::check(place, "patterns", file.patterns.len(), PATTERNS_MAX)?;
    for name in [&file.name, &file.author, &file.licence] {
        check_name(place, name)?;
    }
    let mut patterns = Vec::with_capacity(file.patterns.len());
    for (index, pattern_file) in file.patterns.into_iter().enumerate() {
        patterns.push(pattern(pattern_file, Place::pattern(index), warnings)?);
    }
    let song = song(file.song, patterns.len())?;
    Ok(Project {
        song,
        name: file.name,
        author: file.author,
        licence: file.licence,
        description: file.description,
        seed: file.seed,
        tempo: file.tempo.map_or(Ok(Tempo::default()), Tempo::new).map_err(at(place))?,
        metre: file.metre.map_or(Ok(Metre::default()), |text| metre(&text))?,
        patterns,
        unknown: Unknown(file.unknown),
    })
}

fn check_name(place: Place, name: &str) -> Result<(), ReadError> {
    let count = name.chars().count();
    Ok(LimitExceeded::check(place, "characters in a name", count, NAME_MAX)?)
}

/// `"7/8"`.
fn metre(text: &str) -> Result<Metre, ReadError> {
    Metre::parse(text).ok_or_else(|| ReadError::Text {
        place: Place::DOCUMENT,
        field: "metre",
        found: text.to_owned(),
        expected: "\"4/4\" or \"7/8\"",
    })
}

fn pattern(
    file: file::Pattern,
    place: Place,
    warnings: &mut Vec<Warning>,
) -> Result<Pattern, ReadError> {
    LimitExceeded::check(place, "tracks", file.tracks.len(), TRACKS_MAX)?;
    check_name(place, &file.name)?;
    let percent =
        file.swing.map_or(Ok(SwingPercent::STRAIGHT), SwingPercent::new).map_err(at(place))?;
    let unit = match file.swing_unit.as_deref() {
        None | Some("1/16") => SwingUnit::Sixteenth,
        Some("1/8") => SwingUnit::Eighth,
        Some(other) => {
            return Err(ReadError::Text {
                place,
                field: "swing_unit",
                found: other.to_owned(),
                expected: "\"1/8\" or \"1/16\"",
            });
        }
    };
    let mut tracks: Vec<Track> = Vec::with_capacity(file.tracks.len());
    for (index, track_file) in file.tracks.into_iter().enumerate() {
        let place = place.track(index);
        let track = track(track_file, place, warnings)?;
        if tracks.iter().any(|other| other.id == track.id) {
            return Err(ReadError::SameId { place, id: track.id.0 });
        }
        tracks.push(track);
    }
    Ok(Pattern {
        name: file.name,
        length: file.length.map(|value| length(&value, place)).transpose()?,
        swing: Swing { percent, unit },
        groove: file.groove.map(|groove| read_groove(groove, place)).transpose()?,
        humanise: humanise(file.humanise, place)?,
        scale: file.scale.map(|text| scale(text, place)).transpose()?,
        tracks,
        unknown: Unknown(file.unknown),
    })
}

fn humanise(file: Option<file::Humanise>, place: Place) -> Result<Humanise, ReadError> {
    let Some(file) = file else { return Ok(Humanise::default()) };
    let share =
        |value: Option<i64>| value.map_or(Ok(Percent::MIN), Percent::new).map_err(at(place));
    Ok(Humanise { timing: share(file.timing)?, velocity: share(file.velocity)? })
}

fn read_groove(file: file::Groove, place: Place) -> Result<Groove, ReadError> {
    let unit = step_size("unit of the groove", &file.unit, place)?;
    let offsets = file.offsets.into_iter().map(Ticks).collect();
    let mut groove = Groove::new(unit, offsets).map_err(at(place))?;
    if let Some(amount) = file.amount {
        groove.amount = Percent::new(amount).map_err(at(place))?;
    }
    groove.unknown = Unknown(file.unknown);
    Ok(groove)
}

fn scale(text: String, place: Place) -> Result<Scale, ReadError> {
    Scale::parse(&text).ok_or(ReadError::Text {
        place,
        field: "scale",
        found: text,
        expected: "\"C minor\", \"F# dorian\" or \"C 0 3 5 7 10\"",
    })
}

/// Quarter notes, as a number or as a fraction in text, to at most the longest that tracks could reach.
fn length(value: &serde_json::Value, place: Place) -> Result<Ticks, ReadError> {
    let ticks = match value {
        serde_json::Value::String(text) => fraction(text)
            .filter(|(_, below)| *below > 0)
            .map(|(above, below)| mul_div_round(above, PPQ, below)),
        _ => value.as_f64().map(|beats| crate::time::Tick::from_beats(beats).0),
    };
    ticks.filter(|ticks| (1..=PATTERN_TICKS_MAX).contains(ticks)).map(Ticks).ok_or_else(|| {
        ReadError::Text {
            place,
            field: "length",
            found: value.to_string(),
            expected: "4 or \"7/2\", in quarter notes, above 0 and at most 65536",
        }
    })
}

fn track(file: file::Track, place: Place, warnings: &mut Vec<Warning>) -> Result<Track, ReadError> {
    let wrong = at(place);
    check_name(place, &file.name)?;
    let mut steps = gates(&file.gates, place)?;
    if steps.is_empty() {
        warnings.push(Warning { place, text: "no gates, so it has one silent step".to_owned() });
        steps.push(Step::default());
    }
    LimitExceeded::check(place, "steps", steps.len(), STEPS_MAX)?;
    let destination = Destination {
        port: Port::new(file.port.map_or(0, |port| port.saturating_sub(1)))
            .map_err(|error| wrong(error.counted_from_one("port")))?,
        channel: Channel::new(file.channel.map_or(0, |channel| channel.saturating_sub(1)))
            .map_err(|error| wrong(error.counted_from_one("channel")))?,
        key: file.key.map(Key::new).transpose().map_err(&wrong)?,
    };
    fill_all(&mut steps, file.steps, place)?;
    let mut track = Track {
        id: TrackId(file.id),
        name: file.name,
        destination,
        base: base(file.program, file.base, place)?,
        delay: file.delay_ms.map_or(Ok(Delay::default()), Delay::from_ms).map_err(&wrong)?,
        step_size: file
            .step_size
            .map_or(Ok(StepSize::default()), |text| step_size("step_size", &text, place))?,
        direction: file.direction.map_or(Ok(Direction::default()), |name| {
            Direction::from_name(&name).ok_or(ReadError::Text {
                place,
                field: "direction",
                found: name,
                expected: "\"forward\", \"backward\", \"ping-pong\", \"random\" or \"walk\"",
            })
        })?,
        rotation: file.rotation,
        lanes: lanes(file.lanes, place)?,
        steps,
        unknown: Unknown(file.unknown),
    };
    track.complete_base().map_err(&wrong)?;
    warn_of_silent_steps(&track, place, warnings);
    Ok(track)
}

/// The base values of a track, its program among them.
fn base(program: Option<i64>, values: file::Controls, place: Place) -> Result<Locks, ReadError> {
    if values.contains_key("program") {
        let (found, expected) = ("program".to_owned(), "a field \"program\" beside \"base\"");
        return Err(ReadError::Text { place, field: "base", found, expected });
    }
    let mut base = locks("base", values, place)?;
    if let Some(shown) = program {
        let set = Lock::from_shown(Control::Program, shown).and_then(|lock| base.set(lock));
        set.map_err(at(place))?;
    }
    Ok(base)
}

fn warn_of_silent_steps(track: &Track, place: Place, warnings: &mut Vec<Warning>) {
    let is_silent = |step: &Step| step.is_on && step.keys.is_empty();
    if track.destination.key.is_none()
        && let Some(index) = track.steps.iter().position(is_silent)
    {
        let text = "on, but silent: neither the step nor its track names a key".to_owned();
        warnings.push(Warning { place: place.step(index), text });
    }
}

fn lanes(files: Vec<file::Lane>, place: Place) -> Result<Vec<Lane>, ReadError> {
    LimitExceeded::check(place, "lanes", files.len(), LANES_MAX)?;
    let mut lanes: Vec<Lane> = Vec::with_capacity(files.len());
    for file in files {
        let wrong =
            |field, found: String, expected| ReadError::Text { place, field, found, expected };
        let property = Property::from_name(&file.property).ok_or_else(|| {
            let expected =
                "\"velocity\", or gate, notes, length, micro, chance, condition, ratchet, cc74, bend …";
            wrong("property", file.property.clone(), expected)
        })?;
        if lanes.iter().any(|lane| lane.property == property) {
            return Err(wrong("property", file.property, "none of the track's other lanes"));
        }
        let mut steps = gates(&file.gates, place)?;
        let length = file.length.unwrap_or(steps.len());
        LimitExceeded::check(place, "steps in a lane", length.max(steps.len()), STEPS_MAX)?;
        if length == 0 {
            return Err(wrong("length", "0".to_owned(), "3: the steps of the lane"));
        }
        steps.resize(length, Step::default());
        fill_all(&mut steps, file.steps, place)?;
        let size = file
            .step_size
            .map_or(Ok(StepSize::default()), |text| step_size("step_size", &text, place))?;
        lanes.push(Lane { property, step_size: size, steps, unknown: Unknown(file.unknown) });
    }
    Ok(lanes)
}
