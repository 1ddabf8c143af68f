//! From the document to notation.

use crate::document::{
    Articulation, Control, Delay, Destination, Direction, GateLength, Keys, Lane, Metre, Pattern,
    Percent, Project, Property, Ratchet, Step, StepSize, Swing, SwingUnit, Tempo, Track, Velocity,
};
use crate::format::notation::read::DRUM_CHANNEL;
use crate::format::notation::{ACCENT, GHOST, song};
use crate::format::{Place, Warning, pitch};
use crate::time::PPQ;

/// The notation of a project, and what of it notation cannot say.
#[must_use]
pub fn write(project: &Project) -> (String, Vec<Warning>) {
    let mut out = String::new();
    let mut warnings = Vec::new();
    let texts = [
        ("name", &project.name),
        ("author", &project.author),
        ("licence", &project.licence),
        ("description", &project.description),
    ];
    for (name, text) in texts {
        if !text.is_empty() {
            let text = without_breaks(text, name, Place::DOCUMENT, &mut warnings);
            setting(&mut out, name, &quoted(&text));
        }
    }
    if project.seed != 0 {
        setting(&mut out, "seed", &project.seed.to_string());
    }
    if project.tempo != Tempo::default() {
        setting(&mut out, "tempo", &project.tempo.bpm().to_string());
    }
    if project.metre != Metre::default() {
        let Metre { beats, unit } = project.metre;
        setting(&mut out, "metre", &format!("{beats}/{unit}"));
    }
    for line in song::lines(project) {
        setting(&mut out, "song", &line);
    }
    if project.song.slots.iter().any(|slot| !slot.unknown.is_empty()) {
        lost(&mut warnings, Place::DOCUMENT, "fields of a later version in the song");
    }
    if !project.unknown.is_empty() {
        lost(&mut warnings, Place::DOCUMENT, "fields of a later version");
    }
    for (index, pattern) in project.patterns.iter().enumerate() {
        write_pattern(&mut out, pattern, Place::pattern(index), &mut warnings);
    }
    (out, warnings)
}

fn setting(out: &mut String, name: &str, value: &str) {
    out.push_str(name);
    out.push_str(" = ");
    out.push_str(value);
    out.push('\n');
}

fn lost(warnings: &mut Vec<Warning>, place: Place, what: &str) {
    warnings.push(Warning { place, text: format!("notation cannot hold {what}; left out") });
}

/// The name that is read back for a name.
pub(super) fn held_name(name: &str) -> String {
    name.replace(['"', '\n', '\r'], " ")
}

/// `text` without what would end a quoted text or its line.
fn without_breaks(text: &str, what: &str, place: Place, warnings: &mut Vec<Warning>) -> String {
    let held = held_name(text);
    if held != text {
        let text = format!(
            "notation cannot hold the quotes or line breaks in the {what}; spaces are written"
        );
        warnings.push(Warning { place, text });
    }
    held
}

/// A pattern's name as it stands in its heading: in quotes only where it would lose something without.
fn heading(name: &str) -> String {
    let is_whole = name.trim() == name && !name.contains('#');
    if is_whole { name.to_owned() } else { format!("\"{name}\"") }
}

pub(super) fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("\"{text}\"")
    }
}

