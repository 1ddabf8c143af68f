//! The lane editor: one value of each step of the chosen track, as bars that are drawn with the pointer.

mod heads;

use egui::{Align2, Id, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};
use tresillo_pattern::document::edit::Edit;
use tresillo_pattern::document::{self, Step, StepSize, Track};
use tresillo_pattern::limits::STEPS_MAX;

use crate::editor::desk::{Desk, Overlay};
use crate::editor::fonts;
use crate::editor::grid::width_of;
use crate::editor::layout::Layout;
use crate::editor::number::wheel;
use crate::editor::sight::Sight;
use crate::editor::theme::{Theme, mix};
use crate::editor::tools::{Lane, Throws};
use crate::editor::widgets::{Look, button};

pub(crate) use heads::heads;

/// How a stroke sets values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Pen {
    /// Where the pointer goes.
    #[default]
    Draw,
    /// On a straight line from where it was pressed.
    Line,
    /// On a curve that begins slowly.
    Curve,
    /// Each step by something of its own, the more the further up or down the pointer goes.
    Vary,
}

impl Pen {
    const ALL: [(&'static str, Pen); 4] =
        [("Draw", Pen::Draw), ("Line", Pen::Line), ("Curve", Pen::Curve), ("Vary", Pen::Vary)];
}

/// The steps that a lane of a track shows: its own, or those of the track.
#[derive(Clone, Copy, Debug)]
struct Shown<'a> {
    steps: &'a [Step],
    size: StepSize,
    is_own: bool,
}

fn shown(track: &Track, lane: Lane) -> Shown<'_> {
    match own_lane(track, lane) {
        Some(own) => Shown { steps: &own.steps, size: own.step_size, is_own: true },
        None => Shown { steps: &track.steps, size: track.step_size, is_own: false },
    }
}

fn own_lane(track: &Track, lane: Lane) -> Option<&document::Lane> {
    track.lanes.iter().find(|own| own.property == lane.property())
}

impl Desk {
    /// Sets some places of the lane that is shown, each to its own value; the steps of the track, or those of the lane.
    pub(crate) fn set_lane(&mut self, values: Vec<(usize, i64)>) {
        let (lane, index) = (self.lane, self.cursor.0);
        let Some(track) = self.track() else { return };
        if own_lane(track, lane).is_none() {
            let values = values.into_iter().map(|(step, value)| ((index, step), value));
            self.set_values(lane, values.collect());
            return;
        }
        self.change_lanes(&format!("Lane {}", lane.name()), |lanes| {
            for own in lanes.iter_mut().filter(|own| own.property == lane.property()) {
                let ticks = own.step_size.ticks_ceil();
                for (step, value) in &values {
                    if let Some(step) = own.steps.get_mut(*step) {
                        lane.set(step, *value, ticks);
                    }
                }
            }
        });
    }

    /// Whether the lane that is shown has steps of its own.
    pub(crate) fn has_own_lane(&self) -> bool {
        self.track().is_some_and(|track| own_lane(track, self.lane).is_some())
    }

    /// How many places the lane that is shown has.
    pub(crate) fn lane_length(&self) -> usize {
        self.track().map_or(0, |track| shown(track, self.lane).steps.len())
    }

    /// Takes back what places of the lane say, or what the chosen steps do where the lane has none of its own.
    pub(crate) fn reset_lane(&mut self, places: &[usize]) {
        let lane = self.lane;
        let name = format!("Reset {}", lane.name().to_lowercase());
        if !self.has_own_lane() {
            let chosen = self.chosen();
            self.change(&name, &chosen, |step, ticks| lane.reset(step, ticks));
            return;
        }
        self.change_lanes(&name, |lanes| {
            for own in lanes.iter_mut().filter(|own| own.property == lane.property()) {
                let ticks = own.step_size.ticks_ceil();
                for place in places {
                    if let Some(step) = own.steps.get_mut(*place) {
                        lane.reset(step, ticks);
                    }
                }
            }
        });
    }

    fn change_lanes(&mut self, name: &str, change: impl FnOnce(&mut Vec<document::Lane>)) {
        let Some(track) = self.track() else { return };
        let mut lanes = track.lanes.clone();
        change(&mut lanes);
        if lanes != track.lanes {
            let at = self.place(self.cursor.0);
            self.edit(name, Edit::SetLanes { at, lanes });
        }
    }

