//! A pattern printed: so many cycles of it, event by event, exactly as they will sound.

use crate::document::{Control, Project};
use crate::performance::Performance;
use crate::player::Player;
use crate::queue::{Event, EventKind};
use crate::time::{Tick, Ticks, Window};

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Print {
    /// The part of the axis. Playing starts at its start as after a locate.
    pub window: Window,
    /// The tempo at which the delays of tracks are heard, in quarter notes a minute; `None`: they are left out.
    pub tempo_bpm: Option<f64>,
}

impl Print {
    /// So many passes through the pattern that `performance` chooses, from song position 0; or the song, if it plays that.
    /// A song does not begin again: more than one pass prints the silence behind it.
    #[must_use]
    pub fn cycles(project: &Project, performance: &Performance, cycle_count: u32) -> Print {
        if performance.is_song {
            let length = project.song.length_ticks(project.metre).0;
            let end = length.saturating_mul(i64::from(cycle_count));
            return Print { window: Window::new(0, end), tempo_bpm: None };
        }
        let pattern = project.patterns.get(usize::from(performance.pattern.0));
        let length = pattern.map_or(Ticks(0), crate::document::Pattern::length_ticks);
        let end = length.0.saturating_mul(i64::from(cycle_count));
        Print { window: Window::new(0, end), tempo_bpm: None }
    }

    /// The same, with the delays of tracks as they are heard at the project's own tempo.
    #[must_use]
    pub fn as_heard(self, project: &Project) -> Print {
        Print { tempo_bpm: Some(project.tempo.bpm()), ..self }
    }
}

/// The events of a print, in order, and where it ends.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Printed {
    /// Note-ons with the length that they really sound, note-offs, and changes of controls; offs before controls before ons.
    pub events: Vec<PrintedEvent>,
    /// The end of the window, or of the last note where that is later.
    pub end: Tick,
    /// Notes that were too many to sound at once and are not here.
    pub refused_count: u64,
}

/// One event of a print.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PrintedEvent {
    /// What happens, and when.
    pub event: Event,
    /// How long the note sounds; 0 for everything else.
    pub length: Ticks,
}

impl Printed {
    /// How many notes start.
    #[must_use]
    pub fn note_count(&self) -> usize {
        let is_onset = |e: &&PrintedEvent| matches!(e.event.kind, EventKind::NoteOn { .. });
        self.events.iter().filter(is_onset).count()
    }

    /// How many notes have a tuning, brightness or pan of their own that a MIDI file cannot say: it has these for whole
    /// channels only.
    #[must_use]
    pub fn note_expression_count(&self) -> usize {
        let is_lost = |e: &&PrintedEvent| match e.event.kind {
            EventKind::Control(lock) => {
                let control = lock.control();
                control.is_per_note()
                    && control != Control::Pressure
                    && lock.value() != control.default_base()
            }
            _ => false,
        };
        self.events.iter().filter(is_lost).count()
    }
}

/// Prints what sounds in a window. Notes that begin in it sound to their own end.
#[must_use]
pub fn print(project: &Project, performance: &Performance, what: Print) -> Printed {
    let mut player = Player::new();
    let mut events: Vec<PrintedEvent> = Vec::new();
    {
        let mut take = |event| events.push(PrintedEvent { event, length: Ticks(0) });
        if let Some(tempo_bpm) = what.tempo_bpm {
            player.set_tempo(tempo_bpm);
        }
        player.play_out(project, performance, what.window, &mut take);
    }
    // Each off ends the nearest on before it at its address.
    let mut sounding = std::collections::HashMap::new();
    let mut lengths = Vec::new();
    for (index, printed) in events.iter().enumerate() {
        match printed.event.kind {
            EventKind::NoteOn { .. } => {
                sounding.insert(printed.event.address, (index, printed.event.tick));
            }
            EventKind::NoteOff => {
                if let Some((on, since)) = sounding.remove(&printed.event.address) {
                    lengths.push((on, printed.event.tick - since));
                }
            }
            EventKind::Control(_) => {}
        }
    }
    for (index, length) in lengths {
        if let Some(printed) = events.get_mut(index) {
            printed.length = length;
        }
    }
    let last = events.last().map_or(what.window.end, |printed| printed.event.tick);
    let refused_count = player.refused_count();
    Printed { events, end: last.max(what.window.end), refused_count }
}
