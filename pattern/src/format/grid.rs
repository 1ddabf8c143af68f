//! A pattern as a grid that one can read in a terminal.

use crate::document::{Articulation, Delay, Direction, Lane, Lock, Pattern, Property, Step, Track};
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
    out.push_str(&format!("{blank}  to         size  {}\n", ruler(longest)));
    for (track, name) in pattern.tracks.iter().zip(&names) {
        let padding = " ".repeat(width - name.chars().count());
        let to = destination(track);
        let size = format!("{}×{}", track.steps.len(), track.step_size);
        out.push_str(&format!("{name}{padding}  {to:<7} {size:>8}  {}\n", row(track)));
        for detail in ways(track).into_iter().chain(details(&track.steps)).chain(lanes(track)) {
            out.push_str(&format!("{blank}                    {detail}\n"));
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
            held = match step.articulation {
                // Tied and slid notes reach into the next step.
                Articulation::Gate => i32::from(step.gate.percent()) - 100,
                Articulation::Tie | Articulation::Slide => 1,
            };
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

/// `cc74 20`.
fn spelled(lock: Lock) -> String {
    format!("{} {}", lock.control(), lock.shown())
}

/// How the steps are gone through, where that is not forward from the first; the delay, and what unlocked steps restore.
fn ways(track: &Track) -> Vec<String> {
    let mut words = Vec::new();
    if track.direction != Direction::Forward {
        words.push(track.direction.name().to_owned());
    }
    if track.rotation != 0 {
        words.push(format!("rotated by {}", track.rotation));
    }
    if track.delay != Delay::default() {
        words.push(format!("{:+} ms", track.delay.ms()));
    }
    let base: Vec<String> = track.base.iter().map(spelled).collect();
    if !base.is_empty() {
        words.push(base.join(", "));
    }
    if words.is_empty() { Vec::new() } else { vec![words.join(", ")] }
}

/// A line or more for each lane.
fn lanes(track: &Track) -> Vec<String> {
    let mut lines = Vec::new();
    for lane in &track.lanes {
        let (count, size) = (lane.steps.len(), lane.step_size);
        let values: Vec<String> = lane.steps.iter().map(|step| value(lane, step)).collect();
        lines.push(format!("{} {count}×{size}: {}", lane.property, values.join(" ")));
    }
    lines
}

/// What a lane gives at one of its steps.
fn value(lane: &Lane, step: &Step) -> String {
    match lane.property {
        Property::Gate => if step.is_on { "x" } else { "·" }.to_owned(),
        Property::Notes if step.keys.is_empty() => "·".to_owned(),
        Property::Notes => step.keys.iter().map(pitch::name).collect::<Vec<_>>().join("+"),
        Property::Velocity => step.velocity.to_string(),
        Property::Length => match step.articulation {
            Articulation::Gate => format!("{}%", step.gate.percent()),
            Articulation::Tie => "tie".to_owned(),
            Articulation::Slide => "slide".to_owned(),
        },
        Property::MicroTiming => format!("{:+}", step.micro_timing.0),
        Property::Chance => format!("{}%", step.chance),
        Property::Condition => step.condition.map_or("·".to_owned(), |c| c.to_string()),
        Property::Ratchet => format!("×{}", step.ratchet.hits()),
        Property::Lock(control) => {
            step.locks.get(control).map_or("·".to_owned(), |lock| lock.shown().to_string())
        }
    }
}

/// What a step holds beyond hit, strength and length, a line for a few steps.
fn details(steps: &[Step]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
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
    let group = step.chance_group.map_or(String::new(), |g| format!(" dice {}", g.letter()));
    if step.chance.get() < 100 {
        parts.push(format!("{} %{group}", step.chance));
    }
    if let Some(condition) = step.condition {
        parts.push(condition.to_string());
    }
    if step.ratchet.hits() > 1 {
        let ratchet = step.ratchet;
        let ramp = match ratchet.ramp_percent() {
            0 => "",
            falling if falling < 0 => " falling",
            _ => " rising",
        };
        let over = match ratchet.span_percent() {
            100 => String::new(),
            percent => format!(" over {percent} %"),
        };
        parts.push(format!("{} hits{over}{ramp}", ratchet.hits()));
    }
    match step.articulation {
        Articulation::Gate => {}
        Articulation::Tie => parts.push("tie".to_owned()),
        Articulation::Slide => parts.push("slide".to_owned()),
    }
    parts.extend(step.locks.iter().map(spelled));
    if parts.is_empty() { None } else { Some(parts.join(" ")) }
}

#[cfg(test)]
mod tests {
    use crate::format::notation;

    #[test]
    fn a_grid_shows_strength_length_and_the_rest_in_words() {
        let text = "kick: X... x...\nbass ch=2: C1=250 . . Eb1?50 . . . .\n\
                    lead ch=3 dir=walk: C3_ . E3(NOT FILL)*3%-50 .\n> velocity step=1/8: v90 v60";
        let (project, _) = notation::read(text).unwrap();
        let expected = "       to         size  1    5
kick   10:C1     8×1/16  █··· ▇···
bass   2         8×1/16  ▇──▇ ····
                         1: C1   4: D#1 50 %
lead   3         4×1/16  ▇─▇·
                         walk
                         1: C3 tie   3: E3 NOT FILL 3 hits falling
                         velocity 2×1/8: 90 60
";
        let grid = super::write(&project.patterns[0]);
        assert_eq!(grid, expected, "\n{grid}");
    }
}
