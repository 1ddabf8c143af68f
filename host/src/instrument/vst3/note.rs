//! Which notes sound, so that each has an id of its own.

/// Notes on one key that are told apart; with more the oldest is no longer known by its id.
const DEPTH: usize = 8;

/// The sounding notes of all channels and keys.
pub(super) struct Notes {
    /// `keys[channel * 128 + key]`, the oldest note first.
    keys: Vec<Sounding>,
    next: i32,
}

#[derive(Clone, Default)]
struct Sounding {
    ids: [i32; DEPTH],
    count: usize,
}

impl Default for Notes {
    fn default() -> Notes {
        Notes { keys: vec![Sounding::default(); 16 * 128], next: 0 }
    }
}

impl Notes {
    fn at(&mut self, channel: u8, key: u8) -> Option<&mut Sounding> {
        self.keys.get_mut(usize::from(channel & 15) * 128 + usize::from(key & 127))
    }

    /// A note begins; gives its id, which is never negative.
    pub(super) fn begin(&mut self, channel: u8, key: u8) -> i32 {
        let id = self.next;
        self.next = self.next.wrapping_add(1) & i32::MAX;
        if let Some(Sounding { ids, count }) = self.at(channel, key) {
            if *count == DEPTH {
                ids.rotate_left(1);
                *count -= 1;
            }
            if let Some(place) = ids.get_mut(*count) {
                *place = id;
                *count += 1;
            }
        }
        id
    }

    /// The oldest note of a key ends; `None` where none sounds.
    pub(super) fn end(&mut self, channel: u8, key: u8) -> Option<i32> {
        let Sounding { ids, count } = self.at(channel, key)?;
        let oldest = ids.first().copied().filter(|_| *count > 0)?;
        ids.rotate_left(1);
        *count -= 1;
        Some(oldest)
    }

    /// The newest note of a key.
    pub(super) fn newest(&mut self, channel: u8, key: u8) -> Option<i32> {
        let Sounding { ids, count } = self.at(channel, key)?;
        ids.get(count.checked_sub(1)?).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_note_ends_first_and_the_newest_is_spoken_of() {
        let mut notes = Notes::default();
        assert_eq!(notes.end(0, 60), None);
        assert_eq!((notes.begin(0, 60), notes.begin(0, 60), notes.begin(1, 60)), (0, 1, 2));
        assert_eq!(notes.newest(0, 60), Some(1));
        assert_eq!(notes.end(0, 60), Some(0));
        assert_eq!(notes.newest(0, 60), Some(1));
        assert_eq!(notes.end(0, 60), Some(1));
        assert_eq!((notes.end(0, 60), notes.newest(0, 60)), (None, None));
        assert_eq!(notes.end(1, 60), Some(2));
    }

    #[test]
    fn more_notes_than_are_told_apart_lose_the_oldest() {
        let mut notes = Notes::default();
        for id in 0..10 {
            assert_eq!(notes.begin(3, 1), id);
        }
        let ends: Vec<Option<i32>> = (0..9).map(|_| notes.end(3, 1)).collect();
        assert_eq!(ends, (2..10).map(Some).chain([None]).collect::<Vec<_>>());
    }
}
