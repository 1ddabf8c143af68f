//! Every change that can be made to a document, and its exact undoing.

#[cfg(test)]
mod tests;

use crate::document::{
    Control, Delay, Destination, Direction, Groove, Humanise, Lane, Locks, Metre, Pattern, Project,
    Property, Scale, Slot, Song, Step, StepSize, Swing, Tempo, Track,
};
use crate::format::{LimitExceeded, Place};
use crate::limits::{
    LANES_MAX, PATTERN_TICKS_MAX, PATTERNS_MAX, SLOT_BARS_MAX, SLOTS_MAX, STEPS_MAX, TRACKS_MAX,
};
use crate::performance::PatternIndex;
use crate::time::Ticks;

/// One change of a project. The list is closed: whoever edits (window, browser, pads, recording) edits with these.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// What is said of the whole project.
    SetProject(ProjectHead),
    /// The whole song.
    SetSong(Song),
    /// A new pattern; those behind it move up, and the song follows them.
    InsertPattern {
        /// Where it will stand.
        index: usize,
        /// The pattern.
        pattern: Box<Pattern>,
    },
    /// A pattern goes; those behind it move down, and its slots leave the song.
    RemovePattern {
        /// Which.
        index: usize,
    },
    /// What is said of a whole pattern.
    SetPattern {
        /// Which.
        index: usize,
        /// What.
        head: Box<PatternHead>,
    },
    /// A new track.
    InsertTrack {
        /// In which pattern, and where in it.
        at: TrackPlace,
        /// The track, of an id of its own.
        track: Box<Track>,
    },
    /// A track goes.
    RemoveTrack {
        /// Which.
        at: TrackPlace,
    },
    /// A track goes to another place of its pattern.
    MoveTrack {
        /// Which.
        at: TrackPlace,
        /// Where it will stand.
        to: usize,
    },
    /// What is said of a whole track.
    SetTrack {
        /// Which.
        at: TrackPlace,
        /// What.
        head: Box<TrackHead>,
    },
    /// Some steps of a track, from one on.
    SetSteps {
        /// Which track.
        at: TrackPlace,
        /// The first step.
        first: usize,
        /// As many as there are here.
        steps: Vec<Step>,
    },
    /// All steps of a track: its length may change.
    ReplaceSteps {
        /// Which track.
        at: TrackPlace,
        /// Its steps.
        steps: Vec<Step>,
    },
    /// All lanes of a track.
    SetLanes {
        /// Which track.
        at: TrackPlace,
        /// Its lanes.
        lanes: Vec<Lane>,
    },
    /// Several, in order; all or none.
    Several(Vec<Edit>),
}

/// A track, by its places from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrackPlace {
    /// The pattern.
    pub pattern: usize,
    /// The track in it.
    pub track: usize,
}

/// What is said of a whole project.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs, reason = "each field is that of the project, and said there")]
pub struct ProjectHead {
    pub name: String,
    pub author: String,
    pub licence: String,
    pub description: String,
    pub seed: u64,
    pub tempo: Tempo,
    pub metre: Metre,
}

/// What is said of a whole pattern.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs, reason = "each field is that of the pattern, and said there")]
pub struct PatternHead {
    pub name: String,
    pub length: Option<Ticks>,
    pub swing: Swing,
    pub groove: Option<Groove>,
    pub humanise: Humanise,
    pub scale: Option<Scale>,
}

/// What is said of a whole track.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs, reason = "each field is that of the track, and said there")]
pub struct TrackHead {
    pub name: String,
    pub destination: Destination,
    pub base: Locks,
    pub delay: Delay,
    pub step_size: StepSize,
    pub direction: Direction,
    pub rotation: i32,
}

