//! What a factory says of the plugins that it makes.
#![allow(unsafe_code, reason = "calls into a plugin")]

use std::path::Path;

use vst3::ComPtr;
use vst3::Steinberg::{
    IPluginFactory, IPluginFactory2, IPluginFactory2Trait, IPluginFactory3, IPluginFactory3Trait,
    IPluginFactoryTrait, PClassInfo, PClassInfo2, PClassInfoW, PFactoryInfo, TUID, kResultOk,
};

use super::plain::Plain;
use super::text;
use crate::instrument::{Description, Format, Role};

/// The category of what computes sound; others are controllers and tests.
const CATEGORY: &str = "Audio Module Class";
/// More than any factory has.
const CLASS_COUNT_MAX: i32 = 4096;

/// A plugin that a factory can make.
#[derive(Clone)]
pub(super) struct PluginClass {
    /// What the factory knows it by.
    pub(super) class_id: TUID,
    /// What people know it by.
    pub(super) description: Description,
}

/// The plugins of a factory, in its order. `path` is where it comes from.
pub(super) fn of_factory(factory: &ComPtr<IPluginFactory>, path: &Path) -> Vec<PluginClass> {
    // SAFETY: the factory is alive, as are all objects behind a `ComPtr`.
    let count = unsafe { factory.countClasses() }.clamp(0, CLASS_COUNT_MAX);
    let maker = maker(factory);
    (0..count).filter_map(|index| class(factory, index, &maker, path)).collect()
}

fn maker(factory: &ComPtr<IPluginFactory>) -> String {
    let mut info = PFactoryInfo::zeroed();
    // SAFETY: the factory is alive and `info` is there to be filled.
    let result = unsafe { factory.getFactoryInfo(&raw mut info) };
    if result == kResultOk { text::narrow(&info.vendor) } else { String::new() }
}

fn class(
    factory: &ComPtr<IPluginFactory>,
    index: i32,
    maker: &str,
    path: &Path,
) -> Option<PluginClass> {
    let Named { class_id, category, name, vendor, version, kind } = wide_info(factory, index)
        .or_else(|| long_info(factory, index))
        .or_else(|| short_info(factory, index))?;
    if category != CATEGORY {
        return None;
    }
    let id = text::class_id(&class_id);
    let or = |text: String, other: &str| if text.is_empty() { other.to_owned() } else { text };
    let description = Description {
        name: or(name, &id),
        vendor: or(vendor, maker),
        version,
        format: Format::Vst3,
        path: path.to_owned(),
        role: role(&kind),
        audio_inputs: Vec::new(),
        audio_outputs: Vec::new(),
        note_inputs: Vec::new(),
        id,
    };
    Some(PluginClass { class_id, description })
}

/// The three forms of class information, in one.
struct Named {
    class_id: TUID,
    category: String,
    name: String,
    vendor: String,
    version: String,
    kind: String,
}

fn wide_info(factory: &ComPtr<IPluginFactory>, index: i32) -> Option<Named> {
    let factory: ComPtr<IPluginFactory3> = factory.cast()?;
    let mut info = PClassInfoW::zeroed();
    // SAFETY: the factory is alive and `info` is there to be filled.
    let result = unsafe { factory.getClassInfoUnicode(index, &raw mut info) };
    (result == kResultOk).then(|| Named {
        class_id: info.cid,
        category: text::narrow(&info.category),
        name: text::wide(&info.name),
        vendor: text::wide(&info.vendor),
        version: text::wide(&info.version),
        kind: text::narrow(&info.subCategories),
    })
}

fn long_info(factory: &ComPtr<IPluginFactory>, index: i32) -> Option<Named> {
    let factory: ComPtr<IPluginFactory2> = factory.cast()?;
    let mut info = PClassInfo2::zeroed();
    // SAFETY: the factory is alive and `info` is there to be filled.
    let result = unsafe { factory.getClassInfo2(index, &raw mut info) };
    (result == kResultOk).then(|| Named {
        class_id: info.cid,
        category: text::narrow(&info.category),
        name: text::narrow(&info.name),
        vendor: text::narrow(&info.vendor),
        version: text::narrow(&info.version),
        kind: text::narrow(&info.subCategories),
    })
}

fn short_info(factory: &ComPtr<IPluginFactory>, index: i32) -> Option<Named> {
    let mut info = PClassInfo::zeroed();
    // SAFETY: the factory is alive and `info` is there to be filled.
    let result = unsafe { factory.getClassInfo(index, &raw mut info) };
    (result == kResultOk).then(|| Named {
        class_id: info.cid,
        category: text::narrow(&info.category),
        name: text::narrow(&info.name),
        vendor: String::new(),
        version: String::new(),
        kind: String::new(),
    })
}

/// What a plugin is for by its subcategories (`"Instrument|Synth"`). What calls itself both an effect and an instrument
/// can be played, so it is an instrument.
fn role(kind: &str) -> Role {
    let has = |word: &str| kind.split('|').any(|part| part.trim().eq_ignore_ascii_case(word));
    if has("Instrument") {
        Role::Instrument
    } else if has("Fx") {
        Role::Effect
    } else {
        Role::Other
    }
}

/// What a plugin is for, when its ports are known as well: what is called an instrument and gives nothing but events is
/// a note effect, and where nothing is said the ports tell.
pub(super) fn role_with_ports(
    said: Role,
    has_sound_in: bool,
    has_sound_out: bool,
    has_notes: (bool, bool),
) -> Role {
    match (said, has_sound_in, has_sound_out, has_notes) {
        (Role::Instrument | Role::Other, _, false, (_, true)) => Role::NoteEffect,
        (Role::Other, false, true, (true, _)) => Role::Instrument,
        (Role::Other, true, true, _) => Role::Effect,
        _ => said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_role_is_in_the_subcategories_or_the_ports() {
        assert_eq!(role("Instrument|Synth"), Role::Instrument);
        assert_eq!(role("Fx|Instrument"), Role::Instrument);
        assert_eq!(role("Fx|Delay"), Role::Effect);
        assert_eq!(role("Spatial|Fx"), Role::Effect);
        assert_eq!(role(""), Role::Other);
        let notes_only = role_with_ports(Role::Instrument, false, false, (true, true));
        assert_eq!(notes_only, Role::NoteEffect);
        let both = role_with_ports(Role::Instrument, false, true, (true, true));
        assert_eq!(both, Role::Instrument);
        let silent = role_with_ports(Role::Other, false, true, (true, false));
        assert_eq!(silent, Role::Instrument);
        assert_eq!(role_with_ports(Role::Other, true, true, (false, false)), Role::Effect);
        assert_eq!(role_with_ports(Role::Effect, true, true, (true, true)), Role::Effect);
    }
}
