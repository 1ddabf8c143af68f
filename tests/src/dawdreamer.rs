//! The real window in one more VST3 host, JUCE by way of dawdreamer, opened fifty times and closed as a person closes it.
//!
//! dawdreamer waits for its window to be closed, so the closing is done from here. Another thread of it renders meanwhile:
//! the plugin plays, though faster than the music, and nobody hears what it sends.
//!
//! There is no window manager. dawdreamer 0.9.0 needs the names that one makes known, so they are made known here; and with
//! one, it asks for the parent of a frame that has just gone, which ends it (JUCE's `XQueryTree`, with openbox nearly at
//! each closing).

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use serde_json::Value;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{AtomEnum, ClientMessageEvent, ConnectionExt, EventMask, MapState};
use x11rb::rust_connection::RustConnection;

use crate::display::{self, Display, Picture};
use crate::registry::trial;
use crate::{paths, vst3_host};

/// How often the window is opened.
const ROUNDS: usize = 50;

/// How long all of it may take.
const TIME_MAX: Duration = Duration::from_secs(150);

/// One in so many windows is looked at.
const LOOK_EVERY: usize = 10;

/// How long it may take until something moves in a window.
const PATIENCE: Duration = Duration::from_secs(10);

/// What dawdreamer's windows are called, before the name of the plugin.
const TITLE: &[u8] = b"DawDreamer";

/// The names that window managers make known. dawdreamer asks for properties of these names, and does not look whether
/// the display knows them.
const WINDOW_MANAGER_NAMES: [&str; 27] = [
    "WM_PROTOCOLS",
    "WM_DELETE_WINDOW",
    "WM_TAKE_FOCUS",
    "_NET_WM_PING",
    "_NET_WM_WINDOW_TYPE_NORMAL",
    "WM_STATE",
    "WM_CHANGE_STATE",
    "_NET_SUPPORTED",
    "_NET_SUPPORTING_WM_CHECK",
    "_NET_CLIENT_LIST",
    "_NET_ACTIVE_WINDOW",
    "_NET_FRAME_EXTENTS",
    "_NET_WORKAREA",
    "_NET_CURRENT_DESKTOP",
    "_NET_WM_STATE",
    "_NET_WM_STATE_HIDDEN",
    "_NET_WM_STATE_FULLSCREEN",
    "_NET_WM_STATE_MAXIMIZED_HORZ",
    "_NET_WM_STATE_MAXIMIZED_VERT",
    "_NET_WM_NAME",
    "_NET_WM_PID",
    "_NET_WM_USER_TIME",
    "_NET_WM_WINDOW_TYPE",
    "_NET_WM_ICON",
    "_NET_WM_BYPASS_COMPOSITOR",
    "_MOTIF_WM_HINTS",
    "UTF8_STRING",
];

/// The tests of this module.
#[must_use]
pub fn tests() -> Vec<Trial> {
    let name = "vst3_dawdreamer_window_opens_and_closes_while_it_renders";
    vec![trial(name, display::missing().or_else(missing), opens)]
}

