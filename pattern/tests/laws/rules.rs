//! Worked examples of each rule of playback, small enough to follow by hand.

use tresillo_pattern::document::*;
use tresillo_pattern::format::{json, notation};
use tresillo_pattern::*;

/// A sixteenth.
const STEP: i64 = PPQ / 4;

fn notes(text: &str, performance: &Performance, steps: std::ops::Range<i64>) -> Vec<Note> {
    let (project, _) = notation::read(text).unwrap();
    let mut out = Vec::new();
    play(&project, performance, Window::new(steps.start * STEP, steps.end * STEP), &mut out);
    out
}

/// Checks the onsets of the last track, in sixteenths.
fn check_onsets(text: &str, performance: &Performance, until: i64, expected: &[i64]) {
    let notes = notes(text, performance, 0..until);
    let last = notation::read(text).unwrap().0.patterns[0].tracks.len() - 1;
    let onsets: Vec<i64> = notes
        .iter()
        .filter(|note| usize::from(note.track_index) == last)
        .map(|note| note.onset.0 / STEP)
        .collect();
    assert_eq!(onsets, expected, "{text}");
}

fn check(text: &str, until: i64, expected: &[i64]) {
    check_onsets(text, &Performance::default(), until, expected);
}

/// Onset, key and length of each note, in ticks.
fn check_notes(text: &str, until: i64, expected: &[(i64, u8, i64)]) {
    let found: Vec<(i64, u8, i64)> = notes(text, &Performance::default(), 0..until)
        .iter()
        .map(|note| (note.onset.0, note.address.key, note.length.0))
        .collect();
    assert_eq!(found, expected, "{text}");
}

/// Elektron's table goes over the cycles of a track: counted from 1, of the first 20.
#[test]
fn the_table_of_conditions() {
    let table: &[(&str, &[i64])] = &[
        ("1:2", &[1, 3, 5, 7, 9, 11, 13, 15, 17, 19]),
        ("2:2", &[2, 4, 6, 8, 10, 12, 14, 16, 18, 20]),
        ("2:4", &[2, 6, 10, 14, 18]),
        ("3:5", &[3, 8, 13, 18]),
        ("4:7", &[4, 11, 18]),
        ("1:8", &[1, 9, 17]),
        ("8:8", &[8, 16]),
        ("FIRST", &[1]),
        ("NOT FIRST", &[2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]),
        ("NOT 2:4", &[1, 3, 4, 5, 7, 8, 9, 11, 12, 13, 15, 16, 17, 19, 20]),
    ];
    for (condition, cycles) in table {
        let onsets: Vec<i64> = cycles.iter().map(|cycle| (cycle - 1) * 4).collect();
        check(&format!("kick: x({condition})..."), 80, &onsets);
        // A shorter track beside a longer one counts its own cycles.
        check(&format!("hat: x...............\nkick: x({condition})..."), 80, &onsets);
    }
}

/// Elektron's worked examples: step 1 true, then step 1 false.
#[test]
fn the_worked_examples_of_pre() {
    check("kick: x?100(1:1) x(NOT PRE) x(NOT PRE) x(PRE)", 4, &[0, 3]);
    check("kick: x(2:2) x(NOT PRE) x(NOT PRE) x(PRE)", 4, &[1, 2]);
    // The same with a chance of 50 %: whichever way it falls, steps 2 and 3 say the opposite and step 4 the same.
    let notes = notes("kick: x?50 x(NOT PRE) x(NOT PRE) x(PRE)", &Performance::default(), 0..4000);
    let mut fallen = [0, 0];
    for cycle in 0..1000 {
        let steps: Vec<i64> = notes
            .iter()
            .map(|note| note.onset.0 / STEP)
            .filter(|step| step / 4 == cycle)
            .map(|step| step % 4)
            .collect();
        match steps.as_slice() {
            [0, 3] => fallen[0] += 1,
            [1, 2] => fallen[1] += 1,
            other => panic!("{other:?}"),
        }
    }
    assert!(fallen.iter().all(|count| *count > 400), "{fallen:?}");
}

