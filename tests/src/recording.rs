//! What is played into the plugin: onto the right steps, with the editor closed; through; and what notes can choose.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;
use tresillo_pattern::Project;

use crate::clap_host::ClapHost;
use crate::fixtures;
use crate::registry::trial;
use crate::script::{Host, Outcome, Step, Transport};
use crate::stream::check_stream;
use crate::vst3_crate::{self, Vst3CrateHost};
use crate::vst3_host::{self, Vst3Host};

const RATE: f64 = 48_000.0;
const BLOCK: u32 = 256;
/// A bar of rests on channel 2, and a drum.
const EMPTY: &str =
    "lead ch=2: . . . . . . . . . . . . . . . .\nkick: ................\n[B]\nrim: x...";

/// The choices of "Notes in", as parts of its range.
const TRANSPOSE: f64 = 0.2;
const PATTERN: f64 = 0.4;
const RECORD: f64 = 0.8;
const STEPS: f64 = 1.0;

type Test = fn(&dyn Host) -> Result<()>;

/// The tests of this module, in both formats.
#[must_use]
pub fn tests() -> Vec<Trial> {
    let tests: [(&str, Test); 6] = [
        ("records_what_is_played_in_onto_the_nearest_steps", records),
        ("records_around_the_end_of_a_loop", records_around_a_loop),
        ("writes_step_after_step", writes_steps),
        ("passes_notes_through_and_ends_them", passes_through),
        ("transposes_by_a_note", transposes),
        ("chooses_a_pattern_by_a_note_at_the_next_bar", chooses_a_pattern),
    ];
    let clap: Arc<dyn Host + Send + Sync> = Arc::new(ClapHost);
    let vst3: Arc<dyn Host + Send + Sync> = Arc::new(Vst3Host);
    let of_crate: Arc<dyn Host + Send + Sync> = Arc::new(Vst3CrateHost);
    let hosts = [
        ("clap", clap, None),
        ("vst3", vst3, vst3_host::missing()),
        ("vst3_crate", of_crate, vst3_crate::missing()),
    ];
    let mut trials = Vec::new();
    for (format, host, missing) in hosts {
        // That host tells no loop.
        let is_told = |name: &str| format != "vst3_crate" || !name.contains("loop");
        for (name, test) in tests.into_iter().filter(|(name, _)| is_told(name)) {
            let host = Arc::clone(&host);
            trials.push(trial(&format!("{format}_{name}"), missing, move || test(&*host)));
        }
    }
    trials
}

/// A note that is played in: when, which, how strong (0: its end).
type Played = (i64, u8, u8);

