//! What turns messages into sound: one trait, one module a format.

pub mod builtin;

use tresillo_synth::TimedMessage;

/// The audio half of an instrument, ready to sound.
///
/// # Threads
/// Made on the main thread, then owned by one thread that calls `process`.
pub trait Instrument: Send {
    /// Computes `left.len()` frames; both channels are as long and are fully overwritten. `messages` are by frame, all of
    /// them within the block.
    ///
    /// # Realtime
    /// Does not allocate, lock or panic.
    fn process(&mut self, messages: &[TimedMessage], left: &mut [f32], right: &mut [f32]);

    /// Frames by which its sound comes late.
    fn latency_frames(&self) -> u32;
}
