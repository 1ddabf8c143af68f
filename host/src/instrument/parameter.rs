//! Parameters of plugins, as people name and set them.

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};

use crate::instrument::SHOWN;

/// One knob of a plugin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// What never changes: CLAP's and VST3's number, LV2's symbol.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The group it is in; empty where there is none.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub group: String,
    /// Its unit; empty where there is none.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub unit: String,
    /// Least value; for VST3 always 0, see [`Parameter::maximum`].
    pub minimum: f64,
    /// Greatest value; for VST3 always 1, because the format tells no other.
    pub maximum: f64,
    /// The value of a new instance.
    pub default: f64,
    /// The value now.
    pub value: f64,
    /// The value as the plugin shows it; empty where it does not.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub text: String,
    /// Whether it takes whole steps only.
    pub is_stepped: bool,
    /// Whether it only shows something.
    pub is_read_only: bool,
    /// Values that have names.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub labels: Vec<(String, f64)>,
}

impl Parameter {
    /// The value that `text` is by itself: a number, or a label.
    #[must_use]
    pub fn number_of(&self, text: &str) -> Option<f64> {
        let text = text.trim();
        let label = self.labels.iter().find(|(label, _)| label.eq_ignore_ascii_case(text));
        let number = || text.parse::<f64>().ok().filter(|value| value.is_finite());
        label.map(|(_, value)| *value).or_else(number)
    }

    /// Whether a value lies within the range. A range that the plugin left empty or upside down says nothing.
    #[must_use]
    pub fn has(&self, value: f64) -> bool {
        let is_none = self.minimum.is_nan() || self.maximum.is_nan() || self.minimum > self.maximum;
        is_none || (self.minimum..=self.maximum).contains(&value)
    }

    /// `value`, if it lies within the range.
    ///
    /// # Errors
    /// One sentence with the range.
    pub fn within_range(&self, value: f64, text: &str, plugin: &str) -> Result<f64> {
        if self.has(value) {
            return Ok(value);
        }
        let Parameter { name, minimum, maximum, .. } = self;
        let hint = if self.text.is_empty() {
            String::new()
        } else {
            format!(
                "; as the plugin shows it, it is written {name}={SHOWN}VALUE, now \"{}\"",
                self.text
            )
        };
        bail!("{plugin}: {name}={text} is out of range, which is {minimum} to {maximum}{hint}")
    }

    /// What to say of a text that is no value.
    #[must_use]
    pub fn not_understood(&self, text: &str, plugin: &str) -> String {
        let Parameter { name, minimum, maximum, labels, .. } = self;
        let named: Vec<&str> = labels.iter().take(12).map(|(label, _)| label.as_str()).collect();
        let named =
            if named.is_empty() { String::new() } else { format!(", or {}", named.join(", ")) };
        format!(
            "{plugin}: {name}={text} is no value of it; a number from {minimum} to {maximum}{named} is"
        )
    }
}

/// A text that is no value of anything.
pub const NONSENSE: &str = "?";

/// Whether a plugin that reads `text` as `value` has understood it. Many read any text that is no number as 0 and say that this
/// went well; so it has to begin with a number, or the plugin shows the value by that very text, or it reads [`NONSENSE`] as
/// something else.
pub fn is_understood(
    text: &str,
    value: f64,
    shown: impl FnOnce(f64) -> Option<String>,
    nonsense: impl FnOnce() -> Option<f64>,
) -> bool {
    let text = text.trim();
    let is_number =
        text.trim_start_matches(['+', '-', '.']).starts_with(|c: char| c.is_ascii_digit());
    let same = |a: f64, b: f64| (a - b).abs() <= f64::EPSILON;
    is_number
        || shown(value).is_some_and(|shown| shown.trim().to_lowercase() == text.to_lowercase())
        || nonsense().is_none_or(|other| !same(other, value))
}

/// The parameter that `name` means: by its id, by its name, by its name in other letters, by `group/name`.
///
/// # Errors
/// One sentence when there is none (with the nearest names), or several.
pub fn find<'a>(parameters: &'a [Parameter], name: &str, plugin: &str) -> Result<&'a Parameter> {
    if parameters.is_empty() {
        bail!("{plugin} has no parameters, so {name} cannot be set");
    }
    let full = |p: &Parameter| format!("{}/{}", p.group, p.name);
    let wanted = name.to_lowercase();
    let ways: [&dyn Fn(&Parameter) -> bool; 4] =
        [&|p| p.id == name, &|p| p.name == name, &|p| p.name.to_lowercase() == wanted, &|p| {
            full(p).to_lowercase() == wanted
        }];
    for is_meant in ways {
        let meant: Vec<&Parameter> = parameters.iter().filter(|p| is_meant(p)).collect();
        match meant.as_slice() {
            [] => {}
            [one] => return Ok(one),
            many => {
                let ids: Vec<&str> = many.iter().take(8).map(|p| p.id.as_str()).collect();
                bail!(
                    "{plugin} has {} parameters called {name}; say which by its id: {}",
                    many.len(),
                    ids.join(", ")
                );
            }
        }
    }
    bail!(
        "{plugin} has no parameter called {name}; the nearest of its {} are {}",
        parameters.len(),
        nearest(parameters, &wanted).join(", ")
    )
}

