//! Renders a phrase of the built-in instrument to a WAV file, or a table of the levels of all
//! sounds.
//!
//! ```text
//! cargo run --release -p tresillo-synth --example listen -- OUT.wav [PROGRAM 0-127 | drums | band | events FILE]
//! cargo run --release -p tresillo-synth --example listen -- levels
//! ```
//!
//! An events file has a line for each message: seconds, channel from 0, and three MIDI bytes.
#![allow(clippy::print_stdout, reason = "an example talks to whoever runs it")]

use std::error::Error;

use tresillo_synth::{BuiltIn, Message, TimedMessage};

const RATE_HZ: u32 = 48_000;

/// Seconds, channel, message.
type Event = (f64, u8, Message);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["levels"] => levels(),
        [path] | [path, "band"] => write(path, &band())?,
        [path, "drums"] => write(path, &drums())?,
        [path, "events", events] => write(path, &read(&std::fs::read_to_string(events)?)?)?,
        [path, program] => write(path, &phrase(program.parse()?))?,
        _ => return Err("usage: listen OUT.wav [PROGRAM | drums | band | events FILE]".into()),
    }
    Ok(())
}

fn note(events: &mut Vec<Event>, channel: u8, key: u8, velocity: f32, at: f64, length: f64) {
    events.push((at, channel, Message::NoteOn { key, velocity }));
    events.push((at + length, channel, Message::NoteOff { key }));
}

/// A scale, soft and loud, and a chord.
fn phrase(program: u8) -> Vec<Event> {
    let mut events = vec![(0.0, 0, Message::ProgramChange { program })];
    let root = if (32..40).contains(&program) { 36 } else { 60 };
    for (i, step) in (0u8..).zip([0u8, 4, 7, 12, 7, 4]) {
        let velocity = if i < 3 { 0.45 } else { 0.9 };
        note(&mut events, 0, root + step, velocity, 0.3 * f64::from(i), 0.28);
    }
    for step in [0, 7, 16] {
        note(&mut events, 0, root + step, 0.75, 2.0, 1.8);
    }
    events
}

/// Every drum, then two bars.
fn drums() -> Vec<Event> {
    let mut events = Vec::new();
    for key in 35..=81 {
        note(&mut events, 9, key, 0.8, f64::from(key - 35) * 0.4, 0.1);
    }
    beat(&mut events, 20.0, 2);
    events
}

fn beat(events: &mut Vec<Event>, start: f64, bars: u32) {
    for step in 0..16 * bars {
        let at = start + f64::from(step) * 0.125;
        if [0, 3, 6, 10].contains(&(step % 16)) {
            note(events, 9, 36, 0.9, at, 0.1);
        }
        if step % 8 == 4 {
            note(events, 9, 38, 0.8, at, 0.1);
        }
        let open = step % 16 == 14;
        note(events, 9, if open { 46 } else { 42 }, if step % 2 == 0 { 0.7 } else { 0.4 }, at, 0.1);
    }
}

/// Drums, bass, keys, lead and pad over four bars.
fn band() -> Vec<Event> {
    let mut events = Vec::new();
    for (channel, program) in [(0, 4), (1, 33), (2, 81), (3, 89)] {
        events.push((0.0, channel, Message::ProgramChange { program }));
    }
    beat(&mut events, 0.0, 4);
    for (bar, chord) in (0u8..).zip([[57, 60, 64], [53, 57, 60], [48, 55, 64], [55, 59, 62]]) {
        let start = f64::from(bar) * 2.0;
        for key in chord {
            note(&mut events, 3, key, 0.6, start, 1.95);
            for hit in [0.0, 0.375, 0.75] {
                note(&mut events, 0, key + 12, 0.6, start + hit, 0.3);
            }
        }
        for hit in [0.0, 0.375, 0.75, 1.25, 1.5] {
            note(
                &mut events,
                1,
                chord[0] - 24 + if chord[0] < 52 { 12 } else { 0 },
                0.8,
                start + hit,
                0.2,
            );
        }
        for (i, key) in (0u8..).zip([chord[2] + 12, chord[1] + 12, chord[2] + 12, chord[0] + 24]) {
            note(&mut events, 2, key, 0.6, start + 0.5 * f64::from(i), 0.4);
        }
    }
    events
}

