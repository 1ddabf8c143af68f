//! What is auditioned, and what ends all that sounds.

use super::*;

/// An engine whose blocks of 4800 frames, a tenth of a second, are played one by one.
struct Played {
    bridge: Arc<Bridge>,
    engine: Engine,
    facts: HostFacts,
    settings: Settings,
    is_bypassed: bool,
    host: Host,
}

const BLOCK: u32 = 4800;

impl Played {
    fn new(is_playing: bool) -> Played {
        let (bridge, engine) = engine();
        let facts = HostFacts { is_playing, tempo_bpm: Some(120.0), ..HostFacts::default() };
        let facts = HostFacts { beat: Some(0.0), frame: Some(0.0), ..facts };
        let host = Host::with_room(usize::MAX);
        Played { bridge, engine, facts, settings: Settings::default(), is_bypassed: false, host }
    }

    /// What comes out of one block.
    fn block(&mut self, keys: &[(u8, bool)]) -> Vec<Sent> {
        let input: Vec<Input> = keys.iter().map(|key| input(0, *key)).collect();
        let request = request(BLOCK, self.facts, Performance::default(), self.is_bypassed);
        let request = BlockRequest { settings: self.settings, input: &input, ..request };
        self.host = Host::with_room(usize::MAX);
        self.engine.process(request, &mut self.host);
        if self.facts.is_playing {
            self.facts.beat = self.facts.beat.map(|beat| beat + 0.2);
            self.facts.frame = self.facts.frame.map(|frame| frame + f64::from(BLOCK));
        }
        self.host.events.clone()
    }
}

fn on(key: u8) -> Sent {
    (0, Address { port: 0, channel: 1, key }, EventKind::NoteOn { velocity: 0.5 })
}

fn off(offset: u32, key: u8) -> Sent {
    (offset, Address { port: 0, channel: 1, key }, EventKind::NoteOff)
}

#[test]
fn what_is_auditioned_sounds_while_the_transport_stands_and_ends_on_its_frame() {
    let mut played = Played::new(false);
    played.bridge.audition(audition(&[60, 64]).lasting(0.25));
    played.bridge.audition(audition(&[67]).lasting(0.1));
    assert_eq!(played.block(&[]), [on(60), on(64), on(67)]);
    assert_eq!(played.block(&[]), [off(0, 67)], "as long as a block");
    assert_eq!(played.block(&[]), [off(2400, 60), off(2400, 64)]);
    assert_eq!(played.block(&[]), []);
    // A fifth of a second, if nobody says anything else.
    played.bridge.audition(audition(&[60]));
    assert_eq!((played.block(&[]), played.block(&[])), (vec![on(60)], vec![]));
    assert_eq!(played.block(&[]), [off(0, 60)]);
}

#[test]
fn the_notes_of_the_pattern_are_the_same_beside_what_is_auditioned() {
    let mut plain = Played::new(true);
    let mut beside = Played::new(true);
    for round in 0..40 {
        if round % 3 == 0 {
            beside.bridge.audition(audition(&[100]).lasting(0.137));
        }
        let mut events = beside.block(&[]);
        let count = events.len();
        events.retain(|(_, address, _)| address.key != 100);
        assert_eq!(count > events.len(), round % 3 < 2, "it sounds");
        assert_eq!(events, plain.block(&[]), "{round}");
    }
}

#[test]
fn a_key_that_is_auditioned_again_ends_and_begins_anew() {
    let mut played = Played::new(false);
    played.bridge.audition(audition(&[60]));
    assert_eq!(played.block(&[]), [on(60)]);
    played.bridge.audition(audition(&[60]));
    assert_eq!(played.block(&[]), [off(0, 60), on(60)]);
    assert_eq!(played.block(&[]), []);
    assert_eq!(played.block(&[]), [off(0, 60)]);
}

