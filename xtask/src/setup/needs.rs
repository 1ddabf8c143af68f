//! What the project uses of the system, and how each distribution calls it.

mod rendering;

use std::process::Command;

use crate::run;

/// What something of the system is used for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Serves {
    /// Nothing can be built without it.
    EveryBuild,
    /// The Python packages in the build folder.
    Venv,
    /// Steinberg's VST3 validator in the build folder.
    Validator,
    /// The second VST3 host of the tests.
    SecondHost,
    /// The tests of the real window.
    Window,
    /// The program of its own.
    Standalone,
    /// The test of the real window in a host of its own; it needs nothing more of the system.
    WindowHost,
    /// The tests of rendering.
    Rendering,
    /// Those of them that render with plugins of Debian trixie.
    Trixie,
    /// `cargo xtask bench` and nothing else.
    Bench,
    /// The Python packages that the bench compares with; they need nothing more of the system.
    Peers,
}

/// Something the system gives.
#[derive(Clone, Copy)]
pub(super) struct Need {
    pub(super) name: &'static str,
    /// What it is for.
    pub(super) purpose: &'static str,
    pub(super) serves: Serves,
    pub(super) is_here: fn() -> bool,
    /// Debian's and Ubuntu's packages.
    pub(super) debian: &'static [&'static str],
    pub(super) fedora: &'static [&'static str],
    pub(super) arch: &'static [&'static str],
}

/// Everything but [`rendering`]'s, the required first.
pub(super) const NEEDS: &[Need] = &[
    Need {
        name: "a C linker (cc)",
        purpose: "links every Rust program",
        serves: Serves::EveryBuild,
        is_here: has_linker,
        debian: &["gcc", "libc6-dev"],
        fedora: &["gcc"],
        arch: &["gcc"],
    },
    Need {
        name: "python3 with venv",
        purpose: "runs minihost, the VST3 host of the tests; they are left out without it",
        serves: Serves::Venv,
        is_here: || python().is_some(),
        debian: &["python3", "python3-venv"],
        fedora: &["python3"],
        arch: &["python"],
    },
    Need {
        name: "cmake and a C++ compiler",
        purpose: "build Steinberg's VST3 validator; its test is left out without it",
        serves: Serves::Validator,
        is_here: || ["cmake", "make", "c++"].iter().all(|name| run::find_program(name).is_some()),
        debian: &["cmake", "make", "g++"],
        fedora: &["cmake", "make", "gcc-c++"],
        arch: &["cmake", "make", "gcc"],
    },
    Need {
        name: "libxcb",
        purpose: "links the second VST3 host of the tests; its tests are left out without it",
        serves: Serves::SecondHost,
        is_here: has_xcb,
        debian: &["libxcb1-dev"],
        fedora: &["libxcb-devel"],
        arch: &["libxcb"],
    },
    Need {
        name: "Xvfb with software OpenGL",
        purpose: "shows the real window to the tests; they are left out without it",
        serves: Serves::Window,
        is_here: || !cfg!(target_os = "linux") || run::find_program("Xvfb").is_some(),
        debian: &["xvfb", "libgl1", "libgl1-mesa-dri"],
        fedora: &["xorg-x11-server-Xvfb", "mesa-dri-drivers"],
        arch: &["xorg-server-xvfb", "mesa"],
    },
    Need {
        name: "ALSA and JACK to build with",
        purpose: "tresillo-standalone is built with them; it and its tests are left out without them",
        serves: Serves::Standalone,
        is_here: has_sound,
        debian: &["pkg-config", "libasound2-dev", "libjack-jackd2-dev"],
        fedora: &[
            "pkgconf-pkg-config",
            "alsa-lib-devel",
            "pipewire-jack-audio-connection-kit-devel",
        ],
        arch: &["pkgconf", "alsa-lib", "pipewire-jack"],
    },
    Need {
        name: "valgrind",
        purpose: "counts instructions in `cargo xtask bench`",
        serves: Serves::Bench,
        is_here: || run::find_program("valgrind").is_some(),
        debian: &["valgrind"],
        fedora: &["valgrind"],
        arch: &["valgrind"],
    },
];

/// Those that serve one of these.
pub(super) fn serving(these: &[Serves]) -> Vec<Need> {
    NEEDS
        .iter()
        .chain(rendering::RENDERING)
        .copied()
        .filter(|need| these.contains(&need.serves))
        .collect()
}

/// Rust links by `cc` and by no other name; on Windows the linker is its own business (`rustup` asks for it).
fn has_linker() -> bool {
    cfg!(windows) || run::find_program("cc").is_some()
}

/// Only where windows are X11's.
pub(super) fn has_xcb() -> bool {
    !cfg!(target_os = "linux")
        || run::succeeds(Command::new("cc").args([
            "-shared",
            "-x",
            "c",
            "/dev/null",
            "-o",
            "/dev/null",
            "-lxcb",
        ]))
}

/// Only where the sound card is ALSA's. The crates of both ask pkg-config, and JACK's does so though it links nothing.
pub(super) fn has_sound() -> bool {
    !cfg!(target_os = "linux")
        || run::succeeds(Command::new("pkg-config").args(["--exists", "alsa", "jack"]))
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
