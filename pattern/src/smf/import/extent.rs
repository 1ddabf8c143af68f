//! How long a part is, and where a long one is cut.

use crate::document::{Metre, StepSize};
use crate::limits::{SLOT_BARS_MAX, SLOTS_MAX, STEPS_MAX};
use crate::smf::import::collect::Piece;
use crate::smf::import::lay::nearest;
use crate::smf::import::{ImportError, ImportOptions};
use crate::time::{PPQ, Tick};

/// What a part becomes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Extent {
    /// One pattern of so many steps, at most 128.
    Pattern(i64),
    /// Patterns in turn.
    Song(Sections),
}

/// A long part, cut at bar lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sections {
    metre: Metre,
    /// How long the part is.
    bar_count: i64,
    /// How long each section is, but the last, which may be shorter.
    section: Bars,
}

/// Bars that are a whole number of steps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bars {
    pub(super) bars: i64,
    pub(super) steps: i64,
}

#[allow(clippy::cast_possible_wrap, reason = "small")]
const MOST: i64 = STEPS_MAX as i64;

impl Bars {
    /// `None` where the end of the last bar falls between two steps, or is more than a track holds.
    fn of(bars: i64, metre: Metre, step_size: StepSize) -> Option<Bars> {
        let ticks = i128::from(metre.bar_ticks().0) * i128::from(bars);
        let above = ticks * i128::from(step_size.denominator());
        let below = i128::from(4 * PPQ) * i128::from(step_size.numerator());
        let steps = i64::try_from(above / below).ok()?;
        (above % below == 0 && (1..=MOST).contains(&steps)).then_some(Bars { bars, steps })
    }
}

impl Sections {
    /// The longest sections of 8, 4, 2 bars or one; where none of these is a whole number of steps, the longest that is.
    fn of(bar_count: i64, metre: Metre, step_size: StepSize) -> Option<Sections> {
        let usual = [8, 4, 2, 1].into_iter();
        let section =
            usual.chain((1..=MOST).rev()).find_map(|bars| Bars::of(bars, metre, step_size))?;
        Some(Sections { metre, bar_count, section })
    }

    fn count(&self) -> i64 {
        (self.bar_count + self.section.bars - 1) / self.section.bars
    }

    /// The step at which a section begins, and how long it is. The last is as short as steps allow.
    fn at(&self, index: i64, step_size: StepSize) -> (i64, Bars) {
        let Sections { metre, bar_count, section } = *self;
        let left = bar_count - index * section.bars;
        let shorter = (left..section.bars).find_map(|bars| Bars::of(bars, metre, step_size));
        (index * section.steps, shorter.unwrap_or(section))
    }

    /// The sections in turn, as [`Sections::at`] tells them.
    pub(super) fn each(self, step_size: StepSize) -> impl Iterator<Item = (i64, Bars)> {
        (0..self.count()).map(move |index| self.at(index, step_size))
    }

    /// How long the part is.
    pub(super) fn bar_count(&self) -> i64 {
        self.bar_count
    }

    /// How many bars the sections have.
    pub(super) fn section_bars(&self) -> i64 {
        self.section.bars
    }
}

impl Extent {
    /// How long a part is: as the options say; else with the bar in which the last note begins, or with the bar in which
    /// the file ends in silence, whichever is later and fits into a pattern. A song ends with the bar of the last note.
    ///
    /// # Errors
    /// [`ImportError::TooLong`] where a pattern does not hold it and a song may not, or cannot, be made;
    /// [`ImportError::TooManySlots`] where it is longer than every song.
    pub(super) fn of(
        piece: &Piece,
        metre: Metre,
        options: &ImportOptions,
        may_be_song: bool,
    ) -> Result<Extent, ImportError> {
        let step_size = options.step_size;
        let steps_of = |ticks: i64| -step_size.place_at(Tick(-ticks));
        let too_long = |ticks: i64| ImportError::TooLong {
            beats: Tick(ticks).to_beats(),
            steps: usize::try_from(steps_of(ticks)).unwrap_or(usize::MAX),
            step_size,
            max: STEPS_MAX,
            fitting: step_size.tick_of(MOST).to_beats(),
        };
        if let Some(to) = options.to {
            let ticks = (to - options.from).0;
            let steps = Some(steps_of(ticks)).filter(|steps| *steps <= MOST);
            return steps.map(Extent::Pattern).ok_or_else(|| too_long(ticks));
        }
        let bar = metre.bar_ticks().0.max(1);
        // A bar that no track can hold is no measure for a length; a quarter is.
        let bar = if steps_of(bar) > MOST { PPQ } else { bar };
        let up_to_bar = |ticks: i64| (ticks + bar - 1).div_euclid(bar) * bar;
        let last = piece.last_onset - options.from.0;
        // A last note just ahead of a bar belongs to that bar, unless there is no room for it.
        let in_bar = up_to_bar(step_size.tick_of(nearest(step_size, last)).0 + 1);
        let needed = up_to_bar(last + 1);
        // A track that goes on in silence means it, but for a slip of less than a step; one that only lets its last note
        // ring does not.
        let end = piece.end - options.from.0;
        let silent = if piece.end > piece.last_end {
            up_to_bar(end - step_size.ticks_ceil())
        } else {
            end.div_euclid(bar) * bar
        };
        let mut wanted = [in_bar.max(silent), in_bar, needed].into_iter().map(steps_of);
        if let Some(steps) = wanted.find(|steps| *steps <= MOST) {
            return Ok(Extent::Pattern(steps));
        }
        let sections = Sections::of(in_bar / bar, metre, step_size).filter(|_| may_be_song);
        let sections = sections.ok_or_else(|| too_long(needed))?;
        // A check before the cutting, which takes its time for each section.
        let slot_count = sections.bar_count / i64::from(SLOT_BARS_MAX);
        if slot_count > i64::try_from(SLOTS_MAX).unwrap_or(i64::MAX) {
            return Err(ImportError::TooManySlots {
                bars: sections.bar_count,
                slots: usize::try_from(slot_count).unwrap_or(usize::MAX),
                max: SLOTS_MAX,
            });
        }
        Ok(Extent::Song(sections))
    }

    /// How many steps there are from the start to the end.
    pub(super) fn step_count(&self, step_size: StepSize) -> i64 {
        match self {
            Extent::Pattern(steps) => *steps,
            Extent::Song(sections) => {
                let (start, last) = sections.at(sections.count() - 1, step_size);
                start + last.steps
            }
        }
    }

    /// The same length in steps of another size; `None` where a track cannot hold it.
    pub(super) fn in_steps_of(&self, other: StepSize, step_size: StepSize) -> Option<Extent> {
        match self {
            Extent::Pattern(steps) => {
                let length = step_size.tick_of(*steps).0;
                let steps = -other.place_at(Tick(-length));
                (steps <= MOST).then_some(Extent::Pattern(steps))
            }
            Extent::Song(sections) => {
                Sections::of(sections.bar_count, sections.metre, other).map(Extent::Song)
            }
        }
    }
}
