//! From the file to patterns.

use std::collections::{BTreeMap, HashMap};

use crate::document::{
    Channel, Destination, Key, Pattern, Project, Swing, SwingPercent, SwingUnit, Tempo, Track,
    TrackId,
};
use crate::format::hydrogen::file::{File, Instrument, Note, Pattern as FilePattern};
use crate::format::hydrogen::hits::{hits, lead};
use crate::format::hydrogen::lay::Grid;
use crate::format::hydrogen::{BYTES_MAX, GROUPS_MAX, Hydrogen, HydrogenError, TICKS, drums, xml};
use crate::format::{LimitExceeded, Place, Warning, layer_name};
use crate::limits::{NAME_MAX, PATTERNS_MAX, STEPS_MAX, TEMPO_BPM, TRACKS_MAX};
use crate::time::Ticks;

/// Reads a pattern or a song, told apart by what is in it. A file that breaks off is read as far as it goes.
///
/// # Errors
/// [`HydrogenError`] when it is no file of Hydrogen's, or holds what a project cannot.
pub fn read(bytes: &[u8]) -> Result<(Hydrogen, Vec<Warning>), HydrogenError> {
    if bytes.len() > BYTES_MAX {
        return Err(HydrogenError::TooLarge { bytes: bytes.len(), max: BYTES_MAX });
    }
    let mut warnings = Warnings(Vec::new());
    let text = String::from_utf8_lossy(bytes);
    if matches!(text, std::borrow::Cow::Owned(_)) {
        warnings.document("not UTF-8 throughout; characters of names may be lost".to_owned());
    }
    let mut file = File::default();
    let walked = xml::walk(&text, &mut file);
    if !file.root.is_empty() && !file.is_song && !file.is_pattern {
        return Err(HydrogenError::OtherRoot { found: file.root });
    }
    if let Err(xml::Broken { line, column, message }) = walked {
        if file.patterns.iter().all(|pattern| pattern.notes.is_empty()) {
            return Err(HydrogenError::Syntax { line, column, message });
        }
        let left_out = "the rest of the file was left out";
        warnings.document(format!("line {line}, column {column}: {message}; {left_out}"));
        // A note that breaks off is none.
        if let Some(pattern) = file.patterns.last_mut() {
            pattern.notes.retain(|note| note.position.is_some());
        }
    }
    if file.patterns.is_empty() {
        return Err(HydrogenError::NoPatterns);
    }
    LimitExceeded::check(Place::DOCUMENT, "patterns", file.patterns.len(), PATTERNS_MAX)?;
    LimitExceeded::check(Place::DOCUMENT, "groups of patterns", file.groups.len(), GROUPS_MAX)?;
    let hydrogen = Hydrogen {
        project: project(&file, &mut warnings)?,
        sequence: sequence(&file, &mut warnings),
    };
    warnings.of_song(&file);
    Ok((hydrogen, warnings.0))
}

pub(super) struct Warnings(Vec<Warning>);

impl Warnings {
    fn add(&mut self, place: Place, text: String) {
        self.0.push(Warning { place, text });
    }

    fn document(&mut self, text: String) {
        self.add(Place::DOCUMENT, text);
    }

    /// Tells of `count` things, if there are any.
    pub(super) fn count(&mut self, place: Place, count: usize, text: &str) {
        if count > 0 {
            self.add(place, format!("{count} {text}"));
        }
    }

    fn of_song(&mut self, file: &File) {
        let document = Place::DOCUMENT;
        self.count(
            document,
            file.bad_numbers,
            "numbers or keys cannot be read; Hydrogen's usual ones are taken",
        );
        self.count(
            document,
            file.tempo_changes,
            "tempo changes are left out; the song's own tempo is taken",
        );
        if file.is_humanised {
            self.document("humanising is left out; notes stand where they are written".to_owned());
        }
    }
}

fn project(file: &File, warnings: &mut Warnings) -> Result<Project, HydrogenError> {
    let swing = swing(file.swing_factor, warnings);
    let mut instruments: HashMap<i64, &Instrument> = HashMap::new();
    for (index, instrument) in file.instruments.iter().enumerate() {
        let id = instrument.id.or(i64::try_from(index).ok()).unwrap_or(i64::MAX);
        instruments.entry(id).or_insert(instrument);
    }
    let mut patterns = Vec::with_capacity(file.patterns.len());
    for (index, source) in file.patterns.iter().enumerate() {
        let place = Place::pattern(index);
        let late = swung_late(source, swing);
        let swing = if late == 0 { swing } else { Swing::default() };
        let pattern = pattern(source, &instruments, late, place, warnings)?;
        patterns.push(Pattern { swing, ..pattern });
    }
    let empty = FilePattern::default();
    let only = if file.is_song { &empty } else { file.patterns.first().unwrap_or(&empty) };
    let first_of =
        |song: &str, pattern: &str| one_line(if song.is_empty() { pattern } else { song });
    Ok(Project {
        name: first_of(&file.name, &only.name),
        author: first_of(&file.author, &only.author),
        licence: first_of(&file.licence, &only.licence),
        description: first_of(&file.notes, &only.info),
        tempo: tempo(file.bpm, warnings),
        patterns,
        ..Project::default()
    })
}

