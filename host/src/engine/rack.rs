//! Instruments and effects in series, and several such chains side by side, as one source of sound.

#[cfg(test)]
pub(crate) mod tests;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::instrument::{
    Block, Event, Failed, Instrument, Lost, Message, Processor, Tail, Transport,
};

/// A plugin of a rack said that it could not compute a block.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{plugin}: {error}")]
pub struct PluginFailed {
    /// What it calls itself.
    pub plugin: String,
    /// What it said.
    pub error: Failed,
}

/// An event, and the track that it comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RackEvent {
    /// The track, from 0.
    pub track: u16,
    /// What happens.
    pub event: Event,
}

/// What of a piece a chain plays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// What no other chain plays.
    #[default]
    Rest,
    /// Some channels, one bit each, the lowest for channel 0.
    Channels(u16),
    /// Some tracks.
    Tracks {
        /// From 0.
        tracks: Vec<u16>,
        /// The channels of their notes, one bit each: pedals and programs often stand on a track of their own.
        channels: u16,
    },
}

impl Part {
    /// Whether it is this part that plays a note, or one among those that a controller is for.
    fn names(&self, event: &RackEvent) -> bool {
        let has = |mask: u16| mask >> (event.event.channel & 15) & 1 == 1;
        match self {
            Part::Rest => false,
            Part::Channels(mask) => has(*mask),
            Part::Tracks { tracks, channels } => {
                tracks.contains(&event.track) || (!is_of_note(event) && has(*channels))
            }
        }
    }

    /// Whether an event that it names is not for the rest.
    fn keeps(&self, event: &RackEvent) -> bool {
        match self {
            Part::Tracks { .. } => is_of_note(event) && self.names(event),
            _ => self.names(event),
        }
    }
}

fn is_of_note(event: &RackEvent) -> bool {
    matches!(
        event.event.message,
        Message::NoteOn { .. }
            | Message::NoteOff { .. }
            | Message::PolyPressure { .. }
            | Message::NoteExpression { .. }
    )
}

/// One plugin that is ready to sound.
pub struct Stage {
    // Dropped in this order.
    processor: Box<dyn Processor>,
    instrument: Box<dyn Instrument>,
    latency_frames: u32,
    tail: Tail,
    time: Duration,
}

impl Stage {
    /// An instrument and the processor that it gave.
    #[must_use]
    pub fn new(mut instrument: Box<dyn Instrument>, processor: Box<dyn Processor>) -> Stage {
        let (latency_frames, tail) = (instrument.latency_frames(), instrument.tail());
        Stage { processor, instrument, latency_frames, tail, time: Duration::ZERO }
    }

    /// What the plugin calls itself.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.instrument.description().name
    }

    /// What could not be told to it so far.
    #[must_use]
    pub fn lost(&self) -> Lost {
        self.processor.lost()
    }

    /// Its main half.
    pub fn instrument(&mut self) -> &mut dyn Instrument {
        self.instrument.as_mut()
    }
}

/// An instrument and the effects behind it.
pub struct Chain {
    part: Part,
    stages: Vec<Stage>,
    /// Frames by which it waits for slower chains.
    wait: VecDeque<(f32, f32)>,
}

impl Chain {
    /// A chain that plays `part`.
    #[must_use]
    pub fn new(part: Part, stages: Vec<Stage>) -> Chain {
        Chain { part, stages, wait: VecDeque::new() }
    }

    fn latency_frames(&self) -> u32 {
        self.stages.iter().map(|stage| stage.latency_frames).fold(0, u32::saturating_add)
    }

    /// The tails of plugins in series add up.
    fn tail(&self) -> Tail {
        self.stages.iter().fold(Tail::Unknown, |sum, stage| match (sum, stage.tail) {
            (Tail::Endless, _) | (_, Tail::Endless) => Tail::Endless,
            (Tail::Frames(a), Tail::Frames(b)) => Tail::Frames(a.saturating_add(b)),
            (Tail::Unknown, other) | (other, Tail::Unknown) => other,
        })
    }