#[test]
fn pre_without_an_earlier_condition_is_false_and_looks_back_one_cycle() {
    check("kick: x(PRE)...", 8, &[]);
    check("kick: x(NOT PRE)...", 8, &[0, 4]);
    // The condition of the cycle before is still within reach, that of two cycles before is not asked.
    check("kick: x(PRE) . x(1:2) .", 16, &[2, 4, 10, 12]);
    // A step that is off bears its condition all the same.
    let (mut project, _) = notation::read("kick: x(2:2) x(PRE) . .").unwrap();
    project.patterns[0].tracks[0].steps[0].is_on = false;
    let mut out = Vec::new();
    play(&project, &Performance::default(), Window::new(0, 16 * STEP), &mut out);
    assert_eq!(out.iter().map(|note| note.onset.0 / STEP).collect::<Vec<_>>(), [5, 13]);
}

#[test]
fn nei_follows_the_track_before_at_the_same_tick_or_before_it() {
    check("kick: x(1:2)...\nhat: x(NEI)x(NOT NEI)..", 8, &[0, 5]);
    // Three tracks: the neighbour's neighbour is asked in turn.
    check("kick: x(1:2)...\nrim: x(NEI)...\nhat: ..x(NEI).", 8, &[2]);
    // PRE there is passed over, and without any condition there it is false.
    check("kick: x(1:2)x(PRE)..\nhat: ..x(NEI).", 8, &[2]);
    check("kick: x...\nhat: x(NEI)x(NOT NEI)..", 4, &[1]);
    check("hat: x(NEI)x(NOT NEI)..", 4, &[1]);
}

#[test]
fn fill_is_the_players() {
    let filling = Performance { is_fill: true, ..Performance::default() };
    check("kick: x(FILL)x(NOT FILL)x.", 4, &[1, 2]);
    check_onsets("kick: x(FILL)x(NOT FILL)x.", &filling, 4, &[0, 2]);
    check_onsets("kick: x(FILL)x(PRE)..", &filling, 4, &[0, 1]);
}

#[test]
fn a_chance_group_throws_one_die_for_all_its_tracks() {
    let text = "kick: x?50B\nhat: x?50B\nrim: x?50";
    let notes = notes(text, &Performance::default(), 0..1000);
    let of = |track: u8| -> Vec<i64> {
        notes.iter().filter(|n| n.track_index == track).map(|n| n.onset.0).collect()
    };
    assert_eq!(of(0), of(1));
    assert_ne!(of(0), of(2));
    assert!((400..600).contains(&of(0).len()) && (400..600).contains(&of(2).len()));
}

#[test]
fn a_tie_sounds_on_into_the_next_step_without_a_new_onset() {
    check_notes("lead: C3_ C3=50 . .", 4, &[(0, 60, STEP + STEP / 2)]);
    check_notes("lead: C3_ C3_ C3=100 .", 4, &[(0, 60, 3 * STEP)]);
    // Into a step that is off, or that does not sound this time, it lasts to the start of that step.
    check_notes("lead: C3_ . . .", 4, &[(0, 60, STEP)]);
    check_notes("lead: C3_ E3(2:2)=50 . .", 8, &[(0, 60, STEP), (4 * STEP, 60, STEP + STEP / 2)]);
    // What is tied from a step that does not sound sounds by itself.
    check_notes("lead: C3(2:2)_ E3=50 . .", 4, &[(STEP, 64, STEP / 2)]);
    // Across the end of the cycle, and without end where every step is tied.
    check_notes("lead: . C3_", 4, &[(STEP, 60, STEP), (3 * STEP, 60, STEP)]);
    assert_eq!(notes("lead: C3_", &Performance::default(), 100..200), []);
}

