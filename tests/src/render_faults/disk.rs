//! Places that cannot be written.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;

use crate::booth::Booth;
use crate::command::Ran;
use crate::paths;
use crate::piece::Piece;
use crate::registry::trial;
use crate::render_faults::booth;

type Test = fn() -> Result<()>;

pub(super) fn tests() -> Vec<Trial> {
    let tests: &[(&str, Test)] = &[
        ("render_faults_a_file_that_grows_too_large_for_the_system", too_large),
        ("render_faults_a_device_that_is_full", device),
        ("render_faults_a_folder_that_is_none", no_folder),
    ];
    let root = can_write_anywhere().then_some("this user may write to any folder");
    let read_only = trial("render_faults_a_folder_that_may_not_be_written", root, read_only);
    tests.iter().map(|&(name, test)| trial(name, None, test)).chain([read_only]).collect()
}

/// Whether permissions stop nobody here, as for root.
fn can_write_anywhere() -> bool {
    let tried = || -> Result<bool> {
        let folder = tempfile::tempdir()?;
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555))?;
        Ok(fs::write(folder.path().join("a"), "").is_ok())
    };
    tried().unwrap_or(true)
}

/// A limit on the size of files stands for a full disk, which no test can have without rights of its own: writing fails in
/// the same places. The signal that comes with it is ignored, as the disk's would not come at all.
fn too_large() -> Result<()> {
    let booth = booth()?;
    let mut piece = Piece::new(480);
    piece.note(0, 0, (60, 100), (0, 240));
    piece.end(480 * 8);
    booth.room.write("long.mid", piece.bytes())?;
    let before = booth.room.names()?;
    for line in [
        // 4 s are 1.5 MB; the limit is 64 KiB.
        "render long.mid -o x.wav",
        "render long.mid -o x.wav -p @impulse",
        "render long.mid -o x.flac -p @impulse --normalize peak",
        "render long.mid -o x.wav -p @impulse --normalize -20",
        "note 60 --tail 4 -o x.wav -p @lv2:impulse",
    ] {
        let ran = limited(&booth, line)?;
        ensure!(ran.code == 1, "{line}: ended with {}: {}", ran.code, ran.err);
        let errors: Vec<&str> = ran.err.lines().filter(|l| !l.starts_with("warning: ")).collect();
        ensure!(
            errors.len() == 1
                && errors[0].starts_with("error: ")
                && errors[0].contains("writing x."),
            "{line}: {}",
            ran.err
        );
        ensure!(booth.room.names()? == before, "{line} left {:?}", booth.room.names()?);
        booth.is_deserted()?;
    }
    // The second file of two is too large: the first is there.
    let ran = limited(&booth, "render a.mid long.mid --rate 8000 -p @impulse --tail none")?;
    ensure!(ran.code == 1 && ran.err.contains("error: writing long.wav"), "{}", ran.err);
    ensure!(booth.room.names()? == ["a.mid", "a.wav", "long.mid"], "{:?}", booth.room.names()?);
    Ok(())
}

/// Runs a line of which no file may be longer than 64 KiB.
fn limited(booth: &Booth, line: &str) -> Result<Ran> {
    let mut words: Vec<OsString> = vec![paths::tresillo().into_os_string()];
    words.extend(booth.words("clap", line).into_iter().map(OsString::from));
    let script = "trap '' XFSZ; ulimit -f 64; exec \"$@\"";
    let output = Command::new("bash")
        .args(["-c", script, "bash"])
        .args(words)
        .current_dir(booth.room.path())
        .output()
        .context("starting bash")?;
    Ran::of(output)
}

/// Standard output may be a full device; the render itself is fine.
fn device() -> Result<()> {
    let booth = booth()?;
    let full = fs::OpenOptions::new().write(true).open("/dev/full").context("opening /dev/full")?;
    let mut command = booth.room.command(&booth.words("clap", "render a.mid -p @impulse --json"));
    let output = command.stdout(full).output().context("starting tresillo")?;
    let ran = Ran::of(output)?;
    ensure!(ran.err.contains("error: writing to standard output: "), "{}", ran.err);
    ensure!(ran.code == 1 && ran.err.lines().count() == 1, "{}: {}", ran.code, ran.err);
    ensure!(booth.sound("a.wav")?.onsets().len() == 2, "no sound");
    // A device is no place for a file that appears whole.
    let before = fs::metadata("/dev/full")?.permissions();
    let ran = booth.run("clap", "render a.mid -p @impulse -o /dev/full")?;
    ensure!(
        ran.code == 2 && ran.err.contains("the name should end in .wav or .flac"),
        "{}",
        ran.err
    );
    ensure!(fs::metadata("/dev/full")?.permissions() == before, "/dev/full was touched");
    Ok(())
}

/// A file where a folder should be stops every user, root too.
fn no_folder() -> Result<()> {
    let booth = booth()?;
    let sentence = "a.mid is no folder; choose another with -o or --out-dir";
    for format in ["clap", "vst3", "lv2"] {
        booth.fail(format, "render a.mid -p @impulse -o a.mid/x.wav", 1, sentence)?;
        booth.fail(format, "render a.mid -p @impulse --out-dir a.mid/deep/er", 1, "writing ")?;
    }
    let sentence = "writing folder.wav: it is a folder";
    fs::create_dir(booth.room.path().join("folder.wav"))?;
    booth.fail("clap", "render a.mid -p @impulse -o folder.wav", 1, sentence)?;
    booth.fail("clap", "render a.mid -p @impulse --out-dir /proc/absent", 1, "/proc/absent")?;
    booth.fail(
        "clap",
        "note 60 -p @impulse -p @gain --save-state a.mid/x.state",
        1,
        "a.mid is no folder",
    )
}

fn read_only() -> Result<()> {
    let booth = booth()?;
    let folder = booth.room.path().join("closed");
    fs::create_dir(&folder)?;
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555))?;
    let sentence = "the folder closed may not be written; choose another with -o or --out-dir";
    booth.fail("clap", "render a.mid -p @impulse --out-dir closed", 1, sentence)?;
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755))?;
    Ok(())
}
