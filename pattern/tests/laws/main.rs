//! The laws of playback, with random documents, and proof that nothing allocates under it.

mod allocation;
mod damaged;
mod delays;
mod documents;
mod frozen;
mod hostile;
mod hydrogen;
mod import;
mod playback;
mod roundtrip;
mod rules;
mod shared;
mod steppy;