#[test]
fn a_slide_overlaps_the_next_onset_by_a_tick() {
    check_notes("lead: C3/ E3=50 . .", 4, &[(0, 60, STEP + 1), (STEP, 64, STEP / 2)]);
    // To where the next onset really is.
    check_notes("lead: C3/ E3>100=50 . .", 4, &[(0, 60, STEP + 101), (STEP + 100, 64, STEP / 2)]);
    check_notes("lead: C3=50/ . . .", 4, &[(0, 60, STEP / 2)]);
    check_notes("lead: C3_ C3/ E3=50 .", 4, &[(0, 60, 2 * STEP + 1), (2 * STEP, 64, STEP / 2)]);
}

#[test]
fn a_ratchet_spreads_over_its_span_and_ramps_its_velocity() {
    check_notes("rim: x*3=100", 1, &[(0, 37, 1680), (1680, 37, 1680), (3360, 37, 1680)]);
    check_notes("rim: x*3^200=100 . . .", 4, &[(0, 37, 3360), (3360, 37, 3360), (6720, 37, 3360)]);
    check_notes("rim: x*2^50=100 . . .", 4, &[(0, 37, 1260), (1260, 37, 1260)]);
    let velocities = |ramp: &str| -> Vec<u8> {
        notes(&format!("rim: xv100*3%{ramp}"), &Performance::default(), 0..1)
            .iter()
            .map(|note| Velocity::from_share(note.velocity).get())
            .collect()
    };
    assert_eq!(velocities("-50"), [100, 75, 50]);
    assert_eq!(velocities("50"), [50, 75, 100]);
    assert_eq!(velocities("-100"), [100, 50, 1]);
}

#[test]
fn lanes_run_in_loops_of_their_own() {
    let text = "hat: x.x.x.x.\n> velocity: v10 v20 v30\n> gate step=1/8: x x .";
    let found: Vec<(i64, u8)> = notes(text, &Performance::default(), 0..16)
        .iter()
        .map(|note| (note.onset.0 / STEP, Velocity::from_share(note.velocity).get()))
        .collect();
    // The lane of gates says on, on, off in eighths; velocity is read at each sixteenth, modulo 3.
    let expected: Vec<(i64, u8)> = (0..16)
        .filter(|step| (step / 2) % 3 != 2)
        .map(|step| (step, [10, 20, 30][usize::try_from(step % 3).unwrap()]))
        .collect();
    assert_eq!(found, expected);
    let keys: Vec<u8> =
        notes("lead: C3 C3 C3 C3\n> notes: C3 E3 G3", &Performance::default(), 0..6)
            .iter()
            .map(|note| note.address.key)
            .collect();
    assert_eq!(keys, [60, 64, 67, 60, 64, 67]);
}

#[test]
fn a_backward_track_ties_in_the_order_in_which_it_plays() {
    check_notes("lead dir=backward: E3=50 C3_", 2, &[(0, 60, STEP + STEP / 2)]);
}

#[test]
fn a_song_begins_each_pattern_where_its_slot_begins() {
    let (mut project, _) = notation::read(
        "[A]\nkick: x(FIRST)..x\nlead ch=2: C3 . . .\n[B]\nrim: x..x..x.\nlead ch=2: E3 . . .",
    )
    .unwrap();
    project.metre = Metre { beats: 1, unit: 4 };
    let slot = |pattern, bars, transpose, mutes| Slot {
        pattern: PatternIndex(pattern),
        bars,
        transpose,
        mutes,
        unknown: Unknown::default(),
    };
    let muted = Mutes::NONE.with(0, true);
    project.song.slots =
        vec![slot(0, 2, 0, Mutes::NONE), slot(1, 1, 0, Mutes::NONE), slot(0, 1, 12, muted)];
    let performance = Performance { is_song: true, ..Performance::default() };
    let mut out = Vec::new();
    play(&project, &performance, Window::new(-STEP, 100 * STEP), &mut out);
    let found: Vec<(i64, u8)> =
        out.iter().map(|note| (note.onset.0 / STEP, note.address.key)).collect();
    // Two beats of A, of which FIRST holds in the first; one of B from its own start; one of A, an octave up, without kick.
    let expected =
        [(0, 36), (0, 60), (3, 36), (4, 60), (7, 36), (8, 37), (8, 64), (11, 37), (12, 72)];
    assert_eq!(found, expected);
}

