//! The laws of the pure engine, of the memo and of the queue.

use std::collections::{BTreeMap, HashSet};

use proptest::prelude::*;
use tresillo_pattern::document::*;
use tresillo_pattern::*;

use crate::documents::{performance, project};

fn notes(project: &Project, performance: &Performance, start: i64, end: i64) -> Vec<Note> {
    let mut out = Vec::new();
    play(project, performance, Window::new(start, end), &mut out);
    out
}

/// Everything that playing tells of a stretch.
#[derive(Debug, Default, PartialEq)]
struct Everything {
    notes: Vec<Note>,
    changes: Vec<Change>,
}

impl NoteSink for Everything {
    fn insert(&mut self, note: Note) {
        NoteSink::insert(&mut self.notes, note);
    }

    fn insert_change(&mut self, change: Change) {
        self.changes.push(change);
        // Stable: by tick, then track, then arrival.
        self.changes.sort_by_key(|change| (change.tick, change.track_index));
    }
}

fn everything(project: &Project, performance: &Performance, start: i64, end: i64) -> Everything {
    let mut out = Everything::default();
    play(project, performance, Window::new(start, end), &mut out);
    out
}

/// What the controls are set to after some events.
fn set_to(events: &[Event]) -> BTreeMap<(u8, u8, Control), i16> {
    let mut set = BTreeMap::new();
    for event in events {
        if let EventKind::Control(lock) = event.kind
            && !lock.control().is_per_note()
        {
            let Address { port, channel, .. } = event.address;
            set.insert((port, channel, lock.control()), lock.value());
        }
    }
    set
}

/// The base values of all patterns; where several have one for a control, any.
fn bases(project: &Project) -> BTreeMap<(u8, u8, Control), Vec<i16>> {
    let mut bases: BTreeMap<_, Vec<i16>> = BTreeMap::new();
    for track in project.patterns.iter().flat_map(|pattern| &pattern.tracks) {
        let (port, channel) = (track.destination.port.get(), track.destination.channel.get());
        for base in track.base.iter() {
            bases.entry((port, channel, base.control())).or_default().push(base.value());
        }
    }
    bases
}

/// What a player tells over windows that begin at `cuts`, as one list.
fn told(project: &Project, performance: &Performance, cuts: &[i64]) -> Vec<Event> {
    let mut player = Player::new();
    let mut events = Vec::new();
    for pair in cuts.windows(2) {
        let window = Window::new(pair[0], pair[1]);
        player.advance(project, performance, window, &mut |event| events.push(event));
    }
    let end = Tick(*cuts.last().unwrap());
    player.flush(end, &mut |event| events.push(event));
    assert_eq!(player.sounding_count(), 0);
    events
}

/// Cuts of any length, single ticks among them.
fn cuts(start: i64, lengths: &[i64]) -> Vec<i64> {
    let mut cuts = vec![start];
    for length in lengths {
        cuts.push(cuts.last().unwrap() + length);
    }
    cuts
}

fn without_neighbours(mut project: Project) -> Project {
    for track in &mut project.patterns[0].tracks {
        let lanes = track.lanes.iter_mut().flat_map(|lane| &mut lane.steps);
        for step in track.steps.iter_mut().chain(lanes) {
            step.condition = step.condition.filter(|c| c.rule != Rule::Neighbour);
        }
    }
    project
}