fn write_pattern(out: &mut String, pattern: &Pattern, place: Place, warnings: &mut Vec<Warning>) {
    let name = without_breaks(&pattern.name, "name", place, warnings);
    out.push_str(&format!("\n[{}]\n", heading(&name)));
    if let Some(length) = pattern.length {
        let text = if length.0 % PPQ == 0 {
            (length.0 / PPQ).to_string()
        } else {
            let exact = (1..=u16::MAX).find(|below| (length.0 * i64::from(*below)) % PPQ == 0);
            let below = i64::from(exact.unwrap_or(20160));
            format!("{}/{below}", length.0 * below / PPQ)
        };
        setting(out, "length", &text);
    }
    if pattern.swing.percent != Swing::default().percent {
        setting(out, "swing", &pattern.swing.percent.percent().to_string());
    }
    if pattern.swing.unit != SwingUnit::Sixteenth {
        setting(out, "swing_unit", "1/8");
    }
    if let Some(groove) = &pattern.groove {
        let offsets: Vec<String> = groove.offsets().iter().map(|o| o.0.to_string()).collect();
        setting(out, "groove", &format!("{} {}", groove.unit(), offsets.join(" ")));
        if groove.amount != Percent::MAX {
            setting(out, "groove_amount", &groove.amount.to_string());
        }
        if !groove.unknown.is_empty() {
            lost(warnings, place, "fields of a later version");
        }
    }
    for (name, share) in [
        ("humanise_timing", pattern.humanise.timing),
        ("humanise_velocity", pattern.humanise.velocity),
    ] {
        if share.get() != 0 {
            setting(out, name, &share.to_string());
        }
    }
    if let Some(scale) = pattern.scale {
        setting(out, "scale", &scale.to_string());
    }
    if !pattern.unknown.is_empty() {
        lost(warnings, place, "fields of a later version");
    }
    let heads = pattern.tracks.iter().enumerate();
    let heads: Vec<String> =
        heads.map(|(index, track)| head(track, place.track(index), warnings)).collect();
    let width = heads.iter().map(|head| head.chars().count()).max().unwrap_or(0);
    for (index, (track, head)) in pattern.tracks.iter().zip(&heads).enumerate() {
        let place = place.track(index);
        let padding = " ".repeat(width - head.chars().count());
        out.push_str(&format!("{head}:{padding} {}\n", cells(track, place, warnings)));
        for lane in &track.lanes {
            out.push_str(&lane_line(lane, place, warnings));
        }
        if !track.unknown.is_empty() {
            lost(warnings, place, "fields of a later version");
        }
    }
}

/// The name and the options that its name does not say already.
fn head(track: &Track, place: Place, warnings: &mut Vec<Warning>) -> String {
    let mut head = quoted(&without_breaks(&track.name, "name", place, warnings));
    let Destination { port, channel, key } = track.destination;
    let drum = pitch::drum(&track.name);
    let is_named_drum = drum.is_some() && drum == key && channel.get() == DRUM_CHANNEL;
    if !is_named_drum {
        if channel.get() != 0 || drum.is_some() {
            head.push_str(&format!(" ch={}", channel.get() + 1));
        }
        if let Some(key) = key {
            head.push_str(&format!(" key={key}"));
        }
    }
    if port.get() != 0 {
        head.push_str(&format!(" port={}", port.get() + 1));
    }
    for lock in track.base.iter() {
        match lock.control() {
            Control::Program => head.push_str(&format!(" prog={}", lock.shown())),
            control => head.push_str(&format!(" {control}={}", lock.shown())),
        }
    }
    if track.delay != Delay::default() {
        head.push_str(&format!(" delay={}", track.delay.ms()));
    }
    if track.step_size != StepSize::default() {
        head.push_str(&format!(" step={}", track.step_size));
    }
    if track.direction != Direction::Forward {
        head.push_str(&format!(" dir={}", track.direction.name()));
    }
    if track.rotation != 0 {
        head.push_str(&format!(" rotate={}", track.rotation));
    }
    head
}

/// A lane, of which nothing but its property is written.
fn lane_line(lane: &Lane, place: Place, warnings: &mut Vec<Warning>) -> String {
    let size = match lane.step_size {
        size if size == StepSize::default() => String::new(),
        size => format!(" step={size}"),
    };
    let property = lane.property;
    let is_lost = |step: &Step| *step != only(property, step);
    if !lane.unknown.is_empty() || lane.steps.iter().any(is_lost) {
        lost(warnings, place, "what a lane holds beside its property");
    }
    let cells: Vec<String> = lane
        .steps
        .iter()
        .map(|step| {
            let text = match property {
                Property::Gate if step.is_on => "x".to_owned(),
                Property::Notes => names(&step.keys),
                Property::Lock(control) => step
                    .locks
                    .get(control)
                    .map_or(String::new(), |lock| format!("{{{}}}", lock.shown())),
                _ => marks(&only(property, step)),
            };
            if text.is_empty() { ".".to_owned() } else { text }
        })
        .collect();
    format!("> {}{size}: {}\n", property, cells.join(" "))
}

