//! From the document to notation.

use crate::document::{
    Destination, GateLength, Metre, Pattern, Percent, Project, Ratchet, Step, StepSize, Swing,
    SwingUnit, Tempo, Track, Velocity,
};
use crate::format::notation::read::DRUM_CHANNEL;
use crate::format::notation::{ACCENT, GHOST};
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
            setting(&mut out, name, &quoted(&text.replace(['"', '\n', '\r'], " ")));
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

fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("\"{text}\"")
    }
}

fn write_pattern(out: &mut String, pattern: &Pattern, place: Place, warnings: &mut Vec<Warning>) {
    out.push_str(&format!("\n[{}]\n", pattern.name.replace(['"', '\n', '\r', '#'], " ")));
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
    let heads: Vec<String> = pattern.tracks.iter().map(head).collect();
    let width = heads.iter().map(|head| head.chars().count()).max().unwrap_or(0);
    for (index, (track, head)) in pattern.tracks.iter().zip(&heads).enumerate() {
        let place = place.track(index);
        let padding = " ".repeat(width - head.chars().count());
        out.push_str(&format!("{head}:{padding} {}\n", cells(track, place, warnings)));
        if !track.unknown.is_empty() {
            lost(warnings, place, "fields of a later version");
        }
    }
}

/// The name and the options that its name does not say already.
fn head(track: &Track) -> String {
    let mut head = quoted(&track.name.replace(['"', '\n', '\r'], " "));
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
    if track.step_size != StepSize::default() {
        head.push_str(&format!(" step={}", track.step_size));
    }
    if track.rotation != 0 {
        head.push_str(&format!(" rotate={}", track.rotation));
    }
    head
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
        text = step.keys.iter().map(pitch::name).collect::<Vec<_>>().join("+");
    }
    let mut mark = |is_default: bool, mark: String| {
        if !is_default {
            text.push_str(&mark);
        }
    };
    mark(velocity == Velocity::default(), format!("v{velocity}"));
    mark(step.gate == GateLength::default(), format!("={}", step.gate.percent()));
    mark(step.micro_timing.0 <= 0, format!(">{}", step.micro_timing.0));
    mark(step.micro_timing.0 >= 0, format!("<{}", step.micro_timing.0.saturating_neg()));
    mark(step.chance == Percent::default(), format!("?{}", step.chance));
    if let Some(condition) = step.condition {
        mark(false, format!("({condition})"));
    }
    mark(step.ratchet == Ratchet::default(), format!("*{}", step.ratchet.hits()));
    text
}
