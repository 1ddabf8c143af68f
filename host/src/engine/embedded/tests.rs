use super::*;
use crate::engine::rack::tests::impulse_rack;
use crate::instrument::Message;
use crate::score::ScoreMessage;

fn score(onsets: &[u64], end_frame: u64) -> Score {
    let messages = onsets
        .iter()
        .map(|frame| ScoreMessage {
            frame: *frame,
            track: 0,
            channel: 0,
            message: Message::NoteOn { key: 60, velocity: 1.0 },
        })
        .collect();
    Score { messages, end_frame, ..Score::default() }
}

fn onsets(latency: u32, block: u32, tail: Tail, score: &Score) -> (Vec<usize>, Rendered) {
    let settings =
        Settings { sample_rate_hz: 8_000, block_frames: block, tail, warmup: Duration::ZERO };
    let mut sound = Vec::new();
    let rendered = render(&mut impulse_rack(latency), score, settings, |left, _| {
        sound.extend_from_slice(left);
        Ok::<(), PluginFailed>(())
    })
    .unwrap();
    assert_eq!(u64::try_from(sound.len()).unwrap(), rendered.frames);
    let onsets = sound.iter().enumerate().filter(|(_, s)| **s > 0.5).map(|(at, _)| at).collect();
    (onsets, rendered)
}

#[test]
fn onsets_land_on_their_frames_at_every_block_and_latency() {
    let score = score(&[0, 1, 511, 512, 513, 4_095, 7_999], 8_000);
    for block in [1, 7, 64, 512, 4_096, 65_536] {
        for latency in [0, 1, 63, 512, 5_000] {
            let (found, rendered) = onsets(latency, block, Tail::None, &score);
            assert_eq!(
                found,
                [0, 1, 511, 512, 513, 4_095, 7_999],
                "block {block}, latency {latency}"
            );
            assert_eq!(rendered, Rendered { frames: 8_000, tail_frames: 0, is_tail_cut: false });
        }
    }
}

#[test]
fn a_tail_ends_half_a_second_after_the_last_sound_on_the_exact_frame() {
    let score = score(&[7_999], 8_000);
    for block in [1, 100, 512, 8_192] {
        let (_, rendered) = onsets(0, block, Tail::Auto, &score);
        assert_eq!(rendered.frames, 8_000 + 4_000, "block {block}");
        let (_, rendered) = onsets(0, block, Tail::Seconds(0.25), &score);
        assert_eq!(rendered.frames, 8_000 + 2_000, "block {block}");
    }
}

#[test]
fn music_that_ended_in_silence_has_no_tail() {
    let (_, rendered) = onsets(0, 512, Tail::Auto, &score(&[0], 8_000));
    assert_eq!(rendered.tail_frames, 0);
}

#[test]
fn a_tail_that_does_not_end_is_cut_and_said_to_be() {
    let every_block: Vec<u64> = (0..400_000).step_by(100).collect();
    let (_, rendered) = onsets(0, 512, Tail::Auto, &score(&every_block, 8_000));
    assert_eq!(rendered.tail_frames, 30 * 8_000);
    assert!(rendered.is_tail_cut);
}

#[test]
fn an_empty_piece_has_no_frames() {
    let (_, rendered) = onsets(0, 512, Tail::None, &score(&[], 0));
    assert_eq!(rendered.frames, 0);
}