/// Plays from song position 0 on at a tempo, with what is played in at its frames, and saves.
fn perform(
    host: &dyn Host,
    project: &Project,
    params: &[(&'static str, f64)],
    (tempo_bpm, frames, loop_beats): (f64, i64, Option<(f64, f64)>),
    played: &[Played],
) -> Result<Outcome> {
    let mut steps = vec![Step::Load { state: fixtures::state_with(project) }];
    steps.extend(params.iter().map(|&(name, normalized)| Step::turn(name, normalized)));
    let frames_per_beat = 60.0 * RATE / tempo_bpm;
    let mut frame = 0;
    // Where the song is; the host wraps it at block borders.
    let mut position = 0.0;
    while frame < frames {
        let end = frame + i64::from(BLOCK);
        for &(at, key, velocity) in played.iter().filter(|(at, ..)| (frame..end).contains(at)) {
            let offset = u32::try_from(at - frame)?;
            steps.push(Step::Play { offset, key, velocity });
        }
        #[allow(clippy::cast_possible_truncation, reason = "a few seconds")]
        let transport = Transport {
            is_playing: true,
            tempo_bpm: Some(tempo_bpm),
            beat: position / frames_per_beat,
            frame: position as i64,
            loop_beats,
        };
        steps.push(Step::Block { frame_count: BLOCK, transport });
        position += f64::from(BLOCK);
        if let Some((start, end)) = loop_beats
            && position >= end * frames_per_beat
        {
            position -= (end - start) * frames_per_beat;
        }
        frame = end;
    }
    let transport = Transport { tempo_bpm: Some(tempo_bpm), ..Transport::default() };
    steps.push(Step::Block { frame_count: BLOCK, transport });
    steps.push(Step::Save);
    host.run(RATE, BLOCK, &steps)
}

/// A step that is on: number from 1, keys, velocity, gate in percent.
type StepOn = (usize, Vec<u8>, u8, u16);

/// The steps of a track that are on, in the state that was saved last.
fn steps_on(outcome: &Outcome, track: usize) -> Result<Vec<StepOn>> {
    let project = fixtures::project_in(outcome.saved.last().context("nothing saved")?)?;
    let track = project.patterns[0].tracks.get(track).context("no such track")?;
    let on = (1..).zip(&track.steps).filter(|(_, step)| step.is_on);
    let told = on.map(|(number, step)| {
        let keys = step.keys.iter().map(|key| key.get()).collect();
        (number, keys, step.velocity.get(), step.gate.percent())
    });
    Ok(told.collect())
}

#[allow(clippy::cast_possible_truncation, reason = "a few seconds")]
fn frame_at(beat: f64, tempo_bpm: f64) -> i64 {
    (beat * 60.0 * RATE / tempo_bpm).round() as i64
}

/// A performance a little off the grid, at three tempi: on the right steps, with velocity, length and chords.
fn records(host: &dyn Host) -> Result<()> {
    let project = fixtures::read(EMPTY);
    for tempo_bpm in [60.0, 120.0, 174.0] {
        let at = |beat| frame_at(beat, tempo_bpm);
        // A sixteenth is a quarter of a beat; a tenth of one early and late.
        let played = [
            (at(0.0), 60, 100),
            (at(0.2), 60, 0),
            (at(0.27), 62, 40),
            (at(0.52), 62, 0),
            // A chord whose second note comes late.
            (at(1.48), 64, 90),
            (at(1.52), 67, 90),
            (at(1.98), 64, 0),
            (at(2.02), 67, 0),
            (at(3.72), 71, 127),
            (at(3.97), 71, 0),
        ];
        let length = (tempo_bpm, at(4.2), None);
        let params = [("Notes in", RECORD)];
        let outcome = perform(host, &project, &params, length, &played)?;
        let found = steps_on(&outcome, 0)?;
        let expected: Vec<StepOn> = vec![
            (1, vec![60], 100, 80),
            (2, vec![62], 40, 100),
            (7, vec![64, 67], 90, 200),
            (16, vec![71], 127, 100),
        ];
        let is_same = found.len() == expected.len()
            && found.iter().zip(&expected).all(|(found, expected)| {
                (found.0, &found.1, found.2) == (expected.0, &expected.1, expected.2)
                    && found.3.abs_diff(expected.3) <= 1
            });
        ensure!(is_same, "at {tempo_bpm} BPM: {found:?}");
        ensure!(steps_on(&outcome, 1)?.is_empty(), "another track was recorded onto");
    }
    Ok(())
}

/// What is played just ahead of a loop's end belongs to its start; a late input is compensated; a drum keeps its key.
fn records_around_a_loop(host: &dyn Host) -> Result<()> {
    let project = fixtures::read(EMPTY);
    let at = |beat| frame_at(beat, 120.0);
    let late = frame_at(0.04, 120.0);
    let played = [
        (at(1.99) + late, 50, 80),
        (at(2.1) + late, 50, 0),
        (at(2.51) + late, 36, 70),
        (at(2.7) + late, 36, 0),
    ];
    let params = [
        ("Notes in", RECORD),
        ("Record track", 1.0 / 31.0),
        // Twenty milliseconds of two hundred.
        ("Record latency", 0.1),
    ];
    let length = (120.0, at(5.0), Some((0.0, 2.0)));
    let outcome = perform(host, &project, &params, length, &played)?;
    let found = steps_on(&outcome, 1)?;
    let places: Vec<(usize, &[u8])> = found.iter().map(|step| (step.0, &*step.1)).collect();
    // The loop is two beats: beat 2.51 is its third sixteenth, and a kick on its own key names none.
    ensure!(places == [(1, &[50][..]), (3, &[][..])], "{found:?}");
    Ok(())
}

fn writes_steps(host: &dyn Host) -> Result<()> {
    let project = fixtures::read(EMPTY);
    let mut played = Vec::new();
    for (index, key) in [(0i64, 60u8), (1, 64), (2, 67), (3, 72)] {
        // Legato: each is let go after the next has begun.
        played.push((index * 1000, key, 70));
        played.push((index * 1000 + 1300, key, 0));
    }
    let params = [("Notes in", STEPS)];
    let outcome = perform(host, &project, &params, (120.0, 10_000, None), &played)?;
    let found = steps_on(&outcome, 0)?;
    let keys: Vec<(usize, &[u8])> = found.iter().map(|step| (step.0, &*step.1)).collect();
    ensure!(keys == [(1, &[60][..]), (2, &[64][..]), (3, &[67][..]), (4, &[72][..])], "{found:?}");
    Ok(())
}

/// Notes go through on their frames; one that the pattern plays too sounds once at a time.
fn passes_through(host: &dyn Host) -> Result<()> {
    let project = fixtures::read("lead ch=1: C3=350 . . .");
    let played = [(3000, 60, 90), (9000, 61, 91), (9100, 60, 0), (20_000, 61, 0), (47_000, 62, 92)];
    let params = [("MIDI through", 1.0)];
    let still = perform(host, &project, &params, (120.0, 40_000, None), &[])?;
    let outcome = perform(host, &project, &params, (120.0, 60_000, None), &played)?;
    let got: Vec<(i64, bool, u8)> =
        outcome.events.iter().map(|event| (event.frame, event.is_on, event.key)).collect();
    ensure!(still.events.len() > 1, "{:?}", still.events);
    for expected in [
        (3000, false, 60),
        (3000, true, 60),
        (9000, true, 61),
        (20_000, false, 61),
        (47_000, true, 62),
    ] {
        ensure!(got.contains(&expected), "{expected:?} is not among {got:?}");
    }
    // The last is never let go, so it is the host's; all else is balanced.
    let balanced: Vec<_> = outcome.events.iter().filter(|event| event.key != 62).copied().collect();
    check_stream(&balanced)
}

fn transposes(host: &dyn Host) -> Result<()> {
    let project = fixtures::read("lead ch=1: C3 C3 C3 C3");
    let params = [("Notes in", TRANSPOSE)];
    let outcome =
        perform(host, &project, &params, (120.0, 23_000, None), &[(6500, 67, 90), (7000, 67, 0)])?;
    check_stream(&outcome.events)?;
    let keys: Vec<u8> =
        outcome.events.iter().filter(|event| event.is_on).map(|event| event.key).collect();
    ensure!(keys == [60, 60, 67, 67], "{keys:?}");
    Ok(())
}

fn chooses_a_pattern(host: &dyn Host) -> Result<()> {
    let project = fixtures::read("[A]\nkick: x...x...x...x...\n[B]\nrim: x...x...x...x...");
    let params = [("Notes in", PATTERN), ("Change patterns", 1.0)];
    let outcome = perform(
        host,
        &project,
        &params,
        (120.0, 5 * 24_000 - 1000, None),
        &[(30_000, 61, 90), (31_000, 61, 0)],
    )?;
    check_stream(&outcome.events)?;
    let keys: Vec<(i64, u8)> = outcome
        .events
        .iter()
        .filter(|event| event.is_on)
        .map(|event| (event.frame / 24_000, event.key))
        .collect();
    ensure!(keys == [(0, 36), (1, 36), (2, 36), (3, 36), (4, 37)], "{keys:?}");
    Ok(())
}
