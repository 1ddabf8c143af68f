//! The laws of delays: whole ticks at a tempo, wherever playing begins; and with a tempo that changes nothing is lost or
//! told twice.

use std::collections::BTreeSet;

use proptest::prelude::*;
use tresillo_pattern::document::*;
use tresillo_pattern::*;

use crate::documents::{performance, project};

/// Ticks of a delay, by the definition: milliseconds, to a tick.
#[allow(clippy::cast_possible_truncation, reason = "a second at most")]
fn shift(track: &Track, tempo_bpm: f64) -> i64 {
    (track.delay.ms() * tempo_bpm * 20_160.0 / 60_000.0).round() as i64
}

/// Where notes start behind `start`, and at which addresses, told by a player in windows that end at `ends`.
fn onsets(
    player: &mut Player,
    what: (&Project, &Performance),
    start: i64,
    ends: &[i64],
) -> BTreeSet<(i64, Address)> {
    let mut found = BTreeSet::new();
    let mut from = start;
    for &end in ends {
        player.advance(what.0, what.1, Window::new(from, end), &mut |event| {
            if matches!(event.kind, EventKind::NoteOn { .. }) && event.tick.0 > start {
                assert!(found.insert((event.tick.0, event.address)), "twice: {event:?}");
            }
        });
        from = end;
    }
    found
}

/// The same by `play` alone: each track by itself, shifted as a whole.
fn shifted(
    project: &Project,
    performance: &Performance,
    tempo_bpm: f64,
    start: i64,
    end: i64,
) -> BTreeSet<(i64, Address)> {
    let pattern = usize::from(performance.pattern.0);
    let Some(pattern) = project.patterns.get(pattern) else { return BTreeSet::new() };
    let mut found = BTreeSet::new();
    for (track_index, track) in pattern.tracks.iter().enumerate() {
        let shift = shift(track, tempo_bpm);
        let mut notes: Vec<Note> = Vec::new();
        play(project, performance, Window::new(start - shift, end - shift), &mut notes);
        let own = notes.iter().filter(|note| usize::from(note.track_index) == track_index);
        found.extend(own.map(|note| (note.onset.0 + shift, note.address)));
    }
    found.retain(|(tick, _)| *tick > start);
    found
}

fn ends(start: i64, lengths: &[i64]) -> Vec<i64> {
    lengths
        .iter()
        .scan(start, |end, length| {
            *end += length;
            Some(*end)
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    /// From before the song on, where nothing is left out; and after a jump as well as without one.
    #[test]
    fn a_delay_moves_a_track_as_a_whole(
        project in project(),
        performance in performance(),
        tempo_bpm in 20.0f64..300.0,
        start in -900_000i64..-500_000,
        lengths in prop::collection::vec(1i64..20_000, 1..20),
    ) {
        let performance = Performance { is_song: false, ..performance };
        let ends = ends(start, &lengths);
        let end = *ends.last().unwrap();
        let mut player = Player::new();
        player.set_tempo(tempo_bpm);
        let found = onsets(&mut player, (&project, &performance), start, &ends);
        prop_assert_eq!(&found, &shifted(&project, &performance, tempo_bpm, start, end));
        let jump = start + (end - start) / 2;
        player.flush(Tick(end), &mut |_| {});
        player.locate();
        let again = onsets(&mut player, (&project, &performance), jump, &[end]);
        let expected: BTreeSet<_> = found.into_iter().filter(|(tick, _)| *tick > jump).collect();
        prop_assert_eq!(again, expected);
    }

    /// A player that was told no tempo plays as `play` does.
    #[test]
    fn without_a_tempo_delays_are_left_out(
        project in project(),
        performance in performance(),
        start in -300_000i64..300_000,
        length in 1i64..60_000,
    ) {
        let mut plain = project.clone();
        for track in plain.patterns.iter_mut().flat_map(|pattern| &mut pattern.tracks) {
            track.delay = Delay::default();
        }
        let mut events = [Vec::new(), Vec::new()];
        for (project, events) in [&project, &plain].into_iter().zip(&mut events) {
            let window = Window::new(start, start + length);
            Player::new().advance(project, &performance, window, &mut |event| events.push(event));
        }
        prop_assert_eq!(&events[0], &events[1]);
    }

    /// Tracks whose every note can be told apart: however the tempo changes, each tells its sixteenths one after another.
    #[test]
    fn a_tempo_that_changes_neither_loses_nor_doubles(
        windows in prop::collection::vec((1i64..9000, 20.0f64..300.0, 0u8..8), 2..60),
        start in -100_000i64..100_000,
    ) {
        let project = scales_with([0.0, 30.0, -30.0, 400.0, -400.0, 1000.0, -1000.0]);
        let mut player = Player::new();
        let mut last: [Option<u8>; 16] = [None; 16];
        let mut position = start;
        for &(length, tempo_bpm, velocity) in &windows {
            player.set_tempo(tempo_bpm);
            // Something that is played by hand, so that what was looked up ahead is looked up again.
            let percent = 100 + velocity / 7;
            let performance = Performance { velocity: Level::saturating(percent), ..Performance::default() };
            let window = Window::new(position, position + length);
            player.advance(&project, &performance, window, &mut |event| {
                assert!(window.contains(event.tick));
                if matches!(event.kind, EventKind::NoteOn { .. }) {
                    let Address { channel, key, .. } = event.address;
                    let before = last[usize::from(channel)].replace(key);
                    // What a negative delay makes early sounds at once.
                    let is_next = before.is_none_or(|before| key == (before + 1) % 128);
                    assert!(is_next, "channel {channel}: {key} behind {before:?}");
                }
            });
            position = window.end.0;
        }
    }
}

/// A track for each delay in milliseconds, on a channel of its own, that plays one key after another.
fn scales_with<const N: usize>(delays: [f64; N]) -> Project {
    let step = |key| Step { is_on: true, keys: Keys::one(Key::saturating(key)), ..Step::default() };
    let track = |(index, delay): (u8, f64)| Track {
        id: TrackId(u32::from(index)),
        destination: Destination { channel: Channel::saturating(index), ..Destination::default() },
        steps: (0..128).map(step).collect(),
        delay: Delay::from_ms(delay).unwrap(),
        ..Track::default()
    };
    let tracks = (0u8..).zip(delays).map(track).collect();
    Project { patterns: vec![Pattern { tracks, ..Pattern::default() }], ..Project::default() }
}