    /// Gives the lane that is shown a length of its own, or takes it away again.
    pub(crate) fn set_own_length(&mut self, lane: Lane, length: Option<usize>) {
        let Some(track) = self.track() else { return };
        let (steps, size) = (track.steps.clone(), track.step_size);
        self.change_lanes("Own length of a lane", |lanes| {
            let place = lanes.iter().position(|own| own.property == lane.property());
            match (place, length) {
                (Some(place), None) => drop(lanes.remove(place)),
                (Some(place), Some(length)) => {
                    lanes[place].steps = grown(&lanes[place].steps, length);
                }
                (None, Some(length)) => lanes.push(document::Lane {
                    property: lane.property(),
                    step_size: size,
                    steps: grown(&steps, length),
                    unknown: document::Unknown::default(),
                }),
                (None, None) => {}
            }
        });
    }
}

/// What the chart of a lane goes over: of pitches, the octaves around those of the track.
fn chart_range(track: &Track, of_lane: Shown<'_>, lane: Lane) -> (i64, i64) {
    if lane != Lane::Pitch {
        return lane.range();
    }
    let keys = of_lane.steps.iter().flat_map(|step| step.keys.iter());
    let keys: Vec<i64> = keys.chain(track.destination.key).map(|key| key.get().into()).collect();
    let low = keys.iter().min().copied().unwrap_or(60);
    let high = keys.iter().max().copied().unwrap_or(60);
    ((low / 12 - 1).max(0) * 12, ((high / 12 + 2) * 12).min(127))
}

impl Desk {
    /// What the chart of the lane that is shown goes over.
    fn lane_range(&self) -> (i64, i64) {
        let of_track = |track| chart_range(track, shown(track, self.lane), self.lane);
        self.held_range.or_else(|| self.track().map(of_track)).unwrap_or((0, 127))
    }
}

/// So many steps; new ones repeat those that are there.
fn grown(steps: &[Step], length: usize) -> Vec<Step> {
    steps.iter().cycle().take(length.clamp(1, STEPS_MAX)).cloned().collect()
}

/// Where the chart is in its area.
fn chart_of(layout: &Layout) -> Rect {
    let tools_height = if layout.is_small { 0.0 } else { 36.0 };
    Rect::from_min_max(
        layout.lane.min + vec2(0.0, tools_height + 4.0),
        layout.lane.max - vec2(0.0, 24.0),
    )
}

/// The chart.
pub(crate) fn chart(ui: &mut Ui, theme: &Theme, layout: &Layout, desk: &mut Desk, sight: &Sight) {
    let area = layout.lane;
    ui.painter().hline(
        layout.lane_heads.left()..=area.right(),
        area.top() + 0.5,
        Stroke::new(1.0, theme.line),
    );
    if !layout.is_small {
        tools(ui, theme, area, desk);
    }
    let chart = chart_of(layout);
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(area));
    child.set_clip_rect(area);
    bars(&child, theme, layout, desk, sight, (chart, None));
    act(&child, layout, desk, chart);
}

/// Draws what moves: the place that runs.
pub(crate) fn moving(ui: &mut Ui, theme: &Theme, layout: &Layout, desk: &Desk, sight: &Sight) {
    let Some(track) = desk.track() else { return };
    let of_lane = shown(track, desk.lane);
    let (_, Some(running)) = now(desk, sight, track, of_lane) else { return };
    let chart = chart_of(layout);
    let cell = column(desk, layout, chart, of_lane.size, running);
    let clip = Rect::from_x_y_ranges(cell.x_range(), chart.top() - 1.0..=layout.lane.bottom());
    let mut child = ui.new_child(egui::UiBuilder::new().max_rect(layout.lane));
    child.set_clip_rect(clip.intersect(layout.lane));
    child.painter().rect_filled(clip, 0.0, theme.panel);
    bars(&child, theme, layout, desk, sight, (chart, Some(running)));
}

