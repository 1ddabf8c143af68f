//! What the whole instrument passes through: reverb and limiter.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub(crate) mod limiter;
pub(crate) mod reverb;

pub(crate) use limiter::Limiter;
pub(crate) use reverb::Reverb;
