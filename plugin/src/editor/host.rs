//! What the editor sees of the host, and turns there.

use std::sync::Arc;

use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::*;
use tresillo_pattern::Performance;

use crate::engine::Settings;
use crate::params::{Launch, NoteInput, RunMode, SequencerParams};

/// A parameter that the editor turns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Turn {
    Mute(usize, bool),
    Fill(bool),
    Song(bool),
    /// From 0.
    Pattern(usize),
    Record(bool),
    /// Semitones.
    Transpose(i32),
    /// Percent.
    Chance(i32),
    Run(RunMode),
    Launch(Launch),
    Input(NoteInput),
    Through(bool),
    /// From 0.
    RecordTrack(usize),
}

/// The host's side of the editor: the plugin's parameters, or a test's.
pub(crate) trait HostSide {
    /// How the host has the plugin played now.
    fn performance(&self) -> Performance;

    /// Whether notes that come in are recorded.
    fn records(&self) -> bool;

    /// When it plays, and what it does with what comes in.
    fn settings(&self) -> Settings;

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

    fn settings(&self) -> Settings {
        self.params.settings()
    }

    fn turn(&self, turn: Turn) {
        let setter = self.context.param_setter();
        let switch = |param: &BoolParam, value| set(&setter, param, value);
        match turn {
            Turn::Mute(track, value) => {
                if let Some(track) = self.params.tracks.get(track) {
                    switch(&track.mute, value);
                }
            }
            Turn::Fill(value) => switch(&self.params.fill, value),
            Turn::Song(value) => switch(&self.params.song, value),
            Turn::Pattern(index) => {
                set(&setter, &self.params.pattern, i32::try_from(index + 1).unwrap_or(1));
            }
            Turn::Record(value) => {
                let input = self.params.input_that_records(value);
                set(&setter, &self.params.playing.input, input);
            }
            Turn::Transpose(semitones) => set(&setter, &self.params.transpose, semitones),
            Turn::Chance(percent) => set(&setter, &self.params.chance, percent),
            Turn::Run(run) => set(&setter, &self.params.playing.run, run),
            Turn::Launch(launch) => set(&setter, &self.params.playing.launch, launch),
            Turn::Input(input) => set(&setter, &self.params.playing.input, input),
            Turn::Through(value) => switch(&self.params.playing.through, value),
            Turn::RecordTrack(index) => {
                let number = i32::try_from(index + 1).unwrap_or(1);
                set(&setter, &self.params.playing.record_track, number);
            }
        }
    }
}

/// Sets a parameter, as one gesture.
fn set<P: Param>(setter: &ParamSetter<'_>, param: &P, value: P::Plain) {
    setter.begin_set_parameter(param);
    setter.set_parameter(param, value);
    setter.end_set_parameter(param);
}
