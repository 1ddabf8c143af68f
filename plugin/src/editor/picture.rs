//! A picture of all that stands still, kept by the graphics driver: while only playheads move, it is laid down as it is, and no
//! more than what moves is drawn over it.
//!
//! In software a frame drawn anew costs some 20 ms of a core, and one laid down a fraction of that; with a graphics card it saves
//! making and sending the triangles of a whole window.

#![allow(unsafe_code, reason = "the graphics driver is a foreign interface")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use egui::mutex::Mutex;
use egui::{Rect, Shape};
use egui_glow::glow::{self, HasContext};
use egui_glow::{CallbackFn, Painter};

/// What is kept of one window, on its own thread but for the flags.
#[derive(Clone, Default)]
pub(crate) struct Picture(Arc<Kept>);

#[derive(Default)]
struct Kept {
    store: Mutex<Option<Store>>,
    /// Width and height of what is kept, in pixels; 0: nothing is.
    size: AtomicU64,
    /// It cannot be kept here, and is not tried again.
    is_refused: AtomicBool,
    is_software: AtomicBool,
}

/// Where the driver keeps it. It goes with the window's graphics context.
struct Store {
    framebuffer: glow::Framebuffer,
    texture: glow::Texture,
    size: (i32, i32),
}

/// A width and a height in pixels, as one number.
fn packed(size: [u32; 2]) -> u64 {
    u64::from(size[0]) << 32 | u64::from(size[1])
}

impl Picture {
    /// Whether a picture of this size is kept.
    pub(crate) fn is_of(&self, size: [u32; 2]) -> bool {
        self.0.size.load(Ordering::Acquire) == packed(size)
    }

    /// Whether drawing is done by the processor.
    pub(crate) fn is_software(&self) -> bool {
        self.0.is_software.load(Ordering::Relaxed)
    }

    /// What has been drawn so far in this frame is kept.
    pub(crate) fn keep(&self, window: Rect) -> Shape {
        let kept = Arc::clone(&self.0);
        callback(window, move |size, gl| kept.keep(size, gl))
    }

    /// What is kept is laid down.
    pub(crate) fn lay_down(&self, window: Rect) -> Shape {
        let kept = Arc::clone(&self.0);
        callback(window, move |size, gl| kept.lay_down(size, gl))
    }
}

fn callback(window: Rect, act: impl Fn([u32; 2], &glow::Context) + Send + Sync + 'static) -> Shape {
    let act = move |info: egui::PaintCallbackInfo, painter: &Painter| {
        act(info.screen_size_px, painter.gl());
    };
    Shape::Callback(egui::PaintCallback { rect: window, callback: Arc::new(CallbackFn::new(act)) })
}

impl Kept {
    fn keep(&self, size: [u32; 2], gl: &glow::Context) {
        if self.is_refused.load(Ordering::Relaxed) {
            return;
        }
        let mut store = self.store.lock();
        let [Ok(width), Ok(height)] = size.map(i32::try_from) else { return };
        if store.as_ref().is_none_or(|store| store.size != (width, height)) {
            // SAFETY: it is called while the window's context is current, and the objects are those of that context.
            unsafe {
                if let Some(old) = store.take() {
                    gl.delete_framebuffer(old.framebuffer);
                    gl.delete_texture(old.texture);
                }
                // SAFETY: as above.
                let renderer = gl.get_parameter_string(glow::RENDERER).to_lowercase();
                let names = ["llvmpipe", "softpipe", "swrast", "swiftshader", "software"];
                let is_software = names.iter().any(|name| renderer.contains(name));
                self.is_software.store(is_software, Ordering::Relaxed);
                *store = Store::new(gl, (width, height));
            }
        }
        let Some(store) = store.as_ref() else {
            self.is_refused.store(true, Ordering::Relaxed);
            return;
        };
        // SAFETY: as above.
        unsafe { copy(gl, (None, Some(store.framebuffer)), store.size) };
        self.size.store(packed(size), Ordering::Release);
    }

    fn lay_down(&self, size: [u32; 2], gl: &glow::Context) {
        let store = self.store.lock();
        let Some(store) =
            store.as_ref().filter(|_| self.size.load(Ordering::Acquire) == packed(size))
        else {
            return;
        };
        // SAFETY: it is called while the window's context is current, and the objects are those of that context.
        unsafe { copy(gl, (Some(store.framebuffer), None), store.size) };
    }
}

impl Store {
    /// `None` where the driver has no room or no such thing.
    ///
    /// # Safety
    /// The context must be current.
    unsafe fn new(gl: &glow::Context, size: (i32, i32)) -> Option<Store> {
        // SAFETY: the caller's; every object is bound before it is used, and nothing stays bound.
        unsafe {
            let texture = gl.create_texture().ok()?;
            gl.bind_texture(glow::TEXTURE_2D, Some(texture));
            gl.tex_image_2d(
                glow::TEXTURE_2D,
                0,
                #[allow(clippy::cast_possible_wrap, reason = "a name of the interface")]
                {
                    glow::RGBA8 as i32
                },
                size.0,
                size.1,
                0,
                glow::RGBA,
                glow::UNSIGNED_BYTE,
                glow::PixelUnpackData::Slice(None),
            );
            gl.bind_texture(glow::TEXTURE_2D, None);
            let framebuffer = gl.create_framebuffer().ok()?;
            gl.bind_framebuffer(glow::FRAMEBUFFER, Some(framebuffer));
            gl.framebuffer_texture_2d(
                glow::FRAMEBUFFER,
                glow::COLOR_ATTACHMENT0,
                glow::TEXTURE_2D,
                Some(texture),
                0,
            );
            let status = gl.check_framebuffer_status(glow::FRAMEBUFFER);
            gl.bind_framebuffer(glow::FRAMEBUFFER, None);
            if status != glow::FRAMEBUFFER_COMPLETE {
                gl.delete_framebuffer(framebuffer);
                gl.delete_texture(texture);
                return None;
            }
            Some(Store { framebuffer, texture, size })
        }
    }
}

/// Copies a whole picture from one framebuffer to another; `None` is the window.
///
/// # Safety
/// The context must be current, and the framebuffers its own.
unsafe fn copy(
    gl: &glow::Context,
    (from, to): (Option<glow::Framebuffer>, Option<glow::Framebuffer>),
    (width, height): (i32, i32),
) {
    // SAFETY: the caller's. The window is bound again, and whoever draws next sets its own scissors.
    unsafe {
        gl.disable(glow::SCISSOR_TEST);
        gl.bind_framebuffer(glow::READ_FRAMEBUFFER, from);
        gl.bind_framebuffer(glow::DRAW_FRAMEBUFFER, to);
        let whole = (0, 0, width, height);
        gl.blit_framebuffer(
            whole.0,
            whole.1,
            whole.2,
            whole.3,
            whole.0,
            whole.1,
            whole.2,
            whole.3,
            glow::COLOR_BUFFER_BIT,
            glow::NEAREST,
        );
        gl.bind_framebuffer(glow::FRAMEBUFFER, None);
        gl.enable(glow::SCISSOR_TEST);
    }
}
