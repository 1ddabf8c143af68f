//! Lists the factory patterns, so that the browser has all that lie in `presets/patterns`.

use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says"));
    let folder = root.join("../presets/patterns");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a folder that can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    paths.sort();
    let mut list = String::from("pub(crate) const FACTORY: &[&str] = &[\n");
    for path in &paths {
        let path = fs::canonicalize(path).expect("a file that was listed is there");
        list.push_str(&format!("    include_str!({:?}),\n", path.display().to_string()));
    }
    list.push_str("];\n");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo says"));
    fs::write(Path::new(&out).join("factory.rs"), list).expect("the build folder can be written");
}
