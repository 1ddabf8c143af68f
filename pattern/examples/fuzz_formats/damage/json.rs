//! Damage to JSON that stays JSON: other values, fields that go, come and change their names, long lists.

use serde_json::{Value, json};

use super::Random;

/// Stands before the name of a field that is to be there twice.
const TWIN: &str = "@twin@";
/// Stands for lists in lists, which no [`Value`] should hold: dropping one takes the stack.
const DEEP: &str = "@deep@";

/// One to four changes to a file; `None` if it is no JSON.
pub(super) fn mutate(seed: &[u8], seeds: &[Vec<u8>], random: &mut Random) -> Option<Vec<u8>> {
    let mut file: Value = serde_json::from_slice(seed).ok()?;
    for _ in 0..=random.below(4) {
        if random.is_one_in(8) {
            exchange(&mut file, seeds, random);
        } else {
            change(&mut file, random);
        }
    }
    let depth = match random.below(8) {
        0 => 100 + random.below(40),
        1 if random.is_one_in(8) => 50_000,
        _ => 1 + random.below(60),
    };
    let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let text = if random.is_one_in(2) { file.to_string() } else { format!("{file:#}") };
    Some(text.replace(TWIN, "").replace(&format!("\"{DEEP}\""), &deep).into_bytes())
}

/// A random walk down from the root; what it ends at is changed.
fn change(root: &mut Value, random: &mut Random) {
    let mut name = String::new();
    let mut here = root;
    loop {
        let is_container = here.is_object() || here.is_array();
        if !is_container || random.is_one_in(5) {
            break;
        }
        // The first test is for the borrow checker: an empty container ends the walk.
        let count =
            here.as_object().map_or(0, serde_json::Map::len) + here.as_array().map_or(0, Vec::len);
        if count == 0 {
            break;
        }
        let index = random.below(count);
        here = match here {
            Value::Object(fields) => {
                let Some((field, value)) = fields.iter_mut().nth(index) else { return };
                name.clone_from(field);
                value
            }
            Value::Array(items) => {
                let Some(item) = items.get_mut(index) else { return };
                item
            }
            _ => return,
        };
    }
    match here {
        Value::Object(fields) => change_fields(fields, random),
        Value::Array(items) => change_items(items, &name, random),
        Value::String(text) => *text = other_text(&name, text, random),
        Value::Number(_) => *here = other_number(&name, random),
        Value::Bool(is_so) => *is_so = !*is_so,
        Value::Null => *here = other_number("", random),
    }
}

/// The fields without which an object is refused.
const NEEDED: &[&str] = &["format", "id", "step", "property", "pattern", "bars", "length", "gates"];

fn change_fields(fields: &mut serde_json::Map<String, Value>, random: &mut Random) {
    let names: Vec<String> = fields.keys().cloned().collect();
    let name = random.choose(&names).cloned().unwrap_or_default();
    let is_spared = NEEDED.contains(&name.as_str()) && !random.is_one_in(12);
    match random.below(6) {
        0 if !is_spared => {
            fields.remove(&name);
        }
        1 if !is_spared => {
            if let Some(value) = fields.remove(&name) {
                fields.insert(format!("{name}_later"), value);
            }
        }
        2 if random.is_one_in(6) => {
            if let Some(value) = fields.get(&name).cloned() {
                fields.insert(format!("{TWIN}{name}"), value);
            }
        }
        3 => {
            fields.insert(format!("deep{}", random.below(4)), json!(DEEP));
        }
        4 => {
            // Fields that a file may have and this one perhaps has not.
            let name = random.word(&[
                "velocity",
                "micro",
                "ratchet",
                "chance",
                "humanise",
                "scale",
                "swing",
                "port",
                "program",
                "rotation",
                "direction",
                "transpose",
                "mutes",
                "notes",
                "seed",
                "tempo",
                "span",
                "ramp",
            ]);
            let value = match name {
                "humanise" => json!({ "timing": random.edge(0, 100), "later": [null] }),
                "scale" | "direction" => json!(other_text(name, "", random)),
                "notes" | "mutes" => {
                    let list: Vec<Value> =
                        (0..random.repeats()).map(|_| other_number(name, random)).collect();
                    Value::Array(list)
                }
                _ => other_number(name, random),
            };
            fields.insert(name.to_owned(), value);
        }
        _ => {
            let value = match random.below(4) {
                0 => json!(null),
                1 => json!({ "a": { "b": [{ "c": 1e308 }, { "d": -0.0 }] } }),
                2 => json!("x".repeat(1 << random.below(17))),
                _ => wild_number(random),
            };
            fields.insert(format!("later{}", random.below(100)), value);
        }
    }
}

fn change_items(items: &mut Vec<Value>, name: &str, random: &mut Random) {
    let index = random.below(items.len());
    match random.below(4) {
        0 if !items.is_empty() && !random.is_one_in(3) => {
            items.remove(index);
        }
        1 => {
            let other = random.below(items.len());
            if index < items.len() && other < items.len() {
                items.swap(index, other);
            }
        }
        _ => {
            let Some(item) = items.get(index).cloned() else { return };
            // Mostly within what a project holds.
            let room: usize = match name {
                "tracks" => 32,
                "" | "patterns" | "steps" => 128,
                "song" => 256,
                "lanes" => 1,
                _ => 1000,
            };
            let room = if random.is_one_in(16) { 1000 } else { room };
            for _ in 0..random.repeats().min(room.saturating_sub(items.len())) {
                let mut copy = item.clone();
                // Each track needs an id of its own.
                if name == "tracks"
                    && let Some(id) = copy.get_mut("id")
                {
                    *id = json!(random.below(1 << 31));
                }
                items.push(copy);
            }
        }
    }
}

