//! Cost of the built-in instrument: one second at 48 kHz in blocks of 64 frames.
//!
//! The factor of real time is one second over the time shown.

use divan::Bencher;
use tresillo_synth::{BuiltIn, Message, TimedMessage};

fn main() {
    divan::main();
}

const RATE_HZ: usize = 48_000;
const BLOCK: usize = 64;

/// An instrument that holds so many notes of a program.
fn playing(program: u8, count: u8) -> BuiltIn {
    let mut instrument = BuiltIn::new(48_000.0);
    let mut messages = Vec::new();
    for i in 0..count {
        let channel = i % 8;
        let mut send = |message| messages.push(TimedMessage { frame: 0, channel, message });
        send(Message::ProgramChange { program });
        send(Message::NoteOn { key: 36 + i / 8 * 5 + i % 8, velocity: 0.7 });
    }
    instrument.process(&messages, &mut [], &mut []);
    assert_eq!(instrument.active_voice_count(), usize::from(count));
    instrument
}

fn second(instrument: &mut BuiltIn) {
    let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
    for _ in 0..RATE_HZ / BLOCK {
        instrument.process(&[], &mut left, &mut right);
    }
    divan::black_box((left, right));
}

#[divan::bench]
fn construction(bencher: Bencher) {
    bencher.bench(|| BuiltIn::new(48_000.0));
}

#[divan::bench]
fn idle(bencher: Bencher) {
    bencher.with_inputs(|| playing(0, 0)).bench_refs(second);
}

/// The piano: three pairs of sines and the hammer.
#[divan::bench(args = [1, 16, 64])]
fn piano(bencher: Bencher, voices: u8) {
    bencher.with_inputs(|| playing(0, voices)).bench_refs(second);
}

/// The electric bass: three waves through a filter.
#[divan::bench(args = [1, 16, 64])]
fn bass(bencher: Bencher, voices: u8) {
    bencher.with_inputs(|| playing(33, voices)).bench_refs(second);
}

/// The string section: four saws, two filters, the dearest of the sounds.
#[divan::bench(args = [1, 16, 64])]
fn strings(bencher: Bencher, voices: u8) {
    bencher.with_inputs(|| playing(48, voices)).bench_refs(second);
}
