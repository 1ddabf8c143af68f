//! From the document to the file.

use serde_json::Value;

use crate::document::{
    Articulation, Control, Delay, Destination, Direction, GateLength, Humanise, Lane, Lock, Metre,
    Pattern, Percent, Project, Ratchet, Slot, Step, StepSize, Swing, SwingUnit, Tempo, Track,
    Unknown, Velocity,
};
use crate::format::json::FORMAT;
use crate::format::json::emit::{Node, emit};
use crate::time::{PPQ, Ticks};

/// The text of a project file. The same project gives the same bytes; defaults are left out.
#[must_use]
pub fn write(project: &Project) -> String {
    let mut fields = Fields::default();
    fields.put("format", FORMAT);
    fields.text("name", &project.name);
    fields.text("author", &project.author);
    fields.text("licence", &project.licence);
    fields.text("description", &project.description);
    fields.unless(project.seed == 0, "seed", project.seed);
    fields.unless(project.tempo == Tempo::default(), "tempo", number(project.tempo.bpm()));
    let metre = project.metre;
    let metre_text = format!("{}/{}", metre.beats, metre.unit);
    fields.unless(metre == Metre::default(), "metre", metre_text);
    fields.array("patterns", project.patterns.iter().map(pattern).collect());
    fields.array("song", project.song.slots.iter().map(slot).collect());
    emit(&fields.finish(&project.unknown))
}

fn slot(slot: &Slot) -> Node {
    let mut fields = Fields::default();
    fields.put("pattern", u16::from(slot.pattern.0) + 1);
    fields.put("bars", slot.bars);
    fields.unless(slot.transpose == 0, "transpose", slot.transpose);
    let mutes: Vec<usize> = slot.mutes.iter().map(|track_index| track_index + 1).collect();
    fields.unless(mutes.is_empty(), "mutes", mutes);
    fields.finish(&slot.unknown)
}

/// Fields in the order in which they are put.
#[derive(Default)]
struct Fields(Vec<(String, Node)>);

impl Fields {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.push((name.to_owned(), Node::from(value.into())));
    }

    fn unless(&mut self, is_default: bool, name: &str, value: impl Into<Value>) {
        if !is_default {
            self.put(name, value);
        }
    }

    fn text(&mut self, name: &str, text: &str) {
        self.unless(text.is_empty(), name, text);
    }

    fn array(&mut self, name: &str, items: Vec<Node>) {
        if !items.is_empty() {
            self.0.push((name.to_owned(), Node::Array(items)));
        }
    }

    fn locks(&mut self, name: &str, locks: impl Iterator<Item = Lock>) {
        let locks: Vec<(String, Value)> =
            locks.map(|lock| (lock.control().to_string(), lock.shown().into())).collect();
        if !locks.is_empty() {
            self.0.push((name.to_owned(), Node::Leaf(locks)));
        }
    }

    /// What this version does not know stands behind what it knows.
    fn finish(mut self, unknown: &Unknown) -> Node {
        for (name, value) in &unknown.0 {
            self.put(name, value.clone());
        }
        Node::Object(self.0)
    }
}

/// A whole number without a point.
fn number(value: f64) -> Value {
    #[allow(clippy::cast_possible_truncation, reason = "compared with the original just after")]
    let whole = value as i32;
    if (f64::from(whole) - value).abs() < f64::EPSILON { whole.into() } else { value.into() }
}

fn pattern(pattern: &Pattern) -> Node {
    let mut fields = Fields::default();
    fields.text("name", &pattern.name);
    if let Some(length) = pattern.length {
        fields.put("length", beats(length));
    }
    let default = Swing::default();
    let percent = pattern.swing.percent;
    fields.unless(percent == default.percent, "swing", number(percent.percent()));
    fields.unless(pattern.swing.unit == default.unit, "swing_unit", unit(pattern.swing.unit));
    if let Some(groove) = &pattern.groove {
        let mut parts = Fields::default();
        parts.put("unit", groove.unit().to_string());
        let offsets: Vec<i64> = groove.offsets().iter().map(|offset| offset.0).collect();
        parts.put("offsets", offsets);
        parts.unless(groove.amount == Percent::MAX, "amount", groove.amount.get());
        fields.0.push(("groove".to_owned(), parts.finish(&groove.unknown)));
    }
    let humanise = pattern.humanise;
    if humanise != Humanise::default() {
        let mut shares = Fields::default();
        shares.unless(humanise.timing.get() == 0, "timing", humanise.timing.get());
        shares.unless(humanise.velocity.get() == 0, "velocity", humanise.velocity.get());
        fields.0.push(("humanise".to_owned(), Node::Object(shares.0)));
    }
    if let Some(scale) = pattern.scale {
        fields.put("scale", scale.to_string());
    }
    fields.array("tracks", pattern.tracks.iter().map(track).collect());
    fields.finish(&pattern.unknown)
}

