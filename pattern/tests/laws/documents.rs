//! Random documents for the laws.

use proptest::prelude::*;
use tresillo_pattern::document::*;
use tresillo_pattern::limits::TRACKS_MAX;
use tresillo_pattern::{Mutes, PatternIndex, Performance, SwingOffset, Ticks};

fn condition() -> impl Strategy<Value = Condition> {
    let rule = prop_oneof![
        3 => (1i64..=16).prop_flat_map(|of| (1..=of, Just(of)))
            .prop_map(|(nth, of)| Condition::ratio(nth, of).unwrap()),
        1 => Just(Condition::new(Rule::First)),
        1 => Just(Condition::new(Rule::Fill)),
        2 => Just(Condition::new(Rule::Previous)),
        2 => Just(Condition::new(Rule::Neighbour)),
    ];
    (rule, any::<bool>()).prop_map(|(rule, is_negated)| Condition { is_negated, ..rule })
}

fn ratchet() -> impl Strategy<Value = Ratchet> {
    let span = prop_oneof![3 => Just(100i64), 1 => 5i64..=1600];
    let ramp = prop_oneof![3 => Just(0i64), 1 => -100i64..=100];
    (1i64..=16, span, ramp).prop_map(|(hits, span, ramp)| {
        let ratchet = Ratchet::new(hits).unwrap();
        ratchet.with_span_percent(span).unwrap().with_ramp_percent(ramp).unwrap()
    })
}

/// Few enough that they meet each other, and that a track finds room for all of them.
fn controls() -> Vec<Control> {
    let mut controls = vec![Control::Bend, Control::Program, Control::Tuning, Control::Pressure];
    controls.extend([0, 7, 74].map(|number| Control::cc(number).unwrap()));
    controls
}

fn lock() -> impl Strategy<Value = Lock> {
    prop::sample::select(controls()).prop_flat_map(|control| {
        let (min, max) = control.range();
        (i64::from(min)..=i64::from(max)).prop_map(move |value| Lock::new(control, value).unwrap())
    })
}

fn locks(most: usize) -> impl Strategy<Value = Locks> {
    prop::collection::vec(lock(), 0..=most).prop_map(|list| {
        let mut locks = Locks::NONE;
        list.into_iter().for_each(|lock| locks.set(lock).unwrap());
        locks
    })
}

fn property() -> impl Strategy<Value = Property> {
    prop_oneof![
        3 => prop::sample::select(Property::ALL.to_vec()),
        1 => prop::sample::select(controls()).prop_map(Property::Lock),
    ]
}

fn groove() -> impl Strategy<Value = Groove> {
    let offsets = prop::collection::vec(-600i64..=600, 1..20);
    (prop::sample::select(vec![(1, 16), (1, 12), (5, 11)]), offsets, 0i64..=100).prop_map(
        |(unit, offsets, amount)| {
            let unit = StepSize::new(unit.0, unit.1).unwrap();
            let mut groove = Groove::new(unit, offsets.into_iter().map(Ticks).collect()).unwrap();
            groove.amount = Percent::new(amount).unwrap();
            groove
        },
    )
}

prop_compose! {
    pub(crate) fn lane()(
        property in property(),
        size in size(),
        steps in prop::collection::vec(step(), 1..9),
    ) -> Lane {
        let step_size = StepSize::new(size.0, size.1).unwrap();
        Lane { property, step_size, steps, unknown: Unknown::default() }
    }
}

fn size() -> impl Strategy<Value = (i64, i64)> {
    prop::sample::select(vec![(1, 16), (1, 8), (1, 12), (3, 32), (1, 32), (5, 11)])
}

prop_compose! {
    pub(crate) fn step()(
        is_on in prop::bool::weighted(0.6),
        keys in prop::collection::vec(0i64..128, 0..4),
        velocity in 1i64..128,
        gate in prop_oneof![5i64..120, 120i64..2000],
        micro in prop_oneof![3 => Just(0i64), 1 => -6000i64..6000],
        chance in prop_oneof![3 => Just(100i64), 1 => 0i64..=100],
        chance_group in prop::option::weighted(0.1, 0i64..16),
        condition in prop::option::weighted(0.3, condition()),
        ratchet in prop_oneof![3 => Just(Ratchet::default()), 1 => ratchet()],
        articulation in prop_oneof![
            4 => Just(Articulation::Gate), 1 => Just(Articulation::Tie), 1 => Just(Articulation::Slide)
        ],
        locks in prop_oneof![3 => locks(0), 1 => locks(3)],
    ) -> Step {
        let mut step = Step { is_on, ..Step::default() };
        for key in keys {
            step.keys.push(Key::new(key).unwrap()).unwrap();
        }
        step.velocity = Velocity::new(velocity).unwrap();
        step.gate = GateLength::from_percent(gate).unwrap();
        step.micro_timing = Ticks(micro);
        step.chance = Percent::new(chance).unwrap();
        step.chance_group = chance_group.map(|group| ChanceGroup::new(group).unwrap());
        step.condition = condition;
        step.ratchet = ratchet;
        step.articulation = articulation;
        step.locks = locks;
        step
    }
}

