//! What lies over the grid: when a step sounds, and the key map.

use egui::{Align2, Id, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};
use tresillo_pattern::document::{ChanceGroup, Condition, Control, Rule};

use crate::editor::browser;
use crate::editor::desk::{Desk, Overlay};
use crate::editor::files::Purpose;
use crate::editor::fonts;
use crate::editor::host::HostSide;
use crate::editor::inspector;
use crate::editor::keys::KEY_MAP;
use crate::editor::sight::Sight;
use crate::editor::theme::Theme;
use crate::editor::toolbox;
use crate::editor::tools::{Lane, control_name};
use crate::editor::track;
use crate::editor::widgets::{Look, button, focus, heading, text, typed};
use crate::editor::{files, pattern, settings, song};

/// What else can be done, with its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    New,
    Open,
    Browse,
    Save,
    SaveAs,
    Export,
    CopyText,
    Pattern,
    Song,
    Tools,
    Settings,
    Help,
}

const MENU: [(Item, &str, &str); 12] = [
    (Item::New, "New", ""),
    (Item::Open, "Open a file…", "Ctrl O"),
    (Item::Browse, "Look through the patterns", "B"),
    (Item::Save, "Save as mine", "Ctrl S"),
    (Item::SaveAs, "Save as a file…", ""),
    (Item::Export, "Export as MIDI…", "Ctrl E"),
    (Item::CopyText, "Copy the project as text", ""),
    (Item::Pattern, "The pattern’s settings", "Q"),
    (Item::Song, "The song as a list", "Shift O"),
    (Item::Tools, "Tools", "U"),
    (Item::Settings, "Settings", ","),
    (Item::Help, "Keys and gestures", "?"),
];

/// Draws what is open.
pub(crate) fn show(
    ui: &mut Ui,
    theme: &Theme,
    window: Rect,
    desk: &mut Desk,
    sight: &Sight,
    host: &dyn HostSide,
) {
    let size = match desk.overlay {
        Overlay::None => return,
        Overlay::Help => vec2(780.0, 520.0),
        Overlay::Browser => vec2(720.0, 520.0),
        Overlay::Track => vec2(500.0, 392.0),
        Overlay::Condition => vec2(392.0, 508.0),
        Overlay::Step => vec2(280.0, 640.0),
        Overlay::Pattern => vec2(620.0, 470.0),
        Overlay::Song => vec2(740.0, 460.0),
        Overlay::Settings => vec2(680.0, 468.0),
        Overlay::Files => vec2(640.0, 470.0),
        Overlay::Locks => vec2(420.0, 330.0),
        Overlay::Tools => vec2(952.0, 192.0),
        Overlay::Menu => vec2(248.0, 34.0 + 27.0 * MENU.len() as f32),
    };
    let size = size.min(window.size() - vec2(32.0, 32.0));
    // The tools leave the grid in sight and in reach: what they do is seen in it.
    let is_aside = desk.overlay == Overlay::Tools;
    let mut is_left = false;
    if !is_aside {
        // What lies below takes nothing.
        let behind = ui.interact(window, Id::unique("behind"), Sense::click_and_drag());
        is_left = behind.clicked();
        ui.painter().rect_filled(window, 0.0, theme.bg.gamma_multiply(0.6));
    }
    let centre = match is_aside {
        true => {
            let status = if window.height() < 560.0 { 24.0 } else { 28.0 };
            pos2(window.left() + 8.0 + size.x / 2.0, window.bottom() - status - 4.0 - size.y / 2.0)
        }
        false if desk.overlay == Overlay::Menu => {
            window.right_top() + vec2(-16.0 - size.x / 2.0, 44.0 + size.y / 2.0)
        }
        false => window.center(),
    };
    let area = Rect::from_center_size(centre, size);
    ui.painter().rect(area, 8.0, theme.panel, Stroke::new(1.0, theme.line), StrokeKind::Inside);
    let body = ui.interact(area, Id::unique("overlay"), Sense::click_and_drag());
    body.widget_info(|| WidgetInfo::labeled(Role::Dialog, true, "Overlay"));
    let close = Rect::from_min_size(area.right_top() + vec2(-40.0, 12.0), vec2(24.0, 24.0));
    let has_cross = desk.overlay != Overlay::Menu;
    if (has_cross
        && button(ui, theme, close, ("×", "Close"), fonts::bold(14.0), Look::Rest).clicked())
        || is_left
    {
        desk.overlay = Overlay::None;
        return;
    }
    match desk.overlay {
        Overlay::Help => help(ui, theme, area),
        Overlay::Browser => browser::show(ui, theme, area, desk),
        Overlay::Track => track::show(ui, theme, area, desk),
        Overlay::Condition => condition(ui, theme, area, desk, sight),
        Overlay::Step => {
            text(
                ui,
                area.min + vec2(16.0, 24.0),
                Align2::LEFT_CENTER,
                "The step",
                fonts::bold(14.0),
                theme.text,
            );
            // Below its cross.
            let area = area.with_min_y(area.top() + 36.0).with_max_y(area.bottom() - 2.0);
            inspector::show(ui, theme, area, desk, sight);
        }
        Overlay::Pattern => pattern::show(ui, theme, area, desk),
        Overlay::Song => song::show(ui, theme, area, desk),
        Overlay::Settings => settings::show(ui, theme, area, desk, host),
        Overlay::Files => files::show(ui, theme, area, desk, sight),
        Overlay::Locks => locks(ui, theme, area, desk),
        Overlay::Tools => toolbox::show(ui, theme, area, desk),
        Overlay::Menu => menu(ui, theme, area, desk),
        Overlay::None => {}
    }
}

