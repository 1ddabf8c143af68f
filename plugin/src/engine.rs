//! One block: take what the main thread has sent, follow the transport, play, hand over the events.
//!
//! The engine owns no rule of music; those are `tresillo_pattern`'s. It decides which windows are played when, and sees to
//! it that whatever sounds is ended: on stop, seek, loop, pattern change, new document and bypass.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[cfg(test)]
mod tests;

use std::sync::Arc;

use tresillo_pattern::{Address, Event, EventKind, Performance, Player, Project, Tick, Window};

use crate::bridge::{Bridge, EngineEnd};
use crate::transport::{BlockStart, Follower, HostFacts};

/// Where a block's events go.
pub(crate) trait EventOutput {
    /// Hands one event to the host, `offset` frames into the block. Returns whether the host took it.
    fn send(&mut self, offset: u32, address: Address, kind: EventKind) -> bool;
}

/// What the host asks of a block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlockRequest {
    pub(crate) frame_count: u32,
    pub(crate) facts: HostFacts,
    pub(crate) performance: Performance,
    pub(crate) is_bypassed: bool,
}

/// Everything that one instance plays with.
///
/// # Realtime
/// All memory is taken in [`Engine::new`]. [`Engine::process`] and [`Engine::stop`] do not allocate, free, lock or panic.
pub(crate) struct Engine {
    bridge: Arc<Bridge>,
    end: EngineEnd,
    project: Box<Project>,
    performance: Performance,
    follower: Follower,
    player: Player,
    refused_offs: RefusedOffs,
}

impl Engine {
    /// An engine at rest that plays `project`. `[main-thread]`
    pub(crate) fn new(bridge: Arc<Bridge>, end: EngineEnd, project: Box<Project>) -> Engine {
        Engine {
            bridge,
            end,
            project,
            performance: Performance::default(),
            follower: Follower::new(),
            player: Player::new(),
            refused_offs: RefusedOffs::default(),
        }
    }

    /// Tells the sample rate. What sounds stays owed: its offs open the next block. `[main-thread]`
    pub(crate) fn activate(&mut self, sample_rate_hz: f64) {
        self.follower.activate(sample_rate_hz);
    }

    /// The next block is a start, and the offs that are owed open it: the host has taken the output away. `[audio-thread]`
    pub(crate) fn stop(&mut self) {
        self.follower.stop();
    }

    /// Plays one block into `out`. `[audio-thread]`
    pub(crate) fn process(&mut self, request: BlockRequest, out: &mut impl EventOutput) {
        if request.frame_count == 0 {
            // There is no frame to put an event on. Nothing is lost: windows go by positions, not by calls.
            return;
        }
        self.send_refused_offs(out);
        self.adopt_document(out);
        self.adopt_performance(request.performance, out);
        if self.begin(request, out) {
            self.play(request.frame_count, out);
        }
        self.report();
    }

    /// What the host had no room for in the last block.
    fn send_refused_offs(&mut self, out: &mut impl EventOutput) {
        self.refused_offs.retry(|address| out.send(0, address, EventKind::NoteOff));
    }

    /// The newest document, if the main thread has sent one since the last block.
    fn adopt_document(&mut self, out: &mut impl EventOutput) {
        if self.end.adopt(&mut self.project) {
            self.player.invalidate();
            self.flush(0, out);
        }
    }

    /// The parameters' values hold for a whole block. Another pattern ends what sounds; nothing else needs to.
    fn adopt_performance(&mut self, performance: Performance, out: &mut impl EventOutput) {
        if performance.pattern != self.performance.pattern {
            self.flush(0, out);
        }
        self.performance = performance;
    }

    /// Finds out where the block begins. Returns whether it plays.
    fn begin(&mut self, request: BlockRequest, out: &mut impl EventOutput) -> bool {
        if request.is_bypassed {
            self.follower.stop();
            self.flush(0, out);
            return false;
        }
        match self.follower.begin_block(request.facts, self.project.tempo.bpm()) {
            BlockStart::RunsOn => {}
            BlockStart::Stopped => {
                self.flush(0, out);
                return false;
            }
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
        true
    }

    /// Plays the stretches of the block: one, or one more for each wrap of the loop inside it.
    fn play(&mut self, frame_count: u32, out: &mut impl EventOutput) {
        while let Some(stretch) = self.follower.stretch(frame_count) {
            self.advance(stretch.window, |tick| stretch.offset_of(tick), out);
            let Some(offset) = stretch.wraps_at else { break };
            self.flush(offset, out);
            self.player.wrap();
        }
        self.follower.end_block(frame_count);
    }

    fn advance(
        &mut self,
        window: Window,
        offset_of: impl Fn(Tick) -> u32,
        out: &mut impl EventOutput,
    ) {
        let (refused_offs, bridge) = (&mut self.refused_offs, &*self.bridge);
        self.player.advance(&self.project, &self.performance, window, &mut |event| {
            send(offset_of(event.tick), event, out, refused_offs, bridge);
        });
    }

    /// Ends whatever sounds, at one place of the block.
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
        self.bridge.set_refused_note_count(self.player.refused_count());
    }
}

fn send(
    offset: u32,
    event: Event,
    out: &mut impl EventOutput,
    refused_offs: &mut RefusedOffs,
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

/// The note-offs that the host had no room for: sent again at the start of the next block.
#[derive(Clone, Debug, Default)]
struct RefusedOffs {
    /// One bit a key, for each channel. A plugin has one port.
    keys: [u128; 16],
    has_any: bool,
}

impl RefusedOffs {
    fn insert(&mut self, address: Address) {
        if let Some(keys) = self.keys.get_mut(usize::from(address.channel)) {
            *keys |= 1 << (address.key & 127);
            self.has_any = true;
        }
    }

    /// Offers each to `send` and forgets those that it takes.
    fn retry(&mut self, mut send: impl FnMut(Address) -> bool) {
        if !self.has_any {
            return;
        }
        self.has_any = false;
        for (channel, keys) in (0u8..).zip(&mut self.keys) {
            for key in 0u8..128 {
                let bit = 1u128 << key;
                if *keys & bit != 0 {
                    if send(Address { port: 0, channel, key }) {
                        *keys &= !bit;
                    } else {
                        self.has_any = true;
                    }
                }
            }
        }
    }
}