/// Words with single spaces, no longer than a name may be.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(NAME_MAX).collect()
}

fn tempo(bpm: Option<f64>, warnings: &mut Warnings) -> Tempo {
    let Some(bpm) = bpm else { return Tempo::default() };
    Tempo::new(bpm).unwrap_or_else(|error| {
        let tempo = Tempo::new(bpm.clamp(*TEMPO_BPM.start(), *TEMPO_BPM.end())).unwrap_or_default();
        warnings.document(format!("{error}; {} is taken", tempo.bpm()));
        tempo
    })
}

/// A factor of 1 delays every second sixteenth by half of one: 75 % of the pair for the first.
fn swing(factor: f64, warnings: &mut Warnings) -> Swing {
    if !(0.0..=1.0).contains(&factor) {
        warnings
            .document(format!("swing factor {factor} is outside 0 to 1; the nearer end is taken"));
    }
    let percent = SwingPercent::new(50.0 + 25.0 * factor.clamp(0.0, 1.0));
    Swing { percent: percent.unwrap_or(SwingPercent::STRAIGHT), unit: SwingUnit::Sixteenth }
}

/// How late a swung sixteenth is where it has to be micro-timing, in our ticks.
///
/// Hydrogen delays only what stands exactly on a sixteenth; our swing would also move what lies between two of them.
fn swung_late(pattern: &FilePattern, swing: Swing) -> i64 {
    let is_plain = |note: &Note| {
        note.position.is_none_or(|position| position % 12 == 0) && lead(note.leadlag) == 0
    };
    if pattern.notes.iter().all(is_plain) {
        return 0;
    }
    // Six of Hydrogen's ticks, half a sixteenth, at 75 %.
    #[allow(clippy::cast_precision_loss, reason = "2520 is exact")]
    let most = (6 * TICKS) as f64;
    #[allow(clippy::cast_possible_truncation, reason = "at most 2520")]
    let late = ((swing.percent.percent() - 50.0) / 25.0 * most).round() as i64;
    late
}

/// What a note is of: an instrument, or where it names none, a kind.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Voice {
    instrument: Option<i64>,
    kind: Option<usize>,
}

fn pattern(
    file: &FilePattern,
    instruments: &HashMap<i64, &Instrument>,
    late: i64,
    place: Place,
    warnings: &mut Warnings,
) -> Result<Pattern, HydrogenError> {
    let size = match file.size {
        Some(size) if size > 0 => size,
        size => {
            let said = size.map_or("no size".to_owned(), |size| format!("a size of {size}"));
            warnings.add(place, format!("{said}; a bar of 192 ticks is taken"));
            192
        }
    };
    let mut voices: BTreeMap<Voice, Vec<&Note>> = BTreeMap::new();
    let mut outside = 0;
    for note in &file.notes {
        // What lies outside never sounds in Hydrogen either.
        if note.position.is_none_or(|position| !(0..size).contains(&position)) {
            outside += 1;
            continue;
        }
        let kind = if note.instrument.is_none() { note.kind } else { None };
        voices.entry(Voice { instrument: note.instrument, kind }).or_default().push(note);
    }
    warnings.count(place, file.nowhere, "notes without a position are left out");
    warnings.count(place, outside, "notes lie outside the pattern and are left out");
    LimitExceeded::check(place, "tracks (one for each instrument)", voices.len(), TRACKS_MAX)?;

    let mut tracks: Vec<Track> = Vec::new();
    let mut sounds: Vec<Sound> = Vec::new();
    let mut is_longer = false;
    for (voice, notes) in voices {
        let kind = notes.iter().find_map(|note| note.kind).and_then(|kind| file.kinds.get(kind));
        let instrument = voice.instrument.and_then(|id| instruments.get(&id)).copied();
        let sound = Sound::of(voice.instrument, instrument, kind.map_or("", String::as_str));
        if instrument.is_some_and(|instrument| instrument.is_muted) {
            let text = format!("{} is muted in the song; its notes are on here", sound.name);
            warnings.add(place, text);
        }
        let hits = hits(&notes, &sound, late, place, warnings);
        let Some(grid) = Grid::of(&hits, size) else {
            let count = usize::try_from(size / 12).unwrap_or(usize::MAX);
            return Err(
                LimitExceeded { place, what: "sixteenth steps", count, max: STEPS_MAX }.into()
            );
        };
        is_longer |= grid.is_longer;
        let too_many = |more: usize| {
            let count = tracks.len() + more;
            LimitExceeded { place, what: "tracks", count, max: TRACKS_MAX }
        };
        let room = TRACKS_MAX.saturating_sub(tracks.len());
        let laid = grid.lay(&hits, sound.key, room).map_err(too_many)?;
        for (layer, steps) in laid.into_iter().enumerate() {
            let name = layer_name(&sound.name, layer);
            tracks.push(Track {
                id: TrackId(u32::try_from(tracks.len() + 1).unwrap_or(u32::MAX)),
                name,
                destination: Destination {
                    channel: sound.channel,
                    key: Some(sound.key),
                    ..Destination::default()
                },
                step_size: grid.step_size(),
                steps,
                ..Track::default()
            });
        }
        sounds.push(sound);
    }
    if is_longer {
        let text = format!(
            "{size} ticks are no whole number of steps; its tracks are longer and come round later"
        );
        warnings.add(place, text);
    }
    warn_of_shared_keys(&sounds, place, warnings);
    let pattern = Pattern { name: one_line(&file.name), tracks, ..Pattern::default() };
    // 128 whole notes at most, or `Grid::of` has refused it; without tracks nobody has asked.
    let length = Ticks(size.min(192 * 128) * TICKS);
    let is_told = !pattern.tracks.is_empty() && pattern.length_ticks() == length;
    Ok(Pattern { length: (!is_told).then_some(length), ..pattern })
}

