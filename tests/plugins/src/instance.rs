//! One plugin at work, without any format.

mod line;
mod sound;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::Duration;

use crate::catalogue::{ECHO_SECONDS, Kind};
use crate::{log, misbehaviour};

/// Something that happens at a frame of a block.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    /// Frame of the block, from 0.
    pub(crate) frame: usize,
    /// What happens.
    pub(crate) message: Message,
}

/// What a host can say within a block.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Message {
    /// A note begins: channel, key, velocity in `[0, 1]`.
    NoteOn(u8, u8, f32),
    /// A parameter moves: its place in the catalogue, its value.
    Parameter(usize, f64),
    /// Anything else, as its line in the log without the frame: `cc`, `channel=0 controller=1 value=2`.
    Other(&'static str, String),
}

/// What a host says of where a block is; what it does not say is left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Transport {
    pub(crate) is_playing: Option<bool>,
    pub(crate) is_recording: bool,
    pub(crate) is_looping: bool,
    /// Frames from the start of the piece.
    pub(crate) frame: Option<i64>,
    /// Frames since the first block.
    pub(crate) steady: Option<i64>,
    pub(crate) seconds: Option<f64>,
    pub(crate) beats: Option<f64>,
    pub(crate) bpm: Option<f64>,
    /// Quarter notes from the start of the piece to the start of the bar.
    pub(crate) bar_start: Option<f64>,
    pub(crate) bar: Option<i64>,
    pub(crate) signature: Option<(u32, u32)>,
    /// What one format alone says.
    pub(crate) extra: String,
}

/// The first four bytes of a state.
const MAGIC: [u8; 4] = *b"TRTS";
/// The fifth: the version of what follows. Then come the kind's index and one `f64`, little-endian, a settable parameter.
const STATE_VERSION: u8 = 1;

/// What a plugin is made of.
pub(crate) struct Instance {
    kind: Kind,
    sample_rate_hz: f64,
    values: Vec<f64>,
    /// `[channel]` over all ports; `None`: the host gave no buffer.
    inputs: Vec<Option<Vec<f32>>>,
    outputs: Vec<Vec<f32>>,
    /// What the two channels of an effect that looks back were.
    past: [VecDeque<f32>; 2],
    /// `None`: not yet settled, see [`Instance::settle_latency`].
    delay_frames: Option<u32>,
    is_sounding: bool,
    noise_frames: usize,
    loading: Option<Loading>,
}

impl Instance {
    /// A new instance; some kinds do not come back from here.
    pub(crate) fn new(kind: Kind, format: &str, host: &str) -> Instance {
        let channels = |ports: &[crate::catalogue::Port]| {
            ports.iter().map(|port| usize::try_from(port.channel_count).unwrap_or(0)).sum()
        };
        let instance = Instance {
            kind,
            sample_rate_hz: 48_000.0,
            values: kind.parameters().iter().map(|parameter| parameter.default).collect(),
            inputs: vec![None; channels(kind.inputs())],
            outputs: vec![Vec::new(); channels(kind.outputs())],
            past: [VecDeque::new(), VecDeque::new()],
            delay_frames: None,
            is_sounding: false,
            noise_frames: 0,
            loading: None,
        };
        instance.log(format_args!("create format={format} host=\"{host}\""));
        match kind {
            Kind::Hangload => misbehaviour::hang(),
            Kind::Leak => misbehaviour::leak(),
            Kind::Random => misbehaviour::seed(&instance),
            _ => {}
        }
        instance
    }

    /// Which plugin it is.
    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// Appends a line to the log, if this is the kind that does.
    pub(crate) fn log(&self, line: std::fmt::Arguments<'_>) {
        if matches!(self.kind, Kind::Events | Kind::Gain) {
            log::append(&format!("{line}\n"));
        }
    }

    /// Gets ready; `false` when it refuses.
    pub(crate) fn activate(&mut self, sample_rate_hz: f64, block_frames: u32, extra: &str) -> bool {
        self.log(format_args!("activate rate={sample_rate_hz} block={block_frames}{extra}"));
        match self.kind {
            Kind::Abort => std::process::abort(),
            Kind::Refuse => return false,
            Kind::Late => self.loading = Some(Loading::start()),
            _ => {}
        }
        self.sample_rate_hz = sample_rate_hz;
        self.delay_frames = None;
        self.is_sounding = false;
        self.noise_frames = 0;
        let look_back = if self.kind == Kind::Echo { self.echo_frames() } else { 0 };
        for past in &mut self.past {
            past.clear();
            past.resize(look_back, 0.0);
        }
        true
    }

    /// The end of being ready.
    pub(crate) fn deactivate(&mut self) {
        self.log(format_args!("deactivate"));
        self.loading = None;
    }

    /// From here to the next activation the latency stays as it is.
    pub(crate) fn settle_latency(&mut self) {
        if self.kind == Kind::Latency && self.delay_frames.is_none() {
            let frames = self.latency_frames();
            self.delay_frames = Some(frames);
            for past in &mut self.past {
                past.resize(usize::try_from(frames).unwrap_or(0), 0.0);
            }
        }
    }