/// Why a change cannot be made. Nothing has changed then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// There is no such pattern, track or step.
    #[error("there is no {0} to edit")]
    NoSuch(Place),
    /// There would be more of something than a project may hold.
    #[error(transparent)]
    Limit(#[from] LimitExceeded),
    /// A track needs a step.
    #[error("{0}: a track needs at least one step")]
    NoSteps(Place),
    /// Two tracks of a pattern would have one id, and with it one set of dice.
    #[error("{place}: another track of the pattern has the id {id}")]
    SameId {
        /// Where.
        place: Place,
        /// The id.
        id: u32,
    },
    /// A step or a lane would lock what its track has no base value for, so that nothing could restore it.
    #[error("{place}: a lock of {control}, for which the track has no base value")]
    NoBase {
        /// Where.
        place: Place,
        /// What is locked.
        control: Control,
    },
    /// Two lanes of a track would give one property.
    #[error("{0}: two lanes of one property")]
    SameProperty(Place),
    /// A metre that there is not.
    #[error("a metre of {beats}/{unit}, where 1 to 64 beats of 1, 2, 4, 8, 16 or 32 are allowed")]
    BadMetre {
        /// Beats in a bar.
        beats: u8,
        /// What a beat is.
        unit: u8,
    },
    /// A pattern of no length, or of one beyond every track.
    #[error("{place}: a length of {ticks} ticks, where 1 to {max} are allowed")]
    BadLength {
        /// Where.
        place: Place,
        /// The length.
        ticks: i64,
        /// The longest.
        max: i64,
    },
    /// A slot of no bars, or of more than there may be.
    #[error("slot {slot} of the song has {bars} bars, where 1 to {SLOT_BARS_MAX} are allowed")]
    BadBars {
        /// From 1.
        slot: usize,
        /// How many.
        bars: u16,
    },
    /// A slot of the song would play a pattern that is not there.
    #[error("slot {slot} of the song plays pattern {pattern}, which is not there")]
    NoSuchPattern {
        /// From 1.
        slot: usize,
        /// From 1.
        pattern: usize,
    },
}

impl Edit {
    /// Makes the change, and gives the change that undoes it exactly.
    ///
    /// # Errors
    /// [`EditError`]; the project is as it was.
    pub fn apply(self, project: &mut Project) -> Result<Edit, EditError> {
        match self {
            Edit::SetProject(head) => {
                let Metre { beats, unit } = head.metre;
                if !head.metre.is_valid() {
                    return Err(EditError::BadMetre { beats, unit });
                }
                Ok(Edit::SetProject(swap_project(project, head)))
            }
            Edit::SetSong(song) => set_song(project, song),
            Edit::InsertPattern { index, pattern } => insert_pattern(project, index, *pattern),
            Edit::RemovePattern { index } => remove_pattern(project, index),
            Edit::SetPattern { index, head } => {
                let pattern = pattern_mut(project, index)?;
                check_length(Place::pattern(index), head.length)?;
                let head = Box::new(swap_pattern(pattern, *head));
                Ok(Edit::SetPattern { index, head })
            }
            Edit::InsertTrack { at, track } => insert_track(project, at, *track),
            Edit::RemoveTrack { at } => {
                track_mut(project, at)?;
                let track = Box::new(pattern_mut(project, at.pattern)?.tracks.remove(at.track));
                Ok(Edit::InsertTrack { at, track })
            }
            Edit::MoveTrack { at, to } => {
                track_mut(project, at)?;
                track_mut(project, TrackPlace { track: to, ..at })?;
                let tracks = &mut pattern_mut(project, at.pattern)?.tracks;
                let track = tracks.remove(at.track);
                tracks.insert(to, track);
                Ok(Edit::MoveTrack { at: TrackPlace { track: to, ..at }, to: at.track })
            }
            Edit::SetTrack { at, head } => set_track(project, at, *head),
            Edit::SetSteps { at, first, steps } => set_steps(project, at, first, steps),
            Edit::ReplaceSteps { at, steps } => replace_steps(project, at, steps),
            Edit::SetLanes { at, lanes } => set_lanes(project, at, lanes),
            Edit::Several(edits) => several(project, edits),
        }
    }
}

fn place(at: TrackPlace) -> Place {
    Place::pattern(at.pattern).track(at.track)
}

fn pattern_mut(project: &mut Project, index: usize) -> Result<&mut Pattern, EditError> {
    let no_such = EditError::NoSuch(Place::pattern(index));
    project.patterns.get_mut(index).ok_or(no_such)
}

fn track_mut(project: &mut Project, at: TrackPlace) -> Result<&mut Track, EditError> {
    let pattern = pattern_mut(project, at.pattern)?;
    pattern.tracks.get_mut(at.track).ok_or(EditError::NoSuch(place(at)))
}

/// Puts the new values in and takes the old ones out.
fn swap_project(project: &mut Project, head: ProjectHead) -> ProjectHead {
    let ProjectHead { name, author, licence, description, seed, tempo, metre } = head;
    ProjectHead {
        name: std::mem::replace(&mut project.name, name),
        author: std::mem::replace(&mut project.author, author),
        licence: std::mem::replace(&mut project.licence, licence),
        description: std::mem::replace(&mut project.description, description),
        seed: std::mem::replace(&mut project.seed, seed),
        tempo: std::mem::replace(&mut project.tempo, tempo),
        metre: std::mem::replace(&mut project.metre, metre),
    }
}

