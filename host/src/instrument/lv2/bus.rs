//! Which audio ports belong together.

use crate::instrument::AudioPort;
use crate::instrument::lv2::port::{Kind, Port};
use crate::instrument::lv2::vocabulary::groups;

/// Audio ports that are one port with channels, as other formats have it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bus {
    /// How it is shown.
    pub(super) port: AudioPort,
    /// The index of the plugin's port, a channel.
    pub(super) indices: Vec<u32>,
}

/// The audio ports of one direction, put together: a group is a bus; of ports without a group two and two are. The main
/// bus is the first in the list: `main_group` where the plugin says it, else that of the first port which is no side chain.
pub(super) fn of_ports(ports: &[Port], is_input: bool, main_group: Option<&str>) -> Vec<Bus> {
    let sound = ports.iter().filter(|port| port.kind == Kind::Audio && port.is_input == is_input);
    let (side, main): (Vec<&Port>, Vec<&Port>) = sound.partition(|port| port.is_side_chain);
    let mut sets = together(&main);
    let said = sets.iter().position(|set| {
        main_group.is_some() && set.first().is_some_and(|port| port.group.as_deref() == main_group)
    });
    if let Some(place) = said {
        let set = sets.remove(place);
        sets.insert(0, set);
    }
    let main_count = sets.len().min(1);
    sets.extend(together(&side));
    let bus = |(place, set): (usize, Vec<&Port>)| Bus {
        port: AudioPort {
            name: name(&set),
            channel_count: u32::try_from(set.len()).unwrap_or(u32::MAX),
            is_main: place < main_count,
        },
        indices: set.iter().map(|port| port.index).collect(),
    };
    sets.into_iter().enumerate().map(bus).collect()
}

/// Groups as they are; single ports in twos. A pair whose designations say so is put left before right.
fn together<'a>(ports: &[&'a Port]) -> Vec<Vec<&'a Port>> {
    let mut sets: Vec<Vec<&'a Port>> = Vec::new();
    for &port in ports {
        let belongs = |set: &&mut Vec<&'a Port>| match set.first() {
            Some(first) if port.group.is_some() => first.group == port.group,
            Some(first) => first.group.is_none() && set.len() < 2,
            None => false,
        };
        match sets.iter_mut().find(belongs) {
            Some(set) => set.push(port),
            None => sets.push(vec![port]),
        }
    }
    for set in &mut sets {
        set.sort_by_key(|port| match port.designation.as_str() {
            "" | groups::LEFT => 0,
            groups::RIGHT => 1,
            _ => 2,
        });
    }
    sets
}

fn name(set: &[&Port]) -> String {
    match set {
        [] => String::new(),
        [first, ..] if !first.group_name.is_empty() => first.group_name.clone(),
        [one] => one.name.clone(),
        [first, .., last] => format!("{}, {}", first.name, last.name),
    }
}
