//! `tresillo show`: what a file holds, for reading.

use std::fmt::Write as _;

use anyhow::Result;
use tresillo_pattern::document::{Project, Slot};
use tresillo_pattern::format::grid;
use tresillo_pattern::smf::{Division, MidiFile, MidiFormat, MidiMessage, TempoMap, Voice};

use crate::cli::ShowArgs;
use crate::input::{Input, read};
use crate::report::{Exit, Report};

/// Shows a file.
///
/// # Errors
/// One sentence when it cannot be read.
pub fn run(arguments: &ShowArgs, report: &mut Report) -> Result<Exit> {
    let (input, warnings) = read(&arguments.input)?;
    for warning in warnings {
        report.warn(&format!("{}: {warning}", arguments.input.display()));
    }
    let text = match input {
        Input::Project(project) => show_project(&project),
        Input::Midi(file) => show_midi(&file),
    };
    report.text(&text);
    Ok(Exit::Done)
}

fn show_project(project: &Project) -> String {
    let mut out = String::new();
    let name = if project.name.is_empty() { "Untitled" } else { &project.name };
    let author =
        if project.author.is_empty() { String::new() } else { format!("  by {}", project.author) };
    let metre = project.metre;
    let _ = writeln!(
        out,
        "{name}{author}  {} BPM  {}/{}  seed {}",
        project.tempo.bpm(),
        metre.beats,
        metre.unit,
        project.seed
    );
    if !project.description.is_empty() {
        let _ = writeln!(out, "{}", project.description);
    }
    if !project.song.slots.is_empty() {
        let _ = writeln!(out, "{}", song_line(project));
    }
    for (number, pattern) in (1..).zip(&project.patterns) {
        let swing = pattern.swing.percent.percent();
        let swing = if swing > 50.0 { format!(", swing {swing} %") } else { String::new() };
        let beats = tresillo_pattern::Tick(pattern.length_ticks().0).to_beats();
        let name = if pattern.name.is_empty() { "unnamed" } else { &pattern.name };
        let _ = writeln!(out, "\nPattern {number}, {name}: {beats} beats{swing}");
        out.push_str(&grid::write(pattern));
    }
    out
}

/// The slots in turn, each with its bars, transposition and muted tracks: `Song of 14 bars: A ×8, "Fill in" ×6 +12`.
fn song_line(project: &Project) -> String {
    let slots = &project.song.slots;
    let bars: u32 = slots.iter().map(|slot| u32::from(slot.bars)).sum();
    let slots: Vec<String> = slots.iter().map(|slot| slot_text(project, slot)).collect();
    format!("Song of {bars} bars: {}", slots.join(", "))
}

fn slot_text(project: &Project, slot: &Slot) -> String {
    let pattern = project.patterns.get(usize::from(slot.pattern.0));
    let name = pattern.map_or("", |pattern| pattern.name.as_str());
    let name = match name {
        "" => format!("pattern {}", u16::from(slot.pattern.0) + 1),
        name if name.contains(|c: char| c.is_whitespace() || c == ',') => format!("\"{name}\""),
        name => name.to_owned(),
    };
    let mut text = format!("{name} ×{}", slot.bars);
    if slot.transpose != 0 {
        let _ = write!(text, " {:+}", slot.transpose);
    }
    let muted: Vec<String> = slot.mutes.iter().map(|index| (index + 1).to_string()).collect();
    if !muted.is_empty() {
        let _ = write!(text, " without {}", muted.join(" and "));
    }
    text
}

fn show_midi(file: &MidiFile) -> String {
    let mut out = String::new();
    let format = match file.format {
        MidiFormat::Single => "format 0, one track",
        MidiFormat::Parallel => "format 1, tracks together",
        MidiFormat::Sequential => "format 2, pieces one after another",
    };
    let division = match file.division {
        Division::Metrical(ticks) => format!("{ticks} ticks a quarter note"),
        Division::Timecode { frames_per_second, ticks_per_frame } => {
            format!("{frames_per_second} frames a second, {ticks_per_frame} ticks a frame")
        }
    };
    let _ = writeln!(out, "MIDI file, {format}, {division}");
    let map = TempoMap::new(file, None);
    let end = file.tracks.iter().map(|track| track.end).max().unwrap_or(0);
    let seconds = map.seconds_of(end);
    let tempos = map.tempos_bpm();
    let mut line = format!("length {}, {seconds:.2} s", clock(seconds));
    match tempos.as_slice() {
        [] => {}
        [(_, only)] => {
            let _ = write!(line, ", {only:.2} BPM");
        }
        [(_, first), .., (_, last)] => {
            let changes = tempos.len() - 1;
            let _ = write!(
                line,
                ", {first:.2} BPM at the start, {last:.2} at the end, {changes} changes"
            );
        }
    }
    if let Some((beats, unit)) = file.tracks.iter().find_map(|track| track.time_signature()) {
        let _ = write!(line, ", {beats}/{unit}");
    }
    let _ = writeln!(
        out,
        "{line}\n\n{:>5}  {:>7}  {:<9}  {:<8}  name",
        "track", "notes", "channels", "keys"
    );
    for (number, track) in (1..).zip(&file.tracks) {
        let mut channels = std::collections::BTreeSet::new();
        let (mut low, mut high) = (u8::MAX, 0);
        for event in &track.events {
            if let MidiMessage::Voice { channel, message } = event.message {
                channels.insert(channel + 1);
                if let Voice::NoteOn { key, .. } = message {
                    (low, high) = (low.min(key), high.max(key));
                }
            }
        }
        let channels: Vec<String> = channels.iter().map(ToString::to_string).collect();
        let keys = if low <= high { format!("{low}-{high}") } else { "-".to_owned() };
        let _ = writeln!(
            out,
            "{number:>5}  {:>7}  {:<9}  {keys:<8}  {}",
            track.note_count(),
            channels.join(","),
            track.name().unwrap_or_default()
        );
    }
    out
}

/// Minutes and seconds.
fn clock(seconds: f64) -> String {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a length, for people"
    )]
    let whole = seconds.round() as u64;
    format!("{}:{:02}", whole / 60, whole % 60)
}

#[cfg(test)]
mod tests {
    use tresillo_pattern::Mutes;
    use tresillo_pattern::PatternIndex;
    use tresillo_pattern::document::{Pattern, Song, Unknown};

    use super::*;

    #[test]
    fn a_song_is_shown_slot_by_slot() {
        let slot = |pattern, bars, transpose, mutes| Slot {
            pattern: PatternIndex(pattern),
            bars,
            transpose,
            mutes,
            unknown: Unknown::default(),
        };
        let slots = vec![
            slot(0, 8, 0, Mutes::NONE),
            slot(1, 2, 12, Mutes::NONE),
            slot(2, 4, -5, Mutes::NONE.with(0, true).with(2, true)),
        ];
        let named = |name: &str| Pattern { name: name.to_owned(), ..Pattern::default() };
        let patterns = vec![named("A"), named("Fill in"), named("")];
        let project = Project { patterns, song: Song { slots }, ..Project::default() };
        assert_eq!(
            song_line(&project),
            "Song of 14 bars: A ×8, \"Fill in\" ×2 +12, pattern 3 ×4 -5 without 1 and 3"
        );
    }
}
