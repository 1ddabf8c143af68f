//! The command `tresillo`.

fn main() {}
