//! Which crate may depend on which: the drawing in DESIGN.md, section 3.

use std::path::Path;

use crate::tidy::Finding;
use crate::workspace::Crate;

/// Each crate and what of the workspace it may depend on. `pattern` and `synth` never meet. The plugin reaches `synth`
/// for its instrument variant only, which this cannot see.
const EDGES: &[(&str, &[&str])] = &[
    ("tresillo-pattern", &[]),
    ("tresillo-synth", &[]),
    ("tresillo-plugin", &["tresillo-pattern", "tresillo-synth"]),
    ("tresillo-host", &["tresillo-pattern", "tresillo-synth"]),
    ("tresillo-tests", &["tresillo-pattern", "tresillo-synth", "tresillo-plugin", "tresillo-host"]),
    ("tresillo-test-plugins", &[]),
    ("xtask", &[]),
];

/// `manifest` is the text of the crate's `Cargo.toml`, for the line.
pub(super) fn check(member: &Crate, manifest: &str) -> Vec<Finding> {
    let line_of = |name: &str| {
        let starts = |line: &str| {
            line.trim_start()
                .strip_prefix(name)
                .is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
        };
        manifest.lines().position(starts).map_or(1, |index| index + 1)
    };
    let file: &Path = &member.manifest;
    let Some((_, allowed)) = EDGES.iter().find(|(name, _)| *name == member.name) else {
        let message = format!(
            "the crate {} is not in the drawing of DESIGN.md section 3, draw it there and in xtask/src/tidy/edges.rs",
            member.name
        );
        return vec![Finding::new(file, line_of("name"), message)];
    };
    let forbidden =
        member.local_dependencies.iter().filter(|name| !allowed.contains(&name.as_str()));
    forbidden
        .map(|name| {
            let message = format!(
                "{} may not depend on {name} (DESIGN.md section 3), remove the edge",
                member.name
            );
            Finding::new(file, line_of(name), message)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_edges(name: &str, dependencies: &[&str], manifest: &str) -> Vec<String> {
        let member = Crate {
            name: name.into(),
            manifest: "x/Cargo.toml".into(),
            local_dependencies: dependencies.iter().map(|name| (*name).to_owned()).collect(),
            ..Crate::default()
        };
        check(&member, manifest).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_drawn_edges_pass() {
        assert_eq!(
            check_edges("tresillo-host", &["tresillo-pattern", "tresillo-synth"], ""),
            [""; 0]
        );
        assert_eq!(
            check_edges("tresillo-tests", &["tresillo-host", "tresillo-plugin"], ""),
            [""; 0]
        );
    }

    #[test]
    fn pattern_and_synth_never_meet() {
        let manifest = "[package]\nname = \"tresillo-synth\"\n[dependencies]\ntresillo-pattern.workspace = true\n";
        let findings = check_edges("tresillo-synth", &["tresillo-pattern"], manifest);
        assert_eq!(findings.len(), 1);
        assert!(findings[0].starts_with("x/Cargo.toml:4: tresillo-synth may not depend on"));
        assert_eq!(check_edges("tresillo-pattern", &["tresillo-synth"], "").len(), 1);
    }

    #[test]
    fn nobody_depends_on_the_host_but_the_tests() {
        for name in ["tresillo-pattern", "tresillo-synth", "tresillo-plugin", "xtask"] {
            assert_eq!(check_edges(name, &["tresillo-host"], "").len(), 1, "{name}");
        }
    }

    #[test]
    fn a_crate_that_nobody_drew_is_found() {
        assert!(check_edges("tresillo-extra", &[], "")[0].contains("draw it"));
    }
}
