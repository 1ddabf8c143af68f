//! Playback under an allocator that refuses.

use assert_no_alloc::{AllocDisabler, assert_no_alloc};
use tresillo_pattern::document::*;
use tresillo_pattern::*;

#[global_allocator]
static ALLOCATOR: AllocDisabler = AllocDisabler;

#[test]
fn playing_allocates_nothing_however_much_there_is_to_play() {
    let step = Step {
        is_on: true,
        keys: Keys::from_slice(&(40..56).map(|key| Key::new(key).unwrap()).collect::<Vec<_>>())
            .unwrap(),
        ratchet: Ratchet::new(16).unwrap(),
        chance: Percent::new(90).unwrap(),
        ..Step::default()
    };
    let track = |id: u32| Track {
        id: TrackId(id),
        destination: Destination {
            channel: Channel::new(i64::from(id % 16)).unwrap(),
            ..Destination::default()
        },
        steps: vec![step.clone(); 128],
        ..Track::default()
    };
    let pattern = Pattern { tracks: (0..32).map(track).collect(), ..Pattern::default() };
    let project = Project { patterns: vec![pattern], ..Project::default() };
    let mut performance = Performance::default();
    let mut player = Player::new();
    let mut told = 0u64;
    assert_no_alloc(|| {
        for block in 0..2_000i64 {
            performance.transpose = i8::try_from(block / 500).unwrap_or(0);
            let window = Window::new(block * 54, block * 54 + 54);
            player.advance(&project, &performance, window, &mut |_| told += 1);
            if block % 700 == 0 {
                player.flush(window.end, &mut |_| told += 1);
                player.locate();
            }
        }
        // One window so long that the memo cannot hold it at once.
        player.advance(&project, &performance, Window::new(108_000, 300_000), &mut |_| told += 1);
    });
    assert_eq!(player.refused_count(), 0);
    assert!(told > 200_000, "{told}");
}
