//! What hosts do to a sequencer, and what must come out. Each scenario runs in both formats, VST3 in two hosts, unless it says
//! why not.

mod tempo;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;
use serde_json::json;
use tresillo_pattern::{PatternIndex, Window};

use crate::clap_host::{ClapHost, Instance};
use crate::fixtures::{self, DELAYED, RICH, STEADY, state_with, state_with_text};
use crate::registry::trial;
use crate::script::{Host, Outcome, Step, Transport};
use crate::stream::check_same;
use crate::timeline::{LoopStyle, Timeline, expected_events, ticks};
use crate::vst3_crate::{self, Vst3CrateHost};
use crate::{close_order, vst3_host};

/// Blocks of a day's work, a prime, and what hosts send at loop ends.
const ODD_BLOCKS: [u32; 12] = [64, 0, 1, 6, 500, 997, 24, 0, 256, 13, 2, 4096];

type Scenario = fn(&dyn Host) -> Result<()>;

/// All tests of this module.
#[must_use]
pub fn tests() -> Vec<Trial> {
    let scenarios: &[(&str, Scenario)] = &[
        ("plays_what_events_says_at_every_block_size", plays_what_events_says),
        ("plays_the_same_at_a_rate_with_halves", plays_at_44100),
        ("survives_odd_blocks", survives_odd_blocks),
        ("plays_blocks_of_random_length", random_blocks),
        ("hears_the_delays_of_tracks", plays_delayed),
        ("drops_nothing_when_24_tracks_start_at_once", plays_wide),
        ("drops_nothing_when_32_tracks_start_chords_of_16_at_once", plays_chords),
        ("starts_in_the_middle_of_a_bar", starts_mid_bar),
        ("is_silent_when_stopped", is_silent_when_stopped),
        ("ends_what_sounds_when_stopped_in_mid_note", stops_in_mid_note),
        ("jumps_onto_a_beat", jumps_onto_a_beat),
        ("jumps_between_two_steps", jumps_between_steps),
        ("jumps_into_a_running_step", jumps_into_a_step),
        ("treats_play_without_stop_as_a_jump", plays_again),
        ("plays_before_the_song_starts", plays_negative),
        ("keeps_its_frames_where_beats_are_rounded", tempo::beats_are_rounded),
        ("follows_a_tempo_that_jumps_to_the_frame", tempo::follows_jumps_of_tempo),
        ("follows_a_tempo_that_changes_in_every_block", tempo::follows_a_ramp),
        ("mutes_a_track_and_lets_its_note_end", mutes),
        ("takes_its_state_into_a_new_instance", state_into_new_instance),
        ("takes_a_state_while_it_plays", state_while_playing),
        ("is_silent_when_bypassed", bypass),
        ("ends_what_sounds_when_the_pattern_changes", pattern_change),
        ("opens_with_the_offs_it_owes_when_reactivated", reactivates),
    ];
    let not_in_the_crate: &[(&str, Scenario)] = &[
        ("loops_where_the_host_splits_blocks", loops_split),
        ("loops_inside_a_block", loops_inside),
        ("loops_shorter_than_a_block", loops_short),
        ("loops_that_are_no_whole_number_of_frames", loops_fractional),
        ("does_not_loop_when_it_starts_behind_the_loop", starts_behind_the_loop),
        ("loops_where_beats_are_rounded", tempo::loops_with_rounded_beats),
        ("hears_the_delays_of_tracks_in_a_loop", loops_delayed),
        ("keeps_on_playing_after_a_junk_state", |host| junk_state(host, Timeline::step)),
    ];
    let only_clap: &[(&str, Scenario)] = &[
        // minihost splits a block at a change and tells the transport of its start for every part.
        ("automates_to_the_frame", automates),
        ("automates_to_the_frame_around_a_wrap", automates_in_a_loop),
        // minihost tells a tempo or no transport at all.
        ("plays_at_the_projects_tempo_when_the_host_has_none", tempo::no_tempo),
        ("follows_a_transport_that_is_told_within_a_block", told_within_a_block),
        ("survives_a_host_without_a_transport", |_| no_transport()),
        ("has_note_ports_and_no_audio_ports", |_| clap_ports()),
    ];
    let mut tests = vec![trial("what_a_timeline_expects_is_what_events_says", None, expectation)];
    for &(name, scenario) in scenarios.iter().chain(not_in_the_crate).chain(only_clap) {
        tests.push(trial(&format!("clap_{name}"), None, move || scenario(&ClapHost)));
    }
    let missing = vst3_host::missing();
    for &(name, scenario) in scenarios.iter().chain(not_in_the_crate) {
        let host = vst3_host::Vst3Host;
        tests.push(trial(&format!("vst3_{name}"), missing, move || scenario(&host)));
    }
    // The second host tells no loop, and deactivates the plugin while it loads a state.
    let of_the_crate: &[(&str, Scenario)] = &[
        ("automates_to_the_frame", automates),
        ("keeps_its_project_after_a_junk_state", |host| junk_state(host, Timeline::cut)),
    ];
    for &(name, scenario) in scenarios.iter().chain(of_the_crate) {
        let run = move || scenario(&Vst3CrateHost);
        tests.push(trial(&format!("vst3_crate_{name}"), vst3_crate::missing(), run));
    }
    tests.push(trial("vst3_has_a_stereo_output_and_sends_notes", missing, vst3_ports));
    let name = "two_instances_one_automated_closed_in_both_orders";
    tests.push(trial(&format!("clap_{name}"), None, close_order::clap));
    let missing_crate = vst3_crate::missing();
    tests.push(trial(&format!("vst3_crate_{name}"), missing_crate, close_order::vst3_crate));
    tests.push(trial(&format!("vst3_{name}"), missing, close_order::vst3));
    tests
}

