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

/// The options of one call, each known to its task.
#[derive(Debug, Default)]
pub(crate) struct Options {
    given: Vec<String>,
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

    /// Whether `option` was typed.
    pub(crate) fn has(&self, option: &str) -> bool {
        self.given.iter().any(|given| given == option)
    }
}
