//! Audio on its way to a file: levels, the file format, and a file that appears whole or not at all.

pub mod level;
pub mod output;
pub mod wav;
