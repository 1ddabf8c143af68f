//! On X11 the space bar goes to whichever window the pointer or the focus is in: ours. The framework keeps it, so it is passed on
//! to the host's window by us.

use raw_window_handle::{HasWindowHandle, RawWindowHandle};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    ConnectionExt, EventMask, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, KeyButMask, KeyPressEvent,
};
use x11rb::rust_connection::RustConnection;

/// X's symbol of the space (X11 protocol, appendix A).
const SPACE: u32 = 0x20;

/// The way to the host's window.
pub(crate) struct SpaceBar {
    connection: RustConnection,
    root: u32,
    window: u32,
    keycode: u8,
}

impl SpaceBar {
    /// For a window; `None` where it is none of X11's, or the display cannot be reached.
    pub(crate) fn of(window: &impl HasWindowHandle) -> Option<SpaceBar> {
        let window = match window.window_handle().ok()?.as_raw() {
            RawWindowHandle::Xlib(handle) => u32::try_from(handle.window).ok()?,
            RawWindowHandle::Xcb(handle) => handle.window.get(),
            _ => return None,
        };
        let (connection, screen) = x11rb::connect(None).ok()?;
        let root = connection.setup().roots.get(screen)?.root;
        let keycode = keycode(&connection)?;
        Some(SpaceBar { connection, root, window, keycode })
    }

    /// Tells the host's window that the space bar has gone down or up. A host that does not look at what others send is not
    /// reached so.
    pub(crate) fn pass_on(&self, is_pressed: bool) {
        // A host that is gone needs nothing.
        let _ = self.try_to_pass_on(is_pressed);
    }

    fn try_to_pass_on(&self, is_pressed: bool) -> Result<(), Box<dyn std::error::Error>> {
        let parent = self.connection.query_tree(self.window)?.reply()?.parent;
        let (response_type, mask) = match is_pressed {
            true => (KEY_PRESS_EVENT, EventMask::KEY_PRESS),
            false => (KEY_RELEASE_EVENT, EventMask::KEY_RELEASE),
        };
        let event = KeyPressEvent {
            response_type,
            detail: self.keycode,
            sequence: 0,
            time: x11rb::CURRENT_TIME,
            root: self.root,
            event: parent,
            child: self.window,
            root_x: 0,
            root_y: 0,
            event_x: 0,
            event_y: 0,
            state: KeyButMask::default(),
            same_screen: true,
        };
        // Up through the windows, to the first that waits for keys.
        self.connection.send_event(true, parent, mask, event)?;
        self.connection.flush()?;
        Ok(())
    }
}

/// The key that writes a space.
fn keycode(connection: &RustConnection) -> Option<u8> {
    let (first, last) = (connection.setup().min_keycode, connection.setup().max_keycode);
    let mapping = connection.get_keyboard_mapping(first, last - first + 1).ok()?.reply().ok()?;
    let per_key = usize::from(mapping.keysyms_per_keycode).max(1);
    let place = mapping.keysyms.chunks(per_key).position(|symbols| symbols.contains(&SPACE))?;
    u8::try_from(usize::from(first) + place).ok()
}