    /// Frames by which the sound comes late.
    pub(crate) fn latency_frames(&self) -> u32 {
        if self.kind != Kind::Latency {
            return 0;
        }
        let wanted = || frames_of(self.values.first().copied().unwrap_or(0.0));
        self.delay_frames.unwrap_or_else(|| u32::try_from(wanted()).unwrap_or(0))
    }

    /// Frames after which the echo comes; nothing for other kinds.
    pub(crate) fn echo_frames(&self) -> usize {
        if self.kind == Kind::Echo { frames_of(ECHO_SECONDS * self.sample_rate_hz) } else { 0 }
    }

    /// The value of a parameter.
    pub(crate) fn value(&self, place: usize) -> Option<f64> {
        self.values.get(place).copied()
    }

    /// Turns a parameter; what it only shows stays.
    pub(crate) fn set_value(&mut self, place: usize, value: f64) {
        let parameter = self.kind.parameters().get(place);
        if let (Some(parameter), Some(target)) = (parameter, self.values.get_mut(place))
            && !parameter.is_read_only
        {
            *target = parameter.fitted(value);
        }
    }

    /// All that can be set.
    pub(crate) fn save(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([STATE_VERSION, self.index()]);
        for (parameter, value) in self.kind.parameters().iter().zip(&self.values) {
            if !parameter.is_read_only {
                bytes.extend(value.to_le_bytes());
            }
        }
        self.log(format_args!("save bytes={}", bytes.len()));
        bytes
    }

    /// Takes over what [`Instance::save`] gave; `false` and unchanged for anything else.
    pub(crate) fn load(&mut self, bytes: &[u8]) -> bool {
        let is_taken = self.load_checked(bytes).is_some();
        self.log(format_args!("load bytes={} taken={}", bytes.len(), u8::from(is_taken)));
        is_taken
    }

    fn load_checked(&mut self, bytes: &[u8]) -> Option<()> {
        let rest = bytes.strip_prefix(&MAGIC)?.strip_prefix(&[STATE_VERSION, self.index()])?;
        let (numbers, []) = rest.as_chunks::<8>() else { return None };
        let parameters = self.kind.parameters();
        let places: Vec<usize> =
            (0..parameters.len()).filter(|place| !parameters[*place].is_read_only).collect();
        if numbers.len() != places.len() {
            return None;
        }
        for (place, number) in places.into_iter().zip(numbers) {
            self.set_value(place, f64::from_le_bytes(*number));
        }
        Some(())
    }

    fn index(&self) -> u8 {
        let place = Kind::ALL.iter().position(|kind| *kind == self.kind);
        place.and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX)
    }

    /// Begins a block: no inputs, silent outputs.
    pub(crate) fn begin(&mut self, frames: usize) {
        self.inputs.fill(None);
        for output in &mut self.outputs {
            output.clear();
            output.resize(frames, 0.0);
        }
    }

    /// Gives one channel of the inputs, counted over all ports; more than there are is ignored.
    pub(crate) fn set_input(&mut self, channel: usize, samples: &[f32]) {
        if let Some(input) = self.inputs.get_mut(channel) {
            *input = Some(samples.to_vec());
        }
    }

    /// One channel of the outputs, counted over all ports.
    pub(crate) fn output(&self, channel: usize) -> &[f32] {
        self.outputs.get(channel).map_or(&[], Vec::as_slice)
    }

    /// Computes the block that [`Instance::begin`] has begun. Events are sorted by frame.
    pub(crate) fn process(&mut self, events: &[Event], transport: &Transport, frames: usize) {
        if self.kind == Kind::Events && log::is_wanted() {
            log::append(&line::lines(events, transport, frames));
        }
        if self.is_sounding {
            self.fill_from(0);
        }
        for event in events {
            match event.message {
                // The gain moves on its frame, see below.
                Message::Parameter(place, value) if self.kind != Kind::Gain => {
                    self.set_value(place, value);
                }
                Message::NoteOn(channel, key, velocity) => {
                    self.note(event.frame, channel, key, velocity);
                }
                _ => {}
            }
        }
        match self.kind {
            Kind::Slow => sleep(Duration::from_millis(20)),
            Kind::Gain => self.amplify(events, frames),
            Kind::Side => self.pass(frames),
            Kind::Latency | Kind::Echo => self.look_back(frames),
            Kind::Random => self.hiss(events, frames),
            _ => {}
        }
    }
}

/// What was heard while a plugin loads is not heard.
struct Loading {
    is_done: Arc<AtomicBool>,
    /// Dropped first, which wakes the thread: a library may be unloaded once its instances are gone.
    cancel: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// How long loading takes.
const LOADING: Duration = Duration::from_millis(300);

impl Loading {
    fn start() -> Loading {
        let is_done = Arc::new(AtomicBool::new(false));
        let done = Arc::clone(&is_done);
        let (cancel, cancelled) = channel();
        let thread = spawn(move || {
            if cancelled.recv_timeout(LOADING) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                done.store(true, Ordering::Release);
            }
        });
        Loading { is_done, cancel: Some(cancel), thread: Some(thread) }
    }

    fn is_done(&self) -> bool {
        self.is_done.load(Ordering::Acquire)
    }
}

impl Drop for Loading {
    fn drop(&mut self) {
        self.cancel = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn frames_of(frames: f64) -> usize {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "some seconds of frames, not negative"
    )]
    let whole = frames.round().max(0.0) as usize;
    whole
}
