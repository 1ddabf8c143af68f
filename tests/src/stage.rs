//! The plugin in a CLAP host with its window open, hands on it, and what became of the project.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tresillo_pattern::Project;
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{ChangeWindowAttributesAux, ConnectionExt, EventMask};
use x11rb::rust_connection::RustConnection;

use crate::clap_host::Instance;
use crate::display::{Picture, parent_window};
use crate::fixtures;
use crate::hands::Hands;
use crate::window::wait_for_the_threads_of_closed_windows;

/// How long the project may take to become what hands have made of it.
const PATIENCE: Duration = Duration::from_secs(3);

/// An instance whose window is open.
pub struct Stage {
    /// The plugin, active.
    pub instance: Instance,
    /// Hands on its window.
    pub hands: Hands,
    connection: RustConnection,
    parent: u32,
}

impl Stage {
    /// Opens an instance with a project, and its window at a size in pixels.
    ///
    /// # Errors
    /// If the window does not open or shows nothing.
    pub fn open(project: &Project, size: (u16, u16)) -> Result<Stage> {
        let (connection, screen) = x11rb::connect(None).context("connecting with the display")?;
        let root = connection.setup().roots[screen].root;
        let mut instance = Instance::open()?;
        instance.load(&fixtures::state_with(project))?;
        instance.activate(48_000.0, 512)?;
        let parent = parent_window(&connection, root, size)?;
        instance.open_window(parent.into())?;
        let told = instance.window_size()?;
        let wanted = (u32::from(size.0), u32::from(size.1));
        if told != wanted {
            instance.resize_window(wanted.0, wanted.1)?;
        }
        let start = Instant::now();
        while Picture::of(&connection, parent)?.colour_count() < 20 {
            if start.elapsed() > PATIENCE * 3 {
                bail!("the window shows nothing");
            }
            thread::sleep(Duration::from_millis(20));
        }
        let hands = Hands::inside(parent)?;
        Ok(Stage { instance, hands, connection, parent })
    }

    /// The project as the plugin saves it now.
    ///
    /// # Errors
    /// If it cannot.
    pub fn project(&mut self) -> Result<Project> {
        fixtures::project_in(&self.instance.save()?)
    }

    /// Waits until something can be told of the project: `told` gives `wanted`.
    ///
    /// # Errors
    /// If it does not come to that; says what it is instead.
    pub fn until<T: PartialEq + std::fmt::Debug>(
        &mut self,
        wanted: &T,
        told: impl Fn(&Project) -> T,
    ) -> Result<()> {
        let start = Instant::now();
        loop {
            let now = told(&self.project()?);
            if now == *wanted {
                return Ok(());
            }
            if start.elapsed() > PATIENCE {
                bail!("the project has {now:?} instead of {wanted:?}");
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Whether the host's window is told that a key goes down, within a moment, while `act` is done.
    ///
    /// # Errors
    /// If the display has gone.
    pub fn passes_a_key_on(&self, act: impl FnOnce() -> Result<()>) -> Result<bool> {
        let values = ChangeWindowAttributesAux::new().event_mask(EventMask::KEY_PRESS);
        self.connection.change_window_attributes(self.parent, &values)?.check()?;
        while self.connection.poll_for_event()?.is_some() {}
        act()?;
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(500) {
            if let Some(Event::KeyPress(_)) = self.connection.poll_for_event()? {
                return Ok(true);
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(false)
    }

    /// What the window shows when it has come to rest.
    ///
    /// # Errors
    /// If it does not.
    pub fn picture(&self) -> Result<Picture> {
        Picture::at_rest(&self.connection, self.parent)
    }

    /// Closes the window.
    ///
    /// # Errors
    /// If it has gone already.
    pub fn close(mut self) -> Result<()> {
        self.instance.close_window()?;
        self.connection.destroy_window(self.parent)?.check()?;
        wait_for_the_threads_of_closed_windows();
        Ok(())
    }
}
