//! The instrument as a whole: onsets, blocks, reset, tail, every sound.

use assert_no_alloc::assert_no_alloc;
use proptest::prelude::*;
use tresillo_synth::instrument::MAX_VOICES;
use tresillo_synth::{BuiltIn, Message, TimedMessage};

use crate::support::{
    RATE_HZ, at, bits, cents, control, off, on, peak, pitch_hz, play, program, render, rms,
};

/// A piece that uses all there is, drawn from a seed.
fn piece(seed: u64, count: u64, frames: u64) -> Vec<TimedMessage> {
    let mut state = seed;
    let mut dice = move |sides: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % sides
    };
    let mut byte = move |sides: u64| u8::try_from(dice(sides)).expect("small");
    let mut messages: Vec<TimedMessage> = (0..count)
        .map(|i| {
            let channel = if byte(4) == 0 { 9 } else { byte(16) };
            let key = 30 + byte(60);
            let message = match byte(12) {
                0..=4 => Message::NoteOn { key, velocity: f32::from(1 + byte(127)) / 127.0 },
                5 | 6 => Message::NoteOff { key },
                7 => Message::ProgramChange { program: byte(128) },
                8 => Message::PitchBend { value: i16::from(byte(128)) * 128 - 8192 },
                9 => Message::ChannelPressure { pressure: byte(128) },
                10 => Message::PolyPressure { key, pressure: byte(128) },
                _ => {
                    let controllers = [1, 7, 10, 11, 64, 66, 67, 74, 91, 120, 121, 123];
                    control(controllers[usize::from(byte(12))], byte(128))
                }
            };
            let frame = u32::try_from(i * frames / count + u64::from(byte(9))).expect("small");
            at(frame, channel, message)
        })
        .collect();
    messages.sort_by_key(|message| message.frame);
    messages
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_size_of_blocks_never_changes_a_bit(
        seed: u64, sizes in prop::collection::vec(1usize..700, 1..5)
    ) {
        let messages = piece(seed, 80, 9000);
        let whole = render(&mut BuiltIn::new(RATE_HZ), &messages, 12_000, &[8192]);
        let parts = render(&mut BuiltIn::new(RATE_HZ), &messages, 12_000, &sizes);
        prop_assert!(bits(&whole[0]) == bits(&parts[0]));
        prop_assert!(bits(&whole[1]) == bits(&parts[1]));
        prop_assert!(whole.iter().flatten().all(|x| x.abs() < 1.0));
    }

    #[test]
    fn after_reset_the_same_messages_make_the_same_sound(seed: u64, other: u64) {
        let messages = piece(seed, 60, 6000);
        let fresh = render(&mut BuiltIn::new(RATE_HZ), &messages, 7000, &[512]);
        let mut used = BuiltIn::new(RATE_HZ);
        render(&mut used, &piece(other, 60, 5000), 5003, &[500]);
        used.reset();
        prop_assert!(used.is_silent());
        let again = render(&mut used, &messages, 7000, &[512]);
        prop_assert!(fresh.map(|side| bits(&side)) == again.map(|side| bits(&side)));
    }
}

#[test]
fn blocks_of_one_frame_and_of_none_are_as_good_as_any() {
    let messages = piece(7, 60, 2500);
    let whole = render(&mut BuiltIn::new(RATE_HZ), &messages, 3000, &[3000]);
    let ones = render(&mut BuiltIn::new(RATE_HZ), &messages, 3000, &[1]);
    assert!(whole.map(|side| bits(&side)) == ones.map(|side| bits(&side)));
    let mut instrument = BuiltIn::new(RATE_HZ);
    instrument.process(&[at(0, 0, on(60))], &mut [], &mut []);
    assert_eq!(instrument.active_voice_count(), 1, "a block of no frames still takes its messages");
}

#[test]
fn an_onset_is_heard_on_its_frame_and_not_before() {
    for (channel, key, sound) in [
        (0, 60, 0),
        (0, 60, 4),
        (0, 36, 33),
        (0, 72, 81),
        (0, 60, 48),
        (9, 36, 0),
        (9, 38, 0),
        (9, 42, 0),
    ] {
        for frame in [0, 1, 31, 64, 777, 1000] {
            let messages = [at(0, channel, program(sound)), at(frame, channel, on(key))];
            let [left, _] = play(&messages, 2000);
            let first = left.iter().position(|sample| *sample != 0.0);
            assert_eq!(first, Some(frame as usize), "program {sound}, key {key}");
        }
    }
}

