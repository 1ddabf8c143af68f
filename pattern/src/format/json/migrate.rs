//! Files of an older major version, lifted to the one that the reader knows.
//!
//! Minor versions need nothing: what a later one adds is kept as unknown, and what an earlier one has not is default. A
//! major version is for a field that means something else than before, or is called something else. It adds itself
//! thus:
//!
//! 1. [`LIFTS`] gets, at its end, a function that makes a file of the version before into one of the new version, and
//!    no more: a file of version 1 goes through all of them, one after another.
//! 2. [`FORMAT`](crate::format::json::FORMAT) names the new version, and `file.rs` describes it alone.
//! 3. `tests/golden/format` gets a sample of the new version. The older samples stay, play what they played, and are
//!    written as the new version; the table in the module above gets a line.
//!
//! There is only `tresillo/1`, so the list is empty. A file of the current version is never made into a [`Value`].

use serde_json::Value;

use crate::format::json::file;

/// Makes a file of one major version into one of the next.
pub(super) type Lift = fn(&mut Value);

/// From version 1 to 2, from 2 to 3, and so on.
pub(super) const LIFTS: &[Lift] = &[];

/// What a file that says it is `format` has to go through: nothing if it is current, `None` if it is of a version that
/// is none, or still to come.
pub(super) fn lifts_for<'a>(format: &str, lifts: &'a [Lift]) -> Option<&'a [Lift]> {
    lifts.get(major(format)?.checked_sub(1)?..)
}

/// `major("tresillo/1.4") == Some(1)`.
fn major(format: &str) -> Option<usize> {
    let version = format.strip_prefix("tresillo/")?;
    let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    if major.starts_with('0') || !is_number(major) || !is_number(minor) {
        return None;
    }
    major.parse().ok()
}

/// Reads `text` and lifts it.
///
/// # Errors
/// When it is no JSON, or when after the last step a field does not hold what it should; then without a place in `text`.
pub(super) fn read(text: &str, lifts: &[Lift]) -> serde_json::Result<file::Project> {
    let mut value: Value = serde_json::from_str(text)?;
    for lift in lifts {
        lift(&mut value);
    }
    serde_json::from_value(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::json::read::read_lifted;
    use crate::format::json::{FORMAT, ReadError, read, write};

    /// A version 2 that calls the tempo what version 1 called bpm, and a version 3 that doubles it.
    const TO_THREE: &[Lift] = &[
        |file| {
            if let Some(fields) = file.as_object_mut()
                && let Some(bpm) = fields.remove("bpm")
            {
                fields.insert("tempo".to_owned(), bpm);
            }
        },
        |file| {
            if let Some(tempo) = file.get_mut("tempo") {
                *tempo = (tempo.as_f64().unwrap_or_default() * 2.0).into();
            }
        },
    ];

    fn tempo_of(text: &str) -> f64 {
        read_lifted(text.as_bytes(), TO_THREE).unwrap().0.tempo.bpm()
    }

    fn refuse(text: &str) -> String {
        read_lifted(text.as_bytes(), TO_THREE).unwrap_err().to_string()
    }

    #[test]
    #[allow(clippy::float_cmp, reason = "small whole numbers")]
    fn an_older_file_goes_through_every_step_from_its_version_on() {
        assert_eq!(tempo_of(r#"{"format": "tresillo/1", "bpm": 60}"#), 120.0);
        assert_eq!(tempo_of(r#"{"format": "tresillo/1.7", "bpm": 60}"#), 120.0);
        assert_eq!(tempo_of(r#"{"format": "tresillo/2", "tempo": 60}"#), 120.0);
        assert_eq!(tempo_of(r#"{"format": "tresillo/3", "tempo": 60}"#), 60.0);
        assert_eq!(tempo_of(r#"{"format": "tresillo/3.1", "tempo": 60}"#), 60.0);
    }

    #[test]
    fn what_a_step_does_not_know_survives_it() {
        let text =
            r#"{"format": "tresillo/1", "bpm": 60, "seed": 18446744073709551615, "later": 0.1}"#;
        let (project, _) = read_lifted(text.as_bytes(), TO_THREE).unwrap();
        assert_eq!(
            write(&project),
            format!(
                "{{ \"format\": \"{FORMAT}\", \"seed\": 18446744073709551615, \"later\": 0.1 }}\n"
            )
        );
    }

    #[test]
    fn versions_to_come_and_versions_that_are_none_are_refused() {
        for version in
            ["4", "0", "01", "", "1.", "1.x", "-1", "+1", "1.2.3", "99999999999999999999"]
        {
            let text = format!(r#"{{"format": "tresillo/{version}"}}"#);
            let error = read_lifted(text.as_bytes(), TO_THREE).unwrap_err();
            assert!(matches!(error, ReadError::OtherFormat { .. }), "{version}: {error}");
        }
        assert_eq!(
            refuse(r#"{"format": "tresillo/1", "bpm": "fast", "patterns": 7}"#),
            "a file of tresillo/1, made into the format of today: invalid type: integer `7`, expected a sequence"
        );
    }

    #[test]
    fn the_list_of_steps_ends_at_the_version_that_is_written() {
        assert_eq!(lifts_for(FORMAT, LIFTS).map(<[Lift]>::len), Some(0));
        assert!(lifts_for("tresillo/1", LIFTS).is_some());
        assert!(read(write(&crate::Project::default()).as_bytes()).is_ok());
    }
}
