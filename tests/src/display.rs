//! An X display that nobody sees, and what is seen on it.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::{env, thread};

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{ConnectionExt, CreateWindowAux, ImageFormat, WindowClass};

/// The screen is large enough for the largest window at twice its size.
const SCREEN: &str = "3840x2400x24";

/// Rows of a picture that are asked for at once, so that no answer is too large for the server.
const STRIP_ROWS: u16 = 128;

/// Why no window can be shown here, if none can.
#[must_use]
pub fn missing() -> Option<&'static str> {
    (!has_program("Xvfb")).then_some("Xvfb is not here; cargo xtask setup says how to get it")
}

/// Whether a program is on the path.
#[must_use]
pub fn has_program(name: &str) -> bool {
    env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(name).is_file()))
}

/// An X server that nobody sees, ended when it is dropped, and a folder for what windows remember of their users.
pub struct Display {
    server: Child,
    /// Its name, for `DISPLAY`.
    pub name: String,
    data: TempDir,
}

impl Display {
    /// Starts a server.
    ///
    /// # Errors
    /// If there is none, or it does not start.
    pub fn open() -> Result<Display> {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-noreset", "-nolisten", "tcp", "-screen", "0", SCREEN])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("starting Xvfb")?;
        let mut line = String::new();
        let told = server.stdout.take().context("Xvfb has no output")?;
        BufReader::new(told).read_line(&mut line).context("reading the display's number")?;
        let name = format!(":{}", line.trim());
        Ok(Display { server, name, data: tempfile::tempdir()? })
    }

    /// A command whose windows are on this display, drawn in software, and whose user has chosen nothing yet.
    #[must_use]
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env("DISPLAY", &self.name)
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("XDG_DATA_HOME", self.data.path())
            .env("HOME", self.data.path());
        command
    }

    /// What another process of this executable prints that is called with `arguments`; it gets two minutes.
    ///
    /// # Errors
    /// If it fails or takes longer.
    pub fn call(&self, arguments: &[&OsStr]) -> Result<String> {
        self.call_with_data(arguments, self.data.path().as_os_str())
    }

    /// The same, where the user has the folder `data` for programs' data.
    ///
    /// # Errors
    /// As [`Display::call`].
    pub fn call_with_data(&self, arguments: &[&OsStr], data: &OsStr) -> Result<String> {
        let output = self
            .command("timeout")
            .arg("120")
            .arg(env::current_exe()?)
            .args(arguments)
            .env("XDG_DATA_HOME", data)
            .output()
            .context("starting the host")?;
        ensure!(
            output.status.success(),
            "the host ended with {}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // It is ours alone.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// What another process of this executable prints, on a display of its own.
///
/// # Errors
/// As [`Display::call`].
pub fn on_a_display(argument: &str) -> Result<String> {
    Display::open()?.call(&[argument.as_ref()])
}

/// A window for a plugin to be in, at a size in pixels.
///
/// # Errors
/// If the server refuses.
pub fn parent_window(connection: &impl Connection, root: u32, size: (u16, u16)) -> Result<u32> {
    let parent = connection.generate_id()?;
    let (depth, class) = (x11rb::COPY_DEPTH_FROM_PARENT, WindowClass::INPUT_OUTPUT);
    let values = CreateWindowAux::new();
    connection
        .create_window(depth, parent, root, 0, 0, size.0, size.1, 0, class, 0, &values)?
        .check()?;
    connection.map_window(parent)?.check()?;
    Ok(parent)
}

/// What a window shows: its size, and blue, green, red and nothing for each pixel, row by row.
#[derive(Clone, PartialEq)]
pub struct Picture {
    /// In pixels.
    pub size: (u16, u16),
    /// Four bytes for each.
    pub pixels: Vec<u8>,
}

impl Picture {
    /// Of a window with all that is in it.
    ///
    /// # Errors
    /// If the window is not there, or not wholly on the screen.
    pub fn of(connection: &impl Connection, window: u32) -> Result<Picture> {
        let about = connection.get_geometry(window)?.reply()?;
        let (width, height) = (about.width, about.height);
        let mut pixels = Vec::new();
        for top in (0..height).step_by(usize::from(STRIP_ROWS)) {
            let rows = STRIP_ROWS.min(height - top);
            let (format, y) = (ImageFormat::Z_PIXMAP, i16::try_from(top)?);
            let strip = connection.get_image(format, window, 0, y, width, rows, !0)?.reply()?;
            pixels.extend_from_slice(&strip.data);
        }
        let count = usize::from(width) * usize::from(height) * 4;
        ensure!(pixels.len() == count, "the display does not give four bytes a pixel");
        Ok(Picture { size: (width, height), pixels })
    }

    /// Of a window that shows something and has not changed for a while.
    ///
    /// # Errors
    /// If it goes on changing, or shows nothing; and as [`Picture::of`].
    pub fn at_rest(connection: &impl Connection, window: u32) -> Result<Picture> {
        let start = Instant::now();
        let (mut last, mut since) = (Picture::of(connection, window)?, Instant::now());
        while since.elapsed() < Duration::from_millis(700) || last.colour_count() < 20 {
            ensure!(start.elapsed() < Duration::from_secs(20), "the window does not come to rest");
            thread::sleep(Duration::from_millis(100));
            let now = Picture::of(connection, window)?;
            if now != last {
                (last, since) = (now, Instant::now());
            }
        }
        Ok(last)
    }

    /// How many colours there are.
    #[must_use]
    pub fn colour_count(&self) -> usize {
        let colours: BTreeSet<[u8; 3]> =
            self.pixels.chunks_exact(4).map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
        colours.len()
    }

    /// Red, green and blue of each pixel.
    #[must_use]
    pub fn rgb(&self) -> Vec<u8> {
        self.pixels.chunks_exact(4).flat_map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect()
    }
}
