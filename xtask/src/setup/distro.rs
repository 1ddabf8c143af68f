//! Which distribution this is, and the line its packages are installed by.

use std::fs;

use crate::setup::needs::Need;

/// A family of distributions with the same packages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Distro {
    Debian,
    Fedora,
    Arch,
    Unknown,
}

impl Distro {
    /// The one we run on.
    pub(super) fn here() -> Distro {
        Distro::of(&fs::read_to_string("/etc/os-release").unwrap_or_default())
    }

    /// Reads `ID` and `ID_LIKE` of an os-release file (freedesktop.org, os-release(5)).
    fn of(os_release: &str) -> Distro {
        let value_of = |field: &str| {
            os_release
                .lines()
                .find_map(|line| line.strip_prefix(field)?.strip_prefix('='))
                .unwrap_or_default()
                .replace(['"', '\''], "")
        };
        let names = format!("{} {}", value_of("ID"), value_of("ID_LIKE"));
        names
            .split_whitespace()
            .find_map(|name| match name {
                "debian" | "ubuntu" => Some(Distro::Debian),
                "fedora" | "rhel" | "centos" => Some(Distro::Fedora),
                "arch" | "archlinux" => Some(Distro::Arch),
                _ => None,
            })
            .unwrap_or(Distro::Unknown)
    }

    /// What to type to install what is `missing`: one line, or one for each family when ours is unknown.
    pub(super) fn lines_to_type(self, missing: &[Need]) -> Vec<String> {
        let line = |distro: Distro| {
            let (command, of): (_, fn(&Need) -> &'static [&'static str]) = match distro {
                Distro::Fedora => ("sudo dnf install", |need| need.fedora),
                Distro::Arch => ("sudo pacman -S --needed", |need| need.arch),
                Distro::Debian | Distro::Unknown => ("sudo apt install", |need| need.debian),
            };
            let packages: Vec<_> = missing.iter().flat_map(of).copied().collect();
            format!("{command} {}", packages.join(" "))
        };
        match self {
            Distro::Unknown => vec![
                format!("on Debian or Ubuntu type:  {}", line(Distro::Debian)),
                format!("on Fedora type:            {}", line(Distro::Fedora)),
                format!("on Arch type:              {}", line(Distro::Arch)),
            ],
            known => vec![format!("to install, type:  {}", line(known))],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::needs::NEEDS;

    #[test]
    fn a_derivative_is_known_by_its_family() {
        assert_eq!(Distro::of("NAME=\"Debian\"\nID=debian\n"), Distro::Debian);
        assert_eq!(Distro::of("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"), Distro::Debian);
        assert_eq!(Distro::of("VERSION_ID=41\nID=fedora\n"), Distro::Fedora);
        assert_eq!(Distro::of("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n"), Distro::Fedora);
        assert_eq!(Distro::of("ID=manjaro\nID_LIKE=arch\n"), Distro::Arch);
        assert_eq!(Distro::of("ID=nixos\n"), Distro::Unknown);
        assert_eq!(Distro::of(""), Distro::Unknown);
    }

    #[test]
    fn a_known_family_gets_one_line_and_an_unknown_one_all_three() {
        let lines = Distro::Debian.lines_to_type(&NEEDS[..2]);
        assert_eq!(
            lines,
            ["to install, type:  sudo apt install gcc libc6-dev python3 python3-venv"]
        );
        assert_eq!(
            Distro::Arch.lines_to_type(&NEEDS[6..]),
            ["to install, type:  sudo pacman -S --needed valgrind"]
        );
        let lines = Distro::Unknown.lines_to_type(&NEEDS[..1]);
        assert_eq!(lines.len(), 3);
        assert!(lines[1].contains("dnf install gcc"));
    }
}
