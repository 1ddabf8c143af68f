//! Whether a file of code is for this system, told before it is loaded.
//!
//! Sources: "System V Application Binary Interface" (gABI 4.1, chapter 4) and its register of machines for ELF; Apple's
//! `mach-o/loader.h` for Mach-O; Microsoft's "PE Format" for Windows.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail};
use libloading::Library;

use crate::instrument::{Format, vst3};

/// What code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Target {
    system: &'static str,
    processor: &'static str,
}

/// This program's own.
const HERE: Target = Target { system: std::env::consts::OS, processor: std::env::consts::ARCH };

/// Refuses what cannot be a plugin here: a folder that is no bundle, a bundle without code for this system, a file that is
/// for another system or processor, or that is no code at all.
///
/// # Errors
/// One sentence, with what to try.
pub fn check(path: &Path, format: Format) -> Result<()> {
    let shown = path.display();
    match format {
        Format::Builtin | Format::Soundfont => Ok(()),
        Format::Lv2 if path.is_dir() && path.join("manifest.ttl").is_file() => Ok(()),
        Format::Lv2 => bail!("{shown} is no LV2 bundle: there is no manifest.ttl in it"),
        Format::Clap if path.is_dir() && cfg!(target_os = "macos") => Ok(()),
        Format::Clap if path.is_dir() => {
            bail!(
                "{shown} is a folder, and a CLAP plugin is a file here; a folder is one for macOS"
            )
        }
        Format::Clap => check_file(path, path),
        Format::Vst3 if path.is_dir() => check_bundle(path),
        Format::Vst3 => check_file(path, path),
    }
}

fn check_bundle(bundle: &Path) -> Result<()> {
    if !bundle.join("Contents").is_dir() {
        bail!("{} is no VST3 bundle: there is no folder Contents in it", bundle.display());
    }
    check_file(&vst3::library(bundle)?, bundle)
}

/// Loads a library; an error is what the system says, in one line.
///
/// # Safety
/// As for [`Library::new`]: what the library does when it is loaded is its own.
#[allow(unsafe_code, reason = "loads foreign code")]
pub(super) unsafe fn load(file: &Path) -> Result<Library, String> {
    // SAFETY: the caller's.
    unsafe { Library::new(file) }.map_err(|error| {
        let inner = std::error::Error::source(&error).map(ToString::to_string);
        let text = inner.unwrap_or_else(|| error.to_string());
        // The name stands in the sentence already.
        let text = text.replace(&format!("{}: ", file.display()), "");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    })
}

fn check_file(code: &Path, plugin: &Path) -> Result<()> {
    let shown = plugin.display();
    let mut head = Vec::new();
    File::open(code)
        .and_then(|file| file.take(4096).read_to_end(&mut head))
        .with_context(|| format!("reading {shown}"))?;
    let Some(targets) = targets(&head) else {
        bail!("{shown} is no plugin: there is no code in it that any system runs");
    };
    if targets.contains(&HERE) {
        return Ok(());
    }
    let Some(other) = targets.first() else { return Ok(()) };
    let carla = if other.system == "windows" && cfg!(target_os = "linux") {
        "; Carla renders it through its bridge for Windows plugins (--engine carla)"
    } else {
        "; get its build for this system"
    };
    bail!(
        "{shown} is for {} on {}, and this is {} on {}{carla}",
        other.system,
        other.processor,
        HERE.system,
        HERE.processor
    )
}

