//! Instruments, effects and sounds that the tests render with, and what they are compared with. They are looked for where
//! distributions of Linux put them; elsewhere nobody is asked for them.

use std::path::Path;

use crate::run;
use crate::setup::needs::{Need, Serves};

/// One by one, so that each says what is left out without it.
pub(super) const RENDERING: &[Need] = &[
    Need {
        is_here: || has("lv2/mda.lv2"),
        debian: &["mda-lv2"],
        fedora: &["lv2-mdala-plugins"],
        arch: &["mda.lv2"],
        ..plugins("mda's plugins in LV2")
    },
    Need {
        is_here: || has("lv2/Kars.lv2"),
        debian: &["dpf-plugins-lv2"],
        arch: &["dpf-plugins-lv2"],
        ..plugins("DPF's plugins in LV2")
    },
    Need {
        is_here: || has("lv2/synthv1.lv2"),
        debian: &["synthv1-lv2"],
        fedora: &["lv2-synthv1"],
        arch: &["synthv1"],
        ..plugins("synthv1 in LV2")
    },
    Need {
        is_here: || has("lv2/padthv1.lv2"),
        debian: &["padthv1-lv2"],
        fedora: &["lv2-padthv1"],
        arch: &["padthv1"],
        ..plugins("padthv1 in LV2")
    },
    Need {
        is_here: || has("lv2/ZynAddSubFX.lv2"),
        debian: &["zynaddsubfx-lv2"],
        fedora: &["zynaddsubfx"],
        arch: &["zynaddsubfx"],
        ..plugins("ZynAddSubFX in LV2")
    },
    Need {
        is_here: || {
            ["lv2/ZamTube.lv2", "clap/ZamTube.clap", "vst3/ZamTube.vst3"].into_iter().all(has)
        },
        debian: &["zam-plugins"],
        fedora: &["zam-plugins"],
        arch: &["zam-plugins-clap", "zam-plugins-vst3", "zam-plugins-lv2"],
        ..plugins("zam's effects in CLAP, VST3 and LV2")
    },
    Need {
        is_here: || has_font("TimGM6mb.sf2"),
        debian: &["timgm6mb-soundfont"],
        ..plugins("the SoundFont TimGM6mb")
    },
    Need {
        is_here: || has_font("FluidR3_GM.sf2"),
        debian: &["fluid-soundfont-gm"],
        fedora: &["fluid-soundfont-gm"],
        arch: &["soundfont-fluid"],
        ..plugins("the SoundFont FluidR3")
    },
    Need {
        purpose: "SoundFonts are compared with it; these tests are left out without it",
        is_here: || is_elsewhere() || run::find_program("fluidsynth").is_some(),
        debian: &["fluidsynth"],
        fedora: &["fluidsynth"],
        arch: &["fluidsynth"],
        ..plugins("fluidsynth")
    },
    Need {
        purpose: "libraries that plugins of Debian trixie link",
        serves: Serves::Trixie,
        is_here: has_libraries,
        debian: &[
            "libcairo2",
            "libgl1",
            "libpangocairo-1.0-0",
            "libpangoft2-1.0-0",
            "libprojectm3",
            "libsndfile1",
            "libxcb-cursor0",
            "libxcb-util1",
            "libxcb-xkb1",
            "libxcursor1",
            "libxkbcommon-x11-0",
            "libxrandr2",
        ],
        ..plugins("libraries of windows and sound files")
    },
    Need {
        purpose: "a peer of `cargo xtask bench render`",
        serves: Serves::Bench,
        is_here: || is_elsewhere() || run::find_program("timidity").is_some(),
        debian: &["timidity"],
        fedora: &["timidity++"],
        arch: &["timidity++"],
        ..plugins("timidity")
    },
];

/// What most of them have in common.
const fn plugins(name: &'static str) -> Need {
    Need {
        name,
        purpose: "rendered with by the tests; those are left out without it",
        serves: Serves::Rendering,
        is_here: is_elsewhere,
        debian: &[],
        fedora: &[],
        arch: &[],
    }
}

/// Not on Linux.
fn is_elsewhere() -> bool {
    !cfg!(target_os = "linux")
}

/// Whether a bundle is among the installed ones.
fn has(bundle: &str) -> bool {
    let folders = ["/usr/lib", "/usr/lib64", "/usr/local/lib"];
    is_elsewhere() || folders.iter().any(|folder| Path::new(folder).join(bundle).exists())
}

/// The same for a SoundFont.
fn has_font(name: &str) -> bool {
    let folders = ["/usr/share/sounds/sf2", "/usr/share/soundfonts"];
    is_elsewhere() || folders.iter().any(|folder| Path::new(folder).join(name).exists())
}

/// Whether the libraries are here that plugins of Debian trixie link, where Debian puts them.
fn has_libraries() -> bool {
    let folder = format!("/usr/lib/{}-linux-gnu", std::env::consts::ARCH);
    let names = [
        "libGL.so.1",
        "libXcursor.so.1",
        "libXrandr.so.2",
        "libcairo.so.2",
        "libpangocairo-1.0.so.0",
        "libpangoft2-1.0.so.0",
        "libprojectM.so.3",
        "libsndfile.so.1",
        "libxcb-cursor.so.0",
        "libxcb-util.so.1",
        "libxcb-xkb.so.1",
        "libxkbcommon-x11.so.0",
    ];
    names.iter().all(|name| Path::new(&folder).join(name).exists())
}
