//! The bars at the top and the bottom, the pattern slots and the ruler.

use egui::{Align2, Id, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};
use tresillo_pattern::{PPQ, Tick};

use crate::controllers::Target;
use crate::editor::desk::{Desk, Overlay};
use crate::editor::fonts;
use crate::editor::host::{HostSide, Turn};
use crate::editor::layout::{Layout, VIEWS};
use crate::editor::number::{Form, Number, Set, number, whole};
use crate::editor::pattern::{SWING, read_swing, slot_name, swing_tenths, swing_text};
use crate::editor::sight::Sight;
use crate::editor::song;
use crate::editor::theme::Theme;
use crate::editor::widgets::{Look, border, button, elided, focus, mark, text};
use crate::params::RunMode;

/// Pattern slots in a row.
const SLOTS: usize = 16;

/// Rows of them.
const BANKS: usize = 8;

fn at(rect: Rect, left: f32, width: f32, height: f32) -> Rect {
    Rect::from_min_size(pos2(left, rect.center().y - height / 2.0), vec2(width, height))
}

/// A song position as bar, beat and sixteenth, each from 1.
pub(crate) fn position(tick: Tick, beats: i64, unit: i64) -> String {
    let beat_ticks = PPQ * 4 / unit.max(1);
    let bar_ticks = beat_ticks * beats.max(1);
    let bar = tick.0.div_euclid(bar_ticks);
    let within = tick.0.rem_euclid(bar_ticks);
    let sixteenth = within % beat_ticks / (PPQ / 4).min(beat_ticks);
    format!("{}.{}.{}", bar + 1, within / beat_ticks + 1, sixteenth + 1)
}