/// A bar of a pattern in a song.
fn slot(pattern: u8) -> Slot {
    Slot {
        pattern: PatternIndex(pattern),
        bars: 1,
        transpose: 0,
        mutes: Mutes::NONE,
        unknown: Unknown::default(),
    }
}

/// A step behind the end of a slot does not sound there, so it ties nothing into the next slot's first step.
#[test]
fn ties_end_with_their_slot() {
    let text = "[A]\nkick: .\n[B]\nlead: C3=50 . . G3_";
    let (mut project, _) = notation::read(text).unwrap();
    project.metre = Metre { beats: 1, unit: 4 };
    project.song.slots = vec![slot(1), slot(0), slot(1)];
    let performance = Performance { is_song: true, ..Performance::default() };
    let mut out = Vec::new();
    play(&project, &performance, Window::new(0, 12 * STEP), &mut out);
    let found: Vec<(i64, u8, i64)> =
        out.iter().map(|note| (note.onset.0 / STEP, note.address.key, note.length.0)).collect();
    let half = STEP / 2;
    assert_eq!(found, [(0, 60, half), (3, 67, STEP), (8, 60, half), (11, 67, STEP)]);
}

#[test]
fn an_early_note_of_a_slot_sounds_before_the_slot() {
    let (mut project, _) = notation::read("[A]\nkick: . . . .\n[B]\nrim: x<600 . . .").unwrap();
    project.song.slots = vec![slot(0), slot(1)];
    let performance = Performance { is_song: true, ..Performance::default() };
    let mut out = Vec::new();
    play(&project, &performance, Window::new(0, 4 * PPQ), &mut out);
    assert_eq!(out.iter().map(|note| note.onset.0).collect::<Vec<_>>(), [4 * PPQ - 600]);
}

#[test]
fn a_scale_holds_melodies_after_transposition_and_leaves_drums_alone() {
    let text = "scale = C minor\nkick: x\nlead ch=2: E3 A3 B3 C3";
    let up = Performance { transpose: 1, ..Performance::default() };
    let keys = |performance: &Performance| -> Vec<u8> {
        let notes = notes(text, performance, 0..4);
        notes.iter().filter(|note| note.track_index == 1).map(|n| n.address.key).collect()
    };
    assert_eq!(keys(&Performance::default()), [63, 68, 70, 60]);
    assert_eq!(keys(&up), [65, 70, 72, 60]);
    assert_eq!(notes(text, &up, 0..1)[0].address.key, 36);
}

#[test]
fn humanising_strays_within_its_bounds_and_the_same_way_each_time() {
    let text = "humanise_timing = 40\nhumanise_velocity = 30\nhat: xv100";
    let first = notes(text, &Performance::default(), 0..2000);
    assert_eq!(first, notes(text, &Performance::default(), 0..2000));
    let strays: Vec<i64> =
        first.iter().map(|note| (note.onset.0 + STEP / 2).rem_euclid(STEP) - STEP / 2).collect();
    let most = STEP / 2 * 40 / 100;
    assert!(strays.iter().all(|stray| stray.abs() <= most));
    assert!(
        strays.iter().any(|s| *s > most * 9 / 10) && strays.iter().any(|s| *s < -most * 9 / 10)
    );
    let velocities: Vec<f32> = first.iter().map(|note| note.velocity * 127.0).collect();
    assert!(velocities.iter().all(|velocity| (69.9..=127.0).contains(velocity)));
    assert!(velocities.iter().any(|v| *v > 124.0) && velocities.iter().any(|v| *v < 75.0));
}

