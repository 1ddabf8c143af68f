//! The MIDI files that are rendered, written byte by byte: this crate depends on none of ours.
//!
//! The MIDI Association, "Standard MIDI Files 1.0" (RP-001).

/// Ticks in a quarter note; without a tempo event a file plays at 120 BPM, two quarter notes a second.
const DIVISION: u16 = 480;
const TICKS_PER_SECOND: u32 = 960;

/// One note of one second.
pub(super) fn one_note() -> Vec<u8> {
    let mut track = Track::default();
    track.event(0, &[0x90, 60, 100]);
    track.event(TICKS_PER_SECOND, &[0x80, 60, 0]);
    track.into_file()
}

/// `voice_count` notes that sound together all the time, struck anew every second, for `seconds`. The program is an
/// organ, whose notes neither fade before they end nor ring on after it.
pub(super) fn chords(voice_count: u8, seconds: u32) -> Vec<u8> {
    /// General MIDI "Drawbar organ", counted from 0.
    const DRAWBAR_ORGAN: u8 = 16;
    let mut track = Track::default();
    track.event(0, &[0xc0, DRAWBAR_ORGAN]);
    // As far apart as there is room for.
    let step = (92 / usize::from(voice_count.max(1))).clamp(1, 3);
    let keys = || (36..=127_u8).step_by(step).take(usize::from(voice_count));
    for _ in 0..seconds {
        for key in keys() {
            track.event(0, &[0x90, key, 80]);
        }
        for (index, key) in keys().enumerate() {
            track.event(if index == 0 { TICKS_PER_SECOND } else { 0 }, &[0x80, key, 0]);
        }
    }
    track.into_file()
}

/// The events of a track.
#[derive(Default)]
struct Track(Vec<u8>);

impl Track {
    /// Adds a message, `delta` ticks after the last one.
    fn event(&mut self, delta: u32, message: &[u8]) {
        let mut shift = 28;
        while shift > 0 && delta >> shift == 0 {
            shift -= 7;
        }
        while shift > 0 {
            self.0.push(seven_bits(delta >> shift) | 0x80);
            shift -= 7;
        }
        self.0.push(seven_bits(delta));
        self.0.extend(message);
    }

    /// A file of format 0 with this track.
    fn into_file(mut self) -> Vec<u8> {
        self.event(0, &[0xff, 0x2f, 0]);
        let mut file = b"MThd\0\0\0\x06\0\0\0\x01".to_vec();
        file.extend(DIVISION.to_be_bytes());
        file.extend(b"MTrk");
        // A track of a bench is far below 4 GiB; a longer one would be no MIDI file.
        let length = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        file.extend(length.to_be_bytes());
        file.extend(self.0);
        file
    }
}

fn seven_bits(value: u32) -> u8 {
    value.to_le_bytes()[0] & 0x7f
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_note_is_the_file_a_hex_editor_would_show() {
        let expected = b"MThd\0\0\0\x06\0\0\0\x01\x01\xe0MTrk\0\0\0\x0d\
            \x00\x90\x3c\x64\x87\x40\x80\x3c\x00\x00\xff\x2f\x00";
        assert_eq!(one_note(), expected);
    }

    #[test]
    fn deltas_are_written_as_the_standard_lists_them() {
        // RP-001, table of variable-length quantities.
        for (value, bytes) in [
            (0, vec![0x00]),
            (0x7f, vec![0x7f]),
            (0x80, vec![0x81, 0x00]),
            (0x3fff, vec![0xff, 0x7f]),
            (0x0020_0000, vec![0x81, 0x80, 0x80, 0x00]),
            (0x0fff_ffff, vec![0xff, 0xff, 0xff, 0x7f]),
        ] {
            let mut track = Track::default();
            track.event(value, &[]);
            assert_eq!(track.0, bytes, "{value:#x}");
        }
    }

    #[test]
    fn many_voices_have_a_key_each() {
        let file = chords(64, 1);
        let keys: std::collections::BTreeSet<u8> = file
            .windows(3)
            .filter(|bytes| bytes[0] == 0x90 && bytes[2] == 80)
            .map(|bytes| bytes[1])
            .collect();
        assert_eq!(keys.len(), 64);
    }

    #[test]
    fn a_chord_sounds_with_all_its_voices_on_keys_that_exist() {
        let file = chords(16, 3);
        let starts = file.windows(3).filter(|bytes| bytes[0] == 0x90 && bytes[2] == 80);
        assert!(starts.clone().all(|bytes| bytes[1] < 128));
        assert_eq!(starts.count(), 48);
    }
}
