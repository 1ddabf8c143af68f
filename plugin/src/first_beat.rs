//! What a new instance plays: a beat, not a void.

use tresillo_pattern::Project;
use tresillo_pattern::format::notation;

/// Two bars of a beat on the tresillo, for a drum kit and a bass.
const NOTATION: &str = r#"
name = "First beat"
description = "A tresillo bass under a straight beat"
tempo = 104
swing = 54
kick:                x...x...x...x... x...x...x...x.x.
clap:                ....x.......x... ....x.......x..o
closed_hat key=F#1:  x.x.x.x.x.x.x.x. x.x.x.x.x.x.x*2.x.
open_hat key=Bb1:    ..........x..... ..............x.
rim key=C#1 ch=10:   x..x..x.x..x..x. x..x..x.x..x..x?60.
bass ch=2 step=1/16: C1=200 . . C1=200 . . Eb1=150 . C1=200 . . Bb0=200 . . G0=150 . C1=200 . . C1=200 . . Eb1=150 . F1=200 . . Eb1=200 . . Bb0=150 .
"#;

/// The project of a new instance.
pub(crate) fn first_beat() -> Project {
    // A test proves that the notation is sound; were it not, a new instance would be silent, and that is no reason to fail.
    notation::read(NOTATION).map(|(project, _)| project).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_instance_plays_a_beat() {
        let (project, warnings) = notation::read(NOTATION).expect("the first beat is sound");
        assert_eq!(warnings, []);
        assert_eq!(project.patterns.len(), 1);
        assert_eq!(project.patterns[0].tracks.len(), 6);
        assert!(project.patterns[0].tracks.iter().all(|track| track.steps.len() == 32));
    }
}
