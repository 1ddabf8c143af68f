//! The whole window, one frame at a time.

use std::time::Duration;

use egui::Ui;

use crate::editor::choices::{Choices, Kept};
use crate::editor::desk::{Desk, Overlay};
use crate::editor::grid::{self, Drag};
use crate::editor::host::HostSide;
use crate::editor::layout::Layout;
use crate::editor::picture::Picture;
use crate::editor::scale::Scale;
use crate::editor::sight::{Playhead, Sight};
use crate::editor::theme::{DARK, LIGHT, Theme};
use crate::editor::{bars, heads, inspector, keys, lane, overlay, scroll, song};

/// Frames that come further apart than this were slow to draw, in seconds.
const SLOW_SECONDS: f64 = 0.026;

/// So many slow frames in a row, and the window is drawn less often.
const SLOW_FRAMES: u32 = 12;

/// How often it is drawn then, while it plays.
const CALM: Duration = Duration::from_millis(166);

/// How often it is drawn while it plays where the processor draws: each frame is a part of its time.
const IN_SOFTWARE: Duration = Duration::from_millis(60);

/// Where no host saves the project, we do, so often while something is done, in seconds.
const SESSION_SECONDS: f64 = 10.0;

/// The window's state.
pub(crate) struct View {
    pub(crate) desk: Desk,
    drag: Option<Drag>,
    playhead: Playhead,
    pace: Pace,
    kept: Kept,
    scale: Scale,
    still: Stillness,
    picture: Picture,
    /// When the program's project was last kept.
    session_seconds: f64,
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
pub(crate) fn tick_in_song(
    desk: &mut Desk,
    song_tick: Option<f64>,
    may_follow: bool,
) -> Option<f64> {
    let (slot, within) = song::playing_slot(desk, song_tick?)?;
    let playing = usize::from(desk.project.song.slots.get(slot)?.pattern.0);
    if desk.choices.follows && may_follow && playing != desk.pattern {
        desk.show_pattern(playing);
    }
    (playing == desk.pattern).then_some(within)
}

/// All that a picture of what stands still shows, but for what hands do: while it is the same, the picture is right.
#[derive(Clone, Debug, PartialEq)]
struct Still {
    sight: Sight,
    passes: Vec<i64>,
    revision: u64,
    pattern: usize,
    first: (usize, usize),
    message: Option<String>,
    rejected: Option<String>,
    choices: Choices,
    layout: Layout,
}

impl Still {
    fn of(layout: &Layout, desk: &Desk, sight: &Sight) -> Still {
        Still {
            sight: sight.still(),
            passes: grid::passes(layout, desk, sight),
            revision: desk.revision(),
            pattern: desk.pattern,
            first: (desk.first_row, desk.first_column),
            message: desk.message.clone(),
            rejected: desk.bridge.rejected(),
            choices: desk.choices.clone(),
            layout: *layout,
        }
    }
}

/// Whether the picture of the last frame is still right.
#[derive(Clone, Debug, Default)]
struct Stillness {
    last: Option<Still>,
    /// Frames since a hand has done something: what it did is seen one frame later.
    quiet_frames: u32,
}

impl Stillness {
    fn is_kept(&mut self, ui: &Ui, now: Still, picture: &Picture, moves: bool) -> bool {
        let is_quiet = ui.input(|input| input.events.is_empty() && !input.pointer.any_down())
            && !ui.ctx().text_edit_focused();
        // Pictures are taken while something moves alone: those of the time before are of another time.
        let is_quiet = is_quiet && moves;
        self.quiet_frames = if is_quiet { self.quiet_frames.saturating_add(1) } else { 0 };
        let is_same = self.last.as_ref() == Some(&now);
        self.last = Some(now);
        let size = ui.ctx().content_rect().size() * ui.ctx().pixels_per_point();
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a window is small"
        )]
        let pixels = [size.x.round() as u32, size.y.round() as u32];
        // One frame is drawn without the hands before it is kept.
        is_same && self.quiet_frames > 2 && picture.is_of(pixels)
    }
}

