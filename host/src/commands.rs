//! Doing what was asked for, a module a command.

pub mod convert;
pub mod doctor;
pub mod events;
pub mod note;
pub mod plugins;
pub mod render;
pub mod show;
