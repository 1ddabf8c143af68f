//! The sounds, as graphs.
//!
//! Three constructions cover the melodic programs: operators in pairs ([`fm`]), oscillators through
//! a filter ([`analog`]), and drawbars ([`bars`]); the drums have their own. A table gives each
//! General MIDI program its figures. All figures without a source were found by ear.

use crate::graph::Graph;

mod analog;
mod bars;
pub(super) mod drums;
mod ensembles;
mod fm;
mod keys;
mod strings;
mod synths;
mod winds;

/// A graph and how it is played.
#[derive(Clone, Debug)]
pub(super) struct Recipe {
    pub(super) graph: Graph,
    pub(super) level_db: f32,
    /// −1 left to 1 right.
    pub(super) pan: f32,
    pub(super) vibrato_cents: f32,
    pub(super) is_one_shot: bool,
    pub(super) choke_group: Option<u8>,
}

impl Recipe {
    fn new(graph: Graph, level_db: f32) -> Self {
        Self {
            graph,
            level_db,
            pan: 0.0,
            vibrato_cents: 0.0,
            is_one_shot: false,
            choke_group: None,
        }
    }

    fn vibrato(self, vibrato_cents: f32) -> Self {
        Self { vibrato_cents, ..self }
    }
}

/// The sound of a General MIDI program, from 0.
pub(super) fn melodic(program: u8) -> Recipe {
    match program {
        0..=23 => keys::recipe(program),
        24..=47 => strings::recipe(program),
        48..=55 => ensembles::recipe(program),
        56..=79 => winds::recipe(program),
        _ => synths::recipe(program),
    }
}
