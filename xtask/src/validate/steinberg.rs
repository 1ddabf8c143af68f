//! Reads what Steinberg's VST3 validator prints.

use super::{Failure, Group, Verdict, last_lines};

/// How a test ends.
const PASSED: &str = "[Succeeded]";
const FAILED: &str = "[XXXXXXX Failed]";

/// Sorts what it printed. `is_success` is its exit code's word: without it something failed, also where no line says so
/// (a plugin that crashes takes the validator with it).
pub(super) fn read(text: &str, is_success: bool) -> Verdict {
    let mut classes = Vec::new();
    let mut class = "";
    let mut groups: Vec<Group> = Vec::new();
    let mut remarks = Vec::new();
    let mut test = String::new();
    let mut errors = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("name = ") {
            classes.push(name);
        } else if let Some(name) = line.strip_prefix("TestSuite : ") {
            // The outermost suite has the name of the plugin class and no test.
            if classes.contains(&name) {
                class = name;
            } else {
                groups.push(Group { name: format!("{class}, {name}"), ..Group::default() });
            }
        } else if line.to_uppercase().starts_with("ERROR:") {
            errors.push(line["ERROR:".len()..].trim().to_owned());
        } else if line == PASSED {
            // An error that fails nothing.
            remarks.extend(errors.drain(..).map(|error| format!("{test}: {error}")));
            if let Some(group) = groups.last_mut() {
                group.passed_count += 1;
            }
        } else if line == FAILED {
            let failure = Failure { test: test.clone(), lines: std::mem::take(&mut errors) };
            if let Some(group) = groups.last_mut() {
                group.failed.push(failure);
            }
        } else if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name.clone_into(&mut test);
        }
    }
    let has_failure = groups.iter().any(|group| !group.failed.is_empty());
    if !is_success && !has_failure {
        let failure = Failure { test: "it ended early".into(), lines: last_lines(text) };
        groups.push(Group { name: test, passed_count: 0, failed: vec![failure] });
    }
    Verdict { groups, remarks }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "  Class Info 0:\n\tname = Tresillo\n\tcategory = Audio Module Class\n\
        -----\nTestSuite : Tresillo\n-----\n-----\nTestSuite : General Tests\n-----\n\
        [Scan Buses]\nInfo:  => Audio Buses: [0 In(s) => 1 Out(s)]\n[Succeeded]\n";

    #[test]
    fn tests_are_counted_in_their_group() {
        let text = format!(
            "{HEAD}TestSuite : Single Precision (32 bit) Tests\n[A]\n[Succeeded]\n[B]\n[Succeeded]\n"
        );
        let verdict = read(&text, true);
        let told: Vec<_> =
            verdict.groups.iter().map(|group| (group.name.as_str(), group.passed_count)).collect();
        assert_eq!(
            told,
            [("Tresillo, General Tests", 1), ("Tresillo, Single Precision (32 bit) Tests", 2)]
        );
        assert!(verdict.groups.iter().all(|group| group.failed.is_empty()));
    }

    #[test]
    fn a_failure_has_its_errors_and_an_error_that_fails_nothing_is_a_remark() {
        let text = format!(
            "{HEAD}[Bypass]\nERROR: not set!\n[Succeeded]\n[Silence]\nERROR: noise!\n[XXXXXXX Failed]\n"
        );
        let verdict = read(&text, false);
        assert_eq!(verdict.remarks, ["Bypass: not set!"]);
        let failure = Failure { test: "Silence".into(), lines: vec!["noise!".into()] };
        assert_eq!(verdict.groups[0].failed, [failure]);
        assert_eq!(verdict.groups[0].passed_count, 2);
    }

    #[test]
    fn a_crash_is_a_failure_of_the_test_it_came_in() {
        let verdict = read(&format!("{HEAD}[Suspend/Resume]\nInfo:  ===\n"), false);
        let last = verdict.groups.last().expect("a group");
        assert_eq!((last.name.as_str(), last.failed.len()), ("Suspend/Resume", 1));
        assert_eq!(last.failed[0].lines.last().map(String::as_str), Some("Info:  ==="));
        assert_eq!(read("Invalid Module!\n", false).groups[0].failed[0].lines, ["Invalid Module!"]);
    }
}
