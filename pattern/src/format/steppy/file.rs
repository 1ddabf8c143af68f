//! The list as it is written. Whatever stands in a field, a step takes no more memory than its numbers.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::limits::STEPS_MAX;

/// The steps of a file, as many as a track holds, and how many there are.
#[derive(Debug, Default)]
pub(super) struct List {
    pub(super) steps: Vec<Entry>,
    pub(super) count: usize,
}

/// One element of the list.
#[derive(Debug)]
pub(super) enum Entry {
    Step(Step),
    /// Something else than an object.
    Other,
}

#[derive(Debug, Default)]
pub(super) struct Step {
    pub(super) on: Field,
    pub(super) note: Field,
    pub(super) numeric_note: Field,
    pub(super) velocity: Field,
    pub(super) duration: Field,
    pub(super) channel: Field,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Field {
    /// The field is not there, or holds nothing.
    #[default]
    Absent,
    Bool(bool),
    Number(f64),
    /// A text, a list, an object.
    Other,
}

impl<'de> Deserialize<'de> for List {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<List, D::Error> {
        struct ListVisitor;
        impl<'de> Visitor<'de> for ListVisitor {
            type Value = List;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of steps")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<List, A::Error> {
                let mut out = List::default();
                loop {
                    let is_there = if out.count < STEPS_MAX {
                        let entry = list.next_element()?;
                        let is_there = entry.is_some();
                        out.steps.extend(entry);
                        is_there
                    } else {
                        list.next_element::<IgnoredAny>()?.is_some()
                    };
                    if !is_there {
                        return Ok(out);
                    }
                    out.count += 1;
                }
            }
        }
        deserializer.deserialize_seq(ListVisitor)
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Entry, D::Error> {
        deserializer.deserialize_any(AnyVisitor).map(|any| match any {
            Any::Object(step) => Entry::Step(step),
            Any::Field(_) => Entry::Other,
        })
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Field, D::Error> {
        deserializer.deserialize_any(AnyVisitor).map(|any| match any {
            Any::Object(_) => Field::Other,
            Any::Field(field) => field,
        })
    }
}

enum Any {
    Object(Step),
    Field(Field),
}

struct AnyVisitor;

impl<'de> Visitor<'de> for AnyVisitor {
    type Value = Any;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a step")
    }
    fn visit_bool<E: Error>(self, value: bool) -> Result<Any, E> {
        Ok(Any::Field(Field::Bool(value)))
    }
    #[allow(clippy::cast_precision_loss, reason = "only small numbers mean something")]
    fn visit_i64<E: Error>(self, value: i64) -> Result<Any, E> {
        Ok(Any::Field(Field::Number(value as f64)))
    }
    #[allow(clippy::cast_precision_loss, reason = "only small numbers mean something")]
    fn visit_u64<E: Error>(self, value: u64) -> Result<Any, E> {
        Ok(Any::Field(Field::Number(value as f64)))
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<Any, E> {
        Ok(Any::Field(Field::Number(value)))
    }
    fn visit_str<E: Error>(self, _: &str) -> Result<Any, E> {
        Ok(Any::Field(Field::Other))
    }
    fn visit_unit<E: Error>(self) -> Result<Any, E> {
        Ok(Any::Field(Field::Absent))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Any, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Any::Field(Field::Other))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Any, A::Error> {
        let mut step = Step::default();
        while let Some(name) = map.next_key::<Name>()? {
            let field = match name {
                Name::On => &mut step.on,
                Name::Note => &mut step.note,
                Name::NumericNote => &mut step.numeric_note,
                Name::Velocity => &mut step.velocity,
                Name::Duration => &mut step.duration,
                Name::Channel => &mut step.channel,
                Name::Other => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *field = map.next_value()?;
        }
        Ok(Any::Object(step))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Name {
    On,
    Note,
    NumericNote,
    Velocity,
    Duration,
    Channel,
    #[serde(other)]
    Other,
}