fn tools(ui: &Ui, theme: &Theme, area: Rect, desk: &mut Desk) {
    let top = area.top() + 6.0;
    let mut x = area.left() + 2.0;
    for (words, pen) in Pen::ALL {
        let rect = Rect::from_min_size(pos2(x, top), vec2(58.0, 24.0));
        x += 60.0;
        let look = if desk.pen == pen { Look::Chosen } else { Look::Rest };
        let name = format!("Pen: {words}");
        if button(ui, theme, rect, (words, &name), fonts::words(12.0), look).clicked() {
            desk.pen = pen;
        }
    }
    let mut right = area.right() - 2.0;
    let mut tool = |width: f32, words: &str, name: &str, look: Look| {
        right -= width;
        let rect = Rect::from_min_size(pos2(right, top), vec2(width, 24.0));
        right -= 4.0;
        button(ui, theme, rect, (words, name), fonts::words(12.0), look).clicked()
    };
    let hits = desk.track().map_or(0, |track| track.steps.iter().filter(|step| step.is_on).count());
    let length = desk.track().map_or(1, |track| track.steps.len());
    let is_own = desk.track().is_some_and(|track| own_lane(track, desk.lane).is_some());
    let live = |is_live| if is_live { Look::Chosen } else { Look::Rest };
    if tool(56.0, "Tools", "Tools", live(desk.overlay == Overlay::Tools)) {
        desk.overlay = Overlay::Tools;
    }
    if tool(84.0, "Own length", "Own length of the lane", live(is_own)) {
        desk.set_own_length(desk.lane, (!is_own).then_some(length));
    }
    if tool(28.0, "→", "Rotate right", Look::Rest) {
        desk.replace_steps("Rotate", |steps| super::tools::rotated(steps, 1));
    }
    if tool(28.0, "←", "Rotate left", Look::Rest) {
        desk.replace_steps("Rotate", |steps| super::tools::rotated(steps, -1));
    }
    if tool(24.0, "+", "One hit more, spread evenly", Look::Rest) {
        desk.euclid((hits + 1).min(length), 0);
    }
    if tool(56.0, "Euclid", "Spread the hits evenly", Look::Rest) {
        desk.euclid(hits, 0);
    }
    if tool(24.0, "−", "One hit fewer, spread evenly", Look::Rest) {
        desk.euclid(hits.saturating_sub(1), 0);
    }
}

/// Where a place of the lane stands.
fn column(desk: &Desk, layout: &Layout, chart: Rect, size: StepSize, step: usize) -> Rect {
    let width = width_of(size, layout);
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let left = chart.left() + step as f32 * width - desk.first_column as f32 * layout.column;
    Rect::from_min_size(pos2(left, chart.top()), vec2(width, chart.height()))
}

/// The bars, with the place that runs lit, if there is one.
fn bars(
    ui: &Ui,
    theme: &Theme,
    layout: &Layout,
    desk: &Desk,
    sight: &Sight,
    (chart, running): (Rect, Option<usize>),
) {
    let Some(track) = desk.track() else { return };
    let painter = ui.painter();
    let rule = Stroke::new(1.0, theme.line);
    for share in [0.0f32, 0.5, 1.0] {
        painter.hline(chart.x_range(), chart.bottom() - chart.height() * share, rule);
    }
    let lane = desk.lane;
    let of_lane = shown(track, lane);
    let (low, high) = desk.lane_range();
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let share_of = |value: i64| (value.clamp(low, high) - low) as f32 / (high - low) as f32;
    let base = if low < 0 { share_of(0) } else { 0.0 };
    let colour = theme.track(desk.cursor.0);
    let (sounds, _) = now(desk, sight, track, of_lane);
    let count = of_lane.steps.len();
    for place in 0.. {
        let cell = column(desk, layout, chart, of_lane.size, place);
        if cell.left() > chart.right() || (place >= count && !of_lane.is_own) {
            break;
        }
        if cell.right() < ui.clip_rect().left() || cell.left() > ui.clip_rect().right() {
            continue;
        }
        let index = place % count.max(1);
        let Some(step) = of_lane.steps.get(index) else { break };
        if place < count && running == Some(index) {
            painter.rect_filled(cell.shrink2(vec2(2.0, 0.0)), 0.0, theme.slot);
        }
        if !(of_lane.is_own || step.is_on) {
            continue;
        }
        let value = lane.on(track, step);
        let share = share_of(value);
        let y = |share: f32| chart.bottom() - chart.height() * share;
        let (top, bottom) = (y(share.max(base)), y(share.min(base)).max(y(share.max(base)) + 3.0));
        let bar =
            Rect::from_min_max(pos2(cell.left() + 2.0, top), pos2(cell.right() - 2.0, bottom));
        if place >= count {
            // A repeat: seen, and not to be touched.
            let faint = Stroke::new(1.0, mix(theme.panel, colour, 0.35));
            painter.rect_stroke(bar, 2.0, faint, StrokeKind::Inside);
            continue;
        }
        let is_chosen = !of_lane.is_own
            && (desk.selection.contains(&(desk.cursor.0, index)) || desk.cursor.1 == index);
        let is_said = of_lane.is_own || lane.is_said(step);
        if !is_said {
            // The base value of a control that the step does not lock.
            let line = [pos2(bar.left(), y(share)), pos2(bar.right(), y(share))];
            painter.line_segment(line, Stroke::new(1.0, theme.text3));
        } else if of_lane.is_own || sounds[index] {
            painter.rect_filled(bar, 2.0, if is_chosen { colour } else { theme.lane(colour) });
            let cap = Rect::from_min_size(
                pos2(bar.left(), y(share).min(bar.bottom() - 3.0)),
                vec2(bar.width(), 3.0),
            );
            painter.rect_filled(cap, 1.0, if is_chosen { theme.edge(colour) } else { colour });
        } else {
            let (fill, stroke) = theme.hollow(colour);
            painter.rect(bar, 2.0, fill, Stroke::new(1.25, stroke), StrokeKind::Inside);
        }
        if is_chosen {
            let outline = Stroke::new(2.0, theme.paper);
            painter.rect_stroke(bar.expand(1.0), 4.0, outline, StrokeKind::Inside);
        }
        if cell.width() >= 30.0 {
            let words = lane.text(value).replace(" %", "").replace(" ct", "");
            let font = if is_chosen { fonts::mono_bold(10.5) } else { fonts::mono(10.5) };
            let ink = match (is_chosen, is_said) {
                (true, _) => theme.text,
                (false, true) => theme.text2,
                (false, false) => theme.text3,
            };
            let at = pos2(cell.center().x, chart.bottom() + 12.0);
            painter.text(at, Align2::CENTER_CENTER, words, font, ink);
        }
    }
}

