//! The nodes: each a description that a graph holds, and a process that a voice runs.
//!
//! A description has units in the names of its fields and a default that sounds. Every port
//! carries audio-rate samples. An input without a wire takes what its documentation says.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod envelope;
pub mod filter;
pub mod mix;
pub mod noise;
pub mod oscillator;
pub mod shaper;

pub use envelope::Envelope;
pub use filter::{Filter, FilterMode};
pub use mix::{Gain, Mixer, Output, Pan, Scale, Signal};
pub use noise::Noise;
pub use oscillator::{Oscillator, Start, Waveform};
pub use shaper::Shaper;

/// Frames between two readings of slow inputs (pitch, cutoff), counted from the note's start.
pub const CONTROL_PERIOD: usize = 64;

/// Inputs of a node, at most.
pub const MAX_INPUTS: usize = 4;

/// Samples of one port over at most a control period.
pub(crate) type Block = [f32; CONTROL_PERIOD];

/// What a voice knows of its note, constant between two events and two control periods.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NoteSignals {
    /// Pitch in octaves above A4 (440 Hz), with bend and vibrato.
    pub pitch_octaves: f32,
    /// Key in octaves above A4, without bend or vibrato.
    pub key_octaves: f32,
    /// Whether the note is held, by key or pedal.
    pub gate: bool,
    /// Strength of the onset, `(0, 1]`.
    pub velocity: f32,
    /// Brightness in octaves of cutoff, 0 is neutral.
    pub brightness_octaves: f32,
    /// Pressure, `[0, 1]`.
    pub pressure: f32,
    /// Seed of noise and of free phases.
    pub seed: u32,
}

impl Default for NoteSignals {
    /// A4, held, at full velocity.
    fn default() -> Self {
        Self {
            pitch_octaves: 0.0,
            key_octaves: 0.0,
            gate: true,
            velocity: 1.0,
            brightness_octaves: 0.0,
            pressure: 0.0,
            seed: 0,
        }
    }
}

/// A part of a control period that a node works on.
pub(crate) struct Segment<'a> {
    pub(crate) signals: &'a NoteSignals,
    pub(crate) sample_rate_hz: f32,
    /// Frames from the segment's start to the next control tick.
    pub(crate) to_tick: usize,
    /// Whether the segment begins a control period.
    pub(crate) is_tick: bool,
    /// The buffers before and after the one that is written.
    pub(crate) buffers: [&'a [Block]; 2],
    /// A bit for each buffer that is silent all through the segment.
    pub(crate) silent: u64,
    pub(crate) inputs: &'a [Option<u8>; MAX_INPUTS],
}

impl Segment<'_> {
    /// The samples at an input, if a wire ends there; those from `frames` on mean nothing.
    ///
    /// The whole block is given, so that a loop over a whole period has a known length.
    #[inline]
    pub(crate) fn input(&self, port: u8) -> Option<&Block> {
        let index = usize::from((*self.inputs.get(usize::from(port))?)?);
        let [before, after] = self.buffers;
        match index.checked_sub(before.len()) {
            None => before.get(index),
            // The buffer between the two is the one written: no node reads it at the same time.
            Some(beyond) => after.get(beyond.checked_sub(1)?),
        }
    }

    /// Whether a wire ends at an input and brings nothing but zeros.
    #[inline]
    pub(crate) fn is_silent(&self, port: u8) -> bool {
        let index = self.inputs.get(usize::from(port)).copied().flatten();
        index.is_some_and(|index| self.silent >> index & 1 == 1)
    }

    /// The first sample at an input, or `default` without a wire.
    #[inline]
    pub(crate) fn first(&self, port: u8, default: f32) -> f32 {
        self.input(port).and_then(|samples| samples.first()).copied().unwrap_or(default)
    }
}

