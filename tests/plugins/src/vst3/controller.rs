//! The controller: parameters as hosts see them.

use std::ffi::c_char;
use std::sync::{Arc, Mutex};

use ::vst3::Class;
use ::vst3::Steinberg::Vst::{
    IComponentHandler, IEditController, IEditControllerTrait, IMidiMapping, IMidiMappingTrait,
    INoteExpressionController, IUnitInfo, ParameterInfo, String128, TChar,
};
use ::vst3::Steinberg::{
    FUnknown, IBStream, IPlugView, IPluginBaseTrait, kInvalidArgument, kNotImplemented,
    kResultFalse, kResultOk, tresult,
};

use crate::catalogue::Kind;
use crate::instance::{Instance, Message};
use crate::vst3::component::{Component, locked};
use crate::vst3::knob::Knob;
use crate::vst3::{put, read_wide, stream, wide};

/// The controller, alone or as a part of a component.
pub(super) struct Controller {
    pub(super) kind: Kind,
    /// The component's, or one that only holds values.
    instance: Arc<Mutex<Instance>>,
}

impl Class for Controller {
    type Interfaces = (IEditController, IMidiMapping, IUnitInfo, INoteExpressionController);
}

impl Controller {
    /// One that stands alone.
    pub(super) fn new(kind: Kind) -> Controller {
        Controller::of(kind, Arc::new(Mutex::new(Instance::new(kind, "vst3-controller", ""))))
    }

    /// One for an instance.
    pub(super) fn of(kind: Kind, instance: Arc<Mutex<Instance>>) -> Controller {
        Controller { kind, instance }
    }
}

impl IPluginBaseTrait for Controller {
    unsafe fn initialize(&self, _context: *mut FUnknown) -> tresult {
        kResultOk
    }

    unsafe fn terminate(&self) -> tresult {
        kResultOk
    }
}

impl IEditControllerTrait for Controller {
    unsafe fn setComponentState(&self, state: *mut IBStream) -> tresult {
        if !self.kind.has_state() {
            return kNotImplemented;
        }
        // SAFETY: null, or a stream that lives.
        let Some(bytes) = (unsafe { stream::read(state) }) else { return kInvalidArgument };
        if locked(&self.instance).load(&bytes) { kResultOk } else { kResultFalse }
    }

    unsafe fn setState(&self, _state: *mut IBStream) -> tresult {
        kNotImplemented
    }

    unsafe fn getState(&self, _state: *mut IBStream) -> tresult {
        kNotImplemented
    }

    unsafe fn getParameterCount(&self) -> i32 {
        Knob::count(self.kind)
    }

    unsafe fn getParameterInfo(&self, index: i32, info: *mut ParameterInfo) -> tresult {
        let id = Knob::id_at(self.kind, index);
        match id.and_then(|id| Knob::info(self.kind, id)) {
            // SAFETY: the host wants it there.
            Some(value) => unsafe { put(info, value) },
            None => kInvalidArgument,
        }
    }

    unsafe fn getParamStringByValue(&self, id: u32, share: f64, string: *mut String128) -> tresult {
        match Knob::of_id(self.kind, id) {
            // SAFETY: the host wants it there.
            Some(knob) => unsafe { put(string, wide(&knob.text(share))) },
            None => kInvalidArgument,
        }
    }

    unsafe fn getParamValueByString(
        &self,
        id: u32,
        string: *mut TChar,
        share: *mut f64,
    ) -> tresult {
        // SAFETY: the format says that the text has an end.
        let text = unsafe { read_wide(string) };
        let knob = Knob::of_id(self.kind, id);
        match knob.zip(text).and_then(|(knob, text)| knob.share_of(&text)) {
            // SAFETY: the host wants it there.
            Some(value) => unsafe { put(share, value) },
            None => kInvalidArgument,
        }
    }

    unsafe fn normalizedParamToPlain(&self, id: u32, share: f64) -> f64 {
        match Knob::of_id(self.kind, id) {
            Some(Knob::Own(_, parameter)) => parameter.value_of_normalized(share),
            _ => share * 127.0,
        }
    }

