//! The embedded engine: instruments in this process, block after block, as fast as they go.

use std::thread;
use std::time::{Duration, Instant};

use crate::cli::Tail;
use crate::engine::rack::{PluginFailed, Rack, RackEvent};
use crate::instrument::{self, Transport};
use crate::score::{Score, Timeline};

/// How a score is rendered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Frames a second.
    pub sample_rate_hz: u32,
    /// Frames that are computed at once.
    pub block_frames: u32,
    /// What is rendered after the music.
    pub tail: Tail,
    /// Silence that is fed before the first frame, in real time, for plugins that load in the background.
    pub warmup: Duration,
}

/// What came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// The length of music and tail.
    pub frames: u64,
    /// The length of the tail alone.
    pub tail_frames: u64,
    /// Whether the tail was cut because it did not end by itself.
    pub is_tail_cut: bool,
}

/// A tail has ended after the output stayed below this level …
pub(crate) const QUIET_DBFS: f32 = -90.0;
/// … for so many seconds; and at the latest after so many.
const QUIET_SECONDS: f64 = 0.5;
/// See above.
const TAIL_SECONDS_MAX: f64 = 30.0;

/// Renders `score`, giving each block as `(left, right)` to `sink`, and empty ones while it warms up. Frame 0 is time 0 of the piece; latency is taken out.
///
/// All blocks are as long as the settings say. The result does not depend on that, as far as the plugins' does not.
///
/// # Errors
/// What `sink` refuses, or a plugin that fails.
pub fn render<E: From<PluginFailed>>(
    rack: &mut Rack,
    score: &Score,
    settings: Settings,
    mut sink: impl FnMut(&[f32], &[f32]) -> Result<(), E>,
) -> Result<Rendered, E> {
    let block = usize::try_from(settings.block_frames.max(1)).unwrap_or(1);
    let block_frames = u64::from(settings.block_frames.max(1));
    let (mut left, mut right) = (vec![0.0f32; block], vec![0.0f32; block]);
    let warmup_frames = warm_up(rack, &score.timeline, settings, &mut left, &mut right, &mut sink)?;
    let mut events: Vec<RackEvent> = Vec::with_capacity(64);
    let mut rest = score.messages.as_slice();
    let mut end = End::new(score, settings, rack.tail());
    let latency = u64::from(rack.latency_frames());
    // Frames of the instrument run ahead of frames of the file by its latency and by what is not heard.
    let ahead = latency + score.start_frame;
    let mut frame: u64 = 0;
    loop {
        let after = frame + block_frames;
        let count = rest.iter().take_while(|message| message.frame < after).count();
        let (now, later) = rest.split_at(count.min(rest.len()));
        events.clear();
        events.extend(now.iter().map(|message| RackEvent {
            track: message.track,
            event: instrument::Event {
                frame: u32::try_from(message.frame.saturating_sub(frame)).unwrap_or(0),
                channel: message.channel,
                message: message.message,
            },
        }));
        rest = later;
        let transport =
            score.timeline.transport(frame, warmup_frames + frame, settings.sample_rate_hz);
        rack.process(&events, &transport, &mut left, &mut right)?;
        let skipped = usize::try_from(ahead.saturating_sub(frame)).unwrap_or(block).min(block);
        let (left, right) =
            (left.get(skipped..).unwrap_or_default(), right.get(skipped..).unwrap_or_default());
        let kept = end.take(left, right);
        if kept > 0 {
            sink(left.get(..kept).unwrap_or(left), right.get(..kept).unwrap_or(right))?;
        }
        if let Some(rendered) = end.reached() {
            return Ok(rendered);
        }
        frame = after;
    }
}

/// Feeds whole blocks of silence at the pace of a clock, because what loads in the background takes its time. Their number
/// depends on the settings alone.
fn warm_up<E: From<PluginFailed>>(
    rack: &mut Rack,
    timeline: &Timeline,
    settings: Settings,
    left: &mut [f32],
    right: &mut [f32],
    sink: &mut impl FnMut(&[f32], &[f32]) -> Result<(), E>,
) -> Result<u64, E> {
    let frames = frames_of(settings.warmup.as_secs_f64(), settings.sample_rate_hz);
    let started = Instant::now();
    let mut done = 0;
    while done < frames {
        let start = timeline.transport(0, done, settings.sample_rate_hz);
        let transport = Transport { is_playing: false, ..start };
        rack.process(&[], &transport, left, right)?;
        done += u64::from(settings.block_frames.max(1));
        #[allow(clippy::cast_precision_loss, reason = "a time to wait for")]
        let due = Duration::from_secs_f64(done as f64 / f64::from(settings.sample_rate_hz));
        thread::sleep(due.saturating_sub(started.elapsed()));
        // Nothing is kept, but whoever watches knows that all is well.
        sink(&[], &[])?;
    }
    Ok(done)
}

