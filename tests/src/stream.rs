//! The notes that came out of a host, and what must hold of any such stream.

use std::collections::BTreeSet;

use anyhow::{Result, bail, ensure};

/// A note-on or note-off as a host received it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HostEvent {
    /// Frames since the first block that the host processed.
    pub frame: i64,
    /// On or off.
    pub is_on: bool,
    /// `0..=15`.
    pub channel: u8,
    /// `0..=127`.
    pub key: u8,
    /// `[0, 1]`; 0 for a note-off. VST3 in JUCE knows 127 steps of it.
    pub velocity: f32,
}

/// A channel message that is no note, as a host received it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostControl {
    /// Frames since the first block that the host processed.
    pub frame: i64,
    /// With the channel in its lower half.
    pub status: u8,
    /// `0..=127`.
    pub first: u8,
    /// `0..=127`; 0 where the message has one byte.
    pub second: u8,
}

/// What a note is given by itself, as a host received it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HostExpression {
    /// Frames since the first block that the host processed.
    pub frame: i64,
    /// CLAP's number of its kind.
    pub kind: i32,
    /// `0..=15`.
    pub channel: u8,
    /// `0..=127`.
    pub key: u8,
    /// In the unit of its kind.
    pub value: f64,
}

/// CLAP's numbers of the kinds of expression.
///
/// Source: `clap/events.h`.
pub const CLAP_PAN: i32 = 1;
/// In semitones.
pub const CLAP_TUNING: i32 = 2;
/// `[0, 1]`.
pub const CLAP_BRIGHTNESS: i32 = 5;
/// `[0, 1]`.
pub const CLAP_PRESSURE: i32 = 6;

/// A step of MIDI velocity.
const VELOCITY_STEP: f32 = 1.0 / 127.0;

/// Checks what holds of every stream that ends in silence: no note sounds twice, none ends that does not sound, none is left
/// sounding, and time does not go back.
///
/// # Errors
/// The first event that breaks a rule.
pub fn check_stream(events: &[HostEvent]) -> Result<()> {
    let mut sounding = BTreeSet::new();
    let mut frame = i64::MIN;
    for event in events {
        ensure!(event.frame >= frame, "time goes back: {event:?} after frame {frame}");
        frame = event.frame;
        let place = (event.channel, event.key);
        if event.is_on {
            ensure!(event.velocity > 0.0, "a note-on of no strength: {event:?}");
            ensure!(sounding.insert(place), "sounds twice: {event:?}");
        } else {
            ensure!(sounding.remove(&place), "ends what does not sound: {event:?}");
        }
    }
    ensure!(sounding.is_empty(), "left sounding (channel, key): {sounding:?}");
    Ok(())
}

/// Checks that `got` is what was expected: the same notes, ons and offs, none more than `frames_off` from its frame.
///
/// # Errors
/// The first difference, with what is around it.
pub fn check_same(expected: &[HostEvent], got: &[HostEvent], frames_off: i64) -> Result<()> {
    check_stream(got)?;
    for is_on in [true, false] {
        let mut expected = only(expected, is_on);
        let mut got = only(got, is_on);
        if frames_off == 0 {
            expected.sort_by_key(|event| (event.frame, event.channel, event.key));
            got.sort_by_key(|event| (event.frame, event.channel, event.key));
        } else {
            // Key by key, so that a shift of a frame does not change the order.
            expected.sort_by_key(|event| (event.channel, event.key, event.frame));
            got.sort_by_key(|event| (event.channel, event.key, event.frame));
        }
        let what = if is_on { "note-on" } else { "note-off" };
        for (index, (expected, got)) in expected.iter().zip(&got).enumerate() {
            let is_same = (expected.channel, expected.key) == (got.channel, got.key)
                && (expected.frame - got.frame).abs() <= frames_off
                && (!is_on || (expected.velocity - got.velocity).abs() <= VELOCITY_STEP);
            if !is_same {
                bail!("{what} {index}: expected {expected:?}, got {got:?}");
            }
        }
        ensure!(
            expected.len() == got.len(),
            "{} {what}s for {}: expected on to {:?}, got on to {:?}",
            got.len(),
            expected.len(),
            expected.last(),
            got.last()
        );
    }
    Ok(())
}

fn only(events: &[HostEvent], is_on: bool) -> Vec<HostEvent> {
    events.iter().filter(|event| event.is_on == is_on).copied().collect()
}
