//! One block: take what the main thread has sent, follow the transport, play, hand over the events.
//!
//! The engine owns no rule of music; those are `tresillo_pattern`'s. It decides which windows are played when, and sees to
//! it that whatever sounds is ended: on stop, seek, loop, pattern change, new document and bypass.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod audition;
mod guests;
mod hands;
mod input;
mod launch;
mod record;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use tresillo_pattern::document::{Control, Metre};
use tresillo_pattern::{
    Address, Event, EventKind, PatternIndex, Performance, Player, Project, Tick, Window,
};

use crate::bridge::{Bridge, EngineEnd};
use crate::controllers::{Binding, Bound, Source};
use crate::params::{Launch, NoteInput, RunMode};
use crate::transport::{BlockStart, Follower, HostFacts, Processing};

use audition::Auditioned;
use hands::Hands;
use input::KeySet;
use launch::{Bars, Launcher};
use record::Recorder;

pub(crate) use audition::Audition;
pub(crate) use input::Input;
pub(crate) use record::{Recorded, ToMain};

/// Where a block's events go.
pub(crate) trait EventOutput {
    /// Hands one event to the host, `offset` frames into the block. Returns whether the host took it.
    fn send(&mut self, offset: u32, address: Address, kind: EventKind) -> bool;

    /// Tells whoever listens on a channel to let go of all pedals and keys, and to be silent. Returns whether the host took it.
    fn silence(&mut self, offset: u32, channel: u8) -> bool;
}

/// What the parameters say beside the performance.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Settings {
    pub(crate) run: RunMode,
    pub(crate) launch: Launch,
    pub(crate) is_through: bool,
    pub(crate) input: NoteInput,
    pub(crate) input_key: u8,
    /// From 0.
    pub(crate) record_track: u8,
    pub(crate) record_latency_seconds: f64,
}

/// What the host asks of a block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlockRequest<'a> {
    pub(crate) frame_count: u32,
    pub(crate) facts: HostFacts,
    pub(crate) performance: Performance,
    pub(crate) settings: Settings,
    pub(crate) is_bypassed: bool,
    /// By offset.
    pub(crate) input: &'a [Input],
}

/// Everything that one instance plays with.
///
/// # Realtime
/// All memory is taken in [`Engine::new`]. [`Engine::process`] and [`Engine::stop`] do not allocate, free, lock or panic.
pub(crate) struct Engine {
    bridge: Arc<Bridge>,
    end: EngineEnd,
    project: Box<Project>,
    /// What is played, and what the host's parameters say of it.
    performance: Performance,
    by_host: Performance,
    bound: Bound,
    hands: Hands,
    settings: Settings,
    launcher: Launcher,
    bars: Bars,
    follower: Follower,
    player: Player,
    recorder: Recorder,
    /// Keys that are held on the way in.
    held: KeySet,
    /// Keys that sound because they have passed through.
    through: KeySet,
    /// Keys that sound because somebody wants to hear them.
    auditioned: Auditioned,
    /// Semitones that the latest note has chosen.
    note_transpose: i16,
    refused_offs: KeySet,
    /// Whether this block passes without its notes.
    is_silenced: bool,
}

impl Engine {
    /// An engine at rest that plays `project`. `[main-thread]`
    pub(crate) fn new(bridge: Arc<Bridge>, end: EngineEnd, project: Box<Project>) -> Engine {
        let (end, to_main) = end.split();
        Engine {
            bars: Bars::of(project.metre),
            bridge,
            end,
            project,
            performance: Performance::default(),
            by_host: Performance::default(),
            bound: Bound::NONE,
            hands: Hands::new(),
            settings: Settings::default(),
            launcher: Launcher::default(),
            follower: Follower::new(),
            player: Player::new(),
            recorder: Recorder::new(to_main),
            held: KeySet::default(),
            through: KeySet::default(),
            auditioned: Auditioned::new(),
            note_transpose: 0,
            refused_offs: KeySet::default(),
            is_silenced: false,
        }
    }

    /// Tells how blocks follow. What sounds stays owed: its offs open the next block. `[main-thread]`
    pub(crate) fn activate(&mut self, processing: Processing) {
        self.follower.activate(processing);
        self.auditioned.set_sample_rate(processing.sample_rate_hz);
    }

