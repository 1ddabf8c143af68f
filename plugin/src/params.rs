//! The parameters that a host shows, automates and saves. Their ids are a promise: never renamed, never used again.

use std::sync::Arc;

use nice_plug::params::persist::PersistentField;
use nice_plug::prelude::*;
use tresillo_pattern::document::Percent;
use tresillo_pattern::{PatternIndex, Performance, SwingOffset};

use crate::bridge::Bridge;

/// The parameters, and the document as the one persisted field beside them.
#[derive(Params)]
pub(crate) struct SequencerParams {
    /// The text of a project file.
    #[persist = "project"]
    pub(crate) document: SavedDocument,

    /// Ends what sounds and plays nothing.
    #[id = "bypass"]
    pub(crate) bypass: BoolParam,

    /// Which pattern plays, from 1.
    #[id = "pattern"]
    pub(crate) pattern: IntParam,

    /// Semitones added to melodic tracks.
    #[id = "transpose"]
    pub(crate) transpose: IntParam,

    /// Points of a percent added to the pattern's swing.
    #[id = "swing"]
    pub(crate) swing: FloatParam,

    /// Share of each step's chance that is left, in percent.
    #[id = "chance"]
    pub(crate) chance: IntParam,

    /// Other dice than the project's own.
    #[id = "seed"]
    pub(crate) seed: IntParam,
}

impl SequencerParams {
    pub(crate) fn new(bridge: Arc<Bridge>) -> SequencerParams {
        SequencerParams {
            document: SavedDocument(bridge),
            bypass: BoolParam::new("Bypass", false).make_bypass(),
            pattern: IntParam::new("Pattern", 1, IntRange::Linear { min: 1, max: 128 }),
            transpose: IntParam::new("Transpose", 0, IntRange::Linear { min: -48, max: 48 })
                .with_unit(" st"),
            swing: FloatParam::new("Swing", 0.0, FloatRange::Linear { min: -25.0, max: 25.0 })
                .with_unit(" %")
                .with_step_size(0.1),
            chance: IntParam::new("Chance", 100, IntRange::Linear { min: 0, max: 100 })
                .with_unit(" %"),
            seed: IntParam::new("Seed", 0, IntRange::Linear { min: 0, max: 9999 }),
        }
    }

    /// What the values mean to the music. `[audio-thread]`
    pub(crate) fn performance(&self) -> Performance {
        let from_one = u8::try_from(self.pattern.value()).unwrap_or(1);
        Performance {
            pattern: PatternIndex(from_one.saturating_sub(1)),
            transpose: i8::try_from(self.transpose.value()).unwrap_or(0),
            swing: SwingOffset::from_points(f64::from(self.swing.value())),
            chance: Percent::saturating(u8::try_from(self.chance.value()).unwrap_or(100)),
            seed: u32::try_from(self.seed.value()).unwrap_or(0),
            ..Performance::default()
        }
    }
}

/// The bridge as a field that is saved with the parameters.
///
/// Hosts call it on their own threads. The framework would call it on the audio thread for a state that an editor of ours sets
/// by `GuiContext::set_state`: an editor sends documents through the bridge instead.
pub(crate) struct SavedDocument(Arc<Bridge>);

impl<'a> PersistentField<'a, String> for SavedDocument {
    fn set(&self, text: String) {
        self.0.set_text(&text);
    }

    fn map<F, R>(&self, read: F) -> R
    where
        F: Fn(&String) -> R,
    {
        read(&self.0.text())
    }
}
