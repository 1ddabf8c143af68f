//! One MIDI channel: its controllers and the gains they make.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::node::mix::pan_gains;

/// The registered parameter that data entry writes to (MIDI 1.0, RPN).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Parameter {
    None,
    BendRange,
    FineTuning,
    CoarseTuning,
}

/// What a controller change asks the voices of the channel to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reaction {
    None,
    SustainReleased,
    SostenutoPressed,
    SostenutoReleased,
    AllSoundOff,
    AllNotesOff,
    PedalsReleased,
}

/// Gains of a channel, as they are or shall be.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Gains {
    pub(super) left: f32,
    pub(super) right: f32,
    /// Share of left and right that goes to the reverb.
    pub(super) reverb: f32,
}

/// Controllers of one channel, in the ranges of MIDI unless a unit is named.
#[derive(Clone, Copy, Debug)]
pub(super) struct Channel {
    pub(super) program: u8,
    volume: u8,
    expression: u8,
    pan: u8,
    reverb: u8,
    modulation: u8,
    brightness: u8,
    pressure: u8,
    bend: i16,
    bend_range_cents: f32,
    tuning_cents: [f32; 2],
    pub(super) has_sustain: bool,
    pub(super) has_sostenuto: bool,
    pub(super) has_soft: bool,
    parameter_number: [u8; 2],
    is_registered: bool,
    data: [u8; 2],
    /// Gains at the start and at the end of this gain period, which lies on a fixed grid of frames.
    pub(super) gains: Gains,
    pub(super) goal: Gains,
    /// Whether the controllers may ask for other gains than the goal.
    has_changed: bool,
}

/// Reverb send when a channel is new (General MIDI 2 says 40).
const DEFAULT_REVERB: u8 = 40;

impl Channel {
    pub(super) fn new() -> Self {
        let mut channel = Self {
            program: 0,
            volume: 100,
            expression: 127,
            pan: 64,
            reverb: DEFAULT_REVERB,
            modulation: 0,
            brightness: 64,
            pressure: 0,
            bend: 0,
            bend_range_cents: 200.0,
            tuning_cents: [0.0; 2],
            has_sustain: false,
            has_sostenuto: false,
            has_soft: false,
            parameter_number: [127; 2],
            is_registered: false,
            data: [0; 2],
            gains: Gains::default(),
            goal: Gains::default(),
            has_changed: false,
        };
        channel.jump();
        channel
    }

    /// Takes the gains that the controllers ask for at once.
    pub(super) fn jump(&mut self) {
        self.goal = self.target();
        self.gains = self.goal;
        self.has_changed = false;
    }

    /// Begins a new gain period: where the last one went, towards what is asked for now.
    pub(super) fn settle(&mut self) {
        self.gains = self.goal;
        if self.has_changed {
            self.goal = self.target();
            self.has_changed = false;
        }
    }

    /// Gains that the controllers ask for.
    ///
    /// Volume and expression are squared (General MIDI 1: 40 log₁₀(v/127) dB); pan is at constant
    /// power, 0 and 1 both hard left.
    pub(super) fn target(&self) -> Gains {
        let unit = |value: u8| f32::from(value) * (1.0 / 127.0);
        let level = unit(self.volume) * unit(self.expression);
        let position = (f32::from(self.pan.max(1)) - 64.0) * (1.0 / 63.0);
        let (left, right) = pan_gains(position);
        let level = level * level;
        Gains { left: level * left, right: level * right, reverb: unit(self.reverb) }
    }

    /// Bend and tuning, in octaves.
    pub(super) fn bend_octaves(&self) -> f32 {
        let bend = f32::from(self.bend) * (1.0 / 8192.0) * self.bend_range_cents;
        (bend + self.tuning_cents[0] + self.tuning_cents[1]) * (1.0 / 1200.0)
    }

    /// Depth of vibrato, in cents: the wheel gives up to 50.
    pub(super) fn vibrato_cents(&self) -> f32 {
        f32::from(self.modulation) * (50.0 / 127.0)
    }

    /// Two octaves either way of the middle.
    pub(super) fn brightness_octaves(&self) -> f32 {
        (f32::from(self.brightness) - 64.0) * (2.0 / 64.0) - if self.has_soft { 0.5 } else { 0.0 }
    }

    pub(super) fn pressure(&self) -> f32 {
        f32::from(self.pressure) * (1.0 / 127.0)
    }

    pub(super) fn set_pressure(&mut self, pressure: u8) {
        self.pressure = pressure.min(127);
    }

    pub(super) fn set_bend(&mut self, value: i16) {
        self.bend = value.clamp(-8192, 8191);
    }

    pub(super) fn control(&mut self, controller: u8, value: u8) -> Reaction {
        let value = value.min(127);
        self.has_changed = true;
        let is_on = value >= 64;
        match controller {
            1 => self.modulation = value,
            7 => self.volume = value,
            10 => self.pan = value,
            11 => self.expression = value,
            6 => self.enter_data(0, value),
            38 => self.enter_data(1, value),
            64 => {
                let was_on = std::mem::replace(&mut self.has_sustain, is_on);
                if was_on && !is_on {
                    return Reaction::SustainReleased;
                }
            }
            66 => {
                let was_on = std::mem::replace(&mut self.has_sostenuto, is_on);
                match (was_on, is_on) {
                    (false, true) => return Reaction::SostenutoPressed,
                    (true, false) => return Reaction::SostenutoReleased,
                    _ => {}
                }
            }
            67 => self.has_soft = is_on,
            74 => self.brightness = value,
            91 => self.reverb = value,
            98 | 99 => self.is_registered = false,
            100 => (self.parameter_number[1], self.is_registered) = (value, true),
            101 => (self.parameter_number[0], self.is_registered) = (value, true),
            120 => return Reaction::AllSoundOff,
            121 => {
                self.reset_controllers();
                return Reaction::PedalsReleased;
            }
            // Omni and mono modes also end all notes (MIDI 1.0, channel mode messages).
            123..=127 => return Reaction::AllNotesOff,
            _ => {}
        }
        Reaction::None
    }

    /// As MIDI's recommended practice RP-015 says: volume, pan, program, sends and the registered
    /// parameters' values stay.
    fn reset_controllers(&mut self) {
        self.modulation = 0;
        self.expression = 127;
        self.pressure = 0;
        self.bend = 0;
        (self.has_sustain, self.has_sostenuto, self.has_soft) = (false, false, false);
        (self.parameter_number, self.is_registered) = ([127; 2], false);
    }

    fn parameter(&self) -> Parameter {
        match (self.is_registered, self.parameter_number) {
            (true, [0, 0]) => Parameter::BendRange,
            (true, [0, 1]) => Parameter::FineTuning,
            (true, [0, 2]) => Parameter::CoarseTuning,
            _ => Parameter::None,
        }
    }

    fn enter_data(&mut self, byte: usize, value: u8) {
        let parameter = self.parameter();
        if byte == 0 {
            // A new coarse value begins with its fine part at zero.
            self.data = [value, 0];
        } else {
            self.data[1] = value;
        }
        let [coarse, fine] = self.data.map(f32::from);
        match parameter {
            Parameter::None => {}
            Parameter::BendRange => self.bend_range_cents = 100.0 * coarse.min(24.0) + fine,
            Parameter::FineTuning => {
                self.tuning_cents[0] = (coarse * 128.0 + fine - 8192.0) * (100.0 / 8192.0);
            }
            Parameter::CoarseTuning => self.tuning_cents[1] = 100.0 * (coarse - 64.0),
        }
    }
}