/// The top bar.
pub(crate) fn top(
    ui: &mut Ui,
    theme: &Theme,
    layout: &Layout,
    desk: &mut Desk,
    sight: &Sight,
    host: &dyn HostSide,
) {
    let bar = layout.top;
    ui.painter().rect_filled(bar, 0.0, theme.panel);
    let rule = Stroke::new(1.0, theme.line);
    ui.painter().hline(bar.x_range(), bar.bottom() - 0.5, rule);
    let control = if layout.is_small { 26.0 } else { 28.0 };
    let left = bar.left();
    if sight.song_tick.is_none() {
        draw_mark(ui, theme, layout, sight);
    }
    if !layout.is_small {
        text(
            ui,
            pos2(left + 50.0, bar.center().y),
            Align2::LEFT_CENTER,
            "tresillo",
            fonts::bold(16.0),
            theme.text,
        );
    }

    let mut x = layout.grid.left() + 2.0;
    let name = match desk.project.name.as_str() {
        "" => "Untitled".to_owned(),
        name => name.to_owned(),
    };
    let width = if layout.is_small { 140.0 } else { 260.0 };
    let place = at(bar, x, width, control);
    ui.painter().rect_filled(place, 4.0, theme.slot);
    if !theme.is_dark {
        border(ui, place, theme.line);
    }
    let arrow = |x: f32| Rect::from_min_size(pos2(x, place.top()), vec2(24.0, control));
    let (before, behind) = (arrow(place.left()), arrow(place.right() - 24.0));
    let middle = Rect::from_min_max(before.right_top(), behind.left_bottom());
    let open = ui.interact(middle, Id::unique("presets"), Sense::click());
    open.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Look through the patterns"));
    if open.hovered() {
        ui.painter().rect_filled(middle, 0.0, theme.hi);
    }
    if open.clicked() {
        desk.browse();
    }
    let from = pos2(middle.left() + 4.0, place.center().y);
    elided(ui, from, name, fonts::bold(13.0), theme.text, middle.width() - 8.0);
    for (rect, words, name, by) in
        [(before, "‹", "Pattern before", -1), (behind, "›", "Pattern behind", 1)]
    {
        if button(ui, theme, rect, (words, name), fonts::bold(14.0), Look::Rest).clicked() {
            desk.load_beside(by);
        }
    }
    x += width + 4.0;
    let (undo, redo) = desk.bridge.undo_names();
    let look = |name: &Option<String>| if name.is_some() { Look::Rest } else { Look::Disabled };
    if button(
        ui,
        theme,
        at(bar, x, control, control),
        ("↺", "Undo"),
        fonts::words(14.0),
        look(&undo),
    )
    .clicked()
    {
        desk.undo();
    }
    if button(
        ui,
        theme,
        at(bar, x + control + 2.0, control, control),
        ("↻", "Redo"),
        fonts::words(14.0),
        look(&redo),
    )
    .clicked()
    {
        desk.redo();
    }

    // From the right: help, menu, fill, record; then the transport.
    let mut right = bar.right() - 16.0;
    let mut take = |width: f32| {
        right -= width;
        let rect = at(bar, right, width, control);
        right -= 4.0;
        rect
    };
    if button(ui, theme, take(control), ("?", "Help"), fonts::bold(13.0), Look::Rest).clicked() {
        desk.overlay = Overlay::Help;
    }
    let place = take(control);
    if button(ui, theme, place, ("", "Menu"), fonts::words(13.0), Look::Rest).clicked() {
        desk.overlay = Overlay::Menu;
    }
    for line in [-4.5, 0.0, 4.5] {
        let middle = place.center() + vec2(0.0, line);
        let stroke = Stroke::new(1.5, theme.text2);
        ui.painter().hline(middle.x - 6.0..=middle.x + 6.0, middle.y, stroke);
    }
    let fill = button(
        ui,
        theme,
        take(if layout.is_small { 44.0 } else { 64.0 }),
        ("Fill", "Fill"),
        fonts::words(12.0),
        live(sight.performance.is_fill),
    );
    if fill.secondary_clicked() {
        desk.learn(Target::Fill, "Fill");
    }
    if fill.clicked() {
        host.turn(Turn::Fill(!sight.performance.is_fill));
    }
    let record_rect = take(if layout.is_small { 30.0 } else { 84.0 });
    let record = button(
        ui,
        theme,
        record_rect,
        (if layout.is_small { "" } else { "   Record" }, "Record"),
        fonts::words(12.0),
        live(sight.records),
    );
    ui.painter().circle_filled(
        pos2(
            record_rect.left() + if layout.is_small { 15.0 } else { 16.0 },
            record_rect.center().y,
        ),
        4.0,
        theme.rec,
    );
    if record.clicked() {
        host.turn(Turn::Record(!sight.records));
    }

    transport(ui, theme, layout, desk, sight, host);
    if sight.song_tick.is_none() {
        draw_position(ui, theme, layout, desk, sight);
    }
}

/// Where the parts of the transport are: the end of the position, tempo, tapping, metre, source.
struct TransportPlaces {
    position_right: f32,
    tempo: Rect,
    tap: Rect,
    metre: f32,
    source: Rect,
}

fn transport_places(layout: &Layout) -> TransportPlaces {
    let (bar, control) = (layout.top, if layout.is_small { 26.0 } else { 28.0 });
    // Before help, menu, fill and record, each with its gap.
    let (fill, record) = if layout.is_small { (44.0, 30.0) } else { (64.0, 84.0) };
    let right = bar.right() - 16.0 - 2.0 * (control + 4.0) - (fill + 4.0) - (record + 4.0) - 8.0;
    let source = at(
        bar,
        right - if layout.is_small { 58.0 } else { 72.0 },
        if layout.is_small { 58.0 } else { 72.0 },
        control,
    );
    let metre = source.left() - if layout.is_small { 0.0 } else { 36.0 };
    let tap = at(bar, metre - 36.0, 32.0, 22.0);
    let tempo = at(bar, tap.left() - 58.0, 56.0, control);
    TransportPlaces { position_right: tempo.left() - 16.0, tempo, tap, metre, source }
}