/// Loads the timeline's project, does what it says, and compares what came out.
fn check(host: &dyn Host, timeline: Timeline) -> Result<()> {
    check_within(host, timeline, 0)
}

fn check_within(host: &dyn Host, timeline: Timeline, frames_off: i64) -> Result<()> {
    let outcome = run(host, &timeline)?;
    ensure!(!timeline.expected.is_empty(), "a scenario in which nothing sounds proves nothing");
    check_same(&timeline.expected, &outcome.events, frames_off)
}

fn run(host: &dyn Host, timeline: &Timeline) -> Result<Outcome> {
    let mut steps = vec![Step::Load { state: state_with(&timeline.project) }];
    steps.extend_from_slice(&timeline.steps);
    let outcome = host.run(timeline.sample_rate_hz(), timeline.frames_max(), &steps)?;
    ensure!(outcome.dropped_count == 0, "the host had no room for {}", outcome.dropped_count);
    ensure!(outcome.peak == 0.0, "the audio output is not silent: {}", outcome.peak);
    Ok(outcome)
}

fn steady() -> Timeline {
    Timeline::new(&fixtures::read(STEADY), 120.0, 48_000.0)
}

fn rich() -> Timeline {
    Timeline::new(&fixtures::read(RICH), 120.0, 48_000.0)
}

fn plays_what_events_says(host: &dyn Host) -> Result<()> {
    for frame_count in [1, 6, 64, 256, 500, 511, 4096, 8192] {
        for tempo_bpm in [120.0, 97.0] {
            let beats = if frame_count < 64 { 2.0 } else { 32.0 };
            let project = fixtures::read(RICH);
            let timeline =
                Timeline::new(&project, tempo_bpm, 48_000.0).play(beats, frame_count).stop(1, 64);
            check(host, timeline).map_err(|error| {
                error.context(format!("blocks of {frame_count}, {tempo_bpm} BPM"))
            })?;
        }
    }
    Ok(())
}