    fn process(
        &mut self,
        events: &[Event],
        transport: &Transport,
        left: &mut [f32],
        right: &mut [f32],
    ) -> Result<(), PluginFailed> {
        left.fill(0.0);
        right.fill(0.0);
        let mut first = events;
        for stage in &mut self.stages {
            let started = Instant::now();
            stage.instrument.idle();
            let mut block = Block { events: first, transport, left, right };
            stage.processor.process(&mut block).map_err(|error| PluginFailed {
                plugin: stage.instrument.description().name.clone(),
                error,
            })?;
            stage.time += started.elapsed();
            // Effects hear the sound, not the notes.
            first = &[];
        }
        if !self.wait.is_empty() {
            for (l, r) in left.iter_mut().zip(right) {
                self.wait.push_back((*l, *r));
                (*l, *r) = self.wait.pop_front().unwrap_or_default();
            }
        }
        Ok(())
    }
}

/// Chains side by side, in step with each other.
pub struct Rack {
    chains: Vec<Chain>,
    latency_frames: u32,
    events: Vec<Event>,
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Rack {
    /// Chains that are added up; those with less latency wait for the one with most.
    #[must_use]
    pub fn new(mut chains: Vec<Chain>) -> Rack {
        let latency_frames = chains.iter().map(Chain::latency_frames).max().unwrap_or(0);
        for chain in &mut chains {
            let missing = latency_frames - chain.latency_frames();
            chain.wait = (0..missing).map(|_| (0.0, 0.0)).collect();
        }
        Rack { chains, latency_frames, events: Vec::new(), left: Vec::new(), right: Vec::new() }
    }

    /// Frames by which the sound comes late.
    #[must_use]
    pub fn latency_frames(&self) -> u32 {
        self.latency_frames
    }

    /// The longest tail of its chains.
    #[must_use]
    pub fn tail(&self) -> Tail {
        self.chains.iter().map(Chain::tail).fold(Tail::Unknown, |longest, tail| {
            match (longest, tail) {
                (Tail::Endless, _) | (_, Tail::Endless) => Tail::Endless,
                (Tail::Frames(a), Tail::Frames(b)) => Tail::Frames(a.max(b)),
                (Tail::Unknown, other) | (other, Tail::Unknown) => other,
            }
        })
    }

    /// How long the plugins took so far.
    #[must_use]
    pub fn plugin_time(&self) -> Duration {
        self.chains.iter().flat_map(|chain| &chain.stages).map(|stage| stage.time).sum()
    }

    /// All plugins, chain by chain.
    pub fn stages(&mut self) -> impl Iterator<Item = &mut Stage> {
        self.chains.iter_mut().flat_map(|chain| &mut chain.stages)
    }

    /// Computes a block; both channels are as long and are overwritten.
    ///
    /// # Errors
    /// When a plugin fails.
    pub fn process(
        &mut self,
        events: &[RackEvent],
        transport: &Transport,
        left: &mut [f32],
        right: &mut [f32],
    ) -> Result<(), PluginFailed> {
        let Rack { chains, events: own, left: other_left, right: other_right, .. } = self;
        if let [chain] = chains.as_mut_slice() {
            own.clear();
            own.extend(
                events
                    .iter()
                    .filter(|event| chain.part == Part::Rest || chain.part.names(event))
                    .map(|event| event.event),
            );
            return chain.process(own, transport, left, right);
        }
        left.fill(0.0);
        right.fill(0.0);
        other_left.resize(left.len(), 0.0);
        other_right.resize(left.len(), 0.0);
        for index in 0..chains.len() {
            own.clear();
            let is_for = |chain: &Chain, event: &RackEvent| match chain.part {
                Part::Rest => !chains.iter().any(|other| other.part.keeps(event)),
                _ => chain.part.names(event),
            };
            if let Some(chain) = chains.get(index) {
                let meant = events.iter().filter(|event| is_for(chain, event));
                own.extend(meant.map(|event| event.event));
            }
            let Some(chain) = chains.get_mut(index) else { break };
            chain.process(own, transport, other_left, other_right)?;
            add(other_left, left);
            add(other_right, right);
        }
        Ok(())
    }
}

fn add(from: &[f32], to: &mut [f32]) {
    for (sum, sample) in to.iter_mut().zip(from) {
        *sum += sample;
    }
}
