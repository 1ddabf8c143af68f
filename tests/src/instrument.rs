//! *Tresillo Instrument*: the same sequencer, sounding by itself.

use anyhow::{Result, ensure};
use libtest_mimic::Trial;

use crate::clap_host::{INSTRUMENT_ID, Instance};
use crate::fixtures;
use crate::registry::trial;
use crate::script::Transport;

const BLOCK: u32 = 480;

/// The tests of this module.
#[must_use]
pub fn tests() -> Vec<Trial> {
    vec![
        trial("clap_instrument_sounds_on_the_frames_of_its_notes", None, sounds),
        trial("clap_instrument_has_a_stereo_output_and_notes_both_ways", None, ports),
    ]
}

fn peak(channels: &[Vec<f32>; 2]) -> f32 {
    channels.iter().flatten().fold(0.0, |peak, sample| peak.max(sample.abs()))
}

/// Silent while the host stands still, then from the frame of the first note on, and silent again in the end.
fn sounds() -> Result<()> {
    let mut instance = Instance::open_id(INSTRUMENT_ID)?;
    // A beat at 120 BPM is 24,000 frames, so the note is on frame 12,000.
    let project = fixtures::read("kick: . . x . . . . . . . . . . . . .");
    instance.load(&fixtures::state_with(&project))?;
    instance.activate(48_000.0, BLOCK)?;
    let still = Transport { tempo_bpm: Some(120.0), ..Transport::default() };
    for _ in 0..4 {
        let channels = instance.process_stereo(BLOCK, Some(still))?;
        ensure!(peak(&channels) < 1e-6, "sounds while it stands still: {}", peak(&channels));
    }
    let mut left = Vec::new();
    for block in 0..100u32 {
        let frame = block * BLOCK;
        let transport = Transport {
            is_playing: true,
            beat: f64::from(frame) / 24_000.0,
            frame: i64::from(frame),
            ..still
        };
        left.extend_from_slice(&instance.process_stereo(BLOCK, Some(transport))?[0]);
    }
    let first = left.iter().position(|sample| sample.abs() > 1e-6);
    // An oscillator may begin at zero.
    ensure!(first.is_some_and(|first| (12_000..12_004).contains(&first)), "{first:?}");
    let loudest = left.iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
    ensure!((0.05..1.0).contains(&loudest), "{loudest}");
    // Its reverb has died away after some seconds.
    let mut last = f32::MAX;
    for _ in 0..1000 {
        last = peak(&instance.process_stereo(BLOCK, Some(still))?);
    }
    ensure!(last < 1e-4, "still sounds: {last}");
    Ok(())
}

fn ports() -> Result<()> {
    let counts = Instance::open_id(INSTRUMENT_ID)?.port_counts()?;
    ensure!(counts == [0, 1, 1, 1], "{counts:?}");
    Ok(())
}
