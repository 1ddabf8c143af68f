//! Starting other programs and hearing how they ended.

use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// The cargo that started us, else the one on the path.
pub(crate) fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// The command as one would type it, with the variables that were set for it.
pub(crate) fn typed(command: &Command) -> String {
    let mut words = Vec::new();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            words.push(format!("{}={}", name.to_string_lossy(), quoted(&value.to_string_lossy())));
        }
    }
    let program = command.get_program();
    let program =
        if program == cargo() { "cargo".into() } else { program.to_string_lossy().into_owned() };
    words.push(quoted(&program));
    words.extend(command.get_args().map(|word| quoted(&word.to_string_lossy())));
    words.join(" ")
}

fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./=:,+@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Runs it with what it prints shown as it comes.
///
/// # Errors
///
/// When it cannot be started or ends with another code than 0; the message holds the command to repeat it.
pub(crate) fn shown(command: &mut Command) -> Result<()> {
    let status = command.stdin(Stdio::null()).status().with_context(|| cannot_start(command))?;
    if !status.success() {
        bail!("this failed ({status}): {}", typed(command));
    }
    Ok(())
}

/// Runs it in silence; what it printed is shown only when it fails.
///
/// # Errors
///
/// As [`shown`].
pub(crate) fn silent(command: &mut Command) -> Result<Output> {
    let output = command.stdin(Stdio::null()).output().with_context(|| cannot_start(command))?;
    if !output.status.success() {
        eprint!("{}", String::from_utf8_lossy(&output.stdout));
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
        bail!("this failed ({}): {}", output.status, typed(command));
    }
    Ok(output)
}

/// Runs it in silence and returns its standard output.
///
/// # Errors
///
/// As [`shown`], and when the output is not text.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = silent(command)?;
    String::from_utf8(output.stdout)
        .with_context(|| format!("reading the output of {}", typed(command)))
}

/// Whether it can be started and ends with code 0. Nothing is shown.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn cannot_start(command: &Command) -> String {
    format!("starting {}", command.get_program().to_string_lossy())
}

/// Where on the path a program of this name lies.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(&file))
        .find(|path| path.is_file())
}

/// Runs a `cargo build …` and returns the files it made (also those that were up to date) for the target `target`.
///
/// Cargo's progress is shown on a terminal; elsewhere only warnings and errors are.
///
/// # Errors
///
/// When the build fails.
pub(crate) fn built_files(mut build: Command, target: &str) -> Result<Vec<PathBuf>> {
    build.arg("--message-format=json-render-diagnostics");
    if !io::stderr().is_terminal() {
        build.arg("--quiet");
    }
    let output = build
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| cannot_start(&build))?;
    if !output.status.success() {
        bail!("this failed ({}): {}", output.status, typed(&build));
    }
    Ok(files_of(&String::from_utf8_lossy(&output.stdout), target))
}

/// Cargo's messages, one JSON object a line → the files of `target`.
fn files_of(messages: &str, target: &str) -> Vec<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| {
            message["reason"] == "compiler-artifact" && message["target"]["name"] == target
        })
        .flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default())
        .filter_map(|file| file.as_str().map(PathBuf::from))
        .collect()
}

/// A duration for people: `0.4 s`, `12.0 s`, `2 min 05 s`.
pub(crate) fn spoken(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 60 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        let mut command = Command::new(cargo());
        command.args(["doc", "--no-deps", "it's"]).env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(typed(&command), r"RUSTDOCFLAGS='-D warnings' cargo doc --no-deps 'it'\''s'");
    }

    #[test]
    fn only_the_files_of_the_asked_target_are_found() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"other"},"filenames":["/t/other"]}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"it"},"filenames":["/t/it.so","/t/it.rlib"]}"#,
            "\nnot json\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        assert_eq!(
            files_of(messages, "it"),
            [PathBuf::from("/t/it.so"), PathBuf::from("/t/it.rlib")]
        );
    }

    #[test]
    fn durations_are_spoken_in_the_unit_people_use() {
        assert_eq!(spoken(Duration::from_millis(440)), "0.4 s");
        assert_eq!(spoken(Duration::from_millis(125_400)), "2 min 05 s");
    }

    #[test]
    fn a_program_that_is_not_there_is_not_found() {
        assert_eq!(find_program("no-such-program-of-that-name"), None);
        assert!(!succeeds(&mut Command::new("no-such-program-of-that-name")));
    }
}
