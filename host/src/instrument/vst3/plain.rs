//! Structures of the format before a plugin fills them.
#![allow(unsafe_code, reason = "structures that are shared with plugins")]

use vst3::Steinberg::Vst::{
    BusInfo, Event, MediaTypes, NoteExpressionTypeInfo, ParameterInfo, ProcessContext, UnitInfo,
};
use vst3::Steinberg::{PClassInfo, PClassInfo2, PClassInfoW, PFactoryInfo};

/// A constant of the format; what C takes enumerations for is signed on Windows and not elsewhere.
#[allow(
    clippy::cast_sign_loss,
    clippy::unnecessary_cast,
    reason = "small numbers whose type differs from system to system"
)]
pub(super) const fn unsigned(constant: MediaTypes) -> u32 {
    constant as u32
}

/// A structure of the format in which all zeroes is a value.
///
/// # Safety
/// Each of its fields may be all zeroes: numbers, arrays of them, raw pointers.
pub(super) unsafe trait Plain: Copy {
    /// The structure with zeroes in it.
    fn zeroed() -> Self {
        // SAFETY: all zeroes is a value of the type, as its implementation promises.
        unsafe { std::mem::zeroed() }
    }
}

// SAFETY: numbers and arrays of numbers.
unsafe impl Plain for BusInfo {}
// SAFETY: numbers, and a union of structures that are numbers and raw pointers.
unsafe impl Plain for Event {}
// SAFETY: numbers and arrays of numbers.
unsafe impl Plain for NoteExpressionTypeInfo {}
// SAFETY: numbers and arrays of numbers.
unsafe impl Plain for ParameterInfo {}
// SAFETY: numbers and structures of numbers.
unsafe impl Plain for ProcessContext {}
// SAFETY: numbers and arrays of numbers.
unsafe impl Plain for UnitInfo {}
// SAFETY: numbers and arrays of numbers.
unsafe impl Plain for PClassInfo {}
// SAFETY: numbers and arrays of numbers.
unsafe impl Plain for PClassInfo2 {}
// SAFETY: numbers and arrays of numbers.
unsafe impl Plain for PClassInfoW {}
// SAFETY: numbers and arrays of numbers.
unsafe impl Plain for PFactoryInfo {}
