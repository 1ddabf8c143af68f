//! The parameters of a controller: normalised values in `[0, 1]`, with their names.
#![allow(unsafe_code, reason = "calls into a plugin")]

use std::collections::HashMap;

use vst3::ComPtr;
use vst3::Steinberg::Vst::ParameterInfo_::ParameterFlags_::{
    kIsHidden, kIsProgramChange, kIsReadOnly,
};
use vst3::Steinberg::Vst::{
    IEditController, IEditControllerTrait, IUnitInfo, IUnitInfoTrait, ParamID, ParameterInfo,
    UnitID, UnitInfo, kNoParentUnitId, kRootUnitId,
};
use vst3::Steinberg::kResultOk;

use super::plain::Plain;
use super::text;
use crate::instrument::Parameter;
use crate::instrument::parameter::{NONSENSE, is_understood};

/// More parameters than any plugin has.
const PARAMETER_COUNT_MAX: i32 = 1 << 18;
/// More units than any plugin has.
const UNIT_COUNT_MAX: i32 = 1 << 14;
/// Parameters with more steps than this have no list of the names of their values.
const LABEL_COUNT_MAX: i32 = 64;
/// Units within units.
const UNIT_DEPTH_MAX: usize = 8;

/// How many parameters there are.
pub(super) fn count(controller: &ComPtr<IEditController>) -> i32 {
    // SAFETY: the controller is alive.
    unsafe { controller.getParameterCount() }.clamp(0, PARAMETER_COUNT_MAX)
}

/// What the controller says of its parameters.
pub(super) fn infos(controller: &ComPtr<IEditController>) -> impl Iterator<Item = ParameterInfo> {
    (0..count(controller)).filter_map(|index| {
        let mut info = ParameterInfo::zeroed();
        // SAFETY: the controller is alive and `info` is there to be filled.
        let result = unsafe { controller.getParameterInfo(index, &raw mut info) };
        (result == kResultOk).then_some(info)
    })
}

/// Whether it chooses among programs.
pub(super) fn is_program(info: &ParameterInfo) -> bool {
    info.flags & kIsProgramChange != 0
}

/// The parameters as people see them; those that are hidden are left out.
pub(super) fn all(controller: &ComPtr<IEditController>) -> Vec<Parameter> {
    let groups = groups(controller);
    infos(controller)
        .filter(|info| info.flags & kIsHidden == 0)
        .map(|info| parameter(controller, &info, &groups))
        .collect()
}

fn parameter(
    controller: &ComPtr<IEditController>,
    info: &ParameterInfo,
    groups: &HashMap<UnitID, String>,
) -> Parameter {
    let id = info.id;
    // SAFETY: the controller is alive.
    let value = normalised(unsafe { controller.getParamNormalized(id) }).unwrap_or(0.0);
    let labels = if (1..=LABEL_COUNT_MAX).contains(&info.stepCount) {
        let step = |step: i32| f64::from(step) / f64::from(info.stepCount);
        let labelled = |value: f64| Some((text_of(controller, id, value)?, value));
        (0..=info.stepCount).map(step).filter_map(labelled).collect()
    } else {
        Vec::new()
    };
    let (name, short) = (text::wide(&info.title), text::wide(&info.shortTitle));
    Parameter {
        id: id.to_string(),
        name: if name.is_empty() { short } else { name },
        group: groups.get(&info.unitId).cloned().unwrap_or_default(),
        unit: text::wide(&info.units),
        minimum: 0.0,
        maximum: 1.0,
        default: normalised(info.defaultNormalizedValue).unwrap_or(0.0),
        value,
        text: text_of(controller, id, value).unwrap_or_default(),
        is_stepped: info.stepCount > 0,
        is_read_only: info.flags & kIsReadOnly != 0,
        labels,
    }
}

/// A value within the range of all parameters; `None` for what is no number.
fn normalised(value: f64) -> Option<f64> {
    (!value.is_nan()).then(|| value.clamp(0.0, 1.0))
}

/// A value as the plugin shows it.
fn text_of(controller: &ComPtr<IEditController>, id: ParamID, value: f64) -> Option<String> {
    let mut shown = [0u16; 128];
    // SAFETY: the controller is alive and `shown` is there to be filled.
    let result = unsafe { controller.getParamStringByValue(id, value, &raw mut shown) };
    let shown = text::wide(&shown);
    (result == kResultOk && !shown.is_empty()).then_some(shown)
}

/// The value that a text stands for by the plugin's own reading.
pub(super) fn value_of_text(
    controller: &ComPtr<IEditController>,
    id: ParamID,
    said: &str,
) -> Option<f64> {
    let said = said.trim();
    let read = |said: &str| {
        let mut wide = text::to_wide(said);
        let mut value = f64::NAN;
        // SAFETY: the controller is alive, the text ends with zero, and `value` is there to be filled.
        let result =
            unsafe { controller.getParamValueByString(id, wide.as_mut_ptr(), &raw mut value) };
        normalised(value).filter(|_| result == kResultOk)
    };
    let shown = |value| text_of(controller, id, value);
    read(said).filter(|value| is_understood(said, *value, shown, || read(NONSENSE)))
}

/// The units by their ids, with those that they are in: `"Oscillator/Filter"`. The root has no name.
fn groups(controller: &ComPtr<IEditController>) -> HashMap<UnitID, String> {
    let Some(units) = controller.cast::<IUnitInfo>() else { return HashMap::new() };
    // SAFETY: the controller is alive.
    let count = unsafe { units.getUnitCount() }.clamp(0, UNIT_COUNT_MAX);
    let infos: Vec<UnitInfo> = (0..count)
        .filter_map(|index| {
            let mut info = UnitInfo::zeroed();
            // SAFETY: the controller is alive and `info` is there to be filled.
            let result = unsafe { units.getUnitInfo(index, &raw mut info) };
            (result == kResultOk).then_some(info)
        })
        .collect();
    let by_id: HashMap<UnitID, (UnitID, String)> =
        infos.iter().map(|info| (info.id, (info.parentUnitId, text::wide(&info.name)))).collect();
    by_id.keys().map(|id| (*id, path(&by_id, *id))).collect()
}

/// The names from the outermost unit to this one.
fn path(units: &HashMap<UnitID, (UnitID, String)>, id: UnitID) -> String {
    let mut names = Vec::new();
    let mut next = id;
    while next != kRootUnitId && next != kNoParentUnitId && names.len() < UNIT_DEPTH_MAX {
        let Some((parent, name)) = units.get(&next) else { break };
        names.push(name.as_str());
        next = *parent;
    }
    names.retain(|name| !name.is_empty());
    names.reverse();
    names.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_the_way_to_it() {
        let unit = |id, parent, name: &str| (id, (parent, name.to_owned()));
        let units = HashMap::from([
            unit(0, -1, "Root"),
            unit(1, 0, "Oscillator"),
            unit(2, 1, "Filter"),
            unit(3, 4, "Round"),
            unit(4, 3, "About"),
        ]);
        assert_eq!(path(&units, 0), "");
        assert_eq!(path(&units, 1), "Oscillator");
        assert_eq!(path(&units, 2), "Oscillator/Filter");
        assert_eq!(path(&units, 9), "");
        assert!(path(&units, 3).ends_with("About/Round"), "a circle ends");
    }

    #[test]
    fn values_are_mistrusted() {
        assert_eq!(normalised(f64::NAN), None);
        assert_eq!(normalised(f64::INFINITY), Some(1.0));
        assert_eq!(normalised(-3.0), Some(0.0));
    }
}