/// Tempo, metre, and what plays: the host, or we ourselves.
fn transport(
    ui: &mut Ui,
    theme: &Theme,
    layout: &Layout,
    desk: &mut Desk,
    sight: &Sight,
    host: &dyn HostSide,
) {
    let places = transport_places(layout);
    let middle = layout.top.center().y;
    if !layout.is_small {
        let words = format!("{}/{}", desk.project.metre.beats, desk.project.metre.unit);
        let at = pos2(places.metre, middle);
        text(ui, at, Align2::LEFT_CENTER, words, fonts::mono(12.0), theme.text2);
    }
    let bridge = std::sync::Arc::clone(&desk.bridge);
    let Some(own) = bridge.own_transport() else {
        let at = pos2(places.tempo.left(), middle);
        let words = format!("{:.2}", sight.tempo_bpm);
        let at = pos2(places.tempo.right(), at.y);
        text(ui, at, Align2::RIGHT_CENTER, words, fonts::mono(12.0), theme.text);
        let at = pos2(places.tap.left(), middle);
        text(ui, at, Align2::LEFT_CENTER, "bpm", fonts::words(11.0), theme.text3);
        source(ui, theme, places.source, sight, host);
        return;
    };
    #[allow(clippy::cast_possible_truncation, reason = "20 to 999")]
    let hundredths = (own.tempo_bpm() * 100.0).round() as i64;
    let spec = Number {
        label: "Tempo",
        of: "",
        value: Some(hundredths),
        range: (4000, 24_000),
        shown: format!("{:.2}", own.tempo_bpm()),
        read: &|text| {
            let bpm: f64 = text.trim().parse().ok().filter(|bpm: &f64| bpm.is_finite())?;
            #[allow(clippy::cast_possible_truncation, reason = "the conversion saturates")]
            let hundredths = (bpm * 100.0).round() as i64;
            Some(hundredths)
        },
        undo: "Tempo",
    };
    let form = Form::Plain { is_strong: true };
    number(ui, theme, places.tempo, form, desk, &spec, |desk, set| {
        // A turn and a drag go by whole beats a minute.
        let to = match set {
            Set::By(by) if by.abs() < 4 => hundredths + by * 10,
            Set::By(by) => (hundredths + by.signum() * 100 * (by.abs() / 100).max(1)) / 100 * 100,
            other => other.of(hundredths, 12_000, (2_000, 99_900)),
        };
        #[allow(clippy::cast_precision_loss, reason = "small")]
        desk.set_tempo(to as f64 / 100.0);
    });
    if button(ui, theme, places.tap, ("Tap", "Tap the tempo"), fonts::words(11.0), Look::Rest)
        .clicked()
    {
        let now = ui.input(|input| input.time);
        desk.tap(now);
    }
    let (words, name) = if own.is_playing() { ("    Stop", "Stop") } else { ("    Play", "Play") };
    let response =
        button(ui, theme, places.source, (words, name), fonts::bold(12.0), live(own.is_playing()));
    let tip = pos2(places.source.left() + if layout.is_small { 15.0 } else { 21.0 }, middle);
    match own.is_playing() {
        true => {
            let square = Rect::from_center_size(tip - vec2(4.0, 0.0), vec2(9.0, 9.0));
            ui.painter().rect_filled(square, 1.0, theme.ink);
        }
        false => triangle(ui, tip, theme.text, theme.text),
    }
    if response.clicked() {
        own.play(!own.is_playing());
    }
    if response.secondary_clicked() || response.double_clicked() {
        own.rewind();
    }
}

/// A triangle that points to the right.
fn triangle(ui: &Ui, tip: egui::Pos2, fill: egui::Color32, outline: egui::Color32) {
    let corners = vec![tip, tip - vec2(8.0, 5.0), tip + vec2(-8.0, 5.0)];
    ui.painter().add(egui::Shape::convex_polygon(corners, fill, Stroke::new(1.5, outline)));
}

