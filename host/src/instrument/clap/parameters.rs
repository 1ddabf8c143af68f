//! The knobs of a plugin, in its own units.

use std::ffi::CString;

use clack_extensions::params::{ParamInfoBuffer, ParamInfoFlags, PluginParams};
use clack_host::prelude::*;

use super::library::readable;
use crate::instrument::Parameter;
use crate::instrument::parameter::{NONSENSE, is_understood};

/// A plugin that says it has more parameters is not believed.
const PARAMETER_COUNT_MAX: u32 = 65_536;
/// Values have names only where there are at most so many.
const LABEL_COUNT_MAX: u32 = 64;
/// Room for a value as text, in bytes; CLAP's own names have as much.
const TEXT_LENGTH_MAX: usize = 256;

/// The parameters, in the plugin's order, without those that it hides.
pub(super) fn read(plugin: &PluginMainThreadHandle<'_>) -> Vec<Parameter> {
    let Some(params) = plugin.get_extension::<PluginParams>() else { return Vec::new() };
    let count = params.count(plugin).min(PARAMETER_COUNT_MAX);
    (0..count).filter_map(|index| read_one(plugin, &params, index)).collect()
}

fn read_one(
    plugin: &PluginMainThreadHandle<'_>,
    params: &PluginParams,
    index: u32,
) -> Option<Parameter> {
    let mut buffer = ParamInfoBuffer::new();
    let info = params.get_info(plugin, index, &mut buffer)?;
    let is_bypass = info.flags.contains(ParamInfoFlags::IS_BYPASS);
    if info.flags.contains(ParamInfoFlags::IS_HIDDEN) && !is_bypass {
        return None;
    }
    let or = |value: f64, other: f64| if value.is_finite() { value } else { other };
    let minimum = or(info.min_value, 0.0);
    let default = or(info.default_value, minimum);
    let value = or(params.get_value(plugin, info.id).unwrap_or(default), default);
    let is_stepped = info.flags.intersects(ParamInfoFlags::IS_STEPPED | ParamInfoFlags::IS_ENUM);
    let maximum = or(info.max_value, f64::MAX);
    // Some plugins count in shares of the range, and miss the step by a hair.
    let fitted = |value: f64| if is_stepped { value.round() } else { value };
    let labels = if is_stepped { steps(minimum, maximum) } else { Vec::new() };
    let labels = labels.into_iter().map(|step| (text_of(plugin, params, info.id, step), step));
    Some(Parameter {
        id: info.id.get().to_string(),
        name: readable(info.name).trim().to_owned(),
        group: readable(info.module).trim_matches(['/', ' ']).to_owned(),
        unit: String::new(),
        minimum,
        maximum,
        default: fitted(default),
        value: fitted(value),
        text: text_of(plugin, params, info.id, value),
        is_stepped,
        is_read_only: info.flags.contains(ParamInfoFlags::IS_READONLY),
        labels: named(labels),
    })
}

/// The whole values of a range; none where there are too many for names.
fn steps(minimum: f64, maximum: f64) -> Vec<f64> {
    let first = minimum.ceil();
    let all = (0..=LABEL_COUNT_MAX).map(|step| first + f64::from(step));
    let steps: Vec<f64> = all.take_while(|value| *value <= maximum).collect();
    let is_small = u32::try_from(steps.len()).is_ok_and(|count| count <= LABEL_COUNT_MAX);
    if is_small { steps } else { Vec::new() }
}

/// Those that have a name of their own, and not just a number.
fn named(texts: impl Iterator<Item = (String, f64)>) -> Vec<(String, f64)> {
    let mut labels: Vec<(String, f64)> = Vec::new();
    for (text, value) in texts {
        let is_taken = labels.iter().any(|(label, _)| label.eq_ignore_ascii_case(&text));
        if !text.is_empty() && !is_taken && text.parse::<f64>().is_err() {
            labels.push((text, value));
        }
    }
    labels
}

/// A value as the plugin shows it; empty where it does not.
fn text_of(
    plugin: &PluginMainThreadHandle<'_>,
    params: &PluginParams,
    id: ClapId,
    value: f64,
) -> String {
    let mut buffer = [0; TEXT_LENGTH_MAX];
    let text = params.value_to_text(plugin, id, value, &mut buffer);
    text.map(|text| readable(text).trim().to_owned()).unwrap_or_default()
}

/// The value that a text stands for by the plugin's own reading.
pub(super) fn value_of_text(
    plugin: &PluginMainThreadHandle<'_>,
    id: ClapId,
    text: &str,
) -> Option<f64> {
    let params = plugin.get_extension::<PluginParams>()?;
    let read = |text: &str| {
        let value = params.text_to_value(plugin, id, &CString::new(text).ok()?);
        value.filter(|value| value.is_finite())
    };
    let shown = |value| Some(text_of(plugin, &params, id, value));
    read(text).filter(|value| is_understood(text, *value, shown, || read(NONSENSE)))
}

/// The plugin's number for a parameter.
pub(super) fn id_of(parameter: &Parameter) -> Option<ClapId> {
    parameter.id.parse().ok().and_then(ClapId::from_raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_whole_and_few() {
        assert_eq!(steps(0.0, 2.0), [0.0, 1.0, 2.0]);
        assert_eq!(steps(-1.5, 0.5), [-1.0, 0.0]);
        assert_eq!(steps(1.0, 64.0).len(), 64);
        assert!(steps(0.0, 64.0).is_empty());
        assert!(steps(0.0, f64::MAX).is_empty());
        assert!(steps(2.0, 1.0).is_empty());
    }

    #[test]
    fn numbers_are_no_names() {
        let texts = ["Off", "1", "off", "", "1 dB", "2.50"];
        let texts = texts.iter().map(|text| (*text).to_owned()).zip([0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(named(texts), [("Off".to_owned(), 0.0), ("1 dB".to_owned(), 4.0)]);
    }
}
