//! Controllers, bend, pedals, programs.

use tresillo_synth::{BuiltIn, Message, TimedMessage};

use crate::support::{
    RATE_HZ, at, cents, control, off, on, peak, pitch_hz, play, program, render, rms,
};

/// RMS of an organ note's second half, left and right, after these messages.
fn organ(before: &[Message]) -> [f64; 2] {
    let mut messages = vec![at(0, 0, program(19)), at(0, 0, control(91, 0))];
    messages.extend(before.iter().map(|message| at(0, 0, *message)));
    messages.push(at(0, 0, on(60)));
    play(&messages, 24_000).map(|side| rms(&side[12_000..]))
}

#[test]
fn volume_and_expression_are_squared_and_zero_is_silence() {
    let [full, _] = organ(&[control(7, 127)]);
    for (value, expected) in [(100, (100.0f64 / 127.0).powi(2)), (64, (64.0f64 / 127.0).powi(2))] {
        let [level, _] = organ(&[control(7, value)]);
        assert!((level / full / expected - 1.0).abs() < 1e-3, "volume {value}");
        let [level, _] = organ(&[control(7, 127), control(11, value)]);
        assert!((level / full / expected - 1.0).abs() < 1e-3, "expression {value}");
    }
    assert_eq!(organ(&[control(7, 0)]), [0.0; 2]);
    assert_eq!(organ(&[control(11, 0)]), [0.0; 2]);
    let messages = [at(0, 0, program(19)), at(0, 0, on(60)), at(4800, 0, control(7, 0))];
    let mut instrument = BuiltIn::new(RATE_HZ);
    let [left, _] = render(&mut instrument, &messages, 10_000, &[512]);
    let jump = left.windows(2).map(|x| (x[1] - x[0]).abs()).fold(0.0, f32::max);
    let before = left[..4800].windows(2).map(|x| (x[1] - x[0]).abs()).fold(0.0, f32::max);
    assert!(jump < 1.5 * before, "volume moves without a click");
}

#[test]
fn pan_is_at_constant_power_and_its_ends_are_one_side_only() {
    let [left, right] = organ(&[control(10, 0)]);
    assert!(left > 0.01 && right == 0.0);
    let [_, hard_right] = organ(&[control(10, 127)]);
    let [left_end, right_end] = organ(&[control(10, 127)]);
    assert!(left_end < 1e-6 * right_end);
    let [middle_left, middle_right] = organ(&[control(10, 64)]);
    assert!((middle_left / middle_right - 1.0).abs() < 1e-4);
    let power = |left: f64, right: f64| left.hypot(right);
    assert!((power(middle_left, middle_right) / hard_right - 1.0).abs() < 1e-3);
    assert!((left / hard_right - 1.0).abs() < 1e-3);
}

/// Voices left a while after these messages at these frames.
fn voices_after(messages: &[TimedMessage], frames: usize) -> usize {
    let mut instrument = BuiltIn::new(RATE_HZ);
    instrument.process(&[at(0, 0, program(16))], &mut [], &mut []);
    render(&mut instrument, messages, frames, &[512]);
    instrument.active_voice_count()
}

#[test]
fn the_sustain_pedal_holds_what_was_let_go_until_it_is_let_go() {
    let held = [at(0, 0, control(64, 127)), at(0, 0, on(60)), at(100, 0, off(60))];
    assert_eq!(voices_after(&held, 48_000), 1);
    let released = [held.as_slice(), &[at(20_000, 0, control(64, 0))]].concat();
    assert_eq!(voices_after(&released, 48_000), 0);
    let key_still_down = [at(0, 0, control(64, 127)), at(0, 0, on(60)), at(100, 0, control(64, 0))];
    assert_eq!(voices_after(&key_still_down, 48_000), 1);
    let no_pedal = [at(0, 0, on(60)), at(100, 0, off(60))];
    assert_eq!(voices_after(&no_pedal, 48_000), 0);
}

#[test]
fn the_sostenuto_pedal_holds_only_the_keys_that_were_down() {
    let messages = [
        at(0, 0, on(60)),
        at(10, 0, control(66, 127)),
        at(20, 0, on(64)),
        at(100, 0, off(60)),
        at(100, 0, off(64)),
    ];
    assert_eq!(voices_after(&messages, 48_000), 1);
    let released = [messages.as_slice(), &[at(200, 0, control(66, 0))]].concat();
    assert_eq!(voices_after(&released, 48_000), 0);
}

#[test]
fn all_notes_off_releases_all_sound_off_cuts_and_reset_lifts_the_pedals() {
    let chord = [at(0, 0, on(60)), at(0, 0, on(64)), at(0, 0, on(67)), at(0, 1, on(72))];
    let with = |message| [chord.as_slice(), &[at(4800, 0, message)]].concat();
    assert_eq!(voices_after(&chord, 48_000), 4);
    assert_eq!(voices_after(&with(control(123, 0)), 48_000), 1, "the other channel goes on");
    assert_eq!(voices_after(&with(control(120, 0)), 4800 + 512), 1, "and at once");
    let pedal = [at(0, 0, control(64, 127)), at(0, 0, on(60)), at(10, 0, control(123, 0))];
    assert_eq!(voices_after(&pedal, 48_000), 1, "the pedal holds against 123");
    let lifted = [pedal.as_slice(), &[at(20, 0, control(121, 0))]].concat();
    assert_eq!(voices_after(&lifted, 48_000), 0);
}