/// Where and how an instrument sounds.
pub(super) struct Sound {
    pub(super) name: String,
    pub(super) key: Key,
    channel: Channel,
}

impl Sound {
    fn of(id: Option<i64>, instrument: Option<&Instrument>, kind: &str) -> Sound {
        let (name, own_kind) =
            instrument.map_or(("", ""), |instrument| (&instrument.name, &instrument.kind));
        let by_name = || [kind, own_kind, name].into_iter().find_map(drums::key);
        let by_id = || Key::new(36 + id.unwrap_or(0).rem_euclid(92)).unwrap_or(Key::MIN);
        let key = instrument.and_then(|instrument| Key::new(instrument.midi_note?).ok());
        let channel = instrument.and_then(|instrument| Channel::new(instrument.midi_channel?).ok());
        let name = [name, kind].into_iter().map(one_line).find(|name| !name.is_empty());
        Sound {
            name: name.unwrap_or_else(|| format!("Instrument {}", id.unwrap_or(0))),
            key: key.or_else(by_name).unwrap_or_else(by_id),
            channel: channel.unwrap_or(Channel::saturating(9)),
        }
    }
}

/// Some old kits have one MIDI note for all their instruments.
fn warn_of_shared_keys(sounds: &[Sound], place: Place, warnings: &mut Warnings) {
    let mut by_address: BTreeMap<(Channel, Key), Vec<&str>> = BTreeMap::new();
    for sound in sounds {
        by_address.entry((sound.channel, sound.key)).or_default().push(&sound.name);
    }
    for ((channel, key), names) in by_address {
        if names.len() > 1 {
            let text = format!(
                "{} share key {key} of channel {}; where they sound at once one is heard",
                names.join(", "),
                channel.get() + 1
            );
            warnings.add(place, text);
        }
    }
}

/// The groups of the song by the places of their patterns, each once.
fn sequence(file: &File, warnings: &mut Warnings) -> Vec<Vec<usize>> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    for (index, pattern) in file.patterns.iter().enumerate() {
        places.entry(pattern.name.as_str()).or_insert(index);
    }
    let with_others: HashMap<&str, &Vec<String>> =
        file.virtuals.iter().map(|(name, others)| (name.as_str(), others)).collect();
    let mut missing = 0;
    let mut groups = Vec::with_capacity(file.groups.len());
    for names in &file.groups {
        let mut is_in = [false; PATTERNS_MAX];
        let mut group = Vec::new();
        let mut add = |name: &str, group: &mut Vec<usize>| match places.get(name) {
            None => false,
            Some(index) => {
                if let Some(is_in) = is_in.get_mut(*index)
                    && !std::mem::replace(is_in, true)
                {
                    group.push(*index);
                }
                true
            }
        };
        for name in names {
            missing += usize::from(!add(name, &mut group));
            // What a pattern brings with it brings nothing more; unknown names there are Hydrogen's own leftovers.
            let others = with_others.get(name.as_str());
            for other in others.into_iter().flat_map(|others| others.iter().take(PATTERNS_MAX)) {
                add(other, &mut group);
            }
        }
        groups.push(group);
    }
    warnings.count(Place::DOCUMENT, missing, "patterns of the sequence are not in the song");
    groups
}
