//! Hands at a display: a pointer and a keyboard, whose events come from the X server as a person's do.

use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt, InputFocus, KEY_PRESS_EVENT,
    KEY_RELEASE_EVENT, MOTION_NOTIFY_EVENT,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

/// How long a press lasts at least, so that a window drawn in software has a frame for it.
const BEAT: Duration = Duration::from_millis(60);

/// How many places a drag goes through.
const DRAG_PLACES: i16 = 12;

/// A place in a window, in its pixels.
pub type Place = (i16, i16);

/// A button of the mouse.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Button {
    /// What clicks.
    Left = 1,
    /// What asks for more.
    Right = 3,
    /// The wheel, a notch up.
    WheelUp = 4,
}

/// Hands on one window.
pub struct Hands {
    connection: RustConnection,
    root: u32,
    window: u32,
    keyboard: Keyboard,
}

impl Hands {
    /// On the window that a plugin has opened inside `parent`, which gets the keyboard.
    ///
    /// # Errors
    /// If there is none, or the server does not let tests type.
    pub fn inside(parent: u32) -> Result<Hands> {
        let (connection, screen) = x11rb::connect(None).context("connecting with the display")?;
        let root = connection.setup().roots[screen].root;
        let children = connection.query_tree(parent)?.reply()?.children;
        let window = *children.first().context("there is no window inside")?;
        let keyboard = Keyboard::of(&connection)?;
        let hands = Hands { connection, root, window, keyboard };
        hands.focus()?;
        Ok(hands)
    }

    /// Gives the window the keyboard: without a window manager nobody else does.
    fn focus(&self) -> Result<()> {
        let (focus, now) = (InputFocus::PARENT, x11rb::CURRENT_TIME);
        Ok(self.connection.set_input_focus(focus, self.window, now)?.check()?)
    }

    /// Moves the pointer.
    ///
    /// # Errors
    /// If the window has gone.
    pub fn move_to(&self, at: Place) -> Result<()> {
        let reply =
            self.connection.translate_coordinates(self.window, self.root, at.0, at.1)?.reply()?;
        self.tell(MOTION_NOTIFY_EVENT, 0, (reply.dst_x, reply.dst_y))
    }

    /// Moves the pointer to the far corner of the screen, so that nothing is below it.
    ///
    /// # Errors
    /// If the display has gone.
    pub fn leave(&self) -> Result<()> {
        let size = self.connection.get_geometry(self.root)?.reply()?;
        let corner = (i16::try_from(size.width)? - 1, i16::try_from(size.height)? - 1);
        self.tell(MOTION_NOTIFY_EVENT, 0, corner)
    }

    /// Presses a button where the pointer is.
    ///
    /// # Errors
    /// If the display has gone.
    pub fn press(&self, button: Button) -> Result<()> {
        self.tell(BUTTON_PRESS_EVENT, button as u8, (0, 0))?;
        thread::sleep(BEAT);
        Ok(())
    }

    /// Releases it.
    ///
    /// # Errors
    /// If the display has gone.
    pub fn release(&self, button: Button) -> Result<()> {
        self.tell(BUTTON_RELEASE_EVENT, button as u8, (0, 0))?;
        thread::sleep(BEAT);
        Ok(())
    }

    /// Clicks at a place.
    ///
    /// # Errors
    /// If the window has gone.
    pub fn click(&self, at: Place, button: Button) -> Result<()> {
        self.move_to(at)?;
        thread::sleep(BEAT);
        self.press(button)?;
        self.release(button)
    }

    /// Drags from a place to another, through places between.
    ///
    /// # Errors
    /// If the window has gone.
    pub fn drag(&self, from: Place, to: Place) -> Result<()> {
        self.move_to(from)?;
        thread::sleep(BEAT);
        self.press(Button::Left)?;
        for step in 1..=DRAG_PLACES {
            let between = |from: i16, to: i16| from + (to - from) * step / DRAG_PLACES;
            self.move_to((between(from.0, to.0), between(from.1, to.1)))?;
            thread::sleep(BEAT / 3);
        }
        thread::sleep(BEAT);
        self.release(Button::Left)
    }

    /// Types keys, held together: `x`, `?`, `Escape`, `Control z`, `Control Shift z`.
    ///
    /// # Errors
    /// If the keyboard has no such key.
    pub fn key(&self, keys: &str) -> Result<()> {
        let mut codes = Vec::new();
        for name in keys.split(' ').filter(|name| !name.is_empty()) {
            codes.extend(self.keyboard.codes(name)?);
        }
        if keys == " " {
            codes = self.keyboard.codes("Space")?;
        }
        for code in &codes {
            self.tell(KEY_PRESS_EVENT, *code, (0, 0))?;
        }
        thread::sleep(BEAT);
        for code in codes.iter().rev() {
            self.tell(KEY_RELEASE_EVENT, *code, (0, 0))?;
        }
        thread::sleep(BEAT);
        Ok(())
    }

    /// Has the server say that something was done.
    fn tell(&self, kind: u8, detail: u8, at: Place) -> Result<()> {
        let (root, now) = (self.root, x11rb::CURRENT_TIME);
        self.connection.xtest_fake_input(kind, detail, now, root, at.0, at.1, 0)?.check()?;
        Ok(())
    }
}

/// Which key of the server's keyboard writes what.
struct Keyboard {
    /// The code of the first key.
    first: u8,
    /// For each key what it writes: alone, with Shift, and more.
    symbols: Vec<Vec<u32>>,
}

impl Keyboard {
    fn of(connection: &RustConnection) -> Result<Keyboard> {
        let first = connection.setup().min_keycode;
        let count = connection.setup().max_keycode - first + 1;
        let told = connection.get_keyboard_mapping(first, count)?.reply()?;
        let each = usize::from(told.keysyms_per_keycode).max(1);
        Ok(Keyboard { first, symbols: told.keysyms.chunks(each).map(<[u32]>::to_vec).collect() })
    }

    /// The keys to hold for a symbol, Shift before it where it is needed.
    fn codes(&self, name: &str) -> Result<Vec<u8>> {
        let symbol = symbol(name)?;
        if let Some(code) = self.code(symbol, 0)? {
            return Ok(vec![code]);
        }
        let code = self.code(symbol, 1)?.with_context(|| format!("no key writes {name}"))?;
        let shift = self.code(SHIFT, 0)?.context("the keyboard has no Shift")?;
        Ok(vec![shift, code])
    }

    /// The key that writes a symbol, alone (0) or with Shift (1).
    fn code(&self, symbol: u32, level: usize) -> Result<Option<u8>> {
        let found = self.symbols.iter().position(|key| key.get(level) == Some(&symbol));
        Ok(found.map(u8::try_from).transpose()?.map(|index| self.first + index))
    }
}

/// X's symbol of the left Shift.
const SHIFT: u32 = 0xffe1;

/// X's symbol of a key: a character stands for itself (X11 protocol, appendix A).
fn symbol(name: &str) -> Result<u32> {
    let mut letters = name.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        return Ok(u32::from(letter));
    }
    Ok(match name {
        "Space" => 0x20,
        "Backspace" => 0xff08,
        "Tab" => 0xff09,
        "Enter" => 0xff0d,
        "Escape" => 0xff1b,
        "Home" => 0xff50,
        "End" => 0xff57,
        "Left" => 0xff51,
        "Up" => 0xff52,
        "Right" => 0xff53,
        "Down" => 0xff54,
        "Delete" => 0xffff,
        "Shift" => SHIFT,
        "Control" => 0xffe3,
        "Alt" => 0xffe9,
        _ => bail!("no key is called {name}"),
    })
}