    /// The next block is a start, and the offs that are owed open it: the host has taken the output away. `[audio-thread]`
    pub(crate) fn stop(&mut self) {
        self.follower.stop();
        // What is held now is let go while nobody listens.
        self.held = KeySet::default();
        self.recorder.rewind();
        let refused_offs = &mut self.refused_offs;
        self.through.drain(|address| {
            refused_offs.insert(address);
            true
        });
        while let Some(address) = self.auditioned.take_any() {
            refused_offs.insert(address);
        }
        // What waits to be heard now would sound whenever the host begins again.
        while self.end.next_audition().is_some() {}
    }

    /// Plays one block into `out`. `[audio-thread]`
    pub(crate) fn process(&mut self, request: BlockRequest<'_>, out: &mut impl EventOutput) {
        if request.frame_count == 0 {
            // There is no frame to put an event on. Nothing is lost: windows go by positions, not by calls.
            return;
        }
        self.refused_offs.drain(|address| out.send(0, address, EventKind::NoteOff));
        self.is_silenced = self.bridge.take_panic();
        if self.is_silenced {
            self.silence(out);
        }
        self.adopt_document(out);
        self.adopt_settings(request.settings, out);
        self.adopt_performance(request.performance);
        self.begin(&request, out);
        self.begin_auditions(request.is_bypassed, out);
        let mut at = 0;
        for input in request.input {
            let offset = input.offset.min(request.frame_count - 1);
            if offset > at {
                self.play(at, offset - at, out);
                at = offset;
            }
            self.take(at, input, request.is_bypassed, out);
        }
        self.play(at, request.frame_count - at, out);
        self.report();
    }

    /// Whether notes wait to be written onto steps by the main thread. `[audio-thread]`
    pub(crate) fn has_recorded(&self) -> bool {
        self.recorder.has_any()
    }

    /// The newest document, if the main thread has sent one since the last block.
    fn adopt_document(&mut self, out: &mut impl EventOutput) {
        let adopted = self.end.adopt(&mut self.project, &mut self.bound);
        let Some(is_recording) = adopted else { return };
        self.player.invalidate();
        if !is_recording {
            // Another project: nothing of the old one goes on, and its patterns wait for nothing.
            self.flush(0, out);
            self.launcher.launch();
        }
    }

    fn adopt_settings(&mut self, settings: Settings, out: &mut impl EventOutput) {
        let before = std::mem::replace(&mut self.settings, settings);
        if before.input != settings.input {
            self.note_transpose = 0;
            self.launcher.forget_note();
            self.recorder.rewind();
        }
        if before.run != settings.run {
            self.follower.stop();
        }
        if before.is_through && !settings.is_through {
            self.end_through(0, out);
        }
    }

    /// The parameters' values hold for a whole block; which pattern of them plays, the launcher says.
    fn adopt_performance(&mut self, by_host: Performance) {
        self.by_host = by_host;
        self.hands.follow(&by_host);
        let performance = self.hands.played(by_host);
        self.launcher.set_param(performance.pattern);
        let transpose = i16::from(performance.transpose).saturating_add(self.note_transpose);
        let fills = self.settings.input == NoteInput::Fill && !self.held.is_empty();
        self.performance = Performance {
            pattern: self.launcher.playing(),
            transpose: i8::try_from(transpose.clamp(-127, 127)).unwrap_or(0),
            is_fill: performance.is_fill || fills,
            ..performance
        };
    }

    /// Finds out where the block begins.
    fn begin(&mut self, request: &BlockRequest<'_>, out: &mut impl EventOutput) {
        if request.is_bypassed {
            self.follower.stop();
            self.flush(0, out);
            self.end_through(0, out);
            self.end_auditioned(0, out);
            return;
        }
        let facts = self.facts(request.facts);
        self.bars = facts.bars(Bars::of(self.project.metre));
        match self.follower.begin_block(facts, self.project.tempo.bpm()) {
            BlockStart::RunsOn => {}
            BlockStart::Stopped => self.flush(0, out),
            BlockStart::Jumps => {
                self.flush(0, out);
                self.player.locate();
            }
            BlockStart::Wraps { rest } => {
                self.advance(rest, |_| 0, out);
                self.flush(0, out);
                self.player.wrap();
            }
        }
        if self.follower.position().is_none() || self.performance.is_song {
            // Nothing plays that a change of pattern would have to wait for.
            self.launch(0, out);
        }
    }