/// Why this host cannot run here, if it cannot.
fn missing() -> Option<&'static str> {
    static MISSING: OnceLock<Option<&'static str>> = OnceLock::new();
    *MISSING.get_or_init(|| {
        let found = Command::new(paths::python())
            .args(["-c", "import importlib.util as u; exit(u.find_spec('dawdreamer') is None)"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        match found {
            Ok(status) if status.success() => None,
            _ => Some("dawdreamer is not installed; cargo xtask setup installs it"),
        }
    })
}

fn opens() -> Result<()> {
    let display = Display::open()?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/dawdreamer_windows.py");
    let (connection, screen) = x11rb::connect(Some(&display.name)).context("connecting")?;
    let desktop = Desktop { root: connection.setup().roots[screen].root, connection };
    desktop.know(&WINDOW_MANAGER_NAMES)?;
    let mut host = display
        .command(paths::python())
        .arg(script)
        .arg(vst3_host::bundle()?)
        .arg(ROUNDS.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("starting Python")?;
    let moved_count = close_all(&desktop, &mut host);
    if moved_count.is_err() {
        // It waits for somebody to close its window.
        let _ = host.kill();
    }
    let output = host.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(moved_count.is_err() || output.status.success(), "{}: {said}", output.status);
    let moved_count = moved_count.with_context(|| format!("the host says: {said}"))?;
    let told: Value = serde_json::from_slice(&output.stdout).context("reading the answer")?;
    ensure!(told["rounds"] == ROUNDS, "it opened {} windows", told["rounds"]);
    let renders = told["renders"].as_u64().unwrap_or_default();
    ensure!(renders > 20, "it rendered {renders} times only");
    ensure!(moved_count * LOOK_EVERY >= ROUNDS, "in {moved_count} windows only something moved");
    Ok(())
}

/// Closes window after window until the host has ended; in how many something moved, of those that were looked at.
fn close_all(desktop: &Desktop, host: &mut Child) -> Result<usize> {
    let until = Instant::now() + TIME_MAX;
    let mut asked: Option<(u32, Instant)> = None;
    let (mut window_count, mut moved_count) = (0, 0);
    while host.try_wait()?.is_none() {
        ensure!(Instant::now() < until, "{window_count} windows took too long");
        thread::sleep(Duration::from_millis(5));
        let Some(window) = desktop.window()? else { continue };
        let before = asked.filter(|(before, _)| *before == window);
        if before.is_some_and(|(_, since)| since.elapsed() < Duration::from_millis(500)) {
            continue;
        }
        if before.is_none() {
            thread::sleep(Duration::from_millis(60));
            // A window may go while one looks at it: then the next one is looked at.
            if moved_count * LOOK_EVERY <= window_count && moves(desktop, window).unwrap_or(false) {
                moved_count += 1;
            }
            window_count += 1;
        }
        // Likewise; and a window that has just opened may not hear it.
        let _ = desktop.ask_to_close(window);
        asked = Some((window, Instant::now()));
    }
    Ok(moved_count)
}

/// Whether a window shows something before long, and something moves in it.
fn moves(desktop: &Desktop, window: u32) -> Result<bool> {
    let start = Instant::now();
    let mut first: Option<Picture> = None;
    while start.elapsed() < PATIENCE {
        let now = Picture::of(&desktop.connection, window)?;
        match &first {
            Some(first) if *first != now => return Ok(true),
            None if now.colour_count() > 20 => first = Some(now),
            _ => thread::sleep(Duration::from_millis(10)),
        }
    }
    Ok(false)
}

/// A display and what is on it.
struct Desktop {
    connection: RustConnection,
    root: u32,
}

impl Desktop {
    /// Makes names known to the display.
    fn know(&self, names: &[&str]) -> Result<()> {
        for name in names {
            self.connection.intern_atom(false, name.as_bytes())?.reply()?;
        }
        Ok(())
    }

    /// dawdreamer's window, if it is to be seen.
    fn window(&self) -> Result<Option<u32>> {
        let children = self.connection.query_tree(self.root)?.reply()?.children;
        Ok(children.into_iter().find(|window| self.is_seen(*window).unwrap_or(false)))
    }

    /// An error is a window that has just gone.
    fn is_seen(&self, window: u32) -> Result<bool> {
        let (name, text) = (AtomEnum::WM_NAME, AtomEnum::ANY);
        let title = self.connection.get_property(false, window, name, text, 0, 64)?.reply()?;
        let state = self.connection.get_window_attributes(window)?.reply()?.map_state;
        Ok(title.value.starts_with(TITLE) && state == MapState::VIEWABLE)
    }

    /// Does what a window manager does when its button is clicked.
    fn ask_to_close(&self, window: u32) -> Result<()> {
        let atom = |name: &str| -> Result<u32> {
            Ok(self.connection.intern_atom(false, name.as_bytes())?.reply()?.atom)
        };
        let data = [atom("WM_DELETE_WINDOW")?, x11rb::CURRENT_TIME, 0, 0, 0];
        let message = ClientMessageEvent::new(32, window, atom("WM_PROTOCOLS")?, data);
        self.connection.send_event(false, window, EventMask::NO_EVENT, message)?.check()?;
        Ok(())
    }
}