/// What a player sets beside notes: tick in sixteenths, control, value.
fn set(text: &str, performance: &Performance, steps: std::ops::Range<i64>) -> Vec<(i64, String)> {
    let (project, warnings) = notation::read(text).unwrap();
    assert_eq!(warnings, []);
    set_of(&project, performance, steps)
}

fn set_of(
    project: &Project,
    performance: &Performance,
    steps: std::ops::Range<i64>,
) -> Vec<(i64, String)> {
    let mut told = Vec::new();
    let window = Window::new(steps.start * STEP, steps.end * STEP);
    Player::new().advance(project, performance, window, &mut |event| {
        if let EventKind::Control(lock) = event.kind {
            let text = match lock.control().is_per_note() {
                true => format!("{} {} of {}", lock.control(), lock.shown(), event.address.key),
                false => format!("{} {}", lock.control(), lock.shown()),
            };
            told.push((event.tick.0 / STEP, text));
        }
    });
    told
}

fn check_set(text: &str, steps: std::ops::Range<i64>, expected: &[(i64, &str)]) {
    let expected: Vec<(i64, String)> =
        expected.iter().map(|(tick, text)| (*tick, (*text).to_owned())).collect();
    assert_eq!(set(text, &Performance::default(), steps), expected, "{text}");
}

#[test]
fn a_lock_holds_until_the_next_step_that_sounds_restores_the_base_value() {
    let text = "lead cc74=64: C3{cc74=20} . C3 C3{cc74=90,bend=-100}";
    // The first value is that of a start; a rest leaves things as they are; what does not change is not sent again.
    check_set(
        text,
        0..5,
        &[
            (0, "cc74 20"),
            (0, "bend 0"),
            (2, "cc74 64"),
            (3, "cc74 90"),
            (3, "bend -100"),
            (4, "cc74 20"),
            (4, "bend 0"),
        ],
    );
    // A locate sends what holds there: a note began two sixteenths before.
    check_set(text, 5..6, &[(5, "cc74 20"), (5, "bend 0")]);
    check_set(text, -1..0, &[(-1, "cc74 90"), (-1, "bend -100")]);
    // Base values alone, the program among them, are sent where playing starts.
    check_set("lead ch=2 prog=34 cc7=80: . . C3 .", 0..16, &[(0, "cc7 80"), (0, "program 34")]);
}

#[test]
fn a_step_that_does_not_sound_sets_nothing_and_a_lock_lasts_one_cycle() {
    let text = "lead cc74=64: C3{cc74=20}(1:4) . . .";
    check_set(text, 0..17, &[(0, "cc74 20"), (4, "cc74 64"), (16, "cc74 20")]);
    check_set(text, 3..4, &[(3, "cc74 20")]);
    check_set(text, 9..10, &[(9, "cc74 64")]);
    // A step that is tied over has no onset and sets its controls even so.
    check_set("lead cc74=64: C3_ C3{cc74=20} . .", 0..4, &[(0, "cc74 64"), (1, "cc74 20")]);
    // A muted track sets nothing.
    let muted = Performance { mutes: Mutes::NONE.with(0, true), ..Performance::default() };
    assert_eq!(set(text, &muted, 0..20), []);
}

#[test]
fn a_lock_is_set_where_the_shifts_put_its_step_and_before_its_note() {
    let (project, _) = notation::read("swing = 66.6667\nlead cc1=0: C3 C3{cc1=9}>10").unwrap();
    let mut told = Vec::new();
    let window = Window::new(1, 2 * STEP);
    Player::new().advance(&project, &Performance::default(), window, &mut |event| {
        told.push((event.tick.0, matches!(event.kind, EventKind::NoteOn { .. })));
    });
    // A sixteenth and a third late, and ten ticks in the shorter half: two thirds of them.
    assert_eq!(told[..3], [(1, false), (STEP + 1680 + 7, false), (STEP + 1680 + 7, true)]);
}

