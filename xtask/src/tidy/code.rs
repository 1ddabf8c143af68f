//! Rust source with only its code left.

/// The text with the contents of comments, strings and character literals turned into spaces, line by line in the same
/// place, so that a word found in it is code.
pub(super) fn of(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_in_word = out.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let blank = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if first == '"' {
            string(rest)
        } else if let Some(length) = (!is_in_word).then(|| raw_string(rest)).flatten() {
            length
        } else if first == '\'' {
            character(rest)
        } else {
            0
        };
        if blank == 0 {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            out.extend(rest[..blank].chars().map(|c| if c == '\n' { c } else { ' ' }));
            rest = &rest[blank..];
        }
    }
    out
}

/// The length of the block comment `text` begins with; they nest.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let here = &text.as_bytes()[at..];
        if here.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

/// The length of the string literal `text` begins with, quotes included.
fn string(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of the raw string literal `text` begins with, if it does.
fn raw_string(text: &str) -> Option<usize> {
    let prefix = ["r", "br", "cr"].into_iter().find(|prefix| {
        text.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(['#', '"']))
    })?;
    let after = &text[prefix.len()..];
    let hashes = after.len() - after.trim_start_matches('#').len();
    // `r#name` is an identifier.
    let body = after[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = body.find(&end).map_or(body.len(), |at| at + end.len());
    Some(prefix.len() + hashes + 1 + length)
}

/// The length of the character literal `text` begins with; 0 when it is a lifetime.
fn character(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match (chars.next(), chars.next(), chars.next()) {
        // An escape, `'\n'` or `'\u{1F941}'`: up to the quote after the escaped character.
        (Some((_, '\\')), Some(_), next) => {
            let from = next.map_or(text.len(), |(at, _)| at);
            text[from..].find('\'').map_or(text.len(), |at| from + at + 1)
        }
        (Some(_), Some((at, '\'')), _) => at + 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let code = of(text);
        assert_eq!(code.split_whitespace().collect::<Vec<_>>().join(" "), expected);
        assert_eq!(code.lines().count(), text.lines().count(), "lines keep their number");
    }

    #[test]
    fn comments_go() {
        check("a // todo!()\nb", "a b");
        check("a /* x /* y */\n z */ b", "a b");
        check("/// doc.unwrap()\nfn f() {}", "fn f() {}");
    }

    #[test]
    fn strings_go() {
        check(r#"f("unsafe \" still") + 1"#, "f( ) + 1");
        check("f(r#\"a \" b\"#, br\"c\\\") + r#type", "f( , ) + r#type");
        check("\"a // b\nc\" d", "d");
    }

    #[test]
    fn characters_go_and_lifetimes_stay() {
        check(r"('a', '\'', '\u{1F941}', '\\', '“') x", "( , , , , ) x");
        check("fn f<'a>(x: &'a str) -> &'a str {}", "fn f<'a>(x: &'a str) -> &'a str {}");
        check("'outer: loop { break 'outer }", "'outer: loop { break 'outer }");
    }

    #[test]
    fn what_does_not_end_goes_to_the_end() {
        check("a \"b", "a");
        check("a /* b", "a");
    }
}
