//! What learned controllers hold: each until the host moves the same parameter.

use tresillo_pattern::Performance;

use crate::controllers::{TARGETS, Target};

/// Something that a controller has set.
#[derive(Clone, Copy, Debug)]
struct Held {
    value: i32,
    /// What the host's parameter said then.
    beside: i32,
}

/// What the learned controllers have set.
#[derive(Clone, Debug)]
pub(super) struct Hands {
    held: [Option<Held>; TARGETS],
    count: usize,
}

impl Hands {
    pub(super) fn new() -> Hands {
        Hands { held: [None; TARGETS], count: 0 }
    }

    /// A controller moves to `value`, `0..=127`.
    pub(super) fn control(&mut self, target: Target, value: u8, host: &Performance) {
        self.hold(target, target.at_controller(value), host);
    }

    /// A key is pressed: as strongly as `value`, or let go at 0. It switches what is on or off; fill is on while it is held.
    pub(super) fn press(&mut self, target: Target, value: u8, host: &Performance) {
        let is_pressed = value > 0;
        if target == Target::Fill {
            self.hold(target, i32::from(is_pressed), host);
        } else if is_pressed && target.is_switch() {
            let now = target.get(&self.played(*host));
            self.hold(target, 1 - now, host);
        } else if is_pressed {
            self.control(target, value, host);
        }
    }

    fn hold(&mut self, target: Target, value: i32, host: &Performance) {
        let held = Held { value, beside: target.get(host) };
        if let Some(place) = self.held.get_mut(target.index())
            && place.replace(held).is_none()
        {
            self.count += 1;
        }
    }

    /// Lets go of what the host has moved.
    pub(super) fn follow(&mut self, host: &Performance) {
        if self.count == 0 {
            return;
        }
        for (index, place) in self.held.iter_mut().enumerate() {
            let is_moved = |held: &Held| {
                Target::of_index(index).is_some_and(|target| target.get(host) != held.beside)
            };
            if place.as_ref().is_some_and(is_moved) {
                *place = None;
                self.count -= 1;
            }
        }
    }

    /// The performance that the host's parameters and the controllers make together.
    pub(super) fn played(&self, mut host: Performance) -> Performance {
        if self.count > 0 {
            for (index, held) in self.held.iter().enumerate() {
                if let (Some(held), Some(target)) = (held, Target::of_index(index)) {
                    target.set(&mut host, held.value);
                }
            }
        }
        host
    }
}
