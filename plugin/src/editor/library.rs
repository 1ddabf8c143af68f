//! The user's own patterns: files in a folder of theirs, which the browser shows behind the factory's.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use tresillo_pattern::format::json;
use tresillo_pattern::smf::{self, FileDivision, ImportOptions, Print};
use tresillo_pattern::{Performance, Project, Tick};

/// Where a user's patterns lie: the system's folder for the data of programs, and `tresillo/patterns` in it.
///
/// Linux: `$XDG_DATA_HOME`, else `~/.local/share`; macOS: `~/Library/Application Support`; Windows: `%APPDATA%`.
pub(crate) fn folder() -> Option<PathBuf> {
    let of = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = match env::consts::OS {
        "windows" => of("APPDATA")?,
        "macos" => of("HOME")?.join("Library/Application Support"),
        _ => of("XDG_DATA_HOME").or_else(|| Some(of("HOME")?.join(".local/share")))?,
    };
    Some(data.join("tresillo").join("patterns"))
}

/// The projects in a folder, and the MIDI files, each under the name of its file; and what could not be read, in a sentence.
pub(crate) fn list(folder: &Path) -> (Vec<Project>, Vec<String>) {
    let (mut projects, mut problems) = (Vec::new(), Vec::new());
    let Ok(entries) = fs::read_dir(folder) else { return (projects, problems) };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("json" | "mid" | "midi") => {}
            _ => continue,
        }
        match read(&path) {
            Ok(project) => projects.push(Project { name, ..project }),
            Err(problem) => problems.push(format!("{}: {problem}", path.display())),
        }
    }
    (projects, problems)
}

fn read(path: &Path) -> Result<Project, String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    if path.extension().is_some_and(|extension| extension == "json") {
        return json::read(&bytes).map(|(project, _)| project).map_err(|error| error.to_string());
    }
    let (file, _) = smf::read(&bytes).map_err(|error| error.to_string())?;
    let imported = smf::import(&file, &ImportOptions::default());
    imported.map(|(project, _)| project).map_err(|error| error.to_string())
}

/// Writes a project under its name, whole or not at all; where it lies then. Another file of that name is kept beside it, with
/// a `~` behind its name.
pub(crate) fn save(folder: &Path, project: &Project) -> Result<PathBuf, String> {
    write(folder, &project.name, "json", json::write(project).as_bytes())
}

/// Writes what plays as a MIDI file: the song, or one pass of the pattern, with its delays and swing as they sound.
pub(crate) fn export_midi(
    folder: &Path,
    project: &Project,
    performance: &Performance,
) -> Result<PathBuf, String> {
    let what = Print::cycles(project, performance, 1).as_heard(project);
    let printed = smf::print(project, performance, what);
    let bytes = smf::write(project, performance, &printed, Tick::ZERO, FileDivision::UnlessLossy);
    write(folder, &project.name, "mid", &bytes)
}

fn write(folder: &Path, name: &str, extension: &str, bytes: &[u8]) -> Result<PathBuf, String> {
    let name: String = name
        .trim()
        .chars()
        .map(
            |letter| {
                if letter.is_alphanumeric() || " -_.+#'".contains(letter) { letter } else { '-' }
            },
        )
        .collect();
    if name.trim_matches(['.', ' ', '-']).is_empty() {
        return Err("give it a name first".to_owned());
    }
    let path = folder.join(format!("{name}.{extension}"));
    let told = |error: std::io::Error| format!("{}: {error}", path.display());
    fs::create_dir_all(folder).map_err(told)?;
    let beside = folder.join(format!(".{name}.{extension}.part"));
    let keep_what_was_there = || match fs::read(&path) {
        Ok(before) if before != bytes => {
            let kept = folder.join(format!("{name}.{extension}~"));
            fs::copy(&path, kept).map(drop)
        }
        _ => Ok(()),
    };
    let written = fs::write(&beside, bytes)
        .and_then(|()| keep_what_was_there())
        .and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        // Half of it helps nobody.
        let _ = fs::remove_file(&beside);
    }
    written.map_err(told)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let path = env::temp_dir().join(format!("tresillo-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            Folder(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn what_is_saved_is_listed_and_the_same() {
        let folder = Folder::new("library");
        assert_eq!(list(&folder.0), (vec![], vec![]));
        let project = Project { name: "My beat".into(), ..Project::first_beat() };
        let path = save(&folder.0, &project).unwrap();
        assert!(path.ends_with("My beat.json"));
        export_midi(&folder.0, &project, &Performance::default()).unwrap();
        fs::write(folder.0.join("broken.json"), "junk").unwrap();
        fs::write(folder.0.join("notes.txt"), "nothing for us").unwrap();
        let (projects, problems) = list(&folder.0);
        assert_eq!(projects.len(), 2);
        assert!(projects.contains(&project));
        assert!(problems.len() == 1 && problems[0].contains("broken.json"), "{problems:?}");
        let left = fs::read_dir(&folder.0).unwrap().flatten();
        assert!(
            !left.into_iter().any(|entry| entry.file_name().to_string_lossy().contains("part"))
        );
    }

    #[test]
    fn what_was_there_before_is_kept() {
        let folder = Folder::new("kept");
        let project = Project { name: "Beat".into(), ..Project::first_beat() };
        let path = save(&folder.0, &project).unwrap();
        let before = fs::read(&path).unwrap();
        save(&folder.0, &project).unwrap();
        assert!(!folder.0.join("Beat.json~").exists(), "the same once more");
        save(&folder.0, &Project { seed: 9, ..project }).unwrap();
        assert_eq!(fs::read(folder.0.join("Beat.json~")).unwrap(), before);
        assert_eq!(list(&folder.0).0.len(), 1);
    }

    #[test]
    fn a_name_never_leaves_its_folder() {
        let folder = Folder::new("names");
        let named = |name: &str| Project { name: name.into(), ..Project::first_beat() };
        assert!(save(&folder.0, &named("")).is_err() && save(&folder.0, &named(" .. ")).is_err());
        let path = save(&folder.0, &named("../../etc/passwd")).unwrap();
        assert_eq!(path.parent(), Some(&*folder.0));
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_told() {
        let folder = Folder::new("file");
        fs::write(&folder.0, "a file").unwrap();
        let problem = save(&folder.0, &Project { name: "x".into(), ..Project::default() });
        assert!(problem.is_err_and(|problem| problem.contains("x.json")));
        let _ = fs::remove_file(&folder.0);
    }
}
