//! What the editor sees of the host, and turns there.

use std::sync::Arc;

use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::*;
use tresillo_pattern::Performance;

use crate::params::SequencerParams;

/// A parameter that the editor turns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Turn {
    Mute(usize, bool),
    Fill(bool),
    Song(bool),
    /// From 0.
    Pattern(usize),
    Record(bool),
}

/// The host's side of the editor: the plugin's parameters, or a test's.
pub(crate) trait HostSide {
    /// How the host has the plugin played now.
    fn performance(&self) -> Performance;

    /// Whether notes that come in are recorded.
    fn records(&self) -> bool;

    /// Turns a parameter, as a hand would: the host is told.
    fn turn(&self, turn: Turn);
}

/// The parameters of a plugin, and the host that is told of their moves.
pub(crate) struct PluginHost {
    pub(crate) params: Arc<SequencerParams>,
    pub(crate) context: GuiContext,
}

impl HostSide for PluginHost {
    fn performance(&self) -> Performance {
        self.params.performance_now()
    }

    fn records(&self) -> bool {
        self.params.records()
    }

    fn turn(&self, turn: Turn) {
        let setter = self.context.param_setter();
        let switch = |param: &BoolParam, value| {
            setter.begin_set_parameter(param);
            setter.set_parameter(param, value);
            setter.end_set_parameter(param);
        };
        match turn {
            Turn::Mute(track, value) => {
                if let Some(track) = self.params.tracks.get(track) {
                    switch(&track.mute, value);
                }
            }
            Turn::Fill(value) => switch(&self.params.fill, value),
            Turn::Song(value) => switch(&self.params.song, value),
            Turn::Pattern(index) => {
                let number = i32::try_from(index + 1).unwrap_or(1);
                setter.begin_set_parameter(&self.params.pattern);
                setter.set_parameter(&self.params.pattern, number);
                setter.end_set_parameter(&self.params.pattern);
            }
            Turn::Record(value) => {
                let input = &self.params.playing.input;
                setter.begin_set_parameter(input);
                setter.set_parameter(input, self.params.input_that_records(value));
                setter.end_set_parameter(input);
            }
        }
    }
}
