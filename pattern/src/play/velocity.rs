//! How strong a hit is.

use crate::dice::{Die, Purpose};
use crate::document::Track;
use crate::play::context::{Cell, Context};
use crate::play::ratchet::Hit;

/// The velocity of a cell as a share, `(0, 1]`, along the ramp of its ratchet.
///
/// A ramp of -50 % takes the last of `n` hits to half the velocity, one of 50 % starts the first there; between them it is a
/// straight line: `v · (1 - |r| · i / (n - 1))`, counted from the stronger end.
#[inline]
pub(crate) fn of(
    context: &Context<'_>,
    (track_index, track): (usize, &Track),
    cell: &Cell<'_>,
    hit: Hit,
) -> f32 {
    let velocity = humanised(context, track, cell, cell.velocity.velocity.to_share());
    let velocity = scaled(context, track_index, velocity);
    let ramp = cell.ratchet.ratchet.ramp_percent();
    if ramp == 0 || hit.count < 2 {
        return velocity;
    }
    let from_strong = if ramp < 0 { hit.index } else { hit.count - 1 - hit.index };
    #[allow(clippy::cast_precision_loss, reason = "at most 15")]
    let share = from_strong as f32 / (hit.count - 1) as f32;
    let ramped = velocity * (1.0 - f32::from(ramp.unsigned_abs()) / 100.0 * share);
    // A note of no velocity would be a note-off.
    ramped.max(1.0 / 127.0)
}

/// What the player makes of a velocity.
#[inline]
fn scaled(context: &Context<'_>, track_index: usize, velocity: f32) -> f32 {
    match context.performance.velocity_percent(track_index) {
        10_000 => velocity,
        #[allow(clippy::cast_precision_loss, reason = "at most 40000")]
        share => (velocity * share as f32 / 10_000.0).clamp(1.0 / 127.0, 1.0),
    }
}

/// A velocity that strays by up to a share of itself, both ways.
#[inline]
fn humanised(context: &Context<'_>, track: &Track, cell: &Cell<'_>, velocity: f32) -> f32 {
    if context.velocity_percent == 0 {
        return velocity;
    }
    let die = Die {
        seed: context.seed,
        track: track.id.0,
        lane: 0,
        step: cell.position.step_index,
        cycle: cell.position.cycle,
        purpose: Purpose::HumaniseVelocity,
    };
    #[allow(clippy::cast_precision_loss, reason = "a share of randomness needs no 63 bits")]
    let stray =
        die.either_way() as f32 / (1u32 << 31) as f32 * context.velocity_percent as f32 / 100.0;
    (velocity * (1.0 + stray)).clamp(1.0 / 127.0, 1.0)
}
