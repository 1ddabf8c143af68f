//! What the line at the bottom says of what the pointer is on: one thing, and how.

use egui::{Id, Ui};

/// Tells that the pointer is on something of a name.
pub(crate) fn hover(ui: &Ui, name: &str) {
    ui.data_mut(|data| data.insert_temp(Id::unique("under the pointer"), name.to_owned()));
}

/// The name of what the pointer is on in this frame; then it is forgotten.
pub(crate) fn hovered(ui: &Ui) -> Option<String> {
    ui.data_mut(|data| data.remove_temp(Id::unique("under the pointer")))
}

/// Names, or how they begin, and what is to be known.
const SENTENCES: &[(&str, &str)] = &[
    ("Articulation: Gate", "The note ends by its gate, a share of the step."),
    (
        "Articulation: Slide",
        "It overlaps the next note by a hair, for the legato of a synthesiser.",
    ),
    ("Articulation: Tie", "It sounds on into the next step, which has no onset of its own."),
    (
        "Bank",
        "Sixteen of the 128 patterns. A click shows the next sixteen, a right click those before.",
    ),
    (
        "Chance",
        "How often this step sounds. The same seed gives the same dice every time. Drag, or double-click and type 0 to 100.",
    ),
    (
        "Condition",
        "In which passes this step sounds. The strip below shows which. C opens all conditions.",
    ),
    ("Dice", "Steps with the same letter share one throw: they sound together or rest together."),
    (
        "End of track",
        "This track repeats from here, whatever the others do. Drag to change its length.",
    ),
    ("Euclid", "Spreads hits as evenly as possible: 3 in 8 is the tresillo."),
    ("Favourite", "A star puts it before the others, in every project."),
    (
        "Fill",
        "Steps with the condition FILL sound while it is on. F holds it. Right-click to learn a controller.",
    ),
    ("Follow the playhead", "The view turns its page with the playhead of the chosen track. W."),
    ("Gate", "How long the note is held, as a share of the step. Drag its right edge in the grid."),
    ("Groove from", "Where a player puts each place of the bar, laid over the whole pattern."),
    (
        "Groups of",
        "How the ruler and the brighter columns are grouped. A click takes the next; Settings take any other.",
    ),
    ("Help", "All keys and gestures."),
    (
        "Hits",
        "How many hits are spread over the track, as evenly as can be. Drag, or double-click and type.",
    ),
    (
        "Host chance",
        "Scales the chance of every step: it thins the pattern to nothing. Right-click to learn a controller.",
    ),
    (
        "Host transpose",
        "Moves melodic tracks by semitones and leaves drums alone. Right-click to learn a controller.",
    ),
    (
        "Humanise the steps",
        "Lets velocities and places stray, by other amounts each time. Undo takes it back.",
    ),
    (
        "Keyboard",
        "The notes of the chosen steps. A click puts a key in or takes it out; the wheel goes up and down by octaves.",
    ),
    ("Lane", "A value of each step, drawn below the grid."),
    (
        "Length of lane",
        "A lane with a length of its own shears against the steps. Drag; right-click gives it the track's length.",
    ),
    ("Lock a control", "A lock sets a controller with this step alone. L."),
    (
        "Loudness",
        "How far velocities stray while it plays, by dice: the same bar is always played the same way.",
    ),
    ("Low rows", "Folds the rows, so that more tracks are seen. J."),
    ("Menu", "New, open, save, export, settings."),
    (
        "Micro",
        "How far off the grid the step is, in percent of a step. Alt and drag the step sideways.",
    ),
    ("Mute", "The track is silent and runs on. M. Right-click to learn a controller."),
    ("Not", "The opposite of the condition. N."),
    ("One hit fewer", "One hit fewer, spread anew as evenly as can be."),
    ("One hit more", "One hit more, spread anew as evenly as can be."),
    ("Own length of the lane", "Gives this lane a loop of its own, or takes it away."),
    ("Panic", "Ends all notes, on all channels. Ctrl P."),
    (
        "Pattern swing",
        "How late every second sixteenth comes: 50 % is straight, 66.7 % a triplet shuffle.",
    ),
    ("Pen: Curve", "A curve from where you press to where you let go. Ctrl does it with any pen."),
    ("Pen: Draw", "Values go where the pointer goes."),
    (
        "Pen: Line",
        "A straight line from where you press to where you let go. Shift does it with any pen.",
    ),
    ("Pen: Vary", "Each value strays, the more the further you drag up or down."),
    ("Play the pattern", "The chosen pattern plays. O changes over to the song."),
    ("Play the song", "The chain of patterns plays. Shift O lists it."),
    (
        "Plays with",
        "Who says when it plays: the host, nobody (it runs freely), or a key that is held.",
    ),
    (
        "Project seed",
        "Where all dice start from. Another seed, other throws; the same seed, the same ones.",
    ),
    ("Ramp", "How the hits of a ratchet rise or fall."),
    ("Ratchet of", "So many hits in the step."),
    ("Record", "Notes that come in are written onto the nearest steps of the record track."),
    ("Rotate", "All steps of the track, a step earlier or later, around the end."),
    ("Show", "How many sixteenths are seen at once."),
    ("Solo", "All other tracks are muted. S."),
    ("Span", "Over how much of a step, or of several, the hits of a ratchet are spread."),
    ("Tap the tempo", "Tap it in time: the tempo is the mean of your last taps."),
    ("Tempo", "Drag for whole beats a minute, with Shift for tenths; double-click to type."),
    ("The opposite", "The opposite of the condition. N."),
    ("The song as a list", "Bars, transposition, silent tracks and order of each slot."),
    (
        "Timing",
        "How far onsets stray while it plays, by dice: the same bar is always played the same way.",
    ),
    (
        "Tools",
        "Shift, reverse, double, transpose, humanise, randomise, for the track or the chosen steps. U.",
    ),
    (
        "Velocity",
        "How hard the step is played. Drag a hit up or down in the grid, or turn the wheel over it.",
    ),
];

/// The sentence for a name; the longest beginning that is known counts.
pub(crate) fn sentence(name: &str) -> Option<&'static str> {
    let known = SENTENCES.iter().filter(|(beginning, _)| name.starts_with(beginning));
    known.max_by_key(|(beginning, _)| beginning.len()).map(|(_, sentence)| *sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentence_is_found_and_ends() {
        for (name, words) in SENTENCES {
            assert_eq!(sentence(name), Some(*words));
            assert!(words.ends_with('.') && !words.contains('!'), "{words}");
        }
        assert_eq!(sentence("Length of lane Chance"), sentence("Length of lane"));
        assert_eq!(sentence("Of nobody"), None);
    }
}
