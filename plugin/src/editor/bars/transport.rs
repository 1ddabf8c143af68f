//! The transport: position, tempo, metre, and who says when it plays.

use egui::{Align2, Rect, Stroke, Ui, pos2, vec2};

use super::{at, live, position};
use crate::editor::desk::Desk;
use crate::editor::fonts;
use crate::editor::host::{HostSide, Turn};
use crate::editor::layout::Layout;
use crate::editor::number::{Form, Number, Set, number};
use crate::editor::sight::Sight;
use crate::editor::theme::Theme;
use crate::editor::widgets::{Look, button, mark, text};
use crate::params::RunMode;

/// Where the parts of the transport are: the end of the position, tempo, tapping, metre, source.
pub(super) struct TransportPlaces {
    pub(super) position_right: f32,
    tempo: Rect,
    tap: Rect,
    metre: f32,
    source: Rect,
}

pub(super) fn transport_places(layout: &Layout) -> TransportPlaces {
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
pub(super) fn transport(
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
        let at = pos2(places.tap.left() + 4.0, middle);
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
pub(super) fn triangle(ui: &Ui, tip: egui::Pos2, fill: egui::Color32, outline: egui::Color32) {
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

pub(super) fn draw_mark(ui: &Ui, theme: &Theme, layout: &Layout, sight: &Sight) {
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

pub(super) fn draw_position(ui: &Ui, theme: &Theme, layout: &Layout, desk: &Desk, sight: &Sight) {
    let metre = desk.project.metre;
    let colour = if sight.song_tick.is_some() { theme.text } else { theme.text3 };
    let words = position(sight.whole_song_tick(), metre.beats.into(), metre.unit.into());
    let at = pos2(transport_places(layout).position_right, layout.top.center().y);
    text(ui, at, Align2::RIGHT_CENTER, words, fonts::mono(18.0), colour);
}
