//! A host's transport, block by block, and what must sound under it.
//!
//! The expectation knows nothing of blocks: it is the pure playback of each pass over the song, its frames rounded once.

use tresillo_pattern::{EventKind, FrameClock, PPQ, Performance, Player, Project, Tick, Window};

use crate::script::{Step, Transport};
use crate::stream::HostEvent;

/// What sounds in a window of song positions, ended at its end: `tresillo events --rate --bpm` as a list.
#[must_use]
pub fn expected_events(
    project: &Project,
    performance: &Performance,
    tempo_bpm: f64,
    sample_rate_hz: f64,
    window: Window,
) -> Vec<HostEvent> {
    let clock = FrameClock::from_zero(tempo_bpm, sample_rate_hz);
    let played = [(window.end, *performance)];
    let what = (project, &played[..], tempo_bpm);
    play_pass(what, clock, window, Begin::Located, clock.frame_of(window.end))
}

/// Plays a pass, which is played by hand as it says: in which way up to which tick.
fn play_pass(
    (project, played, tempo_bpm): (&Project, &[(Tick, Performance)], f64),
    clock: FrameClock,
    window: Window,
    begin: Begin,
    end_frame: i64,
) -> Vec<HostEvent> {
    let mut events = Vec::new();
    let mut player = Player::new();
    player.set_tempo(tempo_bpm);
    match begin {
        Begin::Located => player.locate(),
        Begin::Wrapped => player.wrap(),
    }
    let mut start = window.start;
    for (end, performance) in played {
        let part = Window { start, end: *end };
        player.advance(project, performance, part, &mut |event| {
            events.extend(host_event(clock.frame_of(event.tick), event));
        });
        start = *end;
    }
    player.flush(window.end, &mut |event| events.extend(host_event(end_frame, event)));
    events
}

/// An event as a host receives it on a frame; `None` for one that is no note.
#[must_use]
pub fn host_event(frame: i64, event: tresillo_pattern::Event) -> Option<HostEvent> {
    let (is_on, velocity) = match event.kind {
        EventKind::NoteOn { velocity } => (true, velocity),
        EventKind::NoteOff => (false, 0.0),
        EventKind::Control(_) => return None,
    };
    let (channel, key) = (event.address.channel, event.address.key);
    Some(HostEvent { frame, is_on, channel, key, velocity })
}

/// How a pass over the song begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Begin {
    Located,
    Wrapped,
}

/// What a host does at its loop's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoopStyle {
    /// Ends the block there, however short, as Ardour does.
    SplitsBlocks,
    /// Leaves it to the plugin.
    InsideBlocks,
}

/// A stretch of song that sounds without a break.
#[derive(Clone, Copy, Debug)]
struct Pass {
    begin: Begin,
    host_frame: i64,
    song_frame: i64,
    start: Tick,
}

/// A host's transport at one tempo, and what must sound.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// What the host does.
    pub steps: Vec<Step>,
    /// What must come out.
    pub expected: Vec<HostEvent>,
    /// The project that plays.
    pub project: Project,
    /// How it is played.
    pub performance: Performance,
    /// Whether the host says its tempo.
    pub tells_tempo: bool,
    /// The grid to which the host rounds its beats, as parts of a beat.
    pub beat_grid: Option<f64>,
    tempo_bpm: f64,
    sample_rate_hz: f64,
    /// Frames since the first block.
    host_frame: i64,
    /// Song position in frames, not rounded.
    song_frame: f64,
    pass: Option<Pass>,
    /// How it was played before now, and up to which frame of the host, from the begin of this pass on.
    turns: Vec<(i64, Performance)>,
    song_loop: Option<(f64, f64, LoopStyle)>,
}

impl Timeline {
    /// A host at rest, at song position 0.
    #[must_use]
    pub fn new(project: &Project, tempo_bpm: f64, sample_rate_hz: f64) -> Timeline {
        Timeline {
            steps: Vec::new(),
            expected: Vec::new(),
            project: project.clone(),
            performance: Performance::default(),
            tells_tempo: true,
            beat_grid: None,
            tempo_bpm,
            sample_rate_hz,
            host_frame: 0,
            song_frame: 0.0,
            pass: None,
            turns: Vec::new(),
            song_loop: None,
        }
    }