fn menu(ui: &Ui, theme: &Theme, area: Rect, desk: &mut Desk) {
    let mut y = area.top() + 8.0;
    for (item, words, keys) in MENU {
        let rect = Rect::from_min_size(pos2(area.left() + 8.0, y), vec2(area.width() - 16.0, 25.0));
        y += 27.0;
        let response = ui.interact(rect, Id::unique(("menu", words)), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, words));
        if response.hovered() {
            ui.painter().rect_filled(rect, 4.0, theme.hi);
        }
        let at = pos2(rect.left() + 10.0, rect.center().y);
        text(ui, at, Align2::LEFT_CENTER, words, fonts::words(12.0), theme.text);
        let at = pos2(rect.right() - 10.0, rect.center().y);
        text(ui, at, Align2::RIGHT_CENTER, keys, fonts::mono(10.5), theme.text2);
        focus(ui, theme, &response);
        if !response.clicked() {
            continue;
        }
        desk.overlay = Overlay::None;
        match item {
            Item::New => desk.start_anew(),
            Item::Open => desk.choose_file(Purpose::Open),
            Item::Browse => desk.browse(),
            Item::Save => desk.save_mine(),
            Item::SaveAs => desk.choose_file(Purpose::Save),
            Item::Export => desk.choose_file(Purpose::ExportMidi),
            Item::CopyText => ui.ctx().copy_text(desk.project_text()),
            Item::Pattern => desk.overlay = Overlay::Pattern,
            Item::Song => desk.overlay = Overlay::Song,
            Item::Tools => desk.overlay = Overlay::Tools,
            Item::Settings => desk.overlay = Overlay::Settings,
            Item::Help => desk.overlay = Overlay::Help,
        }
    }
}

fn help(ui: &Ui, theme: &Theme, area: Rect) {
    text(
        ui,
        area.min + vec2(24.0, 26.0),
        Align2::LEFT_CENTER,
        "Keys and gestures",
        fonts::bold(16.0),
        theme.text,
    );
    let rows = KEY_MAP.len().div_ceil(2);
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let pitch = ((area.height() - 84.0) / rows as f32).min(24.0);
    // The right column has the longer names of gestures.
    let columns = [(24.0, 118.0), (24.0 + area.width() * 0.45, 204.0)];
    for (index, (keys, words)) in KEY_MAP.iter().enumerate() {
        let Some((left, width)) = columns.get(index / rows) else { continue };
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let at = area.min + vec2(*left, 62.0 + pitch * (index % rows) as f32);
        text(ui, at, Align2::LEFT_CENTER, keys, fonts::mono(11.0), theme.text);
        let words_at = at + vec2(*width, 0.0);
        text(ui, words_at, Align2::LEFT_CENTER, words, fonts::words(11.0), theme.text2);
    }
}

