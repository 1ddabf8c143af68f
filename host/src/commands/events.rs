//! `tresillo events`: what sounds, a line an event.

use std::fmt::Write as _;

use anyhow::{Context, Result, bail};
use tresillo_pattern::document::{Control, Lock, Velocity};
use tresillo_pattern::smf::{Division, MidiFile, MidiMessage, TempoMap, Voice, print};
use tresillo_pattern::{EventKind, FrameClock};

use crate::cli::EventsArgs;
use crate::input::{Input, Playing, read};
use crate::report::{Exit, Report, UsageError};

/// Lists the events of a file: tick, track, channel, kind, key or controller, value, length in ticks, and with `--rate`
/// the frame; separated by tabs, offs before ons.
///
/// # Errors
/// One sentence when the file cannot be read or played.
pub fn run(arguments: &EventsArgs, report: &mut Report) -> Result<Exit> {
    for (name, beat) in [("--from", arguments.from), ("--to", arguments.to)] {
        if beat.is_some_and(|beat| !beat.is_finite()) {
            bail!(UsageError(format!("{name}: a number of quarter notes is needed")));
        }
    }
    let (input, warnings) = read(&arguments.input)?;
    for warning in warnings {
        report.warn(&format!("{}: {warning}", arguments.input.display()));
    }
    let text = match input {
        Input::Project(project) => {
            let playing = Playing::new(*project, &arguments.pattern)
                .with_context(|| format!("playing {}", arguments.input.display()))?;
            of_project(&playing, arguments)
        }
        Input::Midi(file) => of_midi(&file, arguments),
    };
    report.text(&text);
    Ok(Exit::Done)
}

/// The events of a pattern, in ticks of 20160 a quarter note.
#[must_use]
pub fn of_project(playing: &Playing, arguments: &EventsArgs) -> String {
    let what = playing.print_between(arguments.from, arguments.to);
    let printed = print(&playing.project, &playing.performance, what);
    let clock = arguments
        .rate
        .map(|rate| FrameClock::from_zero(playing.project.tempo.bpm(), f64::from(rate)));
    let mut out = String::new();
    for printed in &printed.events {
        let event = printed.event;
        let row = match event.kind {
            EventKind::NoteOn { velocity } => Row {
                kind: "note-on",
                number: event.address.key,
                value: i32::from(Velocity::from_share(velocity).get()),
                length: printed.length.0,
            },
            EventKind::NoteOff => {
                Row { kind: "note-off", number: event.address.key, value: 0, length: 0 }
            }
            EventKind::Control(lock) => control_row(lock, event.address.key),
        };
        let frame = clock.map(|clock| clock.frame_of(event.tick));
        let place = (u16::from(event.track_index) + 1, event.address.channel + 1);
        line(&mut out, event.tick.0, place, &row, frame);
    }
    out
}

/// The last four columns but the frame.
struct Row {
    kind: &'static str,
    number: u8,
    value: i32,
    length: i64,
}

fn line(out: &mut String, tick: i64, place: (u16, u8), row: &Row, frame: Option<i64>) {
    let (track, channel) = place;
    let Row { kind, number, value, length } = row;
    let _ = write!(out, "{tick}\t{track}\t{channel}\t{kind}\t{number}\t{value}\t{length}");
    if let Some(frame) = frame {
        let _ = write!(out, "\t{frame}");
    }
    out.push('\n');
}

/// A control as [`row`] tells the same message of a MIDI file; what is set of a note by itself, with its key.
fn control_row(lock: Lock, key: u8) -> Row {
    let value = i32::from(lock.value());
    let (kind, number, value) = match lock.control() {
        Control::Cc(controller) => ("cc", controller.get(), value),
        Control::Bend => ("pitch-bend", 0, value),
        Control::Program => ("program", u8::try_from(value).unwrap_or(0), 0),
        Control::Pressure => ("poly-pressure", key, value),
        Control::Tuning => ("tuning", key, value),
        Control::Brightness => ("brightness", key, value),
        Control::Pan => ("pan", key, value),
    };
    Row { kind, number, value, length: 0 }
}

/// The events of a MIDI file, in its own ticks.
fn of_midi(file: &MidiFile, arguments: &EventsArgs) -> String {
    let map = TempoMap::new(file, None);
    let within = |tick: u64| {
        let Division::Metrical(ppq) = file.division else { return true };
        #[allow(clippy::cast_precision_loss, reason = "compared with a number a person typed")]
        let beat = tick as f64 / f64::from(ppq);
        arguments.from.is_none_or(|from| beat >= from) && arguments.to.is_none_or(|to| beat < to)
    };
    let mut rows: Vec<(u64, bool, u16, u8, Row)> = Vec::new();
    for (number, track) in (1u16..).zip(&file.tracks) {
        let lengths = note_lengths(&track.events);
        for (index, event) in track.events.iter().enumerate() {
            if let MidiMessage::Voice { channel, message } = event.message
                && within(event.tick)
            {
                let length = lengths.get(&index).copied().unwrap_or(0);
                let is_off = matches!(message, Voice::NoteOff { .. });
                rows.push((event.tick, !is_off, number, channel + 1, row(message, length)));
            }
        }
    }
    // Stable: offs first at a tick, else as in the file.
    rows.sort_by_key(|(tick, is_not_off, ..)| (*tick, *is_not_off));
    let mut out = String::new();
    for (tick, _, track, channel, row) in &rows {
        let frame = arguments.rate.map(|rate| map.frame_of(*tick, rate).cast_signed());
        line(&mut out, tick.cast_signed(), (*track, *channel), row, frame);
    }
    out
}

/// For each note-on, by its place in the track, how long it sounds.
fn note_lengths(
    events: &[tresillo_pattern::smf::MidiEvent],
) -> std::collections::HashMap<usize, i64> {
    let mut sounding: std::collections::HashMap<(u8, u8), Vec<(usize, u64)>> =
        std::collections::HashMap::new();
    let mut lengths = std::collections::HashMap::new();
    for (index, event) in events.iter().enumerate() {
        match event.message {
            MidiMessage::Voice { channel, message: Voice::NoteOn { key, .. } } => {
                sounding.entry((channel, key)).or_default().push((index, event.tick));
            }
            MidiMessage::Voice { channel, message: Voice::NoteOff { key, .. } } => {
                let open = sounding.entry((channel, key)).or_default();
                if !open.is_empty() {
                    let (on, since) = open.remove(0);
                    lengths.insert(on, (event.tick - since).cast_signed());
                }
            }
            _ => {}
        }
    }
    lengths
}

fn row(message: Voice, length: i64) -> Row {
    let (kind, number, value) = match message {
        Voice::NoteOn { key, velocity } => ("note-on", key, i32::from(velocity)),
        Voice::NoteOff { key, .. } => ("note-off", key, 0),
        Voice::PolyPressure { key, pressure } => ("poly-pressure", key, i32::from(pressure)),
        Voice::ControlChange { controller, value } => ("cc", controller, i32::from(value)),
        Voice::ProgramChange { program } => ("program", program, 0),
        Voice::ChannelPressure { pressure } => ("pressure", pressure, 0),
        Voice::PitchBend { value } => ("pitch-bend", 0, i32::from(value)),
    };
    Row { kind, number, value, length }
}
