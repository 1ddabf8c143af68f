//! Every preset says who made it, under which licence it may be used, and what it is.

use std::path::Path;

use serde_json::Value;

use crate::tidy::Finding;

/// The fields, at the top of the file.
const FIELDS: [&str; 3] = ["author", "licence", "description"];

/// Judges one file if it lies in `presets`; `text` is `None` when it is not text.
pub(super) fn check(file: &Path, text: Option<&str>) -> Vec<Finding> {
    if !file.starts_with("presets") {
        return Vec::new();
    }
    let missing: Result<Vec<&str>, String> =
        match (file.extension().and_then(|extension| extension.to_str()), text) {
            (Some("md"), _) => Ok(Vec::new()),
            (Some("json"), Some(text)) => missing_in_json(text),
            (Some("toml"), Some(text)) => Ok(missing_in_toml(text)),
            _ => Err("a preset is a .json or a .toml file, move it or make it one".into()),
        };
    match missing {
        Err(message) => vec![Finding::new(file, 1, message)],
        Ok(fields) => fields
            .into_iter()
            .map(|field| {
                Finding::new(file, 1, format!("the preset has no {field}, say it at the top"))
            })
            .collect(),
    }
}

fn missing_in_json(text: &str) -> Result<Vec<&'static str>, String> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| format!("this is not JSON ({error}), put it right"))?;
    let has = |field: &str| value[field].as_str().is_some_and(|text| !text.trim().is_empty());
    Ok(FIELDS.into_iter().filter(|field| !has(field)).collect())
}

/// Reads only the lines before the first table: `field = "text"`.
fn missing_in_toml(text: &str) -> Vec<&'static str> {
    let top: Vec<&str> = text.lines().take_while(|line| !line.starts_with('[')).collect();
    let has = |field: &str| {
        top.iter().any(|line| {
            line.strip_prefix(field)
                .and_then(|rest| rest.trim_start().strip_prefix('='))
                .map(|value| value.trim().trim_matches(['"', '\'']))
                .is_some_and(|value| !value.trim().is_empty())
        })
    };
    FIELDS.into_iter().filter(|field| !has(field)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_preset(name: &str, text: &str) -> Vec<String> {
        check(Path::new(name), Some(text)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_complete_preset_passes() {
        let json = r#"{"author": "A", "licence": "CC0-1.0", "description": "A beat."}"#;
        assert_eq!(check_preset("presets/patterns/a.json", json), [""; 0]);
        let toml = "author = \"A\"\nlicence = 'CC0-1.0'\ndescription = \"Keys.\"\n[leds]\n";
        assert_eq!(check_preset("presets/controllers/a.toml", toml), [""; 0]);
    }

    #[test]
    fn each_missing_or_empty_field_is_a_finding() {
        let findings = check_preset("presets/patterns/a.json", r#"{"author": " ", "licence": 0}"#);
        assert_eq!(findings.len(), 3);
        assert_eq!(
            findings[0],
            "presets/patterns/a.json:1: the preset has no author, say it at the top"
        );
        let toml = "author = \"\"\n[table]\nlicence = \"CC0-1.0\"\ndescription = \"x\"\n";
        assert_eq!(check_preset("presets/a.toml", toml).len(), 3);
    }

    #[test]
    fn what_is_no_preset_is_found_only_in_the_folder_of_presets() {
        assert_eq!(check_preset("presets/a.json", "{").len(), 1);
        assert_eq!(check_preset("presets/a.mid", "MThd").len(), 1);
        assert_eq!(check(Path::new("presets/a.json"), None).len(), 1);
        assert_eq!(check_preset("tests/golden/a.json", "{"), [""; 0]);
    }
}
