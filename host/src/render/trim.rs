//! Silence before and behind a sound, taken away.

use crate::engine::embedded::QUIET_DBFS;

/// Lets through what lies between the first and the last frame that is louder than -90 dBFS.
pub struct Trim {
    threshold: f32,
    has_begun: bool,
    /// Quiet frames that count only if something loud follows.
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Default for Trim {
    fn default() -> Trim {
        Trim {
            threshold: 10f32.powf(QUIET_DBFS / 20.0),
            has_begun: false,
            left: Vec::new(),
            right: Vec::new(),
        }
    }
}

impl Trim {
    /// Takes frames and gives those that are known to lie within.
    ///
    /// # Errors
    /// What `sink` refuses.
    pub fn pass<E>(
        &mut self,
        left: &[f32],
        right: &[f32],
        mut sink: impl FnMut(&[f32], &[f32]) -> Result<(), E>,
    ) -> Result<(), E> {
        let threshold = self.threshold;
        let is_loud = |(l, r): (&f32, &f32)| l.abs() >= threshold || r.abs() >= threshold;
        let first = if self.has_begun { Some(0) } else { left.iter().zip(right).position(is_loud) };
        let Some(first) = first else { return Ok(()) };
        self.has_begun = true;
        let (left, right) =
            (left.get(first..).unwrap_or_default(), right.get(first..).unwrap_or_default());
        let loud = left.iter().zip(right).rposition(is_loud).map_or(0, |last| last + 1);
        if loud > 0 {
            if !self.left.is_empty() {
                sink(&self.left, &self.right)?;
                self.left.clear();
                self.right.clear();
            }
            sink(left.get(..loud).unwrap_or(left), right.get(..loud).unwrap_or(right))?;
        }
        self.left.extend_from_slice(left.get(loud..).unwrap_or_default());
        self.right.extend_from_slice(right.get(loud..).unwrap_or_default());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_goes_at_both_ends_and_stays_in_the_middle() {
        let mut sound = vec![0.0f32; 100];
        sound[20] = 0.5;
        sound[60] = -0.5;
        for block in [1, 7, 64, 100] {
            let mut trim = Trim::default();
            let mut kept = Vec::new();
            for part in sound.chunks(block) {
                trim.pass(part, part, |l, _| {
                    kept.extend_from_slice(l);
                    Ok::<(), ()>(())
                })
                .unwrap();
            }
            assert_eq!(kept, sound[20..=60], "block {block}");
        }
        Trim::default().pass(&[0.0; 9], &[0.0; 9], |_, _| Err::<(), ()>(())).unwrap();
    }
}