/// Who says when it plays: the host, or nobody.
fn source(ui: &Ui, theme: &Theme, rect: Rect, sight: &Sight, host: &dyn HostSide) {
    let run = host.settings().run;
    let words = match run {
        RunMode::Host => "Host",
        RunMode::Free => "Free",
        RunMode::Gated => "Keys",
    };
    let name = format!("Plays with: {}", words.to_lowercase());
    let response = button(ui, theme, rect, ("", &name), fonts::words(12.0), Look::Rest);
    let middle = rect.center().y;
    let fill = if sight.song_tick.is_some() { theme.text } else { egui::Color32::TRANSPARENT };
    triangle(ui, pos2(rect.left() + 20.0, middle), fill, theme.text2);
    let at = pos2(rect.left() + 26.0, middle);
    text(ui, at, Align2::LEFT_CENTER, words, fonts::words(12.0), theme.text2);
    if response.clicked() {
        host.turn(Turn::Run(match run {
            RunMode::Host => RunMode::Free,
            RunMode::Free => RunMode::Gated,
            RunMode::Gated => RunMode::Host,
        }));
    }
}

fn draw_mark(ui: &Ui, theme: &Theme, layout: &Layout, sight: &Sight) {
    let bar = layout.top;
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an eighth of eight"
    )]
    let alight = sight.song_tick.map(|tick| (tick / 10_080.0).rem_euclid(8.0) as usize);
    let size = if layout.is_small { 22.0 } else { 24.0 };
    mark(ui, theme, pos2(bar.left() + 16.0, bar.center().y - size / 2.0), size, alight);
}

fn draw_position(ui: &Ui, theme: &Theme, layout: &Layout, desk: &Desk, sight: &Sight) {
    let metre = desk.project.metre;
    let colour = if sight.song_tick.is_some() { theme.text } else { theme.text3 };
    let words = position(sight.whole_song_tick(), metre.beats.into(), metre.unit.into());
    let at = pos2(transport_places(layout).position_right, layout.top.center().y);
    text(ui, at, Align2::RIGHT_CENTER, words, fonts::mono(18.0), colour);
}

/// Draws what moves in the bars: the mark, the position, how far the pattern is, its marker on the ruler.
pub(crate) fn moving(ui: &Ui, theme: &Theme, layout: &Layout, desk: &Desk, sight: &Sight) {
    draw_mark(ui, theme, layout, sight);
    draw_position(ui, theme, layout, desk, sight);
    let control = if layout.is_small { 22.0 } else { 28.0 };
    let playing = sight.playing_pattern;
    if sight.is_song {
        song::moving(ui, theme, chain_area(layout), control, desk, sight);
    } else if let Some(slot) = playing.checked_sub(desk.bank * SLOTS).filter(|slot| *slot < SLOTS) {
        cycle(ui, theme, slot_rect(layout, slot), desk, sight, playing);
    }
    marker(ui, theme, layout, desk, sight);
}

/// Where the song's chain is.
fn chain_area(layout: &Layout) -> Rect {
    Rect::from_x_y_ranges(layout.grid.x_range(), layout.patterns.y_range())
}

/// Where a pattern slot is.
fn slot_rect(layout: &Layout, slot: usize) -> Rect {
    let control = if layout.is_small { 22.0 } else { 28.0 };
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let pitch = (layout.grid.width() / SLOTS as f32).min(64.0);
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let x = layout.grid.left() + pitch * slot as f32 + 2.0;
    at(layout.patterns, x, pitch - 4.0, control)
}

fn live(is_live: bool) -> Look {
    if is_live { Look::Live } else { Look::Rest }
}

