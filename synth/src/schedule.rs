//! The flat list that a voice walks.
//!
//! A [`Schedule`] never changes once compiled and is shared by all voices that play it; what a
//! voice remembers is in its [`VoiceState`].
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::node::{Block, CONTROL_PERIOD, MAX_INPUTS, Node, NoteSignals, Segment, State, filter};

/// Nodes that are heard in one schedule, at most.
pub const MAX_NODES: usize = 32;

/// One node with its buffers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Step {
    pub(crate) node: Node,
    pub(crate) inputs: [Option<u8>; MAX_INPUTS],
    pub(crate) outputs: [u8; 2],
}

/// A compiled graph: nodes in the order in which they run, with their buffers assigned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schedule {
    steps: Vec<Step>,
    output: [Option<u8>; 2],
    buffer_count: usize,
    sample_rate_hz: f32,
}

/// What one voice remembers of its schedule. Its room is fixed when it is made; it is not `Clone`,
/// because a clone of a vector has no spare room.
#[derive(Debug)]
pub struct VoiceState {
    states: Vec<State>,
    /// Frames since the note's start, within its control period.
    frame: usize,
}

impl Default for VoiceState {
    /// Room for the largest schedule.
    ///
    /// # Threads
    ///
    /// `[main-thread]`: it allocates.
    fn default() -> Self {
        Self { states: Vec::with_capacity(MAX_NODES), frame: 0 }
    }
}

impl VoiceState {
    /// Frames until slow inputs are read again; the whole period at the very tick.
    #[must_use]
    pub fn frames_to_tick(&self) -> usize {
        CONTROL_PERIOD - self.frame
    }
}

/// Buffers that the steps write to; any voice may use them in turn.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    buffers: Vec<Block>,
    /// The second output of the node that runs.
    second: Second,
}

#[derive(Clone, Debug)]
struct Second(Block);

impl Default for Second {
    fn default() -> Self {
        Self([0.0; CONTROL_PERIOD])
    }
}

impl Scratch {
    /// Room for this schedule.
    ///
    /// # Threads
    ///
    /// `[main-thread]`: it allocates.
    #[must_use]
    pub fn new(schedule: &Schedule) -> Self {
        Self {
            buffers: vec![[0.0; CONTROL_PERIOD]; schedule.buffer_count],
            second: Second::default(),
        }
    }

    /// Makes room for this schedule too. `[main-thread]`: it may allocate.
    pub fn make_room(&mut self, schedule: &Schedule) {
        let count = self.buffers.len().max(schedule.buffer_count);
        self.buffers.resize(count, [0.0; CONTROL_PERIOD]);
    }
}

impl Schedule {
    pub(crate) fn new(mut steps: Vec<Step>, buffer_count: usize, sample_rate_hz: f32) -> Self {
        let output = match steps.pop() {
            Some(Step { node: Node::Output(_), inputs: [left, right, ..], .. }) => [left, right],
            _ => [None, None],
        };
        Self { steps, output, buffer_count, sample_rate_hz }
    }

    /// Nodes in use, the output among them.
    #[must_use]
    pub fn step_count(&self) -> usize {
        self.steps.len() + 1
    }

    /// Buffers that the nodes share.
    #[must_use]
    pub fn buffer_count(&self) -> usize {
        self.buffer_count
    }

