//! Parameters as VST3 counts them: those of the catalogue, and for [`Kind::Events`] one for each controller of each channel.

use ::vst3::Steinberg::Vst::{ParameterInfo, ParameterInfo_::ParameterFlags_, kRootUnitId};

use crate::catalogue::{Kind, Parameter, Scale};
use crate::instance::Message;
use crate::vst3::wide;

/// The number of the first controller of channel 0.
const FIRST_CONTROLLER: u32 = 1000;
/// Controllers of a channel: 128 of MIDI, the channel's pressure, the pitch wheel.
const CONTROLLERS: u32 = 130;
/// The channel's pressure among them (`kAfterTouch`).
const PRESSURE: u8 = 128;
/// The pitch wheel among them (`kPitchBend`).
const WHEEL: u8 = 129;
/// The number of channel 0's program.
const FIRST_PROGRAM: u32 = 5000;
/// Channels.
pub(super) const CHANNELS: u32 = 16;
/// Programs of a channel.
pub(super) const PROGRAMS: i32 = 128;

/// What a number of a parameter means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Knob {
    /// A parameter of the catalogue, by its place.
    Own(usize, &'static Parameter),
    /// A channel's controller, `0..130`.
    Controller(u8, u8),
    /// A channel's program.
    Program(u8),
}

impl Knob {
    /// What a number means for a kind.
    pub(super) fn of_id(kind: Kind, id: u32) -> Option<Knob> {
        let place = usize::try_from(id).ok()?.wrapping_sub(1);
        if let Some(parameter) = kind.parameters().get(place) {
            return Some(Knob::Own(place, parameter));
        }
        if kind != Kind::Events {
            return None;
        }
        if let Some(channel) = id.checked_sub(FIRST_PROGRAM).filter(|channel| *channel < CHANNELS) {
            return Some(Knob::Program(u8::try_from(channel).ok()?));
        }
        let number = id.checked_sub(FIRST_CONTROLLER)?;
        let channel = u8::try_from(number / CONTROLLERS).ok()?;
        let controller = u8::try_from(number % CONTROLLERS).ok()?;
        (u32::from(channel) < CHANNELS).then_some(Knob::Controller(channel, controller))
    }

    /// The number at a place in the list that hosts are told.
    pub(super) fn id_at(kind: Kind, index: i32) -> Option<u32> {
        let index = u32::try_from(index).ok()?;
        let own = u32::try_from(kind.parameters().len()).ok()?;
        let Some(further) = index.checked_sub(own) else { return Some(index + 1) };
        if kind != Kind::Events {
            return None;
        }
        let controllers = CHANNELS * CONTROLLERS;
        match further.checked_sub(controllers) {
            None => Some(FIRST_CONTROLLER + further),
            Some(channel) => (channel < CHANNELS).then_some(FIRST_PROGRAM + channel),
        }
    }

    /// How many there are.
    pub(super) fn count(kind: Kind) -> i32 {
        let further = if kind == Kind::Events { CHANNELS * (CONTROLLERS + 1) } else { 0 };
        i32::try_from(kind.parameters().len()).unwrap_or(0) + i32::try_from(further).unwrap_or(0)
    }

    /// The number of a controller, if it can be told.
    pub(super) fn controller_id(kind: Kind, channel: i16, controller: i16) -> Option<u32> {
        let (channel, controller) = (u32::try_from(channel).ok()?, u32::try_from(controller).ok()?);
        let is_known = kind == Kind::Events && channel < CHANNELS && controller < CONTROLLERS;
        is_known.then_some(FIRST_CONTROLLER + channel * CONTROLLERS + controller)
    }

    /// What hosts are told.
    pub(super) fn info(kind: Kind, id: u32) -> Option<ParameterInfo> {
        let (title, steps, default, unit, flags) = match Knob::of_id(kind, id)? {
            Knob::Own(_, parameter) => {
                let steps = match parameter.scale {
                    Scale::Names(names) => names.len() - 1,
                    _ if parameter.is_stepped => 4096,
                    _ => 0,
                };
                let mut flags = ParameterFlags_::kCanAutomate;
                if parameter.is_read_only {
                    flags = ParameterFlags_::kIsReadOnly;
                }
                if matches!(parameter.scale, Scale::Names(_)) {
                    flags |= ParameterFlags_::kIsList;
                }
                let default = parameter.normalized(parameter.default);
                let steps = i32::try_from(steps).unwrap_or(0);
                (parameter.name.to_owned(), steps, default, kRootUnitId, flags)
            }
            Knob::Controller(channel, controller) => (
                format!("MIDI {channel} {controller}"),
                0,
                0.0,
                kRootUnitId,
                ParameterFlags_::kIsHidden,
            ),
            Knob::Program(channel) => {
                let flags = ParameterFlags_::kIsProgramChange
                    | ParameterFlags_::kIsList
                    | ParameterFlags_::kCanAutomate;
                (format!("Program {channel}"), PROGRAMS - 1, 0.0, i32::from(channel) + 1, flags)
            }
        };
        Some(ParameterInfo {
            id,
            title: wide(&title),
            shortTitle: wide(&title),
            units: wide(""),
            stepCount: steps,
            defaultNormalizedValue: default,
            unitId: unit,
            flags,
        })
    }

    /// What turning it means; values are shares of the range.
    pub(super) fn message(self, share: f64) -> Message {
        let whole = |most: f64| {
            #[allow(clippy::cast_possible_truncation, reason = "clamped to 14 bits")]
            let whole = (share.clamp(0.0, 1.0) * most).round() as i32;
            whole
        };
        let seven = || u8::try_from(whole(127.0)).unwrap_or(0);
        match self {
            Knob::Own(place, parameter) => {
                Message::Parameter(place, parameter.value_of_normalized(share))
            }
            Knob::Program(channel) => {
                Message::Other("program", format!("channel={channel} value={}", seven()))
            }
            Knob::Controller(channel, PRESSURE) => {
                Message::Other("pressure", format!("channel={channel} value={}", seven()))
            }
            Knob::Controller(channel, WHEEL) => Message::bend(channel, whole(16_383.0) - 8192),
            Knob::Controller(channel, controller) => Message::control(channel, controller, seven()),
        }
    }

    /// A share of the range as text.
    pub(super) fn text(self, share: f64) -> String {
        match self {
            Knob::Own(_, parameter) => parameter.text(parameter.value_of_normalized(share)),
            _ => format!("{:.0}", share * 127.0),
        }
    }

    /// The share of the range that a text means.
    pub(super) fn share_of(self, text: &str) -> Option<f64> {
        match self {
            Knob::Own(_, parameter) => Some(parameter.normalized(parameter.value_of(text)?)),
            _ => Some((text.trim().parse::<f64>().ok()? / 127.0).clamp(0.0, 1.0)),
        }
    }
}
