//! Which of a plugin's channels are heard: any number of ports becomes stereo.

use serde::{Deserialize, Serialize};

use crate::instrument::AudioPort;

/// Which outputs of a plugin are heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outputs {
    /// The main one. Further outputs often repeat what the main one has.
    #[default]
    Main,
    /// All of them, added up.
    All,
}

/// The place of the main port among `ports`: the one that says so, else the first with channels.
#[must_use]
pub fn main_port(ports: &[AudioPort]) -> Option<usize> {
    let with_channels = |port: &AudioPort| port.channel_count > 0;
    let said = ports.iter().position(|port| port.is_main && with_channels(port));
    said.or_else(|| ports.iter().position(with_channels))
}

/// Adds the channels of one port to stereo. Mono goes to both sides at full level; of more than two channels the even ones
/// go left and the odd ones right, which for surround keeps front and back on their sides.
///
/// `channels[channel][frame]` are at least as long as `left`; `right` is as long as `left`.
pub fn mix_down(channels: &[Vec<f32>], left: &mut [f32], right: &mut [f32]) {
    match channels {
        [] => {}
        [mono] => {
            add(mono, left);
            add(mono, right);
        }
        many => {
            for pair in many.chunks(2) {
                if let Some(channel) = pair.first() {
                    add(channel, left);
                }
                if let Some(channel) = pair.get(1) {
                    add(channel, right);
                }
            }
        }
    }
}

/// Puts stereo into the channels of a port: mono gets the mean of both sides, channels beyond the second are silent.
///
/// `channels[channel][frame]` are at least as long as `left`; what lies behind its length is left as it is.
pub fn spread(left: &[f32], right: &[f32], channels: &mut [Vec<f32>]) {
    match channels {
        [] => {}
        [mono] => {
            for ((sample, l), r) in mono.iter_mut().zip(left).zip(right) {
                *sample = 0.5 * (l + r);
            }
        }
        [first, second, rest @ ..] => {
            copy(left, first);
            copy(right, second);
            for channel in rest {
                let length = left.len().min(channel.len());
                if let Some(part) = channel.get_mut(..length) {
                    part.fill(0.0);
                }
            }
        }
    }
}

fn add(from: &[f32], to: &mut [f32]) {
    for (sum, sample) in to.iter_mut().zip(from) {
        *sum += sample;
    }
}

fn copy(from: &[f32], to: &mut [f32]) {
    for (target, sample) in to.iter_mut().zip(from) {
        *target = *sample;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(channel_count: u32, is_main: bool) -> AudioPort {
        AudioPort { name: String::new(), channel_count, is_main }
    }

    #[test]
    fn the_main_port_is_the_one_that_says_so_or_the_first() {
        assert_eq!(main_port(&[port(2, false), port(2, true)]), Some(1));
        assert_eq!(main_port(&[port(0, true), port(1, false)]), Some(1));
        assert_eq!(main_port(&[port(0, true)]), None);
        assert_eq!(main_port(&[]), None);
    }

    #[test]
    fn any_number_of_channels_becomes_two_and_back() {
        let mixed = |channels: &[Vec<f32>]| {
            let (mut left, mut right) = ([0.0f32; 1], [0.0f32; 1]);
            mix_down(channels, &mut left, &mut right);
            (left[0], right[0])
        };
        let of = |values: &[f32]| values.iter().map(|value| vec![*value]).collect::<Vec<_>>();
        assert_eq!(mixed(&of(&[])), (0.0, 0.0));
        assert_eq!(mixed(&of(&[0.5])), (0.5, 0.5));
        assert_eq!(mixed(&of(&[0.25, 0.5])), (0.25, 0.5));
        assert_eq!(mixed(&of(&[1.0, 2.0, 4.0, 8.0])), (5.0, 10.0));
        let spread_over = |count: usize| {
            let mut channels = vec![vec![9.0f32]; count];
            spread(&[1.0], &[0.5], &mut channels);
            channels.concat()
        };
        assert_eq!(spread_over(1), [0.75]);
        assert_eq!(spread_over(2), [1.0, 0.5]);
        assert_eq!(spread_over(4), [1.0, 0.5, 0.0, 0.0]);
    }
}