/// Draws all that stands still, and takes what hands do.
fn standing(
    ui: &mut Ui,
    theme: &Theme,
    layout: &Layout,
    desk: &mut Desk,
    sight: &Sight,
    host: &dyn HostSide,
    drag: &mut Option<Drag>,
) {
    bars::top(ui, theme, layout, desk, sight, host);
    bars::patterns(ui, theme, layout, desk, sight, host);
    bars::ruler(ui, theme, layout, desk);
    heads::show(ui, theme, layout, desk, sight, host);
    grid::show(ui, theme, layout, desk, sight, drag);
    heads::empty(ui, theme, layout, desk);
    scroll::bars(ui, theme, layout, desk);
    let beside = layout.inspector.map_or(layout.top.right(), |inspector| inspector.left());
    let band = egui::Rect::from_x_y_ranges(layout.top.left()..=beside, layout.lane.y_range());
    ui.painter().rect_filled(band, 0.0, theme.panel);
    lane::heads(ui, theme, layout, desk);
    lane::chart(ui, theme, layout, desk, sight);
    if let Some(area) = layout.inspector {
        inspector::show(ui, theme, area, desk, sight);
    }
    bars::status(ui, theme, layout, desk, sight);
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
            still: Stillness::default(),
            picture: Picture::default(),
            session_seconds: 0.0,
        }
    }

    /// The window opens anew: whatever was going on when it closed is over.
    pub(crate) fn open(&mut self) {
        self.drag = None;
        self.desk.end();
        self.pace = Pace::default();
        self.scale = Scale::default();
        self.still = Stillness::default();
        // The window's own graphics context keeps it, and this is another window.
        self.picture = Picture::default();
    }

    /// The window is closed: what was chosen in it is written.
    pub(crate) fn close(&mut self) {
        self.kept.keep_now(&self.desk.choices);
        self.desk.keep_session();
    }

    /// What lies behind everything.
    pub(crate) fn ground(&self) -> egui::Color32 {
        if self.desk.choices.is_dark { DARK.bg } else { LIGHT.bg }
    }

    /// Draws a frame and takes what is done in it.
    pub(crate) fn show(&mut self, ui: &mut Ui, host: &dyn HostSide) {
        let View { desk, drag, playhead, pace, kept, scale, still, picture, session_seconds } =
            self;
        desk.refresh();
        let window = ui.ctx().content_rect();
        scale.fit(ui.ctx(), &mut desk.choices);
        let layout =
            Layout::of(window, desk.view, desk.choices.is_folded, ui.ctx().pixels_per_point());
        desk.lacks_inspector = layout.inspector.is_none();
        let by_host = host.performance();
        let tempo_bpm = desk.bridge.tempo_bpm().unwrap_or_else(|| desk.project.tempo.bpm());
        let now = ui.input(|input| input.time);
        let song_tick = playhead.at(now, desk.bridge.position(), tempo_bpm);
        // The view does not go away from under a hand.
        let may_follow = desk.overlay == Overlay::None
            && !ui.input(|input| input.pointer.any_down())
            && !ui.ctx().text_edit_focused();
        let tick = match by_host.is_song {
            true => tick_in_song(desk, song_tick, may_follow),
            false => song_tick,
        };
        let sight = Sight {
            tick,
            song_tick,
            tempo_bpm,
            performance: desk.performance(by_host),
            playing_pattern: desk.bridge.playing_pattern(),
            wanted_pattern: usize::from(by_host.pattern.0),
            records: host.records(),
            run: host.settings().run,
            is_song: by_host.is_song,
            slot: song_tick
                .filter(|_| by_host.is_song)
                .and_then(|tick| song::playing_slot(desk, tick))
                .map(|(slot, _)| slot),
            refused_count: Sight::refused(&desk.bridge),
        };
        if desk.choices.follows
            && may_follow
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
        if ui.input(|input| input.pointer.any_pressed()) {
            // What is done next has words of its own.
            desk.message = None;
        }
        let theme = if desk.choices.is_dark { &DARK } else { &LIGHT };
        let (before, overlay) = (desk.cursor, desk.overlay);
        keys::take(ui, desk, &sight, host);
        if desk.cursor != before {
            desk.follow(layout.row_count());
        }
        let now_still = Still::of(&layout, desk, &sight);
        let moves = sight.song_tick.is_some() && desk.overlay == Overlay::None;
        let is_kept = still.is_kept(ui, now_still, picture, moves);
        let mut child = ui.new_child(egui::UiBuilder::new().max_rect(window));
        if is_kept {
            // It is all there to be touched, but not painted: the picture of it is laid down.
            child.painter().add(picture.lay_down(window));
            child.set_opacity(0.0);
        }
        if desk.is_covered() {
            // The keyboard does not reach what is not seen, nor do the wheel and drags.
            child.disable();
        }
        standing(&mut child, theme, &layout, desk, &sight, host, drag);
        if sight.song_tick.is_some() {
            if !is_kept && desk.overlay == Overlay::None {
                ui.painter().add(picture.keep(window));
            }
            bars::moving(ui, theme, &layout, desk, &sight);
            grid::moving(ui, theme, &layout, desk, &sight);
            lane::moving(ui, theme, &layout, desk, &sight);
        }
        if desk.overlay != Overlay::None {
            overlay::show(ui, theme, window, desk, &sight, host);
        }
        if desk.overlay != overlay {
            // A field that is gone tells nobody that its typing is over.
            desk.end();
        }
        if desk.bridge.own_transport().is_some() && now - *session_seconds > SESSION_SECONDS {
            *session_seconds = now;
            desk.keep_session();
        }
        if desk.has_to_keep_session() {
            ui.ctx().request_repaint_after(Duration::from_secs_f64(SESSION_SECONDS));
        }
        if let Some(seconds) = kept.keep(&desk.choices, now) {
            ui.ctx().request_repaint_after(Duration::from_secs_f64(seconds));
        }
        // Only what moves is drawn again at once; what stands still is drawn when somebody does something to it.
        if sight.song_tick.is_some() {
            pace.tick(now);
            match () {
                () if picture.is_software() => ui.ctx().request_repaint_after(IN_SOFTWARE),
                () if pace.is_calm => ui.ctx().request_repaint_after(CALM),
                () => ui.ctx().request_repaint(),
            }
        } else {
            pace.last_seconds = None;
        }
    }
}
