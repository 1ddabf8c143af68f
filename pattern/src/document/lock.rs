//! Locks: what a step sets beside its notes, and the base values that unlocked steps restore.

use std::fmt;

use crate::document::value::{Controller, OutOfRange, Program};
use crate::limits::LOCKS_MAX;

/// What a lock sets.
///
/// The order is that in which several at one tick are sent: bank select (CC 0 and 32) stands before the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Control {
    /// A controller of the channel, `0..=127`.
    Cc(Controller),
    /// The pitch bend of the channel, `-8192..=8191`, 0 in the middle.
    Bend,
    /// The sound of the channel, `0..=127` here and in messages, 1 to 128 where people read and write it.
    Program,
    /// The pitch of each note by itself, in cents: `-12000..=12000`.
    Tuning,
    /// The pressure on each note by itself, `0..=127`.
    Pressure,
    /// The brightness of each note by itself, `0..=127`, 64 in the middle.
    Brightness,
    /// The place of each note between left and right, `-64..=63`, 0 in the middle.
    Pan,
}

/// The names of what is no controller.
const NAMED: [(&str, Control); 6] = [
    ("bend", Control::Bend),
    ("program", Control::Program),
    ("tuning", Control::Tuning),
    ("pressure", Control::Pressure),
    ("brightness", Control::Brightness),
    ("pan", Control::Pan),
];

impl Control {
    /// A controller by its number, `0..=119`.
    ///
    /// # Errors
    /// [`OutOfRange`]: 120 to 127 are channel mode messages, which would end notes behind the sequencer's back.
    pub fn cc(number: i64) -> Result<Control, OutOfRange> {
        Controller::new(number).map(Control::Cc)
    }

    /// Whether it belongs to each note, and not to the channel.
    #[inline]
    #[must_use]
    pub const fn is_per_note(self) -> bool {
        matches!(self, Control::Tuning | Control::Pressure | Control::Brightness | Control::Pan)
    }

    /// The smallest and the largest value.
    #[must_use]
    pub const fn range(self) -> (i16, i16) {
        match self {
            Control::Cc(_) | Control::Program | Control::Pressure | Control::Brightness => (0, 127),
            Control::Bend => (-8192, 8191),
            Control::Tuning => (-12_000, 12_000),
            Control::Pan => (-64, 63),
        }
    }

    /// The base value where a track names none: what an instrument has when it is switched on.
    ///
    /// Source: "General MIDI 2", version 1.2, section 3.3 (volume 100, pan 64, expression 127, sound controllers 64, reverb
    /// send 40); all other controllers are 0.
    #[must_use]
    pub const fn default_base(self) -> i16 {
        match self {
            Control::Cc(controller) => match controller.get() {
                7 => 100,
                8 | 10 | 70..=79 => 64,
                11 => 127,
                91 => 40,
                _ => 0,
            },
            Control::Brightness => 64,
            Control::Bend
            | Control::Program
            | Control::Tuning
            | Control::Pressure
            | Control::Pan => 0,
        }
    }

    /// The control of this name: `cc74`, `bend`, `program`, `tuning`, `pressure`, `brightness`, `pan`. `None` for another
    /// text.
    ///
    /// # Errors
    /// [`OutOfRange`] for a controller that there is not.
    pub fn parse(name: &str) -> Result<Option<Control>, OutOfRange> {
        if let Some((_, control)) = NAMED.iter().find(|(named, _)| *named == name) {
            return Ok(Some(*control));
        }
        let digits = name.strip_prefix("cc").filter(|digits| {
            (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
        });
        digits.and_then(|digits| digits.parse().ok()).map(Control::cc).transpose()
    }

    /// How far the value that people read is from the value itself: programs are counted from 1.
    const fn shown_offset(self) -> i16 {
        match self {
            Control::Program => 1,
            _ => 0,
        }
    }

    const fn what(self) -> &'static str {
        match self {
            Control::Cc(_) => "value of a controller",
            Control::Bend => "pitch bend",
            Control::Program => "program",
            Control::Tuning => "tuning in cents",
            Control::Pressure => "pressure",
            Control::Brightness => "brightness",
            Control::Pan => "pan",
        }
    }
}

/// The name in files.
impl fmt::Display for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Control::Cc(controller) = self {
            return write!(f, "cc{controller}");
        }
        let name = NAMED.iter().find(|(_, control)| control == self).map(|(name, _)| *name);
        f.write_str(name.unwrap_or_default())
    }
}

/// A control and the value that it is set to, within the control's range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lock {
    control: Control,
    value: i16,
}

impl Lock {
    /// A value of a control, as messages count it.
    ///
    /// # Errors
    /// [`OutOfRange`] with the control's range.
    pub fn new(control: Control, value: i64) -> Result<Lock, OutOfRange> {
        let (min, max) = control.range();
        match i16::try_from(value) {
            Ok(value) if (min..=max).contains(&value) => Ok(Lock { control, value }),
            _ => Err(OutOfRange {
                what: control.what(),
                #[allow(clippy::cast_precision_loss, reason = "only shown to a person")]
                value: value as f64,
                min: f64::from(min),
                max: f64::from(max),
            }),
        }
    }

