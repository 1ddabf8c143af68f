#![allow(clippy::expect_used, reason = "a test may fail")]

mod silence;

use std::collections::BTreeSet;

use proptest::prelude::*;
use tresillo_pattern::PatternIndex;
use tresillo_pattern::document::{Key, Keys};
use tresillo_pattern::format::{json, notation};

use super::*;
use crate::controllers::Target;

const DENSE: &str = "
[one]
swing = 60
hat:                 xxxx*3x?50xx>300xx<400xx
bass ch=2:           C1=380 . C1=200 . Eb1=90 . G0+G1=150 . Bb0=1900 .
[two]
kick:                x=400...x...
bass ch=2:           C1=800 . . . C1 . . .
";

const PROCESSING: Processing =
    Processing { sample_rate_hz: 48_000.0, frames_max: 4096, is_told_late: false };

/// Offset in the block, place, on or off.
type Sent = (u32, Address, EventKind);

/// A host that keeps what it gets, and takes no more than so many events a block.
struct Host {
    events: Vec<Sent>,
    room: usize,
    /// The channels that were told to be silent, behind how many events.
    silenced: Vec<(u8, usize)>,
}

impl Host {
    fn with_room(room: usize) -> Host {
        Host { events: Vec::new(), room, silenced: Vec::new() }
    }
}

impl EventOutput for Host {
    fn send(&mut self, offset: u32, address: Address, kind: EventKind) -> bool {
        let has_room = self.events.len() < self.room;
        if has_room {
            self.events.push((offset, address, kind));
        }
        has_room
    }

    fn silence(&mut self, offset: u32, channel: u8) -> bool {
        assert_eq!(offset, 0);
        self.silenced.push((channel, self.events.len()));
        true
    }
}

fn request(
    frame_count: u32,
    facts: HostFacts,
    performance: Performance,
    is_bypassed: bool,
) -> BlockRequest<'static> {
    let settings = Settings::default();
    BlockRequest { frame_count, facts, performance, settings, is_bypassed, input: &[] }
}

fn input(offset: u32, (key, is_down): (u8, bool)) -> Input {
    let address = Address { port: 0, channel: 1, key };
    let kind = if is_down { EventKind::NoteOn { velocity: 0.5 } } else { EventKind::NoteOff };
    Input { offset, address, kind }
}

/// These keys on the channel of the bass.
fn audition(keys: &[u8]) -> Audition {
    let keys: Vec<Key> = keys.iter().map(|key| Key::saturating(*key)).collect();
    Audition::new(1, Keys::from_slice(&keys).expect("up to sixteen"), 0.5)
}

/// What hosts do between two blocks.
#[derive(Clone, Debug)]
enum Move {
    Roll(u32),
    Stop(u32),
    Locate(f64),
    Tempo(f64),
    Loop(Option<(f64, f64)>),
    Bypass(bool),
    Pattern(u8),
    Reset,
    Document(bool),
    Forget,
    /// Key and whether it goes down, in the middle of the next block.
    Key(u8, bool),
    Settings(Settings),
    /// A key that is to be heard for so many seconds.
    Audition(u8, f32),
    Panic,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let frame_count = prop_oneof![Just(0_u32), Just(1), Just(6), 1..2000_u32, Just(8192)];
    let one = prop_oneof![
        6 => frame_count.clone().prop_map(Move::Roll),
        1 => frame_count.prop_map(Move::Stop),
        1 => (-8.0..64.0).prop_map(Move::Locate),
        1 => (20.0..400.0).prop_map(Move::Tempo),
        1 => prop::option::of((-2.0..8.0, 0.0001..4.0))
            .prop_map(|ends| Move::Loop(ends.map(|(start, length)| (start, start + length)))),
        1 => any::<bool>().prop_map(Move::Bypass),
        1 => (0..3_u8).prop_map(Move::Pattern),
        1 => Just(Move::Reset),
        1 => any::<bool>().prop_map(Move::Document),
        1 => Just(Move::Forget),
        3 => (prop::sample::select(vec![24_u8, 36, 42, 61]), any::<bool>())
            .prop_map(|(key, is_down)| Move::Key(key, is_down)),
        2 => settings().prop_map(Move::Settings),
        2 => (prop::sample::select(vec![24_u8, 36, 42, 61]), 0.0..0.3_f32)
            .prop_map(|(key, seconds)| Move::Audition(key, seconds)),
        1 => Just(Move::Panic),
    ];
    prop::collection::vec(one, 1..120)
}

