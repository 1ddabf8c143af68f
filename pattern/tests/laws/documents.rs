//! Random documents for the laws.

use proptest::prelude::*;
use tresillo_pattern::document::*;
use tresillo_pattern::{Mutes, PatternIndex, Performance, SwingOffset, Ticks};

prop_compose! {
    pub(crate) fn step()(
        is_on in prop::bool::weighted(0.6),
        keys in prop::collection::vec(0i64..128, 0..4),
        velocity in 1i64..128,
        gate in prop_oneof![5i64..120, 120i64..2000],
        micro in prop_oneof![3 => Just(0i64), 1 => -6000i64..6000],
        chance in prop_oneof![3 => Just(100i64), 1 => 0i64..=100],
        condition in prop::option::weighted(0.2, (1i64..=16).prop_flat_map(|of| (1..=of, Just(of)))),
        ratchet in prop_oneof![3 => Just(1i64), 1 => 1i64..=16],
    ) -> Step {
        let mut step = Step { is_on, ..Step::default() };
        for key in keys {
            step.keys.push(Key::new(key).unwrap()).unwrap();
        }
        step.velocity = Velocity::new(velocity).unwrap();
        step.gate = GateLength::from_percent(gate).unwrap();
        step.micro_timing = Ticks(micro);
        step.chance = Percent::new(chance).unwrap();
        step.condition = condition.map(|(nth, of)| Condition::ratio(nth, of).unwrap());
        step.ratchet = Ratchet::new(ratchet).unwrap();
        step
    }
}

prop_compose! {
    pub(crate) fn track()(
        channel in 0i64..16,
        key in prop::option::of(0i64..128),
        size in prop_oneof![
            Just((1i64, 16i64)), Just((1, 8)), Just((1, 12)), Just((3, 32)), Just((1, 32)), Just((5, 11)),
        ],
        rotation in -20i32..20,
        steps in prop::collection::vec(step(), 1..20),
    ) -> Track {
        Track {
            destination: Destination {
                port: Port::MIN,
                channel: Channel::new(channel).unwrap(),
                key: key.map(|key| Key::new(key).unwrap()),
            },
            step_size: StepSize::new(size.0, size.1).unwrap(),
            rotation,
            steps,
            ..Track::default()
        }
    }
}

prop_compose! {
    pub(crate) fn project()(
        seed in any::<u64>(),
        swing in prop_oneof![Just(50.0f64), 50.0f64..75.0],
        unit in prop_oneof![Just(SwingUnit::Eighth), Just(SwingUnit::Sixteenth)],
        tracks in prop::collection::vec(track(), 1..5),
    ) -> Project {
        let tracks = (1u32..)
            .zip(tracks)
            .map(|(id, track)| Track { id: TrackId(id), name: format!("Track {id}"), ..track })
            .collect();
        let swing = Swing { percent: SwingPercent::new(swing).unwrap(), unit };
        let pattern = Pattern { swing, tracks, ..Pattern::default() };
        Project { seed, patterns: vec![pattern], ..Project::default() }
    }
}

prop_compose! {
    pub(crate) fn performance()(
        transpose in -24i8..24,
        mute in prop::option::of(0usize..5),
        swing in prop_oneof![Just(0.0f64), -10.0f64..10.0],
        chance in prop_oneof![Just(100i64), 0i64..=100],
        seed in prop_oneof![Just(0u32), any::<u32>()],
    ) -> Performance {
        Performance {
            pattern: PatternIndex(0),
            mutes: mute.map_or(Mutes::NONE, |track| Mutes::NONE.with(track, true)),
            transpose,
            swing: SwingOffset::from_points(swing),
            chance: Percent::new(chance).unwrap(),
            seed,
        }
    }
}
