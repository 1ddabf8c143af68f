//! Which pattern plays, and when another one begins.

use tresillo_pattern::document::Metre;
use tresillo_pattern::{PPQ, PatternIndex, Tick, Ticks, Window};

use crate::params::Launch;

/// The pattern that plays and the one that is wanted, by a parameter or by a note.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Launcher {
    playing: PatternIndex,
    by_param: PatternIndex,
    /// Chosen by a note; the parameter's next move takes it back.
    by_note: Option<PatternIndex>,
}

/// Where bars begin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bars {
    /// One of them.
    pub(super) start: Tick,
    /// How long they are.
    pub(super) length: Ticks,
}

impl Bars {
    /// Bars of a metre from song position 0 on.
    pub(super) fn of(metre: Metre) -> Bars {
        Bars { start: Tick::ZERO, length: metre.bar_ticks() }
    }
}

impl Launcher {
    pub(super) fn playing(&self) -> PatternIndex {
        self.playing
    }

    /// The parameter's value, told at each block.
    pub(super) fn set_param(&mut self, pattern: PatternIndex) {
        if pattern != self.by_param {
            self.by_note = None;
        }
        self.by_param = pattern;
    }

    pub(super) fn set_note(&mut self, pattern: PatternIndex) {
        self.by_note = Some(pattern);
    }

    pub(super) fn forget_note(&mut self) {
        self.by_note = None;
    }

    fn wanted(&self) -> PatternIndex {
        self.by_note.unwrap_or(self.by_param)
    }

    /// Whether another pattern is wanted than plays.
    pub(super) fn is_due(&self) -> bool {
        self.wanted() != self.playing
    }

    /// The wanted one plays from now on.
    pub(super) fn launch(&mut self) {
        self.playing = self.wanted();
    }

    /// The tick of `window` at which another pattern begins, if one does there.
    pub(super) fn tick_in(&self, window: Window, launch: Launch, bars: Bars) -> Option<Tick> {
        if !self.is_due() || window.is_empty() {
            return None;
        }
        let next = |start: Tick, length: i64| {
            let since = (window.start - start).0;
            // The next multiple, or this tick itself.
            window.start + Ticks((-since).rem_euclid(length.max(1)))
        };
        let tick = match launch {
            Launch::AtOnce => window.start,
            Launch::Beat => next(bars.start, PPQ),
            Launch::Bar => next(bars.start, bars.length.0),
        };
        Some(tick).filter(|tick| window.contains(*tick))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_pattern_begins_where_it_is_told_to() {
        let mut launcher = Launcher::default();
        let bars = Bars { start: Tick(100), length: Ticks(3 * PPQ) };
        let at = |launcher: &Launcher, launch, start: i64, end: i64| {
            launcher.tick_in(Window::new(start, end), launch, bars).map(|tick| tick.0)
        };
        assert_eq!(at(&launcher, Launch::AtOnce, 0, 10), None, "the same pattern");
        launcher.set_param(PatternIndex(2));
        assert_eq!(at(&launcher, Launch::AtOnce, 7, 10), Some(7));
        assert_eq!(at(&launcher, Launch::Beat, 101, 20_260), None);
        assert_eq!(at(&launcher, Launch::Beat, 101, 20_261), Some(20_260));
        assert_eq!(at(&launcher, Launch::Bar, 100, 101), Some(100), "on the bar itself");
        assert_eq!(at(&launcher, Launch::Bar, 101, 90_000), Some(60_580));
        assert_eq!(at(&launcher, Launch::Bar, -60_381, 0), Some(-60_380));
    }

    #[test]
    fn a_note_chooses_until_the_parameter_moves() {
        let mut launcher = Launcher::default();
        launcher.set_param(PatternIndex(1));
        launcher.set_note(PatternIndex(5));
        launcher.set_param(PatternIndex(1));
        launcher.launch();
        assert_eq!(launcher.playing(), PatternIndex(5));
        launcher.set_param(PatternIndex(2));
        launcher.launch();
        assert_eq!(launcher.playing(), PatternIndex(2));
    }
}