/// One node of a graph, as described.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Node {
    /// A property of the note.
    Signal(Signal),
    /// A periodic wave.
    Oscillator(Oscillator),
    /// White noise.
    Noise(Noise),
    /// A level that follows the note.
    Envelope(Envelope),
    /// A state-variable filter.
    Filter(Filter),
    /// A gain that another signal may move.
    Gain(Gain),
    /// A sum of four inputs.
    Mixer(Mixer),
    /// A factor and an offset.
    Scale(Scale),
    /// A soft saturation.
    Shaper(Shaper),
    /// From one channel to two.
    Pan(Pan),
    /// What is heard.
    Output(Output),
}

macro_rules! into_node {
    ($($name:ident),*) => {
        $(impl From<$name> for Node {
            fn from(node: $name) -> Self {
                Self::$name(node)
            }
        })*
    };
}
into_node!(Signal, Oscillator, Noise, Envelope, Filter, Gain, Mixer, Scale, Shaper, Pan, Output);

/// What a node remembers between two segments, a part of each voice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum State {
    Stateless,
    Oscillator(oscillator::State),
    Noise(noise::State),
    Envelope(envelope::State),
    Filter(filter::State),
}

impl Node {
    /// Names of the inputs, in the order of their ports.
    #[must_use]
    pub fn input_names(&self) -> &'static [&'static str] {
        match self {
            Self::Signal(_) => &[],
            Self::Noise(_) => noise::INPUT_NAMES,
            Self::Oscillator(_) => oscillator::INPUT_NAMES,
            Self::Envelope(_) => envelope::INPUT_NAMES,
            Self::Filter(_) => filter::INPUT_NAMES,
            Self::Gain(_) => &["in", "gain"],
            Self::Mixer(_) => &["1", "2", "3", "4"],
            Self::Scale(_) | Self::Shaper(_) | Self::Pan(_) => &["in"],
            Self::Output(_) => &["left", "right"],
        }
    }

    /// Names of the outputs, in the order of their ports.
    #[must_use]
    pub fn output_names(&self) -> &'static [&'static str] {
        match self {
            Self::Pan(_) => &["left", "right"],
            Self::Filter(_) => &["out", "right"],
            Self::Output(_) => &[],
            _ => &["out"],
        }
    }

    /// The state of a note's first frame.
    pub(crate) fn start(&self, position: u32, signals: &NoteSignals) -> State {
        match self {
            Self::Oscillator(node) => State::Oscillator(node.start(position, signals)),
            Self::Noise(_) => State::Noise(noise::State::start(position, signals)),
            Self::Envelope(node) => State::Envelope(node.start(signals)),
            Self::Filter(_) => State::Filter(filter::State::default()),
            _ => State::Stateless,
        }
    }

    /// Makes one segment of the first output (and of the second, where there is one). Says whether
    /// it is silent; what it says depends on control ticks and events alone, as all sound does.
    ///
    /// The outputs are as long as the segment.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the constant length must reach the loops")]
    pub(crate) fn process(
        &self,
        state: &mut State,
        segment: &Segment<'_>,
        first: &mut [f32],
        second: &mut [f32],
    ) -> bool {
        match (self, state) {
            (Self::Oscillator(node), State::Oscillator(state)) => {
                return node.process(state, segment, first);
            }
            (Self::Noise(node), State::Noise(state)) => return node.process(state, segment, first),
            (Self::Envelope(node), State::Envelope(state)) => {
                return node.process(state, segment, first);
            }
            (Self::Filter(node), State::Filter(state)) => {
                return node.process(state, segment, first, second);
            }
            (Self::Gain(node), _) => return node.process(segment, first),
            (Self::Signal(node), _) => first.fill(node.value(segment.signals)),
            (Self::Mixer(node), _) => return node.process(segment, first),
            (Self::Scale(node), _) => node.process(segment, first),
            (Self::Shaper(node), _) => node.process(segment, first),
            (Self::Pan(node), _) => node.process(segment, first, second),
            // Node and state come from the same step, so no other pair exists.
            _ => first.fill(0.0),
        }
        false
    }
}