    unsafe fn plainParamToNormalized(&self, id: u32, plain: f64) -> f64 {
        match Knob::of_id(self.kind, id) {
            Some(Knob::Own(_, parameter)) => parameter.normalized(plain),
            _ => plain / 127.0,
        }
    }

    unsafe fn getParamNormalized(&self, id: u32) -> f64 {
        let value = |place| locked(&self.instance).value(place);
        match Knob::of_id(self.kind, id) {
            Some(Knob::Own(place, parameter)) => {
                parameter.normalized(value(place).unwrap_or(parameter.default))
            }
            _ => 0.0,
        }
    }

    unsafe fn setParamNormalized(&self, id: u32, share: f64) -> tresult {
        let Some(knob) = Knob::of_id(self.kind, id) else { return kInvalidArgument };
        if let Message::Parameter(place, value) = knob.message(share) {
            locked(&self.instance).set_value(place, value);
        }
        kResultOk
    }

    unsafe fn setComponentHandler(&self, _handler: *mut IComponentHandler) -> tresult {
        kResultOk
    }

    unsafe fn createView(&self, _name: *const c_char) -> *mut IPlugView {
        std::ptr::null_mut()
    }
}

impl IMidiMappingTrait for Controller {
    unsafe fn getMidiControllerAssignment(
        &self,
        bus: i32,
        channel: i16,
        controller: i16,
        id: *mut u32,
    ) -> tresult {
        let found = Knob::controller_id(self.kind, channel, controller);
        match found.filter(|_| bus == 0) {
            // SAFETY: the host wants it there.
            Some(value) => unsafe { put(id, value) },
            None => kResultFalse,
        }
    }
}

/// A component that is its own controller hands everything on.
impl IEditControllerTrait for Component<true> {
    unsafe fn setComponentState(&self, state: *mut IBStream) -> tresult {
        // SAFETY: as the caller says; so in all that follow.
        unsafe { self.controller.setComponentState(state) }
    }

    unsafe fn setState(&self, _state: *mut IBStream) -> tresult {
        kNotImplemented
    }

    unsafe fn getState(&self, _state: *mut IBStream) -> tresult {
        kNotImplemented
    }

    unsafe fn getParameterCount(&self) -> i32 {
        // SAFETY: nothing is asked.
        unsafe { self.controller.getParameterCount() }
    }

    unsafe fn getParameterInfo(&self, index: i32, info: *mut ParameterInfo) -> tresult {
        // SAFETY: as the caller says.
        unsafe { self.controller.getParameterInfo(index, info) }
    }

    unsafe fn getParamStringByValue(&self, id: u32, share: f64, string: *mut String128) -> tresult {
        // SAFETY: as the caller says.
        unsafe { self.controller.getParamStringByValue(id, share, string) }
    }

    unsafe fn getParamValueByString(
        &self,
        id: u32,
        string: *mut TChar,
        share: *mut f64,
    ) -> tresult {
        // SAFETY: as the caller says.
        unsafe { self.controller.getParamValueByString(id, string, share) }
    }

    unsafe fn normalizedParamToPlain(&self, id: u32, share: f64) -> f64 {
        // SAFETY: nothing is asked.
        unsafe { self.controller.normalizedParamToPlain(id, share) }
    }

    unsafe fn plainParamToNormalized(&self, id: u32, plain: f64) -> f64 {
        // SAFETY: nothing is asked.
        unsafe { self.controller.plainParamToNormalized(id, plain) }
    }

    unsafe fn getParamNormalized(&self, id: u32) -> f64 {
        // SAFETY: nothing is asked.
        unsafe { self.controller.getParamNormalized(id) }
    }

    unsafe fn setParamNormalized(&self, id: u32, share: f64) -> tresult {
        // SAFETY: nothing is asked.
        unsafe { self.controller.setParamNormalized(id, share) }
    }

    unsafe fn setComponentHandler(&self, _handler: *mut IComponentHandler) -> tresult {
        kResultOk
    }

    unsafe fn createView(&self, _name: *const c_char) -> *mut IPlugView {
        std::ptr::null_mut()
    }
}
