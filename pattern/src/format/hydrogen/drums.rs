//! Which key a drum has whose instrument does not say so.

use crate::document::Key;
use crate::format::pitch;

/// The key of General MIDI for what Hydrogen's kits call their instruments: "Hi-hat Pedal", "Tom Floor", "Ride Bow".
///
/// A name that notation knows is that drum. Else the first line counts of which all words are in the name.
pub(super) fn key(name: &str) -> Option<Key> {
    pitch::drum(name).or_else(|| {
        let name = name.to_ascii_lowercase();
        let is_named = |words: &&str| words.split(' ').all(|word| name.contains(word));
        let (_, key) = DRUMS.iter().find(|(words, _)| is_named(words))?;
        Some(Key::saturating(*key))
    })
}

/// Source: General MIDI System Level 1, "Percussion Key Map" (MIDI Manufacturers Association, RP-003). It has one open
/// hi-hat, which a half-open one is too; a rimshot is its side stick, as in the drum machines' "RS".
const DRUMS: &[(&str, u8)] = &[
    ("hat ped", 44),
    ("hat foot", 44),
    ("hat open", 46),
    ("hat", 42),
    ("hh open", 46),
    ("hh ped", 44),
    ("hh", 42),
    ("rim", 37),
    ("stick", 37),
    ("kick", 36),
    ("bass drum", 36),
    ("bassdrum", 36),
    ("clap", 39),
    ("snare", 38),
    ("cowbell", 56),
    ("ride bell", 53),
    ("ride", 51),
    ("crash", 49),
    ("splash", 55),
    ("chin", 52),
    ("bell", 53),
    ("cymbal", 49),
    ("tom floor", 41),
    ("tom low", 45),
    ("tom mid", 47),
    ("tom hi", 50),
    ("tom", 45),
    ("tambourin", 54),
    ("bongo lo", 61),
    ("bongo", 60),
    ("conga lo", 64),
    ("conga", 63),
    ("timbale", 65),
    ("agogo", 67),
    ("cabasa", 69),
    ("maraca", 70),
    ("shaker", 82),
    ("guiro", 73),
    ("clave", 75),
    ("block", 76),
    ("triangle", 81),
];