fn settings() -> impl Strategy<Value = Settings> {
    let run = prop::sample::select(vec![RunMode::Host, RunMode::Free, RunMode::Gated]);
    let launch = prop::sample::select(vec![Launch::AtOnce, Launch::Beat, Launch::Bar]);
    let input = prop::sample::select(vec![
        NoteInput::Nothing,
        NoteInput::Transpose,
        NoteInput::Pattern,
        NoteInput::Fill,
        NoteInput::Record,
        NoteInput::Steps,
    ]);
    (run, launch, input, any::<bool>()).prop_map(|(run, launch, input, is_through)| Settings {
        run,
        launch,
        input,
        is_through,
        input_key: 60,
        record_track: 1,
        record_latency_seconds: 0.0,
    })
}

fn engine() -> (Arc<Bridge>, Engine) {
    let (project, _) = notation::read(DENSE).expect("a sound fixture");
    let (bridge, end, copy) = Bridge::new(project);
    let mut engine = Engine::new(Arc::clone(&bridge), end, copy);
    engine.activate(PROCESSING);
    (bridge, engine)
}

/// Does the moves, then stops. Returns what came out of each block, with the length of the block.
fn perform(moves: &[Move], room: usize) -> Vec<(u32, Vec<Sent>)> {
    let (bridge, mut engine) = engine();
    let mut facts = HostFacts {
        is_playing: true,
        tempo_bpm: Some(120.0),
        beat: Some(0.0),
        frame: Some(0.0),
        ..HostFacts::default()
    };
    let (mut performance, mut is_bypassed) = (Performance::default(), false);
    let (mut settings, mut keys) = (Settings::default(), Vec::new());
    let mut blocks = Vec::new();
    // In the end nothing passes through any more and no host leads.
    let end = [Move::Settings(Settings::default())];
    let stop = end.into_iter().chain(std::iter::repeat_n(Move::Stop(64), 400));
    for one in moves.iter().cloned().chain(stop) {
        let (frame_count, is_playing) = match one {
            Move::Roll(frame_count) => (frame_count, true),
            Move::Stop(frame_count) => (frame_count, false),
            other => {
                match other {
                    Move::Locate(beat) => {
                        facts.beat = Some(beat);
                        facts.frame = Some(beat * 24_000.0);
                    }
                    Move::Tempo(tempo_bpm) => facts.tempo_bpm = Some(tempo_bpm),
                    Move::Loop(ends) => facts.loop_beats = ends,
                    Move::Bypass(now) => is_bypassed = now,
                    Move::Pattern(index) => performance.pattern = PatternIndex(index),
                    Move::Reset => engine.stop(),
                    Move::Document(is_sound) => {
                        let project = json::write(&notation::read(DENSE).expect("sound").0);
                        bridge.set_text(if is_sound { &project } else { "junk" });
                    }
                    Move::Forget => (facts.tempo_bpm, facts.frame) = (None, None),
                    Move::Key(key, is_down) => keys.push((key, is_down)),
                    Move::Settings(other) => settings = other,
                    Move::Audition(key, seconds) => {
                        bridge.audition(audition(&[key]).lasting(seconds));
                    }
                    Move::Panic => bridge.panic(),
                    Move::Roll(_) | Move::Stop(_) => {}
                }
                continue;
            }
        };
        facts.is_playing = is_playing;
        let mut host = Host::with_room(room);
        let input: Vec<Input> = keys.drain(..).map(|key| input(frame_count / 2, key)).collect();
        let request = request(frame_count, facts, performance, is_bypassed);
        engine.process(BlockRequest { settings, input: &input, ..request }, &mut host);
        bridge.take_told();
        blocks.push((frame_count, host.events));
        if is_playing {
            let frames = f64::from(frame_count);
            let beats = frames * facts.tempo_bpm.unwrap_or(120.0) / 60.0 / 48_000.0;
            let mut beat = facts.beat.unwrap_or(0.0) + beats;
            let mut frame = facts.frame.map(|frame| frame + frames);
            if let Some((start, end)) = facts.loop_beats
                && facts.beat.is_some_and(|before| before < end)
                && beat >= end
            {
                beat = start + (beat - end) % (end - start);
                frame = frame.map(|_| beat * 24_000.0);
            }
            (facts.beat, facts.frame) = (Some(beat), frame);
        }
    }
    blocks
}

