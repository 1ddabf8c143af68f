//! Dice by position: the same question has the same answer, in whatever order it is asked.

/// What a die decides. Each purpose has dice of its own, so that adding a feature moves no other die.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Purpose {
    /// Whether a step sounds.
    Chance = 1,
    /// Whether the steps of a chance group sound.
    ChanceGroup = 2,
    /// Which step is played, where that is random.
    Direction = 3,
    /// The next 64 steps up or down of a random walk.
    Walk = 4,
    /// How far an onset strays.
    HumaniseTiming = 5,
    /// How far a velocity strays.
    HumaniseVelocity = 6,
}

/// The name of one die.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Die {
    pub(crate) seed: u64,
    /// The stable id of the track.
    pub(crate) track: u32,
    /// The lane within the track; 0 is the track's own.
    pub(crate) lane: u8,
    pub(crate) step: u8,
    pub(crate) cycle: i64,
    pub(crate) purpose: Purpose,
}

impl Die {
    /// 32 bits, evenly spread.
    #[inline]
    pub(crate) fn roll(self) -> u32 {
        // The upper half: its bits depend on all bits below.
        #[allow(clippy::cast_possible_truncation, reason = "the upper 32 of 64 bits")]
        let upper = (self.bits() >> 32) as u32;
        upper
    }

    /// One of `0..count`, each as likely.
    #[inline]
    pub(crate) fn below(self, count: u32) -> u32 {
        #[allow(clippy::cast_possible_truncation, reason = "below count")]
        let chosen = ((u64::from(self.roll()) * u64::from(count)) >> 32) as u32;
        chosen
    }

    /// From -1 up to 1, the end excluded, each as likely; as parts of 2^31.
    #[inline]
    pub(crate) fn either_way(self) -> i64 {
        i64::from(self.roll()) - (1 << 31)
    }

    /// 64 bits, evenly spread.
    #[inline]
    pub(crate) fn bits(self) -> u64 {
        let place = u64::from(self.track) << 24
            | u64::from(self.lane) << 16
            | u64::from(self.step) << 8
            | self.purpose as u64;
        mix(mix(self.seed ^ mix(place)) ^ self.cycle.cast_unsigned())
    }

    /// Whether a chance of `numerator / denominator` holds: 0 never does, `denominator` always.
    #[inline]
    pub(crate) fn holds(self, numerator: u32, denominator: u32) -> bool {
        u64::from(self.roll()) * u64::from(denominator) < u64::from(numerator) << 32
    }
}

/// The seed of a performance: the project's own where `offset` is 0.
#[inline]
pub(crate) fn combine_seed(project_seed: u64, offset: u32) -> u64 {
    if offset == 0 { project_seed } else { mix(project_seed ^ mix(u64::from(offset))) }
}

/// The output step of SplitMix64 after adding its increment, so that 0 does not stay 0.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, figure 17
/// (<https://doi.org/10.1145/2660193.2660195>).
#[inline]
fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn die(track: u32, step: u8, cycle: i64) -> Die {
        Die { seed: 1, track, lane: 0, step, cycle, purpose: Purpose::Chance }
    }

    #[test]
    fn the_sixteen_bits_seen_by_neighbours_are_unlike_each_other() {
        // Neighbouring cycles, steps and tracks, as they lie in music: each bit of the roll is set in about half of them,
        // within six standard deviations of a fair coin thrown 30,000 times.
        let mut ones = [0u32; 32];
        let mut thrown = 0;
        for track in 0..10 {
            for step in 0..30 {
                for cycle in -50..50 {
                    let roll = die(track, step, cycle).roll();
                    thrown += 1;
                    for (bit, count) in ones.iter_mut().enumerate() {
                        *count += roll >> bit & 1;
                    }
                }
            }
        }
        let (half, bound) = (f64::from(thrown) / 2.0, 6.0 * (f64::from(thrown) / 4.0).sqrt());
        for (bit, count) in ones.iter().enumerate() {
            assert!((f64::from(*count) - half).abs() < bound, "bit {bit}: {count} of {thrown}");
        }
    }

    #[test]
    fn a_chance_of_none_never_holds_and_of_all_always() {
        for cycle in 0..10_000 {
            assert!(!die(0, 0, cycle).holds(0, 100));
            assert!(die(0, 0, cycle).holds(100, 100));
        }
    }
}