fn condition(ui: &Ui, theme: &Theme, area: Rect, desk: &mut Desk, sight: &Sight) {
    let Some(step) = desk.step(desk.cursor).cloned() else { return };
    let colour = theme.track(desk.cursor.0);
    let title = format!("When does step {} sound?", desk.cursor.1 + 1);
    text(
        ui,
        area.min + vec2(16.0, 24.0),
        Align2::LEFT_CENTER,
        title,
        fonts::bold(14.0),
        theme.text,
    );
    let now = step.condition;
    let is_negated = now.is_some_and(|condition| condition.is_negated);
    let with = |rule: Rule| Condition { rule, is_negated };
    let rules: [(&str, Option<Condition>); 5] = [
        ("Always", None),
        ("First", Some(with(Rule::First))),
        ("Fill", Some(with(Rule::Fill))),
        ("Pre", Some(with(Rule::Previous))),
        ("Nei", Some(with(Rule::Neighbour))),
    ];
    let mut x = area.left() + 16.0;
    let y = area.top() + 46.0;
    for (words, wanted) in rules {
        let rect = Rect::from_min_size(pos2(x, y), vec2(56.0, 26.0));
        let is_chosen = match (wanted, now) {
            (None, None) => true,
            (Some(wanted), Some(now)) => wanted.rule == now.rule,
            _ => false,
        };
        let name = format!("Condition: {words}");
        if button(
            ui,
            theme,
            rect,
            (words, &name),
            fonts::words(12.0),
            if is_chosen { Look::Chosen } else { Look::Rest },
        )
        .clicked()
        {
            desk.set_condition(wanted);
        }
        x += 60.0;
    }
    let rect = Rect::from_min_size(pos2(area.right() - 16.0 - 52.0, y), vec2(52.0, 26.0));
    let look = match (now.is_some(), is_negated) {
        (false, _) => Look::Disabled,
        (true, true) => Look::Live,
        (true, false) => Look::Rest,
    };
    if button(ui, theme, rect, ("Not", "Not"), fonts::words(12.0), look).clicked() {
        desk.set_condition(now.map(Condition::negated));
    }
    let grid = Rect::from_min_size(area.min + vec2(44.0, 86.0), vec2(16.0 * 18.0, 15.0 * 18.0));
    ratios(ui, theme, grid, desk, now, colour);
    let at = pos2(area.right() - 20.0, area.top() + 104.0);
    let words = now.map_or("Always".to_owned(), |condition| condition.to_string());
    text(ui, at, Align2::RIGHT_CENTER, words, fonts::mono_bold(20.0), theme.text);
    let words = inspector::sentence(now, step.chance.get());
    text(ui, at + vec2(0.0, 24.0), Align2::RIGHT_CENTER, words, fonts::words(11.0), theme.text2);
    let y = grid.bottom() + 26.0;
    let places = desk.chosen();
    for (index, percent) in [10i64, 25, 33, 50, 66, 75, 90, 100].into_iter().enumerate() {
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let rect = Rect::from_min_size(
            pos2(area.left() + 16.0 + 45.0 * index as f32, y),
            vec2(42.0, 24.0),
        );
        let look = if i64::from(step.chance.get()) == percent { Look::Chosen } else { Look::Rest };
        let name = format!("Chance of {percent} %");
        if button(ui, theme, rect, (&format!("{percent}%"), &name), fonts::mono(10.5), look)
            .clicked()
        {
            desk.set_value(Lane::Chance, &places, percent);
        }
    }
    let y = y + 32.0;
    text(
        ui,
        pos2(area.left() + 16.0, y + 12.0),
        Align2::LEFT_CENTER,
        "Dice",
        fonts::words(12.0),
        theme.text2,
    );
    let groups = std::iter::once(None).chain((0..8).map(|group| ChanceGroup::new(group).ok()));
    for (place, group) in (0u8..).zip(groups) {
        let words = group.map_or("own".to_owned(), |group| group.letter().to_string());
        let left = area.left() + 56.0 + 36.0 * f32::from(place);
        let rect = Rect::from_min_size(pos2(left, y), vec2(33.0, 24.0));
        let look = if step.chance_group == group { Look::Chosen } else { Look::Rest };
        let name = format!("Dice group {words}");
        if button(ui, theme, rect, (&words, &name), fonts::mono(10.5), look).clicked() {
            desk.set_group(group);
        }
    }
    inspector::strip(
        ui,
        theme,
        Rect::from_min_size(pos2(area.left() + 16.0, y + 34.0), vec2(area.width() - 32.0, 16.0)),
        desk,
        sight,
    );
}

