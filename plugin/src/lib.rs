//! Tresillo plugin.
