//! Tempi that change, that are not told, and beats that hosts round.

use anyhow::{Result, ensure};
use tresillo_pattern::{FrameClock, Performance, Player, Tick, Window};

use super::{check, check_within};
use crate::fixtures::{self, RICH, STEADY, state_with};
use crate::script::{Host, Step, Transport};
use crate::stream::{HostEvent, check_same, check_stream};
use crate::timeline::{LoopStyle, Timeline, expected_events, host_event, ticks, ticks_per_beat};

pub(super) fn beats_are_rounded(host: &dyn Host) -> Result<()> {
    for (tempo_bpm, frame_count) in [(120.0, 64), (97.0, 256), (97.000_000_17, 500), (133.7, 1024)]
    {
        let mut timeline = Timeline::new(&fixtures::read(RICH), tempo_bpm, 48_000.0);
        timeline.beat_grid = Some(1920.0);
        check(host, timeline.play(32.0, frame_count).stop(1, 64))
            .map_err(|error| error.context(format!("{tempo_bpm} BPM")))?;
    }
    Ok(())
}

pub(super) fn loops_with_rounded_beats(host: &dyn Host) -> Result<()> {
    let mut timeline = Timeline::new(&fixtures::read(RICH), 97.0, 48_000.0)
        .set_loop(Some((1.0, 3.0)), LoopStyle::SplitsBlocks);
    timeline.beat_grid = Some(1920.0);
    check_within(host, timeline.play(40.0, 500).stop(1, 64), 1)
}

pub(super) fn follows_a_ramp(host: &dyn Host) -> Result<()> {
    // From 60 to 180 BPM within sixteen beats. The beats that the host tells are exact at the start of each block.
    let project = fixtures::read(STEADY);
    for frame_count in [64, 500, 4096] {
        let mut steps = vec![Step::Load { state: state_with(&project) }];
        let (mut beat, mut frame) = (0.0, 0_i64);
        while beat < 16.0 {
            let tempo_bpm = 60.0 + 120.0 * (beat / 16.0);
            let transport = Transport {
                is_playing: true,
                tempo_bpm: Some(tempo_bpm),
                beat,
                frame,
                loop_beats: None,
            };
            steps.push(Step::Block { frame_count, transport });
            // dbeat/dt = tempo/60 and tempo is a line in beats: beats grow exponentially.
            let seconds = f64::from(frame_count) / 48_000.0;
            beat = (beat + 8.0) * (120.0 / 16.0 / 60.0 * seconds).exp() - 8.0;
            frame += i64::from(frame_count);
        }
        steps.push(Step::Block { frame_count, transport: Transport::default() });
        let outcome = host.run(48_000.0, frame_count, &steps)?;
        check_stream(&outcome.events)?;
        let ons = |events: &[HostEvent]| -> Vec<HostEvent> {
            let mut ons: Vec<_> = events.iter().filter(|event| event.is_on).copied().collect();
            ons.sort_by_key(|event| (event.frame, event.key));
            ons
        };
        // What lies in the last block's overshoot may or may not sound; up to beat 16 nothing is lost and nothing doubles.
        let window = Window::new(0, ticks(16));
        let expected = expected_events(&project, &Default::default(), 120.0, 48_000.0, window);
        let (expected, got) = (ons(&expected), ons(&outcome.events));
        // The host tells the tempo at the start of a block alone, so long ones stray within.
        let frames_off = if frame_count <= 512 { 1.0 } else { 40.0 };
        for (expected, got) in expected.iter().zip(&got) {
            ensure!(expected.key == got.key, "blocks of {frame_count}: other notes on a ramp");
            #[allow(clippy::cast_precision_loss, reason = "a test is short")]
            let (at, beat) = (got.frame as f64, expected.frame as f64 / 24_000.0);
            let exact = ((beat + 8.0) / 8.0).ln() / (120.0 / 16.0 / 60.0) * 48_000.0;
            ensure!(
                (at - exact).abs() <= frames_off,
                "blocks of {frame_count}: {exact}, got {got:?}"
            );
        }
        ensure!(got.len() >= expected.len(), "blocks of {frame_count}: notes are missing");
        ensure!(got.len() <= expected.len() + 4, "blocks of {frame_count}: notes beyond the end");
    }
    Ok(())
}

/// Another tempo every few blocks: each note lies on the frame that the tempo of its block gives it.
pub(super) fn follows_jumps_of_tempo(host: &dyn Host) -> Result<()> {
    let project = fixtures::read(RICH);
    for frame_count in [64u32, 511, 4096] {
        let mut steps = vec![Step::Load { state: state_with(&project) }];
        let (mut beat, mut frame) = (0.0, 0i64);
        let mut clock = FrameClock::from_zero(120.0, 48_000.0);
        let mut player = Player::new();
        let mut expected = Vec::new();
        let mut next = Tick::ZERO;
        for block in 0..16_384 / i64::from(frame_count) * 20 {
            let tempo_bpm = [120.0, 60.0, 174.0, 121.5][usize::try_from(block / 5 % 4)?];
            if block % 5 == 0 {
                let tick = beat * ticks_per_beat();
                #[allow(clippy::cast_precision_loss, reason = "a test is short")]
                let from = frame as f64;
                clock = FrameClock::new(tick, from, tempo_bpm, 48_000.0);
            }
            let transport = Transport {
                is_playing: true,
                tempo_bpm: Some(tempo_bpm),
                beat,
                frame,
                loop_beats: None,
            };
            steps.push(Step::Block { frame_count, transport });
            frame += i64::from(frame_count);
            beat += f64::from(frame_count) / 48_000.0 * tempo_bpm / 60.0;
            let window = Window { start: next, end: clock.first_tick_at(frame) };
            player.advance(&project, &Performance::default(), window, &mut |event| {
                expected.extend(host_event(clock.frame_of(event.tick), event));
            });
            next = window.end;
        }
        player.flush(next, &mut |event| expected.extend(host_event(frame, event)));
        steps.push(Step::Block { frame_count, transport: Transport::default() });
        let outcome = host.run(48_000.0, frame_count, &steps)?;
        check_same(&expected, &outcome.events, 0)
            .map_err(|error| error.context(format!("blocks of {frame_count}")))?;
    }
    Ok(())
}

pub(super) fn no_tempo(host: &dyn Host) -> Result<()> {
    let mut project = fixtures::read(RICH);
    project.tempo = tresillo_pattern::document::Tempo::new(97.0)?;
    let mut timeline = Timeline::new(&project, 97.0, 48_000.0);
    timeline.tells_tempo = false;
    check(host, timeline.play(16.0, 256).stop(1, 64))
}