#[test]
fn a_note_sounds_the_same_wherever_it_begins_when_it_is_the_first() {
    let early = play(&[at(0, 0, on(60))], 4000)[0][..3000].to_vec();
    let late = play(&[at(640, 0, on(60))], 4000)[0][640..3640].to_vec();
    let difference: Vec<f32> = early.iter().zip(&late).map(|(a, b)| a - b).collect();
    assert!(peak(&difference) < 1e-6, "{}", peak(&difference));
}

#[test]
fn every_program_sounds_stays_below_full_scale_and_ends() {
    for number in 0..128 {
        let mut instrument = BuiltIn::new(RATE_HZ);
        let messages = [at(0, 0, program(number)), at(0, 0, on(60)), at(48_000, 0, off(60))];
        let [left, right] = render(&mut instrument, &messages, 72_000, &[4096]);
        let peaks = [peak(&left), peak(&right)];
        assert!(peaks.iter().all(|peak| (0.03..0.7).contains(peak)), "{number}: {peaks:?}");
        assert!(left.iter().chain(&right).all(|x| *x == 0.0 || x.is_normal()), "{number}");
        let mut seconds = 0;
        while !instrument.is_silent() {
            let [left, _] = render(&mut instrument, &[], 48_000, &[4096]);
            assert!(left.iter().all(|x| *x == 0.0 || x.is_normal()), "{number} tail");
            seconds += 1;
            assert!(seconds < 15, "program {number} never ends");
        }
        let [left, right] = render(&mut instrument, &[], 1000, &[100]);
        assert!(left.iter().chain(&right).all(|x| *x == 0.0), "program {number}: silence is zero");
    }
}

#[test]
fn every_drum_sounds_and_ends_by_itself() {
    for key in 0..128 {
        let mut instrument = BuiltIn::new(RATE_HZ);
        let [left, right] = render(&mut instrument, &[at(0, 9, on(key))], 24_000, &[4096]);
        let peak = peak(&left).max(peak(&right));
        assert!((0.03..0.9).contains(&peak), "drum {key}: {peak}");
        render(&mut instrument, &[], 14 * 48_000, &[8192]);
        assert!(instrument.is_silent(), "drum {key} never ends");
    }
}

#[test]
fn a_held_note_of_a_fading_sound_ends_while_it_is_held() {
    let mut instrument = BuiltIn::new(RATE_HZ);
    render(&mut instrument, &[at(0, 0, program(13)), at(0, 0, on(72))], 5 * 48_000, &[8192]);
    assert_eq!(instrument.active_voice_count(), 0);
}

/// Pitch of an A4 of this program over some frames, in cents above 440 Hz.
fn a4_cents(number: u8, span: std::ops::Range<usize>) -> f64 {
    let messages = [at(0, 0, program(number)), at(0, 0, control(91, 0)), at(0, 0, on(69))];
    let [left, _] = play(&messages, span.end);
    cents(pitch_hz(&left[span], 440.0), 440.0)
}

#[test]
fn a4_is_within_a_cent_in_every_family() {
    // Before the vibrato begins, at a quarter of a second.
    for number in [0, 4, 11, 16, 19, 24, 33, 40, 56, 68, 71, 73, 80, 81] {
        let error = a4_cents(number, 500..12_400);
        assert!(error.abs() < 1.0, "program {number}: {error} cents");
    }
    // Among many players the one in tune is told from the others by listening for longer.
    for number in [48, 52, 88, 89, 95] {
        let error = a4_cents(number, 48_000..240_000);
        assert!(error.abs() < 1.0, "program {number}: {error} cents");
    }
}

#[test]
fn middle_c_on_the_piano_leaves_room_for_the_orchestra() {
    let [left, right] = play(&[at(0, 0, on(60))], 48_000);
    let peak_db = 20.0 * peak(&left).max(peak(&right)).log10();
    assert!((-14.0..-10.0).contains(&peak_db), "{peak_db} dBFS");
    let mean: f32 = left.iter().sum::<f32>() / 48_000.0;
    assert!(mean.abs() < 1e-3, "no constant part: {mean}");
}

#[test]
fn sixty_loud_voices_do_not_pass_full_scale_nor_clip() {
    let mut messages: Vec<TimedMessage> = (0..15).map(|i| at(0, i, program(48))).collect();
    for i in 0..60u8 {
        let note = Message::NoteOn { key: 36 + i, velocity: 1.0 };
        messages.push(at(0, if i % 15 == 9 { 15 } else { i % 15 }, note));
    }
    let [left, right] = play(&messages, 96_000);
    for side in [&left, &right] {
        assert!(peak(side) < 1.0);
        let at_the_top = side.iter().filter(|x| x.abs() > 0.985).count();
        assert!(at_the_top < 50, "{at_the_top} frames at the ceiling");
        assert!(rms(&side[24_000..]) > 0.1);
    }
}