fn read(text: &str) -> Result<Vec<Event>, Box<dyn Error>> {
    let mut events = Vec::new();
    for line in text.lines() {
        let mut fields = line.split_whitespace();
        let mut field = || fields.next().ok_or("a line has five fields");
        let (seconds, channel): (f64, u8) = (field()?.parse()?, field()?.parse()?);
        let [kind, first, second] = [field()?.parse()?, field()?.parse()?, field()?.parse::<u8>()?];
        let message = match kind {
            0x80u8 => Message::NoteOff { key: first },
            0x90 => Message::NoteOn { key: first, velocity: f32::from(second) / 127.0 },
            0xb0 => Message::ControlChange { controller: first, value: second },
            0xc0 => Message::ProgramChange { program: first },
            0xe0 => Message::PitchBend { value: i16::from(second) * 128 + i16::from(first) - 8192 },
            _ => continue,
        };
        events.push((seconds, channel, message));
    }
    Ok(events)
}

/// Renders events and a tail, in blocks of 512 frames.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "times are positive and small"
)]
fn render(events: &[Event]) -> [Vec<f32>; 2] {
    let mut messages: Vec<(usize, TimedMessage)> = events
        .iter()
        .map(|&(seconds, channel, message)| {
            let frame = (seconds * f64::from(RATE_HZ)).round() as usize;
            (frame, TimedMessage { frame: (frame % 512) as u32, channel, message })
        })
        .collect();
    messages.sort_by_key(|(frame, _)| *frame);
    let mut instrument = BuiltIn::new(f64::from(RATE_HZ));
    let [mut left, mut right] = [Vec::new(), Vec::new()];
    let mut queue = messages.as_slice();
    loop {
        let end = left.len() + 512;
        let due = queue.partition_point(|(frame, _)| *frame < end);
        let block: Vec<TimedMessage> = queue[..due].iter().map(|(_, message)| *message).collect();
        queue = &queue[due..];
        let mut out = [[0.0; 512]; 2];
        let [out_left, out_right] = &mut out;
        instrument.process(&block, out_left, out_right);
        left.extend_from_slice(out_left);
        right.extend_from_slice(out_right);
        let is_over = queue.is_empty() && instrument.is_silent();
        if is_over || left.len() > 3600 * RATE_HZ as usize {
            return [left, right];
        }
    }
}

fn write(path: &str, events: &[Event]) -> Result<(), Box<dyn Error>> {
    let start = std::time::Instant::now();
    let [left, right] = render(events);
    let seconds = left.len() as f64 / f64::from(RATE_HZ);
    println!("{seconds:.1} s at {:.0} x real time", seconds / start.elapsed().as_secs_f64());
    let format = hound::SampleFormat::Float;
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: RATE_HZ,
        bits_per_sample: 32,
        sample_format: format,
    };
    let mut file = hound::WavWriter::create(path, spec)?;
    for (left, right) in left.iter().zip(&right) {
        file.write_sample(*left)?;
        file.write_sample(*right)?;
    }
    file.finalize()?;
    Ok(())
}

/// Peak, and RMS of the loudest 200 ms, of middle C (of C3 for basses) at velocity 100.
fn levels() {
    let print = |name: String, events: &[Event]| {
        let [left, right] = render(events);
        let decibel = |x: f32| 20.0 * x.max(1e-9).log10();
        let peak = left.iter().chain(&right).fold(0.0, |peak: f32, x| peak.max(x.abs()));
        let power: Vec<f32> = left.iter().zip(&right).map(|(l, r)| (l * l + r * r) / 2.0).collect();
        let loudest = power.chunks(9600).map(|part| part.iter().sum::<f32>() / 9600.0);
        let rms = loudest.fold(0.0, f32::max).sqrt();
        let mean = left.iter().sum::<f32>() / left.len() as f32;
        let seconds = left.len() as f32 / RATE_HZ as f32;
        println!("{name}\t{:.1}\t{:.1}\t{mean:.5}\t{seconds:.2}", decibel(peak), decibel(rms));
    };
    println!("sound\tpeak_db\trms_db\tmean\tseconds");
    for program in 0..128 {
        let key = if (32..40).contains(&program) { 36 } else { 60 };
        let mut events = vec![(0.0, 0, Message::ProgramChange { program })];
        note(&mut events, 0, key, 100.0 / 127.0, 0.0, 1.5);
        print(format!("program {program}"), &events);
    }
    for key in 35..=81 {
        let mut events = Vec::new();
        note(&mut events, 9, key, 100.0 / 127.0, 0.0, 0.5);
        print(format!("drum {key}"), &events);
    }
}