    /// The sample rate.
    #[must_use]
    pub fn sample_rate_hz(&self) -> f64 {
        self.sample_rate_hz
    }

    /// The longest block.
    #[must_use]
    pub fn frames_max(&self) -> u32 {
        let lengths = self.steps.iter().map(|step| match step {
            Step::Block { frame_count, .. } => *frame_count,
            _ => 1,
        });
        lengths.max().unwrap_or(1).max(1)
    }

    /// Frames since the first block.
    #[must_use]
    pub fn host_frame(&self) -> i64 {
        self.host_frame
    }

    /// Rolls for `beats` in blocks of `frame_count`; the last one is shorter where they do not fit.
    #[must_use]
    pub fn play(mut self, beats: f64, frame_count: u32) -> Timeline {
        let mut left = to_frame(beats * self.frames_per_beat());
        while left > 0 {
            let count = u32::try_from(left).unwrap_or(u32::MAX).min(frame_count);
            left -= self.play_block(count);
        }
        self
    }

    /// Rolls for blocks of these lengths.
    #[must_use]
    pub fn play_blocks(mut self, frame_counts: &[u32]) -> Timeline {
        for &frame_count in frame_counts {
            let mut left = i64::from(frame_count);
            while left > 0 {
                left -= self.play_block(u32::try_from(left).unwrap_or(0));
            }
            if frame_count == 0 {
                self.push_block(0, true);
            }
        }
        self
    }

    /// Stands still for `block_count` blocks.
    #[must_use]
    pub fn stop(mut self, block_count: u32, frame_count: u32) -> Timeline {
        self.end_pass();
        for _ in 0..block_count {
            self.push_block(frame_count, false);
        }
        self
    }

    /// Moves the playhead to a beat; a rolling transport rolls on there.
    #[must_use]
    pub fn locate(self, beat: f64) -> Timeline {
        let frame = (beat * self.frames_per_beat()).round();
        self.locate_frame(frame)
    }

    /// Moves the playhead to a frame.
    #[must_use]
    pub fn locate_frame(mut self, frame: f64) -> Timeline {
        self.end_pass();
        self.song_frame = frame;
        self
    }

    /// Turns a parameter so many frames into the next block; what plays from there on is changed, and what sounds sounds on.
    #[must_use]
    pub fn turn(
        mut self,
        offset: u32,
        name: &'static str,
        normalized: f64,
        change: impl FnOnce(&mut Performance),
    ) -> Timeline {
        self.turns.push((self.host_frame + i64::from(offset), self.performance));
        change(&mut self.performance);
        self.steps.push(Step::SetParam { offset, name, normalized });
        self
    }

    /// Turns the loop on or off.
    #[must_use]
    pub fn set_loop(mut self, beats: Option<(f64, f64)>, style: LoopStyle) -> Timeline {
        self.song_loop = beats.map(|(start, end)| (start, end, style));
        self
    }

    /// Does something between two blocks that ends what sounds and then goes on.
    #[must_use]
    pub fn cut(mut self, step: Step) -> Timeline {
        self.end_pass();
        self.steps.push(step);
        self
    }

    /// Does something between two blocks that ends what sounds, changes what is expected, and lets the song run on: unlike
    /// after a jump, nothing that was shifted to before the cut sounds on it.
    #[must_use]
    pub fn cut_over(mut self, step: Step, change: impl FnOnce(&mut Timeline)) -> Timeline {
        self.end_pass();
        self.steps.push(step);
        change(&mut self);
        let song_frame = to_frame(self.song_frame);
        let start = self.clock().first_tick_at(song_frame);
        let host_frame = self.host_frame;
        self.pass = Some(Pass { begin: Begin::Wrapped, host_frame, song_frame, start });
        self
    }

    /// Rolls, expecting nothing to sound.
    #[must_use]
    pub fn roll_silently(mut self, beats: f64, frame_count: u32) -> Timeline {
        let expected_count = self.expected.len();
        self = self.play(beats, frame_count);
        self.pass = None;
        self.expected.truncate(expected_count);
        self
    }

    /// Does something between two blocks.
    #[must_use]
    pub fn step(mut self, step: Step) -> Timeline {
        self.steps.push(step);
        self
    }

    fn frames_per_beat(&self) -> f64 {
        60.0 * self.sample_rate_hz / self.tempo_bpm
    }

