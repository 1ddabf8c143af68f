//! What plugins are told of the program that runs them.
#![allow(unsafe_code, reason = "called by a plugin")]

use std::ffi::c_void;
use std::ptr;

use vst3::Steinberg::Vst::{
    IAudioProcessor, IComponent, IConnectionPoint, IEditController, IHostApplication,
    IHostApplicationTrait, IMidiMapping, INoteExpressionController, IPlugInterfaceSupport,
    IPlugInterfaceSupportTrait, IUnitInfo, String128,
};
use vst3::Steinberg::{
    FUnknown, TUID, int8, kInvalidArgument, kNoInterface, kResultFalse, kResultOk, tresult,
};
use vst3::com_scrape_types::Guid;
use vst3::{Class, ComPtr, ComWrapper, Interface};

use super::message::{Attributes, Message};
use super::text;

/// The program as plugins see it.
pub(super) struct Application;

impl Class for Application {
    type Interfaces = (IHostApplication, IPlugInterfaceSupport);
}

/// The program as one instance sees it.
pub(super) fn context() -> Option<ComPtr<FUnknown>> {
    ComWrapper::new(Application).to_com_ptr::<IHostApplication>().map(ComPtr::upcast)
}

/// The program as a factory sees it, which may keep it for good.
pub(super) fn lasting() -> *mut FUnknown {
    context().map_or(ptr::null_mut(), ComPtr::into_raw)
}

impl IHostApplicationTrait for Application {
    unsafe fn getName(&self, name: *mut String128) -> tresult {
        if name.is_null() {
            return kInvalidArgument;
        }
        // SAFETY: the caller gives room for a text of 128 units.
        unsafe { name.write(text::to_wide("Tresillo")) };
        kResultOk
    }

    unsafe fn createInstance(
        &self,
        class: *mut TUID,
        interface: *mut TUID,
        object: *mut *mut c_void,
    ) -> tresult {
        if class.is_null() || interface.is_null() || object.is_null() {
            return kInvalidArgument;
        }
        // SAFETY: the caller gives two ids of 16 bytes, which need no alignment.
        let (class, interface) = unsafe { (guid(class), guid(interface)) };
        let made: Option<*mut c_void> = if class == IMESSAGE {
            made::<Message, vst3::Steinberg::Vst::IMessage>(Message::default(), &interface)
        } else if class == IATTRIBUTES {
            made::<Attributes, vst3::Steinberg::Vst::IAttributeList>(
                Attributes::default(),
                &interface,
            )
        } else {
            None
        };
        // SAFETY: the caller gives room for a pointer.
        unsafe { object.write(made.unwrap_or(ptr::null_mut())) };
        if made.is_some() { kResultOk } else { kNoInterface }
    }
}

const IMESSAGE: Guid = <vst3::Steinberg::Vst::IMessage as Interface>::IID;
const IATTRIBUTES: Guid = <vst3::Steinberg::Vst::IAttributeList as Interface>::IID;

/// # Safety
/// `id` points to 16 bytes.
unsafe fn guid(id: *const TUID) -> Guid {
    // SAFETY: as the caller promises; bytes need no alignment.
    unsafe { id.cast::<[int8; 16]>().read() }.map(|byte| {
        let [byte] = byte.to_ne_bytes();
        byte
    })
}

/// A new object with one reference, as the interface that is asked for.
fn made<C, I>(object: C, interface: &Guid) -> Option<*mut c_void>
where
    C: Class + 'static,
    C::Interfaces: vst3::com_scrape_types::MakeHeader<C, ComWrapper<C>>,
    I: Interface,
{
    if !I::inherits(interface) {
        return None;
    }
    Some(ComWrapper::new(object).to_com_ptr::<I>()?.into_raw().cast())
}

impl IPlugInterfaceSupportTrait for Application {
    unsafe fn isPlugInterfaceSupported(&self, interface: *const TUID) -> tresult {
        if interface.is_null() {
            return kInvalidArgument;
        }
        // SAFETY: the caller gives an id of 16 bytes.
        let interface = unsafe { guid(interface) };
        let used = [
            IComponent::IID,
            IAudioProcessor::IID,
            IEditController::IID,
            IConnectionPoint::IID,
            IMidiMapping::IID,
            INoteExpressionController::IID,
            IUnitInfo::IID,
        ];
        if used.contains(&interface) { kResultOk } else { kResultFalse }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_made_for_plugins_and_nothing_else() {
        let make = |class: TUID, interface: TUID| {
            let (mut class, mut interface) = (class, interface);
            let mut object = ptr::null_mut::<c_void>();
            // SAFETY: all three point to locals.
            let result = unsafe {
                Application.createInstance(&raw mut class, &raw mut interface, &raw mut object)
            };
            // SAFETY: null, or an object that is handed over.
            let object = unsafe { ComPtr::<FUnknown>::from_raw(object.cast()) };
            (result, object.is_some())
        };
        use vst3::Steinberg::Vst::{IAttributeList_iid, IComponent_iid, IMessage_iid};
        assert_eq!(make(IMessage_iid, IMessage_iid), (kResultOk, true));
        assert_eq!(make(IMessage_iid, vst3::Steinberg::FUnknown_iid), (kResultOk, true));
        assert_eq!(make(IAttributeList_iid, IAttributeList_iid), (kResultOk, true));
        assert_eq!(make(IMessage_iid, IAttributeList_iid), (kNoInterface, false));
        assert_eq!(make(IComponent_iid, IComponent_iid), (kNoInterface, false));
    }
}