    /// The host's facts as the run mode has them: on its own, only the tempo counts.
    fn facts(&self, facts: HostFacts) -> HostFacts {
        let alone = |is_playing| HostFacts {
            is_playing,
            tempo_bpm: facts.tempo_bpm,
            metre: facts.metre,
            ..HostFacts::default()
        };
        match self.settings.run {
            RunMode::Host => facts,
            RunMode::Free => alone(true),
            // It begins with the first note and ends with the last.
            RunMode::Gated => alone(self.follower.position().is_some()),
        }
    }

    /// Something comes in, `offset` frames into the block.
    fn take(&mut self, offset: u32, input: &Input, is_bypassed: bool, out: &mut impl EventOutput) {
        let Input { address, kind, .. } = *input;
        if is_bypassed || self.is_for_hands(address, kind) {
            return;
        }
        match kind {
            EventKind::NoteOn { velocity } => {
                let is_first = self.held.is_empty();
                self.held.insert(address);
                self.note_on(address.key, velocity);
                if self.settings.run == RunMode::Gated && is_first {
                    self.follower.start_alone(self.project.tempo.bpm());
                    self.player.locate();
                }
            }
            EventKind::NoteOff => {
                self.held.remove(address);
                if self.settings.input == NoteInput::Record {
                    self.recorder.note_off(address.key, self.follower.tick_now(0.0));
                }
                if self.settings.run == RunMode::Gated && self.held.is_empty() {
                    self.follower.stop();
                    self.flush(offset, out);
                }
            }
            EventKind::Control(_) => {}
        }
        let fills = self.settings.input == NoteInput::Fill && !self.held.is_empty();
        self.performance.is_fill |= fills;
        if self.settings.is_through {
            self.pass(offset, address, kind, out);
        }
    }

    /// Learns a controller or a key that is waited for, and follows those that are learned: they are for us alone.
    fn is_for_hands(&mut self, address: Address, kind: EventKind) -> bool {
        let Address { channel, key, .. } = address;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in 1..=127")]
        let (source, value) = match kind {
            EventKind::NoteOn { velocity } => {
                (Source::Key { channel, key }, (velocity * 127.0).round().clamp(1.0, 127.0) as u8)
            }
            EventKind::NoteOff => (Source::Key { channel, key }, 0),
            EventKind::Control(lock) => match (lock.control(), u8::try_from(lock.value())) {
                (Control::Cc(controller), Ok(value)) => {
                    (Source::Cc { channel, controller: controller.get() }, value)
                }
                _ => return false,
            },
        };
        if kind != EventKind::NoteOff
            && let Some(target) = self.bridge.take_learning()
        {
            self.recorder.send(ToMain::Learned(Binding { source, target }));
            return true;
        }
        let Some(target) = self.bound.target_of(source) else { return false };
        match source {
            Source::Cc { .. } => self.hands.control(target, value, &self.by_host),
            Source::Key { .. } => self.hands.press(target, value, &self.by_host),
        }
        self.adopt_performance(self.by_host);
        true
    }

    /// What a note does, beside passing through.
    fn note_on(&mut self, key: u8, velocity: f32) {
        let distance = i16::from(key) - i16::from(self.settings.input_key);
        let track = usize::from(self.settings.record_track);
        match self.settings.input {
            NoteInput::Nothing | NoteInput::Fill => {}
            NoteInput::Transpose => {
                let moved = i16::from(self.performance.transpose) - self.note_transpose + distance;
                self.note_transpose = distance;
                self.performance.transpose = i8::try_from(moved.clamp(-127, 127)).unwrap_or(0);
            }
            NoteInput::Pattern => {
                let is_there = |index: &u8| usize::from(*index) < self.project.patterns.len();
                if let Some(index) = u8::try_from(distance).ok().filter(is_there) {
                    self.launcher.set_note(PatternIndex(index));
                }
            }
            NoteInput::Record => {
                let latency = self.settings.record_latency_seconds;
                if let Some(tick) = self.follower.tick_now(latency) {
                    let what = (&*self.project, &self.performance);
                    let loop_ticks = self.follower.loop_ticks();
                    self.recorder.note_on(what, track, tick, loop_ticks, (key, velocity));
                }
            }
            NoteInput::Steps => {
                let what = (&*self.project, &self.performance);
                self.recorder.write_step(what, track, (key, velocity));
            }
        }
    }

    /// Plays some frames from one on, in pieces: one, or one more for each end of what is auditioned.
    fn play(&mut self, mut from: u32, frame_count: u32, out: &mut impl EventOutput) {
        let end = from + frame_count;
        while let Some(frames) = self.auditioned.next_end().filter(|frames| *frames < end - from) {
            self.play_piece(from, frames, out);
            from += frames;
            while let Some(address) = self.auditioned.take_ended() {
                if !out.send(from, address, EventKind::NoteOff) {
                    self.refuse_off(address);
                }
            }
        }
        self.play_piece(from, end - from, out);
    }