/// A step with nothing but one property.
fn only(property: Property, step: &Step) -> Step {
    let mut only = Step::default();
    match property {
        Property::Gate => only.is_on = step.is_on,
        Property::Notes => only.keys = step.keys,
        Property::Velocity => only.velocity = step.velocity,
        Property::Length => {
            only.gate = step.gate;
            only.articulation = step.articulation;
        }
        Property::MicroTiming => only.micro_timing = step.micro_timing,
        Property::Chance => {
            only.chance = step.chance;
            only.chance_group = step.chance_group;
        }
        Property::Condition => only.condition = step.condition,
        Property::Ratchet => only.ratchet = step.ratchet,
        Property::Lock(control) => {
            // The only lock finds room.
            let _ = step.locks.get(control).map(|lock| only.locks.set(lock));
        }
    }
    only
}

fn names(keys: &Keys) -> String {
    keys.iter().map(pitch::name).collect::<Vec<_>>().join("+")
}

/// The steps in groups of four; apart from each other where one takes more than a character.
fn cells(track: &Track, place: Place, warnings: &mut Vec<Warning>) -> String {
    let has_key = track.destination.key.is_some();
    let texts: Vec<String> = track
        .steps
        .iter()
        .enumerate()
        .map(|(index, step)| cell(step, has_key, place.step(index), warnings))
        .collect();
    let is_tight = texts.iter().all(|text| text.chars().count() == 1);
    let groups: Vec<String> =
        texts.chunks(4).map(|group| group.join(if is_tight { "" } else { " " })).collect();
    groups.join(if is_tight { " " } else { " | " })
}

fn cell(step: &Step, has_key: bool, place: Place, warnings: &mut Vec<Warning>) -> String {
    if !step.unknown.is_empty() {
        lost(warnings, place, "fields of a later version");
    }
    if !step.is_on {
        let silent = Step { unknown: step.unknown.clone(), ..Step::default() };
        if *step != silent {
            lost(warnings, place, "what a step that is off would play");
        }
        return ".".to_owned();
    }
    if step.keys.is_empty() && !has_key {
        lost(warnings, place, "a step that is on but has no key");
        return ".".to_owned();
    }
    let mut text;
    let mut velocity = step.velocity;
    if step.keys.is_empty() {
        text = match velocity.get() {
            ACCENT => "X",
            GHOST => "o",
            _ => "x",
        }
        .to_owned();
        if text != "x" {
            velocity = Velocity::default();
        }
    } else {
        text = names(&step.keys);
    }
    text.push_str(&marks(&Step { velocity, ..step.clone() }));
    text
}

/// What stands behind a step: all that is not default but gate and keys.
fn marks(step: &Step) -> String {
    let mut text = String::new();
    let mut mark = |is_default: bool, mark: String| {
        if !is_default {
            text.push_str(&mark);
        }
    };
    mark(step.velocity == Velocity::default(), format!("v{}", step.velocity));
    mark(step.gate == GateLength::default(), format!("={}", step.gate.percent()));
    mark(step.micro_timing.0 <= 0, format!(">{}", step.micro_timing.0));
    mark(step.micro_timing.0 >= 0, format!("<{}", step.micro_timing.0.saturating_neg()));
    let group = step.chance_group.map_or(String::new(), |group| group.letter().to_string());
    let is_certain = step.chance == Percent::default() && group.is_empty();
    mark(is_certain, format!("?{}{group}", step.chance));
    if let Some(condition) = step.condition {
        mark(false, format!("({condition})"));
    }
    let (ratchet, default) = (step.ratchet, Ratchet::default());
    mark(ratchet.hits() == default.hits(), format!("*{}", ratchet.hits()));
    let span = ratchet.span_percent();
    mark(span == default.span_percent(), format!("^{span}"));
    mark(ratchet.ramp_percent() == 0, format!("%{}", ratchet.ramp_percent()));
    let locks: Vec<String> =
        step.locks.iter().map(|lock| format!("{}={}", lock.control(), lock.shown())).collect();
    mark(locks.is_empty(), format!("{{{}}}", locks.join(",")));
    mark(step.articulation != Articulation::Tie, "_".to_owned());
    mark(step.articulation != Articulation::Slide, "/".to_owned());
    text
}
