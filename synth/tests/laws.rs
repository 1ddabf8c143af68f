//! The laws of the synth: one binary, a module for each part.

#![allow(
    clippy::float_cmp,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the laws speak of exact samples, and times here are positive and short"
)]

use assert_no_alloc::AllocDisabler;

#[path = "laws/channels.rs"]
mod channels;
#[path = "laws/effects.rs"]
mod effects;
#[path = "laws/graphs.rs"]
mod graphs;
#[path = "laws/instrument.rs"]
mod instrument;
#[path = "laws/nodes.rs"]
mod nodes;
#[path = "laws/support.rs"]
mod support;

/// Refuses allocation inside `assert_no_alloc`.
#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;
