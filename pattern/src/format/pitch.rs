//! Keys as names: C3 is middle C, key 60, as in Ableton Live and on Yamaha instruments.

use crate::document::Key;

const NAMES: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

/// The name of a key: `name(60) == "C3"`, `name(0) == "C-2"`, sharps for the black keys.
#[must_use]
pub fn name(key: Key) -> String {
    let octave = i32::from(key.get()) / 12 - 2;
    let name = NAMES.get(usize::from(key.get()) % 12).copied().unwrap_or_default();
    format!("{name}{octave}")
}

/// The key that `text` begins with, and how many bytes its name takes; `None` if there is no name, or no such key.
///
/// A letter A to G of either case, any number of `#` or `b`, and an octave from -2 to 8: `Eb3`, `f#-1`.
#[must_use]
pub fn read(text: &str) -> Option<(Key, usize)> {
    let mut characters = text.char_indices().peekable();
    let (_, letter) = characters.next()?;
    let natural = match letter.to_ascii_uppercase() {
        'C' => 0,
        'D' => 2,
        'E' => 4,
        'F' => 5,
        'G' => 7,
        'A' => 9,
        'B' => 11,
        _ => return None,
    };
    let mut semitones = 0;
    while let Some((_, accidental)) = characters.next_if(|(_, c)| matches!(c, '#' | 'b')) {
        semitones += if accidental == '#' { 1 } else { -1 };
    }
    let is_below = characters.next_if(|(_, c)| *c == '-').is_some();
    let (at, digit) = characters.next()?;
    let octave = i64::from(digit.to_digit(10)?) * if is_below { -1 } else { 1 };
    let key = Key::new((octave + 2) * 12 + natural + semitones).ok()?;
    Some((key, at + 1))
}

/// What General MIDI calls a drum of channel 10, by the names people use: `kick` is 36.
///
/// Case, spaces and hyphens do not matter. Source: General MIDI System Level 1, "Percussion Key Map" (MIDI Manufacturers
/// Association, RP-003).
#[must_use]
pub fn drum(name: &str) -> Option<Key> {
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let (_, key) = DRUMS.iter().find(|(drum, _)| *drum == plain)?;
    Some(Key::saturating(*key))
}

/// The name of a drum of channel 10: `drum_name(36) == Some("kick")`; `None` where General MIDI has none, or we know none.
#[must_use]
pub fn drum_name(key: Key) -> Option<&'static str> {
    DRUMS.iter().find(|(_, drum)| *drum == key.get()).map(|(name, _)| *name)
}

/// The first name of a key is the one that is written.
const DRUMS: &[(&str, u8)] = &[
    ("kick", 36),
    ("bassdrum", 36),
    ("bd", 36),
    ("kick2", 35),
    ("rim", 37),
    ("rimshot", 37),
    ("sidestick", 37),
    ("snare", 38),
    ("sd", 38),
    ("clap", 39),
    ("snare2", 40),
    ("hat", 42),
    ("hihat", 42),
    ("closedhat", 42),
    ("pedalhat", 44),
    ("openhat", 46),
    ("lowtom", 45),
    ("midtom", 47),
    ("hightom", 50),
    ("floortom", 41),
    ("crash", 49),
    ("ride", 51),
    ("china", 52),
    ("bell", 53),
    ("ridebell", 53),
    ("tambourine", 54),
    ("splash", 55),
    ("cowbell", 56),
    ("crash2", 57),
    ("vibraslap", 58),
    ("highbongo", 60),
    ("lowbongo", 61),
    ("muteconga", 62),
    ("highconga", 63),
    ("conga", 63),
    ("lowconga", 64),
    ("tumba", 64),
    ("hightimbale", 65),
    ("timbale", 65),
    ("lowtimbale", 66),
    ("agogo", 67),
    ("highagogo", 67),
    ("lowagogo", 68),
    ("cabasa", 69),
    ("maracas", 70),
    ("shaker", 82),
    ("guiro", 73),
    ("clave", 75),
    ("claves", 75),
    ("woodblock", 76),
    ("lowwoodblock", 77),
    ("cuica", 79),
    ("triangle", 81),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_read_back_from_its_name() {
        for number in 0..=127 {
            let key = Key::new(number).unwrap();
            let name = name(key);
            assert_eq!(read(&name), Some((key, name.len())), "{name}");
        }
        assert_eq!(name(Key::new(60).unwrap()), "C3");
        assert_eq!(read("Bb0").map(|(key, _)| key.get()), Some(34));
        assert_eq!(read("ebb3x").map(|(key, bytes)| (key.get(), bytes)), Some((62, 4)));
        assert_eq!(
            (read("H3"), read("C"), read("C9"), read("Cb-2"), read("")),
            (None, None, None, None, None)
        );
    }

    #[test]
    fn drums_go_by_their_usual_names() {
        assert_eq!(drum("Open Hat").map(Key::get), Some(46));
        assert_eq!(drum("bass"), None);
    }
}
