//! What comes in: which keys are held, and what has passed through.

use tresillo_pattern::{Address, EventKind};

/// One thing that comes in, at a frame of the block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Input {
    pub(crate) offset: u32,
    /// The port is 0: a plugin has one.
    pub(crate) address: Address,
    pub(crate) kind: EventKind,
}

/// A set of keys on channels.
#[derive(Clone, Debug, Default)]
pub(super) struct KeySet {
    keys: [u128; 16],
    count: u32,
}

impl KeySet {
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn contains(&self, address: Address) -> bool {
        let keys = self.keys.get(usize::from(address.channel));
        keys.is_some_and(|keys| keys & (1 << (address.key & 127)) != 0)
    }

    /// Whether it was not there.
    pub(super) fn insert(&mut self, address: Address) -> bool {
        let is_new = !self.contains(address);
        if let Some(keys) = self.keys.get_mut(usize::from(address.channel))
            && is_new
        {
            *keys |= 1 << (address.key & 127);
            self.count += 1;
        }
        is_new
    }

    /// Whether it was there.
    pub(super) fn remove(&mut self, address: Address) -> bool {
        let is_there = self.contains(address);
        if let Some(keys) = self.keys.get_mut(usize::from(address.channel))
            && is_there
        {
            *keys &= !(1 << (address.key & 127));
            self.count -= 1;
        }
        is_there
    }

    /// Offers each to `take` and forgets those that it takes.
    pub(super) fn drain(&mut self, mut take: impl FnMut(Address) -> bool) {
        if self.is_empty() {
            return;
        }
        for channel in 0..16 {
            for key in 0..128 {
                let address = Address { port: 0, channel, key };
                if self.contains(address) && take(address) {
                    self.remove(address);
                }
            }
        }
    }
}
