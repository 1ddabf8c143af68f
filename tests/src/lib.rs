//! The test bed: real hosts that load the plugin as musicians' hosts do, and what must come out of them.
//!
//! A [`timeline::Timeline`] is what a host does to an instance, block by block, together with what must sound, computed by
//! `tresillo_pattern` in this process. The same timelines run in [`clap_host`] (clack, in process) and in [`vst3_host`]
//! (JUCE by way of minihost, in a Python process). What a format asks of every plugin is for [`validator`] to judge.

pub mod ardour;
pub mod booth;
pub mod clap_host;
pub mod cli;
pub mod cli_render;
pub mod close_order;
pub mod command;
pub mod controllers;
pub mod dawdreamer;
pub mod display;
pub mod event_log;
pub mod expression;
pub mod fixtures;
pub mod fluidsynth;
pub mod hands;
pub mod instrument;
pub mod newcomer;
pub mod parameters;
pub mod paths;
pub mod photograph;
pub mod piece;
pub mod recording;
pub mod registry;
pub mod render_bulk;
pub mod render_events;
pub mod render_exact;
pub mod render_faults;
pub mod render_note;
pub mod render_plugins;
pub mod render_real;
pub mod scenarios;
pub mod script;
pub mod sound;
pub mod spectrum;
pub mod stage;
pub mod standalone;
pub mod stream;
pub mod test_plugins;
pub mod timeline;
pub mod validator;
#[cfg_attr(not(feature = "vst3-crate"), path = "vst3_crate/absent.rs")]
pub mod vst3_crate;
pub mod vst3_host;
pub mod window;
pub mod window_hands;
