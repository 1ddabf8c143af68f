use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::*;
use crate::instrument::{Configuration, Description, Format, Message, Parameter, Role};

/// Sounds a single sample of 1 at each onset, or passes on what comes in, late by its latency; as an effect, twice as loud.
struct Impulse {
    latency: u32,
    pending: Vec<u64>,
    line: VecDeque<f32>,
    frame: u64,
}

impl Processor for Impulse {
    fn process(&mut self, block: &mut Block<'_>) -> Result<(), Failed> {
        for event in block.events {
            if matches!(event.message, Message::NoteOn { .. }) {
                self.pending.push(self.frame + u64::from(event.frame + self.latency));
            }
        }
        for (offset, (l, r)) in (0u64..).zip(block.left.iter_mut().zip(&mut *block.right)) {
            let sounds = self.pending.contains(&(self.frame + offset));
            self.line.push_back(*l);
            let passed = 2.0 * self.line.pop_front().unwrap_or(0.0);
            *l = f32::from(u8::from(sounds)) + passed;
            *r = -*l;
        }
        self.frame += u64::try_from(block.left.len()).unwrap_or(0);
        Ok(())
    }
}

/// The main half of it.
struct ImpulseMain(u32, Description);

impl Instrument for ImpulseMain {
    fn description(&self) -> &Description {
        &self.1
    }

    fn parameters(&mut self) -> Vec<Parameter> {
        Vec::new()
    }

    fn value_of_text(&mut self, _: &Parameter, _: &str) -> Option<f64> {
        None
    }

    fn set_parameter(&mut self, _: &Parameter, _: f64) -> Result<()> {
        bail!("none")
    }

    fn load_state(&mut self, _: &Path) -> Result<()> {
        bail!("none")
    }

    fn save_state(&mut self) -> Result<Vec<u8>> {
        bail!("none")
    }

    fn activate(&mut self, _: Configuration) -> Result<Box<dyn Processor>> {
        bail!("none")
    }

    fn latency_frames(&mut self) -> u32 {
        self.0
    }

    fn tail(&mut self) -> Tail {
        Tail::Unknown
    }
}

fn stage(latency: u32) -> Stage {
    let description = Description {
        id: String::new(),
        name: String::new(),
        vendor: String::new(),
        version: String::new(),
        format: Format::Builtin,
        path: PathBuf::new(),
        role: Role::Instrument,
        audio_inputs: Vec::new(),
        audio_outputs: Vec::new(),
        note_inputs: Vec::new(),
    };
    let line = (0..latency).map(|_| 0.0).collect();
    let processor = Impulse { latency, pending: Vec::new(), line, frame: 0 };
    Stage::new(Box::new(ImpulseMain(latency, description)), Box::new(processor))
}

/// A single impulse at each onset, late by `latency`.
pub(crate) fn impulse_rack(latency: u32) -> Rack {
    Rack::new(vec![Chain::new(Part::Rest, vec![stage(latency)])])
}

fn note(frame: u32, channel: u8, track: u16) -> RackEvent {
    let message = Message::NoteOn { key: 60, velocity: 1.0 };
    RackEvent { track, event: Event { frame, channel, message } }
}

/// The frames and heights of what is not silent.
fn sound(mut rack: Rack, events: &[RackEvent]) -> Vec<(usize, f32)> {
    let (mut left, mut right) = (vec![9.0f32; 64], vec![9.0f32; 64]);
    rack.process(events, &Transport::default(), &mut left, &mut right).unwrap();
    left.iter().copied().enumerate().filter(|(_, sample)| *sample > 0.0).collect()
}

#[test]
fn latencies_of_a_chain_add_up_and_chains_side_by_side_wait_for_the_slowest() {
    let chain = |part, latencies: &[u32]| {
        Chain::new(part, latencies.iter().map(|latency| stage(*latency)).collect())
    };
    let rack = Rack::new(vec![chain(Part::Rest, &[3, 4]), chain(Part::Channels(1 << 9), &[5])]);
    assert_eq!(rack.latency_frames(), 7);
    assert_eq!(sound(rack, &[note(10, 0, 0), note(20, 9, 0)]), [(17, 2.0), (27, 1.0)]);
}

#[test]
fn each_event_goes_to_the_chain_that_names_it_or_to_the_rest() {
    let chain = |part, latency| Chain::new(part, vec![stage(latency)]);
    let rack = || {
        Rack::new(vec![
            chain(Part::Channels(0b10), 0),
            chain(Part::Tracks { tracks: vec![7], channels: 0b1 }, 0),
            chain(Part::Rest, 0),
        ])
    };
    for (event, count) in [(note(1, 0, 0), 1.0), (note(1, 1, 0), 1.0), (note(1, 0, 7), 1.0)] {
        assert_eq!(sound(rack(), &[event]), [(1, count)]);
    }
    // Two chains that name it both play it.
    assert_eq!(sound(rack(), &[note(1, 1, 7)]), [(1, 2.0)]);
    // A pedal on another track is for the mapped track's chain and for the rest, a note on it for the rest alone.
    let part = Part::Tracks { tracks: vec![7], channels: 0b1 };
    let pedal = RackEvent {
        track: 0,
        event: Event {
            frame: 0,
            channel: 0,
            message: Message::ControlChange { controller: 64, value: 1 },
        },
    };
    assert!(part.names(&pedal) && !part.keeps(&pedal));
    assert!(!part.names(&note(1, 0, 0)) && part.keeps(&note(1, 0, 7)));
    let alone = || Rack::new(vec![chain(Part::Channels(0b10), 0)]);
    assert_eq!(sound(alone(), &[note(1, 0, 0)]), []);
}