/// Finds the frame on which a render ends, whatever the blocks are.
struct End {
    music_frames: u64,
    /// The length beyond which nothing is rendered.
    frames_max: u64,
    /// `None`: the tail has a set length.
    quiet_frames: Option<u64>,
    /// The plugins' own word: before this frame the tail has not ended, however quiet it is.
    frames_min: u64,
    threshold: f32,
    frames: u64,
    quiet: u64,
    is_reached: bool,
}

impl End {
    fn new(score: &Score, settings: Settings, own_word: instrument::Tail) -> End {
        let music_frames = score.end_frame - score.start_frame.min(score.end_frame);
        let (tail_max, quiet_frames) = match settings.tail {
            Tail::None => (0, None),
            Tail::Seconds(seconds) => (frames_of(seconds, settings.sample_rate_hz), None),
            Tail::Auto => {
                let quiet = frames_of(QUIET_SECONDS, settings.sample_rate_hz);
                (frames_of(TAIL_SECONDS_MAX, settings.sample_rate_hz), Some(quiet))
            }
        };
        let said = match own_word {
            instrument::Tail::Frames(frames) if settings.tail == Tail::Auto => frames.min(tail_max),
            _ => 0,
        };
        End {
            music_frames,
            frames_max: music_frames + tail_max,
            frames_min: music_frames + said,
            quiet_frames,
            threshold: 10f32.powf(QUIET_DBFS / 20.0),
            frames: 0,
            quiet: 0,
            is_reached: false,
        }
    }

    /// How many of these frames belong to the render.
    fn take(&mut self, left: &[f32], right: &[f32]) -> usize {
        if let Some(frames) = self.take_whole(left, right) {
            return frames;
        }
        let mut kept = 0;
        for (l, r) in left.iter().zip(right) {
            if self.is_at_end() {
                self.is_reached = true;
                break;
            }
            let is_quiet = !(is_loud(*l, self.threshold) || is_loud(*r, self.threshold));
            self.quiet = if is_quiet { self.quiet + 1 } else { 0 };
            self.frames += 1;
            kept += 1;
        }
        self.is_reached |= self.is_at_end();
        kept
    }

    /// Takes all frames at once where the render cannot end among them, which is nearly always.
    fn take_whole(&mut self, left: &[f32], right: &[f32]) -> Option<usize> {
        let length = u64::try_from(left.len()).unwrap_or(u64::MAX);
        let after = self.frames + length;
        let is_loud =
            |(l, r): (&f32, &f32)| is_loud(*l, self.threshold) || is_loud(*r, self.threshold);
        let last_loud = left.iter().zip(right).rposition(is_loud);
        let trailing = last_loud.map_or(self.quiet + length, |place| {
            u64::try_from(left.len() - 1 - place).unwrap_or(0)
        });
        let leading = || {
            let first_loud = left.iter().zip(right).position(is_loud);
            self.quiet + first_loud.map_or(length, |place| u64::try_from(place).unwrap_or(0))
        };
        let could_end = after >= self.frames_max
            || (after >= self.frames_min
                && self.quiet_frames.is_none_or(|quiet| {
                    length >= quiet || trailing >= quiet || leading() >= quiet
                }));
        if could_end {
            return None;
        }
        self.frames = after;
        self.quiet = trailing;
        Some(left.len())
    }

    fn is_at_end(&self) -> bool {
        let is_quiet = || self.quiet_frames.is_some_and(|frames| self.quiet >= frames);
        self.frames >= self.frames_max || (self.frames >= self.frames_min && is_quiet())
    }

    fn reached(&self) -> Option<Rendered> {
        self.is_reached.then(|| Rendered {
            frames: self.frames,
            tail_frames: self.frames.saturating_sub(self.music_frames),
            is_tail_cut: self.quiet_frames.is_some_and(|quiet| self.quiet < quiet),
        })
    }
}

/// A number that is none counts as silence, which it is made later.
fn is_loud(sample: f32, threshold: f32) -> bool {
    sample.abs() >= threshold && sample.is_finite()
}

fn frames_of(seconds: f64, sample_rate_hz: u32) -> u64 {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most an hour, not negative"
    )]
    let frames = (seconds * f64::from(sample_rate_hz)).round().max(0.0) as u64;
    frames
}

#[cfg(test)]
mod tests;
