//! A MIDI file made into patterns, and into a song of them where it is longer than one.
//!
//! Each channel of each track of the file becomes a track of the pattern; of channel 10, each key becomes one. Here alone
//! ticks of a file are rounded to ours. Onsets keep their places as micro-timing, or go to the nearest step
//! ([`Timing`]).
//!
//! Notes that begin at once with one velocity and length are a chord of a step. What does not go into a step that is
//! taken lies in a further track of the same name, so that no note is lost. Only where that would take more than 32
//! tracks, chords without a track of their own take the strongest velocity and the longest length of their notes, and
//! later onsets in a step are left out, which is told with numbers; and what is more than 32 tracks to begin with becomes
//! one for each channel.
//!
//! A part longer than a pattern is cut at bar lines into sections of 8, 4, 2 bars or one, as many as go into 128 steps.
//! Sections that are the same are one pattern, and the slots of the song play them in turn. All of them have the same
//! tracks in the same places.

mod collect;
mod extent;
mod lay;
mod song;
mod start;
mod voices;

use std::ops::Range;

use crate::document::{
    Destination, Locks, Pattern, Program, Project, Song, StepSize, Track, TrackId,
};
use crate::format::{LimitExceeded, Place, Warning, layer_name};
use crate::limits::{NAME_MAX, PATTERNS_MAX, TICK_LIMIT, TRACKS_MAX};
use crate::smf::{MidiFile, MidiFormat, MidiTrack};
use crate::time::Tick;

pub(super) use collect::Clock;
use collect::Piece;
use extent::Extent;
pub(super) use lay::nearest;
use lay::{Chords, Grid, Laid, Told};
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
    /// Where it ends, so that it is a pattern as long as this says; `None`: with the bar in which the last note begins,
    /// or with the bar in which the file ends in silence, whichever is later and fits into 128 steps. Where neither does,
    /// the part becomes a song.
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
    /// Too much of it is different.
    #[error(
        "{bars} bars are cut into sections of {section_bars}, and more of them differ than the {max} patterns that a \
         project holds: choose a part (from, to) or a longer step size"
    )]
    TooManyPatterns {
        /// How long it is, in bars.
        bars: i64,
        /// How long a section is, in bars.
        section_bars: i64,
        /// How many patterns a project holds.
        max: usize,
    },
    /// It is longer than a song.
    #[error(
        "{bars} bars take {slots} slots, where a song holds {max}: choose a part (from, to) or a longer step size"
    )]
    TooManySlots {
        /// How long it is, in bars.
        bars: i64,
        /// How many slots that takes, or more.
        slots: usize,
        /// How many slots a song holds.
        max: usize,
    },
    /// It has more of something than a project may hold.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
}

