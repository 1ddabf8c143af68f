//! What the window remembers for its user, in whichever host it opens next: colours, scale, size, favourites.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::editor::library;

/// Scales that are offered, in percent.
pub(crate) const SCALES: [u16; 8] = [75, 100, 125, 150, 175, 200, 250, 300];

/// The choices. A field that a file lacks or that an older version does not know is left alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Choices {
    pub(crate) is_dark: bool,
    /// How large everything is drawn, in percent of what the system says: 75 to 300.
    pub(crate) scale_percent: u16,
    /// The size of the window in physical pixels; 0: it has never been resized.
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// The grid moves along with the playhead.
    pub(crate) follows: bool,
    /// The rows of the tracks are low, so that more are seen.
    pub(crate) is_folded: bool,
    /// The playheads step from slot to slot, and nothing flashes.
    pub(crate) has_less_motion: bool,
    /// Notes are heard when they are set, while nothing plays.
    pub(crate) auditions: bool,
    /// How many sixteenths the groups of the ruler have, again and again.
    pub(crate) grouping: Vec<usize>,
    /// Names of patterns.
    pub(crate) favourites: BTreeSet<String>,
    /// The folder in which the last file was chosen.
    pub(crate) folder: Option<PathBuf>,
}

impl Default for Choices {
    fn default() -> Choices {
        Choices {
            is_dark: true,
            scale_percent: 100,
            width: 0,
            height: 0,
            follows: false,
            is_folded: false,
            has_less_motion: false,
            auditions: true,
            grouping: vec![4],
            favourites: BTreeSet::new(),
            folder: None,
        }
    }
}

impl Choices {
    /// Reads a file of them. What cannot be read is as if it were not there: the window opens in any case.
    pub(crate) fn read(path: &Path) -> Choices {
        let text = fs::read_to_string(path).unwrap_or_default();
        let read: Choices = serde_json::from_str(&text).unwrap_or_default();
        let is_group = |size: &usize| (1..=64).contains(size);
        let grouping = match read.grouping.len() {
            1..=16 if read.grouping.iter().all(is_group) => read.grouping.clone(),
            _ => vec![4],
        };
        let scale_percent = read.scale_percent.clamp(SCALES[0], 300);
        Choices { scale_percent, grouping, ..read }
    }

    /// The same with what differs between `before` and `after`.
    fn with_changes(self, before: &Choices, after: &Choices) -> Choices {
        fn changed<T: PartialEq + Clone>(own: T, before: &T, after: &T) -> T {
            if before == after { own } else { after.clone() }
        }
        let mut favourites = self.favourites;
        favourites.extend(after.favourites.difference(&before.favourites).cloned());
        favourites
            .retain(|name| after.favourites.contains(name) || !before.favourites.contains(name));
        Choices {
            is_dark: changed(self.is_dark, &before.is_dark, &after.is_dark),
            scale_percent: changed(self.scale_percent, &before.scale_percent, &after.scale_percent),
            width: changed(self.width, &before.width, &after.width),
            height: changed(self.height, &before.height, &after.height),
            follows: changed(self.follows, &before.follows, &after.follows),
            is_folded: changed(self.is_folded, &before.is_folded, &after.is_folded),
            has_less_motion: changed(
                self.has_less_motion,
                &before.has_less_motion,
                &after.has_less_motion,
            ),
            auditions: changed(self.auditions, &before.auditions, &after.auditions),
            grouping: changed(self.grouping, &before.grouping, &after.grouping),
            favourites,
            folder: changed(self.folder, &before.folder, &after.folder),
        }
    }

    /// Writes them, whole or not at all.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn write(&self, path: &Path) -> std::io::Result<()> {
        let text = serde_json::to_string_pretty(self).map_err(std::io::Error::other)?;
        library::replace(path, text.as_bytes())
    }

    /// Whether a group begins at a sixteenth.
    pub(crate) fn begins_group(&self, sixteenth: usize) -> bool {
        let round = self.grouping.iter().sum::<usize>().max(1);
        let within = sixteenth % round;
        let mut start = 0;
        self.grouping.iter().any(|size| {
            let begins = start == within;
            start += size;
            begins
        })
    }

    /// The grouping as it is written: `3-3-2`; a single size says how often it goes into a bar.
    pub(crate) fn grouping_text(&self) -> String {
        let sizes: Vec<String> = self.grouping.iter().map(ToString::to_string).collect();
        match sizes.as_slice() {
            [only] if only == "4" => "4-4-4-4".to_owned(),
            _ => sizes.join("-"),
        }
    }

    /// Takes a grouping as it is written; whether it is one.
    pub(crate) fn read_grouping(&mut self, text: &str) -> bool {
        let sizes: Option<Vec<usize>> = text
            .split(['-', '+', ' ', ','])
            .filter(|word| !word.is_empty())
            .map(|word| word.parse().ok().filter(|size| (1..=64).contains(size)))
            .collect();
        match sizes {
            Some(sizes) if (1..=16).contains(&sizes.len()) => {
                self.grouping = if sizes.iter().all(|size| *size == 4) { vec![4] } else { sizes };
                true
            }
            _ => false,
        }
    }

    /// The next of the groupings that are offered by a click.
    pub(crate) fn next_grouping(&mut self) {
        const OFFERED: [&[usize]; 5] = [&[4], &[3, 3, 2], &[3, 3, 4, 2, 4], &[3], &[5]];
        let now = OFFERED.iter().position(|offered| *offered == self.grouping.as_slice());
        self.grouping = OFFERED[now.map_or(0, |now| now + 1) % OFFERED.len()].to_vec();
    }

    /// The next scale up or down.
    pub(crate) fn scale_beside(&self, is_up: bool) -> u16 {
        let now = self.scale_percent;
        let next = match is_up {
            true => SCALES.into_iter().find(|scale| *scale > now),
            false => SCALES.into_iter().rev().find(|scale| *scale < now),
        };
        next.unwrap_or(now)
    }
}

