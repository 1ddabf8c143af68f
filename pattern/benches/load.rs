//! The load of BENCHMARKS.md: 32 tracks of 64 steps, all on, at 120 BPM and 48 kHz.

use tresillo_pattern::document::*;
use tresillo_pattern::{FrameClock, Mutes, PatternIndex, Performance, Player, Ticks, Window};

/// Frames in a block.
const BLOCK: i64 = 64;

/// Two controllers, the bend and the tuning of each note.
fn locks(pick: usize) -> Locks {
    let mut locks = Locks::NONE;
    let value = i64::try_from(pick % 128).unwrap_or(0);
    let controls = [Control::cc(74), Control::cc(1), Ok(Control::Bend), Ok(Control::Tuning)];
    for control in controls.into_iter().flatten() {
        // In range, and fewer than sixteen.
        let _ = Lock::new(control, value).and_then(|lock| locks.set(lock));
    }
    locks
}

fn groove() -> Option<Groove> {
    let offsets = (0..16).map(|place| Ticks(place * 37 % 400 - 200)).collect();
    Groove::new(StepSize::SIXTEENTH, offsets).ok()
}

/// Playback block after block.
pub(crate) struct Run {
    project: Project,
    performance: Performance,
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
            performance: Performance::default(),
            player: Player::new(),
            clock: FrameClock::from_zero(120.0, 48_000.0),
            frame: 0,
        }
    }

    /// 32 tracks of 128 steps with everything that a step can have, each on its own sixteenth of a beat or so.
    pub(crate) fn with_everything() -> Run {
        let conditions =
            ["2:3", "NOT 1:4", "FIRST", "NOT FILL", "PRE", "NOT PRE", "NEI", "NOT NEI"];
        let step = |track: usize, index: usize| {
            let pick = track * 7 + index;
            let mut keys = Keys::NONE;
            for key in 0..3 {
                // Three keys are fewer than sixteen.
                let _ =
                    keys.push(Key::saturating(u8::try_from(36 + track + key * 4).unwrap_or(60)));
            }
            let ratchet = Ratchet::new(if pick.is_multiple_of(5) { 4 } else { 1 });
            let ratchet = ratchet.and_then(|r| r.with_span_percent(150)).unwrap_or_default();
            Step {
                is_on: true,
                keys,
                articulation: match pick % 9 {
                    0 => Articulation::Tie,
                    1 => Articulation::Slide,
                    _ => Articulation::Gate,
                },
                micro_timing: Ticks(i64::try_from(pick % 900).unwrap_or(0) - 450),
                chance: Percent::saturating(if pick.is_multiple_of(3) { 60 } else { 100 }),
                chance_group: pick.is_multiple_of(6).then_some(ChanceGroup::MIN),
                condition: Condition::parse(conditions[pick % conditions.len()]).unwrap_or(None),
                ratchet,
                locks: locks(pick),
                ..Step::default()
            }
        };
        let lane = |property| Lane {
            property,
            step_size: StepSize::SIXTEENTH,
            steps: (0..7).map(|index| step(3, index)).collect(),
            unknown: Unknown::default(),
        };
        let track = |id: usize| Track {
            id: TrackId(u32::try_from(id).unwrap_or(0)),
            destination: Destination {
                channel: Channel::saturating(u8::try_from(id % 16).unwrap_or(0)),
                ..Destination::default()
            },
            direction: Direction::ALL[id % Direction::ALL.len()],
            lanes: vec![
                lane(Property::Velocity),
                lane(Property::Chance),
                lane(Property::Lock(Control::Bend)),
            ],
            base: locks(1),
            steps: (0..128).map(|index| step(id, index)).collect(),
            ..Track::default()
        };
        let pattern = Pattern {
            humanise: Humanise {
                timing: Percent::saturating(20),
                velocity: Percent::saturating(20),
            },
            swing: Swing {
                percent: SwingPercent::new(58.0).unwrap_or(SwingPercent::STRAIGHT),
                unit: SwingUnit::Sixteenth,
            },
            scale: Scale::parse("C minor"),
            groove: groove(),
            tracks: (0..32).map(track).collect(),
            ..Pattern::default()
        };
        Run { project: Project { patterns: vec![pattern], ..Project::default() }, ..Run::new() }
    }

    /// The same as a song of two slots, so that playing also chooses what plays.
    pub(crate) fn with_everything_in_a_song() -> Run {
        let mut run = Run::with_everything();
        let slot = |bars| Slot {
            pattern: PatternIndex(0),
            bars,
            transpose: 2,
            mutes: Mutes::NONE,
            unknown: Unknown::default(),
        };
        run.project.song.slots = (0..256).map(|index| slot(1 + index % 3)).collect();
        run.performance.is_song = true;
        run
    }

    /// Plays the next block; how many events it had.
    pub(crate) fn block(&mut self) -> u64 {
        let end = self.frame + BLOCK;
        let window = Window {
            start: self.clock.first_tick_at(self.frame),
            end: self.clock.first_tick_at(end),
        };
        let mut count = 0;
        self.player.advance(&self.project, &self.performance, window, &mut |event| {
            std::hint::black_box(self.clock.frame_of(event.tick));
            count += 1;
        });
        self.frame = end;
        count
    }
}
