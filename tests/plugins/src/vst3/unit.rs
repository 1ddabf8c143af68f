//! Programs and expressions of the controller: for [`Kind::Events`] a program a channel, and three expressions.

use std::ffi::c_char;

use ::vst3::Steinberg::Vst::{
    BusDirection, INoteExpressionControllerTrait, IUnitInfoTrait, MediaType, MediaTypes_,
    NoteExpressionTypeIDs_, NoteExpressionTypeInfo, NoteExpressionTypeInfo_,
    NoteExpressionValueDescription, ProgramListInfo, String128, TChar, UnitInfo, kNoParentUnitId,
    kNoProgramListId, kRootUnitId,
};
use ::vst3::Steinberg::{
    IBStream, kInvalidArgument, kNotImplemented, kResultFalse, kResultOk, tresult,
};

use crate::catalogue::Kind;
use crate::vst3::bus::is_input;
use crate::vst3::controller::Controller;
use crate::vst3::knob::{CHANNELS, PROGRAMS};
use crate::vst3::{put, read_wide, wide};

/// The one list of programs, used by all channels.
const LIST: i32 = 1;

impl Controller {
    fn channel_count(&self) -> i32 {
        if self.kind == Kind::Events { i32::try_from(CHANNELS).unwrap_or(0) } else { 0 }
    }
}

impl IUnitInfoTrait for Controller {
    unsafe fn getUnitCount(&self) -> i32 {
        1 + self.channel_count()
    }

    unsafe fn getUnitInfo(&self, index: i32, info: *mut UnitInfo) -> tresult {
        let value = match index {
            0 => UnitInfo {
                id: kRootUnitId,
                parentUnitId: kNoParentUnitId,
                name: wide("Root"),
                programListId: kNoProgramListId,
            },
            _ if (0..=self.channel_count()).contains(&index) => UnitInfo {
                id: index,
                parentUnitId: kRootUnitId,
                name: wide(&format!("Channel {}", index - 1)),
                programListId: LIST,
            },
            _ => return kInvalidArgument,
        };
        // SAFETY: the host wants it there.
        unsafe { put(info, value) }
    }

    unsafe fn getProgramListCount(&self) -> i32 {
        i32::from(self.kind == Kind::Events)
    }

    unsafe fn getProgramListInfo(&self, index: i32, info: *mut ProgramListInfo) -> tresult {
        if index != 0 || self.kind != Kind::Events {
            return kInvalidArgument;
        }
        let value = ProgramListInfo { id: LIST, name: wide("Programs"), programCount: PROGRAMS };
        // SAFETY: the host wants it there.
        unsafe { put(info, value) }
    }

    unsafe fn getProgramName(&self, list: i32, index: i32, name: *mut String128) -> tresult {
        if list != LIST || !(0..PROGRAMS).contains(&index) || self.kind != Kind::Events {
            return kInvalidArgument;
        }
        // SAFETY: the host wants it there.
        unsafe { put(name, wide(&format!("Program {index}"))) }
    }

    unsafe fn getProgramInfo(
        &self,
        _list: i32,
        _index: i32,
        _attribute: *const c_char,
        _value: *mut String128,
    ) -> tresult {
        kNotImplemented
    }

    unsafe fn hasProgramPitchNames(&self, _list: i32, _index: i32) -> tresult {
        kResultFalse
    }

    unsafe fn getProgramPitchName(
        &self,
        _list: i32,
        _index: i32,
        _pitch: i16,
        _name: *mut String128,
    ) -> tresult {
        kNotImplemented
    }

    unsafe fn getSelectedUnit(&self) -> i32 {
        kRootUnitId
    }

    unsafe fn selectUnit(&self, _unit: i32) -> tresult {
        kResultOk
    }

    unsafe fn getUnitByBus(
        &self,
        media: MediaType,
        direction: BusDirection,
        bus: i32,
        channel: i32,
        unit: *mut i32,
    ) -> tresult {
        let is_event = i32::try_from(MediaTypes_::kEvent) == Ok(media);
        let is_known = is_event && is_input(direction) && bus == 0;
        if !is_known || !(0..self.channel_count()).contains(&channel) {
            return kResultFalse;
        }
        // SAFETY: the host wants it there.
        unsafe { put(unit, channel + 1) }
    }

    unsafe fn setUnitProgramData(&self, _: i32, _: i32, _: *mut IBStream) -> tresult {
        kNotImplemented
    }
}

/// Numbers, names and neutral values of the expressions.
const EXPRESSIONS: [(u32, &str, f64); 3] = [
    (number(NoteExpressionTypeIDs_::kPanTypeID), "Pan", 0.5),
    (number(NoteExpressionTypeIDs_::kTuningTypeID), "Tuning", 0.5),
    (number(NoteExpressionTypeIDs_::kBrightnessTypeID), "Brightness", 0.5),
];

#[allow(
    clippy::unnecessary_cast,
    clippy::cast_sign_loss,
    reason = "a small number whose type differs from system to system"
)]
const fn number(id: ::vst3::Steinberg::Vst::NoteExpressionTypeIDs) -> u32 {
    id as u32
}

impl INoteExpressionControllerTrait for Controller {
    unsafe fn getNoteExpressionCount(&self, bus: i32, _channel: i16) -> i32 {
        let is_known = self.kind == Kind::Events && bus == 0;
        if is_known { i32::try_from(EXPRESSIONS.len()).unwrap_or(0) } else { 0 }
    }

    unsafe fn getNoteExpressionInfo(
        &self,
        bus: i32,
        _channel: i16,
        index: i32,
        info: *mut NoteExpressionTypeInfo,
    ) -> tresult {
        let found = usize::try_from(index).ok().and_then(|place| EXPRESSIONS.get(place));
        let Some((id, name, neutral)) = found else { return kInvalidArgument };
        if self.kind != Kind::Events || bus != 0 {
            return kInvalidArgument;
        }
        let value = NoteExpressionTypeInfo {
            typeId: *id,
            title: wide(name),
            shortTitle: wide(name),
            units: wide(""),
            unitId: kRootUnitId,
            valueDesc: NoteExpressionValueDescription {
                defaultValue: *neutral,
                minimum: 0.0,
                maximum: 1.0,
                stepCount: 0,
            },
            associatedParameterId: 0,
            flags: i32::try_from(NoteExpressionTypeInfo_::NoteExpressionTypeFlags_::kIsBipolar)
                .unwrap_or(0),
        };
        // SAFETY: the host wants it there.
        unsafe { put(info, value) }
    }

    unsafe fn getNoteExpressionStringByValue(
        &self,
        _bus: i32,
        _channel: i16,
        _id: u32,
        share: f64,
        string: *mut String128,
    ) -> tresult {
        // SAFETY: the host wants it there.
        unsafe { put(string, wide(&format!("{share:.3}"))) }
    }

    unsafe fn getNoteExpressionValueByString(
        &self,
        _bus: i32,
        _channel: i16,
        _id: u32,
        string: *const TChar,
        share: *mut f64,
    ) -> tresult {
        // SAFETY: the format says that the text has an end.
        let text = unsafe { read_wide(string) };
        match text.and_then(|text| text.trim().parse::<f64>().ok()) {
            // SAFETY: the host wants it there.
            Some(value) => unsafe { put(share, value.clamp(0.0, 1.0)) },
            None => kInvalidArgument,
        }
    }
}
