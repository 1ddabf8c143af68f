//! Learned controllers and keys move what they were learned for, and are saved with the state.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use libtest_mimic::Trial;

use crate::clap_host::ClapHost;
use crate::fixtures;
use crate::registry::trial;
use crate::script::{Host, Outcome, Step, Transport};
use crate::stream::check_stream;
use crate::vst3_crate::{self, Vst3CrateHost};
use crate::vst3_host::{self, Vst3Host};

const BLOCK: u32 = 1000;

/// A sixteenth is 6000 frames.
const SIXTEENTHS: &str =
    "kick: xxxxxxxxxxxxxxxx\nlead ch=1: C3 C3 C3 C3 C3 C3 C3 C3 C3 C3 C3 C3 C3 C3 C3 C3";

/// The tests of this module.
#[must_use]
pub fn tests() -> Vec<Trial> {
    let hosts: [(&str, Arc<dyn Host + Send + Sync>, _); 3] = [
        ("clap", Arc::new(ClapHost), None),
        ("vst3", Arc::new(Vst3Host), vst3_host::missing()),
        ("vst3_crate", Arc::new(Vst3CrateHost), vst3_crate::missing()),
    ];
    let mut trials: Vec<Trial> = hosts
        .into_iter()
        .map(|(format, host, missing)| {
            trial(&format!("{format}_mutes_by_a_learned_key"), missing, move || keys(&*host))
        })
        .collect();
    trials.push(trial("clap_turns_by_a_learned_controller", None, || controllers(&ClapHost)));
    trials
}

/// A bar; `played` before the block of its number.
fn bar(host: &dyn Host, learned: &str, played: &[(u32, Step)]) -> Result<Outcome> {
    let project = fixtures::read(SIXTEENTHS);
    let mut steps = vec![Step::Load { state: fixtures::state_with_controllers(&project, learned) }];
    for block in 0..96u32 {
        steps.extend(played.iter().filter(|(at, _)| *at == block).map(|(_, step)| step.clone()));
        let transport = Transport::rolling((block * BLOCK).into());
        steps.push(Step::Block { frame_count: BLOCK, transport });
    }
    steps.push(Step::Block { frame_count: BLOCK, transport: Transport::STILL });
    steps.push(Step::Save);
    let outcome = host.run(48_000.0, BLOCK, &steps)?;
    check_stream(&outcome.events)?;
    let saved: serde_json::Value =
        serde_json::from_str(outcome.saved.first().context("nothing saved")?)?;
    let field = saved["fields"]["controllers"].as_str().context("no controllers in the state")?;
    ensure!(serde_json::from_str::<String>(field)? == learned, "saved otherwise: {field}");
    Ok(outcome)
}

/// The sixteenths, from 0, on which a channel plays, with the key.
fn played(outcome: &Outcome, channel: u8) -> Vec<(i64, u8)> {
    let ons = outcome.events.iter().filter(|event| event.is_on && event.channel == channel);
    ons.map(|event| (event.frame / 6000, event.key)).collect()
}

/// A key mutes, and lets sound again; its notes are not passed on.
fn keys(host: &dyn Host) -> Result<()> {
    let play = |velocity| Step::Play { offset: 500, key: 36, velocity };
    let pressed = [(20, play(90)), (22, play(0)), (50, play(90)), (52, play(0))];
    let outcome = bar(host, "note 36 1 mute_1", &pressed)?;
    let places: Vec<i64> = played(&outcome, 9).iter().map(|(place, _)| *place).collect();
    // From frame 20,500 to 50,500: sixteenths 4 to 8.
    ensure!(places == [0, 1, 2, 3, 9, 10, 11, 12, 13, 14, 15], "{places:?}");
    ensure!(played(&outcome, 0).len() == 16, "another track was muted");
    Ok(())
}

/// A controller transposes until the host moves the same parameter.
fn controllers(host: &dyn Host) -> Result<()> {
    let control = |value| Step::Control { offset: 100, controller: 20, value };
    let turned = [
        (20, control(64 + 7)),
        (40, control(64 - 12)),
        (70, Step::turn("Transpose", 0.5 + 2.0 / 96.0)),
    ];
    let outcome = bar(host, "cc 20 1 transpose", &turned)?;
    let keys: Vec<u8> = played(&outcome, 0).iter().map(|(_, key)| *key).collect();
    let expected: Vec<u8> =
        [vec![60; 4], vec![67; 3], vec![48; 5], vec![62; 4]].into_iter().flatten().collect();
    ensure!(keys == expected, "{keys:?}");
    Ok(())
}
