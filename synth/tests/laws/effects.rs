//! Reverb and limiter, heard through the instrument.

use tresillo_synth::{BuiltIn, TimedMessage};

use crate::support::{RATE_HZ, at, control, on, peak, play, render, rms};

#[test]
fn the_reverb_send_decides_how_much_of_the_hall_is_heard() {
    let tail = |send: u8| {
        let messages = [at(0, 9, control(91, send)), at(0, 9, on(37))];
        let [left, right] = play(&messages, 48_000);
        [rms(&left[24_000..]), rms(&right[24_000..])]
    };
    assert_eq!(tail(0), [0.0; 2], "a rim shot has no tail of its own");
    let ([some, _], [more, other]) = (tail(40), tail(127));
    assert!(some > 1e-5 && more > 2.0 * some && other > 1e-5);
}

#[test]
fn the_hall_decays_by_60_db_in_about_two_seconds() {
    let messages = [at(0, 9, control(91, 127)), at(0, 9, on(37))];
    let [left, _] = play(&messages, 96_000);
    let level_db = |second: f64| {
        let start = (second * RATE_HZ) as usize;
        20.0 * rms(&left[start..start + 9600]).log10()
    };
    let per_second = level_db(0.3) - level_db(1.3);
    assert!((25.0..50.0).contains(&per_second), "{per_second} dB a second");
}

#[test]
fn loud_music_is_turned_down_rather_than_cut() {
    let mut messages: Vec<TimedMessage> = Vec::new();
    for channel in (0..16).filter(|channel| *channel != 9) {
        messages.push(at(0, channel, control(7, 127)));
        messages.push(at(0, channel, tresillo_synth::Message::ProgramChange { program: 19 }));
        for key in [36, 48, 55, 60, 64, 67, 72] {
            messages.push(at(0, channel, on(key)));
        }
    }
    let mut instrument = BuiltIn::new(RATE_HZ);
    let [left, right] = render(&mut instrument, &messages, 48_000, &[512]);
    assert!(peak(&left) < 1.0 && peak(&right) < 1.0);
    let flat = left.windows(3).filter(|x| x[0] == x[1] && x[1] == x[2] && x[0].abs() > 0.5).count();
    assert_eq!(flat, 0, "no run of equal samples at the top");
}

#[test]
fn the_mix_has_no_constant_part_and_a_dry_note_ends_with_its_voice() {
    // A rock organ, whose FM makes a constant part. What is left is of cycles cut in two.
    let mut instrument = BuiltIn::new(RATE_HZ);
    let messages = [
        at(0, 0, tresillo_synth::Message::ProgramChange { program: 18 }),
        at(0, 0, control(91, 0)),
        at(0, 0, on(60)),
        at(48_000, 0, crate::support::off(60)),
    ];
    let [left, _] = render(&mut instrument, &messages, 48_001, &[512]);
    let mean = left[24_000..48_000].iter().sum::<f32>() / 24_000.0;
    assert!(mean.abs() < 5e-4, "{mean}");
    let mut frames = 0;
    while instrument.active_voice_count() > 0 {
        assert!(!instrument.is_silent());
        render(&mut instrument, &[], 1, &[1]);
        frames += 1;
        assert!(frames < 96_000, "the note never ends");
    }
    assert!(instrument.is_silent(), "not a frame later");
    let [left, right] = render(&mut instrument, &[], 1000, &[100]);
    assert!(left.iter().chain(&right).all(|x| *x == 0.0));
}
