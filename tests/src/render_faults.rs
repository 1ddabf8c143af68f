//! What can go wrong costs one job and is one sentence; nothing is left behind.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use libtest_mimic::Trial;

use crate::booth::{Booth, FORMATS};
use crate::piece::Piece;
use crate::registry::trial;

mod disk;
mod misbehaviour;
mod settings;

type Test = fn() -> Result<()>;

/// The tests of this module.
#[must_use]
pub fn tests() -> Vec<Trial> {
    let tests: &[(&str, Test)] = &[
        ("render_faults_a_plugin_that_is_not_there", absent),
        ("render_faults_a_file_that_is_no_plugin", no_plugin),
        ("render_faults_a_plugin_for_another_processor_or_system", foreign),
        ("render_faults_a_folder_that_is_no_bundle", no_bundle),
        ("render_faults_an_effect_first_or_an_instrument_behind_another", order),
        ("render_faults_an_id_that_the_file_does_not_hold", no_such_id),
    ];
    let own = tests.iter().map(|&(name, test)| trial(name, None, test));
    own.chain(settings::tests()).chain(misbehaviour::tests()).chain(disk::tests()).collect()
}

/// A booth with two notes in `a.mid`.
fn booth() -> Result<Booth> {
    let booth = Booth::new()?;
    booth.room.write("a.mid", notes())?;
    Ok(booth)
}

/// Two notes.
fn notes() -> Vec<u8> {
    let mut piece = Piece::new(480);
    piece.note(0, 0, (60, 100), (0, 240));
    piece.note(0, 0, (67, 80), (480, 700));
    piece.bytes()
}

fn absent() -> Result<()> {
    let booth = booth()?;
    for (plugin, sentence) in [
        ("absent.clap", "absent.clap: there is no such file; `tresillo plugins` lists"),
        ("absent.vst3#Synth", "absent.vst3: there is no such file"),
        ("absent/a.lv2", "absent/a.lv2: there is no such file"),
        ("absent.sf2", "absent.sf2: there is no such file"),
        ("https://tresillo.example/absent", "https://tresillo.example/absent"),
        ("NoSuchSynth", "NoSuchSynth"),
    ] {
        booth.fail("", &format!("render a.mid -p {plugin}"), 1, sentence)?;
        booth.fail("", &format!("render a.mid -p builtin -p {plugin}"), 1, sentence)?;
        booth.fail("", &format!("note 60 -p {plugin}"), 1, sentence)?;
    }
    Ok(())
}

fn no_plugin() -> Result<()> {
    let booth = booth()?;
    let cases: [(&str, &[u8]); 4] = [
        ("text.clap", b"This is a letter."),
        ("empty.clap", b""),
        ("text.vst3", b"#!/bin/sh\nexit 0\n"),
        ("text.sf2", b"RIFF but no more"),
    ];
    for (name, bytes) in cases {
        booth.room.write(name, bytes)?;
        booth.fail("", &format!("render a.mid -p {name}"), 1, name)?;
    }
    booth.room.write("plugin.dll", "MZ")?;
    booth.fail("", "render a.mid -p plugin.dll", 1, "its name does not end in .clap")?;
    // Code of this very system and processor that holds no plugin: the plugins of another format.
    let library = booth.plugins().lv2_bundle().join("test.so");
    let code = fs::read(&library)?;
    booth.room.write("cut.clap", code.get(..code.len() / 2).context("too short")?)?;
    booth.fail("", "render a.mid -p cut.clap", 1, "cut.clap")?;
    let program = fs::read("/bin/true").unwrap_or_default();
    if !program.is_empty() {
        booth.room.write("program.clap", program)?;
        booth.fail("", "render a.mid -p program.clap", 1, "program.clap")?;
    }
    Ok(())
}

