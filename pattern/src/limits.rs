//! Every capacity in one place. A document beyond one of these is refused with the number, never cut.

/// Tracks in a pattern.
pub const TRACKS_MAX: usize = 32;
/// Steps in a track.
pub const STEPS_MAX: usize = 128;
/// Patterns in a project.
pub const PATTERNS_MAX: usize = 128;
/// The longest pattern, in ticks: 128 steps of 128 whole notes each.
pub const PATTERN_TICKS_MAX: i64 = 128 * 128 * 4 * crate::time::PPQ;
/// Slots in a song.
pub const SLOTS_MAX: usize = 256;
/// Bars in a slot of a song.
pub const SLOT_BARS_MAX: u16 = 999;
/// Notes in a step (a chord).
pub const NOTES_MAX: usize = 16;
/// Hits in a ratchet.
pub const RATCHET_MAX: u8 = 16;
/// Locks of a step, and controls that a track has base values for.
pub const LOCKS_MAX: usize = 16;
/// Lanes of a track: one for each property, and for each control.
pub const LANES_MAX: usize = 8 + LOCKS_MAX;
/// The longest delay of a track, either way, in milliseconds.
pub const DELAY_MS_MAX: f64 = 1_000.0;
/// The longest and the shortest span of a ratchet, in percent of a step: sixteen steps, a twentieth.
pub const RATCHET_SPAN_PERCENT: std::ops::RangeInclusive<u16> = 5..=1_600;
/// Chance groups, shown as A to P.
pub const CHANCE_GROUPS_MAX: u8 = 16;
/// Cycles in an `A:B` condition.
pub const CYCLES_MAX: u8 = 16;
/// Ports a track may choose from.
pub const PORTS_MAX: u8 = 16;
/// Numerator and denominator of a step size, as a part of a whole note.
pub const STEP_SIZE_TERM_MAX: u16 = 128;
/// Gate length in percent of a step: every step of the longest track.
pub const GATE_PERCENT_MAX: u16 = 12_800;
/// The shortest gate, in percent of a step.
pub const GATE_PERCENT_MIN: u16 = 5;
/// Characters in a name; longer ones are refused.
pub const NAME_MAX: usize = 256;
/// The slowest and the fastest tempo of a document, in beats a minute.
pub const TEMPO_BPM: std::ops::RangeInclusive<f64> = 1.0..=999.0;
/// How far from song position 0 playback is exact, in ticks: 2^56.
pub const TICK_LIMIT: i64 = 1 << 56;
/// Notes that may sound at once through one queue: every key of every channel of one port.
pub const SOUNDING_MAX: usize = 2048;
/// The largest document that a reader takes, in bytes: some forty times a project with every limit reached.
pub const DOCUMENT_BYTES_MAX: usize = 1 << 28;
