//! One block: take what the main thread has sent, follow the transport, play, hand over the events.
//!
//! The engine owns no rule of music; those are `tresillo_pattern`'s. It decides which windows are played when, and sees to
//! it that whatever sounds is ended: on stop, seek, loop, pattern change, new document and bypass.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use tresillo_pattern::{Address, Event, EventKind, Performance, Player, Project, Tick};

use crate::bridge::{Bridge, EngineEnd};
use crate::transport::{BlockStart, Follower, HostFacts};

/// Where a block's events go.
pub(crate) trait EventOutput {
    /// Hands one event to the host, `offset` frames into the block. Returns whether the host took it.
    fn send(&mut self, offset: u32, event: Event) -> bool;
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
    refused: RefusedOffs,
}

/// What the host asks of a block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlockRequest {
    pub(crate) frame_count: u32,
    pub(crate) facts: HostFacts,
    pub(crate) performance: Performance,
    pub(crate) is_bypassed: bool,
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
            refused: RefusedOffs::default(),
        }
    }

    /// Tells the sample rate. What sounds stays owed: its offs open the next block. `[main-thread]`
    pub(crate) fn activate(&mut self, sample_rate_hz: f64) {
        self.follower.activate(sample_rate_hz);
    }

    /// The next block is a start. The host has taken the output away, so the offs that are owed open that block.
    pub(crate) fn stop(&mut self) {
        self.follower.stop();
    }

    /// Plays one block into `out`.
    pub(crate) fn process(&mut self, request: BlockRequest, out: &mut impl EventOutput) {
        if request.frame_count == 0 {
            // There is no frame to put an event on. Nothing is lost: windows go by positions, not by calls.
            return;
        }
        let mut out = CountedOutput { out, refused: &mut self.refused, bridge: &self.bridge };
        out.send_refused_offs();
        adopt_document(&mut self.end, &mut self.project, &mut self.player, &mut out);
        adopt_performance(&mut self.performance, request.performance, &mut self.player, &mut out);
        if request.is_bypassed {
            self.follower.stop();
            end_all(&mut self.player, 0, &mut out);
        } else {
            let tempo_bpm = self.project.tempo.bpm();
            let start = self.follower.begin_block(request.facts, tempo_bpm);
            self.begin(start, &mut out_of(&mut self.refused, &self.bridge, out.out));
        }
    }
}
