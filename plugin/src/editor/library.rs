//! The user's own patterns: files in a folder of theirs, which the browser shows behind the factory's.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use tresillo_pattern::document::{Groove, StepSize};
use tresillo_pattern::format::{hydrogen, json, notation, steppy};
use tresillo_pattern::smf::{self, FileDivision, ImportOptions, Print, Timing};
use tresillo_pattern::{Performance, Project, Tick};

/// Where a user's patterns lie: the folder of [`home`], and `patterns` in it.
pub(crate) fn folder() -> Option<PathBuf> {
    Some(home()?.join("patterns"))
}

/// Where everything of a user's lies: the system's folder for the data of programs, and `tresillo` in it.
///
/// Linux: `$XDG_DATA_HOME`, else `~/.local/share`; macOS: `~/Library/Application Support`; Windows: `%APPDATA%`.
pub(crate) fn home() -> Option<PathBuf> {
    let of = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = match env::consts::OS {
        "windows" => of("APPDATA")?,
        "macos" => of("HOME")?.join("Library/Application Support"),
        _ => of("XDG_DATA_HOME").or_else(|| Some(of("HOME")?.join(".local/share")))?,
    };
    Some(data.join("tresillo"))
}

/// Where the program without a host keeps what was on its desk.
pub(crate) fn session() -> Option<PathBuf> {
    Some(home()?.join("session.json"))
}

/// The projects in a folder, and the MIDI files, each under the name of its file; and what could not be read, in a sentence.
pub(crate) fn list(folder: &Path) -> (Vec<Project>, Vec<String>) {
    let (mut projects, mut problems) = (Vec::new(), Vec::new());
    let Ok(entries) = fs::read_dir(folder) else { return (projects, problems) };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or("");
        if !EXTENSIONS.contains(&extension.to_lowercase().as_str()) {
            continue;
        }
        match open(&path, false) {
            Ok((project, _)) => projects.push(Project { name, ..project }),
            Err(problem) => problems.push(format!("{}: {problem}", path.display())),
        }
    }
    (projects, problems)
}

/// The kinds of files that can be opened.
pub(crate) const EXTENSIONS: [&str; 6] = ["json", "mid", "midi", "txt", "h2pattern", "h2song"];

/// Reads a file of any kind: a project, StepPy's, a MIDI file, notation, Hydrogen's; with remarks on what was odd in it.
///
/// # Errors
/// Why it cannot be read, in a sentence.
pub(crate) fn open(path: &Path, quantises: bool) -> Result<(Project, Vec<String>), String> {
    /// Errors and remarks, as sentences.
    fn told<T, W: ToString, E: ToString>(
        read: Result<(T, Vec<W>), E>,
    ) -> Result<(T, Vec<String>), String> {
        let (value, remarks) = read.map_err(|error| error.to_string())?;
        Ok((value, remarks.iter().map(ToString::to_string).collect()))
    }
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or("");
    match extension.to_lowercase().as_str() {
        "json" if steppy::looks_like_steppy(&bytes) => told(steppy::read(&bytes)),
        "json" => told(json::read(&bytes)),
        "txt" => told(notation::read(&String::from_utf8_lossy(&bytes))),
        "h2pattern" | "h2song" => {
            let (read, remarks) = told(hydrogen::read(&bytes))?;
            Ok((read.project, remarks))
        }
        _ => {
            let (file, mut remarks) = told(smf::read(&bytes))?;
            let timing = if quantises { Timing::Quantise } else { Timing::Keep };
            let options = ImportOptions { timing, ..ImportOptions::default() };
            let (project, more) = told(smf::import(&file, &options))?;
            remarks.extend(more);
            Ok((project, remarks))
        }
    }
}

/// The groove of a MIDI file, of so many places.
///
/// # Errors
/// Why there is none, in a sentence.
pub(crate) fn groove(path: &Path, unit: StepSize, place_count: usize) -> Result<Groove, String> {
    let bytes = fs::read(path).map_err(|error| error.to_string())?;
    let (file, _) = smf::read(&bytes).map_err(|error| error.to_string())?;
    smf::groove(&file, unit, place_count).map_err(|error| error.to_string())
}

/// Writes a project under a name, whole or not at all; where it lies then. Another file of that name is kept beside it, with a
/// `~` behind its name.
pub(crate) fn save(folder: &Path, name: &str, project: &Project) -> Result<PathBuf, String> {
    write(folder, name, "json", json::write(project).as_bytes())
}

