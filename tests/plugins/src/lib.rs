//! Plugins for the tests of the renderer: each does one thing, exactly, or misbehaves in one way.
//!
//! One library holds them in three formats; which one a host sees depends on the folder that the library lies in. What there
//! is stands in [`catalogue`]; what it does, without any format, in `instance`; the formats are thin wrappers around that.
//!
//! Two variables of the environment matter. `TRESILLO_TEST_LOG` names a file that the kind `events` appends to, one line for
//! each thing that a host says. `TRESILLO_TEST_CRASH_SCAN=1` makes the library crash before it has said what it holds.

mod buffer;
pub mod catalogue;
mod clap;
mod instance;
mod log;
mod lv2;
mod misbehaviour;
mod parameter;
pub mod turtle;
mod vst3;
