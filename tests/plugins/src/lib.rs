//! Plugins for the tests of the renderer.
