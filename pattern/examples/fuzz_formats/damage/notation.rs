//! Damage to notation that stays notation: other marks, options, settings and lines.

use super::Random;

/// One to six changes to the lines of a file; `None` if it is no text.
pub(super) fn mutate(seed: &[u8], seeds: &[Vec<u8>], random: &mut Random) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(seed).ok()?;
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..=random.below(6) {
        change(&mut lines, seeds, random);
    }
    let end = random.word(&["\n", "\n", "\n", "\r\n"]);
    Some(lines.join(end).into_bytes())
}

fn is_track(line: &str) -> bool {
    let head = line.split(':').next().unwrap_or_default();
    line.contains(':') && !line.trim_start().starts_with(['>', '[', '#']) && !head.contains('"')
}

fn change(lines: &mut Vec<String>, seeds: &[Vec<u8>], random: &mut Random) {
    let tracks: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| is_track(line))
        .map(|(index, _)| index)
        .collect();
    let track = random.choose(&tracks).copied();
    let any = random.below(lines.len());
    match (random.below(12), track) {
        (0..=2, Some(index)) => {
            if let Some(line) = lines.get_mut(index) {
                line.push_str(&cells(random));
            }
        }
        (3, Some(index)) => {
            if let Some(line) = lines.get_mut(index) {
                mark_a_hit(line, random);
            }
        }
        (4, Some(index)) => {
            if let Some(line) = lines.get_mut(index)
                && let Some(colon) = line.find(':')
            {
                line.insert_str(colon, &option(random));
            }
        }
        (5, Some(index)) => lines.insert(index + 1, lane(random)),
        (6, Some(index)) => {
            let line = lines.get(index).cloned().unwrap_or_default();
            let room =
                if random.is_one_in(12) { 1000 } else { 31usize.saturating_sub(tracks.len()) };
            for _ in 0..random.repeats().min(room) {
                lines.insert(index, line.clone());
            }
        }
        (7, _) => lines.insert(any, setting(random)),
        (8, _) => {
            let other = random.choose(seeds).and_then(|seed| std::str::from_utf8(seed).ok());
            let others: Vec<&str> = other.unwrap_or_default().lines().collect();
            if let Some(line) = random.choose(&others)
                && !line.trim_start().starts_with('>')
            {
                lines.insert(any, (*line).to_owned());
            }
        }
        (9, _) => {
            let other = random.below(lines.len());
            let is_lane = |index: usize| lines.get(index).is_none_or(|line| line.starts_with('>'));
            // A lane without its track is refused.
            if !is_lane(any) && !is_lane(other) && !is_lane(any + 1) && !is_lane(other + 1) {
                lines.swap(any, other);
            }
        }
        (10, _) => long_line(lines, any, random),
        _ => {
            // At the edge of what is refused: a number becomes another one.
            if random.is_one_in(3)
                && let Some(line) = lines.get_mut(any)
                && let Some(start) = line.find(|c: char| c.is_ascii_digit())
            {
                let digits = line.chars().skip(start).take_while(char::is_ascii_digit).count();
                if line.is_ascii() {
                    let number = random.word(&["0", "1", "127", "128", "12800", "99999999999"]);
                    line.replace_range(start..start + digits, number);
                }
            }
        }
    }
}

/// A few steps with marks.
fn cells(random: &mut Random) -> String {
    let mut out = String::new();
    for _ in 0..1 + random.below(8) {
        out.push(' ');
        out.push_str(random.word(&[
            ".",
            "C3",
            "C-2",
            "G8",
            "C3+Eb3+G3",
            "E(3,8)",
            "E(1,1)",
            "E(16,16,15)",
            "F#4",
            "Cb3",
            "|.",
        ]));
        for _ in 0..random.below(3) {
            // Behind a rest marks are refused now and then; that is wanted too.
            if out.ends_with('.') {
                break;
            }
            out.push_str(&mark(random));
        }
    }
    out
}

