//! What belongs to single notes: not sent unless asked for, as note expression, and as MPE; and controls before their notes.

use std::sync::Arc;

use anyhow::{Result, ensure};
use libtest_mimic::Trial;

use crate::clap_host::ClapHost;
use crate::fixtures;
use crate::registry::trial;
use crate::script::{Host, Sent, Step, Transport};
use crate::stream::{
    CLAP_BRIGHTNESS, CLAP_PAN, CLAP_PRESSURE, CLAP_TUNING, HostControl, HostEvent, HostExpression,
    check_stream,
};
use crate::vst3_crate::{self, Vst3CrateHost};
use crate::vst3_host::{self, Vst3Host};

const BLOCK: u32 = 500;

/// Three notes, of which the second and third start together on frame 6000.
const EXPRESSIVE: &str = "lead ch=3 prog=5 cc74=64 tuning=0 pressure=0 brightness=64 pan=0: \
    C3=80{tuning=50} E3+G3=80{pressure=127, brightness=0, pan=63, cc74=90} . .";

/// The choices of "Expression out", as parts of its range.
const OFF: f64 = 0.0;
const NOTES: f64 = 0.5;
const MPE: f64 = 1.0;

type Test = fn(&dyn Host) -> Result<()>;

/// The tests of this module.
#[must_use]
pub fn tests() -> Vec<Trial> {
    // JUCE hands on no note expression.
    let everywhere: [(&str, Test); 2] = [
        ("sends_controls_before_their_notes_and_no_expression", sends_controls),
        ("sends_mpe_on_request", sends_mpe),
    ];
    let expression: (&str, Test) = ("sends_note_expression_on_request", sends_note_expression);
    let clap: Arc<dyn Host + Send + Sync> = Arc::new(ClapHost);
    let minihost: Arc<dyn Host + Send + Sync> = Arc::new(Vst3Host);
    let of_crate: Arc<dyn Host + Send + Sync> = Arc::new(Vst3CrateHost);
    let hosts = [
        ("clap", clap, None, Some(expression)),
        ("vst3", minihost, vst3_host::missing(), None),
        ("vst3_crate", of_crate, vst3_crate::missing(), Some(expression)),
    ];
    let mut trials = Vec::new();
    for (format, host, missing, more) in hosts {
        for &(name, test) in everywhere.iter().chain(&more) {
            let host = Arc::clone(&host);
            trials.push(trial(&format!("{format}_{name}"), missing, move || test(&*host)));
        }
    }
    trials
}

/// Half a beat, then a stop.
fn play(host: &dyn Host, expression: f64) -> Result<Vec<Sent>> {
    let project = fixtures::read(EXPRESSIVE);
    let mut steps = vec![
        Step::Load { state: fixtures::state_with(&project) },
        Step::turn("Expression out", expression),
    ];
    for block in 0..24u32 {
        let transport = Transport::rolling((block * BLOCK).into());
        steps.push(Step::Block { frame_count: BLOCK, transport });
    }
    steps.push(Step::Block { frame_count: BLOCK, transport: Transport::STILL });
    let outcome = host.run(48_000.0, BLOCK, &steps)?;
    check_stream(&outcome.events)?;
    Ok(outcome.sent)
}

fn control(frame: i64, status: u8, first: u8, second: u8) -> Sent {
    Sent::Control(HostControl { frame, status, first, second })
}

/// Those on a frame, note-offs left out.
fn starting(sent: &[Sent], frame: i64) -> Vec<Sent> {
    let at = |sent: &&Sent| match **sent {
        Sent::Note(HostEvent { frame: at, is_on, .. }) => is_on && at == frame,
        Sent::Control(HostControl { frame: at, .. }) => at == frame,
        Sent::Expression(HostExpression { frame: at, .. }) => at == frame,
    };
    sent.iter().filter(at).copied().collect()
}

fn is_on(sent: &Sent) -> bool {
    matches!(sent, Sent::Note(HostEvent { is_on: true, .. }))
}