fn swap_pattern(pattern: &mut Pattern, head: PatternHead) -> PatternHead {
    let PatternHead { name, length, swing, groove, humanise, scale } = head;
    PatternHead {
        name: std::mem::replace(&mut pattern.name, name),
        length: std::mem::replace(&mut pattern.length, length),
        swing: std::mem::replace(&mut pattern.swing, swing),
        groove: std::mem::replace(&mut pattern.groove, groove),
        humanise: std::mem::replace(&mut pattern.humanise, humanise),
        scale: std::mem::replace(&mut pattern.scale, scale),
    }
}

fn swap_track(track: &mut Track, head: TrackHead) -> TrackHead {
    let TrackHead { name, destination, base, delay, step_size, direction, rotation } = head;
    TrackHead {
        name: std::mem::replace(&mut track.name, name),
        destination: std::mem::replace(&mut track.destination, destination),
        base: std::mem::replace(&mut track.base, base),
        delay: std::mem::replace(&mut track.delay, delay),
        step_size: std::mem::replace(&mut track.step_size, step_size),
        direction: std::mem::replace(&mut track.direction, direction),
        rotation: std::mem::replace(&mut track.rotation, rotation),
    }
}

fn set_track(project: &mut Project, at: TrackPlace, head: TrackHead) -> Result<Edit, EditError> {
    let track = track_mut(project, at)?;
    let old = swap_track(track, head);
    match check_base(at, track) {
        Ok(()) => Ok(Edit::SetTrack { at, head: Box::new(old) }),
        Err(error) => {
            swap_track(track, old);
            Err(error)
        }
    }
}

fn set_song(project: &mut Project, song: Song) -> Result<Edit, EditError> {
    let count = song.slots.len();
    LimitExceeded::check(Place::DOCUMENT, "slots in the song", count, SLOTS_MAX)?;
    for (slot, Slot { pattern, bars, .. }) in (1..).zip(&song.slots) {
        if !(1..=SLOT_BARS_MAX).contains(bars) {
            return Err(EditError::BadBars { slot, bars: *bars });
        }
        let pattern = usize::from(pattern.0);
        if pattern >= project.patterns.len() {
            return Err(EditError::NoSuchPattern { slot, pattern: pattern + 1 });
        }
    }
    Ok(Edit::SetSong(std::mem::replace(&mut project.song, song)))
}

fn insert_pattern(
    project: &mut Project,
    index: usize,
    pattern: Pattern,
) -> Result<Edit, EditError> {
    let count = project.patterns.len();
    if index > count {
        return Err(EditError::NoSuch(Place::pattern(index)));
    }
    LimitExceeded::check(Place::DOCUMENT, "patterns", count + 1, PATTERNS_MAX)?;
    check_pattern(index, &pattern)?;
    project.patterns.insert(index, pattern);
    for slot in &mut project.song.slots {
        if usize::from(slot.pattern.0) >= index {
            slot.pattern = PatternIndex(slot.pattern.0.saturating_add(1));
        }
    }
    Ok(Edit::RemovePattern { index })
}

fn remove_pattern(project: &mut Project, index: usize) -> Result<Edit, EditError> {
    pattern_mut(project, index)?;
    let pattern = Box::new(project.patterns.remove(index));
    let song = project.song.clone();
    project.song.slots.retain(|slot| usize::from(slot.pattern.0) != index);
    for slot in &mut project.song.slots {
        if usize::from(slot.pattern.0) > index {
            slot.pattern = PatternIndex(slot.pattern.0 - 1);
        }
    }
    // Inserting moves the slots back; setting the song brings back those that went.
    Ok(Edit::Several(vec![Edit::InsertPattern { index, pattern }, Edit::SetSong(song)]))
}

fn insert_track(project: &mut Project, at: TrackPlace, track: Track) -> Result<Edit, EditError> {
    let pattern = pattern_mut(project, at.pattern)?;
    let count = pattern.tracks.len();
    if at.track > count {
        return Err(EditError::NoSuch(place(at)));
    }
    LimitExceeded::check(Place::pattern(at.pattern), "tracks", count + 1, TRACKS_MAX)?;
    check_track(at, &track)?;
    if pattern.tracks.iter().any(|other| other.id == track.id) {
        return Err(EditError::SameId { place: place(at), id: track.id.0 });
    }
    pattern.tracks.insert(at.track, track);
    Ok(Edit::RemoveTrack { at })
}

fn check_length(place: Place, length: Option<Ticks>) -> Result<(), EditError> {
    match length {
        Some(Ticks(ticks)) if !(1..=PATTERN_TICKS_MAX).contains(&ticks) => {
            Err(EditError::BadLength { place, ticks, max: PATTERN_TICKS_MAX })
        }
        _ => Ok(()),
    }
}