/// A single pass from song position 0 expects what `tresillo events --rate --bpm` prints, then the offs where it stops.
fn expectation() -> Result<()> {
    let project = fixtures::read(RICH);
    let timeline = Timeline::new(&project, 120.0, 48_000.0).play(32.0, 500).stop(1, 64);
    let window = Window::new(0, ticks(32));
    let events = expected_events(&project, &timeline.performance, 120.0, 48_000.0, window);
    check_same(&events, &timeline.expected, 0)
}

fn plays_at_44100(host: &dyn Host) -> Result<()> {
    // 125 BPM at 44.1 kHz: 21/20 frames a tick, so many onsets lie on a half.
    check(host, Timeline::new(&fixtures::read(RICH), 125.0, 44_100.0).play(16.0, 300).stop(1, 64))
}

fn survives_odd_blocks(host: &dyn Host) -> Result<()> {
    let mut timeline = rich();
    for _ in 0..20 {
        timeline = timeline.play_blocks(&ODD_BLOCKS);
    }
    check(host, timeline.stop(1, 64))
}

fn random_blocks(host: &dyn Host) -> Result<()> {
    // A linear congruential generator, so that a failure comes again.
    let mut state = 1u32;
    let mut blocks = Vec::new();
    for _ in 0..400 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        // As many short ones as long ones.
        blocks.push((state >> 16) % (1 << ((state >> 8) % 14)));
    }
    for text in [RICH, DELAYED] {
        let timeline = Timeline::new(&fixtures::read(text), 131.0, 48_000.0);
        check(host, timeline.play_blocks(&blocks).stop(1, 64))?;
    }
    Ok(())
}

/// The same frames at every block size, through loops, jumps and starts.
fn plays_delayed(host: &dyn Host) -> Result<()> {
    let delayed = || Timeline::new(&fixtures::read(DELAYED), 120.0, 48_000.0);
    for frame_count in [64, 511, 4096] {
        check(host, delayed().play(16.0, frame_count).stop(1, 64))?;
        check(
            host,
            delayed()
                .locate(2.3)
                .play(3.1, frame_count)
                .locate(1.0)
                .play(4.0, frame_count)
                .stop(1, 64),
        )?;
    }
    Ok(())
}

fn loops_delayed(host: &dyn Host) -> Result<()> {
    for frame_count in [64, 511, 4096] {
        let looping = Timeline::new(&fixtures::read(DELAYED), 120.0, 48_000.0)
            .set_loop(Some((1.0, 3.0)), LoopStyle::InsideBlocks);
        check(host, looping.play(20.0, frame_count).stop(1, 64))
            .map_err(|error| error.context(format!("a loop, {frame_count}")))?;
    }
    Ok(())
}

fn starts_mid_bar(host: &dyn Host) -> Result<()> {
    for beat in [1.0, 2.5, 3.99] {
        check(host, rich().locate(beat).play(6.0, 256).stop(1, 64))?;
    }
    Ok(())
}

fn mutes(host: &dyn Host) -> Result<()> {
    let bass = 4;
    // The bass has a note from beat 0 on that is nearly a beat long.
    let timeline = mute(rich().play(0.5, 256), 0, bass, true).play(6.0, 256);
    check(host, mute(timeline, 0, bass, false).play(6.0, 256).stop(1, 64))
}

/// Mutes a track or lets it sound, so many frames into the next block.
fn mute(timeline: Timeline, offset: u32, track: usize, value: bool) -> Timeline {
    let name = ["Mute 1", "Mute 2", "Mute 3", "Mute 4", "Mute 5"][track];
    timeline.turn(offset, name, f64::from(u8::from(value)), |performance| {
        performance.mutes = performance.mutes.with(track, value);
    })
}

/// On the frame that the host tells, however long its blocks are.
fn automates(host: &dyn Host) -> Result<()> {
    let mut timeline = rich().play(1.0, 4096);
    for (index, offset) in [0, 1, 1234, 4095, 2000, 3000, 77].into_iter().enumerate() {
        timeline = mute(timeline, offset, 2, index % 2 == 0);
        // Two in one block.
        timeline = mute(timeline, offset.max(600), 4, index % 2 == 0).play_blocks(&[4096, 4096]);
    }
    check(host, timeline.stop(1, 64))
}