/// The pattern slots or the song, and what is said of the pattern.
pub(crate) fn patterns(
    ui: &mut Ui,
    theme: &Theme,
    layout: &Layout,
    desk: &mut Desk,
    sight: &Sight,
    host: &dyn HostSide,
) {
    let bar = layout.patterns;
    ui.painter().rect_filled(bar, 0.0, theme.panel);
    ui.painter().hline(bar.x_range(), bar.bottom() - 0.5, Stroke::new(1.0, theme.line));
    let control = if layout.is_small { 22.0 } else { 28.0 };
    bank(ui, theme, layout, desk, control);
    let left = bar.left() + if layout.is_small { 44.0 } else { 106.0 };
    let half = if layout.is_small { 50.0 } else { 66.0 };
    let look = |is_song: bool| if sight.is_song == is_song { Look::Chosen } else { Look::Rest };
    for (place, words, name, is_song) in
        [(0u8, "Pattern", "Play the pattern", false), (1, "Song", "Play the song", true)]
    {
        let rect = at(bar, left + half * f32::from(place), half - 2.0, control);
        if button(ui, theme, rect, (words, name), fonts::words(12.0), look(is_song)).clicked() {
            host.turn(Turn::Song(is_song));
        }
    }
    if sight.is_song {
        song::chain(ui, theme, chain_area(layout), control, desk, sight);
    } else {
        for slot in 0..SLOTS {
            let index = desk.bank * SLOTS + slot;
            slot_button(ui, theme, slot_rect(layout, slot), desk, sight, host, index);
        }
    }
    if let Some(inspector) = layout.inspector {
        values(ui, theme, bar, inspector.left() + 8.0, desk, sight, host);
    }
}

/// Sixteen of the patterns: a click shows the next sixteen.
fn bank(ui: &Ui, theme: &Theme, layout: &Layout, desk: &mut Desk, control: f32) {
    let letter = char::from(b'A' + u8::try_from(desk.bank).unwrap_or(0));
    let (words, width) = match layout.is_small {
        true => (letter.to_string(), 30.0),
        false => (format!("Bank {letter}"), 80.0),
    };
    let rect = at(
        layout.patterns,
        layout.patterns.left() + if layout.is_small { 8.0 } else { 16.0 },
        width,
        control,
    );
    let name = format!("Bank {letter}");
    let response = button(ui, theme, rect, (&words, &name), fonts::words(12.0), Look::Rest);
    let by = match () {
        () if response.clicked() => 1,
        () if response.secondary_clicked() => BANKS - 1,
        () => return,
    };
    desk.bank = (desk.bank + by) % BANKS;
}

/// Swing, transposition, chance and seed.
fn values(
    ui: &mut Ui,
    theme: &Theme,
    bar: Rect,
    left: f32,
    desk: &mut Desk,
    sight: &Sight,
    host: &dyn HostSide,
) {
    let place = |offset: f32, width: f32| {
        Rect::from_min_size(pos2(left + offset, bar.top() + 3.0), vec2(width, 34.0))
    };
    let performance = sight.performance;
    let tenths = swing_tenths(desk.shown_pattern());
    let offset = performance.swing.0 / 10_000;
    let shown = match offset {
        0 => swing_text(tenths),
        offset => format!("{}{offset:+}", tenths / 10),
    };
    let swing = Number {
        label: "Swing",
        of: "Pattern",
        value: Some(tenths),
        range: SWING,
        shown,
        read: &read_swing,
        undo: "Swing",
    };
    let response =
        number(ui, theme, place(0.0, 50.0), Form::Stacked, desk, &swing, Desk::set_swing);
    learn(desk, &response, Target::Swing, "Swing");
    let now = i64::from(performance.transpose);
    let transpose = Number {
        label: "Transpose",
        of: "Host",
        value: Some(now),
        range: (-48, 48),
        shown: format!("{now:+}"),
        read: &whole,
        undo: "",
    };
    let response =
        number(ui, theme, place(54.0, 62.0), Form::Stacked, desk, &transpose, |_, set| {
            host.turn(Turn::Transpose(i32::try_from(set.of(now, 0, (-48, 48))).unwrap_or(0)));
        });
    learn(desk, &response, Target::Transpose, "Transpose");
    let now = i64::from(performance.chance.get());
    let chance = Number {
        label: "Chance",
        of: "Host",
        value: Some(now),
        range: (0, 100),
        shown: format!("{now} %"),
        read: &whole,
        undo: "",
    };
    let response = number(ui, theme, place(120.0, 54.0), Form::Stacked, desk, &chance, |_, set| {
        host.turn(Turn::Chance(i32::try_from(set.of(now, 100, (0, 100))).unwrap_or(100)));
    });
    learn(desk, &response, Target::Chance, "Chance");
    let now = i64::try_from(desk.project.seed).unwrap_or(i64::MAX);
    let short: String = format!("{:X}", desk.project.seed).chars().take(6).collect();
    let seed = Number {
        label: "Seed",
        of: "Project",
        value: Some(now),
        range: (0, i64::from(u16::MAX)),
        shown: short,
        read: &|text| i64::from_str_radix(text.trim(), 16).ok().filter(|seed| *seed >= 0),
        undo: "Seed",
    };
    number(ui, theme, place(178.0, 48.0), Form::Stacked, desk, &seed, |desk, set| {
        let seed = u64::try_from(set.of(now, 0, (0, i64::MAX))).unwrap_or(0);
        desk.change_project("Seed", |head| head.seed = seed);
    });
}