/// A top-level field, or a step of a list, taken from another seed.
fn exchange(file: &mut Value, seeds: &[Vec<u8>], random: &mut Random) {
    let other = random.choose(seeds).and_then(|seed| serde_json::from_slice::<Value>(seed).ok());
    match (file, other) {
        (Value::Object(fields), Some(Value::Object(others))) => {
            let field = random.word(&["patterns", "tempo", "metre", "name"]);
            if let Some(value) = others.get(field) {
                fields.insert(field.to_owned(), value.clone());
                if field == "patterns" {
                    fields.remove("song");
                }
            }
        }
        (Value::Array(items), Some(Value::Array(others))) => {
            let from = random.below(others.len());
            let room = 128usize.saturating_sub(items.len());
            items.extend(others.into_iter().skip(from).take(random.repeats().min(room)));
        }
        _ => {}
    }
}

/// A number that the field may hold, mostly at the edge of its range; now and then one that nothing may hold.
fn other_number(name: &str, random: &mut Random) -> Value {
    if random.is_one_in(10) {
        return wild_number(random);
    }
    let (min, max) = match name {
        "tempo" => {
            return json!(random.choose(&[1.0, 999.0, 1.000_000_1, 120.5, 998.999]).copied());
        }
        "swing" => return json!(random.choose(&[50.0, 75.0, 66.666_666_666, 74.999]).copied()),
        "duration" => {
            return json!(random.choose(&[0.0, 1e-9, 1.0, 127.99, 128.0, 1e9, -1.0]).copied());
        }
        "seed" => return json!(random.choose(&[0, 1, u64::MAX, 1 << 53, (1 << 63) + 1]).copied()),
        "id" => (0, i64::from(u32::MAX)),
        "rotation" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        "micro" => (-100_000, 100_000),
        "port" | "ratchet" => (1, 16),
        "channel" => (1, 15),
        "program" | "length" => (1, 128),
        "velocity" => (1, 127),
        "key" | "notes" | "numeric_note" => (0, 127),
        "gate" => (5, 12_800),
        "chance" | "timing" => (0, 100),
        "span" => (5, 1600),
        "ramp" => (-100, 100),
        "bars" => (1, 999),
        "transpose" => (-127, 127),
        "mutes" => (1, 32),
        "step" | "pattern" => (1, 1),
        _ => return wild_number(random),
    };
    json!(random.edge(min, max))
}

fn wild_number(random: &mut Random) -> Value {
    match random.below(12) {
        0 => json!(i64::MIN),
        1 => json!(i64::MAX),
        2 => json!(u64::MAX),
        3 => json!(-1),
        4 => json!(1e308),
        5 => json!(-0.0),
        6 => json!(5e-324),
        7 => json!(4_294_967_296_u64),
        8 => json!(0),
        9 => json!("7"),
        10 => json!(true),
        _ => json!(99_999_999_999_u64),
    }
}

/// A text that the field may hold; now and then one that only a name may hold.
fn other_text(name: &str, text: &str, random: &mut Random) -> String {
    if name == "gates" {
        // The same length at least, since steps are counted in it.
        let length = if random.is_one_in(4) { 128 } else { text.len().min(128) };
        return (0..length).map(|_| if random.is_one_in(3) { 'x' } else { '.' }).collect();
    }
    let valid: &[&str] = match name {
        "scale" => &["C minor", "F# blues", "B 0 1 2 3 4 5 6 7 8 9 10 11", "C 0", "Gb chromatic"],
        "direction" => &["forward", "backward", "ping-pong", "random", "walk"],
        "condition" => &["1:1", "16:16", "NOT 1:16", "FILL", "NOT FIRST", "PRE", "NOT NEI"],
        "articulation" => &["tie", "slide"],
        "chance_group" => &["A", "P"],
        "step_size" => &["1/128", "128/1", "127/128", "1/12", "1/1"],
        "swing_unit" => &["1/8", "1/16"],
        "metre" => &["1/1", "7/8", "16/16", "4/4"],
        "length" => &["1/128", "65536", "1/3", "355/113"],
        "format" => &["tresillo/1", "tresillo/1.9", "tresillo/1.99999999999999999999"],
        _ => &[],
    };
    if !valid.is_empty() && !random.is_one_in(10) {
        return random.word(valid).to_owned();
    }
    match random.below(6) {
        0 => "\u{1F941}".repeat(random.edge(1, 257).unsigned_abs().try_into().unwrap_or(1)),
        1 => "\u{0}\r\n\t\u{7F}\u{2028}".to_owned(),
        2 => "\"] # : = > \\ [".to_owned(),
        3 => " \u{301}\u{202E} ".to_owned(),
        4 if random.is_one_in(4) => "long ".repeat(20_000),
        _ => String::new(),
    }
}
