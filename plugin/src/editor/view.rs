//! The whole window, one frame at a time.

use std::time::Duration;

use egui::Ui;

use crate::editor::choices::Kept;
use crate::editor::desk::{Desk, Overlay};
use crate::editor::grid::{self, Drag};
use crate::editor::host::HostSide;
use crate::editor::layout::Layout;
use crate::editor::scale::Scale;
use crate::editor::sight::{Playhead, Sight};
use crate::editor::theme::{DARK, LIGHT};
use crate::editor::{bars, heads, inspector, keys, lane, overlay, song};

/// Frames that come further apart than this were slow to draw, in seconds.
const SLOW_SECONDS: f64 = 0.026;

/// So many slow frames in a row, and the window is drawn less often.
const SLOW_FRAMES: u32 = 12;

/// How often it is drawn then, while it plays.
const CALM: Duration = Duration::from_millis(166);

/// The window's state.
pub(crate) struct View {
    pub(crate) desk: Desk,
    drag: Option<Drag>,
    playhead: Playhead,
    pace: Pace,
    kept: Kept,
    scale: Scale,
}

/// How often frames can be drawn: at the display's rate, or where drawing is slow, as in software, six times a second.
#[derive(Clone, Copy, Debug, Default)]
struct Pace {
    last_seconds: Option<f64>,
    slow_count: u32,
    is_calm: bool,
}

impl Pace {
    /// A frame is drawn at a time, while something moves.
    fn tick(&mut self, now_seconds: f64) {
        if let Some(last) = self.last_seconds.replace(now_seconds)
            && !self.is_calm
        {
            let is_slow = now_seconds - last > SLOW_SECONDS;
            self.slow_count = if is_slow { self.slow_count + 1 } else { 0 };
            self.is_calm = self.slow_count >= SLOW_FRAMES;
        }
    }
}

/// Where the playhead of a song is in the pattern that is shown: nowhere, if another one plays. A window that follows shows the
/// one that plays.
pub(crate) fn tick_in_song(desk: &mut Desk, song_tick: Option<f64>) -> Option<f64> {
    let (slot, within) = song::playing_slot(desk, song_tick?)?;
    let playing = usize::from(desk.project.song.slots.get(slot)?.pattern.0);
    if desk.choices.follows && playing != desk.pattern {
        desk.show_pattern(playing);
    }
    (playing == desk.pattern).then_some(within)
}

impl View {
    pub(crate) fn new(desk: Desk, kept: Kept) -> View {
        View {
            desk,
            drag: None,
            playhead: Playhead::default(),
            pace: Pace::default(),
            kept,
            scale: Scale::default(),
        }
    }

    /// The window opens anew: whatever was going on when it closed is over.
    pub(crate) fn open(&mut self) {
        self.drag = None;
        self.desk.end();
        self.pace = Pace::default();
        self.scale = Scale::default();
    }

    /// The window is closed: what was chosen in it is written.
    pub(crate) fn close(&mut self) {
        self.kept.keep_now(&self.desk.choices);
    }

    /// What lies behind everything.
    pub(crate) fn ground(&self) -> egui::Color32 {
        if self.desk.choices.is_dark { DARK.bg } else { LIGHT.bg }
    }

    /// Draws a frame and takes what is done in it.
    pub(crate) fn show(&mut self, ui: &mut Ui, host: &dyn HostSide) {
        let View { desk, drag, playhead, pace, kept, scale } = self;
        desk.refresh();
        let window = ui.ctx().content_rect();
        scale.fit(ui.ctx(), &mut desk.choices);
        let layout =
            Layout::of(window, desk.view, desk.choices.is_folded, ui.ctx().pixels_per_point());
        let by_host = host.performance();
        let tempo_bpm = desk.bridge.tempo_bpm().unwrap_or_else(|| desk.project.tempo.bpm());
        let now = ui.input(|input| input.time);
        let song_tick = playhead.at(now, desk.bridge.position(), tempo_bpm);
        let tick = if by_host.is_song { tick_in_song(desk, song_tick) } else { song_tick };
        let sight = Sight {
            tick,
            song_tick,
            tempo_bpm,
            performance: desk.performance(by_host),
            playing_pattern: desk.bridge.playing_pattern(),
            wanted_pattern: usize::from(by_host.pattern.0),
            records: host.records(),
            is_song: by_host.is_song,
            refused_count: Sight::refused(&desk.bridge),
        };
        if desk.choices.follows
            && sight.tick.is_some()
            && let Some((running, _)) = tresillo_pattern::running_step(
                &desk.project,
                &sight.performance,
                desk.cursor.0,
                sight.whole_tick(),
            )
        {
            desk.follow_running(running.step);
        }
        let theme = if desk.choices.is_dark { &DARK } else { &LIGHT };
        let (before, overlay) = (desk.cursor, desk.overlay);
        keys::take(ui, desk, &sight, host);
        if desk.cursor != before {
            desk.follow(layout.row_count());
        }
        bars::top(ui, theme, &layout, desk, &sight, host);
        bars::patterns(ui, theme, &layout, desk, &sight, host);
        bars::ruler(ui, theme, &layout, desk, &sight);
        heads::show(ui, theme, &layout, desk, &sight, host);
        grid::show(ui, theme, &layout, desk, &sight, drag);
        heads::empty(ui, theme, &layout, desk);
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
            overlay::show(ui, theme, window, desk, &sight, host);
        }
        if desk.overlay != overlay {
            // A field that is gone tells nobody that its typing is over.
            desk.end();
        }
        if let Some(seconds) = kept.keep(&desk.choices, now) {
            ui.ctx().request_repaint_after(Duration::from_secs_f64(seconds));
        }
        // Only what moves is drawn again at once; what stands still is drawn when somebody does something to it.
        if sight.song_tick.is_some() {
            pace.tick(now);
            match pace.is_calm {
                true => ui.ctx().request_repaint_after(CALM),
                false => ui.ctx().request_repaint(),
            }
        } else {
            pace.last_seconds = None;
        }
    }
}
