//! The load of BENCHMARKS.md: 32 tracks of 64 steps, all on, at 120 BPM and 48 kHz.

use tresillo_pattern::document::{
    Channel, Destination, Key, Pattern, Project, Step, Track, TrackId,
};
use tresillo_pattern::{FrameClock, Performance, Player, Window};

/// Frames in a block.
const BLOCK: i64 = 64;

/// Playback block after block.
pub(crate) struct Run {
    project: Project,
    player: Player,
    clock: FrameClock,
    frame: i64,
}

impl Run {
    /// At song position 0.
    pub(crate) fn new() -> Run {
        let track = |id: u32| Track {
            id: TrackId(id),
            destination: Destination {
                channel: Channel::saturating(9),
                key: Some(Key::saturating(u8::try_from(35 + id).unwrap_or(35))),
                ..Destination::default()
            },
            steps: vec![Step { is_on: true, ..Step::default() }; 64],
            ..Track::default()
        };
        let pattern = Pattern { tracks: (0..32).map(track).collect(), ..Pattern::default() };
        Run {
            project: Project { patterns: vec![pattern], ..Project::default() },
            player: Player::new(),
            clock: FrameClock::from_zero(120.0, 48_000.0),
            frame: 0,
        }
    }

    /// Plays the next block; how many events it had.
    pub(crate) fn block(&mut self) -> u64 {
        let end = self.frame + BLOCK;
        let window = Window {
            start: self.clock.first_tick_at(self.frame),
            end: self.clock.first_tick_at(end),
        };
        let mut count = 0;
        self.player.advance(&self.project, &Performance::default(), window, &mut |event| {
            std::hint::black_box(self.clock.frame_of(event.tick));
            count += 1;
        });
        self.frame = end;
        count
    }
}
