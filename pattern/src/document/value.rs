//! Small bounded values. What is out of range cannot be stored.

use std::fmt;

use crate::limits::{CHANCE_GROUPS_MAX, PORTS_MAX, TEMPO_BPM};

/// A number that is not in the range of what it should become.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{what} {value} is outside {min} to {max}")]
pub struct OutOfRange {
    /// What the number was for, as a reader would say it: "velocity".
    pub what: &'static str,
    /// The number.
    pub value: f64,
    /// The smallest that is allowed.
    pub min: f64,
    /// The largest that is allowed.
    pub max: f64,
}

impl OutOfRange {
    /// The same of a number that people count from 1.
    pub(crate) fn counted_from_one(self, what: &'static str) -> OutOfRange {
        let OutOfRange { value, min, max, .. } = self;
        OutOfRange { what, value: value + 1.0, min: min + 1.0, max: max + 1.0 }
    }

    pub(crate) fn check(
        what: &'static str,
        value: f64,
        min: f64,
        max: f64,
    ) -> Result<(), OutOfRange> {
        if value >= min && value <= max {
            Ok(())
        } else {
            Err(OutOfRange { what, value, min, max })
        }
    }
}

/// `3/16` as numbers, both of one to nine digits; the lower one may be 0.
pub(crate) fn fraction(text: &str) -> Option<(i64, i64)> {
    let (above, below) = text.split_once('/')?;
    let number = |digits: &str| {
        let digits = digits.trim();
        let is_plain =
            (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        if is_plain { digits.parse::<i64>().ok() } else { None }
    };
    Some((number(above)?, number(below)?))
}

macro_rules! bounded_u8 {
    ($(#[$doc:meta])* $name:ident, $what:literal, $min:expr, $max:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u8);

        impl $name {
            /// The smallest value.
            pub const MIN: $name = $name($min);
            /// The largest value.
            pub const MAX: $name = $name($max);

            /// The value, if it is in range.
            ///
            /// # Errors
            /// [`OutOfRange`] with the range.
            pub fn new(value: i64) -> Result<$name, OutOfRange> {
                match u8::try_from(value) {
                    Ok(byte) if (Self::MIN.0..=Self::MAX.0).contains(&byte) => Ok($name(byte)),
                    _ => Err(OutOfRange {
                        what: $what,
                        #[allow(clippy::cast_precision_loss, reason = "only shown to a person")]
                        value: value as f64,
                        min: f64::from($min),
                        max: f64::from($max),
                    }),
                }
            }

            /// The nearest value in range.
            #[must_use]
            pub fn saturating(value: u8) -> $name {
                $name(value.max($min).min($max))
            }

            /// The number itself.
            #[must_use]
            pub const fn get(self) -> u8 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

bounded_u8!(
    /// A MIDI key, `0..=127`; 60 is middle C.
    Key, "key", 0u8, 127u8
);
bounded_u8!(
    /// The strength of a note, `1..=127`. Zero would be a note-off in MIDI, so it cannot be stored.
    Velocity, "velocity", 1u8, 127u8
);
bounded_u8!(
    /// A MIDI channel, `0..=15` here and in messages, 1 to 16 where people read and write it.
    Channel, "channel (from 0)", 0u8, 15u8
);
bounded_u8!(
    /// A sound of an instrument, `0..=127` here and in messages, 1 to 128 where people read and write
    /// it.
    Program, "program (from 0)", 0u8, 127u8
);
bounded_u8!(
    /// A controller, `0..=119`; those above are channel mode messages, such as "all notes off".
    Controller, "controller", 0u8, 119u8
);
bounded_u8!(
    /// A share in percent, `0..=100`.
    Percent, "percentage", 0u8, 100u8
);
bounded_u8!(
    /// How much of something is left or made of it, in percent: `0..=200`, 100 leaves it as it is.
    Level, "level", 0u8, 200u8
);
bounded_u8!(
    /// An output that a track may choose; used by live playing, a plugin and a MIDI file have one.
    Port, "port (from 0)", 0u8, PORTS_MAX - 1
);

bounded_u8!(
    /// A chance group: `0..=15`, shown as A to P.
    ChanceGroup, "chance group (from 0)", 0u8, CHANCE_GROUPS_MAX - 1
);

impl ChanceGroup {
    /// The group of this letter, A to P of either case.
    #[must_use]
    pub fn from_letter(letter: char) -> Option<ChanceGroup> {
        let index = u32::from(letter.to_ascii_uppercase()).checked_sub(u32::from('A'))?;
        ChanceGroup::new(i64::from(index)).ok()
    }

    /// Its letter.
    #[must_use]
    pub fn letter(self) -> char {
        char::from(b'A' + self.get())
    }
}

impl Default for Velocity {
    /// 100: strong, with room for accents above.
    fn default() -> Velocity {
        Velocity(100)
    }
}

impl Default for Level {
    /// 100: as it is.
    fn default() -> Level {
        Level(100)
    }
}

impl Default for Percent {
    /// 100: always.
    fn default() -> Percent {
        Percent(100)
    }
}

impl Velocity {
    /// The strength as a share, `(0, 1]`.
    #[must_use]
    pub fn to_share(self) -> f32 {
        f32::from(self.0) / 127.0
    }

    /// The MIDI velocity nearest to a share of `[0, 1]`; never zero.
    #[must_use]
    pub fn from_share(share: f32) -> Velocity {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to 1..=127 just before; NaN becomes 0, then 1"
        )]
        let byte = (share * 127.0).round().clamp(1.0, 127.0) as u8;
        Velocity::saturating(byte)
    }
}

/// A tempo in quarter notes a minute, 1 to 999.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Tempo(f64);

impl Tempo {
    /// The tempo, if it is finite and in range.
    ///
    /// # Errors
    /// [`OutOfRange`] with the range.
    pub fn new(bpm: f64) -> Result<Tempo, OutOfRange> {
        OutOfRange::check("tempo", bpm, *TEMPO_BPM.start(), *TEMPO_BPM.end())?;
        Ok(Tempo(bpm))
    }

    /// Quarter notes a minute.
    #[must_use]
    pub fn bpm(self) -> f64 {
        self.0
    }
}

impl Default for Tempo {
    /// 120 BPM, what a Standard MIDI File means when it says nothing.
    fn default() -> Tempo {
        Tempo(120.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn out_of_range_says_what_and_which_range() {
        let message = Velocity::new(0).unwrap_err().to_string();
        assert_eq!(message, "velocity 0 is outside 1 to 127");
        assert!(Key::new(-1).is_err() && Key::new(128).is_err() && Key::new(0).is_ok());
        assert!(Tempo::new(f64::NAN).is_err() && Tempo::new(0.0).is_err());
    }

    #[test]
    fn every_velocity_survives_the_way_through_a_share() {
        for byte in 1..=127 {
            let velocity = Velocity::new(byte).unwrap();
            assert_eq!(Velocity::from_share(velocity.to_share()), velocity);
        }
        assert_eq!(Velocity::from_share(f32::NAN).get(), 1);
    }
}
