//! A VST3 plugin with the ports of *Tresillo* that does nothing: what the host and the framework cost without us.
//!
//! `cargo xtask bench` subtracts its time.

use std::sync::Arc;

use nice_plug::prelude::*;

/// Nothing, in stereo.
#[derive(Default)]
pub struct Nothing {
    params: Arc<NoParams>,
}

/// No parameters.
#[derive(Default, Params)]
struct NoParams {}

impl Plugin for Nothing {
    const NAME: &'static str = "Nothing";
    const VENDOR: &'static str = "The Tresillo authors";
    const URL: &'static str = "";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[AudioIOLayout {
        main_output_channels: NonZeroU32::new(2),
        ..AudioIOLayout::const_default()
    }];
    const MIDI_INPUT: MidiConfig = MidiConfig::Basic;
    const MIDI_OUTPUT: MidiConfig = MidiConfig::MidiCCs;

    type Editor = ();
    type SysExMessage = ();
    type BackgroundTask = ();

    fn params(&self) -> Arc<dyn Params> {
        Arc::clone(&self.params) as Arc<dyn Params>
    }

    fn process(
        &mut self,
        buffer: &mut Buffer,
        _aux: &mut AuxiliaryBuffers,
        _context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        for channel in buffer.as_slice() {
            channel.fill(0.0);
        }
        ProcessStatus::KeepAlive
    }
}

impl Vst3Plugin for Nothing {
    const VST3_CLASS_ID: [u8; 16] = *b"TresilloNothing1";
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] =
        &[Vst3SubCategory::Instrument, Vst3SubCategory::Tools];
}

/// What the export macro expands to.
#[allow(unsafe_code, missing_docs, reason = "entry points of a foreign interface")]
mod export {
    use super::Nothing;
    use nice_plug::prelude::nice_export_vst3;

    nice_export_vst3!(Nothing);
}