fn learn(desk: &mut Desk, response: &egui::Response, target: Target, name: &str) {
    if response.secondary_clicked() {
        desk.learn(target, name);
    }
}

fn slot_button(
    ui: &Ui,
    theme: &Theme,
    rect: Rect,
    desk: &mut Desk,
    sight: &Sight,
    host: &dyn HostSide,
    index: usize,
) {
    let name = slot_name(index);
    let is_filled =
        desk.project.patterns.get(index).is_some_and(|pattern| pattern.active_step_count() > 0);
    let is_playing = index == sight.playing_pattern && !sight.is_song;
    let is_queued = !is_playing && !sight.is_song && index == sight.wanted_pattern;
    let response = ui.interact(rect, Id::unique(("pattern", index)), Sense::click());
    response.widget_info(|| {
        WidgetInfo::selected(Role::Button, true, is_playing, format!("Pattern {name}"))
    });
    let fill = match () {
        () if is_playing => theme.paper,
        () if response.hovered() => theme.hi,
        () if is_filled => theme.head,
        () => theme.bg,
    };
    ui.painter().rect_filled(rect, 4.0, fill);
    if !is_filled || !theme.is_dark {
        border(ui, rect, theme.line);
    }
    if index == desk.pattern && !is_playing {
        ui.painter().rect_stroke(rect, 4.0, Stroke::new(2.0, theme.paper), StrokeKind::Inside);
    }
    let ink = match () {
        () if is_playing => theme.ink,
        () if is_filled => theme.text,
        () => theme.text3,
    };
    text(
        ui,
        rect.center() - vec2(0.0, if is_playing { 2.0 } else { 0.0 }),
        Align2::CENTER_CENTER,
        &name,
        fonts::mono(10.5),
        ink,
    );
    if is_queued {
        ui.painter().rect_stroke(rect, 4.0, Stroke::new(1.5, theme.text), StrokeKind::Inside);
        triangle(ui, pos2(rect.left() + 11.0, rect.center().y), theme.text, theme.text);
    }
    if is_playing && sight.song_tick.is_none() {
        cycle(ui, theme, rect, desk, sight, index);
    }
    if response.clicked() {
        desk.show_pattern(index);
        host.turn(Turn::Pattern(index));
    }
    if response.secondary_clicked() {
        desk.show_pattern(index);
        desk.overlay = Overlay::Pattern;
    }
    focus(ui, theme, &response);
}

/// Three segments, 3:3:2, that fill through the cycle.
fn cycle(ui: &Ui, theme: &Theme, rect: Rect, desk: &Desk, sight: &Sight, index: usize) {
    let Some(pattern) = desk.project.patterns.get(index) else { return };
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let length = pattern.length_ticks().0 as f64;
    let done = sight.tick.map_or(0.0, |tick| tick.rem_euclid(length) / length);
    let width = rect.width() - 16.0;
    let mut from = 0.0f32;
    for part in [3.0f32, 3.0, 2.0] {
        let share = part / 8.0;
        let segment = Rect::from_min_size(
            pos2(rect.left() + 8.0 + width * from, rect.bottom() - 6.0),
            vec2(width * share - 2.0, 2.0),
        );
        #[allow(clippy::cast_possible_truncation, reason = "a share")]
        let filled = ((done as f32 - from) / share).clamp(0.0, 1.0);
        ui.painter().rect_filled(segment, 0.0, theme.ink.gamma_multiply(0.3));
        let mut full = segment;
        full.set_width(segment.width() * filled);
        ui.painter().rect_filled(full, 0.0, theme.ink);
        from += share;
    }
}

