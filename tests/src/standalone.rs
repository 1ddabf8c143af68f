//! The program of its own, as a person starts it: with a window on a display of its own, and with JACK where that is.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use anyhow::{Context, Result, anyhow, bail, ensure};
use libtest_mimic::Trial;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{AtomEnum, ClientMessageEvent, ConnectionExt, EventMask};
use x11rb::rust_connection::RustConnection;

use crate::display::{Display, Picture};
use crate::paths;
use crate::registry::trial;

/// How long a start, a picture and an end may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The tests of this module.
#[must_use]
pub fn tests() -> Vec<Trial> {
    let on_display = missing().or(crate::display::missing());
    vec![
        trial("standalone_refuses_wrong_arguments", missing(), refuses_wrong_arguments),
        trial("standalone_refuses_to_run_unseen", on_display, refuses_without_display),
        trial("standalone_ends_with_its_window", on_display, || opens_and(End::Window)),
        trial("standalone_ends_when_it_is_told_to", on_display, || opens_and(End::Signal)),
        trial("standalone_with_jack", on_display.or(missing_jack()), with_jack),
    ]
}

fn missing() -> Option<&'static str> {
    let is_here = !cfg!(target_os = "linux")
        || Command::new("pkg-config")
            .args(["--exists", "alsa", "jack"])
            .status()
            .is_ok_and(|status| status.success());
    (!is_here)
        .then_some("ALSA's and JACK's headers are not here; cargo xtask setup says how to get them")
}

fn missing_jack() -> Option<&'static str> {
    let is_on_path = |name: &str| {
        env::var_os("PATH")
            .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(name).is_file()))
    };
    let is_here = ["jackd", "jack_lsp"].into_iter().all(is_on_path);
    (!is_here).then_some("jackd and jack_lsp are not here; Debian has them in its package jackd2")
}

/// The program, built by whoever needs it first.
fn program() -> Result<&'static Path> {
    static PROGRAM: LazyLock<Result<PathBuf, String>> =
        LazyLock::new(|| paths::build_standalone().map_err(|error| format!("{error:#}")));
    PROGRAM.as_deref().map_err(|error| anyhow!("{error}"))
}

fn refuses_wrong_arguments() -> Result<()> {
    for line in ["--no-such-option", "--backend gramophone", "--sample-rate 0", "--period-size 0"] {
        let output = Command::new(program()?)
            .args(line.split(' '))
            .env("DISPLAY", ":nowhere")
            .output()
            .context("starting the program")?;
        let told = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.code() == Some(2), "`{line}` ended with {}: {told}", output.status);
        let errors = told.lines().filter(|line| line.starts_with("error: ")).count();
        ensure!(errors == 1 && !told.contains("panicked"), "`{line}` said {told:?}");
    }
    Ok(())
}

fn refuses_without_display() -> Result<()> {
    let output = Command::new(program()?)
        .args(["--backend", "dummy"])
        .env_remove("DISPLAY")
        .output()
        .context("starting the program")?;
    let told = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.code() == Some(1), "it ended with {}: {told}", output.status);
    ensure!(told.starts_with("error: there is no X display"), "it said {told:?}");
    Ok(())
}

/// How the program is ended.
#[derive(Clone, Copy)]
enum End {
    /// Its window is closed.
    Window,
    /// It is told to, as the system does when somebody logs out.
    Signal,
}

fn opens_and(end: End) -> Result<()> {
    let display = Display::open()?;
    let mut running = Running::start(&display, &["--backend", "dummy"], &[])?;
    let (connection, window) = running.wait_for_picture(&display)?;
    match end {
        End::Window => close(&connection, window)?,
        End::Signal => signal(&running.child)?,
    }
    running.end_well()
}

fn with_jack() -> Result<()> {
    let display = Display::open()?;
    let folder = tempfile::tempdir().context("making a folder")?;
    // A server of its own, that nobody else's programs find.
    let name = format!("tresillo-test-{}", std::process::id());
    let server = Command::new("jackd")
        .args(["-n", &name, "--no-realtime", "-d", "dummy", "-r", "44100", "-p", "1024"])
        .stdout(fs::File::create(folder.path().join("jackd"))?)
        .stderr(Stdio::null())
        .spawn()
        .context("starting jackd")?;
    let server = Ended(server);
    let server_name = [("JACK_DEFAULT_SERVER", name.as_str())];
    wait_for("jackd", || Ok(ports(&name)?.contains("system:playback_2")))?;
    let mut running = Running::start(&display, &["--backend", "jack"], &server_name)?;
    running.wait_for_picture(&display)?;
    let ports = ports(&name)?;
    for port in ["output_1", "output_2", "midi_input", "midi_output"] {
        ensure!(ports.contains(&format!("tresillo:{port}")), "{port} is not in {ports:?}");
    }
    signal(&running.child)?;
    running.end_well()?;
    // It ends as well when the server has gone before.
    let mut left_alone = Running::start(&display, &["--backend", "jack"], &server_name)?;
    left_alone.wait_for_picture(&display)?;
    drop(server);
    signal(&left_alone.child)?;
    let status = wait(&mut left_alone.child)?;
    let told = left_alone.told();
    ensure!(status.code() == Some(1), "without its server it ended with {status}: {told}");
    ensure!(told.contains("error: the sound card does not answer"), "it said {told:?}");
    Ok(())
}