fn is_key(sent: &Sent, wanted: u8) -> bool {
    matches!(sent, Sent::Note(HostEvent { is_on: true, key, .. }) if *key == wanted)
}

fn sends_controls(host: &dyn Host) -> Result<()> {
    let sent = play(host, OFF)?;
    let first = starting(&sent, 0);
    // In any order, but all before the note.
    ensure!(first.len() == 3 && is_on(&first[2]), "{first:?}");
    for expected in [control(0, 0xc2, 4, 0), control(0, 0xb2, 74, 64)] {
        ensure!(first.contains(&expected), "{expected:?} is not among {first:?}");
    }
    let second = starting(&sent, 6000);
    ensure!(second.len() == 3 && second[0] == control(6000, 0xb2, 74, 90), "{second:?}");
    ensure!(second[1..].iter().all(is_on), "{second:?}");
    Ok(())
}

fn sends_note_expression(host: &dyn Host) -> Result<()> {
    let sent = play(host, NOTES)?;
    for (frame, key, expected) in [
        (
            0,
            60,
            [
                (CLAP_TUNING, 0.5),
                (CLAP_PRESSURE, 0.0),
                (CLAP_BRIGHTNESS, 64.0 / 127.0),
                (CLAP_PAN, 0.5),
            ],
        ),
        (
            6000,
            64,
            [(CLAP_TUNING, 0.0), (CLAP_PRESSURE, 1.0), (CLAP_BRIGHTNESS, 0.0), (CLAP_PAN, 1.0)],
        ),
        (
            6000,
            67,
            [(CLAP_TUNING, 0.0), (CLAP_PRESSURE, 1.0), (CLAP_BRIGHTNESS, 0.0), (CLAP_PAN, 1.0)],
        ),
    ] {
        let all = starting(&sent, frame);
        let note = all.iter().position(|sent| is_key(sent, key));
        ensure!(note.is_some(), "key {key} does not start in {all:?}");
        for (wanted, value) in expected {
            let found = all.iter().position(|sent| match sent {
                Sent::Expression(sent) => {
                    (sent.kind, sent.channel, sent.key) == (wanted, 2, key)
                        && (sent.value - value).abs() < 1e-4
                }
                _ => false,
            });
            ensure!(found > note, "kind {wanted} of key {key} is not behind its note in {all:?}");
        }
    }
    Ok(())
}

/// A zone is announced once; then each note has a channel of its own, on which its bend, pressure and brightness come first.
fn sends_mpe(host: &dyn Host) -> Result<()> {
    let sent = play(host, MPE)?;
    let zone = [control(0, 0xb0, 101, 0), control(0, 0xb0, 100, 6), control(0, 0xb0, 6, 15)];
    let found = sent.iter().filter(|sent| zone.contains(sent)).copied().collect::<Vec<_>>();
    ensure!(found == zone, "not the zone, once and in order: {found:?}");
    let mut channels = Vec::new();
    // 50 cents of 48 semitones are 85 of 8192.
    let (bent, straight) = (8192 + 85, 8192);
    for (frame, key, bend, pressure, brightness) in
        [(0, 60, bent, 0, 64), (6000, 64, straight, 127, 0), (6000, 67, straight, 127, 0)]
    {
        let all = starting(&sent, frame);
        let Some(place) = all.iter().position(|sent| is_key(sent, key)) else {
            anyhow::bail!("key {key} does not start in {all:?}");
        };
        let Sent::Note(HostEvent { channel, .. }) = all[place] else { unreachable!() };
        ensure!((1..=15).contains(&channel) && !channels.contains(&channel), "{all:?}");
        channels.push(channel);
        let [low, high] = [bend % 128, bend / 128].map(|byte: u16| u8::try_from(byte).unwrap_or(0));
        let before = [
            control(frame, 0xe0 | channel, low, high),
            control(frame, 0xd0 | channel, pressure, 0),
            control(frame, 0xb0 | channel, 74, brightness),
        ];
        ensure!(
            place >= 3 && all[place - 3..place] == before,
            "{before:?} is not before key {key} in {all:?}"
        );
    }
    Ok(())
}
