//! What was typed after the task's name.

use std::fmt;

use anyhow::Result;

/// What was typed makes no sense: exit code 2.
#[derive(Debug)]
pub(crate) struct Usage(pub(crate) String);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// How the place of a word that may be anything is called where a task's options are listed.
pub(crate) const FOLDER: &str = "FOLDER";

/// The options of one call, each known to its task.
#[derive(Debug, Default)]
pub(crate) struct Options {
    given: Vec<String>,
    folder: Option<String>,
}

impl Options {
    /// Reads the words after the task's name.
    ///
    /// # Errors
    ///
    /// [`Usage`] for a word that is not in `known`.
    pub(crate) fn parse(
        task: &str,
        known: &[&str],
        words: impl Iterator<Item = String>,
    ) -> Result<Options> {
        let mut options = Options::default();
        for word in words {
            let is_folder = known.contains(&FOLDER) && !word.starts_with('-');
            if is_folder && options.folder.is_none() {
                options.folder = Some(word);
                continue;
            }
            if !known.contains(&word.as_str()) {
                let knows = match known {
                    [] => "takes no options".to_owned(),
                    _ => format!("knows {}", known.join(", ")),
                };
                return Err(Usage(format!("{task} does not know “{word}”; it {knows}")).into());
            }
            options.given.push(word);
        }
        Ok(options)
    }

    /// The folder that was typed.
    pub(crate) fn folder(&self) -> Option<&str> {
        self.folder.as_deref()
    }

    /// Whether `option` was typed.
    pub(crate) fn has(&self, option: &str) -> bool {
        self.given.iter().any(|given| given == option)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(known: &[&str], words: &[&str]) -> Result<Options> {
        Options::parse("task", known, words.iter().map(|word| (*word).to_owned()))
    }

    #[test]
    fn a_folder_is_taken_once_and_only_by_tasks_that_know_one() {
        let options = parse(&[FOLDER, "--yes"], &["pictures", "--yes"]).expect("sound");
        assert_eq!(options.folder(), Some("pictures"));
        assert!(options.has("--yes"));
        assert_eq!(parse(&[FOLDER], &[]).expect("sound").folder(), None);
        assert!(parse(&[FOLDER], &["one", "two"]).is_err());
        assert!(parse(&[FOLDER], &["--yes"]).is_err());
        assert!(parse(&["--yes"], &["pictures"]).is_err());
    }
}
