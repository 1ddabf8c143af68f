use crate::document::{Project, StepSize};
use crate::smf::import::tests::{NEUTRAL, Written, file, import_ok, meta, sounding, track};
use crate::smf::{ImportOptions, META_TIME_SIGNATURE, import};
use crate::time::{PPQ, Tick};

/// The name of each pattern with its steps, and the slots as (pattern, bars).
type Form<'a> = (Vec<(&'a str, usize)>, Vec<(u8, u16)>);

fn form(project: &Project) -> Form<'_> {
    let patterns = project.patterns.iter();
    let slots = project.song.slots.iter();
    (
        patterns.map(|pattern| (pattern.name.as_str(), pattern.tracks[0].steps.len())).collect(),
        slots.map(|slot| (slot.pattern.0, slot.bars)).collect(),
    )
}

#[test]
fn a_long_file_becomes_a_song_of_sections() {
    // Eight bars twice, eight others, and the first two again. The second line rests but for a note just ahead of bar 9
    // and one that rings on into bar 20.
    let beats = |from: u64, to: u64, key| {
        (from..to).map(move |beat| (beat * 480, 0, key + u8::from(beat % 32 == 0), 90, 100))
    };
    let all: Vec<Written> =
        beats(0, 64, 60).chain(beats(64, 96, 50)).chain(beats(96, 104, 60)).collect();
    let low = [(32 * 480 - 7, 1, 40, 80, 12 * 480), (48 * 480, 1, 41, 80, 30 * 480)];
    let long = file(vec![track("Lead", &all), track("Low", &low)]);
    let (project, warnings) = import_ok(&long, &NEUTRAL);
    assert_eq!(warnings, [""; 0]);
    let patterns = vec![("A", 128), ("B", 128), ("C", 128)];
    assert_eq!(form(&project), (patterns, vec![(0, 8), (1, 8), (2, 8), (0, 2)]));
    for pattern in &project.patterns {
        let names: Vec<&str> = pattern.tracks.iter().map(|track| track.name.as_str()).collect();
        assert_eq!(names, ["Lead", "Low"], "a line that rests keeps its place");
    }
    let mut expected: Vec<_> = all.iter().chain(&low).map(|n| (n.0, n.1, n.2, n.3)).collect();
    let expected_of = |mut notes: Vec<(u64, u8, u8, u8)>| {
        notes.sort_unstable();
        notes.into_iter().map(|n| (n.0.cast_signed(), n.1, n.2, n.3)).collect::<Vec<_>>()
    };
    expected.sort_unstable();
    assert_eq!(sounding(&project), expected_of(expected));
    let steps = &project.patterns[1].tracks[1].steps;
    assert_eq!((steps[0].micro_timing.0, steps[0].gate.percent()), (-294, 4800));
    assert_eq!((steps[64].micro_timing.0, steps[64].gate.percent()), (0, 12_000));
    // A start is a start: with it, the song begins there.
    let from = ImportOptions { from: Tick(64 * PPQ), ..NEUTRAL };
    assert_eq!(form(&import_ok(&long, &from).0).1, [(0, 8), (1, 2)]);
}

#[test]
fn sections_are_as_many_bars_as_fit_and_equal_ones_are_one_slot() {
    let quarters = |count: u64| -> Vec<Written> {
        (0..count).map(|beat| (beat * 480, 0, 60, 90, 100)).collect()
    };
    let with = |metre: &[u8], count| {
        let mut track = track("", &quarters(count));
        track.events.insert(0, meta(0, META_TIME_SIGNATURE, metre));
        file(vec![track])
    };
    let of = |metre: &[u8], step: (i64, i64)| {
        let step_size = StepSize::new(step.0, step.1).unwrap();
        let (project, _) = import_ok(&with(metre, 600), &ImportOptions { step_size, ..NEUTRAL });
        assert_eq!(sounding(&project).len(), 600);
        let (patterns, slots) = form(&project);
        (patterns.iter().map(|pattern| pattern.1).collect::<Vec<_>>(), slots)
    };
    assert_eq!(of(&[4, 2], (1, 16)), (vec![128], vec![(0, 150)]));
    assert_eq!(of(&[3, 2], (1, 16)), (vec![96], vec![(0, 200)]));
    assert_eq!(of(&[4, 2], (1, 12)), (vec![96], vec![(0, 150)]));
    assert_eq!(of(&[4, 2], (1, 128)), (vec![128], vec![(0, 150)]));
    // 32 steps of 3/32 are three bars, so twelve fill a track.
    assert_eq!(of(&[4, 2], (3, 32)), (vec![128], vec![(0, 150)]));
    // 1000 bars of one pattern are two slots.
    let (project, _) = import_ok(&with(&[4, 2], 4000), &NEUTRAL);
    assert_eq!(form(&project).1, [(0, 992), (0, 8)]);
    let odd = ImportOptions { step_size: StepSize::new(1, 127).unwrap(), ..NEUTRAL };
    let error = import(&with(&[3, 2], 600), &odd).unwrap_err().to_string();
    assert!(error.starts_with("600 beats are 19050 steps of 1/127, where"), "{error}");
}

#[test]
fn a_file_longer_than_a_project_is_refused_with_numbers() {
    let beat = |beat: u64| (beat * 480, 0, u8::try_from(beat / 32 % 128).unwrap(), 90, 100);
    let different: Vec<Written> =
        (0..129 * 32).map(beat).chain([(129 * 15360, 0, 1, 1, 1)]).collect();
    let refuse = |notes: &[Written]| {
        import(&file(vec![track("", notes)]), &NEUTRAL).unwrap_err().to_string()
    };
    assert_eq!(
        refuse(&different),
        "1033 bars are cut into sections of 8, and more of them differ than the 128 patterns that a project holds: choose a part (from, to) or a longer step size"
    );
    let turns: Vec<Written> =
        (0..257).map(|n| (n * 15360, 0, u8::try_from(n % 2).unwrap(), 9, 9)).collect();
    assert_eq!(
        refuse(&turns),
        "2049 bars take 257 slots, where a song holds 256: choose a part (from, to) or a longer step size"
    );
    assert_eq!(
        refuse(&[(0, 0, 60, 1, 1), (1 << 40, 0, 60, 1, 1)]),
        "572662307 bars take 573235 slots, where a song holds 256: choose a part (from, to) or a longer step size"
    );
    // Silence makes no song, and ends none.
    let mut silent = track("", &turns[..2]);
    silent.end = 1 << 40;
    assert_eq!(form(&import_ok(&file(vec![silent]), &NEUTRAL).0).1, [(0, 8), (1, 1)]);
}
