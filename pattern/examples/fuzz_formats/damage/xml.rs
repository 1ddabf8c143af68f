//! Damage to XML that stays XML: other texts, elements that go, come, change places and lie in each other.

use super::Random;

/// A piece of a file.
#[derive(Clone, Debug, PartialEq)]
enum Piece {
    /// `<name …>`, as it stands.
    Open(String),
    /// `</name>`, as it stands.
    Close(String),
    /// Texts, comments, declarations and elements without an end of their own.
    Other(String),
}

/// One to five changes to a file; `None` if it is no text or has no elements.
pub(super) fn mutate(seed: &[u8], seeds: &[Vec<u8>], random: &mut Random) -> Option<Vec<u8>> {
    let mut pieces = split(std::str::from_utf8(seed).ok()?)?;
    for _ in 0..=random.below(5) {
        change(&mut pieces, seeds, random);
    }
    let texts = pieces.iter().map(|piece| match piece {
        Piece::Open(text) | Piece::Close(text) | Piece::Other(text) => text.as_str(),
    });
    Some(texts.collect::<String>().into_bytes())
}

fn split(text: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = if rest.starts_with('<') {
            rest.find('>')? + 1
        } else {
            rest.find('<').unwrap_or(rest.len())
        };
        let (piece, after) = rest.split_at(end);
        let owned = piece.to_owned();
        pieces.push(if piece.starts_with("</") {
            Piece::Close(owned)
        } else if piece.starts_with("<?") || piece.starts_with("<!") || piece.ends_with("/>") {
            Piece::Other(owned)
        } else if piece.starts_with('<') {
            Piece::Open(owned)
        } else {
            Piece::Other(owned)
        });
        rest = after;
    }
    pieces.iter().any(|piece| matches!(piece, Piece::Open(_))).then_some(pieces)
}

/// The name in `<name …>`.
fn name_of(open: &str) -> &str {
    let inside = open.trim_start_matches('<').trim_end_matches('>');
    inside.split_whitespace().next().unwrap_or_default()
}

/// The pieces of the element that opens at `start`, with both ends.
fn element(pieces: &[Piece], start: usize) -> std::ops::Range<usize> {
    let mut depth = 0usize;
    for (index, piece) in pieces.iter().enumerate().skip(start) {
        match piece {
            Piece::Open(_) => depth += 1,
            Piece::Close(_) => depth = depth.saturating_sub(1),
            Piece::Other(_) => {}
        }
        if depth == 0 {
            return start..index + 1;
        }
    }
    start..pieces.len()
}

/// Where elements of one of `names` open; of any name but the outermost where there are no names.
fn places(pieces: &[Piece], names: &[&str]) -> Vec<usize> {
    let opens = pieces.iter().enumerate().filter_map(|(index, piece)| match piece {
        Piece::Open(open) if names.is_empty() || names.contains(&name_of(open)) => Some(index),
        _ => None,
    });
    opens.skip(usize::from(names.is_empty())).collect()
}

