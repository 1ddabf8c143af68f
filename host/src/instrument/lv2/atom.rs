//! Buffers of events: what goes through a plugin's atom ports.

use crate::instrument::Transport;
use crate::instrument::lv2::urid::Known;

/// Bytes of a head: size and type.
const HEAD_BYTES: usize = 8;
/// Bytes of the head, and of the unit of time stamps with its padding.
const SEQUENCE_HEAD_BYTES: usize = 16;

/// A buffer for an atom, aligned to 8 bytes as the format wants it.
///
/// A sequence of events lies in it like this, each line a word: size and type of the whole; unit and padding; then for each
/// event its frame; size and type of its body; the body, filled up to whole words.
pub(super) struct Sequence {
    words: Vec<u64>,
    /// Words that hold something.
    used: usize,
}

impl Sequence {
    /// A buffer of at least `bytes`.
    pub(super) fn new(bytes: usize) -> Sequence {
        let words = bytes.max(SEQUENCE_HEAD_BYTES).div_ceil(8);
        Sequence { words: vec![0; words], used: 0 }
    }

    /// What a plugin is given.
    pub(super) fn pointer(&mut self) -> *mut u64 {
        self.words.as_mut_ptr()
    }

    /// Its size.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.words.len() * 8
    }

    /// Makes it a sequence without events.
    pub(super) fn clear(&mut self, known: &Known) {
        self.used = 2;
        self.put(0, pair(0, known.sequence));
        self.put(1, 0);
        self.write_size();
    }

    /// Makes it free space for a plugin to write into.
    pub(super) fn offer(&mut self, known: &Known) {
        let space = (self.words.len() * 8).saturating_sub(HEAD_BYTES);
        self.put(0, pair(u32::try_from(space).unwrap_or(u32::MAX), known.chunk));
        self.put(1, 0);
    }

    /// Adds an event; frames do not go down from one to the next. `false` when there is no room; see [`Sequence::grow`].
    pub(super) fn push(&mut self, frame: u32, event_type: u32, body: &[u8]) -> bool {
        let words = body.len().div_ceil(8);
        let Some(head) = self.reserve(frame, event_type, body.len(), words) else { return false };
        for (place, bytes) in body.chunks(8).enumerate() {
            let mut word = [0u8; 8];
            for (to, from) in word.iter_mut().zip(bytes) {
                *to = *from;
            }
            self.put(head + place, u64::from_ne_bytes(word));
        }
        true
    }

    /// Adds where the host is in the piece, as an object at the start of the block. `false` when there is no room.
    ///
    /// The format counts beats in the lower number of the time signature: in 6/8 a beat is an eighth, six are a bar, and the
    /// tempo is twice that in quarter notes.
    pub(super) fn push_position(
        &mut self,
        known: &Known,
        transport: &Transport,
        sample_rate_hz: u32,
    ) -> bool {
        let beats_per_quarter = f64::from(transport.denominator.max(1)) / 4.0;
        let bar_beat = (transport.beats - transport.bar_start_beats) * beats_per_quarter;
        #[allow(clippy::cast_possible_truncation, reason = "the format has single precision here")]
        let single = |value: f64| u64_of_low(value as f32);
        let long = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let frame = u64::from_ne_bytes(long(transport.frame).to_ne_bytes());
        let bar = u64::from(transport.bar_index);
        let unit = pair(u32::from(transport.denominator.max(1)), 0);
        let speed = if transport.is_playing { 1.0 } else { 0.0 };
        let properties = [
            (known.frame, known.long, 8, frame),
            (known.speed, known.float, 4, single(speed)),
            (known.bar, known.long, 8, bar),
            (known.bar_beat, known.float, 4, single(bar_beat)),
            (known.beat, known.double, 8, (transport.beats * beats_per_quarter).to_bits()),
            (known.beat_unit, known.int, 4, unit),
            (known.beats_per_bar, known.float, 4, single(f64::from(transport.numerator))),
            (
                known.beats_per_minute,
                known.float,
                4,
                single(transport.tempo_bpm * beats_per_quarter),
            ),
            (known.frames_per_second, known.float, 4, single(f64::from(sample_rate_hz))),
        ];
        let words = 1 + 3 * properties.len();
        let Some(head) = self.reserve(0, known.object, words * 8, words) else { return false };
        self.put(head, pair(0, known.position));
        for (place, (key, value_type, size, value)) in properties.into_iter().enumerate() {
            let at = head + 1 + 3 * place;
            self.put(at, pair(key, 0));
            self.put(at + 1, pair(size, value_type));
            self.put(at + 2, value);
        }
        true
    }

    /// Doubles the buffer; its place in memory changes.
    pub(super) fn grow(&mut self) {
        self.words.resize(self.words.len() * 2, 0);
    }

    /// Writes the head of an event and makes room for its body; returns where that begins.
    fn reserve(
        &mut self,
        frame: u32,
        event_type: u32,
        bytes: usize,
        words: usize,
    ) -> Option<usize> {
        let after = self.used.checked_add(2)?.checked_add(words)?;
        let size = u32::try_from(bytes).ok()?;
        if after > self.words.len() {
            return None;
        }
        let head = self.used;
        self.put(head, u64::from(frame));
        self.put(head + 1, pair(size, event_type));
        self.used = after;
        self.write_size();
        Some(head + 2)
    }

    fn write_size(&mut self) {
        let size = u32::try_from((self.used * 8).saturating_sub(HEAD_BYTES)).unwrap_or(u32::MAX);
        if let Some(word) = self.words.first_mut() {
            let [_, event_type] = halves(*word);
            *word = pair(size, event_type);
        }
    }

    fn put(&mut self, place: usize, word: u64) {
        if let Some(target) = self.words.get_mut(place) {
            *target = word;
        }
    }
}

