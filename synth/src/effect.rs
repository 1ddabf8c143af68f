//! What the whole instrument passes through: reverb, DC blocker and limiter.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub(crate) mod blocker;
pub(crate) mod limiter;
pub(crate) mod reverb;

pub(crate) use blocker::Blocker;
pub(crate) use limiter::Limiter;
pub(crate) use reverb::Reverb;
