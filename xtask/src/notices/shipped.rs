//! Whose work goes into what people download: the crates that the plugin and `tresillo` are linked from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::run;
use crate::workspace::Workspace;

/// The crates that become files people run.
const ROOTS: [&str; 2] = ["tresillo-plugin", "tresillo-host"];

/// The systems that packages are made for.
const TARGETS: [&str; 4] = [
    "x86_64-unknown-linux-gnu",
    "x86_64-pc-windows-msvc",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
];

/// A crate of others that is shipped on one of our systems at least.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Shipped {
    pub(crate) name: String,
    pub(crate) version: String,
    /// An SPDX expression; empty when the crate says none.
    pub(crate) licence: String,
    pub(crate) repository: String,
    pub(crate) authors: Vec<String>,
    /// Where its source lies on this machine.
    pub(crate) folder: PathBuf,
}

/// Asks cargo which they are, sorted by name.
///
/// # Errors
///
/// When cargo fails: it has to have the source of every crate of every system, and downloads what it lacks.
pub(crate) fn all(workspace: &Workspace) -> Result<Vec<Shipped>> {
    let mut command = workspace.cargo(&["metadata", "--format-version", "1", "--locked"]);
    for target in TARGETS {
        command.args(["--filter-platform", target]);
    }
    let text = run::output(&mut command)?;
    let metadata = serde_json::from_str(&text).context("reading cargo metadata")?;
    from_metadata(&metadata).context("cargo metadata lacks a field this task needs")
}

fn from_metadata(metadata: &Value) -> Option<Vec<Shipped>> {
    let by_id = |list: &'_ Value| -> Option<BTreeMap<String, Value>> {
        let entries = list.as_array()?.iter();
        entries.map(|entry| Some((entry["id"].as_str()?.to_owned(), entry.clone()))).collect()
    };
    let packages = by_id(&metadata["packages"])?;
    let nodes = by_id(&metadata["resolve"]["nodes"])?;

    let is_root = |package: &Value| ROOTS.iter().any(|root| package["name"] == *root);
    let mut to_visit: Vec<&str> = packages
        .iter()
        .filter_map(|(id, package)| is_root(package).then_some(id.as_str()))
        .collect();
    let mut visited = BTreeSet::new();
    let mut found = Vec::new();
    while let Some(id) = to_visit.pop() {
        let package = packages.get(id)?;
        // A macro runs in the compiler; nothing of it is in what it makes.
        if is_macro(package) || !visited.insert(id) {
            continue;
        }
        for dependency in nodes.get(id)?["deps"].as_array()? {
            let kinds = dependency["dep_kinds"].as_array()?;
            if kinds.iter().any(|kind| kind["kind"].is_null()) {
                to_visit.push(dependency["pkg"].as_str()?);
            }
        }
        if !package["source"].is_null() {
            found.push(Shipped::from_package(package)?);
        }
    }
    found.sort();
    Some(found)
}

fn is_macro(package: &Value) -> bool {
    let targets = package["targets"].as_array().into_iter().flatten();
    targets.flat_map(|target| target["kind"].as_array()).flatten().any(|kind| kind == "proc-macro")
}

impl Shipped {
    fn from_package(package: &Value) -> Option<Shipped> {
        let text = |field: &str| package[field].as_str().unwrap_or_default().to_owned();
        Some(Shipped {
            name: package["name"].as_str()?.to_owned(),
            version: package["version"].as_str()?.to_owned(),
            licence: text("license"),
            repository: text("repository"),
            authors: package["authors"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|author| author.as_str().map(str::to_owned))
                .collect(),
            folder: Path::new(package["manifest_path"].as_str()?).parent()?.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn package(name: &str, kind: &str, source: Option<&str>) -> Value {
        json!({
            "id": name, "name": name, "version": "1.0.0", "license": "MIT", "source": source,
            "repository": null, "manifest_path": format!("/r/{name}/Cargo.toml"),
            "targets": [{ "kind": [kind] }],
        })
    }

    fn node(name: &str, dependencies: &[(&str, Option<&str>)]) -> Value {
        let dependencies: Vec<Value> = dependencies
            .iter()
            .map(|(name, kind)| json!({ "pkg": name, "dep_kinds": [{ "kind": kind }] }))
            .collect();
        json!({ "id": name, "deps": dependencies })
    }

    #[test]
    fn what_is_linked_is_shipped_and_what_builds_or_tests_is_not() {
        let registry = Some("registry");
        let metadata = json!({
            "packages": [
                package("tresillo-host", "lib", None),
                package("linked", "lib", registry),
                package("below", "lib", registry),
                package("macro", "proc-macro", registry),
                package("under-the-macro", "lib", registry),
                package("tester", "lib", registry),
            ],
            "resolve": { "nodes": [
                node("tresillo-host", &[("linked", None), ("macro", None), ("tester", Some("dev"))]),
                node("linked", &[("below", None), ("tester", Some("build"))]),
                node("below", &[("linked", Some("dev"))]),
                node("macro", &[("under-the-macro", None)]),
                node("under-the-macro", &[]),
                node("tester", &[]),
            ]},
        });
        let shipped = from_metadata(&metadata).expect("all fields are there");
        let names: Vec<&str> = shipped.iter().map(|shipped| shipped.name.as_str()).collect();
        assert_eq!(names, ["below", "linked"]);
        assert_eq!(shipped[0].folder, Path::new("/r/below"));
        assert_eq!(shipped[0].repository, "");
    }

    #[test]
    fn metadata_without_a_field_is_refused_not_guessed() {
        assert!(from_metadata(&json!({ "packages": [] })).is_none());
    }
}