/// The ruler: beats above the grid, and what stands above the tracks' heads.
pub(crate) fn ruler(ui: &Ui, theme: &Theme, layout: &Layout, desk: &mut Desk) {
    let bar = layout.ruler;
    let middle = bar.center().y;
    let add = Rect::from_min_size(pos2(bar.left() + 8.0, middle - 9.0), vec2(52.0, 18.0));
    if button(ui, theme, add, ("+ Track", "Add a track"), fonts::words(11.0), Look::Rest).clicked()
    {
        desk.add_track();
    }
    let grouping = Rect::from_min_size(pos2(add.right() + 4.0, middle - 9.0), vec2(56.0, 18.0));
    let words = desk.choices.grouping_text();
    let clip: String = words.chars().take(9).collect();
    let name = format!("Groups of {words}");
    if button(ui, theme, grouping, (&clip, &name), fonts::mono(10.5), Look::Rest).clicked() {
        desk.choices.next_grouping();
    }
    if !layout.is_small {
        let at = pos2(bar.left() + 164.0, middle);
        text(ui, at, Align2::RIGHT_CENTER, "Length", fonts::words(11.0), theme.text3);
        for (x, words) in [(203.0, "M"), (225.0, "S")] {
            let at = pos2(bar.left() + x, middle);
            text(ui, at, Align2::CENTER_CENTER, words, fonts::words(11.0), theme.text3);
        }
    }
    let clip =
        ui.painter().with_clip_rect(Rect::from_x_y_ranges(layout.grid.x_range(), bar.y_range()));
    for column in 0..desk.view {
        let absolute = desk.first_column + column;
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let x = layout.grid.left() + layout.column * column as f32;
        // Where columns are narrow, only bars have a number.
        let every = if layout.column * 4.0 < 24.0 { 16 } else { 4 };
        if absolute.is_multiple_of(every) {
            let at = pos2(x + 4.0, middle);
            clip.text(at, Align2::LEFT_CENTER, absolute / 4 + 1, fonts::mono(10.5), theme.text2);
        }
        // Each group has a line, which is open at its beginning.
        let gap = if desk.choices.begins_group(absolute) {
            2.0_f32.min(layout.column / 3.0)
        } else {
            0.0
        };
        let line = Rect::from_min_max(
            pos2(x + gap, bar.bottom() - 3.0),
            pos2(
                x + layout.column
                    - if desk.choices.begins_group(absolute + 1) {
                        gap.max(2.0_f32.min(layout.column / 3.0))
                    } else {
                        0.0
                    },
                bar.bottom() - 2.0,
            ),
        );
        clip.rect_filled(line, 0.0, theme.text3);
    }
}

/// The marker of the pattern's position on the ruler.
fn marker(ui: &Ui, theme: &Theme, layout: &Layout, desk: &Desk, sight: &Sight) {
    let bar = layout.ruler;
    let clip =
        ui.painter().with_clip_rect(Rect::from_x_y_ranges(layout.grid.x_range(), bar.y_range()));
    let Some(tick) = sight.tick else { return };
    let Some(pattern) = desk.project.patterns.get(desk.pattern) else { return };
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let length = pattern.length_ticks().0 as f64;
    #[allow(clippy::cast_possible_truncation, reason = "in the pattern")]
    let columns = (tick.rem_euclid(length) / 5040.0) as f32;
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let x = layout.grid.left() + (columns - desk.first_column as f32) * layout.column;
    let tip = pos2(x, bar.bottom() - 1.0);
    clip.add(egui::Shape::convex_polygon(
        vec![tip, tip + vec2(-5.0, -7.0), tip + vec2(5.0, -7.0)],
        theme.paper,
        Stroke::NONE,
    ));
}