/// The library of the tests, for a processor that this is not: the machine in an ELF header is its bytes 18 and 19.
fn foreign() -> Result<()> {
    let booth = booth()?;
    let mut code = fs::read(booth.plugins().clap_file())?;
    let machine: u16 = if cfg!(target_arch = "aarch64") { 62 } else { 183 };
    let name = if cfg!(target_arch = "aarch64") { "x86_64" } else { "aarch64" };
    code.get_mut(18..20).context("too short")?.copy_from_slice(&machine.to_le_bytes());
    booth.room.write("other.clap", &code)?;
    let here = format!("and this is linux on {}", std::env::consts::ARCH);
    let sentence = format!("other.clap is for linux on {name}, {here}");
    booth.fail("", "render a.mid -p other.clap", 1, &sentence)?;
    let inside = format!("other.vst3/Contents/{}-linux", std::env::consts::ARCH);
    put(&booth, &format!("{inside}/other.so"), &code)?;
    booth.fail(
        "",
        "render a.mid -p other.vst3",
        1,
        &format!("other.vst3 is for linux on {name}"),
    )?;
    // A library for Windows: its header and nothing behind.
    let mut windows = b"MZ".to_vec();
    windows.resize(0x3C, 0);
    windows.extend(0x80u32.to_le_bytes());
    windows.resize(0x80, 0);
    windows.extend(b"PE\0\0\x64\x86");
    windows.resize(1024, 0);
    booth.room.write("windows.clap", &windows)?;
    booth.room.write("windows.vst3", &windows)?;
    for name in ["windows.clap", "windows.vst3"] {
        let sentence = format!("{name} is for windows on x86_64, {here}");
        booth.fail("", &format!("render a.mid -p {name}"), 1, &sentence)?;
        booth.fail("", &format!("render a.mid -p {name}"), 1, "--engine carla")?;
    }
    put(&booth, "only.vst3/Contents/x86_64-win/only.vst3", &windows)?;
    booth.fail("", "render a.mid -p only.vst3", 1, "x86_64-win")?;
    // An LV2 bundle whose library is for another processor.
    let bundle = booth.plugins().lv2_bundle();
    for name in ["manifest.ttl", "test.ttl"] {
        put(&booth, &format!("other.lv2/{name}"), &fs::read(bundle.join(name))?)?;
    }
    put(&booth, "other.lv2/test.so", &code)?;
    let uri = "https://tresillo.example/test#impulse";
    booth.fail("", &format!("render a.mid -p other.lv2#{uri}"), 1, "other.lv2")
}

fn put(booth: &Booth, name: &str, bytes: &[u8]) -> Result<()> {
    let path = booth.room.path().join(name);
    fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
    fs::write(path, bytes)?;
    Ok(())
}

fn no_bundle() -> Result<()> {
    let booth = booth()?;
    for (name, inside, sentence) in [
        ("a.vst3", "readme.txt", "a.vst3 is no VST3 bundle: there is no folder Contents in it"),
        ("b.vst3", "Contents/Resources/a.txt", "b.vst3"),
        ("c.lv2", "readme.txt", "c.lv2 is no LV2 bundle: there is no manifest.ttl in it"),
        ("d.clap", "readme.txt", "d.clap is a folder, and a CLAP plugin is a file here"),
        ("e.lv2", "manifest.ttl", "e.lv2"),
    ] {
        put(&booth, &format!("{name}/{inside}"), b"nothing")?;
        booth.fail("", &format!("render a.mid -p {name}"), 1, sentence)?;
    }
    Ok(())
}

fn order() -> Result<()> {
    let booth = booth()?;
    for format in FORMATS {
        let sentence = "is an effect, and what plays notes has to stand first, as in -p INSTRUMENT";
        for line in
            ["render a.mid -p @gain", "render a.mid -p @gain -p @impulse", "note 60 -p @echo"]
        {
            booth.fail(format, line, 1, sentence)?;
        }
        booth.fail(format, "render a.mid -p builtin --map 2=@gain", 1, sentence)?;
        let sentence = "is an instrument and would not hear what stands before it; to play it beside another, use --map";
        booth.fail(format, "render a.mid -p @impulse -p @impulse", 1, sentence)?;
        booth.fail(format, "render a.mid -p builtin -p @mono", 1, sentence)?;
    }
    Ok(())
}

fn no_such_id() -> Result<()> {
    let booth = booth()?;
    let plugins = booth.plugins();
    for path in [plugins.clap_file(), plugins.vst3_bundle(), plugins.lv2_bundle()] {
        let line = format!("render a.mid -p {}#no.such.id", path.display());
        booth.fail("", &line, 1, "no.such.id")?;
    }
    Ok(())
}
