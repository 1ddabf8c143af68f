//! What the player's hands or the host's parameters say, constant within a window.

use crate::document::{Level, SwingPercent};
use crate::limits::TRACKS_MAX;

/// How a project is played right now. The default is neutral: it changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Performance {
    /// Which pattern of the project plays, from 0. One that is not there is silent.
    pub pattern: PatternIndex,
    /// Whether the song plays instead of the pattern.
    pub is_song: bool,
    /// Whether fill is on: steps with the condition `FILL` sound.
    pub is_fill: bool,
    /// Tracks that are silent. Muting never changes what another track plays.
    pub mutes: Mutes,
    /// Semitones added to the notes of melodic tracks; drums keep their keys. A note that would leave the range of MIDI
    /// stays in it by whole octaves.
    pub transpose: i8,
    /// Added to the swing of the pattern; the sum stays within 50 to 75 %.
    pub swing: SwingOffset,
    /// Share of each step's own chance that is left; 100 % leaves it as written, 0 % silences every step.
    pub chance: crate::document::Percent,
    /// Added to both shares of the pattern's humanising; 0 leaves it as written.
    pub humanise: crate::document::Percent,
    /// What is made of each velocity. At 0 all is silent.
    pub velocity: Level,
    /// What is made of each gate length; ties and slides lead as far as they do.
    pub gate: Level,
    /// What is made of the velocities of each track, by its place in the pattern. At 0 it is muted.
    pub track_levels: [Level; TRACKS_MAX],
    /// Mixed into the seed of the project; 0 leaves it as written.
    pub seed: u32,
}

impl Performance {
    /// Whether a track is muted, by hand or by its level.
    #[inline]
    #[must_use]
    pub fn is_muted(&self, track_index: usize) -> bool {
        self.mutes.contains(track_index) || self.velocity_percent(track_index) == 0
    }

    /// What is made of the velocities of a track, in hundredths of a percent.
    #[inline]
    pub(crate) fn velocity_percent(&self, track_index: usize) -> u32 {
        let level = self.track_levels.get(track_index).copied().unwrap_or_default();
        u32::from(self.velocity.get()) * u32::from(level.get())
    }
}

impl Default for Performance {
    fn default() -> Performance {
        Performance {
            pattern: PatternIndex(0),
            is_song: false,
            is_fill: false,
            mutes: Mutes::NONE,
            transpose: 0,
            swing: SwingOffset(0),
            chance: crate::document::Percent::MAX,
            humanise: crate::document::Percent::MIN,
            velocity: Level::default(),
            gate: Level::default(),
            track_levels: [Level::default(); TRACKS_MAX],
            seed: 0,
        }
    }
}

/// The place of a pattern in its project, from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PatternIndex(pub u8);

/// A shift of swing in ten-thousandths of a percent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SwingOffset(pub i32);

impl SwingOffset {
    /// From points of a percent: 8.0 makes 50 % into 58 %. Held within -25 to 25; NaN is 0.
    #[must_use]
    pub fn from_points(points: f64) -> SwingOffset {
        #[allow(clippy::cast_possible_truncation, reason = "clamped; NaN becomes 0")]
        SwingOffset((points.clamp(-25.0, 25.0) * f64::from(SwingPercent::ONE)).round() as i32)
    }
}

/// A set of muted tracks, by their place in the pattern.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Mutes(u32);

const _: () = assert!(TRACKS_MAX <= u32::BITS as usize, "one bit for each track");

impl Mutes {
    /// All tracks sound.
    pub const NONE: Mutes = Mutes(0);

    /// The tracks that are in either set.
    #[must_use]
    pub const fn union(self, other: Mutes) -> Mutes {
        Mutes(self.0 | other.0)
    }

    /// The tracks in it, by their place.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        (0..TRACKS_MAX).filter(move |track_index| self.contains(*track_index))
    }

    /// This set with the track at `track_index` muted or not; beyond the limit of tracks nothing changes.
    #[must_use]
    pub fn with(self, track_index: usize, is_muted: bool) -> Mutes {
        if track_index >= TRACKS_MAX {
            return self;
        }
        let bit = 1u32 << track_index;
        Mutes(if is_muted { self.0 | bit } else { self.0 & !bit })
    }

    /// Whether the track at `track_index` is silent.
    #[inline]
    #[must_use]
    pub fn contains(self, track_index: usize) -> bool {
        track_index < TRACKS_MAX && self.0 & (1 << track_index) != 0
    }
}