#[test]
fn locks_run_in_lanes_of_their_own() {
    let text = "lead cc74=64: C3 C3 C3{cc74=1} C3\n> cc74: {10} . {30}";
    check_set(
        text,
        0..5,
        &[(0, "cc74 10"), (1, "cc74 64"), (2, "cc74 30"), (3, "cc74 10"), (4, "cc74 64")],
    );
}

#[test]
fn what_belongs_to_a_note_goes_with_each_of_its_notes() {
    check_set(
        "lead tuning=0: C3+E3{tuning=50} C3",
        0..2,
        &[(0, "tuning 50 of 60"), (0, "tuning 50 of 64"), (1, "tuning 0 of 60")],
    );
    check_set("rim: x*2{pressure=90}", 0..1, &[(0, "pressure 90 of 37"), (0, "pressure 90 of 37")]);
}

#[test]
fn a_slot_leaves_no_lock_behind() {
    let text =
        "[A]\nlead ch=2 cc74=64: C3 . . C3{cc74=20}\n[B]\nkick: x...\nlead ch=2 bend=5: C3 . . .";
    let (mut project, _) = notation::read(text).unwrap();
    project.metre = Metre { beats: 1, unit: 4 };
    project.song.slots = vec![slot(0), slot(0), slot(1), slot(0)];
    let performance = Performance { is_song: true, ..Performance::default() };
    let expected: Vec<(i64, String)> = [
        (0, "cc74 64"),
        (3, "cc74 20"),
        (4, "cc74 64"),
        (7, "cc74 20"),
        // Pattern B has no such control, so it goes back; A has no bend.
        (8, "cc74 64"),
        (8, "bend 5"),
        (15, "cc74 20"),
        (16, "cc74 64"),
    ]
    .map(|(tick, text)| (tick, text.to_owned()))
    .to_vec();
    assert_eq!(set_of(&project, &performance, 0..24), expected);
    // Another pattern, live: the same.
    let mut told = Vec::new();
    let mut player = Player::new();
    for (pattern, from) in [(0, 0), (1, 4)] {
        let performance = Performance { pattern: PatternIndex(pattern), ..Performance::default() };
        let window = Window::new(from * STEP, (from + 4) * STEP);
        player.advance(&project, &performance, window, &mut |event| {
            if let EventKind::Control(lock) = event.kind {
                told.push((event.tick.0 / STEP, lock.control().to_string(), lock.value()));
            }
        });
    }
    let told: Vec<(i64, &str, i16)> = told.iter().map(|(t, c, v)| (*t, c.as_str(), *v)).collect();
    assert_eq!(told, [(0, "cc74", 64), (3, "cc74", 20), (4, "cc74", 64), (4, "bend", 5)]);
}

/// What a slot mutes is not muted in the next, which sets its controls itself.
#[test]
fn a_slot_does_not_restore_what_the_next_one_sets() {
    let text = "metre = 1/4\nsong = A 1, B 1 mute=1, A 1\n[A]\nlead ch=1 cc74=64: C3{cc74=20}...\n\
                [B]\nkick: .\nlead ch=1 cc74=30: .";
    let (project, _) = notation::read(text).unwrap();
    let performance = Performance { is_song: true, ..Performance::default() };
    let expected = [(0, "cc74 20"), (4, "cc74 30"), (8, "cc74 20"), (12, "cc74 64")];
    let expected = expected.map(|(tick, text)| (tick, text.to_owned()));
    assert_eq!(set_of(&project, &performance, 0..16), expected);
}

