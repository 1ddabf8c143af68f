//! Which classes there are.

use std::ffi::c_void;

use ::vst3::Steinberg::Vst::ComponentFlags_;
use ::vst3::Steinberg::{
    FIDString, FUnknown, IPluginFactory2, IPluginFactory2Trait, IPluginFactoryTrait, PClassInfo,
    PClassInfo_, PClassInfo2, PFactoryInfo, PFactoryInfo_, TUID, kInvalidArgument, tresult,
};
use ::vst3::{Class, ComPtr, ComWrapper, uid};

use crate::catalogue::Kind;
use crate::vst3::component::Component;
use crate::vst3::controller::Controller;
use crate::vst3::{is_separate, narrow, put};

/// The factory; it has no state.
pub(super) struct Factory;

impl Class for Factory {
    type Interfaces = (IPluginFactory2,);
}

/// What a class is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Component,
    Controller,
}

/// All classes: first the plugins in the catalogue's order, then the controllers.
fn classes() -> Vec<(Kind, Role)> {
    let components = Kind::ALL.into_iter().map(|kind| (kind, Role::Component));
    let controllers = Kind::ALL.into_iter().filter(|kind| is_separate(*kind));
    components.chain(controllers.map(|kind| (kind, Role::Controller))).collect()
}

fn class(index: i32) -> Option<(Kind, Role)> {
    classes().get(usize::try_from(index).ok()?).copied()
}

/// The id of a kind's component; it never changes as long as the catalogue's order does not.
pub(super) fn component_id(kind: Kind) -> TUID {
    id(kind, 1)
}

/// The id of a kind's controller.
pub(super) fn controller_id(kind: Kind) -> TUID {
    id(kind, 2)
}

fn id(kind: Kind, role: u32) -> TUID {
    let place = Kind::ALL.iter().position(|other| *other == kind);
    let index = place.and_then(|place| u32::try_from(place).ok()).unwrap_or(u32::MAX);
    uid(0x5472_6573, 0x5465_7374, index, role)
}

fn id_of(kind: Kind, role: Role) -> TUID {
    match role {
        Role::Component => component_id(kind),
        Role::Controller => controller_id(kind),
    }
}

fn category(role: Role) -> &'static str {
    match role {
        Role::Component => "Audio Module Class",
        Role::Controller => "Component Controller Class",
    }
}

#[allow(
    clippy::cast_possible_wrap,
    reason = "small numbers whose type differs from system to system"
)]
impl IPluginFactoryTrait for Factory {
    unsafe fn getFactoryInfo(&self, info: *mut PFactoryInfo) -> tresult {
        let value = PFactoryInfo {
            vendor: narrow("Tresillo"),
            url: narrow("https://tresillo.example"),
            email: narrow("test@tresillo.example"),
            flags: PFactoryInfo_::FactoryFlags_::kUnicode as i32,
        };
        // SAFETY: the host wants it there.
        unsafe { put(info, value) }
    }

    unsafe fn countClasses(&self) -> i32 {
        i32::try_from(classes().len()).unwrap_or(0)
    }

    unsafe fn getClassInfo(&self, index: i32, info: *mut PClassInfo) -> tresult {
        let Some((kind, role)) = class(index) else { return kInvalidArgument };
        let value = PClassInfo {
            cid: id_of(kind, role),
            cardinality: PClassInfo_::ClassCardinality_::kManyInstances as i32,
            category: narrow(category(role)),
            name: narrow(&kind.name()),
        };
        // SAFETY: the host wants it there.
        unsafe { put(info, value) }
    }

    unsafe fn createInstance(
        &self,
        cid: FIDString,
        iid: FIDString,
        object: *mut *mut c_void,
    ) -> tresult {
        if cid.is_null() || iid.is_null() || object.is_null() {
            return kInvalidArgument;
        }
        // SAFETY: an id is 16 bytes, which may lie anywhere.
        let wanted = unsafe { cid.cast::<TUID>().read_unaligned() };
        let found = classes().into_iter().find(|(kind, role)| id_of(*kind, *role) == wanted);
        let instance = match found {
            None => return kInvalidArgument,
            Some((kind, Role::Controller)) => unknown(Controller::new(kind)),
            Some((kind, Role::Component)) if is_separate(kind) => {
                unknown(Component::<false>::new(kind))
            }
            Some((kind, Role::Component)) => unknown(Component::<true>::new(kind)),
        };
        let Some(instance) = instance else { return kInvalidArgument };
        let pointer = instance.as_ptr();
        // SAFETY: the object lives; what is given out is counted by itself.
        unsafe { ((*(*pointer).vtbl).queryInterface)(pointer, iid.cast(), object) }
    }
}

fn unknown<C>(value: C) -> Option<ComPtr<FUnknown>>
where
    C: Class + 'static,
    C::Interfaces: ::vst3::com_scrape_types::MakeHeader<C, ComWrapper<C>>,
{
    ComWrapper::new(value).to_com_ptr::<FUnknown>()
}

#[allow(
    clippy::cast_possible_wrap,
    reason = "small numbers whose type differs from system to system"
)]
impl IPluginFactory2Trait for Factory {
    unsafe fn getClassInfo2(&self, index: i32, info: *mut PClassInfo2) -> tresult {
        let Some((kind, role)) = class(index) else { return kInvalidArgument };
        let is_component = role == Role::Component;
        let sub_categories = match kind.is_instrument() {
            _ if !is_component => "",
            true => "Instrument|Synth",
            false => "Fx",
        };
        let flags =
            if is_component && is_separate(kind) { ComponentFlags_::kDistributable } else { 0 };
        let value = PClassInfo2 {
            cid: id_of(kind, role),
            cardinality: PClassInfo_::ClassCardinality_::kManyInstances as i32,
            category: narrow(category(role)),
            name: narrow(&kind.name()),
            classFlags: u32::from(flags > 0),
            subCategories: narrow(sub_categories),
            vendor: narrow("Tresillo"),
            version: narrow(env!("CARGO_PKG_VERSION")),
            sdkVersion: narrow("VST 3.7.10"),
        };
        // SAFETY: the host wants it there.
        unsafe { put(info, value) }
    }
}
