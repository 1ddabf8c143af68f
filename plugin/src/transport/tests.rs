use super::*;

const BLOCK: u32 = 480;

/// A host whose blocks may be three of these long, in the format whose framework tells too late.
const PROCESSING: Processing =
    Processing { sample_rate_hz: 48_000.0, frames_max: 3 * BLOCK, is_told_late: true };

/// 120 BPM at 48 kHz: a beat is 24,000 frames, a block of 480 a fiftieth of it.
fn at(beat: f64) -> HostFacts {
    HostFacts {
        is_playing: true,
        tempo_bpm: Some(120.0),
        beat: Some(beat),
        frame: Some(beat * 24_000.0),
        loop_beats: None,
        ..HostFacts::default()
    }
}

fn follower() -> Follower {
    let mut follower = Follower::new();
    follower.activate(PROCESSING);
    follower
}

/// Begins a block, takes its stretches, ends it.
fn block(follower: &mut Follower, facts: HostFacts) -> (BlockStart, Vec<Window>) {
    let start = follower.begin_block(facts, 120.0);
    let mut windows = Vec::new();
    while let Some(stretch) = follower.stretch(BLOCK) {
        windows.push(stretch.window);
        if stretch.wraps_at.is_none() {
            break;
        }
    }
    follower.end_block(BLOCK);
    (start, windows)
}

fn starts(all: &[HostFacts]) -> Vec<BlockStart> {
    let mut follower = follower();
    all.iter().map(|facts| block(&mut follower, *facts).0).collect()
}

#[test]
fn windows_tile_while_the_host_runs_on() {
    let mut follower = follower();
    let mut end = None;
    for index in 0..500 {
        let (start, windows) = block(&mut follower, at(f64::from(index) / 50.0));
        assert_eq!(start, if index == 0 { BlockStart::Jumps } else { BlockStart::RunsOn });
        assert_eq!(windows.len(), 1);
        assert!(end.is_none_or(|end| end == windows[0].start));
        end = Some(windows[0].end);
    }
}

#[test]
fn a_break_in_the_sample_position_is_a_seek_and_a_frame_of_rounding_is_not() {
    let late = HostFacts { frame: Some(481.0), ..at(0.02) };
    assert_eq!(starts(&[at(0.0), late])[1], BlockStart::RunsOn);
    let later = HostFacts { frame: Some(482.0), ..at(0.02) };
    assert_eq!(starts(&[at(0.0), later])[1], BlockStart::Jumps);
    assert_eq!(starts(&[at(4.0), at(4.0)])[1], BlockStart::Jumps, "the same place again");
}

#[test]
fn without_sample_positions_a_480th_of_a_beat_is_a_seek() {
    let without = |beat: f64| HostFacts { frame: None, ..at(beat) };
    let start_of = |off: f64| starts(&[without(1.0), without(1.02 + off)])[1];
    assert_eq!(start_of(1.0 / 500.0), BlockStart::RunsOn);
    assert_eq!(start_of(-1.0 / 500.0), BlockStart::RunsOn);
    assert_eq!(start_of(1.0 / 470.0), BlockStart::Jumps);
    assert_eq!(start_of(-1.0 / 470.0), BlockStart::Jumps);
}

#[test]
fn with_sample_positions_beats_may_move_by_a_beat() {
    let moved = |beat: f64| HostFacts { frame: Some(480.0), ..at(beat) };
    assert_eq!(starts(&[at(0.0), moved(0.9)])[1], BlockStart::RunsOn);
    assert_eq!(starts(&[at(0.0), moved(1.1)])[1], BlockStart::Jumps);
}

#[test]
fn what_a_host_skips_in_a_tempo_change_is_played_and_what_it_repeats_is_not() {
    let mut follower = follower();
    let end = block(&mut follower, at(0.0)).1[0].end;
    let ahead = block(&mut follower, HostFacts { frame: Some(480.0), ..at(0.1) }).1[0];
    assert_eq!(ahead.start, end);
    assert_eq!(ahead.end, Tick::from_beats(0.12));
    let behind = block(&mut follower, HostFacts { frame: Some(960.0), ..at(0.05) }).1[0];
    assert!(behind.is_empty());
    assert_eq!(behind.start, ahead.end);
}

#[test]
fn a_host_without_positions_runs_from_the_start_of_the_song() {
    let free = HostFacts { is_playing: true, ..HostFacts::default() };
    let mut follower = follower();
    check(block(&mut follower, free), BlockStart::Jumps, 0.0, 0.02);
    check(block(&mut follower, free), BlockStart::RunsOn, 0.02, 0.04);
    // Twice as fast from here on, and not from the start of the song again.
    let fast = HostFacts { tempo_bpm: Some(240.0), ..free };
    check(block(&mut follower, fast), BlockStart::RunsOn, 0.04, 0.08);
}

#[test]
fn a_tempo_that_is_no_longer_told_is_kept() {
    let mut follower = follower();
    block(&mut follower, HostFacts { tempo_bpm: Some(240.0), ..at(0.0) });
    let silent = HostFacts { tempo_bpm: None, beat: Some(0.04), frame: Some(480.0), ..at(0.0) };
    check(block(&mut follower, silent), BlockStart::RunsOn, 0.04, 0.08);
}