/// Writes what plays as a MIDI file: the song, or one pass of the pattern, with its delays and swing as they sound.
pub(crate) fn export_midi(
    folder: &Path,
    name: &str,
    project: &Project,
    performance: &Performance,
) -> Result<PathBuf, String> {
    let what = Print::cycles(project, performance, 1).as_heard(project);
    let printed = smf::print(project, performance, what);
    let bytes = smf::write(project, performance, &printed, Tick::ZERO, FileDivision::UnlessLossy);
    write(folder, name, "mid", &bytes)
}

/// A name as a file may have it, which never leaves its folder; `None` where nothing is left of it.
pub(crate) fn file_name(name: &str) -> Option<String> {
    let name: String = name
        .trim()
        .chars()
        .map(
            |letter| {
                if letter.is_alphanumeric() || " -_.+#'".contains(letter) { letter } else { '-' }
            },
        )
        .collect();
    (!name.trim_matches(['.', ' ', '-']).is_empty()).then_some(name)
}

fn write(folder: &Path, name: &str, extension: &str, bytes: &[u8]) -> Result<PathBuf, String> {
    let name = file_name(name).ok_or("give it a name first")?;
    // Who types the ending means this file.
    let ending = format!(".{extension}");
    let length = name.len().saturating_sub(ending.len());
    let name = match name.get(length..) {
        Some(end) if length > 0 && end.eq_ignore_ascii_case(&ending) => &name[..length],
        _ => name.as_str(),
    };
    let path = folder.join(format!("{name}.{extension}"));
    if fs::read(&path).is_ok_and(|before| before != bytes) {
        let kept = folder.join(format!("{name}.{extension}~"));
        fs::copy(&path, kept).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    replace(&path, bytes).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(path)
}

/// Writes a project where a path says, whole or not at all; what was there is gone.
pub(crate) fn save_at(path: &Path, project: &Project) -> Result<(), String> {
    let text = json::write(project);
    replace(path, text.as_bytes()).map_err(|error| format!("{}: {error}", path.display()))
}

/// Puts a file in its place, whole or not at all, and makes the folders that lead to it.
///
/// # Errors
/// What the system says.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Two instances may write at once, in one process or in two.
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let (process, count) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let beside = path.with_file_name(format!(".{name}.{process}-{count}.part"));
    let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // Half of it helps nobody.
        let _ = fs::remove_file(&beside);
    }
    written
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
        let path = save(&folder.0, &project.name, &project).unwrap();
        assert!(path.ends_with("My beat.json"));
        export_midi(&folder.0, &project.name, &project, &Performance::default()).unwrap();
        fs::write(folder.0.join("broken.json"), "junk").unwrap();
        fs::write(folder.0.join("notes.md"), "nothing for us").unwrap();
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
        let path = save(&folder.0, &project.name, &project).unwrap();
        let before = fs::read(&path).unwrap();
        save(&folder.0, &project.name, &project).unwrap();
        assert!(!folder.0.join("Beat.json~").exists(), "the same once more");
        save(&folder.0, "Beat", &Project { seed: 9, ..project }).unwrap();
        assert_eq!(fs::read(folder.0.join("Beat.json~")).unwrap(), before);
        assert_eq!(list(&folder.0).0.len(), 1);
    }

    #[test]
    fn a_name_never_leaves_its_folder() {
        let folder = Folder::new("names");
        let beat = Project::first_beat();
        assert!(save(&folder.0, "", &beat).is_err() && save(&folder.0, " .. ", &beat).is_err());
        assert!(save(&folder.0, "beat.JSON", &beat).unwrap().ends_with("beat.json"));
        assert!(save(&folder.0, "v1.2", &beat).unwrap().ends_with("v1.2.json"));
        let path = save(&folder.0, "../../etc/passwd", &beat).unwrap();
        assert_eq!(path.parent(), Some(&*folder.0));
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_told() {
        let folder = Folder::new("file");
        fs::write(&folder.0, "a file").unwrap();
        let problem = save(&folder.0, "x", &Project::default());
        assert!(problem.is_err_and(|problem| problem.contains("x.json")));
        let _ = fs::remove_file(&folder.0);
    }
}