/// Before and behind the place where the loop wraps inside a block.
fn automates_in_a_loop(host: &dyn Host) -> Result<()> {
    for frame_count in [4096, 5000, 8192] {
        let mut timeline = rich().set_loop(Some((1.0, 2.0)), LoopStyle::InsideBlocks).locate(1.0);
        for index in 0..60u32 {
            let offset = index * 631 % frame_count;
            timeline = mute(timeline, offset, 2, index % 2 == 0).play_blocks(&[frame_count]);
        }
        check(host, timeline.stop(1, 64))
            .map_err(|error| error.context(format!("blocks of {frame_count}")))?;
    }
    Ok(())
}

/// A host that tells its transport once more in the middle of a block, where a loop begins anew or a tempo changes.
fn told_within_a_block(host: &dyn Host) -> Result<()> {
    let frame_count = 1000;
    let project = fixtures::read(RICH);
    let mut steps = vec![Step::Load { state: state_with(&project) }];
    let plain = Timeline::new(&project, 120.0, 48_000.0).play(16.0, 1000).stop(1, 64);
    for (index, step) in plain.steps.iter().enumerate() {
        if let Step::Block { transport, .. } = step
            && transport.is_playing
            && index % 3 == 0
        {
            for offset in [u32::try_from(index * 37 % 900)?, 950] {
                let beat = transport.beat + f64::from(offset) / 24_000.0;
                let frame = transport.frame + i64::from(offset);
                let transport = Transport { beat, frame, ..*transport };
                steps.push(Step::Tell { offset, transport });
            }
        }
        steps.push(step.clone());
    }
    check_same(&plain.expected, &host.run(48_000.0, frame_count, &steps)?.events, 0)?;

    // A loop of two beats, 48,000 frames: its end lies in every 48th block, 700 frames in.
    let looping = Timeline::new(&project, 120.0, 48_000.0)
        .set_loop(Some((0.0, 2.0)), LoopStyle::InsideBlocks);
    let looping = looping.play_blocks(&[300]).play(16.0, 1000).stop(1, 64);
    let mut steps = vec![Step::Load { state: state_with(&project) }];
    for step in &looping.steps {
        if let Step::Block { transport, .. } = step {
            let left = 48_000 - transport.frame;
            if transport.is_playing && (1..1000).contains(&left) {
                let transport = Transport { beat: 0.0, frame: 0, ..*transport };
                steps.push(Step::Tell { offset: u32::try_from(left)?, transport });
            }
        }
        steps.push(step.clone());
    }
    check_same(&looping.expected, &host.run(48_000.0, frame_count, &steps)?.events, 0)
}

fn plays_chords(host: &dyn Host) -> Result<()> {
    for frame_count in [64, 4096] {
        let timeline = Timeline::new(&fixtures::chords(), 120.0, 48_000.0);
        let timeline = timeline.play(2.5, frame_count).stop(1, 64);
        let at_once = timeline.expected.iter().filter(|event| event.is_on && event.frame == 0);
        ensure!(at_once.count() == 32 * 16, "other chords than meant");
        check(host, timeline)?;
    }
    Ok(())
}

fn plays_wide(host: &dyn Host) -> Result<()> {
    for frame_count in [64, 4096] {
        let timeline = Timeline::new(&fixtures::wide(), 120.0, 48_000.0);
        check(host, timeline.play(8.0, frame_count).stop(1, 64))?;
    }
    Ok(())
}

fn is_silent_when_stopped(host: &dyn Host) -> Result<()> {
    let timeline = rich().stop(200, 256).locate(1.0).stop(200, 256);
    let outcome = run(host, &timeline)?;
    ensure!(outcome.events.is_empty(), "sounds when stopped: {:?}", outcome.events.first());
    Ok(())
}

fn stops_in_mid_note(host: &dyn Host) -> Result<()> {
    check(host, rich().play(2.6, 256).stop(20, 256).play(3.1, 256).stop(20, 256))
}