#[test]
fn levels_scale_velocities_and_gates_and_mute_at_0() {
    let text = "kick: xv60=50\nhat: xv100\nlead ch=2: C3_ C3=100";
    let level = |level| Level::new(level).unwrap();
    let mut performance =
        Performance { velocity: level(50), gate: level(150), ..Performance::default() };
    performance.track_levels[0] = level(200);
    performance.track_levels[1] = level(0);
    let found: Vec<(u8, u8, i64)> = notes(text, &performance, 0..1)
        .iter()
        .map(|n| (n.track_index, Velocity::from_share(n.velocity).get(), n.length.0))
        .collect();
    // The tie leads into a step of a full gate, half as long again.
    assert_eq!(found, [(0, 60, STEP * 3 / 4), (2, 50, STEP + STEP * 3 / 2)]);
    // Never beyond what MIDI has.
    let loud = Performance { velocity: level(200), ..Performance::default() };
    let velocities: Vec<f32> = notes(text, &loud, 0..1).iter().map(|n| n.velocity).collect();
    assert!(velocities.iter().all(|velocity| *velocity > 0.94 && *velocity <= 1.0));
}

#[test]
fn a_groove_moves_the_places_of_its_grid_and_repeats() {
    let text = "groove = 1/16 0 500 -300 100\nhat: x";
    let onsets: Vec<i64> =
        notes(text, &Performance::default(), 0..6).iter().map(|note| note.onset.0).collect();
    let expected = [0, STEP + 500, 2 * STEP - 300, 3 * STEP + 100, 4 * STEP, 5 * STEP + 500];
    assert_eq!(onsets[..6], expected);
    // The seventh is early enough to be among them.
    assert_eq!(onsets[6..], [6 * STEP - 300]);
    let half = "groove = 1/16 0 500 -300 100\ngroove_amount = 50\nhat: x";
    assert_eq!(notes(half, &Performance::default(), 1..2)[0].onset.0, STEP + 250);
}

/// What is told is what sounds: nothing at all, but for the start of a slot.
#[test]
fn a_track_of_ties_alone_never_starts_and_is_told() {
    let check = |text: &str, is_told: bool, count: usize| {
        let (project, warnings) = notation::read(text).unwrap();
        let (_, again) = json::read(json::write(&project).as_bytes()).unwrap();
        assert_eq!(warnings, again, "{text}");
        let told: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        let sentence = "pattern 1, track 1: every step is tied into the next, so none ever starts";
        assert_eq!(told, if is_told { vec![sentence] } else { vec![] }, "{text}");
        let is_song = !project.song.slots.is_empty();
        let mut out = Vec::new();
        let performance = Performance { is_song, ..Performance::default() };
        play(&project, &performance, Window::new(0, 64 * STEP), &mut out);
        assert_eq!(out.len(), count, "{text}");
    };
    check("bell: x_x_x_", true, 0);
    check("bell dir=backward: x_", true, 0);
    check("bell: x_x_x", false, 22);
    check("bell: x_x_ .", false, 22);
    check("bell: x_x_(1:2)x_", false, 10);
    check("bell: x_x_\n> length: =50", false, 64);
    check("song = 1 2, 1 2\nbell: x_x_x_", false, 2);
}

/// The page that people learn the notation from: every example is read without a warning, and sounds.
#[test]
fn every_example_of_the_page_on_notation_is_read_and_sounds() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/notation.md");
    let page = std::fs::read_to_string(page).unwrap();
    let examples: Vec<&str> =
        page.split("```tresillo\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(examples.len(), 8);
    for example in examples {
        let (project, warnings) =
            notation::read(example).unwrap_or_else(|error| panic!("{error}\n{example}"));
        assert_eq!(warnings, [], "{example}");
        for pattern in 0..u8::try_from(project.patterns.len()).unwrap() {
            let performance =
                Performance { pattern: PatternIndex(pattern), ..Performance::default() };
            let mut out = Vec::new();
            play(&project, &performance, Window::new(0, 4 * PPQ), &mut out);
            assert!(!out.is_empty(), "{example}");
        }
        let (written, warnings) = notation::write(&project);
        assert_eq!(warnings, [], "{example}");
        assert_eq!(notation::read(&written).unwrap().0, project, "{written}");
    }
}
