//! Tresillo host.