/// Which steps of the track sound in this pass, and which place of the lane runs.
fn now(
    desk: &Desk,
    sight: &Sight,
    track: &Track,
    of_lane: Shown<'_>,
) -> (Vec<bool>, Option<usize>) {
    let mut sounds = vec![false; track.steps.len()];
    let (project, performance, index) = (&desk.project, &sight.performance, desk.cursor.0);
    let tick = sight.whole_tick();
    let running = tresillo_pattern::running_step(project, performance, index, tick);
    let cycle = running.map_or(0, |(step, _)| step.cycle);
    tresillo_pattern::foresee(project, performance, index, cycle, |step| {
        sounds[step.step] |= step.sounds;
    });
    let runs = sight.tick.is_some();
    let place = match of_lane.is_own {
        true => {
            let count = i64::try_from(of_lane.steps.len()).unwrap_or(1).max(1);
            usize::try_from(of_lane.size.place_at(tick).rem_euclid(count)).ok()
        }
        false => running.map(|(step, _)| step.step),
    };
    (sounds, place.filter(|_| runs))
}

/// The value at a height.
fn value_at(desk: &Desk, chart: Rect, at: Pos2) -> i64 {
    let (low, high) = desk.lane_range();
    let share = ((chart.bottom() - at.y) / chart.height()).clamp(0.0, 1.0);
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "small")]
    let value = low + (share * (high - low) as f32).round() as i64;
    value
}

fn act(ui: &Ui, layout: &Layout, desk: &mut Desk, chart: Rect) {
    let response = ui.interact(chart, Id::unique("lane chart"), Sense::click_and_drag());
    response.widget_info(|| {
        WidgetInfo::labeled(Role::Canvas, true, format!("Lane {}, drawn", desk.lane.name()))
    });
    let name = format!("Draw {}", desk.lane.name().to_lowercase());
    if response.drag_started_by(egui::PointerButton::Primary) {
        desk.begin(&name);
        desk.held_range = Some(desk.lane_range());
    }
    let (now, before, origin, modifiers) = ui.input(|input| {
        let now = input.pointer.latest_pos();
        let before = now.map(|now| now - input.pointer.delta());
        (now, before, input.pointer.press_origin(), input.modifiers)
    });
    let pen = match (modifiers.shift, modifiers.command) {
        (true, _) => Pen::Line,
        (_, true) => Pen::Curve,
        _ => desk.pen,
    };
    if let Some(to) =
        now.filter(|_| response.dragged_by(egui::PointerButton::Primary) || response.clicked())
    {
        let origin = origin.unwrap_or(to);
        if response.clicked() || pen == Pen::Draw {
            let from = if response.drag_started_by(egui::PointerButton::Primary) {
                Some(origin)
            } else {
                before
            };
            let from = if response.clicked() { to } else { from.unwrap_or(to) };
            draw(desk, layout, chart, (from, to), Pen::Draw, modifiers.alt);
        } else {
            // The whole stroke anew, from where it began.
            desk.cancel();
            desk.begin(&name);
            draw(desk, layout, chart, (origin, to), pen, modifiers.alt);
        }
    }
    if response.drag_stopped_by(egui::PointerButton::Primary)
        && ui.input(|input| input.key_pressed(egui::Key::Escape))
    {
        desk.cancel();
    }
    if response.drag_stopped_by(egui::PointerButton::Primary) {
        desk.end();
        desk.held_range = None;
    }
    if response.secondary_clicked()
        && let Some(place) = now.and_then(|at| place_at(desk, layout, chart, at))
    {
        if !desk.has_own_lane() && !desk.selection.contains(&(desk.cursor.0, place)) {
            desk.selection.clear();
            desk.cursor.1 = place;
        }
        desk.reset_lane(&[place]);
    }
    if response.hovered() {
        turn(ui, layout, desk, chart, now);
    }
}