fn mark(random: &mut Random) -> String {
    match random.below(10) {
        0 => format!("v{}", random.edge(1, 127)),
        1 => format!("={}", random.edge(5, 12_800)),
        2 => format!(">{}", random.edge(0, 40_000)),
        3 => format!("<{}", random.edge(0, 40_000)),
        4 => format!("?{}", random.edge(0, 100)),
        5 => format!("?{}A", random.edge(0, 100)),
        6 => random
            .word(&["(1:1)", "(16:16)", "(NOT FILL)", "(PRE)", "(NEI)", "(NOT FIRST)"])
            .to_owned(),
        7 => format!("*{}", random.edge(1, 16)),
        8 => format!("*{}^{}%{}", random.edge(1, 16), random.edge(5, 1600), random.edge(-100, 100)),
        _ => random.word(&["_", "/"]).to_owned(),
    }
}

/// Marks behind one of the hits of a line.
fn mark_a_hit(line: &mut String, random: &mut Random) {
    let colon = line.find(':').unwrap_or(0);
    let steps = line.get(colon..).unwrap_or_default();
    let hits: Vec<usize> =
        steps.match_indices(['x', 'X', 'o']).map(|(at, _)| colon + at + 1).collect();
    if let Some(at) = random.choose(&hits) {
        line.insert_str(*at, &mark(random));
    }
}

fn option(random: &mut Random) -> String {
    match random.below(8) {
        0 => format!(" ch={}", random.edge(1, 16)),
        1 => format!(" port={}", random.edge(1, 16)),
        2 => format!(" key={}", random.edge(0, 127)),
        3 => format!(" prog={}", random.edge(1, 128)),
        4 => format!(" step={}/{}", random.edge(1, 128), random.edge(1, 128)),
        5 => format!(" rotate={}", random.edge(i64::from(i32::MIN), i64::from(i32::MAX))),
        6 => format!(" dir={}", random.word(&["backward", "ping-pong", "random", "walk"])),
        _ => format!(" {}=7", random.word(&["ch", "chan", "", "=", "\""])),
    }
}

fn lane(random: &mut Random) -> String {
    let properties =
        ["gate", "notes", "velocity", "length", "micro", "chance", "condition", "ratchet"];
    let property = random.word(&properties);
    let steps = match property {
        "gate" => "x . x x",
        "notes" => "C3 G8+C-2 Eb3",
        "velocity" => "v1 v127 v64",
        "length" => "=5 =12800",
        "micro" => ">1 <9999 >0",
        "chance" => "?0 ?100 ?50P",
        "condition" => "(1:16) (NEI)",
        _ => "*1 *16^1600%-100",
    };
    format!("> {property} step=1/{}: {steps}", random.edge(1, 128))
}

fn setting(random: &mut Random) -> String {
    match random.below(10) {
        0 => format!("tempo = {}", random.word(&["1", "999", "120.000001", "1e2", "0.5", "NaN"])),
        1 => format!("seed = {}", random.word(&["0", "18446744073709551615"])),
        2 => format!("metre = {}", random.word(&["1/1", "7/8", "15/16"])),
        3 => format!("swing = {}", random.word(&["50", "75", "66.6667", "58"])),
        4 => format!("humanise_timing = {}", random.edge(0, 100)),
        5 => format!("scale = {}", random.word(&["C minor", "B 0 1 11", "F# dorian", "C"])),
        6 => format!("length = {}", random.word(&["1/128", "65536", "7/2", "1", "0.001"])),
        7 => format!("description = {}", "very ".repeat(random.repeats())),
        8 => format!("name = {}", random.word(&["x", "\"a # b\"", "\"\"", "\u{1F941}"])),
        _ => format!("[{}]", random.word(&["", "Verse", "\"a ] b\"", "a:b", "="])),
    }
}

fn long_line(lines: &mut Vec<String>, at: usize, random: &mut Random) {
    let line = match random.below(6) {
        0 => format!("# {}", "la ".repeat(30_000)),
        1 => format!("description = {}", "la ".repeat(30_000)),
        2 => format!("kick: {}", "x*16^1600%-50?50A(15:16)v1=12800>1 ".repeat(128)),
        3 => format!("rim: {}x{}", " | ".repeat(10_000), " ".repeat(10_000)),
        4 => format!("lead ch=2: C3{}", "+E3+G8+C-2".repeat(5)),
        _ => format!("hat: {}", "x".repeat(usize::try_from(random.edge(1, 129)).unwrap_or(1))),
    };
    lines.insert(at, line);
}
