//! Values of parameters as people read and write them, and as VST3 counts them.

use crate::catalogue::{Parameter, Scale};

impl Parameter {
    /// The value as it is shown.
    pub(crate) fn text(&self, value: f64) -> String {
        match self.scale {
            Scale::Plain => format!("{value:.2}"),
            Scale::Decibels if value <= 0.0 => "-inf dB".to_owned(),
            Scale::Decibels => format!("{:.1} dB", 20.0 * value.log10()),
            Scale::Frames => format!("{value:.0} frames"),
            Scale::Names(names) => {
                let is_meant = |place: usize| (f64_of(place) - value.round()).abs() < 0.5;
                let name = names.iter().enumerate().find(|(place, _)| is_meant(*place));
                name.map_or_else(|| format!("{value:.0}"), |(_, name)| (*name).to_owned())
            }
        }
    }

    /// The value that a text means, within the range; `None` for what is no value.
    pub(crate) fn value_of(&self, text: &str) -> Option<f64> {
        let text = text.trim();
        let number = |unit: &str| text.trim_end_matches(unit).trim_end().parse::<f64>().ok();
        let value = match self.scale {
            Scale::Plain => number("")?,
            Scale::Decibels => 10f64.powf(number("dB")? / 20.0),
            Scale::Frames => number("frames")?.round(),
            Scale::Names(names) => {
                f64_of(names.iter().position(|name| name.eq_ignore_ascii_case(text))?)
            }
        };
        (!value.is_nan()).then(|| value.clamp(self.minimum, self.maximum))
    }

    /// The value as a share of the range.
    pub(crate) fn normalized(&self, value: f64) -> f64 {
        ((value - self.minimum) / (self.maximum - self.minimum)).clamp(0.0, 1.0)
    }

    /// The value that is this share of the range.
    pub(crate) fn value_of_normalized(&self, share: f64) -> f64 {
        let value = self.minimum + share.clamp(0.0, 1.0) * (self.maximum - self.minimum);
        if self.is_stepped { value.round() } else { value }
    }

    /// Any number as a value: within the range, whole where it must be.
    pub(crate) fn fitted(&self, value: f64) -> f64 {
        let value = if value.is_nan() { self.default } else { value };
        let value = value.clamp(self.minimum, self.maximum);
        if self.is_stepped { value.round() } else { value }
    }
}

fn f64_of(place: usize) -> f64 {
    u32::try_from(place).map_or(f64::INFINITY, f64::from)
}