#[test]
fn a_loop_wraps_inside_a_block_as_often_as_it_is_long() {
    let looped = |beat: f64| HostFacts { loop_beats: Some((1.0, 1.0 + 1.0 / 96.0)), ..at(beat) };
    let mut follower = follower();
    // 250 frames a pass: the first block ends 230 frames into the second one.
    let (_, windows) = block(&mut follower, looped(1.0));
    assert_eq!(windows.len(), 2);
    assert_eq!(windows[0], window(1.0, 1.0 + 1.0 / 96.0));
    assert_eq!(windows[1].start, Tick::from_beats(1.0));
}

#[test]
fn a_loop_shorter_than_a_frame_is_not_followed() {
    let looped = HostFacts { loop_beats: Some((1.0, 1.000_01)), ..at(1.0) };
    assert_eq!(block(&mut follower(), looped).1.len(), 1);
}

#[test]
fn a_host_that_wraps_between_blocks_wraps_and_does_not_jump() {
    let looped = |beat: f64| HostFacts { loop_beats: Some((0.0, 2.0)), ..at(beat) };
    let mut follower = follower();
    block(&mut follower, looped(1.98));
    let (start, windows) = block(&mut follower, looped(0.0));
    assert_eq!(start, BlockStart::Wraps { rest: window(2.0, 2.0) });
    assert_eq!(windows, [window(0.0, 0.02)]);
}

#[test]
fn a_loop_whose_ends_a_host_has_rounded_to_frames_is_the_musical_one() {
    // A beat at 97 BPM is 29690.72 frames.
    let line = Line { tempo_bpm: 97.0, sample_rate_hz: 48_000.0 };
    let rounded = |beat: f64| (beat * 60.0 * 48_000.0 / 97.0).round() * 97.0 / 60.0 / 48_000.0;
    let song_loop = Loop::from_beats((rounded(1.0), rounded(7.0 / 3.0)), line);
    assert_eq!(first_tick_from(song_loop.start), Tick::from_beats(1.0));
    assert_eq!(first_tick_from(song_loop.end), Tick::from_beats(7.0 / 3.0));
}

#[test]
fn nonsense_is_taken_for_nothing() {
    let nonsense = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, 0.0, -1e300];
    let mut follower = follower();
    for value in nonsense {
        for other in nonsense {
            let facts = HostFacts {
                is_playing: true,
                tempo_bpm: Some(value),
                beat: Some(other),
                frame: Some(value),
                loop_beats: Some((value, other)),
                ..HostFacts::default()
            };
            block(&mut follower, facts);
        }
    }
}

/// One window, from beat to beat but for the half frame that ticks are rounded by.
fn check((start, windows): (BlockStart, Vec<Window>), expected: BlockStart, from: f64, to: f64) {
    assert_eq!(start, expected);
    assert_eq!(windows.len(), 1);
    let (got, meant) = (windows[0], window(from, to));
    assert!((got.start.0 - meant.start.0).abs() <= 1, "{got:?} for {meant:?}");
    assert!((got.end.0 - meant.end.0).abs() <= 1, "{got:?} for {meant:?}");
}

fn window(start: f64, end: f64) -> Window {
    Window { start: Tick::from_beats(start), end: Tick::from_beats(end) }
}

/// The parts of one block of the host behind a change of its transport are told later by what was played before them.
#[test]
fn a_transport_told_anew_within_a_block_is_no_seek() {
    let late = BLOCK as f64 / 24_000.0;
    let part = late;
    assert_eq!(
        starts(&[
            at(1.0),
            // Told anew here: a part late, and so is the next part.
            at(1.0 + part + late),
            at(1.0 + 2.0 * part + late),
            // The next block.
            at(1.0 + 3.0 * part),
        ]),
        [BlockStart::Jumps, BlockStart::RunsOn, BlockStart::RunsOn, BlockStart::RunsOn]
    );
    // The same in a block that is longer than the host said: it has jumped.
    let told = starts(&[
        at(1.0),
        at(1.0 + part + late),
        at(1.0 + 2.0 * part + late),
        at(1.0 + 3.0 * part + late),
    ]);
    assert_eq!(told.last(), Some(&BlockStart::Jumps));
}

#[test]
fn a_jump_by_any_other_distance_is_a_seek() {
    for beats in [0.5 * 480.0, 481.5, 5.0 * 480.0, -480.0].map(|frames| frames / 24_000.0) {
        let told = starts(&[at(1.0), at(1.0 + 480.0 / 24_000.0 + beats)]);
        assert_eq!(told.last(), Some(&BlockStart::Jumps), "{beats}");
    }
}

/// A part behind the wrap of a loop is told to lie behind its end; a host that has left its loop is believed soon.
#[test]
fn a_part_behind_a_wrap_is_no_seek() {
    let looping = |beat| HostFacts { loop_beats: Some((0.0, 1.0)), ..at(beat) };
    let part = f64::from(BLOCK) / 24_000.0;
    let told = starts(&[
        looping(1.0 - part * 1.5),
        looping(1.0 - part * 0.5),
        looping(1.0 + part * 0.5),
        looping(part * 1.5),
    ]);
    assert_eq!(
        told,
        [BlockStart::Jumps, BlockStart::RunsOn, BlockStart::RunsOn, BlockStart::RunsOn]
    );
    let gone: Vec<HostFacts> =
        (0..6).map(|index| looping(1.0 + part * (f64::from(index) - 0.5))).collect();
    assert!(starts(&gone)[1..].contains(&BlockStart::Jumps));
}
