//! What the tests of the readers share: files that no one here wrote, and damage.

use std::path::Path;

use damage::Syntax;

/// The shared files with one of these extensions, by name; none, and a word about it, where they are absent.
///
/// They lie in `shared/data` beside the project, or further up where the project is a worktree.
#[allow(clippy::print_stdout, reason = "what was skipped is said in the test's output")]
pub(crate) fn files(folder: &str, extensions: &[&str]) -> Vec<(String, Vec<u8>)> {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().skip(2).take(3);
    let mut folders = above.map(|up| up.join("shared/data").join(folder));
    let Some(entries) = folders.find_map(|folder| std::fs::read_dir(folder).ok()) else {
        println!("skipped: no ../shared/data/{folder} beside the project");
        return Vec::new();
    };
    let mut files: Vec<(String, Vec<u8>)> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| extensions.iter().any(|x| e == *x)))
        .filter_map(|path| {
            let name = path.file_name()?.to_string_lossy().into_owned();
            Some((name, std::fs::read(&path).ok()?))
        })
        .collect();
    files.sort();
    files
}

/// So many damaged versions of `seeds`, the same in every run, half of them with their syntax kept.
pub(crate) fn mutated(
    syntax: Syntax,
    seeds: &[Vec<u8>],
    count: u64,
) -> impl Iterator<Item = Vec<u8>> {
    (0..count).map(move |index| damage::mutate(syntax, seeds, index))
}

#[path = "../../examples/fuzz_formats/damage.rs"]
pub(crate) mod damage;

#[path = "../../examples/fuzz_formats/readers.rs"]
pub(crate) mod readers;
