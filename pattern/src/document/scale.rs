//! Scales: which keys a melodic track may sound.

use std::fmt;

use crate::document::value::Key;

/// A set of pitch classes above a root. Keys outside go to the nearest inside, down where two are as near.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scale {
    /// `0..=11`, 0 is C.
    root: u8,
    /// Bit `n` is set where `n` semitones above the root belong to the scale; bit 0 always is.
    mask: u16,
}

/// The names that are known, with the semitones above the root.
///
/// Source: Slonimsky, "Thesaurus of Scales and Melodic Patterns", 1947, and common usage for the modes.
const NAMED: &[(&str, &[u8])] = &[
    ("major", &[0, 2, 4, 5, 7, 9, 11]),
    ("minor", &[0, 2, 3, 5, 7, 8, 10]),
    ("harmonic minor", &[0, 2, 3, 5, 7, 8, 11]),
    ("melodic minor", &[0, 2, 3, 5, 7, 9, 11]),
    ("dorian", &[0, 2, 3, 5, 7, 9, 10]),
    ("phrygian", &[0, 1, 3, 5, 7, 8, 10]),
    ("lydian", &[0, 2, 4, 6, 7, 9, 11]),
    ("mixolydian", &[0, 2, 4, 5, 7, 9, 10]),
    ("locrian", &[0, 1, 3, 5, 6, 8, 10]),
    ("phrygian dominant", &[0, 1, 4, 5, 7, 8, 10]),
    ("hungarian minor", &[0, 2, 3, 6, 7, 8, 11]),
    ("major pentatonic", &[0, 2, 4, 7, 9]),
    ("minor pentatonic", &[0, 3, 5, 7, 10]),
    ("blues", &[0, 3, 5, 6, 7, 10]),
    ("whole tone", &[0, 2, 4, 6, 8, 10]),
    ("diminished", &[0, 2, 3, 5, 6, 8, 9, 11]),
    ("in-sen", &[0, 1, 5, 7, 10]),
    ("hirajoshi", &[0, 2, 3, 7, 8]),
    ("chromatic", &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
];

const ROOTS: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

impl Scale {
    /// The scale that `text` says: a root and a name (`C minor`, `Eb dorian`), or a root and the semitones above it
    /// (`C 0 3 7`). `None` if it says none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Scale> {
        let (root, rest) = text.trim().split_once(' ')?;
        let root = read_root(root)?;
        let rest = rest.trim().to_ascii_lowercase();
        let named =
            NAMED.iter().find(|(name, _)| *name == rest).map(|(_, degrees)| degrees.to_vec());
        let degrees = named.or_else(|| {
            rest.split([' ', ','])
                .filter(|word| !word.is_empty())
                .map(|word| word.parse().ok().filter(|semitones| *semitones < 12))
                .collect::<Option<Vec<u8>>>()
                .filter(|degrees| !degrees.is_empty())
        })?;
        let mask = degrees.iter().fold(1, |mask, semitones| mask | 1 << semitones);
        Some(Scale { root, mask })
    }

    /// The names of the scales that are known.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMED.iter().map(|(name, _)| *name)
    }

    /// The names of the roots, from C up by semitones.
    pub const ROOTS: [&'static str; 12] = ROOTS;

    /// Its root, `0..=11` semitones above C.
    #[must_use]
    pub fn root(self) -> u8 {
        self.root
    }

    /// Its name; `None` for one that has none.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        let degrees: Vec<u8> = self.degrees().collect();
        NAMED.iter().find(|(_, named)| *named == degrees.as_slice()).map(|(name, _)| *name)
    }

    /// The semitones above the root that belong to it.
    pub fn degrees(self) -> impl Iterator<Item = u8> {
        (0..12).filter(move |semitones| self.mask & (1 << semitones) != 0)
    }

    /// The same above another root, `0..=11`; others are taken modulo 12.
    #[must_use]
    pub fn on_root(self, root: u8) -> Scale {
        Scale { root: root % 12, ..self }
    }

    /// Whether a key belongs to it.
    #[inline]
    #[must_use]
    pub fn contains(self, key: u8) -> bool {
        let above = (u16::from(key) + 12 - u16::from(self.root)) % 12;
        self.mask & (1 << above) != 0
    }

    /// The nearest key that belongs to it, the lower of two as near.
    #[inline]
    #[must_use]
    pub fn snap(self, key: Key) -> Key {
        let key = key.get();
        for distance in 0..12 {
            let below = key.checked_sub(distance).filter(|key| self.contains(*key));
            let above = key.checked_add(distance).filter(|key| *key < 128 && self.contains(*key));
            if let Some(found) = below.or(above) {
                return Key::saturating(found);
            }
        }
        // Cannot be: the root alone is within eleven semitones of every key.
        Key::saturating(key)
    }
}

/// A letter with any number of sharps and flats.
fn read_root(text: &str) -> Option<u8> {
    let mut characters = text.chars();
    let letter = characters.next()?.to_ascii_uppercase();
    let natural = ROOTS.iter().position(|root| *root == letter.to_string())?;
    let mut semitones = i32::try_from(natural).ok()?;
    for accidental in characters {
        semitones += match accidental {
            '#' => 1,
            'b' => -1,
            _ => return None,
        };
    }
    u8::try_from(semitones.rem_euclid(12)).ok()
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(ROOTS.get(usize::from(self.root)).copied().unwrap_or_default())?;
        match self.name() {
            Some(name) => write!(f, " {name}"),
            None => self.degrees().try_for_each(|semitones| write!(f, " {semitones}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_read_as_it_is_shown() {
        for text in ["C minor", "F# harmonic minor", "A 0 3 7", "D# in-sen", "C chromatic"] {
            assert_eq!(Scale::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Scale::parse("Eb Dorian").unwrap().to_string(), "D# dorian");
        assert_eq!(Scale::parse("Cb 4,7").unwrap().to_string(), "B 0 4 7");
        for text in ["", "C", "H major", "C 12", "C happy", "C 3 x"] {
            assert_eq!(Scale::parse(text), None, "{text}");
        }
    }

    #[test]
    fn every_named_scale_is_read_on_every_root() {
        for (root, letter) in (0..).zip(Scale::ROOTS) {
            for name in Scale::names() {
                let scale = Scale::parse(&format!("{letter} {name}")).unwrap();
                assert_eq!((scale.root(), scale.name()), (root, Some(name)));
                assert_eq!(scale.on_root(root + 13).root(), (root + 1) % 12);
            }
        }
        assert_eq!(Scale::parse("C 0 1 2").unwrap().name(), None);
    }

    #[test]
    fn keys_go_to_the_nearest_of_the_scale_and_down_in_between() {
        let minor = Scale::parse("C minor").unwrap();
        let snapped: Vec<u8> = (60..72).map(|key| minor.snap(Key::saturating(key)).get()).collect();
        assert_eq!(snapped, [60, 60, 62, 63, 63, 65, 65, 67, 68, 68, 70, 70]);
        for text in ["C 0", "B 0", "F# 0 11"] {
            let scale = Scale::parse(text).unwrap();
            for key in 0..128 {
                assert!(scale.contains(scale.snap(Key::saturating(key)).get()), "{text} {key}");
            }
        }
    }
}
