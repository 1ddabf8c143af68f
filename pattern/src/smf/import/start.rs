//! Tempo and metre of a part.

use crate::document::{Metre, Tempo};
use crate::limits::TEMPO_BPM;
use crate::smf::import::ImportOptions;
use crate::smf::import::collect::{Clock, Piece};
use crate::smf::{MidiFile, TempoMap};

/// Tempo and metre where the part begins.
pub(super) struct Start {
    pub(super) tempo: Tempo,
    pub(super) metre: Metre,
    tempo_changes: usize,
    metre_changes: usize,
    /// A tempo beyond our range.
    odd_bpm: Option<f64>,
}

impl Start {
    pub(super) fn of(
        file: &MidiFile,
        only: Option<usize>,
        piece: &Piece,
        options: &ImportOptions,
        clock: Clock,
    ) -> Start {
        let (mut bpm, mut tempo_changes) = (None, 0);
        for (tick, next) in TempoMap::new(file, only).tempos_bpm() {
            let tick = clock.tick(tick);
            let is_other = bpm.is_none_or(|bpm: f64| (bpm - next).abs() > 1e-9);
            if tick <= options.from.0 {
                bpm = Some(next);
            } else if tick < piece.last_onset && is_other {
                tempo_changes += 1;
            }
        }
        let (mut metre, mut metre_changes) = (Metre::default(), 0);
        for (tick, next) in &piece.metres {
            if *tick <= options.from.0 {
                metre = *next;
            } else if *tick < piece.last_onset && *next != metre {
                metre_changes += 1;
            }
        }
        let held = |bpm: f64| Tempo::new(bpm.clamp(*TEMPO_BPM.start(), *TEMPO_BPM.end())).ok();
        Start {
            tempo: bpm.and_then(held).unwrap_or_default(),
            metre,
            tempo_changes,
            metre_changes,
            odd_bpm: bpm.filter(|bpm| !TEMPO_BPM.contains(bpm)),
        }
    }

    pub(super) fn warn(&self, warn: &mut impl FnMut(String)) {
        if let Some(bpm) = self.odd_bpm {
            warn(format!("a tempo of {bpm:.3} BPM is out of range; {} is taken", self.tempo.bpm()));
        }
        if self.tempo_changes > 0 {
            let taken = self.tempo.bpm();
            warn(format!(
                "{} tempo changes are left out; {taken:.3} BPM is taken",
                self.tempo_changes
            ));
        }
        if self.metre_changes > 0 {
            let Metre { beats, unit } = self.metre;
            warn(format!(
                "{} changes of metre are left out; {beats}/{unit} is taken",
                self.metre_changes
            ));
        }
    }
}
