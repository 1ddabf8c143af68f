//! An instrument of samples, as text that samplers read.
//!
//! Source of the opcodes: "SFZ Format" 1.0 (Cakewalk, 2004) and its open documentation at sfzformat.com: `lokey`, `hikey`,
//! `pitch_keycenter`, `lovel`, `hivel`, `seq_length`, `seq_position`.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Result, bail};

use super::beside;
use crate::job::{Job, Source};
use crate::report::UsageError;

/// The text of `file`. Each key reaches half-way to its neighbours, each velocity down to the one below it.
///
/// # Errors
/// [`UsageError`] for chords, which no key plays.
pub(super) fn text(file: &Path, jobs: &[Job]) -> Result<String> {
    let mut notes = Vec::with_capacity(jobs.len());
    for job in jobs {
        match &job.source {
            Source::Notes(single) if single.keys.len() == 1 => {
                notes.push((single.keys.first().copied().unwrap_or(0), single, &job.output));
            }
            _ => bail!(UsageError("--sfz takes single notes, and there are chords".to_owned())),
        }
    }
    let keys: BTreeSet<u8> = notes.iter().map(|(key, ..)| *key).collect();
    let velocities: BTreeSet<u8> = notes.iter().map(|(_, note, _)| note.velocity).collect();
    let rounds = notes.iter().map(|(_, note, _)| note.round).max().unwrap_or(1);
    let folder = file.parent().unwrap_or(Path::new(""));
    let mut text = String::from("// An instrument sampled by Tresillo\n<control>\n\n<global>\n");
    if rounds > 1 {
        text.push_str(&format!("seq_length={rounds}\n"));
    }
    for velocity in &velocities {
        let (low, high) = layer(*velocity, &velocities);
        text.push_str(&format!("\n<group> lovel={low} hivel={high}\n"));
        for (key, note, output) in notes.iter().filter(|(_, note, _)| note.velocity == *velocity) {
            let (low, high) = zone(*key, &keys);
            text.push_str(&format!(
                "<region> sample={} lokey={low} hikey={high} pitch_keycenter={key}",
                beside(output, folder).display()
            ));
            if rounds > 1 {
                text.push_str(&format!(" seq_position={}", note.round));
            }
            text.push('\n');
        }
    }
    Ok(text)
}

/// The keys that a sample plays: half-way to the next on either side, and to the ends of the keyboard.
fn zone(key: u8, keys: &BTreeSet<u8>) -> (u8, u8) {
    let below = keys.range(..key).next_back();
    let above = keys.range(key + 1..).next();
    let low = below.map_or(0, |below| below + (key - below) / 2 + 1);
    let high = above.map_or(127, |above| key + (above - key) / 2);
    (low, high)
}

/// The velocities that a sample plays: from above the one below it, and to the end.
fn layer(velocity: u8, velocities: &BTreeSet<u8>) -> (u8, u8) {
    let low = velocities.range(..velocity).next_back().map_or(1, |below| below + 1);
    let is_last = velocities.range(velocity + 1..).next().is_none();
    (low, if is_last { 127 } else { velocity })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_and_layers_tile() {
        let keys = BTreeSet::from([21, 24, 30]);
        assert_eq!(
            [zone(21, &keys), zone(24, &keys), zone(30, &keys)],
            [(0, 22), (23, 27), (28, 127)]
        );
        let velocities = BTreeSet::from([32, 64, 100]);
        let layers = [32, 64, 100].map(|velocity| layer(velocity, &velocities));
        assert_eq!(layers, [(1, 32), (33, 64), (65, 127)]);
    }
}