#[test]
fn a_key_sounds_once_whoever_plays_it() {
    let mut played = Played::new(false);
    played.settings.is_through = true;
    assert_eq!(played.block(&[(60, true)]), [on(60)]);
    played.bridge.audition(audition(&[60]));
    assert_eq!(played.block(&[]), [off(0, 60), on(60)]);
    // What has passed through was ended already.
    assert_eq!(played.block(&[(60, false)]), []);
    assert_eq!(played.block(&[(60, true)]), [off(0, 60), on(60)]);
    assert_eq!(played.block(&[]), [], "the auditioned one ends no other");
}

#[test]
fn a_stop_and_a_bypass_end_what_is_auditioned() {
    let mut played = Played::new(false);
    played.bridge.audition(audition(&[60]));
    assert_eq!(played.block(&[]), [on(60)]);
    played.bridge.audition(audition(&[62]));
    played.engine.stop();
    assert_eq!(played.block(&[]), [off(0, 60)], "and what waits does not sound afterwards");
    played.bridge.audition(audition(&[60]));
    assert_eq!(played.block(&[]), [on(60)]);
    played.is_bypassed = true;
    assert_eq!(played.block(&[]), [off(0, 60)]);
    played.bridge.audition(audition(&[60]));
    assert_eq!(played.block(&[]), []);
    played.is_bypassed = false;
    assert_eq!(played.block(&[]), []);
}

#[test]
fn more_than_there_is_room_for_is_not_heard() {
    let mut played = Played::new(false);
    let keys: Vec<u8> = (0..16).collect();
    for group in 0..100 {
        let keys: Vec<u8> = keys.iter().map(|key| key + group % 8 * 16).collect();
        played.bridge.audition(audition(&keys));
    }
    let mut events = played.block(&[]);
    events.extend(played.block(&[]));
    events.extend(played.block(&[]));
    let mut sounding = BTreeSet::new();
    for (_, address, kind) in events {
        let is_on = matches!(kind, EventKind::NoteOn { .. });
        assert!(if is_on { sounding.insert(address) } else { sounding.remove(&address) });
    }
    assert_eq!(sounding, BTreeSet::new());
    assert!(played.bridge.refused_counts().0 > 0);
}

#[test]
fn a_panic_ends_everything_and_playing_goes_on() {
    let (mut plain, mut played) = (Played::new(true), Played::new(true));
    played.settings.is_through = true;
    played.bridge.audition(audition(&[101]).lasting(9.0));
    let mut sounding = BTreeSet::new();
    for round in 0..40 {
        if round == 5 {
            played.bridge.panic();
        }
        let keys: &[(u8, bool)] = if round == 2 { &[(100, true)] } else { &[] };
        let (events, expected) = (played.block(keys), plain.block(&[]));
        for (_, address, kind) in &events {
            match kind {
                EventKind::NoteOn { .. } => sounding.insert(*address),
                EventKind::NoteOff => sounding.remove(address),
                EventKind::Control(_) => true,
            };
        }
        if round == 5 {
            assert_eq!(sounding, BTreeSet::new());
            assert!(events.iter().all(|(_, _, kind)| *kind == EventKind::NoteOff));
            let behind_all: Vec<_> = (0..16).map(|channel| (channel, events.len())).collect();
            assert_eq!(played.host.silenced, behind_all);
        } else {
            assert_eq!(played.host.silenced, [], "once is enough");
        }
        if round > 5 {
            let ons = |events: &[Sent]| -> Vec<Sent> {
                let is_on = |event: &&Sent| matches!(event.2, EventKind::NoteOn { .. });
                events.iter().filter(is_on).copied().collect()
            };
            assert_eq!(ons(&events), ons(&expected), "{round}");
        }
    }
    assert_eq!(played.block(&[(100, false)]).iter().filter(|event| event.1.key == 100).count(), 0);
}

#[test]
fn a_panic_lets_go_of_held_keys() {
    let mut played = Played::new(false);
    played.settings.run = RunMode::Gated;
    played.block(&[(100, true)]);
    assert!(played.bridge.position().is_some());
    played.bridge.panic();
    played.block(&[]);
    assert_eq!(played.bridge.position(), None);
    played.is_bypassed = true;
    played.bridge.panic();
    played.block(&[]);
    assert_eq!(played.host.silenced.len(), 16, "also while bypassed");
}