/// The choices, and the file that they are kept in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    path: Option<PathBuf>,
    written: Choices,
    /// Since when they differ from the file, in seconds of the window's clock.
    since_seconds: Option<f64>,
}

/// Choices are written when they have been the same for so long, so that a drag of the window's corner is one write.
const REST_SECONDS: f64 = 0.5;

impl Kept {
    /// Those of a file; without one they are kept as long as the window lives.
    pub(crate) fn of(path: Option<PathBuf>) -> (Kept, Choices) {
        let choices = path.as_deref().map(Choices::read).unwrap_or_default();
        (Kept { path, written: choices.clone(), since_seconds: None }, choices)
    }

    /// Writes what has changed and come to rest. In how many seconds it wants to be asked again.
    pub(crate) fn keep(&mut self, choices: &Choices, now_seconds: f64) -> Option<f64> {
        if *choices == self.written {
            self.since_seconds = None;
            return None;
        }
        let since = *self.since_seconds.get_or_insert(now_seconds);
        if now_seconds - since < REST_SECONDS {
            return Some(REST_SECONDS);
        }
        self.since_seconds = None;
        if let Some(path) = &self.path {
            // Another window may have written meanwhile: only what was changed here is changed there.
            let merged = Choices::read(path).with_changes(&self.written, choices);
            // Where it cannot be written, the next window opens with the older ones: nothing is lost that was made.
            let _ = merged.write(path);
        }
        self.written = choices.clone();
        None
    }

    /// Writes what has changed at once: the window closes.
    pub(crate) fn keep_now(&mut self, choices: &Choices) {
        self.keep(choices, f64::MIN);
        self.keep(choices, f64::MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_is_read_back_and_a_broken_file_is_none() {
        let folder = std::env::temp_dir().join(format!("tresillo-choices-{}", std::process::id()));
        let path = folder.join("window.json");
        let (mut kept, mut choices) = Kept::of(Some(path.clone()));
        assert_eq!(choices, Choices::default());
        choices.is_dark = false;
        choices.scale_percent = 150;
        choices.favourites.insert("Night Bus".into());
        assert_eq!(kept.keep(&choices, 1.0), Some(0.5));
        assert!(!path.exists(), "it waits until nothing changes any more");
        assert_eq!(kept.keep(&choices, 2.0), None);
        assert_eq!(Kept::of(Some(path.clone())).1, choices);
        choices.width = 1500;
        kept.keep_now(&choices);
        assert_eq!(Choices::read(&path).width, 1500);
        // What another window has chosen meanwhile stays.
        let (mut other, mut of_other) = Kept::of(Some(path.clone()));
        of_other.favourites.insert("Samba".into());
        of_other.is_dark = true;
        other.keep_now(&of_other);
        choices.scale_percent = 200;
        choices.favourites.remove("Night Bus");
        kept.keep_now(&choices);
        let read = Choices::read(&path);
        assert!(read.is_dark && read.scale_percent == 200 && read.width == 1500);
        assert_eq!(read.favourites.into_iter().collect::<Vec<_>>(), ["Samba"]);
        fs::write(
            &path,
            "{ \"is_dark\": false, \"of a later version\": 1, \"scale_percent\": 9000 }",
        )
        .unwrap();
        let read = Choices::read(&path);
        assert!(!read.is_dark && read.scale_percent == 300);
        fs::write(&path, "junk").unwrap();
        assert_eq!(Choices::read(&path), Choices::default());
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn groups_begin_where_they_are_written() {
        let mut choices = Choices::default();
        let begins = |choices: &Choices| -> Vec<usize> {
            (0..16).filter(|sixteenth| choices.begins_group(*sixteenth)).collect()
        };
        assert_eq!(begins(&choices), [0, 4, 8, 12]);
        assert!(choices.read_grouping("3-3-2"));
        assert_eq!(begins(&choices), [0, 3, 6, 8, 11, 14]);
        assert_eq!(choices.grouping_text(), "3-3-2");
        for text in ["", "3-x", "0", "65", "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"] {
            assert!(!choices.read_grouping(text), "{text}");
        }
        assert_eq!(choices.grouping, [3, 3, 2], "what is no grouping changes nothing");
        assert!(choices.read_grouping("4 4 4 4"));
        for _ in 0..5 {
            choices.next_grouping();
        }
        assert_eq!(choices, Choices::default());
    }

    #[test]
    fn scales_go_up_and_down_to_their_ends() {
        let at = |scale_percent| Choices { scale_percent, ..Choices::default() };
        assert_eq!(at(100).scale_beside(true), 125);
        assert_eq!(at(100).scale_beside(false), 75);
        assert_eq!(at(75).scale_beside(false), 75);
        assert_eq!(at(300).scale_beside(true), 300);
    }
}