    /// Plays some frames from one on, in stretches: one, or one more for each wrap of the loop inside them.
    fn play_piece(&mut self, from: u32, frame_count: u32, out: &mut impl EventOutput) {
        if frame_count == 0 {
            return;
        }
        if let Some(tempo_bpm) = self.follower.tempo_bpm() {
            self.player.set_tempo(tempo_bpm);
        }
        while let Some(stretch) = self.follower.stretch(frame_count) {
            self.advance(stretch.window, |tick| from + stretch.offset_of(tick), out);
            let Some(offset) = stretch.wraps_at else { break };
            self.flush(from + offset, out);
            self.player.wrap();
        }
        self.follower.end_block(frame_count);
        self.auditioned.pass(frame_count);
    }

    /// Plays a window, in which another pattern may begin.
    fn advance(
        &mut self,
        window: Window,
        offset_of: impl Fn(Tick) -> u32,
        out: &mut impl EventOutput,
    ) {
        let mut start = window.start;
        if let Some(tick) = self.launcher.tick_in(window, self.settings.launch, self.bars) {
            self.play_window(Window { start, end: tick }, &offset_of, out);
            self.launch(offset_of(tick), out);
            start = tick;
        }
        self.play_window(Window { start, end: window.end }, &offset_of, out);
    }

    fn play_window(
        &mut self,
        window: Window,
        offset_of: &impl Fn(Tick) -> u32,
        out: &mut impl EventOutput,
    ) {
        if self.is_silenced {
            // It goes on behind this window as after a jump.
            self.player.locate();
            return;
        }
        let Engine { refused_offs, through, auditioned, bridge, .. } = self;
        self.player.advance(&self.project, &self.performance, window, &mut |event| {
            let offset = offset_of(event.tick);
            let is_on = matches!(event.kind, EventKind::NoteOn { .. });
            // A key that has passed through gives way, and so does one that is auditioned.
            if is_on && (through.remove(event.address) || auditioned.remove(event.address)) {
                let off = Event { kind: EventKind::NoteOff, ..event };
                send(offset, off, out, refused_offs, bridge);
            }
            send(offset, event, out, refused_offs, bridge);
        });
    }

    /// Makes the pattern that is wanted the one that plays.
    fn launch(&mut self, offset: u32, out: &mut impl EventOutput) {
        if self.launcher.is_due() {
            self.flush(offset, out);
            self.launcher.launch();
            self.performance.pattern = self.launcher.playing();
        }
    }

    /// Ends whatever the pattern plays, at one place of the block.
    fn flush(&mut self, offset: u32, out: &mut impl EventOutput) {
        let tick = self.position();
        let (refused_offs, bridge) = (&mut self.refused_offs, &*self.bridge);
        self.player.flush(tick, &mut |event| send(offset, event, out, refused_offs, bridge));
    }

    fn position(&self) -> Tick {
        self.follower.position().unwrap_or(Tick::ZERO)
    }

    fn report(&self) {
        self.bridge.set_position(self.follower.position());
        self.bridge.set_tempo(self.follower.tempo_bpm());
        self.bridge.set_playing_pattern(self.performance.pattern);
        self.bridge.set_refused_note_count(self.player.refused_count());
        self.bridge.set_refused_recording_count(self.recorder.refused_count());
    }
}

impl HostFacts {
    /// Bars as the host has them, where it tells enough; else those of the project.
    fn bars(&self, of_project: Bars) -> Bars {
        let metre = self.metre.and_then(|(beats, unit)| {
            let metre = Metre { beats: u8::try_from(beats).ok()?, unit: u8::try_from(unit).ok()? };
            Some(metre).filter(|metre| metre.is_valid())
        });
        let Some(metre) = metre else { return of_project };
        let start = self.bar_start_beat.map_or(Tick::ZERO, Tick::from_beats);
        Bars { start, ..Bars::of(metre) }
    }
}

fn send(
    offset: u32,
    event: Event,
    out: &mut impl EventOutput,
    refused_offs: &mut KeySet,
    bridge: &Bridge,
) {
    if out.send(offset, event.address, event.kind) {
        return;
    }
    bridge.count_refused_event();
    if event.kind == EventKind::NoteOff {
        refused_offs.insert(event.address);
    }
}
