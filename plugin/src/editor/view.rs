//! The whole window, one frame at a time.

use std::time::Duration;

use egui::Ui;

use crate::editor::desk::{Desk, Overlay};
use crate::editor::grid::{self, Drag};
use crate::editor::host::HostSide;
use crate::editor::layout::Layout;
use crate::editor::sight::{Playhead, Sight};
use crate::editor::theme::{DARK, LIGHT};
use crate::editor::{bars, heads, inspector, keys, lane, overlay};

/// How often a window that stands still looks for what the host has changed.
const LOOK: Duration = Duration::from_millis(100);

/// The window's state.
pub(crate) struct View {
    pub(crate) desk: Desk,
    drag: Option<Drag>,
    playhead: Playhead,
}

impl View {
    pub(crate) fn new(desk: Desk) -> View {
        View { desk, drag: None, playhead: Playhead::default() }
    }

    /// Draws a frame and takes what is done in it.
    pub(crate) fn show(&mut self, ui: &mut Ui, host: &dyn HostSide) {
        let View { desk, drag, playhead } = self;
        desk.refresh();
        let window = ui.ctx().content_rect();
        let layout = Layout::of(window, desk.view, ui.ctx().pixels_per_point());
        let by_host = host.performance();
        let tempo_bpm = desk.bridge.tempo_bpm().unwrap_or_else(|| desk.project.tempo.bpm());
        let now = ui.input(|input| input.time);
        let sight = Sight {
            tick: playhead.at(now, desk.bridge.position(), tempo_bpm),
            tempo_bpm,
            performance: desk.performance(by_host),
            playing_pattern: desk.bridge.playing_pattern(),
            wanted_pattern: usize::from(by_host.pattern.0),
            records: host.records(),
            is_song: by_host.is_song,
            refused_count: Sight::refused(&desk.bridge),
        };
        let theme = if desk.is_dark { &DARK } else { &LIGHT };
        let before = desk.cursor;
        keys::take(ui, desk, &sight, host);
        if desk.cursor != before {
            desk.follow(layout.row_count());
        }
        ui.painter().rect_filled(window, 0.0, theme.bg);
        bars::top(ui, theme, &layout, desk, &sight, host);
        bars::patterns(ui, theme, &layout, desk, &sight, host);
        bars::ruler(ui, theme, &layout, desk, &sight);
        heads::show(ui, theme, &layout, desk, &sight, host);
        grid::show(ui, theme, &layout, desk, &sight, drag);
        let beside = layout.inspector.map_or(window.right(), |inspector| inspector.left());
        let band = egui::Rect::from_x_y_ranges(window.left()..=beside, layout.lane.y_range());
        ui.painter().rect_filled(band, 0.0, theme.panel);
        lane::heads(ui, theme, &layout, desk);
        lane::chart(ui, theme, &layout, desk, &sight);
        if let Some(area) = layout.inspector {
            inspector::show(ui, theme, area, desk, &sight);
        }
        bars::status(ui, theme, &layout, desk, &sight);
        if desk.overlay != Overlay::None {
            overlay::show(ui, theme, window, desk, &sight);
        }
        // Only what moves is drawn again at once.
        match sight.tick {
            Some(_) => ui.ctx().request_repaint(),
            None => ui.ctx().request_repaint_after(LOOK),
        }
    }
}