    /// A value as people write it: programs are counted from 1.
    ///
    /// # Errors
    /// [`OutOfRange`] with the range as people count it.
    pub fn from_shown(control: Control, shown: i64) -> Result<Lock, OutOfRange> {
        let offset = i64::from(control.shown_offset());
        Lock::new(control, shown.saturating_sub(offset)).map_err(|error| match offset {
            0 => error,
            _ => error.counted_from_one(control.what()),
        })
    }

    /// The base value of a control where a track names none.
    #[must_use]
    pub const fn default_base(control: Control) -> Lock {
        Lock { control, value: control.default_base() }
    }

    /// What is set.
    #[inline]
    #[must_use]
    pub const fn control(self) -> Control {
        self.control
    }

    /// To what, as messages count it.
    #[inline]
    #[must_use]
    pub const fn value(self) -> i16 {
        self.value
    }

    /// The value as people read it.
    #[must_use]
    pub const fn shown(self) -> i16 {
        self.value + self.control.shown_offset()
    }
}

impl From<Program> for Lock {
    fn from(program: Program) -> Lock {
        Lock { control: Control::Program, value: i16::from(program.get()) }
    }
}

/// Up to sixteen locks, each control once, in the order of [`Control`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Locks(Vec<Lock>);

impl Locks {
    /// No lock.
    pub const NONE: Locks = Locks(Vec::new());

    /// Sets a control; a lock of the same control is replaced.
    ///
    /// # Errors
    /// [`OutOfRange`] when sixteen other controls are there.
    pub fn set(&mut self, lock: Lock) -> Result<(), OutOfRange> {
        match self.0.binary_search_by_key(&lock.control, |present| present.control) {
            Ok(place) => {
                if let Some(present) = self.0.get_mut(place) {
                    *present = lock;
                }
            }
            Err(_) if self.0.len() >= LOCKS_MAX => {
                let max = f64::from(u8::try_from(LOCKS_MAX).unwrap_or(u8::MAX));
                return Err(OutOfRange {
                    what: "number of locks",
                    value: max + 1.0,
                    min: 0.0,
                    max,
                });
            }
            Err(place) => self.0.insert(place, lock),
        }
        Ok(())
    }

    /// Frees a control.
    pub fn remove(&mut self, control: Control) {
        self.0.retain(|lock| lock.control != control);
    }

    /// The value of a control, where it is locked.
    #[inline]
    #[must_use]
    pub fn get(&self, control: Control) -> Option<Lock> {
        self.0.iter().find(|lock| lock.control == control).copied()
    }

    /// All of them.
    #[inline]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Lock> + '_ {
        self.0.iter().copied()
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_is_read_as_it_is_shown() {
        for name in ["cc0", "cc119", "bend", "program", "tuning", "pressure", "brightness", "pan"] {
            assert_eq!(Control::parse(name).unwrap().unwrap().to_string(), name);
        }
        assert_eq!(Control::parse("volume").unwrap(), None);
        assert_eq!(Control::parse("cc").unwrap(), None);
        let error = Control::parse("cc123").unwrap_err().to_string();
        assert_eq!(error, "controller 123 is outside 0 to 119");
    }

    #[test]
    fn a_value_is_held_to_the_range_of_its_control() {
        let control = |name: &str| Control::parse(name).unwrap().unwrap();
        for (name, least, most) in [
            ("cc7", 0, 127),
            ("bend", -8192, 8191),
            ("program", 1, 128),
            ("tuning", -12_000, 12_000),
            ("pan", -64, 63),
        ] {
            for shown in [least, most] {
                assert_eq!(
                    i64::from(Lock::from_shown(control(name), shown).unwrap().shown()),
                    shown
                );
            }
            assert!(Lock::from_shown(control(name), least - 1).is_err());
            assert!(Lock::from_shown(control(name), most + 1).is_err());
        }
        let error = Lock::from_shown(Control::Program, 0).unwrap_err().to_string();
        assert_eq!(error, "program 0 is outside 1 to 128");
    }

    #[test]
    fn a_control_is_locked_once_and_sixteen_are_at_most() {
        let lock = |number: i64, value| Lock::new(Control::cc(number).unwrap(), value).unwrap();
        let mut locks = Locks::NONE;
        for number in (0..16).rev() {
            locks.set(lock(number, 1)).unwrap();
            locks.set(lock(number, 2)).unwrap();
        }
        assert_eq!(locks.len(), 16);
        assert!(locks.iter().is_sorted_by_key(Lock::control));
        assert!(locks.iter().all(|lock| lock.value() == 2));
        let error = locks.set(lock(16, 0)).unwrap_err().to_string();
        assert_eq!(error, "number of locks 17 is outside 0 to 16");
    }
}