fn change(pieces: &mut Vec<Piece>, seeds: &[Vec<u8>], random: &mut Random) {
    let few: &[&[&str]] = &[&["note"], &["pattern"], &["instrument"], &["group"], &[], &[], &[]];
    let chosen = places(pieces, random.choose(few).copied().unwrap_or_default());
    let Some(start) = random.choose(&chosen).copied() else { return };
    let range = element(pieces, start);
    let Some(Piece::Open(open)) = pieces.get(start) else { return };
    let name = name_of(open).to_owned();
    match random.below(10) {
        0..=2 => change_a_text(pieces, random),
        3 => {
            // A whole list is spared mostly.
            if range.len() < 200 || random.is_one_in(8) {
                pieces.drain(range);
            }
        }
        4 => {
            let copy = pieces.get(range.clone()).unwrap_or_default().to_vec();
            let room = 40_000 / copy.len().max(1);
            let room = if name == "pattern" && !random.is_one_in(8) { 60 } else { room };
            for _ in 0..random.repeats().min(room) {
                pieces.splice(range.end..range.end, copy.iter().cloned());
            }
        }
        5 => {
            // The same element of another file, or of this one.
            let other = random.choose(seeds).and_then(|seed| std::str::from_utf8(seed).ok());
            let Some(others) = other.and_then(split) else { return };
            let there = places(&others, &[&name]);
            let Some(from) = random.choose(&there) else { return };
            let taken = others.get(element(&others, *from)).unwrap_or_default().to_vec();
            if taken.len() < 10_000 {
                pieces.splice(range, taken);
            }
        }
        6 => {
            let depth = match random.below(10) {
                0 => 5_000,
                1 => 64,
                _ => 1 + random.below(40),
            };
            let wrap = random.word(&["pattern", "note", "x", "noteList", "patternList"]);
            let open = format!("<{wrap}>").repeat(depth);
            let close = format!("</{wrap}>").repeat(depth);
            pieces.insert(range.end, Piece::Other(format!("{open}{close}")));
        }
        7 => {
            let piece = random.word(&[
                "<x a=\"1\" a=\"2\"/>",
                "<!-- -- -->",
                "<!---->",
                "<?php ?>",
                "<note/>",
                "<pattern/>",
                "<group/>",
                "<size/>",
                "<![CDATA[<note>]]>",
                "&amp;",
                "&#65;",
                "&#x10FFFF;",
                "&#0;",
                "&lol;",
                "<a:note xmlns:a=\"b\"></a:note>",
                "<!DOCTYPE a [<!ENTITY b \"ccc\"><!ENTITY d \"&b;&b;\">]>",
            ]);
            pieces.insert(range.end, Piece::Other(piece.to_owned()));
        }
        8 => {
            // Other names, at both ends.
            let new = random.word(&["note", "pattern", "later", "virtual", "patternID", "h:size"]);
            let last = range.end.saturating_sub(1);
            if range.len() < 60
                && let Some(Piece::Close(close)) = pieces.get_mut(last)
            {
                *close = format!("</{new}>");
                if let Some(open) = pieces.get_mut(start) {
                    *open = Piece::Open(format!("<{new}>"));
                }
            }
        }
        _ => {
            // The file breaks off, mostly near its end.
            let keep = pieces.len() - random.below(pieces.len() / 8 + 1);
            if random.is_one_in(3) {
                pieces.truncate(keep);
            }
        }
    }
}

/// The text of an element that holds nothing else.
fn change_a_text(pieces: &mut [Piece], random: &mut Random) {
    let is_leaf = |index: &usize| {
        matches!(
            pieces.get(index.saturating_sub(1)..index + 2),
            Some([Piece::Open(_), Piece::Other(_), Piece::Close(_)])
        )
    };
    let leaves: Vec<usize> = (1..pieces.len()).filter(is_leaf).collect();
    let Some(at) = random.choose(&leaves).copied() else { return };
    let Some(Piece::Open(open)) = pieces.get(at - 1) else { return };
    let words: &[&str] = match name_of(open) {
        "position" => &["0", "-1", "191", "7", "95.5", "1e11", "1e308", "NaN"],
        "size" => &["1", "24576", "24577", "191", "0", "-96", "99999999999", "48"],
        "leadlag" => &["-1", "1", "0.3", "1e308", "inf"],
        "velocity" | "probability" => &["0", "1", "0,5", "-1", "1e308", "nan"],
        "key" => &["C0", "B20", "Cs-20", "Ef1", "H9", "C99999999999"],
        "length" => &["-1", "0", "1", "99999999999", "192"],
        "instrument" | "id" => &["0", "-1", "31", "99999999999", "9223372036854775807"],
        "midiOutNote" => &["0", "127", "128", "-1"],
        "midiOutChannel" => &["-1", "0", "15", "16"],
        "bpm" => &["0", "1", "999", "1e9", "-120", "120,5"],
        "swing_factor" => &["0", "1", "0.5", "-1", "1e308"],
        "note_off" | "isMuted" => &["true", "false", "1", ""],
        _ => &["", "a", " ", "\u{1F941}", "&lt;&gt;", "]]>", "0"],
    };
    let text = match random.below(12) {
        0 => "long ".repeat(1 << random.below(14)),
        1 => "9".repeat(1 + random.below(400)),
        _ => random.word(words).to_owned(),
    };
    if let Some(piece) = pieces.get_mut(at) {
        *piece = Piece::Other(text);
    }
}