/// Two numbers that lie one behind the other in memory.
fn pair(first: u32, second: u32) -> u64 {
    let ([a, b, c, d], [e, f, g, h]) = (first.to_ne_bytes(), second.to_ne_bytes());
    u64::from_ne_bytes([a, b, c, d, e, f, g, h])
}

fn halves(word: u64) -> [u32; 2] {
    let [a, b, c, d, e, f, g, h] = word.to_ne_bytes();
    [u32::from_ne_bytes([a, b, c, d]), u32::from_ne_bytes([e, f, g, h])]
}

/// A number of four bytes at the start of a word.
fn u64_of_low(value: f32) -> u64 {
    pair(value.to_bits(), 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(sequence: &Sequence) -> Vec<u8> {
        sequence.words.iter().flat_map(|word| word.to_ne_bytes()).collect()
    }

    fn number(bytes: &[u8], at: usize) -> u32 {
        u32::from_ne_bytes(bytes[at..at + 4].try_into().unwrap())
    }

    #[test]
    fn a_sequence_lies_in_memory_as_the_headers_say() {
        let known = Known::new();
        let mut sequence = Sequence::new(64);
        assert_eq!(sequence.bytes(), 64);
        sequence.clear(&known);
        assert!(sequence.push(7, known.midi_event, &[0x90, 60, 100]));
        let memory = bytes(&sequence);
        assert_eq!((number(&memory, 0), number(&memory, 4)), (8 + 24, known.sequence));
        assert_eq!(i64::from_ne_bytes(memory[16..24].try_into().unwrap()), 7);
        assert_eq!((number(&memory, 24), number(&memory, 28)), (3, known.midi_event));
        assert_eq!(&memory[32..35], &[0x90, 60, 100]);
        assert!(sequence.push(7, known.midi_event, &[0x90, 61, 100]));
        assert!(!sequence.push(8, known.midi_event, &[0x90, 62, 100]), "64 bytes are full");
        assert_eq!(number(&bytes(&sequence), 0), 8 + 48);
        sequence.grow();
        assert!(sequence.push(8, known.midi_event, &[0x90, 62, 100]));
        sequence.offer(&known);
        assert_eq!(
            (number(&bytes(&sequence), 0), number(&bytes(&sequence), 4)),
            (120, known.chunk)
        );
    }

    #[test]
    fn beats_are_those_of_the_time_signature() {
        let known = Known::new();
        let mut sequence = Sequence::new(1024);
        sequence.clear(&known);
        let transport = Transport {
            is_playing: true,
            frame: 48_000,
            beats: 7.0,
            bar_start_beats: 6.0,
            bar_index: 2,
            numerator: 6,
            denominator: 8,
            ..Transport::default()
        };
        assert!(sequence.push_position(&known, &transport, 48_000));
        let memory = bytes(&sequence);
        let value = |key: u32| {
            let at = (40..memory.len()).step_by(24).find(|at| number(&memory, *at) == key).unwrap();
            (number(&memory, at + 8), number(&memory, at + 12), number(&memory, at + 16))
        };
        assert_eq!(number(&memory, 36), known.position);
        assert_eq!(value(known.frame), (8, known.long, 48_000));
        assert_eq!(value(known.bar), (8, known.long, 2));
        assert_eq!(value(known.bar_beat), (4, known.float, 2f32.to_bits()));
        assert_eq!(value(known.beats_per_bar), (4, known.float, 6f32.to_bits()));
        assert_eq!(value(known.beat_unit), (4, known.int, 8));
        assert_eq!(value(known.beats_per_minute), (4, known.float, 240f32.to_bits()));
        assert_eq!(value(known.speed), (4, known.float, 1f32.to_bits()));
    }
}
