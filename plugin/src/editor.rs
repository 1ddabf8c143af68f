//! The window: the document as a grid, and what hands do to it.
//!
//! It knows the document by the bridge alone, and the host by its parameters. Nothing in it may stop the host: a panic ends the
//! window.

mod alone;
mod bars;
mod browser;
mod choices;
mod clipboard;
mod desk;
mod files;
mod fonts;
mod grid;
mod heads;
mod host;
mod inspector;
mod keys;
mod lane;
mod layout;
mod library;
mod number;
mod overlay;
mod pattern;
mod picture;
mod scale;
mod scroll;
mod settings;
mod sight;
mod song;
#[cfg(target_os = "linux")]
mod space_bar;
mod teach;
#[cfg(test)]
mod tests;
mod theme;
mod toolbox;
mod tools;
mod track;
mod view;
mod widgets;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::{LogicalSize, PhysicalSize};
use nice_plug_egui::baseview::HandlerError;
use nice_plug_egui::{
    EguiEditor, EguiEditorState, EguiNiceSettings, Frame, KeyCapture, NiceEguiApp,
    create_egui_editor,
};

use crate::bridge::Bridge;
use crate::params::SequencerParams;

use choices::Kept;
use desk::Desk;
use host::PluginHost;
use view::View;

/// The size at which the window opens, in points.
pub(crate) const SIZE: LogicalSize<f64> = LogicalSize { width: 1200.0, height: 760.0 };

/// The smallest size.
pub(crate) const SIZE_MIN: LogicalSize<f32> = LogicalSize { width: 820.0, height: 520.0 };

/// The window of one instance.
pub struct Window {
    params: Arc<SequencerParams>,
    #[cfg(feature = "standalone")]
    bridge: Arc<Bridge>,
    view: View,
    host: Option<PluginHost>,
    /// The way of the space bar to the host, where we stand in it.
    #[cfg(target_os = "linux")]
    space_bar: Option<space_bar::SpaceBar>,
    /// It has panicked and draws nothing any more.
    is_broken: bool,
}

/// Makes the editor of an instance; its window is opened by the host.
pub(crate) fn create(
    params: Arc<SequencerParams>,
    bridge: Arc<Bridge>,
) -> Option<EguiEditor<Window>> {
    let graphics = nice_plug_egui::GraphicsConfig { dithering: false, ..Default::default() };
    let settings = EguiNiceSettings::new()
        .with_tile("Tresillo")
        .with_graphics_config(graphics)
        .with_resize_hint(resize_hint());
    let watcher = bridge.watcher();
    let (kept, choices) = Kept::of(library::home().map(|home| home.join("window.json")));
    // In physical pixels, because a logical size would be multiplied by the scale at each opening.
    let (width, height) = match (choices.width, choices.height) {
        (0, _) | (_, 0) => (SIZE.width, SIZE.height),
        (width, height) => (width.into(), height.into()),
    };
    let size = PhysicalSize::<f64>::from((width, height)).cast::<u32>();
    let state = EguiEditorState::from_size(size, f32::from(choices.scale_percent) / 100.0);
    let mut desk = Desk::new(Arc::clone(&bridge));
    desk.choices = choices;
    if bridge.own_transport().is_some()
        && let Some(path) = library::session()
    {
        desk.open_session(path);
    }
    let window = Window {
        params,
        #[cfg(feature = "standalone")]
        bridge,
        view: View::new(desk, kept),
        host: None,
        #[cfg(target_os = "linux")]
        space_bar: None,
        is_broken: false,
    };
    create_egui_editor(state, watcher, settings, window)
}

fn resize_hint() -> nice_plug::editor::ResizeHint {
    use nice_plug::editor::{ResizeHint, SizeConstraints};
    ResizeHint {
        can_resize: true,
        can_resize_horizontally: true,
        can_resize_vertically: true,
        size_constraints: SizeConstraints::Logical { min_size: Some(SIZE_MIN), max_size: None },
        ..ResizeHint::NON_RESIZABLE
    }
}

impl NiceEguiApp for Window {
    fn build(
        &mut self,
        context: egui::Context,
        gui: GuiContext,
        frame: &mut Frame,
    ) -> Result<(), HandlerError> {
        #[cfg(feature = "standalone")]
        crate::standalone::farewell::prepare(&context, &self.bridge);
        fonts::install(&context);
        // Scales are our own choices, which are remembered.
        context.options_mut(|options| options.zoom_with_keyboard = false);
        self.host = Some(PluginHost { params: Arc::clone(&self.params), context: gui });
        self.is_broken = false;
        #[cfg(target_os = "linux")]
        {
            self.space_bar = space_bar::SpaceBar::of(frame.baseview_window());
        }
        #[cfg(not(target_os = "linux"))]
        let _ = frame;
        self.view.open();
        Ok(())
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut Frame) {
        #[cfg(feature = "standalone")]
        if crate::standalone::farewell::is_due() {
            ui.ctx().send_viewport_cmd(egui::ViewportCommand::Close);
        }
        // The bytes as they are: nothing between here and the display turns light into bytes once more.
        let [red, green, blue, _] =
            self.view.ground().to_array().map(|byte| f32::from(byte) / 255.0);
        frame.set_clear_color(egui::Rgba::from_rgb(red, green, blue));
        // The space bar starts and stops the host, unless somebody is typing; keys that are not ours are the host's, too.
        let is_alone = self.view.desk.bridge.own_transport().is_some();
        frame.set_key_capture(match is_alone || ui.ctx().text_edit_focused() {
            true => KeyCapture::CaptureAll,
            false => KeyCapture::CaptureKeys(keys::ours()),
        });
        #[cfg(target_os = "linux")]
        if !is_alone && !ui.ctx().text_edit_focused() {
            self.pass_the_space_bar_on(ui);
        }
        let Some(host) = self.host.as_ref().filter(|_| !self.is_broken) else { return };
        let view = &mut self.view;
        // The host must not go down with its guest's window.
        if catch_unwind(AssertUnwindSafe(|| view.show(ui, host))).is_err() {
            self.is_broken = true;
        }
    }

    fn editor_closed(&mut self) {
        self.view.close();
        self.host = None;
    }
}

#[cfg(target_os = "linux")]
impl Window {
    fn pass_the_space_bar_on(&self, ui: &egui::Ui) {
        let Some(space_bar) = &self.space_bar else { return };
        ui.input(|input| {
            for event in &input.events {
                if let egui::Event::Key { key: egui::Key::Space, pressed, repeat: false, .. } =
                    event
                {
                    space_bar.pass_on(*pressed);
                }
            }
        });
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.view.close();
    }
}