proptest! {
    #[test]
    fn whatever_a_host_does_each_note_ends_and_none_sounds_twice(moves in moves()) {
        let mut sounding = BTreeSet::new();
        for (frame_count, events) in perform(&moves, usize::MAX) {
            let mut last = 0;
            for (offset, address, kind) in events {
                prop_assert!(offset < frame_count && offset >= last);
                last = offset;
                match kind {
                    EventKind::NoteOn { velocity } => {
                        prop_assert!(velocity > 0.0 && sounding.insert(address), "twice: {address:?}");
                    }
                    EventKind::NoteOff => prop_assert!(sounding.remove(&address), "stray: {address:?}"),
                    EventKind::Control(_) => {}
                }
            }
        }
        prop_assert!(sounding.is_empty(), "stuck: {sounding:?}");
    }

    #[test]
    fn a_host_with_little_room_gets_every_off_in_the_end(moves in moves(), room in 1_usize..4) {
        let mut sounding = BTreeSet::new();
        for (_, events) in perform(&moves, room) {
            for (_, address, kind) in events {
                match kind {
                    EventKind::NoteOn { .. } => sounding.insert(address),
                    EventKind::NoteOff => sounding.remove(&address),
                    EventKind::Control(_) => true,
                };
            }
        }
        prop_assert!(sounding.is_empty(), "stuck: {sounding:?}");
    }
}

#[test]
fn what_a_host_cuts_off_at_its_loops_end_sounds_on_the_next_frame() {
    // At 397 BPM a beat is 7254.41 frames and a tick a third of one: the last tick of the loop rounds to the frame at which a
    // host that rounds down has wrapped already.
    let (project, _) = notation::read("rim: ...x>5039....").expect("a sound fixture");
    let (bridge, end, copy) = Bridge::new(project);
    let mut engine = Engine::new(bridge, end, copy);
    engine.activate(PROCESSING);
    let frames_per_beat = 60.0 * 48_000.0 / 397.0;
    let facts = |frame: f64| HostFacts {
        is_playing: true,
        tempo_bpm: Some(397.0),
        beat: Some(frame / frames_per_beat),
        frame: Some(frame),
        loop_beats: Some((0.0, 1.0)),
        ..HostFacts::default()
    };
    let mut events = Vec::new();
    for facts in [facts(7154.0), facts(0.0)] {
        let mut host = Host::with_room(usize::MAX);
        let performance = Performance::default();
        let request = request(100, facts, performance, false);
        engine.process(request, &mut host);
        events.push(host.events);
    }
    assert_eq!(events[0], []);
    let kinds: Vec<_> = events[1].iter().map(|(offset, _, kind)| (*offset, *kind)).collect();
    assert!(
        matches!(kinds[..], [(0, EventKind::NoteOn { .. }), (0, EventKind::NoteOff)]),
        "{kinds:?}"
    );
}