/// Pitch of a whistled A4 after these messages, in cents above 440 Hz, before its vibrato begins.
fn tuned(messages: &[Message]) -> f64 {
    let mut all = vec![at(0, 0, program(78)), at(0, 0, control(91, 0))];
    all.extend(messages.iter().map(|message| at(0, 0, *message)));
    all.push(at(0, 0, on(69)));
    let [left, _] = play(&all, 12_000);
    // The loudest semitone is near it.
    let semitones = (-24..=24).map(|semitone| 440.0 * f64::exp2(f64::from(semitone) / 12.0));
    let loudest = semitones.map(|hz| (crate::support::magnitude(&left, hz), hz));
    let (_, hz) = loudest.fold((0.0, 0.0), |best, next| if next.0 > best.0 { next } else { best });
    cents(pitch_hz(&left, hz), 440.0)
}

#[test]
fn bend_and_tuning_follow_the_registered_parameters() {
    let rpn = |number, coarse, fine| {
        [control(101, 0), control(100, number), control(6, coarse), control(38, fine)]
    };
    let check = |messages: &[Message], expected: f64| {
        let found = tuned(messages);
        assert!((found - expected).abs() < 1.0, "{messages:?}: {found}, not {expected}");
    };
    check(&[], 0.0);
    check(&[Message::PitchBend { value: -8192 }], -200.0);
    check(&[Message::PitchBend { value: 4096 }], 100.0);
    let with = |parameter: [Message; 4], bend: i16| {
        [parameter.as_slice(), &[Message::PitchBend { value: bend }]].concat()
    };
    check(&with(rpn(0, 12, 0), -8192), -1200.0);
    check(&with(rpn(0, 1, 50), -8192), -150.0);
    check(&rpn(1, 96, 0), 50.0);
    check(&rpn(2, 67, 0), 300.0);
    // After the null parameter, or a non-registered one, data entry means nothing.
    check(&[control(101, 127), control(100, 127), control(6, 12)], 0.0);
    check(&[control(101, 0), control(100, 2), control(99, 1), control(98, 1), control(6, 70)], 0.0);
}

#[test]
fn the_wheel_gives_vibrato_and_reset_takes_it_away() {
    let spread = |messages: &[Message]| {
        let mut all = vec![at(0, 0, program(19)), at(0, 0, control(91, 0))];
        all.extend(messages.iter().map(|message| at(0, 0, *message)));
        all.push(at(0, 0, on(69)));
        let [left, _] = play(&all, 48_000);
        let parts =
            left[12_000..].chunks_exact(4000).map(|part| cents(pitch_hz(part, 440.0), 440.0));
        let (low, high) = parts.fold((1e9f64, -1e9f64), |(l, h), x| (l.min(x), h.max(x)));
        high - low
    };
    assert!(spread(&[]) < 2.0);
    assert!((40.0..110.0).contains(&spread(&[control(1, 127)])), "{}", spread(&[control(1, 127)]));
    assert!(spread(&[control(1, 127), control(121, 0)]) < 2.0);
}

#[test]
fn a_closed_hat_cuts_off_an_open_one() {
    let loudness = |messages: &[TimedMessage]| {
        let [left, _] = play(messages, 24_000);
        rms(&left[14_000..18_000])
    };
    let dry = at(0, 9, control(91, 0));
    let open = loudness(&[dry, at(0, 9, on(46))]);
    let choked = loudness(&[dry, at(0, 9, on(46)), at(4000, 9, on(44))]);
    let other = loudness(&[dry, at(0, 9, on(46)), at(4000, 9, on(37))]);
    assert!(choked < 0.05 * open, "{choked} {open}");
    assert!(other > 0.9 * open);
}

#[test]
fn a_key_sounds_once_on_its_channel() {
    let mut instrument = BuiltIn::new(RATE_HZ);
    instrument.process(&[at(0, 0, program(16))], &mut [], &mut []);
    let again: Vec<TimedMessage> = (0..10).map(|i| at(i * 4800, 0, on(60))).collect();
    render(&mut instrument, &again, 60_000, &[512]);
    assert_eq!(instrument.active_voice_count(), 1);
    render(&mut instrument, &[at(0, 0, off(60))], 48_000, &[512]);
    assert_eq!(instrument.active_voice_count(), 0, "one note-off is enough");
}

#[test]
fn louder_is_louder_and_brighter() {
    let strike = |velocity: f32| {
        let note = Message::NoteOn { key: 60, velocity };
        play(&[at(0, 0, control(91, 0)), at(0, 0, note)], 9600)
    };
    let [soft, _] = strike(0.3);
    let [loud, _] = strike(1.0);
    assert!(peak(&loud) > 5.0 * peak(&soft));
    let slope = |x: &[f32]| {
        let differences: Vec<f32> = x.windows(2).map(|pair| pair[1] - pair[0]).collect();
        rms(&differences) / rms(x)
    };
    assert!(slope(&loud) > 1.3 * slope(&soft), "{} {}", slope(&loud), slope(&soft));
}

#[test]
fn brightness_opens_and_closes_the_filter() {
    let slope = |value: u8| {
        let messages = [at(0, 0, program(81)), at(0, 0, control(74, value)), at(0, 0, on(60))];
        let [left, _] = play(&messages, 24_000);
        let differences: Vec<f32> = left.windows(2).map(|pair| pair[1] - pair[0]).collect();
        rms(&differences) / rms(&left)
    };
    assert!(slope(127) > 1.2 * slope(64));
    assert!(slope(64) > 1.2 * slope(0));
}