/// A whole pattern that comes in is held to what a file is held to.
fn check_pattern(index: usize, pattern: &Pattern) -> Result<(), EditError> {
    check_length(Place::pattern(index), pattern.length)?;
    let count = pattern.tracks.len();
    LimitExceeded::check(Place::pattern(index), "tracks", count, TRACKS_MAX)?;
    for (number, track) in pattern.tracks.iter().enumerate() {
        let at = TrackPlace { pattern: index, track: number };
        check_track(at, track)?;
        if pattern.tracks.iter().skip(number + 1).any(|other| other.id == track.id) {
            return Err(EditError::SameId { place: place(at), id: track.id.0 });
        }
    }
    Ok(())
}

fn check_track(at: TrackPlace, track: &Track) -> Result<(), EditError> {
    check_steps(at, &track.steps)?;
    check_lanes(at, &track.lanes)?;
    check_base(at, track)
}

fn check_base(at: TrackPlace, track: &Track) -> Result<(), EditError> {
    match track.control_without_base() {
        None => Ok(()),
        Some(control) => Err(EditError::NoBase { place: place(at), control }),
    }
}

/// Steps that come into a track lock only what it has a base value for.
fn check_locks(at: TrackPlace, base: &Locks, steps: &[Step]) -> Result<(), EditError> {
    let locks = steps.iter().flat_map(|step| step.locks.iter());
    match locks.map(|lock| lock.control()).find(|control| base.get(*control).is_none()) {
        None => Ok(()),
        Some(control) => Err(EditError::NoBase { place: place(at), control }),
    }
}

fn check_steps(at: TrackPlace, steps: &[Step]) -> Result<(), EditError> {
    if steps.is_empty() {
        return Err(EditError::NoSteps(place(at)));
    }
    Ok(LimitExceeded::check(place(at), "steps", steps.len(), STEPS_MAX)?)
}

fn check_lanes(at: TrackPlace, lanes: &[Lane]) -> Result<(), EditError> {
    LimitExceeded::check(place(at), "lanes", lanes.len(), LANES_MAX)?;
    for (index, lane) in lanes.iter().enumerate() {
        check_steps(at, &lane.steps)?;
        if lanes.iter().skip(index + 1).any(|other| other.property == lane.property) {
            return Err(EditError::SameProperty(place(at)));
        }
    }
    Ok(())
}

fn set_steps(
    project: &mut Project,
    at: TrackPlace,
    first: usize,
    mut steps: Vec<Step>,
) -> Result<Edit, EditError> {
    let track = track_mut(project, at)?;
    let last = first.saturating_add(steps.len());
    let no_such = EditError::NoSuch(place(at).step(last.saturating_sub(1)));
    check_locks(at, &track.base, &steps)?;
    track.steps.get_mut(first..last).ok_or(no_such)?.swap_with_slice(&mut steps);
    Ok(Edit::SetSteps { at, first, steps })
}

fn replace_steps(
    project: &mut Project,
    at: TrackPlace,
    steps: Vec<Step>,
) -> Result<Edit, EditError> {
    let track = track_mut(project, at)?;
    check_steps(at, &steps)?;
    check_locks(at, &track.base, &steps)?;
    Ok(Edit::ReplaceSteps { at, steps: std::mem::replace(&mut track.steps, steps) })
}

fn set_lanes(project: &mut Project, at: TrackPlace, lanes: Vec<Lane>) -> Result<Edit, EditError> {
    let track = track_mut(project, at)?;
    check_lanes(at, &lanes)?;
    for lane in &lanes {
        if let Property::Lock(control) = lane.property
            && track.base.get(control).is_none()
        {
            return Err(EditError::NoBase { place: place(at), control });
        }
    }
    Ok(Edit::SetLanes { at, lanes: std::mem::replace(&mut track.lanes, lanes) })
}

fn several(project: &mut Project, edits: Vec<Edit>) -> Result<Edit, EditError> {
    let mut undone = Vec::with_capacity(edits.len());
    for edit in edits {
        match edit.apply(project) {
            Ok(inverse) => undone.push(inverse),
            Err(error) => {
                for inverse in undone.into_iter().rev() {
                    // What has just been done can be undone: the project is as it was when this inverse was made.
                    let taken_back = inverse.apply(project);
                    debug_assert!(taken_back.is_ok(), "{taken_back:?}");
                }
                return Err(error);
            }
        }
    }
    undone.reverse();
    Ok(Edit::Several(undone))
}