/// Makes a file into a project: one pattern, or a song where the file is longer than that and the options name no end;
/// for independent pieces (format 2) one pattern for each track with notes.
///
/// Tempo and metre are those that hold where the part begins; what changes later is told in the warnings, as is
/// everything else that a pattern does not hold.
///
/// # Errors
/// [`ImportError`] when there is nothing to take, or more than a pattern or a project holds.
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
        let mut piece = Piece::collect(&tracks, clock, options);
        let start = Start::of(file, only, &piece, options, clock);
        if project.patterns.is_empty() {
            project.tempo = start.tempo;
            project.metre = start.metre;
        }
        let is_silent = piece.lines.iter().all(|line| line.notes.is_empty());
        if is_silent && only.is_none() {
            return Err(ImportError::NoNotes);
        }
        // A song of independent pieces would play them in one metre, as if they were one.
        let extent = match is_silent {
            true => Extent::Pattern(1),
            false => Extent::of(&piece, start.metre, options, only.is_none())?,
        };
        let place = match extent {
            Extent::Pattern(_) => Place::pattern(project.patterns.len()),
            Extent::Song(_) => Place::DOCUMENT,
        };
        let mut warn = |text: String| warnings.push(Warning { place, text });
        if is_silent {
            warn("no note begins in the part that was chosen".to_owned());
            project.patterns.push(Pattern::default());
            continue;
        }
        start.warn(&mut warn);
        piece.warn(&mut warn);
        // Each line takes a track at least.
        if piece.lines.len() > TRACKS_MAX {
            warn(format!(
                "{} tracks of the file, where a pattern has {TRACKS_MAX}; those on one channel become one",
                piece.lines.len()
            ));
            piece.join_channels();
        }
        let grid = Grid { step_size: options.step_size, extent, timing: options.timing };
        let tracks_of = lay(&piece, grid, place, &mut warn)?;
        let name = tracks.first().and_then(|track| track.name()).map(|name| one_line(&name));
        let (patterns, song) = match extent {
            Extent::Pattern(steps) => (vec![pattern(&tracks_of, grid, 0..steps)], Song::default()),
            Extent::Song(sections) => song::song(&tracks_of, grid, sections)?,
        };
        project.patterns.extend(patterns);
        project.song = song;
        if only.is_none() {
            // The first track names the piece where it is alone or plays nothing.
            let is_title = tracks.len() == 1 || !tracks.first().is_some_and(has_notes);
            project.name = name.filter(|_| is_title).unwrap_or_default();
        } else if let Some(pattern) = project.patterns.last_mut() {
            pattern.name = name.unwrap_or_default();
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

/// The voices of a piece on their steps, none of which need more than 32 tracks together.
fn lay(
    piece: &Piece,
    grid: Grid,
    place: Place,
    warn: &mut impl FnMut(String),
) -> Result<Vec<(Voice, Laid)>, ImportError> {
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
        let crowds: Vec<_> = voices.iter().map(|voice| grid.crowds(&voice.notes)).collect();
        let depths = match chords {
            Chords::Exact => crowds.iter().map(Vec::len).collect(),
            Chords::Merged => share_out(&crowds),
        };
        let count = depths.iter().sum();
        fewest = fewest.min(count);
        most = most.max(count);
        if count > TRACKS_MAX {
            continue;
        }
        if chords == Chords::Merged {
            let text = format!(
                "each onset and strength in a step of its own takes {most} tracks, where there are {TRACKS_MAX} at most; \
                 chords without one get the velocity of their strongest and the length of their longest note"
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
        let laid = voices.into_iter().zip(depths).map(|(voice, depth)| {
            let laid = grid.lay(&voice.notes, voice.key, depth, &mut told);
            (voice, laid)
        });
        let laid = laid.collect();
        told.warn(&grid, warn);
        return Ok(laid);
    }
    Err(LimitExceeded { place, what: "tracks", count: fewest, max: TRACKS_MAX }.into())
}

/// How many tracks each voice gets: one, and one after another of those that are left where they help on the most steps.
fn share_out(crowds: &[Vec<usize>]) -> Vec<usize> {
    let mut depths = vec![1; crowds.len()];
    for _ in depths.len()..TRACKS_MAX {
        let helps =
            |(crowd, depth): &(&Vec<usize>, &mut usize)| crowd.get(**depth).copied().unwrap_or(0);
        let most = crowds.iter().zip(&mut depths).max_by_key(helps);
        match most {
            Some((crowd, depth)) if *depth < crowd.len() => *depth += 1,
            _ => break,
        }
    }
    depths
}

/// The pattern of some of the steps. Its tracks do not depend on which.
fn pattern(laid: &[(Voice, Laid)], grid: Grid, places: Range<i64>) -> Pattern {
    let mut tracks: Vec<Track> = Vec::new();
    for (voice, laid) in laid {
        for (layer, steps) in laid.tracks(&places).into_iter().enumerate() {
            let name = layer_name(&voice.name, layer);
            tracks.push(Track {
                id: TrackId(u32::try_from(tracks.len() + 1).unwrap_or(u32::MAX)),
                name,
                destination: Destination {
                    channel: voice.channel,
                    key: voice.key,
                    ..Destination::default()
                },
                base: base(voice.program.filter(|_| layer == 0)),
                step_size: grid.step_size,
                steps,
                ..Track::default()
            });
        }
    }
    Pattern { tracks, ..Pattern::default() }
}

/// The program of a track as the base value that it is.
fn base(program: Option<Program>) -> Locks {
    let mut base = Locks::NONE;
    if let Some(program) = program {
        // The first of sixteen finds room.
        let _ = base.set(program.into());
    }
    base
}

#[cfg(test)]
mod tests;
