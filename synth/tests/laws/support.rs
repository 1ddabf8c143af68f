//! What the tests share: short ways to say notes, and to measure sound.

use tresillo_synth::{BuiltIn, Message, TimedMessage};

pub(crate) const RATE_HZ: f64 = 48_000.0;

pub(crate) fn at(frame: u32, channel: u8, message: Message) -> TimedMessage {
    TimedMessage { frame, channel, message }
}

pub(crate) fn on(key: u8) -> Message {
    Message::NoteOn { key, velocity: 100.0 / 127.0 }
}

pub(crate) fn off(key: u8) -> Message {
    Message::NoteOff { key }
}

pub(crate) fn control(controller: u8, value: u8) -> Message {
    Message::ControlChange { controller, value }
}

pub(crate) fn program(program: u8) -> Message {
    Message::ProgramChange { program }
}

/// Renders frames in blocks of these sizes, over and over.
pub(crate) fn render(
    instrument: &mut BuiltIn,
    messages: &[TimedMessage],
    frames: usize,
    sizes: &[usize],
) -> [Vec<f32>; 2] {
    let (mut left, mut right) = (vec![9.0; frames], vec![9.0; frames]);
    let mut start = 0;
    let mut sizes = sizes.iter().cycle();
    let mut queue = messages;
    while start < frames {
        let end = (start + sizes.next().expect("a size")).min(frames);
        let due = queue.partition_point(|message| (message.frame as usize) < end);
        let block: Vec<TimedMessage> = queue[..due]
            .iter()
            .map(|message| TimedMessage {
                frame: message.frame - u32::try_from(start).expect("short"),
                ..*message
            })
            .collect();
        queue = &queue[due..];
        instrument.process(&block, &mut left[start..end], &mut right[start..end]);
        start = end;
    }
    [left, right]
}

/// Renders with a new instrument in blocks of 512.
pub(crate) fn play(messages: &[TimedMessage], frames: usize) -> [Vec<f32>; 2] {
    render(&mut BuiltIn::new(RATE_HZ), messages, frames, &[512])
}

pub(crate) fn peak(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |peak, sample| peak.max(sample.abs()))
}

pub(crate) fn rms(samples: &[f32]) -> f64 {
    let sum: f64 = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum();
    (sum / samples.len() as f64).sqrt()
}

pub(crate) fn bits(samples: &[f32]) -> Vec<u32> {
    samples.iter().map(|sample| sample.to_bits()).collect()
}

/// Magnitude of the spectrum at one frequency, through a Hann window.
pub(crate) fn magnitude(samples: &[f32], hz: f64) -> f64 {
    let tau = std::f64::consts::TAU;
    let count = samples.len() as f64;
    let (mut real, mut imaginary) = (0.0, 0.0);
    for (i, sample) in samples.iter().enumerate() {
        let window = 0.5 - 0.5 * (tau * i as f64 / count).cos();
        let (sine, cosine) = (tau * hz * i as f64 / RATE_HZ).sin_cos();
        real += window * f64::from(*sample) * cosine;
        imaginary += window * f64::from(*sample) * sine;
    }
    real.hypot(imaginary) * 4.0 / count
}

/// The strongest frequency within ±60 cents of `near_hz`, by a search that halves its step.
pub(crate) fn pitch_hz(samples: &[f32], near_hz: f64) -> f64 {
    let mut best = near_hz;
    let mut cents = 30.0;
    while cents > 0.01 {
        let factor = f64::exp2(cents / 1200.0);
        let loudest = |hz: f64| magnitude(samples, hz);
        let here = loudest(best);
        if loudest(best * factor) > here {
            best *= factor;
        } else if loudest(best / factor) > here {
            best /= factor;
        } else {
            cents /= 2.0;
        }
    }
    best
}

pub(crate) fn cents(hz: f64, reference_hz: f64) -> f64 {
    1200.0 * (hz / reference_hz).log2()
}