fn loops_split(host: &dyn Host) -> Result<()> {
    check(
        host,
        rich().set_loop(Some((1.0, 3.0)), LoopStyle::SplitsBlocks).play(20.0, 500).stop(1, 64),
    )
}

fn loops_inside(host: &dyn Host) -> Result<()> {
    // The step on beat 4 is early: it sounds at a start there, never at a wrap.
    for (start, end) in [(0.0, 1.0), (1.0, 3.0), (2.25, 3.5), (4.0, 6.0)] {
        // No multiple of these is a loop's end, a multiple of 6,000 frames.
        for frame_count in [512, 4099] {
            let timeline = rich().set_loop(Some((start, end)), LoopStyle::InsideBlocks);
            check(host, timeline.play(20.0, frame_count).stop(1, 64))
                .map_err(|error| error.context(format!("loop {start} to {end}, {frame_count}")))?;
        }
    }
    Ok(())
}

fn loops_short(host: &dyn Host) -> Result<()> {
    // A 32nd is 3000 frames.
    let timeline = steady().set_loop(Some((1.0, 1.125)), LoopStyle::InsideBlocks);
    check(host, timeline.locate(1.0).play(6.0, 4096).stop(1, 64))?;
    let timeline = rich().set_loop(Some((2.0, 2.25)), LoopStyle::InsideBlocks);
    check(host, timeline.locate(2.0).play(6.0, 8192).stop(1, 64))
}

fn loops_fractional(host: &dyn Host) -> Result<()> {
    // A beat is 29690.72 frames: where the loop's end falls between frames, hosts differ by one.
    for style in [LoopStyle::InsideBlocks, LoopStyle::SplitsBlocks] {
        let timeline = Timeline::new(&fixtures::read(RICH), 97.0, 48_000.0);
        let timeline = timeline.set_loop(Some((1.0, 2.0)), style).play(60.0, 500).stop(1, 64);
        check_within(host, timeline, 1).map_err(|error| error.context(format!("{style:?}")))?;
    }
    Ok(())
}

fn starts_behind_the_loop(host: &dyn Host) -> Result<()> {
    let timeline = rich().set_loop(Some((1.0, 2.0)), LoopStyle::InsideBlocks);
    check(host, timeline.locate(2.0).play(8.0, 500).stop(1, 64))
}

fn jumps_onto_a_beat(host: &dyn Host) -> Result<()> {
    check(
        host,
        rich().play(2.7, 256).locate(8.0).play(4.3, 256).locate(4.0).play(2.0, 64).stop(1, 64),
    )
}

fn jumps_between_steps(host: &dyn Host) -> Result<()> {
    check(
        host,
        steady().play(2.7, 256).locate(8.2).play(4.3, 256).locate(0.13).play(2.0, 64).stop(1, 64),
    )
}

fn jumps_into_a_step(host: &dyn Host) -> Result<()> {
    // A hundredth of a beat into the step on beat 4, and a frame into it.
    let timeline = steady().play(2.7, 256).locate(4.01).play(2.0, 256);
    check(host, timeline.locate_frame(8.0 * 24_000.0 + 1.0).play(2.0, 256).stop(1, 64))
}

fn plays_again(host: &dyn Host) -> Result<()> {
    check(
        host,
        rich().play(2.6, 256).locate(0.0).play(1.3, 256).locate(0.0).play(4.0, 256).stop(1, 64),
    )
}

fn plays_negative(host: &dyn Host) -> Result<()> {
    check(host, rich().locate(-5.5).play(9.0, 500).stop(1, 64))
}

fn state_into_new_instance(host: &dyn Host) -> Result<()> {
    let mut timeline = rich();
    let save = [Step::Load { state: state_with(&timeline.project) }, Step::Save];
    let saved = host.run(48_000.0, 64, &save)?.saved;
    let state = saved.into_iter().next().expect("it was asked to save");
    timeline = timeline.play(4.0, 256).stop(1, 64);
    let mut steps = vec![Step::Reopen, Step::Load { state }];
    steps.extend_from_slice(&timeline.steps);
    let outcome = host.run(48_000.0, 256, &steps)?;
    check_same(&timeline.expected, &outcome.events, 0)
}

