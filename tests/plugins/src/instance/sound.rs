//! What the kinds sound like.

use crate::catalogue::{Kind, RANDOM_FRAMES};
use crate::instance::{Event, Instance, Loading, Message};
use crate::misbehaviour;

/// The level of the kind that sounds for ever.
const ENDLESS_LEVEL: f32 = 0.25;

impl Instance {
    /// An onset.
    pub(super) fn note(&mut self, frame: usize, channel: u8, key: u8, velocity: f32) {
        match self.kind {
            Kind::Crash => return misbehaviour::crash(),
            Kind::Hang => misbehaviour::hang(),
            Kind::Events | Kind::Random => return,
            Kind::Late if !self.loading.as_ref().is_some_and(Loading::is_done) => return,
            Kind::Endless => {
                self.is_sounding = true;
                return self.fill_from(frame);
            }
            _ => {}
        }
        let first_channel = match (self.kind, channel) {
            (Kind::Multi, 1) => 2,
            (Kind::Multi, 2) => 4,
            _ => 0,
        };
        for (place, level) in [velocity, f32::from(key) / 127.0].into_iter().enumerate() {
            let output = self.outputs.get_mut(first_channel + place);
            if let Some(sample) = output.and_then(|output| output.get_mut(frame)) {
                *sample += level;
            }
        }
    }

    /// The constant from a frame on.
    pub(super) fn fill_from(&mut self, frame: usize) {
        for output in &mut self.outputs {
            if let Some(rest) = output.get_mut(frame..) {
                rest.fill(ENDLESS_LEVEL);
            }
        }
    }

    /// The gain's answer; parameters move on their frame.
    pub(super) fn amplify(&mut self, events: &[Event], frames: usize) {
        let mut rest = events;
        let mut peak = 0.0f32;
        for frame in 0..frames {
            while let Some((event, later)) = rest.split_first().filter(|(it, _)| it.frame <= frame)
            {
                self.move_parameter(event);
                rest = later;
            }
            let gain = self.factor();
            for (input, output) in self.inputs.iter().zip(&mut self.outputs) {
                let sample = input.as_ref().and_then(|it| it.get(frame)).copied().unwrap_or(0.0);
                if let Some(target) = output.get_mut(frame) {
                    *target = gain * sample;
                    peak = peak.max(target.abs());
                }
            }
        }
        rest.iter().for_each(|event| self.move_parameter(event));
        if frames > 0
            && let Some(meter) = self.values.get_mut(2)
        {
            *meter = f64::from(peak).min(4.0);
        }
    }

    fn move_parameter(&mut self, event: &Event) {
        if let Message::Parameter(place, value) = event.message {
            self.set_value(place, value);
        }
    }

    fn factor(&self) -> f32 {
        #[allow(clippy::cast_possible_truncation, reason = "samples are as precise")]
        let gain = self.values.first().copied().unwrap_or(1.0) as f32;
        match self.values.get(1).copied().unwrap_or(0.0) {
            ..0.5 => gain,
            0.5..1.5 => -gain,
            _ => 0.0,
        }
    }

    /// The main input, or NaN where the side input is missing or not silent.
    pub(super) fn pass(&mut self, frames: usize) {
        let sides = self.inputs.get(2..).unwrap_or_default();
        let is_silent = |side: &Option<Vec<f32>>| {
            side.as_ref().is_some_and(|side| side.iter().all(|sample| sample.abs() <= 0.0))
        };
        let is_as_it_should = sides.iter().all(is_silent);
        for (input, output) in self.inputs.iter().zip(&mut self.outputs) {
            match input {
                Some(input) if is_as_it_should && input.len() == frames => {
                    output.copy_from_slice(input);
                }
                Some(_) if is_as_it_should => {}
                _ => output.fill(f32::NAN),
            }
        }
    }

    /// The delay's and the echo's answer.
    pub(super) fn look_back(&mut self, frames: usize) {
        let is_echo = self.kind == Kind::Echo;
        for ((input, output), past) in self.inputs.iter().zip(&mut self.outputs).zip(&mut self.past)
        {
            for (frame, target) in output.iter_mut().take(frames).enumerate() {
                let now = input.as_ref().and_then(|it| it.get(frame)).copied().unwrap_or(0.0);
                past.push_back(now);
                let then = past.pop_front().unwrap_or(0.0);
                *target = if is_echo { now + 0.5 * then } else { then };
            }
        }
    }

    /// The noise's answer.
    pub(super) fn hiss(&mut self, events: &[Event], frames: usize) {
        for frame in 0..frames {
            let is_onset = |event: &Event| {
                event.frame == frame && matches!(event.message, Message::NoteOn(..))
            };
            if events.iter().any(is_onset) {
                self.noise_frames = RANDOM_FRAMES;
            }
            if self.noise_frames == 0 {
                continue;
            }
            self.noise_frames -= 1;
            for sample in self.outputs.iter_mut().filter_map(|output| output.get_mut(frame)) {
                *sample = misbehaviour::noise();
            }
        }
    }
}
