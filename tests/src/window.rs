//! The real window, on a display of its own: opened, resized and closed many times while the plugin plays.
//!
//! It is opened in another process of this executable, because what is tested for may end the process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::ConnectionExt;

use crate::clap_host::{Audio, Instance};
use crate::display::{Picture, missing, on_a_display, parent_window};
use crate::registry::trial;
use crate::script::Transport;
use crate::vst3_crate;

/// How often the window is opened.
const ROUNDS: u32 = 50;

/// The size at which the window opens, in pixels.
pub const SIZE: (u16, u16) = (1200, 760);

/// The argument with which the test executable opens windows instead of running tests.
pub const CLAP_ARGUMENT: &str = "--open-clap-windows";

/// The same in VST3.
pub const VST3_ARGUMENT: &str = "--open-vst3-windows";

/// The tests of this module.
#[must_use]
pub fn tests() -> Vec<Trial> {
    vec![
        trial("clap_window_opens_and_closes_while_it_plays", missing(), || opens(CLAP_ARGUMENT)),
        trial(
            "vst3_crate_window_opens_and_closes_while_it_plays",
            missing().or(vst3_crate::missing()),
            || opens(VST3_ARGUMENT),
        ),
    ]
}

fn opens(argument: &str) -> Result<()> {
    on_a_display(argument).map(drop)
}

/// The argument with which the test executable measures the window, and prints the figures as JSON.
pub const BENCH_ARGUMENT: &str = "--bench-window";

/// The argument with which that calls itself on a display.
pub const MEASURE_ARGUMENT: &str = "--measure-window";

/// Measures the window, on a display of its own: `open_ms`, until it is there; `picture_ms`, until it shows something; and in
/// percent of a core what it takes while nothing plays and while something does, without and with a window. Drawing is in
/// software.
///
/// # Errors
/// If the window does not open.
pub fn bench() -> Result<String> {
    on_a_display(MEASURE_ARGUMENT)
}

/// What [`bench()`] has another process do.
///
/// # Errors
/// If the window does not open.
pub fn measure() -> Result<String> {
    let (connection, screen) = x11rb::connect(None).context("connecting with the display")?;
    let root = connection.setup().roots[screen].root;
    let (mut opened, mut pictures) = (Vec::new(), Vec::new());
    let mut instance = Instance::open()?;
    for _ in 0..15 {
        let parent = parent_window(&connection, root, SIZE)?;
        let start = Instant::now();
        instance.open_window(parent.into())?;
        opened.push(start.elapsed());
        while Picture::of(&connection, parent)?.colour_count() < 20 {
            ensure!(start.elapsed() < Duration::from_secs(5), "the window shows nothing");
            thread::sleep(Duration::from_millis(1));
        }
        pictures.push(start.elapsed());
        instance.close_window()?;
        connection.destroy_window(parent)?.check()?;
    }
    instance.activate(48_000.0, 512)?;
    let mut audio = instance.take_audio()?;
    let mut shares = Vec::new();
    for (is_playing, has_window) in [(false, false), (false, true), (true, false), (true, true)] {
        let parent = parent_window(&connection, root, SIZE)?;
        if has_window {
            instance.open_window(parent.into())?;
            thread::sleep(Duration::from_millis(500));
        }
        let (start, before) = (Instant::now(), cpu_seconds()?);
        let mut frame = 0i64;
        // As fast as the music.
        while start.elapsed() < Duration::from_secs(4) {
            let transport = Transport { is_playing, ..Transport::rolling(frame) };
            audio.process(512, transport)?;
            frame += 512;
            let due = Duration::from_micros(u64::try_from(frame * 1_000_000 / 48_000)?);
            thread::sleep(due.saturating_sub(start.elapsed()));
        }
        shares.push((cpu_seconds()? - before) / start.elapsed().as_secs_f64() * 100.0);
        if has_window {
            instance.close_window()?;
        }
        connection.destroy_window(parent)?.check()?;
    }
    audio.stop();
    wait_for_the_threads_of_closed_windows();
    let median = |times: &mut Vec<Duration>| {
        times.sort();
        times[times.len() / 2].as_secs_f64() * 1000.0
    };
    let figures = serde_json::json!({
        "open_ms": median(&mut opened),
        "picture_ms": median(&mut pictures),
        "stopped_percent": [shares[0], shares[1]],
        "playing_percent": [shares[2], shares[3]],
    });
    Ok(figures.to_string())
}

/// Seconds of a processor that this process has taken, all its threads together (proc_pid_stat(5), fields 14 and 15, in
/// hundredths).
fn cpu_seconds() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").context("only Linux tells")?;
    let rest = stat.rsplit_once(") ").context("a line of another form")?.1;
    let ticks: Vec<f64> = rest.split(' ').skip(11).take(2).filter_map(|t| t.parse().ok()).collect();
    Ok(ticks.iter().sum::<f64>() / 100.0)
}

/// What the other process does.
///
/// # Errors
/// If the window does not open, shows nothing, or the plugin loses a note meanwhile.
pub fn open_clap_windows() -> Result<()> {
    let (connection, screen) = x11rb::connect(None).context("connecting with the display")?;
    let root = connection.setup().roots[screen].root;
    let mut instance = Instance::open()?;
    instance.activate(48_000.0, 512)?;
    let player = Player::start(instance.take_audio()?);
    let opened = rounds(&connection, root, &mut instance)?;
    let notes = player.stop()?;
    ensure!(notes > 20, "it played {notes} notes only");
    ensure!(opened < Duration::from_secs(2), "the quickest opening took {opened:?}");
    Ok(())
}

