//! *Tresillo Instrument*: the same sequencer, sounding by itself.

use std::iter;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;

use crate::clap_host::{INSTRUMENT_ID, Instance};
use crate::fixtures;
use crate::registry::trial;
use crate::script::Transport;
use crate::vst3_crate;

const BLOCK: u32 = 480;

/// The tests of this module.
#[must_use]
pub fn tests() -> Vec<Trial> {
    vec![
        trial("clap_instrument_sounds_on_the_frames_of_its_notes", None, sounds),
        trial(
            "vst3_crate_instrument_sounds_on_the_frames_of_its_notes",
            vst3_crate::missing(),
            sounds_in_vst3,
        ),
        trial("clap_instrument_has_a_stereo_output_and_notes_both_ways", None, ports),
    ]
}

/// A beat at 120 BPM is 24,000 frames, so the note is on frame 12,000.
const NOTE: &str = "kick: . . x . . . . . . . . . . . . .";

/// The host stands still, plays from the start on, and stands still until a reverb has died away.
fn transports() -> Vec<Transport> {
    let rolls = (0..100u32).map(|block| Transport::rolling((block * BLOCK).into()));
    iter::repeat_n(Transport::STILL, 4)
        .chain(rolls)
        .chain(iter::repeat_n(Transport::STILL, 1000))
        .collect()
}

/// Silent while the host stands still, then from the frame of the first note on, and silent again in the end.
fn check(left: &[f32]) -> Result<()> {
    let peak = |samples: &[f32]| samples.iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
    let block = usize::try_from(BLOCK)?;
    let (still, rolls) = left.split_at(4 * block);
    ensure!(peak(still) < 1e-6, "sounds while it stands still: {}", peak(still));
    let first = rolls.iter().position(|sample| sample.abs() > 1e-6);
    // An oscillator may begin at zero.
    ensure!(first.is_some_and(|first| (12_000..12_004).contains(&first)), "{first:?}");
    ensure!((0.05..1.0).contains(&peak(rolls)), "{}", peak(rolls));
    let last = &left[left.len() - block..];
    ensure!(peak(last) < 1e-4, "still sounds: {}", peak(last));
    Ok(())
}

fn sounds() -> Result<()> {
    let mut instance = Instance::open_id(INSTRUMENT_ID)?;
    instance.load(&fixtures::state_with(&fixtures::read(NOTE)))?;
    instance.activate(48_000.0, BLOCK)?;
    let mut left = Vec::new();
    for transport in transports() {
        left.extend_from_slice(&instance.process_stereo(BLOCK, Some(transport))?[0]);
    }
    check(&left)
}

fn sounds_in_vst3() -> Result<()> {
    let state = fixtures::state_with(&fixtures::read(NOTE));
    check(&vst3_crate::instrument_sound(&state, 48_000.0, BLOCK, &transports())?)
}

fn ports() -> Result<()> {
    let counts = Instance::open_id(INSTRUMENT_ID)?.port_counts()?;
    ensure!(counts == [0, 1, 1, 1], "{counts:?}");
    Ok(())
}
