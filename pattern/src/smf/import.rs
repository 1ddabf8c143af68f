//! A MIDI file made into patterns.
//!
//! Each channel of each track of the file becomes a track of the pattern; of channel 10, each key becomes one. Here alone
//! ticks of a file are rounded to ours. Onsets keep their places as micro-timing, or go to the nearest step
//! ([`Timing`]).
//!
//! Notes that begin at once with one velocity and length are a chord of a step. What does not go into a step that is
//! taken lies in a further track of the same name, so that no note is lost; only where that would take more than 32
//! tracks, chords take the strongest velocity and the longest length of their notes, and later onsets in a step are
//! left out, which is told with numbers.

mod collect;
mod lay;
mod start;
mod voices;

use crate::document::{Destination, Metre, Pattern, Project, Step, StepSize, Track, TrackId};
use crate::format::{LimitExceeded, Place, Warning, layer_name};
use crate::limits::{NAME_MAX, PATTERNS_MAX, STEPS_MAX, TICK_LIMIT, TRACKS_MAX};
use crate::smf::{MidiFile, MidiFormat, MidiTrack};
use crate::time::{PPQ, Tick};

use collect::{Clock, Piece};
use lay::{Chords, Grid, Told};
use start::Start;
use voices::{DRUMS, Drums, Voice, voices};

/// How a file is made into patterns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// How long a step is.
    pub step_size: StepSize,
    /// What becomes of onsets that lie between steps.
    pub timing: Timing,
    /// Where the part to take begins, in the file; its first tick becomes song position 0. See [`Tick::from_beats`].
    pub from: Tick,
    /// Where it ends, so that it is as long as this says; `None`: with the bar in which the last note begins,
    /// or with the bar in which the file ends in silence, whichever is later and fits into 128 steps.
    pub to: Option<Tick>,
}

impl ImportOptions {
    /// The same, inside what a file can reach.
    fn held(&self) -> ImportOptions {
        let held = |tick: Tick| Tick(tick.0.clamp(0, TICK_LIMIT));
        ImportOptions { from: held(self.from), to: self.to.map(held), ..*self }
    }
}

/// What becomes of onsets that lie between steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Timing {
    /// They stay where they are: the distance to the step becomes micro-timing.
    #[default]
    Keep,
    /// They go to the nearest step.
    Quantise,
}

/// Why a file cannot be made into patterns.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// There is nothing to play in it.
    #[error("no note begins in the file, or in the part that was chosen")]
    NoNotes,
    /// The part to take has no length.
    #[error("the part from beat {from} to beat {to} is empty")]
    EmptyRange {
        /// In quarter notes.
        from: f64,
        /// In quarter notes.
        to: f64,
    },
    /// It does not fit into a track.
    #[error(
        "{beats} beats are {steps} steps of {step_size}, where a track holds {max}: choose a part of {fitting} beats \
         (from, to) or a longer step size"
    )]
    TooLong {
        /// How long it is, in quarter notes.
        beats: f64,
        /// How many steps that is.
        steps: usize,
        /// The step size that was asked for.
        step_size: StepSize,
        /// How many steps a track holds.
        max: usize,
        /// How much would fit, in quarter notes.
        fitting: f64,
    },
    /// It has more of something than a project may hold.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
}

/// Makes a file into a project: one pattern, or for independent pieces (format 2) one for each track with notes.
///
/// Tempo and metre are those that hold where the part begins; what changes later is told in the warnings, as is
/// everything else that a pattern does not hold.
///
/// # Errors
/// [`ImportError`] when there is nothing to take, or more than a pattern holds.
pub fn import(
    file: &MidiFile,
    options: &ImportOptions,
) -> Result<(Project, Vec<Warning>), ImportError> {
    let options = &options.held();
    if let Some(to) = options.to
        && to <= options.from
    {
        return Err(ImportError::EmptyRange { from: options.from.to_beats(), to: to.to_beats() });
    }
    let mut warnings = Vec::new();
    let clock = Clock::new(file.division);
    let has_notes = |track: &&MidiTrack| track.note_count() > 0;
    let mut pieces: Vec<(Vec<&MidiTrack>, Option<usize>)> = Vec::new();
    if file.format == MidiFormat::Sequential {
        let playing = file.tracks.iter().enumerate().filter(|(_, track)| has_notes(track));
        pieces.extend(playing.map(|(index, track)| (vec![track], Some(index))));
    } else {
        pieces.push((file.tracks.iter().collect(), None));
    }
    LimitExceeded::check(Place::DOCUMENT, "pieces with notes", pieces.len(), PATTERNS_MAX)?;

    let mut project = Project::default();
    for (tracks, only) in pieces {
        let place = Place::pattern(project.patterns.len());
        let piece = Piece::collect(&tracks, clock, options);
        let start = Start::of(file, only, &piece, options, clock);
        if project.patterns.is_empty() {
            project.tempo = start.tempo;
            project.metre = start.metre;
        }
        let mut warn = |text: String| warnings.push(Warning { place, text });
        if piece.lines.iter().all(|line| line.notes.is_empty()) {
            if only.is_some() {
                warn("no note begins in the part that was chosen".to_owned());
                project.patterns.push(Pattern::default());
                continue;
            }
            return Err(ImportError::NoNotes);
        }
        start.warn(&mut warn);
        piece.warn(&mut warn);
        let pattern = pattern(&piece, start.metre, options, place, &mut warn)?;
        let name = tracks.first().and_then(|track| track.name()).map(|name| one_line(&name));
        if only.is_some() {
            project.patterns.push(Pattern { name: name.unwrap_or_default(), ..pattern });
        } else {
            // The first track names the piece where it is alone or plays nothing.
            let is_title = tracks.len() == 1 || !tracks.first().is_some_and(has_notes);
            project.name = name.filter(|_| is_title).unwrap_or_default();
            project.patterns.push(pattern);
        }
    }
    if project.patterns.iter().all(|pattern| pattern.tracks.is_empty()) {
        return Err(ImportError::NoNotes);
    }
    Ok((project, warnings))
}

fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_shown = |character: &char| !character.is_control();
    words.join(" ").chars().filter(is_shown).take(NAME_MAX).collect()
}

/// How many steps hold the part.
fn step_count(piece: &Piece, metre: Metre, options: &ImportOptions) -> Result<usize, ImportError> {
    let steps_of = |ticks: i64| {
        usize::try_from(-options.step_size.place_at(Tick(-ticks))).unwrap_or(usize::MAX)
    };
    let too_long = |ticks: i64| {
        let fitting = options.step_size.tick_of(i64::try_from(STEPS_MAX).unwrap_or(128));
        ImportError::TooLong {
            beats: Tick(ticks).to_beats(),
            steps: steps_of(ticks),
            step_size: options.step_size,
            max: STEPS_MAX,
            fitting: fitting.to_beats(),
        }
    };
    if let Some(to) = options.to {
        let ticks = (to - options.from).0;
        return if steps_of(ticks) <= STEPS_MAX {
            Ok(steps_of(ticks))
        } else {
            Err(too_long(ticks))
        };
    }
    let bar = i64::from(metre.beats.max(1)) * 4 * PPQ / i64::from(metre.unit.max(1));
    // A bar that no track can hold is no measure for a length; a quarter is.
    let bar = if steps_of(bar) > STEPS_MAX { PPQ } else { bar.max(1) };
    let up_to_bar = |ticks: i64| (ticks + bar - 1).div_euclid(bar) * bar;
    let last = piece.last_onset - options.from.0;
    // A last note just ahead of a bar belongs to that bar, unless there is no room for it.
    let nearest = options.step_size.tick_of(lay::nearest(options.step_size, last)).0;
    let needed = up_to_bar(last + 1);
    // A track that goes on in silence means it, but for a slip of less than a step; one that only lets its last note
    // ring does not.
    let end = piece.end - options.from.0;
    let silent = if piece.end > piece.last_end {
        up_to_bar(end - options.step_size.ticks_ceil())
    } else {
        end.div_euclid(bar) * bar
    };
    let wanted = up_to_bar(nearest + 1).max(silent);
    [wanted, up_to_bar(nearest + 1), needed]
        .into_iter()
        .map(steps_of)
        .find(|steps| *steps <= STEPS_MAX)
        .ok_or_else(|| too_long(needed))
}

fn pattern(
    piece: &Piece,
    metre: Metre,
    options: &ImportOptions,
    place: Place,
    warn: &mut impl FnMut(String),
) -> Result<Pattern, ImportError> {
    let count = step_count(piece, metre, options)?;
    // Each line takes a track at least.
    LimitExceeded::check(place, "tracks", piece.lines.len(), TRACKS_MAX)?;
    let grid = Grid { step_size: options.step_size, count, timing: options.timing };
    // From what loses nothing to what loses most.
    let ways = [
        (Chords::Exact, Drums::ByKey),
        (Chords::Exact, Drums::Together),
        (Chords::Merged, Drums::ByKey),
        (Chords::Merged, Drums::Together),
    ];
    let mut fewest = usize::MAX;
    let mut most = 0;
    for (chords, drums) in ways {
        let voices = voices(piece, drums);
        let depths: usize = voices.iter().map(|voice| grid.depth(&voice.notes, chords)).sum();
        fewest = fewest.min(depths);
        most = most.max(depths);
        if depths > TRACKS_MAX {
            continue;
        }
        if chords == Chords::Merged {
            let text = format!(
                "each onset and strength in a step of its own takes {most} tracks, where there are {TRACKS_MAX} at most; \
                 chords get the velocity of their strongest and the length of their longest note"
            );
            warn(text);
        }
        if drums == Drums::Together && piece.lines.iter().any(|line| line.channel == DRUMS) {
            warn(
                "the drums of channel 10 are one track, because one a key would be too many"
                    .to_owned(),
            );
        }
        let mut told = Told::default();
        let tracks = tracks(&voices, grid, chords, &mut told);
        told.warn(&grid, chords, warn);
        return Ok(Pattern { tracks, ..Pattern::default() });
    }
    Err(LimitExceeded { place, what: "tracks", count: fewest, max: TRACKS_MAX }.into())
}

fn tracks(voices: &[Voice], grid: Grid, chords: Chords, told: &mut Told) -> Vec<Track> {
    let mut tracks: Vec<Track> = Vec::new();
    for voice in voices {
        let layers: Vec<Vec<Step>> = grid.lay(&voice.notes, voice.key, chords, told);
        for (layer, steps) in layers.into_iter().enumerate() {
            let name = layer_name(&voice.name, layer);
            tracks.push(Track {
                id: TrackId(u32::try_from(tracks.len() + 1).unwrap_or(u32::MAX)),
                name,
                destination: Destination {
                    channel: voice.channel,
                    key: voice.key,
                    ..Destination::default()
                },
                program: voice.program.filter(|_| layer == 0),
                step_size: grid.step_size,
                steps,
                ..Track::default()
            });
        }
    }
    tracks
}

#[cfg(test)]
mod tests;
