//! How large everything is drawn: as chosen, or as large as the window lets it be.

use std::time::Duration;

use egui::{Context, Vec2, ViewportCommand, vec2};

use crate::editor::choices::Choices;
use crate::editor::{SIZE, SIZE_MIN};

/// A window that a scale does not fit gets so long to grow; then the scale gives way, in seconds.
const PATIENCE_SECONDS: f64 = 0.4;

/// The scale of one window.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Scale {
    /// The chosen scale that the toolkit was last told.
    asked_percent: u16,
    /// The size that the window is to keep over a change of scale, in points of the scale 1.
    keeps: Option<Vec2>,
    /// Since when the scale differs from what fits.
    since_seconds: Option<f64>,
    is_opened: bool,
}

impl Scale {
    /// Brings scale and size together. A newly chosen scale changes the window's size; one that does not fit into the window,
    /// because the host keeps it small, gives way until it does.
    pub(crate) fn fit(&mut self, context: &Context, choices: &mut Choices) {
        let zoom = context.zoom_factor();
        let size = context.content_rect().size() * zoom;
        if let Some(size) = self.keeps.take() {
            context.send_viewport_cmd(ViewportCommand::InnerSize(size / zoom));
            return;
        }
        let chosen = f32::from(choices.scale_percent) / 100.0;
        if !self.is_opened {
            self.is_opened = true;
            self.asked_percent = choices.scale_percent;
            self.open(context, choices);
        } else if self.asked_percent != choices.scale_percent {
            // The window grows or shrinks along, so that as much is seen as before.
            self.asked_percent = choices.scale_percent;
            self.since_seconds = None;
            context.set_zoom_factor(chosen);
            return;
        }
        self.remember(context, choices);
        let fits = (size.x / SIZE_MIN.width).min(size.y / SIZE_MIN.height).max(0.25);
        let wanted = chosen.min(fits);
        if (wanted - zoom).abs() < 0.01 {
            self.since_seconds = None;
            return;
        }
        let now = context.input(|input| input.time);
        let since = *self.since_seconds.get_or_insert(now);
        if now - since < PATIENCE_SECONDS {
            context.request_repaint_after(Duration::from_secs_f64(PATIENCE_SECONDS));
            return;
        }
        self.since_seconds = None;
        self.keeps = Some(size);
        context.set_zoom_factor(wanted);
    }

    /// The first frame: a window that has never been resized takes the size that belongs to the system's own scale.
    fn open(&mut self, context: &Context, choices: &Choices) {
        let native = context.native_pixels_per_point().unwrap_or(1.0);
        if choices.width == 0 && native > 1.01 {
            #[allow(clippy::cast_possible_truncation, reason = "a window is small")]
            let size = vec2(SIZE.width as f32, SIZE.height as f32);
            context.send_viewport_cmd(ViewportCommand::InnerSize(size));
        }
    }

    /// Keeps the size for the next window, once it is another one than that of a first opening.
    fn remember(&self, context: &Context, choices: &mut Choices) {
        let pixels = context.content_rect().size() * context.pixels_per_point();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
        let (width, height) = (pixels.x.round().max(0.0) as u32, pixels.y.round().max(0.0) as u32);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
        let first = (SIZE.width as u32, SIZE.height as u32);
        if choices.width != 0 || (width, height) != first {
            (choices.width, choices.height) = (width, height);
        }
    }
}
