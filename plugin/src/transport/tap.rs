//! A tempo that is tapped.

use crate::transport::own::OWN_TEMPO_BPM;

/// Intervals that are averaged.
const INTERVALS_MAX: usize = 8;

/// A tap later than this is the first of others.
const FORGETS_AFTER_SECONDS: f64 = 2.0;

/// The last taps.
#[derive(Clone, Debug, Default)]
pub(crate) struct TapTempo {
    /// In seconds, the oldest first.
    times: Vec<f64>,
}

impl TapTempo {
    /// A tap, at seconds of any clock; the tempo of the last taps in quarter notes a minute, from the second on, rounded to
    /// hundredths.
    pub(crate) fn tap(&mut self, now_seconds: f64) -> Option<f64> {
        if !now_seconds.is_finite() {
            return None;
        }
        let goes_on = |last: &f64| (0.0..=FORGETS_AFTER_SECONDS).contains(&(now_seconds - last));
        if !self.times.last().is_some_and(goes_on) {
            self.times.clear();
        }
        if self.times.len() > INTERVALS_MAX {
            self.times.remove(0);
        }
        self.times.push(now_seconds);
        let (first, interval_count) = (self.times.first()?, self.times.len() - 1);
        let interval_count = u32::try_from(interval_count).ok().filter(|count| *count > 0)?;
        let mean_seconds = (now_seconds - first) / f64::from(interval_count);
        // Two taps at once are as fast as it goes.
        let tempo_bpm = (60.0 / mean_seconds).clamp(*OWN_TEMPO_BPM.start(), *OWN_TEMPO_BPM.end());
        Some((tempo_bpm * 100.0).round() / 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the last of these taps gives, in hundredths.
    fn tapped(times: &[f64]) -> Option<f64> {
        let mut tempo = TapTempo::default();
        times.iter().map(|time| tempo.tap(*time)).last().flatten().map(|bpm| (bpm * 100.0).round())
    }

    #[test]
    fn a_tempo_needs_two_taps() {
        assert_eq!(tapped(&[7.0]), None);
        assert_eq!(tapped(&[7.0, 7.5]), Some(12_000.0));
    }

    #[test]
    fn it_is_the_mean_of_the_last_eight_intervals() {
        assert_eq!(tapped(&[0.0, 0.4, 1.0]), Some(12_000.0));
        assert_eq!(tapped(&[0.0, 0.7, 1.4]), Some(8571.0));
        // Slow ones long ago do not count.
        let mut times = vec![0.0, 1.9, 3.8];
        times.extend((1..=8).map(|tap| 3.8 + f64::from(tap) * 0.5));
        assert_eq!(tapped(&times), Some(12_000.0));
        times.remove(10);
        assert_ne!(tapped(&times), Some(12_000.0), "seven of them are not enough");
    }

    #[test]
    fn a_pause_begins_anew() {
        assert_eq!(tapped(&[0.0, 0.5, 2.6]), None);
        assert_eq!(tapped(&[0.0, 0.5, 2.6, 3.6]), Some(6000.0));
        assert_eq!(tapped(&[0.0, 2.0]), Some(3000.0));
        // A clock that was set back.
        assert_eq!(tapped(&[9.0, 1.0]), None);
    }

    #[test]
    fn it_stays_in_range() {
        assert_eq!(tapped(&[1.0, 1.0]), Some(99_900.0));
        assert_eq!(tapped(&[1.0, 1.001]), Some(99_900.0));
        assert_eq!(tapped(&[1.0, f64::NAN]), None);
    }
}
