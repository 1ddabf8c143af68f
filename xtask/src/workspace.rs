//! Where things are, by `cargo metadata`'s word.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::run;

/// The project this was started in.
pub(crate) struct Workspace {
    /// The folder of the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Cargo's build folder, wherever `CARGO_TARGET_DIR` or a configuration puts it.
    pub(crate) target: PathBuf,
    /// The crates of the workspace.
    pub(crate) crates: Vec<Crate>,
}

/// One crate of the workspace.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Crate {
    pub(crate) name: String,
    /// Its `Cargo.toml`, from the root.
    pub(crate) manifest: PathBuf,
    /// The names of what it depends on in whatever way (also for tests) and that lies in a folder, not in a registry.
    pub(crate) local_dependencies: Vec<String>,
    /// The names of its benches.
    pub(crate) benches: Vec<String>,
    /// The names of its examples.
    pub(crate) examples: Vec<String>,
    /// The names of its integration tests.
    pub(crate) tests: Vec<String>,
}

impl Workspace {
    /// Asks cargo about the workspace around the current folder.
    pub(crate) fn load() -> Result<Workspace> {
        let mut command = Command::new(run::cargo());
        command.args(["metadata", "--format-version", "1", "--no-deps"]);
        let text = run::output(&mut command)?;
        let metadata = serde_json::from_str(&text).context("reading cargo metadata")?;
        Workspace::from_metadata(&metadata).context("cargo metadata lacks a field this task needs")
    }

    fn from_metadata(metadata: &Value) -> Option<Workspace> {
        let root = PathBuf::from(metadata["workspace_root"].as_str()?);
        let crates = metadata["packages"]
            .as_array()?
            .iter()
            .map(|package| Crate::from_metadata(&root, package))
            .collect::<Option<_>>()?;
        let target = metadata["target_directory"].as_str()?.into();
        Some(Workspace { root, target, crates })
    }

    /// The crate of this name.
    pub(crate) fn find(&self, name: &str) -> Result<&Crate> {
        self.crates
            .iter()
            .find(|member| member.name == name)
            .with_context(|| format!("the workspace has no crate {name}"))
    }

    /// `cargo` in the root of the workspace.
    pub(crate) fn cargo(&self, words: &[&str]) -> Command {
        let mut command = Command::new(run::cargo());
        command.args(words).current_dir(&self.root);
        command
    }

    /// `path` as a person in the root would type it.
    pub(crate) fn shown<'path>(&self, path: &'path Path) -> std::path::Display<'path> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }
}

impl Crate {
    fn from_metadata(root: &Path, package: &Value) -> Option<Crate> {
        let manifest = Path::new(package["manifest_path"].as_str()?);
        let mut found = Crate {
            name: package["name"].as_str()?.to_owned(),
            manifest: manifest.strip_prefix(root).unwrap_or(manifest).to_owned(),
            ..Crate::default()
        };
        for dependency in package["dependencies"].as_array()? {
            if dependency["source"].is_null() {
                found.local_dependencies.push(dependency["name"].as_str()?.to_owned());
            }
        }
        for target in package["targets"].as_array()? {
            let name = target["name"].as_str()?.to_owned();
            match target["kind"][0].as_str()? {
                "bench" => found.benches.push(name),
                "example" => found.examples.push(name),
                "test" => found.tests.push(name),
                _ => {}
            }
        }
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn metadata_gives_folders_edges_and_targets() {
        let workspace = Workspace::from_metadata(&json!({
            "workspace_root": "/w",
            "target_directory": "/t",
            "packages": [{
                "name": "host",
                "manifest_path": "/w/host/Cargo.toml",
                "dependencies": [
                    { "name": "anyhow", "source": "registry+https://x" },
                    { "name": "pattern", "source": null, "kind": "dev" },
                ],
                "targets": [{ "name": "blocks", "kind": ["bench"] }, { "name": "it", "kind": ["test"] }],
            }],
        }))
        .expect("all fields are there");
        assert_eq!(workspace.root, Path::new("/w"));
        assert_eq!(workspace.target, Path::new("/t"));
        let expected = Crate {
            name: "host".into(),
            manifest: "host/Cargo.toml".into(),
            local_dependencies: vec!["pattern".into()],
            benches: vec!["blocks".into()],
            tests: vec!["it".into()],
            ..Crate::default()
        };
        assert_eq!(workspace.crates, [expected]);
    }

    #[test]
    fn metadata_without_a_field_is_refused_not_guessed() {
        assert!(Workspace::from_metadata(&json!({ "workspace_root": "/w" })).is_none());
    }
}