/// The bar at the bottom: one sentence, how much is seen, and what was refused.
pub(crate) fn status(ui: &Ui, theme: &Theme, layout: &Layout, desk: &mut Desk, sight: &Sight) {
    let bar = layout.status;
    ui.painter().hline(bar.x_range(), bar.top() + 0.5, Stroke::new(1.0, theme.line));
    let rejected = desk.bridge.rejected();
    let (words, colour) = match (&rejected, &desk.message) {
        (Some(reason), _) => {
            (format!("The state that the host loaded was not taken: {reason}"), theme.warn)
        }
        (None, Some(message)) => (message.clone(), theme.text),
        (None, None) => (hint(desk), theme.text2),
    };
    let right = bar.right() - 16.0;
    let refused = match sight.refused_count {
        0 => String::new(),
        count => format!("{count} notes found no room"),
    };
    let end = text(
        ui,
        pos2(right, bar.center().y),
        Align2::RIGHT_CENTER,
        refused,
        fonts::words(11.0),
        theme.warn,
    );
    let mut x = end.left().min(right) - 318.0;
    let words_end = x - 8.0;
    let middle = bar.center().y;
    text(ui, pos2(x, middle), Align2::LEFT_CENTER, "Steps", fonts::words(11.0), theme.text3);
    x += 36.0;
    let mut next = |width: f32, words: &str, name: &str, is_chosen: bool, font| {
        let rect = Rect::from_min_size(pos2(x, middle - 9.0), vec2(width, 18.0));
        x += width + 2.0;
        let look = if is_chosen { Look::Chosen } else { Look::Rest };
        button(ui, theme, rect, (words, name), font, look).clicked()
    };
    for view in VIEWS {
        let name = format!("Show {view} steps");
        if next(28.0, &view.to_string(), &name, desk.view == view, fonts::mono(10.5)) {
            desk.view = view;
            desk.scroll_columns(0);
        }
    }
    if next(44.0, "Fold", "Low rows", desk.choices.is_folded, fonts::words(11.0)) {
        desk.choices.is_folded = !desk.choices.is_folded;
    }
    if next(46.0, "Panic", "Panic: end all notes", false, fonts::words(11.0)) {
        desk.panic();
    }
    if next(54.0, "Follow", "Follow the playhead", desk.choices.follows, fonts::words(11.0)) {
        desk.choices.follows = !desk.choices.follows;
    }
    let at = pos2(bar.left() + 16.0, bar.center().y);
    let rect = elided(ui, at, &words, fonts::words(11.0), colour, words_end - at.x);
    let response = ui.interact(rect, Id::unique("status"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
}

/// What can be done where the cursor is.
fn hint(desk: &Desk) -> String {
    let (track, step) = desk.cursor;
    let Some(name) = desk.tracks().get(track).map(|track| track.name.clone()) else {
        return "Add a track to begin.".to_owned();
    };
    let is_on = desk.step(desk.cursor).is_some_and(|step| step.is_on);
    match is_on {
        true => format!(
            "{name}, step {}: drag up for velocity, the right edge for gate. Alt-drag moves it off the grid. Enter lists its conditions.",
            step + 1
        ),
        false => format!(
            "{name}, step {}: click or press X to set it. Drag sideways to paint.",
            step + 1
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_bars_beats_and_sixteenths_from_1() {
        assert_eq!(position(Tick(0), 4, 4), "1.1.1");
        assert_eq!(position(Tick(4 * PPQ + PPQ + PPQ / 2), 4, 4), "2.2.3");
        assert_eq!(position(Tick(-1), 4, 4), "0.4.4");
        assert_eq!(position(Tick(3 * PPQ), 6, 8), "2.1.1");
        assert_eq!(position(Tick(PPQ / 2), 6, 8), "1.2.1");
    }
}
