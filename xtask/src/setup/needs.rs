//! What the project uses of the system, and how each distribution calls it.

use std::process::Command;

use crate::run;

/// Something the system gives.
#[derive(Clone, Copy)]
pub(super) struct Need {
    pub(super) name: &'static str,
    /// What it is for.
    pub(super) purpose: &'static str,
    /// Whether nothing can be built without it.
    pub(super) is_required: bool,
    /// Whether a test uses it; else only `cargo xtask bench` does.
    pub(super) is_for_tests: bool,
    /// Whether this is the Python that the venv is made with.
    pub(super) is_python: bool,
    pub(super) is_here: fn() -> bool,
    /// Debian's and Ubuntu's packages.
    pub(super) debian: &'static [&'static str],
    pub(super) fedora: &'static [&'static str],
    pub(super) arch: &'static [&'static str],
}

/// Everything, the required first.
pub(super) const NEEDS: &[Need] = &[
    Need {
        name: "a C linker (cc)",
        purpose: "links every Rust program",
        is_required: true,
        is_for_tests: true,
        is_python: false,
        is_here: has_linker,
        debian: &["gcc", "libc6-dev"],
        fedora: &["gcc"],
        arch: &["gcc"],
    },
    Need {
        name: "python3 with venv",
        purpose: "runs minihost, the VST3 host of the tests; they are left out without it",
        is_required: false,
        is_for_tests: true,
        is_python: true,
        is_here: || python().is_some(),
        debian: &["python3", "python3-venv"],
        fedora: &["python3"],
        arch: &["python"],
    },
    Need {
        name: "valgrind",
        purpose: "counts instructions in `cargo xtask bench`",
        is_required: false,
        is_for_tests: false,
        is_python: false,
        is_here: || run::find_program("valgrind").is_some(),
        debian: &["valgrind"],
        fedora: &["valgrind"],
        arch: &["valgrind"],
    },
];

/// Those that a test uses.
pub(super) fn for_tests() -> Vec<Need> {
    NEEDS.iter().copied().filter(|need| need.is_for_tests).collect()
}

/// Rust links by `cc` and by no other name; on Windows the linker is its own business (`rustup` asks for it).
fn has_linker() -> bool {
    cfg!(windows) || run::find_program("cc").is_some()
}

/// A Python that can make a venv. Debian splits `ensurepip` off into a package of its own.
pub(super) fn python() -> Option<&'static str> {
    ["python3", "python"].into_iter().find(|name| {
        run::succeeds(
            Command::new(name)
                .args(["-c", "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))"]),
        )
    })
}