/// Quarter notes: a whole number, or a fraction in lowest terms as text.
fn beats(length: Ticks) -> Value {
    if length.0 % PPQ == 0 {
        return (length.0 / PPQ).into();
    }
    let divisor = greatest_common_divisor(length.0, PPQ);
    format!("{}/{}", length.0 / divisor, PPQ / divisor).into()
}

fn greatest_common_divisor(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

fn unit(unit: SwingUnit) -> &'static str {
    match unit {
        SwingUnit::Eighth => "1/8",
        SwingUnit::Sixteenth => "1/16",
    }
}

fn track(track: &Track) -> Node {
    let mut fields = Fields::default();
    fields.put("id", track.id.0);
    fields.text("name", &track.name);
    let Destination { port, channel, key } = track.destination;
    fields.unless(port.get() == 0, "port", port.get() + 1);
    fields.unless(channel.get() == 0, "channel", channel.get() + 1);
    if let Some(key) = key {
        fields.put("key", key.get());
    }
    if let Some(program) = track.program() {
        fields.put("program", program.get() + 1);
    }
    let is_program = |lock: &Lock| lock.control() == Control::Program;
    fields.locks("base", track.base.iter().filter(|lock| !is_program(lock)));
    fields.unless(track.delay == Delay::default(), "delay_ms", number(track.delay.ms()));
    let is_default_size = track.step_size == StepSize::default();
    fields.unless(is_default_size, "step_size", track.step_size.to_string());
    let direction = track.direction;
    fields.unless(direction == Direction::Forward, "direction", direction.name());
    fields.unless(track.rotation == 0, "rotation", track.rotation);
    fields.put("gates", gates(&track.steps));
    fields.array("steps", (1..).zip(&track.steps).filter_map(step).collect());
    fields.array("lanes", track.lanes.iter().map(lane).collect());
    fields.finish(&track.unknown)
}

fn lane(lane: &Lane) -> Node {
    let mut fields = Fields::default();
    fields.put("property", lane.property.to_string());
    let is_default_size = lane.step_size == StepSize::default();
    fields.unless(is_default_size, "step_size", lane.step_size.to_string());
    if lane.steps.iter().any(|step| step.is_on) {
        fields.put("gates", gates(&lane.steps));
    } else {
        fields.put("length", lane.steps.len());
    }
    fields.array("steps", (1..).zip(&lane.steps).filter_map(step).collect());
    fields.finish(&lane.unknown)
}

fn gates(steps: &[Step]) -> String {
    steps.iter().map(|step| if step.is_on { 'x' } else { '.' }).collect()
}

/// What is not default of a step; `None` where all is.
fn step((step_number, step): (u64, &Step)) -> Option<Node> {
    let mut fields = Fields::default();
    fields.put("step", step_number);
    let keys: Vec<u8> = step.keys.iter().map(|key| key.get()).collect();
    fields.unless(keys.is_empty(), "notes", keys);
    fields.unless(step.velocity == Velocity::default(), "velocity", step.velocity.get());
    fields.unless(step.gate == GateLength::default(), "gate", step.gate.percent());
    match step.articulation {
        Articulation::Gate => {}
        Articulation::Tie => fields.put("articulation", "tie"),
        Articulation::Slide => fields.put("articulation", "slide"),
    }
    fields.unless(step.micro_timing.0 == 0, "micro", step.micro_timing.0);
    fields.unless(step.chance == Percent::default(), "chance", step.chance.get());
    if let Some(group) = step.chance_group {
        fields.put("chance_group", group.letter().to_string());
    }
    if let Some(condition) = step.condition {
        fields.put("condition", condition.to_string());
    }
    let (ratchet, default) = (step.ratchet, Ratchet::default());
    fields.unless(ratchet.hits() == default.hits(), "ratchet", ratchet.hits());
    let span = ratchet.span_percent();
    fields.unless(span == default.span_percent(), "span", span);
    fields.unless(ratchet.ramp_percent() == 0, "ramp", ratchet.ramp_percent());
    fields.locks("locks", step.locks.iter());
    let is_default = fields.0.len() == 1 && step.unknown.is_empty();
    if is_default { None } else { Some(fields.finish(&step.unknown)) }
}
