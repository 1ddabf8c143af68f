//! What the components say of their buses.

use ::vst3::Steinberg::Vst::{
    BusDirection, BusDirections_, BusInfo, BusInfo_, BusTypes_, MediaType, MediaTypes_, SpeakerArr,
    SpeakerArrangement,
};

use crate::catalogue::{Kind, Port};
use crate::vst3::wide;

#[allow(
    clippy::cast_possible_wrap,
    reason = "small numbers whose type differs from system to system"
)]
fn is(value: i32, constant: MediaType) -> bool {
    value == constant
}

/// Whether a direction is in.
pub(super) fn is_input(direction: BusDirection) -> bool {
    is(direction, of(BusDirections_::kInput))
}

#[allow(
    clippy::cast_possible_wrap,
    clippy::unnecessary_cast,
    reason = "small numbers whose type differs from system to system"
)]
fn of(constant: ::vst3::Steinberg::Vst::BusDirections) -> i32 {
    constant as i32
}

/// The ports of a direction.
pub(super) fn ports(kind: Kind, direction: BusDirection) -> &'static [Port] {
    if is_input(direction) { kind.inputs() } else { kind.outputs() }
}

/// How many buses a kind says that it has.
pub(super) fn count(kind: Kind, media: MediaType, direction: BusDirection) -> i32 {
    if is(media, of(MediaTypes_::kEvent)) {
        return i32::from(kind.is_instrument() && is_input(direction));
    }
    if kind == Kind::Liar && !is_input(direction) {
        // Two more than it has; one of them it even describes.
        return 3;
    }
    i32::try_from(ports(kind, direction).len()).unwrap_or(0)
}

/// What a bus is.
pub(super) fn info(
    kind: Kind,
    media: MediaType,
    direction: BusDirection,
    index: i32,
) -> Option<BusInfo> {
    let is_event = is(media, of(MediaTypes_::kEvent));
    let place = usize::try_from(index).ok()?;
    let (name, channels) = if is_event {
        (index == 0 && index < count(kind, media, direction)).then_some(("Notes", 16))?
    } else if kind == Kind::Liar && !is_input(direction) && place == 1 {
        ("Second", 2)
    } else {
        let port = ports(kind, direction).get(place)?;
        (port.name, i32::try_from(port.channel_count).ok()?)
    };
    let bus_type = if place == 0 { BusTypes_::kMain } else { BusTypes_::kAux };
    // The side input is on from the start: its plugin looks at it without asking.
    let is_active = place == 0 || is_input(direction);
    Some(BusInfo {
        mediaType: media,
        direction,
        channelCount: channels,
        name: wide(name),
        busType: of(bus_type),
        flags: if is_active {
            u32::try_from(of(BusInfo_::BusFlags_::kDefaultActive)).unwrap_or(0)
        } else {
            0
        },
    })
}

/// The speakers of a bus.
pub(super) fn arrangement(
    kind: Kind,
    direction: BusDirection,
    index: i32,
) -> Option<SpeakerArrangement> {
    let place = usize::try_from(index).ok()?;
    if kind == Kind::Liar && !is_input(direction) {
        return (place < 2).then_some(SpeakerArr::kMono);
    }
    let port = ports(kind, direction).get(place)?;
    Some(if port.channel_count == 1 { SpeakerArr::kMono } else { SpeakerArr::kStereo })
}