/// The names that are most like `wanted`, which is in small letters.
fn nearest<'a>(parameters: &'a [Parameter], wanted: &str) -> Vec<&'a str> {
    let mut by_distance: Vec<(usize, &str)> = parameters
        .iter()
        .map(|parameter| {
            let name = parameter.name.to_lowercase();
            let part = name.contains(wanted) || wanted.contains(name.as_str());
            (if part { 0 } else { 1 + edits(&name, wanted) }, parameter.name.as_str())
        })
        .collect();
    by_distance.sort_by_key(|(distance, _)| *distance);
    by_distance.into_iter().take(5).map(|(_, name)| name).collect()
}

/// How many letters have to be put in, taken out or changed (V. I. Levenshtein, 1966).
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in (1..).zip(a.chars()) {
        let mut before = i - 1;
        let mut left = i;
        if let Some(first) = row.first_mut() {
            *first = i;
        }
        for (cell, y) in row.iter_mut().skip(1).zip(&b) {
            let changed = before + usize::from(x != *y);
            before = *cell;
            left = changed.min(*cell + 1).min(left + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(id: &str, name: &str) -> Parameter {
        Parameter {
            id: id.to_owned(),
            name: name.to_owned(),
            group: "Filter".to_owned(),
            unit: String::new(),
            minimum: 0.0,
            maximum: 10.0,
            default: 0.0,
            value: 0.0,
            text: String::new(),
            is_stepped: false,
            is_read_only: false,
            labels: vec![("Saw".to_owned(), 2.0)],
        }
    }

    #[test]
    fn a_parameter_is_found_by_id_name_and_group() {
        let all = [parameter("1", "Cutoff"), parameter("2", "Resonance"), parameter("3", "1")];
        let id = |name: &str| find(&all, name, "Synth").map(|p| p.id.clone());
        assert_eq!(id("2").unwrap(), "2");
        assert_eq!(id("Cutoff").unwrap(), "1");
        assert_eq!(id("resonance").unwrap(), "2");
        assert_eq!(id("filter/cutoff").unwrap(), "1");
        assert_eq!(id("1").unwrap(), "1", "an id goes before a name");
        let text = id("cutof").unwrap_err().to_string();
        assert!(
            text.starts_with(
                "Synth has no parameter called cutof; the nearest of its 3 are Cutoff"
            )
        );
        let twice = [parameter("1", "Gain"), parameter("2", "Gain")];
        let text = find(&twice, "Gain", "Synth").unwrap_err().to_string();
        assert!(text.ends_with("by its id: 1, 2"), "{text}");
        assert!(find(&[], "Gain", "Synth").is_err());
    }

    #[test]
    fn a_value_is_a_number_or_a_label_within_the_range() {
        let cutoff = parameter("1", "Cutoff");
        assert_eq!(cutoff.number_of(" 2.5 "), Some(2.5));
        assert_eq!(cutoff.number_of("saw"), Some(2.0));
        assert_eq!(cutoff.number_of("nan"), None);
        assert_eq!(cutoff.number_of("loud"), None);
        assert!(cutoff.within_range(10.0, "10", "Synth").is_ok());
        let text = cutoff.within_range(11.0, "11", "Synth").unwrap_err().to_string();
        assert_eq!(text, "Synth: Cutoff=11 is out of range, which is 0 to 10");
    }

    #[test]
    fn a_plugin_that_reads_anything_as_something_is_not_believed() {
        let shown = |value: f64| Some(if value > 0.5 { "Saw" } else { "Sine" }.to_owned());
        let lax = |text: &str, value| is_understood(text, value, shown, || Some(0.0));
        assert!(lax("-3 dB", 0.0) && lax(".5", 0.5) && lax("sine", 0.0) && lax("C3", 0.4));
        assert!(!lax("Vox AC-30", 0.0));
        assert!(is_understood("Vox AC-30", 0.0, shown, || None));
    }

    #[test]
    fn edits_are_counted_as_they_are_made() {
        for (a, b, count) in
            [("", "", 0), ("abc", "abc", 0), ("kitten", "sitting", 3), ("", "ab", 2)]
        {
            assert_eq!(edits(a, b), count, "{a} {b}");
        }
    }
}