/// What the code is for: several for a universal binary of macOS, none of which this names where it is another; `None` for
/// what is no code. A processor that this does not know is called so.
fn targets(head: &[u8]) -> Option<Vec<Target>> {
    let one = |system, processor| Some(vec![Target { system, processor }]);
    let half = |at: usize| {
        head.get(at..at + 2).and_then(|two| two.first_chunk()).map(|two| u16::from_le_bytes(*two))
    };
    let word = |at: usize, is_big: bool| {
        let four = *head.get(at..)?.first_chunk::<4>()?;
        Some(if is_big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
    };
    if head.starts_with(b"\x7fELF") {
        let is_wide = head.get(4) == Some(&2);
        let processor = match (half(18)?, is_wide) {
            (62, true) => "x86_64",
            (3, _) => "x86",
            (183, _) => "aarch64",
            (40, _) => "arm",
            (243, true) => "riscv64",
            (21, _) => "powerpc64",
            _ => "another processor",
        };
        return one("linux", processor);
    }
    if head.starts_with(b"MZ") {
        let at = usize::try_from(word(0x3C, false)?).ok()?;
        let processor = match half(at + 4) {
            Some(0x8664) => "x86_64",
            Some(0x014C) => "x86",
            Some(0xAA64) => "aarch64",
            _ => "another processor",
        };
        return one("windows", processor);
    }
    let mac = |kind: u32| match kind {
        0x0100_0007 => "x86_64",
        0x0100_000C => "aarch64",
        7 => "x86",
        _ => "another processor",
    };
    match (word(0, false)?, word(0, true)?) {
        (0xFEED_FACF | 0xFEED_FACE, _) => one("macos", mac(word(4, false)?)),
        (_, 0xCAFE_BABE) => {
            let count = usize::try_from(word(4, true)?.min(16)).ok()?;
            let kinds = (0..count).filter_map(|index| word(8 + 20 * index, true));
            Some(kinds.map(|kind| Target { system: "macos", processor: mac(kind) }).collect())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elf(class: u8, machine: u16) -> Vec<u8> {
        let mut head = b"\x7fELF".to_vec();
        head.push(class);
        head.resize(18, 0);
        head.extend_from_slice(&machine.to_le_bytes());
        head.resize(64, 0);
        head
    }

    #[test]
    fn code_says_what_it_is_for() {
        let mut windows = b"MZ".to_vec();
        windows.resize(0x3C, 0);
        windows.extend_from_slice(&0x80u32.to_le_bytes());
        windows.resize(0x80, 0);
        windows.extend_from_slice(b"PE\0\0\x64\x86");
        let mac = [0xCF, 0xFA, 0xED, 0xFE, 0x0C, 0, 0, 1].to_vec();
        let cases = [
            (elf(2, 62), "linux", "x86_64"),
            (elf(2, 183), "linux", "aarch64"),
            (elf(1, 3), "linux", "x86"),
            (windows, "windows", "x86_64"),
            (mac, "macos", "aarch64"),
        ];
        for (head, system, processor) in cases {
            assert_eq!(targets(&head), Some(vec![Target { system, processor }]));
        }
        assert_eq!(targets(b"#!/bin/sh\n"), None);
        assert_eq!(targets(b""), None);
    }

    #[test]
    fn what_is_no_plugin_here_is_told_before_it_is_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let told =
            |name: &str, format| check(&folder.path().join(name), format).unwrap_err().to_string();
        std::fs::create_dir_all(folder.path().join("a.vst3/Contents/x86_64-win")).unwrap();
        std::fs::create_dir(folder.path().join("b.vst3")).unwrap();
        std::fs::create_dir(folder.path().join("c.lv2")).unwrap();
        std::fs::write(folder.path().join("d.clap"), "text").unwrap();
        std::fs::write(folder.path().join("e.clap"), elf(2, 22)).unwrap();
        assert!(
            told("a.vst3", Format::Vst3).contains("but x86_64-win; install the plugin's build for")
        );
        assert!(
            told("b.vst3", Format::Vst3)
                .ends_with("is no VST3 bundle: there is no folder Contents in it")
        );
        assert!(
            told("c.lv2", Format::Lv2)
                .ends_with("is no LV2 bundle: there is no manifest.ttl in it")
        );
        assert!(told("d.clap", Format::Clap).contains("is no plugin: there is no code in it"));
        assert!(
            told("e.clap", Format::Clap).contains("is for linux on another processor, and this is")
        );
    }
}