fn lengths() -> impl Strategy<Value = Vec<i64>> {
    let length = prop_oneof![Just(1i64), 1i64..60, 1i64..6000, 20_000i64..90_000];
    prop::collection::vec(length, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn windows_tile(
        project in project(),
        performance in performance(),
        start in -300_000i64..300_000,
        lengths in lengths(),
    ) {
        let cuts = cuts(start, &lengths);
        let whole = everything(&project, &performance, start, *cuts.last().unwrap());
        let mut parts = Everything::default();
        for pair in cuts.windows(2) {
            let part = everything(&project, &performance, pair[0], pair[1]);
            parts.notes.extend(part.notes);
            parts.changes.extend(part.changes);
        }
        prop_assert_eq!(parts, whole);
    }

    /// A locate finds the controls as playing on from anywhere before would have left them.
    #[test]
    fn what_holds_at_a_tick_is_what_was_set_before_it(
        project in project(),
        performance in performance(),
        start in -300_000i64..300_000,
        lengths in lengths(),
    ) {
        let cuts = cuts(start, &lengths);
        let end = *cuts.last().unwrap();
        let rolled = set_to(&told(&project, &performance, &cuts));
        let located = set_to(&told(&project, &performance, &[end - 1, end]));
        let bases = bases(&project);
        for (control, value) in &located {
            prop_assert_eq!(rolled.get(control), Some(value), "{:?}", control);
        }
        for (control, value) in rolled.iter().filter(|(control, _)| !located.contains_key(control)) {
            // Only what was played before: in a song, or not at all after its end.
            prop_assert!(performance.is_song && bases[control].contains(value), "{:?}", control);
        }
    }

    #[test]
    fn notes_are_in_order_inside_the_window_and_have_a_length(
        project in project(),
        performance in performance(),
        start in -300_000i64..300_000,
        length in 0i64..200_000,
    ) {
        let window = Window::new(start, start + length);
        let notes = notes(&project, &performance, start, start + length);
        prop_assert!(notes.iter().all(|note| window.contains(note.onset) && note.length.0 > 0));
        prop_assert!(notes.iter().all(|note| note.velocity > 0.0 && note.velocity <= 1.0));
        prop_assert!(notes.is_sorted_by_key(|note| (note.onset, note.track_index)));
    }

    #[test]
    fn the_order_of_questions_does_not_matter(
        project in project(),
        performance in performance(),
        start in -300_000i64..300_000,
    ) {
        let ask = |from: i64| notes(&project, &performance, from, from + 30_000);
        let forwards = [ask(start), ask(start + 30_000)];
        let backwards = [ask(start + 30_000), ask(start)];
        prop_assert_eq!(&forwards[0], &backwards[1]);
        prop_assert_eq!(&forwards[1], &backwards[0]);
    }

    #[test]
    fn editing_or_muting_a_track_leaves_the_others_alone(
        project in project(),
        performance in performance(),
        start in -100_000i64..100_000,
    ) {
        // A condition on the neighbour is the one exception.
        let project = without_neighbours(project);
        let of_others = |notes: Vec<Note>| -> Vec<Note> {
            notes.into_iter().filter(|note| note.track_index != 0).collect()
        };
        let before = of_others(notes(&project, &performance, start, start + 200_000));
        let muted = Performance { mutes: performance.mutes.with(0, true), ..performance };
        let muted = notes(&project, &muted, start, start + 200_000);
        prop_assert!(muted.iter().all(|note| note.track_index != 0));
        prop_assert_eq!(&muted, &before);
        let mut edited = project.clone();
        let first = &mut edited.patterns[0].tracks[0];
        first.steps.push(Step { is_on: true, ..Step::default() });
        first.steps[0].chance = Percent::new(37).unwrap();
        let edited = of_others(notes(&edited, &performance, start, start + 200_000));
        prop_assert_eq!(edited, before);
    }

    #[test]
    fn without_dice_and_conditions_a_straight_track_repeats_after_its_length(
        mut project in project(),
        cycle in -5i64..5,
    ) {
        let pattern = &mut project.patterns[0];
        pattern.swing = Swing::default();
        pattern.groove = None;
        pattern.humanise = Humanise::default();
        pattern.tracks.truncate(1);
        let track = &mut pattern.tracks[0];
        track.step_size = StepSize::SIXTEENTH;
        track.direction = Direction::Forward;
        track.lanes.clear();
        for step in &mut track.steps {
            step.chance = Percent::MAX;
            step.condition = None;
        }
        let length = i64::try_from(track.steps.len()).unwrap() * PPQ / 4;
        let neutral = Performance::default();
        let first = notes(&project, &neutral, 0, length);
        let mut later = notes(&project, &neutral, cycle * length, (cycle + 1) * length);
        for note in &mut later {
            note.onset = note.onset - Ticks(cycle * length);
        }
        prop_assert_eq!(later, first);
    }

    #[test]
    fn a_neutral_performance_and_a_rotation_by_the_length_change_nothing(
        project in project(),
        start in -100_000i64..100_000,
    ) {
        let neutral = Performance::default();
        let before = notes(&project, &neutral, start, start + 100_000);
        let mut turned = project.clone();
        for track in &mut turned.patterns[0].tracks {
            track.rotation += 3 * i32::try_from(track.steps.len()).unwrap();
        }
        prop_assert_eq!(notes(&turned, &neutral, start, start + 100_000), before);
    }

    #[test]
    fn a_memo_of_what_comes_next_changes_nothing(
        project in project(),
        performance in performance(),
        start in -300_000i64..300_000,
        lengths in lengths(),
    ) {
        let cuts = cuts(start, &lengths);
        let in_windows = told(&project, &performance, &cuts);
        let at_once = told(&project, &performance, &[start, *cuts.last().unwrap()]);
        prop_assert_eq!(&in_windows, &at_once);
        // Without player or memo: the pure answer through a bare queue.
        let end = *cuts.last().unwrap();
        let (mut holding, mut pure) = (Everything::default(), Everything::default());
        controls_at(&project, &performance, Tick(start), &mut holding);
        play_early(&project, &performance, Tick(start), &mut pure);
        play(&project, &performance, Window::new(start, end), &mut pure);
        let mut queue = NoteOffQueue::new();
        let mut expected = Vec::new();
        queue.restore_controls(&holding.changes, Tick(start), &mut |event| expected.push(event));
        queue.advance(&pure.notes, &pure.changes, Tick(end), &mut |event| expected.push(event));
        queue.flush(Tick(end), &mut |event| expected.push(event));
        prop_assert_eq!(in_windows, expected);
    }

    #[test]
    fn every_note_on_has_one_off_and_no_key_sounds_twice(
        project in project(),
        performance in performance(),
        start in -300_000i64..300_000,
        lengths in lengths(),
    ) {
        let events = told(&project, &performance, &cuts(start, &lengths));
        let mut sounding = HashSet::new();
        let mut before: Option<Event> = None;
        for event in events {
            match event.kind {
                EventKind::NoteOn { .. } => prop_assert!(sounding.insert(event.address)),
                EventKind::NoteOff => prop_assert!(sounding.remove(&event.address)),
                EventKind::Control(lock) if lock.control().is_per_note() => {
                    prop_assert!(sounding.contains(&event.address), "of a note that has started");
                }
                EventKind::Control(_) => {}
            }
            if let Some(before) = before {
                prop_assert!(before.tick <= event.tick);
                let is_off = |event: &Event| event.kind == EventKind::NoteOff;
                if before.tick == event.tick && is_off(&event) {
                    prop_assert!(is_off(&before), "offs come before all else");
                }
            }
            before = Some(event);
        }
        prop_assert!(sounding.is_empty());
    }

    #[test]
    fn blocks_of_any_size_put_every_event_on_the_same_frame(
        project in project(),
        performance in performance(),
        tempo in prop_oneof![Just(120.0f64), Just(97.000_000_17), Just(125.0), 20.0f64..300.0],
        rate in prop_oneof![Just(48_000.0f64), Just(44_100.0)],
        block in prop_oneof![Just(1i64), Just(32), Just(64), Just(511), Just(8192), 1i64..9000],
        first_frame in -50_000i64..50_000,
    ) {
        let clock = FrameClock::from_zero(tempo, rate);
        // Some 40,000 frames, but no more than 20,000 blocks.
        let end = first_frame + (block * 20_000).min(40_000);
        let by_blocks = |block: i64| {
            let mut player = Player::new();
            let mut events = Vec::new();
            let mut frame = first_frame;
            while frame < end {
                let next = (frame + block).min(end);
                let window =
                    Window { start: clock.first_tick_at(frame), end: clock.first_tick_at(next) };
                player.advance(&project, &performance, window, &mut |event| {
                    let at = clock.frame_of(event.tick);
                    assert!((frame..next).contains(&at), "{at} is outside {frame}..{next}");
                    events.push((at, event));
                });
                frame = next;
            }
            events
        };
        prop_assert_eq!(by_blocks(block), by_blocks(end - first_frame));
    }
}

#[test]
fn a_chance_of_none_never_sounds_and_of_all_always_and_between_at_its_rate() {
    for (chance, low, high) in
        [(0, 0, 0), (100, 10_000, 10_000), (50, 9_600 / 2, 10_400 / 2), (10, 900, 1_100)]
    {
        let step = Step { is_on: true, chance: Percent::new(chance).unwrap(), ..Step::default() };
        let key = Some(Key::new(36).unwrap());
        let track = Track {
            id: TrackId(1),
            destination: Destination { key, ..Destination::default() },
            steps: vec![step; 4],
            ..Track::default()
        };
        let pattern = Pattern { tracks: vec![track], ..Pattern::default() };
        let project = Project { patterns: vec![pattern], seed: 5, ..Project::default() };
        let count = notes(&project, &Performance::default(), 0, 10_000 * PPQ / 4).len();
        assert!((low..=high).contains(&count), "{chance} %: {count} of 10000");
    }
}

/// Notes shifted to before a start sound on its first tick; at the wrap of a loop they have sounded before its end.
#[test]
fn early_notes_sound_at_a_start_and_not_at_a_wrap() {
    let (project, _) = format::notation::read("kick: x<600 . . .").unwrap();
    let neutral = Performance::default();
    let mut onsets = Vec::new();
    let mut player = Player::new();
    let mut take = |event: Event| {
        if matches!(event.kind, EventKind::NoteOn { .. }) {
            onsets.push(event.tick.0);
        }
    };
    player.advance(&project, &neutral, Window::new(0, 20_160), &mut take);
    player.flush(Tick(20_160), &mut take);
    player.wrap();
    player.advance(&project, &neutral, Window::new(0, 20_160), &mut take);
    player.flush(Tick(20_160), &mut take);
    player.locate();
    player.advance(&project, &neutral, Window::new(20_160, 20_161), &mut take);
    assert_eq!(onsets, [0, 19_560, 19_560, 20_160]);
}

#[test]
fn conditions_count_the_cycles_of_their_track() {
    // As the Elektron manuals have it: cycles counted from 1, true on cycle A, then every B.
    for (condition, cycles) in [
        ("1:2", &[1, 3, 5, 7, 9, 11, 13, 15, 17, 19][..]),
        ("2:2", &[2, 4, 6, 8, 10, 12, 14, 16, 18, 20]),
        ("2:4", &[2, 6, 10, 14, 18]),
        ("3:5", &[3, 8, 13, 18]),
        ("4:7", &[4, 11, 18]),
        ("1:8", &[1, 9, 17]),
        ("8:8", &[8, 16]),
    ] {
        let text = format!("kick: x({condition}) . . .\nhat: x");
        let (project, _) = format::notation::read(&text).unwrap();
        let notes = notes(&project, &Performance::default(), 0, 20 * PPQ);
        let sounding: Vec<i64> = notes
            .iter()
            .filter(|note| note.track_index == 0)
            .map(|note| note.onset.0 / PPQ + 1)
            .collect();
        assert_eq!(sounding, cycles, "{condition}");
    }
}