#[test]
fn documents_go_there_and_come_back_without_end() {
    let (bridge, mut engine) = engine();
    let facts = HostFacts::default();
    let performance = Performance::default();
    let mut host = Host::with_room(0);
    for round in 0..100 {
        // More in a row than any ring holds, before the engine sees one.
        for index in 0..20 {
            let text = format!("name = \"{round}.{index}\"\n{DENSE}");
            bridge.set_project(notation::read(&text).expect("sound").0);
        }
        let request = request(64, facts, performance, false);
        engine.process(request, &mut host);
        assert_eq!(engine.project.name, format!("{round}.19"), "the newest one plays");
    }
}

#[test]
fn text_that_is_no_project_leaves_the_project_and_a_reason() {
    let (bridge, mut engine) = engine();
    let before = bridge.text();
    bridge.set_text("junk");
    assert_eq!(bridge.text(), before);
    assert!(bridge.rejected().is_some_and(|reason| !reason.is_empty()));
    let mut host = Host::with_room(usize::MAX);
    let facts = HostFacts { is_playing: true, ..HostFacts::default() };
    let performance = Performance::default();
    engine.process(request(64, facts, performance, false), &mut host);
    assert!(!host.events.is_empty(), "the project plays on");
    bridge.set_text(&before);
    assert_eq!(bridge.rejected(), None);
}

/// The next key that comes in is learned, is not passed on, and moves its target from then on, until it is forgotten.
#[test]
fn the_next_key_is_learned() {
    let (bridge, mut engine) = engine();
    let settings = Settings { is_through: true, ..Settings::default() };
    let mut block = |bridge: &Bridge, keys: &[(u8, bool)]| {
        let input: Vec<Input> = keys.iter().map(|key| input(10, *key)).collect();
        let mut host = Host::with_room(usize::MAX);
        let facts = HostFacts::default();
        let request = request(64, facts, Performance::default(), false);
        engine.process(BlockRequest { settings, input: &input, ..request }, &mut host);
        bridge.take_told();
        (host.events.len(), engine.performance.mutes.contains(2), engine.performance.is_fill)
    };
    bridge.learn(Some(Target::Mute(2)));
    assert_eq!(bridge.learning(), Some(Target::Mute(2)));
    assert_eq!(block(&bridge, &[(40, true)]), (0, false, false));
    assert_eq!((bridge.learning(), bridge.controllers()), (None, "note 40 2 mute_3".to_owned()));
    // Down, up, down: on, and off again; another key passes.
    assert_eq!(block(&bridge, &[(40, true), (40, false)]), (0, true, false));
    assert_eq!(block(&bridge, &[(40, true), (41, true)]), (1, false, false));
    bridge.unlearn(Target::Mute(2));
    assert_eq!(block(&bridge, &[(40, true)]), (1, false, false));
    // Fill is on while its key is held, and nothing is learned that nobody waits for.
    bridge.set_controllers("note 40 2 fill");
    assert_eq!(block(&bridge, &[(40, true)]), (0, false, true));
    assert_eq!(block(&bridge, &[]), (0, false, true));
    assert_eq!(block(&bridge, &[(40, false)]), (0, false, false));
    bridge.learn(None);
    assert_eq!(bridge.learning(), None);
}

#[test]
fn our_own_transport_takes_the_tempo_of_the_document_when_that_changes() {
    let project =
        |tempo: u8| notation::read(&format!("tempo = {tempo}\nkick: x...")).expect("sound").0;
    assert!(Bridge::new(project(90)).0.own_transport().is_none());
    let (bridge, _end, _copy) = Bridge::with_own_transport(project(90));
    let told = || bridge.own_transport().map(|own| own.tempo_bpm().round());
    assert_eq!(told(), Some(90.0));
    bridge.set_project(project(100));
    assert_eq!(told(), Some(100.0));
    bridge.own_transport().expect("it is there").set_tempo(111.0);
    bridge.set_controllers("");
    assert_eq!(told(), Some(111.0), "another change leaves it alone");
    bridge.load("Load", project(80));
    assert_eq!(told(), Some(80.0));
    bridge.undo();
    assert_eq!(told(), Some(100.0));
}