    /// The nodes in the order in which they run, without the output.
    pub fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.steps.iter().map(|step| &step.node)
    }

    /// Begins a note.
    ///
    /// # Threads
    ///
    /// `[audio-thread]`
    pub fn start(&self, voice: &mut VoiceState, signals: &NoteSignals) {
        voice.states.clear();
        voice.frame = 0;
        // PANIC: none; a schedule has at most MAX_NODES steps, for which there is room.
        let states = (0u32..).zip(&self.steps).map(|(i, step)| step.node.start(i, signals));
        voice.states.extend(states);
    }

    /// Makes the next `frames` of a note, at most [`VoiceState::frames_to_tick`].
    ///
    /// Returns left and right; they are the same slice where the graph is mono.
    ///
    /// # Threads
    ///
    /// `[audio-thread]`
    #[inline]
    pub fn process<'a>(
        &self,
        voice: &mut VoiceState,
        scratch: &'a mut Scratch,
        signals: &NoteSignals,
        frames: usize,
    ) -> (&'a [f32], &'a [f32]) {
        let frames = frames.min(voice.frames_to_tick());
        // The same code twice: with the length known, its loops are unrolled and vectorised whole.
        if frames == CONTROL_PERIOD {
            self.run_period(voice, scratch, signals);
        } else {
            self.run(voice, scratch, signals, frames);
        }
        voice.frame = (voice.frame + frames) % CONTROL_PERIOD;
        self.heard(scratch, frames)
    }

    #[inline(never)]
    fn run_period(&self, voice: &mut VoiceState, scratch: &mut Scratch, signals: &NoteSignals) {
        self.run(voice, scratch, signals, CONTROL_PERIOD);
    }

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "the constant length must reach the loops")]
    fn run(
        &self,
        voice: &mut VoiceState,
        scratch: &mut Scratch,
        signals: &NoteSignals,
        frames: usize,
    ) {
        let to_tick = voice.frames_to_tick();
        let is_tick = voice.frame == 0;
        let mut silent = 0u64;
        let Scratch { buffers, second: Second(second) } = scratch;
        for (step, state) in self.steps.iter().zip(&mut voice.states) {
            let [out, second_out] = step.outputs;
            let Some((before, rest)) = buffers.split_at_mut_checked(usize::from(out)) else {
                continue;
            };
            let Some((first, after)) = rest.split_first_mut() else { continue };
            let segment = Segment {
                signals,
                sample_rate_hz: self.sample_rate_hz,
                to_tick,
                is_tick,
                buffers: [before, after],
                silent,
                inputs: &step.inputs,
            };
            let (first, second_part) = (&mut first[..frames], &mut second[..frames]);
            let is_silent = step.node.process(state, &segment, first, second_part);
            silent = silent & !(1 << out) | u64::from(is_silent) << out;
            if step.has_second_output() {
                silent = silent & !(1 << second_out) | u64::from(is_silent) << second_out;
                if let Some(buffer) = buffers.get_mut(usize::from(second_out)) {
                    buffer[..frames].copy_from_slice(&second[..frames]);
                }
            }
        }
    }

    fn heard<'a>(&self, scratch: &'a Scratch, frames: usize) -> (&'a [f32], &'a [f32]) {
        const SILENCE: &[f32] = &[0.0; CONTROL_PERIOD];
        let side = |index: Option<u8>| {
            let buffer = index.and_then(|index| scratch.buffers.get(usize::from(index)));
            buffer.map(|buffer| &buffer[..frames])
        };
        let left = side(self.output[0]).unwrap_or(&SILENCE[..frames]);
        (left, side(self.output[1]).unwrap_or(left))
    }

    /// Whether the note is over: every envelope that ends notes has ended.
    ///
    /// Without any such envelope a note is over when its gate is closed.
    #[must_use]
    pub fn has_ended(&self, voice: &VoiceState, signals: &NoteSignals) -> bool {
        let mut has_envelope = false;
        for (step, state) in self.steps.iter().zip(&voice.states) {
            if let (Node::Envelope(node), State::Envelope(state)) = (&step.node, state)
                && node.ends_note
            {
                has_envelope = true;
                if !state.has_ended() {
                    return false;
                }
            }
        }
        has_envelope || !signals.gate
    }

    /// How loud the note is about now, from the envelopes that end it: for choosing which to give up.
    #[must_use]
    pub fn level(&self, voice: &VoiceState) -> f32 {
        let levels = self.steps.iter().zip(&voice.states).filter_map(|pair| match pair {
            (Step { node: Node::Envelope(node), .. }, State::Envelope(state)) => {
                node.ends_note.then(|| state.level())
            }
            _ => None,
        });
        levels.fold(0.0, f32::max)
    }
}

impl Step {
    #[inline]
    fn has_second_output(&self) -> bool {
        let has_right = usize::from(filter::RIGHT);
        match self.node {
            Node::Pan(_) => true,
            Node::Filter(_) => self.inputs[has_right].is_some(),
            _ => false,
        }
    }
}
