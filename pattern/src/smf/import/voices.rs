//! What of a piece becomes a track.

use std::collections::BTreeMap;

use crate::document::{Channel, Key, Program};
use crate::format::{name_with, pitch};
use crate::smf::import::collect::{Line, MidiNote, Piece};
use crate::smf::import::one_line;

/// Channel 10, as messages count.
pub(super) const DRUMS: u8 = 9;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Drums {
    ByKey,
    Together,
}

/// What becomes a track, or several where it does not go into one.
pub(super) struct Voice {
    pub(super) name: String,
    pub(super) channel: Channel,
    pub(super) key: Option<Key>,
    pub(super) program: Option<Program>,
    pub(super) notes: Vec<MidiNote>,
}

pub(super) fn voices(piece: &Piece, drums: Drums) -> Vec<Voice> {
    let mut voices = Vec::new();
    for line in &piece.lines {
        let channel = Channel::saturating(line.channel);
        let program = line.program.map(Program::saturating);
        if line.channel == DRUMS && drums == Drums::ByKey {
            let mut by_key: BTreeMap<u8, Vec<MidiNote>> = BTreeMap::new();
            for note in &line.notes {
                by_key.entry(note.key).or_default().push(*note);
            }
            for (index, (key, notes)) in by_key.into_iter().enumerate() {
                let key = Key::saturating(key);
                let name = pitch::drum_name(key).map_or_else(|| pitch::name(key), str::to_owned);
                // A program is for the whole channel; once is enough.
                let program = program.filter(|_| index == 0);
                voices.push(Voice { name, channel, key: Some(key), program, notes });
            }
        } else if !line.notes.is_empty() {
            let notes = line.notes.clone();
            voices.push(Voice { name: name(line), channel, key: None, program, notes });
        }
    }
    voices
}

fn name(line: &Line) -> String {
    let channel = line.channel + 1;
    match one_line(&line.name) {
        name if name.is_empty() => format!("Channel {channel}"),
        name if line.is_alone => name,
        name => name_with(&name, &format!(" {channel}")),
    }
}