prop_compose! {
    pub(crate) fn track()(
        channel in 0i64..16,
        key in prop::option::of(0i64..128),
        size in size(),
        direction in prop::sample::select(Direction::ALL.to_vec()),
        lanes in prop::collection::vec(lane(), 0..3),
        base in prop_oneof![1 => locks(0), 1 => locks(3)],
        delay in prop_oneof![3 => Just(0.0f64), 1 => -1000.0f64..1000.0],
        rotation in -20i32..20,
        steps in prop::collection::vec(step(), 1..20),
    ) -> Track {
        let mut track = Track {
            destination: Destination {
                port: Port::MIN,
                channel: Channel::new(channel).unwrap(),
                key: key.map(|key| Key::new(key).unwrap()),
            },
            base,
            delay: Delay::from_ms(delay).unwrap(),
            step_size: StepSize::new(size.0, size.1).unwrap(),
            direction,
            rotation,
            lanes: distinct(lanes),
            steps,
            ..Track::default()
        };
        track.complete_base().unwrap();
        track
    }
}

/// A track has at most one lane of a property.
fn distinct(lanes: Vec<Lane>) -> Vec<Lane> {
    let mut kept: Vec<Lane> = Vec::new();
    for lane in lanes {
        if kept.iter().all(|other| other.property != lane.property) {
            kept.push(lane);
        }
    }
    kept
}

prop_compose! {
    fn pattern()(
        swing in prop_oneof![Just(50.0f64), 50.0f64..75.0],
        unit in prop_oneof![Just(SwingUnit::Eighth), Just(SwingUnit::Sixteenth)],
        humanise in (prop_oneof![2 => Just(0i64), 1 => 0i64..=100], prop_oneof![2 => Just(0i64), 1 => 0i64..=100]),
        groove in prop::option::weighted(0.3, groove()),
        scale in prop::option::weighted(0.3, prop::sample::select(vec!["C minor", "F# blues", "B 0 1"])),
        name in prop::sample::select(vec!["", "A", "Fill in", "2", "x, y", "A #1", " \"q\" "]),
        tracks in prop::collection::vec(track(), 1..5),
    ) -> Pattern {
        let tracks = (1u32..)
            .zip(tracks)
            .map(|(id, track)| Track { id: TrackId(id), name: format!("Track {id}"), ..track })
            .collect();
        let swing = Swing { percent: SwingPercent::new(swing).unwrap(), unit };
        let humanise = Humanise {
            timing: Percent::new(humanise.0).unwrap(),
            velocity: Percent::new(humanise.1).unwrap(),
        };
        let scale = scale.map(|text| Scale::parse(text).unwrap());
        let name = name.to_owned();
        Pattern { name, swing, groove, humanise, scale, tracks, ..Pattern::default() }
    }
}

prop_compose! {
    pub(crate) fn project()(
        seed in any::<u64>(),
        beats in prop::sample::select(vec![1u8, 3, 4]),
        patterns in prop::collection::vec(pattern(), 1..3),
        slots in prop::collection::vec((0u8..3, 1u16..4, -5i8..5, prop::option::of(0usize..4)), 0..5),
    ) -> Project {
        let count = u8::try_from(patterns.len()).unwrap();
        let slots = slots
            .into_iter()
            .map(|(pattern, bars, transpose, mute)| Slot {
                pattern: PatternIndex(pattern % count),
                bars,
                transpose,
                mutes: mute.map_or(Mutes::NONE, |track| Mutes::NONE.with(track, true)),
                unknown: Unknown::default(),
            })
            .collect();
        let metre = Metre { beats, unit: 4 };
        Project { seed, metre, patterns, song: Song { slots }, ..Project::default() }
    }
}

fn level() -> impl Strategy<Value = Level> {
    prop_oneof![6 => Just(100i64), 2 => 0i64..=200].prop_map(|level| Level::new(level).unwrap())
}

prop_compose! {
    pub(crate) fn performance()(
        transpose in -24i8..24,
        mute in prop::option::of(0usize..5),
        swing in prop_oneof![Just(0.0f64), -10.0f64..10.0],
        chance in prop_oneof![Just(100i64), 0i64..=100],
        is_song in prop::bool::weighted(0.4),
        is_fill in any::<bool>(),
        humanise in prop_oneof![3 => Just(0i64), 1 => 0i64..=100],
        velocity in level(),
        gate in level(),
        levels in prop::collection::vec(level(), TRACKS_MAX),
        seed in prop_oneof![Just(0u32), any::<u32>()],
    ) -> Performance {
        Performance {
            pattern: PatternIndex(0),
            mutes: mute.map_or(Mutes::NONE, |track| Mutes::NONE.with(track, true)),
            is_song,
            humanise: Percent::new(humanise).unwrap(),
            is_fill,
            transpose,
            swing: SwingOffset::from_points(swing),
            chance: Percent::new(chance).unwrap(),
            velocity,
            gate,
            track_levels: levels.try_into().unwrap(),
            seed,
        }
    }
}