/// The place of the lane under the pointer.
fn place_at(desk: &Desk, layout: &Layout, chart: Rect, at: Pos2) -> Option<usize> {
    let of_lane = shown(desk.track()?, desk.lane);
    (0..of_lane.steps.len())
        .find(|place| column(desk, layout, chart, of_lane.size, *place).x_range().contains(at.x))
}

/// The wheel over a bar moves its value.
fn turn(ui: &Ui, layout: &Layout, desk: &mut Desk, chart: Rect, at: Option<Pos2>) {
    let turned = wheel(ui);
    if turned == 0.0 {
        return;
    }
    let Some((track, at)) = desk.track().zip(at) else { return };
    let of_lane = shown(track, desk.lane);
    let found = of_lane.steps.iter().enumerate().find(|(index, step)| {
        let cell = column(desk, layout, chart, of_lane.size, *index);
        cell.x_range().contains(at.x) && (of_lane.is_own || step.is_on)
    });
    let Some((index, step)) = found else { return };
    let (low, high) = desk.lane.range();
    let is_fine = ui.input(|input| input.modifiers.shift);
    let by = if is_fine { 1 } else { ((high - low) / 32).max(1) };
    let value = desk.lane.on(track, step) + if turned > 0.0 { by } else { -by };
    desk.set_lane(vec![(index, value)]);
}

/// Sets the places that a stroke passes, each to the height at which it passes; with `is_one` all that are chosen to one value.
fn draw(
    desk: &mut Desk,
    layout: &Layout,
    chart: Rect,
    (from, to): (Pos2, Pos2),
    pen: Pen,
    is_one: bool,
) {
    let Some(track) = desk.track() else { return };
    let of_lane = shown(track, desk.lane);
    let (left, right) = (from.x.min(to.x), from.x.max(to.x));
    let (low, high) = desk.lane_range();
    let mut throws = Throws(u64::from(from.x.to_bits()));
    let mut values = Vec::new();
    for (index, step) in of_lane.steps.iter().enumerate() {
        let cell = column(desk, layout, chart, of_lane.size, index);
        if cell.right() <= left || cell.left() > right || !(of_lane.is_own || step.is_on) {
            continue;
        }
        // Where the stroke is in the middle of the step, or at the end of it that lies inside.
        let x = cell.center().x.clamp(left, right);
        let way = if right > left { (x - from.x) / (to.x - from.x) } else { 1.0 };
        let value = match pen {
            Pen::Vary => {
                let share = ((to.y - from.y) / chart.height()).abs().min(1.0);
                #[allow(
                    clippy::cast_possible_truncation,
                    clippy::cast_precision_loss,
                    reason = "small"
                )]
                let by = (share * (high - low) as f32).round() as i64;
                (desk.lane.on(track, step) + throws.next((-by, by))).clamp(low, high)
            }
            _ => {
                let way = if pen == Pen::Curve { way * way } else { way };
                value_at(desk, chart, pos2(x, from.y + (to.y - from.y) * way))
            }
        };
        values.push((index, value));
    }
    let Some((last, value)) = values.last().copied() else { return };
    let of_lane_is_own = of_lane.is_own;
    if !of_lane_is_own {
        desk.cursor.1 = last;
    }
    if is_one && of_lane_is_own {
        desk.set_lane((0..desk.lane_length()).map(|place| (place, value)).collect());
    } else if is_one {
        let (lane, places) = (desk.lane, desk.chosen());
        desk.set_value(lane, &places, value);
    } else {
        desk.set_lane(values);
    }
}