/// A thread on which an instance plays, a little faster than the music.
pub struct Player {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<Result<usize>>>,
}

impl Player {
    /// Plays from the start of the song.
    #[must_use]
    pub fn start(mut audio: Audio) -> Player {
        let is_over = Arc::new(AtomicBool::new(false));
        let must_end = Arc::clone(&is_over);
        let thread = thread::spawn(move || {
            let mut frame = 0i64;
            let mut notes = 0;
            while !must_end.load(Ordering::Relaxed) {
                notes += audio.process(512, Transport::rolling(frame))?;
                frame += 512;
                thread::sleep(Duration::from_millis(5));
            }
            audio.stop();
            Ok(notes)
        });
        Player { is_over, thread: Some(thread) }
    }

    /// Stops; how many notes began.
    ///
    /// # Errors
    /// If the plugin failed.
    pub fn stop(mut self) -> Result<usize> {
        self.join().unwrap_or(Ok(0))
    }

    fn join(&mut self) -> Option<Result<usize>> {
        self.is_over.store(true, Ordering::Relaxed);
        let joined = self.thread.take()?.join();
        Some(joined.unwrap_or_else(|_| Err(anyhow::anyhow!("the audio thread panicked"))))
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        // Whoever asks for the notes has stopped it.
        let _ = self.join();
    }
}

/// The same in VST3, where one thread does all.
///
/// # Errors
/// As [`open_clap_windows`].
pub fn open_vst3_windows() -> Result<()> {
    let (connection, screen) = x11rb::connect(None).context("connecting with the display")?;
    let root = connection.setup().roots[screen].root;
    let mut instance = vst3_crate::Windowed::open()?;
    let opened = rounds(&connection, root, &mut instance)?;
    let notes = instance.note_count();
    ensure!(notes > 20, "it played {notes} notes only");
    ensure!(opened < Duration::from_secs(2), "the quickest opening took {opened:?}");
    Ok(())
}

/// A plugin that has a window.
pub trait HasWindow {
    /// Opens it inside another one, an X11 window that stays until it is closed.
    ///
    /// # Errors
    /// If there is none, or it refuses.
    fn open_window(&mut self, parent: u32) -> Result<()>;

    /// Resizes it.
    ///
    /// # Errors
    /// If it refuses.
    fn resize_window(&mut self, width: u32, height: u32) -> Result<()>;

    /// Lets it live for a while.
    ///
    /// # Errors
    /// If the plugin fails meanwhile.
    fn live(&mut self, time: Duration) -> Result<()>;

    /// Closes it.
    ///
    /// # Errors
    /// If there is none.
    fn close_window(&mut self) -> Result<()>;
}

impl HasWindow for Instance {
    fn open_window(&mut self, parent: u32) -> Result<()> {
        Instance::open_window(self, parent.into())
    }

    fn resize_window(&mut self, width: u32, height: u32) -> Result<()> {
        Instance::resize_window(self, width, height)
    }

    fn live(&mut self, time: Duration) -> Result<()> {
        thread::sleep(time);
        Ok(())
    }

    fn close_window(&mut self) -> Result<()> {
        Instance::close_window(self)
    }
}

/// Waits until the threads of closed windows have ended.
///
/// baseview 0.4.2 on X11: a window's thread closes its display, and with it Mesa, after the plugin has said that the window is
/// closed. A process that ends in that moment runs an exit handler of Mesa's that is not there any more; seen in 2 of 33.
pub fn wait_for_the_threads_of_closed_windows() {
    thread::sleep(Duration::from_millis(500));
}

/// Resizes by odd steps from the smallest size on, as a hand does that drags the corner, and back.
fn through_all_sizes(instance: &mut impl HasWindow) -> Result<()> {
    let sizes = (0..60u32).map(|step| (820 + 23 * step, 520 + 17 * step));
    let sizes: Vec<(u32, u32)> = sizes.collect();
    for (width, height) in sizes.iter().chain(sizes.iter().rev()) {
        instance.resize_window(*width, *height)?;
        instance.live(Duration::from_millis(8))?;
    }
    Ok(())
}

/// Opens, resizes and closes; the time of the quickest opening.
fn rounds(
    connection: &impl Connection,
    root: u32,
    instance: &mut impl HasWindow,
) -> Result<Duration> {
    let mut quickest = Duration::MAX;
    for round in 0..ROUNDS {
        let parent = parent_window(connection, root, SIZE)?;
        let start = Instant::now();
        instance.open_window(parent)?;
        quickest = quickest.min(start.elapsed());
        let sizes = [(820, 520), (1000, 640), (1500, 900), (1200, 760)];
        let (width, height) = sizes[round as usize % sizes.len()];
        instance.resize_window(width, height)?;
        instance.live(Duration::from_millis(40))?;
        if round == 0 {
            through_all_sizes(instance)?;
        }
        if round % 10 == 9 {
            instance.live(Duration::from_millis(400))?;
            let colours = Picture::of(connection, parent)?.colour_count();
            ensure!(colours > 20, "round {round}: the window shows {colours} colours");
        }
        instance.close_window()?;
        connection.destroy_window(parent)?.check()?;
    }
    wait_for_the_threads_of_closed_windows();
    Ok(quickest)
}