fn state_while_playing(host: &dyn Host) -> Result<()> {
    // Cut shortly before a step each time, when the player has looked ahead beyond it.
    let mut timeline = rich().play(0.99, 256);
    let projects = [fixtures::read(STEADY), fixtures::wide(), fixtures::read(RICH)];
    for project in projects.iter().cycle().take(9).cloned() {
        timeline = timeline.cut_over(Step::Load { state: state_with(&project) }, |timeline| {
            timeline.project = project;
        });
        timeline = timeline.play(1.0, 256);
    }
    let steps = timeline.stop(1, 64);
    let project = fixtures::read(RICH);
    let mut first = vec![Step::Load { state: state_with(&project) }];
    first.extend_from_slice(&steps.steps);
    let outcome = host.run(48_000.0, 256, &first)?;
    check_same(&steps.expected, &outcome.events, 0)
}

fn junk_state(host: &dyn Host, load: fn(Timeline, Step) -> Timeline) -> Result<()> {
    let mut timeline = rich().play(1.3, 256);
    let junk = [
        String::new(),
        "junk".to_owned(),
        "{}".to_owned(),
        "\u{0}\u{1}\u{2}".to_owned(),
        state_with_text("junk"),
        state_with_text("{\"format\": \"tresillo/99\"}"),
        state_with_text("{\"format\": \"tresillo/1\", \"patterns\": 7}"),
        r#"{"version":"0.1.0","params":{},"fields":{"project":"7"}}"#.to_owned(),
        r#"{"version":"0.1.0","params":{"pattern":"x","nonsense":3},"fields":{}}"#.to_owned(),
    ];
    for state in junk {
        timeline = load(timeline, Step::Load { state }).play(1.3, 256);
    }
    check(host, timeline.stop(1, 64))
}

fn bypass(host: &dyn Host) -> Result<()> {
    let timeline = rich().play(2.6, 256);
    let timeline = timeline.cut(Step::turn("Bypass", 1.0)).roll_silently(2.6, 256);
    let timeline = timeline.cut(Step::turn("Bypass", 0.0)).play(2.6, 256);
    check(host, timeline.stop(1, 64))
}

fn pattern_change(host: &dyn Host) -> Result<()> {
    let two = format!("[one]\n{RICH}\n[two]\n{STEADY}\n");
    let timeline = Timeline::new(&fixtures::read(&two), 120.0, 48_000.0).play(2.6, 256);
    let second = Step::turn("Pattern", 1.0 / 127.0);
    let timeline = timeline.cut_over(second, |timeline| {
        timeline.performance.pattern = PatternIndex(1);
    });
    check(host, timeline.play(2.6, 256).stop(1, 64))
}

fn reactivates(host: &dyn Host) -> Result<()> {
    let timeline = rich().play(2.6, 256).cut(Step::Reactivate);
    check(host, timeline.play(2.6, 256).cut(Step::Reactivate).stop(2, 256))
}

fn no_transport() -> Result<()> {
    let mut instance = Instance::open()?;
    instance.activate(48_000.0, 256)?;
    for _ in 0..500 {
        instance.process(256, None)?;
    }
    ensure!(instance.sent.is_empty(), "sounds without a transport");
    Ok(())
}

fn clap_ports() -> Result<()> {
    let counts = Instance::open()?.port_counts()?;
    ensure!(counts == [0, 0, 1, 1], "audio in, audio out, notes in, notes out: {counts:?}");
    Ok(())
}

fn vst3_ports() -> Result<()> {
    let about = vst3_host::about()?;
    ensure!(about["audio_ports"] == json!([0, 2]), "audio in, audio out: {}", about["audio_ports"]);
    ensure!(about["notes"] == json!([true, true]), "notes in, notes out: {}", about["notes"]);
    Ok(())
}
