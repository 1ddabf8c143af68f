//! Tresillo as a program of its own: the framework's window and sound card around the instance that sounds by itself.

pub(crate) mod farewell;

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use nice_plug::prelude::{AudioIOLayout, MidiConfig, nice_export_standalone_with_args};

use crate::{Format, STEREO, Sequencer};

/// A program: it sounds by itself, and has a transport of its own.
pub struct Standalone;

impl Format for Standalone {
    const NAME: &'static str = crate::NAME;
    const LAYOUTS: &'static [AudioIOLayout] = STEREO;
    const MIDI_INPUT: MidiConfig = MidiConfig::MidiCCs;
    const SOUNDS: bool = true;
    const IS_TOLD_LATE: bool = false;
    const IS_ALONE: bool = true;

    fn follows() -> bool {
        IS_WITH_JACK.load(Ordering::Relaxed)
    }
}

/// Whether the sound goes to JACK. Its transport is a real one, which others start and stop; those of the other backends roll
/// all the time.
static IS_WITH_JACK: AtomicBool = AtomicBool::new(false);

/// Opens the window and plays until it is closed; `arguments` as the system gives them, the program's name first.
pub fn run(arguments: impl IntoIterator<Item = String>) -> ExitCode {
    let mut arguments: Vec<String> = arguments.into_iter().collect();
    if let Err(refusal) = check(&arguments) {
        tell(&refusal);
        return ExitCode::from(WRONG_ARGUMENTS);
    }
    // The framework goes on without a window, and says so; without a window nobody can start it.
    if cfg!(target_os = "linux")
        && opens_window(&arguments)
        && std::env::var_os("DISPLAY").is_none()
    {
        tell("there is no X display to open the window on; the variable DISPLAY is not set");
        return ExitCode::FAILURE;
    }
    if may_be_jack(&arguments)
        && let Some((sample_rate_hz, frames_max)) = jack_settings()
    {
        IS_WITH_JACK.store(true, Ordering::Relaxed);
        replace(&mut arguments, &SAMPLE_RATE, sample_rate_hz);
        replace(&mut arguments, &PERIOD, frames_max);
    }
    match nice_export_standalone_with_args::<Sequencer<Standalone>, _>(arguments) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Whether the framework will get as far as the window.
fn opens_window(arguments: &[String]) -> bool {
    !arguments.iter().any(|word| matches!(word.as_str(), "-h" | "--help" | "-V" | "--version"))
}

/// What the framework ends with, too, when it does not understand its arguments.
const WRONG_ARGUMENTS: u8 = 2;

/// The long and the short name of an option.
type Names = (&'static str, &'static str);

const BACKEND: Names = ("--backend", "-b");
const SAMPLE_RATE: Names = ("--sample-rate", "-r");
const PERIOD: Names = ("--period-size", "-p");

/// The values of an option, each with its place and how many words it takes there, as the framework reads them:
/// `--name value`, `--name=value`, `-n value`, `-nvalue` and `-n=value`.
fn values(arguments: &[String], (long, short): Names) -> Vec<(usize, usize, &str)> {
    let mut values = Vec::new();
    for (place, word) in arguments.iter().enumerate().skip(1) {
        let inline = |name: &str| word.strip_prefix(name);
        if word == long || word == short {
            let next = arguments.get(place + 1);
            values.extend(next.map(|value| (place, 2, value.as_str())));
        } else if let Some(value) = inline(long).and_then(|rest| rest.strip_prefix('=')) {
            values.push((place, 1, value));
        } else if let Some(value) = inline(short).filter(|_| !word.starts_with("--")) {
            values.push((place, 1, value.strip_prefix('=').unwrap_or(value)));
        }
    }
    values
}

/// Gives an option another value.
fn replace(arguments: &mut Vec<String>, names: &Names, value: String) {
    if let [(place, word_count, _)] = values(arguments, *names)[..] {
        arguments.drain(place..place + word_count);
    }
    arguments.extend([names.0.to_owned(), value]);
}

/// Refuses numbers that the framework takes and then fails on, in a thread of its own or without a word.
fn check(arguments: &[String]) -> Result<(), String> {
    for (name, range) in [(SAMPLE_RATE, 8000.0..=768_000.0), (PERIOD, 1.0..=16_384.0)] {
        for (_, _, value) in values(arguments, name) {
            // What is no number at all is the framework's to refuse.
            if let Ok(number) = value.parse::<f64>()
                && !range.contains(&number)
            {
                let (least, most) = range.into_inner();
                return Err(format!("{} {value} is not from {least} to {most}", name.0));
            }
        }
    }
    Ok(())
}

/// Whether the framework will try JACK, and first.
fn may_be_jack(arguments: &[String]) -> bool {
    matches!(values(arguments, BACKEND)[..], [] | [(.., "auto" | "jack")])
}

/// Frames a second and in a block of the JACK server, if one runs.
///
/// nice-plug 0.4.2 goes by its own options there (`wrapper/standalone/wrapper.rs`): with a server at another rate it would play
/// at the wrong pitch and tempo.
fn jack_settings() -> Option<(String, String)> {
    jack::set_logger(jack::LoggerType::None);
    let options = jack::ClientOptions::NO_START_SERVER;
    let (client, _) = jack::Client::new("tresillo_asks", options).ok()?;
    Some((client.sample_rate().to_string(), client.buffer_size().to_string()))
}

#[allow(clippy::print_stderr, reason = "a program talks to a terminal")]
fn tell(refusal: &str) {
    eprintln!("error: {refusal}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn an_option_is_found_however_it_is_written() {
        for line in ["x --backend jack", "x --backend=jack", "x -b jack", "x -bjack", "x -b=jack"] {
            assert!(matches!(values(&words(line), BACKEND)[..], [(1, _, "jack")]), "{line}");
            assert!(may_be_jack(&words(line)), "{line}");
        }
        assert!(may_be_jack(&words("-b alsa")), "the program's name is no option");
        assert!(may_be_jack(&words("x --backend auto")));
        assert!(!may_be_jack(&words("x --backend alsa")));
        assert_eq!(values(&words("x --backend"), BACKEND), []);
    }

    #[test]
    fn help_needs_no_window() {
        assert!(opens_window(&words("x -b jack")));
        assert!(!opens_window(&words("x -b jack --help")) && !opens_window(&words("x -h")));
    }

    #[test]
    fn an_option_is_given_once() {
        for line in ["x -r 44100 -b jack", "x --sample-rate=44100 -b jack", "x -b jack"] {
            let mut arguments = words(line);
            replace(&mut arguments, &SAMPLE_RATE, "96000".to_owned());
            assert_eq!(arguments.join(" "), "x -b jack --sample-rate 96000");
        }
    }

    #[test]
    fn numbers_that_nothing_can_play_at_are_refused() {
        for line in ["x -r 0", "x --sample-rate=-1", "x -r nan", "x -p 0", "x --period-size 99999"]
        {
            assert!(check(&words(line)).is_err(), "{line}");
        }
        for line in ["x", "x -r 44100 -p 64", "x -r fast"] {
            assert_eq!(check(&words(line)), Ok(()), "{line}");
        }
    }
}
