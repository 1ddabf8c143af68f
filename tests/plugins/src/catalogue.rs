//! Which plugins there are, and what they say of themselves in every format.
//!
//! The tests include this file as a module of their own, because a library for plugin hosts cannot be a dependency.

/// What one plugin does. The well-behaved come first, because some hosts try plugins in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An instrument: one sample of the velocity (left) and of key / 127 (right) at each onset, added up, else exact zero.
    Impulse,
    /// An instrument that is silent and logs what its host says.
    Events,
    /// An effect with a gain, a mode, a meter and a state.
    Gain,
    /// An effect that delays by 1000 frames, or what its parameter says, and reports that.
    Latency,
    /// An effect that repeats its input once, half as loud, 2 s later, and says that its tail is 2 s.
    Echo,
    /// An instrument that sounds 0.25 for ever from the first onset on, and says that its tail has no end.
    Endless,
    /// [`Kind::Impulse`] with one channel, the left; in CLAP its note port speaks MIDI only.
    Mono,
    /// [`Kind::Impulse`] with three stereo outputs: channel 1 (from 0) sounds on the second, channel 2 on the third.
    Multi,
    /// An effect that passes its main input; its answer is NaN if its side input is missing or not silent.
    Side,
    /// [`Kind::Impulse`], but deaf until 0.3 s of real time after activation.
    Late,
    /// An instrument: noise by the C library's `rand` for 1000 frames after each onset, seeded by time and address.
    Random,
    /// [`Kind::Impulse`], but each block takes 20 ms.
    Slow,
    /// [`Kind::Impulse`], but each instance takes 64 MiB that are never given back.
    Leak,
    /// [`Kind::Impulse`], but what it says of its outputs contradicts itself.
    Liar,
    /// An instrument that writes to address 0 at the first onset.
    Crash,
    /// An instrument that calls `abort` when it is activated.
    Abort,
    /// An instrument that refuses to be activated.
    Refuse,
    /// An instrument that never comes back from the block of the first onset.
    Hang,
    /// An instrument that never comes back from being created.
    Hangload,
}

/// Channels that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port {
    /// What people call it.
    pub name: &'static str,
    /// The same as a symbol of LV2; channels get `_left` and `_right`.
    pub symbol: &'static str,
    /// 1 or 2.
    pub channel_count: u32,
}

/// How a parameter's value is shown and read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// As it is.
    Plain,
    /// A factor, shown in decibels: `6.0 dB`.
    Decibels,
    /// A number of frames.
    Frames,
    /// By names, the first for 0.
    Names(&'static [&'static str]),
}

/// A knob.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameter {
    /// What people call it.
    pub name: &'static str,
    /// The symbol of LV2.
    pub symbol: &'static str,
    /// Least value.
    pub minimum: f64,
    /// Greatest value.
    pub maximum: f64,
    /// The value of a new instance.
    pub default: f64,
    /// Whether it takes whole steps only.
    pub is_stepped: bool,
    /// Whether it only shows something.
    pub is_read_only: bool,
    /// How it is shown.
    pub scale: Scale,
}

/// Frames by which [`Kind::Latency`] delays unless told otherwise.
pub const LATENCY_FRAMES: u32 = 1000;
/// Seconds after which [`Kind::Echo`] repeats its input.
pub const ECHO_SECONDS: f64 = 2.0;
/// Frames of noise that [`Kind::Random`] makes after an onset.
pub const RANDOM_FRAMES: usize = 1000;

const STEREO_IN: Port = Port { name: "Input", symbol: "in", channel_count: 2 };
const SIDE_IN: Port = Port { name: "Side", symbol: "side", channel_count: 2 };
const STEREO_OUT: Port = Port { name: "Output", symbol: "out", channel_count: 2 };
const MONO_OUT: Port = Port { name: "Output", symbol: "out", channel_count: 1 };
const SECOND_OUT: Port = Port { name: "Second", symbol: "second", channel_count: 2 };
const THIRD_OUT: Port = Port { name: "Third", symbol: "third", channel_count: 2 };

