//! Rules that decide in which cycles a step sounds.

use std::fmt;

use crate::document::value::OutOfRange;
use crate::limits::CYCLES_MAX;

/// A rule on the count of cycles, on the hand of the player, or on neighbours; or its opposite.
///
/// The meaning of each is that of the Elektron manuals (Digitakt, "Conditional locks"; Model:Samples, page 28).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Condition {
    /// The rule.
    pub rule: Rule,
    /// Whether the opposite is meant.
    pub is_negated: bool,
}

/// What a condition asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// `A:B`: on cycle A of the track, counted from 1, then every B cycles.
    Ratio(CycleRatio),
    /// `FIRST`: on the first cycle of the track.
    First,
    /// `FILL`: while fill is on.
    Fill,
    /// `PRE`: if the latest earlier step of the track that bears a condition sounded by it.
    Previous,
    /// `NEI`: the same of the track before, at this tick or before it.
    Neighbour,
}

/// The `A:B` of a condition: `1 <= A <= B <= 16`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CycleRatio {
    nth: u8,
    of: u8,
}

impl CycleRatio {
    /// The cycle on which it holds, counted from 1.
    #[must_use]
    pub fn nth(self) -> u8 {
        self.nth
    }

    /// After how many cycles it holds again.
    #[must_use]
    pub fn of(self) -> u8 {
        self.of
    }
}

impl Condition {
    /// The rule itself, not its opposite.
    #[must_use]
    pub const fn new(rule: Rule) -> Condition {
        Condition { rule, is_negated: false }
    }

    /// The opposite.
    #[must_use]
    pub const fn negated(self) -> Condition {
        Condition { is_negated: !self.is_negated, ..self }
    }

    /// `nth:of`.
    ///
    /// # Errors
    /// [`OutOfRange`] unless `1 <= nth <= of <= 16`.
    pub fn ratio(nth: i64, of: i64) -> Result<Condition, OutOfRange> {
        #[allow(
            clippy::cast_precision_loss,
            reason = "only compared with small bounds and shown to a person"
        )]
        let (nth_f, of_f) = (nth as f64, of as f64);
        OutOfRange::check("B of a condition A:B", of_f, 1.0, f64::from(CYCLES_MAX))?;
        OutOfRange::check("A of a condition A:B", nth_f, 1.0, of_f)?;
        let small = |value: i64| u8::try_from(value).unwrap_or(CYCLES_MAX);
        Ok(Condition::new(Rule::Ratio(CycleRatio { nth: small(nth), of: small(of) })))
    }

    /// The condition that `text` says: `2:4`, `FIRST`, `FILL`, `PRE`, `NEI`, each also behind `NOT`; of either case.
    ///
    /// # Errors
    /// `None` for a text that says none, or [`OutOfRange`] for a ratio out of range.
    pub fn parse(text: &str) -> Result<Option<Condition>, OutOfRange> {
        let text = text.trim();
        let negation = text.get(..3).filter(|word| word.eq_ignore_ascii_case("not"));
        let rest = text.get(3..).filter(|rest| negation.is_some() && rest.starts_with(' '));
        if let Some(rest) = rest {
            return Ok(Condition::parse_plain(rest.trim())?.map(Condition::negated));
        }
        Condition::parse_plain(text)
    }

    fn parse_plain(text: &str) -> Result<Option<Condition>, OutOfRange> {
        let rule = match text.to_ascii_uppercase().as_str() {
            "FIRST" => Rule::First,
            "FILL" => Rule::Fill,
            "PRE" => Rule::Previous,
            "NEI" => Rule::Neighbour,
            _ => {
                let ratio = text.split_once(':').and_then(|(nth, of)| {
                    Some((nth.trim().parse::<i64>().ok()?, of.trim().parse::<i64>().ok()?))
                });
                return ratio.map(|(nth, of)| Condition::ratio(nth, of)).transpose();
            }
        };
        Ok(Some(Condition::new(rule)))
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_negated {
            f.write_str("NOT ")?;
        }
        match self.rule {
            Rule::Ratio(ratio) => write!(f, "{}:{}", ratio.nth, ratio.of),
            Rule::First => f.write_str("FIRST"),
            Rule::Fill => f.write_str("FILL"),
            Rule::Previous => f.write_str("PRE"),
            Rule::Neighbour => f.write_str("NEI"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_counts_within_its_cycles() {
        assert!(Condition::ratio(1, 1).is_ok() && Condition::ratio(16, 16).is_ok());
        assert!(Condition::ratio(0, 4).is_err() && Condition::ratio(5, 4).is_err());
        assert!(Condition::ratio(1, 17).is_err());
    }

    #[test]
    fn a_condition_is_read_as_it_is_shown() {
        for text in
            ["1:2", "16:16", "FIRST", "FILL", "PRE", "NEI", "NOT 2:4", "NOT FIRST", "NOT PRE"]
        {
            let condition = Condition::parse(text).unwrap().unwrap();
            assert_eq!(condition.to_string(), text);
        }
        assert_eq!(
            Condition::parse("not fill").unwrap(),
            Some(Condition::new(Rule::Fill).negated())
        );
        assert_eq!(Condition::parse("NOTFILL").unwrap(), None);
        assert_eq!(Condition::parse("maybe").unwrap(), None);
        assert!(Condition::parse("NOT 5:4").is_err());
    }
}
