//! Every sound of the instrument, compiled.

use crate::instrument::patches::{self, Recipe};
use crate::math;
use crate::node::mix::pan_gains;
use crate::schedule::Schedule;

/// Level of all sounds: a middle C of the piano at velocity 100 peaks near −14 dBFS, and music of
/// many parts stays below the limiter most of the time.
const TRIM_DB: f32 = -1.0;

/// A sound: a schedule that voices share, and how they play it.
#[derive(Clone, Debug)]
pub(super) struct Patch {
    pub(super) schedule: Schedule,
    /// Level at velocity 1.
    pub(super) gain: f32,
    /// Gains of left and right; 1 in the middle.
    pub(super) balance: [f32; 2],
    pub(super) vibrato_cents: f32,
    /// Sounds to its end whatever the key does, at a pitch of its own: drums.
    pub(super) is_one_shot: bool,
    /// Sounds of one group cut each other off.
    pub(super) choke_group: Option<u8>,
}

/// All patches, and which of them a program or a drum key takes.
#[derive(Clone, Debug)]
pub(super) struct Bank {
    pub(super) patches: Vec<Patch>,
    melodic: Vec<usize>,
    drums: Vec<usize>,
}

impl Bank {
    pub(super) fn new(sample_rate_hz: f64) -> Self {
        let mut bank = Self {
            patches: Vec::with_capacity(256),
            melodic: Vec::with_capacity(128),
            drums: Vec::with_capacity(128),
        };
        for program in 0..128 {
            bank.melodic.push(bank.patches.len());
            bank.patches.push(Patch::new(&patches::melodic(program), sample_rate_hz));
        }
        for key in patches::drums::FIRST_KEY..=patches::drums::LAST_KEY {
            bank.drums.push(bank.patches.len());
            bank.patches.push(Patch::new(&patches::drums::drum(key), sample_rate_hz));
        }
        bank
    }

    /// Index of the patch of a program; those past 127 take the last.
    pub(super) fn melodic(&self, program: u8) -> usize {
        let program = usize::from(program).min(self.melodic.len().saturating_sub(1));
        self.melodic.get(program).copied().unwrap_or(0)
    }

    /// Index of the patch of a drum key; keys outside the kit take the nearest.
    pub(super) fn drum(&self, key: u8) -> usize {
        let key = usize::from(key.saturating_sub(patches::drums::FIRST_KEY));
        let key = key.min(self.drums.len().saturating_sub(1));
        self.drums.get(key).copied().unwrap_or(0)
    }
}

impl Patch {
    fn new(recipe: &Recipe, sample_rate_hz: f64) -> Self {
        let schedule = recipe.graph.compile(sample_rate_hz);
        debug_assert!(
            schedule.is_ok() || !(1e3..=1e6).contains(&sample_rate_hz),
            "every recipe compiles: {schedule:?}"
        );
        let (left, right) = pan_gains(recipe.pan);
        Self {
            // A recipe that does not compile is silent; the debug assertion and a test find it.
            schedule: schedule.unwrap_or_default(),
            gain: math::db(recipe.level_db + TRIM_DB),
            balance: [left * std::f32::consts::SQRT_2, right * std::f32::consts::SQRT_2],
            vibrato_cents: recipe.vibrato_cents,
            is_one_shot: recipe.is_one_shot,
            choke_group: recipe.choke_group,
        }
    }
}
