//! Euclidean rhythms: pulses spread over steps as evenly as whole steps allow.

/// The rhythm of `pulses` onsets over `steps` steps: `true` where an onset is.
///
/// It starts on an onset; `rotation` moves the whole rhythm later by so many steps, around the end. More pulses than
/// steps count as all steps.
///
/// Source: Toussaint, "The Euclidean Algorithm Generates Traditional Musical Rhythms", BRIDGES 2005, section 2, after
/// Bjorklund, "The Theory of Rep-Rate Pattern Generation in the SNS Timing System", 2003.
///
/// # Examples
/// ```
/// let tresillo = tresillo_pattern::euclid::rhythm(3, 8, 0);
/// let onsets: Vec<usize> = (0..8).filter(|step| tresillo[*step]).collect();
/// assert_eq!(onsets, [0, 3, 6]);
/// ```
#[must_use]
pub fn rhythm(pulses: usize, steps: usize, rotation: i32) -> Vec<bool> {
    let pulses = pulses.min(steps);
    if pulses == 0 {
        return vec![false; steps];
    }
    // Groups that start alike are paired with what remains, until at most one remainder is left.
    let mut heads = vec![vec![true]; pulses];
    let mut tails = vec![vec![false]; steps - pulses];
    while tails.len() > 1 {
        let paired = heads.len().min(tails.len());
        let rest_of_heads = heads.split_off(paired);
        let rest_of_tails = tails.split_off(paired);
        for (head, tail) in heads.iter_mut().zip(&tails) {
            head.extend_from_slice(tail);
        }
        tails = if rest_of_heads.is_empty() { rest_of_tails } else { rest_of_heads };
    }
    let mut rhythm: Vec<bool> = heads.into_iter().chain(tails).flatten().collect();
    let length = i64::try_from(steps).unwrap_or(i64::MAX);
    rhythm.rotate_right(usize::try_from(i64::from(rotation).rem_euclid(length)).unwrap_or(0));
    rhythm
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pulses: usize, steps: usize, expected: &str) {
        let written: String =
            rhythm(pulses, steps, 0).iter().map(|onset| if *onset { 'x' } else { '.' }).collect();
        assert_eq!(written, expected, "E({pulses},{steps})");
    }

    /// Toussaint's list; in the rows marked * the printed pattern is not what the algorithm gives, and the corrected one
    /// stands here.
    #[test]
    fn toussaints_rhythms() {
        check(1, 2, "x.");
        check(1, 3, "x..");
        check(1, 4, "x...");
        check(4, 12, "x..x..x..x..");
        check(2, 5, "x.x..");
        check(3, 4, "xxx."); // *
        check(3, 5, "x.x.x");
        check(3, 7, "x.x.x..");
        check(3, 8, "x..x..x."); // tresillo
        check(4, 7, "x.x.x.x");
        check(4, 9, "x.x.x.x..");
        check(4, 11, "x..x..x..x.");
        check(5, 6, "xxxxx."); // *
        check(5, 7, "x.xx.xx");
        check(5, 8, "x.xx.xx."); // cinquillo
        check(5, 9, "x.x.x.x.x");
        check(5, 11, "x.x.x.x.x..");
        check(5, 12, "x..x.x..x.x.");
        check(5, 16, "x..x..x..x..x..."); // * bossa nova necklace
        check(7, 8, "xxxxxxx."); // *
        check(7, 12, "x.xx.x.xx.x.");
        check(7, 16, "x..x.x.x..x.x.x.");
        check(9, 16, "x.xx.x.x.xx.x.x.");
        check(11, 24, "x..x.x.x.x.x..x.x.x.x.x.");
        check(13, 24, "x.xx.x.x.x.x.xx.x.x.x.x.");
    }

    #[test]
    fn there_are_as_many_onsets_as_pulses_and_gaps_differ_by_at_most_one() {
        for steps in 1..=64 {
            for pulses in 0..=steps {
                let rhythm = rhythm(pulses, steps, 3);
                let onsets: Vec<usize> = (0..steps).filter(|step| rhythm[*step]).collect();
                assert_eq!(onsets.len(), pulses);
                let gaps = onsets.iter().zip(onsets.iter().cycle().skip(1));
                let gaps: Vec<usize> =
                    gaps.map(|(a, b)| if b > a { b - a } else { b + steps - a }).collect();
                let (min, max) = (gaps.iter().min(), gaps.iter().max());
                assert!(max.copied().unwrap_or(0) - min.copied().unwrap_or(0) <= 1);
            }
        }
    }

    #[test]
    fn rotation_by_the_length_is_identity() {
        assert_eq!(rhythm(5, 8, 8), rhythm(5, 8, 0));
        assert_eq!(rhythm(5, 8, -3), rhythm(5, 8, 5));
    }
}