/// All A:B, a row for each B.
fn ratios(
    ui: &Ui,
    theme: &Theme,
    grid: Rect,
    desk: &mut Desk,
    now: Option<Condition>,
    colour: egui::Color32,
) {
    let chosen = match now.map(|condition| condition.rule) {
        Some(Rule::Ratio(ratio)) => Some((ratio.nth(), ratio.of())),
        _ => None,
    };
    let pitch = 18.0;
    for of in 2..=16u8 {
        let y = grid.top() + pitch * f32::from(of - 2);
        let is_row = chosen.is_some_and(|(_, chosen)| chosen == of);
        let ink = if is_row { theme.text } else { theme.text3 };
        text(
            ui,
            pos2(grid.left() - 8.0, y + 8.0),
            Align2::RIGHT_CENTER,
            of,
            fonts::mono(10.0),
            ink,
        );
        for nth in 1..=of {
            let rect = Rect::from_min_size(
                pos2(grid.left() + pitch * f32::from(nth - 1), y),
                vec2(16.0, 16.0),
            );
            let response = ui.interact(rect, Id::unique(("ratio", nth, of)), Sense::click());
            let is_chosen = chosen == Some((nth, of));
            response.widget_info(|| {
                WidgetInfo::selected(Role::Button, true, is_chosen, format!("{nth}:{of}"))
            });
            let fill = match () {
                () if is_chosen => colour,
                () if response.hovered() || is_row => theme.hi,
                () => theme.slot,
            };
            ui.painter().rect_filled(rect, 3.0, fill);
            if response.clicked() {
                let is_negated = now.is_some_and(|condition| condition.is_negated);
                if let Ok(ratio) = Condition::ratio(nth.into(), of.into()) {
                    desk.set_condition(Some(Condition { is_negated, ..ratio }));
                }
            }
        }
    }
}

/// Controls that are offered; any other is typed.
const CONTROLS: [&str; 18] = [
    "cc74",
    "cc71",
    "cc73",
    "cc72",
    "cc1",
    "cc7",
    "cc10",
    "cc11",
    "cc91",
    "cc93",
    "cc5",
    "cc64",
    "bend",
    "program",
    "pressure",
    "brightness",
    "tuning",
    "pan",
];

/// A control is chosen, which the chosen steps lock from then on.
fn locks(ui: &mut Ui, theme: &Theme, area: Rect, desk: &mut Desk) {
    heading(ui, theme, area, "Lock a control");
    let lines = [
        "The chosen steps set it; the others restore the track's own value.",
        "Its lane is below the grid.",
    ];
    for (line, words) in (0u8..).zip(lines) {
        let at = area.min + vec2(24.0, 52.0 + 16.0 * f32::from(line));
        text(ui, at, Align2::LEFT_CENTER, words, fonts::words(11.0), theme.text2);
    }
    let mut chosen = None;
    let width = (area.width() - 48.0) / 3.0;
    for (place, name) in CONTROLS.iter().enumerate() {
        let Ok(Some(control)) = Control::parse(name) else { continue };
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let corner =
            area.min + vec2(24.0 + width * (place % 3) as f32, 84.0 + 29.0 * (place / 3) as f32);
        let rect = Rect::from_min_size(corner, vec2(width - 4.0, 26.0));
        let is_there = desk.step(desk.cursor).is_some_and(|step| step.locks.get(control).is_some());
        let look = if is_there { Look::Chosen } else { Look::Rest };
        let words = control_name(control);
        if button(ui, theme, rect, (&words, &format!("Lock {words}")), fonts::words(11.0), look)
            .clicked()
        {
            chosen = Some(control);
        }
    }
    let y = area.bottom() - 46.0;
    text(
        ui,
        pos2(area.left() + 24.0, y + 13.0),
        Align2::LEFT_CENTER,
        "Another",
        fonts::words(12.0),
        theme.text2,
    );
    let field = Rect::from_min_size(pos2(area.left() + 84.0, y), vec2(120.0, 26.0));
    let id = Id::unique("other control");
    let before = ui.data(|data| data.get_temp::<String>(id)).unwrap_or_default();
    if let Some(words) =
        typed(ui, theme, field, ("Number of a controller", "CC 0 to 119"), &before, None)
    {
        ui.data_mut(|data| data.insert_temp(id, words));
    }
    let add = Rect::from_min_size(pos2(area.left() + 212.0, y), vec2(64.0, 26.0));
    let is_in_field = ui
        .memory(|memory| memory.has_focus(Id::unique(("typed", "Number of a controller"))))
        || ui.ctx().text_edit_focused();
    let is_entered =
        is_in_field && ui.input(|input| input.key_pressed(egui::Key::Enter)) && !before.is_empty();
    if button(ui, theme, add, ("Lock it", "Lock it"), fonts::words(12.0), Look::Rest).clicked()
        || is_entered
    {
        let digits = before.trim().to_lowercase();
        let digits = digits.trim_start_matches("cc").trim();
        match digits.parse().map(Control::cc) {
            Ok(Ok(control)) => chosen = Some(control),
            _ => {
                desk.message =
                    Some(format!("“{before}” is no controller: type a number from 0 to 119."))
            }
        }
    }
    if let Some(control) = chosen {
        ui.data_mut(|data| data.remove::<String>(id));
        desk.add_lock(control);
        desk.overlay = Overlay::None;
    }
}