const LEVEL: Parameter = Parameter {
    name: "Level",
    symbol: "level",
    minimum: 0.0,
    maximum: 1.0,
    default: 0.5,
    is_stepped: false,
    is_read_only: false,
    scale: Scale::Plain,
};
const GAIN: Parameter = Parameter {
    name: "Gain",
    symbol: "gain",
    minimum: 0.0,
    maximum: 4.0,
    default: 1.0,
    is_stepped: false,
    is_read_only: false,
    scale: Scale::Decibels,
};
const MODE: Parameter = Parameter {
    name: "Mode",
    symbol: "mode",
    minimum: 0.0,
    maximum: 2.0,
    default: 0.0,
    is_stepped: true,
    is_read_only: false,
    scale: Scale::Names(&["Through", "Invert", "Silence"]),
};
const METER: Parameter = Parameter {
    name: "Meter",
    symbol: "meter",
    minimum: 0.0,
    maximum: 4.0,
    default: 0.0,
    is_stepped: false,
    is_read_only: true,
    scale: Scale::Decibels,
};
const FRAMES: Parameter = Parameter {
    name: "Frames",
    symbol: "frames",
    minimum: 0.0,
    maximum: 4096.0,
    default: 1000.0,
    is_stepped: true,
    is_read_only: false,
    scale: Scale::Frames,
};

impl Kind {
    /// All of them, in the order in which every format lists them.
    pub const ALL: [Kind; 19] = [
        Kind::Impulse,
        Kind::Events,
        Kind::Gain,
        Kind::Latency,
        Kind::Echo,
        Kind::Endless,
        Kind::Mono,
        Kind::Multi,
        Kind::Side,
        Kind::Late,
        Kind::Random,
        Kind::Slow,
        Kind::Leak,
        Kind::Liar,
        Kind::Crash,
        Kind::Abort,
        Kind::Refuse,
        Kind::Hang,
        Kind::Hangload,
    ];

    /// Its name in small letters, the last part of its ids.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Kind::Impulse => "impulse",
            Kind::Events => "events",
            Kind::Gain => "gain",
            Kind::Latency => "latency",
            Kind::Echo => "echo",
            Kind::Endless => "endless",
            Kind::Mono => "mono",
            Kind::Multi => "multi",
            Kind::Side => "side",
            Kind::Late => "late",
            Kind::Random => "random",
            Kind::Slow => "slow",
            Kind::Leak => "leak",
            Kind::Liar => "liar",
            Kind::Crash => "crash",
            Kind::Abort => "abort",
            Kind::Refuse => "refuse",
            Kind::Hang => "hang",
            Kind::Hangload => "hangload",
        }
    }

    /// The kind of this [`Kind::slug`].
    #[must_use]
    pub fn of_slug(slug: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// What people call it in every format: `Test Impulse`.
    #[must_use]
    pub fn name(self) -> String {
        let mut letters = self.slug().chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        format!("Test {}", first.into_iter().chain(letters).collect::<String>())
    }

    /// Its id in CLAP.
    #[must_use]
    pub fn clap_id(self) -> String {
        format!("tresillo.test.{}", self.slug())
    }

    /// Its URI in LV2.
    #[must_use]
    pub fn lv2_uri(self) -> String {
        format!("https://tresillo.example/test#{}", self.slug())
    }

    /// Whether it takes notes; else it is an effect.
    #[must_use]
    pub fn is_instrument(self) -> bool {
        !matches!(self, Kind::Gain | Kind::Latency | Kind::Echo | Kind::Side)
    }

    /// Sound in; the first port is the main one.
    #[must_use]
    pub fn inputs(self) -> &'static [Port] {
        match self {
            Kind::Gain | Kind::Latency | Kind::Echo => &[STEREO_IN],
            Kind::Side => &[STEREO_IN, SIDE_IN],
            _ => &[],
        }
    }

    /// Sound out; the first port is the main one.
    #[must_use]
    pub fn outputs(self) -> &'static [Port] {
        match self {
            Kind::Mono => &[MONO_OUT],
            Kind::Multi => &[STEREO_OUT, SECOND_OUT, THIRD_OUT],
            _ => &[STEREO_OUT],
        }
    }

    /// Its knobs. Their number in CLAP and VST3 is 1 for the first, and so on.
    #[must_use]
    pub fn parameters(self) -> &'static [Parameter] {
        match self {
            Kind::Events => &[LEVEL],
            Kind::Gain => &[GAIN, MODE, METER],
            Kind::Latency => &[FRAMES],
            _ => &[],
        }
    }

    /// Whether it can save and load its state.
    #[must_use]
    pub fn has_state(self) -> bool {
        matches!(self, Kind::Gain | Kind::Latency)
    }
}