#[test]
fn a_full_instrument_takes_the_quietest_released_note_and_counts_it() {
    let mut instrument = BuiltIn::new(RATE_HZ);
    let mut messages: Vec<TimedMessage> = (0..8).map(|i| at(0, i, program(16))).collect();
    for i in 0..128u8 {
        messages.push(at(0, i / 16, on(40 + i % 16)));
    }
    render(&mut instrument, &messages, 4800, &[512]);
    assert_eq!(instrument.active_voice_count(), MAX_VOICES);
    assert_eq!(instrument.stolen_note_count(), 0);
    let [before, _] = render(&mut instrument, &[at(0, 3, off(45))], 480, &[512]);
    let [after, _] = render(&mut instrument, &[at(0, 0, on(80))], 4800, &[512]);
    assert_eq!(instrument.stolen_note_count(), 1);
    assert_eq!(instrument.refused_note_count(), 0);
    assert_eq!(instrument.active_voice_count(), MAX_VOICES, "the fade has ended");
    // The note given up was the released one: all the others still answer their note-offs.
    let step =
        |samples: &[f32]| samples.windows(2).map(|x| (x[1] - x[0]).abs()).fold(0.0, f32::max);
    assert!(step(&after[..960]) < 2.0 * step(&before), "no click");
}

#[test]
fn a_flood_of_notes_is_survived_and_counted() {
    let mut instrument = BuiltIn::new(RATE_HZ);
    let flood: Vec<TimedMessage> =
        (0..500u32).map(|i| at(0, (i % 9) as u8, on((i % 120) as u8))).collect();
    let [left, _] = render(&mut instrument, &flood, 4800, &[512]);
    assert!(peak(&left) < 1.0);
    assert!(instrument.stolen_note_count() > 0 && instrument.refused_note_count() > 0);
}

#[test]
fn messages_out_of_range_are_ignored() {
    let mut instrument = BuiltIn::new(RATE_HZ);
    let messages = [
        at(0, 16, on(60)),
        at(0, 255, on(60)),
        at(0, 0, on(128)),
        at(0, 0, Message::NoteOn { key: 60, velocity: 0.0 }),
        at(0, 0, Message::NoteOn { key: 60, velocity: f32::NAN }),
        at(0, 0, Message::ControlChange { controller: 255, value: 255 }),
        at(0, 0, Message::ProgramChange { program: 255 }),
        at(0, 0, Message::PolyPressure { key: 255, pressure: 255 }),
    ];
    let [left, _] = render(&mut instrument, &messages, 480, &[512]);
    assert!(left.iter().all(|x| *x == 0.0));
    assert!(instrument.is_silent());
}

#[test]
fn processing_and_reset_never_allocate() {
    let messages = piece(3, 300, 500);
    let mut instrument = BuiltIn::new(RATE_HZ);
    let (mut left, mut right) = ([0.0; 512], [0.0; 512]);
    assert_no_alloc(|| {
        instrument.process(&messages, &mut left, &mut right);
        for _ in 0..200 {
            instrument.process(&[], &mut left, &mut right);
        }
        instrument.reset();
        instrument.process(&messages, &mut left, &mut right);
    });
}

#[test]
fn other_sample_rates_keep_pitch_and_level() {
    for rate_hz in [22_050.0, 44_100.0, 96_000.0, 192_000.0] {
        let mut instrument = BuiltIn::new(rate_hz);
        let frames = rate_hz as usize / 2;
        let [left, _] = render(&mut instrument, &[at(0, 0, on(69))], frames, &[512]);
        let hz = pitch_hz(&left, 440.0 * RATE_HZ / rate_hz) * rate_hz / RATE_HZ;
        assert!(cents(hz, 440.0).abs() < 1.0, "{rate_hz}: {hz}");
        assert!((0.1..0.4).contains(&peak(&left)), "{rate_hz}: {}", peak(&left));
    }
    let mut broken = BuiltIn::new(f64::NAN);
    let [left, _] = render(&mut broken, &[at(0, 0, on(69))], 4800, &[512]);
    assert!(left.iter().all(|x| *x == 0.0));
}
