//! What a parameter can be set to, where that is no number. The ids are a promise, as those of parameters are.

use nice_plug::prelude::*;

/// When it plays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub(crate) enum RunMode {
    /// While the host's transport rolls, at its position.
    #[default]
    #[id = "host"]
    #[name = "With the host"]
    Host,
    /// Always, from song position 0 on.
    #[id = "free"]
    #[name = "Free"]
    Free,
    /// While a note is held, from song position 0 on.
    #[id = "gated"]
    #[name = "While a note is held"]
    Gated,
}

/// When another pattern begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub(crate) enum Launch {
    /// At once.
    #[default]
    #[id = "now"]
    #[name = "At once"]
    AtOnce,
    /// At the next quarter note.
    #[id = "beat"]
    #[name = "Next beat"]
    Beat,
    /// At the next bar.
    #[id = "bar"]
    #[name = "Next bar"]
    Bar,
}

/// What notes that come in do, beside passing through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub(crate) enum NoteInput {
    /// Nothing.
    #[default]
    #[id = "none"]
    #[name = "Nothing"]
    Nothing,
    /// The distance of the latest from the input key transposes.
    #[id = "transpose"]
    #[name = "Transpose"]
    Transpose,
    /// The input key chooses the first pattern, the one above it the second.
    #[id = "pattern"]
    #[name = "Choose patterns"]
    Pattern,
    /// Fill is on while one is held.
    #[id = "fill"]
    #[name = "Fill"]
    Fill,
    /// They are recorded onto the nearest steps of the record track.
    #[id = "record"]
    #[name = "Record"]
    Record,
    /// They are written onto one step of the record track after another.
    #[id = "steps"]
    #[name = "Step by step"]
    Steps,
}

/// How what belongs to single notes is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub(crate) enum ExpressionOutput {
    /// Not at all: some hosts stumble over it.
    #[default]
    #[id = "off"]
    #[name = "Off"]
    Off,
    /// As the note expression of the plugin format.
    #[id = "notes"]
    #[name = "Note expression"]
    Notes,
    /// As MPE: one lower zone, a channel for each note.
    #[id = "mpe"]
    #[name = "MPE"]
    Mpe,
}
