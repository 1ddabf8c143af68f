//! What is odd about a render that succeeded.

use crate::engine::embedded::Rendered;
use crate::engine::rack::Rack;
use crate::instrument::Lost;
use crate::job::notes::name;
use crate::render::hearing::Hearing;
use crate::score::Score;

/// What the score and the file say.
pub(super) fn warn(
    warnings: &mut Vec<String>,
    score: &Score,
    rendered: Rendered,
    clipped_count: u64,
) {
    if score.note_count == 0 {
        warnings.push("no note in it, so the result is silent".to_owned());
    }
    if score.hanging_count > 0 {
        warnings.push(format!(
            "{} notes have no end; they were ended with the music",
            score.hanging_count
        ));
    }
    if score.refused_count > 0 {
        warnings.push(format!("{} notes were too many to sound at once", score.refused_count));
    }
    if rendered.is_tail_cut {
        warnings.push("the sound did not die away within 30 s; the tail was cut".to_owned());
    }
    if clipped_count > 0 {
        warnings.push(format!(
            "{clipped_count} samples were beyond full scale; --depth f32 holds them"
        ));
    }
}

/// Notes that nobody hears.
pub(super) fn warn_of_silence(
    warnings: &mut Vec<String>,
    hearing: &Hearing,
    has_sound: bool,
    sample_rate_hz: u32,
) {
    let Some(silent) = hearing.silent() else { return };
    #[allow(clippy::cast_precision_loss, reason = "a time for people")]
    let seconds = silent.onset as f64 / f64::from(sample_rate_hz);
    let hint = match (has_sound, silent.is_from_start) {
        (false, _) => {
            "nothing sounds at all: is it the right preset, or does the plugin need --warmup SECONDS to load?"
        }
        (true, true) => "a plugin that loads in the background needs --warmup SECONDS",
        (true, false) => {
            "its key may be out of the instrument's range, or its voice taken by another note"
        }
    };
    let notes =
        if silent.count == 1 { "1 note stays" } else { &format!("{} notes stay", silent.count) };
    warnings.push(format!(
        "{notes} silent, the first is {} at {seconds:.3} s; {hint}",
        name(silent.key)
    ));
}

/// What the plugins could not be told.
pub(super) fn warn_of_loss(warnings: &mut Vec<String>, rack: &mut Rack) {
    for stage in rack.stages() {
        let Lost { expressions, controls } = stage.lost();
        let plugin = stage.name();
        if expressions > 0 {
            warnings.push(format!(
                "{expressions} tunings, brightnesses and pans of single notes were left out: {plugin} takes them for whole channels only"
            ));
        }
        if controls > 0 {
            warnings.push(format!(
                "{controls} controllers, bends, pressures or programs were left out: {plugin} has no way to be told them"
            ));
        }
    }
}
