//! A pattern as a grid that one can read in a terminal.

use crate::document::{Pattern, Step, Track};
use crate::format::pitch;

/// The grid of `pattern`: a line for each track, a column for each step; a hit's height is how strong it is, `─` how far a
/// note is held beyond its step. A second line under a track spells what the grid cannot show.
#[must_use]
pub fn write(pattern: &Pattern) -> String {
    let names: Vec<String> =
        pattern.tracks.iter().map(|track| track.name.chars().take(16).collect()).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0).max(5);
    let mut out = String::new();
    let sizes: Vec<usize> = pattern.tracks.iter().map(|track| track.steps.len()).collect();
    let longest = sizes.iter().copied().max().unwrap_or(0);
    let blank = " ".repeat(width);
    out.push_str(&format!("{blank}  to      size  {}\n", ruler(longest)));
    for (track, name) in pattern.tracks.iter().zip(&names) {
        let padding = " ".repeat(width - name.chars().count());
        let to = destination(track);
        let size = format!("{}×{}", track.steps.len(), track.step_size);
        out.push_str(&format!("{name}{padding}  {to:<6}{size:>7} {}\n", row(track)));
        for detail in details(track) {
            out.push_str(&format!("{blank}                 {detail}\n"));
        }
    }
    out
}

fn destination(track: &Track) -> String {
    let channel = track.destination.channel.get() + 1;
    match track.destination.key {
        Some(key) => format!("{channel}:{}", pitch::name(key)),
        None => channel.to_string(),
    }
}

/// The number of the first step of each group of four.
fn ruler(length: usize) -> String {
    let ruler: String =
        (0..length.div_ceil(4)).map(|group| format!("{:<5}", group * 4 + 1)).collect();
    ruler.trim_end().to_owned()
}

fn row(track: &Track) -> String {
    let mut out = String::new();
    // Ahead of the rest of the row, notes are held for so many percent of a step more.
    let mut held: i32 = 0;
    for (index, step) in track.steps.iter().enumerate() {
        if index % 4 == 0 && index > 0 {
            out.push(if held > 0 { '─' } else { ' ' });
        }
        if step.is_on {
            out.push(height(step));
            held = i32::from(step.gate.percent()) - 100;
        } else {
            out.push(if held > 0 { '─' } else { '·' });
            held -= 100;
        }
    }
    out
}

/// How strong, in eight heights.
fn height(step: &Step) -> char {
    const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    HEIGHTS.get(usize::from(step.velocity.get()) / 16).copied().unwrap_or('█')
}

/// What a step holds beyond hit, strength and length, a line for a few steps.
fn details(track: &Track) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (index, step) in track.steps.iter().enumerate() {
        let Some(text) = detail(step) else { continue };
        let text = format!("{}: {text}", index + 1);
        match lines.last_mut() {
            Some(line) if line.chars().count() + text.chars().count() < 76 => {
                line.push_str("   ");
                line.push_str(&text);
            }
            _ => lines.push(text),
        }
    }
    lines
}

fn detail(step: &Step) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    if !step.is_on {
        return None;
    }
    if !step.keys.is_empty() {
        parts.push(step.keys.iter().map(pitch::name).collect::<Vec<_>>().join("+"));
    }
    if step.micro_timing.0 != 0 {
        parts.push(format!("{:+} ticks", step.micro_timing.0));
    }
    if step.chance.get() < 100 {
        parts.push(format!("{} %", step.chance));
    }
    if let Some(condition) = step.condition {
        parts.push(condition.to_string());
    }
    if step.ratchet.hits() > 1 {
        parts.push(format!("{} hits", step.ratchet.hits()));
    }
    if parts.is_empty() { None } else { Some(parts.join(" ")) }
}

#[cfg(test)]
mod tests {
    use crate::format::notation;

    #[test]
    fn a_grid_shows_strength_length_and_the_rest_in_words() {
        let text = "kick: X... x...\nbass ch=2: C1=250 . . Eb1?50 . . . .";
        let (project, _) = notation::read(text).unwrap();
        let expected = "       to      size  1    5
kick   10:C1  8×1/16 █··· ▇···
bass   2      8×1/16 ▇──▇ ····
                      1: C1   4: D#1 50 %
";
        let grid = super::write(&project.patterns[0]);
        assert_eq!(grid, expected, "\n{grid}");
    }
}
