//! Damage to files, the same for the same number: shared by the tests and the long run.
//!
//! Every second number is damaged as bytes, the others as what they are, so that most of them are still read and what
//! lies behind the parsers is reached too.

#[path = "damage/blind.rs"]
mod blind;
#[path = "damage/json.rs"]
mod json;
#[path = "damage/notation.rs"]
mod notation;
#[path = "damage/smf.rs"]
mod smf;
#[path = "damage/xml.rs"]
mod xml;

/// What a file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// Standard MIDI Files.
    Smf,
    /// Project files and StepPy's.
    Json,
    /// Notation.
    Notation,
    /// Hydrogen's files.
    Xml,
}

/// Whether the damage of this number leaves most of the syntax whole.
pub(crate) fn keeps_syntax(index: u64) -> bool {
    index % 2 == 1
}

/// The damaged version number `index` of one of `seeds`.
pub(crate) fn mutate(syntax: Syntax, seeds: &[Vec<u8>], index: u64) -> Vec<u8> {
    let mut random = Random(index.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mut bytes = random.choose(seeds).cloned().unwrap_or_default();
    if keeps_syntax(index) {
        let structured = match syntax {
            Syntax::Smf => smf::mutate(&bytes, seeds, &mut random),
            Syntax::Json => json::mutate(&bytes, seeds, &mut random),
            Syntax::Notation => notation::mutate(&bytes, seeds, &mut random),
            Syntax::Xml => xml::mutate(&bytes, seeds, &mut random),
        };
        // A seed that is broken already has no structure to keep.
        if let Some(structured) = structured {
            return structured;
        }
    }
    blind::mutate(&mut bytes, seeds, &mut random);
    bytes
}

/// Source: Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8 (14), 2003.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit).unwrap_or(1).max(1);
        usize::try_from((self.next() >> 11) % limit).unwrap_or(0)
    }

    /// True once in `count` times.
    fn is_one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap_or(0)
    }

    /// An end of the range, what lies beside it, or anything between.
    fn edge(&mut self, min: i64, max: i64) -> i64 {
        match self.below(6) {
            0 | 1 => min,
            2 => max,
            3 => min.saturating_add(1).min(max),
            4 => max.saturating_sub(1).max(min),
            _ => {
                let span = usize::try_from(max.saturating_sub(min)).unwrap_or(1 << 30);
                let offset = self.below(span.saturating_add(1));
                min.saturating_add(i64::try_from(offset).unwrap_or(0)).min(max)
            }
        }
    }

    /// How often something is repeated: mostly a few times, at times hundreds.
    fn repeats(&mut self) -> usize {
        match self.below(8) {
            0 => 100 + self.below(400),
            1 => 16 + self.below(32),
            _ => 1 + self.below(4),
        }
    }

    fn choose<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        let index = self.below(list.len());
        list.get(index)
    }

    /// One of `list`, which is not empty, or "".
    fn word<'a>(&mut self, list: &[&'a str]) -> &'a str {
        self.choose(list).copied().unwrap_or_default()
    }
}
