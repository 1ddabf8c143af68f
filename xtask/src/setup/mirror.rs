//! The Debian mirror that this system installs its own packages from.

use std::fs;
use std::path::{Path, PathBuf};

/// A mirror of Debian, as the system's package sources name it.
#[derive(Debug, PartialEq)]
pub(super) struct Mirror {
    uri: String,
    /// The keys that its lists are signed with, where the sources name them.
    keys: Option<String>,
}

impl Mirror {
    /// The first one in apt's sources (sources.list(5)). `None` on other systems.
    pub(super) fn of_this_system() -> Option<Mirror> {
        let etc = Path::new("/etc/apt");
        let mut files: Vec<PathBuf> = fs::read_dir(etc.join("sources.list.d"))
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default();
        files.sort();
        files.insert(0, etc.join("sources.list"));
        files.iter().find_map(|file| {
            let text = fs::read_to_string(file).ok()?;
            if file.extension().is_some_and(|extension| extension == "sources") {
                Mirror::in_stanzas(&text)
            } else {
                Mirror::in_lines(&text)
            }
        })
    }

    /// Reads the style of `*.sources`: stanzas of fields.
    fn in_stanzas(text: &str) -> Option<Mirror> {
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        lines.split(|line| line.trim().is_empty()).find_map(|stanza| {
            let value = |field: &str| {
                stanza.iter().find_map(|line| {
                    let (name, value) = line.split_once(':')?;
                    name.eq_ignore_ascii_case(field).then(|| value.trim())
                })
            };
            if value("Enabled").is_some_and(|enabled| enabled.eq_ignore_ascii_case("no")) {
                return None;
            }
            let keys = value("Signed-By").filter(|keys| !keys.is_empty());
            value("URIs")?.split_whitespace().find_map(|uri| {
                Mirror::if_debian(uri, value("Components")?.split_whitespace(), keys)
            })
        })
    }

    /// Reads the style of `*.list`: `deb [option=value …] URI SUITE COMPONENT…`.
    fn in_lines(text: &str) -> Option<Mirror> {
        text.lines().find_map(|line| {
            let rest = line.trim().strip_prefix("deb")?.strip_prefix([' ', '\t'])?.trim_start();
            let (options, rest) = match rest.strip_prefix('[') {
                Some(rest) => rest.split_once(']')?,
                None => ("", rest),
            };
            let keys = options.split_whitespace().find_map(|word| word.strip_prefix("signed-by="));
            let mut words = rest.split_whitespace();
            let uri = words.next()?;
            Mirror::if_debian(uri, words.skip(1), keys)
        })
    }

    /// A mirror of Debian's main archive ends in `/debian`; others that do so have no component `main`.
    fn if_debian<'a>(
        uri: &str,
        mut components: impl Iterator<Item = &'a str>,
        keys: Option<&str>,
    ) -> Option<Mirror> {
        let is_debian =
            uri.trim_end_matches('/').ends_with("/debian") && components.any(|name| name == "main");
        is_debian.then(|| Mirror { uri: uri.to_owned(), keys: keys.map(str::to_owned) })
    }

    /// The line that makes apt read the sources of a suite.
    pub(super) fn source_line(&self, suite: &str) -> String {
        self.line("deb-src", suite)
    }

    /// The line that makes apt read the packages of a suite.
    pub(super) fn package_line(&self, suite: &str) -> String {
        self.line("deb", suite)
    }

    fn line(&self, kind: &str, suite: &str) -> String {
        let options =
            self.keys.as_ref().map(|keys| format!("[signed-by={keys}] ")).unwrap_or_default();
        format!("{kind} {options}{} {suite} main\n", self.uri)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stanzas_name_their_mirror_and_its_keys() {
        let text = "Types: deb\n# URIs: http://old.example/debian\nURIs: http://m.example/debian\n\
                    Suites: bookworm\nComponents: main\nSigned-By: /k.gpg\n";
        let mirror = Mirror::in_stanzas(text).expect("a mirror");
        assert_eq!(
            mirror.source_line("trixie"),
            "deb-src [signed-by=/k.gpg] http://m.example/debian trixie main\n"
        );
    }

    #[test]
    fn lines_name_their_mirror_with_and_without_options() {
        let text = "# deb http://old.example/debian sid main\n\
                    deb [arch=amd64 signed-by=/k.gpg] http://m.example/debian/ bookworm contrib main\n";
        let mirror = Mirror::in_lines(text).expect("a mirror");
        assert_eq!(
            mirror.source_line("trixie"),
            "deb-src [signed-by=/k.gpg] http://m.example/debian/ trixie main\n"
        );
        let mirror = Mirror::in_lines("deb http://m.example/debian sid main").expect("a mirror");
        assert_eq!(mirror.source_line("sid"), "deb-src http://m.example/debian sid main\n");
    }

    #[test]
    fn archives_of_others_are_no_mirror() {
        assert_eq!(Mirror::in_lines("deb http://m.example/ubuntu noble main"), None);
        assert_eq!(Mirror::in_lines("deb http://m.example/linux/debian bookworm stable"), None);
        let off = "Enabled: no\nURIs: http://m.example/debian\nSuites: sid\nComponents: main\n";
        assert_eq!(Mirror::in_stanzas(off), None);
        let other = "URIs: http://m.example/debian-security\nSuites: x\nComponents: main\n";
        assert_eq!(Mirror::in_stanzas(other), None);
    }
}