/// The ports of a JACK server; nothing while it does not run.
fn ports(server: &str) -> Result<String> {
    let output = Command::new("jack_lsp")
        .env("JACK_DEFAULT_SERVER", server)
        .env("JACK_NO_START_SERVER", "1")
        .output()
        .context("starting jack_lsp")?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A process of ours that ends with the test.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // It is ours alone. One that has ended already is no matter.
        let _ = signal(&self.0);
        if wait(&mut self.0).is_err() {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}

/// The program while it runs, and what it says.
struct Running {
    child: Child,
    told: tempfile::NamedTempFile,
}

impl Running {
    fn start(display: &Display, arguments: &[&str], variables: &[(&str, &str)]) -> Result<Running> {
        let told = tempfile::NamedTempFile::new().context("making a file")?;
        let child = display
            .command(program()?)
            .args(arguments)
            .envs(variables.iter().copied())
            .stdout(told.reopen()?)
            .stderr(told.reopen()?)
            .spawn()
            .context("starting the program")?;
        Ok(Running { child, told })
    }

    /// Waits until its window shows something.
    fn wait_for_picture(&mut self, display: &Display) -> Result<(RustConnection, u32)> {
        let (connection, screen) = x11rb::connect(Some(&display.name))?;
        let root = connection.setup().roots[screen].root;
        let mut found = None;
        let result = wait_for("the window", || {
            ensure!(self.child.try_wait()?.is_none(), "it has ended");
            found = window_called(&connection, root, "Tresillo")?;
            Ok(found.is_some_and(|window| {
                Picture::of(&connection, window).is_ok_and(|picture| picture.colour_count() > 20)
            }))
        });
        result.with_context(|| format!("the program said {:?}", self.told()))?;
        Ok((connection, found.context("there is a window")?))
    }

    /// Waits for its end, which it has been told.
    fn end_well(mut self) -> Result<()> {
        let status = wait(&mut self.child)?;
        let told = self.told();
        ensure!(status.success(), "it ended with {status}: {told}");
        for word in ["ERROR", "panicked"] {
            ensure!(!told.contains(word), "it said {told:?}");
        }
        Ok(())
    }

    fn told(&self) -> String {
        fs::read_to_string(self.told.path()).unwrap_or_default()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Where a test has failed it may still run.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Tells a process of ours to end.
fn signal(child: &Child) -> Result<()> {
    let status = Command::new("kill").arg("-TERM").arg(child.id().to_string()).status()?;
    ensure!(status.success(), "it could not be told to end");
    Ok(())
}

fn wait(child: &mut Child) -> Result<ExitStatus> {
    let mut status = None;
    wait_for("its end", || {
        status = child.try_wait()?;
        Ok(status.is_some())
    })?;
    status.context("it has ended")
}

fn wait_for(what: &str, mut is_there: impl FnMut() -> Result<bool>) -> Result<()> {
    let start = Instant::now();
    while !is_there()? {
        if start.elapsed() > PATIENCE {
            bail!("waited for {what} in vain");
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// A window of this title that stands on the screen itself: there is no window manager.
fn window_called(connection: &RustConnection, root: u32, title: &str) -> Result<Option<u32>> {
    for window in connection.query_tree(root)?.reply()?.children {
        // One that has gone meanwhile has no title.
        let name = connection
            .get_property(false, window, AtomEnum::WM_NAME, AtomEnum::ANY, 0, 64)?
            .reply()
            .map(|property| property.value)
            .unwrap_or_default();
        if name == title.as_bytes() {
            return Ok(Some(window));
        }
    }
    Ok(None)
}

/// Closes a window as a window manager does (ICCCM 2.0, section 4.2.8.1).
fn close(connection: &RustConnection, window: u32) -> Result<()> {
    let atom = |name: &str| -> Result<u32> {
        Ok(connection.intern_atom(false, name.as_bytes())?.reply()?.atom)
    };
    let data = [atom("WM_DELETE_WINDOW")?, x11rb::CURRENT_TIME, 0, 0, 0];
    let event = ClientMessageEvent::new(32, window, atom("WM_PROTOCOLS")?, data);
    connection.send_event(false, window, EventMask::NO_EVENT, event)?.check()?;
    Ok(())
}
