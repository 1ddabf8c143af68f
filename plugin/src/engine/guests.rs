//! What sounds beside the pattern's notes, what has passed through and what is auditioned, and how all of it is silenced.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use tresillo_pattern::{Address, EventKind};

use crate::engine::input::KeySet;
use crate::engine::{Engine, EventOutput, send};
use crate::params::RunMode;

impl Engine {
    /// Sends on what comes in.
    pub(super) fn pass(
        &mut self,
        offset: u32,
        address: Address,
        kind: EventKind,
        out: &mut impl EventOutput,
    ) {
        match kind {
            EventKind::NoteOn { .. } => {
                self.end_key(offset, address, out);
                if out.send(offset, address, kind) {
                    self.through.insert(address);
                } else {
                    self.bridge.count_refused_event();
                }
            }
            EventKind::NoteOff => {
                // Only what has passed through: a note of the pattern ends by itself.
                if self.through.remove(address) && !out.send(offset, address, kind) {
                    self.refuse_off(address);
                }
            }
            EventKind::Control(_) => {
                if !out.send(offset, address, kind) {
                    self.bridge.count_refused_event();
                }
            }
        }
    }

    /// Ends what sounds on a key: it sounds once on its channel, whoever plays it.
    fn end_key(&mut self, offset: u32, address: Address, out: &mut impl EventOutput) {
        let tick = self.position();
        let (refused_offs, bridge) = (&mut self.refused_offs, &*self.bridge);
        self.player.release(address, tick, &mut |event| {
            send(offset, event, out, refused_offs, bridge);
        });
        let is_guest = self.through.remove(address) || self.auditioned.remove(address);
        if is_guest && !out.send(offset, address, EventKind::NoteOff) {
            self.refuse_off(address);
        }
    }

    /// Lets sound what somebody wants to hear.
    pub(super) fn begin_auditions(&mut self, is_bypassed: bool, out: &mut impl EventOutput) {
        while let Some(audition) = self.end.next_audition() {
            if is_bypassed || self.is_silenced {
                continue;
            }
            for address in audition.addresses() {
                self.end_key(0, address, out);
                let kind = EventKind::NoteOn { velocity: audition.velocity() };
                if !self.auditioned.is_full() && out.send(0, address, kind) {
                    self.auditioned.insert(address, &audition);
                } else {
                    self.bridge.count_refused_event();
                }
            }
        }
    }

    pub(super) fn end_auditioned(&mut self, offset: u32, out: &mut impl EventOutput) {
        while let Some(address) = self.auditioned.take_any() {
            if !out.send(offset, address, EventKind::NoteOff) {
                self.refuse_off(address);
            }
        }
    }

    /// Ends all that sounds and tells all channels to be silent. Keys that are held count as let go.
    pub(super) fn silence(&mut self, out: &mut impl EventOutput) {
        self.flush(0, out);
        self.end_through(0, out);
        self.end_auditioned(0, out);
        self.held = KeySet::default();
        if self.settings.run == RunMode::Gated {
            self.follower.stop();
        }
        for channel in 0..16 {
            if !out.silence(0, channel) {
                self.bridge.count_refused_event();
            }
        }
    }

    pub(super) fn refuse_off(&mut self, address: Address) {
        self.bridge.count_refused_event();
        self.refused_offs.insert(address);
    }

    pub(super) fn end_through(&mut self, offset: u32, out: &mut impl EventOutput) {
        let (refused_offs, bridge) = (&mut self.refused_offs, &*self.bridge);
        self.through.drain(|address| {
            if !out.send(offset, address, EventKind::NoteOff) {
                bridge.count_refused_event();
                refused_offs.insert(address);
            }
            true
        });
    }
}