    fn clock(&self) -> FrameClock {
        FrameClock::from_zero(self.tempo_bpm, self.sample_rate_hz)
    }

    /// One block, or the part of it up to where the host splits it. Returns its length.
    fn play_block(&mut self, frame_count: u32) -> i64 {
        let mut frame_count = frame_count;
        let loop_frames = self.song_loop.map(|(start, end, style)| {
            let fpb = self.frames_per_beat();
            (start * fpb, end * fpb, Tick::from_beats(start), Tick::from_beats(end), style)
        });
        let begin_frame = to_frame(self.song_frame);
        if self.pass.is_none() {
            let start = self.clock().first_tick_at(begin_frame);
            self.pass = Some(Pass {
                begin: Begin::Located,
                host_frame: self.host_frame,
                song_frame: begin_frame,
                start,
            });
        }
        let inside = loop_frames.filter(|(_, end, ..)| self.song_frame < *end);
        if let Some((_, end, _, _, LoopStyle::SplitsBlocks)) = inside {
            let to_end = to_frame((end - self.song_frame).ceil()).max(1);
            frame_count = frame_count.min(u32::try_from(to_end).unwrap_or(u32::MAX));
        }
        self.push_block(frame_count, true);
        self.song_frame += f64::from(frame_count);
        if let Some((start, end, start_tick, end_tick, style)) = inside {
            while self.song_frame >= end {
                // Exact, and rounded once: where the loop's end falls in the host's time.
                let wrap = to_frame(self.host_frame_f64() - (self.song_frame - end));
                self.end_pass_at(end_tick, wrap);
                self.song_frame = match style {
                    LoopStyle::SplitsBlocks => start,
                    LoopStyle::InsideBlocks => start + (self.song_frame - end),
                };
                self.pass = Some(Pass {
                    begin: Begin::Wrapped,
                    host_frame: wrap,
                    song_frame: to_frame(start),
                    start: start_tick,
                });
            }
        }
        i64::from(frame_count)
    }

    #[allow(clippy::cast_precision_loss, reason = "frame counts of a test are small")]
    fn host_frame_f64(&self) -> f64 {
        self.host_frame as f64
    }

    fn push_block(&mut self, frame_count: u32, is_playing: bool) {
        let beat = self.song_frame / self.frames_per_beat();
        let beat = self.beat_grid.map_or(beat, |grid| (beat * grid).round() / grid);
        let transport = Transport {
            is_playing,
            tempo_bpm: self.tells_tempo.then_some(self.tempo_bpm),
            beat,
            frame: to_frame(self.song_frame),
            loop_beats: self.song_loop.map(|(start, end, _)| (start, end)),
        };
        self.steps.push(Step::Block { frame_count, transport });
        self.host_frame += i64::from(frame_count);
    }

    fn end_pass(&mut self) {
        let end = self.clock().first_tick_at(to_frame(self.song_frame));
        self.end_pass_at(end, self.host_frame);
    }

    fn end_pass_at(&mut self, end: Tick, host_end: i64) {
        let Some(pass) = self.pass.take() else { return };
        let shift = pass.host_frame - pass.song_frame;
        let window = Window { start: pass.start, end: end.max(pass.start) };
        let end_frame = host_end - shift;
        let mut played = Vec::new();
        while self.turns.first().is_some_and(|(frame, _)| *frame < host_end) {
            let (frame, performance) = self.turns.remove(0);
            played.push((self.clock().first_tick_at(frame - shift), performance));
        }
        let last = self.turns.first().map_or(self.performance, |(_, performance)| *performance);
        played.push((window.end, last));
        let what = (&self.project, &played[..], self.tempo_bpm);
        let events = play_pass(what, self.clock(), window, pass.begin, end_frame);
        self.expected.extend(
            events.into_iter().map(|event| HostEvent { frame: event.frame + shift, ..event }),
        );
    }
}

/// How many ticks a beat has.
#[must_use]
pub fn ticks_per_beat() -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "small")]
    let ticks = PPQ as f64;
    ticks
}

/// Beats as ticks, exactly where they are whole.
#[must_use]
pub fn ticks(beats: i64) -> i64 {
    beats * PPQ
}

#[allow(clippy::cast_possible_truncation, reason = "positions of a test are small")]
fn to_frame(position: f64) -> i64 {
    position.round() as i64
}
